/*
 * Copyright (C) SitePreserver developers
 *
 * For the files of sp_product only.
 */

#ifndef SP_PRODUCT_INT_H
#define SP_PRODUCT_INT_H

#include "sp_observe.h"
#include "sp_product.h"


#define PRODUCT_FOUND_MAX   16      /* products of one kind on a page */
#define PRODUCT_TAG_MAX     8192    /* bytes of a tag that is looked at */
#define PRODUCT_TEXT_MAX    512     /* bytes of a text */
#define PRODUCT_JSON_MAX    (128 * 1024)    /* bytes of a block of JSON-LD */
#define PRODUCT_NODES_MAX   8192    /* values in one */
#define PRODUCT_DEPTH_MAX   32
#define PRODUCT_SCOPES_MAX  16      /* items of microdata within each other */


/* A price as it was read: all offers must agree. */

typedef struct {
    int64_t      amount;
    char         currency[4];
    unsigned     known:1;
    unsigned     differs:1;         /* there are several, or one is unsure */
} product_price_t;


/* What is found before it is decided. */

typedef struct {
    sp_item_t    item;
    sp_item_t   *variants;
    unsigned     nvariants;
    unsigned     main:1;            /* the page says that it is about it */
    unsigned     priced:1;          /* it tells a price, sure or not */
} product_t;


/* ---- sp_product_value.c: texts, prices, links ---- */

sp_rc_t product_text(const sp_pool_t *pool, const sp_str_t *in, size_t max,
    int cut, sp_str_t *out);
void product_price(const sp_pool_t *pool, const sp_str_t *price,
    const sp_str_t *currency, int people, product_price_t *out);
void product_price_add(product_price_t *all, const product_price_t *one);
void product_price_item(const product_price_t *price, sp_item_t *item);
sp_stock_t product_stock(const sp_str_t *text);
void product_stock_add(sp_stock_t *all, unsigned n, sp_stock_t one);
int product_type(const sp_str_t *text, const char *name);
sp_rc_t product_link(const sp_pool_t *pool, const sp_str_t *page,
    const sp_str_t *in, sp_str_t *out);
sp_rc_t product_own_link(const sp_pool_t *pool, const sp_str_t *page,
    sp_str_t *out);
int product_is_page(const sp_str_t *page, const sp_str_t *url);


/* ---- sp_product_json.c: JSON that is there whole, as a list of values ---- */

typedef enum {
    PRODUCT_OBJECT = 1,
    PRODUCT_ARRAY,
    PRODUCT_STRING,
    PRODUCT_NUMBER,
    PRODUCT_WORD                    /* true, false, null */
} product_node_type_t;

#define PRODUCT_NONE  0             /* no node: the root is 1 */

typedef struct {
    product_node_type_t  type;
    uint32_t             first;     /* within it */
    uint32_t             next;      /* beside it */
    sp_str_t             key;       /* as it is written, without quotes */
    sp_str_t             raw;       /* as it is written, with quotes */
} product_node_t;

typedef struct {
    const sp_pool_t     *pool;
    product_node_t      *nodes;
    uint32_t             n;
} product_json_t;

/* SP_OK; SP_INVALID: it is none; SP_LIMIT: it has too much in it; SP_NOMEM. */

sp_rc_t product_json_parse(product_json_t *json, const sp_pool_t *pool,
    const sp_str_t *text);

/* A member by its name, or PRODUCT_NONE. */

uint32_t product_json_get(const product_json_t *json, uint32_t node,
    const char *name);

/* What a string or number says; SP_DONE: it is neither; SP_NOMEM. */

sp_rc_t product_json_text(const product_json_t *json, uint32_t node,
    sp_str_t *text);


/* ---- sp_product_ld.c: products in one block of JSON-LD ---- */

typedef struct {
    const sp_pool_t     *pool;
    const sp_str_t      *page;
    product_t           *found;     /* PRODUCT_FOUND_MAX */
    unsigned             n;
    unsigned             too_many:1;
} product_list_t;

/* SP_OK; SP_INVALID, SP_LIMIT: it cannot be read; SP_NOMEM. */

sp_rc_t product_ld(product_list_t *list, const sp_str_t *text);

/* NULL: no room; then too_many is set. */

product_t *product_add(product_list_t *list);


/* ---- sp_product_tag.c: tags of HTML ---- */

typedef struct {
    sp_str_t     name;              /* lower case */
    sp_str_t     rest;              /* its attributes, as they are written */
    unsigned     end:1;             /* </name> */
} product_tag_t;

/* The value of an attribute, decoded; SP_DONE: it has none such; SP_NOMEM. */

sp_rc_t product_attribute(const sp_pool_t *pool, const product_tag_t *tag,
    const char *name, sp_str_t *value);

/* Is it that word, in any case?  Is it one of a list, as it is written? */

int product_word_is(const sp_str_t *text, const char *word);
int product_word_in(const sp_str_t *list, const char *word);

/* Has it no end?  May its end lack before one like it? */

int product_tag_void(const sp_str_t *name);
int product_tag_siblings(const sp_str_t *name);


/* ---- sp_product_micro.c: microdata, tag by tag ---- */

typedef struct product_micro_s  product_micro_t;

product_micro_t *product_micro_create(const sp_pool_t *pool,
    product_list_t *list);
sp_rc_t product_micro_tag(product_micro_t *micro, const product_tag_t *tag);
sp_rc_t product_micro_text(product_micro_t *micro, const char *data,
    size_t len);

/* Non-zero if an item was too deep, or has not ended. */

int product_micro_deep(const product_micro_t *micro);


/* ---- sp_product_graph.c: Open Graph ---- */

typedef struct {
    const sp_pool_t     *pool;
    const sp_str_t      *page;
    product_t            product;
    sp_str_t             amount;
    sp_str_t             currency;
    unsigned             is_product:1;
} product_graph_t;

/* Each <meta>.  SP_NOMEM. */

sp_rc_t product_graph_tag(product_graph_t *graph, const product_tag_t *tag);

/* NULL: it does not say that the page is about a product. */

const product_t *product_graph_end(product_graph_t *graph);


/* ---- the finder ---- */

typedef enum {
    FINDER_TEXT = 0,
    FINDER_TAG,                     /* behind "<" */
    FINDER_COMMENT,                 /* behind "<!--" */
    FINDER_RAW                      /* text of a script and the like */
} finder_state_t;


struct sp_finder_s {
    const sp_pool_t     *pool;
    sp_product_page_t    page;
    finder_state_t       state;

    char                 tag[PRODUCT_TAG_MAX];
    size_t               tag_len;   /* one more: it is too long */
    char                 quote;     /* in which an attribute is */
    unsigned             matched;   /* of the end of a comment or raw text */

    char                 raw[10];   /* the tag whose end ends raw text */
    unsigned             keeps:1;   /* it is JSON-LD */
    char                *json;
    size_t               json_len;
    size_t               json_size;
    unsigned             json_cut:1;

    product_list_t       ld;
    product_list_t       items;     /* of microdata */
    product_micro_t     *micro;
    product_graph_t      graph;
    unsigned             broken;
};


#endif /* SP_PRODUCT_INT_H */
