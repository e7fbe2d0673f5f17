
/*
 * Copyright (C) SitePreserver developers
 *
 * $sitepreserver_event, _visitor, _shopper and _result, for access logs.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_VARIABLES_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_VARIABLES_H_INCLUDED_


#include "ngx_http_sitepreserver_conf.h"


/* Adds them; from preconfiguration. */

ngx_int_t ngx_http_sitepreserver_variables_add(ngx_conf_t *cf);


#endif /* _NGX_HTTP_SITEPRESERVER_VARIABLES_H_INCLUDED_ */
