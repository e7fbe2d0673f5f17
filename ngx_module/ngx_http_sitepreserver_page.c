
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_page.h"
#include "ngx_http_sitepreserver_cookie.h"
#include "ngx_http_sitepreserver_erase.h"
#include "ngx_http_sitepreserver_event.h"
#include "ngx_http_sitepreserver_gate.h"
#include "ngx_http_sitepreserver_headers.h"
#include "ngx_http_sitepreserver_recall.h"
#include "ngx_http_sitepreserver_zone.h"

#include "sp_cookie.h"
#include "sp_scratch.h"


static void ngx_http_sitepreserver_somebody(ngx_http_request_t *r,
    ngx_http_sitepreserver_srv_conf_t *scf, unsigned cookies);
static void ngx_http_sitepreserver_viewed(ngx_http_request_t *r,
    const sp_str_t *visitor, const sp_str_t *own);


void
ngx_http_sitepreserver_page_view(ngx_http_request_t *r)
{
    unsigned                            i, cookies;
    sp_str_t                            header;
    sp_exchange_t                       exchange;
    ngx_table_elt_t                    *h;
    ngx_http_sitepreserver_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    cookies = 0;

    for (i = 0; i < SP_COOKIE_HEADERS; i++) {

        h = ngx_http_sitepreserver_cookie_header(r, i);

        if (h == NULL) {
            break;
        }

        header.len = h->value.len;
        header.data = (char *) h->value.data;

        cookies |= sp_observe_cookies(scf->rules, &header);
    }

    /* most are nobody's: no more of the exchange is needed to know that */

    exchange.request_header = ngx_http_sitepreserver_request_header;
    exchange.data = r;

    if (sp_observe_viewable(scf->rules, &exchange, cookies)) {
        ngx_http_sitepreserver_somebody(r, scf, cookies);
    }
}


/* Whose page it is, without hashing any secret: only few are told. */

static ngx_http_sitepreserver_apart void
ngx_http_sitepreserver_somebody(ngx_http_request_t *r,
    ngx_http_sitepreserver_srv_conf_t *scf, unsigned cookies)
{
    int            maybe;
    sp_str_t       visitor, own;
    sp_pool_t      pool;
    sp_scratch_t   scratch;
    sp_exchange_t  exchange;

    pool.alloc = ngx_http_sitepreserver_palloc;
    pool.data = r->pool;

    ngx_http_sitepreserver_exchange(r, &exchange);

    if (sp_observe_viewer(scf->rules, &exchange, cookies,
                          sp_scratch_pool(&scratch, &pool), &visitor, &maybe)
        != SP_OK)
    {
        visitor.len = 0;
    }

    if (!maybe
        || ngx_http_sitepreserver_cookie_find(r, &own, NULL) != SP_OK)
    {
        own.len = 0;
    }

    if ((visitor.len != 0 || own.len != 0)
        && !sp_observe_scripted(&exchange)
        && !ngx_http_sitepreserver_erase_page(r, &visitor, &own))
    {
        ngx_http_sitepreserver_viewed(r, &visitor, &own);
    }
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
