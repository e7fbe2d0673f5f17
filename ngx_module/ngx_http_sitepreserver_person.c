
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_person.h"
#include "ngx_http_sitepreserver_headers.h"
#include "ngx_http_sitepreserver_network.h"
#include "ngx_http_sitepreserver_zone.h"


static sp_rc_t ngx_http_sitepreserver_build_captured(
    ngx_http_sitepreserver_build_t *b);


sp_rc_t
ngx_http_sitepreserver_build_person(ngx_http_sitepreserver_build_t *b,
    sp_outcome_t *outcome)
{
    sp_rc_t   rc;
    sp_str_t  header;

    static const sp_str_t  name = sp_string("accept-language");

    rc = sp_event_person(&b->event, &b->from, outcome);

    if (outcome->email.len != 0) {
        ngx_explicit_memzero(b->from.address, sizeof(b->from.address));
    }

    if (rc != SP_OK) {
        return rc;
    }

    if (sp_event_asks(&b->event, outcome)
        && ngx_http_sitepreserver_request_header(b->request, &name, 0,
                                                 &header))
    {
        sp_event_language(&b->event, &b->from, &header);
    }

    return b->event.shopper.text[0] != '\0'
           ? ngx_http_sitepreserver_build_captured(b) : SP_OK;
}


/* An address counts, and which network brought it. */

static sp_rc_t
ngx_http_sitepreserver_build_captured(ngx_http_sitepreserver_build_t *b)
{
    if (!b->event.forget) {
        b->ctx->shopper = b->event.shopper;

        ngx_http_sitepreserver_count(b->mcf, NGX_HTTP_SITEPRESERVER_ADDRESSES);
    }

    if (b->scf->shop->terms.addresses != 0
        && ngx_http_sitepreserver_network(b->request, &b->event.network)
           == NGX_ERROR)
    {
        return SP_NOMEM;
    }

    return SP_OK;
}
