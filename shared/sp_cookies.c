/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_cookies.h"
#include "sp_cookie.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif


/* A name up to its "*", which cookies that are meant begin with. */

typedef struct {
    sp_str_t       begin;
    unsigned       bit;
} sp_cookies_name_t;


typedef unsigned (*sp_cookies_in_pt)(const sp_cookies_t *cookies,
    const char *p, const char *last);


/*
 * first, second: which names, bits of their places, have this byte there; those
 * of one byte have any second.  Behind them all is the bit of blanks.
 */

#define SP_COOKIES_NAMES  (SP_ALTERNATIVES_MAX + 1)
#define SP_COOKIES_BLANK  (1u << SP_COOKIES_NAMES)

/* Bytes at once, and what is looked at behind: a blank, and two of a name. */

#define SP_COOKIES_STEP   (64 + 3)


struct sp_cookies_s {
    sp_cookies_in_pt   in;          /* for this processor */
    unsigned           all;         /* bits of all of them */
    unsigned           brief;       /* one has less than three bytes */
    unsigned           n;
    uint32_t           first[256];
    uint32_t           second[256];
    sp_cookies_name_t  names[SP_COOKIES_NAMES];
};


static void sp_cookies_add(sp_cookies_t *cookies, const sp_str_t *name,
    unsigned bit);
static inline int sp_cookies_may(const sp_cookies_t *cookies, const char *p);
static unsigned sp_cookies_begin(const sp_cookies_t *cookies, const char *p,
    const char *last);
static unsigned sp_cookies_behind(const sp_cookies_t *cookies, const char *p,
    const char *last);
#ifdef __x86_64__
static inline int sp_cookies_hit(const sp_cookies_t *cookies, const char *p);
static unsigned sp_cookies_avx2(const sp_cookies_t *cookies, const char *p,
    const char *last);
#endif


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

    cookies->in = sp_cookies_behind;

#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi")) {
        cookies->in = sp_cookies_avx2;
    }
#endif

    cookies->first[' '] = SP_COOKIES_BLANK;
    cookies->first['\t'] = SP_COOKIES_BLANK;

    for (i = 0; i < 256; i++) {
        cookies->second[i] = SP_COOKIES_BLANK;
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
    unsigned            i, place;
    const char         *star;
    sp_cookies_name_t  *entry;

    if (name->len == 0 || name->data[0] == '*') {
        return;
    }

    entry = &cookies->names[cookies->n];
    place = 1u << cookies->n++;
    star = memchr(name->data, '*', name->len);

    entry->begin.data = name->data;
    entry->begin.len = star != NULL ? (size_t) (star - name->data)
                                    : name->len;
    entry->bit = bit;

    cookies->first[(unsigned char) name->data[0]] |= place;

    for (i = 0; i < 256; i++) {
        if (entry->begin.len == 1 || i == (unsigned char) name->data[1]) {
            cookies->second[i] |= place;
        }
    }

    cookies->all |= bit;
    cookies->brief |= entry->begin.len < 3;
}


unsigned
sp_cookies_all(const sp_cookies_t *cookies)
{
    return cookies != NULL ? cookies->all : 0;
}


unsigned
sp_cookies_in(const sp_cookies_t *cookies, const sp_str_t *header)
{
    unsigned     found;
    const char  *p, *last;

    if (cookies == NULL) {
        return 0;
    }

    p = header->data;
    last = p + header->len;

    if (header->len < SP_COOKIES_STEP) {
        return sp_cookies_begin(cookies, p, last)
               | sp_cookies_behind(cookies, p, last);
    }

    found = sp_cookies_may(cookies, p) ? sp_cookies_begin(cookies, p, last)
                                       : 0;

    return found | cookies->in(cookies, p, last);
}


/* May the two bytes be those of a name, or of what comes before one? */

static inline int
sp_cookies_may(const sp_cookies_t *cookies, const char *p)
{
    return (cookies->first[(unsigned char) p[0]]
            & cookies->second[(unsigned char) p[1]]) != 0;
}


/* Which names are that of the cookie which begins here? */

static unsigned
sp_cookies_begin(const sp_cookies_t *cookies, const char *p, const char *last)
{
    uint32_t                  left;
    unsigned                  found;
    const sp_cookies_name_t  *name;

    while (p < last && (*p == ' ' || *p == '\t')) {
        p++;
    }

    if (p == last) {
        return 0;
    }

    found = 0;

    for (left = cookies->first[(unsigned char) *p]; left != 0;
         left &= left - 1)
    {
        name = &cookies->names[__builtin_ctz(left)];

        if (name->begin.len <= (size_t) (last - p)
            && memcmp(name->begin.data, p, name->begin.len) == 0)
        {
            found |= name->bit;
        }
    }

    return found;
}


/* Of the cookies behind a ";": values are long, nobody looks into them. */

static __attribute__((noinline)) unsigned
sp_cookies_behind(const sp_cookies_t *cookies, const char *p,
    const char *last)
{
    unsigned  found;

    found = 0;

    while (p < last) {
        p = memchr(p, ';', (size_t) (last - p));

        if (p == NULL) {
            break;
        }

        p++;

        if (last - p < 2 || sp_cookies_may(cookies, p)) {
            found |= sp_cookies_begin(cookies, p, last);
        }
    }

    return found;
}


#ifdef __x86_64__

/* May the name of a cookie begin behind one of these 64 bytes? */

__attribute__((target("avx2,bmi")))
static inline int
sp_cookies_hit(const sp_cookies_t *cookies, const char *p)
{
    __m256i        low, high;
    uint64_t       ends;
    const char    *name;
    const __m256i  semicolons = _mm256_set1_epi8(';');

    low = _mm256_loadu_si256((const __m256i_u *) p);
    high = _mm256_loadu_si256((const __m256i_u *) (p + 32));

    low = _mm256_cmpeq_epi8(low, semicolons);
    high = _mm256_cmpeq_epi8(high, semicolons);

    ends = (uint32_t) _mm256_movemask_epi8(low)
           | (uint64_t) (uint32_t) _mm256_movemask_epi8(high) << 32;

    for ( /* void */ ; ends != 0; ends &= ends - 1) {
        name = p + __builtin_ctzll(ends) + 2;

        if (name[-1] != ' ' || sp_cookies_may(cookies, name)) {
            return 1;
        }
    }

    return 0;
}


/*
 * The same as sp_cookies_behind(), 64 bytes at once: of a page this is most of
 * what is done here.  Ends where a name may be, if there is one, or where there
 * is no blank, as none is left out by a browser (RFC 6265, 4.2.1).
 */

__attribute__((target("avx2,bmi")))
static unsigned
sp_cookies_avx2(const sp_cookies_t *cookies, const char *p, const char *last)
{
    const char  *stop;

    for (stop = last - SP_COOKIES_STEP; p < stop; p += 64) {
        if (sp_cookies_hit(cookies, p)) {
            return sp_cookies_behind(cookies, p, last);
        }
    }

    /* the last of them again, rather than what is left byte by byte */

    p = sp_cookies_hit(cookies, stop) ? stop : stop + 64;

    return p == stop || cookies->brief ? sp_cookies_behind(cookies, p, last)
                                       : 0;
}

#endif
