/*
 * Copyright (C) SitePreserver developers
 *
 * A mustache template as an HTML parser may see it: every byte stays where it
 * is, and no tag of mustache is one of HTML's.
 */

#define _GNU_SOURCE                 /* memmem() */

#include <stdlib.h>

#include "html.h"


typedef struct {
    char      *text;
    size_t     len;
    sp_str_t   open;                /* delimiters, in the source */
    sp_str_t   close;
} html_mask_t;


static size_t html_mask_tag(html_mask_t *m, const char *source, size_t at);
static void html_mask_delimiters(html_mask_t *m, const sp_str_t *tag);
static void html_mask_blank(html_mask_t *m, size_t from, size_t to);
static void html_mask_variable(html_mask_t *m, size_t from, size_t to);
static int html_mask_space(char c);


char *
html_mask(const char *text, size_t len)
{
    size_t       at;
    const char  *p;
    html_mask_t  m;

    m.text = malloc(len + 1);

    if (m.text == NULL) {
        return NULL;
    }

    if (len != 0) {
        memcpy(m.text, text, len);
    }

    m.text[len] = '\0';
    m.len = len;
    m.open.data = "{{";
    m.open.len = 2;
    m.close.data = "}}";
    m.close.len = 2;

    for (at = 0; at < len; /* void */ ) {
        p = memmem(text + at, len - at, m.open.data, m.open.len);

        if (p == NULL) {
            break;
        }

        at = html_mask_tag(&m, text, (size_t) (p - text));
    }

    return m.text;
}


/* Returns where the tag ends; a tag that does not end ends the text. */

static size_t
html_mask_tag(html_mask_t *m, const char *source, size_t at)
{
    char         sigil;
    char         extra;
    size_t       from, end;
    sp_str_t     tag;
    const char  *p;

    from = at + m->open.len;

    while (from < m->len && html_mask_space(source[from])) {
        from++;
    }

    sigil = from < m->len ? source[from] : '\0';
    extra = sigil == '{' ? '}' : (sigil == '=' ? '=' : '\0');

    for (p = source + from; /* void */; p++) {
        p = memmem(p, m->len - (size_t) (p - source), m->close.data,
                   m->close.len);
        if (p == NULL) {
            return m->len;
        }

        if (extra == '\0') {
            break;
        }

        /* "{{{name}}}" and "{{=<% %>=}}" have one byte more before it */

        if (p > source + from + 1 && p[-1] == extra) {
            break;
        }
    }

    tag.data = source + from;
    tag.len = (size_t) (p - source) - from;
    end = (size_t) (p - source) + m->close.len;

    if (sigil != '\0' && strchr("#^/!>=", sigil) != NULL) {
        html_mask_blank(m, at, end);

        if (sigil == '=') {
            html_mask_delimiters(m, &tag);
        }

    } else {
        html_mask_variable(m, at, end);
    }

    return end;
}


/* "=OPEN CLOSE=" */

static void
html_mask_delimiters(html_mask_t *m, const sp_str_t *tag)
{
    const char  *p, *end;
    sp_str_t     open, close;

    p = tag->data + 1;
    end = tag->data + tag->len - 1;

    while (p < end && html_mask_space(*p)) {
        p++;
    }

    open.data = p;

    while (p < end && !html_mask_space(*p)) {
        p++;
    }

    open.len = (size_t) (p - open.data);

    while (p < end && html_mask_space(*p)) {
        p++;
    }

    close.data = p;

    while (p < end && !html_mask_space(*p)) {
        p++;
    }

    close.len = (size_t) (p - close.data);

    if (open.len != 0 && close.len != 0) {
        m->open = open;
        m->close = close;
    }
}


static void
html_mask_blank(html_mask_t *m, size_t from, size_t to)
{
    for ( /* void */ ; from < to; from++) {
        if (m->text[from] != '\n' && m->text[from] != '\r') {
            m->text[from] = ' ';
        }
    }
}


/* What HTML would read as markup in the tag is not it. */

static void
html_mask_variable(html_mask_t *m, size_t from, size_t to)
{
    char  c;

    for ( /* void */ ; from < to; from++) {
        c = m->text[from];

        if (html_mask_space(c) || c == '<' || c == '>' || c == '"'
            || c == '\'' || c == '=' || c == '&')
        {
            m->text[from] = c == '\n' || c == '\r' ? c : '_';
        }
    }
}


static int
html_mask_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}
