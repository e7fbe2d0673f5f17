
/*
 * Copyright (C) SitePreserver developers
 *
 * Consent that was withdrawn: what Redis keeps of the visitor goes.  It is told
 * once of a visitor who may be known there: the zone noted something of theirs,
 * or they send our cookie or a login cookie.  Of others it is told nothing.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_ERASE_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_ERASE_H_INCLUDED_


#include "ngx_http_sitepreserver_ctx.h"


/* Must Redis be told, with the outcome of this request?  The gate was asked. */

ngx_uint_t ngx_http_sitepreserver_erase_due(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);


/* It was. */

void ngx_http_sitepreserver_erased(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);


/*
 * The same for a page that no rule is about; own is the value of our cookie,
 * if one was sent, and not checked.  Non-zero: consent was withdrawn.
 */

ngx_uint_t ngx_http_sitepreserver_erase_page(ngx_http_request_t *r,
    const sp_str_t *visitor, const sp_str_t *own);


#endif /* _NGX_HTTP_SITEPRESERVER_ERASE_H_INCLUDED_ */
