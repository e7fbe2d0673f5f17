/*
 * Copyright (C) SitePreserver developers
 *
 * A product in Open Graph.
 */

#include "sp_product_int.h"


/* Open Graph, by property= (RDFa) or name=. */

sp_rc_t
product_graph_tag(product_graph_t *graph, const product_tag_t *tag)
{
    sp_rc_t     rc;
    sp_str_t    name, value;
    sp_item_t  *item;

    memset(&value, 0, sizeof(sp_str_t));

    rc = product_attribute(graph->pool, tag, "property", &name);

    if (rc == SP_DONE) {
        rc = product_attribute(graph->pool, tag, "name", &name);
    }

    if (rc == SP_OK) {
        rc = product_attribute(graph->pool, tag, "content", &value);
    }

    if (rc != SP_OK || name.len < 4) {
        return rc == SP_NOMEM ? rc : SP_OK;
    }

    item = &graph->product.item;

    if (product_word_is(&name, "og:type")) {
        graph->is_product = product_word_is(&value, "product")
                            || product_word_is(&value, "product.item")
                            || product_word_is(&value, "og:product");
        return SP_OK;
    }

    if (product_word_is(&name, "og:title") && item->name.len == 0) {
        return product_text(graph->pool, &value, SP_PRODUCT_NAME_MAX, 1,
                            &item->name);
    }

    if (product_word_is(&name, "og:image") && item->image.len == 0) {
        return product_link(graph->pool, graph->page, &value,
                            &item->image);
    }

    if (product_word_is(&name, "og:url") && item->url.len == 0) {
        return product_link(graph->pool, graph->page, &value,
                            &item->url);
    }

    if (product_word_is(&name, "product:retailer_item_id") && item->id.len == 0) {
        return product_text(graph->pool, &value, SP_PRODUCT_ID_MAX, 0,
                            &item->id);
    }

    if (product_word_is(&name, "product:price:amount")) {
        graph->amount = value;

    } else if (product_word_is(&name, "product:price:currency")) {
        graph->currency = value;

    } else if (product_word_is(&name, "product:availability")
               || product_word_is(&name, "og:availability"))
    {
        item->stock = product_stock(&value);
    }

    return SP_OK;
}


const product_t *
product_graph_end(product_graph_t *graph)
{
    product_price_t  price;

    if (!graph->is_product) {
        return NULL;
    }

    product_price(graph->pool, &graph->amount, &graph->currency, 0, &price);
    product_price_item(&price, &graph->product.item);
    graph->product.priced = price.known;

    return &graph->product;
}
