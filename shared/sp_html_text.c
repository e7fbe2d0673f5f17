/*
 * Copyright (C) SitePreserver developers
 *
 * The texts of hits, as they are gathered.
 */

#include "sp_html_int.h"
#include "sp_json_text.h"
#include "sp_utf8.h"


static void text_add(sp_html_t *html, sp_html_text_t *text, size_t limit,
    const char *p, size_t len);
static void text_words(sp_html_t *html, sp_html_text_t *text, size_t limit,
    const char *p, size_t len);
static int text_digit(char c);
static size_t text_spaces(char *data, size_t len);


#define TEXT_FIRST  64              /* bytes of a buffer at first */
#define TEXT_APART  "\xe2\x80\x8b"  /* U+200B, a space of no width */


void
sp_html_text(sp_html_t *html, const char *p, size_t len)
{
    unsigned          i, n, raw;
    uint64_t          bits;
    sp_html_text_t   *text;
    sp_html_watch_t  *watch;

    if (html->ntexts == 0 || len == 0
        || (html->stack[html->depth].flags & SP_OPEN_INERT))
    {
        return;
    }

    raw = html->raw != 0 && !html->text_raw;

    for (i = 0; i < html->nwatches; i++) {
        watch = &html->watches[i];

        for (bits = watch->open; bits != 0; bits &= bits - 1) {
            n = (unsigned) __builtin_ctzll(bits);
            text = &watch->texts[n];

            if (text->raw != raw || text->cut) {
                continue;
            }

            if (raw) {
                text_add(html, text, watch->set->queries[n].limit, p, len);

            } else {
                text_words(html, text, watch->set->queries[n].limit, p, len);
            }
        }
    }

    html->apart = 0;
}


void
sp_html_text_apart(sp_html_t *html, unsigned block)
{
    unsigned          i;
    uint64_t          bits;
    sp_html_watch_t  *watch;

    html->apart = 1;

    if (!block) {
        return;
    }

    for (i = 0; i < html->nwatches; i++) {
        watch = &html->watches[i];

        for (bits = watch->open; bits != 0; bits &= bits - 1) {
            watch->texts[__builtin_ctzll(bits)].space = 1;
        }
    }
}


/*
 * Words with one space between them.  Digits of two elements are two numbers,
 * though nothing is seen between them: "1<sup>99</sup>" is not 199.
 */

static void
text_words(sp_html_t *html, sp_html_text_t *text, size_t limit,
    const char *p, size_t len)
{
    const char  *end, *word, *start;

    start = p;
    end = p + len;

    while (p < end && !text->cut) {

        if ((unsigned char) *p <= ' ') {
            text->space = 1;
            p++;
            continue;
        }

        for (word = p; p < end && (unsigned char) *p > ' '; p++) { /* void */ }

        if (text->space) {
            text->space = 0;

            if (text->len != 0) {
                text_add(html, text, limit, " ", 1);
            }

        } else if (html->apart && word == start && text->len != 0
                   && text_digit(*word)
                   && text_digit(text->data[text->len - 1]))
        {
            text_add(html, text, limit, TEXT_APART, sizeof(TEXT_APART) - 1);
        }

        text_add(html, text, limit, word, (size_t) (p - word));
    }
}


static int
text_digit(char c)
{
    return c >= '0' && c <= '9';
}


static void
text_add(sp_html_t *html, sp_html_text_t *text, size_t limit, const char *p,
    size_t len)
{
    if (len > limit - text->len) {
        len = limit - text->len;
        text->cut = 1;
    }

    if (sp_html_room(html->pool, &text->data, &text->size, text->len, len)
        != SP_OK)
    {
        html->rc = SP_NOMEM;
        text->cut = 1;
        return;
    }

    if (len != 0) {
        memcpy(text->data + text->len, p, len);
        text->len += len;
    }
}


void
sp_html_text_open(sp_html_t *html, sp_html_watch_t *watch, unsigned query)
{
    sp_html_text_t  *text;

    text = &watch->texts[query];

    text->len = 0;
    text->space = 0;
    text->cut = 0;
    text->depth = html->depth;
    text->raw = html->stack[html->depth].kind == SP_TAG_RAW;

    watch->open |= UINT64_C(1) << query;
    html->ntexts++;
    html->stack[html->depth].flags |= SP_OPEN_WATCHED;
}


void
sp_html_text_close(sp_html_t *html, sp_html_watch_t *watch, unsigned query,
    sp_str_t *out)
{
    sp_html_text_t  *text;

    text = &watch->texts[query];

    text->depth = 0;
    watch->open &= ~(UINT64_C(1) << query);
    html->ntexts--;

    out->data = text->data;
    out->len = text->len;

    if (text->len == 0) {
        return;
    }

    if (text->cut) {
        out->len = sp_utf8_whole(out);
    }

    if (!text->raw) {
        out->len = text_spaces(text->data, out->len);
    }

    sp_json_text_mend(text->data, out->len);
}


/* No-break spaces are spaces, too: "1&nbsp;234,00&nbsp;&euro;". */

static size_t
text_spaces(char *data, size_t len)
{
    int     space;
    size_t  i, n;

    if (memchr(data, '\xc2', len) == NULL) {
        return len;
    }

    space = 0;

    for (i = 0, n = 0; i < len; i++) {

        if (data[i] == ' ') {
            space = 1;
            continue;
        }

        if (data[i] == '\xc2' && i + 1 < len && data[i + 1] == '\xa0') {
            space = 1;
            i++;
            continue;
        }

        if (space && n != 0) {
            data[n++] = ' ';
        }

        space = 0;
        data[n++] = data[i];
    }

    return n;
}


sp_rc_t
sp_html_room(const sp_pool_t *pool, char **data, size_t *size, size_t len,
    size_t more)
{
    char    *p;
    size_t   n;

    if (more <= *size - len) {
        return SP_OK;
    }

    n = *size != 0 ? *size * 2 : TEXT_FIRST;

    if (n < len + more) {
        n = len + more;
    }

    p = sp_alloc(pool, n);
    if (p == NULL) {
        return SP_NOMEM;
    }

    if (len != 0) {
        memcpy(p, *data, len);
    }

    *data = p;
    *size = n;

    return SP_OK;
}
