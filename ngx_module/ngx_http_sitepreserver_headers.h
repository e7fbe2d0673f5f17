
/*
 * Copyright (C) SitePreserver developers
 *
 * Headers by name, as the rules ask for them (sp_exchange_t).
 */


#ifndef _NGX_HTTP_SITEPRESERVER_HEADERS_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_HEADERS_H_INCLUDED_


#include "ngx_http_sitepreserver_conf.h"


/*
 * The i-th header of that name, which is in lower case; data is the request.
 * The value points into it.  0: there is none.
 */

int ngx_http_sitepreserver_request_header(void *data, const sp_str_t *name,
    unsigned i, sp_str_t *value);
int ngx_http_sitepreserver_response_header(void *data, const sp_str_t *name,
    unsigned i, sp_str_t *value);


/* Has the answer a header that these watches (sp_observe.h) may be after? */

ngx_uint_t ngx_http_sitepreserver_response_watched(ngx_http_request_t *r,
    uint64_t watches);


/* Appends a header to the answer. */

ngx_int_t ngx_http_sitepreserver_add_header(ngx_http_request_t *r,
    const char *name, ngx_str_t *value);


#endif /* _NGX_HTTP_SITEPRESERVER_HEADERS_H_INCLUDED_ */
