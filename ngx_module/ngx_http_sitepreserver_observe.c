
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_observe.h"
#include "ngx_http_sitepreserver_click.h"
#include "ngx_http_sitepreserver_cookie.h"
#include "ngx_http_sitepreserver_ctx.h"
#include "ngx_http_sitepreserver_decide.h"
#include "ngx_http_sitepreserver_event.h"
#include "ngx_http_sitepreserver_gate.h"
#include "ngx_http_sitepreserver_headers.h"
#include "ngx_http_sitepreserver_learn.h"
#include "ngx_http_sitepreserver_page.h"
#include "ngx_http_sitepreserver_zone.h"


static ngx_int_t ngx_http_sitepreserver_post_read_handler(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_rewrite_handler(ngx_http_request_t *r);
static void ngx_http_sitepreserver_note(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);
static ngx_uint_t ngx_http_sitepreserver_first(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_access_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_log_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_request_body_filter(
    ngx_http_request_t *r, ngx_chain_t *in);
static ngx_int_t ngx_http_sitepreserver_header_filter(ngx_http_request_t *r);
static void ngx_http_sitepreserver_answer(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);
static ngx_int_t ngx_http_sitepreserver_readable(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);
static void ngx_http_sitepreserver_unmatched(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);
static ngx_uint_t ngx_http_sitepreserver_changed(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);
static void ngx_http_sitepreserver_no_memory(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_handler(
    ngx_http_core_main_conf_t *cmcf, ngx_uint_t phase,
    ngx_http_handler_pt handler);


static ngx_http_request_body_filter_pt  ngx_http_next_request_body_filter;
static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt  ngx_http_next_body_filter;


/*
 * The rules are tried here, as the URI is still what the client asked for.
 * The location is not known yet; whether it is one that is observed is seen
 * later.
 */

static ngx_int_t
ngx_http_sitepreserver_post_read_handler(ngx_http_request_t *r)
{
    unsigned                            wants;
    sp_observation_t                   *ob;
    ngx_http_sitepreserver_ctx_t       *ctx;
    ngx_http_sitepreserver_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    if (!scf->used) {
        return NGX_DECLINED;
    }

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
    ngx_http_sitepreserver_ctx_t        *ctx;
    ngx_http_sitepreserver_loc_conf_t   *lcf;
    ngx_http_sitepreserver_srv_conf_t   *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    if (!scf->used || r != r->main) {
        return NGX_DECLINED;
    }

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);
    ctx = ngx_http_sitepreserver_ctx(r);

    if (ctx != NULL) {
        ngx_http_sitepreserver_note(r, ctx);
    }

    if (r->method != NGX_HTTP_GET || !lcf->enable
        || (r->args.len < SP_CLICK_MIN && !r->internal)
        || !ngx_http_sitepreserver_first(r))
    {
        return NGX_DECLINED;
    }

    return ngx_http_sitepreserver_click(r, ctx);
}


/*
 * The settings of the location that was found first hold, wherever the
 * request goes from there.  nginx may refuse a request (413) before that
 * location could be noted here, and error_page then leads it to another: such
 * requests keep the server's settings, which they were given when they came.
 */

static void
ngx_http_sitepreserver_note(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    ngx_http_sitepreserver_loc_conf_t  *lcf;

    if (ctx->noted) {
        return;
    }

    ctx->noted = 1;

    if (ngx_http_sitepreserver_first(r)) {
        lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);

        ctx->lcf = lcf;
        ctx->exchange.body_limit = lcf->body_limit;
        ctx->exchange.response_limit = lcf->response_limit;
    }

    if (!ctx->lcf->enable) {
        ctx->want_request = 0;
    }
}


/*
 * The request is where it was first led, and was in no location before.  A
 * "rewrite" of the server makes it internal already, and may have taken its
 * arguments.
 */

static ngx_uint_t
ngx_http_sitepreserver_first(ngx_http_request_t *r)
{
    return r->uri_changes == NGX_HTTP_MAX_URI_CHANGES + 1;
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
    ngx_http_sitepreserver_ctx_t       *ctx;
    ngx_http_sitepreserver_loc_conf_t  *lcf;
    ngx_http_sitepreserver_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    if (!scf->used || r != r->main) {
        return NGX_OK;
    }

    ctx = ngx_http_sitepreserver_ctx(r);

    if (ctx != NULL) {
        ngx_http_sitepreserver_note(r, ctx);
        ngx_http_sitepreserver_learn_over(r, ctx);

        if (!ngx_http_sitepreserver_ctx_idle(ctx)) {
            ngx_http_sitepreserver_decide(r, ctx);

            /* a page at which a rule has looked for nothing is still one */

            if (ctx->result == NGX_HTTP_SITEPRESERVER_RESULT_REJECTED) {
                ngx_http_sitepreserver_page_view(r);
            }

            return NGX_OK;
        }
    }

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);

    if (lcf->enable) {
        ngx_http_sitepreserver_page_view(r);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_sitepreserver_request_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in)
{
    size_t                         size;
    sp_rc_t                        rc;
    ngx_buf_t                     *b;
    ngx_chain_t                   *cl;
    ngx_http_sitepreserver_ctx_t  *ctx;

    if (r != r->main) {
        return ngx_http_next_request_body_filter(r, in);
    }

    ctx = ngx_http_sitepreserver_ctx(r);

    if (ctx == NULL || !ctx->want_request) {
        return ngx_http_next_request_body_filter(r, in);
    }

    for (cl = in; cl != NULL; cl = cl->next) {
        b = cl->buf;
        size = ngx_buf_in_memory(b) ? b->last - b->pos : 0;

        if (size == 0 && !b->last_buf) {
            continue;
        }

        rc = sp_observe_request_body(ctx->observation, (char *) b->pos, size,
                                     b->last_buf);

        if (rc != SP_AGAIN) {
            ctx->want_request = 0;
            break;
        }
    }

    return ngx_http_next_request_body_filter(r, in);
}


static ngx_int_t
ngx_http_sitepreserver_header_filter(ngx_http_request_t *r)
{
    ngx_http_sitepreserver_ctx_t       *ctx;
    ngx_http_sitepreserver_loc_conf_t  *lcf;
    ngx_http_sitepreserver_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    if (!scf->used || r != r->main) {
        return ngx_http_next_header_filter(r);
    }

    ctx = ngx_http_sitepreserver_ctx(r);

    if (ctx != NULL && ctx->learn != NULL) {
        ngx_http_sitepreserver_note(r, ctx);
        ngx_http_sitepreserver_learn_answer(r, ctx);
    }

    if (ctx == NULL || ngx_http_sitepreserver_ctx_idle(ctx)) {
        lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);

        if (lcf->enable && scf->watches != 0
            && ngx_http_sitepreserver_response_watched(r, scf->watches))
        {
            ngx_http_sitepreserver_unmatched(r);
        }

    } else if (!ctx->answered) {
        ngx_http_sitepreserver_note(r, ctx);

        if (ctx->lcf->enable) {
            ngx_http_sitepreserver_answer(r, ctx);
        }
    }

    return ngx_http_next_header_filter(r);
}


static void
ngx_http_sitepreserver_answer(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    unsigned                             wants;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    ctx->answered = 1;
    ctx->answered_at = ngx_current_msec;
    ctx->answer_seen = ngx_http_sitepreserver_clock();
    ctx->status = ngx_http_sitepreserver_status(r);

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);

    ngx_http_sitepreserver_gate(r, ctx);

    if (ctx->observation != NULL) {

        wants = sp_observe_answer(ctx->observation, ctx->status);

        if ((wants & SP_WANT_RESPONSE_BODY) && r->method != NGX_HTTP_HEAD) {

            if (ngx_http_sitepreserver_readable(r, ctx) == NGX_OK) {
                ctx->want_response = 1;
                r->filter_need_in_memory = 1;

            } else {
                ngx_http_sitepreserver_count(mcf,
                                             NGX_HTTP_SITEPRESERVER_ENCODED);
            }
        }
    }

    if (ngx_http_sitepreserver_cookie_answer(r, ctx) != NGX_OK) {
        ngx_http_sitepreserver_no_memory(r);
    }
}


/* Is it plain, or compressed in a way that can be undone for our copy? */

static ngx_int_t
ngx_http_sitepreserver_readable(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    sp_rc_t           rc;
    sp_str_t          value;
    ngx_table_elt_t  *encoding;

    encoding = r->headers_out.content_encoding;

    if (encoding == NULL || encoding->hash == 0) {
        return NGX_OK;
    }

    value.len = encoding->value.len;
    value.data = (char *) encoding->value.data;

    rc = sp_observe_packed(ctx->observation, &value);

    if (rc == SP_NOMEM) {
        ngx_http_sitepreserver_no_memory(r);
    }

    return (rc == SP_OK) ? NGX_OK : NGX_DECLINED;
}


/* No rule matched, but the answer may replace the visitor's session. */

static void
ngx_http_sitepreserver_unmatched(ngx_http_request_t *r)
{
    sp_rc_t                             rc;
    sp_pool_t                           pool;
    sp_outcome_t                       *outcome;
    sp_exchange_t                       exchange;
    ngx_http_sitepreserver_ctx_t       *ctx;
    ngx_http_sitepreserver_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    pool.alloc = ngx_http_sitepreserver_palloc;
    pool.data = r->pool;

    ngx_http_sitepreserver_exchange(r, &exchange);

    rc = sp_observe_unmatched(scf->rules, &exchange, &pool, &outcome);

    if (rc == SP_DONE) {
        return;
    }

    ctx = ngx_http_sitepreserver_ctx(r);

    if (ctx == NULL && rc == SP_OK) {
        ctx = ngx_http_sitepreserver_ctx_spare(r);

        if (ctx != NULL
            && ngx_http_sitepreserver_ctx_attach(r, ctx) != NGX_OK)
        {
            ctx = NULL;
        }
    }

    if (ctx == NULL || rc != SP_OK) {
        ngx_http_sitepreserver_no_memory(r);
        return;
    }

    ctx->exchange = exchange;   /* a spare one has the last request's */
    ctx->outcome = outcome;
    ctx->lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);
    ctx->noted = 1;
    ctx->answered = 1;

    ngx_http_sitepreserver_gate(r, ctx);
}


static ngx_int_t
ngx_http_sitepreserver_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    size_t                               size;
    sp_rc_t                              rc;
    ngx_buf_t                           *b;
    ngx_chain_t                         *cl;
    ngx_http_sitepreserver_ctx_t        *ctx;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    if (in == NULL || r != r->main) {
        return ngx_http_next_body_filter(r, in);
    }

    ctx = ngx_http_sitepreserver_ctx(r);

    if (ctx != NULL && ctx->learn != NULL) {
        ngx_http_sitepreserver_learn_body(r, ctx, in);
    }

    if (ctx == NULL || !ctx->want_response) {
        return ngx_http_next_body_filter(r, in);
    }

    if (ngx_http_sitepreserver_changed(r, ctx)) {
        ctx->want_response = 0;
        return ngx_http_next_body_filter(r, in);
    }

    for (cl = in; cl != NULL; cl = cl->next) {
        b = cl->buf;

        if (b->in_file && !ngx_buf_in_memory(b)) {
            mcf = ngx_http_get_module_main_conf(r,
                                                ngx_http_sitepreserver_module);
            ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_IN_FILE);

            ctx->want_response = 0;
            break;
        }

        size = ngx_buf_in_memory(b) ? b->last - b->pos : 0;

        if (size == 0 && !b->last_buf) {
            continue;
        }

        rc = sp_observe_response_body(ctx->observation, (char *) b->pos, size,
                                      b->last_buf);

        if (rc != SP_AGAIN) {
            ctx->want_response = 0;
            break;
        }
    }

    return ngx_http_next_body_filter(r, in);
}


/*
 * nginx takes the range that a client asks for out of an answer only after the
 * answer was seen here: what passes then is what the client chose of it, or, if
 * there is no such range, the page of an error.
 */

static ngx_uint_t
ngx_http_sitepreserver_changed(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    return ngx_http_sitepreserver_status(r) != ctx->status;
}


static void
ngx_http_sitepreserver_no_memory(ngx_http_request_t *r)
{
    ngx_http_sitepreserver_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);

    ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_NO_MEMORY);
}


ngx_int_t
ngx_http_sitepreserver_observe_init(ngx_conf_t *cf)
{
    ngx_array_t                         *handlers;
    ngx_http_handler_pt                 *h;
    ngx_http_core_main_conf_t           *cmcf;
    ngx_http_sitepreserver_main_conf_t  *mcf;

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

    ngx_http_next_request_body_filter = ngx_http_top_request_body_filter;
    ngx_http_top_request_body_filter =
                                   ngx_http_sitepreserver_request_body_filter;

    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_sitepreserver_header_filter;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_sitepreserver_body_filter;

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
