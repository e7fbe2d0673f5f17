
/*
 * Copyright (C) SitePreserver developers
 *
 * The shops of a configuration, once all of it is read.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_SHOPS_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_SHOPS_H_INCLUDED_


#include "ngx_http_sitepreserver_conf.h"


/* 1 to 64 of a-z, 0-9, ".", "_" and "-". */

ngx_uint_t ngx_http_sitepreserver_shop_name(ngx_str_t *name);


/*
 * Gives each server that is observed its shop, compiles its rules, and checks
 * that servers of one shop agree.  NGX_ERROR: it was logged.
 */

ngx_int_t ngx_http_sitepreserver_shops_init(ngx_conf_t *cf,
    ngx_http_sitepreserver_main_conf_t *mcf);


#endif /* _NGX_HTTP_SITEPRESERVER_SHOPS_H_INCLUDED_ */
