/*
 * Copyright (C) SitePreserver developers
 *
 * Cookies as servers and browsers read them (RFC 6265).  Names are
 * case-sensitive; a name asked for may have one "*", which stands for any text:
 * "PrestaShop-*", "*_session", "woocommerce_*_hash".
 */

#ifndef SP_COOKIE_H
#define SP_COOKIE_H

#include "sp_str.h"


#define SP_COOKIE_HEADERS  8        /* Cookie headers of a request looked at */


typedef struct {
    sp_str_t            name;
    sp_str_t            value;      /* as sent: quotes and %XX are kept */
    unsigned            deleted:1;  /* by this Set-Cookie */
} sp_cookie_t;


/* Non-zero if the cookie's name is the one asked for. */

int sp_cookie_is(const sp_str_t *wanted, const sp_str_t *name);


/*
 * The next pair in one Cookie header (RFC 6265 section 4.2.1), not looked into;
 * *pos is where to go on, 0 at first.  Strings point into the header.
 * SP_OK, or SP_DONE: no more.
 */

sp_rc_t sp_cookie_pair(const sp_str_t *header, size_t *pos, sp_str_t *pair);


/* Non-zero if such a pair is a cookie of that name. */

int sp_cookie_named(const sp_str_t *pair, const sp_str_t *wanted,
    sp_cookie_t *cookie);


/* The next cookie of that name, as above. */

sp_rc_t sp_cookie_next(const sp_str_t *header, const sp_str_t *wanted,
    size_t *pos, sp_cookie_t *cookie);


/*
 * The first one with a value: browsers send the most specific path first.
 * SP_OK, or SP_DONE: none.
 */

sp_rc_t sp_cookie_get(const sp_str_t *header, const sp_str_t *wanted,
    sp_str_t *value);


/*
 * Reads a Set-Cookie header (RFC 6265 section 5.2); now: Unix time, s.
 * deleted: its value is empty (or a pair of quotes), or Max-Age is not
 * positive, or without Max-Age Expires is not in the future.  SP_INVALID: a
 * browser would ignore it.
 */

sp_rc_t sp_cookie_set(const sp_str_t *header, int64_t now,
    sp_cookie_t *cookie);


/* A cookie date (RFC 6265 section 5.1.1) as Unix time, s; SP_INVALID. */

sp_rc_t sp_cookie_date(const sp_str_t *text, int64_t *time);


#endif /* SP_COOKIE_H */
