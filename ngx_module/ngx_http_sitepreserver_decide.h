
/*
 * Copyright (C) SitePreserver developers
 *
 * What becomes of an exchange that is over.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_DECIDE_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_DECIDE_H_INCLUDED_


#include "ngx_http_sitepreserver_ctx.h"


/*
 * In the log phase: decides what the exchange meant and queues its events.
 * ctx->result, kinds, visit and shopper are set then.  Once; further calls do
 * nothing.
 */

void ngx_http_sitepreserver_decide(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);


#endif /* _NGX_HTTP_SITEPRESERVER_DECIDE_H_INCLUDED_ */
