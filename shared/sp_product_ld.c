/*
 * Copyright (C) SitePreserver developers
 *
 * Products in JSON-LD, as schema.org has them.
 */

#include "sp_product_ld.h"


#define LD_WALK_MAX  256            /* values that are looked at */


typedef struct {
    uint32_t          list[LD_WALK_MAX];
    unsigned char     main[LD_WALK_MAX];
    unsigned          n;
} ld_walk_t;


static void ld_walk(const ld_t *ld, ld_walk_t *walk, uint32_t node, int main);
static int ld_type(const ld_t *ld, uint32_t node, const char *type);
static sp_rc_t ld_product(ld_t *ld, uint32_t node, int main);
static int ld_is_main(const ld_t *ld, uint32_t node);
static int ld_page(const ld_t *ld, uint32_t node, const char *name);
static sp_rc_t ld_image(const ld_t *ld, uint32_t node, sp_str_t *out);


sp_rc_t
product_ld(product_list_t *list, const sp_str_t *text)
{
    ld_t       ld;
    sp_rc_t    rc;
    uint32_t   node, in;
    unsigned   i;
    ld_walk_t  walk;

    walk.n = 0;
    ld.list = list;

    rc = product_json_parse(&ld.json, list->pool, text);

    if (rc != SP_OK) {
        return rc;
    }

    ld_walk(&ld, &walk, 1, 0);

    for (i = 0; i < walk.n && rc == SP_OK; i++) {
        node = walk.list[i];

        if (ld.json.nodes[node].type == PRODUCT_ARRAY) {

            for (in = ld.json.nodes[node].first; in != PRODUCT_NONE;
                 in = ld.json.nodes[in].next)
            {
                ld_walk(&ld, &walk, in, walk.main[i]);
            }

        } else if (ld_is(&ld, node, "Product")
                   || ld_is(&ld, node, "ProductGroup")
                   || ld_is(&ld, node, "IndividualProduct"))
        {
            rc = ld_product(&ld, node, walk.main[i]);

        } else {
            ld_walk(&ld, &walk, product_json_get(&ld.json, node, "@graph"), 0);
            ld_walk(&ld, &walk,
                    product_json_get(&ld.json, node, "mainEntity"), 1);
        }
    }

    if (walk.n == LD_WALK_MAX) {
        list->too_many = 1;
    }

    return rc;
}


static void
ld_walk(const ld_t *ld, ld_walk_t *walk, uint32_t node, int main)
{
    if (node != PRODUCT_NONE && walk->n < LD_WALK_MAX
        && ld->json.nodes[node].type <= PRODUCT_ARRAY)
    {
        walk->main[walk->n] = (unsigned char) main;
        walk->list[walk->n++] = node;
    }
}


/* @type is a text or a list of them. */

int
ld_is(const ld_t *ld, uint32_t node, const char *type)
{
    uint32_t  n, types;

    types = product_json_get(&ld->json, node, "@type");

    if (types == PRODUCT_NONE) {
        return 0;
    }

    if (ld->json.nodes[types].type != PRODUCT_ARRAY) {
        return ld_type(ld, types, type);
    }

    for (n = ld->json.nodes[types].first; n != PRODUCT_NONE;
         n = ld->json.nodes[n].next)
    {
        if (ld_type(ld, n, type)) {
            return 1;
        }
    }

    return 0;
}


static int
ld_type(const ld_t *ld, uint32_t node, const char *type)
{
    sp_str_t  text;

    return ld->json.nodes[node].type == PRODUCT_STRING
           && product_json_text(&ld->json, node, &text) == SP_OK
           && product_type(&text, type);
}


static sp_rc_t
ld_product(ld_t *ld, uint32_t node, int main)
{
    sp_rc_t     rc;
    product_t  *product;

    product = product_add(ld->list);

    if (product == NULL) {
        return SP_OK;
    }

    product->main = main || ld_is_main(ld, node);

    rc = ld_item(ld, node, &product->item);

    if (rc == SP_OK) {
        rc = ld_offers(ld, node, product);
    }

    if (rc == SP_OK) {
        rc = ld_variants(ld, node, product);
    }

    return rc;
}


/* Does it say itself that the page is about it? */

static int
ld_is_main(const ld_t *ld, uint32_t node)
{
    uint32_t  of;

    of = product_json_get(&ld->json, node, "mainEntityOfPage");

    return ld_page(ld, node, "url") || ld_page(ld, node, "@id")
           || ld_page(ld, node, "mainEntityOfPage")
           || ld_page(ld, of, "@id") || ld_page(ld, of, "url");
}


static int
ld_page(const ld_t *ld, uint32_t node, const char *name)
{
    sp_str_t  text;

    return product_json_text(&ld->json, product_json_get(&ld->json, node, name),
                             &text)
           == SP_OK
           && product_is_page(ld->list->page, &text);
}


/* All but the price and what is in stock. */

sp_rc_t
ld_item(ld_t *ld, uint32_t node, sp_item_t *item)
{
    sp_rc_t  rc;

    item->price = SP_NO_AMOUNT;

    rc = ld_text(ld, node, "productID", SP_PRODUCT_ID_MAX, 0, &item->id);

    if (rc == SP_OK) {
        rc = ld_text(ld, node, "sku", SP_PRODUCT_SKU_MAX, 0, &item->sku);
    }

    if (rc == SP_OK) {
        rc = ld_text(ld, node, "name", SP_PRODUCT_NAME_MAX, 1, &item->name);
    }

    if (rc == SP_OK) {
        rc = ld_link(ld, product_json_get(&ld->json, node, "url"),
                     &item->url);
    }

    if (rc == SP_OK) {
        rc = ld_image(ld, product_json_get(&ld->json, node, "image"),
                      &item->image);
    }

    return rc;
}


sp_rc_t
ld_text(const ld_t *ld, uint32_t node, const char *name, size_t max, int cut,
    sp_str_t *out)
{
    sp_rc_t   rc;
    sp_str_t  text;

    rc = product_json_text(&ld->json, product_json_get(&ld->json, node, name),
                           &text);

    if (rc == SP_OK) {
        rc = product_text(ld->list->pool, &text, max, cut, out);
    }

    return rc == SP_NOMEM ? rc : SP_OK;
}


sp_rc_t
ld_link(const ld_t *ld, uint32_t node, sp_str_t *out)
{
    sp_rc_t   rc;
    sp_str_t  text;

    rc = SP_DONE;

    if (node != PRODUCT_NONE
        && ld->json.nodes[node].type == PRODUCT_STRING)
    {
        rc = product_json_text(&ld->json, node, &text);
    }

    if (rc == SP_OK) {
        rc = product_link(ld->list->pool, ld->list->page, &text, out);
    }

    return rc == SP_NOMEM ? rc : SP_OK;
}


/* A link, an ImageObject, or a list of either: the first. */

static sp_rc_t
ld_image(const ld_t *ld, uint32_t node, sp_str_t *out)
{
    uint32_t  in;

    node = ld_first(ld, node);

    if (node != PRODUCT_NONE
        && ld->json.nodes[node].type == PRODUCT_OBJECT)
    {
        in = product_json_get(&ld->json, node, "url");

        if (in == PRODUCT_NONE) {
            in = product_json_get(&ld->json, node, "contentUrl");
        }

        node = ld_first(ld, in);
    }

    return ld_link(ld, node, out);
}


/* Of a list its first element, of anything else it. */

uint32_t
ld_first(const ld_t *ld, uint32_t node)
{
    return node != PRODUCT_NONE
           && ld->json.nodes[node].type == PRODUCT_ARRAY
           ? ld->json.nodes[node].first : node;
}


uint32_t
ld_next(const ld_t *ld, uint32_t node, uint32_t one)
{
    return one != node ? ld->json.nodes[one].next : PRODUCT_NONE;
}
