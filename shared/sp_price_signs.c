/*
 * Copyright (C) SitePreserver developers
 *
 * The characters of a price, in the scripts that shops use.
 */

#include "sp_price_int.h"


static char price_ascii(const sp_str_t *text, size_t *i);
static char price_other(uint32_t code);
static uint32_t price_code(const sp_str_t *text, size_t *i);
static void price_find_times(price_t *price);


#define PRICE_DROP     '\0'
#define PRICE_MAYBE_X  'X'          /* a letter that looks like it */


sp_rc_t
price_signs(price_t *price, const sp_str_t *text)
{
    char    sign;
    size_t  i, at;

    if (text->len > SP_PRICE_TEXT) {
        return SP_INVALID;
    }

    price->text = text->data;
    price->nsigns = 0;
    price->n = 0;
    price->times = 0;

    for (i = 0; i < text->len; /* void */ ) {
        at = i;

        if ((unsigned char) text->data[i] < 0x80) {
            sign = price_ascii(text, &i);

        } else {
            sign = price_other(price_code(text, &i));
        }

        if (sign == PRICE_DROP) {
            continue;
        }

        price->signs[price->nsigns] = sign;
        price->at[price->nsigns] = (unsigned) at;
        price->end[price->nsigns] = (unsigned) i;
        price->nsigns++;
    }

    price_find_times(price);

    return SP_OK;
}


static char
price_ascii(const sp_str_t *text, size_t *i)
{
    char         c;
    const char  *end;

    c = text->data[(*i)++];

    switch (c) {

    case '.': case ',': case '\'': case ' ': case '-': case '%':
    case '(': case ')':
        return c;

    case '\t': case '\r': case '\n': case '\f':
        return PRICE_BREAK;

    case 'x': case 'X':
        return PRICE_MAYBE_X;

    case '<':
        end = memchr(text->data + *i, '>', text->len - *i);

        if (end == NULL) {
            return PRICE_SYMBOL;
        }

        *i = (size_t) (end + 1 - text->data);

        return PRICE_BREAK;
    }

    if (c >= '0' && c <= '9') {
        return c;
    }

    c = (char) (c | 0x20);

    return c >= 'a' && c <= 'z' ? PRICE_LETTER : PRICE_SYMBOL;
}


static char
price_other(uint32_t code)
{
    unsigned  i;

    static const uint32_t  zeros[] = { 0x660, 0x6f0, 0x966, 0xff10 };

    static const struct {
        uint32_t  first;
        uint32_t  last;
        char      sign;
    } ranges[] = {
        { 0x00a0, 0x00a0, ' ' }, { 0x2000, 0x200a, ' ' },
        { 0x202f, 0x202f, ' ' }, { 0x205f, 0x205f, ' ' },
        { 0x3000, 0x3000, ' ' },
        { 0x00ad, 0x00ad, PRICE_DROP }, { 0x061c, 0x061c, PRICE_DROP },
        { 0x200b, 0x200b, PRICE_BREAK },
        { 0x200c, 0x200f, PRICE_DROP }, { 0x202a, 0x202e, PRICE_DROP },
        { 0x2060, 0x2069, PRICE_DROP }, { 0xfeff, 0xfeff, PRICE_DROP },
        { 0x02bc, 0x02bc, '\'' }, { 0x2018, 0x2019, '\'' },
        { 0x066c, 0x066c, '\'' }, { 0xff07, 0xff07, '\'' },
        { 0x066b, 0x066b, PRICE_POINT },
        { 0xff0c, 0xff0c, ',' }, { 0xff0e, 0xff0e, '.' },
        { 0x2010, 0x2015, '-' }, { 0x2212, 0x2212, '-' },
        { 0xfe63, 0xfe63, '-' }, { 0xff0d, 0xff0d, '-' },
        { 0x00d7, 0x00d7, PRICE_TIMES }, { 0x2715, 0x2716, PRICE_TIMES },
        { 0x2a2f, 0x2a2f, PRICE_TIMES }, { 0x0445, 0x0445, PRICE_MAYBE_X },
        { 0x066a, 0x066a, '%' }, { 0xff05, 0xff05, '%' },
        { 0x00a1, 0x00bf, PRICE_SYMBOL }, { 0x0e3f, 0x0e3f, PRICE_SYMBOL },
        { 0x2016, 0x20cf, PRICE_SYMBOL }, { 0xffe0, 0xffe6, PRICE_SYMBOL },
    };

    for (i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++) {
        if (code >= zeros[i] && code < zeros[i] + 10) {
            return (char) ('0' + (code - zeros[i]));
        }
    }

    for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (code >= ranges[i].first && code <= ranges[i].last) {
            return ranges[i].sign;
        }
    }

    return PRICE_LETTER;
}


/* What is not UTF-8 is a character of one byte that means nothing. */

static uint32_t
price_code(const sp_str_t *text, size_t *i)
{
    size_t         n, k;
    uint32_t       code;
    unsigned char  c;

    c = (unsigned char) text->data[(*i)++];

    if (c < 0xc2 || c > 0xf4) {
        return 0xfffd;
    }

    n = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    code = c & (0x3fu >> n);

    for (k = 0; k < n; k++) {

        if (*i + k >= text->len
            || ((unsigned char) text->data[*i + k] & 0xc0) != 0x80)
        {
            return 0xfffd;
        }

        code = code << 6 | ((unsigned char) text->data[*i + k] & 0x3f);
    }

    *i += n;

    return code;
}


/* A letter that looks like it is one where no other letter is beside it. */

static void
price_find_times(price_t *price)
{
    char      before, after;
    unsigned  i;

    before = '\0';

    for (i = 0; i < price->nsigns; i++) {
        after = price_sign(price, i + 1);

        if (price->signs[i] == PRICE_MAYBE_X) {
            price->signs[i] = before != PRICE_LETTER && after != PRICE_LETTER
                              && after != PRICE_MAYBE_X
                              ? PRICE_TIMES : PRICE_LETTER;
        }

        before = price->signs[i];
        price->times += before == PRICE_TIMES;
    }
}
