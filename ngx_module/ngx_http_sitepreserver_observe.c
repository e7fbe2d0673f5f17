
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_observe.h"
#include "ngx_http_sitepreserver_click.h"
#include "ngx_http_sitepreserver_ctx.h"
#include "ngx_http_sitepreserver_decide.h"
#include "ngx_http_sitepreserver_filters.h"
#include "ngx_http_sitepreserver_gate.h"
#include "ngx_http_sitepreserver_learn.h"
#include "ngx_http_sitepreserver_page.h"

#include <openssl/rand.h>

#include "sp_unmet.h"


static ngx_int_t ngx_http_sitepreserver_post_read_handler(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_ask(ngx_http_request_t *r,
    ngx_http_sitepreserver_srv_conf_t *scf, uint64_t key);
static ngx_int_t ngx_http_sitepreserver_rewrite_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_locate(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_access_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_log_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_over(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_handler(
    ngx_http_core_main_conf_t *cmcf, ngx_uint_t phase,
    ngx_http_handler_pt handler);


static sp_unmet_t  ngx_http_sitepreserver_unmet;    /* the worker's */


/*
 * The rules are tried here, as the URI is still what the client asked for.
 * The location is not known yet; whether it is one that is observed is seen
 * later.
 */

static ngx_int_t
ngx_http_sitepreserver_post_read_handler(ngx_http_request_t *r)
{
    uint64_t                            key;
    sp_str_t                            uri, args;
    ngx_http_sitepreserver_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    if (!scf->used) {
        return NGX_DECLINED;
    }

    uri.data = (char *) r->uri.data;
    uri.len = r->uri.len;
    args.data = (char *) r->args.data;
    args.len = r->args.len;

    key = sp_unmet_key(&ngx_http_sitepreserver_unmet, scf, r->method, &uri,
                       &args);

    if (sp_unmet_has(&ngx_http_sitepreserver_unmet, key) && !scf->lined) {
        return NGX_DECLINED;
    }

    return ngx_http_sitepreserver_ask(r, scf, key);
}


static ngx_http_sitepreserver_apart ngx_int_t
ngx_http_sitepreserver_ask(ngx_http_request_t *r,
    ngx_http_sitepreserver_srv_conf_t *scf, uint64_t key)
{
    unsigned                       wants;
    sp_observation_t              *ob;
    ngx_http_sitepreserver_ctx_t  *ctx;

    ctx = ngx_http_sitepreserver_ctx_spare(r);

    if (ctx == NULL
        || (scf->lined && ngx_http_sitepreserver_asked(r) != NGX_OK))
    {
        ngx_http_sitepreserver_no_memory(r);
        return NGX_DECLINED;
    }

    ngx_http_sitepreserver_exchange(r, &ctx->exchange);

    ob = sp_observe(scf->rules, &ctx->exchange, &ctx->pool, &wants);

    if (ob == NULL && wants < SP_WANT_LEARN) {

        if (wants & SP_WANT_MEMORY) {
            ngx_http_sitepreserver_no_memory(r);

        } else if ((wants & SP_UNMET)
                   && sp_unmet_ready(&ngx_http_sitepreserver_unmet))
        {
            sp_unmet_put(&ngx_http_sitepreserver_unmet, key);
        }

        return NGX_DECLINED;
    }

    if (ngx_http_sitepreserver_ctx_attach(r, ctx) != NGX_OK) {
        ngx_http_sitepreserver_no_memory(r);
        return NGX_DECLINED;
    }

    ctx->observation = ob;

    if (wants >= SP_WANT_LEARN) {
        ngx_http_sitepreserver_learn_asked(r, ctx, wants);
    }

    ctx->lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);
    ctx->want_request = (wants & SP_WANT_REQUEST_BODY) != 0;

    return NGX_DECLINED;
}


/* Runs first in the location that was found. */

static ngx_int_t
ngx_http_sitepreserver_rewrite_handler(ngx_http_request_t *r)
{
    if (r->args.len < SP_CLICK_MIN && ngx_http_sitepreserver_ctx_none(r)) {
        return NGX_DECLINED;
    }

    return ngx_http_sitepreserver_locate(r);
}


static ngx_http_sitepreserver_apart ngx_int_t
ngx_http_sitepreserver_locate(ngx_http_request_t *r)
{
    ngx_http_sitepreserver_ctx_t       *ctx;
    ngx_http_sitepreserver_loc_conf_t  *lcf;
    ngx_http_sitepreserver_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    if (!scf->used || r != r->main) {
        return NGX_DECLINED;
    }

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);
    ctx = ngx_http_sitepreserver_ctx(r);

    if (ctx != NULL) {
        ngx_http_sitepreserver_ctx_note(r, ctx);
    }

    if (r->method != NGX_HTTP_GET || !lcf->enable
        || (r->args.len < SP_CLICK_MIN && !r->internal)
        || !ngx_http_sitepreserver_ctx_first(r))
    {
        return NGX_DECLINED;
    }

    return ngx_http_sitepreserver_click(r, ctx);
}


/*
 * realip has had its last word; nothing has read a body yet.  Only where
 * variables are asked: the test for bots holds at any time.
 */

static ngx_int_t
ngx_http_sitepreserver_access_handler(ngx_http_request_t *r)
{
    ngx_http_sitepreserver_ctx_t  *ctx;

    ctx = ngx_http_sitepreserver_ctx(r);

    if (ctx != NULL && ctx->lcf->enable
        && !ngx_http_sitepreserver_ctx_idle(ctx))
    {
        ngx_http_sitepreserver_gate(r, ctx);
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_http_sitepreserver_log_handler(ngx_http_request_t *r)
{
    ngx_http_sitepreserver_loc_conf_t  *lcf;

    if (!ngx_http_sitepreserver_ctx_none(r)) {
        return ngx_http_sitepreserver_over(r);
    }

    if (ngx_http_sitepreserver_is_page(r)) {
        lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);

        if (lcf->enable) {
            ngx_http_sitepreserver_page_view(r);
        }
    }

    return NGX_OK;
}


static ngx_http_sitepreserver_apart ngx_int_t
ngx_http_sitepreserver_over(ngx_http_request_t *r)
{
    ngx_http_sitepreserver_ctx_t       *ctx;
    ngx_http_sitepreserver_loc_conf_t  *lcf;
    ngx_http_sitepreserver_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    if (!scf->used || r != r->main) {
        return NGX_OK;
    }

    ctx = ngx_http_sitepreserver_ctx(r);

    if (ctx != NULL) {
        ngx_http_sitepreserver_ctx_note(r, ctx);
        ngx_http_sitepreserver_learn_over(r, ctx);

        if (!ngx_http_sitepreserver_ctx_idle(ctx)) {
            ngx_http_sitepreserver_decide(r, ctx);

            /* a page at which a rule has looked for nothing is still one */

            if (ctx->result == NGX_HTTP_SITEPRESERVER_RESULT_REJECTED
                && ngx_http_sitepreserver_is_page(r))
            {
                ngx_http_sitepreserver_page_view(r);
            }

            return NGX_OK;
        }
    }

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);

    if (lcf->enable && ngx_http_sitepreserver_is_page(r)) {
        ngx_http_sitepreserver_page_view(r);
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_sitepreserver_observe_init(ngx_conf_t *cf)
{
    ngx_array_t                         *handlers;
    ngx_http_handler_pt                 *h;
    ngx_http_core_main_conf_t           *cmcf;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    /* a server's new rules may be where old ones were */

    sp_unmet_init(&ngx_http_sitepreserver_unmet);

    if (RAND_bytes((u_char *) ngx_http_sitepreserver_unmet.secret,
                   sizeof(ngx_http_sitepreserver_unmet.secret))
        != 1)
    {
        sp_unmet_init(&ngx_http_sitepreserver_unmet);
    }

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    mcf = ngx_http_conf_get_module_main_conf(cf,
                                             ngx_http_sitepreserver_module);

    if (ngx_http_sitepreserver_handler(cmcf, NGX_HTTP_POST_READ_PHASE,
                                     ngx_http_sitepreserver_post_read_handler)
        != NGX_OK
        || ngx_http_sitepreserver_handler(cmcf, NGX_HTTP_REWRITE_PHASE,
                                       ngx_http_sitepreserver_rewrite_handler)
           != NGX_OK
        || (mcf->gates
            && ngx_http_sitepreserver_handler(cmcf, NGX_HTTP_ACCESS_PHASE,
                                        ngx_http_sitepreserver_access_handler)
               != NGX_OK)
        || ngx_http_sitepreserver_handler(cmcf, NGX_HTTP_LOG_PHASE,
                                          ngx_http_sitepreserver_log_handler)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    /*
     * Log handlers run in the order in which they were added, and access_log
     * was before: ours has to be first, as its variables may be logged.
     */

    handlers = &cmcf->phases[NGX_HTTP_LOG_PHASE].handlers;
    h = handlers->elts;

    ngx_memmove(h + 1, h, (handlers->nelts - 1) * sizeof(ngx_http_handler_pt));
    h[0] = ngx_http_sitepreserver_log_handler;

    ngx_http_sitepreserver_filters_init();

    return NGX_OK;
}


static ngx_int_t
ngx_http_sitepreserver_handler(ngx_http_core_main_conf_t *cmcf,
    ngx_uint_t phase, ngx_http_handler_pt handler)
{
    ngx_http_handler_pt  *h;

    h = ngx_array_push(&cmcf->phases[phase].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = handler;

    return NGX_OK;
}
