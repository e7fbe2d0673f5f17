/*
 * Copyright (C) SitePreserver developers
 *
 * Products in microdata, tag by tag.  Which element ends where is only known
 * of those that have an item or a text that is wanted, by counting tags of
 * their name.
 */

#include "sp_entities.h"
#include "sp_price.h"
#include "sp_product_int.h"


#define MICRO_NAME_MAX  16          /* bytes of a tag's name */


typedef enum {
    MICRO_OTHER = 0,
    MICRO_PRODUCT,
    MICRO_OFFER
} micro_kind_t;


typedef enum {
    MICRO_ID = 1,
    MICRO_SKU,
    MICRO_NAME,
    MICRO_IMAGE,
    MICRO_URL,
    MICRO_PRICE,
    MICRO_LOW,
    MICRO_CURRENCY,
    MICRO_STOCK
} micro_field_t;


/* An element that is open. */

typedef struct {
    char             tag[MICRO_NAME_MAX];
    size_t           len;
    unsigned         open;          /* elements of that name in it, with it */
    micro_kind_t     kind;
} micro_scope_t;


/* An offer is one price; there may be several. */

typedef struct {
    sp_str_t         price;
    sp_str_t         currency;
    sp_stock_t       stock;
    unsigned         people:1;      /* the price is a text for them */
    unsigned         range:1;
} micro_offer_t;


struct product_micro_s {
    const sp_pool_t  *pool;
    product_list_t   *list;
    product_t        *product;      /* that is open; NULL: none, or no room */
    micro_scope_t     scopes[PRODUCT_SCOPES_MAX];
    unsigned          depth;
    unsigned          offers;       /* of the product, so far */
    micro_offer_t     offer;
    product_price_t   price;

    micro_scope_t     text_of;      /* len 0: no text is wanted */
    micro_field_t     text_field;
    char              text[PRODUCT_TEXT_MAX];
    size_t            text_len;

    unsigned          deep:1;       /* some item was too deep */
};


static sp_rc_t micro_begin(product_micro_t *micro, const product_tag_t *tag);
static sp_rc_t micro_scope(product_micro_t *micro, const product_tag_t *tag,
    const sp_str_t *prop);
static micro_kind_t micro_kind(const product_micro_t *micro,
    const sp_str_t *type, const sp_str_t *prop);
static void micro_end(product_micro_t *micro, const product_tag_t *tag);
static void micro_close(product_micro_t *micro);
static void micro_offer_end(product_micro_t *micro);
static int micro_counts(micro_scope_t *scope, const product_tag_t *tag);
static micro_field_t micro_field(const sp_str_t *prop);
static sp_rc_t micro_property(product_micro_t *micro,
    const product_tag_t *tag, micro_field_t field);
static sp_rc_t micro_value(product_micro_t *micro, micro_field_t field,
    const sp_str_t *value, int people);
static sp_rc_t micro_text_end(product_micro_t *micro);


product_micro_t *
product_micro_create(const sp_pool_t *pool, product_list_t *list)
{
    product_micro_t  *micro;

    micro = sp_calloc(pool, sizeof(product_micro_t));

    if (micro != NULL) {
        micro->pool = pool;
        micro->list = list;
    }

    return micro;
}


sp_rc_t
product_micro_tag(product_micro_t *micro, const product_tag_t *tag)
{
    sp_rc_t  rc;

    if (tag->name.len >= MICRO_NAME_MAX) {
        return SP_OK;
    }

    rc = SP_OK;

    if (micro->text_of.len != 0 && micro_counts(&micro->text_of, tag)
        && micro->text_of.open == 0)
    {
        rc = micro_text_end(micro);
    }

    if (rc != SP_OK) {
        return rc;
    }

    if (micro->text_of.len != 0) {
        rc = product_micro_text(micro, " ", 1);
    }

    if (tag->end) {
        micro_end(micro, tag);
        return rc;
    }

    if (product_tag_siblings(&tag->name)) {
        micro_end(micro, tag);
    }

    return micro_begin(micro, tag);
}


static sp_rc_t
micro_begin(product_micro_t *micro, const product_tag_t *tag)
{
    sp_rc_t        rc;
    unsigned       i;
    sp_str_t       prop, ignored;
    micro_field_t  field;

    for (i = 0; i < micro->depth; i++) {
        (void) micro_counts(&micro->scopes[i], tag);
    }

    rc = product_attribute(micro->pool, tag, "itemprop", &prop);

    if (rc == SP_NOMEM) {
        return rc;
    }

    if (rc == SP_DONE) {
        memset(&prop, 0, sizeof(sp_str_t));
    }

    rc = product_attribute(micro->pool, tag, "itemscope", &ignored);

    if (rc == SP_OK && !product_tag_void(&tag->name)) {
        return micro_scope(micro, tag, &prop);
    }

    if (rc == SP_NOMEM) {
        return rc;
    }

    field = micro_field(&prop);

    return field != 0 ? micro_property(micro, tag, field) : SP_OK;
}


static sp_rc_t
micro_scope(product_micro_t *micro, const product_tag_t *tag,
    const sp_str_t *prop)
{
    sp_rc_t         rc;
    sp_str_t        type;
    micro_scope_t  *scope;

    if (micro->depth == PRODUCT_SCOPES_MAX) {
        micro->deep = 1;
        return SP_OK;
    }

    rc = product_attribute(micro->pool, tag, "itemtype", &type);

    if (rc == SP_NOMEM) {
        return rc;
    }

    if (rc == SP_DONE) {
        memset(&type, 0, sizeof(sp_str_t));
    }

    scope = &micro->scopes[micro->depth];

    memcpy(scope->tag, tag->name.data, tag->name.len);
    scope->len = tag->name.len;
    scope->open = 1;
    scope->kind = micro_kind(micro, &type, prop);
    micro->depth++;

    if (scope->kind == MICRO_PRODUCT) {
        micro->product = product_add(micro->list);
        micro->offers = 0;
        memset(&micro->price, 0, sizeof(product_price_t));

    } else if (scope->kind == MICRO_OFFER) {
        memset(&micro->offer, 0, sizeof(micro_offer_t));
        micro->offer.range = product_type(&type, "AggregateOffer");
    }

    return SP_OK;
}


/* What is within a product and not its offer is about something else. */

static micro_kind_t
micro_kind(const product_micro_t *micro, const sp_str_t *type,
    const sp_str_t *prop)
{
    unsigned  i, in;

    in = 0;

    for (i = 0; i < micro->depth; i++) {
        in += micro->scopes[i].kind == MICRO_PRODUCT;
    }

    if (in == 0) {
        return product_type(type, "Product")
               || product_type(type, "ProductGroup")
               || product_type(type, "IndividualProduct")
               ? MICRO_PRODUCT : MICRO_OTHER;
    }

    return micro->scopes[micro->depth - 1].kind == MICRO_PRODUCT
           && product_word_in(prop, "offers")
           && (product_type(type, "Offer")
               || product_type(type, "AggregateOffer"))
           ? MICRO_OFFER : MICRO_OTHER;
}


/* An element has ended, or one beside it begins that needs no end before. */

static void
micro_end(product_micro_t *micro, const product_tag_t *tag)
{
    unsigned       i;
    product_tag_t  end;

    end = *tag;
    end.end = 1;

    for (i = 0; i < micro->depth; i++) {

        if (micro_counts(&micro->scopes[i], &end)
            && micro->scopes[i].open == 0)
        {
            while (micro->depth > i) {
                micro_close(micro);
            }
        }
    }
}


static void
micro_close(product_micro_t *micro)
{
    micro_kind_t  kind;

    kind = micro->scopes[--micro->depth].kind;

    if (kind == MICRO_OFFER) {
        micro_offer_end(micro);

    } else if (kind == MICRO_PRODUCT && micro->product != NULL) {
        product_price_item(&micro->price, &micro->product->item);
        micro->product->priced = micro->price.known;
        micro->product = NULL;
    }
}


static void
micro_offer_end(product_micro_t *micro)
{
    product_price_t  price;

    if (micro->product == NULL) {
        return;
    }

    product_price(micro->pool, &micro->offer.price, &micro->offer.currency,
                  micro->offer.people, &price);

    if (!price.known || micro->offer.range) {
        price.known = 1;
        price.differs = 1;
    }

    product_price_add(&micro->price, &price);
    product_stock_add(&micro->product->item.stock, micro->offers++,
                      micro->offer.stock);
}


/* Non-zero if the tag begins or ends an element of the scope's name. */

static int
micro_counts(micro_scope_t *scope, const product_tag_t *tag)
{
    if (scope->len != tag->name.len
        || memcmp(scope->tag, tag->name.data, scope->len) != 0)
    {
        return 0;
    }

    if (!tag->end) {
        scope->open++;

    } else if (scope->open != 0) {
        scope->open--;
    }

    return 1;
}


static micro_field_t
micro_field(const sp_str_t *prop)
{
    unsigned  i;

    static const struct {
        const char     *name;
        micro_field_t   field;
    } fields[] = {
        { "productID", MICRO_ID },
        { "sku", MICRO_SKU },
        { "name", MICRO_NAME },
        { "image", MICRO_IMAGE },
        { "url", MICRO_URL },
        { "price", MICRO_PRICE },
        { "lowPrice", MICRO_LOW },
        { "highPrice", MICRO_LOW },
        { "priceCurrency", MICRO_CURRENCY },
        { "availability", MICRO_STOCK }
    };

    if (prop->len == 0) {
        return 0;
    }

    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (product_word_in(prop, fields[i].name)) {
            return fields[i].field;
        }
    }

    return 0;
}


/* By content=, href= or src=, else the element's text. */

static sp_rc_t
micro_property(product_micro_t *micro, const product_tag_t *tag,
    micro_field_t field)
{
    sp_rc_t       rc;
    unsigned      i;
    sp_str_t      value;
    micro_kind_t  kind;

    static const char  *const names[] = { "content", "href", "src" };

    kind = micro->depth != 0 ? micro->scopes[micro->depth - 1].kind
                             : MICRO_OTHER;

    if (micro->product == NULL || kind == MICRO_OTHER
        || (kind == MICRO_PRODUCT) != (field <= MICRO_URL))
    {
        return SP_OK;
    }

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        rc = product_attribute(micro->pool, tag, names[i], &value);

        if (rc == SP_NOMEM) {
            return rc;
        }

        /* the name is often within a link */

        if (rc == SP_OK && (i == 0 || (field != MICRO_NAME
                                       && field != MICRO_SKU)))
        {
            return micro_value(micro, field, &value, 0);
        }
    }

    if (micro->text_of.len == 0 && !product_tag_void(&tag->name)) {
        memcpy(micro->text_of.tag, tag->name.data, tag->name.len);
        micro->text_of.len = tag->name.len;
        micro->text_of.open = 1;
        micro->text_field = field;
        micro->text_len = 0;
    }

    return SP_OK;
}


/* The first counts, but of prices all must be the same. */

static sp_rc_t
micro_value(product_micro_t *micro, micro_field_t field,
    const sp_str_t *value, int people)
{
    sp_item_t  *item;

    item = &micro->product->item;

    switch (field) {

    case MICRO_ID:
        return item->id.len != 0 ? SP_OK
               : product_text(micro->pool, value, SP_PRODUCT_ID_MAX, 0,
                              &item->id);

    case MICRO_SKU:
        return item->sku.len != 0 ? SP_OK
               : product_text(micro->pool, value, SP_PRODUCT_SKU_MAX, 0,
                              &item->sku);

    case MICRO_NAME:
        return item->name.len != 0 ? SP_OK
               : product_text(micro->pool, value, SP_PRODUCT_NAME_MAX, 1,
                              &item->name);

    case MICRO_IMAGE:
        return item->image.len != 0 ? SP_OK
               : product_link(micro->pool, micro->list->page, value,
                              &item->image);

    case MICRO_URL:

        if (product_is_page(micro->list->page, value)) {
            micro->product->main = 1;
        }

        return item->url.len != 0 ? SP_OK
               : product_link(micro->pool, micro->list->page, value,
                              &item->url);

    case MICRO_PRICE:

        if (micro->offer.price.len != 0) {
            micro->offer.range = 1;
            return SP_OK;
        }

        micro->offer.people = people != 0;

        return product_text(micro->pool, value, SP_PRICE_TEXT, 0,
                            &micro->offer.price);

    case MICRO_LOW:
        micro->offer.range = 1;
        return SP_OK;

    case MICRO_CURRENCY:
        return product_text(micro->pool, value, 3, 0, &micro->offer.currency);

    default:
        micro->offer.stock = product_stock(value);
        return SP_OK;
    }
}


sp_rc_t
product_micro_text(product_micro_t *micro, const char *data, size_t len)
{
    if (micro->text_of.len == 0) {
        return SP_OK;
    }

    if (len > sizeof(micro->text) - micro->text_len) {
        len = sizeof(micro->text) - micro->text_len;
    }

    memcpy(micro->text + micro->text_len, data, len);
    micro->text_len += len;

    return SP_OK;
}


/* Spaces of any kind are one. */

static sp_rc_t
micro_text_end(product_micro_t *micro)
{
    char      *p, *out;
    size_t     i;
    sp_str_t   raw, text;

    micro->text_of.len = 0;

    if (micro->product == NULL) {
        return SP_OK;
    }

    p = sp_alloc(micro->pool, micro->text_len + 1);
    if (p == NULL) {
        return SP_NOMEM;
    }

    out = p;

    for (i = 0; i < micro->text_len; i++) {

        if ((unsigned char) micro->text[i] > ' ') {
            *out++ = micro->text[i];

        } else if (out != p && out[-1] != ' ') {
            *out++ = ' ';
        }
    }

    while (out != p && out[-1] == ' ') {
        out--;
    }

    raw.data = p;
    raw.len = (size_t) (out - p);

    if (raw.len == 0) {
        return SP_OK;
    }

    if (sp_entities_decode(micro->pool, &raw, 0, &text) != SP_OK) {
        return SP_NOMEM;
    }

    return micro_value(micro, micro->text_field, &text, 1);
}


int
product_micro_deep(const product_micro_t *micro)
{
    return micro->deep || micro->depth != 0;
}
