/*
 * Copyright (C) SitePreserver developers
 *
 * What a page said of its product.
 */

#include "sp_call_int.h"


static void item_text(sp_text_t *text, const sp_item_t *item);


sp_rc_t
sp_call_item(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    const sp_id_t *page, const sp_product_t *product, const sp_str_t *source,
    uint64_t seq)
{
    sp_rc_t    rc;
    unsigned   i;
    sp_text_t  text;

    rc = sp_call_stream(call, pool, "sp1_item", shop, "n:@", page, source,
                        seq);

    if (rc != SP_OK) {
        return rc;
    }

    sp_text_start(&text, pool, 512);

    for (i = 0; i < product->n && i <= SP_VARIANTS_MAX; i++) {

        if (i != 0) {
            sp_text_char(&text, SP_RECORD);
        }

        item_text(&text, &product->items[i]);
    }

    if (text.failed) {
        return SP_NOMEM;
    }

    sp_call_arg(call, text.data, text.len);
    sp_call_age(call);

    return SP_OK;
}


static void
item_text(sp_text_t *text, const sp_item_t *item)
{
    if (item->id.len <= SP_CALL_ITEM_ID_MAX) {
        sp_text_clean(text, &item->id, SP_CALL_ITEM_ID_MAX);
    }

    sp_text_char(text, SP_FIELD);

    if (item->sku.len <= SP_CALL_SKU_MAX) {
        sp_text_clean(text, &item->sku, SP_CALL_SKU_MAX);
    }

    sp_text_char(text, SP_FIELD);
    sp_text_clean(text, &item->name, SP_CALL_NAME_MAX);
    sp_text_char(text, SP_FIELD);
    sp_text_url(text, &item->url);
    sp_text_char(text, SP_FIELD);
    sp_text_url(text, &item->image);
    sp_text_char(text, SP_FIELD);

    if (item->price > 0 && item->price <= SP_CALL_PRICE_MAX
        && item->currency[0] != '\0')
    {
        sp_text_number(text, item->price);
        sp_text_char(text, SP_FIELD);
        sp_text_add(text, item->currency, 3);

    } else {
        sp_text_char(text, SP_FIELD);
    }

    sp_text_char(text, SP_FIELD);

    if (item->stock != SP_STOCK_UNKNOWN) {
        sp_text_char(text, item->stock == SP_STOCK_OUT ? 'o' : 'i');
    }
}
