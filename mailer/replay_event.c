/*
 * Copyright (C) SitePreserver developers
 *
 * An outcome made into an event, as nginx does it, and as Redis folds it.
 */

#include <stdio.h>
#include <stdlib.h>

#include "replay_int.h"
#include "sp_device.h"
#include "sp_event.h"


typedef struct {
    replay_t         *replay;
    sp_event_t        event;
    sp_event_from_t   from;
    unsigned          moved_from;
} replay_build_t;


static sp_rc_t replay_build(replay_build_t *b, const sp_outcome_t *outcome,
    unsigned kinds);
static sp_rc_t replay_fold(replay_build_t *b, unsigned *shopper);
static void replay_tell(replay_build_t *b, const sp_outcome_t *outcome,
    unsigned visit, unsigned shopper);


sp_rc_t
replay_event(replay_t *replay, const sp_outcome_t *outcome, unsigned kinds,
    int quiet)
{
    sp_rc_t         rc;
    unsigned        visit, shopper;
    replay_back_t   back;
    replay_build_t  b;

    memset(&b, 0, sizeof(b));
    b.replay = replay;

    if (kinds != 0 && !quiet && sp_rules_visits(replay->server->rules)) {
        replay->counts.sought++;
        replay->counts.no_session += outcome->visitor.len == 0
                                     && outcome->next_visitor.len == 0;
    }

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

    /* a page that is looked at before there was anything changes nothing */

    if (visit == 0 && replay->state == NULL) {
        return SP_OK;
    }

    rc = replay_hello(replay);

    if (rc == SP_OK) {
        rc = replay_back_ask(replay, visit, &b.event, &back);
    }

    if (rc == SP_OK) {
        rc = replay_fold(&b, &shopper);
    }

    if (rc == SP_OK) {
        replay_back_tell(replay, &back, shopper);
    }

    if (rc == SP_OK && b.moved_from != 0 && visit != 0
        && b.moved_from != visit)
    {
        replay->visits.list[b.moved_from - 1].to = visit;
        replay->visits.list[visit - 1].to = 0;
    }

    if (rc == SP_OK && !quiet) {
        replay->counts.events += kinds != 0;
        replay->counts.moved += kinds == 0;
        replay_tell(&b, outcome, visit, shopper);
    }

    return rc == SP_INVALID ? SP_OK : rc;
}


/* SP_DONE: nobody knows whose it is. */

static sp_rc_t
replay_build(replay_build_t *b, const sp_outcome_t *outcome, unsigned kinds)
{
    sp_rc_t    rc;
    sp_str_t   header;
    replay_t  *replay;

    replay = b->replay;

    b->event.kinds = kinds;
    b->event.status = replay->x->status;
    b->event.seen = (uint64_t) replay->now;
    b->event.currency = outcome->currency;
    b->event.cart = outcome->cart;
    b->event.lines = outcome->lines;
    b->event.nlines = outcome->nlines;
    b->event.total = outcome->total;
    b->event.checkout = outcome->checkout;

    header = har_header_text(&replay->x->request, "user-agent");

    if (header.len != 0) {
        b->event.device = sp_device(&header);
    }

    b->from.secret = replay->secret;
    b->from.shop = &replay->server->shop;
    b->from.own = replay->own;
    b->from.own_alias = replay->server->identify;

    rc = sp_event_visit(&b->event, &b->from, outcome);

    if (rc == SP_OK && b->event.moved_from.text[0] != '\0') {
        b->moved_from = replay_who_known(&replay->visits, replay->server,
                                         &b->event.moved_from);
    }

    if (rc == SP_OK) {
        rc = sp_event_aliases(&b->event, &b->from, outcome);
    }

    if (rc == SP_OK) {
        rc = sp_event_person(&b->event, &b->from, outcome);
    }

    if (rc == SP_OK && sp_event_asks(&b->event, outcome)) {
        header = har_header_text(&replay->x->request, "accept-language");
        sp_event_language(&b->event, &b->from, &header);
    }

    return rc;
}


/* SP_INVALID: it was refused. */

static sp_rc_t
replay_fold(replay_build_t *b, unsigned *shopper)
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

    if (who->address == NULL && b->from.address[0] != '\0'
        && strcmp(b->event.shopper.text, reply.shopper.text) == 0)
    {
        who->address = strdup(b->from.address);
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
    event.address = b->from.address[0] != '\0' ? b->from.address : NULL;
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

    if (replay->state == NULL) {
        replay->state = replay_state_create(&replay->refusal);

        if (replay->state == NULL) {
            return SP_NOMEM;
        }

        replay_state_now(replay->state, replay->now);
    }

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
