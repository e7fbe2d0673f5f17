
/*
 * Copyright (C) SitePreserver developers
 *
 * Learning products: pages that sitepreserver_learn names are read on their
 * way out, if that was not done lately, and told to Redis.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_LEARN_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_LEARN_H_INCLUDED_


#include "ngx_http_sitepreserver_ctx.h"


/*
 * The request asks for the page of a product, as wants of sp_observe() say.
 * What it asks for is noted before anything can rewrite it.
 */

void ngx_http_sitepreserver_learn_asked(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx, unsigned wants);


/* The answer's headers are there: is it read? */

void ngx_http_sitepreserver_learn_answer(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);


/* Its body passes: it is neither changed nor kept. */

void ngx_http_sitepreserver_learn_body(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx, ngx_chain_t *in);


/* The request is over.  A page that broke off is read again next time. */

void ngx_http_sitepreserver_learn_over(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);


/*
 * Names the pages that the lines of a cart are of: by their links, and, where
 * one item was added, by the page that it was added on.  SP_NOMEM.
 */

sp_rc_t ngx_http_sitepreserver_learn_lines(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx, sp_outcome_t *outcome);


#endif /* _NGX_HTTP_SITEPRESERVER_LEARN_H_INCLUDED_ */
