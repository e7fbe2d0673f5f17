/*
 * Copyright (C) SitePreserver developers
 *
 * The numbers in a text with a price, and what stands around them.
 */

#include "sp_price_int.h"


static sp_rc_t price_number(price_t *price, unsigned *i);
static int price_begins(const price_t *price, unsigned i);
static sp_rc_t price_scan(price_t *price, price_number_t *number, unsigned i);
static int price_goes_on(const price_t *price, const price_number_t *number,
    unsigned i);
static void price_dashes(const price_t *price, price_number_t *number);
static int price_percent(const price_t *price, const price_number_t *number);
static sp_rc_t price_around(const price_t *price, price_number_t *number);
static int price_mark(const price_t *price, price_number_t *number,
    unsigned first, unsigned last);
static int price_of_mark(const price_t *price, unsigned i);
static int price_negative(const price_t *price,
    const price_number_t *number);
static char price_char(const price_t *price, unsigned i);


sp_rc_t
price_numbers(price_t *price)
{
    sp_rc_t   rc;
    unsigned  i;

    i = 0;

    while (i < price->nsigns) {

        if (!price_begins(price, i)) {
            i++;
            continue;
        }

        rc = price_number(price, &i);
        if (rc != SP_OK) {
            return rc;
        }
    }

    return SP_OK;
}


static sp_rc_t
price_number(price_t *price, unsigned *i)
{
    sp_rc_t          rc;
    price_number_t  *number;

    if (price->n == PRICE_NUMBERS) {
        return SP_INVALID;
    }

    number = &price->numbers[price->n];
    memset(number, 0, sizeof(price_number_t));

    rc = price_scan(price, number, *i);
    if (rc != SP_OK) {
        return rc;
    }

    price_dashes(price, number);
    *i = number->end;

    if (price_percent(price, number)) {
        return SP_OK;
    }

    price->n++;

    rc = price_around(price, number);

    number->negative = (unsigned) price_negative(price, number);

    return rc;
}


/*
 * A digit, or a point before one: but "Rs.500" and "S/.500" have a dot there
 * that is none.
 */

static int
price_begins(const price_t *price, unsigned i)
{
    char  c;

    if (price_digit(price, i)) {
        return 1;
    }

    c = price->signs[i];

    if ((c != '.' && c != ',' && c != PRICE_POINT)
        || !price_digit(price, i + 1))
    {
        return 0;
    }

    if (i == 0) {
        return 1;
    }

    c = price->signs[i - 1];

    return c == ' ' || c == PRICE_BREAK || c == '-'
           || (c == PRICE_SYMBOL && price_char(price, i - 1) != '/');
}


static sp_rc_t
price_scan(price_t *price, price_number_t *number, unsigned i)
{
    unsigned        digits;
    price_group_t  *group;

    number->begin = i;
    digits = 0;

    group = &number->groups[number->ngroups++];
    group->begin = i;
    group->before = '\0';

    for ( ;; ) {

        for ( /* void */ ; price_digit(price, i); i++) {
            if (++digits > PRICE_DIGITS) {
                return SP_INVALID;
            }
        }

        group->end = i;

        if (!price_goes_on(price, number, i)) {
            break;
        }

        if (number->ngroups == PRICE_GROUPS) {
            return SP_INVALID;
        }

        group = &number->groups[number->ngroups++];
        group->before = price->signs[i];
        group->begin = ++i;
    }

    number->end = i;

    return SP_OK;
}


/* A space is only within a number where nothing but spaces was before. */

static int
price_goes_on(const price_t *price, const price_number_t *number,
    unsigned i)
{
    unsigned  k;

    if (!price_digit(price, i + 1)) {
        return 0;
    }

    switch (price->signs[i]) {

    case '.': case ',': case '\'': case PRICE_POINT:
        return 1;

    case ' ':
        break;

    default:
        return 0;
    }

    for (k = 1; k < number->ngroups; k++) {
        if (number->groups[k].before != ' ') {
            return 0;
        }
    }

    return i - number->groups[number->ngroups - 1].begin <= 3
           && price_digit(price, i + 2) && price_digit(price, i + 3)
           && !price_digit(price, i + 4);
}


/* "12,-" "12.--" "12:-" */

static void
price_dashes(const price_t *price, price_number_t *number)
{
    char      c;
    unsigned  i;

    i = number->end;
    c = price_sign(price, i);

    if (c != '.' && c != ',' && (c != PRICE_SYMBOL
                                 || price_char(price, i) != ':'))
    {
        return;
    }

    if (price_sign(price, i + 1) != '-') {
        return;
    }

    number->dashed = 1;
    number->end = i + 2 + (price_sign(price, i + 2) == '-');
}


static int
price_percent(const price_t *price, const price_number_t *number)
{
    char  c;

    c = price_sign(price, number->end);

    if (c == ' ') {
        c = price_sign(price, number->end + 1);
    }

    return c == '%'
           || (number->begin > 0 && price->signs[number->begin - 1] == '%');
}


/*
 * Letters that touch a number and are no currency make it something else:
 * "A4", "500g", "#12".
 */

static sp_rc_t
price_around(const price_t *price, price_number_t *number)
{
    int       before, after;
    unsigned  first, last;

    last = number->begin;

    while (last > 0 && (price->signs[last - 1] == ' '
                        || price->signs[last - 1] == PRICE_BREAK))
    {
        last--;
    }

    for (first = last; first > 0 && price_of_mark(price, first - 1); first--) {
        /* void */
    }

    before = price_mark(price, number, first, last);

    first = number->end;

    while (price_sign(price, first) == ' '
           || price_sign(price, first) == PRICE_BREAK)
    {
        first++;
    }

    for (last = first; price_of_mark(price, last); last++) {
        /* void */
    }

    after = price_mark(price, number, first, last);

    if ((!before && number->begin > 0
         && (price->signs[number->begin - 1] == PRICE_LETTER
             || price_char(price, number->begin - 1) == '#'))
        || (!after && price_sign(price, number->end) == PRICE_LETTER))
    {
        return SP_INVALID;
    }

    return SP_OK;
}


/* Keeps what stands there if it is a currency. */

static int
price_mark(const price_t *price, price_number_t *number, unsigned first,
    unsigned last)
{
    size_t    len;
    sp_str_t  mark;

    while (first < last && price->signs[first] == '.') {
        first++;
    }

    while (first < last && price->signs[last - 1] == '.') {
        last--;
    }

    if (first == last) {
        return 0;
    }

    mark.data = price->text + price->at[first];
    mark.len = price->end[last - 1] - price->at[first];

    if (mark.len > PRICE_MARK || sp_price_mark(&mark, &len) == NULL) {
        return 0;
    }

    number->marks[number->nmarks++] = mark;

    return 1;
}


static int
price_of_mark(const price_t *price, unsigned i)
{
    char  sign;

    sign = price_sign(price, i);

    return sign == PRICE_LETTER || sign == '.'
           || (sign == PRICE_SYMBOL
               && memchr(":;/|[]\"=*&", price_char(price, i), 10) == NULL);
}


/* A minus that is no hyphen of a word before it, or behind it; "(5.00)". */

static int
price_negative(const price_t *price, const price_number_t *number)
{
    char      sign;
    unsigned  i, bracket;

    bracket = 0;

    for (i = number->begin; i > 0; i--) {
        sign = price->signs[i - 1];

        if (sign == '-' && (i == 1 || price->signs[i - 2] != PRICE_LETTER)) {
            return 1;
        }

        if (sign == '(') {
            bracket = 1;
            break;
        }

        if (price_digit(price, i - 1) || sign == PRICE_TIMES || sign == ')') {
            break;
        }
    }

    for (i = number->end; i < price->nsigns; i++) {
        sign = price->signs[i];

        if (sign == '-' && (i == number->end || i + 1 == price->nsigns)) {
            return 1;
        }

        if (sign == ')') {
            return bracket != 0;
        }

        if (price_digit(price, i)) {
            break;
        }
    }

    return 0;
}


static char
price_char(const price_t *price, unsigned i)
{
    return price->text[price->at[i]];
}
