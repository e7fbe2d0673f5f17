/*
 * Copyright (C) SitePreserver developers
 *
 * The root fields of a GraphQL request, under the keys that its answer has
 * for them.
 */

#include "sp_observation.h"


static int sp_roots_name(const sp_roots_t *roots, const sp_str_t *name);
static uint64_t sp_roots_mask(sp_observation_t *ob, unsigned root);
static int sp_roots_has(sp_observation_t *ob, unsigned root);
static unsigned sp_roots_field(const sp_graphql_t *graphql,
    const sp_str_t *key);


static int
sp_roots_name(const sp_roots_t *roots, const sp_str_t *name)
{
    unsigned  i;

    for (i = 0; i < roots->n; i++) {
        if (sp_str_eq(&roots->names[i], name)) {
            return 1;
        }
    }

    return 0;
}


int
sp_roots_selected(sp_observation_t *ob, const sp_source_t *source)
{
    return sp_roots_has(ob, source->root);
}


static int
sp_roots_has(sp_observation_t *ob, unsigned root)
{
    unsigned  i;

    if (ob->graphql == NULL) {
        return 0;
    }

    if (root == 0) {
        return ob->graphql->nfields != 0;
    }

    if (sp_roots_mask(ob, root) != 0) {
        return 1;
    }

    /* a persisted query shows its fields only in the answer */

    for (i = 0; i < ob->nseen; i++) {
        if (sp_roots_name(ob->rules->roots[root], &ob->seen[i])) {
            return 1;
        }
    }

    return 0;
}


int
sp_roots_asked(sp_observation_t *ob, const sp_rule_t *rule)
{
    unsigned  i;

    for (i = 0; i < rule->nasks; i++) {
        if (sp_roots_has(ob, rule->asks[i])) {
            return 1;
        }
    }

    return rule->asks == NULL;
}


/* The fields of the request that are in a list, a bit each. */

static uint64_t
sp_roots_mask(sp_observation_t *ob, unsigned root)
{
    unsigned           i;
    uint64_t           mask;
    const sp_roots_t  *roots;

    if (ob->selected[root] != SP_NOT_SELECTED) {
        return ob->selected[root];
    }

    mask = 0;
    roots = ob->rules->roots[root];

    for (i = 0; i < ob->graphql->nfields; i++) {
        if (sp_roots_name(roots, &ob->graphql->fields[i].name)) {
            mask |= (uint64_t) 1 << i;
        }
    }

    ob->selected[root] = mask;

    return mask;
}


int
sp_roots_accept(sp_observation_t *ob, unsigned root,
    const sp_json_wildcard_t *key)
{
    const sp_graphql_t  *graphql;

    if (root == 0) {
        return 1;
    }

    graphql = ob->graphql;

    if (graphql == NULL || graphql->kind == SP_GRAPHQL_PERSISTED) {
        return sp_roots_name(ob->rules->roots[root], &key->key);
    }

    /* all that is within one key is of one field */

    if (ob->root_at != key->index + 1) {
        ob->root_at = key->index + 1;
        ob->root_field = sp_roots_field(graphql, &key->key);
    }

    return ob->root_field != SP_NO_FIELD
           && (sp_roots_mask(ob, root) >> ob->root_field & 1);
}


static unsigned
sp_roots_field(const sp_graphql_t *graphql, const sp_str_t *key)
{
    unsigned  i;

    for (i = 0; i < graphql->nfields; i++) {
        if (sp_str_eq(&graphql->fields[i].key, key)) {
            return i;
        }
    }

    return SP_NO_FIELD;
}
