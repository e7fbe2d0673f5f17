
/*
 * Copyright (C) SitePreserver developers
 */


#ifndef _NGX_HTTP_SITEPRESERVER_NETWORK_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_NETWORK_H_INCLUDED_


#include "ngx_http_sitepreserver_conf.h"


/*
 * The client's network (/24 of IPv4, also where it is mapped into IPv6; /48 of
 * IPv6) as the realip module sees it, keyed.  NGX_DECLINED: it has none (a
 * unix socket); NGX_ERROR.
 */

ngx_int_t ngx_http_sitepreserver_network(ngx_http_request_t *r, sp_id_t *id);


#endif /* _NGX_HTTP_SITEPRESERVER_NETWORK_H_INCLUDED_ */
