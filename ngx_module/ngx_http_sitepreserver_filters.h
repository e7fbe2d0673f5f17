
/*
 * Copyright (C) SitePreserver developers
 *
 * Where nginx shows the bodies of requests, and answers and their bodies.  None
 * of these changes what passes by, but for the own cookie.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_FILTERS_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_FILTERS_H_INCLUDED_


#include "ngx_http_sitepreserver_conf.h"


/* Puts the filters where they belong; from postconfiguration. */

void ngx_http_sitepreserver_filters_init(void);


#endif /* _NGX_HTTP_SITEPRESERVER_FILTERS_H_INCLUDED_ */
