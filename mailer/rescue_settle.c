/*
 * Copyright (C) SitePreserver developers
 *
 * What became of a rescue's message, and its settlement.
 */

#include <errno.h>

#include "outcome.h"
#include "rescue_int.h"


static void rescue_not_built(rescue_t *rescue);
static void rescue_stopped(rescue_t *rescue);
static void rescue_outcome(rescue_t *rescue, outcome_t *outcome);
static void rescue_bad_address(rescue_t *rescue);
static void rescue_suppressed(void *data, int error);
static void rescue_settle_answer(void *data, const redis_answer_t *answer);


int
rescue_finish(rescue_t *rescue)
{
    outcome_t  outcome;

    memset(&outcome, 0, sizeof(outcome_t));

    if (!rescue->job.built) {
        rescue_not_built(rescue);

    } else if (rescue->job.report.stopped) {
        rescue_stopped(rescue);

    } else if (rescue->plan.holdout) {
        rescue_settle(rescue, SP_SETTLE_HOLDOUT, "holdout", 1,
                      rescue->plan.next);

    } else if (rescue->job.dry) {
        rescue_settle(rescue, SP_SETTLE_DRY, "dry_run", 1, rescue->plan.next);

    } else {
        outcome_decide(&rescue->job.report, &outcome);
        relay_judge(rescue->relay, &rescue->job.report, rescue->job.to,
                    &outcome);
        rescue_outcome(rescue, &outcome);
    }

    return outcome.relay_down;
}


/* A template or a fact is wrong: time may help, but not for ever. */

static void
rescue_not_built(rescue_t *rescue)
{
    char  quoted[LOG_QUOTE_MAX];

    log_event(LOG_ERROR, "not_built", "shop=%s shopper=%s creative=%s "
              "reason=%s", rescue->shop->name, rescue->claimed->shopper.text,
              rescue->plan.variant->creative,
              log_quote(quoted, rescue->job.report.text));

    rescue_wait(rescue, "not_built");
}


/*
 * Nothing was handed over.  A no of Redis ends the lease, but for "done";
 * without an answer it may have noted the attempt.
 */

static void
rescue_stopped(rescue_t *rescue)
{
    if (strcmp(rescue->no, "done") == 0) {
        rescue_settle(rescue, SP_SETTLE_SKIPPED, "done", 0, rescue->plan.next);
        return;
    }

    if (strcmp(rescue->no, "quiet_hours") == 0) {
        rescue_settle(rescue, SP_SETTLE_DEFERRED, "quiet_hours", 0,
                      rescue_time(rescue));
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


static void
rescue_outcome(rescue_t *rescue, outcome_t *outcome)
{
    int64_t         again;
    smtp_report_t  *report;

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
        if (!outcome->bad_address) {
            rescue_settle(rescue, SP_SETTLE_REFUSED, outcome->reason,
                          report->asked, rescue->plan.next);

        } else if (rescue->mode == SP_MODE_LIVE) {
            rescue_bad_address(rescue);

        } else {
            rescue_settle(rescue, SP_SETTLE_REFUSED, outcome->reason,
                          report->asked, 0);
        }

        if (outcome->soft && rescue->mode == SP_MODE_LIVE) {
            rescue_refused(rescue);
        }

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
 * The suppression ends the rescue, so the step is settled before Redis hears of
 * it; but our own file has it first, in case that we end in between.
 */

static void
rescue_bad_address(rescue_t *rescue)
{
    rescue->settled = 1;
    rescue->refs++;

    if (engine_suppress_last(rescue->shop->engine, rescue->shop->name,
                             &rescue->claimed->shopper, "bounced",
                             rescue_suppressed, rescue) != 0)
    {
        log_event(LOG_ERROR, "suppress", "shop=%s error=\"out of memory\"",
                  rescue->shop->name);
        rescue_suppressed(rescue, ENOMEM);
    }
}


/* It is on disk, or cannot be. */

static void
rescue_suppressed(void *data, int error)
{
    rescue_t  *rescue;

    rescue = data;
    rescue_settle(rescue, SP_SETTLE_REFUSED, "bad_address",
                  rescue->job.report.asked,
                  rescue->plan.next != 0 ? rescue->plan.next
                                         : rescue_time(rescue));
    rescue_unref(rescue);
}


void
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
    rescue->attempted = attempt != 0;
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


/*
 * A no is an answer where nothing was handed over: the rescue has ended
 * meanwhile, by an order say, or another mailer has it.
 */

static void
rescue_settle_answer(void *data, const redis_answer_t *answer)
{
    int        no;
    char       text[64], quoted[LOG_QUOTE_MAX];
    rescue_t  *rescue;

    rescue = data;
    snprintf(text, sizeof(text), "%.*s",
             answer->n != 0 ? (int) answer->items[0].len : 0,
             answer->n != 0 ? answer->items[0].data : "");

    if (answer->status != REDIS_REPLY || strcmp(text, "OK") != 0) {
        no = answer->status == REDIS_REPLY && strcmp(text, "NO") == 0
             && !rescue->attempted;
        log_event(no ? LOG_INFO : LOG_WARN, "not_settled",
                  "shop=%s shopper=%s answer=%s", rescue->shop->name,
                  rescue->claimed->shopper.text, log_quote(quoted, text));
    }

    rescue_unref(rescue);
}
