/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver_learn: which pages it names, what they are known by, and the
 * call that tells of them.
 */

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <cmocka.h>

#include "sp_arena.h"
#include "sp_call.h"
#include "sp_learn.h"


static struct {
    sp_arena_t       *arena;
    const sp_pool_t  *pool;
    sp_rules_t       *rules;
    sp_error_t        err;
} lab;


static int
setup(void **unused)
{
    lab.arena = sp_arena_create(0);
    lab.pool = sp_arena_pool(lab.arena);
    lab.rules = sp_rules_create(lab.pool);

    return lab.rules == NULL;
}


static int
teardown(void **unused)
{
    sp_rules_free(lab.rules);
    sp_arena_destroy(lab.arena);

    return 0;
}


static unsigned
split(const char *text, sp_str_t *words)
{
    unsigned     n;
    const char  *p;

    for (n = 0; *text != '\0'; n++) {
        p = strchr(text, ' ');
        words[n].data = text;
        words[n].len = p != NULL ? (size_t) (p - text) : strlen(text);
        text += words[n].len + (p != NULL);
    }

    return n;
}


static sp_rc_t
learn(sp_rules_t *rules, const char *text)
{
    sp_str_t  words[16];

    lab.err.text[0] = '\0';

    return sp_rules_learn(rules, words, split(text, words), &lab.err);
}


static int
no_header(void *data, const sp_str_t *name, unsigned i, sp_str_t *value)
{
    return 0;
}


/* What a page is known by: "" if it is none. */

static const char *
page(const char *method, const char *uri, const char *args)
{
    unsigned            wants;
    sp_exchange_t       ex;
    sp_page_ref_t       ref;

    static char  text[SP_PAGE_MAX + 1];

    memset(&ex, 0, sizeof(ex));
    ex.method = sp_str(method);
    ex.uri = sp_str(uri);
    ex.args = sp_str(args);
    ex.request_header = no_header;

    assert_null(sp_observe(lab.rules, &ex, lab.pool, &wants));

    text[0] = '\0';

    if (sp_learn_page(lab.rules, &ex, lab.pool, wants, &ref) == SP_OK) {
        memcpy(text, ref.text.data, ref.text.len);
        text[ref.text.len] = '\0';
    }

    return text;
}


static const char *
link_page(const char *host, const char *url)
{
    sp_str_t       h, u;
    sp_page_ref_t  ref;

    static char  text[SP_PAGE_MAX + 1];

    h = sp_str(host);
    u = sp_str(url);
    text[0] = '\0';

    if (sp_learn_link(lab.rules, &h, &u, lab.pool, &ref) == SP_OK) {
        memcpy(text, ref.text.data, ref.text.len);
        text[ref.text.len] = '\0';
    }

    return text;
}


static void
pages_are_named(void **unused)
{
    char  uri[SP_PAGE_MAX + 16];

    assert_int_equal(learn(lab.rules, "/product/"), SP_OK);
    assert_int_equal(learn(lab.rules, "= /p args=id,v refresh=1d"), SP_OK);
    assert_int_equal(learn(lab.rules, "~* ^/[a-z]{2}/i/ id=sku price=off"),
                     SP_OK);
    assert_int_equal(sp_rules_compile(lab.rules, &lab.err), SP_OK);
    assert_true(sp_learn_any(lab.rules));

    assert_string_equal(page("GET", "/product/tee", "utm_source=x"),
                        "/product/tee");
    assert_string_equal(page("POST", "/product/tee", ""), "");
    assert_string_equal(page("HEAD", "/product/tee", ""), "");
    assert_string_equal(page("GET", "/other", ""), "");
    assert_string_equal(page("GET", "/p", "v=2&x=1&id=7&id=8"),
                        "/p?id=7&v=2");
    assert_string_equal(page("GET", "/p", "id=&xid=7"), "/p");
    assert_string_equal(page("GET", "/DE/i/42", ""), "/DE/i/42");

    memset(uri, 'x', sizeof(uri));
    memcpy(uri, "/product/", 9);
    uri[SP_PAGE_MAX] = '\0';
    assert_int_equal(strlen(page("GET", uri, "")), SP_PAGE_MAX);
    uri[SP_PAGE_MAX] = 'x';
    uri[SP_PAGE_MAX + 1] = '\0';
    assert_string_equal(page("GET", uri, ""), "");
}


static void
links_lead_to_pages(void **unused)
{
    sp_str_t       uri, args;
    sp_page_ref_t  ref;

    assert_int_equal(learn(lab.rules, "/product/"), SP_OK);
    assert_int_equal(learn(lab.rules, "= /p args=id"), SP_OK);
    assert_int_equal(sp_rules_compile(lab.rules, &lab.err), SP_OK);

    assert_string_equal(link_page("s.example",
                                  "https://S.example/product/a%20b?x=1#y"),
                        "/product/a b");
    assert_string_equal(link_page("s.example:8443",
                                  "http://s.example:8443/p?id=3"), "/p?id=3");
    assert_string_equal(link_page("s.example", "/product/tee"),
                        "/product/tee");
    assert_string_equal(link_page("s.example", "//s.example/product/tee"),
                        "/product/tee");
    assert_string_equal(link_page("s.example", "https://t.example/product/x"),
                        "");

    /* the other one of www.s.example and s.example */

    assert_string_equal(link_page("s.example",
                                  "https://www.s.example/product/tee"),
                        "/product/tee");
    assert_string_equal(link_page("WWW.s.example:8443",
                                  "http://s.example:8443/p?id=3"), "/p?id=3");
    assert_string_equal(link_page("www.s.example", "//Www.s.example/product/a"),
                        "/product/a");
    assert_string_equal(link_page("www.s.example",
                                  "https://wwws.example/product/x"), "");
    assert_string_equal(link_page("s.example",
                                  "https://www.www.s.example/product/x"), "");
    assert_string_equal(link_page("s.example",
                                  "https://shop.s.example/product/x"), "");
    assert_string_equal(link_page("www.", "https://x/product/x"), "");
    assert_string_equal(link_page("", "https://www./product/x"), "");
    assert_string_equal(link_page("s.example", "https://s.example"), "");
    assert_string_equal(link_page("s.example", "https:///product/x"), "");
    assert_string_equal(link_page("s.example", "product/x"), "");
    assert_string_equal(link_page("s.example", "/cart"), "");
    assert_string_equal(link_page("s.example", ""), "");

    uri = sp_str("/product/100%25");
    args = sp_str("");
    assert_int_equal(sp_learn_uri(lab.rules, &uri, &args, lab.pool, &ref),
                     SP_OK);
    assert_true(sp_str_eq(&ref.text, &uri));
}


static void
what_is_wrong_is_refused(void **unused)
{
    unsigned  i;

    static const char  *const bad[] = {
        "", "=", "~", "product", "/product/?id=1", "~ ^/(", "/p refresh=0",
        "/p refresh=", "/p refresh=x", "/p refresh=31d", "/p refresh=6w",
        "/p args=", "/p args=a,,b", "/p args=a,b,c,d,e", "/p id=name",
        "/p price=on", "/p x", "! /p", "*", "~ ^/p$ /q"
    };

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(learn(lab.rules, bad[i]), SP_INVALID);
        assert_true(lab.err.text[0] != '\0');
    }

    for (i = 0; i < SP_LEARN_MAX; i++) {
        assert_int_equal(learn(lab.rules, "/p"), SP_OK);
    }

    assert_int_equal(learn(lab.rules, "/p"), SP_INVALID);
}


static void
servers_add_to_http(void **unused)
{
    sp_rules_t  *outer;

    outer = sp_rules_create(lab.pool);
    assert_non_null(outer);

    assert_int_equal(learn(outer, "= /outer args=id"), SP_OK);
    assert_int_equal(learn(lab.rules, "= /inner"), SP_OK);
    assert_int_equal(sp_rules_merge(lab.rules, outer, &lab.err), SP_OK);
    assert_int_equal(sp_rules_compile(lab.rules, &lab.err), SP_OK);

    assert_string_equal(page("GET", "/outer", "id=1"), "/outer?id=1");
    assert_string_equal(page("GET", "/inner", "id=1"), "/inner");

    sp_rules_free(outer);
}


static void
routes_are_matched(void **unused)
{
    sp_str_t  words[8];

    assert_int_equal(sp_rules_route(lab.rules, words,
                                    split("arg:route | prefix:/", words),
                                    &lab.err), SP_OK);
    assert_int_equal(learn(lab.rules, "= /product/product args=route,id"),
                     SP_OK);
    assert_int_equal(sp_rules_compile(lab.rules, &lab.err), SP_OK);

    assert_string_equal(page("GET", "/index.php",
                             "id=4&route=product/product&path=1"),
                        "/index.php?route=product/product&id=4");
    assert_string_equal(page("GET", "/index.php", "route=common/home"), "");
    assert_string_equal(link_page("a", "/index.php?route=product/product"
                                       "&id=4"),
                        "/index.php?route=product/product&id=4");
}


static void
call_tells_them(void **unused)
{
    sp_id_t        key;
    sp_str_t       shop, source;
    sp_call_t      call;
    sp_item_t      items[2];
    sp_product_t   product;

    memset(items, 0, sizeof(items));
    memset(&key, 0, sizeof(key));
    memset(key.text, 'k', SP_ID_LEN);

    items[0].id = sp_str("42");
    items[0].name = sp_str("Tee\n\037x");
    items[0].url = sp_str("/p");
    items[0].price = 1999;
    memcpy(items[0].currency, "EUR", 4);
    items[0].stock = SP_STOCK_OUT;
    items[1].sku = sp_str("S");
    items[1].price = SP_NO_AMOUNT;

    product.items = items;
    product.n = 2;

    shop = sp_str("demo");
    source = sp_str("ssssssssssssssssssssss");

    assert_int_equal(sp_call_item(&call, lab.pool, &shop, &key, &product,
                                  &source, 7), SP_OK);
    assert_int_equal(call.argc, 9);
    assert_memory_equal(call.argv[1], "sp1_item", 8);
    assert_memory_equal(call.argv[3], "sp:{demo}:n:@kkkkkkkkkkkkkkkkkkkkkk",
                        call.argvlen[3]);
    assert_int_equal(call.argvlen[6], 1);
    assert_int_equal(call.argvlen[7],
                     strlen("42\037\037Tee x\037/p\037\0371999\037EUR\037o"
                            "\036\037S\037\037\037\037\037\037"));
    assert_memory_equal(call.argv[7], "42\037\037Tee x\037/p\037\0371999\037"
                        "EUR\037o\036\037S\037\037\037\037\037\037",
                        call.argvlen[7]);
    assert_int_equal(call.argvlen[8], SP_AGE_LEN);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(pages_are_named, setup, teardown),
        cmocka_unit_test_setup_teardown(links_lead_to_pages, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(servers_add_to_http, setup, teardown),
        cmocka_unit_test_setup_teardown(routes_are_matched, setup, teardown),
        cmocka_unit_test_setup_teardown(call_tells_them, setup, teardown)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
