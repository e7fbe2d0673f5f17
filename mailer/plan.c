/*
 * Copyright (C) SitePreserver developers
 */

#include "outcome.h"
#include "plan.h"


static const config_step_t *plan_step(const config_series_t *series,
    const sp_claimed_t *claimed);
static int plan_is_done(const config_step_t *step,
    const sp_claimed_t *claimed);
static int64_t plan_ready(const sp_claimed_t *claimed, int64_t due);


void
plan_decide(const config_shop_t *shop, const sp_claimed_t *claimed,
    int64_t now, plan_t *plan)
{
    int64_t               end;
    const config_step_t  *step, *last;

    memset(plan, 0, sizeof(plan_t));
    plan->kind = PLAN_CLOSE;

    if (claimed->before_live && shop->mode == SP_MODE_LIVE) {
        plan->reason = "before_live";
        return;
    }

    plan->series = config_series(shop, claimed->series);

    if (plan->series == NULL) {
        plan->reason = "series_gone";
        return;
    }

    step = plan_step(plan->series, claimed);

    if (step == NULL) {
        plan->series = NULL;
        plan->reason = "series_done";
        return;
    }

    plan->step = step;
    plan->due = claimed->abandoned + step->delay;

    if (now < plan->due) {
        plan->kind = PLAN_DEFER;
        plan->reason = "not_due";
        plan->next = plan->due;
        return;
    }

    last = &plan->series->steps[plan->series->nsteps - 1];
    plan->next = step == last ? 0 : claimed->abandoned + step[1].delay;

    end = plan_ready(claimed, plan->due) + step->max_late;

    if (now > end) {
        plan->kind = PLAN_SKIP;
        plan->reason = "too_late";
        return;
    }

    plan->kind = PLAN_SEND;
    plan->reason = "due";
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

        if (!plan_is_done(step, claimed)
            && claimed->abandoned + step->delay > after)
        {
            return step;
        }
    }

    return NULL;
}


static int
plan_is_done(const config_step_t *step, const sp_claimed_t *claimed)
{
    unsigned  i;

    for (i = 0; i < claimed->nsteps; i++) {
        if (claimed->steps[i].hash == step->hash) {
            return 1;
        }
    }

    return 0;
}


/*
 * When the step could first be sent.  A hold or a cap moves the record's due
 * time and does not count as late; our own pauses after failures move it too
 * and do.
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
