/*
 * Copyright (C) SitePreserver developers
 */

#include <stdlib.h>

#include "log.h"
#include "now.h"
#include "refusals.h"
#include "relay.h"


#define RELAY_AHEAD      64         /* messages that wait beside those sent */
#define RELAY_PAUSE_MIN  1000       /* ms */
#define RELAY_PAUSE_MAX  60000
#define RELAY_DRY        2          /* threads for dry runs */


struct relay_s {
    config_t             *conf;
    const config_smtp_t  *smtp;
    unsigned             *count;
    sender_pool_t        *pool;
    struct event         *timer;
    sender_job_t         *head;
    sender_job_t        **tail;
    unsigned              waiting;
    unsigned              sending;
    unsigned              threads;
    unsigned              retired:1;
    double                tokens;
    int64_t               refilled;     /* monotonic ms */
    int64_t               pause;        /* length of the present pause */
    int64_t               paused_until;
    refusals_t            refusals;
};


static void relay_go(relay_t *relay);
static int relay_rated(const relay_t *relay);
static int relay_token(relay_t *relay);
static sender_job_t *relay_shift(relay_t *relay);
static void relay_timer(evutil_socket_t fd, short what, void *data);
static void relay_end(relay_t *relay);
static void relay_stopped(void *data);


relay_t *
relay_create(struct event_base *base, inbox_t *inbox, config_t *conf,
    const config_smtp_t *smtp, unsigned *count)
{
    relay_t  *relay;

    relay = calloc(1, sizeof(relay_t));

    if (relay == NULL) {
        return NULL;
    }

    relay->smtp = smtp;
    relay->threads = smtp != NULL ? smtp->connections : RELAY_DRY;
    relay->tail = &relay->head;
    relay->tokens = 1;
    relay->refilled = now_ms();
    relay->timer = event_new(base, -1, 0, relay_timer, relay);

    if (relay->timer != NULL) {
        relay->pool = sender_pool_create(inbox, smtp, relay->threads,
                                         relay_stopped, relay);
    }

    if (relay->pool == NULL) {
        if (relay->timer != NULL) {
            event_free(relay->timer);
        }

        free(relay);
        return NULL;
    }

    relay->conf = config_ref(conf);
    relay->count = count;
    (*count)++;

    return relay;
}


void
relay_submit(relay_t *relay, sender_job_t *job)
{
    job->next = NULL;
    *relay->tail = job;
    relay->tail = &job->next;
    relay->waiting++;
    relay_go(relay);
}


/*
 * The pool has one more message for each thread, so that no thread waits for
 * the loop; but none is kept from the rate of its moment.
 */

static void
relay_go(relay_t *relay)
{
    unsigned       most;
    sender_job_t  *job;

    most = relay_rated(relay) ? relay->threads : 2 * relay->threads;

    while (relay->head != NULL && relay->sending < most) {

        if (!relay_token(relay)) {
            return;
        }

        job = relay_shift(relay);
        relay->sending++;
        sender_submit(relay->pool, job);
    }
}


static int
relay_rated(const relay_t *relay)
{
    return relay->smtp != NULL && relay->smtp->rate > 0;
}


/* A bucket of one second's worth, so that a pause is not made up for. */

static int
relay_token(relay_t *relay)
{
    double          full;
    int64_t         now, wait;
    struct timeval  tv;

    if (!relay_rated(relay)) {
        return 1;
    }

    now = now_ms();
    full = relay->smtp->rate > 1 ? relay->smtp->rate : 1;
    relay->tokens += (double) (now - relay->refilled) * relay->smtp->rate
                     / 1000;
    relay->refilled = now;

    if (relay->tokens > full) {
        relay->tokens = full;
    }

    if (relay->tokens >= 1) {
        relay->tokens -= 1;
        return 1;
    }

    if (!event_pending(relay->timer, EV_TIMEOUT, NULL)) {
        wait = (int64_t) ((1 - relay->tokens) * 1000 / relay->smtp->rate) + 1;
        tv.tv_sec = wait / 1000;
        tv.tv_usec = wait % 1000 * 1000;
        event_add(relay->timer, &tv);
    }

    return 0;
}


static void
relay_timer(evutil_socket_t fd, short what, void *data)
{
    relay_go(data);
}


void
relay_finished(relay_t *relay, int down)
{
    relay->sending--;

    if (!down) {
        relay->pause = 0;
        relay->paused_until = 0;

    } else if (relay_pause(relay) == 0) {
        relay->pause = relay->pause == 0 ? RELAY_PAUSE_MIN : relay->pause * 2;

        if (relay->pause > RELAY_PAUSE_MAX) {
            relay->pause = RELAY_PAUSE_MAX;
        }

        relay->paused_until = now_ms() + relay->pause;
    }

    if (relay->retired && relay->waiting == 0 && relay->sending == 0) {
        relay_end(relay);
        return;
    }

    relay_go(relay);
}


void
relay_judge(relay_t *relay, const smtp_report_t *report, const char *to,
    outcome_t *outcome)
{
    char         quoted[LOG_QUOTE_MAX];
    const char  *name;

    name = relay->smtp != NULL ? relay->smtp->name : "-";

    switch (refusals_note(&relay->refusals, report, to, outcome)) {

    case REFUSALS_BEGUN:
        log_event(LOG_ERROR, "relay", "relay=%s state=refuses code=%d text=%s "
                  "reason=\"it refuses one recipient after another: nobody is "
                  "suppressed, messages are tried again\"", name, report->code,
                  log_quote(quoted, report->text));
        break;

    case REFUSALS_ENDED:
        log_event(LOG_INFO, "relay", "relay=%s state=works", name);
        break;

    default:
        break;
    }
}


unsigned
relay_room(const relay_t *relay)
{
    unsigned  all, room;

    /* After a failure one message at a time tells whether it works again. */

    if (relay->pause != 0) {
        return relay->waiting + relay->sending == 0;
    }

    all = 2 * relay->threads + RELAY_AHEAD;
    room = relay->waiting + relay->sending < all
               ? all - relay->waiting - relay->sending : 0;

    /* Not a claim for each message. */

    return room < all / 4 ? 0 : room;
}


int64_t
relay_pause(const relay_t *relay)
{
    int64_t  now;

    now = now_ms();

    return relay->paused_until > now ? relay->paused_until - now : 0;
}


sender_job_t *
relay_take_back(relay_t *relay)
{
    sender_job_t  *job;

    job = relay_shift(relay);

    if (job == NULL) {
        job = sender_take_back(relay->pool);

        if (job != NULL) {
            relay->sending--;
        }
    }

    return job;
}


static sender_job_t *
relay_shift(relay_t *relay)
{
    sender_job_t  *job;

    job = relay->head;

    if (job != NULL) {
        relay->head = job->next;
        relay->waiting--;

        if (relay->head == NULL) {
            relay->tail = &relay->head;
        }
    }

    return job;
}


const config_smtp_t *
relay_smtp(const relay_t *relay)
{
    return relay->smtp;
}


void
relay_retire(relay_t *relay)
{
    relay->retired = 1;

    if (relay->waiting == 0 && relay->sending == 0) {
        relay_end(relay);
    }
}


static void
relay_end(relay_t *relay)
{
    event_free(relay->timer);
    relay->timer = NULL;
    sender_pool_stop(relay->pool);
}


static void
relay_stopped(void *data)
{
    relay_t  *relay;

    relay = data;
    (*relay->count)--;
    config_unref(relay->conf);
    free(relay);
}
