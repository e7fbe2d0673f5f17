/*
 * Copyright (C) SitePreserver developers
 *
 * What offers in JSON-LD say of price and stock, and variants.
 */

#include "sp_product_ld.h"


static void ld_offer(ld_t *ld, uint32_t offer, product_price_t *price,
    sp_stock_t *stock);
static void ld_price(ld_t *ld, uint32_t offer, product_price_t *price);
static void ld_range(ld_t *ld, uint32_t offer, product_price_t *price);
static void ld_specification(ld_t *ld, uint32_t node, product_price_t *price);
static void ld_amount(ld_t *ld, uint32_t node, const char *name,
    product_price_t *price);
static int ld_is_false(const ld_t *ld, uint32_t node);
static sp_rc_t ld_variant_offers(ld_t *ld, uint32_t offers,
    product_t *product);
static sp_item_t *ld_variant(ld_t *ld, product_t *product);
static void ld_group(product_t *product);


/* Offers that name variants are those; else all must say the same. */

sp_rc_t
ld_offers(ld_t *ld, uint32_t node, product_t *product)
{
    uint32_t         offers, one;
    unsigned         n;
    sp_stock_t       stock, all;
    product_price_t  price, sum;

    offers = product_json_get(&ld->json, node, "offers");
    one = ld_first(ld, offers);

    /* an aggregate with its offers in it */

    if (one != PRODUCT_NONE && ld_is(ld, one, "AggregateOffer")
        && product_json_get(&ld->json, one, "offers") != PRODUCT_NONE
        && product_json_get(&ld->json, one, "lowPrice") == PRODUCT_NONE)
    {
        offers = product_json_get(&ld->json, one, "offers");
    }

    memset(&sum, 0, sizeof(product_price_t));
    all = SP_STOCK_UNKNOWN;
    n = 0;

    for (one = ld_first(ld, offers); one != PRODUCT_NONE;
         one = ld_next(ld, offers, one))
    {
        ld_offer(ld, one, &price, &stock);

        if (!price.known) {
            price.known = 1;
            price.differs = 1;
        }

        product_price_add(&sum, &price);
        product_stock_add(&all, n++, stock);
    }

    product_price_item(&sum, &product->item);
    product->priced = sum.known;
    product->item.stock = all;

    return n > 1 ? ld_variant_offers(ld, offers, product) : SP_OK;
}


static void
ld_offer(ld_t *ld, uint32_t offer, product_price_t *price, sp_stock_t *stock)
{
    sp_str_t  text;

    *stock = SP_STOCK_UNKNOWN;
    memset(price, 0, sizeof(product_price_t));

    if (ld->json.nodes[offer].type != PRODUCT_OBJECT) {
        return;
    }

    if (product_json_text(&ld->json,
                          product_json_get(&ld->json, offer, "availability"),
                          &text)
        == SP_OK)
    {
        *stock = product_stock(&text);
    }

    ld_price(ld, offer, price);
}


static void
ld_price(ld_t *ld, uint32_t offer, product_price_t *price)
{
    uint32_t         list, one;
    product_price_t  next;

    if (ld_is(ld, offer, "AggregateOffer")
        || product_json_get(&ld->json, offer, "lowPrice") != PRODUCT_NONE)
    {
        ld_range(ld, offer, price);
        return;
    }

    ld_amount(ld, offer, "price", price);

    if (price->known) {
        return;
    }

    list = product_json_get(&ld->json, offer, "priceSpecification");

    for (one = ld_first(ld, list); one != PRODUCT_NONE;
         one = ld_next(ld, list, one))
    {
        ld_specification(ld, one, &next);
        product_price_add(price, &next);
    }
}


/* From one price to another is none, unless they are the same. */

static void
ld_range(ld_t *ld, uint32_t offer, product_price_t *price)
{
    product_price_t  high;

    ld_amount(ld, offer, "lowPrice", price);
    ld_amount(ld, offer, "highPrice", &high);

    if (!high.known) {
        price->differs = 1;
    }

    product_price_add(price, &high);
}


/* Not what it was once, and not what is paid by those who pay no tax. */

static void
ld_specification(ld_t *ld, uint32_t node, product_price_t *price)
{
    uint32_t  n;
    sp_str_t  text;

    memset(price, 0, sizeof(product_price_t));

    n = product_json_get(&ld->json, node, "priceType");

    if (product_json_text(&ld->json, n, &text) == SP_OK
        && !product_type(&text, "SalePrice"))
    {
        return;
    }

    if (product_json_get(&ld->json, node, "referenceQuantity") != PRODUCT_NONE
        || product_json_get(&ld->json, node, "billingDuration")
           != PRODUCT_NONE)
    {
        price->known = 1;
        price->differs = 1;
        return;
    }

    ld_amount(ld, node, "price", price);
}


static void
ld_amount(ld_t *ld, uint32_t node, const char *name, product_price_t *price)
{
    sp_str_t  amount, currency;

    memset(price, 0, sizeof(product_price_t));

    if (product_json_text(&ld->json, product_json_get(&ld->json, node, name),
                          &amount)
        != SP_OK)
    {
        return;
    }

    if (product_json_text(&ld->json,
                          product_json_get(&ld->json, node, "priceCurrency"),
                          &currency)
        != SP_OK)
    {
        memset(&currency, 0, sizeof(sp_str_t));
    }

    product_price(ld->list->pool, &amount, &currency, 0, price);

    if (ld_is_false(ld, product_json_get(&ld->json, node,
                                         "valueAddedTaxIncluded")))
    {
        price->differs = 1;
    }
}


/* As a word, or as a text. */

static int
ld_is_false(const ld_t *ld, uint32_t node)
{
    const sp_str_t  *raw;

    if (node == PRODUCT_NONE) {
        return 0;
    }

    raw = &ld->json.nodes[node].raw;

    return (raw->len == 5 && memcmp(raw->data, "false", 5) == 0)
           || (raw->len == 7 && memcmp(raw->data + 2, "alse", 4) == 0);
}


sp_rc_t
ld_variants(ld_t *ld, uint32_t node, product_t *product)
{
    sp_rc_t     rc;
    uint32_t    list, one;
    product_t   variant;
    sp_item_t  *item;

    list = product_json_get(&ld->json, node, "hasVariant");

    for (one = ld_first(ld, list); one != PRODUCT_NONE;
         one = ld_next(ld, list, one))
    {
        if (!ld_is(ld, one, "Product") && !ld_is(ld, one, "IndividualProduct"))
        {
            continue;
        }

        memset(&variant, 0, sizeof(product_t));

        rc = ld_item(ld, one, &variant.item);

        if (rc == SP_OK) {
            rc = ld_offers(ld, one, &variant);
        }

        if (rc != SP_OK) {
            return rc;
        }

        item = ld_variant(ld, product);

        if (item == NULL) {

            if (product->variants == NULL) {
                return SP_NOMEM;
            }

            break;          /* the group is told of those that there are */
        }

        *item = variant.item;
    }

    if (product->nvariants != 0 && list != PRODUCT_NONE) {
        ld_group(product);
    }

    return SP_OK;
}


/* Each of several offers with a sku of its own is a variant. */

static sp_rc_t
ld_variant_offers(ld_t *ld, uint32_t offers, product_t *product)
{
    sp_rc_t           rc;
    uint32_t          one;
    sp_str_t          sku;
    sp_item_t        *item;
    product_price_t   price;

    for (one = ld_first(ld, offers); one != PRODUCT_NONE;
         one = ld_next(ld, offers, one))
    {
        memset(&sku, 0, sizeof(sp_str_t));

        rc = ld_text(ld, one, "sku", SP_PRODUCT_SKU_MAX, 0, &sku);

        if (rc != SP_OK) {
            return rc;
        }

        if (sku.len == 0) {
            continue;
        }

        item = ld_variant(ld, product);

        if (item == NULL) {
            return product->variants == NULL ? SP_NOMEM : SP_OK;
        }

        item->sku = sku;
        item->name = product->item.name;
        item->image = product->item.image;

        ld_offer(ld, one, &price, &item->stock);
        product_price_item(&price, item);

        rc = ld_link(ld, product_json_get(&ld->json, one, "url"), &item->url);

        if (rc != SP_OK) {
            return rc;
        }
    }

    return SP_OK;
}


/* NULL: no memory, then variants is NULL; or there are too many. */

static sp_item_t *
ld_variant(ld_t *ld, product_t *product)
{
    if (product->variants == NULL) {
        product->variants = sp_calloc(ld->list->pool,
                                      SP_VARIANTS_MAX * sizeof(sp_item_t));
        if (product->variants == NULL) {
            return NULL;
        }
    }

    if (product->nvariants == SP_VARIANTS_MAX) {
        return NULL;
    }

    return &product->variants[product->nvariants++];
}


/* What all variants have in common, where the group says nothing. */

static void
ld_group(product_t *product)
{
    int         same;
    unsigned    i;
    sp_item_t  *one;
    sp_stock_t  stock;

    same = 1;
    stock = SP_STOCK_UNKNOWN;

    for (i = 0; i < product->nvariants; i++) {
        one = &product->variants[i];

        same = same && one->price != SP_NO_AMOUNT
               && one->price == product->variants[0].price
               && strcmp(one->currency, product->variants[0].currency) == 0;

        product_stock_add(&stock, i, one->stock);

        if (product->item.image.len == 0) {
            product->item.image = one->image;
        }
    }

    if (product->nvariants == SP_VARIANTS_MAX) {
        same = 0;
        stock = stock == SP_STOCK_IN ? stock : SP_STOCK_UNKNOWN;
    }

    product->item.price = same ? product->variants[0].price : SP_NO_AMOUNT;
    memset(product->item.currency, 0, sizeof(product->item.currency));

    if (same) {
        memcpy(product->item.currency, product->variants[0].currency,
               sizeof(product->item.currency));
    }

    product->priced = 1;
    product->item.stock = stock;
}
