
/*
 * Copyright (C) SitePreserver developers
 *
 * Capture assist: sitepreserver_capture.  A location that serves a small
 * script to the shop's own checkout pages, and takes what that sends: the
 * address that a shopper has typed.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_CAPTURE_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_CAPTURE_H_INCLUDED_


#include "ngx_http_sitepreserver_conf.h"


char *ngx_http_sitepreserver_set_capture(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


/* Made of capture.js by embed.sh. */

extern const char    ngx_http_sitepreserver_capture_js[];
extern const size_t  ngx_http_sitepreserver_capture_js_len;


#endif /* _NGX_HTTP_SITEPRESERVER_CAPTURE_H_INCLUDED_ */
