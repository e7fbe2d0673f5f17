/*
 * Copyright (C) SitePreserver developers
 *
 * A code for the offer of a message, out of its pool.  It belongs to the rescue
 * from here on; what becomes of it is decided with the settlement.
 */

#include "rescue_int.h"


#define RESCUE_CODES_EVERY  3600000     /* ms between two counts of a pool */


static void rescue_offer_answer(void *data, const redis_answer_t *answer);
static void rescue_offer_none(rescue_t *rescue);
static void rescue_offer_count(rescue_t *rescue, const sp_str_t *pool);
static void rescue_offer_counted(void *data, const redis_answer_t *answer);


void
rescue_offer(rescue_t *rescue)
{
    sp_rc_t                 rc;
    sp_str_t                pool;
    sp_call_t               call;
    sp_arena_t             *arena;
    const sp_claimed_t     *claimed;
    const config_offer_t   *offer;

    offer = rescue->plan.offer;

    if (offer == NULL || offer->pool == NULL || rescue->mode != SP_MODE_LIVE) {
        rescue_send(rescue);
        return;
    }

    claimed = rescue->claimed;
    pool.data = offer->pool;
    pool.len = strlen(offer->pool);
    arena = sp_arena_create(0);

    rc = arena == NULL ? SP_NOMEM
         : sp_call_offer_reserve(&call, sp_arena_pool(arena),
                                 &rescue->rules->id, &claimed->shopper,
                                 claimed->rescue, claimed->fence,
                                 rescue->plan.step->hash, &pool);

    if (rc == SP_OK
        && redis_call(rescue->shop->engine->redis, &call, REDIS_TIMEOUT,
                      rescue_offer_answer, rescue) == 0)
    {
        rescue->refs++;
        rescue_offer_count(rescue, &pool);

    } else {
        rescue_settle(rescue, SP_SETTLE_DEFERRED, "no_memory", 0,
                      rescue_time(rescue) + PLAN_AGAIN);
    }

    sp_arena_destroy(arena);
}


static void
rescue_offer_answer(void *data, const redis_answer_t *answer)
{
    sp_rc_t    rc;
    sp_str_t   code;
    rescue_t  *rescue;

    rescue = data;
    rc = answer->status != REDIS_REPLY || answer->n == 0 ? SP_INVALID
         : sp_offer_code_read(&answer->items[0], &code);

    if (rescue->settled) {
        rescue_unref(rescue);
        return;
    }

    if (rc == SP_OK && code.len <= SP_CODE_MAX) {
        memcpy(rescue->code, code.data, code.len);
        rescue->code[code.len] = '\0';
        rescue_send(rescue);

    } else if (rc == SP_DONE) {
        rescue_offer_none(rescue);

    } else if (rc == SP_AGAIN) {

        /* the lease is gone: there is nothing to settle */

        rescue->settled = 1;
        log_event(LOG_INFO, "stopped", "shop=%s shopper=%s step=%s "
                  "reason=fenced", rescue->shop->name,
                  rescue->claimed->shopper.text, rescue->plan.step->name);

    } else {
        rescue_settle(rescue, SP_SETTLE_DEFERRED, "no_answer", 0,
                      rescue_time(rescue));
    }

    rescue_unref(rescue);
}


static void
rescue_offer_none(rescue_t *rescue)
{
    log_event(LOG_WARN, "offer", "shop=%s offer=%s pool=%s reason=no_code",
              rescue->shop->name, rescue->plan.offer->name,
              rescue->plan.offer->pool);

    plan_no_offer(&rescue->plan, "no_code");

    if (rescue->plan.kind == PLAN_SEND) {
        rescue_send(rescue);

    } else {
        rescue_settle(rescue, SP_SETTLE_SKIPPED, rescue->plan.reason, 0,
                      rescue->plan.next);
    }
}


/* Says in time that codes are running out. */

static void
rescue_offer_count(rescue_t *rescue, const sp_str_t *pool)
{
    shop_t      *shop;
    sp_call_t    call;
    sp_arena_t  *arena;

    shop = rescue->shop;

    if (shop->counted != 0
        && now_ms() - shop->counted < RESCUE_CODES_EVERY)
    {
        return;
    }

    arena = sp_arena_create(0);

    if (arena != NULL
        && sp_call_offers(&call, sp_arena_pool(arena), &rescue->rules->id,
                          pool) == SP_OK
        && redis_call(shop->engine->redis, &call, 0, rescue_offer_counted,
                      rescue) == 0)
    {
        rescue->refs++;
        shop->counted = now_ms();
    }

    sp_arena_destroy(arena);
}


static void
rescue_offer_counted(void *data, const redis_answer_t *answer)
{
    uint64_t               n[3];
    rescue_t              *rescue;
    const config_offer_t  *offer;

    rescue = data;
    offer = rescue->plan.variant->offer;

    if (answer->status == REDIS_REPLY && answer->n != 0
        && sp_offer_reply_read(&answer->items[0], n, 3) == SP_OK
        && n[0] < CONFIG_CODES_FEW)
    {
        log_event(LOG_WARN, "offer", "shop=%s offer=%s pool=%s left=%llu "
                  "reason=few_codes", rescue->shop->name, offer->name,
                  offer->pool, (unsigned long long) n[0]);
    }

    rescue_unref(rescue);
}
