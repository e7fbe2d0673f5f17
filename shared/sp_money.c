/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_money.h"


#define MONEY_TEXT      256         /* bytes of a number */
#define MONEY_DIGITS    18          /* what 64 bits hold, and more than asked */
#define MONEY_EXPONENT  1000        /* beyond it, a number is 0 or too large */


typedef struct {
    uint64_t  digits;               /* the first ones, without leading zeros */
    unsigned  n;
    int       shift;                /* times 10^shift */
    int       negative;
} money_number_t;


static sp_rc_t money_number(const sp_str_t *text, int scale, int exponent,
    money_number_t *number);
static int money_exact(const money_number_t *number);
static const char *money_read(money_number_t *number, const char *p,
    const char *end);
static const char *money_exponent(int *exponent, const char *p,
    const char *end);
static const char *money_space(const char *p, const char *end);
static int money_digit(const char *p, const char *end);


int
sp_money_exponent(const sp_str_t *currency)
{
    size_t       i;
    static const struct {
        char         code[4];
        signed char  exponent;
    } others[] = {
        { "BHD", 3 }, { "BIF", 0 }, { "CLF", 4 }, { "CLP", 0 },
        { "DJF", 0 }, { "GNF", 0 }, { "IQD", 3 }, { "ISK", 0 },
        { "JOD", 3 }, { "JPY", 0 }, { "KMF", 0 }, { "KRW", 0 },
        { "KWD", 3 }, { "LYD", 3 }, { "OMR", 3 }, { "PYG", 0 },
        { "RWF", 0 }, { "TND", 3 }, { "UGX", 0 }, { "UYI", 0 },
        { "UYW", 4 }, { "VND", 0 }, { "VUV", 0 }, { "XAF", 0 },
        { "XOF", 0 }, { "XPF", 0 }
    };

    char  code[4];

    if (sp_money_code(currency, code) != SP_OK) {
        return SP_MONEY_EXPONENT;
    }

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (memcmp(others[i].code, code, 3) == 0) {
            return others[i].exponent;
        }
    }

    return SP_MONEY_EXPONENT;
}


sp_rc_t
sp_money_code(const sp_str_t *text, char code[4])
{
    int   i;
    char  c;

    if (text->len != 3) {
        return SP_INVALID;
    }

    for (i = 0; i < 3; i++) {
        c = text->data[i];

        if (c >= 'a' && c <= 'z') {
            c = (char) (c - 'a' + 'A');
        }

        if (c < 'A' || c > 'Z') {
            return SP_INVALID;
        }

        code[i] = c;
    }

    code[3] = '\0';

    return SP_OK;
}


sp_rc_t
sp_money_parse(const sp_str_t *text, int scale, int exponent,
    int64_t *amount)
{
    int  exact;

    return sp_money_read(text, scale, exponent, amount, &exact);
}


sp_rc_t
sp_money_read(const sp_str_t *text, int scale, int exponent, int64_t *amount,
    int *exact)
{
    int             half;
    money_number_t  number;

    if (money_number(text, scale, exponent, &number) != SP_OK) {
        return SP_INVALID;
    }

    *exact = money_exact(&number);

    if (number.digits == 0) {
        *amount = 0;
        return SP_OK;
    }

    if (number.negative) {
        return SP_INVALID;
    }

    for ( /* void */ ; number.shift > 0; number.shift--) {
        if (number.digits > (uint64_t) SP_MONEY_MAX) {
            return SP_INVALID;
        }

        number.digits *= 10;
    }

    for (half = 0; number.shift < 0; number.shift++) {
        half = number.digits % 10 >= 5;
        number.digits /= 10;
    }

    number.digits += (uint64_t) half;

    if (number.digits > (uint64_t) SP_MONEY_MAX) {
        return SP_INVALID;
    }

    *amount = (int64_t) number.digits;

    return SP_OK;
}


static int
money_exact(const money_number_t *number)
{
    int       shift;
    uint64_t  unit, rest;

    unit = 1;

    for (shift = number->shift; shift < 0; shift++) {
        if (unit >= UINT64_C(1000000000000000000)) {
            break;                  /* the digits are less */
        }

        unit *= 10;
    }

    rest = number->digits % unit;

    return rest <= unit / 1000 || unit - rest <= unit / 1000;
}


/* Digits and a shift that make minor units. */

static sp_rc_t
money_number(const sp_str_t *text, int scale, int exponent,
    money_number_t *number)
{
    const char  *p, *end;

    if (text->len == 0 || text->len > MONEY_TEXT || scale < 0 || scale > 9
        || exponent < 0 || exponent > 9)
    {
        return SP_INVALID;
    }

    end = text->data + text->len;
    p = money_space(text->data, end);
    p = money_read(number, p, end);

    if (p == NULL || money_space(p, end) != end) {
        return SP_INVALID;
    }

    number->shift += exponent - scale;

    return SP_OK;
}


/*
 * Digits after the first MONEY_DIGITS cannot decide about a rounding that is
 * at a place before them; where it is not, the number is too large.
 */

static const char *
money_read(money_number_t *number, const char *p, const char *end)
{
    int  exponent, some, point;

    memset(number, 0, sizeof(money_number_t));

    if (p < end && (*p == '-' || *p == '+')) {
        number->negative = *p++ == '-';
    }

    some = 0;
    point = 0;

    for ( /* void */ ; p < end; p++) {

        if (*p == '.' && !point) {
            point = 1;
            continue;
        }

        if (!money_digit(p, end)) {
            break;
        }

        some = 1;

        if (number->n < MONEY_DIGITS) {
            number->digits = number->digits * 10 + (uint64_t) (*p - '0');
            number->n += number->digits != 0;
            number->shift -= point;

        } else {
            number->shift += !point;
        }
    }

    if (!some) {
        return NULL;
    }

    if (p < end && (*p == 'e' || *p == 'E')) {
        p = money_exponent(&exponent, p + 1, end);
        number->shift += exponent;      /* at most some 10,000 */
    }

    return p;
}


static const char *
money_exponent(int *exponent, const char *p, const char *end)
{
    int  negative;

    *exponent = 0;
    negative = 0;

    if (p < end && (*p == '-' || *p == '+')) {
        negative = *p++ == '-';
    }

    if (!money_digit(p, end)) {
        return NULL;
    }

    for ( /* void */ ; money_digit(p, end); p++) {
        if (*exponent < MONEY_EXPONENT) {
            *exponent = *exponent * 10 + (*p - '0');
        }
    }

    if (negative) {
        *exponent = -*exponent;
    }

    return p;
}


static const char *
money_space(const char *p, const char *end)
{
    while (p < end
           && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
    {
        p++;
    }

    return p;
}


static int
money_digit(const char *p, const char *end)
{
    return p < end && *p >= '0' && *p <= '9';
}
