/*
 * Copyright (C) SitePreserver developers
 *
 * What is to be done with a claimed rescue: a pure function of the shop's
 * config, the record, the time, and the key that lots are drawn with.
 */

#ifndef PLAN_H
#define PLAN_H

#include "config.h"


#define PLAN_GAP    3600000         /* ms between two messages of a rescue */
#define PLAN_AGAIN  600000          /* ms, when memory is out */


typedef enum {
    PLAN_SEND = 0,                  /* step, now */
    PLAN_DEFER,                     /* step, at next */
    PLAN_SKIP,                      /* step is closed as not sent: reason */
    PLAN_CLOSE                      /* the rescue ends: reason */
} plan_kind_t;


typedef struct {
    plan_kind_t             kind;
    const config_series_t  *series; /* NULL with PLAN_CLOSE */
    const config_step_t    *step;   /* NULL with PLAN_CLOSE */
    const config_variant_t *variant;        /* with PLAN_SEND */
    const config_offer_t   *offer;  /* to be made; NULL: none */
    unsigned                holdout:1;      /* confirmed, and not sent */
    const char             *reason; /* a word */
    int64_t                 due;    /* of the step, Unix ms */
    int64_t                 next;   /* Unix ms when the rescue is to be looked
                                       at after this, 0: never */
} plan_t;


/* now: Redis's time, Unix ms. */

void plan_decide(const config_shop_t *shop, const sp_secret_t *secret,
    const sp_claimed_t *claimed, int64_t now, plan_t *plan);


/*
 * When this step may be handed over, as hours and days go: now, or later; -1:
 * memory is out.
 */

int64_t plan_hours(const config_shop_t *shop, const sp_claimed_t *claimed,
    const config_step_t *step, int64_t now);


/*
 * The time zone that hours, weekdays and dates are told in: the shopper's, if
 * a rule said one that ICU knows, else the shop's.  It is claimed's or shop's.
 */

const char *plan_zone(const config_shop_t *shop, const sp_claimed_t *claimed);


/*
 * The parts of it, for a look ahead.  The series that takes this rescue, in
 * plan->series; 0: none does, plan->reason says why.  With series and step set:
 * who gets which variant, and who is held out; SP_NOMEM.  With the variant set:
 * what it offers, PLAN_SKIP if it must not.
 */

int plan_series(const config_shop_t *shop, const sp_claimed_t *claimed,
    plan_t *plan);
sp_rc_t plan_draw(const config_shop_t *shop, const sp_secret_t *secret,
    const sp_claimed_t *claimed, plan_t *plan);
void plan_offer(const config_shop_t *shop, const sp_claimed_t *claimed,
    int64_t now, plan_t *plan);


/*
 * A plan to send whose offer cannot be made: it is sent without, or becomes
 * PLAN_SKIP for that reason.
 */

void plan_no_offer(plan_t *plan, const char *reason);


#endif /* PLAN_H */
