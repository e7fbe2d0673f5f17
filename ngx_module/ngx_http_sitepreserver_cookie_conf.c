
/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver_cookie: its parameters.
 */


#include "ngx_http_sitepreserver_cookie.h"


typedef struct {
    ngx_str_t   domain;
    ngx_str_t   samesite;
    ngx_int_t   max_age;
} ngx_http_sitepreserver_cookie_args_t;


static char *ngx_http_sitepreserver_cookie_args(ngx_conf_t *cf,
    ngx_http_sitepreserver_cookie_conf_t *ccf);
static ngx_int_t ngx_http_sitepreserver_cookie_word(
    ngx_http_sitepreserver_cookie_conf_t *ccf,
    ngx_http_sitepreserver_cookie_args_t *args, ngx_str_t *arg);
static ngx_int_t ngx_http_sitepreserver_cookie_arg(
    ngx_http_sitepreserver_cookie_args_t *args, ngx_str_t *arg);
static ngx_int_t ngx_http_sitepreserver_cookie_attributes(ngx_conf_t *cf,
    ngx_http_sitepreserver_cookie_conf_t *ccf,
    ngx_http_sitepreserver_cookie_args_t *args);
static ngx_uint_t ngx_http_sitepreserver_cookie_token(ngx_str_t *text);


char *
ngx_http_sitepreserver_set_cookie(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_sitepreserver_srv_conf_t  *scf = conf;

    ngx_str_t                             *value;
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

    return ngx_http_sitepreserver_cookie_args(cf, ccf);
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


/* The parameters behind the name. */

static char *
ngx_http_sitepreserver_cookie_args(ngx_conf_t *cf,
    ngx_http_sitepreserver_cookie_conf_t *ccf)
{
    ngx_str_t                             *value;
    ngx_uint_t                             i;
    ngx_http_sitepreserver_cookie_args_t   args;

    ngx_memzero(&args, sizeof(ngx_http_sitepreserver_cookie_args_t));

    ngx_str_set(&args.samesite, "Lax");
    args.max_age = 90 * 86400;

    value = cf->args->elts;

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_http_sitepreserver_cookie_word(ccf, &args, &value[i]) != NGX_OK
            && ngx_http_sitepreserver_cookie_arg(&args, &value[i]) != NGX_OK)
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


/* A parameter that has few values. */

static ngx_int_t
ngx_http_sitepreserver_cookie_word(ngx_http_sitepreserver_cookie_conf_t *ccf,
    ngx_http_sitepreserver_cookie_args_t *args, ngx_str_t *arg)
{
    size_t  i;

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

    return NGX_DECLINED;
}


static ngx_int_t
ngx_http_sitepreserver_cookie_arg(ngx_http_sitepreserver_cookie_args_t *args,
    ngx_str_t *arg)
{
    u_char     *p;
    size_t      len;
    ngx_str_t   value;

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
