
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_erase.h"
#include "ngx_http_sitepreserver_cookie.h"
#include "ngx_http_sitepreserver_event.h"
#include "ngx_http_sitepreserver_gate.h"
#include "ngx_http_sitepreserver_zone.h"


/*
 * Who may be known only by a cookie is told of once in so many seconds.  The
 * note of that is in the table of visits, too, under a hash of its own.
 */

#define NGX_HTTP_SITEPRESERVER_ERASE_EVERY  3600
#define NGX_HTTP_SITEPRESERVER_ERASE_MARK   0x5851f42d4c957f2dULL


static uint64_t ngx_http_sitepreserver_erase_hash(const sp_str_t *value);
static ngx_uint_t ngx_http_sitepreserver_erase_told(
    ngx_http_sitepreserver_zone_t *zone, uint64_t hash);
static const sp_str_t *ngx_http_sitepreserver_erase_visitor(
    ngx_http_sitepreserver_ctx_t *ctx);


ngx_uint_t
ngx_http_sitepreserver_erase_due(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    uint64_t                             hash;
    ngx_uint_t                           maybe;
    const sp_str_t                      *visitor;
    ngx_http_sitepreserver_zone_t       *zone;
    ngx_http_sitepreserver_srv_conf_t   *scf;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    if (!ctx->withdrawn) {
        return 0;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);
    zone = ngx_http_sitepreserver_zone(mcf);

    ngx_http_sitepreserver_cookie_seek(r, ctx);

    visitor = ngx_http_sitepreserver_erase_visitor(ctx);
    maybe = scf->cookie->off
            || (ctx->outcome != NULL && ctx->outcome->naliases != 0);
    hash = 0;

    if (visitor != NULL) {
        hash = ngx_http_sitepreserver_erase_hash(visitor);

        if (ngx_http_sitepreserver_active_within(
                        zone, hash, NGX_HTTP_SITEPRESERVER_ACTIVE_EVER))
        {
            return 1;
        }
    }

    if (ctx->own.text[0] != '\0') {
        hash = ctx->own_hash;
        maybe = 1;

        if (ngx_http_sitepreserver_active_within(
                        zone, hash, NGX_HTTP_SITEPRESERVER_ACTIVE_EVER))
        {
            return 1;
        }
    }

    return maybe && hash != 0
           && !ngx_http_sitepreserver_erase_told(zone, hash);
}


void
ngx_http_sitepreserver_erased(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    uint64_t                             hash;
    const sp_str_t                      *visitor;
    ngx_http_sitepreserver_zone_t       *zone;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);
    zone = ngx_http_sitepreserver_zone(mcf);

    visitor = ngx_http_sitepreserver_erase_visitor(ctx);
    hash = 0;

    if (visitor != NULL) {
        hash = ngx_http_sitepreserver_erase_hash(visitor);
        ngx_http_sitepreserver_active_forget(zone, hash);
    }

    if (ctx->own.text[0] != '\0') {
        hash = ctx->own_hash;
        ngx_http_sitepreserver_active_forget(zone, hash);
    }

    ngx_http_sitepreserver_active_note(zone,
                                     hash ^ NGX_HTTP_SITEPRESERVER_ERASE_MARK);

    ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_ERASED);
}


ngx_uint_t
ngx_http_sitepreserver_erase_page(ngx_http_request_t *r,
    const sp_str_t *visitor, const sp_str_t *own)
{
    uint64_t                             hash;
    ngx_http_sitepreserver_ctx_t         ctx;
    ngx_http_sitepreserver_zone_t       *zone;
    ngx_http_sitepreserver_srv_conf_t   *scf;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    ngx_memzero(&ctx, sizeof(ngx_http_sitepreserver_ctx_t));

    ctx.lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);

    if (ctx.lcf->consent == NULL) {
        return 0;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);
    zone = ngx_http_sitepreserver_zone(mcf);

    if (own->len == 0) {
        hash = ngx_http_sitepreserver_erase_hash(visitor);

        if (!ngx_http_sitepreserver_active_within(
                        zone, hash, NGX_HTTP_SITEPRESERVER_ACTIVE_EVER))
        {
            return 0;
        }
    }

    ngx_http_sitepreserver_gate(r, &ctx);

    if (!ctx.withdrawn) {
        return 0;
    }

    ctx.pool.alloc = ngx_http_sitepreserver_palloc;
    ctx.pool.data = r->pool;

    ngx_http_sitepreserver_exchange(r, &ctx.exchange);

    if (sp_observe_who(scf->rules, &ctx.exchange, &ctx.pool, &ctx.outcome)
        != SP_OK)
    {
        ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_NO_MEMORY);
        return 1;
    }

    if (!ngx_http_sitepreserver_erase_due(r, &ctx)) {
        return 1;
    }

    ctx.kinds = SP_PAGE_VIEW;
    ctx.erase = 1;

    if (ngx_http_sitepreserver_send(r, &ctx)
        == NGX_HTTP_SITEPRESERVER_RESULT_DROPPED)
    {
        ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_DROPPED);

    } else {
        ngx_http_sitepreserver_erased(r, &ctx);
    }

    return 1;
}


static uint64_t
ngx_http_sitepreserver_erase_hash(const sp_str_t *value)
{
    return ngx_http_sitepreserver_hash(0, value->data, value->len);
}


static ngx_uint_t
ngx_http_sitepreserver_erase_told(ngx_http_sitepreserver_zone_t *zone,
    uint64_t hash)
{
    return ngx_http_sitepreserver_active_within(
                                     zone,
                                     hash ^ NGX_HTTP_SITEPRESERVER_ERASE_MARK,
                                     NGX_HTTP_SITEPRESERVER_ERASE_EVERY);
}


/* As an event of this request would have it; NULL: only our own cookie. */

static const sp_str_t *
ngx_http_sitepreserver_erase_visitor(ngx_http_sitepreserver_ctx_t *ctx)
{
    if (ctx->outcome == NULL) {
        return NULL;
    }

    if (ctx->outcome->next_visitor.len != 0
        && ctx->outcome->visitor.len == 0)
    {
        return &ctx->outcome->next_visitor;
    }

    return ctx->outcome->visitor.len != 0 ? &ctx->outcome->visitor : NULL;
}
