/*
 * Copyright (C) SitePreserver developers
 *
 * Selectors tried on a page, for the tests of the HTML finder: all they find
 * becomes one text, "0=a;" for each value, "[0=a;1=b;]" for each item, "." for
 * the end of a collection.
 */

#ifndef HTML_LAB_H
#define HTML_LAB_H

#include "readers.h"
#include "sp_html.h"


#define LAB_TEXT     (64 * 1024)
#define LAB_QUERIES  16


typedef struct {
    char      text[LAB_TEXT];
    size_t    len;
    unsigned  items;
    unsigned  nothing:1;                /* no collection is taken */
} lab_t;


static sp_html_set_t  *lab_set;
static uint64_t        lab_steps;
static const char     *lab_marks = "[];";       /* others where texts may have
                                                   these */
static size_t          lab_read;


static inline void
lab_add(lab_t *lab, const char *data, size_t len)
{
    if (len > LAB_TEXT - 1 - lab->len) {
        len = LAB_TEXT - 1 - lab->len;
    }

    if (len == 0) {
        return;
    }

    memcpy(lab->text + lab->len, data, len);
    lab->len += len;
    lab->text[lab->len] = '\0';
}


static inline sp_rc_t
lab_hit(void *data, const sp_html_hit_t *hit)
{
    char    number[16];
    lab_t  *lab;

    lab = data;

    switch (hit->event) {

    case SP_HTML_FOUND:
        (void) snprintf(number, sizeof(number), "%u=", hit->query);
        lab_add(lab, number, strlen(number));
        lab_add(lab, hit->text.data, hit->text.len);
        lab_add(lab, "...", hit->cut ? 3 : 0);
        lab_add(lab, &lab_marks[2], 1);
        return SP_OK;

    case SP_HTML_BEGIN:
        lab->items++;
        lab_add(lab, &lab_marks[0], 1);
        lab_add(lab, "~", hit->apart);
        return SP_OK;

    case SP_HTML_END:
        lab_add(lab, &lab_marks[1], 1);
        return SP_OK;

    default:
        lab_add(lab, ".", 1);
        return lab->nothing ? SP_OK : SP_DONE;
    }
}


/*
 * "SELECTOR" for values, "?SELECTOR": is it there; "{SELECTOR": items, and
 * what follows is of these.
 */

static inline sp_html_set_t *
lab_selectors(const char *const *selectors, size_t limit, sp_error_t *err)
{
    unsigned         i, query;
    sp_rc_t          rc;
    sp_str_t         s;
    sp_html_set_t   *set;
    sp_html_kind_t   kind;

    set = sp_html_set_create(pool, SP_HTML_STEPS);

    if (set == NULL) {
        return NULL;
    }

    kind = SP_HTML_ANY;

    for (i = 0; selectors[i] != NULL; i++) {
        s = str(selectors[i]);

        if (s.data[0] == '{') {
            rc = sp_html_set_add(set, pool, SP_HTML_ITEM,
                                 &(sp_str_t) { s.len - 1, s.data + 1 }, limit,
                                 &query, err);
            kind = SP_HTML_FIELD;

        } else if (s.data[0] == '?') {
            rc = sp_html_set_add(set, pool, SP_HTML_PRESENT,
                                 &(sp_str_t) { s.len - 1, s.data + 1 }, limit,
                                 &query, err);

        } else {
            rc = sp_html_set_add(set, pool, kind, &s, limit, &query, err);
        }

        if (rc != SP_OK) {
            return NULL;
        }
    }

    return set;
}


/* In pieces of that size (0: whole), the first of another; end: is it whole? */

static inline sp_rc_t
lab_read_page(lab_t *lab, const char *page, size_t len, size_t first,
    size_t piece, int end)
{
    char       *p;
    size_t      n;
    sp_rc_t     rc;
    unsigned    watch;
    sp_html_t  *html;

    lab->len = 0;
    lab->text[0] = '\0';
    lab->items = 0;
    lab_read = 0;

    html = sp_html_create(pool, 1);

    if (html == NULL
        || sp_html_watch(html, lab_set, lab_hit, lab, &watch) != SP_OK)
    {
        return SP_NOMEM;
    }

    rc = SP_AGAIN;

    while (len != 0 && rc == SP_AGAIN) {

        n = first != 0 && first < len ? first : len;
        first = 0;

        if (piece != 0 && n > piece) {
            n = piece;
        }

        /* a copy of its own, so that a byte read behind it is seen */

        p = malloc(n);
        if (p == NULL) {
            return SP_NOMEM;
        }

        memcpy(p, page, n);
        rc = sp_html_read(html, p, n);
        memset(p, 'x', n);
        free(p);

        page += n;
        len -= n;
        lab_read += n;
    }

    if (rc == SP_AGAIN && end) {
        rc = sp_html_end(html);
    }

    lab_steps = sp_html_steps(html);

    return rc;
}


#endif /* HTML_LAB_H */
