/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver_route: what stands for the path where a shop has one URI.
 */

#include "observe_lab.h"


#define ROUTE                                                                 \
    "sitepreserver_route arg:wc-ajax | prefix:/wc-ajax/ or arg:rest_route"    \
    " or arg:route | prefix:/ or header:X-Route | \"regex:^(/.*)$\";"


static void
routes_replace_the_path(void **unused)
{
    rules(ROUTE
          "sitepreserver_event add_to_cart POST = /wc-ajax/add_to_cart {"
          " item_id form:id; }"
          "sitepreserver_event add_to_cart POST"
          "  ~ \"^/checkout/cart[/.|]add$\" { item_id form:product_id; }"
          "sitepreserver_event view_cart GET /wc/store/ { }"
          "sitepreserver_event remove_from_cart POST = / {"
          " item_id form:wrong; }"
          "sitepreserver_event remove_from_cart POST ~ ^/cart/(\\w+)/del$ {"
          " item_key uri:1; }");

    PLAY(.uri = "/", .args = "wc-ajax=add_to_cart", .body = "id=7&wrong=1");
    cart(SP_CART_ADD, "7*1");
    assert_int_equal(lab.out->kinds, SP_ADD_TO_CART);

    PLAY(.uri = "/index.php", .args = "a=b&route=checkout/cart/add&c",
         .body = "product_id=8");
    cart(SP_CART_ADD, "8*1");

    PLAY(.uri = "/index.php", .args = "route=checkout%2Fcart%7Cadd",
         .body = "product_id=8");
    cart(SP_CART_ADD, "8*1");

    PLAY(.method = "GET", .uri = "/", .args = "rest_route=/wc/store/v1/cart");
    assert_int_equal(lab.out->kinds, SP_VIEW_CART);

    PLAY(.uri = "/x", .request = { { "x-route", "/cart/abc/del" } });
    cart(SP_CART_REMOVE, "/abc");

    /* the first that is there; one that is empty, or fails, is not */

    PLAY(.uri = "/", .args = "wc-ajax=add_to_cart&route=checkout/cart/add",
         .body = "id=7&product_id=8");
    cart(SP_CART_ADD, "7*1");

    PLAY(.uri = "/", .args = "wc-ajax=&route=checkout/cart/add",
         .body = "id=7&product_id=8");
    cart(SP_CART_ADD, "8*1");

    /* names may be encoded, and are what they are */

    PLAY(.uri = "/", .args = "v=1&wc%2dajax=add_to_cart", .body = "id=7");
    cart(SP_CART_ADD, "7*1");

    PLAY(.uri = "/", .args = "v=1&%72oute=checkout/cart/add",
         .body = "product_id=8");
    cart(SP_CART_ADD, "8*1");

    PLAY(.uri = "/wc-ajax/add_to_cart", .args = "ver=3.7.1", .body = "id=7");
    cart(SP_CART_ADD, "7*1");

    PLAY(.uri = "/wc-ajax/add_to_cart", .args = "WC-AJAX=1&x=wc-ajax",
         .body = "id=7");
    cart(SP_CART_ADD, "7*1");

    /* none of them: the path, which a route hides */

    PLAY(.uri = "/", .body = "wrong=1");
    cart(SP_CART_REMOVE, "1");

    PLAY(.uri = "/cart/abc/del", .request = { { "x-route", "no" } });
    cart(SP_CART_REMOVE, "/abc");

    PLAY(.uri = "/checkout/cart/add", .args = "route=common/home",
         .body = "product_id=8");
    assert_int_equal(lab.rc, SP_DONE);
    assert_null(lab.out);
}


/* What reads the URI reads what stands for it. */

static void
routes_in_sources(void **unused)
{
    rules("sitepreserver_route arg:r | prefix:/;"
          "sitepreserver_visitor uri:2;"
          "sitepreserver_event login POST /carts/ {"
          " if uri ~ ^/carts/[a-z]+/mail$; email form:email;"
          " order_id uri:3; }");

    PLAY(.uri = "/api/x/y", .args = "r=carts/abc/mail",
         .body = "email=a@example.com");
    is(lab.out->email, "a@example.com");
    is(lab.out->visitor, "abc");
    is(lab.out->order_id, "mail");

    /* also long after the match, and where no rule matched */

    PLAY(.uri = "/carts/def/mail", .body = "email=a@example.com");
    is(lab.out->visitor, "def");

    rules("sitepreserver_route arg:r | prefix:/ or uri | regex:^/shop(/.*)$;"
          "sitepreserver_visitor uri:2 or response.header:X-Cart;"
          "sitepreserver_event login POST = /login { }");

    PLAY(.method = "GET", .uri = "/shop/carts/abc",
         .response = { { "x-cart", "def" } });
    is(lab.out->visitor, "abc");
    is(lab.out->next_visitor, "def");

    PLAY(.uri = "/shop/login");
    assert_int_equal(lab.out->kinds, SP_LOGIN);
}


static void
the_visitor_of_a_route(void **unused)
{
    exchange_t     x = { .method = "GET", .uri = "/", .args = "r=carts/abc" };
    sp_str_t       visitor;
    sp_exchange_t  ex;

    rules("sitepreserver_route arg:r | prefix:/; sitepreserver_visitor uri:2;"
          "sitepreserver_event login POST = /login { }");

    exchange_show(&x, &ex);

    assert_int_equal(sp_observe_visitor(lab.rules, &ex,
                                        sp_arena_pool(lab.pool), &visitor),
                     SP_OK);
    is(visitor, "abc");
}


/* The route of a shop that has none of its own, before the rules it has. */

static void
routes_of_an_outer_level(void **unused)
{
    unsigned       line;
    sp_error_t     err;
    sp_rules_t    *outer;
    const sp_pool_t  *pool;

    pool = sp_arena_pool(lab.arena);
    outer = sp_rules_create(pool);
    lab.rules = sp_rules_create(pool);

    assert_int_equal(conf_read(outer, pool, "sitepreserver_route arg:outer;"
        "sitepreserver_event login POST = /login { }", &err, &line), SP_OK);
    assert_int_equal(sp_rules_merge(lab.rules, outer, &err), SP_OK);
    assert_int_equal(sp_rules_compile(lab.rules, &err), SP_OK);

    PLAY(.uri = "/", .args = "outer=/login");
    assert_int_equal(lab.out->kinds, SP_LOGIN);

    sp_rules_free(lab.rules);
    lab.rules = sp_rules_create(pool);

    assert_int_equal(conf_read(lab.rules, pool,
        "sitepreserver_route arg:inner;", &err, &line), SP_OK);
    assert_int_equal(sp_rules_merge(lab.rules, outer, &err), SP_OK);
    assert_int_equal(sp_rules_compile(lab.rules, &err), SP_OK);

    PLAY(.uri = "/", .args = "outer=/login");
    assert_null(lab.out);
    PLAY(.uri = "/", .args = "outer=/x&inner=/login");
    assert_int_equal(lab.out->kinds, SP_LOGIN);

    sp_rules_free(outer);
}


static void
nothing_is_allocated_for_what_matches_nothing(void **unused)
{
    rules(ROUTE "sitepreserver_event login POST = /login { }");

    PLAY(.method = "GET", .unanswered = 1, .uri = "/a.png",
         .args = "v=1&route=common/home");
    assert_int_equal(sp_arena_count(lab.pool), 0);
    assert_null(lab.out);
}


static void
out_of_memory(void **unused)
{
    long  n;

    rules("sitepreserver_route arg:route | prefix:/;"
          "sitepreserver_event login POST = /login { email form:email; }");

    for (n = 0; ; n++) {
        sp_arena_reset(lab.pool);
        sp_arena_fail_after(lab.pool, n);

        PLAY(.uri = "/", .args = "route=login", .body = "email=a@example.com");

        if (lab.rc == SP_OK) {
            break;
        }

        assert_int_equal(lab.rc, SP_NOMEM);
    }

    assert_true(n > 3);
    is(lab.out->email, "a@example.com");
}


#define TEST(f)  cmocka_unit_test_setup_teardown(f, setup, teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        TEST(routes_replace_the_path),
        TEST(routes_in_sources),
        TEST(the_visitor_of_a_route),
        TEST(routes_of_an_outer_level),
        TEST(nothing_is_allocated_for_what_matches_nothing),
        TEST(out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
