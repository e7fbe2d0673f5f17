/*
 * Copyright (C) SitePreserver developers
 *
 * Amounts as int64 minor units of a currency (ISO 4217): cents, yen, fils.
 * Nothing here is floating point or depends on a locale.
 */

#ifndef SP_MONEY_H
#define SP_MONEY_H

#include "sp_str.h"


#define SP_MONEY_MAX       INT64_C(1000000000000000)  /* minor units */
#define SP_MONEY_EXPONENT  2    /* of nearly all currencies */


/*
 * How many decimals the currency's minor unit has: 0 for JPY, 3 for KWD, 4
 * for CLF; SP_MONEY_EXPONENT for any other or an empty code.
 */

int sp_money_exponent(const sp_str_t *currency);


/*
 * An upper-case copy of a currency's code; SP_INVALID: not three letters.
 * Whether such a currency exists is not asked.
 */

sp_rc_t sp_money_code(const sp_str_t *text, char code[4]);


/*
 * Reads a number as JSON and forms write it ("12.50", "12", "1.25e1", ".5",
 * "12."; spaces around it are skipped) that counts 10^-scale of the main
 * unit: scale 0 for "12.50" dollars, the shop's minor_units for amounts that
 * are whole already ("1250" with scale 2).  *amount is in minor units of a
 * currency with that exponent, rounded half up.  So scale 0 and exponent 0
 * read a whole quantity.  scale and exponent: 0 to 9.  SP_INVALID: not a
 * number, longer than 256 bytes, negative, or more than SP_MONEY_MAX.
 */

sp_rc_t sp_money_parse(const sp_str_t *text, int scale, int exponent,
    int64_t *amount);


/*
 * The same; *exact is zero if the number had to be rounded, by more than a
 * thousandth of the minor unit, as a sum of binary fractions may be off
 * ("19.989999999998").
 */

sp_rc_t sp_money_read(const sp_str_t *text, int scale, int exponent,
    int64_t *amount, int *exact);


#endif /* SP_MONEY_H */
