/*
 * Copyright (C) SitePreserver developers
 *
 * The tokenizer's states; for sp_html*.c only.  Each takes the bytes from p on
 * (p < end), as far as it goes, and returns where it stopped; any of them may
 * be called anew at any byte.
 */

#ifndef SP_HTML_SCAN_H
#define SP_HTML_SCAN_H

#include "sp_entities.h"
#include "sp_html_int.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif


static inline int
sp_html_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}


static inline int
sp_html_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}


/* As memchr(), for what mostly ends soon: a text, the value of an attribute. */

static inline const char *
sp_html_find(const char *p, const char *end, char c)
{
#ifdef __SSE2__

    int      mask;
    __m128i  v;

    if (end - p >= 16) {
        v = _mm_loadu_si128((const __m128i *) (const void *) p);
        mask = _mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(c)));

        if (mask != 0) {
            return p + __builtin_ctz((unsigned) mask);
        }

        p += 16;
    }

#endif

    return memchr(p, c, (size_t) (end - p));
}


/* A tag begins, with its name. */

static inline void
sp_html_scan_tag(sp_html_t *html, int is_end)
{
    html->state = SP_HTML_IN_NAME;
    html->is_end = (unsigned char) is_end;
    html->is_closed = 0;
    html->key = 0;
    html->len = 0;
}


/* sp_html_scan.c: tags. */

const char *sp_html_scan_name(sp_html_t *html, const char *p,
    const char *end);
const char *sp_html_scan_attr(sp_html_t *html, const char *p,
    const char *end);
const char *sp_html_scan_attr_name(sp_html_t *html, const char *p,
    const char *end);
const char *sp_html_scan_after_attr(sp_html_t *html, const char *p,
    const char *end);
const char *sp_html_scan_value(sp_html_t *html, const char *p,
    const char *end);
const char *sp_html_scan_quotes(sp_html_t *html, const char *p,
    const char *end);
const char *sp_html_scan_bare(sp_html_t *html, const char *p,
    const char *end);
const char *sp_html_scan_slash(sp_html_t *html, const char *p,
    const char *end);


/* sp_html_raw.c: comments, and text without tags. */

const char *sp_html_scan_declaration(sp_html_t *html, const char *p,
    const char *end);
const char *sp_html_scan_bogus(sp_html_t *html, const char *p,
    const char *end);
const char *sp_html_scan_comment(sp_html_t *html, const char *p,
    const char *end);
const char *sp_html_scan_cdata(sp_html_t *html, const char *p,
    const char *end);
const char *sp_html_scan_raw(sp_html_t *html, const char *p,
    const char *end);
const char *sp_html_scan_raw_tag(sp_html_t *html, const char *p,
    const char *end);
const char *sp_html_scan_raw_name(sp_html_t *html, const char *p,
    const char *end);
const char *sp_html_scan_raw_comment(sp_html_t *html, const char *p,
    const char *end);
const char *sp_html_scan_plain(sp_html_t *html, const char *p,
    const char *end);


/* What is pending in it at the end of the document is text. */

void sp_html_scan_raw_end(sp_html_t *html);


#endif /* SP_HTML_SCAN_H */
