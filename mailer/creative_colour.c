/*
 * Copyright (C) SitePreserver developers
 */

#include <pthread.h>
#include <stdio.h>

#include "creative_colour.h"


static double creative_luminance(uint32_t colour);
static void creative_linear_once(void);
static double creative_linear(uint32_t channel);
static uint32_t creative_mix(uint32_t colour, uint32_t with, uint32_t step);


static pthread_once_t  creative_linear_ready = PTHREAD_ONCE_INIT;
static double          creative_linears[256];


sp_rc_t
creative_colour_parse(const sp_str_t *text, uint32_t *colour)
{
    char      c;
    size_t    i;
    uint32_t  digit, value;

    if ((text->len != 7 && text->len != 4) || text->data[0] != '#') {
        return SP_INVALID;
    }

    value = 0;

    for (i = 1; i < text->len; i++) {
        c = text->data[i];

        if (c >= '0' && c <= '9') {
            digit = (uint32_t) (c - '0');

        } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
            digit = (uint32_t) ((c | 0x20) - 'a') + 10;

        } else {
            return SP_INVALID;
        }

        value = value << 4 | digit;

        if (text->len == 4) {
            value = value << 4 | digit;
        }
    }

    *colour = value;

    return SP_OK;
}


void
creative_colour_text(uint32_t colour, char text[CREATIVE_COLOUR_SIZE])
{
    (void) snprintf(text, CREATIVE_COLOUR_SIZE, "#%06x",
                    (unsigned) (colour & 0xffffff));
}


double
creative_colour_contrast(uint32_t a, uint32_t b)
{
    double  la, lb;

    la = creative_luminance(a) + 0.05;
    lb = creative_luminance(b) + 0.05;

    return la > lb ? la / lb : lb / la;
}


uint32_t
creative_colour_readable(uint32_t colour, uint32_t background,
    double contrast)
{
    uint32_t  mixed, step, with;

    with = creative_colour_on(background);

    for (step = 0; step <= 64; step++) {
        mixed = creative_mix(colour, with, step);

        if (creative_colour_contrast(mixed, background) >= contrast) {
            return mixed;
        }
    }

    return with;
}


uint32_t
creative_colour_on(uint32_t colour)
{
    return creative_colour_contrast(CREATIVE_WHITE, colour)
           >= creative_colour_contrast(CREATIVE_BLACK, colour)
           ? CREATIVE_WHITE : CREATIVE_BLACK;
}


static double
creative_luminance(uint32_t colour)
{
    (void) pthread_once(&creative_linear_ready, creative_linear_once);

    return 0.2126 * creative_linears[colour >> 16 & 0xff]
           + 0.7152 * creative_linears[colour >> 8 & 0xff]
           + 0.0722 * creative_linears[colour & 0xff];
}


static void
creative_linear_once(void)
{
    uint32_t  channel;

    for (channel = 0; channel < 256; channel++) {
        creative_linears[channel] = creative_linear(channel);
    }
}


/* WCAG's x^2.4 as x^2 * (x^2)^(1/5), the root by Newton's method. */

static double
creative_linear(uint32_t channel)
{
    int     i;
    double  x, square, root;

    x = channel / 255.0;

    if (x <= 0.04045) {
        return x / 12.92;
    }

    x = (x + 0.055) / 1.055;
    square = x * x;
    root = 1;

    for (i = 0; i < 24; i++) {
        root -= (root - square / (root * root * root * root)) / 5;
    }

    return square * root;
}


/* step / 64 of the way to another colour. */

static uint32_t
creative_mix(uint32_t colour, uint32_t with, uint32_t step)
{
    int       shift;
    uint32_t  a, b, mixed;

    mixed = 0;

    for (shift = 0; shift <= 16; shift += 8) {
        a = colour >> shift & 0xff;
        b = with >> shift & 0xff;
        mixed |= ((a * (64 - step) + b * step) / 64) << shift;
    }

    return mixed;
}
