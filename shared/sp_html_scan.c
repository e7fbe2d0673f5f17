/*
 * Copyright (C) SitePreserver developers
 *
 * Within tags.
 */

#include "sp_html_scan.h"


static const char *scan_skip(sp_html_t *html, const char *p,
    const char *end);
static uint64_t scan_key(sp_html_t *html, uint64_t key, const char *p,
    const char *q, const char *end);
static void scan_value_more(sp_html_t *html, const char *p, size_t len);
static void scan_value_over(sp_html_t *html, const char *p, size_t len);
static void *scan_decoded(void *data, size_t size);
static const char *scan_over(sp_html_t *html, const char *p);


/* Eight of the same, and the order of bytes that keys have. */

#define SCAN_BYTES(c)  (UINT64_C(0x0101010101010101) * (c))

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define scan_little(w)  (w)
#else
#define scan_little(w)  __builtin_bswap64(w)
#endif


/* What ends a name: a space, "/", ">", and "=" that of an attribute. */

#define SCAN_TAG    1
#define SCAN_ATTR   2
#define SCAN_SPACE  4

#define SCAN_ANY    (SCAN_TAG | SCAN_ATTR)

static const unsigned char  scan_ends[256] = {
    [' '] = SCAN_ANY | SCAN_SPACE, ['\t'] = SCAN_ANY | SCAN_SPACE,
    ['\n'] = SCAN_ANY | SCAN_SPACE, ['\r'] = SCAN_ANY | SCAN_SPACE,
    ['\f'] = SCAN_ANY | SCAN_SPACE, ['/'] = SCAN_ANY, ['>'] = SCAN_ANY,
    ['='] = SCAN_ATTR
};

#define scan_is(c, what)  (scan_ends[(unsigned char) (c)] & (what))


/* Where a name ends: the first of those, or end. */

static inline const char *
scan_span(const char *p, const char *end, unsigned what)
{
#ifdef __SSE2__

    int      mask;
    __m128i  v, hit;

    while (end - p >= 16) {
        v = _mm_loadu_si128((const __m128i *) (const void *) p);

        hit = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('/')),
                           _mm_cmpeq_epi8(v, _mm_set1_epi8('>')));
        hit = _mm_or_si128(hit, _mm_cmpeq_epi8(v, _mm_set1_epi8('=')));
        hit = _mm_or_si128(hit,
                           _mm_cmpeq_epi8(_mm_min_epu8(v,
                                              _mm_set1_epi8(' ')), v));
        mask = _mm_movemask_epi8(hit);

        if (mask == 0) {
            p += 16;
            continue;
        }

        p += __builtin_ctz((unsigned) mask);

        if (scan_is(*p, what)) {
            return p;
        }

        p++;
    }

#endif

    while (p < end && !(scan_is(*p, what))) {
        p++;
    }

    return p;
}


const char *
sp_html_scan_name(sp_html_t *html, const char *p, const char *end)
{
    const char  *q;

    q = scan_span(p, end, SCAN_TAG);

    html->key = scan_key(html, html->key, p, q, end);

    if (q == end) {
        return q;
    }

    html->wanted = 0;
    html->wants = !html->is_end && sp_html_match_tag(html);

    if (*q == '>') {
        return scan_over(html, q + 1);
    }

    html->state = SP_HTML_AT_ATTR;

    return sp_html_scan_attr(html, q, end);
}


/* A part of a name goes into its key; most are whole and short. */

static inline uint64_t
scan_key(sp_html_t *html, uint64_t key, const char *p, const char *q,
    const char *end)
{
    size_t    len;
    uint64_t  w, upper;

    len = (size_t) (q - p);

    if (html->len == 0 && len <= 8 && end - p >= 8 && len != 0) {
        memcpy(&w, p, 8);
        w = scan_little(w) & (UINT64_MAX >> (64 - 8 * len));
        html->len = (unsigned) len;

        /* all are from "`" on, or digits */

        if ((w & SCAN_BYTES(0x20) & (UINT64_MAX >> (64 - 8 * len)))
            == (SCAN_BYTES(0x20) & (UINT64_MAX >> (64 - 8 * len))))
        {
            return w;
        }

        /* bit 7 of each byte from "A" to "Z" */

        upper = (w & SCAN_BYTES(0x7f)) + SCAN_BYTES(0x80 - 'A');
        upper &= ~((w & SCAN_BYTES(0x7f)) + SCAN_BYTES(0x80 - 'Z' - 1));
        upper &= ~w & SCAN_BYTES(0x80);

        return w | upper >> 2;
    }

    for ( /* void */ ; p < q; p++) {
        key = sp_html_key_add(key, html->len++,
                              sp_html_lower((unsigned char) *p));
    }

    return key;
}


/*
 * Attributes one after another, as far as they are here; what is not here
 * whole is the business of the states.
 */

const char *
sp_html_scan_attr(sp_html_t *html, const char *p, const char *end)
{
    if (!html->wants) {
        return scan_skip(html, p, end);
    }

    while (html->state == SP_HTML_AT_ATTR) {

        while (p < end && scan_is(*p, SCAN_SPACE)) {
            p++;
        }

        if (p == end) {
            return p;
        }

        if (*p == '>') {
            return scan_over(html, p + 1);
        }

        if (*p == '/') {
            html->state = SP_HTML_AT_SLASH;
            return p + 1;
        }

        html->state = SP_HTML_IN_ATTR;
        html->name = 0;
        html->len = 0;

        /* one may begin with "=" */

        if (*p == '=') {
            html->name = sp_html_key_add(0, html->len++, '=');
            p++;
        }

        p = sp_html_scan_attr_name(html, p, end);

        if (html->state == SP_HTML_AT_VALUE && p < end) {
            p = sp_html_scan_value(html, p, end);
        }

        if (html->state == SP_HTML_IN_QUOTES && p < end) {
            p = sp_html_scan_quotes(html, p, end);
        }
    }

    return p;
}


/* The same where nobody looks at them: only the end of the tag is sought. */

static const char *
scan_skip(sp_html_t *html, const char *p, const char *end)
{
    const char  *q;

    while (p < end) {

        if (scan_is(*p, SCAN_TAG)) {

            if (*p == '>') {
                return scan_over(html, p + 1);
            }

            if (*p++ == '/') {
                html->state = SP_HTML_AT_SLASH;
                return p;
            }

            continue;
        }

        p = scan_span(p + (*p == '='), end, SCAN_ATTR);

        if (p == end) {
            html->state = SP_HTML_IN_ATTR;
            return p;
        }

        if (*p != '=') {
            html->state = SP_HTML_AFTER_ATTR;
            return p;
        }

        if (end - p < 2 || (p[1] != '"' && p[1] != '\'')) {
            html->state = SP_HTML_AT_VALUE;
            return p + 1;
        }

        q = sp_html_find(p + 2, end, p[1]);

        if (q == NULL) {
            html->quote = p[1];
            html->state = SP_HTML_IN_QUOTES;
            return end;
        }

        p = q + 1;
    }

    html->state = SP_HTML_AT_ATTR;

    return p;
}


const char *
sp_html_scan_attr_name(sp_html_t *html, const char *p, const char *end)
{
    const char  *q;

    q = scan_span(p, end, SCAN_ATTR);

    if (html->wants) {
        html->name = scan_key(html, html->name, p, q, end);
    }

    if (q == end) {
        return q;
    }

    if (html->wants) {
        html->wanted = sp_html_match_attr(html) != 0;
        html->value_len = 0;
        html->value_cut = 0;
    }

    if (*q == '=') {
        html->state = SP_HTML_AT_VALUE;
        return q + 1;
    }

    html->state = SP_HTML_AFTER_ATTR;

    return q;
}


const char *
sp_html_scan_after_attr(sp_html_t *html, const char *p, const char *end)
{
    while (p < end && scan_is(*p, SCAN_SPACE)) {
        p++;
    }

    if (p == end) {
        return p;
    }

    if (*p == '=') {
        html->state = SP_HTML_AT_VALUE;
        return p + 1;
    }

    /* it has none */

    scan_value_over(html, "", 0);

    return p;
}


const char *
sp_html_scan_value(sp_html_t *html, const char *p, const char *end)
{
    while (p < end && scan_is(*p, SCAN_SPACE)) {
        p++;
    }

    if (p == end) {
        return p;
    }

    if (*p == '"' || *p == '\'') {
        html->quote = *p++;
        html->state = SP_HTML_IN_QUOTES;
        return p;
    }

    if (*p == '>') {
        scan_value_over(html, "", 0);
        return p;
    }

    html->state = SP_HTML_IN_BARE;

    return sp_html_scan_bare(html, p, end);
}


const char *
sp_html_scan_quotes(sp_html_t *html, const char *p, const char *end)
{
    const char  *q;

    q = sp_html_find(p, end, html->quote);

    if (q == NULL) {
        scan_value_more(html, p, (size_t) (end - p));
        return end;
    }

    scan_value_over(html, p, (size_t) (q - p));

    return q + 1;
}


const char *
sp_html_scan_bare(sp_html_t *html, const char *p, const char *end)
{
    const char  *q;

    q = p;

    while (q < end && !scan_is(*q, SCAN_SPACE) && *q != '>') {
        q++;
    }

    if (q == end) {
        scan_value_more(html, p, (size_t) (end - p));
        return end;
    }

    scan_value_over(html, p, (size_t) (q - p));

    return q;
}


const char *
sp_html_scan_slash(sp_html_t *html, const char *p, const char *end)
{
    if (*p == '>') {
        html->is_closed = 1;
        return scan_over(html, p + 1);
    }

    html->state = SP_HTML_AT_ATTR;

    return p;
}


static void
scan_value_more(sp_html_t *html, const char *p, size_t len)
{
    if (!html->wanted || html->value_cut) {
        return;
    }

    if (len > SP_HTML_VALUE - html->value_len) {
        len = SP_HTML_VALUE - html->value_len;
        html->value_cut = 1;
    }

    if (sp_html_room(html->pool, &html->value, &html->value_size,
                     html->value_len, len)
        != SP_OK)
    {
        html->rc = SP_NOMEM;
        return;
    }

    if (len != 0) {
        memcpy(html->value + html->value_len, p, len);
        html->value_len += len;
    }
}


/* Its last bytes, which are all if they came in one piece. */

static void
scan_value_over(sp_html_t *html, const char *p, size_t len)
{
    sp_str_t   value;
    sp_pool_t  pool;

    html->state = SP_HTML_AT_ATTR;

    if (!html->wanted) {
        return;
    }

    if (html->value_len != 0 || len > SP_HTML_VALUE) {
        scan_value_more(html, p, len);

        if (html->rc == SP_NOMEM) {
            return;
        }

        p = html->value;
        len = html->value_len;
    }

    value.data = p;
    value.len = len;

    pool.alloc = scan_decoded;
    pool.data = html;

    if (sp_entities_decode(&pool, &value, 1, &value) != SP_OK) {
        html->rc = SP_NOMEM;
        return;
    }

    sp_html_match_value(html, &value);
}


/* One buffer for all of them. */

static void *
scan_decoded(void *data, size_t size)
{
    sp_html_t  *html;

    html = data;

    return sp_html_room(html->pool, &html->decoded, &html->decoded_size, 0,
                        size)
           == SP_OK ? html->decoded : NULL;
}


/* The tag is whole. */

static const char *
scan_over(sp_html_t *html, const char *p)
{
    html->state = SP_HTML_IN_TEXT;

    if (!html->is_end) {
        sp_html_start(html);

    } else if (html->depth == 0 || html->over != 0
               || html->stack[html->depth].key != html->key
               || html->key == SP_HTML_KEY_BODY
               || html->key == SP_HTML_KEY_HTML)
    {
        sp_html_stop(html);

    } else {
        sp_html_pop(html, html->depth - 1);
    }

    return p;
}
