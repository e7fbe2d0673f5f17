/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_cookies.h"
#include "sp_cookie.h"
#include "sp_literals.h"
#include "sp_words.h"


struct sp_cookies_s {
    sp_literals_t  *literals;
    unsigned        all;            /* bits */
};


static sp_rc_t sp_cookies_add(sp_cookies_t *cookies, const sp_pool_t *pool,
    const sp_str_t *name, unsigned i);
static sp_str_t sp_cookies_piece(const sp_str_t *name);


sp_rc_t
sp_cookies_create(sp_cookies_t **out, const sp_pool_t *pool,
    sp_sources_t *sources, const sp_str_t *more)
{
    sp_rc_t        rc;
    unsigned       i;
    sp_source_t   *source;
    sp_cookies_t  *cookies;

    *out = NULL;

    cookies = sp_calloc(pool, sizeof(sp_cookies_t));
    if (cookies == NULL) {
        return SP_NOMEM;
    }

    cookies->literals = sp_literals_create(pool);
    if (cookies->literals == NULL) {
        return SP_NOMEM;
    }

    rc = sp_cookies_add(cookies, pool, more, SP_ALTERNATIVES_MAX);

    for (i = 0; i < sources->n && rc == SP_OK; i++) {
        source = &sources->list[i];

        if (source->kind == SP_SOURCE_COOKIE) {
            source->absent = 1u << i;
            rc = sp_cookies_add(cookies, pool, &source->name, i);
        }
    }

    if (rc != SP_OK || cookies->all == 0) {
        return rc;
    }

    rc = sp_literals_build(cookies->literals);
    if (rc == SP_OK) {
        *out = cookies;
    }

    return rc;
}


static sp_rc_t
sp_cookies_add(sp_cookies_t *cookies, const sp_pool_t *pool,
    const sp_str_t *name, unsigned i)
{
    char      *p;
    size_t     n;
    sp_rc_t    rc;
    sp_str_t   piece;

    piece = sp_cookies_piece(name);

    if (piece.len < SP_LITERAL_MIN) {
        return SP_OK;
    }

    p = sp_alloc(pool, piece.len);
    if (p == NULL) {
        return SP_NOMEM;
    }

    for (n = 0; n < piece.len; n++) {
        p[n] = piece.data[n] >= 'A' && piece.data[n] <= 'Z'
               ? (char) (piece.data[n] | 0x20) : piece.data[n];
    }

    piece.data = p;
    rc = sp_literals_add(cookies->literals, &piece, i);

    if (rc == SP_OK) {
        cookies->all |= 1u << i;
    }

    return rc;
}


/* The longest piece of a name that may have a "*". */

static sp_str_t
sp_cookies_piece(const sp_str_t *name)
{
    size_t    i, start;
    sp_str_t  piece;

    piece.data = name->data;
    piece.len = 0;
    start = 0;

    for (i = 0; i <= name->len; i++) {

        if (i < name->len && name->data[i] != '*') {
            continue;
        }

        if (i - start > piece.len) {
            piece.data = name->data + start;
            piece.len = i - start;
        }

        start = i + 1;
    }

    return piece;
}


unsigned
sp_cookies_absent(const sp_cookies_t *cookies, const sp_exchange_t *ex)
{
    unsigned  i;
    uint64_t  found;
    sp_str_t  header;

    static const sp_str_t  name = sp_string("cookie");

    if (cookies == NULL) {
        return 0;
    }

    found = 0;

    for (i = 0;
         i < SP_COOKIE_HEADERS
         && ex->request_header(ex->data, &name, i, &header);
         i++)
    {
        (void) sp_literals_find(cookies->literals, &header, &found);
    }

    return cookies->all & ~(unsigned) found;
}
