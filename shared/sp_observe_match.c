/*
 * Copyright (C) SitePreserver developers
 *
 * Which rules does an exchange meet, and which of them may still apply?
 */

#include "sp_observation.h"
#include "sp_learn.h"
#include "sp_scratch.h"


static int sp_observe_learnt(const sp_rules_t *rules, uint64_t *met,
    unsigned *wants);
static sp_observation_t *sp_observe_routed(const sp_rules_t *rules,
    const sp_exchange_t *ex, const sp_pool_t *pool, int part,
    unsigned *wants);
static sp_rc_t sp_observe_route(sp_observation_t *ob);
static sp_observation_t *sp_observe_met(const sp_rules_t *rules,
    const sp_exchange_t *ex, const sp_str_t *uri, const sp_pool_t *pool,
    const uint64_t *met, unsigned method, unsigned *wants);
static void sp_observe_begin(sp_observation_t *ob, const sp_rules_t *rules,
    const sp_exchange_t *ex, const sp_pool_t *pool);
static sp_rc_t sp_observe_early(sp_observation_t *ob);
static sp_rc_t sp_observe_rule(sp_observation_t *ob, const sp_rule_t *rule,
    unsigned needs);
static void sp_observe_needs(sp_observation_t *ob);


/* Most requests end here, so it does nothing that only others need. */

sp_observation_t *
sp_observe(const sp_rules_t *rules, const sp_exchange_t *ex,
    const sp_pool_t *pool, unsigned *wants)
{
    unsigned  method;
    uint64_t  met[SP_RULES_WORDS];

    *wants = 0;

    if (!(ex->args.len != 0 ? rules->plain : rules->plain_bare)
        && (rules->route_args == NULL
            || !sp_argnames_absent(rules->route_args, &ex->args)))
    {
        return sp_observe_routed(rules, ex, pool, 0, wants);
    }

    method = sp_method(&ex->method);

    if (!sp_matcher_find(rules->matcher, method, &ex->uri, &ex->args, met)) {
        *wants = SP_UNMET;
        return NULL;
    }

    if (rules->nlearn != 0 && sp_observe_learnt(rules, met, wants)) {
        return NULL;
    }

    return sp_observe_met(rules, ex, &ex->uri, pool, met, method, wants);
}


/*
 * Takes the pages of products out of what was met, and notes the first of
 * them.  Non-zero: nothing else was met.
 */

static int
sp_observe_learnt(const sp_rules_t *rules, uint64_t *met, unsigned *wants)
{
    unsigned  i, bit;
    uint64_t  left;

    for (i = rules->n; i < rules->n + rules->nlearn; i++) {
        bit = i % 64;

        if (met[i / 64] >> bit & 1) {
            met[i / 64] &= ~((uint64_t) 1 << bit);

            if (*wants < SP_WANT_LEARN) {
                *wants += (i - rules->n + 1) * SP_WANT_LEARN;
            }
        }
    }

    left = 0;

    for (i = 0; i * 64 < rules->n; i++) {
        left |= met[i];
    }

    return left == 0;
}


unsigned
sp_observe_learns(const sp_rules_t *rules, const sp_exchange_t *ex,
    const sp_pool_t *pool)
{
    unsigned          wants;
    uint64_t          met[SP_RULES_WORDS];
    sp_observation_t  ob;

    wants = 0;
    sp_observe_begin(&ob, rules, ex, pool);

    if (sp_observe_route(&ob) == SP_OK
        && sp_matcher_find(rules->matcher, sp_method(&ex->method), &ob.uri,
                           &ex->args, met))
    {
        (void) sp_observe_learnt(rules, met, &wants);
    }

    return wants / SP_WANT_LEARN;
}


sp_observation_t *
sp_observe_part(const sp_rules_t *rules, const sp_exchange_t *ex,
    const sp_pool_t *pool, unsigned *wants)
{
    *wants = 0;

    return sp_observe_routed(rules, ex, pool, 1, wants);
}


/* Something else than the URI may tell what is asked for. */

static sp_observation_t *
sp_observe_routed(const sp_rules_t *rules, const sp_exchange_t *ex,
    const sp_pool_t *pool, int part, unsigned *wants)
{
    unsigned          i, method;
    uint64_t          met[SP_RULES_WORDS];
    sp_scratch_t      scratch;
    sp_observation_t  ob;

    if (rules->n + rules->nlearn == 0) {
        return NULL;
    }

    sp_observe_begin(&ob, rules, ex, sp_scratch_pool(&scratch, pool));

    if (sp_observe_route(&ob) != SP_OK) {
        *wants = SP_WANT_MEMORY;
        return NULL;
    }

    method = sp_method(&ex->method);

    if (!sp_matcher_find(rules->matcher, method, &ob.uri, &ex->args, met)
        || (rules->nlearn != 0 && sp_observe_learnt(rules, met, wants)))
    {
        return NULL;
    }

    for (i = 0; part && i < ob.words; i++) {
        met[i] &= ~rules->eaches[i];
    }

    return sp_observe_met(rules, ex, &ob.uri, pool, met, method, wants);
}


static sp_rc_t
sp_observe_route(sp_observation_t *ob)
{
    sp_rc_t     rc;
    sp_value_t  value;

    if (ob->rules->route.n == 0) {
        return SP_OK;
    }

    rc = sp_value_first(ob, &ob->rules->route, &value);

    if (rc == SP_OK) {
        ob->uri = value.text;
    }

    return rc == SP_NOMEM ? rc : SP_OK;
}


static sp_observation_t *
sp_observe_met(const sp_rules_t *rules, const sp_exchange_t *ex,
    const sp_str_t *uri, const sp_pool_t *pool, const uint64_t *met,
    unsigned method, unsigned *wants)
{
    sp_scratch_t       scratch;
    sp_observation_t   early, *ob;

    /* on the stack, for headers and arguments may rule all of them out */

    sp_observe_begin(&early, rules, ex, sp_scratch_pool(&scratch, pool));
    early.uri = *uri;
    memcpy(early.met, met, early.words * sizeof(uint64_t));

    if (sp_observe_early(&early) != SP_OK) {
        *wants = SP_WANT_MEMORY;
        return NULL;
    }

    sp_observe_needs(&early);

    if (early.needs == 0) {
        if (!early.varies && uri == &ex->uri) {
            *wants |= SP_UNMET;
        }

        return NULL;
    }

    ob = sp_alloc(pool, sizeof(sp_observation_t));
    if (ob == NULL) {
        *wants = SP_WANT_MEMORY;
        return NULL;
    }

    sp_observe_begin(ob, rules, ex, pool);

    if (uri != &ex->uri && sp_str_copy(pool, uri, &ob->uri) != SP_OK) {
        *wants = SP_WANT_MEMORY;
        return NULL;
    }

    memcpy(ob->met, early.met, early.words * sizeof(uint64_t));
    memcpy(ob->alive, early.met, early.words * sizeof(uint64_t));
    sp_observe_needs(ob);

    if ((ob->needs & SP_NEEDS_REQUEST_BODY)
        && !(method & (SP_METHOD_GET | SP_METHOD_HEAD)))
    {
        ob->wants_body = 1;
        *wants |= SP_WANT_REQUEST_BODY;
    }

    if ((ob->needs & SP_NEEDS_RESPONSE_BODY) && !(method & SP_METHOD_HEAD)) {
        *wants |= SP_WANT_RESPONSE_BODY;
    }

    return ob;
}


static void
sp_observe_begin(sp_observation_t *ob, const sp_rules_t *rules,
    const sp_exchange_t *ex, const sp_pool_t *pool)
{
    unsigned  i;

    memset(ob, 0, offsetof(sp_observation_t, met));

    ob->rules = rules;
    ob->ex = ex;
    ob->uri = ex->uri;
    ob->pool = pool;
    ob->words = (rules->n + 63) / 64;

    for (i = 0; i < ob->words; i++) {
        ob->met[i] = 0;
        ob->alive[i] = 0;
    }
}


/* Rules out what the request's line and headers do. */

static sp_rc_t
sp_observe_early(sp_observation_t *ob)
{
    sp_rc_t   rc;
    unsigned  i, bit;
    uint64_t  word;

    for (i = 0; i < ob->words; i++) {

        for (word = ob->met[i]; word != 0; word &= word - 1) {
            bit = (unsigned) __builtin_ctzll(word);

            rc = sp_observe_rule(ob, ob->rules->list[i * 64 + bit], 0);

            if (rc == SP_NOMEM) {
                return rc;
            }

            if (rc == SP_DONE) {
                ob->met[i] &= ~((uint64_t) 1 << bit);
            }
        }

        ob->alive[i] = ob->met[i];
    }

    return SP_OK;
}


/*
 * SP_DONE: one of the conditions that need no more than this is false, or
 * the request tells that one will be.
 */

static sp_rc_t
sp_observe_rule(sp_observation_t *ob, const sp_rule_t *rule, unsigned needs)
{
    int                    listed;
    sp_rc_t                rc;
    unsigned               lacks;
    const sp_condition_t  *condition;

    /* all fields of the request are known; of a persisted query, later */

    listed = (needs & SP_NEEDS_REQUEST_BODY)
             && (ob->graphql == NULL
                 || ob->graphql->kind != SP_GRAPHQL_PERSISTED);

    if (rule->asks != NULL && listed && !sp_roots_asked(ob, rule)) {
        return SP_DONE;
    }

    for (condition = rule->conditions; condition != NULL;
         condition = condition->next)
    {
        lacks = condition->needs & ~(needs | SP_NEEDS_NOTHING);

        if (lacks == 0) {
            rc = sp_condition_holds(ob, condition);

        } else if (condition->selects && listed) {
            rc = sp_condition_requested(ob, condition);

        } else {
            continue;
        }

        if (rc != SP_OK) {
            ob->varies |= !condition->lined;
            return rc;
        }
    }

    return SP_OK;
}


sp_rc_t
sp_observe_prune(sp_observation_t *ob, int answered)
{
    sp_rc_t            rc;
    unsigned           i, bit;
    uint64_t           word;
    const sp_rule_t   *rule;

    for (i = 0; i < ob->words; i++) {

        for (word = ob->alive[i]; word != 0; word &= word - 1) {
            bit = (unsigned) __builtin_ctzll(word);
            rule = ob->rules->list[i * 64 + bit];

            rc = SP_DONE;

            if (!answered || sp_outcome_status(rule, ob->status)) {
                rc = sp_observe_rule(ob, rule, ob->have);
            }

            if (rc == SP_NOMEM) {
                return rc;
            }

            if (rc == SP_DONE) {
                ob->alive[i] &= ~((uint64_t) 1 << bit);
            }
        }
    }

    sp_observe_needs(ob);

    return SP_OK;
}


static void
sp_observe_needs(sp_observation_t *ob)
{
    unsigned          i;
    uint64_t          word;
    const sp_rule_t  *rule;

    ob->needs = 0;
    ob->reads = 0;

    for (i = 0; i < ob->words; i++) {
        for (word = ob->alive[i]; word != 0; word &= word - 1) {
            rule = ob->rules->list[i * 64 + (unsigned) __builtin_ctzll(word)];

            /* a rule that needs nothing is alive, too */

            ob->needs |= rule->needs | SP_NEEDS_NOTHING;
            ob->reads |= rule->reads;
        }
    }
}


sp_rc_t
sp_observe_unmatched(const sp_rules_t *rules, const sp_exchange_t *ex,
    const sp_pool_t *pool, sp_outcome_t **out)
{
    sp_rc_t        rc;
    sp_outcome_t  *outcome;

    rc = sp_observe_who(rules, ex, pool, &outcome);

    if (rc != SP_OK) {
        return rc;
    }

    if (!sp_observe_moved(outcome)) {
        return SP_DONE;
    }

    *out = outcome;

    return SP_OK;
}


sp_rc_t
sp_observe_who(const sp_rules_t *rules, const sp_exchange_t *ex,
    const sp_pool_t *pool, sp_outcome_t **out)
{
    sp_outcome_t      *outcome;
    sp_observation_t   ob;

    sp_observe_begin(&ob, rules, ex, pool);
    ob.answered = 1;

    outcome = sp_calloc(pool, sizeof(sp_outcome_t));

    if (outcome == NULL || sp_observe_route(&ob) != SP_OK) {
        return SP_NOMEM;
    }

    outcome->total = SP_NO_AMOUNT;
    outcome->success = 1;

    if (sp_visit_apply(&ob, outcome) != SP_OK) {
        return SP_NOMEM;
    }

    *out = outcome;

    return SP_OK;
}


sp_rc_t
sp_observe_visitor(const sp_rules_t *rules, const sp_exchange_t *ex,
    const sp_pool_t *pool, sp_str_t *visitor)
{
    return sp_observe_session(rules, ex, 0, pool, visitor);
}


sp_rc_t
sp_observe_session(const sp_rules_t *rules, const sp_exchange_t *ex,
    unsigned absent, const sp_pool_t *pool, sp_str_t *visitor)
{
    sp_rc_t            rc;
    sp_value_t         value;
    sp_observation_t   ob;

    sp_observe_begin(&ob, rules, ex, pool);
    ob.absent = absent;

    /* nothing else than uri: and arg: depends on it */

    if (rules->lined && sp_observe_route(&ob) != SP_OK) {
        return SP_NOMEM;
    }

    rc = sp_visit_request(&ob, &value);

    if (rc == SP_OK) {
        *visitor = value.text;
    }

    return rc;
}


int
sp_observe_aliased(const sp_rules_t *rules, const sp_exchange_t *ex,
    const sp_pool_t *pool)
{
    unsigned          i;
    sp_value_t        value;
    sp_observation_t  ob;

    sp_observe_begin(&ob, rules, ex, pool);

    for (i = 0; i < rules->naliases; i++) {
        if (sp_value_first(&ob, &rules->aliases[i], &value) != SP_DONE) {
            return 1;
        }
    }

    return 0;
}


int
sp_observe_scripted(const sp_exchange_t *ex)
{
    sp_str_t  value;

    static const sp_str_t  with = sp_string("x-requested-with");
    static const sp_str_t  xhr = sp_string("XMLHttpRequest");
    static const sp_str_t  dest = sp_string("sec-fetch-dest");
    static const sp_str_t  accept = sp_string("accept");
    static const sp_str_t  document = sp_string("document");

    /* of an app's window it is the app's name */

    if (ex->request_header(ex->data, &with, 0, &value)
        && sp_str_eq(&value, &xhr))
    {
        return 1;
    }

    if (!ex->request_header(ex->data, &dest, 0, &value)
        || sp_str_eq(&value, &document))
    {
        return 0;
    }

    return !ex->request_header(ex->data, &accept, 0, &value)
           || value.len < 9 || memcmp(value.data, "text/html", 9) != 0;
}
