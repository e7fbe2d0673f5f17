/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_entity.h"
#include "sp_utf8.h"


#define ENTITY_LEGACY  6        /* bytes of the longest name that is known
                                   without a ";" */


typedef struct {
    sp_str_t  text;
    int       legacy;
} entity_t;


static size_t entity_number(const char *p, size_t len,
    char out[SP_ENTITY_OUT], size_t *n);
static size_t entity_name(const char *p, size_t len, int attribute,
    char out[SP_ENTITY_OUT], size_t *n);
static int entity_find(const char *name, size_t len, entity_t *entity);
static int entity_compare(const char *name, size_t len, const char *entry,
    const char **end);
static uint32_t entity_code(uint32_t code);
static int entity_alnum(char c);


/* What numbers stand for that are no characters but were in Windows. */

static const uint16_t  entity_windows[32] = {
    0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021,
    0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f,
    0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178
};


size_t
sp_entity_read(const char *p, size_t len, int attribute,
    char out[SP_ENTITY_OUT], size_t *n)
{
    if (len > SP_ENTITY_MAX) {
        len = SP_ENTITY_MAX;
    }

    if (len < 2) {
        return 0;
    }

    return p[1] == '#' ? entity_number(p, len, out, n)
                       : entity_name(p, len, attribute, out, n);
}


size_t
sp_entity_decode(const char *in, size_t len, int attribute, char *out)
{
    size_t       n, taken, written;
    const char  *p, *end, *mark;

    p = in;
    end = in + len;
    written = 0;

    while (p < end) {
        mark = memchr(p, '&', (size_t) (end - p));
        n = (size_t) ((mark != NULL ? mark : end) - p);

        memcpy(out + written, p, n);
        written += n;
        p += n;

        if (mark == NULL) {
            break;
        }

        taken = sp_entity_read(p, (size_t) (end - p), attribute,
                               out + written, &n);

        if (taken == 0) {
            out[written] = '&';
            n = 1;
            taken = 1;
        }

        written += n;
        p += taken;
    }

    return written;
}


static size_t
entity_number(const char *p, size_t len, char out[SP_ENTITY_OUT], size_t *n)
{
    int       digit, hex;
    size_t    i, first;
    uint32_t  code;

    i = 2;
    hex = i < len && (p[i] == 'x' || p[i] == 'X');
    i += (size_t) hex;

    first = i;
    code = 0;

    for ( /* void */ ; i < len; i++) {
        digit = sp_hex(p[i]);

        if (digit < 0 || (!hex && digit > 9)) {
            break;
        }

        if (code <= 0x10ffff) {
            code = code * (hex ? 16 : 10) + (uint32_t) digit;
        }
    }

    if (i == first || (i == SP_ENTITY_MAX && p[i - 1] != ';')) {
        return 0;
    }

    *n = sp_utf8_encode(entity_code(code), out);

    return i + (i < len && p[i] == ';');
}


static uint32_t
entity_code(uint32_t code)
{
    if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
        return 0xfffd;
    }

    if (code >= 0x80 && code <= 0x9f) {
        return entity_windows[code - 0x80];
    }

    return code;
}


/* The longest name that is there; without a ";" only some are known. */

static size_t
entity_name(const char *p, size_t len, int attribute,
    char out[SP_ENTITY_OUT], size_t *n)
{
    size_t    i, taken;
    entity_t  entity;

    for (i = 1; i < len && entity_alnum(p[i]); i++) { /* void */ }

    taken = 0;

    if (i < len && p[i] == ';' && entity_find(p + 1, i - 1, &entity)) {
        taken = i + 1;

    } else {

        i = i < ENTITY_LEGACY + 1 ? i : ENTITY_LEGACY + 1;

        for ( /* void */ ; i > 2; i--) {
            if (entity_find(p + 1, i - 1, &entity) && entity.legacy) {
                taken = i;
                break;
            }
        }

        if (taken == 0
            || (attribute && i < len
                && (p[i] == '=' || entity_alnum(p[i]))))
        {
            return 0;
        }
    }

    memcpy(out, entity.text.data, entity.text.len);
    *n = entity.text.len;

    return taken;
}


/* Halves what is left of the names; entries begin behind a byte 1. */

static int
entity_find(const char *name, size_t len, entity_t *entity)
{
    int          diff;
    const char  *low, *high, *entry, *end;

    low = sp_entity_names + 1;
    high = sp_entity_names + sp_entity_names_len;

    while (low < high) {
        entry = low + (high - low) / 2;

        while (entry > low && entry[-1] != '\1') {
            entry--;
        }

        diff = entity_compare(name, len, entry, &end);

        if (diff == 0) {
            entity->legacy = *end == '!';
            entity->text.data = end + 1;
            end = memchr(end + 1, '\1', (size_t) (high - end - 1));
            entity->text.len = (size_t) (end - entity->text.data);
            return 1;
        }

        if (diff < 0) {
            high = entry;

        } else {
            low = (const char *) memchr(entry, '\1', (size_t) (high - entry))
                  + 1;
        }
    }

    return 0;
}


static int
entity_compare(const char *name, size_t len, const char *entry,
    const char **end)
{
    size_t  i;

    for (i = 0; i < len && entry[i] == name[i]; i++) { /* void */ }

    *end = entry + i;

    if (i == len) {
        return entry[i] == ';' || entry[i] == '!' ? 0 : -1;
    }

    if (entry[i] == ';' || entry[i] == '!') {
        return 1;
    }

    return (unsigned char) name[i] - (unsigned char) entry[i];
}


static int
entity_alnum(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}
