/*
 * Copyright (C) SitePreserver developers
 */

#include <stdlib.h>

#include "import_lines.h"


#define IMPORT_LINE_MAX  (256 * 1024)
#define IMPORT_TAGS      64         /* sections open in one line */


/* A section's tag in a line. */

typedef struct {
    size_t    from;
    size_t    to;
    unsigned  closes:1;
    unsigned  paired:1;             /* its other end is in the same line */
} import_tag_t;


static size_t import_lines_tags(const buffer_t *line, import_tag_t *tags);
static size_t import_lines_tag_end(const char *p, size_t i, size_t len,
    char *kind);
static void import_lines_out(import_lines_t *lines, size_t from, size_t to);
static size_t import_lines_content(import_lines_t *lines, size_t from,
    size_t to);
static size_t import_lines_word(const char *p, size_t from, size_t to,
    size_t *shown);
static int import_lines_shows(const import_lines_t *lines, size_t from,
    size_t to);


void
import_lines_init(import_lines_t *lines, buffer_t *out)
{
    memset(lines, 0, sizeof(import_lines_t));
    lines->out = out;
    buffer_init(&lines->line, IMPORT_LINE_MAX);
}


void
import_lines_free(import_lines_t *lines)
{
    buffer_free(&lines->line);
}


void
import_lines_text(import_lines_t *lines, const char *text, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {

        /* U+00A0 only keeps things apart */

        if (i + 1 < len && memcmp(text + i, "\xc2\xa0", 2) == 0) {
            i++;

        } else if ((unsigned char) text[i] > ' ') {
            buffer_char(&lines->line, text[i]);
            continue;
        }

        if (lines->line.len != 0
            && lines->line.data[lines->line.len - 1] != ' ')
        {
            buffer_char(&lines->line, ' ');
        }
    }
}


void
import_lines_tag(import_lines_t *lines, const sp_str_t *tag)
{
    buffer_sp(&lines->line, tag);
}


/*
 * Tags whose other end is in another line get lines of their own, which
 * mustache leaves out.  The empty line before a content comes after them: what
 * is not shown then leaves nothing.
 */

size_t
import_lines_break(import_lines_t *lines)
{
    size_t        i, n, from, to, shown;
    buffer_t     *line;
    import_tag_t  tags[IMPORT_TAGS];

    line = &lines->line;
    n = import_lines_tags(line, tags);
    from = 0;
    to = line->len;

    for (i = 0; i < n && !tags[i].paired; i++) {
        if (import_lines_shows(lines, from, tags[i].from)) {
            break;
        }

        import_lines_out(lines, tags[i].from, tags[i].to);
        from = tags[i].to;
    }

    while (n > i && !tags[n - 1].paired
           && !import_lines_shows(lines, tags[n - 1].to, to))
    {
        to = tags[--n].from;
    }

    shown = 0;

    if (import_lines_shows(lines, from, to)) {
        shown = import_lines_content(lines, from, to);
    }

    for (from = to; from < line->len; from = to) {
        to = import_lines_tag_end(line->data, from, line->len, NULL);

        if (to == from) {
            to++;                   /* a blank between them */
            continue;
        }

        import_lines_out(lines, from, to);
    }

    buffer_reset(line);

    return shown;
}


void
import_lines_blank(import_lines_t *lines)
{
    (void) import_lines_break(lines);
    lines->blank = lines->some;
}


void
import_lines_whole(import_lines_t *lines, const char *text, size_t len)
{
    (void) import_lines_break(lines);

    if (lines->blank) {
        buffer_char(lines->out, '\n');
    }

    buffer_str(lines->out, lines->first);
    lines->first[0] = '\0';
    buffer_add(lines->out, text, len);
    buffer_char(lines->out, '\n');
    lines->blank = 0;
    lines->some = 1;
}


int
import_lines_begun(const import_lines_t *lines)
{
    return import_lines_shows(lines, 0, lines->line.len);
}


/* The tags of sections in a line, and which of them are pairs. */

static size_t
import_lines_tags(const buffer_t *line, import_tag_t *tags)
{
    char    kind;
    size_t  i, k, n, to, open[IMPORT_TAGS];

    n = 0;
    k = 0;

    for (i = 0; i < line->len && n < IMPORT_TAGS; i = to + (to == i)) {
        to = import_lines_tag_end(line->data, i, line->len, &kind);

        if (to == i || strchr("#^/", kind) == NULL) {
            continue;
        }

        tags[n].from = i;
        tags[n].to = to;
        tags[n].closes = kind == '/';
        tags[n].paired = 0;

        if (kind != '/') {
            open[k++] = n;

        } else if (k != 0) {
            tags[open[--k]].paired = 1;
            tags[n].paired = 1;
        }

        n++;
    }

    return n;
}


/* The end of a mustache tag that begins at i, else i. */

static size_t
import_lines_tag_end(const char *p, size_t i, size_t len, char *kind)
{
    size_t  n;

    if (i + 4 > len || p[i] != '{' || p[i + 1] != '{') {
        return i;
    }

    for (n = i + 2; n + 1 < len; n++) {
        if (p[n] == '}' && p[n + 1] == '}') {
            n += 2;

            if (kind != NULL) {
                for (i += 2; p[i] == ' '; i++) {
                    /* void */
                }

                *kind = p[i];
            }

            return n;
        }
    }

    return i;
}


static void
import_lines_out(import_lines_t *lines, size_t from, size_t to)
{
    buffer_add(lines->out, lines->line.data + from, to - from);
    buffer_char(lines->out, '\n');
}


/* Writes words; how many characters were shown in the last line. */

static size_t
import_lines_content(import_lines_t *lines, size_t from, size_t to)
{
    size_t       i, column, shown, most;
    unsigned     k;
    const char  *p;

    p = lines->line.data;

    if (lines->blank) {
        buffer_char(lines->out, '\n');
    }

    buffer_str(lines->out, lines->first);
    column = strlen(lines->first);
    lines->first[0] = '\0';
    lines->blank = 0;
    lines->some = 1;
    most = 0;

    while (from < to && p[from] == ' ') {
        from++;
    }

    while (to > from && p[to - 1] == ' ') {
        to--;
    }

    while (from < to) {
        i = import_lines_word(p, from, to, &shown);

        if (column + shown > IMPORT_WIDTH && column > lines->indent) {
            buffer_char(lines->out, '\n');

            for (k = 0; k < lines->indent; k++) {
                buffer_char(lines->out, ' ');
            }

            column = lines->indent;

            if (p[from] == ' ') {
                from++;
                shown--;
            }
        }

        buffer_add(lines->out, p + from, i - from);
        column += shown;
        most = column > most ? column : most;
        from = i;
    }

    buffer_char(lines->out, '\n');

    return most;
}


/* The end of a word, with the blank before it; shown: its characters. */

static size_t
import_lines_word(const char *p, size_t from, size_t to, size_t *shown)
{
    char    kind;
    size_t  i, end;

    *shown = 0;

    for (i = from; i < to && (i == from || p[i] != ' '); i = end) {
        end = import_lines_tag_end(p, i, to, &kind);

        if (end == i) {
            end = i + 1;
            *shown += (p[i] & 0xc0) != 0x80;

        } else if (strchr("#^/!", kind) == NULL) {
            *shown += 8;            /* whatever it will be */
        }
    }

    return i;
}


/* Anything but blanks and sections' tags? */

static int
import_lines_shows(const import_lines_t *lines, size_t from, size_t to)
{
    char    kind;
    size_t  end;

    while (from < to) {
        end = import_lines_tag_end(lines->line.data, from, to, &kind);

        if (end != from && strchr("#^/!", kind) != NULL) {
            from = end;

        } else if (lines->line.data[from] == ' ') {
            from++;

        } else {
            return 1;
        }
    }

    return 0;
}
