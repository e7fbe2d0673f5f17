
/*
 * Copyright (C) SitePreserver developers
 *
 * A shopper comes back by a link in our message: "?sp=TOKEN".
 */


#ifndef _NGX_HTTP_SITEPRESERVER_CLICK_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_CLICK_H_INCLUDED_


#include "ngx_http_sitepreserver_ctx.h"


/* No shorter arguments can hold a token: "sp=" and it. */

#define SP_CLICK_MIN  (sizeof("sp=") - 1 + SP_TOKEN_LEN)


/*
 * Redirects to the same URL without the token if there is one whose MAC is
 * right, so that no script and no Referer ever gets it, and notes the click.
 * NGX_DECLINED: there is none, or it is the shop's own "sp" argument.  ctx may
 * be NULL: then one is made.
 */

ngx_int_t ngx_http_sitepreserver_click(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);


#endif /* _NGX_HTTP_SITEPRESERVER_CLICK_H_INCLUDED_ */
