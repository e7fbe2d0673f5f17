/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_event.h"
#include "sp_language.h"


static sp_rc_t sp_event_moved(sp_event_t *event, const sp_event_from_t *from,
    const sp_outcome_t *outcome);
static sp_rc_t sp_event_address(sp_event_t *event, sp_event_from_t *from,
    const sp_outcome_t *outcome);
static sp_rc_t sp_event_id(const sp_event_from_t *from, sp_id_kind_t kind,
    const sp_str_t *value, sp_id_t *id);


sp_rc_t
sp_event_visit(sp_event_t *event, const sp_event_from_t *from,
    const sp_outcome_t *outcome)
{
    sp_rc_t  rc;

    if (outcome->next_visitor.len != 0) {
        rc = sp_event_id(from, SP_ID_VISITOR, &outcome->next_visitor,
                         &event->visit);

        return rc == SP_OK ? sp_event_moved(event, from, outcome) : rc;
    }

    if (outcome->visitor.len != 0) {
        return sp_event_id(from, SP_ID_VISITOR, &outcome->visitor,
                           &event->visit);
    }

    if (from->own.text[0] == '\0') {
        return SP_DONE;
    }

    event->visit = from->own;

    return SP_OK;
}


static sp_rc_t
sp_event_moved(sp_event_t *event, const sp_event_from_t *from,
    const sp_outcome_t *outcome)
{
    sp_rc_t  rc;

    if (outcome->visitor.len != 0) {
        rc = sp_event_id(from, SP_ID_VISITOR, &outcome->visitor,
                         &event->moved_from);

        if (rc == SP_OK
            && strcmp(event->moved_from.text, event->visit.text) == 0)
        {
            event->moved_from.text[0] = '\0';
        }

        return rc;
    }

    if (from->own.text[0] != '\0') {
        event->moved_from = from->own;
        event->moved_own = 1;
    }

    return SP_OK;
}


sp_rc_t
sp_event_aliases(sp_event_t *event, const sp_event_from_t *from,
    const sp_outcome_t *outcome)
{
    sp_rc_t   rc;
    unsigned  i, n;

    for (i = 0; i < outcome->naliases; i++) {
        rc = sp_event_id(from, SP_ID_ALIAS, &outcome->aliases[i].value,
                         &event->aliases[i].id);

        if (rc != SP_OK) {
            return rc;
        }

        event->aliases[i].bind = outcome->aliases[i].from_shop;
        event->aliases[i].deleted = outcome->aliases[i].deleted;

        if (!outcome->aliases[i].deleted && outcome->email_from_shop) {
            event->logged_in = 1;
        }
    }

    n = outcome->naliases;

    if (from->own.text[0] != '\0' && from->own_alias) {
        event->aliases[n].id = from->own;
        event->aliases[n].own = 1;
        event->aliases[n].bind = 1;
        n++;
    }

    event->naliases = n;

    return SP_OK;
}


sp_rc_t
sp_event_person(sp_event_t *event, sp_event_from_t *from,
    const sp_outcome_t *outcome)
{
    sp_rc_t  rc;

    if (outcome->customer.len != 0) {
        rc = sp_event_id(from, SP_ID_CUSTOMER, &outcome->customer,
                         &event->customer);
        if (rc != SP_OK) {
            return rc;
        }

        if (outcome->email_from_shop) {
            event->logged_in = 1;
        }
    }

    if (outcome->email_kinds & (SP_LOGIN|SP_SIGN_UP)) {
        event->logged_in = 1;
    }

    if (outcome->order_id.len != 0) {
        rc = sp_event_id(from, SP_ID_ORDER, &outcome->order_id,
                         &event->order);
        if (rc != SP_OK) {
            return rc;
        }
    }

    if (outcome->email.len != 0) {
        rc = sp_event_address(event, from, outcome);
        if (rc != SP_OK) {
            return rc;
        }
    }

    if (outcome->consent == SP_CONSENT_WITHDRAWN
        || (outcome->consent == SP_CONSENT_GIVEN && !event->forget))
    {
        event->consent = outcome->consent;
        event->consented = (sp_consented_t) sp_captured(outcome->consent_kind);
    }

    if (!event->forget) {
        event->first_name = outcome->first_name;
        event->time_zone = outcome->time_zone;
        event->locale = outcome->locale;
    }

    return SP_OK;
}


static sp_rc_t
sp_event_address(sp_event_t *event, sp_event_from_t *from,
    const sp_outcome_t *outcome)
{
    size_t    len;
    sp_rc_t   rc;
    sp_str_t  address;

    if (sp_address_normalise(&outcome->email, from->address, &len) != SP_OK) {
        from->address[0] = '\0';
        return SP_OK;
    }

    address.data = from->address;
    address.len = len;

    rc = sp_event_id(from, SP_ID_SHOPPER, &address, &event->shopper);

    if (rc != SP_OK || event->forget) {
        return rc;
    }

    rc = sp_secret_seal(from->secret, from->shop, &event->shopper, &address,
                        from->sealed, &len);

    if (rc == SP_OK) {
        event->sealed.data = from->sealed;
        event->sealed.len = len;
        event->captured = sp_captured(outcome->email_kinds);
    }

    return rc;
}


int
sp_event_asks(const sp_event_t *event, const sp_outcome_t *outcome)
{
    return !event->forget && outcome->locale.len == 0
           && (event->shopper.text[0] != '\0'
               || (outcome->kinds & (SP_LOGIN|SP_SIGN_UP)) != 0);
}


void
sp_event_language(sp_event_t *event, sp_event_from_t *from,
    const sp_str_t *header)
{
    size_t  len;

    if (sp_language(header, from->language, &len) == SP_OK) {
        event->locale.data = from->language;
        event->locale.len = len;
        event->asked = 1;
    }
}


static sp_rc_t
sp_event_id(const sp_event_from_t *from, sp_id_kind_t kind,
    const sp_str_t *value, sp_id_t *id)
{
    return sp_secret_id(from->secret, kind, from->shop, value, id);
}
