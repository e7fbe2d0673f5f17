
/*
 * Copyright (C) SitePreserver developers
 *
 * Our own first-party cookie: sitepreserver_cookie.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_COOKIE_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_COOKIE_H_INCLUDED_


#include "ngx_http_sitepreserver_conf.h"
#include "ngx_http_sitepreserver_ctx.h"


/* The setter, and what is in force where the directive is not given. */

char *ngx_http_sitepreserver_set_cookie(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
ngx_http_sitepreserver_cookie_conf_t *ngx_http_sitepreserver_cookie_default(
    ngx_conf_t *cf);


/*
 * Finds the cookie that the request carries, and its id; SP_INVALID: none
 * whose MAC is right.  id NULL: does not look at the MAC.
 */

sp_rc_t ngx_http_sitepreserver_cookie_find(ngx_http_request_t *r,
    sp_str_t *value, sp_id_t *id);


/* The same into ctx->own, looked for once; its text is empty: there is none. */

void ngx_http_sitepreserver_cookie_seek(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);


/*
 * Sets a new cookie where the request has none and the answer is one that no
 * cache may keep: to a method other than GET and HEAD and not said to be
 * public, or private or no-store.  Call when the answer's headers are final.
 * NGX_ERROR: no memory; then nothing was set.
 */

ngx_int_t ngx_http_sitepreserver_cookie_answer(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);


#endif /* _NGX_HTTP_SITEPRESERVER_COOKIE_H_INCLUDED_ */
