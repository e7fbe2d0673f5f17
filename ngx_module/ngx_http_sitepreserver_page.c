
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_page.h"
#include "ngx_http_sitepreserver_cookie.h"
#include "ngx_http_sitepreserver_erase.h"
#include "ngx_http_sitepreserver_event.h"
#include "ngx_http_sitepreserver_gate.h"
#include "ngx_http_sitepreserver_recall.h"
#include "ngx_http_sitepreserver_zone.h"

#include "sp_scratch.h"


static ngx_uint_t ngx_http_sitepreserver_is_page(ngx_http_request_t *r);
static sp_rc_t ngx_http_sitepreserver_viewer(ngx_http_request_t *r,
    const sp_exchange_t *exchange, const sp_pool_t *pool, sp_str_t *visitor,
    sp_str_t *own);
static void ngx_http_sitepreserver_viewed(ngx_http_request_t *r,
    const sp_str_t *visitor, const sp_str_t *own);


void
ngx_http_sitepreserver_page_view(ngx_http_request_t *r)
{
    sp_str_t       visitor, own;
    sp_pool_t      pool;
    sp_scratch_t   scratch;
    sp_exchange_t  exchange;

    if (!ngx_http_sitepreserver_is_page(r)) {
        return;
    }

    pool.alloc = ngx_http_sitepreserver_palloc;
    pool.data = r->pool;

    ngx_http_sitepreserver_exchange(r, &exchange);

    if (ngx_http_sitepreserver_viewer(r, &exchange,
                                      sp_scratch_pool(&scratch, &pool),
                                      &visitor, &own)
        == SP_OK
        && !sp_observe_scripted(&exchange)
        && !ngx_http_sitepreserver_erase_page(r, &visitor, &own))
    {
        ngx_http_sitepreserver_viewed(r, &visitor, &own);
    }
}


/*
 * A whole page of HTML.  An answer without a body (304) does not say what it
 * is.
 */

static ngx_uint_t
ngx_http_sitepreserver_is_page(ngx_http_request_t *r)
{
    static const u_char  html[] = "text/html";

    return r->method == NGX_HTTP_GET
           && ngx_http_sitepreserver_status(r) == NGX_HTTP_OK
           && r->headers_out.content_type.len >= sizeof(html) - 1
           && (ngx_memcmp(r->headers_out.content_type.data, html,
                          sizeof(html) - 1)
               == 0
               || ngx_strncasecmp(r->headers_out.content_type.data,
                                  (u_char *) html, sizeof(html) - 1)
                  == 0);
}


/* Whose page it is, without hashing any secret: only few are told. */

static sp_rc_t
ngx_http_sitepreserver_viewer(ngx_http_request_t *r,
    const sp_exchange_t *exchange, const sp_pool_t *pool, sp_str_t *visitor,
    sp_str_t *own)
{
    int                                 maybe;
    ngx_http_sitepreserver_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    if (sp_observe_viewer(scf->rules, exchange, pool, visitor, &maybe)
        != SP_OK)
    {
        visitor->len = 0;
    }

    if (!maybe
        || ngx_http_sitepreserver_cookie_find(r, own, NULL) != SP_OK)
    {
        own->len = 0;
    }

    return visitor->len != 0 || own->len != 0 ? SP_OK : SP_INVALID;
}


/* They look at pages: activity, told now and then. */

static void
ngx_http_sitepreserver_viewed(ngx_http_request_t *r, const sp_str_t *visitor,
    const sp_str_t *own)
{
    uint64_t                             hash;
    ngx_uint_t                           views;
    const sp_str_t                      *who;
    sp_outcome_t                         outcome;
    ngx_http_sitepreserver_ctx_t         ctx;
    ngx_http_sitepreserver_srv_conf_t   *scf;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    who = visitor->len != 0 ? visitor : own;
    hash = ngx_http_sitepreserver_hash(0, who->data, who->len);

    views = ngx_http_sitepreserver_recall_views(r, own);

    if (!views
        && !ngx_http_sitepreserver_active_due(
                                       ngx_http_sitepreserver_zone(mcf), hash,
                                       scf->idle / 4000, scf->retain / 1000))
    {
        return;
    }

    ngx_memzero(&ctx, sizeof(ngx_http_sitepreserver_ctx_t));

    ctx.lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);

    if (!ngx_http_sitepreserver_admitted(r, ctx.lcf)) {
        return;
    }

    ngx_memzero(&outcome, sizeof(sp_outcome_t));

    outcome.visitor = *visitor;
    outcome.total = SP_NO_AMOUNT;

    ctx.pool.alloc = ngx_http_sitepreserver_palloc;
    ctx.pool.data = r->pool;
    ctx.outcome = &outcome;
    ctx.kinds = views ? SP_VIEW_ITEM : SP_PAGE_VIEW;

    if (ngx_http_sitepreserver_send(r, &ctx)
        == NGX_HTTP_SITEPRESERVER_RESULT_DROPPED)
    {
        ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_DROPPED);
    }
}
