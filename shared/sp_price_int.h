/*
 * Copyright (C) SitePreserver developers
 *
 * A text with a price in it, taken apart; for sp_price*.c only.
 */

#ifndef SP_PRICE_INT_H
#define SP_PRICE_INT_H

#include "sp_price.h"


#define PRICE_NUMBERS  3            /* in one text: more than can be read */
#define PRICE_GROUPS   8            /* of digits in one number */
#define PRICE_DIGITS   18           /* of one number */
#define PRICE_MARK     8            /* bytes of the longest mark */


/*
 * What a character is: a digit, ".", ",", "'" (between thousands), " " (may be
 * between thousands), "-", "%", "(" and ")" stand for themselves, and:
 */

#define PRICE_POINT    'd'          /* can only be before decimals */
#define PRICE_TIMES    'x'
#define PRICE_BREAK    '<'          /* a tag, a new line */
#define PRICE_LETTER   'l'
#define PRICE_SYMBOL   's'


typedef struct {
    unsigned        begin;          /* signs */
    unsigned        end;
    char            before;         /* the separator */
} price_group_t;


typedef struct {
    unsigned        begin;          /* signs */
    unsigned        end;
    price_group_t   groups[PRICE_GROUPS];
    unsigned        ngroups;
    sp_str_t        marks[2];       /* of its currency, before and behind */
    unsigned        nmarks;
    unsigned        dashed:1;       /* "12,-": has no decimals */
    unsigned        negative:1;
} price_number_t;


typedef struct {
    const char     *text;
    char            signs[SP_PRICE_TEXT];
    unsigned        at[SP_PRICE_TEXT + 1];  /* of the sign, in the text */
    unsigned        end[SP_PRICE_TEXT];
    unsigned        nsigns;
    price_number_t  numbers[PRICE_NUMBERS];
    unsigned        n;
    unsigned        times;          /* how often "x" is in it */
} price_t;


/* SP_INVALID: too long. */

sp_rc_t price_signs(price_t *price, const sp_str_t *text);


/* Finds the numbers.  SP_INVALID: too many, or one that makes no sense. */

sp_rc_t price_numbers(price_t *price);


static inline int
price_digit(const price_t *price, unsigned i)
{
    return i < price->nsigns && price->signs[i] >= '0'
           && price->signs[i] <= '9';
}


static inline char
price_sign(const price_t *price, unsigned i)
{
    return i < price->nsigns ? price->signs[i] : '\0';
}


#endif /* SP_PRICE_INT_H */
