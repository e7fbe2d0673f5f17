/*
 * Copyright (C) SitePreserver developers
 *
 * Amounts of money and numbers as people write them: minor units and an ISO
 * 4217 code to text in a locale.  Never floating point.
 */

#ifndef MONEY_H
#define MONEY_H

#include "buffer.h"


#define MONEY_LOCALE_MAX  64


typedef struct money_s  money_t;


/*
 * How many decimals the minor unit of a currency has: ISO 4217's number (JPY
 * 0, EUR 2, KWD 3, CLF 4), which for some currencies is not what is usually
 * shown (RSD has 2, and none is written).  -1: not three capital letters.
 */

int money_exponent(const sp_str_t *currency);


/*
 * A formatter of one currency in one locale ("de", "de-AT", "de_AT.UTF-8"; one
 * that is not known is English).  It belongs to the thread that got it, which
 * gives it back: a thread keeps those that it used last, since ICU takes
 * longer to make one than to use it.  currency may have len 0: only numbers are
 * then formatted.  NULL: err says why.
 */

money_t *money_get(const sp_str_t *currency, const sp_str_t *locale,
    sp_error_t *err);
void money_put(money_t *money);


/*
 * Append an amount of minor units, or a whole number, in UTF-8.  SP_INVALID:
 * nothing was appended.
 */

sp_rc_t money_format(money_t *money, int64_t minor, buffer_t *out);
sp_rc_t money_number(money_t *money, int64_t number, buffer_t *out);


/*
 * The plural category of a number in the formatter's locale: "zero", "one",
 * "two", "few", "many" or "other" (CLDR's words).
 */

const char *money_plural(money_t *money, int64_t number);


/*
 * Makes what ICU calls a locale of a language tag or a POSIX locale; "en" when
 * it is neither.
 */

void money_locale(const sp_str_t *in, char out[MONEY_LOCALE_MAX]);


#endif /* MONEY_H */
