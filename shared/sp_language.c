/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_language.h"


#define SP_LANGUAGE_WHOLE  1000     /* the weight of a range that has none */


static unsigned sp_language_weight(const sp_str_t *range, size_t end);
static unsigned sp_language_qvalue(const char *p, const char *last);
static int sp_language_tag(const char *p, size_t len);
static size_t sp_language_space(const char *p, const char *last);


sp_rc_t
sp_language(const sp_str_t *header, char tag[SP_LOCALE_MAX + 1], size_t *len)
{
    size_t       i, end, size;
    unsigned     n, weight, best;
    sp_str_t     range;
    const char  *last;

    tag[0] = '\0';
    *len = 0;

    if (header->len == 0) {
        return SP_DONE;
    }

    size = header->len < SP_LANGUAGE_MAX ? header->len : SP_LANGUAGE_MAX;
    last = header->data + size;
    best = 0;

    for (i = 0, n = 0; i < size && n < SP_LANGUAGE_RANGES; i = end + 1, n++) {

        for (end = i; end < size && header->data[end] != ','; end++) {
            /* void */
        }

        if (end == size && size != header->len) {
            break;                      /* it may go on as something else */
        }

        i += sp_language_space(header->data + i, last);

        if (i >= end) {
            continue;
        }

        range.data = header->data + i;
        range.len = end - i;

        for (i = 0; i < range.len && range.data[i] != ';'
                    && range.data[i] != ' ' && range.data[i] != '\t'; i++)
        {
            /* void */
        }

        weight = sp_language_weight(&range, i);

        if (weight > best && sp_language_tag(range.data, i)) {
            best = weight;
            *len = i;
            memcpy(tag, range.data, i);
        }
    }

    tag[*len] = '\0';

    return best != 0 ? SP_OK : SP_DONE;
}


/* The weight of a range whose tag ends there, in thousandths; 0: none. */

static unsigned
sp_language_weight(const sp_str_t *range, size_t end)
{
    const char  *p, *last;

    p = range->data + end;
    last = range->data + range->len;
    p += sp_language_space(p, last);

    if (p == last) {
        return SP_LANGUAGE_WHOLE;
    }

    if (*p++ != ';') {
        return 0;
    }

    p += sp_language_space(p, last);

    if (last - p < 3 || (p[0] | 0x20) != 'q' || p[1] != '=') {
        return 0;
    }

    while (last[-1] == ' ' || last[-1] == '\t') {
        last--;
    }

    return sp_language_qvalue(p + 2, last);
}


/* RFC 9110 section 12.4.2: "0" or "1" with at most three decimals. */

static unsigned
sp_language_qvalue(const char *p, const char *last)
{
    unsigned  value, unit;

    if (p >= last || (*p != '0' && *p != '1')) {
        return 0;
    }

    value = *p++ == '1' ? SP_LANGUAGE_WHOLE : 0;

    if (p == last) {
        return value;
    }

    if (*p++ != '.' || last - p > 3) {
        return 0;
    }

    for (unit = SP_LANGUAGE_WHOLE / 10; p < last; p++, unit /= 10) {

        if (*p < '0' || *p > '9') {
            return 0;
        }

        value += (unsigned) (*p - '0') * unit;
    }

    return value <= SP_LANGUAGE_WHOLE ? value : 0;
}


/* As a locale is: a language of two or three letters, then other parts. */

static int
sp_language_tag(const char *p, size_t len)
{
    char    c;
    size_t  i, part;

    if (len > SP_LOCALE_MAX) {
        return 0;
    }

    part = 0;

    for (i = 0; i <= len; i++) {
        c = i < len ? p[i] : '-';

        if (c == '-') {
            if (part == 0 || part > 8 || (i == part && (part < 2 || part > 3)))
            {
                return 0;
            }

            part = 0;
            continue;
        }

        if (!(((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
              || (i > part && c >= '0' && c <= '9')))
        {
            return 0;
        }

        part++;
    }

    return 1;
}


static size_t
sp_language_space(const char *p, const char *last)
{
    const char  *start;

    for (start = p; p < last && (*p == ' ' || *p == '\t'); p++) {
        /* void */
    }

    return (size_t) (p - start);
}
