/*
 * Copyright (C) SitePreserver developers
 *
 * Which product a page is about, of those that were found on it.
 */

#include "sp_product_int.h"


static const product_t *product_choose(product_list_t *list, int *unclear);
static int product_same(const product_t *a, const product_t *b);
static void product_fill(product_t *product, const product_t *from);
static sp_rc_t product_out(sp_finder_t *finder, product_t *product,
    sp_product_t *out);


sp_finder_t *
sp_product_finder(const sp_pool_t *pool, const sp_product_page_t *page)
{
    sp_finder_t  *finder;

    finder = sp_calloc(pool, sizeof(sp_finder_t));
    if (finder == NULL) {
        return NULL;
    }

    finder->pool = pool;
    finder->page = *page;

    finder->ld.pool = pool;
    finder->ld.page = &finder->page.text;
    finder->items.pool = pool;
    finder->items.page = &finder->page.text;
    finder->graph.pool = pool;
    finder->graph.page = &finder->page.text;
    finder->graph.product.item.price = SP_NO_AMOUNT;

    finder->ld.found = sp_calloc(pool, PRODUCT_FOUND_MAX * sizeof(product_t));
    finder->items.found = sp_calloc(pool, PRODUCT_FOUND_MAX
                                          * sizeof(product_t));
    finder->micro = product_micro_create(pool, &finder->items);

    return finder->ld.found != NULL && finder->items.found != NULL
           && finder->micro != NULL ? finder : NULL;
}


product_t *
product_add(product_list_t *list)
{
    product_t  *product;

    if (list->n == PRODUCT_FOUND_MAX) {
        list->too_many = 1;
        return NULL;
    }

    product = &list->found[list->n++];
    product->item.price = SP_NO_AMOUNT;

    return product;
}


unsigned
sp_product_broken(const sp_finder_t *finder)
{
    return finder->broken;
}


sp_rc_t
sp_product_end(sp_finder_t *finder, int whole, sp_product_t *out)
{
    int               unclear;
    product_t         product;
    const product_t  *ld, *micro, *graph;

    memset(out, 0, sizeof(sp_product_t));

    ld = product_choose(&finder->ld, &unclear);

    if (unclear) {
        return SP_DONE;
    }

    micro = NULL;

    if (whole && !product_micro_deep(finder->micro)) {
        micro = product_choose(&finder->items, &unclear);
    }

    if (ld == NULL && unclear) {
        return SP_DONE;
    }

    graph = product_graph_end(&finder->graph);

    if (ld == NULL && micro == NULL && graph == NULL) {
        return SP_DONE;
    }

    product = ld != NULL ? *ld : micro != NULL ? *micro : *graph;

    if (micro != NULL && product_same(&product, micro)) {
        product_fill(&product, micro);
    }

    if (graph != NULL) {
        product_fill(&product, graph);
    }

    return product.item.name.len != 0 ? product_out(finder, &product, out)
                                      : SP_DONE;
}


/*
 * The product that the page is about: the only one, or the one that is said to
 * be.  unclear: there are several.
 */

static const product_t *
product_choose(product_list_t *list, int *unclear)
{
    int         main;
    unsigned    i;
    product_t  *product, *one;

    *unclear = 0;
    main = 0;
    product = NULL;

    for (i = 0; i < list->n; i++) {
        main |= list->found[i].main;
    }

    for (i = 0; i < list->n; i++) {
        one = &list->found[i];

        if (main && !one->main) {
            continue;
        }

        if (product == NULL) {
            product = one;

        } else if (product_same(product, one)) {
            product_fill(product, one);

        } else {
            *unclear = 1;
            return NULL;
        }
    }

    *unclear = list->too_many && !main;

    return *unclear ? NULL : product;
}


/* Two plugins of a shop may tell of one product. */

static int
product_same(const product_t *a, const product_t *b)
{
    if (a->item.sku.len != 0 && b->item.sku.len != 0) {
        return sp_str_eq(&a->item.sku, &b->item.sku);
    }

    return a->item.name.len != 0 && sp_str_eq(&a->item.name, &b->item.name);
}


static void
product_fill(product_t *product, const product_t *from)
{
    unsigned  i;
    sp_str_t  *to[5];
    const sp_str_t  *of[5];

    to[0] = &product->item.id;
    to[1] = &product->item.sku;
    to[2] = &product->item.name;
    to[3] = &product->item.url;
    to[4] = &product->item.image;
    of[0] = &from->item.id;
    of[1] = &from->item.sku;
    of[2] = &from->item.name;
    of[3] = &from->item.url;
    of[4] = &from->item.image;

    for (i = 0; i < 5; i++) {
        if (to[i]->len == 0) {
            *to[i] = *of[i];
        }
    }

    if (product->nvariants == 0) {
        product->variants = from->variants;
        product->nvariants = from->nvariants;

        if (!product->priced) {
            product->priced = from->priced;
            product->item.price = from->item.price;
            memcpy(product->item.currency, from->item.currency,
                   sizeof(product->item.currency));
        }
    }

    if (product->item.stock == SP_STOCK_UNKNOWN) {
        product->item.stock = from->item.stock;
    }
}


static sp_rc_t
product_out(sp_finder_t *finder, product_t *product, sp_product_t *out)
{
    unsigned    i, n;
    sp_item_t  *item;

    if (product->item.url.len == 0
        && product_own_link(finder->pool, &finder->page.text,
                            &product->item.url)
           != SP_OK)
    {
        return SP_NOMEM;
    }

    out->items = sp_calloc(finder->pool, (product->nvariants + 1)
                                         * sizeof(sp_item_t));
    if (out->items == NULL) {
        return SP_NOMEM;
    }

    out->items[0] = product->item;
    n = 1;

    for (i = 0; i < product->nvariants; i++) {
        item = &product->variants[i];

        if (item->id.len != 0 || item->sku.len != 0) {
            out->items[n++] = *item;
        }
    }

    out->n = n;

    for (i = 0; i < n; i++) {
        item = &out->items[i];

        if (finder->page.id_is_sku && item->sku.len != 0) {
            item->id = item->sku;
        }

        if (finder->page.no_price) {
            item->price = SP_NO_AMOUNT;
            item->currency[0] = '\0';
        }
    }

    return SP_OK;
}
