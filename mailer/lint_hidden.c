/*
 * Copyright (C) SitePreserver developers
 *
 * Text that is there and is not to be seen, and text that is too small.
 */

#include <stdio.h>

#include "creative_colour.h"
#include "lint_int.h"


#define LINT_FONT_LEAST  12         /* px */
#define LINT_FONT_NONE   2
#define LINT_INDENT      (-100)
#define LINT_SAME        1.1        /* contrast of what cannot be seen */


static int lint_hidden_element(lint_view_t *v, const html_node_t *node);
static const char *lint_hidden_how(lint_view_t *v, const html_node_t *text,
    char measured[64]);
static void lint_small_text(lint_view_t *v, const html_node_t *text);
static int lint_indented(lint_view_t *v, const html_node_t *node);


/*
 * What is hidden before the first text that is seen is the preheader.  What is
 * hidden only sometimes is for another screen.
 */

void
lint_hidden_text(lint_view_t *v)
{
    int                 seen;
    char                measured[64];
    const char         *how;
    const html_node_t  *node;

    seen = 0;
    node = v->body;

    while (node != NULL) {
        if (node->type == HTML_ELEMENT && lint_hidden_element(v, node)) {
            if (seen) {
                (void) snprintf(measured, sizeof(measured), "hidden");
                lint_found(v, &v->html, "hidden-text", node->start, measured,
                           "text that is never shown");
            }

            node = html_after(node, v->body);
            continue;
        }

        if (node->type == HTML_TEXT && lint_has_words(&node->text)
            && lint_hidden(v, node, CSS_WIDE) == CSS_NO)
        {
            how = lint_hidden_how(v, node, measured);

            if (how == NULL) {
                seen = 1;
                lint_small_text(v, node);

            } else if (seen) {
                lint_found(v, &v->html, "hidden-text", node->start, measured,
                           "%s", how);
            }
        }

        node = html_next(node, v->body);
    }
}


/* In every environment, and with text. */

static int
lint_hidden_element(lint_view_t *v, const html_node_t *node)
{
    int       env, words;
    buffer_t  b;
    sp_str_t  text;

    static const char *const  silent[] = {
        "style", "script", "title", "template", "noscript"
    };

    size_t  i;

    for (i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
        if (html_is(node, silent[i])) {
            return 0;
        }
    }

    for (env = 0; env < CSS_ENVS; env++) {
        if (lint_hidden(v, node, (css_env_t) env) != CSS_YES) {
            return 0;
        }
    }

    buffer_init(&b, 4 * HTML_SIZE_MAX);
    html_text(node, &b);
    text.data = buffer_text(&b);
    text.len = b.len;
    words = lint_has_words(&text);
    buffer_free(&b);

    return words;
}


/* NULL: it can be seen, or that is not known. */

static const char *
lint_hidden_how(lint_view_t *v, const html_node_t *text, char measured[64])
{
    int       known;
    double    size, ratio;
    uint32_t  ink, paper;

    size = lint_font_size(v, text->parent, CSS_WIDE, &known);

    if (known && size <= LINT_FONT_NONE) {
        (void) snprintf(measured, 64, "%g px", size);
        return "text that is too small to be seen";
    }

    if (lint_colours(v, text->parent, CSS_WIDE, &ink, &paper)) {
        ratio = creative_colour_contrast(ink, paper);

        if (ratio <= LINT_SAME) {
            (void) snprintf(measured, 64, "%.2f:1", ratio);
            return "text in the colour of what is behind it";
        }
    }

    if (lint_indented(v, text->parent)) {
        (void) snprintf(measured, 64, "text-indent");
        return "text that is moved out of sight";
    }

    return NULL;
}


static int
lint_indented(lint_view_t *v, const html_node_t *node)
{
    double       indent;
    css_match_t  state;

    for ( /* void */ ; node != NULL && node->type == HTML_ELEMENT;
          node = node->parent)
    {
        indent = lint_length(v, node, CSS_WIDE, CSS_TEXT_INDENT, &state);

        if (state == CSS_YES) {
            return indent <= LINT_INDENT;
        }
    }

    return 0;
}


static void
lint_small_text(lint_view_t *v, const html_node_t *text)
{
    int     known;
    char    measured[64];
    double  size;

    size = lint_font_size(v, text->parent, CSS_WIDE, &known);

    if (!known) {
        lint_unknown(v, &v->html, "font-size", text->start,
                     "the size of a text depends on what is not known");

    } else if (size < LINT_FONT_LEAST) {
        (void) snprintf(measured, sizeof(measured), "%g px", size);
        lint_found(v, &v->html, "font-size", text->start, measured,
                   "text is small: at least %d px", LINT_FONT_LEAST);
    }
}
