/*
 * Copyright (C) SitePreserver developers
 *
 * Which fields of GraphQL rules are about.
 */

#include "sp_compile_int.h"


static int sp_compile_same(const sp_roots_t *a, const sp_roots_t *b);
static void sp_compile_asks_of(sp_rule_t *rule, const sp_sources_t *sources);


sp_rc_t
sp_compile_roots(sp_rules_t *rules, sp_source_t *source)
{
    unsigned  i;

    if (source->roots.n == 0) {
        source->root = 0;
        return SP_OK;
    }

    for (i = 1; i < rules->nroots; i++) {
        if (sp_compile_same(rules->roots[i], &source->roots)) {
            source->root = i;
            return SP_OK;
        }
    }

    source->root = rules->nroots;
    rules->roots[rules->nroots++] = &source->roots;

    return SP_OK;
}


static int
sp_compile_same(const sp_roots_t *a, const sp_roots_t *b)
{
    unsigned  i;

    if (a->n != b->n) {
        return 0;
    }

    for (i = 0; i < a->n; i++) {
        if (!sp_str_eq(&a->names[i], &b->names[i])) {
            return 0;
        }
    }

    return 1;
}


sp_rc_t
sp_compile_asks(sp_rules_t *rules, sp_rule_t *rule)
{
    unsigned  i;

    if (rule->always_empty || rule->empties != NULL) {
        return SP_OK;
    }

    rule->asks = sp_alloc(&rules->pool, rules->nroots * sizeof(unsigned));
    if (rule->asks == NULL) {
        return SP_NOMEM;
    }

    if (rule->items != NULL) {
        sp_compile_asks_of(rule, &rule->items->collections);
    }

    for (i = 0; i < SP_FIELDS; i++) {

        /* beside the point */

        if (i == SP_FIELD_LOCALE || i == SP_FIELD_TIME_ZONE
            || i == SP_FIELD_CONSENT || i == SP_FIELD_CURRENCY
            || i == SP_FIELD_MINOR_UNITS)
        {
            continue;
        }

        sp_compile_asks_of(rule, &rule->fields[i]);
    }

    if (rule->asks == NULL || rule->nasks == 0) {
        rule->asks = NULL;
        rule->nasks = 0;
    }

    return SP_OK;
}


/* Adds the lists of fields, each once; one that is not GraphQL ends it. */

static void
sp_compile_asks_of(sp_rule_t *rule, const sp_sources_t *sources)
{
    unsigned            i, n;
    const sp_source_t  *source;

    for (i = 0; i < sources->n && rule->asks != NULL; i++) {
        source = &sources->list[i];

        if ((source->kind != SP_SOURCE_GRAPHQL
             && source->kind != SP_SOURCE_RESPONSE_GRAPHQL)
            || source->roots.n == 0)
        {
            rule->asks = NULL;
            return;
        }

        for (n = 0; n < rule->nasks; n++) {
            if (rule->asks[n] == source->root) {
                break;
            }
        }

        if (n == rule->nasks) {
            rule->asks[rule->nasks++] = source->root;
        }
    }
}
