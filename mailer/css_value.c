/*
 * Copyright (C) SitePreserver developers
 *
 * Values of CSS: numbers with units, colours.
 */

#include "css.h"


static size_t css_float(const sp_str_t *text, double *number);
static sp_rc_t css_colour_hex(const sp_str_t *text, css_colour_t *colour);
static sp_rc_t css_colour_function(const sp_str_t *text,
    css_colour_t *colour);
static size_t css_colour_args(const sp_str_t *text, size_t i, double v[4],
    css_unit_t units[4]);
static int css_colour_gap(char c);
static sp_rc_t css_colour_rgb(const double *v, const css_unit_t *units,
    css_colour_t *colour);
static void css_colour_hsl(double h, double s, double l,
    css_colour_t *colour);
static double css_channel(double p, double q, double t);
static double css_clamp(double v, double max);


int
css_is(const sp_str_t *text, const char *word)
{
    size_t  i, len;

    len = strlen(word);

    if (text->len != len) {
        return 0;
    }

    for (i = 0; i < len; i++) {
        if (text->data[i] != word[i]
            && (word[i] < 'a' || word[i] > 'z'
                || text->data[i] != (word[i] & ~0x20)))
        {
            return 0;
        }
    }

    return 1;
}


int
css_word(const sp_str_t *text, size_t *at, sp_str_t *word)
{
    int     depth;
    size_t  i, from;

    i = *at;

    while (i < text->len && css_space(text->data[i])) {
        i++;
    }

    from = i;
    depth = 0;

    for ( /* void */ ; i < text->len; i++) {
        if (text->data[i] == '(') {
            depth++;

        } else if (text->data[i] == ')') {
            depth--;

        } else if (depth <= 0 && css_space(text->data[i])) {
            break;
        }
    }

    word->data = text->data + from;
    word->len = i - from;
    *at = i;

    return word->len != 0;
}


sp_rc_t
css_number(const sp_str_t *text, double *number, css_unit_t *unit)
{
    size_t    i, n;
    sp_str_t  name;

    static const struct {
        const char  *name;
        css_unit_t   unit;
        double       factor;
    } units[] = {
        { "px", CSS_UNIT_PX, 1 }, { "pt", CSS_UNIT_PX, 4.0 / 3 },
        { "em", CSS_UNIT_EM, 1 }, { "rem", CSS_UNIT_REM, 1 },
        { "%", CSS_UNIT_PERCENT, 1 }, { "in", CSS_UNIT_PX, 96 },
        { "cm", CSS_UNIT_PX, 96 / 2.54 }, { "mm", CSS_UNIT_PX, 96 / 25.4 },
        { "pc", CSS_UNIT_PX, 16 }, { "", CSS_UNIT_NONE, 1 }
    };

    n = css_float(text, number);

    if (n == 0) {
        return SP_INVALID;
    }

    name.data = text->data + n;
    name.len = text->len - n;

    for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (css_is(&name, units[i].name)) {
            *unit = units[i].unit;
            *number *= units[i].factor;
            return SP_OK;
        }
    }

    return SP_INVALID;
}


/* How many bytes it has; 0: it is none.  Up to 9 digits before the point. */

static size_t
css_float(const sp_str_t *text, double *number)
{
    size_t  i, digits;
    double  value, scale, sign;

    i = 0;
    sign = 1;

    if (i < text->len && (text->data[i] == '-' || text->data[i] == '+')) {
        sign = text->data[i] == '-' ? -1 : 1;
        i++;
    }

    value = 0;
    digits = 0;

    for ( /* void */ ; i < text->len && text->data[i] >= '0'
          && text->data[i] <= '9'; i++)
    {
        if (++digits > 9) {
            return 0;
        }

        value = value * 10 + (text->data[i] - '0');
    }

    if (i + 1 < text->len && text->data[i] == '.'
        && text->data[i + 1] >= '0' && text->data[i + 1] <= '9')
    {
        scale = 0.1;

        for (i++; i < text->len && text->data[i] >= '0'
             && text->data[i] <= '9'; i++)
        {
            digits++;
            value += (text->data[i] - '0') * scale;
            scale /= 10;
        }
    }

    *number = sign * value;

    return digits != 0 ? i : 0;
}


sp_rc_t
css_colour(const sp_str_t *text, css_colour_t *colour)
{
    colour->alpha = 1;

    if (text->len > 1 && text->data[0] == '#') {
        return css_colour_hex(text, colour);
    }

    if (css_is(text, "transparent")) {
        colour->rgb = 0;
        colour->alpha = 0;
        return SP_OK;
    }

    if (text->len > 4 && text->data[text->len - 1] == ')') {
        return css_colour_function(text, colour);
    }

    return css_colour_name(text, &colour->rgb);
}


/* "#rgb", "#rgba", "#rrggbb", "#rrggbbaa" */

static sp_rc_t
css_colour_hex(const sp_str_t *text, css_colour_t *colour)
{
    char      c;
    size_t    i, n;
    uint32_t  digits[8], digit;

    n = text->len - 1;

    if (n != 3 && n != 4 && n != 6 && n != 8) {
        return SP_INVALID;
    }

    for (i = 0; i < n; i++) {
        c = text->data[i + 1];

        if (c >= '0' && c <= '9') {
            digit = (uint32_t) (c - '0');

        } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
            digit = (uint32_t) ((c | 0x20) - 'a') + 10;

        } else {
            return SP_INVALID;
        }

        digits[i] = digit;
    }

    if (n < 6) {
        colour->rgb = digits[0] * 17 << 16 | digits[1] * 17 << 8
                      | digits[2] * 17;
        colour->alpha = n == 4 ? digits[3] / 15.0 : 1;

    } else {
        colour->rgb = digits[0] << 20 | digits[1] << 16 | digits[2] << 12
                      | digits[3] << 8 | digits[4] << 4 | digits[5];
        colour->alpha = n == 8 ? (digits[6] * 16 + digits[7]) / 255.0 : 1;
    }

    return SP_OK;
}


/* rgb(), rgba(), hsl(), hsla(); with commas, or with blanks and a slash. */

static sp_rc_t
css_colour_function(const sp_str_t *text, css_colour_t *colour)
{
    size_t      i, n;
    double      v[4];
    sp_str_t    name;
    css_unit_t  units[4];

    for (i = 0; i < text->len && text->data[i] != '('; i++) {
        /* void */
    }

    name.data = text->data;
    name.len = i;
    n = css_colour_args(text, i + 1, v, units);

    if (n < 3) {
        return SP_INVALID;
    }

    if (n == 4) {
        colour->alpha = css_clamp(units[3] == CSS_UNIT_PERCENT ? v[3] / 100
                                                               : v[3], 1);
    }

    if (css_is(&name, "rgb") || css_is(&name, "rgba")) {
        return css_colour_rgb(v, units, colour);
    }

    if ((css_is(&name, "hsl") || css_is(&name, "hsla"))
        && units[1] == CSS_UNIT_PERCENT && units[2] == CSS_UNIT_PERCENT)
    {
        css_colour_hsl(v[0], css_clamp(v[1] / 100, 1),
                       css_clamp(v[2] / 100, 1), colour);
        return SP_OK;
    }

    return SP_INVALID;
}


/* The numbers from i to the ")", four at most; 0: there is something else. */

static size_t
css_colour_args(const sp_str_t *text, size_t i, double v[4],
    css_unit_t units[4])
{
    size_t    n, from;
    sp_str_t  word;

    for (n = 0; i + 1 < text->len; n++) {
        while (i + 1 < text->len && css_colour_gap(text->data[i])) {
            i++;
        }

        from = i;

        while (i + 1 < text->len && !css_colour_gap(text->data[i])) {
            i++;
        }

        if (i == from) {
            break;
        }

        word.data = text->data + from;
        word.len = i - from;

        if (word.len > 3 && memcmp(word.data + word.len - 3, "deg", 3) == 0) {
            word.len -= 3;
        }

        if (n == 4 || css_number(&word, &v[n], &units[n]) != SP_OK) {
            return 0;
        }
    }

    return n;
}


static int
css_colour_gap(char c)
{
    return css_space(c) || c == ',' || c == '/';
}


static sp_rc_t
css_colour_rgb(const double *v, const css_unit_t *units, css_colour_t *colour)
{
    int     i;
    double  channel;

    colour->rgb = 0;

    for (i = 0; i < 3; i++) {
        if (units[i] == CSS_UNIT_PERCENT) {
            channel = v[i] * 255 / 100;

        } else if (units[i] == CSS_UNIT_NONE) {
            channel = v[i];

        } else {
            return SP_INVALID;
        }

        colour->rgb = colour->rgb << 8
                      | (uint32_t) (css_clamp(channel, 255) + 0.5);
    }

    return SP_OK;
}


static void
css_colour_hsl(double h, double s, double l, css_colour_t *colour)
{
    double  p, q;

    h = h / 360;
    h -= (double) (int64_t) h;

    if (h < 0) {
        h += 1;
    }

    q = l < 0.5 ? l * (1 + s) : l + s - l * s;
    p = 2 * l - q;

    colour->rgb = (uint32_t) (css_channel(p, q, h + 1.0 / 3) * 255 + 0.5) << 16
                  | (uint32_t) (css_channel(p, q, h) * 255 + 0.5) << 8
                  | (uint32_t) (css_channel(p, q, h - 1.0 / 3) * 255 + 0.5);
}


static double
css_channel(double p, double q, double t)
{
    if (t < 0) {
        t += 1;
    }

    if (t > 1) {
        t -= 1;
    }

    if (t < 1.0 / 6) {
        return p + (q - p) * 6 * t;
    }

    if (t < 0.5) {
        return q;
    }

    return t < 2.0 / 3 ? p + (q - p) * (2.0 / 3 - t) * 6 : p;
}


static double
css_clamp(double v, double max)
{
    return v < 0 ? 0 : (v > max ? max : v);
}


sp_str_t
css_trim(const char *from, const char *to)
{
    sp_str_t  s;

    while (from < to && css_space(*from)) {
        from++;
    }

    while (to > from && css_space(to[-1])) {
        to--;
    }

    s.data = from;
    s.len = (size_t) (to - from);

    return s;
}


sp_str_t
css_lower(sp_arena_t *arena, const sp_str_t *text)
{
    char      *p;
    size_t     i;
    sp_str_t   s;

    p = sp_alloc(sp_arena_pool(arena), text->len + 1);
    s.data = p != NULL ? p : "";
    s.len = p != NULL ? text->len : 0;

    for (i = 0; i < s.len; i++) {
        p[i] = text->data[i] >= 'A' && text->data[i] <= 'Z'
               ? (char) (text->data[i] | 0x20) : text->data[i];
    }

    return s;
}


int
css_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}
