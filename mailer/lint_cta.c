/*
 * Copyright (C) SitePreserver developers
 *
 * The call to action: which link it is, that it is the only one, what it says,
 * that it stands alone and can be read.
 */

#include <stdio.h>

#include "creative_colour.h"
#include "lint_int.h"


#define LINT_LABEL_MIN  2
#define LINT_LABEL_MAX  40
#define LINT_LABEL_PX   14


static void lint_cta_find(lint_view_t *v);
static int lint_cta_is_mark(lint_view_t *v, const html_node_t *node);
static int lint_cta_is_link(lint_view_t *v, const html_node_t *node);
static void lint_cta_label(lint_view_t *v);
static void lint_cta_space(lint_view_t *v);
static int lint_cta_beside(lint_view_t *v, const html_node_t *from,
    int links_only, const char *what);
static int lint_cta_has_link(lint_view_t *v, const html_node_t *node);
static void lint_cta_contrast(lint_view_t *v, css_env_t env);
static const html_node_t *lint_cta_text(lint_view_t *v);


void
lint_cta(lint_view_t *v)
{
    lint_cta_find(v);

    if (v->cta == NULL) {
        return;
    }

    lint_cta_label(v);
    lint_cta_space(v);
    lint_cta_contrast(v, CSS_WIDE);

    if (css_has_dark(v->css)) {
        lint_cta_contrast(v, CSS_DARK);
    }
}


/* The one that is marked, else the only one that leads to the cart. */

static void
lint_cta_find(lint_view_t *v)
{
    size_t              marks, links;
    const html_node_t  *node, *mark, *link, *second[2];

    marks = 0;
    links = 0;
    mark = NULL;
    link = NULL;
    second[0] = NULL;
    second[1] = NULL;

    for (node = v->body; node != NULL; node = html_find(node, v->body, "a")) {
        if (lint_cta_is_mark(v, node) && ++marks <= 2) {
            second[0] = marks == 2 ? node : NULL;
            mark = marks == 1 ? node : mark;
        }

        if (lint_cta_is_link(v, node) && ++links <= 2) {
            second[1] = links == 2 ? node : NULL;
            link = links == 1 ? node : link;
        }
    }

    if (marks > 1) {
        lint_found(v, &v->html, "cta-one", second[0]->start, "2 or more",
                   "more than one link is marked data-sp-cta");

    } else if (marks == 0 && links > 1) {
        lint_found(v, &v->html, "cta-one", second[1]->start, "2 or more",
                   "several links lead to {{cart_link}}, and none is marked "
                   "data-sp-cta");

    } else if (marks == 0 && links == 0) {
        lint_found_source(v, &v->html, "cta-missing", LINT_WHOLE, "0",
                          "no link is marked data-sp-cta or leads to "
                          "{{cart_link}}");
    }

    v->cta = marks == 1 ? mark : (marks == 0 && links == 1 ? link : NULL);
}


static int
lint_cta_is_mark(lint_view_t *v, const html_node_t *node)
{
    return html_attr(node, "data-sp-cta") != NULL
           && lint_hidden(v, node, CSS_WIDE) != CSS_YES;
}


static int
lint_cta_is_link(lint_view_t *v, const html_node_t *node)
{
    const html_attr_t  *href;

    href = html_attr(node, "href");

    return href != NULL
           && lint_is_tag(&v->html, href->value_start, href->value_end,
                          "cart_link")
           && lint_hidden(v, node, CSS_WIDE) != CSS_YES;
}


static void
lint_cta_label(lint_view_t *v)
{
    int        known;
    char       measured[64];
    double     size;
    size_t     chars;
    buffer_t   label;
    sp_str_t   text;

    buffer_init(&label, HTML_SIZE_MAX);
    lint_visible_text(v, v->cta, CSS_WIDE, &label);
    text.data = buffer_text(&label);
    text.len = label.len;
    chars = lint_has_words(&text) ? lint_chars(&text) : 0;
    buffer_free(&label);

    (void) snprintf(measured, sizeof(measured), "%zu characters", chars);

    if (chars < LINT_LABEL_MIN || chars > LINT_LABEL_MAX) {
        lint_found(v, &v->html, "cta-label", v->cta->start, measured,
                   "%s", chars == 0 ? "the call to action has no text"
                   : "the label of the call to action is not 2 to 40 "
                     "characters");
        return;
    }

    size = lint_font_size(v, lint_cta_text(v)->parent, CSS_WIDE, &known);

    if (!known) {
        lint_unknown(v, &v->html, "cta-label", v->cta->start,
                     "the size of the label depends on what is not known");

    } else if (size < LINT_LABEL_PX) {
        (void) snprintf(measured, sizeof(measured), "%g px", size);
        lint_found(v, &v->html, "cta-label", v->cta->start, measured,
                   "the label of the call to action is small: at least %d px",
                   LINT_LABEL_PX);
    }
}


/* The first text in it that says something, else the link itself. */

static const html_node_t *
lint_cta_text(lint_view_t *v)
{
    const html_node_t  *node;

    for (node = v->cta->first; node != NULL; node = html_next(node, v->cta)) {
        if (node->type == HTML_TEXT && lint_has_words(&node->text)
            && lint_hidden(v, node, CSS_WIDE) != CSS_YES)
        {
            return node;
        }
    }

    return v->cta->first != NULL ? v->cta->first : v->cta;
}


/*
 * Upwards: what is in its line is in the way; once something stands above or
 * below, only a link in the same row is.
 */

static void
lint_cta_space(lint_view_t *v)
{
    int                 stacked, block;
    const html_node_t  *from, *sibling;

    stacked = 0;

    for (from = v->cta; from != v->body && from->parent != NULL;
         from = from->parent)
    {
        block = lint_is_block(v, from, CSS_WIDE);

        if (html_is(from, "td") || html_is(from, "th")) {
            if (lint_cta_beside(v, from, stacked, "in the same row")) {
                return;
            }

            continue;
        }

        if (!block) {
            if (lint_cta_beside(v, from, stacked,
                                stacked ? "beside it" : "in its block"))
            {
                return;
            }

            continue;
        }

        for (sibling = from->parent->first; sibling != NULL && !stacked;
             sibling = sibling->next)
        {
            stacked = sibling != from && lint_has_content(v, sibling);
        }
    }
}


static int
lint_cta_beside(lint_view_t *v, const html_node_t *from, int links_only,
    const char *what)
{
    const html_node_t  *n;

    for (n = from->parent->first; n != NULL; n = n->next) {
        if (n == from || (n->type == HTML_ELEMENT
                          && !html_is(from, "td") && !html_is(from, "th")
                          && lint_is_block(v, n, CSS_WIDE)))
        {
            continue;
        }

        if (links_only ? lint_cta_has_link(v, n) : lint_has_content(v, n)) {
            lint_found(v, &v->html, "cta-space", v->cta->start,
                       lint_cta_has_link(v, n) ? "a link"
                       : n->type == HTML_TEXT ? "text" : "text or a picture",
                       "the call to action does not stand alone: there is "
                       "more %s", what);
            return 1;
        }
    }

    return 0;
}


static int
lint_cta_has_link(lint_view_t *v, const html_node_t *node)
{
    const html_node_t  *n;

    for (n = node; n != NULL; n = html_next(n, node)) {
        if (html_is(n, "a") && html_attr(n, "href") != NULL
            && lint_hidden(v, n, CSS_WIDE) != CSS_YES)
        {
            return 1;
        }
    }

    return 0;
}


static void
lint_cta_contrast(lint_view_t *v, css_env_t env)
{
    char                measured[64];
    double              ratio, *lowest;
    uint32_t            ink, paper;
    const char         *id;
    lint_measures_t    *m;
    const html_node_t  *text;

    text = lint_cta_text(v);
    m = lint_measure(v->report);
    id = env == CSS_DARK ? "cta-contrast-dark" : "cta-contrast";
    lowest = env == CSS_DARK ? &m->cta_contrast_dark : &m->cta_contrast;

    if (text->type != HTML_TEXT) {
        return;
    }

    if (!lint_colours(v, text->parent, env, &ink, &paper)) {
        lint_unknown(v, &v->html, id, v->cta->start,
                     "the contrast of the call to action depends on what is "
                     "not known%s", env == CSS_DARK ? " in dark mode" : "");
        return;
    }

    ratio = creative_colour_contrast(ink, paper);

    if (*lowest < 0 || ratio < *lowest) {
        *lowest = ratio;
    }

    if (ratio < 4.5) {
        (void) snprintf(measured, sizeof(measured),
                        "%.2f:1, #%06x on #%06x",
                        (double) (int) (ratio * 100) / 100, (unsigned) ink,
                        (unsigned) paper);
        lint_found(v, &v->html, id, v->cta->start, measured,
                   "the label of the call to action is too faint%s: at least "
                   "4.5:1", env == CSS_DARK ? " in dark mode" : "");
    }
}
