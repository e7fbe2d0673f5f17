/*
 * Copyright (C) SitePreserver developers
 *
 * The daemon's working parts: what its loop, shops, rescues and web pages
 * share.  All of it belongs to the loop's thread.
 */

#ifndef ENGINE_H
#define ENGINE_H

#include "config.h"
#include "engine_fixed.h"
#include "inbox.h"
#include "journal.h"
#include "now.h"
#include "redis.h"
#include "relay.h"


#define ENGINE_RUN_ID  40           /* characters of Redis's run_id */


typedef struct engine_s    engine_t;
typedef struct shop_s      shop_t;
typedef struct rescue_s    rescue_t;

typedef struct engine_reapply_s  engine_reapply_t;
typedef struct engine_batch_s  engine_batch_t;


struct engine_s {
    struct event_base  *base;
    inbox_t            *inbox;
    config_t           *conf;
    engine_fixed_t      fixed;      /* what conf says of it does not count */
    redis_t            *redis;
    journal_t          *journal;
    relay_t           **relays;     /* of conf, and last the dry one */
    unsigned            nrelays;
    unsigned            running;    /* relays, also those that end */
    shop_t             *shops;      /* a list; also those that left conf */
    rescue_t           *rescues;    /* in hand */
    unsigned            nrescues;
    struct event       *renew;
    struct event       *watch;      /* for withdrawals */
    engine_batch_t     *batches;    /* of these, on their way to a file */
    char                mailer[SP_ID_LEN + 1];      /* this start of us */
    unsigned            stopping:1;
    unsigned            reapplied:1;    /* Redis was told of all that the
                                           journal has, since it is there */
    unsigned            unread:1;       /* it cannot be: nothing is sent */
    unsigned            untold;         /* of these, on their way */
    engine_reapply_t   *reapply;        /* what it is being told; or NULL */
    char                run_id[ENGINE_RUN_ID + 1];  /* of Redis, "" at first */
};


/* NULL: it is logged why. */

engine_t *engine_create(struct event_base *base, config_t *conf);


/*
 * Takes another config: what a sender has begun with goes on with the one it
 * began with, the rest is given back.
 * What engine_fixed.h has stays as it was.  Nonzero: no memory or threads, or
 * another identity key; the old config stays.
 */

int engine_reload(engine_t *engine, config_t *conf);


/* A sender is free: shops that wait for one claim again. */

void engine_kick(engine_t *engine);


/* Claims nothing more; what no sender has begun with is given back. */

void engine_stop(engine_t *engine);


/* Is everything done that was in hand? */

int engine_is_idle(const engine_t *engine);


/* Does any sender still have a message? */

int engine_is_sending(const engine_t *engine);


/* Ends the senders: engine->running becomes 0 some turns of the loop later. */

void engine_end(engine_t *engine);


/* After engine->running is 0, or right before the process ends. */

void engine_free(engine_t *engine);


/* The relay that sends, or makes dry runs, for a shop. */

relay_t *engine_relay(const engine_t *engine, const config_shop_t *shop);


/*
 * Suppresses a shopper: in the journal and in Redis, which is told again until
 * it knows.  done(data, error) is called when the journal has it on disk, or
 * failed (error: errno); it may be NULL.  Nonzero: no memory, nothing was done.
 */

int engine_suppress(engine_t *engine, const char *shop,
    const sp_id_t *shopper, const char *reason,
    void (*done)(void *data, int error), void *data);


/*
 * The same, but Redis is told after done() was called: it may call Redis first,
 * about what the suppression ends.  Only the journal has it until then.  shop
 * and reason must live as long.
 */

int engine_suppress_last(engine_t *engine, const char *shop,
    const sp_id_t *shopper, const char *reason,
    void (*done)(void *data, int error), void *data);


/*
 * The same until then, Unix time in s; what is suppressed for ever stays so.
 */

int engine_pause(engine_t *engine, const char *shop, const sp_id_t *shopper,
    int64_t until, void (*done)(void *data, int error), void *data);


/*
 * The shopper says that the cart is somebody else's; done as for
 * engine_suppress().
 */

int engine_not_me(engine_t *engine, const char *shop, const sp_id_t *shopper,
    void (*done)(void *data, int error), void *data);


/*
 * Tells Redis of all that the journal has, some at a time.  Nothing is claimed
 * until the last of it is on its way: the connection keeps the order, so Redis
 * knows of all suppressions when the first claim comes.
 */

void engine_reapply(engine_t *engine);


/*
 * engine_consent.c: withdrawals of consent that were observed are brought from
 * Redis into our own file, once a minute, and told to Redis again by
 * engine_reapply().  engine_withdrawals(): asks for them now.
 */

int engine_consent_start(engine_t *engine);
void engine_consent_free(engine_t *engine);
void engine_withdrawals(engine_t *engine);


/* 22 random characters of base64url, a letter first, and a NUL; 0: no
   randomness. */

int engine_random(char text[SP_ID_LEN + 1]);


/* ---- shops (shop.c) ---- */

typedef enum {
    SHOP_UNKNOWN = 0,               /* Redis was not asked, or is away */
    SHOP_ABSENT,                    /* no nginx has spoken of it yet */
    SHOP_EMPTIED,                   /* it existed, and Redis lost it: nothing
                                       is sent until `restore` */
    SHOP_REFUSED,                   /* another key, or a Redis that evicts */
    SHOP_READY
} shop_state_t;


struct shop_s {
    shop_t         *next;
    engine_t       *engine;
    char           *name;
    config_shop_t  *conf;           /* NULL: no longer in the config */
    shop_state_t    state;
    sp_mode_t       mode;           /* as Redis knows it, when READY */
    int64_t         idle;           /* ms, as nginx said; 0: not known */
    struct event   *timer;
    int64_t         counted;        /* by now_ms(): codes of a pool, last */
    unsigned        asking:1;       /* a hello or a claim is under way */
    unsigned        known:1;        /* our own file says that it existed */
    unsigned        failing:1;      /* Redis refused, and nothing went since */
    unsigned        said;           /* state last logged, and once */
};


/* NULL: no memory. */

shop_t *shop_create(engine_t *engine, config_shop_t *conf);


/* Another config; NULL: it is gone. */

void shop_set_config(shop_t *shop, config_shop_t *conf);


/* Redis is there (again) or away. */

void shop_redis(shop_t *shop, int up);


/* Something became free: claims, if it is worth it. */

void shop_kick(shop_t *shop);


void shop_free(shop_t *shop);


/* ---- rescues in hand (rescue.c) ---- */

/* The memory of one claim's reply, shared by its rescues. */

typedef struct {
    struct sp_arena_s  *arena;
    unsigned            refs;
} rescue_batch_t;


/*
 * Takes a claimed rescue in hand: decides, sends, settles.  Nonzero: no
 * memory; the lease will end by itself.
 */

int rescue_start(shop_t *shop, rescue_batch_t *batch,
    const sp_claimed_t *claimed);


/* Renews the leases of all that are in hand. */

void rescue_renew_all(engine_t *engine);


/* Gives back one that no sender has begun with. */

void rescue_give_back(rescue_t *rescue);


/* Has a sender, or its queue, this one? */

int rescue_is_sending(const rescue_t *rescue);

rescue_t *rescue_next(const rescue_t *rescue);


void rescue_batch_unref(rescue_batch_t *batch);


#endif /* ENGINE_H */
