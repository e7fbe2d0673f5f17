/*
 * Copyright (C) SitePreserver developers
 *
 * A page and what it says of its product.  The input, after fuzz_begin()'s
 * byte: a byte for the size of pieces and what else is set, the page's path up
 * to a line's end, the page.  Whole and in pieces it must give the same.
 *
 * Runs: 8000
 */

#include "fuzz.h"
#include "sp_observe.h"
#include "sp_product.h"


static sp_rc_t
look(const sp_product_page_t *page, sp_str_t html, size_t max, int whole,
    sp_product_t *product, unsigned *broken)
{
    sp_rc_t       rc;
    sp_str_t      piece;
    sp_finder_t  *finder;

    finder = sp_product_finder(pool, page);

    if (finder == NULL) {
        return SP_NOMEM;
    }

    while (fuzz_piece(&html, max, &piece)) {
        rc = sp_product_read(finder, piece.data, piece.len);
        fuzz_free(&piece);

        if (rc != SP_AGAIN) {
            must(rc == SP_NOMEM);
            return rc;
        }
    }

    rc = sp_product_end(finder, whole, product);
    *broken = sp_product_broken(finder);

    must(rc == SP_OK || rc == SP_DONE || rc == SP_NOMEM);

    return rc;
}


static void
check(const sp_item_t *item)
{
    must_be_utf8(&item->id);
    must_be_utf8(&item->sku);
    must_be_utf8(&item->name);

    must(item->id.len <= SP_PRODUCT_ID_MAX);
    must(item->sku.len <= SP_PRODUCT_SKU_MAX);
    must(item->name.len <= SP_PRODUCT_NAME_MAX);
    must(item->url.len <= SP_PRODUCT_URL_MAX);
    must(item->image.len <= SP_PRODUCT_URL_MAX);

    if (item->price == SP_NO_AMOUNT) {
        must(item->currency[0] == '\0');
        return;
    }

    must(item->price > 0);
    must(strlen(item->currency) == 3);
}


static void
same(const sp_item_t *a, const sp_item_t *b)
{
    must(sp_str_eq(&a->id, &b->id) && sp_str_eq(&a->sku, &b->sku));
    must(sp_str_eq(&a->name, &b->name) && sp_str_eq(&a->url, &b->url));
    must(sp_str_eq(&a->image, &b->image) && a->price == b->price);
    must(strcmp(a->currency, b->currency) == 0 && a->stock == b->stock);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int                 whole;
    size_t              piece;
    sp_rc_t             rc[2];
    sp_str_t            html;
    unsigned            i, broken[2];
    const char         *end;
    sp_product_t        product[2];
    sp_product_page_t   page;

    html = fuzz_begin(data, size);

    if (html.len < 2) {
        return 0;
    }

    memset(&page, 0, sizeof(page));
    memset(product, 0, sizeof(product));

    i = (unsigned char) html.data[0];
    piece = i % 32 + 1;
    whole = i & 32;
    page.id_is_sku = i >> 6 & 1;
    page.no_price = i >> 7;
    html.data++;
    html.len--;

    end = memchr(html.data, '\n', html.len);
    page.text.data = html.data;
    page.text.len = end != NULL ? (size_t) (end - html.data) : 0;

    if (end != NULL) {
        html.len -= page.text.len + 1;
        html.data = end + 1;
    }

    rc[0] = look(&page, html, 0, whole, &product[0], &broken[0]);
    rc[1] = look(&page, html, piece, whole, &product[1], &broken[1]);

    for (i = 0; i < product[0].n && rc[0] == SP_OK; i++) {
        check(&product[0].items[i]);
    }

    if (rc[0] == SP_NOMEM || rc[1] == SP_NOMEM) {
        return 0;
    }

    must(rc[0] == rc[1] && broken[0] == broken[1]);

    if (rc[0] == SP_OK) {
        must(product[0].n == product[1].n && product[0].n >= 1);
        must(product[0].n <= SP_VARIANTS_MAX + 1);

        for (i = 0; i < product[0].n; i++) {
            same(&product[0].items[i], &product[1].items[i]);
        }
    }

    return 0;
}
