/*
 * Copyright (C) SitePreserver developers
 *
 * The text within JSON strings: where it ends, and what its escapes say.
 */

#ifndef SP_JSON_TEXT_H
#define SP_JSON_TEXT_H

#include "sp_str.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif


/* A string that is gathered piece by piece. */

typedef struct {
    const sp_pool_t  *pool;         /* NULL: the buffer does not grow */
    char             *data;
    size_t            len;
    size_t            allocated;
    size_t            limit;
    uint32_t          high;         /* first half of a surrogate pair */
    unsigned          cut:1;        /* was longer than limit */
    unsigned          fresh:1;      /* nothing was appended yet */
    unsigned          raw:1;        /* what is not UTF-8 is kept */
    sp_rc_t         (*drain)(void *drained, const char *data, size_t len);
    void             *drained;      /* where it goes when it is full */
} sp_json_text_t;


/* Forgets what was gathered. */

static inline void
sp_json_text_begin(sp_json_text_t *text)
{
    text->len = 0;
    text->high = 0;
    text->cut = 0;
    text->fresh = 1;
}


/*
 * Appends bytes as they are.  SP_OK, SP_NOMEM; what drain() returns if that is
 * not SP_OK.
 */

sp_rc_t sp_json_text_more(sp_json_text_t *text, const char *data,
    size_t len);

static inline sp_rc_t
sp_json_text_append(sp_json_text_t *text, const char *data, size_t len)
{
    if (len == 0) {
        return SP_OK;
    }

    if (text->high != 0 || text->cut || len > text->allocated - text->len) {
        return sp_json_text_more(text, data, len);
    }

    memcpy(text->data + text->len, data, len);
    text->len += len;
    text->fresh = 0;

    return SP_OK;
}


/* What a backslash and c stand for, NUL if nothing (or if c is "u"). */

extern const char  sp_json_escapes[256];

static inline char
sp_json_text_escape(char c)
{
    return sp_json_escapes[(unsigned char) c];
}


/* What is in the buffer, and a half of a pair, goes on.  As drain(). */

sp_rc_t sp_json_text_drain(sp_json_text_t *text);


/* Appends what \uXXXX stands for.  SP_OK, SP_NOMEM. */

sp_rc_t sp_json_text_unit(sp_json_text_t *text, uint32_t unit);


/*
 * The string is over; its last len bytes, not yet appended, are at data.
 * *out is it, cut and, unless raw, made valid UTF-8: the bytes at data
 * themselves if they are all and nothing had to be changed.  SP_OK, SP_NOMEM.
 */

sp_rc_t sp_json_text_end(sp_json_text_t *text, const char *data, size_t len,
    sp_str_t *out);


/* Replaces each byte that is not UTF-8 by "?". */

void sp_json_text_mend(char *data, size_t len);


/*
 * Where the plain text of a string ends: the first quote, backslash or
 * control character, or end.  This one for any machine:
 */

static inline const char *
sp_json_span_portable(const char *p, const char *end)
{
    uint64_t              w, quote, slash;
    const uint64_t        ones = UINT64_C(0x0101010101010101);
    const uint64_t        highs = UINT64_C(0x8080808080808080);
    const unsigned char  *u;

    while (end - p >= 8) {
        memcpy(&w, p, 8);
        quote = w ^ (ones * '"');
        slash = w ^ (ones * '\\');

        /* a byte's high bit is set if it is 0, 0 and below 0x20 */

        if (((((quote - ones) & ~quote) | ((slash - ones) & ~slash)
              | ((w - ones * 0x20) & ~w)) & highs) != 0)
        {
            break;
        }

        p += 8;
    }

    for (u = (const unsigned char *) p; u < (const unsigned char *) end; u++) {
        if (*u == '"' || *u == '\\' || *u < 0x20) {
            break;
        }
    }

    return (const char *) u;
}


#ifdef __SSE2__

static inline const char *
sp_json_span(const char *p, const char *end)
{
    int      mask;
    __m128i  v, hit;

    while (end - p >= 16) {
        v = _mm_loadu_si128((const __m128i *) (const void *) p);
        hit = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
                           _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
        hit = _mm_or_si128(hit,
                           _mm_cmpeq_epi8(_mm_min_epu8(v,
                                              _mm_set1_epi8(0x1f)), v));
        mask = _mm_movemask_epi8(hit);

        if (mask != 0) {
            return p + __builtin_ctz((unsigned) mask);
        }

        p += 16;
    }

    return sp_json_span_portable(p, end);
}

#else

#define sp_json_span  sp_json_span_portable

#endif


#endif /* SP_JSON_TEXT_H */
