
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_headers.h"


static ngx_table_elt_t *ngx_http_sitepreserver_find(ngx_list_part_t *part,
    const sp_str_t *name, unsigned i);


#define ngx_http_sitepreserver_is(name, literal)                              \
    ((name)->len == sizeof(literal) - 1                                       \
     && memcmp((name)->data, literal, sizeof(literal) - 1) == 0)


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


/* Names of a length often begin alike, and seldom end so. */

static ngx_table_elt_t *
ngx_http_sitepreserver_find(ngx_list_part_t *part, const sp_str_t *name,
    unsigned i)
{
    size_t            len;
    u_char            end;
    ngx_table_elt_t  *h, *last;

    len = name->len;
    end = (u_char) name->data[len - 1] | 0x20;

    for ( /* void */ ; part != NULL; part = part->next) {

        h = part->elts;

        for (last = h + part->nelts; h < last; h++) {

            if (h->key.len != len || (h->key.data[len - 1] | 0x20) != end
                || h->hash == 0
                || ngx_strncasecmp(h->key.data, (u_char *) name->data, len)
                   != 0)
            {
                continue;
            }

            if (i-- == 0) {
                return h;
            }
        }
    }

    return NULL;
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
