/*
 * Copyright (C) SitePreserver developers
 *
 * Carts of pages of shops (t/recordings/pages), with rules as presets have
 * them, in pieces of any size and broken off anywhere.
 */

#include "observe_lab.h"


typedef struct {
    const char  *file;
    const char  *rules;
    const char  *cart;
    const char  *name;                  /* of the last line */
    const char  *image;
    int64_t      total;                 /* of the last line */
} shop_t;


#define SET_CART  "sitepreserver_event set_cart GET,POST = /x {"
#define EVENT     "sitepreserver_currency EUR;" SET_CART


static const shop_t  shops[] = {

    { "woocommerce-mini-cart.html",
      EVENT
      " items response.body | html:li.mini_cart_item {"
      "  id a.remove@data-product_id; item_key a.remove@data-cart_item_key;"
      "  sku a.remove@data-product_sku; name a:nth(2) or img@alt;"
      "  image img@src; url a:nth(2)@href;"
      "  quantity .quantity | \"regex:^\\s*(\\d+)\";"
      "  price \".quantity .amount\" | money; }"
      " empty response.body | html:.woocommerce-mini-cart__empty-message; }",
      "19/3a3d38f469b78fd7c2879ab651912fc2*1@5950"
      " 15/9bf31c7ff062936a96d3c8bd1f8f2ff3*1@113225",
      "Oak Tray",
      "http://127.0.0.1:9480/wp-content/uploads/2026/11/oak-tray-324x324.png",
      SP_NO_AMOUNT },

    { "woocommerce-cart.html",
      EVENT
      " items response.body | \"html:.woocommerce-cart-form tr.cart_item\" {"
      "  id a.remove@data-product_id;"
      "  item_key a.remove@href | \"regex:remove_item=([0-9a-f]{32})\";"
      "  sku a.remove@data-product_sku; name \".product-name a\";"
      "  image img@src; url \".product-name a@href\";"
      "  quantity input.qty@value; price .product-price | money;"
      "  line_total .product-subtotal | money; }"
      " total response.body | \"html:.cart-subtotal .amount\" | money;"
      " empty response.body | html:.cart-empty; }",
      "11/6512bd43d9caa6e02c990b0a82652dca*1@1400"
      " 13/c51ce410c124a10e0db5e4b97fc2af39*2@2140",
      "Caf\xc3\xa9 & Cr\xc3\xa8me \xe2\x80\x93 Tasse",
      "http://127.0.0.1:9480/wp-content/uploads/2026/11/"
      "cafe-creme-tasse-324x324.png",
      4280 },

    { "opencart3-cart.html",
      EVENT
      " items response.body | \"html:#content form tbody tr\" {"
      "  id a@href | \"regex:product_id=(\\d+)\";"
      "  item_key \"input[name^=quantity]@name\" | \"regex:\\[(\\d+)\\]\";"
      "  name \"td:nth(2) a\"; options small; image img@src; url a@href;"
      "  quantity \"input[name^=quantity]@value\"; price td:nth(5) | money;"
      "  line_total td:nth(6) | money; } }",
      "43/12*2@58550 30/13*1@7095", "Canon EOS 5D & lens",
      "http://shop.example/image/cache/catalog/30-47x47.jpg", 7095 },

    { "opencart4-cart.html",
      EVENT
      " items response.body | \"html:.table-responsive tbody tr\" {"
      "  id a@href | \"regex:product_id=(\\d+)\";"
      "  item_key input[name=key]@value;"
      "  name \"td:nth(2) a\"; options small; image img@src; url a@href;"
      "  quantity input[name=quantity]@value; price td:nth(5) | money;"
      "  line_total td:nth(6) | money; }"
      " total response.body | \"html:#checkout-total tr:nth(1) td:nth(2)\""
      "  | money; }",
      "43/12*2@58550 30/14*1@7095", "Canon EOS 5D & lens",
      "http://shop.example/image/cache/catalog/30-47x47.jpg", 7095 },

    { "zencart-cart.html",
      "sitepreserver_currency USD;" SET_CART
      " items response.body | \"html:#cartContentsDisplay tr\" {"
      "  id \"input[name='products_id[]']@value\" | regex:^[0-9]+;"
      "  item_key \"input[name='products_id[]']@value\";"
      "  name .cartProdTitle or \"#cartProdTitle\"; options .cartAttribsList;"
      "  image img@src; url \".cartProductDisplay a@href\";"
      "  quantity \"input[name='cart_quantity[]']@value\";"
      "  price .cartUnitDisplay | money; line_total .cartTotalDisplay | money;"
      " } empty response.body | html:#cartEmptyText; }",
      "12/12*1@2999 26/26:98f1aee1e71bd1f1de4f2c8c9bfbd2d1*2@5499",
      "Microsoft IntelliMouse Explorer", "images/dvd/26.gif", 10998 }
};

#define SHOPS  (sizeof(shops) / sizeof(shops[0]))


static char  page[64 * 1024];


static size_t
load(const shop_t *shop)
{
    char    path[200];
    FILE   *file;
    size_t  len;

    (void) snprintf(path, sizeof(path), "t/recordings/pages/%s", shop->file);

    file = fopen(path, "r");
    if (file == NULL) {
        fail_msg("%s is not there", path);
    }

    len = fread(page, 1, sizeof(page) - 1, file);
    fclose(file);
    page[len] = '\0';

    rules(shop->rules);

    return len;
}


static void
compare(const shop_t *shop)
{
    const sp_line_t  *line;

    cart(SP_CART_SNAPSHOT, shop->cart);

    line = &lab.out->lines[lab.out->nlines - 1];

    is(line->name, shop->name);
    is(line->image, shop->image);
    assert_true(line->url.len != 0);
    assert_int_equal(line->total, shop->total);
}


static void
carts_of_shops(void **unused)
{
    unsigned  i;

    for (i = 0; i < SHOPS; i++) {
        (void) load(&shops[i]);
        PLAY(.answer = page);
        compare(&shops[i]);
    }
}


static void
in_pieces(void **unused)
{
    size_t         k;
    unsigned       i;
    static size_t  pieces[] = { 1, 2, 3, 5, 16, 61, 256, 1000, 4096 };

    for (i = 0; i < SHOPS; i++) {
        (void) load(&shops[i]);

        for (k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
            PLAY(.answer = page, .piece = pieces[k]);
            compare(&shops[i]);
        }
    }
}


/* A cart that is told is the whole cart. */

static void
broken_off(void **unused)
{
    size_t    n, len;
    unsigned  i, whole;

    for (i = 0; i < SHOPS; i++) {
        len = load(&shops[i]);
        whole = 0;

        for (n = 1; n < len; n += 7) {
            PLAY(.answer = page, .answer_limit = n);

            if (lab.out->cart != SP_CART_NONE) {
                compare(&shops[i]);
                whole++;

            } else {
                assert_int_equal(whole, 0);
            }

            sp_arena_reset(lab.pool);
        }

        assert_true(whole > 0);
    }
}


#define lab_test(f)  cmocka_unit_test_setup_teardown(f, setup, teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        lab_test(carts_of_shops),
        lab_test(in_pieces),
        lab_test(broken_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
