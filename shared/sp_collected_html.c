/*
 * Copyright (C) SitePreserver developers
 *
 * `items` in HTML.
 */

#include "sp_collected_int.h"


static int collected_html_twice(const sp_collected_t *collected);
static int collected_html_same(const sp_collected_item_t *a,
    const sp_collected_item_t *b);


sp_rc_t
sp_collected_html_begin(sp_collected_t *collected, int apart)
{
    static const sp_str_t  none = sp_null_string;

    if (collected->dropped == SP_ITEMS_DROPPED
        || collected->begun == SP_ITEMS_BEGUN)
    {
        collected->item = NULL;
        return SP_DONE;
    }

    collected->begun++;
    collected->state = SP_COLLECTED_OPEN;
    collected->apart = apart != 0;

    return sp_collected_begin(collected, &none,
                              collected->n + collected->dropped);
}


sp_rc_t
sp_collected_html_field(sp_collected_t *collected, unsigned field,
    unsigned alternative, const sp_str_t *text, int cut)
{
    if (collected->item == NULL) {
        return SP_OK;
    }

    return sp_collected_set(collected, field, alternative, text, cut);
}


/* Pages have a cart twice, for small screens and for large ones. */

void
sp_collected_html_end(sp_collected_t *collected)
{
    if (collected->item != NULL && collected->apart
        && collected_html_twice(collected))
    {
        collected->last->n--;
        collected->n--;
    }

    collected->item = NULL;
}


static int
collected_html_twice(const sp_collected_t *collected)
{
    unsigned                     i;
    const sp_collected_chunk_t  *chunk;

    for (chunk = collected->first; chunk != NULL; chunk = chunk->next) {

        for (i = 0; i < chunk->n; i++) {

            if (&chunk->items[i] != collected->item
                && collected_html_same(&chunk->items[i], collected->item))
            {
                return 1;
            }
        }
    }

    return 0;
}


static int
collected_html_same(const sp_collected_item_t *a,
    const sp_collected_item_t *b)
{
    unsigned  field;

    if (a->by[SP_ITEM_KEY] != 0 && b->by[SP_ITEM_KEY] != 0) {
        return sp_str_eq(&a->text[SP_ITEM_KEY], &b->text[SP_ITEM_KEY]);
    }

    for (field = 0; field < SP_ITEM_FIELDS; field++) {
        if (!sp_str_eq(&a->text[field], &b->text[field])) {
            return 0;
        }
    }

    return 1;
}


sp_rc_t
sp_collected_html_closed(sp_collected_t *collected)
{
    unsigned               i;
    sp_collected_chunk_t  *chunk;

    for (chunk = collected->first; chunk != NULL; chunk = chunk->next) {

        for (i = 0; i < chunk->n; i++) {

            if (chunk->items[i].by[SP_ITEM_ID] != 0
                || chunk->items[i].by[SP_ITEM_KEY] != 0)
            {
                collected->state = SP_COLLECTED_CLOSED;
                return SP_DONE;
            }
        }
    }

    for (chunk = collected->first; chunk != NULL; chunk = chunk->next) {
        chunk->n = 0;
    }

    collected->state = SP_COLLECTED_NOTHING;
    collected->last = collected->first;
    collected->n = 0;
    collected->dropped = 0;

    return SP_OK;
}
