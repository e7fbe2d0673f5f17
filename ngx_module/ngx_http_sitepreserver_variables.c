
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_variables.h"
#include "ngx_http_sitepreserver_cookie.h"
#include "ngx_http_sitepreserver_ctx.h"
#include "ngx_http_sitepreserver_gate.h"
#include "ngx_http_sitepreserver_zone.h"


static ngx_int_t ngx_http_sitepreserver_variable_event(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_sitepreserver_variable_visitor(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_sitepreserver_variable_shopper(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_sitepreserver_variable_result(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_sitepreserver_variable_read(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static void ngx_http_sitepreserver_variable_set(ngx_http_variable_value_t *v,
    const char *text);
static ngx_http_sitepreserver_ctx_t *ngx_http_sitepreserver_variable_ctx(
    ngx_http_request_t *r);
static ngx_http_sitepreserver_loc_conf_t *
    ngx_http_sitepreserver_variable_conf(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);
static ngx_uint_t ngx_http_sitepreserver_enabled(ngx_http_request_t *r);
static ngx_uint_t ngx_http_sitepreserver_watched(ngx_http_request_t *r);
static sp_rc_t ngx_http_sitepreserver_request_visitor(ngx_http_request_t *r,
    sp_id_t *id);


static ngx_http_variable_t  ngx_http_sitepreserver_variables[] = {

    { ngx_string("sitepreserver_event"), NULL,
      ngx_http_sitepreserver_variable_event, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("sitepreserver_visitor"), NULL,
      ngx_http_sitepreserver_variable_visitor, 0, NGX_HTTP_VAR_NOCACHEABLE,
      0 },

    { ngx_string("sitepreserver_shopper"), NULL,
      ngx_http_sitepreserver_variable_shopper, 0, NGX_HTTP_VAR_NOCACHEABLE,
      0 },

    { ngx_string("sitepreserver_result"), NULL,
      ngx_http_sitepreserver_variable_result, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("sitepreserver_read"), NULL,
      ngx_http_sitepreserver_variable_read, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


ngx_int_t
ngx_http_sitepreserver_variables_add(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_http_sitepreserver_variables; v->name.len; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}


/* The kinds of event, with commas between them. */

static ngx_int_t
ngx_http_sitepreserver_variable_event(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    u_char                        *p;
    size_t                         len;
    ngx_uint_t                     i;
    ngx_http_sitepreserver_ctx_t  *ctx;

    ctx = ngx_http_sitepreserver_variable_ctx(r);

    if (ctx == NULL || ctx->kinds == 0
        || ctx->result != NGX_HTTP_SITEPRESERVER_RESULT_OBSERVED)
    {
        v->not_found = 1;
        return NGX_OK;
    }

    len = 0;

    for (i = 0; i < NGX_HTTP_SITEPRESERVER_KINDS; i++) {
        if (ctx->kinds & (1U << i)) {
            len += ngx_strlen(sp_kind_name(1U << i)) + 1;
        }
    }

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    v->data = p;
    v->len = len - 1;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    for (i = 0; i < NGX_HTTP_SITEPRESERVER_KINDS; i++) {
        if (ctx->kinds & (1U << i)) {
            p = ngx_cpymem(p, sp_kind_name(1U << i),
                           ngx_strlen(sp_kind_name(1U << i)));
            *p++ = ',';
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_sitepreserver_variable_visitor(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    sp_id_t                        id;
    u_char                        *p;
    ngx_http_sitepreserver_ctx_t  *ctx;

    if (!ngx_http_sitepreserver_watched(r)) {
        v->not_found = 1;
        return NGX_OK;
    }

    ctx = ngx_http_sitepreserver_variable_ctx(r);

    if (ctx != NULL && ctx->visit.text[0] != '\0') {
        ngx_http_sitepreserver_variable_set(v, ctx->visit.text);
        return NGX_OK;
    }

    if (ngx_http_sitepreserver_request_visitor(r, &id) != SP_OK) {
        v->not_found = 1;
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, SP_ID_LEN + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, id.text, SP_ID_LEN + 1);

    ngx_http_sitepreserver_variable_set(v, (char *) p);

    return NGX_OK;
}


static ngx_int_t
ngx_http_sitepreserver_variable_shopper(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_sitepreserver_ctx_t  *ctx;

    ctx = ngx_http_sitepreserver_variable_ctx(r);

    if (ctx == NULL || ctx->shopper.text[0] == '\0'
        || !ngx_http_sitepreserver_watched(r))
    {
        v->not_found = 1;
        return NGX_OK;
    }

    ngx_http_sitepreserver_variable_set(v, ctx->shopper.text);

    return NGX_OK;
}


static ngx_int_t
ngx_http_sitepreserver_variable_result(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_sitepreserver_ctx_t  *ctx;

    static const char  *results[] = {
        NULL, "observed", "ignored", "no_consent", "rejected", "dropped", NULL
    };

    ctx = ngx_http_sitepreserver_variable_ctx(r);

    if (ctx != NULL && results[ctx->result] != NULL) {
        ngx_http_sitepreserver_variable_set(v, results[ctx->result]);
        return NGX_OK;
    }

    if (ctx == NULL && ngx_http_sitepreserver_enabled(r)) {
        ngx_http_sitepreserver_variable_set(v, "no_match");
        return NGX_OK;
    }

    v->not_found = 1;

    return NGX_OK;
}


/* How many bytes of the answer rules have looked at. */

static ngx_int_t
ngx_http_sitepreserver_variable_read(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    u_char                        *p;
    ngx_http_sitepreserver_ctx_t  *ctx;

    if (!ngx_http_sitepreserver_enabled(r)) {
        v->not_found = 1;
        return NGX_OK;
    }

    ctx = ngx_http_sitepreserver_variable_ctx(r);

    p = ngx_pnalloc(r->pool, NGX_SIZE_T_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    v->data = p;
    v->len = ngx_sprintf(p, "%uz", (ctx != NULL) ? ctx->read : 0) - p;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


static void
ngx_http_sitepreserver_variable_set(ngx_http_variable_value_t *v,
    const char *text)
{
    v->len = ngx_strlen(text);
    v->data = (u_char *) text;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
}


/* Of the request itself, also where a subrequest is logged. */

static ngx_http_sitepreserver_ctx_t *
ngx_http_sitepreserver_variable_ctx(ngx_http_request_t *r)
{
    ngx_http_sitepreserver_ctx_t  *ctx;

    ctx = ngx_http_sitepreserver_ctx(r->main);

    return (ctx != NULL && ngx_http_sitepreserver_ctx_idle(ctx)
            && ctx->result == NGX_HTTP_SITEPRESERVER_UNDECIDED)
           ? NULL : ctx;
}


/* Of the location that the request came to first. */

static ngx_http_sitepreserver_loc_conf_t *
ngx_http_sitepreserver_variable_conf(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    return (ctx != NULL) ? ctx->lcf
                         : ngx_http_get_module_loc_conf(r->main,
                                                ngx_http_sitepreserver_module);
}


static ngx_uint_t
ngx_http_sitepreserver_enabled(ngx_http_request_t *r)
{
    ngx_http_sitepreserver_ctx_t  *ctx;

    ctx = ngx_http_sitepreserver_variable_ctx(r);

    return ngx_http_sitepreserver_variable_conf(r, ctx)->enable;
}


/* Whoever refused, or is ignored, is not told apart in a log either. */

static ngx_uint_t
ngx_http_sitepreserver_watched(ngx_http_request_t *r)
{
    ngx_http_sitepreserver_ctx_t       *ctx;
    ngx_http_sitepreserver_loc_conf_t  *lcf;

    ctx = ngx_http_sitepreserver_variable_ctx(r);
    lcf = ngx_http_sitepreserver_variable_conf(r, ctx);

    if (!lcf->enable) {
        return 0;
    }

    if (ctx != NULL && ctx->gated) {
        return !ctx->ignored && !ctx->refused;
    }

    return ngx_http_sitepreserver_admitted(r->main, lcf);
}


/* The platform's session, else our own cookie, as the request has them. */

static sp_rc_t
ngx_http_sitepreserver_request_visitor(ngx_http_request_t *r, sp_id_t *id)
{
    sp_str_t                             value;
    sp_pool_t                            pool;
    sp_exchange_t                        exchange;
    ngx_http_sitepreserver_srv_conf_t   *scf;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    pool.alloc = ngx_http_sitepreserver_palloc;
    pool.data = r->pool;

    ngx_http_sitepreserver_exchange(r->main, &exchange);

    if (sp_observe_visitor(scf->rules, &exchange, &pool, &value) == SP_OK
        && value.len != 0)
    {
        return sp_secret_id(mcf->secret, SP_ID_VISITOR, &scf->shop->name,
                            &value, id);
    }

    return ngx_http_sitepreserver_cookie_find(r->main, &value, id);
}
