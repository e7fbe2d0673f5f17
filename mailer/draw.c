/*
 * Copyright (C) SitePreserver developers
 */

#include <stdio.h>
#include <stdlib.h>

#include "draw.h"


#define DRAW_VALUE  256
#define DRAW_LEAST  6               /* fewer can be guessed */
#define DRAW_DIGITS (SP_ID_LEN - 1) /* the last has bits that are always 0 */


static sp_rc_t draw_hash(const sp_secret_t *secret, const sp_str_t *shop,
    const char *value, int len, unsigned char hash[DRAW_DIGITS]);
static unsigned draw_divide(unsigned char hash[DRAW_DIGITS], unsigned by);
static const char *draw_percent(const char *pattern, unsigned *n,
    const char **after);


static const char  draw_letters[] = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";


sp_rc_t
draw_number(const sp_secret_t *secret, const sp_str_t *shop,
    const char *purpose, uint32_t series, uint32_t step,
    const sp_id_t *shopper, unsigned n, unsigned *number)
{
    int            len;
    char           value[DRAW_VALUE];
    sp_rc_t        rc;
    unsigned char  hash[DRAW_DIGITS];

    len = snprintf(value, sizeof(value), "%s %08x %08x %s", purpose,
                   (unsigned) series, (unsigned) step, shopper->text);
    rc = draw_hash(secret, shop, value, len, hash);

    if (rc == SP_OK) {
        *number = draw_divide(hash, n);
    }

    return rc;
}


sp_rc_t
draw_code(const sp_secret_t *secret, const sp_str_t *shop, const char *offer,
    const char *pattern, const sp_id_t *shopper, uint64_t rescue,
    char code[DRAW_CODE_MAX + 1])
{
    int            len;
    char           value[DRAW_VALUE];
    size_t         at;
    sp_rc_t        rc;
    unsigned       i, n;
    const char    *p, *after;
    unsigned char  hash[DRAW_DIGITS];

    if (draw_pattern(pattern) != NULL) {
        return SP_INVALID;
    }

    len = snprintf(value, sizeof(value), "code %s %llu %s", offer,
                   (unsigned long long) rescue, shopper->text);
    rc = draw_hash(secret, shop, value, len, hash);

    if (rc != SP_OK) {
        return rc;
    }

    (void) draw_percent(pattern, &n, &after);
    at = 0;

    for (p = pattern; *p != '%'; p++) {
        code[at++] = *p;
    }

    for (i = 0; i < n; i++) {
        code[at++] = draw_letters[draw_divide(hash,
                                              sizeof(draw_letters) - 1)];
    }

    (void) strcpy(code + at, after);

    return SP_OK;
}


const char *
draw_pattern(const char *pattern)
{
    unsigned     n;
    const char  *p, *after, *bad;

    for (p = pattern; *p != '\0'; p++) {
        if (*p <= ' ' || *p > '~') {
            return "may have only visible ASCII characters";
        }
    }

    bad = draw_percent(pattern, &n, &after);

    if (bad != NULL) {
        return bad;
    }

    return strcspn(pattern, "%") + n + strlen(after) > DRAW_CODE_MAX
           ? "is too long" : NULL;
}


/* There is one "%N", N from 6 to 16. */

static const char *
draw_percent(const char *pattern, unsigned *n, const char **after)
{
    char        *end;
    const char  *p;

    p = strchr(pattern, '%');

    if (p == NULL || strchr(p + 1, '%') != NULL || p[1] < '1' || p[1] > '9') {
        return "must have one \"%8\", for 8 characters that are drawn";
    }

    *n = (unsigned) strtoul(p + 1, &end, 10);
    *after = end;

    return *n < DRAW_LEAST || *n > DRAW_RANDOM
           ? "must have 6 to 16 characters that are drawn (\"%8\")" : NULL;
}


/* A number of 126 bits: digits of base64url, each below 64. */

static sp_rc_t
draw_hash(const sp_secret_t *secret, const sp_str_t *shop, const char *value,
    int len, unsigned char hash[DRAW_DIGITS])
{
    size_t       i;
    sp_id_t      id;
    sp_rc_t      rc;
    sp_str_t     s;
    const char  *digit;

    static const char  digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz"
                                  "0123456789-_";

    if (len < 0 || len >= DRAW_VALUE) {
        return SP_LIMIT;
    }

    s.data = value;
    s.len = (size_t) len;
    rc = sp_secret_id(secret, SP_ID_DRAW, shop, &s, &id);

    if (rc != SP_OK) {
        return rc;
    }

    for (i = 0; i < DRAW_DIGITS; i++) {
        digit = strchr(digits, id.text[i]);
        hash[i] = digit != NULL ? (unsigned char) (digit - digits) : 0;
    }

    return SP_OK;
}


/* Divides the number, and gives the rest. */

static unsigned
draw_divide(unsigned char hash[DRAW_DIGITS], unsigned by)
{
    size_t    i;
    unsigned  rest;

    rest = 0;

    for (i = 0; i < DRAW_DIGITS; i++) {
        rest = rest * 64 + hash[i];
        hash[i] = (unsigned char) (rest / by);
        rest %= by;
    }

    return rest;
}
