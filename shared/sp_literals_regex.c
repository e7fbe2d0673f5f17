/*
 * Copyright (C) SitePreserver developers
 *
 * The literals that a regex needs.  What is not understood here makes them
 * unknown, never wrong.
 */

#include "sp_literals.h"


/* How far a pattern was read, and what was found in it. */

typedef struct {
    const char       *p;
    const char       *end;
    sp_str_t          run;          /* literal bytes up to here */
    char              buffer[256];
    sp_str_t          best[SP_LITERALS_MAX];    /* of this branch: any of */
    unsigned          nbest;
    size_t            shortest;     /* of best */
    const sp_pool_t  *pool;
    unsigned          nomem:1;
} sp_literals_scan_t;


static int sp_literals_branch(sp_literals_scan_t *scan);
static int sp_literals_atom(sp_literals_scan_t *scan);
static void sp_literals_char(sp_literals_scan_t *scan, char c);
static void sp_literals_flush(sp_literals_scan_t *scan);
static void sp_literals_keep(sp_literals_scan_t *scan, const sp_str_t *text,
    unsigned n);
static int sp_literals_quantifier(sp_literals_scan_t *scan, int *optional);
static int sp_literals_class(sp_literals_scan_t *scan);
static int sp_literals_group(sp_literals_scan_t *scan);
static void sp_literals_words(sp_literals_scan_t *scan, const char *start,
    const char *end);


sp_rc_t
sp_literals_of(const sp_pool_t *pool, const sp_str_t *regex,
    sp_str_t literals[SP_LITERALS_MAX], unsigned *n)
{
    unsigned            i, found;
    sp_literals_scan_t  scan;

    *n = 0;
    found = 0;

    if (regex->len == 0 || !sp_literals_plain(regex)) {
        return SP_OK;
    }

    memset(&scan, 0, sizeof(scan));
    scan.p = regex->data;
    scan.end = regex->data + regex->len;
    scan.pool = pool;

    /* one of every branch is needed: "^/cart|^/basket" */

    for ( ;; ) {

        scan.nbest = 0;
        scan.shortest = 0;
        scan.run.len = 0;

        if (!sp_literals_branch(&scan)) {
            return SP_OK;
        }

        if (scan.nomem) {
            return SP_NOMEM;
        }

        if (scan.shortest < SP_LITERAL_MIN
            || found + scan.nbest > SP_LITERALS_MAX)
        {
            return SP_OK;
        }

        for (i = 0; i < scan.nbest; i++) {
            literals[found++] = scan.best[i];
        }

        if (scan.p == scan.end) {
            break;
        }

        scan.p++;                   /* "|" */
    }

    *n = found;

    return SP_OK;
}


int
sp_literals_plain(const sp_str_t *regex)
{
    char    c;
    size_t  i;

    for (i = 0; i < regex->len; i++) {

        if (regex->data[i] == '\\') {
            c = i + 1 < regex->len ? regex->data[i + 1] : '\0';

            if (c == 'Q' || c == 'E' || c == 'K' || c == 'g' || c == 'k'
                || c == 'G')
            {
                return 0;
            }

            i++;
            continue;
        }

        if (regex->data[i] != '(' || i + 1 == regex->len) {
            continue;
        }

        if (regex->data[i + 1] == '*') {
            return 0;
        }

        if (regex->data[i + 1] == '?') {
            c = i + 2 < regex->len ? regex->data[i + 2] : '\0';

            if (c != ':' && c != '=' && c != '!') {
                return 0;
            }
        }
    }

    return 1;
}


/* Up to the end or "|"; 0: something is not understood. */

static int
sp_literals_branch(sp_literals_scan_t *scan)
{
    while (scan->p < scan->end && *scan->p != '|') {
        if (!sp_literals_atom(scan)) {
            return 0;
        }
    }

    sp_literals_flush(scan);

    return 1;
}


static int
sp_literals_atom(sp_literals_scan_t *scan)
{
    char  c;
    int   optional;

    c = *scan->p++;

    switch (c) {

    case '(':
        return sp_literals_group(scan);

    case ')':
        return 0;

    case '[':
        sp_literals_flush(scan);
        return sp_literals_class(scan)
               && sp_literals_quantifier(scan, &optional) >= 0;

    case '.':
    case '^':
    case '$':
        sp_literals_flush(scan);
        return sp_literals_quantifier(scan, &optional) >= 0;

    case '\\':

        if (scan->p == scan->end) {
            return 0;
        }

        c = *scan->p++;

        if ((c >= '0' && c <= '9') || (unsigned char) c >= 0x80) {
            return 0;
        }

        if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') {

            if (strchr("dDwWsSbBAzZhHvV", c) == NULL) {
                return 0;
            }

            sp_literals_flush(scan);
            return sp_literals_quantifier(scan, &optional) >= 0;
        }

        break;

    default:
        break;
    }

    sp_literals_char(scan, c);

    return 1;
}


static void
sp_literals_char(sp_literals_scan_t *scan, char c)
{
    int  optional;

    if (scan->run.len == sizeof(scan->buffer)) {
        sp_literals_flush(scan);
    }

    if (c >= 'A' && c <= 'Z') {
        c = (char) (c | 0x20);
    }

    scan->buffer[scan->run.len++] = c;

    if (sp_literals_quantifier(scan, &optional)) {

        if (optional) {
            scan->run.len--;
        }

        sp_literals_flush(scan);
    }
}


/* The run is over: is it the best so far? */

static void
sp_literals_flush(sp_literals_scan_t *scan)
{
    sp_str_t  run;

    run.data = scan->buffer;
    run.len = scan->run.len;

    if (run.len > scan->shortest) {
        sp_literals_keep(scan, &run, 0);
        scan->nbest = 1;
        scan->shortest = run.len;
    }

    scan->run.len = 0;
}


static void
sp_literals_keep(sp_literals_scan_t *scan, const sp_str_t *text, unsigned n)
{
    char    *p;
    size_t   i;

    p = sp_alloc(scan->pool, text->len + 1);
    if (p == NULL) {
        scan->nomem = 1;
        return;
    }

    for (i = 0; i < text->len; i++) {
        p[i] = text->data[i];

        if (p[i] >= 'A' && p[i] <= 'Z') {
            p[i] = (char) (p[i] | 0x20);
        }
    }

    scan->best[n].data = p;
    scan->best[n].len = text->len;
}


/* 1: there was one, and *optional if it lets the atom be absent; 0: none. */

static int
sp_literals_quantifier(sp_literals_scan_t *scan, int *optional)
{
    *optional = 0;

    if (scan->p == scan->end) {
        return 0;
    }

    switch (*scan->p) {

    case '?':
    case '*':
        *optional = 1;
        scan->p++;
        break;

    case '+':
        scan->p++;
        break;

    case '{':
        *optional = 1;

        while (scan->p < scan->end && *scan->p != '}') {
            scan->p++;
        }

        if (scan->p < scan->end) {
            scan->p++;
        }
        break;

    default:
        return 0;
    }

    if (scan->p < scan->end && (*scan->p == '?' || *scan->p == '+')) {
        scan->p++;
    }

    return 1;
}


/* Behind "[": to the end of the class. */

static int
sp_literals_class(sp_literals_scan_t *scan)
{
    const char  *first;

    if (scan->p < scan->end && *scan->p == '^') {
        scan->p++;
    }

    for (first = scan->p; scan->p < scan->end; scan->p++) {

        if (*scan->p == '\\') {

            if (++scan->p == scan->end) {
                return 0;
            }

        } else if (*scan->p == ']' && scan->p != first) {
            scan->p++;
            return 1;

        } else if (*scan->p == '[') {
            return 0;               /* [[:alpha:]] */
        }
    }

    return 0;
}


/*
 * Behind "(": to the end of the group.  Only "(a|b|c)" without anything else
 * in it tells something.
 */

static int
sp_literals_group(sp_literals_scan_t *scan)
{
    int          simple, optional;
    unsigned     depth;
    const char  *start, *end;

    sp_literals_flush(scan);

    simple = 1;
    start = scan->p;

    if (scan->p < scan->end && *scan->p == '?') {
        simple = scan->p + 1 < scan->end && scan->p[1] == ':';
        start = scan->p + 2;
        scan->p += scan->p + 1 < scan->end ? 2 : 1;
    }

    for (depth = 1; scan->p < scan->end; /* void */) {

        switch (*scan->p++) {

        case '\\':
            simple = 0;

            if (scan->p < scan->end) {
                scan->p++;
            }
            break;

        case '[':
            simple = 0;

            if (!sp_literals_class(scan)) {
                return 0;
            }
            break;

        case '(':
            simple = 0;
            depth++;
            break;

        case ')':
            depth--;
            break;

        case '.': case '^': case '$': case '?': case '*': case '+': case '{':
            simple = 0;
            break;

        default:
            break;
        }

        if (depth == 0) {
            break;
        }
    }

    if (depth != 0) {
        return 0;
    }

    end = scan->p - 1;
    sp_literals_quantifier(scan, &optional);

    if (simple && !optional) {
        sp_literals_words(scan, start, end);
    }

    return 1;
}


/* "a|b|c" is as good as the shortest of them. */

static void
sp_literals_words(sp_literals_scan_t *scan, const char *start,
    const char *end)
{
    size_t       shortest;
    unsigned     n;
    sp_str_t     words[SP_LITERALS_MAX];
    const char  *p;

    n = 0;
    shortest = (size_t) -1;

    for (p = start; p <= end; p++) {

        if (p < end && *p != '|') {
            continue;
        }

        if (n == SP_LITERALS_MAX) {
            return;
        }

        words[n].data = start;
        words[n].len = (size_t) (p - start);

        if (words[n].len < shortest) {
            shortest = words[n].len;
        }

        n++;
        start = p + 1;
    }

    if (shortest <= scan->shortest) {
        return;
    }

    scan->shortest = shortest;
    scan->nbest = n;

    while (n-- > 0) {
        sp_literals_keep(scan, &words[n], n);
    }
}
