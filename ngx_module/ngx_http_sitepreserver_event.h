
/*
 * Copyright (C) SitePreserver developers
 *
 * From what an exchange meant to an event for Redis: ids are hashed here, and
 * addresses validated and sealed.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_EVENT_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_EVENT_H_INCLUDED_


#include "ngx_http_sitepreserver_ctx.h"


/*
 * In the log phase: decides what the exchange meant and queues its events.
 * ctx->result, kinds, visit and shopper are set then.  Once; further calls do
 * nothing.
 */

void ngx_http_sitepreserver_decide(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);


/* What became of it where it is ignored, or has no consent. */

ngx_http_sitepreserver_result_t ngx_http_sitepreserver_gated(
    ngx_http_sitepreserver_ctx_t *ctx);


/*
 * The second half of it: builds the event of ctx->outcome, or of a click, and
 * queues it.  ctx->lcf, pool, kinds, ignored and refused are set.
 */

ngx_http_sitepreserver_result_t ngx_http_sitepreserver_send(
    ngx_http_request_t *r, ngx_http_sitepreserver_ctx_t *ctx);


#endif /* _NGX_HTTP_SITEPRESERVER_EVENT_H_INCLUDED_ */
