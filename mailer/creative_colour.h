/*
 * Copyright (C) SitePreserver developers
 *
 * Colours of a brand, and whether they can be read (WCAG 2.2, 1.4.3).
 */

#ifndef CREATIVE_COLOUR_H
#define CREATIVE_COLOUR_H

#include "sp_str.h"


#define CREATIVE_COLOUR_SIZE  8     /* "#rrggbb" and NUL */

#define CREATIVE_WHITE  0xffffffu
#define CREATIVE_BLACK  0x000000u


/* 0xrrggbb.  SP_INVALID: not "#rrggbb" or "#rgb". */

sp_rc_t creative_colour_parse(const sp_str_t *text, uint32_t *colour);
void creative_colour_text(uint32_t colour, char text[CREATIVE_COLOUR_SIZE]);


/* WCAG's contrast ratio, 1 to 21. */

double creative_colour_contrast(uint32_t a, uint32_t b);


/*
 * The colour, moved towards white or black no farther than needed for that
 * contrast against a background; for 4.5 one of them always suffices.
 */

uint32_t creative_colour_readable(uint32_t colour, uint32_t background,
    double contrast);


/* White or black, whichever is easier to read on the colour: 4.58 or more. */

uint32_t creative_colour_on(uint32_t colour);


#endif /* CREATIVE_COLOUR_H */
