/*
 * Copyright (C) SitePreserver developers
 *
 * A recipient whom the relay has refused without saying that the address is
 * dead: it counts as a soft bounce does.
 */

#include "bounce.h"
#include "rescue_int.h"


#define RESCUE_REFUSALS  3          /* messages in a row that suppress */


static void rescue_refused_answer(void *data, const redis_answer_t *answer);


void
rescue_refused(rescue_t *rescue)
{
    char         report[BOUNCE_REPORT_LEN + 1], message[BOUNCE_MARK_LEN + 1];
    sp_rc_t      rc;
    sp_call_t    call;
    sp_arena_t  *arena;

    /* a message is refused once: its mark is that of the report, too */

    bounce_message_mark(message, rescue->claimed->rescue,
                        rescue->plan.step->hash);
    snprintf(report, sizeof(report), "%s%s", message, message);
    arena = sp_arena_create(0);
    rc = arena == NULL ? SP_NOMEM
         : sp_call_bounce(&call, sp_arena_pool(arena), &rescue->rules->id,
                          &rescue->claimed->shopper, "soft", report, message);

    if (rc == SP_OK
        && redis_call(rescue->shop->engine->redis, &call, -1,
                      rescue_refused_answer, rescue) == 0)
    {
        rescue->refs++;

    } else {
        log_event(LOG_ERROR, "refused", "shop=%s shopper=%s "
                  "error=\"out of memory\"", rescue->shop->name,
                  rescue->claimed->shopper.text);
    }

    sp_arena_destroy(arena);
}


static void
rescue_refused_answer(void *data, const redis_answer_t *answer)
{
    int        fresh;
    unsigned   soft, most;
    rescue_t  *rescue;

    rescue = data;
    most = rescue->rules->soft_bounces;

    if (most > RESCUE_REFUSALS) {
        most = RESCUE_REFUSALS;
    }

    if (answer->status != REDIS_REPLY || answer->n != 1
        || sp_bounce_reply_read(&answer->items[0], &fresh, &soft) != SP_OK)
    {
        log_event(LOG_WARN, "refused", "shop=%s shopper=%s result=not_counted",
                  rescue->shop->name, rescue->claimed->shopper.text);

    } else if (most > 0 && soft >= most
               && engine_suppress(rescue->shop->engine, rescue->shop->name,
                                  &rescue->claimed->shopper, "bounced", NULL,
                                  NULL) != 0)
    {
        log_event(LOG_ERROR, "refused", "shop=%s shopper=%s "
                  "error=\"out of memory\"", rescue->shop->name,
                  rescue->claimed->shopper.text);
    }

    rescue_unref(rescue);
}
