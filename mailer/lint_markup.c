/*
 * Copyright (C) SitePreserver developers
 *
 * Markup that is broken, or that mail programs drop.
 */

#include <stdio.h>

#include "lint_int.h"


static void lint_markup_element(lint_view_t *v, const html_node_t *node);
static void lint_markup_scripts(lint_view_t *v, const html_node_t *node);
static void lint_markup_link(lint_view_t *v, const html_node_t *node);
static void lint_markup_head(lint_view_t *v);
static void lint_markup_broken(void *data, html_broken_t what, size_t offset,
    const sp_str_t *name);
static void lint_markup_foster(lint_view_t *v, const html_node_t *node);
static int lint_markup_in(const html_node_t *node, const char *const *names);


void
lint_markup(lint_view_t *v)
{
    size_t              import;
    const html_node_t  *node;

    html_check(buffer_text(&v->html.out), v->html.out.len, lint_markup_broken,
               v);

    for (node = html_root(v->tree); node != NULL; node = html_next(node, NULL))
    {
        lint_markup_foster(v, node);

        if (node->type == HTML_ELEMENT && !node->implied) {
            lint_markup_element(v, node);
        }
    }

    import = css_import(v->css);

    if (import != 0) {
        lint_found(v, &v->html, "external-css", import, "@import",
                   "a style sheet that is elsewhere");
    }

    lint_markup_head(v);
}


static void
lint_markup_element(lint_view_t *v, const html_node_t *node)
{
    static const char *const  forms[] = {
        "form", "input", "button", "select", "textarea", NULL
    };

    static const char *const  embeds[] = {
        "iframe", "frame", "frameset", "object", "embed", "applet", "video",
        "audio", "canvas", "svg", "base", NULL
    };

    if (html_is(node, "script")) {
        lint_found(v, &v->html, "script", node->start, "1", "a script");

    } else if (lint_markup_in(node, forms)) {
        lint_found(v, &v->html, "form", node->start, "1", "<%.*s> is dropped",
                   (int) node->name.len, node->name.data);

    } else if (lint_markup_in(node, embeds)) {
        lint_found(v, &v->html, "embed", node->start, "1",
                   "<%.*s> is dropped", (int) node->name.len,
                   node->name.data);

    } else if (html_is(node, "link")) {
        lint_markup_link(v, node);
    }

    lint_markup_scripts(v, node);
}


static void
lint_markup_scripts(lint_view_t *v, const html_node_t *node)
{
    size_t              i;
    const html_attr_t  *attr;

    for (i = 0; i < node->nattrs; i++) {
        attr = &node->attrs[i];

        if (attr->name.len > 3 && memcmp(attr->name.data, "on", 2) == 0) {
            lint_found(v, &v->html, "script", attr->name_start, "1",
                       "the attribute %.*s is a script",
                       (int) (attr->name.len < 40 ? attr->name.len : 40),
                       attr->name.data);
        }
    }
}


static void
lint_markup_link(lint_view_t *v, const html_node_t *node)
{
    size_t              at;
    sp_str_t            word;
    const html_attr_t  *rel;

    rel = html_attr(node, "rel");
    at = 0;

    while (rel != NULL && css_word(&rel->value, &at, &word)) {
        if (css_is(&word, "stylesheet")) {
            lint_found(v, &v->html, "external-css", node->start, "<link>",
                       "a style sheet that is elsewhere");
            return;
        }
    }
}


static void
lint_markup_head(lint_view_t *v)
{
    const html_node_t  *html, *meta;
    const html_attr_t  *attr;

    html = html_find(html_root(v->tree), NULL, "html");
    attr = html != NULL ? html_attr(html, "lang") : NULL;

    if (attr == NULL || attr->value.len == 0) {
        lint_found(v, &v->html, "lang", html != NULL ? html->start : 0,
                   "no lang", "the language is not said: "
                   "<html lang=\"{{language}}\">");
    }

    for (meta = html_find(html_root(v->tree), NULL, "meta"); meta != NULL;
         meta = html_find(meta, NULL, "meta"))
    {
        attr = html_attr(meta, "name");

        if (attr != NULL && css_is(&attr->value, "viewport")) {
            return;
        }
    }

    lint_found_source(v, &v->html, "viewport", LINT_WHOLE, "none",
                      "there is no <meta name=\"viewport\">");
}


static void
lint_markup_broken(void *data, html_broken_t what, size_t offset,
    const sp_str_t *name)
{
    lint_view_t  *v;

    v = data;

    switch (what) {
    case HTML_NOT_CLOSED:
        lint_found(v, &v->html, "html-broken", offset, "",
                   "<%.*s> is not closed", (int) name->len, name->data);
        break;
    case HTML_CLOSES_NOTHING:
        lint_found(v, &v->html, "html-broken", offset, "",
                   "</%.*s> closes nothing", (int) name->len, name->data);
        break;
    case HTML_CLOSES_OTHER:
        lint_found(v, &v->html, "html-broken", offset, "",
                   "</%.*s> comes while elements in it are open",
                   (int) name->len, name->data);
        break;
    case HTML_TAG_NOT_ENDED:
        lint_found(v, &v->html, "html-broken", offset, "",
                   "the tag <%.*s has no end", (int) name->len, name->data);
        break;
    }
}


/* What is in a table but in no cell is put before the table. */

static void
lint_markup_foster(lint_view_t *v, const html_node_t *node)
{
    const html_node_t  *table;

    for (table = node->next; table != NULL && table->start < node->start;
         table = table->next)
    {
        if (html_is(table, "table") && !table->implied
            && (node->type != HTML_TEXT || lint_has_words(&node->text))
            && node->type != HTML_COMMENT && !node->implied)
        {
            lint_found(v, &v->html, "html-broken", node->start, "",
                       "stands in a table, but in no cell");
            return;
        }
    }
}


static int
lint_markup_in(const html_node_t *node, const char *const *names)
{
    for ( /* void */ ; *names != NULL; names++) {
        if (html_is(node, *names)) {
            return 1;
        }
    }

    return 0;
}
