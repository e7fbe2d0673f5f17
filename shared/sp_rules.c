/*
 * Copyright (C) SitePreserver developers
 *
 * Rules as they are written: the set and its own directives.
 */

#include "sp_rules_int.h"
#include "sp_learn.h"
#include "sp_money.h"


/* Can these sources be where they are? */

typedef sp_rc_t (*sp_rules_check_pt)(const sp_sources_t *sources,
    sp_error_t *err);


static sp_rc_t sp_rules_sources(sp_rules_t *rules, const char *name,
    const sp_str_t *args, unsigned n, sp_sources_t *sources,
    const sp_str_t **words, sp_rules_check_pt check, sp_error_t *err);
static sp_rc_t sp_rules_visit_check(const sp_sources_t *sources,
    sp_error_t *err);
static sp_rc_t sp_rules_route_check(const sp_sources_t *sources,
    sp_error_t *err);
static sp_rc_t sp_rules_merge_learn(sp_rules_t *rules,
    const sp_rules_t *outer, sp_error_t *err);
static sp_rc_t sp_rules_merge_visit(sp_rules_t *rules,
    const sp_rules_t *outer, sp_error_t *err);
static sp_rc_t sp_rules_replay(sp_rules_t *rules, const sp_rule_t *outer,
    sp_error_t *err);


static const struct {
    const char  *name;
    unsigned     kind;
} sp_kinds[] = {
    { "view_item",         SP_VIEW_ITEM },
    { "add_to_cart",       SP_ADD_TO_CART },
    { "remove_from_cart",  SP_REMOVE_FROM_CART },
    { "view_cart",         SP_VIEW_CART },
    { "begin_checkout",    SP_BEGIN_CHECKOUT },
    { "add_shipping_info", SP_ADD_SHIPPING_INFO },
    { "add_payment_info",  SP_ADD_PAYMENT_INFO },
    { "purchase",          SP_PURCHASE },
    { "login",             SP_LOGIN },
    { "sign_up",           SP_SIGN_UP },
    { "generate_lead",     SP_GENERATE_LEAD },
    { "update_cart",       SP_UPDATE_CART },
    { "set_cart",          SP_SET_CART },
    { "identify",          SP_IDENTIFY },
    { "logout",            SP_LOGOUT },
    { "order_pending",     SP_ORDER_PENDING },
    { "rescue_click",      SP_RESCUE_CLICK },
    { "page_view",         SP_PAGE_VIEW },
    { "checkout_error",    SP_CHECKOUT_ERROR },
    { "batch",             SP_BATCH },
    { NULL,                0 }
};


unsigned
sp_kind(const sp_str_t *name)
{
    unsigned  i;

    for (i = 0; sp_kinds[i].name != NULL; i++) {
        if (sp_word_is(name, sp_kinds[i].name)) {
            break;
        }
    }

    return sp_kinds[i].kind;
}


const char *
sp_kind_name(unsigned kind)
{
    unsigned  i;

    for (i = 0; sp_kinds[i].name != NULL; i++) {
        if (sp_kinds[i].kind == kind) {
            break;
        }
    }

    return sp_kinds[i].name;
}


sp_rules_t *
sp_rules_create(const sp_pool_t *pool)
{
    sp_rules_t  *rules;

    rules = sp_calloc(pool, sizeof(sp_rules_t));
    if (rules == NULL) {
        return NULL;
    }

    rules->pool = *pool;
    rules->last = &rules->first;
    rules->learn_last = &rules->learn;
    rules->root_slot = SP_NO_SLOT;

    rules->regexes = sp_regexes_create(&rules->pool);

    return rules->regexes != NULL ? rules : NULL;
}


void
sp_rules_free(sp_rules_t *rules)
{
    sp_regexes_free(rules->regexes);
}


void
sp_rules_applied(sp_rules_t *rules, sp_applied_pt applied, void *data)
{
    rules->applied = applied;
    rules->applied_data = data;
}


int
sp_rules_empty(const sp_rules_t *rules)
{
    return rules->n == 0;
}


int
sp_rules_visits(const sp_rules_t *rules)
{
    return rules->visitor.n != 0;
}


sp_rc_t
sp_rules_visitor(sp_rules_t *rules, const sp_str_t *args, unsigned n,
    sp_error_t *err)
{
    sp_rc_t  rc;

    static const sp_str_t  name = sp_string("sitepreserver_visitor");

    if (rules->visitor.n != 0) {
        return sp_words_error(err, "\"%W\" is duplicate", &name);
    }

    rc = sp_rules_sources(rules, "visitor", args, n, &rules->visitor,
                          &rules->visitor_words, sp_rules_visit_check, err);

    rules->visitor_n = n;

    return rc;
}


sp_rc_t
sp_rules_alias(sp_rules_t *rules, const sp_str_t *args, unsigned n,
    sp_error_t *err)
{
    sp_rc_t  rc;

    static const sp_str_t  name = sp_string("sitepreserver_alias");

    if (rules->naliases == SP_ALIASES_MAX) {
        return sp_words_error(err, "too many \"%W\"", &name);
    }

    rc = sp_rules_sources(rules, "alias", args, n,
                          &rules->aliases[rules->naliases],
                          &rules->aliases_words[rules->naliases],
                          sp_rules_visit_check, err);

    if (rc == SP_OK) {
        rules->aliases_n[rules->naliases++] = n;
    }

    return rc;
}


static sp_rc_t
sp_rules_sources(sp_rules_t *rules, const char *name, const sp_str_t *args,
    unsigned n, sp_sources_t *sources, const sp_str_t **words,
    sp_rules_check_pt check, sp_error_t *err)
{
    sp_rc_t          rc;
    sp_str_t         what;
    sp_words_t       cursor;
    sp_source_ctx_t  ctx;

    what.data = name;
    what.len = strlen(name);

    if (n == 0) {
        return sp_words_error(err, "\"%W\" needs a source", &what);
    }

    *words = sp_words_copy(&rules->pool, args, n);
    if (*words == NULL) {
        return SP_NOMEM;
    }

    memset(&ctx, 0, sizeof(ctx));
    ctx.pool = &rules->pool;
    ctx.regexes = rules->regexes;
    ctx.tried = &rules->tried;

    cursor.words = *words;
    cursor.n = n;
    cursor.i = 0;

    rc = sp_sources_parse(sources, &cursor, &ctx, err);

    if (rc == SP_OK) {
        rc = sp_sources_end(&cursor, err);
    }

    if (rc == SP_OK) {
        rc = check(sources, err);
    }

    if (rc != SP_OK) {
        sources->n = 0;
    }

    return rc;
}


static sp_rc_t
sp_rules_visit_check(const sp_sources_t *sources, sp_error_t *err)
{
    unsigned            i;
    const sp_source_t  *source;

    for (i = 0; i < sources->n; i++) {
        source = &sources->list[i];

        if (source->needs & (SP_NEEDS_REQUEST_BODY | SP_NEEDS_RESPONSE_BODY)) {
            return sp_words_error(err, "\"%W\" is in a body, which is not "
                                  "read to know who it is; use an event rule",
                                  &source->word);
        }

        if (source->kind == SP_SOURCE_VALUE) {
            return sp_words_error(err, "\"%W\" would make everyone the same",
                                  &source->word);
        }
    }

    return SP_OK;
}


sp_rc_t
sp_rules_route(sp_rules_t *rules, const sp_str_t *args, unsigned n,
    sp_error_t *err)
{
    static const sp_str_t  name = sp_string("sitepreserver_route");

    if (rules->route.n != 0) {
        return sp_words_error(err, "\"%W\" is duplicate", &name);
    }

    rules->route_n = n;

    return sp_rules_sources(rules, "route", args, n, &rules->route,
                            &rules->route_words, sp_rules_route_check, err);
}


static sp_rc_t
sp_rules_route_check(const sp_sources_t *sources, sp_error_t *err)
{
    unsigned            i;
    const sp_source_t  *source;

    for (i = 0; i < sources->n; i++) {
        source = &sources->list[i];

        if (source->kind == SP_SOURCE_VALUE) {
            return sp_words_error(err, "\"%W\" would make all requests the "
                                  "same", &source->word);
        }

        if (source->needs != 0) {
            return sp_words_error(err, "\"%W\" is not in the request's line "
                                  "or headers, which are all that rules are "
                                  "matched with", &source->word);
        }
    }

    return SP_OK;
}


sp_rc_t
sp_rules_currency(sp_rules_t *rules, const sp_str_t *args, unsigned n,
    sp_error_t *err)
{
    char      text[4];
    sp_str_t  copy;

    if (rules->currency.len != 0) {
        return sp_words_error(err, "currency \"%W\" is duplicate", args);
    }

    if (sp_money_code(args, text) != SP_OK) {
        return sp_words_error(err, "\"%W\" is not a currency: three letters "
                              "(ISO 4217)", args);
    }

    copy.len = 3;
    copy.data = text;

    return sp_str_copy(&rules->pool, &copy, &rules->currency);
}


void
sp_rules_own(sp_rules_t *rules, const sp_str_t *name)
{
    rules->own = *name;
}


sp_rc_t
sp_rules_merge(sp_rules_t *rules, const sp_rules_t *outer, sp_error_t *err)
{
    sp_rc_t      rc;
    unsigned     n;
    sp_rule_t   *inner, **last;
    const sp_rule_t  *rule;

    inner = rules->first;
    last = rules->last;
    n = rules->n;

    if (n + outer->n > SP_RULES_MAX) {
        return sp_words_error(err, "too many events", NULL);
    }

    rules->first = NULL;
    rules->last = &rules->first;
    rules->n = 0;

    rc = SP_OK;

    for (rule = outer->first; rule != NULL && rc == SP_OK; rule = rule->next) {
        rc = sp_rules_replay(rules, rule, err);
    }

    if (inner != NULL) {
        *rules->last = inner;
        rules->last = last;
        rules->n += n;
    }

    if (rc == SP_OK) {
        rc = sp_rules_merge_learn(rules, outer, err);
    }

    return rc == SP_OK ? sp_rules_merge_visit(rules, outer, err) : rc;
}


static sp_rc_t
sp_rules_merge_learn(sp_rules_t *rules, const sp_rules_t *outer,
    sp_error_t *err)
{
    sp_rc_t            rc;
    const sp_learn_t  *learn;

    rc = SP_OK;

    for (learn = outer->learn; learn != NULL && rc == SP_OK;
         learn = learn->next)
    {
        rc = sp_rules_learn(rules, learn->words, learn->nwords, err);
    }

    return rc;
}


static sp_rc_t
sp_rules_merge_visit(sp_rules_t *rules, const sp_rules_t *outer,
    sp_error_t *err)
{
    sp_rc_t   rc;
    unsigned  i;

    rc = SP_OK;

    if (rules->visitor.n == 0 && outer->visitor.n != 0) {
        rc = sp_rules_visitor(rules, outer->visitor_words, outer->visitor_n,
                              err);
    }

    if (rules->naliases == 0) {
        for (i = 0; i < outer->naliases && rc == SP_OK; i++) {
            rc = sp_rules_alias(rules, outer->aliases_words[i],
                                outer->aliases_n[i], err);
        }
    }

    if (rules->route.n == 0 && outer->route.n != 0 && rc == SP_OK) {
        rc = sp_rules_route(rules, outer->route_words, outer->route_n, err);
    }

    if (rules->currency.len == 0 && outer->currency.len != 0 && rc == SP_OK) {
        rc = sp_str_copy(&rules->pool, &outer->currency, &rules->currency);
    }

    return rc;
}


/* Makes a rule again: what is compiled belongs to one set. */

static sp_rc_t
sp_rules_replay(sp_rules_t *rules, const sp_rule_t *outer, sp_error_t *err)
{
    sp_rc_t                 rc;
    sp_rule_t              *rule;
    const sp_call_saved_t  *saved;

    rule = sp_rules_event(rules, outer->words, outer->nwords, err);
    if (rule == NULL) {
        return SP_NOMEM;
    }

    rc = SP_OK;

    for (saved = outer->saved; saved != NULL && rc == SP_OK;
         saved = saved->next)
    {
        switch (saved->what) {

        case SP_SAVED_DIRECTIVE:
            rc = sp_rule_directive(rule, saved->words, saved->n, err);
            break;

        case SP_SAVED_ITEMS:
            rc = sp_rule_items_begin(rule, saved->words, saved->n, err);
            break;

        case SP_SAVED_EACH:
            rc = sp_rule_each_begin(rule, saved->words, saved->n, err);
            break;

        case SP_SAVED_EACH_FIELD:
            rc = sp_rule_each_field(rule, saved->words, saved->n, err);
            break;

        default:
            rc = sp_rule_items_field(rule, saved->words, saved->n, err);
            break;
        }
    }

    return rc == SP_OK ? sp_rule_end(rule, err) : rc;
}
