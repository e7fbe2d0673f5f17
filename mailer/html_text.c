/*
 * Copyright (C) SitePreserver developers
 *
 * The text of a part of a tree, in one line.
 */

#include "html.h"


static void html_text_add(buffer_t *out, const sp_str_t *text, int *blank);
static int html_is_inline(const html_node_t *node);
static int html_is_silent(const html_node_t *node);


void
html_text(const html_node_t *node, buffer_t *out)
{
    int                 blank;
    size_t              start;
    const html_node_t  *n;

    static const sp_str_t  space = sp_string(" ");

    start = out->len;
    blank = 1;

    for (n = node; n != NULL; /* void */ ) {
        if (n->type == HTML_TEXT) {
            html_text_add(out, &n->text, &blank);

        } else if (n != node && !html_is_inline(n)) {
            html_text_add(out, &space, &blank);
        }

        n = html_is_silent(n) ? html_after(n, node) : html_next(n, node);
    }

    if (out->len > start && out->data[out->len - 1] == ' ') {
        buffer_truncate(out, out->len - 1);
    }
}


static void
html_text_add(buffer_t *out, const sp_str_t *text, int *blank)
{
    size_t  i;

    for (i = 0; i < text->len; i++) {
        if (memchr(" \t\n\f\r", text->data[i], 5) == NULL) {
            buffer_char(out, text->data[i]);
            *blank = 0;

        } else if (!*blank) {
            buffer_char(out, ' ');
            *blank = 1;
        }
    }
}


static int
html_is_inline(const html_node_t *node)
{
    size_t  i;

    static const char *const  names[] = {
        "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "em", "font",
        "i", "ins", "del", "mark", "s", "small", "span", "strong", "sub",
        "sup", "u"
    };

    if (node->type != HTML_ELEMENT) {
        return 1;
    }

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (html_is(node, names[i])) {
            return 1;
        }
    }

    return 0;
}


static int
html_is_silent(const html_node_t *node)
{
    return node->type == HTML_ELEMENT
           && (html_is(node, "style") || html_is(node, "script")
               || html_is(node, "title") || html_is(node, "template"));
}
