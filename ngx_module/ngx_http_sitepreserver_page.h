
/*
 * Copyright (C) SitePreserver developers
 *
 * Pages that no rule is about: that they are looked at keeps a visit active.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_PAGE_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_PAGE_H_INCLUDED_


#include "ngx_http_sitepreserver_conf.h"


/*
 * Zero: the answer is certainly no page of HTML, as one byte of "text/html"
 * tells of most.
 */

static ngx_inline ngx_uint_t
ngx_http_sitepreserver_may_be_page(ngx_http_request_t *r)
{
    ngx_str_t  *type;

    type = &r->headers_out.content_type;

    return type->len > 5 && (type->data[5] | 0x20) == 'h';
}


/*
 * In the log phase, for a request that no rule is about: if its answer was a
 * page, and of a visit that has been active lately, tells Redis, as often as is
 * needed to keep it from becoming idle.
 */

void ngx_http_sitepreserver_page_view(ngx_http_request_t *r);


#endif /* _NGX_HTTP_SITEPRESERVER_PAGE_H_INCLUDED_ */
