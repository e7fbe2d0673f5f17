/*
 * Copyright (C) SitePreserver developers
 */

#include <stdlib.h>
#include <sys/random.h>

#include "engine_reapply.h"
#include "log.h"
#include "sp_arena.h"


static relay_t **engine_relays(engine_t *engine, config_t *conf, unsigned *n);
static void engine_relays_retire(relay_t **relays, unsigned n);
static shop_t *engine_shops(engine_t *engine, config_t *conf, int *failed);
static void engine_shops_add(engine_t *engine, shop_t *shops);
static void engine_shops_free(shop_t *shops);
static void engine_notice(void *data, int up);
static void engine_take_back(engine_t *engine);
static void engine_identify(engine_t *engine);
static void engine_identified(void *data, const redis_answer_t *answer);
static int engine_renew_every(engine_t *engine, const config_t *conf);
static void engine_renew(evutil_socket_t fd, short what, void *data);


engine_t *
engine_create(struct event_base *base, config_t *conf)
{
    int        failed;
    engine_t  *engine;

    engine = calloc(1, sizeof(engine_t));

    if (engine == NULL) {
        return NULL;
    }

    engine->base = base;
    engine->conf = config_ref(conf);
    engine_fixed_init(&engine->fixed, conf);
    engine->inbox = inbox_create(base);

    if (engine->inbox == NULL || !engine_random(engine->mailer)
        || (engine->journal = journal_create(engine->fixed.state_dir,
                                              engine->inbox)) == NULL
        || (engine->relays = engine_relays(engine, conf, &engine->nrelays))
           == NULL
        || ((engine->shops = engine_shops(engine, conf, &failed)), failed)
        || (engine->renew = event_new(base, -1, EV_PERSIST, engine_renew,
                                      engine)) == NULL
        || engine_renew_every(engine, conf) != 0
        || engine_consent_start(engine) != 0
        || (engine->redis = redis_create(base, engine->fixed.redis,
                                         engine_notice, engine)) == NULL)
    {
        log_event(LOG_ERROR, "start", "error=\"no memory, threads or "
                  "descriptors\"");
        engine_free(engine);
        return NULL;
    }

    return engine;
}


static int
engine_renew_every(engine_t *engine, const config_t *conf)
{
    int64_t         ms;
    struct timeval  tv;

    ms = conf->lease / 3;
    tv.tv_sec = ms / 1000;
    tv.tv_usec = ms % 1000 * 1000;

    return event_add(engine->renew, &tv);
}


static void
engine_renew(evutil_socket_t fd, short what, void *data)
{
    rescue_renew_all(data);
}


static relay_t **
engine_relays(engine_t *engine, config_t *conf, unsigned *n)
{
    unsigned   i;
    relay_t  **relays;

    relays = calloc(conf->nsmtp + 1, sizeof(relay_t *));

    if (relays == NULL) {
        return NULL;
    }

    for (i = 0; i <= conf->nsmtp; i++) {
        relays[i] = relay_create(engine->base, engine->inbox, conf,
                                 i < conf->nsmtp ? &conf->smtp[i] : NULL,
                                 &engine->running);

        if (relays[i] == NULL) {
            engine_relays_retire(relays, i);
            return NULL;
        }
    }

    *n = conf->nsmtp + 1;

    return relays;
}


static void
engine_relays_retire(relay_t **relays, unsigned n)
{
    unsigned  i;

    for (i = 0; i < n; i++) {
        relay_retire(relays[i]);
    }

    free(relays);
}


/* A list of those of the config that are new. */

static shop_t *
engine_shops(engine_t *engine, config_t *conf, int *failed)
{
    shop_t    *shop, *shops;
    unsigned   i;

    shops = NULL;
    *failed = 0;

    for (i = 0; i < conf->nshops; i++) {
        for (shop = engine->shops; shop != NULL; shop = shop->next) {
            if (strcmp(shop->name, conf->shops[i].name) == 0) {
                break;
            }
        }

        if (shop != NULL) {
            continue;
        }

        shop = shop_create(engine, &conf->shops[i]);

        if (shop == NULL) {
            *failed = 1;
            engine_shops_free(shops);
            return NULL;
        }

        shop->next = shops;
        shops = shop;
    }

    return shops;
}


static void
engine_shops_add(engine_t *engine, shop_t *shops)
{
    shop_t  *shop;

    while (shops != NULL) {
        shop = shops;
        shops = shop->next;
        shop->next = engine->shops;
        engine->shops = shop;
    }
}


static void
engine_shops_free(shop_t *shops)
{
    shop_t  *shop;

    while (shops != NULL) {
        shop = shops;
        shops = shop->next;
        shop_free(shop);
    }
}


/* All that can fail is done before anything is another one. */

int
engine_reload(engine_t *engine, config_t *conf)
{
    int         failed;
    shop_t     *shop, *shops;
    relay_t   **relays;
    config_t   *old;
    unsigned    n, more;

    if (!engine_fixed_check(&engine->fixed, conf)) {
        return -1;
    }

    relays = engine_relays(engine, conf, &n);

    if (relays == NULL) {
        return -1;
    }

    shops = engine_shops(engine, conf, &failed);

    if (failed || engine_renew_every(engine, conf) != 0) {
        engine_shops_free(shops);
        engine_relays_retire(relays, n);
        return -1;
    }

    /* it would wait for a rate, or a relay, that are no longer right */

    engine_take_back(engine);
    engine_relays_retire(engine->relays, engine->nrelays);
    engine->relays = relays;
    engine->nrelays = n;

    old = engine->conf;
    engine->conf = config_ref(conf);
    more = shops != NULL;
    engine_shops_add(engine, shops);

    if (more) {

        /* Redis was not told of their shoppers yet */

        engine_reapply(engine);
    }

    for (shop = engine->shops; shop != NULL; shop = shop->next) {
        shop_set_config(shop, config_shop(conf, shop->name));
    }

    config_unref(old);

    return 0;
}


static void
engine_notice(void *data, int up)
{
    shop_t    *shop;
    engine_t  *engine;

    engine = data;

    if (up) {
        engine_identify(engine);

        if (!engine->reapplied) {
            engine_reapply(engine);
        }
    }

    for (shop = engine->shops; shop != NULL; shop = shop->next) {
        shop_redis(shop, up);
    }

    if (up) {
        engine_withdrawals(engine);
    }
}


/*
 * Is it the same start of Redis?  Another one may have forgotten the last
 * second, and with it somebody who had unsubscribed.  The answer comes before
 * those of the shops' hellos, so before anything is claimed.
 */

static void
engine_identify(engine_t *engine)
{
    sp_call_t  call;

    call.argc = 2;
    call.argv[0] = "INFO";
    call.argvlen[0] = 4;
    call.argv[1] = "server";
    call.argvlen[1] = 6;

    if (redis_call(engine->redis, &call, 0, engine_identified, engine) != 0) {
        log_event(LOG_ERROR, "suppressions", "error=\"out of memory\"");
    }
}


static void
engine_identified(void *data, const redis_answer_t *answer)
{
    size_t              len;
    engine_t           *engine;
    const char         *p, *end;
    static const char   name[] = "run_id:";

    engine = data;
    len = sizeof(name) - 1;

    if (answer->status != REDIS_REPLY || answer->n != 1
        || answer->items[0].len < len + ENGINE_RUN_ID)
    {
        return;
    }

    p = answer->items[0].data;
    end = p + answer->items[0].len - len - ENGINE_RUN_ID;

    while (p < end && memcmp(p, name, len) != 0) {
        p++;
    }

    if (memcmp(p, name, len) != 0
        || memcmp(p + len, engine->run_id, ENGINE_RUN_ID) == 0)
    {
        return;
    }

    if (engine->run_id[0] != '\0') {
        engine_reapply(engine);
    }

    memcpy(engine->run_id, p + len, ENGINE_RUN_ID);
}


relay_t *
engine_relay(const engine_t *engine, const config_shop_t *shop)
{
    unsigned  i;

    if (shop->mode == SP_MODE_LIVE || shop->mode == SP_MODE_CATCH_ALL) {
        for (i = 0; i < engine->nrelays; i++) {
            if (relay_smtp(engine->relays[i]) == shop->smtp) {
                return engine->relays[i];
            }
        }
    }

    return engine->relays[engine->nrelays - 1];
}


void
engine_kick(engine_t *engine)
{
    shop_t  *shop;

    for (shop = engine->shops; shop != NULL; shop = shop->next) {
        shop_kick(shop);
    }
}


void
engine_stop(engine_t *engine)
{
    engine->stopping = 1;
    engine_take_back(engine);
}


/* What no sender has begun with is given back, to be claimed again. */

static void
engine_take_back(engine_t *engine)
{
    unsigned       i;
    sender_job_t  *job;

    for (i = 0; i < engine->nrelays; i++) {
        while ((job = relay_take_back(engine->relays[i])) != NULL) {
            rescue_give_back((rescue_t *) job);
        }
    }
}


int
engine_is_idle(const engine_t *engine)
{
    return engine->nrescues == 0 && redis_pending(engine->redis) == 0;
}


int
engine_is_sending(const engine_t *engine)
{
    rescue_t  *rescue;

    for (rescue = engine->rescues; rescue != NULL;
         rescue = rescue_next(rescue))
    {
        if (rescue_is_sending(rescue)) {
            return 1;
        }
    }

    return 0;
}


void
engine_end(engine_t *engine)
{
    unsigned  i;

    for (i = 0; i < engine->nrelays; i++) {
        relay_retire(engine->relays[i]);
    }

    engine->nrelays = 0;
}


void
engine_free(engine_t *engine)
{
    journal_free(engine->journal);
    redis_free(engine->redis);
    engine_reapply_free(engine);

    engine_shops_free(engine->shops);
    free(engine->relays);

    if (engine->running == 0) {
        inbox_free(engine->inbox);
    }

    if (engine->renew != NULL) {
        event_free(engine->renew);
    }

    engine_consent_free(engine);
    engine_fixed_free(&engine->fixed);
    config_unref(engine->conf);
    free(engine);
}


int
engine_random(char text[SP_ID_LEN + 1])
{
    int                  i;
    unsigned char        bytes[SP_ID_LEN];
    static const char    alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "abcdefghijklmnopqrstuvwxyz"
                                      "0123456789-_";

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t) sizeof(bytes)) {
        return 0;
    }

    /* The first one is a letter: an attempt is an argument of `settle`. */

    text[0] = alphabet[bytes[0] & 31];

    for (i = 1; i < SP_ID_LEN; i++) {
        text[i] = alphabet[bytes[i] & 63];
    }

    text[SP_ID_LEN] = '\0';

    return 1;
}
