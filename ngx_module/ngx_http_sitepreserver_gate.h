
/*
 * Copyright (C) SitePreserver developers
 *
 * Who is not observed: sitepreserver_ignore and sitepreserver_consent.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_GATE_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_GATE_H_INCLUDED_


#include "ngx_http_sitepreserver_ctx.h"


/*
 * Sets ctx->ignored and ctx->refused, once.  Not before the access phase: the
 * realip module may still change the client's address until then.
 */

void ngx_http_sitepreserver_gate(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);


/* The result of a request that the gate did not let through. */

ngx_http_sitepreserver_result_t ngx_http_sitepreserver_gated(
    ngx_http_sitepreserver_ctx_t *ctx);


/* For a request that has no context: non-zero if it is let through. */

ngx_uint_t ngx_http_sitepreserver_admitted(ngx_http_request_t *r,
    ngx_http_sitepreserver_loc_conf_t *lcf);


#endif /* _NGX_HTTP_SITEPRESERVER_GATE_H_INCLUDED_ */
