/*
 * Copyright (C) SitePreserver developers
 */

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "import_text.h"


#define IMPORT_RULE  "----------------------------------------"


static sp_rc_t import_text_try(const sp_str_t *html, int sections,
    buffer_t *out, sp_error_t *err);
static int import_text_sections(import_text_t *t);
static void import_text_walk(import_text_t *t);
static int import_text_enter(import_text_t *t, const html_node_t *node);
static void import_text_leave(import_text_t *t, const html_node_t *node);
static void import_text_until(import_text_t *t, size_t offset, int write);
static void import_text_node(import_text_t *t, const html_node_t *node);
static void import_text_piece(import_text_t *t, size_t from, size_t to);
static void import_text_open(import_text_t *t, const html_node_t *node);
static void import_text_cta(import_text_t *t, const html_node_t *node);
static void import_text_end(import_text_t *t, int blank, char underline);
static int import_text_hidden(const html_node_t *node);
static int import_text_in_row(const html_node_t *node);
static int import_text_is(const html_node_t *node, const char *const *names);


/* After these there is an empty line, and before. */

static const char *const  import_apart[] = {
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table",
    "blockquote", "pre", "figure", "section", "article", "header", "footer",
    "address", NULL
};

/* These begin a line. */

static const char *const  import_block[] = {
    "div", "td", "th", "tr", "li", "dt", "dd", "center", "body", "main",
    "nav", "aside", "form", "fieldset", "figcaption", "tbody", "thead",
    "tfoot", "caption", NULL
};

static const char *const  import_silent[] = {
    "style", "script", "head", "title", "template", "select", "textarea",
    "noscript", "svg", "map", NULL
};


sp_rc_t
import_text(const sp_str_t *html, buffer_t *out, sp_error_t *err)
{
    size_t      from;
    sp_rc_t     rc;
    sp_error_t  other;

    from = out->len;
    rc = import_text_try(html, 1, out, err);

    if (rc != SP_INVALID) {
        return rc;
    }

    buffer_truncate(out, from);
    rc = import_text_try(html, 0, out, &other);

    return rc == SP_OK ? SP_INVALID : rc == SP_INVALID ? SP_LIMIT : rc;
}


static sp_rc_t
import_text_try(const sp_str_t *html, int sections, buffer_t *out,
    sp_error_t *err)
{
    sp_rc_t         rc;
    html_t         *parsed;
    mustache_t     *check;
    import_text_t  *t;

    parsed = html_parse(html->data, html->len, HTML_TEMPLATE, err);
    t = calloc(1, sizeof(import_text_t));

    if (parsed == NULL || t == NULL) {
        html_free(parsed);
        free(t);
        return SP_LIMIT;
    }

    t->source = *html;
    t->html = parsed;
    t->no_sections = !sections;
    import_lines_init(&t->lines, out);
    rc = SP_NOMEM;

    if (import_text_sections(t)) {
        import_text_walk(t);

        check = mustache_compile("text", buffer_text(out), out->len,
                                 MUSTACHE_PLAIN, 0, err);
        rc = check == NULL ? SP_INVALID : SP_OK;
        mustache_free(check);
    }

    if (out->failed) {
        (void) snprintf(err->text, sizeof(err->text), "is too long");
        rc = SP_LIMIT;
    }

    import_lines_free(&t->lines);
    html_free(parsed);
    free(t->sections);
    free(t);

    return rc;
}


/* Where the tags of sections are. */

static int
import_text_sections(import_text_t *t)
{
    size_t       i, n, end;
    const char  *p;

    p = t->source.data;
    n = 0;

    for (i = 0; i + 2 < t->source.len; i++) {
        n += p[i] == '{' && p[i + 1] == '{';
    }

    t->sections = calloc(n + 1, sizeof(import_section_t));

    if (t->sections == NULL) {
        return 0;
    }

    for (i = 0; i + 4 < t->source.len; i++) {
        if (p[i] != '{' || p[i + 1] != '{') {
            continue;
        }

        for (end = i + 2; end + 1 < t->source.len; end++) {
            if (p[end] == '}' && p[end + 1] == '}') {
                break;
            }
        }

        end = end + 2 < t->source.len ? end + 2 : t->source.len;

        if (strchr("#^/", p[i + 2]) != NULL && p[i + 2] != '\0') {
            t->sections[t->nsections].from = i;
            t->sections[t->nsections++].to = end;
        }

        i = end - 1;
    }

    return 1;
}


static void
import_text_walk(import_text_t *t)
{
    const html_node_t  *node, *root;

    root = html_root(t->html);
    node = root;

    for ( ;; ) {
        if (import_text_enter(t, node) && node->first != NULL) {
            node = node->first;
            continue;
        }

        import_text_leave(t, node);

        while (node != root && node->next == NULL) {
            node = node->parent;
            import_text_leave(t, node);
        }

        if (node == root) {
            break;
        }

        node = node->next;
    }

    import_text_until(t, t->source.len, 1);
    import_text_end(t, 0, '\0');
}


/* 0: what is in it is not for the text. */

static int
import_text_enter(import_text_t *t, const html_node_t *node)
{
    size_t  end;

    if (node->type == HTML_DOCUMENT || node->implied) {
        return 1;
    }

    import_text_until(t, node->start, 1);

    if (node->type == HTML_TEXT) {
        import_text_node(t, node);
        return 0;
    }

    if (node->type == HTML_COMMENT || import_text_is(node, import_silent)
        || import_text_hidden(node))
    {
        end = node->end > node->start_end ? node->end : node->start_end;
        import_text_until(t, end, 0);
        return 0;
    }

    import_text_until(t, node->start_end, 0);
    import_text_open(t, node);

    return 1;
}


static void
import_text_open(import_text_t *t, const html_node_t *node)
{
    if (html_is(node, "br")) {
        (void) import_lines_break(&t->lines);

    } else if (html_is(node, "hr")) {
        import_text_end(t, 1, '\0');
        import_lines_whole(&t->lines, IMPORT_RULE, sizeof(IMPORT_RULE) - 1);
        import_lines_blank(&t->lines);

    } else if (html_is(node, "img")) {
        import_text_picture(t, node);

    } else if (html_attr(node, "data-sp-cta") != NULL) {
        import_text_end(t, 1, '\0');

    } else if (import_text_in_row(node)) {
        if (import_lines_begun(&t->lines)) {
            import_lines_text(&t->lines, " ", 1);
            buffer_char(&t->lines.line, ' ');
        }

    } else if (import_text_is(node, import_apart)) {
        import_text_end(t, 1, '\0');

    } else if (import_text_is(node, import_block)) {
        import_text_end(t, 0, '\0');
    }

    if (html_is(node, "ol")) {
        t->number = 0;
    }

    if (html_is(node, "li")) {
        t->number++;
        t->lines.indent = 2;

        if (node->parent != NULL && html_is(node->parent, "ol")) {
            (void) snprintf(t->lines.first, sizeof(t->lines.first), "%u. ",
                            t->number % 1000);
            t->lines.indent = (unsigned) strlen(t->lines.first);

        } else {
            (void) strcpy(t->lines.first, "* ");
        }
    }
}


static void
import_text_leave(import_text_t *t, const html_node_t *node)
{
    if (node->type != HTML_ELEMENT || node->implied
        || import_text_is(node, import_silent) || import_text_hidden(node))
    {
        return;
    }

    if (node->end > node->end_tag) {
        import_text_until(t, node->end_tag, 1);
    }

    if (html_is(node, "a")) {
        if (html_attr(node, "data-sp-cta") != NULL) {
            import_text_cta(t, node);

        } else {
            import_text_link(t, node);
        }

    } else if (import_text_in_row(node)) {
        return;

    } else if (import_text_is(node, import_apart)) {
        import_text_end(t, 1, html_is(node, "h1") ? '='
                              : html_is(node, "h2") ? '-' : '\0');

    } else if (import_text_is(node, import_block)) {
        import_text_end(t, 0, '\0');
    }

    if (html_is(node, "li")) {
        t->lines.indent = 0;
        t->lines.first[0] = '\0';
    }
}


/* Sections' tags before offset: written, or left out. */

static void
import_text_until(import_text_t *t, size_t offset, int write)
{
    sp_str_t                 tag;
    const import_section_t  *s;

    for ( /* void */ ; t->section < t->nsections; t->section++) {
        s = &t->sections[t->section];

        if (s->from >= offset) {
            return;
        }

        tag.data = t->source.data + s->from;
        tag.len = s->to - s->from;

        if (write && !t->no_sections) {
            import_lines_tag(&t->lines, &tag);
        }
    }
}


static void
import_text_node(import_text_t *t, const html_node_t *node)
{
    size_t                   at;
    const import_section_t  *s;

    /* text after </body> is moved into it: then its source has that tag */

    for (at = node->start; at + 1 < node->start_end; at++) {
        if (t->source.data[at] == '<' && t->source.data[at + 1] == '/') {
            import_lines_text(&t->lines, node->text.data, node->text.len);
            import_text_until(t, node->start_end, 1);
            return;
        }
    }

    at = node->start;

    while (t->section < t->nsections) {
        s = &t->sections[t->section];

        if (s->from >= node->start_end) {
            break;
        }

        import_text_piece(t, at, s->from);
        at = s->to;
        import_text_until(t, s->from + 1, 1);
    }

    import_text_piece(t, at, node->start_end);
}


/* Text of the source, with its character references. */

static void
import_text_piece(import_text_t *t, size_t from, size_t to)
{
    html_t      *html;
    buffer_t     wrapped, plain;
    sp_error_t   err;
    const char  *p;

    if (from >= to || to > t->source.len) {
        return;
    }

    p = t->source.data + from;

    if (memchr(p, '&', to - from) == NULL) {
        import_lines_text(&t->lines, p, to - from);
        return;
    }

    /* between two letters, blanks at its ends are kept */

    buffer_init(&wrapped, IMPORT_TEXT_MAX);
    buffer_init(&plain, IMPORT_TEXT_MAX);
    buffer_char(&wrapped, 'x');
    buffer_add(&wrapped, p, to - from);
    buffer_char(&wrapped, 'x');
    html = html_parse(buffer_text(&wrapped), wrapped.len, 0, &err);

    if (html != NULL) {
        html_text(html_root(html), &plain);

        if (plain.len > 2) {
            import_lines_text(&t->lines, plain.data + 1, plain.len - 2);
        }
    }

    html_free(html);
    buffer_free(&wrapped);
    buffer_free(&plain);
}


/* In a space of its own: what to do, and where. */

static void
import_text_cta(import_text_t *t, const html_node_t *node)
{
    const html_attr_t  *href;

    href = html_attr(node, "href");
    import_text_end(t, 0, '\0');

    if (href != NULL && href->value.len != 0) {
        import_lines_whole(&t->lines, href->value.data, href->value.len);
    }

    import_lines_blank(&t->lines);
}


static void
import_text_end(import_text_t *t, int blank, char underline)
{
    char    rule[IMPORT_WIDTH];
    size_t  shown;

    if (import_text_only_link(t)) {
        buffer_reset(&t->lines.line);
    }

    shown = import_lines_break(&t->lines);

    if (underline != '\0' && shown != 0) {
        shown = shown < IMPORT_WIDTH ? shown : IMPORT_WIDTH;
        memset(rule, underline, shown);
        import_lines_whole(&t->lines, rule, shown);
    }

    import_text_urls(t);

    if (blank) {
        import_lines_blank(&t->lines);
    }
}


static int
import_text_hidden(const html_node_t *node)
{
    import_style_t        style;
    const html_attr_t    *attr;
    const import_decl_t  *decl;

    if (node->type != HTML_ELEMENT) {
        return 0;
    }

    if (html_attr(node, "hidden") != NULL) {
        return 1;
    }

    attr = html_attr(node, "style");

    if (attr == NULL) {
        return 0;
    }

    style.n = 0;
    import_css_inline(&attr->value, &style);
    decl = import_css_find(&style, "display");

    if (decl != NULL && decl->value.len == 4
        && memcmp(decl->value.data, "none", 4) == 0)
    {
        return 1;
    }

    return import_css_find(&style, "mso-hide") != NULL;
}


/* A cell of a row whose cells are a few words each: they stay in one line. */

static int
import_text_in_row(const html_node_t *node)
{
    const html_node_t  *row, *inner;

    if (!html_is(node, "td") && !html_is(node, "th")) {
        return 0;
    }

    row = node->parent;

    if (row == NULL || !html_is(row, "tr")) {
        return 0;
    }

    for (inner = html_next(row, row); inner != NULL;
         inner = html_next(inner, row))
    {
        if (inner->type == HTML_ELEMENT && inner->parent != row
            && (import_text_is(inner, import_apart)
                || import_text_is(inner, import_block)
                || html_is(inner, "br")
                || html_attr(inner, "data-sp-cta") != NULL))
        {
            return 0;
        }
    }

    return 1;
}


static int
import_text_is(const html_node_t *node, const char *const *names)
{
    for ( /* void */ ; *names != NULL; names++) {
        if (html_is(node, *names)) {
            return 1;
        }
    }

    return 0;
}
