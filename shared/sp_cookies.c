/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_cookies.h"
#include "sp_cookie.h"


/* A name up to its "*", which cookies that are meant begin with. */

typedef struct {
    sp_str_t       begin;
    unsigned       bit;
} sp_cookies_name_t;


struct sp_cookies_s {
    uint32_t           first[256];  /* names that begin with that byte */
    unsigned           all;         /* bits of all of them */
    unsigned           n;
    sp_cookies_name_t  names[SP_ALTERNATIVES_MAX + 1];
};


static void sp_cookies_add(sp_cookies_t *cookies, const sp_str_t *name,
    unsigned bit);
static unsigned sp_cookies_in(const sp_cookies_t *cookies,
    const sp_str_t *header);
static unsigned sp_cookies_at(const sp_cookies_t *cookies, const char *p,
    size_t len);


sp_rc_t
sp_cookies_create(sp_cookies_t **out, const sp_pool_t *pool,
    sp_sources_t *sources, const sp_str_t *more)
{
    unsigned       i;
    sp_source_t   *source;
    sp_cookies_t  *cookies;

    *out = NULL;

    cookies = sp_calloc(pool, sizeof(sp_cookies_t));
    if (cookies == NULL) {
        return SP_NOMEM;
    }

    sp_cookies_add(cookies, more, SP_COOKIES_MORE);

    for (i = 0; i < sources->n; i++) {
        source = &sources->list[i];

        if (source->kind == SP_SOURCE_COOKIE) {
            source->absent = 1u << i;
            sp_cookies_add(cookies, &source->name, source->absent);
        }
    }

    if (cookies->n != 0) {
        *out = cookies;
    }

    return SP_OK;
}


/* One that may begin with anything is never told to be absent. */

static void
sp_cookies_add(sp_cookies_t *cookies, const sp_str_t *name, unsigned bit)
{
    const char         *star;
    sp_cookies_name_t  *entry;

    if (name->len == 0 || name->data[0] == '*') {
        return;
    }

    entry = &cookies->names[cookies->n];
    star = memchr(name->data, '*', name->len);

    entry->begin.data = name->data;
    entry->begin.len = star != NULL ? (size_t) (star - name->data)
                                    : name->len;
    entry->bit = bit;

    cookies->first[(unsigned char) name->data[0]] |= 1u << cookies->n++;
    cookies->all |= bit;
}


unsigned
sp_cookies_absent(const sp_cookies_t *cookies, const sp_exchange_t *ex)
{
    unsigned  i, found;
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
        found |= sp_cookies_in(cookies, &header);
    }

    return cookies->all & ~found;
}


/* Values are long, and nobody looks into them. */

static unsigned
sp_cookies_in(const sp_cookies_t *cookies, const sp_str_t *header)
{
    unsigned     found;
    const char  *p, *last;

    found = 0;
    p = header->data;
    last = p + header->len;

    while (p < last) {

        if (*p == ' ' || *p == '\t') {
            p++;
            continue;
        }

        if (cookies->first[(unsigned char) *p]) {
            found |= sp_cookies_at(cookies, p, (size_t) (last - p));
        }

        p = memchr(p, ';', (size_t) (last - p));
        if (p == NULL) {
            break;
        }

        p++;
    }

    return found;
}


static unsigned
sp_cookies_at(const sp_cookies_t *cookies, const char *p, size_t len)
{
    uint32_t                  left;
    unsigned                  found;
    const sp_cookies_name_t  *name;

    found = 0;

    for (left = cookies->first[(unsigned char) *p]; left != 0;
         left &= left - 1)
    {
        name = &cookies->names[__builtin_ctz(left)];

        if (name->begin.len <= len
            && name->begin.data[name->begin.len - 1]
               == p[name->begin.len - 1]
            && memcmp(name->begin.data, p, name->begin.len) == 0)
        {
            found |= name->bit;
        }
    }

    return found;
}
