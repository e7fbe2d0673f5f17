/*
 * Copyright (C) SitePreserver developers
 *
 * A rescue whose message is sent: its job for a sender, and the question at
 * 354.
 */

#include "rescue_int.h"
#include "rescue_message.h"


static int rescue_build(sender_job_t *job);
static void rescue_ask(void *data);
static void rescue_confirm_answer(void *data, const redis_answer_t *answer);
static void rescue_done(void *data);


void
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

    sender_job_init(&rescue->job, MESSAGE_SIZE_MAX);
    rescue->job.build = rescue_build;
    rescue->job.ask = rescue_ask;
    rescue->job.done = rescue_done;
    rescue->job.dry = rescue->mode == SP_MODE_DRY_RUN || rescue->plan.holdout;

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
    letter.offer = rescue->plan.offer;
    letter.code = rescue->code[0] != '\0' ? rescue->code : NULL;
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
    int64_t              now;
    sp_rc_t              rc;
    rescue_t            *rescue;
    sp_call_t            call;
    sp_arena_t          *arena;
    sp_confirm_t         terms;
    const sp_claimed_t  *claimed;

    rescue = data;
    claimed = rescue->claimed;

    now = rescue_time(rescue);

    if (plan_hours(rescue->rules, claimed, rescue->plan.step, now) != now) {
        /* it has waited for its turn, and the evening has come */

        strcpy(rescue->no, "quiet_hours");
        sender_answer(&rescue->job, 0);
        return;
    }

    arena = sp_arena_create(0);

    memset(&terms, 0, sizeof(sp_confirm_t));
    terms.max_per_day = rescue->rules->max_per_day;
    terms.max_per_week = rescue->rules->max_per_week;
    terms.cool_down = rescue->rules->cool_down;
    terms.variant = rescue->plan.variant->id;
    terms.consent = audience_asks(rescue->rules->consent);
    terms.holdout = rescue->plan.holdout;
    terms.offer = rescue->plan.offer != NULL;

    rc = arena == NULL ? SP_NOMEM
         : sp_call_confirm(&call, sp_arena_pool(arena), &rescue->rules->id,
                           &claimed->shopper, claimed->rescue, claimed->fence,
                           rescue->plan.series->hash, rescue->plan.step->hash,
                           rescue->attempt, rescue->mode, &terms);

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
    int        down;
    engine_t  *engine;
    rescue_t  *rescue;

    rescue = data;
    engine = rescue->shop->engine;
    down = rescue_finish(rescue);

    relay_finished(rescue->relay, down);
    rescue_unref(rescue);

    engine_kick(engine);
}
