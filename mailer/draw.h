/*
 * Copyright (C) SitePreserver developers
 *
 * What is drawn by lot for a shopper, always with the same result: keyed
 * hashes, of which those for different purposes have nothing to do with each
 * other.
 */

#ifndef DRAW_H
#define DRAW_H

#include "sp_secret.h"


#define DRAW_CODE_MAX  64           /* bytes of an offer's code */
#define DRAW_RANDOM    16           /* characters of it that are drawn */


/*
 * A number below n (1 to 2^20) of a purpose ("holdout"), for this shopper in
 * this series and step (hashes; 0: in all).  SP_NOMEM.
 */

sp_rc_t draw_number(const sp_secret_t *secret, const sp_str_t *shop,
    const char *purpose, uint32_t series, uint32_t step,
    const sp_id_t *shopper, unsigned n, unsigned *number);


/*
 * A code for this rescue by a pattern: "%8" in it becomes 8 characters of
 * letters and digits without those that look alike (0 O, 1 I L).
 */

sp_rc_t draw_code(const sp_secret_t *secret, const sp_str_t *shop,
    const char *offer, const char *pattern, const sp_id_t *shopper,
    uint64_t rescue, char code[DRAW_CODE_MAX + 1]);


/* NULL: the pattern is well; else what is wrong with it. */

const char *draw_pattern(const char *pattern);


#endif /* DRAW_H */
