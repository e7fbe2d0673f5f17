/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_taps.h"
#include "sp_observation.h"


typedef enum {
    SP_TAP_VALUE = 0,
    SP_TAP_INSIDE,                  /* something in a container */
    SP_TAP_COLLECTION,
    SP_TAP_ELEMENT,
    SP_TAP_FIELD,
    SP_TAP_ROOT,
    SP_TAP_PAGE                     /* a string that is HTML */
} sp_tap_kind_t;


/* One who wants the values of a path. */

struct sp_tap_s {
    sp_tap_t             *next;
    sp_tap_kind_t         kind;
    unsigned              number;   /* of the value or collection */
    unsigned              root;     /* of the list of roots, 0: any */
    unsigned              field;
    unsigned              alternative;
    unsigned              rooted:1; /* its first wildcard is a root's key */
    sp_pages_t            pages;
};


static sp_rc_t sp_taps_lay(sp_taps_t *taps, sp_rules_t *rules,
    const sp_str_t *path, const sp_tap_t *tap, sp_taps_mask_t *mask,
    sp_tap_t **laid, sp_error_t *err);
static void sp_taps_limit(sp_taps_t *taps, const sp_decoders_t *decoders);
static sp_rc_t sp_taps_begin(sp_taps_t *taps, sp_rules_t *rules,
    const sp_source_t *source, sp_tap_kind_t kind, sp_tap_t *tap,
    sp_str_t *path, sp_taps_mask_t *mask, sp_tap_t **laid, sp_error_t *err);
static sp_rc_t sp_taps_path(sp_rules_t *rules, const sp_source_t *source,
    const sp_str_t *rel, sp_str_t *path);
static sp_rc_t sp_taps_found(void *data, unsigned slot,
    const sp_json_value_t *value);
static sp_rc_t sp_taps_found_value(sp_observation_t *ob,
    const sp_tap_t *tap, const sp_json_value_t *value);
static void sp_taps_found_other(sp_scanned_t *found, sp_json_type_t type);
static sp_rc_t sp_taps_found_item(sp_observation_t *ob, const sp_tap_t *tap,
    const sp_json_value_t *value);
static sp_rc_t sp_taps_found_page(sp_observation_t *ob, const sp_tap_t *tap,
    const sp_json_value_t *value);
static sp_rc_t sp_taps_found_root(sp_observation_t *ob,
    const sp_json_value_t *value);


static const sp_str_t  sp_taps_data = sp_string("data.*");


sp_rc_t
sp_taps_value(sp_taps_t *taps, sp_rules_t *rules, sp_source_t *source,
    int inside, sp_taps_mask_t *mask, sp_error_t *err)
{
    sp_rc_t    rc;
    unsigned   elements;
    sp_str_t   path;
    sp_tap_t   tap, *laid = NULL;

    rc = sp_taps_begin(taps, rules, source, SP_TAP_VALUE, &tap, &path, mask,
                       &laid, err);
    if (rc != SP_OK) {
        return rc;
    }

    source->value = laid->number;

    sp_taps_limit(taps, &source->decoders);

    if (!inside
        || sp_items_wildcards(&path, &elements) == SP_JSON_WILDCARDS)
    {
        return SP_OK;
    }

    tap.kind = SP_TAP_INSIDE;
    tap.number = laid->number;

    rc = sp_items_path(&rules->pool, &path, &(sp_str_t) sp_null_string,
                       &path);

    if (rc == SP_OK) {
        rc = sp_taps_lay(taps, rules, &path, &tap, mask, &laid, err);
    }

    return rc;
}


sp_rc_t
sp_taps_items(sp_taps_t *taps, sp_rules_t *rules, const sp_items_t *items,
    const sp_source_t *source, sp_taps_mask_t *mask, sp_error_t *err)
{
    sp_rc_t           rc;
    unsigned          field, i;
    sp_str_t          path;
    sp_tap_t          tap, *laid;
    const sp_rel_t   *rel;

    rc = sp_taps_begin(taps, rules, source, SP_TAP_COLLECTION, &tap, &path,
                       mask, &laid, err);
    if (rc != SP_OK) {
        return rc;
    }

    tap.kind = SP_TAP_ELEMENT;

    rc = sp_taps_path(rules, source, &(sp_str_t) sp_null_string, &path);

    if (rc == SP_OK) {
        rc = sp_taps_lay(taps, rules, &path, &tap, mask, &laid, err);
    }

    tap.kind = SP_TAP_FIELD;

    for (field = 0; field < SP_ITEM_FIELDS && rc == SP_OK; field++) {

        for (i = 0; i < items->fields[field].n && rc == SP_OK; i++) {
            rel = &items->fields[field].list[i];

            if (rel->kind != SP_REL_PATH || rel->text.len == 0
                || rel->no_path)
            {
                continue;
            }

            sp_taps_limit(taps, &rel->decoders);

            tap.field = field;
            tap.alternative = i;

            rc = sp_taps_path(rules, source, &rel->text, &path);

            if (rc == SP_OK) {
                rc = sp_taps_lay(taps, rules, &path, &tap, mask, &laid, err);
            }
        }
    }

    return rc;
}


sp_rc_t
sp_taps_pages(sp_taps_t *taps, sp_rules_t *rules, const sp_source_t *source,
    sp_taps_mask_t *mask, sp_pages_t **pages, sp_error_t *err)
{
    sp_rc_t    rc;
    sp_str_t   path;
    sp_tap_t   tap, *laid = NULL;

    rc = sp_taps_begin(taps, rules, source, SP_TAP_PAGE, &tap, &path, mask,
                       &laid, err);
    if (rc != SP_OK) {
        return rc;
    }

    if (laid->pages.number == 0) {
        laid->pages.number = ++rules->npages;
    }

    *pages = &laid->pages;

    return SP_OK;
}


sp_rc_t
sp_taps_roots(sp_taps_t *taps, sp_rules_t *rules, unsigned *slot,
    sp_error_t *err)
{
    sp_rc_t    rc;
    sp_tap_t   tap, *laid;

    memset(&tap, 0, sizeof(sp_tap_t));
    tap.kind = SP_TAP_ROOT;

    rc = sp_taps_lay(taps, rules, &sp_taps_data, &tap, NULL, &laid, err);
    if (rc != SP_OK) {
        return rc;
    }

    return sp_json_paths_add(taps->paths, &sp_taps_data, slot, err);
}


/* How much of a value must be kept for its decoders. */

static void
sp_taps_limit(sp_taps_t *taps, const sp_decoders_t *decoders)
{
    size_t  limit;

    limit = decoders->n != 0 ? SP_TAPS_DECODED : SP_TAPS_VALUE;

    if (taps->limit < limit) {
        taps->limit = limit;
    }
}


/* The tap of the source itself, at its path. */

static sp_rc_t
sp_taps_begin(sp_taps_t *taps, sp_rules_t *rules, const sp_source_t *source,
    sp_tap_kind_t kind, sp_tap_t *tap, sp_str_t *path, sp_taps_mask_t *mask,
    sp_tap_t **laid, sp_error_t *err)
{
    memset(tap, 0, sizeof(sp_tap_t));

    tap->kind = kind;
    tap->number = source->value;
    tap->root = source->root;
    tap->rooted = source->kind == SP_SOURCE_RESPONSE_GRAPHQL;

    if (sp_source_where(&rules->pool, source, path) != SP_OK) {
        return SP_NOMEM;
    }

    return sp_taps_lay(taps, rules, path, tap, mask, laid, err);
}


/* The path of an element of a collection, "": itself, or of its field. */

static sp_rc_t
sp_taps_path(sp_rules_t *rules, const sp_source_t *source,
    const sp_str_t *rel, sp_str_t *path)
{
    if (sp_source_where(&rules->pool, source, path) != SP_OK) {
        return SP_NOMEM;
    }

    return sp_items_path(&rules->pool, path, rel, path);
}


/*
 * Two values of the same path and roots are one: *laid is the tap of the
 * first.  A value without a number gets the next one.
 */

static sp_rc_t
sp_taps_lay(sp_taps_t *taps, sp_rules_t *rules, const sp_str_t *path,
    const sp_tap_t *tap, sp_taps_mask_t *mask, sp_tap_t **laid,
    sp_error_t *err)
{
    sp_rc_t    rc;
    unsigned   slot;
    sp_tap_t  *t, **last;

    if (taps->paths == NULL) {
        taps->paths = sp_json_paths_create(&rules->pool);
        taps->slots = sp_calloc(&rules->pool,
                                SP_JSON_PATHS * sizeof(sp_tap_t *));

        if (taps->paths == NULL || taps->slots == NULL) {
            return SP_NOMEM;
        }

        taps->limit = SP_TAPS_VALUE;
    }

    rc = sp_json_paths_add(taps->paths, path, &slot, err);
    if (rc != SP_OK) {
        return rc;
    }

    if (mask != NULL) {
        mask->words[slot / 64] |= (uint64_t) 1 << (slot % 64);
    }

    if (tap->kind == SP_TAP_PAGE) {
        sp_json_paths_pieces(taps->paths, slot);

    } else {
        sp_json_paths_whole(taps->paths, slot);
    }

    for (last = &taps->slots[slot]; *last != NULL; last = &(*last)->next) {
        t = *last;

        if (t->kind == tap->kind && t->root == tap->root
            && t->rooted == tap->rooted
            && (t->kind == SP_TAP_PAGE
                || (t->kind == SP_TAP_VALUE && tap->number == SP_NO_VALUE)
                || (t->kind == SP_TAP_INSIDE && t->number == tap->number)))
        {
            *laid = t;
            return SP_OK;
        }
    }

    t = sp_alloc(&rules->pool, sizeof(sp_tap_t));
    if (t == NULL) {
        return SP_NOMEM;
    }

    *t = *tap;
    t->next = NULL;

    if (t->number == SP_NO_VALUE && t->kind != SP_TAP_PAGE) {
        t->number = rules->nvalues++;
    }

    *last = t;
    *laid = t;

    return SP_OK;
}


void
sp_taps_alive(const sp_observation_t *ob, int answer, sp_taps_mask_t *mask)
{
    unsigned               i, w;
    uint64_t               word;
    const sp_rule_t       *rule;
    const sp_taps_mask_t  *wants;

    memset(mask, 0, sizeof(sp_taps_mask_t));

    for (i = 0; i < ob->words; i++) {
        for (word = ob->alive[i]; word != 0; word &= word - 1) {
            rule = ob->rules->list[i * 64 + (unsigned) __builtin_ctzll(word)];
            wants = answer ? &rule->response : &rule->request;

            for (w = 0; w < SP_TAPS_WORDS; w++) {
                mask->words[w] |= wants->words[w];
            }
        }
    }
}


sp_json_scanner_t *
sp_taps_scan(sp_taps_scan_t *scan, sp_observation_t *ob,
    const sp_taps_t *taps, const sp_taps_mask_t *mask)
{
    scan->ob = ob;
    scan->taps = taps;

    return sp_json_scanner_create(ob->pool, taps->paths,
                                  mask != NULL ? mask->words : NULL,
                                  taps->limit, sp_taps_found, scan);
}


void
sp_taps_forget(sp_observation_t *ob, const sp_taps_t *taps)
{
    unsigned         slot;
    const sp_tap_t  *tap;

    for (slot = 0; slot < SP_JSON_PATHS; slot++) {
        for (tap = taps->slots[slot]; tap != NULL; tap = tap->next) {

            switch (tap->kind) {

            case SP_TAP_VALUE:
            case SP_TAP_INSIDE:
                memset(&ob->values[tap->number], 0, sizeof(sp_scanned_t));
                break;

            case SP_TAP_COLLECTION:
                ob->collected[tap->number] = NULL;
                break;

            default:
                break;
            }
        }
    }
}


/* A path is done when none of its taps wants more. */

static sp_rc_t
sp_taps_found(void *data, unsigned slot, const sp_json_value_t *value)
{
    int               done;
    sp_rc_t           rc;
    const sp_tap_t   *tap;
    sp_taps_scan_t   *scan;

    scan = data;
    done = 1;

    for (tap = scan->taps->slots[slot]; tap != NULL; tap = tap->next) {

        if (tap->rooted
            && !sp_roots_accept(scan->ob, tap->root, &value->wildcards[0]))
        {
            done = 0;
            continue;
        }

        if (value->type == SP_JSON_PIECE && tap->kind != SP_TAP_PAGE) {
            done = 0;
            continue;
        }

        switch (tap->kind) {

        case SP_TAP_PAGE:
            rc = sp_taps_found_page(scan->ob, tap, value);
            break;

        case SP_TAP_VALUE:
        case SP_TAP_INSIDE:
            rc = sp_taps_found_value(scan->ob, tap, value);
            break;

        case SP_TAP_ROOT:
            rc = sp_taps_found_root(scan->ob, value);
            break;

        default:
            rc = sp_taps_found_item(scan->ob, tap, value);
            break;
        }

        if (rc == SP_NOMEM) {
            scan->ob->nomem = 1;
            return rc;
        }

        if (rc != SP_DONE) {
            done = 0;
        }
    }

    return done ? SP_DONE : SP_OK;
}


static sp_rc_t
sp_taps_found_value(sp_observation_t *ob, const sp_tap_t *tap,
    const sp_json_value_t *value)
{
    sp_str_t       text;
    sp_scanned_t  *found;

    found = &ob->values[tap->number];

    if (found->state == SP_SCANNED_TEXT) {
        return SP_DONE;
    }

    if (tap->kind == SP_TAP_INSIDE) {
        found->state = SP_SCANNED_NESTED;
        return SP_DONE;
    }

    if (!sp_json_value_text(value, &text)) {
        sp_taps_found_other(found, value->type);
        return SP_OK;
    }

    if (text.len == 0) {
        return SP_OK;
    }

    if (sp_str_copy(ob->pool, &text, &found->text) != SP_OK) {
        return SP_NOMEM;
    }

    found->cut = value->cut;
    found->state = SP_SCANNED_TEXT;

    return SP_DONE;
}


/* null, or a container in which nothing was found so far. */

static void
sp_taps_found_other(sp_scanned_t *found, sp_json_type_t type)
{
    sp_scanned_state_t  state;

    switch (type) {

    case SP_JSON_NULL:
        state = SP_SCANNED_NULL;
        break;

    case SP_JSON_OBJECT:
    case SP_JSON_ARRAY:
        state = SP_SCANNED_EMPTY;
        break;

    default:
        return;
    }

    if (found->state < state) {
        found->state = state;
    }
}


static sp_rc_t
sp_taps_found_item(sp_observation_t *ob, const sp_tap_t *tap,
    const sp_json_value_t *value)
{
    sp_collected_t     *collected;
    const sp_rule_t    *rule;
    const sp_rules_t   *rules;

    rules = ob->rules;
    rule = rules->owners[tap->number];

    if (!(ob->alive[rule->index / 64] >> (rule->index % 64) & 1)) {
        return SP_DONE;
    }

    collected = ob->collected[tap->number];

    if (collected == NULL) {
        collected = sp_collected_create(ob->pool, rules->items[tap->number],
                                        rules->collections[tap->number]);
        if (collected == NULL) {
            return SP_NOMEM;
        }

        ob->collected[tap->number] = collected;
    }

    switch (tap->kind) {

    case SP_TAP_COLLECTION:
        return sp_collected_container(collected, value);

    case SP_TAP_ELEMENT:
        return sp_collected_element(collected, value);

    default:
        return sp_collected_field(collected, tap->field, tap->alternative,
                                  value);
    }
}


/* Each string is a document of its own. */

static sp_rc_t
sp_taps_found_page(sp_observation_t *ob, const sp_tap_t *tap,
    const sp_json_value_t *value)
{
    sp_rc_t     rc;
    sp_page_t  *page;

    if (value->type != SP_JSON_PIECE && value->type != SP_JSON_STRING) {
        return SP_OK;
    }

    if (ob->pages == NULL) {
        ob->pages = sp_calloc(ob->pool,
                              ob->rules->npages * sizeof(sp_page_t *));
        if (ob->pages == NULL) {
            return SP_NOMEM;
        }
    }

    page = ob->pages[tap->pages.number - 1];

    if (page == NULL) {
        page = sp_page_create(ob, &tap->pages);
        if (page == NULL) {
            return SP_NOMEM;
        }

        ob->pages[tap->pages.number - 1] = page;
    }

    rc = value->type == SP_JSON_PIECE
         ? sp_page_read(page, value->text.data, value->text.len)
         : sp_page_next(page);

    return rc == SP_AGAIN ? SP_OK : rc;
}


static sp_rc_t
sp_taps_found_root(sp_observation_t *ob, const sp_json_value_t *value)
{
    const sp_str_t  *key;

    key = &value->wildcards[0].key;

    if (ob->nseen == SP_ROOTS_SEEN) {
        return SP_DONE;
    }

    if (value->type == SP_JSON_END || key->len == 0) {
        return SP_OK;
    }

    if (sp_str_copy(ob->pool, key, &ob->seen[ob->nseen]) != SP_OK) {
        return SP_NOMEM;
    }

    ob->nseen++;

    return SP_OK;
}
