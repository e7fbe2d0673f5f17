
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_page.h"
#include "ngx_http_sitepreserver_cookie.h"
#include "ngx_http_sitepreserver_event.h"
#include "ngx_http_sitepreserver_gate.h"
#include "ngx_http_sitepreserver_zone.h"

#include "sp_scratch.h"


static sp_rc_t ngx_http_sitepreserver_viewer(ngx_http_request_t *r,
    ngx_http_sitepreserver_srv_conf_t *scf, const sp_pool_t *pool,
    sp_str_t *visitor, uint64_t *hash);


void
ngx_http_sitepreserver_page_view(ngx_http_request_t *r)
{
    uint64_t                             hash;
    sp_scratch_t                         scratch;
    sp_outcome_t                         outcome;
    ngx_http_sitepreserver_ctx_t         ctx;
    ngx_http_sitepreserver_srv_conf_t   *scf;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    static const u_char  html[] = "text/html";

    if (ngx_http_sitepreserver_status(r) != NGX_HTTP_OK
        || r->headers_out.content_type.len < sizeof(html) - 1
        || ngx_strncasecmp(r->headers_out.content_type.data, (u_char *) html,
                           sizeof(html) - 1)
           != 0)
    {
        return;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    ngx_memzero(&outcome, sizeof(sp_outcome_t));

    ngx_memzero(&ctx, sizeof(ngx_http_sitepreserver_ctx_t));

    ctx.pool.alloc = ngx_http_sitepreserver_palloc;
    ctx.pool.data = r->pool;

    if (ngx_http_sitepreserver_viewer(r, scf,
                                      sp_scratch_pool(&scratch, &ctx.pool),
                                      &outcome.visitor, &hash)
        != SP_OK)
    {
        return;
    }

    if (!ngx_http_sitepreserver_active_due(ngx_http_sitepreserver_zone(mcf),
                                           hash,
                                           scf->idle / 4000,
                                           scf->retain / 1000))
    {
        return;
    }

    ctx.lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);

    if (!ngx_http_sitepreserver_admitted(r, ctx.lcf)) {
        return;
    }

    outcome.total = SP_NO_AMOUNT;

    ctx.outcome = &outcome;
    ctx.kinds = SP_PAGE_VIEW;

    if (ngx_http_sitepreserver_send(r, &ctx)
        == NGX_HTTP_SITEPRESERVER_RESULT_DROPPED)
    {
        ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_DROPPED);
    }
}


/* Whose page it is, without hashing any secret: only few are told. */

static sp_rc_t
ngx_http_sitepreserver_viewer(ngx_http_request_t *r,
    ngx_http_sitepreserver_srv_conf_t *scf, const sp_pool_t *pool,
    sp_str_t *visitor, uint64_t *hash)
{
    sp_str_t       value;
    sp_exchange_t  exchange;

    ngx_http_sitepreserver_exchange(r, &exchange);

    if (sp_observe_visitor(scf->rules, &exchange, pool, visitor) == SP_OK
        && visitor->len != 0)
    {
        *hash = ngx_http_sitepreserver_hash(0, visitor->data, visitor->len);
        return SP_OK;
    }

    visitor->len = 0;

    if (ngx_http_sitepreserver_cookie_find(r, &value, NULL) == SP_OK) {
        *hash = ngx_http_sitepreserver_hash(0, value.data, value.len);
        return SP_OK;
    }

    return SP_INVALID;
}
