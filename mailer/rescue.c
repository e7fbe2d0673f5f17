/*
 * Copyright (C) SitePreserver developers
 *
 * A claimed rescue, from the decision to its settlement:
 *
 *     claimed -> plan -+-> settled (deferred, skipped, closed)
 *                      |
 *                      +-> a sender: message built, SMTP up to 354
 *                              -> confirm -> the final dot -> settled
 *
 * The loop owns it; a sender thread has its job in between.
 */

#include <stdlib.h>
#include <time.h>

#include "engine.h"
#include "log.h"
#include "outcome.h"
#include "plan.h"
#include "rescue_creative.h"
#include "rescue_message.h"
#include "sp_arena.h"


#define RESCUE_BUILD_AGAIN   600000     /* ms, when a message cannot be built */
#define RESCUE_REASON_MAX    16


struct rescue_s {
    sender_job_t          job;          /* first: a job is its rescue */
    rescue_t             *next;
    rescue_t            **prev;
    shop_t               *shop;
    config_t             *conf;
    const config_shop_t  *rules;        /* the shop in conf */
    relay_t              *relay;
    rescue_batch_t       *batch;
    const sp_claimed_t   *claimed;
    int64_t               claimed_at;   /* by engine_now() */
    int64_t               idle;         /* ms, of the shop */
    plan_t                plan;
    creative_t           *creative;
    sp_mode_t             mode;
    char                  attempt[SP_ID_LEN + 1];
    char                  address[SP_ADDRESS_MAX + 1];
    char                  no[RESCUE_REASON_MAX];    /* confirm's reason */
    unsigned              refs;         /* calls under way, and its job */
    unsigned              submitted:1;
    unsigned              confirmed:1;
    unsigned              settled:1;    /* or is being */
};


static rescue_t *rescue_create(shop_t *shop, rescue_batch_t *batch,
    const sp_claimed_t *claimed);
static int rescue_pick(rescue_t *rescue);
static void rescue_wait(rescue_t *rescue, const char *reason);
static void rescue_send(rescue_t *rescue);
static int rescue_build(sender_job_t *job);
static void rescue_ask(void *data);
static void rescue_confirm_answer(void *data, const redis_answer_t *answer);
static void rescue_done(void *data);
static void rescue_not_built(rescue_t *rescue);
static void rescue_outcome(rescue_t *rescue, outcome_t *outcome);
static void rescue_stopped(rescue_t *rescue);
static void rescue_settle(rescue_t *rescue, sp_settle_t outcome,
    const char *reason, int attempt, int64_t next);
static void rescue_settle_answer(void *data, const redis_answer_t *answer);
static void rescue_renew(rescue_t *rescue);
static void rescue_renew_answer(void *data, const redis_answer_t *answer);
static void rescue_unref(rescue_t *rescue);
static int64_t rescue_time(const rescue_t *rescue);


int
rescue_start(shop_t *shop, rescue_batch_t *batch, const sp_claimed_t *claimed)
{
    plan_t    *plan;
    rescue_t  *rescue;

    rescue = rescue_create(shop, batch, claimed);

    if (rescue == NULL) {
        return -1;
    }

    plan = &rescue->plan;

    if (rescue->mode != rescue->rules->mode) {

        /* Another config came between the claim and its reply. */

        rescue_settle(rescue, SP_SETTLE_DEFERRED, "reload", 0, claimed->now);
        rescue_unref(rescue);
        return 0;
    }

    plan_decide(rescue->rules, claimed, claimed->now, plan);

    switch (plan->kind) {

    case PLAN_DEFER:
        rescue_settle(rescue, SP_SETTLE_DEFERRED, plan->reason, 0, plan->next);
        break;

    case PLAN_SKIP:
        rescue_settle(rescue, SP_SETTLE_SKIPPED, plan->reason, 0, plan->next);
        break;

    case PLAN_CLOSE:
        rescue_settle(rescue, SP_SETTLE_CLOSED, plan->reason, 0, 0);
        break;

    case PLAN_SEND:
        if (rescue_pick(rescue)) {
            rescue_send(rescue);
        }

        break;
    }

    rescue_unref(rescue);

    return 0;
}


/* With one reference, the caller's. */

static rescue_t *
rescue_create(shop_t *shop, rescue_batch_t *batch,
    const sp_claimed_t *claimed)
{
    engine_t  *engine;
    rescue_t  *rescue;

    rescue = calloc(1, sizeof(rescue_t));

    if (rescue == NULL) {
        return NULL;
    }

    engine = shop->engine;
    rescue->shop = shop;
    rescue->conf = config_ref(engine->conf);
    rescue->rules = shop->conf;
    rescue->mode = shop->mode;
    rescue->batch = batch;
    rescue->claimed = claimed;
    rescue->claimed_at = engine_now();
    rescue->idle = shop->idle;
    rescue->refs = 1;
    batch->refs++;

    rescue->next = engine->rescues;
    rescue->prev = &engine->rescues;

    if (rescue->next != NULL) {
        rescue->next->prev = &rescue->next;
    }

    engine->rescues = rescue;
    engine->nrescues++;

    return rescue;
}


/* The creative to send; 0: it must not be sent, and is settled so. */

static int
rescue_pick(rescue_t *rescue)
{
    switch (rescue_creative(rescue->rules, rescue->plan.step, rescue->mode,
                            engine_now(), &rescue->creative))
    {
    case RESCUE_CREATIVE_SEND:
        return 1;

    case RESCUE_CREATIVE_WAIT:
        rescue_wait(rescue, "not_approved");
        return 0;

    default:
        rescue_settle(rescue, SP_SETTLE_SKIPPED, "retired", 0,
                      rescue->plan.next);
        return 0;
    }
}


/* What somebody may mend is tried again, until it is too late. */

static void
rescue_wait(rescue_t *rescue, const char *reason)
{
    int64_t  again;

    again = rescue_time(rescue) + RESCUE_BUILD_AGAIN;

    if (again > rescue->plan.due + rescue->plan.step->max_late) {
        rescue_settle(rescue, SP_SETTLE_SKIPPED, reason, 0,
                      rescue->plan.next);

    } else {
        rescue_settle(rescue, SP_SETTLE_DEFERRED, reason, 0, again);
    }
}


static void
rescue_send(rescue_t *rescue)
{
    size_t               len;
    const sp_claimed_t  *claimed;

    claimed = rescue->claimed;

    if (sp_secret_open(rescue->conf->secret, &rescue->rules->id,
                       &claimed->shopper, &claimed->sealed, rescue->address,
                       sizeof(rescue->address), &len) != SP_OK)
    {
        log_event(LOG_ERROR, "unreadable", "shop=%s shopper=%s",
                  rescue->shop->name, claimed->shopper.text);
        rescue_settle(rescue, SP_SETTLE_CLOSED, "unreadable", 0, 0);
        return;
    }

    if (neverlist_has(rescue->rules->never, rescue->address)) {
        rescue_settle(rescue, SP_SETTLE_CLOSED, "never_mail", 0, 0);
        return;
    }

    if (!engine_random(rescue->attempt)) {
        rescue_settle(rescue, SP_SETTLE_DEFERRED, "no_random", 0,
                      rescue_time(rescue) + RESCUE_BUILD_AGAIN);
        return;
    }

    rescue->job.build = rescue_build;
    rescue->job.ask = rescue_ask;
    rescue->job.done = rescue_done;
    rescue->job.dry = rescue->mode == SP_MODE_DRY_RUN;
    buffer_init(&rescue->job.message, MESSAGE_SIZE_MAX);

    rescue->relay = engine_relay(rescue->shop->engine, rescue->rules);
    rescue->submitted = 1;
    rescue->refs++;
    relay_submit(rescue->relay, &rescue->job);
}


/* On a sender thread: only reads what never changes while it is in hand. */

static int
rescue_build(sender_job_t *job)
{
    sp_error_t        err;
    rescue_t         *rescue;
    rescue_letter_t   letter;

    rescue = (rescue_t *) job;

    letter.secret = rescue->conf->secret;
    letter.shop = rescue->rules;
    letter.series = rescue->plan.series;
    letter.step = rescue->plan.step;
    letter.creative = rescue->creative;
    letter.claimed = rescue->claimed;
    letter.idle = rescue->idle;
    letter.to = rescue->mode == SP_MODE_CATCH_ALL ? rescue->rules->catch_all
                                                  : rescue->address;
    letter.inert = rescue->mode == SP_MODE_CATCH_ALL;

    if (rescue_message_build(&letter, job, &err) == SP_OK) {
        return 1;
    }

    snprintf(job->report.text, sizeof(job->report.text), "%.150s", err.text);

    return 0;
}


/* The server said 354: may this message be handed over now? */

static void
rescue_ask(void *data)
{
    sp_rc_t              rc;
    rescue_t            *rescue;
    sp_call_t            call;
    sp_arena_t          *arena;
    const sp_claimed_t  *claimed;

    rescue = data;
    claimed = rescue->claimed;
    arena = sp_arena_create(0);

    rc = arena == NULL ? SP_NOMEM
         : sp_call_confirm(&call, sp_arena_pool(arena), &rescue->rules->id,
                           &claimed->shopper, claimed->rescue, claimed->fence,
                           rescue->plan.series->hash, rescue->plan.step->hash,
                           rescue->attempt, rescue->mode,
                           rescue->rules->max_per_day);

    if (rc == SP_OK
        && redis_call(rescue->shop->engine->redis, &call, SENDER_WAIT * 1000,
                      rescue_confirm_answer, rescue) == 0)
    {
        rescue->refs++;

    } else {
        sender_answer(&rescue->job, 0);
    }

    sp_arena_destroy(arena);
}


static void
rescue_confirm_answer(void *data, const redis_answer_t *answer)
{
    size_t           len;
    rescue_t        *rescue;
    const sp_str_t  *text;

    rescue = data;
    text = answer->n != 0 ? &answer->items[0] : NULL;

    if (answer->status == REDIS_REPLY && text != NULL && text->len == 2
        && memcmp(text->data, "OK", 2) == 0)
    {
        rescue->confirmed = 1;

    } else if (answer->status == REDIS_REPLY && text != NULL) {
        len = text->len < RESCUE_REASON_MAX ? text->len
                                            : RESCUE_REASON_MAX - 1;
        memcpy(rescue->no, text->data, len);
        rescue->no[len] = '\0';
    }

    /*
     * Once the thread has given up waiting this comes too late and changes
     * nothing; the job may be done by then, but its memory is still ours.
     */

    if (!rescue->settled) {
        sender_answer(&rescue->job, rescue->confirmed);
    }

    rescue_unref(rescue);
}


static void
rescue_done(void *data)
{
    engine_t       *engine;
    rescue_t       *rescue;
    outcome_t       outcome;
    smtp_report_t  *report;

    rescue = data;
    engine = rescue->shop->engine;
    report = &rescue->job.report;
    memset(&outcome, 0, sizeof(outcome_t));

    if (!rescue->job.built) {
        rescue_not_built(rescue);

    } else if (report->stopped) {
        rescue_stopped(rescue);

    } else if (rescue->job.dry) {
        rescue_settle(rescue, SP_SETTLE_DRY, "dry_run", 1, rescue->plan.next);

    } else {
        outcome_decide(report, &outcome);
        rescue_outcome(rescue, &outcome);
    }

    relay_finished(rescue->relay, outcome.relay_down);
    rescue_unref(rescue);

    engine_kick(engine);
}


/* A template or a fact is wrong: time may help, but not for ever. */

static void
rescue_not_built(rescue_t *rescue)
{
    char  quoted[LOG_QUOTE_MAX];

    log_event(LOG_ERROR, "not_built", "shop=%s shopper=%s creative=%s "
              "reason=%s", rescue->shop->name, rescue->claimed->shopper.text,
              rescue->plan.step->creative,
              log_quote(quoted, rescue->job.report.text));

    rescue_wait(rescue, "not_built");
}


static void
rescue_outcome(rescue_t *rescue, outcome_t *outcome)
{
    int64_t         again;
    engine_t       *engine;
    smtp_report_t  *report;

    engine = rescue->shop->engine;
    report = &rescue->job.report;
    again = rescue_time(rescue) + outcome_delay(rescue->claimed->tries);

    if (outcome->kind == OUTCOME_DOUBT && rescue->conf->resend_doubt) {
        outcome->kind = OUTCOME_RETRY;
    }

    switch (outcome->kind) {

    case OUTCOME_SENT:
        rescue_settle(rescue, SP_SETTLE_SENT, outcome->reason, 1,
                      rescue->plan.next);
        break;

    case OUTCOME_REFUSED:
        if (outcome->bad_address && rescue->mode == SP_MODE_LIVE) {
            (void) engine_suppress(engine, rescue->shop->name,
                                   &rescue->claimed->shopper, "bounced",
                                   NULL, NULL);
        }

        rescue_settle(rescue, SP_SETTLE_REFUSED, outcome->reason,
                      report->asked, outcome->bad_address
                                     ? 0 : rescue->plan.next);
        break;

    case OUTCOME_DOUBT:
        rescue_settle(rescue, SP_SETTLE_DOUBT, outcome->reason, 1,
                      rescue->plan.next);
        break;

    default:
        rescue_settle(rescue, SP_SETTLE_RETRY, outcome->reason,
                      report->asked, again);
    }
}


/*
 * Nothing was handed over.  A no ends the lease, but for "done"; without an
 * answer Redis may have noted the attempt.
 */

static void
rescue_stopped(rescue_t *rescue)
{
    if (strcmp(rescue->no, "done") == 0) {
        rescue_settle(rescue, SP_SETTLE_SKIPPED, "done", 0, rescue->plan.next);
        return;
    }

    if (rescue->no[0] != '\0') {
        rescue->settled = 1;
        log_event(LOG_INFO, "stopped", "shop=%s shopper=%s step=%s reason=%s",
                  rescue->shop->name, rescue->claimed->shopper.text,
                  rescue->plan.step->name, rescue->no);
        return;
    }

    rescue_settle(rescue, SP_SETTLE_RETRY, "no_confirm", 1,
                  rescue_time(rescue) + outcome_delay(rescue->claimed->tries));
}


/* attempt: there is one, noted by confirm. */

static void
rescue_settle(rescue_t *rescue, sp_settle_t outcome, const char *reason,
    int attempt, int64_t next)
{
    char                 quoted[LOG_QUOTE_MAX];
    sp_rc_t              rc;
    uint32_t             series, step;
    sp_call_t            call;
    sp_arena_t          *arena;
    smtp_report_t       *report;
    const sp_claimed_t  *claimed;

    claimed = rescue->claimed;
    report = &rescue->job.report;
    rescue->settled = 1;
    series = rescue->plan.series != NULL ? rescue->plan.series->hash : 0;
    step = rescue->plan.step != NULL ? rescue->plan.step->hash : 0;

    log_event(outcome == SP_SETTLE_DOUBT ? LOG_WARN : LOG_INFO, "settle",
              "shop=%s shopper=%s rescue=%llu step=%s outcome=%c reason=%s "
              "code=%d stage=%s text=%s", rescue->shop->name,
              claimed->shopper.text, (unsigned long long) claimed->rescue,
              rescue->plan.step != NULL ? rescue->plan.step->name : "-",
              outcome, reason, report->code != 0 ? report->code
                                                 : report->final,
              rescue->submitted ? smtp_stage_name(report->stage) : "-",
              log_quote(quoted, report->text));

    arena = sp_arena_create(0);
    rc = arena == NULL ? SP_NOMEM
         : sp_call_settle(&call, sp_arena_pool(arena), &rescue->rules->id,
                          &claimed->shopper, claimed->rescue, claimed->fence,
                          series, step, attempt ? rescue->attempt : NULL,
                          outcome, reason, next);

    if (rc == SP_OK
        && redis_call(rescue->shop->engine->redis, &call, -1,
                      rescue_settle_answer, rescue) == 0)
    {
        rescue->refs++;

    } else {
        log_event(LOG_ERROR, "settle", "shop=%s shopper=%s "
                  "error=\"out of memory\"", rescue->shop->name,
                  claimed->shopper.text);
    }

    sp_arena_destroy(arena);
}


static void
rescue_settle_answer(void *data, const redis_answer_t *answer)
{
    char       text[64], quoted[LOG_QUOTE_MAX];
    rescue_t  *rescue;

    rescue = data;

    if (answer->status != REDIS_REPLY || answer->n == 0
        || answer->items[0].len != 2
        || memcmp(answer->items[0].data, "OK", 2) != 0)
    {
        snprintf(text, sizeof(text), "%.*s",
                 answer->n != 0 ? (int) answer->items[0].len : 0,
                 answer->n != 0 ? answer->items[0].data : "");
        log_event(LOG_WARN, "not_settled", "shop=%s shopper=%s answer=%s",
                  rescue->shop->name, rescue->claimed->shopper.text,
                  log_quote(quoted, text));
    }

    rescue_unref(rescue);
}


void
rescue_give_back(rescue_t *rescue)
{
    rescue_settle(rescue, SP_SETTLE_DEFERRED, "stopping", 0,
                  rescue_time(rescue));
    rescue_unref(rescue);
}


void
rescue_renew_all(engine_t *engine)
{
    rescue_t  *rescue;

    for (rescue = engine->rescues; rescue != NULL; rescue = rescue->next) {
        if (!rescue->settled) {
            rescue_renew(rescue);
        }
    }
}


static void
rescue_renew(rescue_t *rescue)
{
    sp_rc_t      rc;
    engine_t    *engine;
    sp_str_t     mailer;
    sp_call_t    call;
    sp_arena_t  *arena;

    engine = rescue->shop->engine;
    mailer.data = engine->mailer;
    mailer.len = SP_ID_LEN;
    arena = sp_arena_create(0);

    rc = arena == NULL ? SP_NOMEM
         : sp_call_renew(&call, sp_arena_pool(arena), &rescue->rules->id,
                         &mailer, &rescue->claimed->shopper,
                         rescue->claimed->fence, rescue->conf->lease);

    if (rc == SP_OK && redis_call(engine->redis, &call, 0,
                                  rescue_renew_answer, rescue) == 0)
    {
        rescue->refs++;
    }

    sp_arena_destroy(arena);
}


/* A lease that is lost is found out by confirm. */

static void
rescue_renew_answer(void *data, const redis_answer_t *answer)
{
    rescue_unref(data);
}


static void
rescue_unref(rescue_t *rescue)
{
    if (--rescue->refs != 0) {
        return;
    }

    *rescue->prev = rescue->next;

    if (rescue->next != NULL) {
        rescue->next->prev = rescue->prev;
    }

    if (rescue->submitted) {
        sender_job_clean(&rescue->job);
    }

    creative_free(rescue->creative);
    rescue->shop->engine->nrescues--;
    rescue_batch_unref(rescue->batch);
    config_unref(rescue->conf);
    explicit_bzero(rescue->address, sizeof(rescue->address));
    free(rescue);
}


int
rescue_is_sending(const rescue_t *rescue)
{
    return rescue->submitted && !rescue->settled;
}


rescue_t *
rescue_next(const rescue_t *rescue)
{
    return rescue->next;
}


void
rescue_batch_unref(rescue_batch_t *batch)
{
    if (--batch->refs == 0) {
        sp_arena_destroy(batch->arena);
        free(batch);
    }
}


/* What Redis's clock says now. */

static int64_t
rescue_time(const rescue_t *rescue)
{
    return rescue->claimed->now + engine_now() - rescue->claimed_at;
}
