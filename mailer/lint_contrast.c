/*
 * Copyright (C) SitePreserver developers
 *
 * Contrast (WCAG 2.2, 1.4.3): the colour of each text against that of what is
 * behind it, light and dark.
 */

#include <stdio.h>

#include "creative_colour.h"
#include "lint_int.h"


#define LINT_TEXT_DEFAULT  0x000000u    /* what a mail program begins with */
#define LINT_LINK_DEFAULT  0x0000eeu
#define LINT_PAGE_DEFAULT  0xffffffu
#define LINT_LAYERS_MAX    16


typedef struct {
    int       known;
    int       set;                  /* by the creative */
    uint32_t  rgb;
    double    alpha;
} lint_paint_t;


static lint_paint_t lint_text_colour(lint_view_t *v, const html_node_t *node,
    css_env_t env);
static lint_paint_t lint_attr_colour(const html_node_t *node,
    const char *name);
static lint_paint_t lint_background(lint_view_t *v, const html_node_t *node,
    css_env_t env);
static lint_paint_t lint_layer(lint_view_t *v, const html_node_t *node,
    css_env_t env);
static int lint_is_faded(lint_view_t *v, const html_node_t *node,
    css_env_t env);
static uint32_t lint_over(const lint_paint_t *paint, uint32_t below);
static int lint_is_in(const html_node_t *node, const html_node_t *top);
static void lint_contrast_text(lint_view_t *v, const html_node_t *text,
    css_env_t env);
static int lint_is_large(lint_view_t *v, const html_node_t *node,
    css_env_t env);
static lint_paint_t lint_paint(const css_value_t *value);


int
lint_colours(lint_view_t *v, const html_node_t *node, css_env_t env,
    uint32_t *text, uint32_t *background)
{
    lint_paint_t  ink, paper;

    ink = lint_text_colour(v, node, env);
    paper = lint_background(v, node, env);

    if (!ink.known || !paper.known || lint_is_faded(v, node, env)) {
        return 0;
    }

    *background = paper.rgb;
    *text = lint_over(&ink, paper.rgb);

    /* what a mail program does in the dark with what nobody set is its own */

    return env != CSS_DARK || (ink.set && paper.set);
}


/* Inherited; a link has a colour of its own. */

static lint_paint_t
lint_text_colour(lint_view_t *v, const html_node_t *node, css_env_t env)
{
    css_value_t         value;
    lint_paint_t        paint;
    const html_attr_t  *attr;

    for ( /* void */ ; node != NULL; node = node->parent) {
        if (node->type != HTML_ELEMENT) {
            continue;
        }

        value = css_value(v->css, node, env, CSS_COLOR);

        if (value.state != CSS_NO && !css_is(&value.text, "inherit")) {
            return lint_paint(&value);
        }

        if (value.state != CSS_NO) {
            continue;
        }

        paint = html_is(node, "font") ? lint_attr_colour(node, "color")
                : html_is(node, "body") ? lint_attr_colour(node, "text")
                : lint_attr_colour(node, "");

        if (paint.set) {
            return paint;
        }

        attr = html_is(node, "a") ? html_attr(node, "href") : NULL;

        if (attr != NULL) {
            paint.known = 1;
            paint.rgb = LINT_LINK_DEFAULT;
            return paint;
        }
    }

    memset(&paint, 0, sizeof(lint_paint_t));
    paint.known = 1;
    paint.rgb = LINT_TEXT_DEFAULT;
    paint.alpha = 1;

    return paint;
}


/* "ffffff" is read as "#ffffff" (HTML, 2.3.6). */

static lint_paint_t
lint_attr_colour(const html_node_t *node, const char *name)
{
    char                text[8];
    sp_str_t            s;
    css_colour_t        colour;
    lint_paint_t        paint;
    const html_attr_t  *attr;

    memset(&paint, 0, sizeof(lint_paint_t));
    paint.alpha = 1;
    attr = name[0] != '\0' ? html_attr(node, name) : NULL;

    if (attr == NULL || attr->value.len == 0) {
        return paint;
    }

    s = css_trim(attr->value.data, attr->value.data + attr->value.len);

    if (s.len == 6 && s.data[0] != '#') {
        text[0] = '#';
        memcpy(text + 1, s.data, 6);
        text[7] = '\0';
        s.data = text;
        s.len = 7;

        if (css_colour(&s, &colour) != SP_OK) {
            s.data = text + 1;
            s.len = 6;
        }
    }

    paint.set = 1;
    paint.known = css_colour(&s, &colour) == SP_OK;
    paint.rgb = colour.rgb;

    return paint;
}


static lint_paint_t
lint_paint(const css_value_t *value)
{
    css_colour_t  colour;
    lint_paint_t  paint;

    memset(&paint, 0, sizeof(lint_paint_t));
    paint.set = 1;

    if (value->state == CSS_YES && css_colour(&value->text, &colour) == SP_OK)
    {
        paint.known = 1;
        paint.rgb = colour.rgb;
        paint.alpha = colour.alpha;
    }

    return paint;
}


/* The first that is opaque, and what is over it. */

static lint_paint_t
lint_background(lint_view_t *v, const html_node_t *node, css_env_t env)
{
    size_t        n;
    lint_paint_t  layers[LINT_LAYERS_MAX], paint;

    n = 0;
    memset(&paint, 0, sizeof(lint_paint_t));
    paint.rgb = LINT_PAGE_DEFAULT;
    paint.alpha = 1;

    for ( /* void */ ; node != NULL; node = node->parent) {
        if (node->type != HTML_ELEMENT) {
            continue;
        }

        layers[n] = lint_layer(v, node, env);

        if (!layers[n].known) {
            return layers[n];
        }

        if (layers[n].alpha <= 0) {
            continue;
        }

        paint.set = 1;

        if (layers[n].alpha >= 1) {
            paint.rgb = layers[n].rgb;
            break;
        }

        if (++n == LINT_LAYERS_MAX) {
            return paint;
        }
    }

    while (n > 0) {
        paint.rgb = lint_over(&layers[--n], paint.rgb);
    }

    paint.known = 1;

    return paint;
}


/* A picture as background, or a place of its own: nobody can say. */

static lint_paint_t
lint_layer(lint_view_t *v, const html_node_t *node, css_env_t env)
{
    css_value_t         value, image, position;
    lint_paint_t        paint;
    const html_attr_t  *attr;

    memset(&paint, 0, sizeof(lint_paint_t));

    image = css_value(v->css, node, env, CSS_BACKGROUND_IMAGE);
    position = css_value(v->css, node, env, CSS_POSITION);
    attr = html_attr(node, "background");

    if (image.state == CSS_MAYBE
        || (image.state == CSS_YES && !css_is(&image.text, "none"))
        || (image.state == CSS_NO && attr != NULL && attr->value.len != 0)
        || position.state == CSS_MAYBE
        || (position.state == CSS_YES && !css_is(&position.text, "static")
            && !css_is(&position.text, "relative")))
    {
        return paint;
    }

    value = css_value(v->css, node, env, CSS_BACKGROUND_COLOR);

    if (value.state != CSS_NO && !css_is(&value.text, "inherit")
        && !css_is(&value.text, "initial") && !css_is(&value.text, "none"))
    {
        return lint_paint(&value);
    }

    if (value.state == CSS_NO) {
        paint = lint_attr_colour(node, "bgcolor");
    }

    if (!paint.set) {
        paint.known = 1;
        paint.alpha = 0;
    }

    return paint;
}


static int
lint_is_faded(lint_view_t *v, const html_node_t *node, css_env_t env)
{
    double       number;
    css_unit_t   unit;
    css_value_t  value;

    for ( /* void */ ; node != NULL; node = node->parent) {
        if (node->type != HTML_ELEMENT) {
            continue;
        }

        value = css_value(v->css, node, env, CSS_OPACITY);

        if (value.state == CSS_MAYBE
            || (value.state == CSS_YES
                && (css_number(&value.text, &number, &unit) != SP_OK
                    || number < 1)))
        {
            return 1;
        }
    }

    return 0;
}


static uint32_t
lint_over(const lint_paint_t *paint, uint32_t below)
{
    int       shift;
    double    channel;
    uint32_t  rgb;

    if (paint->alpha >= 1 || !paint->set) {
        return paint->rgb;
    }

    rgb = 0;

    for (shift = 16; shift >= 0; shift -= 8) {
        channel = (paint->rgb >> shift & 0xff) * paint->alpha
                  + (below >> shift & 0xff) * (1 - paint->alpha);
        rgb |= (uint32_t) (channel + 0.5) << shift;
    }

    return rgb;
}


void
lint_contrast(lint_view_t *v)
{
    const html_node_t  *node;

    for (node = v->body; node != NULL; node = html_next(node, v->body)) {
        if (node->type != HTML_TEXT || !lint_has_words(&node->text)
            || lint_hidden(v, node, CSS_WIDE) != CSS_NO
            || lint_is_in(node, v->cta))
        {
            continue;
        }

        lint_contrast_text(v, node, CSS_WIDE);

        if (css_has_dark(v->css)) {
            lint_contrast_text(v, node, CSS_DARK);
        }
    }
}


/* The call to action has a rule of its own. */

static int
lint_is_in(const html_node_t *node, const html_node_t *top)
{
    while (node != NULL && node != top) {
        node = node->parent;
    }

    return node != NULL;
}


static void
lint_contrast_text(lint_view_t *v, const html_node_t *text, css_env_t env)
{
    char              measured[64];
    double            ratio, least, *lowest;
    uint32_t          ink, paper;
    const char       *id;
    lint_measures_t  *m;

    m = lint_measure(v->report);
    id = env == CSS_DARK ? "contrast-dark" : "contrast";
    lowest = env == CSS_DARK ? &m->contrast_dark : &m->contrast;

    if (!lint_colours(v, text->parent, env, &ink, &paper)) {
        m->texts_unknown++;
        lint_unknown(v, &v->html, id, text->parent->start,
                     "the contrast of \"%.*s\" depends on what is not known%s",
                     (int) (text->text.len < 30 ? text->text.len : 30),
                     text->text.data, env == CSS_DARK ? " in dark mode" : "");
        return;
    }

    m->texts++;
    ratio = creative_colour_contrast(ink, paper);
    least = lint_is_large(v, text->parent, env) ? 3 : 4.5;

    if (*lowest < 0 || ratio < *lowest) {
        *lowest = ratio;
    }

    if (ratio >= least) {
        return;
    }

    (void) snprintf(measured, sizeof(measured), "%.2f:1, #%06x on #%06x",
                    (double) (int) (ratio * 100) / 100, (unsigned) ink,
                    (unsigned) paper);
    lint_found(v, &v->html, id, text->start, measured, "text is too faint%s: "
               "at least %.1f:1", env == CSS_DARK ? " in dark mode" : "",
               least);
}


/* 24 px, or 18.66 px in bold */

static int
lint_is_large(lint_view_t *v, const html_node_t *node, css_env_t env)
{
    int          known;
    double       size, number;
    css_unit_t   unit;
    css_value_t  value;

    static const char *const  bold[] = {
        "b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"
    };

    size_t  i;

    size = lint_font_size(v, node, env, &known);

    if (!known || size < 18.66) {
        return 0;
    }

    if (size >= 24) {
        return 1;
    }

    for ( /* void */ ; node != NULL && node->type == HTML_ELEMENT;
          node = node->parent)
    {
        value = css_value(v->css, node, env, CSS_FONT_WEIGHT);

        if (value.state == CSS_YES && !css_is(&value.text, "inherit")) {
            return css_is(&value.text, "bold")
                   || (css_number(&value.text, &number, &unit) == SP_OK
                       && number >= 700);
        }

        for (i = 0; i < sizeof(bold) / sizeof(bold[0]); i++) {
            if (html_is(node, bold[i])) {
                return 1;
            }
        }
    }

    return 0;
}
