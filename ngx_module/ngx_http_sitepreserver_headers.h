
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


/* The i-th header "Cookie" of the request, which nginx has found; or NULL. */

static ngx_inline ngx_table_elt_t *
ngx_http_sitepreserver_cookie_header(ngx_http_request_t *r, unsigned i)
{
#if (nginx_version >= 1023000)
    ngx_table_elt_t   *h;

    for (h = r->headers_in.cookie; h != NULL && i > 0; h = h->next) {
        i--;
    }

    return h;
#else
    ngx_table_elt_t  **h;

    h = r->headers_in.cookies.elts;

    return i < r->headers_in.cookies.nelts ? h[i] : NULL;
#endif
}


/* Has the answer a header that these watches (sp_observe.h) may be after? */

static ngx_inline ngx_uint_t
ngx_http_sitepreserver_response_watched(ngx_http_request_t *r,
    uint64_t watches)
{
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h, *last;

    /* it is not in the list, and hardly anybody watches it */

    if (watches & sp_watch(sizeof("content-type") - 1)) {
        return 1;
    }

    for (part = &r->headers_out.headers.part; part; part = part->next) {

        h = part->elts;

        for (last = h + part->nelts; h < last; h++) {
            if (watches & sp_watch(h->key.len)) {
                return 1;
            }
        }
    }

    return 0;
}


/* Appends a header to the answer. */

ngx_int_t ngx_http_sitepreserver_add_header(ngx_http_request_t *r,
    const char *name, ngx_str_t *value);


#endif /* _NGX_HTTP_SITEPRESERVER_HEADERS_H_INCLUDED_ */
