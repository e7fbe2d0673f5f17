
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_cookie.h"
#include "ngx_http_sitepreserver_headers.h"
#include "ngx_http_sitepreserver_zone.h"

#include "sp_cookie.h"

#include <openssl/rand.h>


#define NGX_HTTP_SITEPRESERVER_COPIES         4

#define NGX_HTTP_SITEPRESERVER_CACHE_PRIVATE  0x1
#define NGX_HTTP_SITEPRESERVER_CACHE_PUBLIC   0x2


typedef struct {
    ngx_str_t   domain;
    ngx_str_t   samesite;
    ngx_int_t   max_age;
} ngx_http_sitepreserver_cookie_args_t;


static ngx_int_t ngx_http_sitepreserver_cookie_arg(ngx_conf_t *cf,
    ngx_http_sitepreserver_cookie_conf_t *ccf,
    ngx_http_sitepreserver_cookie_args_t *args, ngx_str_t *arg);
static ngx_int_t ngx_http_sitepreserver_cookie_attributes(ngx_conf_t *cf,
    ngx_http_sitepreserver_cookie_conf_t *ccf,
    ngx_http_sitepreserver_cookie_args_t *args);
static ngx_uint_t ngx_http_sitepreserver_cookie_token(ngx_str_t *text);
static sp_rc_t ngx_http_sitepreserver_cookie_in(
    ngx_http_sitepreserver_main_conf_t *mcf,
    ngx_http_sitepreserver_srv_conf_t *scf, sp_str_t *header,
    sp_str_t *value, sp_id_t *id, ngx_uint_t *copies);
static ngx_int_t ngx_http_sitepreserver_cookie_set(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);
static ngx_uint_t ngx_http_sitepreserver_cookie_may(ngx_http_request_t *r);
static ngx_uint_t ngx_http_sitepreserver_cacheable(const sp_str_t *value);


char *
ngx_http_sitepreserver_set_cookie(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_sitepreserver_srv_conf_t  *scf = conf;

    ngx_str_t                             *value;
    ngx_uint_t                             i;
    ngx_http_sitepreserver_cookie_args_t   args;
    ngx_http_sitepreserver_cookie_conf_t  *ccf;

    if (scf->cookie != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    ccf = ngx_http_sitepreserver_cookie_default(cf);
    if (ccf == NULL) {
        return NGX_CONF_ERROR;
    }

    scf->cookie = ccf;

    value = cf->args->elts;

    if (value[1].len == 3 && ngx_strncmp(value[1].data, "off", 3) == 0) {

        if (cf->args->nelts > 2) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\" after \"off\"",
                               &value[2]);
            return NGX_CONF_ERROR;
        }

        ccf->off = 1;
        return NGX_CONF_OK;
    }

    if (!ngx_http_sitepreserver_cookie_token(&value[1])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid cookie name \"%V\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    ccf->name = value[1];

    ngx_memzero(&args, sizeof(ngx_http_sitepreserver_cookie_args_t));

    ngx_str_set(&args.samesite, "Lax");
    args.max_age = 90 * 86400;

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_http_sitepreserver_cookie_arg(cf, ccf, &args, &value[i])
            != NGX_OK)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\"", &value[i]);
            return NGX_CONF_ERROR;
        }
    }

    if (args.samesite.len == 4
        && ccf->secure == NGX_HTTP_SITEPRESERVER_SECURE_OFF)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"samesite=none\" needs \"secure=on\" or "
                           "\"secure=auto\"");
        return NGX_CONF_ERROR;
    }

    if (ngx_http_sitepreserver_cookie_attributes(cf, ccf, &args) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


ngx_http_sitepreserver_cookie_conf_t *
ngx_http_sitepreserver_cookie_default(ngx_conf_t *cf)
{
    ngx_http_sitepreserver_cookie_conf_t  *ccf;

    ccf = ngx_pcalloc(cf->pool, sizeof(ngx_http_sitepreserver_cookie_conf_t));
    if (ccf == NULL) {
        return NULL;
    }

    ngx_str_set(&ccf->name, "sp_visitor");
    ngx_str_set(&ccf->attributes,
                "; Max-Age=7776000; Path=/; HttpOnly; SameSite=Lax");

    ccf->identify = 1;

    return ccf;
}


static ngx_int_t
ngx_http_sitepreserver_cookie_arg(ngx_conf_t *cf,
    ngx_http_sitepreserver_cookie_conf_t *ccf,
    ngx_http_sitepreserver_cookie_args_t *args, ngx_str_t *arg)
{
    u_char      *p;
    size_t       i, len;
    ngx_str_t    value;

    static struct {
        const char  *text;
        const char  *samesite;      /* NULL: it is not of samesite= */
        ngx_uint_t   secure;
        ngx_uint_t   identify;
    } words[] = {
        { "samesite=lax", "Lax", 0, 0 },
        { "samesite=strict", "Strict", 0, 0 },
        { "samesite=none", "None", 0, 0 },
        { "secure=auto", NULL, NGX_HTTP_SITEPRESERVER_SECURE_AUTO, 2 },
        { "secure=on", NULL, NGX_HTTP_SITEPRESERVER_SECURE_ON, 2 },
        { "secure=off", NULL, NGX_HTTP_SITEPRESERVER_SECURE_OFF, 2 },
        { "identify=on", NULL, 0, 1 },
        { "identify=off", NULL, 0, 0 },
        { NULL, NULL, 0, 0 }
    };

    for (i = 0; words[i].text != NULL; i++) {

        if (arg->len != ngx_strlen(words[i].text)
            || ngx_strncmp(arg->data, words[i].text, arg->len) != 0)
        {
            continue;
        }

        if (words[i].samesite != NULL) {
            args->samesite.len = ngx_strlen(words[i].samesite);
            args->samesite.data = (u_char *) words[i].samesite;

        } else if (words[i].identify == 2) {
            ccf->secure = words[i].secure;

        } else {
            ccf->identify = words[i].identify;
        }

        return NGX_OK;
    }

    if (arg->len > 7 && ngx_strncmp(arg->data, "domain=", 7) == 0) {
        args->domain.data = arg->data + 7;
        args->domain.len = arg->len - 7;

        for (p = args->domain.data, len = args->domain.len; len; p++, len--) {
            if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')
                  || (*p >= '0' && *p <= '9') || *p == '.' || *p == '-'))
            {
                return NGX_ERROR;
            }
        }

        return NGX_OK;
    }

    if (arg->len > 8 && ngx_strncmp(arg->data, "max_age=", 8) == 0) {
        value.data = arg->data + 8;
        value.len = arg->len - 8;

        args->max_age = ngx_parse_time(&value, 1);

        return (args->max_age == NGX_ERROR || args->max_age == 0) ? NGX_ERROR
                                                                  : NGX_OK;
    }

    return NGX_ERROR;
}


static ngx_int_t
ngx_http_sitepreserver_cookie_attributes(ngx_conf_t *cf,
    ngx_http_sitepreserver_cookie_conf_t *ccf,
    ngx_http_sitepreserver_cookie_args_t *args)
{
    u_char  *p;
    size_t   len;

    len = sizeof("; Max-Age=; Path=/; HttpOnly; SameSite=; Domain=") - 1
          + NGX_INT_T_LEN + args->samesite.len + args->domain.len;

    p = ngx_pnalloc(cf->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ccf->attributes.data = p;

    p = ngx_sprintf(p, "; Max-Age=%i; Path=/; HttpOnly; SameSite=%V",
                    args->max_age, &args->samesite);

    if (args->domain.len != 0) {
        p = ngx_sprintf(p, "; Domain=%V", &args->domain);
    }

    ccf->attributes.len = p - ccf->attributes.data;

    return NGX_OK;
}


/* A token of RFC 9110, 5.6.2, as a cookie's name must be. */

static ngx_uint_t
ngx_http_sitepreserver_cookie_token(ngx_str_t *text)
{
    size_t  i;

    for (i = 0; i < text->len; i++) {
        if (text->data[i] <= ' ' || text->data[i] >= 0x7f
            || ngx_strchr("()<>@,;:\\\"/[]?={}", text->data[i]) != NULL)
        {
            return 0;
        }
    }

    return text->len != 0;
}


void
ngx_http_sitepreserver_cookie_seek(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    sp_str_t  value;

    if (ctx->own_sought) {
        return;
    }

    ctx->own_sought = 1;

    if (ngx_http_sitepreserver_cookie_find(r, &value, &ctx->own) == SP_OK) {
        ctx->own_hash = ngx_http_sitepreserver_hash(0, value.data, value.len);

    } else {
        ctx->own.text[0] = '\0';
    }
}


sp_rc_t
ngx_http_sitepreserver_cookie_find(ngx_http_request_t *r, sp_str_t *value,
    sp_id_t *id)
{
    unsigned                             i;
    sp_str_t                             header;
    ngx_uint_t                           copies;
    ngx_http_sitepreserver_srv_conf_t   *scf;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    static const sp_str_t  name = sp_string("cookie");

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);
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
        if (ngx_http_sitepreserver_cookie_in(mcf, scf, &header, value, id,
                                             &copies)
            == SP_OK)
        {
            return SP_OK;
        }
    }

    return SP_INVALID;
}


/*
 * The first one of our name in the header whose MAC is right.  Few copies are
 * looked at, as each costs two HMACs.
 */

static sp_rc_t
ngx_http_sitepreserver_cookie_in(ngx_http_sitepreserver_main_conf_t *mcf,
    ngx_http_sitepreserver_srv_conf_t *scf, sp_str_t *header,
    sp_str_t *value, sp_id_t *id, ngx_uint_t *copies)
{
    ngx_str_t   *name;
    const char  *p, *end, *last;

    name = &scf->cookie->name;
    p = header->data;
    last = p + header->len;

    for ( /* void */ ; p < last; p = end + 1) {

        while (p < last && (*p == ' ' || *p == '\t')) {
            p++;
        }

        end = memchr(p, ';', last - p);

        if (end == NULL) {
            end = last;
        }

        if ((size_t) (end - p) != name->len + 1 + SP_COOKIE_LEN
            || p[name->len] != '='
            || ngx_memcmp(p, name->data, name->len) != 0)
        {
            continue;
        }

        if (*copies == NGX_HTTP_SITEPRESERVER_COPIES) {
            break;
        }

        (*copies)++;

        value->data = p + name->len + 1;
        value->len = SP_COOKIE_LEN;

        if (id == NULL
            || sp_cookie_visitor(mcf->secret, &scf->shop->name, value, id)
               == SP_OK)
        {
            return SP_OK;
        }
    }

    return SP_INVALID;
}


ngx_int_t
ngx_http_sitepreserver_cookie_answer(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    ngx_http_sitepreserver_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    if (scf->cookie->off || ctx->ignored || ctx->refused) {
        return NGX_OK;
    }

    ngx_http_sitepreserver_cookie_seek(r, ctx);

    if (ctx->own.text[0] != '\0' || !ngx_http_sitepreserver_cookie_may(r)) {
        return NGX_OK;
    }

    return ngx_http_sitepreserver_cookie_set(r, ctx);
}


static ngx_int_t
ngx_http_sitepreserver_cookie_set(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    char                                   text[SP_COOKIE_LEN + 1];
    u_char                                *p;
    sp_str_t                               cookie;
    ngx_str_t                              value;
    unsigned char                          random[16];
    ngx_http_sitepreserver_srv_conf_t     *scf;
    ngx_http_sitepreserver_main_conf_t    *mcf;
    ngx_http_sitepreserver_cookie_conf_t  *ccf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);
    ccf = scf->cookie;

    cookie.data = text;
    cookie.len = SP_COOKIE_LEN;

    if (RAND_bytes(random, sizeof(random)) != 1
        || sp_cookie_make(mcf->secret, &scf->shop->name, random, text)
           != SP_OK
        || sp_cookie_visitor(mcf->secret, &scf->shop->name, &cookie,
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

    if (ccf->secure == NGX_HTTP_SITEPRESERVER_SECURE_ON
#if (NGX_HTTP_SSL)
        || (ccf->secure == NGX_HTTP_SITEPRESERVER_SECURE_AUTO
            && r->connection->ssl != NULL)
#endif
       )
    {
        p = ngx_cpymem(p, "; Secure", sizeof("; Secure") - 1);
    }

    value.len = p - value.data;

    if (ngx_http_sitepreserver_add_header(r, "Set-Cookie", &value) != NGX_OK) {
        ctx->own.text[0] = '\0';
        return NGX_ERROR;
    }

    ctx->own_hash = ngx_http_sitepreserver_hash(0, text, SP_COOKIE_LEN);

    ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_COOKIES);

    return NGX_OK;
}


/* May this answer carry a cookie of one visitor? */

static ngx_uint_t
ngx_http_sitepreserver_cookie_may(ngx_http_request_t *r)
{
    unsigned    i;
    sp_str_t    value;
    ngx_uint_t  seen;

    static const sp_str_t  name = sp_string("cache-control");

    if (ngx_http_sitepreserver_status(r) >= NGX_HTTP_BAD_REQUEST) {
        return 0;
    }

    seen = 0;

    for (i = 0;
         ngx_http_sitepreserver_response_header(r, &name, i, &value);
         i++)
    {
        seen |= ngx_http_sitepreserver_cacheable(&value);
    }

    if (seen & NGX_HTTP_SITEPRESERVER_CACHE_PUBLIC) {
        return 0;
    }

    return (seen & NGX_HTTP_SITEPRESERVER_CACHE_PRIVATE)
           || !(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD));
}


/* What the directives of a Cache-Control header (RFC 9111, 5.2.2) say. */

static ngx_uint_t
ngx_http_sitepreserver_cacheable(const sp_str_t *value)
{
    size_t      len;
    u_char     *p, *last, *end;
    ngx_uint_t  seen;

    seen = 0;
    p = (u_char *) value->data;
    last = p + value->len;

    for ( /* void */ ; p < last; p = end + 1) {

        while (p < last && (*p == ' ' || *p == '\t')) {
            p++;
        }

        for (end = p; end < last && *end != ','; end++) { /* void */ }

        for (len = end - p; len && (p[len - 1] == ' ' || p[len - 1] == '\t');
             len--)
        {
            /* void */
        }

        if ((len == 7 && ngx_strncasecmp(p, (u_char *) "private", 7) == 0)
            || (len == 8 && ngx_strncasecmp(p, (u_char *) "no-store", 8) == 0))
        {
            seen |= NGX_HTTP_SITEPRESERVER_CACHE_PRIVATE;

        } else if ((len == 6 && ngx_strncasecmp(p, (u_char *) "public", 6) == 0)
                   || (len > 8
                       && ngx_strncasecmp(p, (u_char *) "s-maxage", 8) == 0))
        {
            seen |= NGX_HTTP_SITEPRESERVER_CACHE_PUBLIC;
        }
    }

    return seen;
}
