/*
 * Copyright (C) SitePreserver developers
 *
 * `items` as they are found.
 */

#include "sp_collected_int.h"
#include "sp_field.h"
#include "sp_money.h"
#include "sp_price.h"
#include "sp_scratch.h"


static sp_rc_t sp_collected_add(sp_collected_t *collected);
static sp_rc_t sp_collected_rels(sp_collected_t *collected,
    sp_rel_kind_t kind, const sp_str_t *text);
static void sp_collected_line(sp_line_t *line,
    const sp_collected_item_t *item, int whole, const sp_str_t *scale,
    const sp_str_t *currency);
static int sp_collected_pieces(sp_line_t *line,
    const sp_collected_item_t *item);
static int64_t sp_collected_amount(const sp_collected_item_t *item,
    unsigned field, const sp_str_t *scale, const sp_str_t *currency,
    sp_amount_t *how);
static void sp_collected_measured(sp_line_t *line,
    const sp_collected_item_t *item, int whole);


sp_collected_t *
sp_collected_create(const sp_pool_t *pool, const sp_items_t *items,
    const sp_source_t *source)
{
    sp_collected_t  *collected;

    collected = sp_calloc(pool, sizeof(sp_collected_t));
    if (collected == NULL) {
        return NULL;
    }

    collected->pool = pool;
    collected->items = items;
    collected->source = source;
    collected->depth = sp_items_wildcards(&source->path,
                                          &collected->elements);

    if (source->kind == SP_SOURCE_RESPONSE_GRAPHQL) {
        collected->depth++;         /* data.* */
        collected->elements <<= 1;
    }

    return collected;
}


/* A new line, with what does not come from the document. */

sp_rc_t
sp_collected_begin(sp_collected_t *collected, const sp_str_t *key,
    uint32_t index)
{
    char      number[16], *p;
    sp_rc_t   rc;
    sp_str_t  text;

    rc = sp_collected_add(collected);

    if (rc != SP_OK || collected->item == NULL) {
        return rc;
    }

    text = *key;

    if (key->data == NULL) {
        p = number + sizeof(number);

        do {
            *--p = (char) ('0' + index % 10);
            index /= 10;
        } while (index != 0);

        text.data = p;
        text.len = (size_t) (number + sizeof(number) - p);
    }

    rc = sp_collected_rels(collected, SP_REL_KEY, &text);
    if (rc != SP_OK) {
        return rc;
    }

    return sp_collected_rels(collected, SP_REL_VALUE, NULL);
}


/* Chunks behind the last one are of lines that were given up. */

static sp_rc_t
sp_collected_add(sp_collected_t *collected)
{
    sp_collected_chunk_t  *chunk, *next;

    collected->item = NULL;

    if (collected->n == SP_ITEMS_MAX) {
        collected->dropped++;
        return SP_OK;
    }

    chunk = collected->last;

    if (chunk == NULL || chunk->n == SP_COLLECTED_CHUNK) {

        next = chunk != NULL ? chunk->next : NULL;

        if (next == NULL) {
            next = sp_alloc(collected->pool, sizeof(sp_collected_chunk_t));
            if (next == NULL) {
                return SP_NOMEM;
            }

            next->next = NULL;
            next->n = 0;
        }

        if (chunk == NULL) {
            collected->first = next;

        } else {
            chunk->next = next;
        }

        collected->last = next;
        chunk = next;
    }

    collected->item = &chunk->items[chunk->n++];
    collected->n++;

    memset(collected->item, 0, sizeof(sp_collected_item_t));

    return SP_OK;
}


/* The fields that are the element's key, or a constant (text NULL). */

static sp_rc_t
sp_collected_rels(sp_collected_t *collected, sp_rel_kind_t kind,
    const sp_str_t *text)
{
    sp_rc_t           rc;
    unsigned          field, i, with;
    const sp_rels_t  *rels;

    for (with = collected->items->with[kind]; with != 0; with &= with - 1) {
        field = (unsigned) __builtin_ctz(with);
        rels = &collected->items->fields[field];

        for (i = 0; i < rels->n; i++) {

            if (rels->list[i].kind != kind) {
                continue;
            }

            rc = sp_collected_set(collected, field, i,
                                  text != NULL ? text : &rels->list[i].text,
                                  0);
            if (rc != SP_OK) {
                return rc;
            }
        }
    }

    return SP_OK;
}


/*
 * An earlier alternative wins, whichever comes first in the document.  Of what
 * one leads to, the first that is not empty counts, as everywhere: others are
 * not even decoded, however often the same name stands in an element.
 */

sp_rc_t
sp_collected_set(sp_collected_t *collected, unsigned field,
    unsigned alternative, const sp_str_t *text, int cut)
{
    sp_rc_t               rc;
    sp_str_t              value;
    sp_scratch_t          scratch;
    const sp_rel_t       *rel;
    sp_collected_item_t  *item;

    item = collected->item;

    if ((item->by[field] != 0 && item->by[field] <= alternative + 1)
        || text->len == 0 || (item->tried[field] & 1u << alternative))
    {
        return SP_OK;
    }

    item->tried[field] |= (uint16_t) (1u << alternative);

    rel = &collected->items->fields[field].list[alternative];
    value = *text;

    rc = sp_decoders_run(&rel->decoders,
                         sp_scratch_pool(&scratch, collected->pool), &value);

    if (rc == SP_OK) {
        rc = sp_field_take(collected->pool,
                           sp_field_form(sp_items_forms[field],
                                         rel->decoders.money),
                           cut, &value);
    }

    if (rc != SP_OK) {
        return rc == SP_DONE ? SP_OK : rc;
    }

    item->text[field] = value;
    item->by[field] = (unsigned char) (alternative + 1);

    return SP_OK;
}


sp_rc_t
sp_collected_lines(const sp_collected_t *collected, int whole,
    const sp_str_t *scale, const sp_str_t *currency, sp_outcome_t *outcome)
{
    unsigned               i, n;
    sp_line_t             *lines, *line;
    sp_collected_chunk_t  *chunk;
    sp_collected_item_t   *item;

    if (collected->state == SP_COLLECTED_NOTHING
        || (whole && collected->state == SP_COLLECTED_OPEN))
    {
        return SP_DONE;
    }

    if (collected->n == 0) {

        if (collected->state == SP_COLLECTED_OPEN) {
            return SP_DONE;
        }

        outcome->nlines = 0;
        outcome->lines = NULL;
        outcome->lines_dropped = 0;

        return SP_OK;
    }

    lines = sp_calloc(collected->pool, collected->n * sizeof(sp_line_t));
    if (lines == NULL) {
        return SP_NOMEM;
    }

    n = 0;

    for (chunk = collected->first; chunk != NULL; chunk = chunk->next) {

        for (i = 0; i < chunk->n; i++) {
            item = &chunk->items[i];

            if (item->by[SP_ITEM_ID] == 0 && item->by[SP_ITEM_KEY] == 0) {
                continue;
            }

            line = &lines[n++];
            sp_collected_line(line, item, whole, scale, currency);
            line->from_shop = (collected->source->needs & SP_NEEDS_SHOP) != 0;
        }
    }

    if (n == 0) {
        return SP_DONE;
    }

    outcome->lines = lines;
    outcome->nlines = n;
    outcome->lines_dropped = collected->dropped;

    return SP_OK;
}


static void
sp_collected_line(sp_line_t *line, const sp_collected_item_t *item, int whole,
    const sp_str_t *scale, const sp_str_t *currency)
{
    int              pieces;
    sp_amount_t      how;
    const sp_str_t  *text;

    text = item->text;

    line->id = text[SP_ITEM_ID];
    line->key = text[SP_ITEM_KEY];
    line->sku = text[SP_ITEM_SKU];
    line->name = text[SP_ITEM_NAME];
    line->url = text[SP_ITEM_URL];
    line->image = text[SP_ITEM_IMAGE];
    line->options = text[SP_ITEM_OPTIONS];
    line->category = text[SP_ITEM_CATEGORY];

    if (text[SP_ITEM_MINOR_UNITS].len != 0) {
        scale = &text[SP_ITEM_MINOR_UNITS];
    }

    pieces = sp_collected_pieces(line, item);

    line->price = sp_collected_amount(item, SP_ITEM_PRICE, scale, currency,
                                      &how);

    /*
     * A price of "0.4567": of one piece the shop shows it rounded, of more
     * nobody knows what it rounds.
     */

    if (how == SP_AMOUNT_ROUNDED
        && (!pieces
            || (line->quantity != SP_NO_AMOUNT && line->quantity != 1)))
    {
        line->price = SP_UNSURE;
    }

    line->total = sp_collected_amount(item, SP_ITEM_LINE_TOTAL, scale,
                                      currency, &how);

    if (!pieces) {
        sp_collected_measured(line, item, whole);
    }

    if (line->total == SP_UNSURE) {
        line->price = SP_UNSURE;        /* or somebody would multiply it */
    }

    /* a cart has one currency, and what is in another cannot be added to it */

    if (text[SP_ITEM_CURRENCY].len != 0
        && !sp_str_eq(&text[SP_ITEM_CURRENCY], currency))
    {
        line->price = SP_UNSURE;
        line->total = SP_UNSURE;
    }
}


/* Zero: the quantity is said, but is no whole number of pieces. */

static int
sp_collected_pieces(sp_line_t *line, const sp_collected_item_t *item)
{
    int              whole;
    const sp_str_t  *text;

    text = &item->text[SP_ITEM_QUANTITY];

    line->quantity = SP_NO_AMOUNT;

    if (text->len == 0) {
        return item->tried[SP_ITEM_QUANTITY] == 0;
    }

    return sp_field_quantity(text, &line->quantity, &whole) == SP_OK && whole;
}


/* How it came is SP_AMOUNT_EXACT, too, where there is none. */

static int64_t
sp_collected_amount(const sp_collected_item_t *item, unsigned field,
    const sp_str_t *scale, const sp_str_t *currency, sp_amount_t *how)
{
    int64_t  amount;

    *how = SP_AMOUNT_EXACT;

    if (item->text[field].len == 0) {
        return item->tried[field] != 0 ? SP_UNSURE : SP_NO_AMOUNT;
    }

    if (sp_field_amount(&item->text[field], scale, currency, &amount, how)
        != SP_OK
        || *how == SP_AMOUNT_DOUBTFUL)
    {
        return SP_UNSURE;
    }

    return amount;
}


/*
 * 1.5 metres at 10.00 are one piece for 15.00.  What is not known so is one
 * piece without a price, if the line is of a whole cart.
 */

static void
sp_collected_measured(sp_line_t *line, const sp_collected_item_t *item,
    int whole)
{
    int      exact;
    int64_t  total, thousandths;

    total = line->total;

    if (total < 0 && line->price >= 0
        && sp_money_read(&item->text[SP_ITEM_QUANTITY], 0, 3, &thousandths,
                         &exact)
           == SP_OK
        && exact
        && !__builtin_mul_overflow(line->price, thousandths, &total)
        && total % 1000 == 0)
    {
        total /= 1000;

    } else {
        total = line->total;
    }

    if (!whole || total < 0) {
        total = SP_UNSURE;
    }

    line->price = total;
    line->total = total;

    if (whole) {
        line->quantity = 1;
    }
}


void
sp_collected_currency(const sp_collected_t *collected, sp_str_t *currency)
{
    const sp_str_t  *text;

    currency->len = 0;
    currency->data = NULL;

    if (collected->first == NULL || collected->first->n == 0) {
        return;
    }

    text = collected->first->items[0].text;

    *currency = text[SP_ITEM_CURRENCY];

    if (currency->len == 0) {
        sp_price_currency(&text[SP_ITEM_PRICE], currency);
    }

    if (currency->len == 0) {
        sp_price_currency(&text[SP_ITEM_LINE_TOTAL], currency);
    }
}
