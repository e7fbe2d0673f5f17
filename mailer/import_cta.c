/*
 * Copyright (C) SitePreserver developers
 */

#include <strings.h>

#include "import_int.h"


#define IMPORT_LISTED  12           /* candidates named at most */


typedef int (*import_is_pt)(const import_link_t *link);


static int import_cta_given(import_t *im);
static import_link_t *import_cta_only(import_t *im, import_is_pt is,
    unsigned *n);
static int import_is_marked(const import_link_t *link);
static int import_is_tag(const import_link_t *link);
static int import_is_cart_button(const import_link_t *link);
static int import_is_cart(const import_link_t *link);
static int import_is_button(const import_link_t *link);
static int import_is_any(const import_link_t *link);
static void import_cta_ambiguous(import_t *im, import_is_pt is,
    const char *what);
static int import_looks_button(const import_t *im,
    const import_link_t *link);
static int import_has_surface(const import_t *im, const html_node_t *node);
static int import_class_says(const html_node_t *node);


/*
 * Which link is the one to click: the one marked, or else the only one of the
 * first of these kinds that there is any of.
 */

void
import_cta(import_t *im)
{
    size_t          i;
    unsigned        n, buttons;
    import_link_t  *link;

    static const struct {
        import_is_pt   is;
        const char    *what;
    } kinds[] = {
        { import_is_marked, "are marked with data-sp-cta" },
        { import_is_tag, "lead to {{cart_link}}" },
        { import_is_cart_button, "lead to the cart and look like a button" },
        { import_is_cart, "lead to the cart" },
    };

    for (i = 0; i < im->nlinks; i++) {
        im->links[i].button = import_looks_button(im, &im->links[i]) != 0;
    }

    if (im->options->cta_line != 0) {
        if (import_cta_given(im)) {
            return;
        }

        import_cta_ambiguous(im, import_is_any, NULL);
        return;
    }

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        link = import_cta_only(im, kinds[i].is, &n);

        if (n == 1) {
            link->cta = 1;
            import_note(im, IMPORT_INFO, import_link_at(link), "is the call "
                        "to action: \"%.100s\"", buffer_text(&link->label));
            return;
        }

        /* several tags may still be one button and its pictures */

        if (n > 1 && kinds[i].is == import_is_tag) {
            (void) import_cta_only(im, import_is_cart_button, &buttons);

            if (buttons == 1) {
                continue;
            }
        }

        if (n > 1) {
            import_cta_ambiguous(im, kinds[i].is, kinds[i].what);
            return;
        }
    }

    import_cta_ambiguous(im, import_is_button, NULL);
}


static int
import_cta_given(import_t *im)
{
    size_t          i;
    unsigned        line, column;
    import_link_t  *link;

    for (i = 0; i < im->nlinks; i++) {
        link = &im->links[i];
        html_place(im->source.data, im->source.len, import_link_at(link),
                   &line, &column);

        if (line == im->options->cta_line
            && column == im->options->cta_column)
        {
            link->cta = 1;
            return 1;
        }
    }

    import_note(im, IMPORT_ERROR, IMPORT_NOWHERE, "there is no link at %u:%u",
                im->options->cta_line, im->options->cta_column);

    return 0;
}


static import_link_t *
import_cta_only(import_t *im, import_is_pt is, unsigned *n)
{
    size_t          i;
    import_link_t  *found;

    found = NULL;
    *n = 0;

    for (i = 0; i < im->nlinks; i++) {
        if (import_is_any(&im->links[i]) && is(&im->links[i])) {
            found = &im->links[i];
            (*n)++;
        }
    }

    return found;
}


static int
import_is_marked(const import_link_t *link)
{
    return html_attr(link->node, "data-sp-cta") != NULL;
}


static int
import_is_tag(const import_link_t *link)
{
    return link->cart && link->kind == IMPORT_LINK_TAG;
}


static int
import_is_cart_button(const import_link_t *link)
{
    return link->cart && link->button;
}


static int
import_is_cart(const import_link_t *link)
{
    return link->cart;
}


/* Where nothing leads to the cart: what could have been meant. */

static int
import_is_button(const import_link_t *link)
{
    return link->button || link->href->value.len == 0
           || link->href->value.data[0] == '#';
}


/* What most mail programs show. */

static int
import_is_any(const import_link_t *link)
{
    return !link->part->comment && html_is(link->node, "a");
}


static void
import_cta_ambiguous(import_t *im, import_is_pt is, const char *what)
{
    size_t          i;
    unsigned        n, line, column;
    import_link_t  *link;

    (void) import_cta_only(im, is, &n);

    if (what != NULL) {
        import_note(im, IMPORT_ERROR, IMPORT_NOWHERE, "which one is the call "
                    "to action? %u links %s", n, what);

    } else if (im->options->cta_line == 0) {
        import_note(im, IMPORT_ERROR, IMPORT_NOWHERE, "has no call to action: "
                    "no link leads to the cart");
    }

    for (i = 0, n = 0; i < im->nlinks && n < IMPORT_LISTED; i++) {
        link = &im->links[i];

        if (!import_is_any(link) || !is(link) || link->unsubscribe) {
            continue;
        }

        n++;
        html_place(im->source.data, im->source.len, import_link_at(link),
                   &line, &column);
        import_note(im, IMPORT_ERROR, import_link_at(link), "could be it, "
                    "then say --cta %u:%u: \"%.80s\" -> %.*s", line, column,
                    buffer_text(&link->label),
                    (int) (link->raw.len < 80 ? link->raw.len : 80),
                    link->raw.data);
    }
}


/* A surface of its own, room around its text, or a class that says so. */

static int
import_looks_button(const import_t *im, const import_link_t *link)
{
    const html_node_t  *node, *parent;

    if (!html_is(link->node, "a") || link->part->comment) {
        return 0;
    }

    node = link->node;

    if (import_class_says(node) || import_has_surface(im, node)) {
        return 1;
    }

    /* a cell with nothing else in it */

    parent = node->parent;

    if (parent == NULL || !html_is(parent, "td")) {
        return 0;
    }

    for (node = parent->first; node != NULL; node = node->next) {
        if (node->type == HTML_ELEMENT && node != link->node) {
            return 0;
        }
    }

    return import_class_says(parent) || import_has_surface(im, parent);
}


static int
import_has_surface(const import_t *im, const html_node_t *node)
{
    import_style_t        style;
    const import_decl_t  *decl;

    static const char  *empty[] = { "transparent", "none", "inherit",
                                    "initial", "unset" };
    size_t              i, k;
    static const char  *names[] = { "background-color", "background" };

    if (html_attr(node, "bgcolor") != NULL) {
        return 1;
    }

    import_style(im, node, &style);

    for (i = 0; i < 2; i++) {
        decl = import_css_find(&style, names[i]);

        if (decl == NULL) {
            continue;
        }

        for (k = 0; k < sizeof(empty) / sizeof(empty[0]); k++) {
            if (decl->value.len == strlen(empty[k])
                && strncasecmp(decl->value.data, empty[k], decl->value.len)
                   == 0)
            {
                break;
            }
        }

        if (k == sizeof(empty) / sizeof(empty[0])) {
            return 1;
        }
    }

    return html_is(node, "a") && import_css_find(&style, "border") != NULL
           && import_css_find(&style, "padding") != NULL;
}


static int
import_class_says(const html_node_t *node)
{
    size_t              i, k, n;
    const html_attr_t  *attr;

    static const char  *words[] = { "button", "btn", "cta" };

    attr = html_attr(node, "class");

    if (attr == NULL) {
        return 0;
    }

    for (k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
        n = strlen(words[k]);

        for (i = 0; i + n <= attr->value.len; i++) {
            if (strncasecmp(attr->value.data + i, words[k], n) == 0) {
                return 1;
            }
        }
    }

    return 0;
}
