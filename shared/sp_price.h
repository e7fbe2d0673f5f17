/*
 * Copyright (C) SitePreserver developers
 *
 * Prices as shops write them for people: "1.234,56 €", "$1,234.56",
 * "CHF 1'234.50", "3 x €2.00".  A price that can be read in two ways is not
 * read at all.
 */

#ifndef SP_PRICE_H
#define SP_PRICE_H

#include "sp_str.h"


#define SP_PRICE_TEXT  256          /* bytes of a text with a price in it */
#define SP_PRICE_MAX   64           /* bytes of what is kept of it */


/*
 * The one price that is in text.  *out, from the pool, is for the functions
 * below: what the price means may depend on a currency that is not known yet.
 * SP_INVALID: none, several, a negative one, or one that is not certain;
 * SP_NOMEM.
 */

sp_rc_t sp_price_read(const sp_pool_t *pool, const sp_str_t *text,
    sp_str_t *out);


/* Non-zero if text is what sp_price_read() gave. */

int sp_price_is(const sp_str_t *text);


/*
 * It in minor units of a currency, which may be empty.  SP_INVALID: it is of
 * another currency, has decimals where the currency has none, or is too large.
 */

sp_rc_t sp_price_amount(const sp_str_t *price, const sp_str_t *currency,
    int64_t *amount);


/* The currency that it tells, as "€" does and "$" does not; empty: none. */

void sp_price_currency(const sp_str_t *price, sp_str_t *currency);


/*
 * sp_price_marks.c: the currencies that a mark ("€", "kr", "USD") may mean:
 * codes with spaces between, the most likely one first; NULL: it is none.
 */

const char *sp_price_mark(const sp_str_t *mark, size_t *len);


#endif /* SP_PRICE_H */
