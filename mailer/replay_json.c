/*
 * Copyright (C) SitePreserver developers
 */

#include <stdio.h>

#include "cmd.h"
#include "replay_json.h"


static json_t *replay_text_json(const sp_str_t *text);
static json_t *replay_amount_json(int64_t amount);
static json_t *replay_kinds_json(unsigned kinds);
static json_t *replay_rules_json(const replay_event_t *event);
static json_t *replay_lines_json(const sp_line_t *lines, unsigned n);
static void replay_set_text(json_t *object, const char *name,
    const sp_str_t *text);
static void replay_set_amount(json_t *object, const char *name,
    int64_t amount);
static void replay_exchange_json(json_t *object, const har_exchange_t *x);


static const char *const  replay_stages[] = {
    "visit", "item", "cart", "checkout", "shipping", "payment"
};


json_t *
replay_event_json(const replay_event_t *event, int show)
{
    json_t               *json;
    const sp_outcome_t   *outcome;

    static const char *const  ops[] = {
        NULL, "snapshot", "add", "set", "remove"
    };

    outcome = event->outcome;
    json = json_object();
    replay_exchange_json(json, event->x);

    json_object_set_new(json, "result", json_string(event->result));
    json_object_set_new(json, "events", replay_kinds_json(outcome->kinds));
    json_object_set_new(json, "rules", replay_rules_json(event));

    if (event->visit != 0) {
        json_object_set_new(json, "visit", json_integer(event->visit));
    }

    if (event->moved_from != 0) {
        json_object_set_new(json, "moved_from",
                            json_integer(event->moved_from));
    }

    if (event->shopper != 0) {
        json_object_set_new(json, "shopper", json_integer(event->shopper));
    }

    if (event->address != NULL) {
        json_object_set_new(json, "address",
                            show ? json_string(event->address) : json_true());
    }

    if (outcome->customer.len != 0) {
        json_object_set_new(json, "customer", json_true());
    }

    if (outcome->order_id.len != 0) {
        json_object_set_new(json, "order", json_true());
    }

    if (outcome->consent != SP_CONSENT_NOT) {
        json_object_set_new(json, "consent",
                            json_string(outcome->consent == SP_CONSENT_GIVEN
                                        ? "given" : "withdrawn"));
    }

    if (outcome->cart != SP_CART_NONE) {
        json_object_set_new(json, "cart", json_string(ops[outcome->cart]));
        json_object_set_new(json, "lines",
                            replay_lines_json(outcome->lines,
                                              outcome->nlines));
        replay_set_amount(json, "total", outcome->total);
        replay_set_text(json, "currency", &outcome->currency);
    }

    if (outcome->request_cut || outcome->response_cut) {
        json_object_set_new(json, "cut", json_true());
    }

    if (outcome->request_bad || outcome->response_bad) {
        json_object_set_new(json, "unreadable", json_true());
    }

    return json;
}


/* Where it is in the log, when, and what was asked. */

static void
replay_exchange_json(json_t *object, const har_exchange_t *x)
{
    char      shown[HINT_KEY_MAX + 1], time[32];
    sp_str_t  text;

    json_object_set_new(object, "n", json_integer((json_int_t) x->n));

    if (x->at != 0) {
        json_object_set_new(object, "time",
                            json_string(cmd_time(x->at, time)));
    }

    json_object_set_new(object, "method", replay_text_json(&x->method));
    hint_shown(x, shown);
    text = sp_str(shown);
    json_object_set_new(object, "uri", replay_text_json(&text));
    json_object_set_new(object, "status", json_integer(x->status));
}


json_t *
replay_rejected_json(const har_exchange_t *x)
{
    json_t  *json;

    json = json_object();
    replay_exchange_json(json, x);
    json_object_set_new(json, "result", json_string("rejected"));

    return json;
}


/* What is no UTF-8 is left out. */

static json_t *
replay_text_json(const sp_str_t *text)
{
    json_t  *json;

    json = json_stringn(text->len != 0 ? text->data : "", text->len);

    return json != NULL ? json : json_string("?");
}


static void
replay_set_text(json_t *object, const char *name, const sp_str_t *text)
{
    if (text->len != 0) {
        json_object_set_new(object, name, replay_text_json(text));
    }
}


static json_t *
replay_amount_json(int64_t amount)
{
    return amount == SP_NO_AMOUNT || amount == SP_UNSURE
           ? json_null() : json_integer(amount);
}


static void
replay_set_amount(json_t *object, const char *name, int64_t amount)
{
    if (amount != SP_NO_AMOUNT) {
        json_object_set_new(object, name, replay_amount_json(amount));
    }
}


static json_t *
replay_kinds_json(unsigned kinds)
{
    json_t    *list;
    unsigned   bit;

    list = json_array();

    for (bit = 1; bit <= SP_CHECKOUT_ERROR; bit <<= 1) {
        if (kinds & bit) {
            json_array_append_new(list, json_string(sp_kind_name(bit)));
        }
    }

    return list;
}


static json_t *
replay_rules_json(const replay_event_t *event)
{
    char                     text[512];
    json_t                  *list;
    unsigned                 i;
    const nginxconf_rule_t  *rule;

    list = json_array();

    for (i = 0; i < event->nrules; i++) {

        if (event->rules[i] >= event->server->nrules) {
            continue;
        }

        rule = &event->server->where[event->rules[i]];
        snprintf(text, sizeof(text), "%.400s:%u", rule->file, rule->line);
        json_array_append_new(list, json_string(text));
    }

    return list;
}


static json_t *
replay_lines_json(const sp_line_t *lines, unsigned n)
{
    json_t           *list, *one;
    unsigned          i;
    const sp_line_t  *line;

    list = json_array();

    for (i = 0; i < n; i++) {
        line = &lines[i];
        one = json_object();

        replay_set_text(one, "id", &line->id);
        replay_set_text(one, "key", &line->key);
        replay_set_text(one, "sku", &line->sku);
        replay_set_text(one, "name", &line->name);
        replay_set_amount(one, "quantity", line->quantity);
        replay_set_amount(one, "price", line->price);
        replay_set_amount(one, "total", line->total);
        replay_set_text(one, "url", &line->url);
        replay_set_text(one, "image", &line->image);
        replay_set_text(one, "options", &line->options);
        replay_set_text(one, "category", &line->category);

        json_array_append_new(list, one);
    }

    return list;
}


json_t *
replay_cart_json(const replay_cart_t *cart, int show)
{
    char       time[32];
    json_t    *json, *visits;
    unsigned   i;

    json = json_object();
    visits = json_array();

    for (i = 0; i < cart->nvisits; i++) {
        json_array_append_new(visits, json_integer(cart->visits[i]));
    }

    json_object_set_new(json, "shop", replay_text_json(&cart->server->shop));
    json_object_set_new(json, "visits", visits);

    if (cart->shopper != 0) {
        json_object_set_new(json, "shopper", json_integer(cart->shopper));
    }

    if (show && cart->address != NULL) {
        json_object_set_new(json, "address", json_string(cart->address));
    }

    if (cart->at != 0) {
        json_object_set_new(json, "time",
                            json_string(cmd_time(cart->at, time)));
    }

    json_object_set_new(json, "lines",
                        replay_lines_json(cart->lines, cart->nlines));
    replay_set_amount(json, "total", cart->total);
    replay_set_text(json, "currency", &cart->currency);

    if (cart->nlines != 0) {
        json_object_set_new(json, "stage",
                            json_string(replay_stages[cart->stage < 6
                                                      ? cart->stage : 0]));
    }

    json_object_set_new(json, "ordered", json_boolean(cart->ordered));
    json_object_set_new(json, "mailed", json_boolean(cart->mailed));
    json_object_set_new(json, "why", json_string(cart->why));

    return json;
}


json_t *
replay_groups_json(const hint_groups_t *groups)
{
    json_t        *list, *one;
    unsigned       i;
    hint_group_t  *group;

    list = json_array();

    for (i = 0; i < groups->n; i++) {
        group = &groups->list[i];
        one = json_object();

        json_object_set_new(one, "request", json_string(group->key));
        json_object_set_new(one, "about", json_string(group->about));
        json_object_set_new(one, "status", json_integer(group->status));
        json_object_set_new(one, "count",
                            json_integer((json_int_t) group->count));
        json_object_set_new(one, "first",
                            json_integer((json_int_t) group->example));
        json_array_append_new(list, one);
    }

    return list;
}


json_t *
replay_counts_json(const replay_counts_t *counts, const har_counts_t *log)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I,"
                     " s:I, s:I, s:I, s:I, s:I, s:I}",
                     "read", (json_int_t) log->read,
                     "damaged", (json_int_t) log->damaged,
                     "cached", (json_int_t) log->cached,
                     "without_body", (json_int_t) log->unread,
                     "other_hosts", (json_int_t) counts->foreign,
                     "not_observed", (json_int_t) counts->unobserved,
                     "exchanges", (json_int_t) counts->exchanges,
                     "matched", (json_int_t) counts->matched,
                     "events", (json_int_t) counts->events,
                     "moved", (json_int_t) counts->moved,
                     "no_visitor", (json_int_t) counts->no_visitor,
                     "no_session", (json_int_t) counts->no_session,
                     "refused", (json_int_t) counts->refused,
                     "cut", (json_int_t) counts->cut,
                     "unreadable", (json_int_t) counts->bad,
                     "read_bytes", (json_int_t) counts->read,
                     "answer_bytes", (json_int_t) counts->answers);
}
