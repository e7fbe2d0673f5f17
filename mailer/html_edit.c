/*
 * Copyright (C) SitePreserver developers
 *
 * Edits of a text.
 */

#include <stdlib.h>

#include "html.h"


typedef struct {
    size_t    offset;
    size_t    len;
    size_t    order;                /* as they were given */
    size_t    text;                 /* where in the buffer */
    size_t    text_len;
} html_edit_t;


struct html_edits_s {
    html_edit_t  *edits;
    size_t        n;
    size_t        size;
    buffer_t      text;
    unsigned      failed:1;
};


static int html_edit_compare(const void *a, const void *b);
static int html_edits_fit(const html_edits_t *edits, size_t len);


html_edits_t *
html_edits_create(void)
{
    html_edits_t  *edits;

    edits = calloc(1, sizeof(html_edits_t));

    if (edits != NULL) {
        buffer_init(&edits->text, 16 * HTML_SIZE_MAX);
    }

    return edits;
}


void
html_edits_free(html_edits_t *edits)
{
    if (edits == NULL) {
        return;
    }

    buffer_free(&edits->text);
    free(edits->edits);
    free(edits);
}


void
html_edit(html_edits_t *edits, size_t offset, size_t len, const char *text,
    size_t text_len)
{
    size_t        size;
    html_edit_t  *more;

    if (edits->n == edits->size) {
        size = edits->size != 0 ? 2 * edits->size : 32;
        more = realloc(edits->edits, size * sizeof(html_edit_t));

        if (more == NULL) {
            edits->failed = 1;
            return;
        }

        edits->edits = more;
        edits->size = size;
    }

    more = &edits->edits[edits->n];
    more->offset = offset;
    more->len = len;
    more->order = edits->n;
    more->text = edits->text.len;
    more->text_len = text_len;

    buffer_add(&edits->text, text, text_len);

    if (edits->text.failed) {
        edits->failed = 1;
        return;
    }

    edits->n++;
}


sp_rc_t
html_edits_apply(html_edits_t *edits, const char *text, size_t len,
    buffer_t *out)
{
    size_t              i, at, before;
    const html_edit_t  *e;

    if (edits->failed) {
        return SP_NOMEM;
    }

    if (edits->n != 0) {
        qsort(edits->edits, edits->n, sizeof(html_edit_t),
              html_edit_compare);
    }

    if (!html_edits_fit(edits, len)) {
        return SP_INVALID;
    }

    before = out->len;
    at = 0;

    for (i = 0; i < edits->n; i++) {
        e = &edits->edits[i];
        buffer_add(out, text + at, e->offset - at);
        buffer_add(out, buffer_text(&edits->text) + e->text, e->text_len);
        at = e->offset + e->len;
    }

    buffer_add(out, text + at, len - at);

    if (out->failed) {
        buffer_truncate(out, before);
        return SP_NOMEM;
    }

    return SP_OK;
}


/* What is inserted at a place goes before what is replaced there. */

static int
html_edit_compare(const void *a, const void *b)
{
    const html_edit_t  *x, *y;

    x = a;
    y = b;

    if (x->offset != y->offset) {
        return x->offset < y->offset ? -1 : 1;
    }

    if ((x->len == 0) != (y->len == 0)) {
        return x->len == 0 ? -1 : 1;
    }

    return x->order < y->order ? -1 : 1;
}


static int
html_edits_fit(const html_edits_t *edits, size_t len)
{
    size_t              i, at;
    const html_edit_t  *e;

    at = 0;

    for (i = 0; i < edits->n; i++) {
        e = &edits->edits[i];

        if (e->offset < at || e->offset > len || e->len > len - e->offset) {
            return 0;
        }

        at = e->offset + e->len;
    }

    return 1;
}
