/*
 * Copyright (C) SitePreserver developers
 *
 * One exchange after the other, as nginx would see them.
 */

#include <stdlib.h>

#include "replay_int.h"
#include "sp_html_type.h"


#define REPLAY_EPOCH  INT64_C(1577836800000)    /* of logs without times */
#define REPLAY_STEP   5             /* ms: what comes next is later */
#define REPLAY_GAP    1000          /* ... where no time is known */


static void replay_clock(replay_t *replay, const har_exchange_t *x);
static void replay_show(replay_t *replay, const har_exchange_t *x);
static int replay_request_header(void *data, const sp_str_t *name,
    unsigned i, sp_str_t *value);
static int replay_response_header(void *data, const sp_str_t *name,
    unsigned i, sp_str_t *value);
static void replay_applied(void *data, unsigned n);
static sp_rc_t replay_observe(replay_t *replay, sp_observation_t *ob,
    unsigned wants, sp_outcome_t **outcome);
static sp_rc_t replay_answer(replay_t *replay, sp_observation_t *ob);
static sp_rc_t replay_lacking(replay_t *replay, sp_observation_t *ob);
static sp_rc_t replay_outcomes(replay_t *replay, const sp_outcome_t *outcome);
static sp_rc_t replay_unmatched(replay_t *replay);
static sp_rc_t replay_page(replay_t *replay);


replay_t *
replay_create(const nginxconf_t *conf, nginxconf_server_t *only,
    const char *hosts, const replay_hooks_t *hooks, sp_error_t *err)
{
    char       text[512];
    sp_str_t   keys;
    replay_t  *replay;

    strcpy(err->text, "out of memory");

    replay = calloc(1, sizeof(replay_t));
    if (replay == NULL) {
        return NULL;
    }

    replay->conf = conf;
    replay->only = only;
    replay->hosts = hosts;
    replay->arena = sp_arena_create(0);

    if (hooks != NULL) {
        replay->hooks = *hooks;
    }

    /* nothing of it leaves this process: any keys will do */

    if (sp_secret_generate(text, sizeof(text)) == SP_OK) {
        keys = sp_str(text);
        replay->secret = sp_secret_parse(&keys, err);
    }

    if (replay->arena == NULL || replay->secret == NULL) {
        replay_free(replay);
        return NULL;
    }

    replay->pool = sp_arena_pool(replay->arena);

    return replay;
}


void
replay_free(replay_t *replay)
{
    unsigned  i;

    if (replay == NULL) {
        return;
    }

    for (i = 0; i < replay->nowns; i++) {
        free((char *) replay->owns[i].data);
    }

    for (i = 0; i < replay->shoppers.table.n; i++) {
        free(replay->shoppers.list[i].address);
    }

    free(replay->owns);
    free(replay->visits.list);
    free(replay->shoppers.list);
    replay_table_free(&replay->visits.table);
    replay_table_free(&replay->shoppers.table);
    replay_table_free(&replay->shops);
    replay_table_free(&replay->browsers);
    sp_secret_free(replay->secret);
    replay_state_free(replay->state);
    sp_arena_destroy(replay->arena);
    free(replay);
}


const replay_counts_t *
replay_counts(const replay_t *replay)
{
    return &replay->counts;
}


int
replay_nameless(const replay_t *replay)
{
    return replay->counts.no_session != 0
           && replay->counts.no_session == replay->counts.sought;
}


const char *
replay_refusal(const replay_t *replay)
{
    return replay->refusal.text;
}


sp_rc_t
replay_exchange(replay_t *replay, const har_exchange_t *x)
{
    sp_rc_t            rc;
    unsigned           wants;
    sp_outcome_t      *outcome;
    sp_observation_t  *ob;

    replay_clock(replay, x);

    replay->server = replay_server(replay, x);

    if (replay->server == NULL) {
        return SP_OK;
    }

    sp_arena_reset(replay->arena);
    replay->counts.exchanges++;
    replay->counts.answers += x->answer.len + x->lacks;
    replay->nrules = 0;
    replay_show(replay, x);
    sp_rules_applied(replay->server->rules, replay_applied, replay);

    ob = sp_observe(replay->server->rules, &replay->exchange, replay->pool,
                    &wants);

    if (ob == NULL) {
        return wants & SP_WANT_MEMORY ? SP_NOMEM : replay_unmatched(replay);
    }

    replay->counts.matched++;
    rc = replay_observe(replay, ob, wants, &outcome);

    if (rc == SP_NOMEM) {
        return rc;
    }

    if (outcome != NULL) {
        replay->counts.read += outcome->read;
        replay->counts.cut += outcome->request_cut + outcome->response_cut;
        replay->counts.bad += outcome->request_bad + outcome->response_bad;
    }

    if (rc != SP_OK) {
        if (replay->hooks.rejected != NULL) {
            replay->hooks.rejected(replay->hooks.data, x, replay->server);
        }

        /* a page at which a rule has looked for nothing is still one */

        return replay_page(replay);
    }

    rc = replay_own(replay, 1);

    return rc == SP_OK ? replay_outcomes(replay, outcome) : rc;
}


/* Time goes on only: exchanges that overlap end one after the other. */

static void
replay_clock(replay_t *replay, const har_exchange_t *x)
{
    int64_t  at;

    at = x->at;

    if (at == 0) {
        at = replay->now != 0 ? replay->now + REPLAY_GAP : REPLAY_EPOCH;
    }

    replay->now = at > replay->now + REPLAY_STEP ? at
                                                 : replay->now + REPLAY_STEP;

    if (replay->state != NULL) {
        replay_state_now(replay->state, replay->now);
    }
}


static void
replay_show(replay_t *replay, const har_exchange_t *x)
{
    sp_exchange_t  *ex;

    replay->x = x;
    ex = &replay->exchange;
    memset(ex, 0, sizeof(sp_exchange_t));

    ex->method = x->method;
    ex->uri = x->uri;
    ex->args = x->args;
    ex->request_header = replay_request_header;
    ex->response_header = replay_response_header;
    ex->data = replay;
    ex->body_limit = replay->server->body_limit;
    ex->response_limit = replay->server->response_limit;
    ex->now = replay->now / 1000;
}


static int
replay_request_header(void *data, const sp_str_t *name, unsigned i,
    sp_str_t *value)
{
    replay_t *replay = data;

    return har_header(&replay->x->request, name, i, value);
}


static int
replay_response_header(void *data, const sp_str_t *name, unsigned i,
    sp_str_t *value)
{
    replay_t *replay = data;

    return har_header(&replay->x->response, name, i, value);
}


static void
replay_applied(void *data, unsigned n)
{
    replay_t *replay = data;

    if (replay->nrules < REPLAY_RULES_MAX) {
        replay->rules[replay->nrules++] = n;
    }
}


static sp_rc_t
replay_observe(replay_t *replay, sp_observation_t *ob, unsigned wants,
    sp_outcome_t **outcome)
{
    sp_rc_t                rc;
    const har_exchange_t  *x;

    x = replay->x;
    *outcome = NULL;

    if ((wants & SP_WANT_REQUEST_BODY) && x->body.len != 0) {
        rc = sp_observe_request_body(ob, x->body.data, x->body.len, 1);

        if (rc == SP_NOMEM) {
            return rc;
        }
    }

    /* of 499 there was no answer */

    if (x->status != 499) {
        rc = replay_answer(replay, ob);

        if (rc != SP_OK) {
            return rc;
        }
    }

    return sp_observe_end(ob, x->status, outcome);
}


static sp_rc_t
replay_answer(replay_t *replay, sp_observation_t *ob)
{
    sp_rc_t                rc;
    unsigned               wants;
    const har_exchange_t  *x;

    static const sp_str_t  head = sp_string("HEAD");

    x = replay->x;
    wants = sp_observe_answer(ob, x->status);

    if (!(wants & SP_WANT_RESPONSE_BODY) || x->unread
        || sp_str_eq(&x->method, &head))
    {
        return SP_OK;
    }

    rc = replay_lacking(replay, ob);

    if (rc == SP_AGAIN) {
        rc = sp_observe_response_body(ob, x->answer.data, x->answer.len, 1);
    }

    return rc == SP_NOMEM ? rc : SP_OK;
}


/* As many bytes as a page had before the parts of it that were recorded. */

static sp_rc_t
replay_lacking(replay_t *replay, sp_observation_t *ob)
{
    char     spaces[4096];
    size_t   n, left;
    sp_rc_t  rc;

    left = replay->x->lacks;

    if (left < 7) {
        return SP_AGAIN;
    }

    left -= 7;
    rc = sp_observe_response_body(ob, "<!--", 4, 0);
    memset(spaces, ' ', sizeof(spaces));

    for ( /* void */ ; left != 0 && rc == SP_AGAIN; left -= n) {
        n = left < sizeof(spaces) ? left : sizeof(spaces);
        rc = sp_observe_response_body(ob, spaces, n, 0);
    }

    return rc == SP_AGAIN ? sp_observe_response_body(ob, "-->", 3, 0) : rc;
}


static sp_rc_t
replay_outcomes(replay_t *replay, const sp_outcome_t *outcome)
{
    sp_rc_t  rc;

    rc = SP_OK;

    for ( /* void */ ; outcome != NULL && rc == SP_OK;
         outcome = outcome->next)
    {
        rc = replay_event(replay, outcome, outcome->kinds, 0);
    }

    return rc;
}


/* It may replace the visitor's session, or be a page that is looked at. */

static sp_rc_t
replay_unmatched(replay_t *replay)
{
    sp_rc_t        rc;
    sp_outcome_t  *outcome;

    rc = replay->x->status == 499 ? SP_DONE
         : sp_observe_unmatched(replay->server->rules, &replay->exchange,
                                replay->pool, &outcome);

    if (rc == SP_OK) {
        rc = replay_own(replay, 0);

        if (rc == SP_OK) {
            rc = replay_event(replay, outcome, outcome->kinds,
                              outcome->next_visitor.len == 0);
        }

    } else if (rc == SP_DONE) {
        rc = replay_page(replay);
    }

    if (rc == SP_OK && replay->hooks.unmatched != NULL) {
        replay->hooks.unmatched(replay->hooks.data, replay->x,
                                replay->server);
    }

    return rc;
}


/* A sign of life of whoever is known. */

static sp_rc_t
replay_page(replay_t *replay)
{
    sp_rc_t       rc;
    sp_str_t      type;
    sp_outcome_t  outcome;

    static const sp_str_t  get = sp_string("GET");

    type = har_header_text(&replay->x->response, "content-type");

    if (replay->x->status != 200 || !sp_str_eq(&replay->x->method, &get)
        || !sp_html_type(type.data, type.len)
        || sp_observe_scripted(&replay->exchange))
    {
        return SP_OK;
    }

    memset(&outcome, 0, sizeof(outcome));
    outcome.total = SP_NO_AMOUNT;

    rc = sp_observe_visitor(replay->server->rules, &replay->exchange,
                            replay->pool, &outcome.visitor);

    if (rc == SP_NOMEM || replay_own(replay, 0) != SP_OK) {
        return SP_NOMEM;
    }

    return replay_event(replay, &outcome, SP_PAGE_VIEW, 1);
}
