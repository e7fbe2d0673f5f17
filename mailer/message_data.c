/*
 * Copyright (C) SitePreserver developers
 */

#include <stdio.h>

#include <unicode/uloc.h>

#include "creative_colour.h"
#include "date.h"
#include "message_data.h"


#define MESSAGE_COLOUR       0x1f2937u  /* of a shop that has none */
#define MESSAGE_DARK         0x1c1e22u  /* a creative's card in dark mode */
#define MESSAGE_LINE_MAX     200
#define MESSAGE_ADDRESS_MAX  8          /* lines */


static void message_when(message_data_t *md);
static sp_rc_t message_shop(message_data_t *md);
static sp_rc_t message_colours(message_data_t *md, mustache_value_t *shop);
static void message_set_colour(message_data_t *md, mustache_value_t *object,
    const char *key, uint32_t colour);
static void message_address(message_data_t *md, mustache_value_t *shop);
static sp_rc_t message_links(message_data_t *md);
static sp_rc_t message_page(message_data_t *md, const char *name,
    const sp_str_t *link);
static void message_locale(message_data_t *md,
    const creative_locale_t *creative);
static sp_rc_t message_wrong(message_data_t *md, const char *what);


sp_rc_t
message_data_create(message_data_t *md, const message_facts_t *facts,
    const creative_locale_t *creative, sp_error_t *err)
{
    sp_rc_t   rc;
    sp_str_t  currency;

    memset(md, 0, sizeof(message_data_t));
    buffer_init(&md->unsubscribe, LINKS_URL_MAX);
    buffer_init(&md->utm_content, 512);
    buffer_init(&md->utm_id, 256);

    md->facts = facts;
    md->err = err;
    md->site.base = facts->shop->cart_url;
    md->site.hosts = facts->shop->hosts;
    md->site.nhosts = facts->shop->nhosts;
    md->site.unsubscribe = facts->unsubscribe;

    md->data = mustache_data_create(MESSAGE_DATA_MAX);

    if (md->data == NULL) {
        return SP_NOMEM;
    }

    md->root = mustache_object(md->data);
    message_locale(md, creative);

    currency = facts->currency;

    if (money_exponent(&currency) < 0) {
        currency.len = 0;           /* no amount is better than a wrong one */
    }

    md->money = money_get(&currency, &md->locale, err);

    if (md->money == NULL) {
        return SP_INVALID;
    }

    if (message_first_name(&facts->first_name)) {
        mustache_set_string(md->data, md->root, "first_name",
                            &facts->first_name);
    }

    message_set_line(md, md->root, "campaign", &facts->series,
                     MESSAGE_LINE_MAX);
    message_set_line(md, md->root, "step", &facts->step, MESSAGE_LINE_MAX);

    message_utm(md, creative);
    message_offer(md, creative);
    message_when(md);
    mustache_set_bool(md->data, md->root, "checkout_error",
                      facts->checkout_error);
    rc = message_shop(md);

    if (rc == SP_OK) {
        rc = message_links(md);
    }

    if (rc == SP_OK) {
        rc = message_items(md);
    }

    if (rc == SP_OK && mustache_data_failed(md->data)) {
        rc = message_wrong(md, "the message's data is too large");
    }

    return rc;
}


void
message_data_free(message_data_t *md)
{
    buffer_free(&md->unsubscribe);
    buffer_free(&md->utm_content);
    buffer_free(&md->utm_id);
    money_put(md->money);
    mustache_data_destroy(md->data);
}


void
message_set_line(message_data_t *md, mustache_value_t *object,
    const char *key, const sp_str_t *text, size_t max)
{
    buffer_t  b;

    if (text->len == 0) {
        return;
    }

    buffer_init(&b, MESSAGE_DATA_MAX);
    mime_line(&b, text, max);

    if (b.len != 0) {
        mustache_set(md->data, object, key,
                     mustache_string(md->data, b.data, b.len));
    }

    buffer_free(&b);
}


void
message_set_number(message_data_t *md, mustache_value_t *object,
    const char *key, int64_t number)
{
    buffer_t  b;

    buffer_init(&b, 256);

    if (money_number(md->money, number, &b) == SP_OK) {
        mustache_set(md->data, object, key,
                     mustache_string(md->data, b.data, b.len));
    }

    buffer_free(&b);
}


void
message_set_amount(message_data_t *md, mustache_value_t *object,
    const char *key, int64_t minor)
{
    buffer_t  b;

    if (minor == SP_NO_AMOUNT) {
        return;
    }

    buffer_init(&b, 256);

    if (money_format(md->money, minor, &b) == SP_OK) {
        mustache_set(md->data, object, key,
                     mustache_string(md->data, b.data, b.len));
    }

    buffer_free(&b);
}


void
message_set_date(message_data_t *md, mustache_value_t *object,
    const char *key, int64_t time, const char *zone)
{
    buffer_t  b;

    buffer_init(&b, 512);

    if (date_format(&md->locale, zone, time, &b) == SP_OK) {
        mustache_set(md->data, object, key,
                     mustache_string(md->data, buffer_text(&b), b.len));
    }

    buffer_free(&b);
}


void
message_set_picture(message_data_t *md, mustache_value_t *object,
    const char *key, const sp_str_t *url)
{
    buffer_t  b;

    if (url->len == 0) {
        return;
    }

    buffer_init(&b, LINKS_URL_MAX);

    if (links_absolute(&md->site, url, &b) == SP_OK) {
        mustache_set(md->data, object, key,
                     mustache_string(md->data, b.data, b.len));
    }

    buffer_free(&b);
}


void
message_set_plural(message_data_t *md, mustache_value_t *object,
    const char *key, int64_t number)
{
    mustache_value_t  *plural;

    plural = mustache_object(md->data);
    mustache_set_bool(md->data, plural, money_plural(md->money, number), 1);
    mustache_set(md->data, object, key, plural);
}


/* Which message of the series it is, and how long the cart has been left. */

static void
message_when(message_data_t *md)
{
    int64_t                 hours;
    const message_facts_t  *facts;

    facts = md->facts;

    if (facts->step_number != 0) {
        message_set_number(md, md->root, "step_number", facts->step_number);
    }

    if (facts->left <= 0 || facts->date < facts->left) {
        return;
    }

    hours = (facts->date - facts->left) / 3600;

    if (hours > 0) {
        message_set_number(md, md->root, "hours_since", hours);
        message_set_plural(md, md->root, "hours_since_is", hours);
    }
}


static sp_rc_t
message_shop(message_data_t *md)
{
    mustache_value_t      *shop, *logo;
    const message_shop_t  *s;

    s = md->facts->shop;

    if (s->name.len == 0) {
        return message_wrong(md, "the shop has no name");
    }

    shop = mustache_object(md->data);
    mustache_set(md->data, md->root, "shop", shop);

    message_set_line(md, shop, "name", &s->name, MESSAGE_LINE_MAX);
    message_set_line(md, shop, "reply_to", &s->reply_to, MESSAGE_LINE_MAX);

    if (s->logo.len != 0) {
        logo = mustache_object(md->data);
        message_set_picture(md, logo, "url", &s->logo);

        if (s->logo_width != 0 && s->logo_height != 0) {
            mustache_set_number(md->data, logo, "width", s->logo_width);
            mustache_set_number(md->data, logo, "height", s->logo_height);
        }

        if (mustache_first(logo) != NULL) {
            mustache_set(md->data, shop, "logo", logo);
        }
    }

    message_address(md, shop);

    return message_colours(md, shop);
}


/*
 * A brand's colour is for a surface: text on it is white or black, and where
 * it is text itself it is made as dark, or in dark mode as light, as reading
 * needs.
 */

static sp_rc_t
message_colours(message_data_t *md, mustache_value_t *shop)
{
    uint32_t         colour, dark;
    const sp_str_t  *text;

    text = &md->facts->shop->colour;
    colour = MESSAGE_COLOUR;

    if (text->len != 0 && creative_colour_parse(text, &colour) != SP_OK) {
        return message_wrong(md, "the brand's colour is not \"#rrggbb\"");
    }

    dark = creative_colour_readable(colour, MESSAGE_DARK, 3);

    message_set_colour(md, shop, "colour", colour);
    message_set_colour(md, shop, "on_colour", creative_colour_on(colour));
    message_set_colour(md, shop, "ink",
                       creative_colour_readable(colour, CREATIVE_WHITE, 4.5));
    message_set_colour(md, shop, "dark_colour", dark);
    message_set_colour(md, shop, "on_dark_colour", creative_colour_on(dark));
    message_set_colour(md, shop, "dark_ink",
                       creative_colour_readable(colour, MESSAGE_DARK, 4.5));

    return SP_OK;
}


static void
message_set_colour(message_data_t *md, mustache_value_t *object,
    const char *key, uint32_t colour)
{
    char  text[CREATIVE_COLOUR_SIZE];

    creative_colour_text(colour, text);
    mustache_set(md->data, object, key,
                 mustache_string(md->data, text, strlen(text)));
}


static void
message_address(message_data_t *md, mustache_value_t *shop)
{
    size_t             n;
    sp_str_t           line;
    buffer_t           b;
    const char        *p, *end, *eol;
    mustache_value_t  *lines;

    p = md->facts->shop->address.data;
    end = p + md->facts->shop->address.len;
    lines = mustache_list(md->data);
    buffer_init(&b, MESSAGE_DATA_MAX);

    for (n = 0; p < end && n < MESSAGE_ADDRESS_MAX; p = eol + 1, n++) {
        eol = memchr(p, '\n', (size_t) (end - p));

        if (eol == NULL) {
            eol = end;
        }

        line.data = p;
        line.len = (size_t) (eol - p);

        buffer_reset(&b);
        mime_line(&b, &line, MESSAGE_LINE_MAX);

        if (b.len != 0) {
            mustache_append(md->data, lines,
                            mustache_string(md->data, b.data, b.len));
        }
    }

    buffer_free(&b);
    mustache_set(md->data, shop, "address", lines);
}


static sp_rc_t
message_links(message_data_t *md)
{
    const message_facts_t  *facts;

    facts = md->facts;

    if (!links_own(&md->site, &facts->shop->cart_url)) {
        return message_wrong(md, "cart_url is not an http or https URL");
    }

    if (facts->unsubscribe.len == 0
        || links_absolute(&md->site, &facts->unsubscribe, &md->unsubscribe)
           != SP_OK)
    {
        return message_wrong(md, "the unsubscribe link is not a URL");
    }

    mustache_set(md->data, md->root, "unsubscribe_link",
                 mustache_string(md->data, buffer_text(&md->unsubscribe),
                                 md->unsubscribe.len));

    if (message_set_link(md, md->root, "cart_link", &facts->shop->cart_url,
                         "cta") != SP_OK
        || message_set_link(md, md->root, "cart_link_items",
                            &facts->shop->cart_url, "items") != SP_OK)
    {
        return message_wrong(md, "cart_url is too long");
    }

    if (message_page(md, "preferences_link", &facts->preferences) != SP_OK) {
        return message_wrong(md, "the preferences link is not a URL");
    }

    if (message_page(md, "not_me_link", &facts->not_me) != SP_OK) {
        return message_wrong(md, "the \"not me\" link is not a URL");
    }

    return SP_OK;
}


/* A page of ours beside the unsubscribe page, and like that never tagged. */

static sp_rc_t
message_page(message_data_t *md, const char *name, const sp_str_t *link)
{
    buffer_t  b;

    if (link->len == 0) {
        return SP_OK;
    }

    buffer_init(&b, LINKS_URL_MAX);

    if (links_absolute(&md->site, link, &b) != SP_OK) {
        buffer_free(&b);
        return SP_INVALID;
    }

    mustache_set(md->data, md->root, name,
                 mustache_string(md->data, buffer_text(&b), b.len));
    buffer_free(&b);

    return SP_OK;
}


/*
 * The language is the creative's; the region, and with it the way numbers are
 * written, is the shopper's if that is of the same language.
 */

static void
message_locale(message_data_t *md, const creative_locale_t *creative)
{
    int          rtl;
    char         shopper[MONEY_LOCALE_MAX], locale[MONEY_LOCALE_MAX];
    char         language[2][16];
    sp_str_t     s;
    UErrorCode   status;

    s.data = creative->locale;
    s.len = strlen(creative->locale);

    money_locale(&s, locale);
    money_locale(&md->facts->locale, shopper);

    status = U_ZERO_ERROR;
    (void) uloc_getLanguage(locale, language[0], 16, &status);
    (void) uloc_getLanguage(shopper, language[1], 16, &status);

    if (md->facts->locale.len != 0 && U_SUCCESS(status)
        && strcmp(language[0], language[1]) == 0)
    {
        s = md->facts->locale;
    }

    md->locale = s;

    s.data = creative->locale;
    s.len = strlen(creative->locale);
    mustache_set_string(md->data, md->root, "language", &s);

    rtl = uloc_isRightToLeft(locale);
    s.data = rtl ? "rtl" : "ltr";
    s.len = 3;
    mustache_set_string(md->data, md->root, "direction", &s);
    mustache_set_bool(md->data, md->root, "rtl", rtl);
}


static sp_rc_t
message_wrong(message_data_t *md, const char *what)
{
    (void) snprintf(md->err->text, sizeof(md->err->text), "%s", what);

    return SP_INVALID;
}
