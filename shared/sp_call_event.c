/*
 * Copyright (C) SitePreserver developers
 *
 * The arguments of sp1_event: docs/redis.md describes them.
 */

#include <stdio.h>

#include "sp_call_int.h"


/* Flags of an event, of who it is, and of an alias, as the functions know. */

#define SP_E_ERASE         1
#define SP_E_MOVED_OWN     2
#define SP_E_CHECKOUT      4
#define SP_E_LOGGED_IN     8
#define SP_E_FORGET        16
#define SP_E_DEVICE        32       /* times the device */
#define SP_E_VISITED       128

#define SP_W_CONSENT       8        /* times how it came */
#define SP_W_WITHDRAWN     64
#define SP_W_ASKED         128

#define SP_A_BIND          1
#define SP_A_DELETED       2
#define SP_A_OWN           4
#define SP_A_CUSTOMER      '8'
#define SP_A_RECALL        '9'


static void sp_text_terms(sp_text_t *text, const sp_terms_t *terms);
static void sp_text_head(sp_text_t *text, const sp_event_t *event);
static void sp_text_who(sp_text_t *text, const sp_event_t *event);
static void sp_text_aliases(sp_text_t *text, const sp_event_t *event);
static int sp_event_nobody(const sp_event_t *event);
static unsigned sp_event_how(const sp_event_t *event);
static void sp_text_id(sp_text_t *text, const sp_id_t *id);
static int sp_text_line(sp_text_t *text, const sp_line_t *line, int known);
static int sp_line_is_product(int64_t price, int64_t quantity,
    int64_t total);
static void sp_text_currency(sp_text_t *text, const sp_str_t *code);
static void sp_text_texts(sp_text_t *text, const sp_line_t *line);
static void sp_text_page(sp_text_t *text, const sp_line_t *line,
    unsigned separators);


sp_rc_t
sp_call_event(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    const sp_terms_t *terms, const sp_event_t *event, const sp_str_t *source,
    uint64_t seq)
{
    size_t     part[6], n;
    sp_rc_t    rc;
    sp_text_t  text;

    rc = sp_call_stream(call, pool, "sp1_event", shop, "v:", &event->visit,
                        source, seq);

    if (rc != SP_OK) {
        return rc;
    }

    sp_text_start(&text, pool, 512);

    if (terms->text.len != 0) {
        sp_text_add(&text, terms->text.data, terms->text.len);

    } else {
        sp_text_terms(&text, terms);
    }

    sp_text_head(&text, event);
    part[0] = text.len;
    sp_text_amount(&text, event->total);
    part[1] = text.len;
    sp_text_who(&text, event);
    part[2] = text.len;
    sp_text_aliases(&text, event);
    part[3] = text.len;
    sp_text_lines(&text, event);
    part[4] = text.len;

    if (event->seen != 0) {
        sp_text_number(&text, (int64_t) event->seen);
    }

    part[5] = text.len;

    if (text.failed) {
        return SP_NOMEM;
    }

    sp_call_arg(call, text.data, part[0]);

    for (n = 1; n < 6; n++) {
        sp_call_arg(call, text.data + part[n - 1], part[n] - part[n - 1]);
    }

    sp_call_age(call);

    return SP_OK;
}


sp_captured_t
sp_captured(unsigned kinds)
{
    if (kinds & SP_LOGIN) {
        return SP_CAPTURED_LOGIN;
    }

    if (kinds & SP_SIGN_UP) {
        return SP_CAPTURED_SIGN_UP;
    }

    if (kinds & (SP_BEGIN_CHECKOUT | SP_ADD_SHIPPING_INFO
                 | SP_ADD_PAYMENT_INFO | SP_PURCHASE))
    {
        return SP_CAPTURED_CHECKOUT;
    }

    if (kinds & SP_GENERATE_LEAD) {
        return SP_CAPTURED_NEWSLETTER;
    }

    return kinds != 0 ? SP_CAPTURED_IDENTIFY : SP_CAPTURED_NOT;
}


sp_rc_t
sp_terms_text(sp_terms_t *terms, const sp_pool_t *pool)
{
    sp_text_t  text;

    sp_text_start(&text, pool, 128);
    sp_text_terms(&text, terms);

    if (text.failed) {
        return SP_NOMEM;
    }

    terms->text.data = text.data;
    terms->text.len = text.len;

    return SP_OK;
}


static void
sp_text_terms(sp_text_t *text, const sp_terms_t *terms)
{
    sp_text_number(text, terms->idle);
    sp_text_char(text, ' ');
    sp_text_number(text, terms->retain);
    sp_text_char(text, ' ');
    sp_text_number(text, terms->anonymous);
    sp_text_char(text, ' ');
    sp_text_number(text, terms->remember);
    sp_text_char(text, ' ');
    sp_text_number(text, terms->hold);
    sp_text_char(text, ' ');
    sp_text_number(text, terms->addresses);
}


/* The same for many events, so that the function reads it only once. */

static void
sp_text_head(sp_text_t *text, const sp_event_t *event)
{
    unsigned  flags;

    flags = (event->erase ? SP_E_ERASE : 0)
            | (event->moved_own ? SP_E_MOVED_OWN : 0)
            | (event->checkout ? SP_E_CHECKOUT : 0)
            | (event->logged_in ? SP_E_LOGGED_IN : 0)
            | (event->forget ? SP_E_FORGET : 0)
            | ((unsigned) event->device & 3) * SP_E_DEVICE
            | (event->visited ? SP_E_VISITED : 0);

    sp_text_char(text, ' ');
    sp_text_number(text, event->kinds);
    sp_text_char(text, ' ');
    sp_text_number(text, event->status);
    sp_text_char(text, ' ');
    sp_text_number(text, event->cart);
    sp_text_char(text, ' ');
    sp_text_number(text, flags);
    sp_text_char(text, ' ');
    sp_text_currency(text, &event->currency);
}


static void
sp_text_who(sp_text_t *text, const sp_event_t *event)
{
    if (sp_event_nobody(event)) {
        return;
    }

    sp_text_id(text, &event->moved_from);
    sp_text_id(text, &event->shopper);
    sp_text_id(text, &event->network);
    sp_text_clean(text, &event->first_name, SP_CALL_FIRST_NAME_MAX);
    sp_text_char(text, SP_FIELD);
    sp_text_clean(text, &event->locale, SP_LOCALE_MAX);

    if (event->time_zone.len != 0) {
        sp_text_char(text, ' ');
        sp_text_clean(text, &event->time_zone, SP_TIME_ZONE_MAX);
    }

    sp_text_char(text, SP_FIELD);
    sp_text_id(text, &event->order);
    sp_text_id(text, &event->click.shopper);

    if (event->click.shopper.text[0] != '\0') {
        sp_text_number(text, (int64_t) (event->click.rescue & 0xffffffff));
        sp_text_char(text, SP_FIELD);
        sp_text_number(text, event->click.step);
        sp_text_char(text, SP_FIELD);

    } else {
        sp_text_char(text, SP_FIELD);
        sp_text_char(text, SP_FIELD);
    }

    sp_text_number(text, sp_event_how(event));
    sp_text_char(text, SP_FIELD);

    /* the last one: any byte may be in it */

    if (event->sealed.len <= SP_SEALED_MAX) {
        sp_text_add(text, event->sealed.data, event->sealed.len);
    }
}


/*
 * Ids of one length with a digit of flags each; the customer is one of them, and
 * the browser.
 */

static void
sp_text_aliases(sp_text_t *text, const sp_event_t *event)
{
    unsigned  i, flags;

    for (i = 0; i < event->naliases; i++) {
        flags = (event->aliases[i].bind ? SP_A_BIND : 0)
                | (event->aliases[i].deleted ? SP_A_DELETED : 0)
                | (event->aliases[i].own ? SP_A_OWN : 0);

        sp_text_add(text, event->aliases[i].id.text,
                    strlen(event->aliases[i].id.text));
        sp_text_char(text, (char) ('0' + flags));
    }

    if (event->customer.text[0] != '\0') {
        sp_text_add(text, event->customer.text, strlen(event->customer.text));
        sp_text_char(text, SP_A_CUSTOMER);
    }

    if (event->recall.text[0] != '\0') {
        sp_text_add(text, event->recall.text, strlen(event->recall.text));
        sp_text_char(text, SP_A_RECALL);
    }
}


static int
sp_event_nobody(const sp_event_t *event)
{
    return event->moved_from.text[0] == '\0'
           && event->shopper.text[0] == '\0'
           && event->order.text[0] == '\0'
           && event->click.shopper.text[0] == '\0'
           && event->first_name.len == 0
           && event->locale.len == 0
           && event->time_zone.len == 0
           && event->consent == SP_CONSENT_NOT;
}


/* How the address came, how consent did, and whose word the locale is. */

static unsigned
sp_event_how(const sp_event_t *event)
{
    unsigned  how;

    how = (unsigned) event->captured & 7;

    if (event->consent != SP_CONSENT_NOT) {
        how |= ((unsigned) event->consented & 7) * SP_W_CONSENT
               | (event->consent == SP_CONSENT_WITHDRAWN ? SP_W_WITHDRAWN : 0);
    }

    return how | (event->asked && event->locale.len != 0 ? SP_W_ASKED : 0);
}


static void
sp_text_id(sp_text_t *text, const sp_id_t *id)
{
    sp_text_add(text, id->text, strlen(id->text));
    sp_text_char(text, SP_FIELD);
}


void
sp_text_lines(sp_text_t *text, const sp_event_t *event)
{
    size_t      start;
    unsigned    i, n;
    sp_line_t  *line;

    n = 0;

    for (i = 0; i < event->nlines && n < SP_ITEMS_MAX; i++) {
        line = &event->lines[i];

        if (line->id.len > SP_CALL_ITEM_ID_MAX
            || line->key.len > SP_CALL_KEY_MAX)
        {
            continue;
        }

        start = text->len;

        if (n != 0) {
            sp_text_char(text, SP_RECORD);
        }

        if (sp_text_line(text, line, event->known != NULL && event->known[i]))
        {
            n++;

        } else {
            text->len = start;
        }
    }
}


/* Zero: there is neither an id nor a key in it. */

static int
sp_text_line(sp_text_t *text, const sp_line_t *line, int known)
{
    size_t   least, start;
    int64_t  quantity;

    start = text->len;
    sp_text_clean(text, &line->id, SP_CALL_ITEM_ID_MAX);
    sp_text_char(text, SP_FIELD);
    sp_text_clean(text, &line->key, SP_CALL_KEY_MAX);

    if (text->len == start + 1) {
        return 0;
    }

    sp_text_char(text, SP_FIELD);

    quantity = line->quantity;

    if (quantity != SP_NO_AMOUNT) {
        quantity = quantity > 0 ? quantity : 0;

        if (quantity > SP_QUANTITY_MAX) {
            quantity = SP_QUANTITY_MAX;
        }

        sp_text_number(text, quantity);
    }

    sp_text_char(text, SP_FIELD);

    if (!line->from_shop) {
        sp_text_page(text, line, 8);
        return 1;
    }

    sp_text_amount(text, line->price);
    least = text->len;

    sp_text_char(text, SP_FIELD);

    if (!sp_line_is_product(line->price, quantity, line->total)) {
        sp_text_amount(text, line->total);
    }

    if (!known) {
        sp_text_char(text, SP_FIELD);
        sp_text_texts(text, line);
    }

    sp_text_page(text, line, known ? 7 : 1);

    /* what is empty at the end is left out */

    while (!text->failed && text->len > least
           && text->data[text->len - 1] == SP_FIELD)
    {
        text->len--;
    }

    return 1;
}


/* Is the total what anyone would make of price and quantity? */

static int
sp_line_is_product(int64_t price, int64_t quantity, int64_t total)
{
    if (quantity == SP_NO_AMOUNT || price > SP_CALL_PRICE_MAX
        || price < -SP_CALL_PRICE_MAX)
    {
        return 0;
    }

    return total == price * quantity;
}


static void
sp_text_texts(sp_text_t *text, const sp_line_t *line)
{
    sp_text_clean(text, &line->sku, SP_CALL_SKU_MAX);
    sp_text_char(text, SP_FIELD);
    sp_text_clean(text, &line->name, SP_CALL_NAME_MAX);
    sp_text_char(text, SP_FIELD);
    sp_text_url(text, &line->url);
    sp_text_char(text, SP_FIELD);
    sp_text_url(text, &line->image);
    sp_text_char(text, SP_FIELD);
    sp_text_clean(text, &line->options, SP_CALL_OPTIONS_MAX);
    sp_text_char(text, SP_FIELD);
    sp_text_clean(text, &line->category, SP_CALL_CATEGORY_MAX);
}


/* The last field of all; so many separators are before it. */

static void
sp_text_page(sp_text_t *text, const sp_line_t *line, unsigned separators)
{
    if (line->page == NULL) {
        return;
    }

    while (separators-- != 0) {
        sp_text_char(text, SP_FIELD);
    }

    sp_text_add(text, line->page, SP_ID_LEN);
}


/* A link that is cut leads elsewhere: it is left out as a whole. */

void
sp_text_url(sp_text_t *text, const sp_str_t *url)
{
    if (url->len <= SP_CALL_URL_MAX) {
        sp_text_clean(text, url, SP_CALL_URL_MAX);
    }
}


void
sp_text_amount(sp_text_t *text, int64_t amount)
{
    if (amount == SP_UNSURE) {
        sp_text_char(text, '-');

    } else if (amount <= SP_CALL_AMOUNT_MAX && amount >= -SP_CALL_AMOUNT_MAX) {
        sp_text_number(text, amount);
    }
}


static void
sp_text_currency(sp_text_t *text, const sp_str_t *code)
{
    size_t  i;

    for (i = 0; i < code->len; i++) {

        if (code->data[i] < 'A' || code->data[i] > 'Z') {
            return;
        }
    }

    if (code->len == 3) {
        sp_text_add(text, code->data, 3);
    }
}
