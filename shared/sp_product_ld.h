/*
 * Copyright (C) SitePreserver developers
 *
 * One block of JSON-LD; for sp_product_ld.c and sp_product_offers.c only.
 */

#ifndef SP_PRODUCT_LD_H
#define SP_PRODUCT_LD_H

#include "sp_product_int.h"


typedef struct {
    product_list_t   *list;
    product_json_t    json;
} ld_t;


/* Is that of a type? */

int ld_is(const ld_t *ld, uint32_t node, const char *type);


/* All but the price and what is in stock.  SP_NOMEM. */

sp_rc_t ld_item(ld_t *ld, uint32_t node, sp_item_t *item);


/* A member's text, and a link; what is not there is empty.  SP_NOMEM. */

sp_rc_t ld_text(const ld_t *ld, uint32_t node, const char *name, size_t max,
    int cut, sp_str_t *out);
sp_rc_t ld_link(const ld_t *ld, uint32_t node, sp_str_t *out);


/* Of a list its elements, of anything else it alone. */

uint32_t ld_first(const ld_t *ld, uint32_t node);
uint32_t ld_next(const ld_t *ld, uint32_t node, uint32_t one);


/* Price, stock and variants of what has that item already.  SP_NOMEM. */

sp_rc_t ld_offers(ld_t *ld, uint32_t node, product_t *product);
sp_rc_t ld_variants(ld_t *ld, uint32_t node, product_t *product);


#endif /* SP_PRODUCT_LD_H */
