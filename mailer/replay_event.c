/*
 * Copyright (C) SitePreserver developers
 *
 * An outcome as nginx makes an event of it (ngx_http_sitepreserver_event.c,
 * ngx_http_sitepreserver_person.c), and as Redis folds it.
 */

#include <stdio.h>
#include <stdlib.h>

#include "replay_int.h"
#include "sp_device.h"
#include "sp_language.h"


typedef struct {
    replay_t      *replay;
    sp_event_t     event;
    char           address[SP_ADDRESS_MAX + 1];
    char           sealed[SP_SEALED_MAX];
    char           language[SP_LOCALE_MAX + 1];
    unsigned       moved_from;
} replay_build_t;


static sp_rc_t replay_build(replay_build_t *b, const sp_outcome_t *outcome,
    unsigned kinds);
static sp_rc_t replay_build_visit(replay_build_t *b,
    const sp_outcome_t *outcome);
static sp_rc_t replay_build_moved(replay_build_t *b,
    const sp_outcome_t *outcome);
static sp_rc_t replay_build_aliases(replay_build_t *b,
    const sp_outcome_t *outcome);
static sp_rc_t replay_build_person(replay_build_t *b,
    const sp_outcome_t *outcome);
static sp_rc_t replay_build_address(replay_build_t *b,
    const sp_outcome_t *outcome);
static void replay_build_locale(replay_build_t *b,
    const sp_outcome_t *outcome);
static sp_rc_t replay_id(replay_build_t *b, sp_id_kind_t kind,
    const sp_str_t *value, sp_id_t *id);
static sp_rc_t replay_fold(replay_build_t *b, unsigned visit,
    unsigned *shopper);
static void replay_tell(replay_build_t *b, const sp_outcome_t *outcome,
    unsigned visit, unsigned shopper);


sp_rc_t
replay_event(replay_t *replay, const sp_outcome_t *outcome, unsigned kinds,
    int quiet)
{
    sp_rc_t         rc;
    unsigned        visit, shopper;
    replay_build_t  b;

    memset(&b, 0, sizeof(b));
    b.replay = replay;
    rc = replay_build(&b, outcome, kinds);

    if (rc == SP_DONE) {

        if (!quiet) {
            replay->counts.no_visitor++;
            replay_tell(&b, outcome, 0, 0);
        }

        return SP_OK;
    }

    if (rc != SP_OK) {
        return rc;
    }

    visit = quiet ? replay_who_known(&replay->visits, replay->server,
                                     &b.event.visit)
                  : replay_who(&replay->visits, replay->server,
                               &b.event.visit);

    if (visit == 0 && !quiet) {
        return SP_NOMEM;
    }

    if (visit != 0) {
        rc = replay_came_back(replay, visit);
    }

    if (rc == SP_OK) {
        rc = replay_fold(&b, visit, &shopper);
    }

    if (rc == SP_OK && b.moved_from != 0 && visit != 0
        && b.moved_from != visit)
    {
        replay->visits.list[b.moved_from - 1].to = visit;
    }

    if (rc == SP_OK && !quiet) {
        replay->counts.events++;
        replay_tell(&b, outcome, visit, shopper);
    }

    return rc == SP_INVALID ? SP_OK : rc;
}


/* SP_DONE: nobody knows whose it is. */

static sp_rc_t
replay_build(replay_build_t *b, const sp_outcome_t *outcome, unsigned kinds)
{
    sp_rc_t   rc;
    sp_str_t  agent;

    b->event.kinds = kinds;
    b->event.status = b->replay->x->status;
    b->event.currency = outcome->currency;
    b->event.cart = outcome->cart;
    b->event.lines = outcome->lines;
    b->event.nlines = outcome->nlines;
    b->event.total = outcome->total;
    b->event.checkout = outcome->checkout;

    agent = har_header_text(&b->replay->x->request, "user-agent");

    if (agent.len != 0) {
        b->event.device = sp_device(&agent);
    }

    rc = replay_build_visit(b, outcome);

    if (rc == SP_OK) {
        rc = replay_build_aliases(b, outcome);
    }

    return rc == SP_OK ? replay_build_person(b, outcome) : rc;
}


static sp_rc_t
replay_build_visit(replay_build_t *b, const sp_outcome_t *outcome)
{
    sp_rc_t  rc;

    if (outcome->next_visitor.len != 0) {
        rc = replay_id(b, SP_ID_VISITOR, &outcome->next_visitor,
                       &b->event.visit);

        return rc == SP_OK ? replay_build_moved(b, outcome) : rc;
    }

    if (outcome->visitor.len != 0) {
        return replay_id(b, SP_ID_VISITOR, &outcome->visitor,
                         &b->event.visit);
    }

    if (b->replay->own.text[0] == '\0') {
        return SP_DONE;
    }

    b->event.visit = b->replay->own;

    return SP_OK;
}


static sp_rc_t
replay_build_moved(replay_build_t *b, const sp_outcome_t *outcome)
{
    sp_rc_t  rc;

    rc = SP_OK;

    if (outcome->visitor.len != 0) {
        rc = replay_id(b, SP_ID_VISITOR, &outcome->visitor,
                       &b->event.moved_from);

        if (rc == SP_OK && strcmp(b->event.moved_from.text,
                                  b->event.visit.text) == 0)
        {
            b->event.moved_from.text[0] = '\0';
        }

    } else if (b->replay->own.text[0] != '\0') {
        b->event.moved_from = b->replay->own;
        b->event.moved_own = 1;
    }

    b->moved_from = b->event.moved_from.text[0] != '\0'
                    ? replay_who_known(&b->replay->visits, b->replay->server,
                                       &b->event.moved_from)
                    : 0;

    return rc;
}


static sp_rc_t
replay_build_aliases(replay_build_t *b, const sp_outcome_t *outcome)
{
    sp_rc_t   rc;
    unsigned  i, n;

    n = 0;

    for (i = 0; i < outcome->naliases; i++) {
        rc = replay_id(b, SP_ID_ALIAS, &outcome->aliases[i].value,
                       &b->event.aliases[n].id);

        if (rc != SP_OK) {
            return rc;
        }

        b->event.aliases[n].bind = outcome->aliases[i].from_shop;
        b->event.aliases[n].deleted = outcome->aliases[i].deleted;

        if (!outcome->aliases[i].deleted) {
            b->event.logged_in = 1;
        }

        n++;
    }

    if (b->replay->own.text[0] != '\0' && b->replay->server->identify) {
        b->event.aliases[n].id = b->replay->own;
        b->event.aliases[n].own = 1;
        b->event.aliases[n].bind = 1;
        n++;
    }

    b->event.naliases = n;

    return SP_OK;
}


static sp_rc_t
replay_build_person(replay_build_t *b, const sp_outcome_t *outcome)
{
    sp_rc_t  rc;

    if (outcome->customer.len != 0) {
        rc = replay_id(b, SP_ID_CUSTOMER, &outcome->customer,
                       &b->event.customer);
        if (rc != SP_OK) {
            return rc;
        }

        b->event.logged_in = 1;
    }

    if (b->event.kinds & (SP_LOGIN|SP_SIGN_UP)) {
        b->event.logged_in = 1;
    }

    if (outcome->order_id.len != 0) {
        rc = replay_id(b, SP_ID_ORDER, &outcome->order_id, &b->event.order);
        if (rc != SP_OK) {
            return rc;
        }
    }

    if (outcome->email.len != 0) {
        rc = replay_build_address(b, outcome);
        if (rc != SP_OK) {
            return rc;
        }
    }

    if (outcome->consent != SP_CONSENT_NOT) {
        b->event.consent = outcome->consent;
        b->event.consented
            = (sp_consented_t) sp_captured(outcome->consent_kind);
    }

    b->event.first_name = outcome->first_name;
    b->event.time_zone = outcome->time_zone;
    replay_build_locale(b, outcome);

    return SP_OK;
}


static sp_rc_t
replay_build_address(replay_build_t *b, const sp_outcome_t *outcome)
{
    size_t    len;
    sp_rc_t   rc;
    sp_str_t  address;

    if (sp_address_normalise(&outcome->email, b->address, &len) != SP_OK) {
        b->address[0] = '\0';
        return SP_OK;
    }

    address.data = b->address;
    address.len = len;
    rc = replay_id(b, SP_ID_SHOPPER, &address, &b->event.shopper);

    if (rc == SP_OK) {
        rc = sp_secret_seal(b->replay->secret, &b->replay->server->shop,
                            &b->event.shopper, &address, b->sealed, &len);
    }

    b->event.sealed.data = b->sealed;
    b->event.sealed.len = len;
    b->event.captured = sp_captured(outcome->email_kinds);

    return rc;
}


static void
replay_build_locale(replay_build_t *b, const sp_outcome_t *outcome)
{
    size_t    len;
    sp_str_t  header;

    b->event.locale = outcome->locale;

    if (outcome->locale.len != 0
        || (b->event.shopper.text[0] == '\0'
            && !(outcome->kinds & (SP_LOGIN|SP_SIGN_UP))))
    {
        return;
    }

    header = har_header_text(&b->replay->x->request, "accept-language");

    if (header.len == 0
        || sp_language(&header, b->language, &len) != SP_OK)
    {
        return;
    }

    b->event.locale.data = b->language;
    b->event.locale.len = len;
    b->event.asked = 1;
}


static sp_rc_t
replay_id(replay_build_t *b, sp_id_kind_t kind, const sp_str_t *value,
    sp_id_t *id)
{
    return sp_secret_id(b->replay->secret, kind, &b->replay->server->shop,
                        value, id);
}


/* SP_INVALID: it was refused. */

static sp_rc_t
replay_fold(replay_build_t *b, unsigned visit, unsigned *shopper)
{
    size_t             n;
    sp_rc_t            rc;
    sp_str_t          *items;
    replay_t          *replay;
    sp_call_t          call;
    replay_who_t      *who;
    sp_event_reply_t   reply;

    static const sp_str_t  source = sp_string("replayreplayreplayrepl");

    *shopper = 0;
    replay = b->replay;

    rc = sp_call_event(&call, replay->pool, &replay->server->shop,
                       &replay->server->terms, &b->event, &source,
                       ++replay->seq);

    if (rc == SP_OK) {
        rc = replay_state_call(replay->state, &call, replay->pool, &items, &n,
                               &replay->refusal);
    }

    if (rc == SP_OK && (n != 1 || sp_event_reply_read(&reply, &items[0])
                                  != SP_OK))
    {
        strcpy(replay->refusal.text, "its reply is none");
        rc = SP_INVALID;
    }

    if (rc != SP_OK) {
        replay->counts.refused += rc == SP_INVALID;
        return rc;
    }

    if (!reply.identified) {
        return SP_OK;
    }

    *shopper = replay_who(&replay->shoppers, replay->server, &reply.shopper);

    if (*shopper == 0) {
        return SP_NOMEM;
    }

    who = &replay->shoppers.list[*shopper - 1];
    who->last = replay->now;

    if (who->address == NULL && b->address[0] != '\0'
        && strcmp(b->event.shopper.text, reply.shopper.text) == 0)
    {
        who->address = strdup(b->address);
    }

    return SP_OK;
}


static void
replay_tell(replay_build_t *b, const sp_outcome_t *outcome, unsigned visit,
    unsigned shopper)
{
    replay_t        *replay;
    replay_event_t   event;

    replay = b->replay;

    if (replay->hooks.event == NULL) {
        return;
    }

    memset(&event, 0, sizeof(event));
    event.x = replay->x;
    event.server = replay->server;
    event.outcome = outcome;
    event.result = visit != 0 ? "observed" : "no_visitor";
    event.nrules = replay->nrules;
    memcpy(event.rules, replay->rules, sizeof(event.rules));
    event.visit = visit;
    event.moved_from = b->moved_from;
    event.shopper = shopper;
    event.address = b->address[0] != '\0' ? b->address : NULL;
    event.at = replay->x->at;

    replay->hooks.event(replay->hooks.data, &event);
}


/* A shop is set up, and is live, before its first event. */

sp_rc_t
replay_hello(replay_t *replay)
{
    char         fingerprint[SP_FINGERPRINT_LEN + 1];
    size_t       n;
    sp_rc_t      rc;
    sp_str_t    *items;
    sp_call_t    call;

    if (replay_table_find(&replay->shops, &replay->server->shop) >= 0) {
        return SP_OK;
    }

    if (replay_table_number(&replay->shops, &replay->server->shop) < 0) {
        return SP_NOMEM;
    }

    sp_secret_fingerprint(replay->secret, fingerprint);
    rc = sp_call_shop(&call, replay->pool, &replay->server->shop, fingerprint,
                      &replay->server->terms, 0);

    if (rc == SP_OK) {
        rc = replay_state_call(replay->state, &call, replay->pool, &items, &n,
                               &replay->refusal);
    }

    if (rc == SP_OK) {
        rc = sp_call_mode(&call, replay->pool, &replay->server->shop,
                          SP_MODE_LIVE);
    }

    if (rc == SP_OK) {
        rc = replay_state_call(replay->state, &call, replay->pool, &items, &n,
                               &replay->refusal);
    }

    replay->counts.refused += rc == SP_INVALID;

    return rc == SP_INVALID ? SP_OK : rc;
}


unsigned
replay_who(replay_whos_t *whos, const nginxconf_server_t *server,
    const sp_id_t *id)
{
    char           text[128];
    long           n;
    unsigned       size;
    sp_str_t       name;
    replay_who_t  *list;

    snprintf(text, sizeof(text), "%.*s %s", (int) server->shop.len,
             server->shop.data, id->text);
    name = sp_str(text);
    n = replay_table_number(&whos->table, &name);

    if (n < 0) {
        return 0;
    }

    if ((unsigned long) n >= whos->size) {
        size = whos->size * 2 + 16;
        list = realloc(whos->list, size * sizeof(replay_who_t));

        if (list == NULL) {
            return 0;
        }

        memset(list + whos->size, 0,
               (size - whos->size) * sizeof(replay_who_t));
        whos->list = list;
        whos->size = size;
    }

    whos->list[n].id = *id;
    whos->list[n].server = server;

    return (unsigned) n + 1;
}


unsigned
replay_who_known(const replay_whos_t *whos, const nginxconf_server_t *server,
    const sp_id_t *id)
{
    char      text[128];
    sp_str_t  name;

    snprintf(text, sizeof(text), "%.*s %s", (int) server->shop.len,
             server->shop.data, id->text);
    name = sp_str(text);

    return (unsigned) (replay_table_find(&whos->table, &name) + 1);
}
