
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_redis_int.h"


/* Calls in one write: as many as nginx gives to one writev(). */

#define NGX_HTTP_SITEPRESERVER_GATHER_CALLS  64

#define NGX_HTTP_SITEPRESERVER_READ_SIZE     16384


static ngx_uint_t ngx_http_sitepreserver_redis_gather(
    ngx_http_sitepreserver_redis_t *redis);
static void ngx_http_sitepreserver_redis_write_handler(ngx_event_t *ev);
static void ngx_http_sitepreserver_redis_read_handler(ngx_event_t *ev);
static ngx_int_t ngx_http_sitepreserver_redis_read(
    ngx_http_sitepreserver_redis_t *redis);
static ngx_int_t ngx_http_sitepreserver_redis_parse(
    ngx_http_sitepreserver_redis_t *redis);


void
ngx_http_sitepreserver_redis_connected(ngx_http_sitepreserver_redis_t *redis)
{
    ngx_connection_t  *c;

    c = redis->connection;

    c->read->handler = ngx_http_sitepreserver_redis_read_handler;
    c->write->handler = ngx_http_sitepreserver_redis_write_handler;

    redis->reader = redisReaderCreate();

    if (redis->reader == NULL
        || ngx_http_sitepreserver_redis_greet(redis) != NGX_OK)
    {
        ngx_http_sitepreserver_redis_fail(redis, "is left: no memory", "", 0);
        return;
    }

    ngx_http_sitepreserver_count(redis->mcf, NGX_HTTP_SITEPRESERVER_CONNECTS);

    redis->state = NGX_HTTP_SITEPRESERVER_GREETING;
    redis->progress = ngx_current_msec;

    ngx_http_sitepreserver_redis_write(redis);

    if (redis->connection != NULL) {
        ngx_http_sitepreserver_redis_read_handler(redis->connection->read);
    }
}


void
ngx_http_sitepreserver_redis_write(ngx_http_sitepreserver_redis_t *redis)
{
    ngx_chain_t       *cl;
    ngx_connection_t  *c;

    c = redis->connection;

    redis->unsent = 0;

    if (redis->flush.timer_set) {
        ngx_del_timer(&redis->flush);
    }

    for ( ;; ) {

        if (redis->out == NULL && !c->buffered
            && !ngx_http_sitepreserver_redis_gather(redis))
        {
            break;
        }

        cl = c->send_chain(c, redis->out, 0);

        if (cl == NGX_CHAIN_ERROR) {
            ngx_http_sitepreserver_redis_fail(redis, "is gone", "", 0);
            return;
        }

        redis->out = cl;

        if (cl != NULL || c->buffered) {
            break;
        }
    }

    /* also when all is written: level-triggered, it would never be silent */

    if (ngx_handle_write_event(c->write, 0) != NGX_OK) {
        ngx_http_sitepreserver_redis_fail(redis, "is left", "", 0);
    }
}


/* Links the next pending events into one chain; zero: there is none. */

static ngx_uint_t
ngx_http_sitepreserver_redis_gather(ngx_http_sitepreserver_redis_t *redis)
{
    ngx_uint_t                       n;
    ngx_queue_t                     *item;
    ngx_chain_t                    **last;
    ngx_http_sitepreserver_call_t   *call;

    if (redis->state != NGX_HTTP_SITEPRESERVER_READY) {
        return 0;
    }

    if (ngx_queue_empty(&redis->queue.inflight)) {
        redis->progress = ngx_current_msec;
    }

    call = NULL;
    last = &redis->out;

    for (n = 0; n < NGX_HTTP_SITEPRESERVER_GATHER_CALLS; n++) {

        if (ngx_queue_empty(&redis->queue.pending)) {
            break;
        }

        item = ngx_queue_head(&redis->queue.pending);
        call = ngx_queue_data(item, ngx_http_sitepreserver_call_t, queue);

        ngx_http_sitepreserver_queue_prepare(&redis->queue, call);

        ngx_queue_remove(item);
        ngx_queue_insert_tail(&redis->queue.inflight, item);

        *last = &call->chain;
        last = &call->chain.next;
    }

    if (call != NULL) {
        call->buf.flush = 1;
    }

    return n;
}


static void
ngx_http_sitepreserver_redis_write_handler(ngx_event_t *ev)
{
    ngx_connection_t                *c;
    ngx_http_sitepreserver_redis_t  *redis;

    c = ev->data;
    redis = c->data;

    if (redis->out != NULL || c->buffered) {
        ngx_http_sitepreserver_redis_write(redis);
    }
}


static void
ngx_http_sitepreserver_redis_read_handler(ngx_event_t *ev)
{
    ngx_connection_t                *c;
    ngx_http_sitepreserver_redis_t  *redis;

    c = ev->data;
    redis = c->data;

    if (ngx_http_sitepreserver_redis_read(redis) != NGX_OK) {
        return;
    }

    if (redis->state == NGX_HTTP_SITEPRESERVER_HOLDING
        && ngx_queue_empty(&redis->queue.inflight))
    {
        ngx_http_sitepreserver_redis_fail(redis, "takes no events now", "",
                                          0);
        return;
    }

    if (ngx_handle_read_event(c->read, 0) != NGX_OK) {
        ngx_http_sitepreserver_redis_fail(redis, "is left", "", 0);
        return;
    }

    ngx_http_sitepreserver_redis_watch(redis);
}


/* NGX_ERROR: the connection has failed, and is closed. */

static ngx_int_t
ngx_http_sitepreserver_redis_read(ngx_http_sitepreserver_redis_t *redis)
{
    ssize_t            n;
    ngx_connection_t  *c;

    static u_char  buf[NGX_HTTP_SITEPRESERVER_READ_SIZE];

    c = redis->connection;

    for ( ;; ) {

        n = c->recv(c, buf, sizeof(buf));

        if (n == NGX_AGAIN) {
            return NGX_OK;
        }

        if (n == NGX_ERROR || n == 0) {
            ngx_http_sitepreserver_redis_fail(redis, "closed the connection",
                                              "", 0);
            return NGX_ERROR;
        }

        redis->progress = ngx_current_msec;

        if (redisReaderFeed(redis->reader, (char *) buf, n) != REDIS_OK) {
            ngx_http_sitepreserver_redis_fail(redis, "answers wrongly", "", 0);
            return NGX_ERROR;
        }

        if (ngx_http_sitepreserver_redis_parse(redis) != NGX_OK) {
            return NGX_ERROR;
        }
    }
}


static ngx_int_t
ngx_http_sitepreserver_redis_parse(ngx_http_sitepreserver_redis_t *redis)
{
    void       *reply;
    ngx_int_t   rc;

    for ( ;; ) {

        if (redisReaderGetReply(redis->reader, &reply) != REDIS_OK) {
            ngx_http_sitepreserver_redis_fail(redis, "answers wrongly", "", 0);
            return NGX_ERROR;
        }

        if (reply == NULL) {
            return NGX_OK;
        }

        rc = ngx_http_sitepreserver_redis_replied(redis, reply);

        freeReplyObject(reply);

        if (rc != NGX_OK) {
            return NGX_ERROR;
        }
    }
}
