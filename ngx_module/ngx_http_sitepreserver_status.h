
/*
 * Copyright (C) SitePreserver developers
 *
 * The handler of sitepreserver_status: what the shared zone has counted, as
 * JSON or, with "?format=prometheus", as Prometheus text.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_STATUS_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_STATUS_H_INCLUDED_


#include "ngx_http_sitepreserver_conf.h"


/* sitepreserver_status [json | prometheus] */

char *ngx_http_sitepreserver_set_status(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


#endif /* _NGX_HTTP_SITEPRESERVER_STATUS_H_INCLUDED_ */
