
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_cookie.h"
#include "ngx_http_sitepreserver_headers.h"
#include "ngx_http_sitepreserver_zone.h"

#include "sp_cookie.h"
#include "sp_private.h"

#include <openssl/rand.h>


#define NGX_HTTP_SITEPRESERVER_COPIES  4


static sp_rc_t ngx_http_sitepreserver_cookie_sought(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx, sp_str_t *value);
static ngx_int_t ngx_http_sitepreserver_cookie_ours(ngx_http_request_t *r,
    const sp_str_t *pair, sp_str_t *value, sp_id_t *id, ngx_uint_t *copies);
static ngx_int_t ngx_http_sitepreserver_cookie_set(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);
static ngx_int_t ngx_http_sitepreserver_cookie_delete(ngx_http_request_t *r,
    ngx_http_sitepreserver_cookie_conf_t *ccf);
static u_char *ngx_http_sitepreserver_cookie_secure(ngx_http_request_t *r,
    ngx_http_sitepreserver_cookie_conf_t *ccf, u_char *p);


void
ngx_http_sitepreserver_cookie_seek(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    sp_str_t  value;

    if (ctx->own_sought) {
        return;
    }

    ctx->own_sought = 1;

    if (ngx_http_sitepreserver_cookie_sought(r, ctx, &value) == SP_OK) {
        ctx->own_hash = ngx_http_sitepreserver_hash(0, value.data, value.len);

    } else {
        ctx->own.text[0] = '\0';
    }
}


/* Where rules are tried, the cookies have been taken apart, or will be. */

static sp_rc_t
ngx_http_sitepreserver_cookie_sought(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx, sp_str_t *value)
{
    unsigned                            i, n;
    ngx_uint_t                          copies;
    const sp_str_t                     *pairs;
    ngx_http_sitepreserver_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    if (scf->cookie->off) {
        return SP_INVALID;
    }

    pairs = NULL;

    if (ctx->observation != NULL) {
        pairs = sp_observe_pairs(ctx->observation, &n);
    }

    if (pairs == NULL) {
        return ngx_http_sitepreserver_cookie_find(r, value, &ctx->own);
    }

    copies = 0;

    for (i = 0; i < n; i++) {
        if (ngx_http_sitepreserver_cookie_ours(r, &pairs[i], value, &ctx->own,
                                               &copies))
        {
            return SP_OK;
        }
    }

    return SP_INVALID;
}


sp_rc_t
ngx_http_sitepreserver_cookie_find(ngx_http_request_t *r, sp_str_t *value,
    sp_id_t *id)
{
    size_t                              pos;
    unsigned                            i;
    sp_str_t                            header, pair;
    ngx_uint_t                          copies;
    ngx_http_sitepreserver_srv_conf_t  *scf;

    static const sp_str_t  name = sp_string("cookie");

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    if (scf->cookie->off) {
        return SP_INVALID;
    }

    copies = 0;

    for (i = 0;
         i < SP_COOKIE_HEADERS
         && ngx_http_sitepreserver_request_header(r, &name, i, &header);
         i++)
    {
        pos = 0;

        while (sp_cookie_pair(&header, &pos, &pair) == SP_OK) {
            if (ngx_http_sitepreserver_cookie_ours(r, &pair, value, id,
                                                   &copies))
            {
                return SP_OK;
            }
        }
    }

    return SP_INVALID;
}


/*
 * Is it of our name, and the MAC right?  Few copies are looked at, as each
 * costs two HMACs.
 */

static ngx_int_t
ngx_http_sitepreserver_cookie_ours(ngx_http_request_t *r,
    const sp_str_t *pair, sp_str_t *value, sp_id_t *id, ngx_uint_t *copies)
{
    ngx_str_t                           *name;
    ngx_http_sitepreserver_srv_conf_t   *scf;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    name = &scf->cookie->name;

    if (pair->len != name->len + 1 + SP_COOKIE_LEN
        || pair->data[name->len] != '='
        || ngx_memcmp(pair->data, name->data, name->len) != 0
        || *copies == NGX_HTTP_SITEPRESERVER_COPIES)
    {
        return 0;
    }

    (*copies)++;

    value->data = pair->data + name->len + 1;
    value->len = SP_COOKIE_LEN;

    if (id == NULL) {
        return 1;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);

    return sp_cookie_visitor(mcf->secret, &scf->shop->name, value, id)
           == SP_OK;
}


ngx_int_t
ngx_http_sitepreserver_cookie_answer(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    ngx_http_sitepreserver_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    if (scf->cookie->off || ctx->ignored
        || (ctx->refused && !ctx->withdrawn))
    {
        return NGX_OK;
    }

    ngx_http_sitepreserver_cookie_seek(r, ctx);

    if ((ctx->own.text[0] != '\0') != ctx->withdrawn
        || !sp_private(&ctx->exchange, ngx_http_sitepreserver_status(r)))
    {
        return NGX_OK;
    }

    if (ctx->withdrawn) {
        return ngx_http_sitepreserver_cookie_delete(r, scf->cookie);
    }

    return ngx_http_sitepreserver_cookie_set(r, ctx);
}


static ngx_int_t
ngx_http_sitepreserver_cookie_set(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    char                                   text[SP_COOKIE_LEN + 1];
    u_char                                *p;
    ngx_str_t                              value;
    unsigned char                          random[16];
    ngx_http_sitepreserver_srv_conf_t     *scf;
    ngx_http_sitepreserver_main_conf_t    *mcf;
    ngx_http_sitepreserver_cookie_conf_t  *ccf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);
    ccf = scf->cookie;

    if (RAND_bytes(random, sizeof(random)) != 1
        || sp_cookie_make(mcf->secret, &scf->shop->name, random, text,
                          &ctx->own)
           != SP_OK)
    {
        ctx->own.text[0] = '\0';
        return NGX_ERROR;
    }

    p = ngx_pnalloc(r->pool, ccf->name.len + 1 + SP_COOKIE_LEN
                             + ccf->attributes.len + sizeof("; Secure") - 1);
    if (p == NULL) {
        ctx->own.text[0] = '\0';
        return NGX_ERROR;
    }

    value.data = p;

    p = ngx_cpymem(p, ccf->name.data, ccf->name.len);
    *p++ = '=';
    p = ngx_cpymem(p, text, SP_COOKIE_LEN);
    p = ngx_cpymem(p, ccf->attributes.data, ccf->attributes.len);
    p = ngx_http_sitepreserver_cookie_secure(r, ccf, p);

    value.len = p - value.data;

    if (ngx_http_sitepreserver_add_header(r, "Set-Cookie", &value) != NGX_OK) {
        ctx->own.text[0] = '\0';
        return NGX_ERROR;
    }

    ctx->own_hash = ngx_http_sitepreserver_hash(0, text, SP_COOKIE_LEN);

    ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_COOKIES);

    return NGX_OK;
}


static ngx_int_t
ngx_http_sitepreserver_cookie_delete(ngx_http_request_t *r,
    ngx_http_sitepreserver_cookie_conf_t *ccf)
{
    u_char     *p, *last, *rest;
    ngx_str_t   value;

    static const u_char  age[] = "; Max-Age=";

    rest = ccf->attributes.data;
    last = rest + ccf->attributes.len;

    /* it is the first of them, if there is one */

    if (ccf->attributes.len > sizeof(age)
        && ngx_memcmp(rest, age, sizeof(age) - 1) == 0)
    {
        rest = ngx_strlchr(rest + 1, last, ';');

        if (rest == NULL) {
            rest = last;
        }
    }

    p = ngx_pnalloc(r->pool, ccf->name.len + 1 + ccf->attributes.len
                             + sizeof("; Max-Age=0; Secure") - 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value.data = p;

    p = ngx_cpymem(p, ccf->name.data, ccf->name.len);
    *p++ = '=';
    p = ngx_cpymem(p, rest, last - rest);
    p = ngx_cpymem(p, "; Max-Age=0", sizeof("; Max-Age=0") - 1);
    p = ngx_http_sitepreserver_cookie_secure(r, ccf, p);

    value.len = p - value.data;

    return ngx_http_sitepreserver_add_header(r, "Set-Cookie", &value);
}


/* Also where it is deleted: browsers take no SameSite=None without it. */

static u_char *
ngx_http_sitepreserver_cookie_secure(ngx_http_request_t *r,
    ngx_http_sitepreserver_cookie_conf_t *ccf, u_char *p)
{
    if (ccf->secure == NGX_HTTP_SITEPRESERVER_SECURE_ON
#if (NGX_HTTP_SSL)
        || (ccf->secure == NGX_HTTP_SITEPRESERVER_SECURE_AUTO
            && r->connection->ssl != NULL)
#endif
       )
    {
        p = ngx_cpymem(p, "; Secure", sizeof("; Secure") - 1);
    }

    return p;
}
