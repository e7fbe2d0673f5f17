
/*
 * Copyright (C) SitePreserver developers
 *
 * Where Redis is and how to log in there: sitepreserver_redis.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_REDIS_CONF_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_REDIS_CONF_H_INCLUDED_


#include "ngx_http_sitepreserver_conf.h"


struct ngx_http_sitepreserver_redis_conf_s {
    ngx_str_t                  url;         /* for messages */
    u_char                    *file;        /* where it was said */
    ngx_uint_t                 line;

    ngx_str_t                  host;        /* a name or an address */
    in_port_t                  port;        /* 0: a unix socket */

    /* what the URL says, or what its host was at start */
    ngx_addr_t                *addrs;
    ngx_uint_t                 naddrs;

    /* else the name is looked up whenever a worker connects */
    ngx_resolver_t            *resolver;
    ngx_msec_t                 resolver_timeout;

    ngx_str_t                  user;
    ngx_str_t                  password;
    ngx_uint_t                 db;
    ngx_msec_t                 timeout;     /* of connecting and of a reply */

    ngx_str_t                  ca_file;
    ngx_str_t                  name;        /* in the certificate */
    unsigned                   tls:1;
    unsigned                   verify:1;

#if (NGX_SSL)
    ngx_ssl_t                 *ssl;
#endif
};


/* sitepreserver_redis URL [user=] [password_file=] [db=] [timeout=] ... */

char *ngx_http_sitepreserver_set_redis(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


/*
 * Once all is read: the default where there was no directive, addresses, TLS.
 * NGX_ERROR: it was logged.
 */

ngx_int_t ngx_http_sitepreserver_redis_conf_init(ngx_conf_t *cf,
    ngx_http_sitepreserver_main_conf_t *mcf);


#endif /* _NGX_HTTP_SITEPRESERVER_REDIS_CONF_H_INCLUDED_ */
