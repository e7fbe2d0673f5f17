/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_percent.h"


#define PERCENT_ONES   UINT64_C(0x0101010101010101)
#define PERCENT_HIGHS  UINT64_C(0x8080808080808080)


static size_t percent_plain(char *out, const char *p, const char *end);


size_t
sp_percent_decode(char *out, const char *p, const char *end, int plus)
{
    int     high, low;
    char   *start;
    size_t  n;

    start = out;

    while (p < end) {

        n = percent_plain(out, p, end);
        out += n;
        p += n;

        if (p == end) {
            break;
        }

        if (*p == '%' && end - p > 2) {
            high = sp_hex(p[1]);
            low = sp_hex(p[2]);

            if (high >= 0 && low >= 0) {
                *out++ = (char) (high << 4 | low);
                p += 3;
                continue;
            }
        }

        *out++ = plus && *p == '+' ? ' ' : *p;
        p++;
    }

    return (size_t) (out - start);
}


/* Copies up to the first "%" or "+"; out is never ahead of p. */

static inline size_t
percent_plain(char *out, const char *p, const char *end)
{
    uint64_t     w, percent, plus;
    const char  *start;

    start = p;

    while (end - p >= 8) {
        memcpy(&w, p, 8);
        percent = w ^ (PERCENT_ONES * '%');
        plus = w ^ (PERCENT_ONES * '+');

        if (((((percent - PERCENT_ONES) & ~percent)
              | ((plus - PERCENT_ONES) & ~plus)) & PERCENT_HIGHS) != 0)
        {
            break;
        }

        memcpy(out, &w, 8);
        out += 8;
        p += 8;
    }

    while (p < end && *p != '%' && *p != '+') {
        *out++ = *p++;
    }

    return (size_t) (p - start);
}
