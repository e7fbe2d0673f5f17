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
    unsigned          depth;        /* of groups around it */
    const sp_pool_t  *pool;
    unsigned          nomem:1;
    unsigned          fresh:1;      /* the run begins the branch */
    unsigned          leads:1;      /* best begins the branch */
} sp_literals_scan_t;


#define SP_LITERALS_DEPTH  4        /* groups in groups that are looked into */


static sp_rc_t sp_literals_branches(const sp_pool_t *pool,
    const sp_str_t *regex, unsigned depth, sp_str_t literals[SP_LITERALS_MAX],
    unsigned *n, unsigned *lead);
static int sp_literals_branch(sp_literals_scan_t *scan);
static int sp_literals_atom(sp_literals_scan_t *scan);
static int sp_literals_char(sp_literals_scan_t *scan, char c);
static void sp_literals_flush(sp_literals_scan_t *scan);
static void sp_literals_keep(sp_literals_scan_t *scan, const sp_str_t *text,
    unsigned n);
static int sp_literals_quantifier(sp_literals_scan_t *scan, int *optional);
static int sp_literals_class(sp_literals_scan_t *scan);
static int sp_literals_group(sp_literals_scan_t *scan);
static void sp_literals_within(sp_literals_scan_t *scan, size_t before,
    const char *start, const char *end);
static void sp_literals_join(sp_literals_scan_t *scan, size_t before,
    sp_str_t *literal);


sp_rc_t
sp_literals_of(const sp_pool_t *pool, const sp_str_t *regex,
    sp_str_t literals[SP_LITERALS_MAX], unsigned *n)
{
    unsigned  lead;

    *n = 0;

    if (!sp_literals_plain(regex)) {
        return SP_OK;
    }

    return sp_literals_branches(pool, regex, 0, literals, n, &lead);
}


/*
 * One of every branch is needed: "^/cart|^/basket".  *lead: each branch begins
 * with its one.
 */

static sp_rc_t
sp_literals_branches(const sp_pool_t *pool, const sp_str_t *regex,
    unsigned depth, sp_str_t literals[SP_LITERALS_MAX], unsigned *n,
    unsigned *lead)
{
    unsigned            i, found;
    sp_literals_scan_t  scan;

    *n = 0;
    *lead = 1;
    found = 0;

    if (regex->len == 0) {
        return SP_OK;
    }

    memset(&scan, 0, sizeof(scan));
    scan.p = regex->data;
    scan.end = regex->data + regex->len;
    scan.depth = depth;
    scan.pool = pool;

    for ( ;; ) {

        scan.nbest = 0;
        scan.shortest = 0;
        scan.run.len = 0;
        scan.fresh = 1;

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

        *lead &= scan.leads;

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

    return sp_literals_char(scan, c);
}


static int
sp_literals_char(sp_literals_scan_t *scan, char c)
{
    int  there, optional;

    if (scan->run.len == sizeof(scan->buffer)) {
        sp_literals_flush(scan);
    }

    if (c >= 'A' && c <= 'Z') {
        c = (char) (c | 0x20);
    }

    scan->buffer[scan->run.len++] = c;

    there = sp_literals_quantifier(scan, &optional);

    if (there > 0) {

        if (optional) {
            scan->run.len--;
        }

        sp_literals_flush(scan);
    }

    return there >= 0;
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
        scan->leads = scan->fresh;
    }

    scan->run.len = 0;
    scan->fresh = 0;
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


/*
 * 1: there was one, and *optional if it lets the atom be absent; 0: none; -1:
 * braces that may be none.
 */

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

        do {
            scan->p++;
        } while (scan->p < scan->end
                 && ((*scan->p >= '0' && *scan->p <= '9') || *scan->p == ','));

        if (scan->p == scan->end || *scan->p != '}') {
            return -1;
        }

        scan->p++;
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


/* Behind "(": to the end of the group. */

static int
sp_literals_group(sp_literals_scan_t *scan)
{
    int          asserts, optional;
    size_t       before;
    unsigned     depth;
    const char  *start, *end;

    before = scan->run.len;
    sp_literals_flush(scan);

    asserts = 0;
    start = scan->p;

    if (scan->p < scan->end && *scan->p == '?') {
        asserts = scan->p + 1 == scan->end || scan->p[1] != ':';
        scan->p += scan->p + 1 < scan->end ? 2 : 1;
        start = scan->p;
    }

    for (depth = 1; scan->p < scan->end; /* void */) {

        switch (*scan->p++) {

        case '\\':
            if (scan->p < scan->end) {
                scan->p++;
            }
            break;

        case '[':
            if (!sp_literals_class(scan)) {
                return 0;
            }
            break;

        case '(':
            depth++;
            break;

        case ')':
            depth--;
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

    if (sp_literals_quantifier(scan, &optional) < 0) {
        return 0;
    }

    if (!asserts && !optional && scan->depth < SP_LITERALS_DEPTH) {
        sp_literals_within(scan, before, start, end);
    }

    return 1;
}


/*
 * "a|b|c" is as good as the shortest of them; with what stands before it, as
 * many bytes in the buffer, each is longer.
 */

static void
sp_literals_within(sp_literals_scan_t *scan, size_t before, const char *start,
    const char *end)
{
    size_t     shortest;
    unsigned   i, n, lead;
    sp_str_t   inner, literals[SP_LITERALS_MAX];

    inner.data = start;
    inner.len = (size_t) (end - start);

    if (sp_literals_branches(scan->pool, &inner, scan->depth + 1, literals,
                             &n, &lead)
        != SP_OK)
    {
        scan->nomem = 1;
        return;
    }

    shortest = n != 0 ? literals[0].len : 0;

    for (i = 1; i < n; i++) {
        shortest = literals[i].len < shortest ? literals[i].len : shortest;
    }

    before = lead && n != 0 ? before : 0;

    if (shortest + before <= scan->shortest) {
        return;
    }

    for (i = 0; i < n; i++) {
        if (before != 0) {
            sp_literals_join(scan, before, &literals[i]);
        }

        scan->best[i] = literals[i];
    }

    scan->nbest = n;
    scan->shortest = shortest + before;
    scan->leads = 0;
}


static void
sp_literals_join(sp_literals_scan_t *scan, size_t before, sp_str_t *literal)
{
    char  *p;

    p = sp_alloc(scan->pool, before + literal->len);
    if (p == NULL) {
        scan->nomem = 1;
        return;
    }

    memcpy(p, scan->buffer, before);
    memcpy(p + before, literal->data, literal->len);
    literal->data = p;
    literal->len += before;
}
