
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_gate.h"
#include "ngx_http_sitepreserver_agent.h"
#include "ngx_http_sitepreserver_headers.h"


static ngx_uint_t ngx_http_sitepreserver_ignored(ngx_http_request_t *r,
    ngx_http_sitepreserver_loc_conf_t *lcf);
static ngx_uint_t ngx_http_sitepreserver_refused(ngx_http_request_t *r,
    ngx_http_sitepreserver_loc_conf_t *lcf, ngx_uint_t *withdrawn);
static ngx_uint_t ngx_http_sitepreserver_opted_out(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_truth(ngx_http_request_t *r,
    ngx_http_complex_value_t *cv);


void
ngx_http_sitepreserver_gate(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    ngx_uint_t  withdrawn;

    if (ctx->gated) {
        return;
    }

    ctx->gated = 1;
    ctx->ignored = ngx_http_sitepreserver_ignored(r, ctx->lcf);
    ctx->refused = ngx_http_sitepreserver_refused(r, ctx->lcf, &withdrawn);
    ctx->withdrawn = withdrawn && !ctx->ignored;
}


ngx_http_sitepreserver_result_t
ngx_http_sitepreserver_gated(ngx_http_sitepreserver_ctx_t *ctx)
{
    return ctx->ignored ? NGX_HTTP_SITEPRESERVER_RESULT_IGNORED
                        : NGX_HTTP_SITEPRESERVER_RESULT_NO_CONSENT;
}


ngx_uint_t
ngx_http_sitepreserver_admitted(ngx_http_request_t *r,
    ngx_http_sitepreserver_loc_conf_t *lcf)
{
    ngx_uint_t  withdrawn;

    return !ngx_http_sitepreserver_ignored(r, lcf)
           && !ngx_http_sitepreserver_refused(r, lcf, &withdrawn);
}


static ngx_uint_t
ngx_http_sitepreserver_ignored(ngx_http_request_t *r,
    ngx_http_sitepreserver_loc_conf_t *lcf)
{
    if (lcf->ignore == NULL) {
        return ngx_http_sitepreserver_agent(r).bot;
    }

    return ngx_http_sitepreserver_truth(r, lcf->ignore) != 0;
}


/*
 * A value without variables is the operator's word, and one that cannot be
 * evaluated is nobody's: they only stop what would be kept.
 */

static ngx_uint_t
ngx_http_sitepreserver_refused(ngx_http_request_t *r,
    ngx_http_sitepreserver_loc_conf_t *lcf, ngx_uint_t *withdrawn)
{
    ngx_int_t  agreed;

    *withdrawn = 0;

    if (lcf->consent == NULL) {
        return 0;
    }

    if (lcf->gpc && ngx_http_sitepreserver_opted_out(r)) {
        *withdrawn = 1;
        return 1;
    }

    agreed = ngx_http_sitepreserver_truth(r, lcf->consent);

    *withdrawn = (agreed == 0 && lcf->consent->lengths != NULL);

    return agreed != 1;
}


/* Empty and "0" are false; NGX_ERROR: it cannot be evaluated. */

static ngx_int_t
ngx_http_sitepreserver_truth(ngx_http_request_t *r,
    ngx_http_complex_value_t *cv)
{
    ngx_str_t  value;

    if (ngx_http_complex_value(r, cv, &value) != NGX_OK) {
        return NGX_ERROR;
    }

    return value.len != 0 && !(value.len == 1 && value.data[0] == '0');
}


/* Global Privacy Control: "Sec-GPC: 1". */

static ngx_uint_t
ngx_http_sitepreserver_opted_out(ngx_http_request_t *r)
{
    sp_str_t  value;

    static const sp_str_t  name = sp_string("sec-gpc");

    return ngx_http_sitepreserver_request_header(r, &name, 0, &value)
           && value.len == 1 && value.data[0] == '1';
}
