/*
 * Copyright (C) SitePreserver developers
 *
 * Lines and columns of a text.
 */

#include "html.h"


void
html_place(const char *text, size_t len, size_t offset, unsigned *line,
    unsigned *column)
{
    html_place_t  place;

    memset(&place, 0, sizeof(html_place_t));
    html_place_next(text, len, offset, &place);
    *line = place.line;
    *column = place.column;
}


void
html_place_next(const char *text, size_t len, size_t offset,
    html_place_t *place)
{
    size_t  i;

    if (place->line == 0 || place->offset > offset) {
        place->offset = 0;
        place->line = 1;
        place->column = 1;
    }

    for (i = place->offset; i < len && i < offset; i++) {
        if (text[i] == '\n') {
            place->line += 1;
            place->column = 1;

        } else if (i + 1 == len || ((unsigned char) text[i + 1] & 0xc0)
                                   != 0x80)
        {
            place->column += 1;
        }
    }

    place->offset = i;
}
