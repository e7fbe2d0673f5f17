/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_observation.h"
#include "sp_scratch.h"


static sp_observation_t *sp_observe_routed(const sp_rules_t *rules,
    const sp_exchange_t *ex, const sp_pool_t *pool, unsigned method,
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
static sp_rc_t sp_observe_prune(sp_observation_t *ob, int answered);
static void sp_observe_needs(sp_observation_t *ob);
static int sp_observe_moved(const sp_outcome_t *outcome);


/* Most requests end here, so it does nothing that only others need. */

sp_observation_t *
sp_observe(const sp_rules_t *rules, const sp_exchange_t *ex,
    const sp_pool_t *pool, unsigned *wants)
{
    unsigned  method;
    uint64_t  met[SP_RULES_WORDS];

    *wants = 0;

    if (rules->n == 0) {
        return NULL;
    }

    method = sp_method(&ex->method);

    if (rules->route.n != 0) {
        return sp_observe_routed(rules, ex, pool, method, wants);
    }

    if (!sp_matcher_find(rules->matcher, method, &ex->uri, &ex->args, met)) {
        return NULL;
    }

    return sp_observe_met(rules, ex, &ex->uri, pool, met, method, wants);
}


/* Something else than the URI tells what is asked for, if it is there. */

static sp_observation_t *
sp_observe_routed(const sp_rules_t *rules, const sp_exchange_t *ex,
    const sp_pool_t *pool, unsigned method, unsigned *wants)
{
    uint64_t          met[SP_RULES_WORDS];
    sp_scratch_t      scratch;
    sp_observation_t  ob;

    sp_observe_begin(&ob, rules, ex, sp_scratch_pool(&scratch, pool));

    if (sp_observe_route(&ob) != SP_OK) {
        *wants = SP_WANT_REQUEST_BODY;
        return NULL;
    }

    if (!sp_matcher_find(rules->matcher, method, &ob.uri, &ex->args, met)) {
        return NULL;
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
        *wants = SP_WANT_REQUEST_BODY;
        return NULL;
    }

    sp_observe_needs(&early);

    if (early.needs == 0) {
        return NULL;
    }

    ob = sp_alloc(pool, sizeof(sp_observation_t));
    if (ob == NULL) {
        *wants = SP_WANT_REQUEST_BODY;
        return NULL;
    }

    sp_observe_begin(ob, rules, ex, pool);

    if (uri != &ex->uri && sp_str_copy(pool, uri, &ob->uri) != SP_OK) {
        *wants = SP_WANT_REQUEST_BODY;
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
    memset(ob, 0, sizeof(sp_observation_t));

    ob->rules = rules;
    ob->ex = ex;
    ob->uri = ex->uri;
    ob->pool = pool;
    ob->words = (rules->n + 63) / 64;
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
            return rc;
        }
    }

    return SP_OK;
}


/* What is ruled out wants no bodies, but is asked again at the end. */

static sp_rc_t
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
sp_observation_room(sp_observation_t *ob)
{
    size_t             size;
    char              *p;
    const sp_rules_t  *rules;

    if (ob->collected != NULL) {
        return SP_OK;
    }

    rules = ob->rules;

    size = (rules->ncollections + 1) * sizeof(sp_collected_t *);

    p = sp_calloc(ob->pool, size + rules->nvalues * sizeof(sp_scanned_t));
    if (p == NULL) {
        return SP_NOMEM;
    }

    ob->collected = (sp_collected_t **) (void *) p;
    ob->values = (sp_scanned_t *) (void *) (p + size);

    return SP_OK;
}


sp_rc_t
sp_observe_request_body(sp_observation_t *ob, const char *data, size_t len,
    int last)
{
    sp_rc_t  rc;

    if (ob->nomem) {
        return SP_NOMEM;
    }

    if (ob->request_done || !ob->wants_body) {
        return SP_DONE;
    }

    rc = sp_request_body(ob, data, len, last);

    if (rc == SP_DONE && sp_observe_prune(ob, 0) != SP_OK) {
        rc = SP_NOMEM;
    }

    if (rc == SP_NOMEM) {
        ob->nomem = 1;
    }

    return rc;
}


unsigned
sp_observe_answer(sp_observation_t *ob, unsigned status)
{
    if (ob->nomem || ob->answered) {
        return 0;
    }

    ob->answered = 1;
    ob->status = status;
    ob->have |= SP_NEEDS_ANSWER;

    if (!ob->request_done) {

        /* answered before the whole request was there */

        if (ob->request_len != 0) {
            ob->request_cut = 1;
        }

        if (sp_request_finish(ob) != SP_OK) {
            ob->nomem = 1;
            return 0;
        }
    }

    if (sp_observe_prune(ob, 1) != SP_OK) {
        ob->nomem = 1;
        return 0;
    }

    return sp_response_begin(ob);
}


sp_rc_t
sp_observe_response_body(sp_observation_t *ob, const char *data, size_t len,
    int last)
{
    sp_rc_t  rc;

    if (ob->nomem) {
        return SP_NOMEM;
    }

    if (!ob->answered) {
        return SP_DONE;
    }

    rc = sp_response_body(ob, data, len, last);

    if (rc == SP_NOMEM) {
        ob->nomem = 1;
    }

    return rc;
}


sp_rc_t
sp_observe_end(sp_observation_t *ob, unsigned status, sp_outcome_t **out)
{
    sp_rc_t        rc;
    sp_outcome_t  *outcome;

    if (ob->nomem) {
        return SP_NOMEM;
    }

    if (!ob->request_done) {

        if (ob->request_len != 0) {
            ob->request_cut = 1;
        }

        if (sp_request_finish(ob) != SP_OK) {
            return SP_NOMEM;
        }
    }

    sp_response_finish(ob);

    ob->status = status;
    ob->have |= SP_NEEDS_ANSWER | SP_NEEDS_RESPONSE_BODY;

    outcome = sp_calloc(ob->pool, sizeof(sp_outcome_t));
    if (outcome == NULL) {
        return SP_NOMEM;
    }

    outcome->total = SP_NO_AMOUNT;
    outcome->success = status >= 100 && status != 499 && status < 500;

    rc = sp_visit_apply(ob, outcome);

    if (rc == SP_OK) {
        rc = sp_outcome_apply(ob, outcome);
    }

    if (rc != SP_OK) {
        return SP_NOMEM;
    }

    outcome->request_cut = ob->request_cut;
    outcome->request_bad = ob->request_bad;
    outcome->response_cut = ob->response_cut;
    outcome->response_bad = ob->response_bad;

    *out = outcome;

    return outcome->kinds != 0 || sp_observe_moved(outcome) ? SP_OK : SP_DONE;
}


/* Did the answer say who it is, or that it is nobody any more? */

static int
sp_observe_moved(const sp_outcome_t *outcome)
{
    unsigned  i;

    if (outcome->next_visitor.len != 0 || outcome->visitor_deleted) {
        return 1;
    }

    for (i = 0; i < outcome->naliases; i++) {
        if (outcome->aliases[i].from_shop || outcome->aliases[i].deleted) {
            return 1;
        }
    }

    return 0;
}


uint64_t
sp_observe_watches(const sp_rules_t *rules)
{
    return rules->watches;
}


int
sp_observe_lined(const sp_rules_t *rules)
{
    return rules->lined;
}


sp_rc_t
sp_observe_unmatched(const sp_rules_t *rules, const sp_exchange_t *ex,
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

    if (!sp_observe_moved(outcome)) {
        return SP_DONE;
    }

    *out = outcome;

    return SP_OK;
}


sp_rc_t
sp_observe_visitor(const sp_rules_t *rules, const sp_exchange_t *ex,
    const sp_pool_t *pool, sp_str_t *visitor)
{
    sp_rc_t            rc;
    sp_value_t         value;
    sp_observation_t   ob;

    sp_observe_begin(&ob, rules, ex, pool);

    if (sp_observe_route(&ob) != SP_OK) {
        return SP_NOMEM;
    }

    rc = sp_visit_request(&ob, &value);

    if (rc == SP_OK) {
        *visitor = value.text;
    }

    return rc;
}
