/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_entities.h"
#include "sp_entities_int.h"
#include "sp_utf8.h"


#define ENTITY_NAME    31           /* bytes of the longest name */
#define ENTITY_LEGACY  6            /* ... that needs no semicolon */
#define ENTITY_NONE    0xfffd       /* stands for what is no character */


static size_t entity_number(const char *p, const char *end, char *text,
    size_t *len);
static uint32_t entity_code(uint32_t code);
static size_t entity_name(const char *p, const char *end, int attribute,
    char *text, size_t *len);
static const char *entity_find(const char *name, size_t len);
static int entity_compare(const char *entry, const char *name, size_t len);
static size_t entity_text(const char *codes, char *text);
static int entity_alnum(char c);


sp_rc_t
sp_entities_decode(const sp_pool_t *pool, const sp_str_t *in, int attribute,
    sp_str_t *out)
{
    char        *data, text[SP_ENTITY_MAX];
    size_t       n, len, used;
    const char  *p, *q, *end;

    if (in->len == 0 || memchr(in->data, '&', in->len) == NULL) {
        *out = *in;
        return SP_OK;
    }

    /* "&nGt;", 5 bytes, stands for 6; no other one grows */

    data = sp_alloc(pool, in->len + in->len / 5 + 1);
    if (data == NULL) {
        return SP_NOMEM;
    }

    p = in->data;
    end = p + in->len;
    n = 0;

    while (p < end) {

        q = memchr(p, '&', (size_t) (end - p));
        if (q == NULL) {
            q = end;
        }

        memcpy(data + n, p, (size_t) (q - p));
        n += (size_t) (q - p);
        p = q;

        if (p == end) {
            break;
        }

        used = sp_entities_read(p, end, attribute, text, &len);

        if (used == 0) {
            data[n++] = *p++;
            continue;
        }

        memcpy(data + n, text, len);
        n += len;
        p += used;
    }

    out->data = data;
    out->len = n;

    return SP_OK;
}


size_t
sp_entities_read(const char *p, const char *end, int attribute, char *text,
    size_t *len)
{
    if (end - p < 2) {
        return 0;
    }

    if (p[1] == '#') {
        return entity_number(p, end, text, len);
    }

    return entity_name(p, end, attribute, text, len);
}


/* "&#", digits or "x" and hex digits, and a ";" that may lack. */

static size_t
entity_number(const char *p, const char *end, char *text, size_t *len)
{
    int          digit, base;
    uint32_t     code;
    const char  *first, *q;

    q = p + 2;
    base = 10;

    if (q < end && (*q | 0x20) == 'x') {
        base = 16;
        q++;
    }

    code = 0;

    for (first = q; q < end; q++) {
        digit = sp_hex(*q);

        if (digit < 0 || digit >= base) {
            break;
        }

        if (code <= 0x10ffff) {
            code = code * (uint32_t) base + (uint32_t) digit;
        }
    }

    if (q == first) {
        return 0;
    }

    *len = sp_utf8_encode(entity_code(code), text);

    return (size_t) (q - p) + (q < end && *q == ';');
}


/* 0x80 to 0x9f are what windows-1252 has there. */

static uint32_t
entity_code(uint32_t code)
{
    static const uint16_t  windows[32] = {
        0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
        0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d, 0x017d, 0x8f,
        0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
        0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d, 0x017e, 0x0178
    };

    if (code >= 0x80 && code < 0xa0) {
        return windows[code - 0x80];
    }

    if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
        return ENTITY_NONE;
    }

    return code;
}


/*
 * The longest name that is there.  With its ";" it is all of the letters and
 * digits that follow; without, it may be their beginning.
 */

static size_t
entity_name(const char *p, const char *end, int attribute, char *text,
    size_t *len)
{
    size_t       n, name;
    const char  *codes;

    p++;

    for (n = 0; n <= ENTITY_NAME && p + n < end && entity_alnum(p[n]); n++) {
        /* void */
    }

    if (p + n < end && p[n] == ';') {
        codes = entity_find(p, n);

        if (codes != NULL) {
            *len = entity_text(codes, text);
            return n + 2;
        }
    }

    for (name = n < ENTITY_LEGACY ? n : ENTITY_LEGACY; name > 1; name--) {
        codes = entity_find(p, name);

        if (codes == NULL || *codes != ':') {
            continue;
        }

        if (attribute && p + name < end
            && (entity_alnum(p[name]) || p[name] == '='))
        {
            return 0;
        }

        *len = entity_text(codes, text);

        return name + 1;
    }

    return 0;
}


/*
 * Searches the text of all names by halves: goes back to where an entry
 * begins.  Returns what is behind the name: "=" or ":" and its codes.
 */

static const char *
entity_find(const char *name, size_t len)
{
    int          rc;
    const char  *low, *high, *entry;

    if (len == 0 || len > ENTITY_NAME) {
        return NULL;
    }

    low = sp_entities_names + 1;
    high = sp_entities_names + sp_entities_names_len;

    while (low < high) {

        for (entry = low + (high - low) / 2; entry[-1] != ' '; entry--) {
            /* void */
        }

        rc = entity_compare(entry, name, len);

        if (rc == 0) {
            return entry + len;
        }

        if (rc > 0) {
            high = entry;
            continue;
        }

        low = entry;

        while (*low++ != ' ') {
            /* void */
        }
    }

    return NULL;
}


static int
entity_compare(const char *entry, const char *name, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        if (entry[i] != name[i]) {

            /* "=" and ":" are after digits, which may follow a shorter name */

            if (!entity_alnum(entry[i])) {
                return -1;
            }

            return entry[i] < name[i] ? -1 : 1;
        }
    }

    return entity_alnum(entry[len]);
}


static size_t
entity_text(const char *codes, char *text)
{
    size_t    n;
    uint32_t  code;

    n = 0;

    do {
        code = 0;

        for (codes++; sp_hex(*codes) >= 0; codes++) {
            code = code << 4 | (uint32_t) sp_hex(*codes);
        }

        n += sp_utf8_encode(code, text + n);

    } while (*codes == ',');

    return n;
}


static int
entity_alnum(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}
