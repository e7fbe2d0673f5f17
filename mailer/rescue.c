/*
 * Copyright (C) SitePreserver developers
 *
 * Rescues in hand: from the claim to what is decided, their leases and their
 * memory.
 */

#include <stdlib.h>

#include "date.h"
#include "rescue_creative.h"
#include "rescue_int.h"


static rescue_t *rescue_create(shop_t *shop, rescue_batch_t *batch,
    const sp_claimed_t *claimed);
static void rescue_zone(const rescue_t *rescue);
static int rescue_pick(rescue_t *rescue);
static void rescue_renew(rescue_t *rescue);
static void rescue_renew_answer(void *data, const redis_answer_t *answer);


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

    if (shop->engine->stopping) {

        /* The claim was on its way when it was told to stop. */

        rescue_give_back(rescue);
        return 0;
    }

    if (rescue->mode != rescue->rules->mode) {

        /* Another config came between the claim and its reply. */

        rescue_settle(rescue, SP_SETTLE_DEFERRED, "reload", 0, claimed->now);
        rescue_unref(rescue);
        return 0;
    }

    rescue_zone(rescue);
    plan_decide(rescue->rules, rescue->conf->secret, claimed, claimed->now,
                plan);

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
            rescue_offer(rescue);
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
    rescue->claimed_at = now_ms();
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


/* What a rule said may be any text: the shop's zone counts then. */

static void
rescue_zone(const rescue_t *rescue)
{
    if (rescue->claimed->time_zone[0] != '\0'
        && !date_zone(rescue->claimed->time_zone))
    {
        log_event(LOG_INFO, "time_zone", "shop=%s shopper=%s result=unknown",
                  rescue->shop->name, rescue->claimed->shopper.text);
    }
}


/* The creative to send; 0: it must not be sent, and is settled so. */

static int
rescue_pick(rescue_t *rescue)
{
    switch (rescue_creative(rescue->rules, rescue->plan.step,
                            rescue->plan.variant, rescue->mode, now_ms(),
                            &rescue->creative))
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

void
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


void
rescue_give_back(rescue_t *rescue)
{
    rescue_settle(rescue, SP_SETTLE_DEFERRED, "given_back", 0,
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


void
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

int64_t
rescue_time(const rescue_t *rescue)
{
    return rescue->claimed->now + now_ms() - rescue->claimed_at;
}
