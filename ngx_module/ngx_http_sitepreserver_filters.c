
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_filters.h"
#include "ngx_http_sitepreserver_cookie.h"
#include "ngx_http_sitepreserver_ctx.h"
#include "ngx_http_sitepreserver_event.h"
#include "ngx_http_sitepreserver_gate.h"
#include "ngx_http_sitepreserver_headers.h"
#include "ngx_http_sitepreserver_learn.h"
#include "ngx_http_sitepreserver_zone.h"


static ngx_int_t ngx_http_sitepreserver_request_body_filter(
    ngx_http_request_t *r, ngx_chain_t *in);
static ngx_int_t ngx_http_sitepreserver_header_filter(ngx_http_request_t *r);
static void ngx_http_sitepreserver_headers(ngx_http_request_t *r,
    ngx_http_sitepreserver_srv_conf_t *scf);
static void ngx_http_sitepreserver_answer(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);
static ngx_int_t ngx_http_sitepreserver_readable(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);
static void ngx_http_sitepreserver_unmatched(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);
static void ngx_http_sitepreserver_body(ngx_http_request_t *r,
    ngx_chain_t *in);
static ngx_uint_t ngx_http_sitepreserver_changed(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);


static ngx_http_request_body_filter_pt  ngx_http_next_request_body_filter;
static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt  ngx_http_next_body_filter;


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
    ngx_http_sitepreserver_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    if (scf->used
        && (!ngx_http_sitepreserver_ctx_none(r)
            || ngx_http_sitepreserver_response_watched(r, scf->watches)))
    {
        ngx_http_sitepreserver_headers(r, scf);
    }

    return ngx_http_next_header_filter(r);
}


static ngx_http_sitepreserver_apart void
ngx_http_sitepreserver_headers(ngx_http_request_t *r,
    ngx_http_sitepreserver_srv_conf_t *scf)
{
    ngx_http_sitepreserver_ctx_t       *ctx;
    ngx_http_sitepreserver_loc_conf_t  *lcf;

    if (r != r->main) {
        return;
    }

    ctx = ngx_http_sitepreserver_ctx(r);

    if (ctx != NULL && ctx->learn != NULL) {
        ngx_http_sitepreserver_ctx_note(r, ctx);
        ngx_http_sitepreserver_learn_answer(r, ctx);
    }

    if (ctx == NULL || ngx_http_sitepreserver_ctx_idle(ctx)) {
        lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);

        if (lcf->enable
            && ngx_http_sitepreserver_response_watched(r, scf->watches))
        {
            ngx_http_sitepreserver_unmatched(r);
        }

    } else if (!ctx->answered) {
        ngx_http_sitepreserver_ctx_note(r, ctx);

        if (ctx->lcf->enable) {
            ngx_http_sitepreserver_answer(r, ctx);
        }
    }
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
    if (!ngx_http_sitepreserver_ctx_none(r)) {
        ngx_http_sitepreserver_body(r, in);
    }

    return ngx_http_next_body_filter(r, in);
}


static ngx_http_sitepreserver_apart void
ngx_http_sitepreserver_body(ngx_http_request_t *r, ngx_chain_t *in)
{
    size_t                               size;
    sp_rc_t                              rc;
    ngx_buf_t                           *b;
    ngx_chain_t                         *cl;
    ngx_http_sitepreserver_ctx_t        *ctx;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    if (in == NULL || r != r->main) {
        return;
    }

    ctx = ngx_http_sitepreserver_ctx(r);

    if (ctx != NULL && ctx->learn != NULL) {
        ngx_http_sitepreserver_learn_body(r, ctx, in);
    }

    if (ctx == NULL || !ctx->want_response) {
        return;
    }

    if (ngx_http_sitepreserver_changed(r, ctx)) {
        ctx->want_response = 0;
        return;
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


void
ngx_http_sitepreserver_filters_init(void)
{
    ngx_http_next_request_body_filter = ngx_http_top_request_body_filter;
    ngx_http_top_request_body_filter =
                                   ngx_http_sitepreserver_request_body_filter;

    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_sitepreserver_header_filter;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_sitepreserver_body_filter;
}
