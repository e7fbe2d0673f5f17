
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
 * Builds the event of ctx->outcome, or of a click, and queues it.  ctx->lcf,
 * pool, kinds, ignored and refused are set; ctx->visit and shopper are then.
 */

ngx_http_sitepreserver_result_t ngx_http_sitepreserver_send(
    ngx_http_request_t *r, ngx_http_sitepreserver_ctx_t *ctx);


/*
 * Now, in µs, by the one clock of all workers, read anew: ngx_current_msec is
 * as old as the worker's last look at it, and too coarse to tell which of two
 * exchanges came first.
 */

uint64_t ngx_http_sitepreserver_clock(void);


#endif /* _NGX_HTTP_SITEPRESERVER_EVENT_H_INCLUDED_ */
