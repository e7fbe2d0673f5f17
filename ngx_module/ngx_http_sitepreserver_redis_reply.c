
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_redis_int.h"

#include "sp_recall.h"


static ngx_int_t ngx_http_sitepreserver_redis_applied(
    ngx_http_sitepreserver_redis_t *redis,
    ngx_http_sitepreserver_call_t *call, redisReply *reply);
static void ngx_http_sitepreserver_redis_recalled(
    ngx_http_sitepreserver_redis_t *redis,
    ngx_http_sitepreserver_call_t *call, redisReply *reply);
static void ngx_http_sitepreserver_redis_overtaken(
    ngx_http_sitepreserver_redis_t *redis,
    ngx_http_sitepreserver_call_t *call);
static ngx_uint_t ngx_http_sitepreserver_redis_temporary(redisReply *reply);
static void ngx_http_sitepreserver_redis_later(
    ngx_http_sitepreserver_redis_t *redis,
    ngx_http_sitepreserver_call_t *call, redisReply *reply);


ngx_int_t
ngx_http_sitepreserver_redis_replied(ngx_http_sitepreserver_redis_t *redis,
    redisReply *reply)
{
    ngx_queue_t                    *item;
    ngx_http_sitepreserver_call_t  *call;

    if (ngx_queue_empty(&redis->queue.inflight)) {
        ngx_http_sitepreserver_redis_fail(redis, "answers wrongly", "", 0);
        return NGX_ERROR;
    }

    item = ngx_queue_head(&redis->queue.inflight);
    call = ngx_queue_data(item, ngx_http_sitepreserver_call_t, queue);

    /*
     * An error of Redis itself may come before all was written; the call is
     * still in the chain of what is being written then.
     */

    if (call->buf.pos != call->buf.last) {
        ngx_http_sitepreserver_redis_fail(redis, "answers wrongly", "", 0);
        return NGX_ERROR;
    }

    if (call->kind == NGX_HTTP_SITEPRESERVER_CALL_RECALL) {
        ngx_http_sitepreserver_redis_recalled(redis, call, reply);
        return NGX_OK;
    }

    if (call->kind != NGX_HTTP_SITEPRESERVER_CALL_EVENT) {
        return ngx_http_sitepreserver_redis_greeted(redis, call, reply);
    }

    if (reply->type != REDIS_REPLY_ERROR) {
        return ngx_http_sitepreserver_redis_applied(redis, call, reply);
    }

    ngx_http_sitepreserver_count(redis->mcf, NGX_HTTP_SITEPRESERVER_ERRORS);

    if (ngx_http_sitepreserver_redis_temporary(reply)) {
        ngx_http_sitepreserver_redis_later(redis, call, reply);
        return NGX_OK;
    }

    ngx_http_sitepreserver_count(redis->mcf, NGX_HTTP_SITEPRESERVER_DROPPED);

    ngx_http_sitepreserver_redis_lost(redis, 1, 1, reply->str,
                                      ngx_min(reply->len, 200));

    ngx_http_sitepreserver_call_free(&redis->queue, call);

    return NGX_OK;
}


static ngx_int_t
ngx_http_sitepreserver_redis_applied(ngx_http_sitepreserver_redis_t *redis,
    ngx_http_sitepreserver_call_t *call, redisReply *reply)
{
    sp_str_t                        text;
    ngx_uint_t                      i;
    sp_event_reply_t                er;
    ngx_http_sitepreserver_zone_t  *zone;

    text.data = reply->str;
    text.len = reply->len;

    if ((reply->type != REDIS_REPLY_STRING
         && reply->type != REDIS_REPLY_STATUS)
        || sp_event_reply_read(&er, &text) != SP_OK)
    {
        ngx_http_sitepreserver_redis_fail(redis, "answers wrongly", "", 0);
        return NGX_ERROR;
    }

    redis->failures = 0;
    redis->leaving = 0;

    ngx_http_sitepreserver_queue_applied(&redis->queue, call);

    ngx_http_sitepreserver_count(redis->mcf, NGX_HTTP_SITEPRESERVER_APPLIED);

    if (er.duplicate) {
        ngx_http_sitepreserver_count(redis->mcf,
                                     NGX_HTTP_SITEPRESERVER_DUPLICATES);

    } else if (redis->state == NGX_HTTP_SITEPRESERVER_HOLDING) {
        ngx_http_sitepreserver_redis_overtaken(redis, call);
    }

    if (er.limited) {
        ngx_http_sitepreserver_count(redis->mcf,
                                     NGX_HTTP_SITEPRESERVER_LIMITED);
    }

    if (!er.duplicate && !er.own_texts) {
        zone = ngx_http_sitepreserver_zone(redis->mcf);

        for (i = 0; i < call->nitems; i++) {
            ngx_http_sitepreserver_item_learned(zone, call->items[i]);
        }
    }

    ngx_http_sitepreserver_call_free(&redis->queue, call);

    return NGX_OK;
}


/* An error is no answer: it is an event's to tell of what is wrong. */

static void
ngx_http_sitepreserver_redis_recalled(ngx_http_sitepreserver_redis_t *redis,
    ngx_http_sitepreserver_call_t *call, redisReply *reply)
{
    size_t                             i;
    sp_str_t                           strings[SP_RECALL_ITEMS_MAX];
    ngx_http_sitepreserver_answer_pt   answer;

    answer = call->answer;

    if (answer != NULL && reply->type == REDIS_REPLY_ARRAY) {

        for (i = 0; i < reply->elements && i < SP_RECALL_ITEMS_MAX; i++) {
            strings[i].data = reply->element[i]->str;
            strings[i].len = reply->element[i]->len;

            if (reply->element[i]->type != REDIS_REPLY_STRING) {
                break;
            }
        }

        call->answer = NULL;

        answer(call->waiting, strings, i);
    }

    ngx_http_sitepreserver_call_free(&redis->queue, call);
}


/*
 * This event of a shop was applied while earlier ones of the same source were
 * refused: under their numbers they would be taken for duplicates now.  Those
 * that nothing has overtaken keep their source, which tells whether an
 * earlier copy, sent on a connection that was lost, had been applied.
 */

static void
ngx_http_sitepreserver_redis_overtaken(ngx_http_sitepreserver_redis_t *redis,
    ngx_http_sitepreserver_call_t *call)
{
    ngx_queue_t                    *item;
    ngx_http_sitepreserver_call_t  *refused;

    for (item = ngx_queue_head(&redis->queue.failed);
         item != ngx_queue_sentinel(&redis->queue.failed);
         item = ngx_queue_next(item))
    {
        refused = ngx_queue_data(item, ngx_http_sitepreserver_call_t, queue);

        if (refused->shop == call->shop
            && ngx_memcmp(refused->source, call->source, SP_SOURCE_LEN) == 0)
        {
            ngx_http_sitepreserver_call_resource(refused, redis->late);
        }
    }
}


/*
 * Sends no more on this connection: when all replies are there, it is left,
 * and what was refused is sent again after a pause.
 */

static void
ngx_http_sitepreserver_redis_later(ngx_http_sitepreserver_redis_t *redis,
    ngx_http_sitepreserver_call_t *call, redisReply *reply)
{
    if (redis->state != NGX_HTTP_SITEPRESERVER_HOLDING) {
        redis->state = NGX_HTTP_SITEPRESERVER_HOLDING;

        /* for what is overtaken; the last one may have gone on since */

        (void) ngx_http_sitepreserver_source(redis, redis->late);

        ngx_log_error(NGX_LOG_ERR, &redis->log, 0,
                      "sitepreserver: Redis at \"%V\" refuses events for now: "
                      "%*s", &redis->conf->url,
                      (size_t) ngx_min(reply->len, 200), reply->str);
    }

    ngx_queue_remove(&call->queue);
    ngx_queue_insert_tail(&redis->queue.failed, &call->queue);
}


/* Non-zero if a refusal is for now only: nothing was done, ask again later. */

static ngx_uint_t
ngx_http_sitepreserver_redis_temporary(redisReply *reply)
{
    size_t      i, len;

    static const char  *prefixes[] = {
        "OOM ",
        "LOADING ",
        "BUSY ",
        "BUSYKEY ",
        "READONLY ",
        "MASTERDOWN ",
        "CLUSTERDOWN ",
        "TRYAGAIN ",
        "ASK ",
        "MOVED ",
        "NOREPLICAS ",
        "MISCONF ",
        "NOAUTH ",
        "NOPERM ",
        "SPEVICTION ",
        "ERR Function not found",
        NULL
    };

    for (i = 0; prefixes[i] != NULL; i++) {
        len = ngx_strlen(prefixes[i]);

        if ((size_t) reply->len >= len
            && ngx_memcmp(reply->str, prefixes[i], len) == 0)
        {
            return 1;
        }
    }

    return 0;
}
