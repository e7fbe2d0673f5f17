/*
 * Copyright (C) SitePreserver developers
 *
 * From rules as they are written to a set that can be matched.
 */

#include "sp_compile_int.h"


/* How many there are in all rules: room for the lists. */

typedef struct {
    unsigned  sources;
    unsigned  collections;
} sp_compile_size_t;


/* For what a source is read: a value, or (items) a collection. */

typedef struct {
    sp_rules_t        *rules;
    sp_rule_t         *rule;
    const sp_items_t  *items;
    int                inside;      /* is there something in a container? */
    int                empty;       /* it tells that the cart is empty */
    sp_error_t        *err;
} sp_compile_lay_t;


static sp_rc_t sp_compile_rule(sp_rules_t *rules, sp_rule_t *rule,
    sp_error_t *err);
static sp_rc_t sp_compile_conditions(sp_compile_lay_t *lay,
    sp_condition_t *condition);
static sp_rc_t sp_compile_sources(const sp_compile_lay_t *lay,
    sp_sources_t *sources);
static sp_rc_t sp_compile_items(const sp_compile_lay_t *lay);
static sp_rc_t sp_compile_source(const sp_compile_lay_t *lay,
    sp_source_t *source);
static sp_rc_t sp_compile_page(const sp_compile_lay_t *lay,
    sp_source_t *source, sp_pages_t *pages);
static sp_rc_t sp_compile_graphql(const sp_compile_lay_t *lay,
    sp_source_t *source);
static sp_rc_t sp_compile_lay(const sp_compile_lay_t *lay,
    sp_source_t *source, sp_taps_t *taps, sp_taps_mask_t *mask);
static sp_rc_t sp_compile_arguments(sp_rules_t *rules, const sp_str_t *field,
    sp_taps_t **taps);
static sp_rc_t sp_compile_meeting(sp_rules_t *rules, sp_rule_t *rule,
    sp_meeting_t *meeting);
static void sp_compile_watch(sp_rules_t *rules, const sp_sources_t *sources);
static sp_rc_t sp_compile_route(sp_rules_t *rules);
static void sp_compile_measure(const sp_rules_t *rules,
    sp_compile_size_t *size);


static const sp_str_t  sp_compile_any = sp_string("*");


sp_rc_t
sp_rules_compile(sp_rules_t *rules, sp_error_t *err)
{
    sp_rc_t             rc;
    unsigned            i, alias;
    sp_rule_t          *rule;
    sp_learn_t         *learn;
    sp_meeting_t       *meetings;
    sp_compile_size_t   size;

    sp_compile_measure(rules, &size);

    rules->list = sp_calloc(&rules->pool, (rules->n + 1)
                                          * sizeof(sp_rule_t *));
    rules->roots = sp_calloc(&rules->pool, (size.sources + 1)
                                           * sizeof(sp_roots_t *));
    rules->items = sp_calloc(&rules->pool, (size.collections + 1)
                                           * sizeof(sp_items_t *));
    rules->collections = sp_calloc(&rules->pool, (size.collections + 1)
                                                 * sizeof(sp_source_t *));
    rules->owners = sp_calloc(&rules->pool, (size.collections + 1)
                                            * sizeof(sp_rule_t *));
    rules->learn_list = sp_calloc(&rules->pool, (rules->nlearn + 1)
                                                * sizeof(sp_learn_t *));
    meetings = sp_calloc(&rules->pool, (rules->n + rules->nlearn + 1)
                                       * sizeof(sp_meeting_t));

    if (rules->list == NULL || rules->roots == NULL || rules->items == NULL
        || rules->collections == NULL || rules->owners == NULL
        || rules->learn_list == NULL || meetings == NULL)
    {
        return SP_NOMEM;
    }

    rules->plain = rules->n + rules->nlearn != 0 && rules->route.n == 0;
    rules->plain_bare = rules->n + rules->nlearn != 0;

    for (i = 0; i < rules->route.n; i++) {
        rules->plain_bare &= rules->route.list[i].kind == SP_SOURCE_ARG;
    }

    if (rules->plain_bare && sp_compile_route(rules) != SP_OK) {
        return SP_NOMEM;
    }

    rules->nroots = 1;              /* 0: any */
    i = 0;

    for (rule = rules->first; rule != NULL; rule = rule->next) {

        rule->index = i;
        rules->list[i] = rule;

        rc = sp_compile_rule(rules, rule, err);

        if (rc == SP_OK) {
            rc = sp_compile_meeting(rules, rule, &meetings[i]);
        }

        if (rc != SP_OK) {
            return rc == SP_LIMIT ? SP_INVALID : rc;
        }

        i++;
    }

    sp_compile_watch(rules, &rules->visitor);

    rc = sp_compile_viewers(rules);
    if (rc != SP_OK) {
        return rc;
    }

    for (alias = 0; alias < rules->naliases; alias++) {
        sp_compile_watch(rules, &rules->aliases[alias]);
    }

    /* pages of products are found in the same pass, behind the rules */

    for (learn = rules->learn; learn != NULL; learn = learn->next) {
        rules->learn_list[i - rules->n] = learn;
        meetings[i++] = learn->meeting;
    }

    rc = sp_matcher_create(&rules->matcher, &rules->pool, rules->regexes,
                           meetings, i);

    if (rc == SP_LIMIT) {
        return sp_words_error(err, "too many events", NULL);
    }

    return rc;
}


/* A route of arguments: by their names it is seen which have none of them. */

static sp_rc_t
sp_compile_route(sp_rules_t *rules)
{
    unsigned  i;

    if (rules->route.n == 0) {
        return SP_OK;
    }

    rules->route_args = sp_argnames_create(&rules->pool);
    if (rules->route_args == NULL) {
        return SP_NOMEM;
    }

    for (i = 0; i < rules->route.n; i++) {
        if (sp_argnames_add(rules->route_args, &rules->route.list[i].name)
            != SP_OK)
        {
            return SP_NOMEM;
        }
    }

    return sp_argnames_build(rules->route_args);
}


static void
sp_compile_measure(const sp_rules_t *rules, sp_compile_size_t *size)
{
    unsigned               i;
    const sp_rule_t       *rule;
    const sp_condition_t  *condition;

    memset(size, 0, sizeof(sp_compile_size_t));

    for (rule = rules->first; rule != NULL; rule = rule->next) {

        for (condition = rule->conditions; condition != NULL;
             condition = condition->next)
        {
            size->sources += condition->sources.n;
        }

        for (condition = rule->empties; condition != NULL;
             condition = condition->next)
        {
            size->sources += condition->sources.n;
        }

        for (i = 0; i < SP_FIELDS; i++) {
            size->sources += rule->fields[i].n;
        }

        if (rule->items != NULL) {
            size->collections += rule->items->collections.n;
            size->sources += rule->items->collections.n;
        }
    }
}


static sp_rc_t
sp_compile_rule(sp_rules_t *rules, sp_rule_t *rule, sp_error_t *err)
{
    sp_rc_t           rc;
    unsigned          i;
    sp_compile_lay_t  lay;

    memset(&lay, 0, sizeof(sp_compile_lay_t));
    lay.rules = rules;
    lay.rule = rule;
    lay.err = err;

    rc = sp_compile_conditions(&lay, rule->conditions);

    if (rc == SP_OK) {
        lay.empty = 1;
        rc = sp_compile_conditions(&lay, rule->empties);
        lay.empty = 0;
    }

    lay.inside = 0;

    for (i = 0; i < SP_FIELDS && rc == SP_OK; i++) {
        rc = sp_compile_sources(&lay, &rule->fields[i]);
    }

    if (rule->items != NULL && rc == SP_OK) {
        lay.items = rule->items;
        rc = sp_compile_items(&lay);
    }

    if (rule->each != NULL) {
        rule->needs |= SP_NEEDS_REQUEST_BODY | SP_NEEDS_RESPONSE_BODY;
        rule->reads |= SP_READS_PARTS;
        rules->eaches[rule->index / 64] |= (uint64_t) 1 << (rule->index % 64);
        rules->neaches++;
    }

    return rc == SP_OK ? sp_compile_asks(rules, rule) : rc;
}


static sp_rc_t
sp_compile_conditions(sp_compile_lay_t *lay, sp_condition_t *condition)
{
    sp_rc_t  rc;

    for ( /* void */ ; condition != NULL; condition = condition->next) {

        lay->inside = condition->op == SP_IS_PRESENT
                      || condition->op == SP_IS_ABSENT;

        rc = sp_compile_sources(lay, &condition->sources);
        if (rc != SP_OK) {
            return rc;
        }

        lay->rule->needs |= condition->needs;
    }

    return SP_OK;
}


static sp_rc_t
sp_compile_sources(const sp_compile_lay_t *lay, sp_sources_t *sources)
{
    sp_rc_t   rc;
    unsigned  i;

    lay->rule->needs |= sources->needs;

    for (i = 0; i < sources->n; i++) {
        rc = sp_compile_source(lay, &sources->list[i]);
        if (rc != SP_OK) {
            return rc;
        }
    }

    return SP_OK;
}


static sp_rc_t
sp_compile_items(const sp_compile_lay_t *lay)
{
    sp_rc_t       rc;
    unsigned      i;
    sp_items_t   *items;
    sp_rules_t   *rules;
    sp_source_t  *source;

    rules = lay->rules;
    items = lay->rule->items;

    lay->rule->needs |= items->collections.needs;

    for (i = 0; i < items->collections.n; i++) {
        source = &items->collections.list[i];

        source->value = rules->ncollections;
        rules->items[source->value] = items;
        rules->collections[source->value] = source;
        rules->owners[source->value] = lay->rule;
        rules->ncollections++;

        rc = sp_compile_source(lay, source);
        if (rc != SP_OK) {
            return rc;
        }
    }

    return SP_OK;
}


/* Where a source is read: those of a document have taps in it. */

static sp_rc_t
sp_compile_source(const sp_compile_lay_t *lay, sp_source_t *source)
{
    sp_rc_t      rc;
    sp_rules_t  *rules;

    rules = lay->rules;
    lay->rule->reads |= 1u << source->kind;

    rc = sp_compile_roots(rules, source);
    if (rc != SP_OK) {
        return rc;
    }

    switch (source->kind) {

    case SP_SOURCE_JSON:
        return sp_compile_lay(lay, source, &rules->request,
                              &lay->rule->request);

    case SP_SOURCE_RESPONSE_GRAPHQL:

        if (rules->root_slot == SP_NO_SLOT) {
            rc = sp_taps_roots(&rules->response, rules, &rules->root_slot,
                               lay->err);
            if (rc != SP_OK) {
                return rc;
            }
        }

        /* fall through */

    case SP_SOURCE_RESPONSE_JSON:
        return sp_compile_lay(lay, source, &rules->response,
                              &lay->rule->response);

    case SP_SOURCE_RESPONSE_HTML:
        return sp_compile_page(lay, source, &rules->pages);

    case SP_SOURCE_GRAPHQL:
        return sp_compile_graphql(lay, source);

    default:
        return SP_OK;
    }
}


static sp_rc_t
sp_compile_page(const sp_compile_lay_t *lay, sp_source_t *source,
    sp_pages_t *pages)
{
    sp_page_want_t  want;

    if (lay->items != NULL) {
        return sp_pages_items(pages, lay->rules, lay->rule, lay->items,
                              source, lay->err);
    }

    want.present = lay->inside != 0;
    want.empty = lay->empty != 0;

    return sp_pages_value(pages, lay->rules, lay->rule, source, want,
                          lay->err);
}


/* Each field has arguments of its own, and any of them will do. */

static sp_rc_t
sp_compile_graphql(const sp_compile_lay_t *lay, sp_source_t *source)
{
    sp_rc_t            rc;
    unsigned           i;
    sp_taps_t         *taps;
    const sp_roots_t  *roots;

    if (lay->items == NULL && source->path.len == 0) {
        return SP_OK;               /* only whether it is asked for */
    }

    roots = &source->roots;

    for (i = 0; i < (roots->n != 0 ? roots->n : 1); i++) {

        rc = sp_compile_arguments(lay->rules,
                                  roots->n != 0 ? &roots->names[i]
                                                : &sp_compile_any, &taps);

        if (rc == SP_OK) {
            rc = sp_compile_lay(lay, source, taps, NULL);
        }

        if (rc != SP_OK) {
            return rc;
        }
    }

    return SP_OK;
}


static sp_rc_t
sp_compile_lay(const sp_compile_lay_t *lay, sp_source_t *source,
    sp_taps_t *taps, sp_taps_mask_t *mask)
{
    sp_rc_t      rc;
    sp_pages_t  *pages;

    if (source->html.len != 0) {
        rc = sp_taps_pages(taps, lay->rules, source, mask, &pages, lay->err);

        return rc == SP_OK ? sp_compile_page(lay, source, pages) : rc;
    }

    if (lay->items != NULL) {
        return sp_taps_items(taps, lay->rules, lay->items, source, mask,
                             lay->err);
    }

    return sp_taps_value(taps, lay->rules, source, lay->inside, mask,
                         lay->err);
}


static sp_rc_t
sp_compile_arguments(sp_rules_t *rules, const sp_str_t *field,
    sp_taps_t **taps)
{
    sp_arguments_t  *arguments, **last;

    for (last = &rules->arguments; *last != NULL; last = &(*last)->next) {
        if (sp_str_eq(&(*last)->field, field)) {
            *taps = &(*last)->taps;
            return SP_OK;
        }
    }

    arguments = sp_calloc(&rules->pool, sizeof(sp_arguments_t));
    if (arguments == NULL) {
        return SP_NOMEM;
    }

    arguments->field = *field;
    *last = arguments;
    *taps = &arguments->taps;

    return SP_OK;
}


/*
 * A rule for any URI that cannot hold without one of some arguments is found
 * by their names.
 */

static sp_rc_t
sp_compile_meeting(sp_rules_t *rules, sp_rule_t *rule, sp_meeting_t *meeting)
{
    unsigned               i;
    sp_str_t              *names;
    const sp_source_t     *source;
    const sp_condition_t  *condition;

    *meeting = rule->meeting;

    if (meeting->op != SP_URI_ANY) {
        return SP_OK;
    }

    for (condition = rule->conditions; condition != NULL;
         condition = condition->next)
    {
        if (condition->op != SP_IS_PRESENT && condition->op != SP_IS_EQUAL
            && condition->op != SP_IS_MATCH)
        {
            continue;
        }

        for (i = 0; i < condition->sources.n; i++) {
            source = &condition->sources.list[i];

            if (source->kind != SP_SOURCE_ARG
                || memchr(source->name.data, '*', source->name.len) != NULL)
            {
                break;
            }
        }

        if (i == condition->sources.n) {
            break;
        }
    }

    if (condition == NULL) {
        return SP_OK;
    }

    names = sp_alloc(&rules->pool, condition->sources.n * sizeof(sp_str_t));
    if (names == NULL) {
        return SP_NOMEM;
    }

    for (i = 0; i < condition->sources.n; i++) {
        names[i] = condition->sources.list[i].name;
    }

    meeting->args = names;
    meeting->nargs = condition->sources.n;

    return SP_OK;
}


static void
sp_compile_watch(sp_rules_t *rules, const sp_sources_t *sources)
{
    unsigned  i;

    for (i = 0; i < sources->n; i++) {

        switch (sources->list[i].kind) {

        case SP_SOURCE_COOKIE:
        case SP_SOURCE_RESPONSE_COOKIE:
            rules->watches |= sp_watch(sizeof("set-cookie") - 1);
            break;

        case SP_SOURCE_RESPONSE_HEADER:
            rules->watches |= sp_watch(sources->list[i].name.len);
            break;

        case SP_SOURCE_ARG:
        case SP_SOURCE_URI:
            rules->lined = 1;
            break;

        default:
            break;
        }
    }
}
