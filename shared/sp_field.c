/*
 * Copyright (C) SitePreserver developers
 */

#include <strings.h>

#include "sp_field.h"
#include "sp_bot.h"
#include "sp_letter.h"
#include "sp_money.h"
#include "sp_price.h"
#include "sp_secret.h"
#include "sp_utf8.h"
#include "sp_words.h"


#define SP_SECRET_MAX   4096
#define SP_ID_MAX       128
#define SP_TEXT_MAX     256
#define SP_LINK_MAX     1024
#define SP_NUMBER_MAX   40
#define SP_CONSENT_NOS  6           /* of the words, the first so many */


static sp_rc_t sp_field_clean(const sp_pool_t *pool, size_t max, int whole,
    int cut, sp_str_t *value);
static int sp_field_plain(const sp_str_t *value);
static sp_rc_t sp_field_secret(const sp_pool_t *pool, sp_str_t *value);
static sp_rc_t sp_field_number(const sp_pool_t *pool, sp_str_t *value);
static sp_rc_t sp_field_price(const sp_pool_t *pool, sp_str_t *value);
static sp_rc_t sp_field_scale(const sp_pool_t *pool, sp_str_t *value);
static sp_rc_t sp_field_currency(const sp_pool_t *pool, sp_str_t *value);
static sp_rc_t sp_field_email(const sp_pool_t *pool, sp_str_t *value);
static sp_rc_t sp_field_first_name(const sp_pool_t *pool, sp_str_t *value);
static sp_rc_t sp_field_locale(const sp_pool_t *pool, sp_str_t *value);
static sp_rc_t sp_field_time_zone(const sp_pool_t *pool, sp_str_t *value);
static sp_rc_t sp_field_consent(sp_str_t *value);
static void sp_field_trim(sp_str_t *value);


sp_rc_t
sp_field_take(const sp_pool_t *pool, sp_form_of_t form, int cut,
    sp_str_t *value)
{
    if (value->len == 0) {
        return SP_DONE;
    }

    if (form == SP_FORM_TEXT) {
        return sp_field_clean(pool, SP_TEXT_MAX, 0, cut, value);
    }

    /* the beginning of anything else is something else */

    if (cut) {
        return SP_DONE;
    }

    switch (form) {

    case SP_FORM_SECRET:
        return sp_field_secret(pool, value);

    case SP_FORM_ID:
        return sp_field_clean(pool, SP_ID_MAX, 1, cut, value);

    case SP_FORM_LINK:
        return sp_field_clean(pool, SP_LINK_MAX, 1, cut, value);

    case SP_FORM_NUMBER:
        return sp_field_number(pool, value);

    case SP_FORM_PRICE:
        return sp_field_price(pool, value);

    case SP_FORM_SCALE:
        return sp_field_scale(pool, value);

    case SP_FORM_CURRENCY:
        return sp_field_currency(pool, value);

    case SP_FORM_EMAIL:
        return sp_field_email(pool, value);

    case SP_FORM_FIRST_NAME:
        return sp_field_first_name(pool, value);

    case SP_FORM_LOCALE:
        return sp_field_locale(pool, value);

    case SP_FORM_TIME_ZONE:
        return sp_field_time_zone(pool, value);

    case SP_FORM_CONSENT:
        return sp_field_consent(value);

    default:
        return SP_DONE;
    }
}


static sp_rc_t
sp_field_clean(const sp_pool_t *pool, size_t max, int whole, int cut,
    sp_str_t *value)
{
    sp_rc_t   rc;
    sp_str_t  in;

    if (whole && value->len > max) {
        return SP_DONE;
    }

    /* most are plain: nothing in them is to be changed */

    if (value->len <= max && sp_field_plain(value)) {
        in = *value;
        return sp_str_copy(pool, &in, value);
    }

    /* no more of it is copied than could be left in the end */

    in.data = value->data;
    in.len = value->len < 4 * max ? value->len : 4 * max;

    rc = sp_utf8_clean(pool, &in, max, value);
    if (rc != SP_OK) {
        return rc;
    }

    if (value->len == 0) {
        return SP_DONE;
    }

    in = *value;

    return sp_str_copy(pool, &in, value);
}


/* Printable ASCII, without a space at its begin or end. */

static int
sp_field_plain(const sp_str_t *value)
{
    return value->data[0] != ' ' && value->data[value->len - 1] != ' '
           && sp_utf8_plain(value->data, value->len);
}


static sp_rc_t
sp_field_secret(const sp_pool_t *pool, sp_str_t *value)
{
    sp_str_t  in;

    if (value->len > SP_SECRET_MAX) {
        return SP_DONE;
    }

    in = *value;

    return sp_str_copy(pool, &in, value);
}


/* Only its form is looked at: the scale and the currency may come later. */

static sp_rc_t
sp_field_number(const sp_pool_t *pool, sp_str_t *value)
{
    int64_t   amount;
    sp_str_t  in;

    in = *value;
    sp_field_trim(&in);

    if (in.len > SP_NUMBER_MAX
        || sp_money_parse(&in, 0, SP_MONEY_EXPONENT, &amount) != SP_OK)
    {
        return SP_DONE;
    }

    return sp_str_copy(pool, &in, value);
}


static sp_rc_t
sp_field_price(const sp_pool_t *pool, sp_str_t *value)
{
    sp_str_t  in;

    if (!sp_price_is(value)) {
        return SP_DONE;
    }

    in = *value;

    return sp_str_copy(pool, &in, value);
}


static sp_rc_t
sp_field_scale(const sp_pool_t *pool, sp_str_t *value)
{
    unsigned  scale;
    sp_str_t  in;

    in = *value;
    sp_field_trim(&in);

    if (sp_word_number(&in, 9, &scale) != SP_OK) {
        return SP_DONE;
    }

    return sp_str_copy(pool, &in, value);
}


static sp_rc_t
sp_field_currency(const sp_pool_t *pool, sp_str_t *value)
{
    char      code[4];
    sp_str_t  in;

    in = *value;
    sp_field_trim(&in);

    if (sp_money_code(&in, code) != SP_OK) {
        return SP_DONE;
    }

    in.len = 3;
    in.data = code;

    return sp_str_copy(pool, &in, value);
}


static sp_rc_t
sp_field_email(const sp_pool_t *pool, sp_str_t *value)
{
    char      address[SP_ADDRESS_MAX + 1];
    size_t    len;
    sp_str_t  in;

    if (sp_address_normalise(value, address, &len) != SP_OK) {
        return SP_DONE;
    }

    in.len = len;
    in.data = address;

    if (sp_bot_address(&in)) {
        return SP_DONE;
    }

    return sp_str_copy(pool, &in, value);
}


/*
 * A first name is the one text of a stranger that may stand in a message, so
 * nothing can be in it that makes a sentence, a number or a link.
 */

static sp_rc_t
sp_field_first_name(const sp_pool_t *pool, sp_str_t *value)
{
    char      c;
    size_t    i, n, len;
    sp_rc_t   rc;

    rc = sp_field_clean(pool, 4 * SP_FIRST_NAME_MAX, 1, 0, value);
    if (rc != SP_OK) {
        return rc;
    }

    n = 0;

    for (i = 0; i < value->len; i += len) {
        c = value->data[i];
        len = sp_letter(value, i);
        n++;

        if (len != 0) {
            continue;
        }

        if (c == ' ' || c == '-' || c == '\'') {
            len = 1;

        } else if (value->len - i >= 3
                   && memcmp(value->data + i, "\xe2\x80\x99", 3) == 0)
        {
            len = 3;                /* U+2019, the apostrophe of O'Brien */

        } else {
            return SP_DONE;
        }
    }

    return n <= SP_FIRST_NAME_MAX ? SP_OK : SP_DONE;
}


static sp_rc_t
sp_field_locale(const sp_pool_t *pool, sp_str_t *value)
{
    char      c, *p;
    size_t    i, part;
    sp_str_t  in;

    in = *value;
    sp_field_trim(&in);

    for (i = 0; i < in.len; i++) {
        if (in.data[i] == ',' || in.data[i] == ';' || in.data[i] == '.') {
            break;
        }
    }

    in.len = i;

    if (in.len < 2 || in.len > SP_LOCALE_MAX) {
        return SP_DONE;
    }

    if (sp_str_copy(pool, &in, value) != SP_OK) {
        return SP_NOMEM;
    }

    p = (char *) value->data;
    part = 0;

    for (i = 0; i <= value->len; i++) {
        c = p[i];

        if (i == value->len || c == '-' || c == '_') {
            if (part == 0 || part > 8 || (i == part && part > 3)) {
                return SP_DONE;
            }

            if (i < value->len) {
                p[i] = '-';
            }

            part = 0;
            continue;
        }

        if (!(((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
              || (i > part && c >= '0' && c <= '9')))
        {
            return SP_DONE;
        }

        part++;
    }

    return SP_OK;
}


static sp_rc_t
sp_field_time_zone(const sp_pool_t *pool, sp_str_t *value)
{
    char      c;
    size_t    i;
    unsigned  slashes;
    sp_str_t  in;

    in = *value;
    sp_field_trim(&in);

    if (in.len == 0 || in.len > SP_TIME_ZONE_MAX) {
        return SP_DONE;
    }

    slashes = 0;

    for (i = 0; i < in.len; i++) {
        c = in.data[i];

        if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') {
            continue;
        }

        if (i == 0
            || !((c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-'
                 || (c == '/' && ++slashes <= 2)))
        {
            return SP_DONE;
        }
    }

    return sp_str_copy(pool, &in, value);
}


static sp_rc_t
sp_field_consent(sp_str_t *value)
{
    size_t    i;
    sp_str_t  in;

    static const sp_str_t  yes = sp_string("1");
    static const sp_str_t  words[] = {
        sp_string("0"), sp_string("false"), sp_string("no"), sp_string("off"),
        sp_string("n"), sp_string("f"),
        sp_string("null"), sp_string("undefined"), sp_string("none")
    };

    in = *value;
    sp_field_trim(&in);

    if (in.len == 0) {
        return SP_DONE;
    }

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {

        if (in.len != words[i].len
            || strncasecmp(in.data, words[i].data, in.len) != 0)
        {
            continue;
        }

        if (i >= SP_CONSENT_NOS) {
            return SP_DONE;
        }

        *value = words[0];

        return SP_OK;
    }

    *value = yes;

    return SP_OK;
}


static void
sp_field_trim(sp_str_t *value)
{
    while (value->len != 0 && (unsigned char) value->data[0] <= ' ') {
        value->data++;
        value->len--;
    }

    while (value->len != 0
           && (unsigned char) value->data[value->len - 1] <= ' ')
    {
        value->len--;
    }
}


sp_rc_t
sp_field_quantity(const sp_str_t *text, int64_t *quantity, int *whole)
{
    int64_t  n, thousandths;

    if (sp_money_read(text, 0, 0, &n, whole) != SP_OK
        || sp_money_parse(text, 0, 3, &thousandths) != SP_OK
        || n > SP_QUANTITY_MAX)
    {
        return SP_INVALID;
    }

    *quantity = (n == 0 && thousandths > 0) ? 1 : n;

    return SP_OK;
}


sp_rc_t
sp_field_amount(const sp_str_t *text, const sp_str_t *scale,
    const sp_str_t *currency, int64_t *amount, sp_amount_t *how)
{
    int          exponent, exact;
    unsigned     n;
    const char  *point;

    if (sp_price_is(text)) {
        *how = SP_AMOUNT_EXACT;
        return sp_price_amount(text, currency, amount);
    }

    n = 0;

    if (scale->len != 0 && sp_word_number(scale, 9, &n) != SP_OK) {
        return SP_INVALID;
    }

    exponent = sp_money_exponent(currency);

    if (sp_money_read(text, (int) n, exponent, amount, &exact) != SP_OK) {
        return SP_INVALID;
    }

    *how = exact ? SP_AMOUNT_EXACT : SP_AMOUNT_ROUNDED;

    if (exponent == 0 && n == 0) {
        point = memchr(text->data, '.', text->len);

        if (*how == SP_AMOUNT_ROUNDED
            || (point != NULL && text->data + text->len - point == 4))
        {
            *how = SP_AMOUNT_DOUBTFUL;
        }
    }

    return SP_OK;
}
