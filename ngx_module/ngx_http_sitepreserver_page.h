
/*
 * Copyright (C) SitePreserver developers
 *
 * Pages that no rule is about: that they are looked at keeps a visit active.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_PAGE_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_PAGE_H_INCLUDED_


#include "ngx_http_sitepreserver_ctx.h"

#include "sp_html_type.h"


/*
 * Is the answer a whole page of HTML?  One without a body (304) does not say
 * what it is.
 */

static ngx_inline ngx_uint_t
ngx_http_sitepreserver_is_page(ngx_http_request_t *r)
{
    ngx_str_t  *type;

    type = &r->headers_out.content_type;

    /* text/html: most others are told by one byte */

    return type->len > 5 && (type->data[5] | 0x20) == 'h'
           && sp_html_type((char *) type->data, type->len)
           && r->method == NGX_HTTP_GET
           && ngx_http_sitepreserver_status(r) == NGX_HTTP_OK;
}


/*
 * In the log phase, for such a page that no rule is about: if it is of a visit
 * that has been active lately, tells Redis, as often as is needed to keep it
 * from becoming idle.
 */

void ngx_http_sitepreserver_page_view(ngx_http_request_t *r);


#endif /* _NGX_HTTP_SITEPRESERVER_PAGE_H_INCLUDED_ */
