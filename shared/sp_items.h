/*
 * Copyright (C) SitePreserver developers
 *
 * `items`: the lines of a cart, put together from a collection in a JSON
 * document, in the arguments of a GraphQL field, or in a form.
 */

#ifndef SP_ITEMS_H
#define SP_ITEMS_H

#include "sp_form.h"
#include "sp_observe.h"
#include "sp_source.h"


#define SP_ITEMS_DROPPED  1000      /* lines beyond SP_ITEMS_MAX that are
                                       counted; then no more is looked at */


typedef enum {
    SP_ITEM_ID = 0,
    SP_ITEM_KEY,
    SP_ITEM_SKU,
    SP_ITEM_NAME,
    SP_ITEM_QUANTITY,
    SP_ITEM_PRICE,
    SP_ITEM_LINE_TOTAL,
    SP_ITEM_IMAGE,
    SP_ITEM_URL,
    SP_ITEM_OPTIONS,
    SP_ITEM_CATEGORY,
    SP_ITEM_CURRENCY,
    SP_ITEM_MINOR_UNITS,
    SP_ITEM_FIELDS
} sp_item_field_t;


/* Where a field is, seen from its element. */

typedef enum {
    SP_REL_PATH = 1,                /* or a selector; "" is the element
                                       itself */
    SP_REL_KEY,                     /* @key */
    SP_REL_FORM,                    /* form:y[#] */
    SP_REL_VALUE,                   /* value:TEXT */
    SP_REL_KINDS
} sp_rel_kind_t;

typedef struct {
    sp_rel_kind_t        kind;
    sp_str_t             text;
    sp_decoders_t        decoders;
    unsigned             no_path:1;     /* it is only a selector ... */
    unsigned             no_selector:1; /* ... or only a path */
} sp_rel_t;

typedef struct {
    sp_rel_t            *list;
    unsigned             n;
} sp_rels_t;


/*
 * collections: alternatives, each with a number of its own in the rules,
 * source->value.
 */

typedef struct {
    sp_sources_t         collections;
    sp_rels_t            fields[SP_ITEM_FIELDS];
    unsigned             with[SP_REL_KINDS];    /* fields, a bit each, that
                                       have one of that kind */
} sp_items_t;


/* The words behind "items"; then each line of its block; then its end. */

sp_rc_t sp_items_parse(sp_items_t *items, sp_words_t *words,
    const sp_source_ctx_t *ctx, sp_error_t *err);
sp_rc_t sp_items_parse_field(sp_items_t *items, sp_words_t *words,
    const sp_source_ctx_t *ctx, sp_error_t *err);
sp_rc_t sp_items_end(const sp_items_t *items, sp_error_t *err);


/* The path of a collection's elements, or of a field of theirs. */

sp_rc_t sp_items_path(const sp_pool_t *pool, const sp_str_t *collection,
    const sp_str_t *rel, sp_str_t *path);


/* How many wildcards a path has; bit n of *elements: the n-th is "[*]". */

unsigned sp_items_wildcards(const sp_str_t *path, unsigned *elements);


/* What each field must be. */

extern const sp_form_of_t  sp_items_forms[SP_ITEM_FIELDS];


/* What was found so far of one collection. */

typedef struct sp_collected_s  sp_collected_t;

sp_collected_t *sp_collected_create(const sp_pool_t *pool,
    const sp_items_t *items, const sp_source_t *source);


/*
 * From a scanner: the collection, an element of it, a field of that.  SP_OK;
 * SP_DONE: no more of these is wanted, for there are too many; SP_NOMEM.
 */

sp_rc_t sp_collected_container(sp_collected_t *collected,
    const sp_json_value_t *value);
sp_rc_t sp_collected_element(sp_collected_t *collected,
    const sp_json_value_t *value);
sp_rc_t sp_collected_field(sp_collected_t *collected, unsigned field,
    unsigned alternative, const sp_json_value_t *value);


/* The same for a form; cut: there was more of it. */

sp_rc_t sp_collected_form(sp_collected_t *collected, sp_form_t *form,
    int cut);


/*
 * From HTML: an element, apart from the first or beside it; what a field leads
 * to in it; its end.  SP_OK; SP_DONE: no more elements are wanted; SP_NOMEM.
 */

sp_rc_t sp_collected_html_begin(sp_collected_t *collected, int apart);
sp_rc_t sp_collected_html_field(sp_collected_t *collected, unsigned field,
    unsigned alternative, const sp_str_t *text, int cut);
void sp_collected_html_end(sp_collected_t *collected);


/*
 * There are no more of them.  SP_DONE: they are taken; SP_OK: none of them
 * has an id or key, so others may come.
 */

sp_rc_t sp_collected_html_closed(sp_collected_t *collected);


/*
 * The lines.  SP_OK: the collection was found whole, and is empty, or has
 * elements with an id or key (those without are left out); SP_DONE: it says
 * nothing; SP_NOMEM.  whole 0: a collection that breaks off is well, too.
 * scale and currency are of the rule, for lines that have none of their own.
 */

sp_rc_t sp_collected_lines(const sp_collected_t *collected, int whole,
    const sp_str_t *scale, const sp_str_t *currency, sp_outcome_t *outcome);


/* The currency that the first line tells; empty: none. */

void sp_collected_currency(const sp_collected_t *collected,
    sp_str_t *currency);


#endif /* SP_ITEMS_H */
