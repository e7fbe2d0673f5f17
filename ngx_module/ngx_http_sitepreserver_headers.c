
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_headers.h"


static ngx_table_elt_t *ngx_http_sitepreserver_find(ngx_list_part_t *part,
    const sp_str_t *name, unsigned i);
static ngx_table_elt_t *ngx_http_sitepreserver_cookie_header(
    ngx_http_request_t *r, unsigned i);
static int ngx_http_sitepreserver_named(const sp_str_t *name,
    const char *literal, size_t len);


#define ngx_http_sitepreserver_is(name, literal)                              \
    ngx_http_sitepreserver_named(name, literal, sizeof(literal) - 1)


int
ngx_http_sitepreserver_request_header(void *data, const sp_str_t *name,
    unsigned i, sp_str_t *value)
{
    ngx_http_request_t *r = data;

    ngx_table_elt_t  *h;

    if (ngx_http_sitepreserver_is(name, "cookie")) {
        h = ngx_http_sitepreserver_cookie_header(r, i);

    } else {
        h = ngx_http_sitepreserver_find(&r->headers_in.headers.part, name, i);
    }

    if (h == NULL) {
        return 0;
    }

    value->len = h->value.len;
    value->data = (char *) h->value.data;

    return 1;
}


int
ngx_http_sitepreserver_response_header(void *data, const sp_str_t *name,
    unsigned i, sp_str_t *value)
{
    ngx_http_request_t *r = data;

    ngx_str_t        *text;
    ngx_table_elt_t  *h;

    text = NULL;

    if (ngx_http_sitepreserver_is(name, "content-type")) {
        text = &r->headers_out.content_type;

    } else if (ngx_http_sitepreserver_is(name, "location")) {

        /* nginx takes a relative one out of the list when it is sent */

        h = r->headers_out.location;
        text = (h != NULL) ? &h->value : NULL;
    }

    if (text != NULL) {
        value->len = text->len;
        value->data = (char *) text->data;

        return i == 0 && text->len != 0;
    }

    h = ngx_http_sitepreserver_find(&r->headers_out.headers.part, name, i);

    if (h == NULL) {
        return 0;
    }

    value->len = h->value.len;
    value->data = (char *) h->value.data;

    return 1;
}


/* nginx has found them already. */

static ngx_table_elt_t *
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


ngx_uint_t
ngx_http_sitepreserver_response_watched(ngx_http_request_t *r,
    uint64_t watches)
{
    ngx_uint_t        n;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    /* it is not in the list, and hardly anybody watches it */

    if (watches & sp_watch(sizeof("content-type") - 1)) {
        return 1;
    }

    for (part = &r->headers_out.headers.part; part; part = part->next) {

        h = part->elts;

        for (n = 0; n < part->nelts; n++) {
            if (watches & sp_watch(h[n].key.len)) {
                return 1;
            }
        }
    }

    return 0;
}


/* Names of a length often begin alike, and seldom end so. */

static ngx_table_elt_t *
ngx_http_sitepreserver_find(ngx_list_part_t *part, const sp_str_t *name,
    unsigned i)
{
    u_char            last;
    ngx_uint_t        n;
    ngx_table_elt_t  *h;

    last = (u_char) name->data[name->len - 1] | 0x20;

    for ( /* void */ ; part != NULL; part = part->next) {

        h = part->elts;

        for (n = 0; n < part->nelts; n++) {

            if (h[n].key.len != name->len || h[n].hash == 0
                || (h[n].key.data[name->len - 1] | 0x20) != last
                || ngx_strncasecmp(h[n].key.data, (u_char *) name->data,
                                   name->len)
                   != 0)
            {
                continue;
            }

            if (i-- == 0) {
                return &h[n];
            }
        }
    }

    return NULL;
}


static int
ngx_http_sitepreserver_named(const sp_str_t *name, const char *literal,
    size_t len)
{
    return name->len == len && ngx_memcmp(name->data, literal, len) == 0;
}


ngx_int_t
ngx_http_sitepreserver_add_header(ngx_http_request_t *r, const char *name,
    ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
    h->key.len = ngx_strlen(name);
    h->key.data = (u_char *) name;
    h->value = *value;
    h->lowcase_key = NULL;

#if (nginx_version >= 1023000)
    h->next = NULL;
#endif

    return NGX_OK;
}
