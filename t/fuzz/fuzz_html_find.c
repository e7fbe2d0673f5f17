/*
 * Copyright (C) SitePreserver developers
 *
 * A page against selectors.  The input, after fuzz_begin()'s byte: a line with
 * the size of pieces (its first byte), selectors a line each up to an empty
 * one ("{": items, and what follows is of these; "?": is it there), the page.
 * Whole and in pieces it must give the same, with few steps a byte.
 *
 * Runs: 20000
 */

#include "fuzz.h"
#include "sp_html.h"


typedef struct {
    uint64_t  sum;                  /* of all that was reported, in its order */
    unsigned  n;
    unsigned  items;
} found_t;


static uint64_t
add(uint64_t sum, const void *data, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        sum = (sum ^ ((const unsigned char *) data)[i]) * 0x100000001b3;
    }

    return sum;
}


static sp_rc_t
hit(void *data, const sp_html_hit_t *h)
{
    found_t  *found;

    found = data;

    must(h->event >= SP_HTML_FOUND && h->event <= SP_HTML_CLOSED);
    must_be_utf8(&h->text);

    switch (h->event) {

    case SP_HTML_BEGIN:
        must(found->items++ % 2 == 0);
        break;

    case SP_HTML_END:
        must(found->items++ % 2 == 1);
        break;

    case SP_HTML_CLOSED:
        must(found->items % 2 == 0);
        break;

    default:
        break;
    }

    found->sum = add(found->sum, &h->event, sizeof(h->event));
    found->sum = add(found->sum, &h->query, sizeof(h->query));
    found->sum = add(found->sum, h->text.data, h->text.len);
    found->sum += h->cut + 2 * h->apart;
    found->n++;

    return h->event == SP_HTML_CLOSED && found->n % 3 == 0 ? SP_DONE : SP_OK;
}


/* Both sets at once, so that each is looked for beside another. */

static sp_rc_t
look(sp_html_set_t *sets[2], sp_str_t page, size_t max, found_t found[2])
{
    size_t      len;
    sp_rc_t     rc;
    sp_str_t    piece;
    unsigned    watch;
    sp_html_t  *html;

    memset(found, 0, 2 * sizeof(found_t));
    len = page.len;

    html = sp_html_create(pool, 2);

    if (html == NULL
        || sp_html_watch(html, sets[0], hit, &found[0], &watch) != SP_OK
        || sp_html_watch(html, sets[1], hit, &found[1], &watch) != SP_OK)
    {
        return SP_NOMEM;
    }

    rc = SP_AGAIN;

    while (rc == SP_AGAIN && fuzz_piece(&page, max, &piece)) {
        rc = sp_html_read(html, piece.data, piece.len);
        fuzz_free(&piece);
    }

    must(rc == SP_AGAIN || rc == SP_DONE || rc == SP_NOMEM);

    if (rc == SP_AGAIN) {
        rc = sp_html_end(html);
        must(rc == SP_OK || rc == SP_NOMEM);
    }

    must(sp_html_steps(html) <= (len + 1) * (SP_HTML_DEPTH + 64) * 2);

    return rc;
}


static sp_html_set_t *
selectors(sp_str_t s, sp_str_t *rest)
{
    sp_rc_t          rc;
    unsigned         query, items;
    sp_str_t         line;
    sp_error_t       err;
    sp_html_set_t   *set;
    sp_html_kind_t   kind;

    set = sp_html_set_create(pool, SP_HTML_STEPS);
    if (set == NULL) {
        return NULL;
    }

    items = 0;

    for (line = fuzz_line(&s); line.len != 0; line = fuzz_line(&s)) {

        kind = items ? SP_HTML_FIELD : SP_HTML_ANY;

        if (line.data[0] == '?' || (line.data[0] == '{' && !items)) {
            kind = line.data[0] == '?' ? SP_HTML_PRESENT : SP_HTML_ITEM;
            line.data++;
            line.len--;
        }

        rc = sp_html_set_add(set, pool, kind, &line, 40, &query, &err);

        if (rc == SP_NOMEM) {
            return NULL;
        }

        /* what is refused may be half there: the set is of no use */

        if (rc != SP_OK) {
            return NULL;
        }

        items |= kind == SP_HTML_ITEM;
    }

    *rest = s;

    return set;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t          piece;
    sp_rc_t         rc, again;
    sp_str_t        s, page, line, out;
    found_t         found[2], pieces[2];
    sp_html_set_t  *sets[2];

    s = fuzz_begin(data, size);
    line = fuzz_line(&s);
    piece = line.len != 0 ? (unsigned char) line.data[0] % 17 + 1 : 1;

    sets[0] = selectors(s, &page);
    sets[1] = sets[0] != NULL ? selectors(s, &page) : NULL;

    if (sets[1] == NULL) {
        return 0;
    }

    rc = look(sets, page, 0, found);
    again = look(sets, page, piece, pieces);

    if (rc != SP_NOMEM && again != SP_NOMEM) {
        must((rc == SP_DONE) == (again == SP_DONE));
        must(found[0].sum == pieces[0].sum && found[0].n == pieces[0].n);
        must(found[1].sum == pieces[1].sum && found[1].n == pieces[1].n);
        must(found[0].sum == found[1].sum);
    }

    (void) sp_html_first(pool, sets[0], &page, &out);

    return 0;
}
