/*
 * Copyright (C) SitePreserver developers
 */

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "mime.h"


static int mime_line_dropped(UChar32 c);
static int mime_line_joined(UChar32 c);


void
mime_line(buffer_t *out, const sp_str_t *s, size_t max)
{
    char      utf8[U8_MAX_LENGTH];
    size_t    n, from, cut;
    int32_t   i, j, len, bytes;
    unsigned  blank;
    UChar32   c;

    len = s->len < INT32_MAX ? (int32_t) s->len : INT32_MAX;
    from = out->len;
    cut = from;
    blank = 0;
    n = 0;

    for (i = 0; i < len; /* void */ ) {
        j = i;
        U8_NEXT(s->data, i, len, c);

        if (c < 0) {
            c = 0xfffd;
        }

        if (c == ' ' || u_charType(c) == U_CONTROL_CHAR || c == 0x2028
            || c == 0x2029)
        {
            blank = out->len > from;
            continue;
        }

        if (mime_line_dropped(c)) {
            continue;
        }

        if (n + blank >= max) {
            buffer_truncate(out, cut);
            buffer_str(out, "…");
            return;
        }

        /* the last place for "…" that parts no character from its marks */

        if (!mime_line_joined(c)
            && !(j >= 3 && memcmp(s->data + j - 3, "\xe2\x80\x8d", 3) == 0))
        {
            cut = out->len;
        }

        if (blank) {
            buffer_char(out, ' ');
            blank = 0;
            n++;
        }

        bytes = 0;
        U8_APPEND_UNSAFE(utf8, bytes, c);
        buffer_add(out, utf8, (size_t) bytes);
        n++;
    }
}


/* What has no place in one line: marks that turn what follows around. */

static int
mime_line_dropped(UChar32 c)
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069)
           || c == 0xfeff || U_IS_UNICODE_NONCHAR(c);
}


/* Belongs to the character before it: a mark, a joiner, an emoji's skin. */

static int
mime_line_joined(UChar32 c)
{
    return (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0 || c == 0x200d
           || (c >= 0x1f3fb && c <= 0x1f3ff);
}
