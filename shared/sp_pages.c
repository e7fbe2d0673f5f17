/*
 * Copyright (C) SitePreserver developers
 *
 * What is looked for in HTML, made of rules.
 */

#include "sp_pages_int.h"
#include "sp_taps.h"


static sp_page_find_t *pages_find(sp_pages_t *pages, sp_rules_t *rules,
    const sp_rule_t *rule, unsigned collection);
static sp_rc_t pages_add(sp_rules_t *rules, sp_page_find_t *find,
    sp_html_kind_t kind, const sp_str_t *selector,
    const sp_decoders_t *decoders, unsigned *query, sp_error_t *err);


sp_rc_t
sp_pages_value(sp_pages_t *pages, sp_rules_t *rules, const sp_rule_t *rule,
    sp_source_t *source, sp_page_want_t want, sp_error_t *err)
{
    int              present;
    sp_rc_t          rc;
    unsigned         query;
    sp_page_find_t  *find;

    find = pages_find(pages, rules, rule, SP_NO_VALUE);
    if (find == NULL) {
        return SP_NOMEM;
    }

    /* an empty attribute is absent */

    present = want.present && source->decoders.n == 0
              && memchr(source->html.data, '@', source->html.len) == NULL;

    rc = pages_add(rules, find, present ? SP_HTML_PRESENT : SP_HTML_ANY,
                   &source->html, &source->decoders, &query, err);
    if (rc != SP_OK) {
        return rc;
    }

    source->value = rules->nvalues++;
    find->values[query] = source->value;

    if (want.empty) {
        find->empties |= UINT64_C(1) << query;
    }

    return SP_OK;
}


sp_rc_t
sp_pages_items(sp_pages_t *pages, sp_rules_t *rules, const sp_rule_t *rule,
    const sp_items_t *items, const sp_source_t *source, sp_error_t *err)
{
    sp_rc_t           rc;
    unsigned          field, i, query;
    const sp_rel_t   *rel;
    sp_page_find_t   *find;

    find = pages_find(pages, rules, rule, source->value);
    if (find == NULL) {
        return SP_NOMEM;
    }

    rc = pages_add(rules, find, SP_HTML_ITEM, &source->html, NULL, &query,
                   err);

    for (field = 0; field < SP_ITEM_FIELDS && rc == SP_OK; field++) {

        for (i = 0; i < items->fields[field].n && rc == SP_OK; i++) {
            rel = &items->fields[field].list[i];

            if (rel->kind != SP_REL_PATH || rel->no_selector) {
                continue;
            }

            rc = pages_add(rules, find, SP_HTML_FIELD,
                           rel->text.len != 0 ? &rel->text : &sp_page_itself,
                           &rel->decoders, &query, err);

            if (rc == SP_OK) {
                find->fields[query] = (uint8_t) field;
                find->alternatives[query] = (uint8_t) i;
            }
        }
    }

    return rc;
}


const sp_str_t  sp_page_itself = sp_string(".");


static sp_page_find_t *
pages_find(sp_pages_t *pages, sp_rules_t *rules, const sp_rule_t *rule,
    unsigned collection)
{
    sp_page_find_t  *find;

    if (pages->first == NULL) {
        pages->last = &pages->first;
    }

    for (find = pages->first; find != NULL; find = find->next) {
        if (find->rule == rule && find->collection == collection) {
            return find;
        }
    }

    find = sp_calloc(&rules->pool, sizeof(sp_page_find_t));
    if (find == NULL) {
        return NULL;
    }

    find->rule = rule;
    find->collection = collection;

    find->set = sp_html_set_create(&rules->pool, SP_HTML_STEPS);
    if (find->set == NULL) {
        return NULL;
    }

    *pages->last = find;
    pages->last = &find->next;

    return find;
}


static sp_rc_t
pages_add(sp_rules_t *rules, sp_page_find_t *find, sp_html_kind_t kind,
    const sp_str_t *selector, const sp_decoders_t *decoders, unsigned *query,
    sp_error_t *err)
{
    return sp_html_set_add(find->set, &rules->pool, kind, selector,
                           decoders != NULL && decoders->n != 0
                           ? SP_TAPS_DECODED : SP_TAPS_VALUE, query, err);
}
