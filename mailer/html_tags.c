/*
 * Copyright (C) SitePreserver developers
 *
 * The tags of a text, without a tree: what is not balanced, and how deep it
 * goes.  The parser repairs everything; here is told what it had to repair.
 */

#include "html.h"


#define HTML_TAG_NAME_MAX  64
#define HTML_TAG_STACK     HTML_DEPTH_MAX


typedef struct {
    sp_str_t         name;          /* in the source */
    size_t           offset;
} html_tag_open_t;


typedef struct {
    const char      *text;
    size_t           len;
    size_t           at;
    html_tag_open_t  open[HTML_TAG_STACK];
    size_t           nopen;
    size_t           depth;         /* never less than the parser's */
    sp_str_t         raw;           /* <style>, ...: until its end tag */
    unsigned         crowded:1;     /* a tag has too many attributes */
    html_broken_pt   found;
    void            *data;
} html_tags_t;


static int html_tags_scan(html_tags_t *t);
static int html_tags_start(html_tags_t *t);
static int html_tags_end(html_tags_t *t);
static void html_tags_close(html_tags_t *t, const sp_str_t *name,
    size_t offset);
static void html_tags_comment(html_tags_t *t);
static int html_tags_skip(html_tags_t *t, int *empty);
static sp_str_t html_tags_name(html_tags_t *t);
static void html_tags_found(html_tags_t *t, html_broken_t what, size_t offset,
    const sp_str_t *name);
static int html_tags_in(const sp_str_t *name, const char *const *list);
static int html_tags_is(const sp_str_t *name, const sp_str_t *other);
static int html_tags_same(char a, char b);
static int html_tags_letter(char c);
static int html_tags_space(char c);


/* They have no content, and no end tag. */

static const char *const  html_tags_void[] = {
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame",
    "hr", "img", "input", "keygen", "link", "meta", "param", "source",
    "track", "wbr", NULL
};

/* Their end tag may be left out (HTML, 13.1.2.4). */

static const char *const  html_tags_optional[] = {
    "html", "head", "body", "p", "li", "dt", "dd", "tr", "td", "th", "thead",
    "tbody", "tfoot", "colgroup", "caption", "option", "optgroup", NULL
};

/* What is in them is text. */

static const char *const  html_tags_raw[] = {
    "style", "script", "title", "textarea", "xmp", NULL
};


void
html_check(const char *text, size_t len, html_broken_pt found, void *data)
{
    size_t       i;
    html_tags_t  t;

    memset(&t, 0, sizeof(html_tags_t));
    t.text = text;
    t.len = len;
    t.found = found;
    t.data = data;

    (void) html_tags_scan(&t);

    for (i = 0; i < t.nopen; i++) {
        if (!html_tags_in(&t.open[i].name, html_tags_optional)) {
            html_tags_found(&t, HTML_NOT_CLOSED, t.open[i].offset,
                            &t.open[i].name);
        }
    }
}


int
html_too_deep(const char *text, size_t len)
{
    html_tags_t  t;

    memset(&t, 0, sizeof(html_tags_t));
    t.text = text;
    t.len = len;

    return !html_tags_scan(&t) || t.crowded;
}


/* 0: too deep, and not looked at further. */

static int
html_tags_scan(html_tags_t *t)
{
    char         c;
    const char  *p;

    while (t->at < t->len) {
        p = memchr(t->text + t->at, '<', t->len - t->at);

        if (p == NULL) {
            break;
        }

        t->at = (size_t) (p - t->text);
        c = t->at + 1 < t->len ? p[1] : '\0';

        if (html_tags_letter(c)) {
            if (!html_tags_start(t)) {
                return 0;
            }

        } else if (c == '/' && t->at + 2 < t->len && html_tags_letter(p[2])) {
            if (!html_tags_end(t)) {
                return 1;
            }

        } else if (c == '!' && t->raw.len == 0) {
            html_tags_comment(t);

        } else {
            t->at++;
        }
    }

    return 1;
}


static int
html_tags_start(html_tags_t *t)
{
    int       empty;
    size_t    offset;
    sp_str_t  name;

    offset = t->at++;
    name = html_tags_name(t);

    if (t->raw.len != 0) {

        /* text, but a parser inside of <svg> would see a tag */

        return ++t->depth < HTML_DEPTH_MAX;
    }

    if (!html_tags_skip(t, &empty)) {
        html_tags_found(t, HTML_TAG_NOT_ENDED, offset, &name);
        return 1;
    }

    if (html_tags_in(&name, html_tags_void)) {
        return 1;
    }

    if (++t->depth >= HTML_DEPTH_MAX || t->nopen == HTML_TAG_STACK) {
        return 0;
    }

    /* "<o:p/>" and what is in <svg> closes itself for those who wrote it */

    if (empty) {
        return 1;
    }

    t->open[t->nopen].name = name;
    t->open[t->nopen].offset = offset;
    t->nopen++;

    if (html_tags_in(&name, html_tags_raw)) {
        t->raw = name;
    }

    return 1;
}


static int
html_tags_end(html_tags_t *t)
{
    int       empty;
    size_t    offset;
    sp_str_t  name;

    offset = t->at;
    t->at += 2;
    name = html_tags_name(t);

    if (t->raw.len != 0) {
        if (!html_tags_is(&name, &t->raw)) {
            return 1;
        }

        t->raw.len = 0;
    }

    if (!html_tags_skip(t, &empty)) {
        html_tags_found(t, HTML_TAG_NOT_ENDED, offset, &name);
        return 0;
    }

    /* "</br>" and "</p>" make an element of their own */

    if (html_tags_in(&name, html_tags_void)) {
        html_tags_found(t, HTML_CLOSES_NOTHING, offset, &name);
        return 1;
    }

    html_tags_close(t, &name, offset);

    return 1;
}


/*
 * Elements whose end tag may be left out are closed with what they are in.
 * The depth is only less when nothing else was open in between: a parser may
 * see that otherwise.
 */

static void
html_tags_close(html_tags_t *t, const sp_str_t *name, size_t offset)
{
    int     clean;
    size_t  i, k;

    clean = 1;

    for (i = t->nopen; i > 0; i--) {
        if (html_tags_is(&t->open[i - 1].name, name)) {
            break;
        }

        if (!html_tags_in(&t->open[i - 1].name, html_tags_optional)) {
            clean = 0;
        }
    }

    if (i == 0) {
        html_tags_found(t, HTML_CLOSES_NOTHING, offset, name);
        return;
    }

    if (!clean) {
        html_tags_found(t, HTML_CLOSES_OTHER, offset, name);

        for (k = i; k < t->nopen; k++) {
            if (!html_tags_in(&t->open[k].name, html_tags_optional)) {
                html_tags_found(t, HTML_NOT_CLOSED, t->open[k].offset,
                                &t->open[k].name);
            }
        }

    } else {
        t->depth -= t->nopen - (i - 1);
    }

    t->nopen = i - 1;
}


/* "<!-- -->", "<!DOCTYPE>"; as short as a parser could take it. */

static void
html_tags_comment(html_tags_t *t)
{
    size_t  i;

    if (t->len - t->at < 4 || t->text[t->at + 2] != '-'
        || t->text[t->at + 3] != '-')
    {
        t->at += 2;
        return;
    }

    for (i = t->at + 2; i + 2 < t->len; i++) {
        if (t->text[i] == '-' && t->text[i + 1] == '-'
            && (t->text[i + 2] == '>'
                || (t->text[i + 2] == '!' && i + 3 < t->len
                    && t->text[i + 3] == '>')))
        {
            t->at = i + 3;
            return;
        }
    }

    t->at = t->len;
}


/* From a tag's name to after its ">"; 0: there is none. */

static int
html_tags_skip(html_tags_t *t, int *empty)
{
    char         c, quote;
    size_t       attrs;
    const char  *end;

    *empty = 0;
    quote = '\0';
    attrs = 0;

    for ( /* void */ ; t->at < t->len; t->at++) {
        c = t->text[t->at];

        /* one may begin after a blank, a slash or a value in quotes */

        if ((html_tags_space(c) || c == '/' || c == '"' || c == '\'')
            && ++attrs > 4 * HTML_ATTRS_MAX)
        {
            t->crowded = 1;
        }

        if (c == '>') {
            *empty = t->text[t->at - 1] == '/';
            t->at++;
            return 1;
        }

        if (c == '=') {
            quote = '=';

        } else if ((c == '"' || c == '\'') && quote == '=') {
            end = memchr(t->text + t->at + 1, c, t->len - t->at - 1);

            if (end == NULL) {
                t->at = t->len;
                return 0;
            }

            t->at = (size_t) (end - t->text);
            quote = '\0';

        } else if (!html_tags_space(c)) {
            quote = '\0';
        }
    }

    return 0;
}


static sp_str_t
html_tags_name(html_tags_t *t)
{
    char      c;
    sp_str_t  name;

    name.data = t->text + t->at;

    while (t->at < t->len) {
        c = t->text[t->at];

        if (html_tags_space(c) || c == '>' || c == '/') {
            break;
        }

        t->at++;
    }

    name.len = (size_t) (t->text + t->at - name.data);

    return name;
}


static void
html_tags_found(html_tags_t *t, html_broken_t what, size_t offset,
    const sp_str_t *name)
{
    sp_str_t  s;

    if (t->found == NULL) {
        return;
    }

    s = *name;

    if (s.len > HTML_TAG_NAME_MAX) {
        s.len = HTML_TAG_NAME_MAX;
    }

    t->found(t->data, what, offset, &s);
}


static int
html_tags_in(const sp_str_t *name, const char *const *list)
{
    size_t  i;

    for ( /* void */ ; *list != NULL; list++) {
        for (i = 0; i < name->len && (*list)[i] != '\0'
                    && html_tags_same(name->data[i], (*list)[i]); i++)
        {
            /* void */
        }

        if (i == name->len && (*list)[i] == '\0') {
            return 1;
        }
    }

    return 0;
}


static int
html_tags_is(const sp_str_t *name, const sp_str_t *other)
{
    size_t  i;

    if (name->len != other->len) {
        return 0;
    }

    for (i = 0; i < name->len; i++) {
        if (!html_tags_same(name->data[i], other->data[i])) {
            return 0;
        }
    }

    return 1;
}


/* Whatever the case of a letter. */

static int
html_tags_same(char a, char b)
{
    return a == b || (html_tags_letter(a) && (a ^ b) == 0x20);
}


static int
html_tags_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}


static int
html_tags_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}
