
/*
 * Copyright (C) SitePreserver developers
 *
 * What is said first on each connection: who we are, which database, our
 * functions, and each shop with its identity key and idle time.
 */


#include "ngx_http_sitepreserver_redis_int.h"


static ngx_int_t ngx_http_sitepreserver_redis_greet_login(
    ngx_http_sitepreserver_redis_t *redis);
static ngx_int_t ngx_http_sitepreserver_redis_greet_shops(
    ngx_http_sitepreserver_redis_t *redis);
static ngx_int_t ngx_http_sitepreserver_redis_say(
    ngx_http_sitepreserver_redis_t *redis,
    ngx_http_sitepreserver_call_kind_t kind, const sp_call_t *args,
    ngx_http_sitepreserver_shop_t *shop);
static void ngx_http_sitepreserver_redis_arg(sp_call_t *args,
    const void *data, size_t len);
static ngx_int_t ngx_http_sitepreserver_redis_refused(
    ngx_http_sitepreserver_redis_t *redis, const char *what,
    redisReply *reply);
static ngx_int_t ngx_http_sitepreserver_redis_greeting(
    ngx_http_sitepreserver_redis_t *redis,
    ngx_http_sitepreserver_call_t *call, redisReply *reply);
static void ngx_http_sitepreserver_redis_info(
    ngx_http_sitepreserver_redis_t *redis, redisReply *reply);
static ngx_int_t ngx_http_sitepreserver_redis_shop(
    ngx_http_sitepreserver_redis_t *redis,
    ngx_http_sitepreserver_shop_t *shop, redisReply *reply);
static void ngx_http_sitepreserver_redis_purge(
    ngx_http_sitepreserver_redis_t *redis);


#define ngx_http_sitepreserver_redis_says(reply, text)                        \
    ((reply)->type == REDIS_REPLY_ERROR                                       \
     && ngx_strstr((reply)->str, text) != NULL)


ngx_int_t
ngx_http_sitepreserver_redis_greet(ngx_http_sitepreserver_redis_t *redis)
{
    sp_call_t  args;

    if (ngx_http_sitepreserver_redis_greet_login(redis) != NGX_OK) {
        return NGX_ERROR;
    }

    args.argc = 0;
    ngx_http_sitepreserver_redis_arg(&args, "INFO", 4);
    ngx_http_sitepreserver_redis_arg(&args, "server", 6);

    if (ngx_http_sitepreserver_redis_say(redis,
                                         NGX_HTTP_SITEPRESERVER_CALL_INFO,
                                         &args, NULL)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    sp_call_load(&args);

    if (ngx_http_sitepreserver_redis_say(redis,
                                         NGX_HTTP_SITEPRESERVER_CALL_LOAD,
                                         &args, NULL)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_sitepreserver_redis_greet_shops(redis);
}


static ngx_int_t
ngx_http_sitepreserver_redis_greet_login(ngx_http_sitepreserver_redis_t *redis)
{
    u_char                                buf[NGX_INT_T_LEN], *p;
    sp_call_t                             args;
    ngx_http_sitepreserver_redis_conf_t  *rcf;

    rcf = redis->conf;

    if (rcf->password.len != 0) {
        args.argc = 0;
        ngx_http_sitepreserver_redis_arg(&args, "AUTH", 4);

        if (rcf->user.len != 0) {
            ngx_http_sitepreserver_redis_arg(&args, rcf->user.data,
                                             rcf->user.len);
        }

        ngx_http_sitepreserver_redis_arg(&args, rcf->password.data,
                                         rcf->password.len);

        if (ngx_http_sitepreserver_redis_say(redis,
                                             NGX_HTTP_SITEPRESERVER_CALL_AUTH,
                                             &args, NULL)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (rcf->db == 0) {
        return NGX_OK;
    }

    p = ngx_sprintf(buf, "%ui", rcf->db);

    args.argc = 0;
    ngx_http_sitepreserver_redis_arg(&args, "SELECT", 6);
    ngx_http_sitepreserver_redis_arg(&args, buf, p - buf);

    return ngx_http_sitepreserver_redis_say(redis,
                                            NGX_HTTP_SITEPRESERVER_CALL_SELECT,
                                            &args, NULL);
}


static ngx_int_t
ngx_http_sitepreserver_redis_greet_shops(ngx_http_sitepreserver_redis_t *redis)
{
    sp_call_t                        args;
    sp_pool_t                        pool;
    ngx_int_t                        rc;
    ngx_uint_t                       i;
    ngx_pool_t                      *temporary;
    ngx_http_sitepreserver_shop_t  **shops;

    shops = redis->mcf->shops.elts;
    rc = NGX_OK;

    for (i = 0; i < redis->mcf->shops.nelts && rc == NGX_OK; i++) {

        temporary = ngx_create_pool(1024, &redis->log);
        if (temporary == NULL) {
            return NGX_ERROR;
        }

        pool.alloc = ngx_http_sitepreserver_palloc;
        pool.data = temporary;

        if (sp_call_shop(&args, &pool, &shops[i]->name,
                         redis->mcf->fingerprint, &shops[i]->terms, 0)
            != SP_OK)
        {
            rc = NGX_ERROR;

        } else {
            rc = ngx_http_sitepreserver_redis_say(redis,
                                              NGX_HTTP_SITEPRESERVER_CALL_SHOP,
                                              &args, shops[i]);
        }

        ngx_destroy_pool(temporary);
    }

    return rc;
}


static ngx_int_t
ngx_http_sitepreserver_redis_say(ngx_http_sitepreserver_redis_t *redis,
    ngx_http_sitepreserver_call_kind_t kind, const sp_call_t *args,
    ngx_http_sitepreserver_shop_t *shop)
{
    ngx_chain_t                    **last;
    ngx_http_sitepreserver_call_t   *call;

    call = ngx_http_sitepreserver_call_create(kind, args, NULL, 0,
                                              &redis->log);
    if (call == NULL) {
        return NGX_ERROR;
    }

    call->shop = shop;

    ngx_http_sitepreserver_queue_prepare(&redis->queue, call);

    ngx_queue_insert_tail(&redis->queue.inflight, &call->queue);
    call->buf.flush = 1;

    for (last = &redis->out; *last != NULL; last = &(*last)->next) {
        /* void */
    }

    *last = &call->chain;

    redis->greetings++;

    return NGX_OK;
}


static void
ngx_http_sitepreserver_redis_arg(sp_call_t *args, const void *data, size_t len)
{
    args->argv[args->argc] = data;
    args->argvlen[args->argc] = len;
    args->argc++;
}


ngx_int_t
ngx_http_sitepreserver_redis_greeted(ngx_http_sitepreserver_redis_t *redis,
    ngx_http_sitepreserver_call_t *call, redisReply *reply)
{
    if (ngx_http_sitepreserver_redis_greeting(redis, call, reply) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_sitepreserver_call_free(&redis->queue, call);

    if (--redis->greetings != 0) {
        return NGX_OK;
    }

    redis->state = NGX_HTTP_SITEPRESERVER_READY;

    ngx_http_sitepreserver_redis_purge(redis);

    ngx_log_error(NGX_LOG_INFO, &redis->log, 0,
                  "sitepreserver: connected to Redis at \"%V\", "
                  "%ui events waited", &redis->conf->url,
                  redis->queue.events);

    ngx_http_sitepreserver_redis_write(redis);

    return (redis->connection != NULL) ? NGX_OK : NGX_ERROR;
}


/* What one of our own calls was answered. */

static ngx_int_t
ngx_http_sitepreserver_redis_greeting(ngx_http_sitepreserver_redis_t *redis,
    ngx_http_sitepreserver_call_t *call, redisReply *reply)
{
    switch (call->kind) {

    case NGX_HTTP_SITEPRESERVER_CALL_AUTH:
        return ngx_http_sitepreserver_redis_refused(redis, "refuses the login",
                                                    reply);

    case NGX_HTTP_SITEPRESERVER_CALL_SELECT:
        return ngx_http_sitepreserver_redis_refused(redis,
                                                    "refuses the database",
                                                    reply);

    case NGX_HTTP_SITEPRESERVER_CALL_INFO:

        /* without a login Redis takes no more than short commands */

        if (ngx_http_sitepreserver_redis_says(reply, "NOAUTH")) {
            return ngx_http_sitepreserver_redis_refused(redis, "wants a login",
                                                        reply);
        }

        ngx_http_sitepreserver_redis_info(redis, reply);
        return NGX_OK;

    case NGX_HTTP_SITEPRESERVER_CALL_LOAD:

        /*
         * One who may not load them, or finds Redis full, may still find them
         * loaded; else the shop's greeting, which follows, is refused.
         */

        if (ngx_http_sitepreserver_redis_says(reply, "already exists")
            || ngx_http_sitepreserver_redis_says(reply, "OOM ")
            || ngx_http_sitepreserver_redis_says(reply, "NOPERM"))
        {
            return NGX_OK;
        }

        return ngx_http_sitepreserver_redis_refused(redis,
                   ngx_http_sitepreserver_redis_says(reply, "unknown command")
                   ? "knows no functions (it must be Redis 7 or newer)"
                   : "does not load the functions", reply);

    default:
        return ngx_http_sitepreserver_redis_shop(redis, call->shop, reply);
    }
}


static ngx_int_t
ngx_http_sitepreserver_redis_refused(ngx_http_sitepreserver_redis_t *redis,
    const char *what, redisReply *reply)
{
    if (reply->type != REDIS_REPLY_ERROR) {
        return NGX_OK;
    }

    ngx_http_sitepreserver_count(redis->mcf, NGX_HTTP_SITEPRESERVER_ERRORS);

    ngx_http_sitepreserver_redis_fail(redis, what, reply->str,
                                      ngx_min(reply->len, 200));

    return NGX_ERROR;
}


static void
ngx_http_sitepreserver_redis_info(ngx_http_sitepreserver_redis_t *redis,
    redisReply *reply)
{
    char    *p;
    u_char  *run_id;

    run_id = NULL;

    if (reply->type == REDIS_REPLY_STRING) {
        p = ngx_strstr(reply->str, "run_id:");

        if (p != NULL
            && (size_t) (reply->str + reply->len - p) >= 7 + 40)
        {
            run_id = (u_char *) p + 7;
        }
    }

    ngx_http_sitepreserver_run_id(ngx_http_sitepreserver_zone(redis->mcf),
                                  run_id);
}


static ngx_int_t
ngx_http_sitepreserver_redis_shop(ngx_http_sitepreserver_redis_t *redis,
    ngx_http_sitepreserver_shop_t *shop, redisReply *reply)
{
    shop->refused = 0;

    if (reply->type != REDIS_REPLY_ERROR) {
        return NGX_OK;
    }

    if (ngx_http_sitepreserver_redis_says(reply, "SPTERMS")) {
        ngx_log_error(NGX_LOG_WARN, &redis->log, 0,
                      "sitepreserver: shop \"%*s\" had another idle time, "
                      "it is changed", shop->name.len, shop->name.data);
        return NGX_OK;
    }

    if (ngx_http_sitepreserver_redis_says(reply, "SPFINGERPRINT")) {
        shop->refused = 1;

        ngx_http_sitepreserver_count(redis->mcf,
                                     NGX_HTTP_SITEPRESERVER_ERRORS);

        ngx_log_error(NGX_LOG_ERR, &redis->log, 0,
                      "sitepreserver: shop \"%*s\" was begun with another "
                      "identity key than that of sitepreserver_secret_file: "
                      "its events are dropped",
                      shop->name.len, shop->name.data);
        return NGX_OK;
    }

    return ngx_http_sitepreserver_redis_refused(redis, "refuses the shop",
                                                reply);
}


/* What waited for a shop that turned out to be another's is not sent to it. */

static void
ngx_http_sitepreserver_redis_purge(ngx_http_sitepreserver_redis_t *redis)
{
    ngx_uint_t                      n;
    ngx_queue_t                    *item, *next;
    ngx_http_sitepreserver_call_t  *call;

    static const char  why[] = "the shop has another identity key";

    n = 0;

    for (item = ngx_queue_head(&redis->queue.pending);
         item != ngx_queue_sentinel(&redis->queue.pending);
         item = next)
    {
        next = ngx_queue_next(item);

        call = ngx_queue_data(item, ngx_http_sitepreserver_call_t, queue);

        if (call->shop->refused) {
            ngx_http_sitepreserver_call_free(&redis->queue, call);
            n++;
        }
    }

    if (n == 0) {
        return;
    }

    ngx_http_sitepreserver_count_n(redis->mcf, NGX_HTTP_SITEPRESERVER_DROPPED,
                                   n);
    ngx_http_sitepreserver_redis_lost(redis, n, 0, why, sizeof(why) - 1);
}
