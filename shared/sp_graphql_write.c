/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_graphql.h"
#include "sp_graphql_write.h"
#include "sp_json_text.h"
#include "sp_utf8.h"


#define GRAPHQL_FIRST  512          /* bytes of the text at first */


static const char *graphql_escape(sp_graphql_writer_t *w, const char *p,
    const char *end);
static const char *graphql_unit(sp_graphql_writer_t *w, const char *p,
    const char *end);
static size_t graphql_indent(const sp_str_t *text);
static int graphql_line(const sp_str_t *text, size_t *pos, sp_str_t *line);
static int graphql_blank(const sp_str_t *line, size_t *indent);
static void graphql_block_text(sp_graphql_writer_t *w, const sp_str_t *line);
static void graphql_char(sp_graphql_writer_t *w, char c);


void
sp_graphql_write_more(sp_graphql_writer_t *w, const char *data, size_t len)
{
    char    *p;
    size_t   size;

    if (w->rc != SP_OK || len == 0) {
        return;
    }

    if (len > SP_GRAPHQL_TEXT - w->len) {
        w->rc = SP_LIMIT;
        return;
    }

    size = w->allocated ? w->allocated * 2 : GRAPHQL_FIRST;

    if (size < w->len + len) {
        size = w->len + len;
    }

    if (size > SP_GRAPHQL_TEXT) {
        size = SP_GRAPHQL_TEXT;
    }

    p = sp_alloc(w->pool, size);
    if (p == NULL) {
        w->rc = SP_NOMEM;
        return;
    }

    if (w->len != 0) {
        memcpy(p, w->data, w->len);
    }

    memcpy(p + w->len, data, len);

    w->data = p;
    w->len += len;
    w->allocated = size;
}


/* A string's escapes are JSON's but for \u{...}; tabs may be in it as such. */

void
sp_graphql_write_string(sp_graphql_writer_t *w, const sp_str_t *text)
{
    const char  *p, *q, *end;

    p = text->data;
    end = p + text->len;

    sp_graphql_write(w, "\"", 1);

    while (p < end && w->rc == SP_OK) {
        q = sp_json_span(p, end);

        sp_graphql_write(w, p, (size_t) (q - p));

        if (q == end) {
            break;
        }

        if (*q == '\\') {
            p = graphql_escape(w, q + 1, end);

        } else {
            graphql_char(w, *q);
            p = q + 1;
        }
    }

    sp_graphql_write(w, "\"", 1);
}


void
sp_graphql_write_block(sp_graphql_writer_t *w, const sp_str_t *text)
{
    size_t    pos, indent, space, lines;
    unsigned  first, some;
    sp_str_t  line;

    indent = graphql_indent(text);
    pos = 0;
    lines = 0;
    first = 1;
    some = 0;

    sp_graphql_write(w, "\"", 1);

    while (w->rc == SP_OK && graphql_line(text, &pos, &line)) {

        if (!first) {
            space = line.len < indent ? line.len : indent;
            line.data += space;
            line.len -= space;
            lines++;
        }

        first = 0;

        if (graphql_blank(&line, &space)) {
            continue;
        }

        /* blank lines are written only once something follows them */

        for ( /* void */ ; some && lines != 0; lines--) {
            sp_graphql_write(w, "\\n", 2);
        }

        lines = 0;
        some = 1;

        graphql_block_text(w, &line);
    }

    sp_graphql_write(w, "\"", 1);
}


static const char *
graphql_escape(sp_graphql_writer_t *w, const char *p, const char *end)
{
    if (p == end) {
        w->rc = SP_INVALID;
        return p;
    }

    if (*p == 'u' && end - p > 1 && p[1] == '{') {
        return graphql_unit(w, p + 2, end);
    }

    if (*p == 'u') {
        if (end - p < 5 || sp_hex(p[1]) < 0
            || sp_hex(p[2]) < 0 || sp_hex(p[3]) < 0
            || sp_hex(p[4]) < 0)
        {
            w->rc = SP_INVALID;
            return p;
        }

        sp_graphql_write(w, p - 1, 6);

        return p + 5;
    }

    if (sp_json_text_escape(*p) == '\0') {
        w->rc = SP_INVALID;
        return p;
    }

    sp_graphql_write(w, p - 1, 2);

    return p + 1;
}


/* \u{1F600}, without what comes before the digits. */

static const char *
graphql_unit(sp_graphql_writer_t *w, const char *p, const char *end)
{
    char      utf8[4];
    uint32_t  code;

    code = 0;

    for ( /* void */ ; p < end && sp_hex(*p) >= 0; p++) {
        code = (code << 4) | (uint32_t) sp_hex(*p);

        if (code > 0x10ffff) {
            break;
        }
    }

    if (p == end || *p != '}' || (code >= 0xd800 && code <= 0xdfff)) {
        w->rc = SP_INVALID;
        return p;
    }

    if (code < 0x80) {
        graphql_char(w, (char) code);

    } else {
        sp_graphql_write(w, utf8, sp_utf8_encode(code, utf8));
    }

    return p + 1;
}


static size_t
graphql_indent(const sp_str_t *text)
{
    size_t    pos, indent, common;
    sp_str_t  line;

    pos = 0;
    common = SIZE_MAX;

    (void) graphql_line(text, &pos, &line);

    while (graphql_line(text, &pos, &line)) {
        if (!graphql_blank(&line, &indent) && indent < common) {
            common = indent;
        }
    }

    return common == SIZE_MAX ? 0 : common;
}


/* The next line, without its end; 0: no more. */

static int
graphql_line(const sp_str_t *text, size_t *pos, sp_str_t *line)
{
    size_t  i;

    if (*pos > text->len) {
        return 0;
    }

    for (i = *pos; i < text->len; i++) {
        if (text->data[i] == '\n' || text->data[i] == '\r') {
            break;
        }
    }

    line->data = text->data + *pos;
    line->len = i - *pos;

    if (text->len - i > 1 && text->data[i] == '\r'
        && text->data[i + 1] == '\n')
    {
        i++;
    }

    *pos = i + 1;

    return 1;
}


static int
graphql_blank(const sp_str_t *line, size_t *indent)
{
    size_t  i;

    for (i = 0; i < line->len; i++) {
        if (line->data[i] != ' ' && line->data[i] != '\t') {
            break;
        }
    }

    *indent = i;

    return i == line->len;
}


static void
graphql_block_text(sp_graphql_writer_t *w, const sp_str_t *line)
{
    const char  *p, *q, *end;

    p = line->data;
    end = p + line->len;

    while (p < end) {
        q = sp_json_span(p, end);

        sp_graphql_write(w, p, (size_t) (q - p));

        if (q == end) {
            break;
        }

        if (end - q > 3 && memcmp(q, "\\\"\"\"", 4) == 0) {
            sp_graphql_write(w, "\\\"\\\"\\\"", 6);
            p = q + 4;
            continue;
        }

        graphql_char(w, *q);
        p = q + 1;
    }
}


/* A byte of a string's text, escaped where JSON wants it. */

static void
graphql_char(sp_graphql_writer_t *w, char c)
{
    char                escaped[6] = { '\\', 'u', '0', '0', '0', '0' };
    static const char   digits[] = "0123456789abcdef";

    if (c == '"' || c == '\\') {
        escaped[1] = c;
        sp_graphql_write(w, escaped, 2);

    } else if ((unsigned char) c < 0x20) {
        escaped[4] = digits[(unsigned char) c >> 4];
        escaped[5] = digits[c & 0xf];
        sp_graphql_write(w, escaped, 6);

    } else {
        sp_graphql_write(w, &c, 1);
    }
}
