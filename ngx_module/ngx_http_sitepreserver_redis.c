
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_redis.h"
#include "ngx_http_sitepreserver_redis_int.h"

#include "sp_recall.h"

#include <openssl/rand.h>


/* Events leave together, after so long or so many bytes. */

#define NGX_HTTP_SITEPRESERVER_GATHER_TIME   2
#define NGX_HTTP_SITEPRESERVER_GATHER_SIZE   16384

#define NGX_HTTP_SITEPRESERVER_TICK          500

/* How long a worker that ends waits for Redis to take what it has. */

#define NGX_HTTP_SITEPRESERVER_LEAVE_TIME    10000


static void ngx_http_sitepreserver_redis_slot(
    ngx_http_sitepreserver_redis_t *redis);
static void ngx_http_sitepreserver_redis_note(
    ngx_http_sitepreserver_redis_t *redis);
static void ngx_http_sitepreserver_redis_cleanup(void *data);
static ngx_http_sitepreserver_redis_t *ngx_http_sitepreserver_redis_of(
    ngx_http_sitepreserver_main_conf_t *mcf);
static ngx_int_t ngx_http_sitepreserver_redis_stream(
    ngx_http_sitepreserver_main_conf_t *mcf,
    ngx_http_sitepreserver_shop_t *shop,
    ngx_http_sitepreserver_redis_t **redis, sp_str_t *source);
static ngx_int_t ngx_http_sitepreserver_redis_queue(
    ngx_http_sitepreserver_redis_t *redis,
    ngx_http_sitepreserver_shop_t *shop, const sp_call_t *args, ngx_msec_t at,
    ngx_uint_t stops, const uint64_t *items, ngx_uint_t nitems);
static void ngx_http_sitepreserver_redis_flush_handler(ngx_event_t *ev);
static void ngx_http_sitepreserver_redis_retry_handler(ngx_event_t *ev);
static void ngx_http_sitepreserver_redis_tick_handler(ngx_event_t *ev);
static void ngx_http_sitepreserver_redis_leave(
    ngx_http_sitepreserver_redis_t *redis);
static void ngx_http_sitepreserver_redis_discard(
    ngx_http_sitepreserver_redis_t *redis, const char *why);


/* The worker's connection. */

static ngx_http_sitepreserver_redis_t  *ngx_http_sitepreserver_redis;


ngx_int_t
ngx_http_sitepreserver_redis_start(ngx_cycle_t *cycle,
    ngx_http_sitepreserver_main_conf_t *mcf)
{
    ngx_pool_cleanup_t              *cln;
    ngx_http_sitepreserver_redis_t  *redis;

    cln = ngx_pool_cleanup_add(cycle->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    redis = ngx_calloc(sizeof(ngx_http_sitepreserver_redis_t), cycle->log);
    if (redis == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_sitepreserver_redis_cleanup;
    cln->data = mcf;

    redis->mcf = mcf;
    redis->conf = mcf->redis;

    redis->log = *cycle->log;
    redis->log.handler = NULL;
    redis->log.data = NULL;
    redis->log.action = NULL;

    ngx_http_sitepreserver_queue_init(&redis->queue, mcf->queue);

    if (ngx_http_sitepreserver_source(redis, redis->source) != NGX_OK
        || ngx_http_sitepreserver_source(redis, redis->late) != NGX_OK)
    {
        ngx_log_error(NGX_LOG_ERR, cycle->log, 0,
                      "sitepreserver: no random bytes");
        ngx_free(redis);
        return NGX_ERROR;
    }

    redis->flush.handler = ngx_http_sitepreserver_redis_flush_handler;
    redis->flush.data = redis;
    redis->flush.log = &redis->log;

    redis->retry.handler = ngx_http_sitepreserver_redis_retry_handler;
    redis->retry.data = redis;
    redis->retry.log = &redis->log;
    redis->retry.cancelable = 1;

    redis->tick.handler = ngx_http_sitepreserver_redis_tick_handler;
    redis->tick.data = redis;
    redis->tick.log = &redis->log;

    ngx_http_sitepreserver_redis_slot(redis);

    ngx_http_sitepreserver_redis = redis;

    ngx_add_timer(&redis->retry, 1);

    return NGX_OK;
}


/*
 * A predecessor in this slot that did not take leave was killed, perhaps with
 * events that told the texts of items.
 */

static void
ngx_http_sitepreserver_redis_slot(ngx_http_sitepreserver_redis_t *redis)
{
    ngx_http_sitepreserver_zone_t  *zone;

    zone = ngx_http_sitepreserver_zone(redis->mcf);

    redis->slot = &zone->workers[ngx_process_slot
                                 % NGX_HTTP_SITEPRESERVER_WORKERS];

    if (redis->slot->pid != 0) {
        ngx_http_sitepreserver_items_forget(zone);
    }

    redis->slot->pid = ngx_pid;
    redis->slot->events = 0;
    redis->slot->bytes = 0;
    redis->slot->connected = 0;
}


static void
ngx_http_sitepreserver_redis_note(ngx_http_sitepreserver_redis_t *redis)
{
    redis->slot->events = redis->queue.events;
    redis->slot->bytes = redis->queue.bytes;
    redis->slot->connected = redis->state == NGX_HTTP_SITEPRESERVER_READY
                             || redis->state
                                == NGX_HTTP_SITEPRESERVER_HOLDING;
}


/* The configuration is going, as it does in a single process that reloads. */

static void
ngx_http_sitepreserver_redis_cleanup(void *data)
{
    if (ngx_http_sitepreserver_redis != NULL
        && ngx_http_sitepreserver_redis->mcf == data)
    {
        ngx_http_sitepreserver_redis_stop();
    }
}


void
ngx_http_sitepreserver_redis_stop(void)
{
    ngx_http_sitepreserver_redis_t  *redis;

    redis = ngx_http_sitepreserver_redis;

    if (redis == NULL) {
        return;
    }

    ngx_http_sitepreserver_redis = NULL;

    /* what can leave without waiting still does */

    if (redis->state == NGX_HTTP_SITEPRESERVER_READY) {
        ngx_http_sitepreserver_redis_write(redis);
    }

    ngx_http_sitepreserver_redis_close(redis);
    ngx_http_sitepreserver_redis_discard(redis, "the worker ends");

    if (redis->flush.timer_set) {
        ngx_del_timer(&redis->flush);
    }

    if (redis->retry.timer_set) {
        ngx_del_timer(&redis->retry);
    }

    if (redis->tick.timer_set) {
        ngx_del_timer(&redis->tick);
    }

    redis->slot->pid = 0;

    ngx_free(redis);
}


ngx_int_t
ngx_http_sitepreserver_redis_event(ngx_http_sitepreserver_main_conf_t *mcf,
    ngx_http_sitepreserver_shop_t *shop, const sp_event_t *event, ngx_msec_t at,
    const sp_pool_t *pool, const uint64_t *items, ngx_uint_t nitems)
{
    sp_str_t                         source;
    sp_call_t                        args;
    ngx_int_t                        rc;
    ngx_uint_t                       stops;
    ngx_http_sitepreserver_redis_t  *redis;

    rc = ngx_http_sitepreserver_redis_stream(mcf, shop, &redis, &source);

    if (rc != NGX_OK) {
        return rc;
    }

    if (sp_call_event(&args, pool, &shop->name, &shop->terms, event, &source,
                      shop->seq + 1)
        != SP_OK)
    {
        return NGX_ERROR;
    }

    stops = (event->kinds & (SP_PURCHASE|SP_ORDER_PENDING|SP_LOGOUT)) != 0
            || event->forget || event->consent == SP_CONSENT_WITHDRAWN;

    return ngx_http_sitepreserver_redis_queue(redis, shop, &args, at, stops,
                                              items, nitems);
}


ngx_int_t
ngx_http_sitepreserver_redis_item(ngx_http_sitepreserver_main_conf_t *mcf,
    ngx_http_sitepreserver_shop_t *shop, const sp_id_t *page,
    const sp_product_t *product, const sp_pool_t *pool)
{
    sp_str_t                         source;
    sp_call_t                        args;
    ngx_int_t                        rc;
    ngx_http_sitepreserver_redis_t  *redis;

    rc = ngx_http_sitepreserver_redis_stream(mcf, shop, &redis, &source);

    if (rc != NGX_OK) {
        return rc;
    }

    if (sp_call_item(&args, pool, &shop->name, page, product, &source,
                     shop->seq + 1)
        != SP_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_sitepreserver_redis_queue(redis, shop, &args,
                                              ngx_current_msec, 0, NULL, 0);
}


/* Who calls for this shop; NGX_DECLINED: nobody, Redis has another key. */

static ngx_int_t
ngx_http_sitepreserver_redis_stream(ngx_http_sitepreserver_main_conf_t *mcf,
    ngx_http_sitepreserver_shop_t *shop,
    ngx_http_sitepreserver_redis_t **redis, sp_str_t *source)
{
    *redis = ngx_http_sitepreserver_redis_of(mcf);

    if (*redis == NULL) {
        return NGX_ERROR;
    }

    if (shop->refused) {
        return NGX_DECLINED;
    }

    source->data = (*redis)->source;
    source->len = SP_SOURCE_LEN;

    return NGX_OK;
}


/* A call of the shop's stream, with the number that follows the last one's. */

static ngx_int_t
ngx_http_sitepreserver_redis_queue(ngx_http_sitepreserver_redis_t *redis,
    ngx_http_sitepreserver_shop_t *shop, const sp_call_t *args, ngx_msec_t at,
    ngx_uint_t stops, const uint64_t *items, ngx_uint_t nitems)
{
    size_t                          size;
    ngx_http_sitepreserver_call_t  *call;

    call = ngx_http_sitepreserver_call_create(
                                    NGX_HTTP_SITEPRESERVER_CALL_EVENT, args,
                                    items, nitems, &redis->log);
    if (call == NULL) {
        return NGX_ERROR;
    }

    shop->seq++;

    call->shop = shop;
    call->happened = at;
    call->stops = stops != 0;
    ngx_memcpy(call->source, redis->source, SP_SOURCE_LEN);

    size = call->len;

    if (ngx_http_sitepreserver_queue_push(&redis->queue, call) != NGX_OK) {
        ngx_http_sitepreserver_redis_lost(redis, 1, 0, "the queue is full",
                                          sizeof("the queue is full") - 1);
        return NGX_DECLINED;
    }

    ngx_http_sitepreserver_count(redis->mcf, NGX_HTTP_SITEPRESERVER_QUEUED);

    redis->unsent += size;

    if (redis->state != NGX_HTTP_SITEPRESERVER_READY) {
        ngx_http_sitepreserver_redis_watch(redis);
        return NGX_OK;
    }

    if (redis->unsent >= NGX_HTTP_SITEPRESERVER_GATHER_SIZE) {
        ngx_http_sitepreserver_redis_write(redis);

    } else if (!redis->flush.timer_set) {
        ngx_add_timer(&redis->flush, NGX_HTTP_SITEPRESERVER_GATHER_TIME);
    }

    ngx_http_sitepreserver_redis_watch(redis);

    return NGX_OK;
}


ngx_http_sitepreserver_call_t *
ngx_http_sitepreserver_redis_recall(ngx_http_sitepreserver_main_conf_t *mcf,
    ngx_http_sitepreserver_shop_t *shop, const sp_id_t *own,
    const sp_pool_t *pool, ngx_http_sitepreserver_answer_pt answer, void *data)
{
    sp_call_t                        args;
    ngx_http_sitepreserver_call_t   *call;
    ngx_http_sitepreserver_redis_t  *redis;

    redis = ngx_http_sitepreserver_redis_of(mcf);

    if (redis == NULL || redis->state != NGX_HTTP_SITEPRESERVER_READY
        || shop->refused
        || sp_call_recall(&args, pool, &shop->name, own) != SP_OK)
    {
        return NULL;
    }

    call = ngx_http_sitepreserver_call_create(
                                    NGX_HTTP_SITEPRESERVER_CALL_RECALL, &args,
                                    NULL, 0, &redis->log);

    if (call == NULL
        || ngx_http_sitepreserver_queue_ask(&redis->queue, call) != NGX_OK)
    {
        return NULL;
    }

    call->shop = shop;
    call->answer = answer;
    call->waiting = data;

    if (!redis->flush.timer_set) {
        ngx_add_timer(&redis->flush, NGX_HTTP_SITEPRESERVER_GATHER_TIME);
    }

    ngx_http_sitepreserver_redis_watch(redis);

    return call;
}


static ngx_http_sitepreserver_redis_t *
ngx_http_sitepreserver_redis_of(ngx_http_sitepreserver_main_conf_t *mcf)
{
    ngx_http_sitepreserver_redis_t  *redis;

    redis = ngx_http_sitepreserver_redis;

    if (redis != NULL && redis->mcf != mcf) {
        ngx_http_sitepreserver_redis_stop();
        redis = NULL;
    }

    if (redis == NULL) {
        if (ngx_http_sitepreserver_redis_start((ngx_cycle_t *) ngx_cycle, mcf)
            != NGX_OK)
        {
            return NULL;
        }

        redis = ngx_http_sitepreserver_redis;
    }

    return redis;
}


static void
ngx_http_sitepreserver_redis_flush_handler(ngx_event_t *ev)
{
    ngx_http_sitepreserver_redis_t *redis = ev->data;

    if (redis->state == NGX_HTTP_SITEPRESERVER_READY) {
        ngx_http_sitepreserver_redis_write(redis);
    }
}


static void
ngx_http_sitepreserver_redis_retry_handler(ngx_event_t *ev)
{
    ngx_http_sitepreserver_redis_t *redis = ev->data;

    if (redis->state == NGX_HTTP_SITEPRESERVER_CLOSED) {
        ngx_http_sitepreserver_redis_connect(redis);
    }
}


/*
 * The one timer that keeps a worker from ending: while events are queued.  A
 * connection that is only being made does not.
 */

void
ngx_http_sitepreserver_redis_watch(ngx_http_sitepreserver_redis_t *redis)
{
    ngx_http_sitepreserver_redis_note(redis);

    redis->tick.cancelable = (redis->queue.events == 0);

    if (redis->tick.timer_set) {
        return;
    }

    if (redis->queue.events != 0 || redis->queue.recalls != 0
        || (redis->state != NGX_HTTP_SITEPRESERVER_CLOSED
            && redis->state != NGX_HTTP_SITEPRESERVER_READY))
    {
        ngx_add_timer(&redis->tick, NGX_HTTP_SITEPRESERVER_TICK);
    }
}


static void
ngx_http_sitepreserver_redis_tick_handler(ngx_event_t *ev)
{
    ngx_uint_t  waiting;

    ngx_http_sitepreserver_redis_t *redis = ev->data;

    switch (redis->state) {

    case NGX_HTTP_SITEPRESERVER_CLOSED:
    case NGX_HTTP_SITEPRESERVER_RESOLVING:      /* has its own timeout */
        waiting = 0;
        break;

    case NGX_HTTP_SITEPRESERVER_READY:
        waiting = redis->out != NULL
                  || !ngx_queue_empty(&redis->queue.inflight);
        break;

    default:
        waiting = 1;
        break;
    }

    if (waiting
        && (ngx_msec_int_t) (ngx_current_msec - redis->progress)
           > (ngx_msec_int_t) redis->conf->timeout)
    {
        ngx_http_sitepreserver_redis_fail(redis, "timed out", "", 0);
    }

    if (ngx_exiting && redis->queue.events != 0) {
        ngx_http_sitepreserver_redis_leave(redis);
    }

    ngx_http_sitepreserver_redis_watch(redis);
}


static void
ngx_http_sitepreserver_redis_leave(ngx_http_sitepreserver_redis_t *redis)
{
    if (redis->leaving == 0) {
        redis->leaving = ngx_current_msec + NGX_HTTP_SITEPRESERVER_LEAVE_TIME;

        if (redis->leaving == 0) {
            redis->leaving = 1;
        }

        /* the pause that has begun may be longer than what is left */

        if (redis->retry.timer_set) {
            ngx_del_timer(&redis->retry);
            ngx_add_timer(&redis->retry, 1);
        }

        return;
    }

    if ((ngx_msec_int_t) (ngx_current_msec - redis->leaving) < 0) {
        return;
    }

    ngx_http_sitepreserver_redis_close(redis);
    ngx_http_sitepreserver_redis_discard(redis, "the worker ends");
}


static void
ngx_http_sitepreserver_redis_discard(ngx_http_sitepreserver_redis_t *redis,
    const char *why)
{
    ngx_uint_t                      n;
    ngx_queue_t                    *item;
    ngx_http_sitepreserver_call_t  *call;

    for (n = 0; !ngx_queue_empty(&redis->queue.pending); n++) {
        item = ngx_queue_head(&redis->queue.pending);
        call = ngx_queue_data(item, ngx_http_sitepreserver_call_t, queue);

        ngx_http_sitepreserver_call_free(&redis->queue, call);
    }

    if (n == 0) {
        return;
    }

    ngx_http_sitepreserver_count_n(redis->mcf, NGX_HTTP_SITEPRESERVER_DROPPED,
                                   n);

    ngx_http_sitepreserver_items_forget(
                                     ngx_http_sitepreserver_zone(redis->mcf));

    ngx_log_error(NGX_LOG_ERR, &redis->log, 0,
                  "sitepreserver: %ui events lost that Redis has not "
                  "acknowledged: %s", n, why);
}


void
ngx_http_sitepreserver_redis_lost(ngx_http_sitepreserver_redis_t *redis,
    ngx_uint_t drops, ngx_uint_t errors, const char *why, size_t len)
{
    redis->untold_drops += drops;
    redis->untold_errors += errors;

    if (redis->told == ngx_time()) {
        return;
    }

    redis->told = ngx_time();

    ngx_log_error(NGX_LOG_ERR, &redis->log, 0,
                  "sitepreserver: %ui events dropped, %ui error replies of "
                  "Redis: %*s",
                  redis->untold_drops, redis->untold_errors, len, why);

    redis->untold_drops = 0;
    redis->untold_errors = 0;
}


ngx_int_t
ngx_http_sitepreserver_source(ngx_http_sitepreserver_redis_t *redis, char *text)
{
    u_char     random[16];
    ngx_str_t  from, to;

    if (RAND_bytes(random, sizeof(random)) != 1) {
        return NGX_ERROR;
    }

    ngx_memcpy(random, ngx_http_sitepreserver_zone(redis->mcf)->machine,
               NGX_HTTP_SITEPRESERVER_MACHINE);

    from.len = sizeof(random);
    from.data = random;
    to.data = (u_char *) text;

    ngx_encode_base64url(&to, &from);

    text[SP_SOURCE_LEN] = '\0';

    return NGX_OK;
}
