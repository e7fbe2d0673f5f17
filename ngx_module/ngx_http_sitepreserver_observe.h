
/*
 * Copyright (C) SitePreserver developers
 *
 * Where nginx shows the requests, phase by phase.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_OBSERVE_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_OBSERVE_H_INCLUDED_


#include "ngx_http_sitepreserver_conf.h"


/* Puts handlers and filters where they belong; from postconfiguration. */

ngx_int_t ngx_http_sitepreserver_observe_init(ngx_conf_t *cf);


#endif /* _NGX_HTTP_SITEPRESERVER_OBSERVE_H_INCLUDED_ */
