/*
 * Copyright (C) SitePreserver developers
 */

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <hiredis/hiredis.h>
#include <stdlib.h>

#include "log.h"
#include "redis.h"
#include "redis_int.h"


#define REDIS_TICK         500      /* ms */
#define REDIS_BACKOFF_MAX  5000
#define REDIS_ITEMS        8


static void redis_connect(redis_t *redis);
static void redis_take_back(redis_t *redis);
static void redis_sift(redis_t *redis, int64_t now);
static void redis_event(struct bufferevent *bev, short what, void *data);
static void redis_read(struct bufferevent *bev, void *data);
static int redis_one_reply(redis_t *redis, redisReply *reply);
static void redis_give(redis_t *redis, redis_request_t *request,
    redis_status_t status, const redisReply *reply);
static void redis_tick(evutil_socket_t fd, short what, void *data);
static void redis_flush(evutil_socket_t fd, short what, void *data);
static void redis_sent(redis_t *redis, redis_request_t *request);


redis_t *
redis_create(struct event_base *base, const config_redis_t *conf,
    redis_notice_pt notice, void *data)
{
    redis_t         *redis;
    struct timeval   tv;

    redis = calloc(1, sizeof(redis_t));

    if (redis == NULL) {
        return NULL;
    }

    redis->base = base;
    redis->conf = conf;
    redis->notice = notice;
    redis->data = data;
    redis_queue_init(&redis->waiting);
    redis_queue_init(&redis->sent);
    redis->backoff = REDIS_BACKOFF_MIN;
    redis->connector = redis_connector_create(base, conf, redis->error,
                                              sizeof(redis->error));
    redis->tick = event_new(base, -1, EV_PERSIST, redis_tick, redis);
    redis->flush = event_new(base, -1, 0, redis_flush, redis);
    redis->out = evbuffer_new();

    if (redis->connector == NULL || redis->tick == NULL
        || redis->flush == NULL || redis->out == NULL)
    {
        log_event(LOG_ERROR, "redis_setup", "reason=\"%s\"", redis->error);
        redis_free(redis);
        return NULL;
    }

    tv.tv_sec = 0;
    tv.tv_usec = REDIS_TICK * 1000;
    event_add(redis->tick, &tv);
    redis_connect(redis);

    return redis;
}


static void
redis_connect(redis_t *redis)
{
    redis->state = REDIS_STATE_CONNECTING;
    redis->silent = 0;
    redis->reader = redisReaderCreate();
    redis->bev = redis_connector_open(redis->connector);

    if (redis->bev == NULL || redis->reader == NULL) {
        redis_lost(redis, "out of memory");
        return;
    }

    bufferevent_setcb(redis->bev, redis_read, NULL, redis_event, redis);
    bufferevent_enable(redis->bev, EV_READ|EV_WRITE);

    if (redis_connector_go(redis->connector, redis->bev) != 0) {
        redis_lost(redis, "cannot connect");
    }
}


/* Closes what is open and plans the next try; calls that may, wait for it. */

void
redis_lost(redis_t *redis, const char *why)
{
    int   was_up;
    char  quoted[LOG_QUOTE_MAX], where[LOG_QUOTE_MAX], text[REDIS_WHERE_MAX];

    if (redis->state == REDIS_STATE_IDLE) {
        return;
    }

    was_up = redis->state == REDIS_STATE_UP;
    snprintf(redis->error, sizeof(redis->error), "%s", why);

    if (was_up || redis->backoff == REDIS_BACKOFF_MIN) {
        log_event(LOG_WARN, "redis_lost", "reason=%s redis=%s",
                  log_quote(quoted, redis->error),
                  log_quote(where, redis_where(redis->conf, text)));
    }

    redis->state = REDIS_STATE_IDLE;
    redis->again = now_ms() + redis->backoff;
    redis->backoff = redis->backoff * 2 > REDIS_BACKOFF_MAX
                         ? REDIS_BACKOFF_MAX : redis->backoff * 2;
    redis->loading = 0;
    redis->greetings = 0;

    if (redis->bev != NULL) {
        bufferevent_free(redis->bev);
        redis->bev = NULL;
    }

    if (redis->reader != NULL) {
        redisReaderFree(redis->reader);
        redis->reader = NULL;
    }

    redis_take_back(redis);

    if (was_up) {
        redis->notice(redis->data, 0);
    }
}


/* What was sent and not answered is first in line again, in its order. */

static void
redis_take_back(redis_t *redis)
{
    redis_queue_t     back;
    redis_request_t  *request;

    redis_queue_init(&back);

    while ((request = redis_shift(&redis->sent)) != NULL) {
        if (request->answer == NULL) {
            redis_request_free(request);

        } else {
            redis_push(&back, request);
        }
    }

    while ((request = redis_shift(&redis->waiting)) != NULL) {
        redis_push(&back, request);
    }

    while ((request = redis_shift(&back)) != NULL) {
        redis_push(&redis->waiting, request);
    }

    redis_sift(redis, 0);
}


static void
redis_event(struct bufferevent *bev, short what, void *data)
{
    char      why[256];
    redis_t  *redis;

    redis = data;

    if (what & BEV_EVENT_CONNECTED) {
        redis_connected(redis);
        return;
    }

    redis_connector_error(bev, what, why, sizeof(why));
    redis_lost(redis, why);
}


static void
redis_read(struct bufferevent *bev, void *data)
{
    char             *p;
    size_t            len;
    redis_t          *redis;
    redisReply       *reply;
    struct evbuffer  *in;

    redis = data;
    redis->silent = 0;
    in = bufferevent_get_input(bev);

    while ((len = evbuffer_get_contiguous_space(in)) > 0) {
        p = (char *) evbuffer_pullup(in, (ssize_t) len);

        if (redisReaderFeed(redis->reader, p, len) != REDIS_OK) {
            redis_lost(redis, "not Redis's protocol");
            return;
        }

        evbuffer_drain(in, len);
    }

    for ( ;; ) {
        if (redisReaderGetReply(redis->reader, (void **) &reply) != REDIS_OK) {
            redis_lost(redis, "not Redis's protocol");
            return;
        }

        if (reply == NULL) {
            return;
        }

        if (redis_one_reply(redis, reply) != 0) {
            return;
        }
    }
}


/* Nonzero: the connection is gone, and its reader with it. */

static int
redis_one_reply(redis_t *redis, redisReply *reply)
{
    int               rc;
    redis_request_t  *request;

    request = redis_shift(&redis->sent);

    if (request == NULL) {
        freeReplyObject(reply);
        redis_lost(redis, "a reply that nobody asked for");
        return -1;
    }

    if (request->answer == NULL) {
        rc = redis_greeted(redis, request, reply);

    } else if (reply->type == REDIS_REPLY_ERROR
               && redis_again(redis, request, reply))
    {
        rc = 0;

    } else {
        redis_give(redis, request, reply->type == REDIS_REPLY_ERROR
                                       ? REDIS_ERROR : REDIS_REPLY, reply);
        rc = redis->state == REDIS_STATE_IDLE ? -1 : 0;
    }

    freeReplyObject(reply);

    return rc;
}


static void
redis_give(redis_t *redis, redis_request_t *request, redis_status_t status,
    const redisReply *reply)
{
    size_t           n;
    sp_str_t         small[REDIS_ITEMS];
    redis_answer_t   answer;

    answer.status = status;
    answer.items = small;
    answer.n = 0;

    n = reply != NULL ? redis_items(reply, NULL) : 0;

    if (n > REDIS_ITEMS) {
        answer.items = malloc(n * sizeof(sp_str_t));

        if (answer.items == NULL) {
            answer.status = REDIS_DOWN;
            reply = NULL;
        }
    }

    if (reply != NULL) {
        answer.n = redis_items(reply, answer.items);
    }

    redis->pending--;
    request->answer(request->data, &answer);

    if (answer.items != small) {
        free(answer.items);
    }

    redis_request_free(request);
}


int
redis_call(redis_t *redis, const sp_call_t *call, int keep,
    redis_answer_pt answer, void *data)
{
    redis_request_t  *request;

    request = redis_request(call->argc, (const char **) call->argv,
                            call->argvlen);

    if (request == NULL) {
        return -1;
    }

    request->answer = answer;
    request->data = data;
    request->deadline = keep == 0 ? -1 : keep < 0 ? 0 : now_ms() + keep;
    redis->pending++;
    redis_push(&redis->waiting, request);

    /* One write for all calls of this turn of the loop. */

    event_active(redis->flush, EV_TIMEOUT, 0);

    return 0;
}


static void
redis_flush(evutil_socket_t fd, short what, void *data)
{
    int               failed;
    redis_t          *redis;
    redis_request_t  *request;

    redis = data;

    if (redis->state != REDIS_STATE_UP) {
        redis_sift(redis, 0);
        return;
    }

    if (redis->loading || now_ms() < redis->hold) {
        return;
    }

    failed = 0;

    while ((request = redis_shift(&redis->waiting)) != NULL) {
        failed |= evbuffer_add(redis->out, request->command, request->len);
        redis_sent(redis, request);
    }

    /* A call that is left out would be given the answer of the next one. */

    if (failed) {
        evbuffer_drain(redis->out, evbuffer_get_length(redis->out));
        redis_lost(redis, "out of memory");
        return;
    }

    /*
     * Right now: a bufferevent would first ask whether it may, and then not
     * to be told any more, three system calls for each write.
     */

    if (!redis->conf->tls
        && evbuffer_get_length(bufferevent_get_output(redis->bev)) == 0)
    {
        (void) evbuffer_write(redis->out, bufferevent_getfd(redis->bev));
    }

    bufferevent_write_buffer(redis->bev, redis->out);   /* what is left */
}


void
redis_write(redis_t *redis, redis_request_t *request)
{
    bufferevent_write(redis->bev, request->command, request->len);
    redis_sent(redis, request);
}


static void
redis_sent(redis_t *redis, redis_request_t *request)
{
    if (redis->sent.head == NULL) {
        redis->silent = 0;
    }

    redis_push(&redis->sent, request);
}


/*
 * Hangs, deadlines and the next try are looked at twice a second.  A hang is
 * counted in ticks: a machine that slept has not waited for an answer.
 */

static void
redis_tick(evutil_socket_t fd, short what, void *data)
{
    int64_t   now;
    redis_t  *redis;

    redis = data;
    now = now_ms();

    if (redis->state == REDIS_STATE_IDLE) {
        if (now >= redis->again) {
            redis_connect(redis);
        }

    } else if ((redis->sent.head != NULL
                || redis->state == REDIS_STATE_CONNECTING)
               && ++redis->silent > REDIS_TIMEOUT / REDIS_TICK)
    {
        redis_lost(redis, "no answer within 30 s");
    }

    redis_sift(redis, now);

    if (redis->state == REDIS_STATE_UP) {
        redis_flush(-1, 0, redis);
    }
}


/*
 * Gives up what waits too long; while Redis is away, also what does not want
 * to wait.
 */

static void
redis_sift(redis_t *redis, int64_t now)
{
    redis_queue_t     all;
    redis_request_t  *request;

    if (redis->waiting.head == NULL) {
        return;
    }

    all = redis->waiting;
    redis_queue_init(&redis->waiting);

    while ((request = redis_shift(&all)) != NULL) {
        if ((request->deadline > 0 && now > request->deadline)
            || (request->deadline == -1 && redis->state != REDIS_STATE_UP))
        {
            redis_give(redis, request, REDIS_DOWN, NULL);

        } else {
            redis_push(&redis->waiting, request);
        }
    }
}


int
redis_is_up(const redis_t *redis)
{
    return redis->state == REDIS_STATE_UP;
}


unsigned
redis_pending(const redis_t *redis)
{
    return redis->pending;
}


const char *
redis_error(const redis_t *redis)
{
    return redis->error;
}


const char *
redis_where(const config_redis_t *conf, char text[REDIS_WHERE_MAX])
{
    int  six;

    if (conf->host == NULL) {
        snprintf(text, REDIS_WHERE_MAX, "unix:%s", conf->path);
        return text;
    }

    six = strchr(conf->host, ':') != NULL;

    snprintf(text, REDIS_WHERE_MAX, "%s://%s%s%s:%u",
             conf->tls ? "rediss" : "redis", six ? "[" : "", conf->host,
             six ? "]" : "", conf->port);

    return text;
}


void
redis_free(redis_t *redis)
{
    redis_request_t  *request;

    if (redis == NULL) {
        return;
    }

    if (redis->bev != NULL) {
        bufferevent_free(redis->bev);
    }

    if (redis->reader != NULL) {
        redisReaderFree(redis->reader);
    }

    if (redis->tick != NULL) {
        event_free(redis->tick);
    }

    if (redis->flush != NULL) {
        event_free(redis->flush);
    }

    if (redis->out != NULL) {
        evbuffer_free(redis->out);
    }

    while ((request = redis_shift(&redis->sent)) != NULL) {
        redis_request_free(request);
    }

    while ((request = redis_shift(&redis->waiting)) != NULL) {
        redis_request_free(request);
    }

    redis_connector_free(redis->connector);
    free(redis);
}
