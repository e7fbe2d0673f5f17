/*
 * Copyright (C) SitePreserver developers
 *
 * What a value must be to fill a field: its form, its size, what is taken
 * out of it.  Everything that leaves the rules goes through here.
 */

#ifndef SP_FIELD_H
#define SP_FIELD_H

#include "sp_str.h"


#define SP_QUANTITY_MAX    999999   /* pieces of one line */
#define SP_FIRST_NAME_MAX  30       /* letters */
#define SP_LOCALE_MAX      35       /* bytes; RFC 5646 section 4.4.1 */
#define SP_TIME_ZONE_MAX   40       /* bytes */


typedef enum {
    SP_FORM_SECRET = 1,             /* a session, an id: bytes, <= 4096 */
    SP_FORM_ID,                     /* of an item, a line: <= 128 */
    SP_FORM_TEXT,                   /* a name: cut to 256 bytes */
    SP_FORM_LINK,                   /* a URL: <= 1024 */
    SP_FORM_NUMBER,                 /* "12.50" */
    SP_FORM_PRICE,                  /* what the decoder "money" gives */
    SP_FORM_SCALE,                  /* 0 to 9 */
    SP_FORM_CURRENCY,               /* three letters */
    SP_FORM_EMAIL,
    SP_FORM_FIRST_NAME,             /* letters only, at most 30 of them */
    SP_FORM_LOCALE,                 /* "en-GB", also out of "en-GB,en;q=0.9" */
    SP_FORM_TIME_ZONE,              /* "Europe/Dublin": letters, digits, "_",
                                       "+", "-", at most two "/"; is there such
                                       a zone is not looked at */
    SP_FORM_CONSENT                 /* becomes "1", or "0" of a "0", "false",
                                       "no", "off", "n", "f"; what scripts send
                                       for nothing ("null", "none",
                                       "undefined") is absent */
} sp_form_of_t;


/*
 * Makes value fit: *value becomes a copy from the pool.  cut: the value is
 * only the beginning of a longer one.  SP_OK; SP_DONE: it is not of that
 * form, or empty, and counts as absent; SP_NOMEM.
 */

sp_rc_t sp_field_take(const sp_pool_t *pool, sp_form_of_t form, int cut,
    sp_str_t *value);


/* The form of a number that may come out of the decoder "money". */

static inline sp_form_of_t
sp_field_form(sp_form_of_t form, int money)
{
    return money && form == SP_FORM_NUMBER ? SP_FORM_PRICE : form;
}


/*
 * Whole pieces: rounded half up, but at least 1 of what is more than none;
 * *whole is zero if it was rounded.
 */

sp_rc_t sp_field_quantity(const sp_str_t *text, int64_t *quantity,
    int *whole);


/* What sp_field_amount() makes of a text. */

typedef enum {
    SP_AMOUNT_EXACT = 0,
    SP_AMOUNT_ROUNDED,              /* the text has more decimals */
    SP_AMOUNT_DOUBTFUL              /* of a currency that has none: "12.990"
                                       may be meant as 12,990 */
} sp_amount_t;


/*
 * An amount in minor units: text counts 10^-scale of the main unit, or, with
 * an empty scale, is a decimal number of it.  One of SP_FORM_PRICE has no
 * scale.  SP_INVALID: it is none.
 */

sp_rc_t sp_field_amount(const sp_str_t *text, const sp_str_t *scale,
    const sp_str_t *currency, int64_t *amount, sp_amount_t *how);


#endif /* SP_FIELD_H */
