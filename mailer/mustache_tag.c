/*
 * Copyright (C) SitePreserver developers
 */

#define _GNU_SOURCE                 /* memmem() */

#include "mustache_tag.h"


static size_t mustache_find(const mustache_tags_t *tags, size_t from,
    const sp_str_t *what);
static void mustache_trim(sp_str_t *s);


int
mustache_tag_next(const mustache_tags_t *tags, size_t from, mustache_tag_t *tag)
{
    char      sigil, closing[MUSTACHE_DELIMITER_MAX + 1];
    size_t    at, end;
    sp_str_t  close;

    memset(tag, 0, sizeof(mustache_tag_t));
    tag->type = 'v';
    tag->start = mustache_find(tags, from, &tags->open);

    if (tag->start == tags->len) {
        return 0;
    }

    at = tag->start + tags->open.len;

    while (at < tags->len && mustache_tag_space(tags->text[at])) {
        at++;
    }

    sigil = tags->text[at];
    close = tags->close;

    if (sigil != '\0' && strchr("#^/>!={&", sigil) != NULL) {
        tag->type = sigil;
        at++;
    }

    if (sigil == '{' || sigil == '=') {
        closing[0] = sigil == '{' ? '}' : '=';
        memcpy(closing + 1, tags->close.data, tags->close.len);
        close.data = closing;
        close.len = tags->close.len + 1;
    }

    end = mustache_find(tags, at, &close);

    if (end == tags->len) {
        return -1;
    }

    tag->end = end + close.len;
    tag->name.data = tags->text + at;
    tag->name.len = end - at;
    mustache_trim(&tag->name);

    return 1;
}


int
mustache_tag_standalone(const mustache_tags_t *tags, mustache_tag_t *tag,
    size_t *after)
{
    size_t       from, to, len;
    const char  *text;

    if (strchr("#^/>!=", tag->type) == NULL) {
        return 0;
    }

    text = tags->text;
    len = tags->len;
    from = tag->start;

    while (from > 0 && (text[from - 1] == ' ' || text[from - 1] == '\t')) {
        from--;
    }

    if (from > 0 && text[from - 1] != '\n') {
        return 0;
    }

    to = tag->end;

    while (to < len && (text[to] == ' ' || text[to] == '\t')) {
        to++;
    }

    if (to + 1 < len && text[to] == '\r' && text[to + 1] == '\n') {
        to++;
    }

    if (to < len) {
        if (text[to] != '\n') {
            return 0;
        }

        to++;
    }

    tag->indent.data = text + from;
    tag->indent.len = tag->start - from;
    *after = to;

    return 1;
}


int
mustache_tag_delimiters(mustache_tags_t *tags, const mustache_tag_t *tag)
{
    size_t    i, n;
    sp_str_t  open, close;

    open = tag->name;

    for (n = 0; n < open.len && !mustache_tag_space(open.data[n]); n++) {
        /* void */
    }

    close.data = open.data + n;
    close.len = open.len - n;
    open.len = n;
    mustache_trim(&close);

    for (i = 0; i < close.len && !mustache_tag_space(close.data[i]); i++) {
        /* void */
    }

    if (open.len == 0 || open.len > MUSTACHE_DELIMITER_MAX
        || close.len == 0 || close.len > MUSTACHE_DELIMITER_MAX
        || i != close.len
        || memchr(open.data, '=', open.len) != NULL
        || memchr(close.data, '=', close.len) != NULL)
    {
        return 0;
    }

    tags->open = open;
    tags->close = close;

    return 1;
}


/* Where what begins, at from or later; the text's length: nowhere. */

static size_t
mustache_find(const mustache_tags_t *tags, size_t from, const sp_str_t *what)
{
    const char  *p;

    p = memmem(tags->text + from, tags->len - from, what->data, what->len);

    return p != NULL ? (size_t) (p - tags->text) : tags->len;
}


static void
mustache_trim(sp_str_t *s)
{
    while (s->len > 0 && mustache_tag_space(s->data[0])) {
        s->data++;
        s->len--;
    }

    while (s->len > 0 && mustache_tag_space(s->data[s->len - 1])) {
        s->len--;
    }
}


int
mustache_tag_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}
