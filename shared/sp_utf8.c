/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_utf8.h"


#define UTF8_LEFT_OUT  0            /* what utf8_fit() says of a character */
#define UTF8_SPACE     1
#define UTF8_KEPT      2

#define UTF8_ONES      UINT64_C(0x0101010101010101)
#define UTF8_HIGHS     UINT64_C(0x8080808080808080)


static size_t utf8_char(const unsigned char *p, size_t len, uint32_t *code);
static size_t utf8_length(unsigned char lead);
static int utf8_fit(uint32_t code);
static int utf8_unchanged(const sp_str_t *text);
static size_t utf8_copy(char *out, size_t max, const sp_str_t *in);


/*
 * Eight bytes at a time: one below a space, or with its highest bit set, or
 * that has it when one is added (DEL) sets the highest bit of some byte.
 */

int
sp_utf8_plain(const char *data, size_t len)
{
    uint64_t       w;
    unsigned char  c;

    for ( /* void */ ; len >= 8; len -= 8, data += 8) {
        memcpy(&w, data, 8);

        if ((((w - UTF8_ONES * ' ') | (w + UTF8_ONES) | w) & UTF8_HIGHS)
            != 0)
        {
            return 0;
        }
    }

    for ( /* void */ ; len != 0; len--, data++) {
        c = (unsigned char) *data;

        if (c < ' ' || c >= 0x7f) {
            return 0;
        }
    }

    return 1;
}


size_t
sp_utf8_valid(const char *data, size_t len)
{
    size_t                n;
    uint32_t              code;
    uint64_t              w;
    const unsigned char  *p, *end;

    if (len == 0) {
        return 0;
    }

    p = (const unsigned char *) data;
    end = p + len;

    while (p < end) {

        if (*p < 0x80) {
            while (end - p >= 8) {
                memcpy(&w, p, 8);

                if ((w & UTF8_HIGHS) != 0) {
                    break;
                }

                p += 8;
            }

            while (p < end && *p < 0x80) {
                p++;
            }

            continue;
        }

        n = utf8_char(p, (size_t) (end - p), &code);

        if (n == 0) {
            break;
        }

        p += n;
    }

    return (size_t) (p - (const unsigned char *) data);
}


size_t
sp_utf8_cut(const sp_str_t *text, size_t max)
{
    size_t                i, n;
    uint32_t              code;
    const unsigned char  *data;

    if (text->len <= max) {
        return text->len;
    }

    data = (const unsigned char *) text->data;

    for (i = 1; i <= 3 && i <= max; i++) {
        n = utf8_char(data + max - i, text->len - max + i, &code);

        if (n != 0) {
            return n > i ? max - i : max;
        }
    }

    return max;
}


size_t
sp_utf8_whole(const sp_str_t *text)
{
    size_t         i;
    unsigned char  c;

    for (i = 1; i <= 3 && i <= text->len; i++) {
        c = (unsigned char) text->data[text->len - i];

        if (utf8_length(c) > i) {
            return text->len - i;
        }

        if ((c & 0xc0) != 0x80) {
            break;
        }
    }

    return text->len;
}


size_t
sp_utf8_encode(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char) code;
        return 1;
    }

    if (code < 0x800) {
        out[0] = (char) (0xc0 | (code >> 6));
        out[1] = (char) (0x80 | (code & 0x3f));
        return 2;
    }

    if (code < 0x10000) {
        out[0] = (char) (0xe0 | (code >> 12));
        out[1] = (char) (0x80 | ((code >> 6) & 0x3f));
        out[2] = (char) (0x80 | (code & 0x3f));
        return 3;
    }

    out[0] = (char) (0xf0 | (code >> 18));
    out[1] = (char) (0x80 | ((code >> 12) & 0x3f));
    out[2] = (char) (0x80 | ((code >> 6) & 0x3f));
    out[3] = (char) (0x80 | (code & 0x3f));

    return 4;
}


sp_rc_t
sp_utf8_clean(const sp_pool_t *pool, const sp_str_t *in, size_t max,
    sp_str_t *out)
{
    char      *data;
    size_t     size;
    sp_str_t   text;

    text = *in;

    while (text.len != 0 && text.data[0] == ' ') {
        text.data++;
        text.len--;
    }

    while (text.len != 0 && text.data[text.len - 1] == ' ') {
        text.len--;
    }

    if (text.len <= max && utf8_unchanged(&text)) {
        *out = text;
        return SP_OK;
    }

    /* a byte that is not UTF-8 becomes three */

    size = text.len < max / 3 ? text.len * 3 : max;

    data = sp_alloc(pool, size + 1);
    if (data == NULL) {
        return SP_NOMEM;
    }

    out->len = utf8_copy(data, size, &text);
    out->data = data;

    return SP_OK;
}


/* The length of the character at p, 0 if it is none or not complete. */

static size_t
utf8_char(const unsigned char *p, size_t len, uint32_t *code)
{
    size_t           n, i;
    uint32_t         c;
    const uint32_t   least[5] = { 0, 0, 0x80, 0x800, 0x10000 };

    n = utf8_length(p[0]);

    if (n == 0 || n > len) {
        return 0;
    }

    if (n == 1) {
        *code = p[0];
        return 1;
    }

    c = p[0] & (0x7fU >> n);

    for (i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }

        c = (c << 6) | (p[i] & 0x3f);
    }

    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
        return 0;
    }

    *code = c;

    return n;
}


/* How long a character with this first byte is, 0 if none begins so. */

static size_t
utf8_length(unsigned char lead)
{
    if (lead < 0x80) {
        return 1;
    }

    if (lead < 0xc2 || lead > 0xf4) {
        return 0;
    }

    return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}


static int
utf8_fit(uint32_t code)
{
    if (code == '\t' || code == '\n' || code == '\r' || code == 0x85
        || code == 0x2028 || code == 0x2029)
    {
        return UTF8_SPACE;
    }

    if (code < 0x20 || (code >= 0x7f && code < 0xa0)
        || code == 0x61c || code == 0x200e || code == 0x200f
        || (code >= 0x202a && code <= 0x202e)
        || (code >= 0x2066 && code <= 0x2069) || code == 0xfeff
        || (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) == 0xfffe)
    {
        return UTF8_LEFT_OUT;
    }

    return UTF8_KEPT;
}


static int
utf8_unchanged(const sp_str_t *text)
{
    size_t                n;
    uint32_t              code;
    const unsigned char  *p, *end;

    if (text->len == 0) {
        return 1;
    }

    p = (const unsigned char *) text->data;
    end = p + text->len;

    while (p < end) {
        n = utf8_char(p, (size_t) (end - p), &code);

        if (n == 0 || utf8_fit(code) != UTF8_KEPT) {
            return 0;
        }

        p += n;
    }

    return 1;
}


/* Copies what fits whole into max bytes; returns its length. */

static size_t
utf8_copy(char *out, size_t max, const sp_str_t *in)
{
    int                   fit;
    size_t                n, m, len;
    char                  utf8[4];
    uint32_t              code;
    const unsigned char  *p, *end;

    p = (const unsigned char *) in->data;
    end = p + in->len;
    len = 0;

    for ( /* void */ ; p < end; p += n) {
        n = utf8_char(p, (size_t) (end - p), &code);

        if (n == 0) {
            n = 1;
            code = 0xfffd;
        }

        fit = utf8_fit(code);

        if (fit == UTF8_SPACE) {
            code = ' ';
        }

        if (fit == UTF8_LEFT_OUT || (code == ' ' && len == 0)) {
            continue;
        }

        m = sp_utf8_encode(code, utf8);

        if (m > max - len) {
            break;
        }

        memcpy(out + len, utf8, m);
        len += m;
    }

    while (len != 0 && out[len - 1] == ' ') {
        len--;
    }

    return len;
}
