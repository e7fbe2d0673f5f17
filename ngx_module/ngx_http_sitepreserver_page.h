
/*
 * Copyright (C) SitePreserver developers
 *
 * Pages that no rule is about: that they are looked at keeps a visit active.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_PAGE_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_PAGE_H_INCLUDED_


#include "ngx_http_sitepreserver_conf.h"


/*
 * In the log phase, for a request without a context: if it was a page, and of
 * a visit that has been active lately, tells Redis, as often as is needed to
 * keep it from becoming idle.
 */

void ngx_http_sitepreserver_page_view(ngx_http_request_t *r);


#endif /* _NGX_HTTP_SITEPRESERVER_PAGE_H_INCLUDED_ */
