/*
 * Copyright (C) SitePreserver developers
 *
 * What is in the cart.  Only what the shop itself said is shown: the rest is
 * counted.
 */

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "message_data.h"


static mustache_value_t *message_item(message_data_t *md,
    const sp_line_t *line);
static int message_is_own(message_data_t *md, const sp_str_t *url);
static int message_shown(const sp_line_t *line);
static int64_t message_quantity(const sp_line_t *line);
static int64_t message_line_total(const sp_line_t *line);
static int64_t message_unit_price(const sp_line_t *line);
static int64_t message_sum(const message_facts_t *facts);
static int64_t message_count(const message_facts_t *facts);
static void message_initial(message_data_t *md, mustache_value_t *item,
    const sp_str_t *name);


sp_rc_t
message_items(message_data_t *md)
{
    int64_t                 count, total, more;
    unsigned                i, shown;
    mustache_value_t       *items;
    const message_facts_t  *facts;

    facts = md->facts;
    items = mustache_list(md->data);
    shown = 0;

    for (i = 0; i < facts->nlines && shown < MESSAGE_ITEMS_SHOWN; i++) {
        if (message_shown(&facts->lines[i])) {
            mustache_append(md->data, items,
                            message_item(md, &facts->lines[i]));
            shown++;
        }
    }

    mustache_set(md->data, md->root, "items", items);
    mustache_set_bool(md->data, md->root, "has_items", shown != 0);

    more = shown != 0 ? (int64_t) facts->nlines - shown : 0;

    if (more > 0) {
        message_set_number(md, md->root, "more", more);
        message_set_plural(md, md->root, "more_is", more);
    }

    count = message_count(facts);

    if (count > 0) {
        message_set_number(md, md->root, "count", count);
        message_set_plural(md, md->root, "count_is", count);
    }

    total = facts->total != SP_NO_AMOUNT ? facts->total : message_sum(facts);

    if (total > 0) {
        message_set_amount(md, md->root, "total", total);
    }

    return SP_OK;
}


static mustache_value_t *
message_item(message_data_t *md, const sp_line_t *line)
{
    int64_t            quantity;
    mustache_value_t  *item;

    item = mustache_object(md->data);
    quantity = message_quantity(line);

    message_set_line(md, item, "name", &line->name, MESSAGE_NAME_MAX);
    message_set_line(md, item, "options", &line->options,
                     MESSAGE_OPTIONS_MAX);
    message_set_number(md, item, "quantity", quantity);
    mustache_set_bool(md->data, item, "several", quantity != 1);
    message_set_amount(md, item, "unit_price", message_unit_price(line));
    message_set_amount(md, item, "line_total", message_line_total(line));
    message_initial(md, item, &line->name);
    mustache_set_bool(md->data, item, "out_of_stock", line->out_of_stock);

    if (message_is_own(md, &line->image)) {
        message_set_picture(md, item, "picture", &line->image);
    }

    /* an item without a page of its own leads to the cart */

    if (!message_is_own(md, &line->url)
        || message_set_link(md, item, "link", &line->url, "item") != SP_OK)
    {
        (void) message_set_link(md, item, "link", &md->facts->shop->cart_url,
                                "item");
    }

    return item;
}


/* What is elsewhere is not shown, even if the shop's own answer named it. */

static int
message_is_own(message_data_t *md, const sp_str_t *url)
{
    int       own;
    buffer_t  b;
    sp_str_t  absolute;

    if (url->len == 0) {
        return 0;
    }

    buffer_init(&b, LINKS_URL_MAX);

    own = links_absolute(&md->site, url, &b) == SP_OK;

    if (own) {
        absolute.data = buffer_text(&b);
        absolute.len = b.len;
        own = links_own(&md->site, &absolute);
    }

    buffer_free(&b);

    return own;
}


static int
message_shown(const sp_line_t *line)
{
    return line->from_shop && line->name.len != 0
           && message_quantity(line) > 0;
}


static int64_t
message_quantity(const sp_line_t *line)
{
    return line->quantity == SP_NO_AMOUNT ? 1 : line->quantity;
}


static int64_t
message_line_total(const sp_line_t *line)
{
    int64_t  total;

    if (line->total != SP_NO_AMOUNT || line->price == SP_NO_AMOUNT) {
        return line->total;
    }

    return __builtin_mul_overflow(line->price, message_quantity(line), &total)
           ? SP_NO_AMOUNT : total;
}


static int64_t
message_unit_price(const sp_line_t *line)
{
    int64_t  quantity;

    quantity = message_quantity(line);

    if (line->price != SP_NO_AMOUNT || line->total == SP_NO_AMOUNT
        || line->total % quantity != 0)
    {
        return line->price;
    }

    return line->total / quantity;
}


/* The total of a cart whose every line is known, and only then. */

static int64_t
message_sum(const message_facts_t *facts)
{
    int64_t   sum, total;
    unsigned  i;

    sum = 0;

    for (i = 0; i < facts->nlines; i++) {
        if (!facts->lines[i].from_shop || facts->lines[i].quantity < 0) {
            return SP_NO_AMOUNT;
        }

        total = message_line_total(&facts->lines[i]);

        if (total == SP_NO_AMOUNT
            || __builtin_add_overflow(sum, total, &sum))
        {
            return SP_NO_AMOUNT;
        }
    }

    return sum;
}


static int64_t
message_count(const message_facts_t *facts)
{
    int64_t   count;
    unsigned  i;

    if (facts->count != SP_NO_AMOUNT) {
        return facts->count;
    }

    count = 0;

    for (i = 0; i < facts->nlines; i++) {
        if (message_quantity(&facts->lines[i]) > 0
            && __builtin_add_overflow(count,
                                      message_quantity(&facts->lines[i]),
                                      &count))
        {
            return 0;
        }
    }

    return count;
}


/* What stands where a picture would: the name's first letter or digit. */

static void
message_initial(message_data_t *md, mustache_value_t *item,
    const sp_str_t *name)
{
    char      utf8[U8_MAX_LENGTH];
    int32_t   i, len, bytes;
    UChar32   c;
    sp_str_t  text;

    len = name->len < 1024 ? (int32_t) name->len : 1024;

    for (i = 0; i < len; /* void */ ) {
        U8_NEXT(name->data, i, len, c);

        if (c > 0 && u_isalnum(c)) {
            c = u_toupper(c);
            bytes = 0;
            U8_APPEND_UNSAFE(utf8, bytes, c);
            text.data = utf8;
            text.len = (size_t) bytes;
            mustache_set_string(md->data, item, "initial", &text);
            return;
        }
    }
}
