
/*
 * Copyright (C) SitePreserver developers
 *
 * Events to Redis: one pipelined connection of each worker on nginx's event
 * loop.  Nothing here waits.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_REDIS_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_REDIS_H_INCLUDED_


#include "ngx_http_sitepreserver_queue.h"


/*
 * Begins and ends the worker's part: from init_process and to exit_process.
 * The connection is made at once, so that a wrong password or key is told
 * before the first event.
 */

ngx_int_t ngx_http_sitepreserver_redis_start(ngx_cycle_t *cycle,
    ngx_http_sitepreserver_main_conf_t *mcf);
void ngx_http_sitepreserver_redis_stop(void);


/*
 * Queues an event that happened at `at` (of ngx_current_msec); items are the
 * hashes of the item texts that it tells, to be noted as known when Redis has
 * taken it.  pool: for the time of the call.
 * NGX_DECLINED: it was dropped, as the queue is full or the shop's identity
 * key is not the one that Redis knows; NGX_ERROR: no memory.
 */

ngx_int_t ngx_http_sitepreserver_redis_event(
    ngx_http_sitepreserver_main_conf_t *mcf,
    ngx_http_sitepreserver_shop_t *shop, const sp_event_t *event, ngx_msec_t at,
    const sp_pool_t *pool, const uint64_t *items, ngx_uint_t nitems);


/* Queues what a page said of its product; as an event's. */

ngx_int_t ngx_http_sitepreserver_redis_item(
    ngx_http_sitepreserver_main_conf_t *mcf,
    ngx_http_sitepreserver_shop_t *shop, const sp_id_t *page,
    const sp_product_t *product, const sp_pool_t *pool);


/*
 * Asks what the browser with this cookie left, saw and bought.  answer is
 * called once, from an event of the connection: it must not end a request there, only
 * see to it.  Who does not wait any more sets the call's answer to NULL before
 * that.  NULL: Redis is away or takes nothing, there are too many questions, or
 * no memory.
 */

ngx_http_sitepreserver_call_t *ngx_http_sitepreserver_redis_recall(
    ngx_http_sitepreserver_main_conf_t *mcf,
    ngx_http_sitepreserver_shop_t *shop, const sp_id_t *own,
    const sp_pool_t *pool, ngx_http_sitepreserver_answer_pt answer,
    void *data);


#endif /* _NGX_HTTP_SITEPRESERVER_REDIS_H_INCLUDED_ */
