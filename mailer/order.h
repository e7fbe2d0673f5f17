/*
 * Copyright (C) SitePreserver developers
 *
 * An order that the shop tells of, by webhook or command.
 */

#ifndef ORDER_H
#define ORDER_H

#include "redis.h"


#define ORDER_ID_MAX  128           /* bytes of an order's or customer's id */


typedef struct {
    sp_str_t   id;                  /* required */
    sp_str_t   address;             /* not normalised; len 0: not said */
    sp_str_t   customer;            /* the platform's id; len 0: not said */
    int64_t    ago;                 /* ms since it was placed */
    sp_str_t   total;               /* "12.50", in main units; len 0: not said */
    sp_str_t   currency;            /* ISO 4217; required with a total */
    const char *warning;            /* a part that is not told, and why; NULL:
                                       there is none */
} order_t;


/*
 * Tells Redis.  NULL: answer will be called; else what is wrong with the
 * order, without an address in it.  What is not needed to know whose order it
 * is may be wrong: it is left out, and order->warning says so; so may one of
 * address and customer where the other is right.  A warning that is set before
 * stays.
 */

const char *order_call(redis_t *redis, const sp_secret_t *secret,
    const config_shop_t *shop, order_t *order, int keep,
    redis_answer_pt answer, void *data);


/* "ok", "duplicate", "unknown" (no such customer); NULL: not done by Redis. */

const char *order_result(const redis_answer_t *answer);


#endif /* ORDER_H */
