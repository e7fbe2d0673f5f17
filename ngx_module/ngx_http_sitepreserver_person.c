
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_person.h"
#include "ngx_http_sitepreserver_headers.h"
#include "ngx_http_sitepreserver_network.h"
#include "ngx_http_sitepreserver_zone.h"

#include "sp_language.h"


static sp_rc_t ngx_http_sitepreserver_build_address(
    ngx_http_sitepreserver_build_t *b, sp_outcome_t *outcome);
static void ngx_http_sitepreserver_build_locale(
    ngx_http_sitepreserver_build_t *b, sp_outcome_t *outcome);


sp_rc_t
ngx_http_sitepreserver_build_person(ngx_http_sitepreserver_build_t *b,
    sp_outcome_t *outcome)
{
    sp_rc_t  rc;

    if (outcome->customer.len != 0) {
        rc = ngx_http_sitepreserver_id(b, SP_ID_CUSTOMER, &outcome->customer,
                                       &b->event.customer);
        if (rc != SP_OK) {
            return rc;
        }

        b->event.logged_in = 1;
    }

    if (outcome->kinds & (SP_LOGIN|SP_SIGN_UP)) {
        b->event.logged_in = 1;
    }

    if (outcome->order_id.len != 0) {
        rc = ngx_http_sitepreserver_id(b, SP_ID_ORDER, &outcome->order_id,
                                       &b->event.order);
        if (rc != SP_OK) {
            return rc;
        }
    }

    if (outcome->email.len != 0) {
        rc = ngx_http_sitepreserver_build_address(b, outcome);

        if (rc != SP_OK) {
            return rc;
        }
    }

    if (outcome->consent == SP_CONSENT_WITHDRAWN
        || (outcome->consent == SP_CONSENT_GIVEN && !b->event.forget))
    {
        b->event.consent = outcome->consent;
        b->event.consented
            = (sp_consented_t) sp_captured(outcome->consent_kind);
    }

    if (!b->event.forget) {
        b->event.first_name = outcome->first_name;
        b->event.time_zone = outcome->time_zone;
        ngx_http_sitepreserver_build_locale(b, outcome);
    }

    return SP_OK;
}


/*
 * What a rule says, else what the browser asks for, where the exchange says
 * who it is: nearly all others have nothing new to tell of a person.
 */

static void
ngx_http_sitepreserver_build_locale(ngx_http_sitepreserver_build_t *b,
    sp_outcome_t *outcome)
{
    size_t    len;
    sp_str_t  header;

    static const sp_str_t  name = sp_string("accept-language");

    b->event.locale = outcome->locale;

    if (outcome->locale.len != 0
        || (b->event.shopper.text[0] == '\0'
            && !(outcome->kinds & (SP_LOGIN|SP_SIGN_UP)))
        || !ngx_http_sitepreserver_request_header(b->request, &name, 0,
                                                  &header)
        || sp_language(&header, b->language, &len) != SP_OK)
    {
        return;
    }

    b->event.locale.data = b->language;
    b->event.locale.len = len;
    b->event.asked = 1;
}


/*
 * The address leaves here only as the shopper's id and sealed; of somebody
 * who refused, only as the id, so that a purchase can close what there was.
 */

static sp_rc_t
ngx_http_sitepreserver_build_address(ngx_http_sitepreserver_build_t *b,
    sp_outcome_t *outcome)
{
    char        text[SP_ADDRESS_MAX + 1];
    size_t      len;
    sp_rc_t     rc;
    sp_str_t    address;
    ngx_int_t   n;

    if (sp_address_normalise(&outcome->email, text, &len) != SP_OK) {
        return SP_OK;
    }

    address.data = text;
    address.len = len;

    rc = ngx_http_sitepreserver_id(b, SP_ID_SHOPPER, &address,
                                   &b->event.shopper);

    if (rc == SP_OK && !b->event.forget) {
        rc = sp_secret_seal(b->mcf->secret, &b->scf->shop->name,
                            &b->event.shopper, &address, b->sealed, &len);

        b->event.sealed.data = b->sealed;
        b->event.sealed.len = len;
        b->event.captured = sp_captured(outcome->email_kinds);

        b->ctx->shopper = b->event.shopper;

        ngx_http_sitepreserver_count(b->mcf, NGX_HTTP_SITEPRESERVER_ADDRESSES);
    }

    ngx_explicit_memzero(text, sizeof(text));

    if (rc != SP_OK || b->scf->shop->terms.addresses == 0) {
        return rc;
    }

    n = ngx_http_sitepreserver_network(b->request, &b->event.network);

    return (n == NGX_ERROR) ? SP_NOMEM : SP_OK;
}


sp_rc_t
ngx_http_sitepreserver_id(ngx_http_sitepreserver_build_t *b,
    sp_id_kind_t kind, const sp_str_t *value, sp_id_t *id)
{
    return sp_secret_id(b->mcf->secret, kind, &b->scf->shop->name, value, id);
}
