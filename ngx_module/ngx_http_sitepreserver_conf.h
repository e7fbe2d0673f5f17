
/*
 * Copyright (C) SitePreserver developers
 *
 * The module's configurations, as its directives fill them in.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_CONF_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_CONF_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "sp_rules.h"
#include "sp_names.h"
#include "sp_call.h"


/*
 * The commands within the blocks of sitepreserver_event and of its items have
 * type bits of their own, so that they are known there only.
 */

#define NGX_HTTP_SITEPRESERVER_EVENT_CONF  0x00100000
#define NGX_HTTP_SITEPRESERVER_ITEMS_CONF  0x00200000
#define NGX_HTTP_SITEPRESERVER_EACH_CONF   0x00400000


typedef struct ngx_http_sitepreserver_redis_conf_s
    ngx_http_sitepreserver_redis_conf_t;


/* A key space in Redis; several servers may share one. */

typedef struct {
    sp_str_t                               name;
    sp_terms_t                             terms;

    u_char                                *file;   /* of its first server */
    ngx_uint_t                             line;

    /* of a worker */
    uint64_t                               seq;        /* of its last event */
    unsigned                               refused:1;  /* Redis knows another
                                                          identity key */
} ngx_http_sitepreserver_shop_t;


/* Where a name was defined. */

typedef struct {
    const sp_name_t                       *name;
    ngx_str_t                              file;
    ngx_uint_t                             line;
} ngx_http_sitepreserver_defined_t;


typedef struct {
    sp_secret_t                           *secret;
    char                                   fingerprint[SP_FINGERPRINT_LEN + 1];

    ngx_http_sitepreserver_redis_conf_t   *redis;
    size_t                                 queue;      /* bytes, a worker */

    size_t                                 zone_size;
    ngx_shm_zone_t                        *zone;

    ngx_array_t                            shops;
                                     /* of ngx_http_sitepreserver_shop_t * */

    sp_names_t                             names;      /* of http */
    ngx_array_t                            defined;    /* where: of
                                     ngx_http_sitepreserver_defined_t */

    ngx_uint_t                             gates;      /* some location asks
                                                          variables whom to
                                                          leave alone */

    /* while a sitepreserver_event block is read */
    sp_rule_t                             *rule;
} ngx_http_sitepreserver_main_conf_t;


/* sitepreserver_cookie */

typedef struct {
    ngx_str_t                              name;
    ngx_str_t                              attributes; /* after the value */
    ngx_uint_t                             secure;

    unsigned                               off:1;
    unsigned                               identify:1;
} ngx_http_sitepreserver_cookie_conf_t;


#define NGX_HTTP_SITEPRESERVER_SECURE_AUTO  0
#define NGX_HTTP_SITEPRESERVER_SECURE_ON    1
#define NGX_HTTP_SITEPRESERVER_SECURE_OFF   2


typedef struct {
    sp_rules_t                            *rules;
    sp_pool_t                              pool;       /* what they live in */
    uint64_t                               watches;    /* of answers' headers,
                                                          see sp_observe.h */

    sp_names_t                             names;

    ngx_str_t                              shop_name;
    ngx_http_sitepreserver_shop_t         *shop;

    ngx_http_sitepreserver_cookie_conf_t  *cookie;

    ngx_msec_t                             idle;
    ngx_msec_t                             retain;
    ngx_msec_t                             anonymous;
    ngx_msec_t                             remember;
    ngx_uint_t                             addresses;

    ngx_uint_t                             visitor;    /* given on this level */
    ngx_uint_t                             alias;
    ngx_uint_t                             route;
    ngx_uint_t                             currency;
    ngx_uint_t                             learn;

    unsigned                               used:1;     /* some location
                                                          observes */
    unsigned                               switched:1; /* ... says whether */
    unsigned                               ruled:1;    /* the server has rules
                                                          of its own */
    unsigned                               recall:1;   /* some location
                                                          recalls */
    unsigned                               lined:1;    /* visits are read from
                                                          URIs */
} ngx_http_sitepreserver_srv_conf_t;


typedef struct {
    ngx_flag_t                             enable;
    ngx_http_complex_value_t              *consent;
    ngx_flag_t                             gpc;        /* Sec-GPC refuses */
    ngx_http_complex_value_t              *ignore;
    ngx_uint_t                             capture;    /* sitepreserver_capture
                                                          is here */
    size_t                                 body_limit;
    size_t                                 response_limit;

    ngx_http_handler_pt                    handler;    /* ours, if any */
    u_char                                *handler_file;
    ngx_uint_t                             handler_line;

    ngx_msec_t                             recall_timeout;
    ngx_array_t                           *recall_hosts;  /* of sp_str_t */
} ngx_http_sitepreserver_loc_conf_t;


/* Nobody outside knows it by its name: so its place is known when we link. */

extern ngx_module_t  ngx_http_sitepreserver_module
    __attribute__((visibility("hidden")));


/*
 * For what few requests need: not made one with the handler that all go
 * through, so that these do not pay for its registers and its stack.
 */

#define ngx_http_sitepreserver_apart  __attribute__((noinline))


/* sp_pool_t's alloc() on an ngx_pool_t. */

void *ngx_http_sitepreserver_palloc(void *data, size_t size);


#endif /* _NGX_HTTP_SITEPRESERVER_CONF_H_INCLUDED_ */
