
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_ctx.h"
#include "ngx_http_sitepreserver_headers.h"
#include "ngx_http_sitepreserver_learn.h"
#include "ngx_http_sitepreserver_zone.h"


/* What the client asked for. */

typedef struct {
    ngx_str_t                      uri;
    ngx_str_t                      args;
} ngx_http_sitepreserver_asked_t;


static void ngx_http_sitepreserver_ctx_cleanup(void *data);
static void ngx_http_sitepreserver_asked_cleanup(void *data);
static void *ngx_http_sitepreserver_cleanup_data(ngx_http_request_t *r,
    ngx_pool_cleanup_pt handler);


/* Contexts of this worker that are not in use. */

static ngx_http_sitepreserver_ctx_t  *ngx_http_sitepreserver_spare;


ngx_http_sitepreserver_ctx_t *
ngx_http_sitepreserver_ctx_spare(ngx_http_request_t *r)
{
    ngx_http_sitepreserver_ctx_t  *ctx;

    ctx = ngx_http_sitepreserver_spare;

    if (ctx == NULL) {
        ctx = ngx_calloc(sizeof(ngx_http_sitepreserver_ctx_t),
                         ngx_cycle->log);
        if (ctx == NULL) {
            return NULL;
        }

        ngx_http_sitepreserver_spare = ctx;
    }

    ctx->pool.alloc = ngx_http_sitepreserver_palloc;
    ctx->pool.data = r->pool;

    return ctx;
}


ngx_int_t
ngx_http_sitepreserver_ctx_attach(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_sitepreserver_ctx_cleanup;
    cln->data = ctx;

    ngx_http_sitepreserver_spare = ctx->next;

    ctx->next = NULL;
    ctx->request = r;

    ngx_http_set_ctx(r, ctx, ngx_http_sitepreserver_module);

    return NGX_OK;
}


static void
ngx_http_sitepreserver_ctx_cleanup(void *data)
{
    ngx_http_sitepreserver_ctx_t *ctx = data;

    ngx_memzero(ctx, sizeof(ngx_http_sitepreserver_ctx_t));

    ctx->next = ngx_http_sitepreserver_spare;
    ngx_http_sitepreserver_spare = ctx;
}


ngx_http_sitepreserver_ctx_t *
ngx_http_sitepreserver_ctx_recover(ngx_http_request_t *r)
{
    ngx_http_sitepreserver_ctx_t  *ctx;

    ctx = ngx_http_sitepreserver_cleanup_data(r,
                                           ngx_http_sitepreserver_ctx_cleanup);

    if (ctx == NULL) {
        return NULL;
    }

    ngx_http_set_ctx(r, ctx, ngx_http_sitepreserver_module);

    /* what comes now is the page of an error, not the answer */

    if (r->filter_finalize) {
        ctx->want_response = 0;
        ngx_http_sitepreserver_learn_over(r, ctx);
        ctx->learn = NULL;
    }

    return ctx;
}


void
ngx_http_sitepreserver_ctx_note(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    ngx_http_sitepreserver_loc_conf_t  *lcf;

    if (ctx->noted) {
        return;
    }

    ctx->noted = 1;

    if (ngx_http_sitepreserver_ctx_first(r)) {
        lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);

        ctx->lcf = lcf;
        ctx->exchange.body_limit = lcf->body_limit;
        ctx->exchange.response_limit = lcf->response_limit;
    }

    if (!ctx->lcf->enable) {
        ctx->want_request = 0;
    }
}


ngx_uint_t
ngx_http_sitepreserver_ctx_first(ngx_http_request_t *r)
{
    return r->uri_changes == NGX_HTTP_MAX_URI_CHANGES + 1;
}


static void *
ngx_http_sitepreserver_cleanup_data(ngx_http_request_t *r,
    ngx_pool_cleanup_pt handler)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = r->pool->cleanup; cln != NULL; cln = cln->next) {
        if (cln->handler == handler) {
            return cln->data;
        }
    }

    return NULL;
}


ngx_int_t
ngx_http_sitepreserver_asked(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t              *cln;
    ngx_http_sitepreserver_asked_t  *asked;

    cln = ngx_pool_cleanup_add(r->pool,
                               sizeof(ngx_http_sitepreserver_asked_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_sitepreserver_asked_cleanup;

    asked = cln->data;
    asked->uri = r->uri;
    asked->args = r->args;

    return NGX_OK;
}


/* Nothing is left to do: it is what the memory is found by. */

static void
ngx_http_sitepreserver_asked_cleanup(void *data)
{
    /* void */
}


void
ngx_http_sitepreserver_exchange(ngx_http_request_t *r,
    sp_exchange_t *exchange)
{
    ngx_str_t                          *uri, *args;
    ngx_http_sitepreserver_asked_t     *asked;
    ngx_http_sitepreserver_loc_conf_t  *lcf;
    ngx_http_sitepreserver_srv_conf_t  *scf;

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    uri = &r->uri;
    args = &r->args;

    if (scf->lined) {
        asked = ngx_http_sitepreserver_cleanup_data(r,
                                         ngx_http_sitepreserver_asked_cleanup);
        if (asked != NULL) {
            uri = &asked->uri;
            args = &asked->args;
        }
    }

    exchange->method.len = r->method_name.len;
    exchange->method.data = (char *) r->method_name.data;
    exchange->uri.len = uri->len;
    exchange->uri.data = (char *) uri->data;
    exchange->args.len = args->len;
    exchange->args.data = (char *) args->data;

    exchange->request_header = ngx_http_sitepreserver_request_header;
    exchange->response_header = ngx_http_sitepreserver_response_header;
    exchange->data = r;

    exchange->body_limit = lcf->body_limit;
    exchange->response_limit = lcf->response_limit;
    exchange->now = ngx_time();
}


void *
ngx_http_sitepreserver_palloc(void *data, size_t size)
{
    return ngx_palloc(data, size);
}


void
ngx_http_sitepreserver_no_memory(ngx_http_request_t *r)
{
    ngx_http_sitepreserver_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);

    ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_NO_MEMORY);
}
