/*
 * Copyright (C) SitePreserver developers
 *
 * What is to be done with a claimed rescue: a pure function of the shop's
 * config, the record and the time.
 */

#ifndef PLAN_H
#define PLAN_H

#include "config.h"


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
    const char             *reason; /* a word */
    int64_t                 due;    /* of the step, Unix ms */
    int64_t                 next;   /* Unix ms when the rescue is to be looked
                                       at after this, 0: never */
} plan_t;


/* now: Redis's time, Unix ms. */

void plan_decide(const config_shop_t *shop, const sp_claimed_t *claimed,
    int64_t now, plan_t *plan);


#endif /* PLAN_H */
