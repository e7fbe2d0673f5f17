/*
 * Copyright (C) SitePreserver developers
 *
 * What a page says of the product that it is about: schema.org's Product in
 * JSON-LD, else in microdata, else Open Graph.  Fed with the page as it passes;
 * there is no tree of it, and every length, depth and count has a bound.
 */

#ifndef SP_PRODUCT_H
#define SP_PRODUCT_H

#include "sp_str.h"


#define SP_PRODUCT_ID_MAX    128    /* bytes */
#define SP_PRODUCT_SKU_MAX   64
#define SP_PRODUCT_NAME_MAX  256
#define SP_PRODUCT_URL_MAX   1024
#define SP_VARIANTS_MAX      60


typedef enum {
    SP_STOCK_UNKNOWN = 0,
    SP_STOCK_IN,                    /* it can be ordered, perhaps only ahead */
    SP_STOCK_OUT
} sp_stock_t;


/* A product, or one variant of it.  Absent texts have len 0. */

typedef struct {
    sp_str_t     id;
    sp_str_t     sku;
    sp_str_t     name;
    sp_str_t     url;               /* whole, or a path on the shop's host */
    sp_str_t     image;
    int64_t      price;             /* minor units; SP_NO_AMOUNT: not sure */
    char         currency[4];       /* of the price; "": there is none */
    sp_stock_t   stock;
} sp_item_t;


/* items[0] is what the page is about, those behind it its variants. */

typedef struct {
    sp_item_t   *items;
    unsigned     n;
} sp_product_t;


/* The page: as sp_learn.h has it, path and arguments. */

typedef struct {
    sp_str_t     text;
    unsigned     id_is_sku:1;       /* what it calls sku is the item's id, too */
    unsigned     no_price:1;
} sp_product_page_t;


typedef struct sp_finder_s  sp_finder_t;


/* NULL: out of memory.  The page's text must live as long. */

sp_finder_t *sp_product_finder(const sp_pool_t *pool,
    const sp_product_page_t *page);


/* The next piece of its HTML.  SP_AGAIN; SP_NOMEM. */

sp_rc_t sp_product_read(sp_finder_t *finder, const char *data, size_t len);


/*
 * There is no more; whole: the page ends here, else there is more of it that is
 * not read, and microdata, which may go on, does not count.  SP_OK; SP_DONE: it
 * is about no product, or not clearly about one; SP_NOMEM.  What is in product
 * is from the pool, its texts are UTF-8, not longer than the bounds above, and
 * may have control characters.  A url that the page does not tell is its own.
 */

sp_rc_t sp_product_end(sp_finder_t *finder, int whole, sp_product_t *product);


/* How many of its blocks of JSON-LD could not be read. */

unsigned sp_product_broken(const sp_finder_t *finder);


#endif /* SP_PRODUCT_H */
