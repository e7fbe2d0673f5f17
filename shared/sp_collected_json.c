/*
 * Copyright (C) SitePreserver developers
 *
 * `items` in JSON: what a scanner reports.
 */

#include "sp_collected_int.h"


static int sp_collected_same(const sp_collected_t *collected,
    const sp_json_value_t *value);


/*
 * Of several collections that a path leads to the first is taken, and with
 * it those that only differ in a "[*]".
 */

sp_rc_t
sp_collected_container(sp_collected_t *collected,
    const sp_json_value_t *value)
{
    unsigned  i;

    switch (value->type) {

    case SP_JSON_OBJECT:
    case SP_JSON_ARRAY:

        if (collected->state == SP_COLLECTED_NOTHING) {

            for (i = 0; i < collected->depth; i++) {
                collected->at[i] = value->wildcards[i].index;
            }

        } else if (!sp_collected_same(collected, value)) {
            collected->skip = 1;
            return SP_OK;
        }

        collected->state = SP_COLLECTED_OPEN;

        return SP_OK;

    case SP_JSON_END:

        if (collected->skip) {
            collected->skip = 0;

        } else if (collected->state == SP_COLLECTED_OPEN) {
            collected->state = SP_COLLECTED_CLOSED;
        }

        collected->item = NULL;

        return SP_OK;

    default:
        return SP_OK;
    }
}


static int
sp_collected_same(const sp_collected_t *collected,
    const sp_json_value_t *value)
{
    unsigned  i;

    /* the same name twice in one object is not "[*]" */

    if (collected->elements == 0) {
        return 0;
    }

    for (i = 0; i < collected->depth; i++) {
        if (!(collected->elements & 1u << i)
            && collected->at[i] != value->wildcards[i].index)
        {
            return 0;
        }
    }

    return 1;
}


sp_rc_t
sp_collected_element(sp_collected_t *collected, const sp_json_value_t *value)
{
    sp_rc_t                    rc;
    unsigned                   field, i;
    const sp_rels_t           *rels;
    const sp_json_wildcard_t  *place;

    if (collected->skip || collected->state != SP_COLLECTED_OPEN
        || value->type == SP_JSON_END)
    {
        return SP_OK;
    }

    if (collected->dropped == SP_ITEMS_DROPPED) {
        collected->item = NULL;
        return SP_DONE;
    }

    place = &value->wildcards[collected->depth];

    rc = sp_collected_begin(collected, &place->key, place->index);

    if (rc != SP_OK || collected->item == NULL
        || value->type == SP_JSON_OBJECT || value->type == SP_JSON_ARRAY)
    {
        return rc;
    }

    for (field = 0; field < SP_ITEM_FIELDS; field++) {
        rels = &collected->items->fields[field];

        for (i = 0; i < rels->n; i++) {

            if (rels->list[i].kind != SP_REL_PATH
                || rels->list[i].text.len != 0)
            {
                continue;
            }

            rc = sp_collected_field(collected, field, i, value);
            if (rc != SP_OK) {
                return rc;
            }
        }
    }

    return SP_OK;
}


sp_rc_t
sp_collected_field(sp_collected_t *collected, unsigned field,
    unsigned alternative, const sp_json_value_t *value)
{
    sp_str_t  text;

    if (collected->skip || collected->state != SP_COLLECTED_OPEN) {
        return SP_OK;
    }

    if (collected->item == NULL) {
        return collected->dropped != 0 ? SP_DONE : SP_OK;
    }

    if (!sp_json_value_text(value, &text)) {
        return SP_OK;
    }

    return sp_collected_set(collected, field, alternative, &text, value->cut);
}
