/*
 * Copyright (C) SitePreserver developers
 *
 * Does it fit a phone?  Widths in pixels that are over 320 there, after the
 * media queries for narrow screens.  The width of a cell is only a wish.
 */

#include <stdio.h>

#include "lint_int.h"


#define LINT_PHONE  320             /* px */


static void lint_width_of(lint_view_t *v, const html_node_t *node,
    css_prop_t prop, const char *name);
static int lint_width_capped(lint_view_t *v, const html_node_t *node);


void
lint_width(lint_view_t *v)
{
    const html_node_t  *node;

    node = v->body;

    while (node != NULL) {
        if (node->type == HTML_ELEMENT
            && lint_hidden(v, node, CSS_NARROW) == CSS_YES)
        {
            node = html_after(node, v->body);
            continue;
        }

        if (node->type == HTML_ELEMENT) {
            if (!html_is(node, "td") && !html_is(node, "th")
                && !html_is(node, "col"))
            {
                lint_width_of(v, node, CSS_WIDTH, "width");
            }

            lint_width_of(v, node, CSS_MIN_WIDTH, "min-width");
        }

        node = html_next(node, v->body);
    }
}


static void
lint_width_of(lint_view_t *v, const html_node_t *node, css_prop_t prop,
    const char *name)
{
    char         measured[64];
    double       px;
    css_match_t  state;

    px = lint_length(v, node, CSS_NARROW, prop, &state);

    if (state == CSS_MAYBE) {
        lint_unknown(v, &v->html, "width", node->start,
                     "the %s of <%.*s> depends on what is not known", name,
                     (int) node->name.len, node->name.data);
        return;
    }

    if (state != CSS_YES || px <= LINT_PHONE
        || (prop == CSS_WIDTH && lint_width_capped(v, node)))
    {
        return;
    }

    (void) snprintf(measured, sizeof(measured), "%g px", px);
    lint_found(v, &v->html, "width", node->start, measured,
               "<%.*s> has a %s over %d px on a phone",
               (int) node->name.len, node->name.data, name, LINT_PHONE);
}


/* What is inline has no width; a max-width may be less. */

static int
lint_width_capped(lint_view_t *v, const html_node_t *node)
{
    double       px;
    sp_str_t     display;
    css_unit_t   unit;
    css_value_t  value;

    display = lint_display(v, node, CSS_NARROW);

    if (css_is(&display, "inline") && !html_is(node, "img")) {
        return 1;
    }

    value = css_value(v->css, node, CSS_NARROW, CSS_MAX_WIDTH);

    if (value.state == CSS_MAYBE) {
        return 1;
    }

    return value.state == CSS_YES
           && css_number(&value.text, &px, &unit) == SP_OK
           && (unit == CSS_UNIT_PERCENT ? px <= 100
                                        : unit == CSS_UNIT_PX
                                          && px <= LINT_PHONE);
}
