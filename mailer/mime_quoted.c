/*
 * Copyright (C) SitePreserver developers
 */

#include "mime.h"


#define QUOTED_LINE_MAX  76         /* without CRLF: RFC 2045 6.7 (5) */


typedef struct {
    buffer_t  *out;
    size_t     len;                 /* of the line that is being written */
    char       line[QUOTED_LINE_MAX + 2];
} quoted_t;


static void quoted_line(quoted_t *q, const char *text, size_t len);
static const char *quoted_run(quoted_t *q, const char *text,
    const char *end);
static void quoted_code(quoted_t *q, char c, int last);
static void quoted_put(quoted_t *q, const char *text, size_t len, int last);
static void quoted_break(quoted_t *q);


/* What stands for itself (rule 2), and blanks where they are not the last. */

static const char  quoted_itself[256] = {
    ['\t'] = 1, [' ' ... '<'] = 1, ['>' ... '~'] = 1
};

#define quoted_is(c)  quoted_itself[(unsigned char) (c)]


void
mime_quoted(buffer_t *out, const sp_str_t *text)
{
    size_t       len;
    quoted_t     q;
    const char  *p, *end, *eol;

    q.out = out;
    q.len = 0;
    end = text->data + text->len;

    for (p = text->data; p < end; p = eol + 1) {
        eol = memchr(p, '\n', (size_t) (end - p));

        if (eol == NULL) {
            quoted_line(&q, p, (size_t) (end - p));
            buffer_add(out, q.line, q.len);
            return;
        }

        len = (size_t) (eol - p);

        if (len > 0 && eol[-1] == '\r') {
            len--;
        }

        quoted_line(&q, p, len);
        quoted_break(&q);
    }
}


static void
quoted_line(quoted_t *q, const char *text, size_t len)
{
    int          blank, last;
    const char  *p, *end;

    /* A blank at the end may get lost on the way (rule 3). */

    blank = len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t');
    end = text + len - blank;

    for (p = text; (p = quoted_run(q, p, end)) < end; p++) {
        last = p + 1 == end && !blank;

        if (quoted_is(*p) && *p != '.') {
            quoted_put(q, p, 1, last);

        } else {
            quoted_code(q, *p, last);
        }
    }

    if (blank) {
        quoted_code(q, *end, 1);
    }
}


/*
 * Most text needs nothing but to be copied: up to where a line may break.  A
 * dot that begins a line is encoded, so that SMTP need not stuff it.
 */

static const char *
quoted_run(quoted_t *q, const char *text, const char *end)
{
    size_t       room;
    const char  *p, *stop;

    room = q->len < QUOTED_LINE_MAX - 1 ? QUOTED_LINE_MAX - 1 - q->len : 0;
    stop = (size_t) (end - text) > room ? text + room : end;
    p = text;

    if (q->len == 0 && p < stop && *p == '.') {
        return p;
    }

    while (stop - p >= 4 && (quoted_is(p[0]) & quoted_is(p[1])
                             & quoted_is(p[2]) & quoted_is(p[3])))
    {
        p += 4;
    }

    while (p < stop && quoted_is(*p)) {
        p++;
    }

    memcpy(q->line + q->len, text, (size_t) (p - text));
    q->len += (size_t) (p - text);

    return p;
}


static void
quoted_code(quoted_t *q, char c, int last)
{
    char               code[3];
    static const char  hex[] = "0123456789ABCDEF";

    code[0] = '=';
    code[1] = hex[(unsigned char) c >> 4];
    code[2] = hex[(unsigned char) c & 0xf];

    quoted_put(q, code, sizeof(code), last);
}


/* Only what is the last in its line needs no room for a "=" behind it. */

static void
quoted_put(quoted_t *q, const char *text, size_t len, int last)
{
    if (q->len + len > (size_t) (last ? QUOTED_LINE_MAX
                                      : QUOTED_LINE_MAX - 1))
    {
        q->line[q->len++] = '=';
        quoted_break(q);
    }

    memcpy(q->line + q->len, text, len);
    q->len += len;
}


static void
quoted_break(quoted_t *q)
{
    q->line[q->len++] = '\r';
    q->line[q->len++] = '\n';
    buffer_add(q->out, q->line, q->len);
    q->len = 0;
}
