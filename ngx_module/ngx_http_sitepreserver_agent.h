
/*
 * Copyright (C) SitePreserver developers
 *
 * What a request's User-Agent says.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_AGENT_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_AGENT_H_INCLUDED_


#include "ngx_http_sitepreserver_conf.h"


typedef struct {
    sp_device_t  device;
    ngx_uint_t   bot;
} ngx_http_sitepreserver_agent_t;


/*
 * Few are sent by many: a worker remembers what they say.  A request without
 * one may be a storefront's own server's, and is no bot.
 */

ngx_http_sitepreserver_agent_t ngx_http_sitepreserver_agent(
    ngx_http_request_t *r);


#endif /* _NGX_HTTP_SITEPRESERVER_AGENT_H_INCLUDED_ */
