/*
 * Copyright (C) SitePreserver developers
 *
 * A text becomes signs, one for each character that matters; the numbers in
 * them are found, and one of those must be the price.
 */

#include "sp_price_int.h"
#include "sp_money.h"


static sp_rc_t price_choose(const price_t *price,
    const price_number_t **chosen);
static int price_is_count(const price_number_t *number);
static sp_rc_t price_write(const sp_pool_t *pool, const price_t *price,
    const price_number_t *number, sp_str_t *out);
static sp_rc_t price_point(const price_t *price, const price_number_t *number,
    unsigned *point, char *sign);
static int price_grouped(const price_t *price, const price_number_t *number,
    unsigned n);
static int price_fits(const sp_str_t *price, const sp_str_t *currency,
    int exponent);
static int price_next_mark(const sp_str_t *price, size_t *pos,
    sp_str_t *mark);
static int price_whole(const sp_str_t *number);


#define PRICE_EITHER  '~'           /* a point, or between thousands */


sp_rc_t
sp_price_read(const sp_pool_t *pool, const sp_str_t *text, sp_str_t *out)
{
    sp_rc_t                rc;
    price_t                price;
    const price_number_t  *number;

    rc = price_signs(&price, text);

    if (rc == SP_OK) {
        rc = price_numbers(&price);
    }

    if (rc == SP_OK) {
        rc = price_choose(&price, &number);
    }

    return rc == SP_OK ? price_write(pool, &price, number, out) : rc;
}


/*
 * One number is the price.  Of two with "x" between them, one must be such
 * that it can only be a count, and the other one such that it can be none:
 * "3 x 2.00", "2 x $5", but not "3 x 2".
 */

static sp_rc_t
price_choose(const price_t *price, const price_number_t **chosen)
{
    int                    first, second;
    unsigned               i;
    const price_number_t  *a, *b;

    for (i = 0; i < price->n; i++) {
        if (price->numbers[i].negative) {
            return SP_INVALID;
        }
    }

    a = &price->numbers[0];
    b = &price->numbers[1];

    if (price->n == 1 && price->times == 0) {
        *chosen = a;
        return SP_OK;
    }

    if (price->n != 2 || price->times != 1) {
        return SP_INVALID;
    }

    for (i = a->end; i < b->begin; i++) {
        if (price->signs[i] == PRICE_TIMES) {
            break;
        }
    }

    first = price_is_count(a);
    second = price_is_count(b);

    if (i == b->begin || first == second) {
        return SP_INVALID;
    }

    *chosen = first ? b : a;

    return SP_OK;
}


static int
price_is_count(const price_number_t *number)
{
    return number->ngroups == 1 && number->nmarks == 0 && !number->dashed;
}


/* "=", digits, perhaps "." or "~" and digits, and " MARK" for each mark. */

static sp_rc_t
price_write(const sp_pool_t *pool, const price_t *price,
    const price_number_t *number, sp_str_t *out)
{
    char      *p, sign;
    sp_rc_t    rc;
    unsigned   i, g, point;

    rc = price_point(price, number, &point, &sign);
    if (rc != SP_OK) {
        return rc;
    }

    p = sp_alloc(pool, SP_PRICE_MAX);
    if (p == NULL) {
        return SP_NOMEM;
    }

    out->data = p;
    *p++ = '=';

    for (g = 0; g < number->ngroups; g++) {

        if (g == point) {
            *p++ = sign;
        }

        for (i = number->groups[g].begin; i < number->groups[g].end; i++) {
            *p++ = price->signs[i];
        }
    }

    for (i = 0; i < number->nmarks; i++) {
        *p++ = ' ';
        memcpy(p, number->marks[i].data, number->marks[i].len);
        p += number->marks[i].len;
    }

    out->len = (size_t) (p - out->data);

    return SP_OK;
}


/*
 * Which group is of decimals, and what is before it?  Of two kinds of
 * separators the last one is the point.  One kind, twice or more: thousands.
 * One separator: the point, but for three digits behind one to three: "1.234"
 * may be either, which the currency decides.
 */

static sp_rc_t
price_point(const price_t *price, const price_number_t *number,
    unsigned *point, char *sign)
{
    int       all;
    char      last;
    unsigned  i, n;

    n = number->ngroups;
    *point = n;
    *sign = '.';

    if (n == 1) {
        return SP_OK;
    }

    last = number->groups[n - 1].before;
    all = last != PRICE_POINT && price_grouped(price, number, n);

    if (number->dashed || last == ' ' || last == '\'') {
        return all ? SP_OK : SP_INVALID;
    }

    for (i = 1; i < n - 1; i++) {
        if (number->groups[i].before == last) {
            return all ? SP_OK : SP_INVALID;
        }
    }

    *point = n - 1;

    if (n > 2) {
        return price_grouped(price, number, n - 1) ? SP_OK : SP_INVALID;
    }

    if (all) {
        *sign = PRICE_EITHER;
    }

    return SP_OK;
}


/*
 * The first n groups are thousands: three digits each, or, with commas, two
 * but for the last (12,34,567); all separators are the same.
 */

static int
price_grouped(const price_t *price, const price_number_t *number, unsigned n)
{
    unsigned              i, len, indian;
    const price_group_t  *groups;

    groups = number->groups;
    len = groups[0].end - groups[0].begin;

    if (len == 0 || len > 3 || price->signs[groups[0].begin] == '0') {
        return 0;
    }

    indian = n > 2 && groups[1].before == ','
             && groups[1].end - groups[1].begin == 2;

    if (indian && len > 2) {
        return 0;
    }

    for (i = 1; i < n; i++) {
        len = groups[i].end - groups[i].begin;

        if (groups[i].before != groups[1].before
            || len != (indian && i < n - 1 ? 2u : 3u))
        {
            return 0;
        }
    }

    return 1;
}


int
sp_price_is(const sp_str_t *text)
{
    return text->len > 1 && text->data[0] == '=';
}


sp_rc_t
sp_price_amount(const sp_str_t *price, const sp_str_t *currency,
    int64_t *amount)
{
    int       exponent;
    char      digits[SP_PRICE_MAX];
    size_t    i;
    sp_str_t  number;

    if (!sp_price_is(price) || price->len > SP_PRICE_MAX) {
        return SP_INVALID;
    }

    exponent = sp_money_exponent(currency);
    number.data = digits;
    number.len = 0;

    for (i = 1; i < price->len && price->data[i] != ' '; i++) {

        if (price->data[i] != PRICE_EITHER) {
            digits[number.len++] = price->data[i];

        } else if (exponent == 3) {
            digits[number.len++] = '.';
        }
    }

    if (!price_fits(price, currency, exponent)
        || (exponent == 0 && !price_whole(&number)))
    {
        return SP_INVALID;
    }

    return sp_money_parse(&number, 0, exponent, amount);
}


/* Each mark may mean the currency; of an unknown one, cents are assumed. */

static int
price_fits(const sp_str_t *price, const sp_str_t *currency, int exponent)
{
    size_t       pos, len, i;
    sp_str_t     mark, code;
    const char  *codes;

    for (pos = 0; price_next_mark(price, &pos, &mark); /* void */ ) {

        codes = sp_price_mark(&mark, &len);

        if (codes == NULL) {
            return 0;
        }

        if (currency->len == 0) {
            code.data = codes;
            code.len = 3;

            if (sp_money_exponent(&code) != exponent) {
                return 0;
            }

            continue;
        }

        for (i = 0; i < len; i += 4) {
            if (currency->len == 3 && memcmp(codes + i, currency->data, 3) == 0)
            {
                break;
            }
        }

        if (i >= len) {
            return 0;
        }
    }

    return 1;
}


void
sp_price_currency(const sp_str_t *price, sp_str_t *currency)
{
    size_t       pos, len;
    sp_str_t     mark;
    const char  *codes;

    currency->len = 0;

    if (!sp_price_is(price)) {
        return;
    }

    for (pos = 0; price_next_mark(price, &pos, &mark); /* void */ ) {

        codes = sp_price_mark(&mark, &len);

        if (codes != NULL && len == 3) {
            currency->data = codes;
            currency->len = 3;
            return;
        }
    }
}


static int
price_next_mark(const sp_str_t *price, size_t *pos, sp_str_t *mark)
{
    size_t  i;

    for (i = *pos; i < price->len && price->data[i] != ' '; i++) {
        /* void */
    }

    if (i == price->len) {
        return 0;
    }

    mark->data = price->data + ++i;

    for ( /* void */ ; i < price->len && price->data[i] != ' '; i++) {
        /* void */
    }

    mark->len = (size_t) (price->data + i - mark->data);
    *pos = i;

    return 1;
}


/* It has no decimals other than zeros. */

static int
price_whole(const sp_str_t *number)
{
    size_t  i, point;

    point = number->len;

    for (i = 0; i < number->len; i++) {

        if (number->data[i] == '.') {
            point = i;

        } else if (i > point && number->data[i] != '0') {
            return 0;
        }
    }

    return 1;
}
