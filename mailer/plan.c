/*
 * Copyright (C) SitePreserver developers
 */

#include "date.h"
#include "draw.h"
#include "outcome.h"
#include "plan.h"


static const config_step_t *plan_step(const config_series_t *series,
    const sp_claimed_t *claimed);
static const sp_step_done_t *plan_done(const config_step_t *step,
    const sp_claimed_t *claimed);
static int64_t plan_due(const config_series_t *series,
    const config_step_t *step, const sp_claimed_t *claimed);
static int64_t plan_apart(const config_series_t *series,
    const config_step_t *step, uint32_t other);
static int plan_time(const config_shop_t *shop, const sp_claimed_t *claimed,
    int64_t now, plan_t *plan);
static int64_t plan_ready(const sp_claimed_t *claimed, int64_t due);
static int plan_is_told(const sp_step_done_t *done);
static int plan_offered(const config_shop_t *shop,
    const sp_claimed_t *claimed, int64_t now);
static void plan_defer(plan_t *plan, const char *reason, int64_t next);
static void plan_skip(plan_t *plan, const char *reason);


void
plan_decide(const config_shop_t *shop, const sp_secret_t *secret,
    const sp_claimed_t *claimed, int64_t now, plan_t *plan)
{
    const config_step_t  *last;

    memset(plan, 0, sizeof(plan_t));
    plan->kind = PLAN_CLOSE;

    if (!plan_series(shop, claimed, plan)) {
        return;
    }

    plan->step = plan_step(plan->series, claimed);

    if (plan->step == NULL) {
        plan->series = NULL;
        plan->reason = "series_done";
        return;
    }

    last = &plan->series->steps[plan->series->nsteps - 1];
    plan->next = plan->step == last ? 0
                 : claimed->abandoned + plan->step[1].delay;

    if (!plan_time(shop, claimed, now, plan)) {
        return;
    }

    if (plan_draw(shop, secret, claimed, plan) != SP_OK) {
        plan_defer(plan, "no_memory", now + PLAN_AGAIN);
        return;
    }

    plan_offer(shop, claimed, now, plan);
}


void
plan_offer(const config_shop_t *shop, const sp_claimed_t *claimed,
    int64_t now, plan_t *plan)
{
    plan->kind = PLAN_SEND;
    plan->reason = "due";
    plan->offer = plan->variant->offer;

    if (plan->offer != NULL && plan_offered(shop, claimed, now)) {
        plan_no_offer(plan, "offered_lately");
    }
}


/* The first series that is for this rescue, unless it has begun with one. */

int
plan_series(const config_shop_t *shop, const sp_claimed_t *claimed,
    plan_t *plan)
{
    unsigned  i;

    if (!audience_consents(shop->consent, claimed)) {
        plan->reason = "no_consent";
        return 0;
    }

    if (claimed->series != 0) {
        plan->series = config_series(shop, claimed->series);
        plan->reason = "series_gone";
        return plan->series != NULL;
    }

    for (i = 0; i < shop->nseries; i++) {
        if (audience_fits(&shop->series[i].audience, claimed, shop->locale)) {
            plan->series = &shop->series[i];
            return 1;
        }
    }

    plan->reason = "no_audience";

    return 0;
}


/* Is it the time for this step?  Else the plan is made. */

static int
plan_time(const config_shop_t *shop, const sp_claimed_t *claimed,
    int64_t now, plan_t *plan)
{
    int64_t               end, expiry, at;
    const config_step_t  *step;

    step = plan->step;
    plan->due = plan_due(plan->series, step, claimed);

    if (now < plan->due) {
        plan_defer(plan, "not_due", plan->due);
        return 0;
    }

    expiry = step->expires == 0 ? INT64_MAX
             : claimed->abandoned + step->delay + step->expires;
    end = plan_ready(claimed, plan->due) + step->max_late;

    if (now > expiry) {
        plan_skip(plan, "expired");
        return 0;
    }

    if (now > end) {
        plan_skip(plan, "too_late");
        return 0;
    }

    at = plan_hours(shop, claimed, step, now);

    if (at == now) {
        return 1;
    }

    if (at == -1) {
        plan_defer(plan, "no_memory", now + PLAN_AGAIN);

    } else if (at > expiry) {
        plan_skip(plan, "expired");

    } else {
        plan_defer(plan, "quiet_hours", at);
    }

    return 0;
}


int64_t
plan_hours(const config_shop_t *shop, const sp_claimed_t *claimed,
    const config_step_t *step, int64_t now)
{
    return calendar_next(&step->calendar, plan_zone(shop, claimed), now);
}


const char *
plan_zone(const config_shop_t *shop, const sp_claimed_t *claimed)
{
    return date_zone(claimed->time_zone) ? claimed->time_zone
                                         : shop->time_zone;
}


void
plan_no_offer(plan_t *plan, const char *reason)
{
    plan->offer = NULL;

    if (!plan->step->offerless) {
        plan_skip(plan, reason);
    }
}


static void
plan_defer(plan_t *plan, const char *reason, int64_t next)
{
    plan->kind = PLAN_DEFER;
    plan->reason = reason;
    plan->next = next;
}


static void
plan_skip(plan_t *plan, const char *reason)
{
    plan->kind = PLAN_SKIP;
    plan->reason = reason;
}


/*
 * The first step that is not done and later than the last one done.  A step
 * that was done and is no longer in the config (it may have been renamed) has
 * no place in the series, but a time: what was due before it is not sent
 * after it.
 */

static const config_step_t *
plan_step(const config_series_t *series, const sp_claimed_t *claimed)
{
    unsigned              i, k, first;
    int64_t               after;
    const config_step_t  *step;

    first = 0;
    after = INT64_MIN;

    for (i = 0; i < claimed->nsteps; i++) {
        for (k = 0; k < series->nsteps; k++) {
            if (series->steps[k].hash == claimed->steps[i].hash) {
                break;
            }
        }

        if (k < series->nsteps) {
            first = k + 1 > first ? k + 1 : first;

        } else if (claimed->steps[i].at > after) {
            after = claimed->steps[i].at;
        }
    }

    for (k = first; k < series->nsteps; k++) {
        step = &series->steps[k];

        if (plan_done(step, claimed) == NULL
            && claimed->abandoned + step->delay > after)
        {
            return step;
        }
    }

    return NULL;
}


static const sp_step_done_t *
plan_done(const config_step_t *step, const sp_claimed_t *claimed)
{
    unsigned  i;

    for (i = 0; i < claimed->nsteps; i++) {
        if (claimed->steps[i].hash == step->hash) {
            return &claimed->steps[i];
        }
    }

    return NULL;
}


/*
 * After the abandonment, and apart from the message before it: one that had to
 * wait for the morning must not come together with the next.
 */

static int64_t
plan_due(const config_series_t *series, const config_step_t *step,
    const sp_claimed_t *claimed)
{
    int64_t                due, at;
    unsigned               i;
    const sp_step_done_t  *done;

    due = claimed->abandoned + step->delay;

    for (i = 0; i < claimed->nsteps; i++) {
        done = &claimed->steps[i];

        if (plan_is_told(done)) {
            at = done->at + plan_apart(series, step, done->hash);
            due = at > due ? at : due;
        }
    }

    return due;
}


/* An hour, or what the config has between the two, if that is less. */

static int64_t
plan_apart(const config_series_t *series, const config_step_t *step,
    uint32_t other)
{
    int64_t   apart;
    unsigned  i;

    for (i = 0; i < series->nsteps; i++) {
        if (series->steps[i].hash == other) {
            apart = step->delay - series->steps[i].delay;
            return apart < PLAN_GAP ? apart : PLAN_GAP;
        }
    }

    return 0;
}


/* Did the shopper get it, perhaps, or would have? */

static int
plan_is_told(const sp_step_done_t *done)
{
    return done->outcome == 's' || done->outcome == 'd'
           || done->outcome == 'h' || done->outcome == 'y';
}


/*
 * When the step could first be sent.  A hold, a cap or quiet hours move the
 * record's due time and do not count as late; our own pauses after failures
 * move it too and do.
 */

static int64_t
plan_ready(const sp_claimed_t *claimed, int64_t due)
{
    int64_t   ready;
    unsigned  i;

    ready = claimed->due;

    for (i = 0; i < claimed->tries && ready > due; i++) {
        ready -= outcome_delay(i);
    }

    return ready > due ? ready : due;
}


/*
 * Who is held out is so in all of the series, so that what it brings can be
 * told.  In catch-all nobody is: the operator wants to see the messages.
 */

sp_rc_t
plan_draw(const config_shop_t *shop, const sp_secret_t *secret,
    const sp_claimed_t *claimed, plan_t *plan)
{
    sp_rc_t               rc;
    unsigned              n, i;
    const config_step_t  *step;

    step = plan->step;
    plan->variant = &step->variants[0];

    if (step->nvariants > 1) {
        rc = draw_number(secret, &shop->id, "variant", plan->series->hash,
                         step->hash, &claimed->shopper, step->weight, &n);

        if (rc != SP_OK) {
            return rc;
        }

        for (i = 0; n >= step->variants[i].weight; i++) {
            n -= step->variants[i].weight;
        }

        plan->variant = &step->variants[i];
    }

    if (plan->series->holdout == 0 || shop->mode == SP_MODE_CATCH_ALL) {
        return SP_OK;
    }

    rc = draw_number(secret, &shop->id, "holdout", plan->series->hash, 0,
                     &claimed->shopper, 100, &n);
    plan->holdout = rc == SP_OK && n < plan->series->holdout;

    return rc;
}


/*
 * Nobody shall learn to leave carts for what is offered then.  The messages of
 * one rescue are one occasion: what was offered since its first one counts for
 * the next rescue.
 */

static int
plan_offered(const config_shop_t *shop, const sp_claimed_t *claimed,
    int64_t now)
{
    unsigned  i;

    if (shop->offer_once_in == 0 || claimed->offered == 0
        || claimed->offered + shop->offer_once_in <= now)
    {
        return 0;
    }

    for (i = 0; i < claimed->nsteps; i++) {
        if (plan_is_told(&claimed->steps[i])
            && claimed->steps[i].at <= claimed->offered)
        {
            return 0;
        }
    }

    return 1;
}
