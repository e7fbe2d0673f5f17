
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_click.h"
#include "ngx_http_sitepreserver_headers.h"
#include "ngx_http_sitepreserver_zone.h"


/* arguments "sp" that are looked at: each may cost a MAC */
#define NGX_HTTP_SITEPRESERVER_CLICK_ARGS  8


static u_char *ngx_http_sitepreserver_click_find(ngx_http_request_t *r,
    sp_str_t *text, sp_token_t *token);
static u_char *ngx_http_sitepreserver_click_arg(u_char *p, u_char *last,
    sp_str_t *text);
static ngx_int_t ngx_http_sitepreserver_click_attach(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx, sp_token_t *token);
static ngx_int_t ngx_http_sitepreserver_click_redirect(ngx_http_request_t *r,
    u_char *arg, size_t len);


ngx_int_t
ngx_http_sitepreserver_click(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    u_char                              *arg;
    sp_str_t                             text;
    sp_token_t                           token;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    if (r->unparsed_uri.data[0] != '/') {
        return NGX_DECLINED;
    }

    arg = ngx_http_sitepreserver_click_find(r, &text, &token);
    if (arg == NULL) {
        return NGX_DECLINED;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);

    ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_CLICKS);

    if (token.inert) {
        if (ctx != NULL) {
            ctx->result = NGX_HTTP_SITEPRESERVER_RESULT_OFF;
            ctx->want_request = 0;
            ctx->answered = 1;
        }

    } else if (ngx_http_sitepreserver_click_attach(r, ctx, &token) != NGX_OK) {
        ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_NO_MEMORY);
    }

    return ngx_http_sitepreserver_click_redirect(r, arg,
                                                 text.len + sizeof("sp=") - 1);
}


/*
 * The first "sp" of the URI as it was sent whose value is a token of ours: the
 * shop may have an argument of that name.  NULL: there is none.
 */

static u_char *
ngx_http_sitepreserver_click_find(ngx_http_request_t *r, sp_str_t *text,
    sp_token_t *token)
{
    u_char                              *p, *arg, *last;
    ngx_uint_t                           n;
    ngx_http_sitepreserver_srv_conf_t   *scf;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    last = r->unparsed_uri.data + r->unparsed_uri.len;
    p = ngx_strlchr(r->unparsed_uri.data, last, '?');

    for (n = 0; p != NULL && n < NGX_HTTP_SITEPRESERVER_CLICK_ARGS; n++) {
        arg = ngx_http_sitepreserver_click_arg(p, last, text);
        if (arg == NULL) {
            return NULL;
        }

        if (sp_token_read(mcf->secret, &scf->shop->name, text, token) == SP_OK
            && token->kind == SP_TOKEN_CLICK)
        {
            return arg;
        }

        p = arg + sizeof("sp=") - 1 + text->len;
    }

    return NULL;
}


/* The next "sp" after the "?" or "&" at p, or NULL; its value. */

static u_char *
ngx_http_sitepreserver_click_arg(u_char *p, u_char *last, sp_str_t *text)
{
    u_char  *end;

    while (p != NULL && ++p < last) {
        end = ngx_strlchr(p, last, '&');
        if (end == NULL) {
            end = last;
        }

        if (end - p > 3 && p[0] == 's' && p[1] == 'p' && p[2] == '=') {
            text->data = (char *) p + 3;
            text->len = end - p - 3;
            return p;
        }

        p = (end < last) ? end : NULL;
    }

    return NULL;
}


static ngx_int_t
ngx_http_sitepreserver_click_attach(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx, sp_token_t *token)
{
    if (ctx == NULL) {
        ctx = ngx_http_sitepreserver_ctx_spare(r);

        if (ctx == NULL
            || ngx_http_sitepreserver_ctx_attach(r, ctx) != NGX_OK)
        {
            return NGX_ERROR;
        }

        ctx->lcf = ngx_http_get_module_loc_conf(r,
                                                ngx_http_sitepreserver_module);
        ctx->noted = 1;

        ngx_http_sitepreserver_exchange(r, &ctx->exchange);
    }

    /* whatever rule it matched: the shop has not seen this request */

    ctx->observation = NULL;
    ctx->want_request = 0;
    ctx->clicked = 1;
    ctx->click = *token;

    return NGX_OK;
}


static ngx_int_t
ngx_http_sitepreserver_click_redirect(ngx_http_request_t *r, u_char *arg,
    size_t len)
{
    u_char     *p, *uri, *last, *rest;
    ngx_str_t   location;
    ngx_str_t   no_store = ngx_string("no-store");

    uri = r->unparsed_uri.data;
    last = uri + r->unparsed_uri.len;

    /* "//host" and "/\host" would lead to another site: one "/" is left */

    while (uri < arg && (*uri == '/' || *uri == '\\')) {
        uri++;
    }

    rest = arg + len;

    if (rest < last) {
        rest++;                 /* its "&" */

    } else {
        arg--;                  /* the "?" or "&" before it */
    }

    p = ngx_pnalloc(r->pool, 1 + last - uri);
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    location.data = p;

    *p++ = '/';
    p = ngx_cpymem(p, uri, arg - uri);
    p = ngx_cpymem(p, rest, last - rest);

    location.len = p - location.data;

    /*
     * A plain header: of r->headers_out.location nginx would make an absolute
     * URL, with its own scheme and port, which are not the client's behind a
     * proxy that ends TLS (RFC 9110 10.2.2 has relative ones)
     */

    ngx_http_clear_location(r);

    if (ngx_http_sitepreserver_add_header(r, "Location", &location) != NGX_OK
        || ngx_http_sitepreserver_add_header(r, "Cache-Control", &no_store)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_HTTP_MOVED_TEMPORARILY;
}
