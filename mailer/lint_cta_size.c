/*
 * Copyright (C) SitePreserver developers
 *
 * How large the call to action is: at least and at most, since how wide a
 * text is depends on the font.
 */

#include <stdio.h>

#include "lint_int.h"


#define LINT_TARGET    44           /* px */
#define LINT_CHAR_LOW  0.25         /* em: no letter is narrower on average */
#define LINT_CHAR_TOP  1.2
#define LINT_WIDEST    100000


typedef struct {
    double  low;
    double  high;
    int     known;
} lint_range_t;


static lint_range_t lint_cta_height(lint_view_t *v, css_env_t env);
static lint_range_t lint_cta_width(lint_view_t *v, css_env_t env);
static int lint_cta_edges(lint_view_t *v, css_env_t env, css_prop_t first,
    double *edges);
static int lint_cta_fixed(lint_view_t *v, css_env_t env, css_prop_t size,
    css_prop_t least, double edges, lint_range_t *range);
static size_t lint_cta_word(lint_view_t *v, css_env_t env, size_t *chars);
static void lint_cta_picture(lint_view_t *v, css_env_t env, css_prop_t prop,
    lint_range_t *range);
static void lint_cta_judge(lint_view_t *v, const lint_range_t *range,
    const char *how, css_env_t env);


void
lint_cta_size(lint_view_t *v)
{
    int               env;
    lint_range_t      width, height;
    lint_measures_t  *m;

    static const css_env_t  envs[] = { CSS_WIDE, CSS_NARROW };

    if (v->cta == NULL) {
        return;
    }

    m = lint_measure(v->report);

    for (env = 0; env < 2; env++) {
        height = lint_cta_height(v, envs[env]);
        width = lint_cta_width(v, envs[env]);

        if (height.known && (m->cta_height < 0 || height.low < m->cta_height))
        {
            m->cta_height = height.low;
        }

        if (width.known && (m->cta_width < 0 || width.low < m->cta_width)) {
            m->cta_width = width.low;
        }

        lint_cta_judge(v, &height, "high", envs[env]);
        lint_cta_judge(v, &width, "wide", envs[env]);
    }
}


static void
lint_cta_judge(lint_view_t *v, const lint_range_t *range, const char *how,
    css_env_t env)
{
    char  measured[64];

    if (range->known && range->low >= LINT_TARGET) {
        return;
    }

    if (!range->known || range->high >= LINT_TARGET) {
        lint_unknown(v, &v->html, "cta-size", v->cta->start,
                     "how %s the call to action is depends on what is not "
                     "known: it should be %d px", how, LINT_TARGET);
        return;
    }

    (void) snprintf(measured, sizeof(measured), "%s%.0f px %s%s",
                    range->low < range->high ? "at most " : "", range->high,
                    how, env == CSS_NARROW ? " at 320 px" : "");
    lint_found(v, &v->html, "cta-size", v->cta->start, measured,
               "the call to action is too small: at least %d x %d px",
               LINT_TARGET, LINT_TARGET);
}


/* One line of text; what is inline is as high as its font, with its padding. */

static lint_range_t
lint_cta_height(lint_view_t *v, css_env_t env)
{
    int            known;
    double         edges;
    sp_str_t       display;
    lint_range_t   range;
    lint_length_t  line;

    memset(&range, 0, sizeof(lint_range_t));
    display = lint_display(v, v->cta, env);

    if (display.len == 0 || !lint_cta_edges(v, env, CSS_PADDING_TOP, &edges)) {
        return range;
    }

    if (css_is(&display, "inline")) {
        range.low = lint_font_size(v, v->cta, env, &known);
        range.high = range.low * 1.5;
        range.known = known;

    } else if (lint_cta_fixed(v, env, CSS_HEIGHT, CSS_MIN_HEIGHT, edges,
                              &range))
    {
        return range;

    } else {
        line = lint_line_height(v, v->cta, env);
        range.low = line.low > range.low ? line.low : range.low;
        range.high = line.high > range.high ? line.high : range.high;
        range.known = line.known;
    }

    lint_cta_picture(v, env, CSS_HEIGHT, &range);
    range.low += edges;
    range.high += edges;

    return range;
}


static lint_range_t
lint_cta_width(lint_view_t *v, css_env_t env)
{
    int           known;
    double        edges, size;
    size_t        word, chars;
    sp_str_t      display;
    lint_range_t  range;

    memset(&range, 0, sizeof(lint_range_t));
    display = lint_display(v, v->cta, env);

    if (display.len == 0
        || !lint_cta_edges(v, env, CSS_PADDING_RIGHT, &edges))
    {
        return range;
    }

    if (!css_is(&display, "inline")
        && lint_cta_fixed(v, env, CSS_WIDTH, CSS_MIN_WIDTH, edges, &range))
    {
        return range;
    }

    size = lint_font_size(v, v->cta, env, &known);
    word = lint_cta_word(v, env, &chars);

    if (range.low < (double) word * size * LINT_CHAR_LOW) {
        range.low = (double) word * size * LINT_CHAR_LOW;
    }

    /* what is a block may be as wide as all there is */

    range.high = lint_is_block(v, v->cta, env)
                 ? LINT_WIDEST : (double) chars * size * LINT_CHAR_TOP;
    range.known = known;

    lint_cta_picture(v, env, CSS_WIDTH, &range);
    range.low += edges;
    range.high += edges;

    return range;
}


/* Padding and border of two sides that lie opposite. */

static int
lint_cta_edges(lint_view_t *v, css_env_t env, css_prop_t first, double *edges)
{
    size_t       i;
    css_prop_t   props[4];
    css_match_t  state;

    props[0] = first;
    props[1] = (css_prop_t) (first + 2);
    props[2] = (css_prop_t) (first + (CSS_BORDER_TOP - CSS_PADDING_TOP));
    props[3] = (css_prop_t) (props[2] + 2);

    *edges = 0;

    for (i = 0; i < 4; i++) {
        *edges += lint_length(v, v->cta, env, props[i], &state);

        if (state == CSS_MAYBE) {
            return 0;
        }
    }

    return 1;
}


/* 1: it has a size of its own; a minimum is noted otherwise. */

static int
lint_cta_fixed(lint_view_t *v, css_env_t env, css_prop_t size,
    css_prop_t least, double edges, lint_range_t *range)
{
    double       px;
    css_match_t  state;
    css_value_t  sizing;

    px = lint_length(v, v->cta, env, size, &state);

    if (state == CSS_MAYBE) {
        range->known = 0;
        return 1;
    }

    sizing = css_value(v->css, v->cta, env, CSS_BOX_SIZING);

    if (sizing.state == CSS_YES && css_is(&sizing.text, "border-box")) {
        edges = 0;
    }

    if (state == CSS_YES) {
        range->low = px + edges;
        range->high = px + edges;
        range->known = 1;
        return 1;
    }

    px = lint_length(v, v->cta, env, least, &state);

    if (state == CSS_YES) {
        range->low = px;
        range->high = px;
    }

    return 0;
}


/* Characters of the label, and of its longest word. */

static size_t
lint_cta_word(lint_view_t *v, css_env_t env, size_t *chars)
{
    size_t    at, longest, n;
    buffer_t  label;
    sp_str_t  text, word;

    buffer_init(&label, HTML_SIZE_MAX);
    lint_visible_text(v, v->cta, env, &label);

    text.data = buffer_text(&label);
    text.len = label.len;
    *chars = lint_chars(&text);
    longest = 0;
    at = 0;

    while (css_word(&text, &at, &word)) {
        n = lint_chars(&word);
        longest = n > longest ? n : longest;
    }

    buffer_free(&label);

    return longest;
}


/* One that is a picture is at least as large as that. */

static void
lint_cta_picture(lint_view_t *v, css_env_t env, css_prop_t prop,
    lint_range_t *range)
{
    double              px;
    css_match_t         state;
    const html_node_t  *img;

    img = html_find(v->cta, v->cta, "img");

    if (img == NULL) {
        return;
    }

    px = lint_length(v, img, env, prop, &state);

    if (state != CSS_YES) {
        range->high = LINT_WIDEST;
        return;
    }

    range->low = px > range->low ? px : range->low;
    range->high = px > range->high ? px : range->high;
}
