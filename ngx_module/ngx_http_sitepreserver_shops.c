
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_shops.h"
#include "ngx_http_sitepreserver_rules.h"


#define NGX_HTTP_SITEPRESERVER_SHOP_MAX  64

/* How long an uncertain order holds a visit, ms. */

#define NGX_HTTP_SITEPRESERVER_HOLD      (12 * 3600 * 1000)


static ngx_int_t ngx_http_sitepreserver_server_init(ngx_conf_t *cf,
    ngx_http_sitepreserver_main_conf_t *mcf,
    ngx_http_core_srv_conf_t *cscf);
static ngx_int_t ngx_http_sitepreserver_server_shop(ngx_conf_t *cf,
    ngx_http_sitepreserver_main_conf_t *mcf,
    ngx_http_sitepreserver_srv_conf_t *scf, ngx_http_core_srv_conf_t *cscf);
static ngx_http_sitepreserver_shop_t *ngx_http_sitepreserver_shop_find(
    ngx_http_sitepreserver_main_conf_t *mcf, ngx_str_t *name);
static ngx_http_sitepreserver_shop_t *ngx_http_sitepreserver_shop_create(
    ngx_conf_t *cf, ngx_http_sitepreserver_main_conf_t *mcf, ngx_str_t *name,
    ngx_http_core_srv_conf_t *cscf);
static void ngx_http_sitepreserver_terms(
    ngx_http_sitepreserver_srv_conf_t *scf, sp_terms_t *terms);


ngx_uint_t
ngx_http_sitepreserver_shop_name(ngx_str_t *name)
{
    u_char  *p, *last;

    if (name->len == 0 || name->len > NGX_HTTP_SITEPRESERVER_SHOP_MAX) {
        return 0;
    }

    last = name->data + name->len;

    for (p = name->data; p < last; p++) {
        if (!((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9')
              || *p == '.' || *p == '_' || *p == '-'))
        {
            return 0;
        }
    }

    return 1;
}


ngx_int_t
ngx_http_sitepreserver_shops_init(ngx_conf_t *cf,
    ngx_http_sitepreserver_main_conf_t *mcf)
{
    ngx_uint_t                           i;
    ngx_http_core_srv_conf_t           **cscfp;
    ngx_http_core_main_conf_t           *cmcf;
    ngx_http_sitepreserver_loc_conf_t   *lcf;
    ngx_http_sitepreserver_srv_conf_t   *scf;

    lcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_sitepreserver_module);
    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    cscfp = cmcf->servers.elts;

    if (ngx_array_init(&mcf->shops, cf->pool, 4,
                       sizeof(ngx_http_sitepreserver_shop_t *))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < cmcf->servers.nelts; i++) {

        scf = cscfp[i]->ctx->srv_conf[ngx_http_sitepreserver_module.ctx_index];

        if (scf->used
            && ngx_http_sitepreserver_server_init(cf, mcf, cscfp[i])
               != NGX_OK)
        {
            return NGX_ERROR;
        }

        /* a preset is included, and nothing was said of whether it is on */

        if (scf->ruled && !scf->switched && lcf->enable == NGX_CONF_UNSET) {
            ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                          "there are \"sitepreserver_event\" for the server "
                          "in %s:%ui, but \"sitepreserver\" is on nowhere in "
                          "it", cscfp[i]->file_name, cscfp[i]->line);
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_sitepreserver_server_init(ngx_conf_t *cf,
    ngx_http_sitepreserver_main_conf_t *mcf, ngx_http_core_srv_conf_t *cscf)
{
    sp_rc_t                             rc;
    sp_str_t                            own;
    sp_error_t                          err;
    ngx_http_sitepreserver_srv_conf_t  *scf;

    scf = cscf->ctx->srv_conf[ngx_http_sitepreserver_module.ctx_index];

    if (mcf->secret == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"sitepreserver\" is on, but no "
                      "\"sitepreserver_secret_file\" is defined for the "
                      "server in %s:%ui", cscf->file_name, cscf->line);
        return NGX_ERROR;
    }

    if (ngx_http_sitepreserver_server_shop(cf, mcf, scf, cscf) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!scf->cookie->off) {
        own.len = scf->cookie->name.len;
        own.data = (char *) scf->cookie->name.data;

        sp_rules_own(scf->rules, &own);
    }

    rc = sp_rules_compile(scf->rules, &err);

    if (rc == SP_OK) {
        scf->watches = sp_observe_watches(scf->rules);
        scf->lined = sp_observe_lined(scf->rules);

        if (sp_rules_empty(scf->rules)) {
            ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                          "\"sitepreserver\" is on, but there is no "
                          "\"sitepreserver_event\" for the server in %s:%ui: "
                          "include the preset of its platform",
                          cscf->file_name, cscf->line);
        }

        return NGX_OK;
    }

    if (rc != SP_NOMEM) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "%s in the rules of the server in %s:%ui",
                      err.text, cscf->file_name, cscf->line);
    }

    return NGX_ERROR;
}


static ngx_int_t
ngx_http_sitepreserver_server_shop(ngx_conf_t *cf,
    ngx_http_sitepreserver_main_conf_t *mcf,
    ngx_http_sitepreserver_srv_conf_t *scf, ngx_http_core_srv_conf_t *cscf)
{
    ngx_str_t                      *name;
    sp_pool_t                       pool;
    sp_terms_t                      terms;
    ngx_http_sitepreserver_shop_t  *shop;

    name = &scf->shop_name;

    if (name->len == 0) {
        name = &cscf->server_name;

        if (!ngx_http_sitepreserver_shop_name(name)) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "the server name \"%V\" cannot be the name of a "
                          "shop, \"sitepreserver_shop\" is needed for the "
                          "server in %s:%ui",
                          name, cscf->file_name, cscf->line);
            return NGX_ERROR;
        }
    }

    ngx_memzero(&terms, sizeof(sp_terms_t));
    ngx_http_sitepreserver_terms(scf, &terms);

    shop = ngx_http_sitepreserver_shop_find(mcf, name);

    if (shop != NULL) {

        if (ngx_memcmp(&shop->terms, &terms, offsetof(sp_terms_t, text))
            != 0)
        {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "the servers in %s:%ui and %s:%ui are both the shop "
                          "\"%V\", but their sitepreserver_idle, _retain, "
                          "_remember or _limit differ",
                          shop->file, shop->line, cscf->file_name,
                          cscf->line, name);
            return NGX_ERROR;
        }

        scf->shop = shop;
        return NGX_OK;
    }

    shop = ngx_http_sitepreserver_shop_create(cf, mcf, name, cscf);
    if (shop == NULL) {
        return NGX_ERROR;
    }

    pool.alloc = ngx_http_sitepreserver_palloc;
    pool.data = cf->pool;

    ngx_memcpy(&shop->terms, &terms, sizeof(sp_terms_t));

    if (sp_terms_text(&shop->terms, &pool) != SP_OK) {
        return NGX_ERROR;
    }

    scf->shop = shop;

    if (scf->retain < scf->idle || scf->anonymous < scf->idle) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"sitepreserver_retain\" is shorter than "
                      "\"sitepreserver_idle\" in the server in %s:%ui",
                      cscf->file_name, cscf->line);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_http_sitepreserver_shop_t *
ngx_http_sitepreserver_shop_find(ngx_http_sitepreserver_main_conf_t *mcf,
    ngx_str_t *name)
{
    ngx_uint_t                       i;
    ngx_http_sitepreserver_shop_t  **shops;

    shops = mcf->shops.elts;

    for (i = 0; i < mcf->shops.nelts; i++) {
        if (shops[i]->name.len == name->len
            && ngx_memcmp(shops[i]->name.data, name->data, name->len) == 0)
        {
            return shops[i];
        }
    }

    return NULL;
}


static ngx_http_sitepreserver_shop_t *
ngx_http_sitepreserver_shop_create(ngx_conf_t *cf,
    ngx_http_sitepreserver_main_conf_t *mcf, ngx_str_t *name,
    ngx_http_core_srv_conf_t *cscf)
{
    ngx_http_sitepreserver_shop_t  *shop, **shops;

    shop = ngx_pcalloc(cf->pool, sizeof(ngx_http_sitepreserver_shop_t));
    if (shop == NULL) {
        return NULL;
    }

    shop->name.len = name->len;
    shop->name.data = (char *) name->data;
    shop->file = cscf->file_name;
    shop->line = cscf->line;

    shops = ngx_array_push(&mcf->shops);
    if (shops == NULL) {
        return NULL;
    }

    *shops = shop;

    return shop;
}


static void
ngx_http_sitepreserver_terms(ngx_http_sitepreserver_srv_conf_t *scf,
    sp_terms_t *terms)
{
    terms->idle = scf->idle;
    terms->retain = scf->retain / 1000;
    terms->anonymous = scf->anonymous / 1000;
    terms->remember = scf->remember / 1000;
    terms->hold = NGX_HTTP_SITEPRESERVER_HOLD;
    terms->addresses = scf->addresses;
}
