
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_capture.h"
#include "ngx_http_sitepreserver_conf.h"
#include "ngx_http_sitepreserver_cookie.h"
#include "ngx_http_sitepreserver_directives.h"
#include "ngx_http_sitepreserver_observe.h"
#include "ngx_http_sitepreserver_recall.h"
#include "ngx_http_sitepreserver_redis.h"
#include "ngx_http_sitepreserver_redis_conf.h"
#include "ngx_http_sitepreserver_rules.h"
#include "ngx_http_sitepreserver_shops.h"
#include "ngx_http_sitepreserver_status.h"
#include "ngx_http_sitepreserver_variables.h"
#include "ngx_http_sitepreserver_zone.h"


static ngx_int_t ngx_http_sitepreserver_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_http_sitepreserver_postconfiguration(ngx_conf_t *cf);
static void *ngx_http_sitepreserver_create_main_conf(ngx_conf_t *cf);
static char *ngx_http_sitepreserver_init_main_conf(ngx_conf_t *cf, void *conf);
static void *ngx_http_sitepreserver_create_srv_conf(ngx_conf_t *cf);
static char *ngx_http_sitepreserver_merge_srv_conf(ngx_conf_t *cf,
    void *parent, void *child);
static void *ngx_http_sitepreserver_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_sitepreserver_merge_loc_conf(ngx_conf_t *cf,
    void *parent, void *child);
static void ngx_http_sitepreserver_secret_cleanup(void *data);
static ngx_int_t ngx_http_sitepreserver_init_process(ngx_cycle_t *cycle);
static void ngx_http_sitepreserver_exit_process(ngx_cycle_t *cycle);


/* Ids that a worker remembers: 40 bytes each. */

#define NGX_HTTP_SITEPRESERVER_IDS  4096


static ngx_uint_t  ngx_http_sitepreserver_body_min = 1024;
static ngx_uint_t  ngx_http_sitepreserver_zone_min =
    NGX_HTTP_SITEPRESERVER_ZONE_MIN;
static ngx_uint_t  ngx_http_sitepreserver_queue_min = 16384;


#define NGX_HTTP_SITEPRESERVER_ANY                                            \
    (NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF)


/* A directive within sitepreserver_event; a field of its items. */

#define ngx_http_sitepreserver_in_event(name, args)                           \
    { ngx_string(name),                                                       \
      NGX_HTTP_SITEPRESERVER_EVENT_CONF|args,                                 \
      ngx_http_sitepreserver_event_directive,                                 \
      NGX_HTTP_MAIN_CONF_OFFSET,                                              \
      0,                                                                      \
      NULL }

#define ngx_http_sitepreserver_in_items(name)                                 \
    { ngx_string(name),                                                       \
      NGX_HTTP_SITEPRESERVER_ITEMS_CONF|NGX_CONF_1MORE,                       \
      ngx_http_sitepreserver_items_field,                                     \
      NGX_HTTP_MAIN_CONF_OFFSET,                                              \
      0,                                                                      \
      NULL }

#define ngx_http_sitepreserver_in_each(name)                                  \
    { ngx_string(name),                                                       \
      NGX_HTTP_SITEPRESERVER_EACH_CONF|NGX_CONF_1MORE,                        \
      ngx_http_sitepreserver_each_field,                                      \
      NGX_HTTP_MAIN_CONF_OFFSET,                                              \
      0,                                                                      \
      NULL }


static ngx_command_t  ngx_http_sitepreserver_commands[] = {

    { ngx_string("sitepreserver"),
      NGX_HTTP_SITEPRESERVER_ANY|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_sitepreserver_loc_conf_t, enable),
      NULL },

    { ngx_string("sitepreserver_redis"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_sitepreserver_set_redis,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("sitepreserver_secret_file"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_sitepreserver_set_secret_file,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("sitepreserver_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_sitepreserver_set_size,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_sitepreserver_main_conf_t, zone_size),
      &ngx_http_sitepreserver_zone_min },

    { ngx_string("sitepreserver_queue"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_sitepreserver_set_size,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_sitepreserver_main_conf_t, queue),
      &ngx_http_sitepreserver_queue_min },

    { ngx_string("sitepreserver_shop"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_TAKE1,
      ngx_http_sitepreserver_set_shop,
      NGX_HTTP_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("sitepreserver_define"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_TAKE2,
      ngx_http_sitepreserver_define,
      NGX_HTTP_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("sitepreserver_visitor"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_1MORE,
      ngx_http_sitepreserver_set_rules,
      NGX_HTTP_SRV_CONF_OFFSET,
      offsetof(ngx_http_sitepreserver_srv_conf_t, visitor),
      &ngx_http_sitepreserver_visitor },

    { ngx_string("sitepreserver_alias"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_1MORE,
      ngx_http_sitepreserver_set_rules,
      NGX_HTTP_SRV_CONF_OFFSET,
      offsetof(ngx_http_sitepreserver_srv_conf_t, alias),
      &ngx_http_sitepreserver_alias },

    { ngx_string("sitepreserver_route"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_1MORE,
      ngx_http_sitepreserver_set_rules,
      NGX_HTTP_SRV_CONF_OFFSET,
      offsetof(ngx_http_sitepreserver_srv_conf_t, route),
      &ngx_http_sitepreserver_route },

    { ngx_string("sitepreserver_learn"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_1MORE,
      ngx_http_sitepreserver_set_rules,
      NGX_HTTP_SRV_CONF_OFFSET,
      offsetof(ngx_http_sitepreserver_srv_conf_t, learn),
      &ngx_http_sitepreserver_learn },

    { ngx_string("sitepreserver_currency"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_TAKE1,
      ngx_http_sitepreserver_set_rules,
      NGX_HTTP_SRV_CONF_OFFSET,
      offsetof(ngx_http_sitepreserver_srv_conf_t, currency),
      &ngx_http_sitepreserver_currency },

    { ngx_string("sitepreserver_cookie"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_1MORE,
      ngx_http_sitepreserver_set_cookie,
      NGX_HTTP_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("sitepreserver_event"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_BLOCK|NGX_CONF_1MORE,
      ngx_http_sitepreserver_event_block,
      NGX_HTTP_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("sitepreserver_idle"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_TAKE1,
      ngx_http_sitepreserver_set_time,
      NGX_HTTP_SRV_CONF_OFFSET,
      offsetof(ngx_http_sitepreserver_srv_conf_t, idle),
      NULL },

    { ngx_string("sitepreserver_retain"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_TAKE12,
      ngx_http_sitepreserver_set_retain,
      NGX_HTTP_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("sitepreserver_remember"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_TAKE1,
      ngx_http_sitepreserver_set_time,
      NGX_HTTP_SRV_CONF_OFFSET,
      offsetof(ngx_http_sitepreserver_srv_conf_t, remember),
      NULL },

    { ngx_string("sitepreserver_limit"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_TAKE1,
      ngx_http_sitepreserver_set_limit,
      NGX_HTTP_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("sitepreserver_consent"),
      NGX_HTTP_SITEPRESERVER_ANY|NGX_CONF_TAKE12,
      ngx_http_sitepreserver_set_consent,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_sitepreserver_loc_conf_t, consent),
      NULL },

    { ngx_string("sitepreserver_ignore"),
      NGX_HTTP_SITEPRESERVER_ANY|NGX_CONF_TAKE1,
      ngx_http_sitepreserver_set_value,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_sitepreserver_loc_conf_t, ignore),
      NULL },

    { ngx_string("sitepreserver_body_limit"),
      NGX_HTTP_SITEPRESERVER_ANY|NGX_CONF_TAKE1,
      ngx_http_sitepreserver_set_size,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_sitepreserver_loc_conf_t, body_limit),
      &ngx_http_sitepreserver_body_min },

    { ngx_string("sitepreserver_response_limit"),
      NGX_HTTP_SITEPRESERVER_ANY|NGX_CONF_TAKE1,
      ngx_http_sitepreserver_set_size,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_sitepreserver_loc_conf_t, response_limit),
      &ngx_http_sitepreserver_body_min },

    { ngx_string("sitepreserver_capture"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_sitepreserver_set_capture,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("sitepreserver_recall"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE12,
      ngx_http_sitepreserver_set_recall,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("sitepreserver_status"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_http_sitepreserver_set_status,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    ngx_http_sitepreserver_in_event("if", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("status", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("empty", NGX_CONF_ANY),
    ngx_http_sitepreserver_in_event("email", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("customer", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("visitor", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("alias", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("first_name", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("total", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("currency", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("minor_units", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("order_id", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("item_id", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("item_key", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("quantity", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("price", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("name", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("url", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("image", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("locale", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("time_zone", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("consent", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("quantity_is", NGX_CONF_1MORE),
    ngx_http_sitepreserver_in_event("checkout", NGX_CONF_NOARGS),

    { ngx_string("items"),
      NGX_HTTP_SITEPRESERVER_EVENT_CONF|NGX_CONF_BLOCK|NGX_CONF_1MORE,
      ngx_http_sitepreserver_items_block,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("each"),
      NGX_HTTP_SITEPRESERVER_EVENT_CONF|NGX_CONF_BLOCK|NGX_CONF_1MORE,
      ngx_http_sitepreserver_each_block,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    ngx_http_sitepreserver_in_each("method"),
    ngx_http_sitepreserver_in_each("uri"),
    ngx_http_sitepreserver_in_each("body"),
    ngx_http_sitepreserver_in_each("status"),
    ngx_http_sitepreserver_in_each("response"),

    ngx_http_sitepreserver_in_items("id"),
    ngx_http_sitepreserver_in_items("item_key"),
    ngx_http_sitepreserver_in_items("sku"),
    ngx_http_sitepreserver_in_items("name"),
    ngx_http_sitepreserver_in_items("quantity"),
    ngx_http_sitepreserver_in_items("price"),
    ngx_http_sitepreserver_in_items("line_total"),
    ngx_http_sitepreserver_in_items("image"),
    ngx_http_sitepreserver_in_items("url"),
    ngx_http_sitepreserver_in_items("options"),
    ngx_http_sitepreserver_in_items("category"),
    ngx_http_sitepreserver_in_items("currency"),
    ngx_http_sitepreserver_in_items("minor_units"),

      ngx_null_command
};


static ngx_http_module_t  ngx_http_sitepreserver_module_ctx = {
    ngx_http_sitepreserver_preconfiguration,   /* preconfiguration */
    ngx_http_sitepreserver_postconfiguration,  /* postconfiguration */

    ngx_http_sitepreserver_create_main_conf,   /* create main configuration */
    ngx_http_sitepreserver_init_main_conf,     /* init main configuration */

    ngx_http_sitepreserver_create_srv_conf,    /* create server configuration */
    ngx_http_sitepreserver_merge_srv_conf,     /* merge server configuration */

    ngx_http_sitepreserver_create_loc_conf,    /* create location
                                                  configuration */
    ngx_http_sitepreserver_merge_loc_conf      /* merge location
                                                  configuration */
};


ngx_module_t  ngx_http_sitepreserver_module = {
    NGX_MODULE_V1,
    &ngx_http_sitepreserver_module_ctx,        /* module context */
    ngx_http_sitepreserver_commands,           /* module directives */
    NGX_HTTP_MODULE,                           /* module type */
    NULL,                                      /* init master */
    NULL,                                      /* init module */
    ngx_http_sitepreserver_init_process,       /* init process */
    NULL,                                      /* init thread */
    NULL,                                      /* exit thread */
    ngx_http_sitepreserver_exit_process,       /* exit process */
    NULL,                                      /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_http_sitepreserver_preconfiguration(ngx_conf_t *cf)
{
    return ngx_http_sitepreserver_variables_add(cf);
}


static void *
ngx_http_sitepreserver_create_main_conf(ngx_conf_t *cf)
{
    ngx_pool_cleanup_t                  *cln;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    mcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_sitepreserver_main_conf_t));
    if (mcf == NULL) {
        return NULL;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_http_sitepreserver_secret_cleanup;
    cln->data = mcf;

    if (ngx_array_init(&mcf->defined, cf->pool, 8,
                       sizeof(ngx_http_sitepreserver_defined_t))
        != NGX_OK)
    {
        return NULL;
    }

    mcf->queue = NGX_CONF_UNSET_SIZE;
    mcf->zone_size = NGX_CONF_UNSET_SIZE;

    return mcf;
}


static void
ngx_http_sitepreserver_secret_cleanup(void *data)
{
    ngx_http_sitepreserver_main_conf_t *mcf = data;

    if (mcf->secret != NULL) {
        sp_secret_free(mcf->secret);
    }
}


static char *
ngx_http_sitepreserver_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_http_sitepreserver_main_conf_t *mcf = conf;

    ngx_conf_init_size_value(mcf->queue, 4 * 1024 * 1024);
    ngx_conf_init_size_value(mcf->zone_size, 1024 * 1024);

    return NGX_CONF_OK;
}


static void *
ngx_http_sitepreserver_create_srv_conf(ngx_conf_t *cf)
{
    ngx_http_sitepreserver_srv_conf_t  *scf;

    scf = ngx_pcalloc(cf->pool, sizeof(ngx_http_sitepreserver_srv_conf_t));
    if (scf == NULL) {
        return NULL;
    }

    scf->cookie = NGX_CONF_UNSET_PTR;
    scf->idle = NGX_CONF_UNSET_MSEC;
    scf->retain = NGX_CONF_UNSET_MSEC;
    scf->anonymous = NGX_CONF_UNSET_MSEC;
    scf->remember = NGX_CONF_UNSET_MSEC;
    scf->addresses = NGX_CONF_UNSET_UINT;

    return scf;
}


static char *
ngx_http_sitepreserver_merge_srv_conf(ngx_conf_t *cf, void *parent,
    void *child)
{
    ngx_http_sitepreserver_srv_conf_t *prev = parent;
    ngx_http_sitepreserver_srv_conf_t *conf = child;

    sp_rc_t     rc;
    sp_error_t  err;

    ngx_conf_merge_str_value(conf->shop_name, prev->shop_name, "");

    ngx_conf_merge_msec_value(conf->idle, prev->idle, 3600000);
    ngx_conf_merge_msec_value(conf->retain, prev->retain,
                              (ngx_msec_t) 30 * 86400000);
    ngx_conf_merge_msec_value(conf->anonymous, prev->anonymous, conf->retain);
    ngx_conf_merge_msec_value(conf->remember, prev->remember,
                              (ngx_msec_t) 90 * 86400000);
    ngx_conf_merge_uint_value(conf->addresses, prev->addresses, 50);

    ngx_conf_merge_ptr_value(conf->cookie, prev->cookie, NULL);

    if (conf->cookie == NULL) {
        conf->cookie = ngx_http_sitepreserver_cookie_default(cf);
        if (conf->cookie == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    if (ngx_http_sitepreserver_rules_create(cf, conf) == NULL) {
        return NGX_CONF_ERROR;
    }

    conf->ruled = !sp_rules_empty(conf->rules);

    if (prev->rules == NULL) {
        return NGX_CONF_OK;
    }

    rc = sp_rules_merge(conf->rules, prev->rules, &err);

    if (rc == SP_OK) {
        return NGX_CONF_OK;
    }

    if (rc != SP_NOMEM) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s", err.text);
    }

    return NGX_CONF_ERROR;
}


static void *
ngx_http_sitepreserver_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_sitepreserver_loc_conf_t  *lcf;

    lcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_sitepreserver_loc_conf_t));
    if (lcf == NULL) {
        return NULL;
    }

    lcf->enable = NGX_CONF_UNSET;
    lcf->consent = NGX_CONF_UNSET_PTR;
    lcf->gpc = NGX_CONF_UNSET;
    lcf->ignore = NGX_CONF_UNSET_PTR;
    lcf->body_limit = NGX_CONF_UNSET_SIZE;
    lcf->response_limit = NGX_CONF_UNSET_SIZE;

    return lcf;
}


static char *
ngx_http_sitepreserver_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child)
{
    ngx_http_sitepreserver_loc_conf_t *prev = parent;
    ngx_http_sitepreserver_loc_conf_t *conf = child;

    ngx_http_sitepreserver_srv_conf_t   *scf;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    if (conf->enable != NGX_CONF_UNSET) {
        scf = ngx_http_conf_get_module_srv_conf(cf,
                                                ngx_http_sitepreserver_module);
        scf->switched = 1;
    }

    /* what is for this alone needs no other switch */

    if (conf->capture) {
        ngx_conf_init_value(conf->enable, 1);
    }

    ngx_conf_merge_value(conf->enable, prev->enable, 0);

    if (conf->consent == NGX_CONF_UNSET_PTR) {
        conf->gpc = prev->gpc;
    }

    ngx_conf_merge_ptr_value(conf->consent, prev->consent, NULL);
    ngx_conf_init_value(conf->gpc, 0);
    ngx_conf_merge_ptr_value(conf->ignore, prev->ignore, NULL);
    ngx_conf_merge_size_value(conf->body_limit, prev->body_limit, 65536);
    ngx_conf_merge_size_value(conf->response_limit, prev->response_limit,
                              262144);

    if (conf->consent != NULL || conf->ignore != NULL) {
        mcf = ngx_http_conf_get_module_main_conf(cf,
                                                ngx_http_sitepreserver_module);
        mcf->gates = 1;
    }

    /* servers of which no location is observed cost nothing */

    if (conf->enable) {
        scf = ngx_http_conf_get_module_srv_conf(cf,
                                                ngx_http_sitepreserver_module);
        scf->used = 1;
    }

    return ngx_http_sitepreserver_check_handler(cf, conf);
}


static ngx_int_t
ngx_http_sitepreserver_postconfiguration(ngx_conf_t *cf)
{
    ngx_http_sitepreserver_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf,
                                             ngx_http_sitepreserver_module);

    if (ngx_http_sitepreserver_defined(cf, mcf) != NGX_OK
        || ngx_http_sitepreserver_shops_init(cf, mcf) != NGX_OK
        || ngx_http_sitepreserver_zone_add(cf, mcf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (mcf->shops.nelts == 0) {
        return NGX_OK;
    }

    if (ngx_http_sitepreserver_redis_conf_init(cf, mcf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_sitepreserver_observe_init(cf);
}


static ngx_int_t
ngx_http_sitepreserver_init_process(ngx_cycle_t *cycle)
{
    ngx_http_conf_ctx_t                 *ctx;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    if (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE)
    {
        return NGX_OK;
    }

    ctx = (ngx_http_conf_ctx_t *) ngx_get_conf(cycle->conf_ctx,
                                               ngx_http_module);
    if (ctx == NULL) {
        return NGX_OK;
    }

    mcf = ctx->main_conf[ngx_http_sitepreserver_module.ctx_index];

    if (mcf->shops.nelts == 0) {
        return NGX_OK;
    }

    /* without it, requests cost more */

    (void) sp_secret_remember(mcf->secret, NGX_HTTP_SITEPRESERVER_IDS);

    /* else it is tried again with the first event */

    (void) ngx_http_sitepreserver_redis_start(cycle, mcf);

    return NGX_OK;
}


static void
ngx_http_sitepreserver_exit_process(ngx_cycle_t *cycle)
{
    ngx_http_sitepreserver_redis_stop();
}
