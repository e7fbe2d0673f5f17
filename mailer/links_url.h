/*
 * Copyright (C) SitePreserver developers
 *
 * The parts of a URL (RFC 3986), and putting them together.
 */

#ifndef LINKS_URL_H
#define LINKS_URL_H

#include "buffer.h"


typedef struct {
    sp_str_t   scheme;              /* len 0: none */
    sp_str_t   host;
    sp_str_t   port;                /* digits; len 0: none */
    sp_str_t   path;
    sp_str_t   query;
    sp_str_t   fragment;
    unsigned   has_authority:1;
    unsigned   has_query:1;
    unsigned   has_fragment:1;
} links_url_t;


/*
 * Splits a URL or relative reference; blanks around it are dropped.  The parts
 * point into url.  SP_INVALID: a control character, a user name, a port that
 * is none.
 */

sp_rc_t links_url_split(const sp_str_t *url, links_url_t *parts);


/*
 * ref as seen from base (RFC 3986 5.2.2) with a path free of dot segments,
 * which is written to path (of at least base's and ref's lengths + 1).
 */

void links_url_resolve(const links_url_t *base, links_url_t *ref, char *path);


/*
 * Appends s; a byte that may not stand in a URL as "%XX".  With strict,
 * also all that is not unreserved: for a parameter's value.
 */

void links_url_encode(buffer_t *out, const sp_str_t *s, int strict);


int links_url_scheme_is(const links_url_t *parts, const char *scheme);


#endif /* LINKS_URL_H */
