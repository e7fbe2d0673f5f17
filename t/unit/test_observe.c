/*
 * Copyright (C) SitePreserver developers
 *
 * Exchanges and what they mean.  The semantics_N tests are named after the
 * numbered semantics of the rule language.
 */

#include "observe_lab.h"
#include "sp_items.h"
#include "rules_sample.h"


#define CART  "sitepreserver_event set_cart POST = /x {"                     \
              " items response.json:items { id id; item_key key;"            \
              " quantity qty; price price; }"


/* ---- semantics 1 ---- */

static void
semantics_1_rules_apply_in_order_and_later_overrides(void **unused)
{
    rules("sitepreserver_event identify POST = /x { email form:a;"
          " first_name form:first; }"
          "sitepreserver_event login POST ~ ^/x$ { email form:b; }"
          "sitepreserver_event sign_up POST /x { email form:c; }"
          "sitepreserver_event generate_lead POST = /y { email form:d; }");

    PLAY(.body = "a=a@example.com&b=b@example.com&first=Ann"
                 "&d=d@example.com");
    is(lab.out->email, "b@example.com");
    is(lab.out->first_name, "Ann");
    assert_int_equal(lab.out->kinds, SP_IDENTIFY | SP_LOGIN | SP_SIGN_UP);

    PLAY(.body = "c=c@example.com&b=b@example.com");
    is(lab.out->email, "c@example.com");
}


static void
semantics_1_absent_means_the_next_alternative(void **unused)
{
    rules("sitepreserver_event identify POST = /x {"
          " email form:a | base64 or json:b or json:c or header:X-Mail"
          "   or arg:last; }");

    /* absent; a decoder that fails; no address after it */

    PLAY(.body = "b=1", .args = "last=last%40example.com");
    is(lab.out->email, "last@example.com");

    PLAY(.body = "a=%21%21", .request = { { "x-mail", "x@example.com" } });
    is(lab.out->email, "x@example.com");

    PLAY(.body = "a=bm8gYWRkcmVzcw==", .args = "last=last@example.com");
    is(lab.out->email, "last@example.com");

    PLAY(.body = "a=YUBleGFtcGxlLmNvbQ==");
    is(lab.out->email, "a@example.com");

    /* empty, null, an invalid address, an object */

    PLAY(.body = "{\"b\":\"\",\"c\":\"c@example.com\"}");
    is(lab.out->email, "c@example.com");

    PLAY(.body = "{\"b\":null,\"c\":\"c@example.com\"}");
    is(lab.out->email, "c@example.com");

    PLAY(.body = "{\"b\":\"user\",\"c\":\"c@example.com\"}");
    is(lab.out->email, "c@example.com");

    PLAY(.body = "{\"b\":{\"x\":1},\"c\":[\"c@example.com\"]}",
         .request = { { "x-mail", "" } }, .args = "last=last@example.com");
    is(lab.out->email, "last@example.com");
}


/* ---- conditions ---- */

static void
condition(const char *condition_, int holds, exchange_t *x)
{
    char  text[500];

    snprintf(text, sizeof(text), "sitepreserver_event identify GET,POST /x {"
             " if %s; }", condition_);

    rules(text);
    play(x);

    if ((lab.rc == SP_OK && lab.out->kinds == SP_IDENTIFY) != holds) {
        fail_msg("if %s: not %d", condition_, holds);
    }
}


#define HOLDS(text, ...)                                                      \
    condition(text, 1, &(exchange_t) { __VA_ARGS__ })
#define FAILS(text, ...)                                                      \
    condition(text, 0, &(exchange_t) { __VA_ARGS__ })


static void
conditions_on_text(void **unused)
{
    HOLDS("form:a", .body = "a=1");
    HOLDS("form:a present", .body = "a=1");
    FAILS("form:a present", .body = "a=");
    FAILS("form:a", .body = "b=1");
    FAILS("form:a absent", .body = "a=1");
    HOLDS("form:a absent", .body = "a=");
    HOLDS("form:a absent", .body = "b=1");

    HOLDS("form:a = 1", .body = "a=1");
    HOLDS("form:a = 2 1", .body = "a=1");
    FAILS("form:a = 2", .body = "a=1");
    FAILS("form:a = 2", .body = "b=1");
    FAILS("form:a != 1", .body = "a=1");
    FAILS("form:a != 2 1", .body = "a=1");
    HOLDS("form:a != 2", .body = "a=1");
    HOLDS("form:a != 2", .body = "b=1");

    HOLDS("form:a ~ ^[0-9]$", .body = "a=1");
    FAILS("form:a ~ ^[0-9]$", .body = "a=12");
    FAILS("form:a ~ .*", .body = "b=12");
    FAILS("form:a !~ ^[0-9]$", .body = "a=1");
    HOLDS("form:a !~ ^[0-9]$", .body = "a=12");
    HOLDS("form:a !~ ^[0-9]$", .body = "b=12");

    HOLDS("form:a or form:b = 1", .body = "b=1");
    FAILS("form:a or form:b = 1", .body = "a=2&b=1");
    HOLDS("form:a | base64 = hi", .body = "a=aGk=");
    HOLDS("value:1", .body = "");
}


static void
conditions_on_json(void **unused)
{
    HOLDS("response.json:a = true", .answer = "{\"a\":true}");
    HOLDS("response.json:a = false", .answer = "{\"a\":false}");
    HOLDS("response.json:a present", .answer = "{\"a\":false}");
    HOLDS("response.json:a = 10", .answer = "{\"a\":10}");
    HOLDS("response.json:a = null", .answer = "{\"a\":null}");
    FAILS("response.json:a = null", .answer = "{\"a\":1}");
    FAILS("response.json:a = null", .answer = "{\"b\":1}");
    FAILS("response.json:a != null", .answer = "{\"a\":null}");
    HOLDS("response.json:a != null", .answer = "{\"b\":null}");
    HOLDS("response.json:a absent", .answer = "{\"a\":null}");

    /* containers: there when something is in them */

    HOLDS("response.json:a", .answer = "{\"a\":{\"b\":1}}");
    HOLDS("response.json:a", .answer = "{\"a\":[null]}");
    FAILS("response.json:a", .answer = "{\"a\":{}}");
    FAILS("response.json:a", .answer = "{\"a\":[]}");
    HOLDS("response.json:a absent", .answer = "{\"a\":[]}");
    FAILS("response.json:a absent", .answer = "{\"a\":[1]}");
    HOLDS("response.json:a or response.json:b present",
          .answer = "{\"a\":[],\"b\":{\"c\":{}}}");
    FAILS("response.json:a absent", .answer = "{\"a\":[[]]}");

    /* bare values, and what no Content-Type tells */

    HOLDS("response.json: = 123", .answer = "123");
    HOLDS("response.json: = 123", .answer = " \"123\"");
    HOLDS("response.json:a = 1", .answer = "\xef\xbb\xbf\r\n{\"a\":1}",
          .response = { { "content-type", "text/html" } });
    FAILS("response.json:a = 1", .answer = "<p>{\"a\":1}</p>");
    HOLDS("json:a = 1", .body = " {\"a\":1}",
          .request = { { "content-type", "text/plain" } });
    FAILS("form:a = 1", .body = "{\"a\":1}&a=1");
    FAILS("json:a = 1", .body = "a=1");
    FAILS("form:a = 1", .body = "a=1",
          .request = { { "content-type", "Multipart/form-data; boundary=a" } });
}


static void
conditions_on_the_rest(void **unused)
{
    HOLDS("arg:a[b] = 1", .args = "a%5Bb%5D=1");
    HOLDS("arg:a = 1", .method = "GET", .args = "a=1");
    FAILS("arg:a = 1", .method = "GET");

    /* an empty value is none, but it may be asked for */

    HOLDS("arg:a = \"\"", .method = "GET", .args = "b&a=");
    HOLDS("arg:a = 1 \"\"", .method = "GET", .args = "a");
    HOLDS("arg:b or arg:a = \"\"", .method = "GET", .args = "a=");
    FAILS("arg:a = \"\"", .method = "GET", .args = "a=1");
    FAILS("arg:a = \"\"", .method = "GET", .args = "b=");
    FAILS("arg:a = \"\"", .method = "GET");
    FAILS("arg:a != \"\"", .method = "GET", .args = "a=");
    HOLDS("arg:a != \"\"", .method = "GET", .args = "b=");
    FAILS("arg:a present", .method = "GET", .args = "a=");
    HOLDS("arg:a absent", .method = "GET", .args = "a=");
    FAILS("arg:a ~ ^", .method = "GET", .args = "a=");
    HOLDS("form:a = \"\"", .body = "a=&b=1");
    FAILS("form:a = \"\"", .body = "b=1");
    HOLDS("header:x = \"\"", .request = { { "x", "" } });
    FAILS("json:a = \"\"", .body = "{\"a\":\"\"}");
    FAILS("arg:a | strip:x = \"\"", .method = "GET", .args = "a=x");

    rules("sitepreserver_event logout GET * { if arg:mylogout = \"\"; }");
    PLAY(.method = "GET", .uri = "/en/", .args = "mylogout=");
    assert_int_equal(lab.out->kinds, SP_LOGOUT);
    PLAY(.method = "GET", .uri = "/", .args = "a=1&mylogout");
    assert_int_equal(lab.out->kinds, SP_LOGOUT);
    PLAY(.method = "GET", .uri = "/", .args = "mylogout=1");
    assert_int_equal(lab.rc, SP_DONE);
    HOLDS("header:X-A = 1", .request = { { "x-a", "1" } });
    HOLDS("cookie:a_* = 1", .request = { { "cookie", "b=2; a_77=1" } });
    HOLDS("cookie:*_session = 1",
          .request = { { "cookie", "session=3; my_shop_session=1" } });
    FAILS("cookie:a_*_c present", .request = { { "cookie", "a_c=1" } });
    HOLDS("cookie:a = 1",
          .request = { { "cookie", "b=2" }, { "cookie", "a=1" } });
    FAILS("cookie:a = 1", .request = { { "cookie", "A=1" } });
    HOLDS("uri = /x/y", .uri = "/x/y");
    HOLDS("uri:2 = y", .uri = "/x//y/z");
    FAILS("uri:4", .uri = "/x/y/z/");
    HOLDS("body ~ needle", .body = "a=%needle");
    HOLDS("response.body ~ needle", .answer = "<p>needle</p>");
    FAILS("response.body ~ needle", .answer = "<p>noodle</p>");
    HOLDS("response.header:X-A = 1", .response = { { "x-a", "1" } });
    HOLDS("response.cookie:s = 1", .response = { { "set-cookie", "s=1" } });
    HOLDS("response.cookie:s* = 2",
          .response = { { "set-cookie", "s1=1" }, { "set-cookie", "s2=2" } });
    HOLDS("response.cookie:s_*_t deleted",
          .response = { { "set-cookie", "s_9_t=1; Max-Age=0" } });
    FAILS("response.cookie:s present",
          .response = { { "set-cookie", "s=1; Max-Age=0" } });
    HOLDS("response.cookie:s deleted",
          .response = { { "set-cookie", "s=1; Max-Age=0" } });
    HOLDS("cookie:s deleted", .response = { { "set-cookie",
          "s=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT" } });
    FAILS("cookie:s deleted", .response = { { "set-cookie", "s=1" } });
    FAILS("cookie:s deleted",
          .response = { { "set-cookie", "t=; Max-Age=0" } });
}


static void
several_conditions_are_anded(void **unused)
{
    rules("sitepreserver_event identify POST = /x { if form:a; if header:b;"
          " if response.json:c; }");

    assert_non_null(PLAY(.body = "a=1", .answer = "{\"c\":1}",
                         .request = { { "b", "1" } }));
    assert_int_equal(lab.rc, SP_OK);

    PLAY(.body = "a=1", .answer = "{\"c\":1}");
    assert_int_equal(lab.rc, SP_DONE);
    PLAY(.body = "b=1", .answer = "{\"c\":1}", .request = { { "b", "1" } });
    assert_int_equal(lab.rc, SP_DONE);
    PLAY(.body = "a=1", .answer = "{\"d\":1}", .request = { { "b", "1" } });
    assert_int_equal(lab.rc, SP_DONE);
}


static void
status_is_2xx_or_3xx_unless_said(void **unused)
{
    unsigned  status;

    rules("sitepreserver_event login POST = /x { }"
          "sitepreserver_event logout POST = /x { status 200 404 503; }");

    for (status = 100; status < 600; status++) {

        PLAY(.status = status);

        assert_int_equal(lab.out->kinds,
                         (status >= 200 && status < 400 ? SP_LOGIN : 0)
                         | (status == 200 || status == 404 || status == 503
                            ? SP_LOGOUT : 0));
        assert_int_equal(lab.out->success, status < 500 && status != 499);
    }
}


/* ---- semantics 2 ---- */

static void
semantics_2_first_collection_with_ids(void **unused)
{
    rules("sitepreserver_event set_cart POST = /x {"
          " items response.json:a or response.json:b or response.json:c {"
          " id id or sku; item_key key; quantity qty; } }");

    PLAY(.answer = "{\"c\":[{\"id\":3}],\"b\":[{\"sku\":2,\"qty\":4}],"
                   "\"a\":[{\"name\":\"x\"}]}");
    cart(SP_CART_SNAPSHOT, "2*4");

    PLAY(.answer = "{\"c\":[{\"id\":3}],\"a\":[{\"name\":\"x\"},"
                   "{\"key\":\"k\"},{\"id\":\"\"},{\"id\":9}]}");
    cart(SP_CART_SNAPSHOT, "/k 9");

    PLAY(.answer = "{\"c\":[{\"id\":3}],\"a\":null}");
    cart(SP_CART_SNAPSHOT, "3");

    PLAY(.answer = "{\"d\":[{\"id\":3}]}");
    cart(SP_CART_NONE, "");
}


static void
semantics_2_empty_array_empties(void **unused)
{
    rules(CART "}");

    PLAY(.answer = "{\"items\":[]}");
    cart(SP_CART_SNAPSHOT, "");

    PLAY(.answer = "{\"items\":null}");
    cart(SP_CART_NONE, "");

    PLAY(.answer = "{\"items\":\"x\"}");
    cart(SP_CART_NONE, "");

    PLAY(.answer = "{\"items\":[1,2,null]}");
    cart(SP_CART_NONE, "");

    PLAY(.answer = "{}");
    cart(SP_CART_NONE, "");

    PLAY(.answer = "<html>");
    cart(SP_CART_NONE, "");
}


static void
semantics_2_first_array_or_union(void **unused)
{
    rules("sitepreserver_event set_cart POST = /x {"
          " items response.json:*.items { id id; } }");

    /* ".*": the first one found */

    PLAY(.answer = "{\"a\":{\"x\":1},\"b\":{\"items\":[{\"id\":1}]},"
                   "\"c\":{\"items\":[{\"id\":2}]}}");
    cart(SP_CART_SNAPSHOT, "1");

    /* the same name twice */

    PLAY(.answer = "{\"b\":{\"items\":[{\"id\":1}],\"items\":[{\"id\":2}]}}");
    cart(SP_CART_SNAPSHOT, "1");

    /* "[*]": all of them */

    rules("sitepreserver_event set_cart POST = /x {"
          " items response.json:*.g[*].items { id id; item_key @key; } }");

    PLAY(.answer = "{\"a\":{\"g\":[{\"items\":[{\"id\":1},{\"id\":2}]},"
                   "{\"items\":[]},{\"items\":[{\"id\":3}]}]},"
                   "\"b\":{\"g\":[{\"items\":[{\"id\":4}]}]}}");
    cart(SP_CART_SNAPSHOT, "1/0 2/1 3/0");
}


static void
items_of_objects_and_scalars(void **unused)
{
    rules("sitepreserver_event set_cart POST = /x {"
          " items response.json:qty { id @key; quantity .; } }");

    PLAY(.answer = "{\"qty\":{\"a1\":2,\"b\\u00e9\":\"3\",\"\":4}}");
    cart(SP_CART_SNAPSHOT, "a1*2 b\xc3\xa9*3");

    PLAY(.answer = "{\"qty\":[5,6]}");
    cart(SP_CART_SNAPSHOT, "0*5 1*6");

    PLAY(.answer = "{\"qty\":{}}");
    cart(SP_CART_SNAPSHOT, "");

    rules("sitepreserver_event set_cart POST = /x {"
          " items response.json: { id id; quantity value:7; } }");

    PLAY(.answer = "[{\"id\":1},{\"id\":2}]");
    cart(SP_CART_SNAPSHOT, "1*7 2*7");
}


static void
items_alternatives_do_not_depend_on_order(void **unused)
{
    unsigned  i;

    static const char *const  answers[] = {
        "{\"items\":[{\"a\":\"1\",\"b\":\"2\",\"c\":[{\"d\":\"3\"}]}]}",
        "{\"items\":[{\"c\":[{\"d\":3},{\"d\":4}],\"b\":2,\"a\":1}]}",
        "{\"items\":[{\"a\":\"no\",\"b\":\"1\"}]}",
        "{\"items\":[{\"b\":\"1\",\"a\":null}]}",
        "{\"items\":[{\"c\":[{\"d\":null},{\"d\":\"1\"},{\"d\":\"2\"}]}]}"
    };

    rules("sitepreserver_event set_cart POST = /x {"
          " items response.json:items { id a | regex:[0-9]+ or b or c[*].d;"
          " } }");

    for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        PLAY(.answer = answers[i]);
        cart(SP_CART_SNAPSHOT, "1");
    }
}


/* ---- semantics 3 ---- */

static void
semantics_3_a_cut_body_is_no_snapshot(void **unused)
{
    size_t   limit;

    static const char  answer[] = "{\"mail\":\"a@example.com\",\"items\":["
        "{\"id\":1,\"qty\":2},{\"id\":2,\"qty\":1}],\"count\":0,\"x\":"
        "\"xxxxxxxxxxxxxxxxxxxx\"}";

    rules(CART " email response.json:mail; empty response.json:none absent;"
          " empty response.json:count = 0; }");

    for (limit = 1; limit < sizeof(answer); limit++) {

        PLAY(.answer = answer, .answer_limit = limit);

        assert_int_equal(lab.out->response_cut, limit < sizeof(answer) - 1);

        /* scalars found before count: the address ends at byte 23 */

        assert_int_equal(lab.out->email.len != 0, limit >= 23);

        /* the array ends at byte 72; before: no snapshot, and not empty */

        if (limit >= (size_t) (strstr(answer, "],") - answer) + 1) {
            cart(SP_CART_SNAPSHOT, "1*2 2*1");

        } else {
            cart(SP_CART_NONE, "");
        }
    }

    /* without the limit, but broken off */

    PLAY(.answer = "{\"items\":[{\"id\":1}", .unfinished = 1);
    cart(SP_CART_NONE, "");
    assert_true(lab.out->response_cut);

    PLAY(.answer = "{\"items\":[{\"id\":1}");
    cart(SP_CART_NONE, "");
    assert_true(lab.out->response_bad);

    PLAY(.answer = "{\"items\":[{\"id\":1}]}");
    cart(SP_CART_SNAPSHOT, "1");
    assert_false(lab.out->response_bad || lab.out->response_cut);

    PLAY(.answer = "{\"count\":0}");
    cart(SP_CART_SNAPSHOT, "");
}


static void
empty_conditions(void **unused)
{
    rules("sitepreserver_event remove_from_cart POST = /x {"
          " item_id form:id; empty response.json:n = 0; }");

    PLAY(.body = "id=5", .answer = "{\"n\":0}");
    cart(SP_CART_SNAPSHOT, "");
    PLAY(.body = "id=5", .answer = "{\"n\":1}");
    cart(SP_CART_REMOVE, "5");

    rules("sitepreserver_event set_cart POST = /x { empty; }");
    PLAY(.body = "");
    cart(SP_CART_SNAPSHOT, "");

    /* in the order of the rules */

    rules("sitepreserver_event set_cart POST = /x { empty; }" CART "}");
    PLAY(.answer = "{\"items\":[{\"id\":1}]}");
    cart(SP_CART_SNAPSHOT, "1");
    PLAY(.answer = "{}");
    cart(SP_CART_SNAPSHOT, "");
}


/* ---- semantics 4 ---- */

static void
semantics_4_a_purchase_ignores_items(void **unused)
{
    rules(CART "}"
          "sitepreserver_event purchase POST = /x { if response.json:order;"
          " order_id response.json:order; total response.json:total; }"
          "sitepreserver_event add_to_cart POST = /x { item_id form:id; }");

    PLAY(.body = "id=4",
         .answer = "{\"items\":[{\"id\":1}],\"order\":77,\"total\":9.5}");
    assert_true(lab.out->kinds & SP_PURCHASE);
    cart(SP_CART_NONE, "");
    is(lab.out->order_id, "77");
    assert_int_equal(lab.out->total, 950);

    PLAY(.body = "id=4", .answer = "{\"items\":[{\"id\":1}]}");
    cart(SP_CART_SNAPSHOT, "1");
}


static void
semantics_4_changes_of_a_line(void **unused)
{
    rules("sitepreserver_event add_to_cart POST = /x {"
          " item_id form:id; item_key form:key; quantity form:qty; }");

    PLAY(.body = "id=4");
    cart(SP_CART_ADD, "4*1");
    PLAY(.body = "id=4&qty=3&key=k");
    cart(SP_CART_ADD, "4/k*3");
    PLAY(.body = "key=k&qty=");
    cart(SP_CART_ADD, "/k*1");
    PLAY(.body = "id=4&qty=many");
    cart(SP_CART_NONE, "");
    PLAY(.body = "id=4&qty=-1");
    cart(SP_CART_NONE, "");
    PLAY(.body = "qty=1");
    cart(SP_CART_NONE, "");

    rules("sitepreserver_event add_to_cart POST = /x { item_id form:id;"
          " quantity form:qty; quantity_is absolute; }");
    PLAY(.body = "id=4&qty=3");
    cart(SP_CART_SET, "4*3");

    rules("sitepreserver_event update_cart POST = /x { item_key form:key;"
          " quantity form:qty; }");
    PLAY(.body = "key=k&qty=0");
    cart(SP_CART_SET, "/k*0");
    PLAY(.body = "key=k");
    cart(SP_CART_NONE, "");

    rules("sitepreserver_event remove_from_cart POST = /x {"
          " item_key form:key; quantity form:qty; }");
    PLAY(.body = "key=k&qty=2");
    cart(SP_CART_REMOVE, "/k");

    rules("sitepreserver_event view_item POST = /x { item_id form:id; }");
    PLAY(.body = "id=4");
    cart(SP_CART_NONE, "");
    assert_int_equal(lab.out->kinds, SP_VIEW_ITEM);
}


static void
quantities_are_whole_pieces(void **unused)
{
    unsigned  i;
    char      body[40], expected[40];

    static const struct {
        const char  *text;
        int          quantity;      /* -1: not one */
    } quantities[] = {
        { "1", 1 }, { "2.0", 2 }, { "2.4", 2 }, { "2.5", 3 }, { "0.3", 1 },
        { "0.0001", 0 }, { "0", 0 }, { "1e2", 100 }, { "999999", 999999 },
        { "1000000", -1 }, { "-1", -1 }, { "1x", -1 }, { "99999999999999", -1 }
    };

    rules("sitepreserver_event update_cart POST = /x { item_id form:id;"
          " quantity form:qty; }");

    for (i = 0; i < sizeof(quantities) / sizeof(quantities[0]); i++) {

        snprintf(body, sizeof(body), "id=4&qty=%s", quantities[i].text);
        snprintf(expected, sizeof(expected), "4*%d", quantities[i].quantity);

        PLAY(.body = body);

        if (quantities[i].quantity < 0) {
            cart(SP_CART_NONE, "");

        } else if (strchr(quantities[i].text, '.') != NULL
                   && strcmp(quantities[i].text, "2.0") != 0
                   && strcmp(quantities[i].text, "0.0001") != 0)
        {
            strcat(expected, "@?");
            cart(SP_CART_SET, expected);

        } else {
            cart(SP_CART_SET, expected);
        }
    }
}


static void
items_over_forms(void **unused)
{
    rules("sitepreserver_event update_cart POST = /x {"
          " items form:cart[*][qty] { item_key @key; quantity .;"
          " id form:cart[#][id]; } }");

    PLAY(.body = "cart%5Bab%5D%5Bqty%5D=2&cart[cd][qty]=0&cart[ab][id]=9"
                 "&x=1&cart[ef][qty]=");
    cart(SP_CART_SET, "9/ab*2 /cd*0");
    assert_false(lab.out->lines[0].from_shop);

    PLAY(.body = "x=1");
    cart(SP_CART_NONE, "");

    /* parallel arrays */

    rules("sitepreserver_event update_cart POST = /x {"
          " items form:products_id[*] { id .; quantity form:cart_quantity[#];"
          " } }");

    PLAY(.body = "products_id[]=7&cart_quantity[]=1&products_id[]=8:a"
                 "&cart_quantity[]=3");
    cart(SP_CART_SET, "7*1 8:a*3");

    /* what is added without a number is one, unless there is a field */

    rules("sitepreserver_event add_to_cart POST = /x {"
          " items form:quantity[*] { id @key; quantity .; } }");
    PLAY(.body = "quantity[5]=2&quantity[6]=&quantity[7]=0");
    cart(SP_CART_ADD, "5*2");

    rules("sitepreserver_event add_to_cart POST = /x {"
          " items form:ids[*] { id .; } }");
    PLAY(.body = "ids[]=5&ids[]=6");
    cart(SP_CART_ADD, "5*1 6*1");

    rules("sitepreserver_event remove_from_cart POST = /x {"
          " items form:delete[*] { item_key .; } }");
    PLAY(.body = "delete[]=5&delete[]=6");
    cart(SP_CART_REMOVE, "/5 /6");

    rules("sitepreserver_event set_cart POST = /x {"
          " items form:ids[*] { id .; } }");
    PLAY(.body = "ids[]=5&ids[]=6");
    cart(SP_CART_SNAPSHOT, "5 6");

    /* a form that is cut is no whole cart; its last pair is not known */

    PLAY(.body = "ids[]=5&ids[]=6&ids[]=7", .body_limit = 17);
    cart(SP_CART_NONE, "");
    assert_true(lab.out->request_cut);

    rules("sitepreserver_event update_cart POST = /x {"
          " items form:cart[*] { item_key @key; quantity .; } }");
    PLAY(.body = "cart[a]=11&cart[b]=22", .body_limit = 20);
    cart(SP_CART_SET, "/a*11");
}


static void
items_over_json_requests(void **unused)
{
    rules("sitepreserver_event add_to_cart POST = /x {"
          " items json:lines { id product.id; quantity quantity; name name; }"
          " }");

    PLAY(.body = "{\"lines\":[{\"product\":{\"id\":\"p1\"},\"quantity\":2,"
                 "\"name\":\"Buy at evil.example\"}]}");
    cart(SP_CART_ADD, "p1*2");
    is(lab.out->lines[0].name, "Buy at evil.example");
    assert_false(lab.out->lines[0].from_shop);
}


/* ---- semantics 5 ---- */

static void
semantics_5_an_uncertain_order_is_pending(void **unused)
{
    unsigned  i;

    static const unsigned  statuses[] = { 499, 502, 504 };

    rules("sitepreserver_visitor cookie:s;"
          "sitepreserver_event purchase POST = /x { if form:terms;"
          " if response.json:result = success; if response.header:ok;"
          " order_id response.json:order or form:order; email form:mail;"
          " visitor form:cart; customer response.json:customer; }"
          CART "}");

    for (i = 0; i < 3; i++) {

        PLAY(.body = "terms=1&mail=a@example.com&order=7&cart=c1",
             .status = statuses[i], .unanswered = statuses[i] == 499,
             .request = { { "cookie", "s=1" } });

        assert_int_equal(lab.rc, SP_OK);
        assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);
        assert_false(lab.out->success);
        is(lab.out->order_id, "7");
        is(lab.out->visitor, "c1");

        /* it was no success: nobody is captured */

        is(lab.out->email, "");
        cart(SP_CART_NONE, "");

        PLAY(.body = "mail=a@example.com", .status = statuses[i],
             .unanswered = statuses[i] == 499);
        assert_int_equal(lab.rc, SP_DONE);
    }

    PLAY(.body = "terms=1", .status = 500);
    assert_int_equal(lab.rc, SP_DONE);

    PLAY(.body = "terms=1", .answer = "{\"result\":\"failure\"}",
         .response = { { "ok", "1" } });
    assert_int_equal(lab.out->kinds, SP_SET_CART);

    PLAY(.body = "terms=1", .answer = "{\"result\":\"success\"}",
         .response = { { "ok", "1" } });
    assert_int_equal(lab.out->kinds, SP_PURCHASE | SP_SET_CART);

    /* the client left while the answer came */

    PLAY(.body = "terms=1", .answer = "{\"result\":\"suc", .unfinished = 1,
         .final = 499, .response = { { "ok", "1" } });
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);

    /* before its body was there */

    PLAY(.body = "terms=1", .piece = 3, .unanswered = 1, .status = 499);
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);
}


static void
semantics_5_graphql_answers_imply_the_request(void **unused)
{
    static const char  pay[] =
        "{\"query\":\"mutation { pay: addPaymentToOrder(x:1) { state } }\"}";
    static const char  cart_[] = "{\"query\":\"{ activeOrder { state } }\"}";

    rules("sitepreserver_event purchase POST = /x {"
          " if response.graphql:addPaymentToOrder.error absent;"
          " if response.graphql:addPaymentToOrder.state != Declined; }");

    PLAY(.body = pay, .answer = "{\"data\":{\"pay\":{\"state\":\"Paid\"}}}");
    assert_int_equal(lab.out->kinds, SP_PURCHASE);

    PLAY(.body = pay, .answer = "{\"data\":{\"pay\":{\"error\":\"no\"}}}");
    assert_int_equal(lab.rc, SP_DONE);

    PLAY(.body = pay,
         .answer = "{\"data\":{\"pay\":{\"state\":\"Declined\"}}}");
    assert_int_equal(lab.rc, SP_DONE);

    PLAY(.body = pay, .status = 504);
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);

    /* another request to the same URI is no order, whatever its status */

    PLAY(.body = cart_, .answer = "{\"data\":{\"activeOrder\":null}}");
    assert_int_equal(lab.rc, SP_DONE);

    PLAY(.body = cart_, .status = 504);
    assert_int_equal(lab.rc, SP_DONE);
}


static void
checkout_errors(void **unused)
{
    rules("sitepreserver_event add_shipping_info POST = /x { checkout;"
          " if form:a; email form:mail; visitor form:cart; }"
          "sitepreserver_event login POST = /x { }");

    PLAY(.body = "a=1&cart=abc", .status = 500);
    assert_int_equal(lab.out->kinds, SP_CHECKOUT_ERROR);
    is(lab.out->visitor, "abc");
    assert_int_equal(lab.out->email.len, 0);
    assert_false(lab.out->checkout);
    assert_false(lab.out->success);

    PLAY(.body = "b=1", .status = 500);
    assert_int_equal(lab.rc, SP_DONE);

    PLAY(.body = "a=1", .status = 200);
    assert_int_equal(lab.out->kinds, SP_ADD_SHIPPING_INFO | SP_LOGIN);
    assert_true(lab.out->checkout);

    PLAY(.body = "a=1", .status = 422);
    assert_int_equal(lab.rc, SP_DONE);

    rules("sitepreserver_event purchase POST = /x { checkout; }");

    PLAY(.status = 503);
    assert_int_equal(lab.out->kinds, SP_CHECKOUT_ERROR);
    PLAY(.status = 502);
    assert_int_equal(lab.out->kinds, SP_CHECKOUT_ERROR | SP_ORDER_PENDING);
    PLAY(.status = 499);
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);
}


/* ---- semantics 6 ---- */

static void
semantics_6_what_is_from_the_shop(void **unused)
{
    rules("sitepreserver_event add_to_cart POST = /x { item_id form:id;"
          " name response.json:name or form:name; price form:price; }");

    PLAY(.body = "id=1&name=N&price=2.5", .answer = "{\"name\":\"Shop\"}");
    is(lab.out->lines[0].name, "Shop");
    assert_int_equal(lab.out->lines[0].price, 250);
    assert_false(lab.out->lines[0].from_shop);

    PLAY(.body = "id=1&name=N", .answer = "{\"name\":\"Shop\"}");
    assert_true(lab.out->lines[0].from_shop);

    PLAY(.body = "id=1&name=N", .answer = "{}");
    is(lab.out->lines[0].name, "N");
    assert_false(lab.out->lines[0].from_shop);

    PLAY(.body = "id=1", .answer = "{}");
    assert_false(lab.out->lines[0].from_shop);

    rules("sitepreserver_event login POST = /x {"
          " email response.json:mail or form:mail; }");

    PLAY(.body = "mail=a@example.com", .answer = "{}");
    assert_false(lab.out->email_from_shop);
    PLAY(.body = "mail=a@example.com",
         .answer = "{\"mail\":\"B@Example.com\"}");
    assert_true(lab.out->email_from_shop);
    is(lab.out->email, "b@example.com");
    assert_int_equal(lab.out->email_kinds, SP_LOGIN);

    /* what a cart's answer repeats may have been typed */

    rules("sitepreserver_event set_cart POST = /x {"
          " email response.json:mail; customer response.json:id; }"
          "sitepreserver_event identify POST = /x {"
          " email response.json:me or form:me; }"
          "sitepreserver_event add_payment_info POST = /x { email form:pay; }");

    PLAY(.body = "", .answer = "{\"mail\":\"a@example.com\",\"id\":1}");
    is(lab.out->email, "a@example.com");
    assert_false(lab.out->email_from_shop);
    PLAY(.body = "me=a@example.com",
         .answer = "{\"mail\":\"a@example.com\",\"id\":1}");
    assert_false(lab.out->email_from_shop);
    PLAY(.body = "", .answer = "{\"mail\":\"a@example.com\","
         "\"me\":\"a@example.com\",\"id\":1}");
    assert_true(lab.out->email_from_shop);
    PLAY(.body = "pay=a@example.com", .answer = "{\"me\":\"a@example.com\"}");
    assert_true(lab.out->email_from_shop);
    PLAY(.body = "pay=b@example.com", .answer = "{\"me\":\"a@example.com\"}");
    is(lab.out->email, "b@example.com");
    assert_false(lab.out->email_from_shop);

    /* the last address counts, and each rule that gave it */

    rules("sitepreserver_event login POST = /x { email form:a; }"
          "sitepreserver_event generate_lead POST = /x { email form:b; }"
          "sitepreserver_event page_view POST = /x { email form:c; }");

    PLAY(.body = "a=a%40example.com&b=a%40example.com&c=x");
    assert_int_equal(lab.out->email_kinds, SP_LOGIN|SP_GENERATE_LEAD);
    PLAY(.body = "a=a%40example.com&b=b%40example.com&c=x");
    is(lab.out->email, "b@example.com");
    assert_int_equal(lab.out->email_kinds, SP_GENERATE_LEAD);

    rules(CART "}");
    PLAY(.answer = "{\"items\":[{\"id\":1}]}");
    assert_true(lab.out->lines[0].from_shop);
}


/* A yes, a no, or nothing: what is not said changes nothing. */

static void
semantics_6_consent(void **unused)
{
    unsigned  i;
    char      body[100];

    static const char *const  yes[] = { "1", "true", "on", "YES", "2",
                                        "marketing", "+1+", "nope", "offer" };
    static const char *const  no[] = { "0", "false", "OFF", "No", "n", "F",
                                       "+0+" };
    static const char *const  nothing[] = { "", "+", "null", "Undefined",
                                            "none" };

    rules("sitepreserver_event sign_up POST = /x { email form:mail;"
          " consent form:news; }");

    for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        snprintf(body, sizeof(body), "mail=a@example.com&news=%s", yes[i]);
        PLAY(.body = body);
        assert_int_equal(lab.out->consent, SP_CONSENT_GIVEN);
        assert_int_equal(lab.out->consent_kind, SP_SIGN_UP);
    }

    for (i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        snprintf(body, sizeof(body), "mail=a@example.com&news=%s", no[i]);
        PLAY(.body = body);
        assert_int_equal(lab.out->consent, SP_CONSENT_WITHDRAWN);
    }

    for (i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
        snprintf(body, sizeof(body), "mail=a@example.com&news=%s", nothing[i]);
        PLAY(.body = body);
        assert_int_equal(lab.out->consent, SP_CONSENT_NOT);
        assert_int_equal(lab.out->consent_kind, 0);
    }

    PLAY(.body = "mail=a@example.com");
    assert_int_equal(lab.out->consent, SP_CONSENT_NOT);

    /* a hidden field before the box: the last one is what counts */

    PLAY(.body = "mail=a@example.com&news=0&news=1");
    assert_int_equal(lab.out->consent, SP_CONSENT_GIVEN);

    /* what failed says nothing */

    PLAY(.body = "mail=a@example.com&news=1", .status = 422);
    assert_true(lab.out == NULL || lab.out->consent == SP_CONSENT_NOT);
    PLAY(.body = "mail=a@example.com&news=0", .status = 499);
    assert_true(lab.out == NULL || lab.out->consent == SP_CONSENT_NOT);

    /* JSON, and the next alternative */

    rules("sitepreserver_event login POST = /x {"
          " consent response.json:news or form:news; }"
          "sitepreserver_event begin_checkout POST = /x { email form:mail;"
          " consent form:offers; }"
          "sitepreserver_event purchase POST = /pay { consent form:news; }");

    PLAY(.body = "news=1", .answer = "{\"news\":false}");
    assert_int_equal(lab.out->consent, SP_CONSENT_WITHDRAWN);
    PLAY(.body = "news=0", .answer = "{\"news\":true}");
    assert_int_equal(lab.out->consent, SP_CONSENT_GIVEN);
    PLAY(.body = "news=1", .answer = "{\"news\":null}");
    assert_int_equal(lab.out->consent, SP_CONSENT_GIVEN);
    PLAY(.answer = "{\"news\":[true]}");
    assert_int_equal(lab.out->consent, SP_CONSENT_NOT);

    /* the last rule that says it */

    PLAY(.body = "offers=no", .answer = "{\"news\":true}");
    assert_int_equal(lab.out->consent, SP_CONSENT_WITHDRAWN);
    assert_int_equal(lab.out->consent_kind, SP_BEGIN_CHECKOUT);
    PLAY(.body = "mail=a@example.com", .answer = "{\"news\":true}");
    assert_int_equal(lab.out->consent, SP_CONSENT_GIVEN);
    assert_int_equal(lab.out->consent_kind, SP_LOGIN);

    /* nor does an order that is uncertain */

    PLAY(.uri = "/pay", .body = "news=1", .status = 502);
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);
    assert_int_equal(lab.out->consent, SP_CONSENT_NOT);
}


static void
semantics_6_aliases(void **unused)
{
    rules("sitepreserver_alias cookie:login_*;"
          "sitepreserver_alias response.header:X-Person or header:X-Device;"
          "sitepreserver_event login POST = /x { alias response.json:token"
          "  or form:token; }");

    PLAY(.request = { { "cookie", "login_1=jo%7Cx" }, { "x-device", "d" } },
         .answer = "{}");
    assert_int_equal(lab.out->naliases, 2);
    is(lab.out->aliases[0].value, "jo%7Cx");
    assert_false(lab.out->aliases[0].from_shop || lab.out->aliases[0].deleted);
    is(lab.out->aliases[1].value, "d");
    assert_false(lab.out->aliases[1].from_shop);

    /* its Set-Cookie was seen: it is believed, and is another one now */

    PLAY(.request = { { "cookie", "login_1=old" } }, .answer = "{}",
         .response = { { "set-cookie", "login_1=new; Path=/" },
                       { "x-person", "p" } });
    assert_int_equal(lab.out->naliases, 2);
    is(lab.out->aliases[0].value, "new");
    assert_true(lab.out->aliases[0].from_shop);
    is(lab.out->aliases[1].value, "p");
    assert_true(lab.out->aliases[1].from_shop);

    PLAY(.request = { { "cookie", "login_1=old" } }, .answer = "{}",
         .response = { { "set-cookie", "login_1=; Max-Age=0" } });
    assert_int_equal(lab.out->naliases, 1);
    is(lab.out->aliases[0].value, "old");
    assert_true(lab.out->aliases[0].deleted);

    /* of a rule */

    PLAY(.body = "token=r", .answer = "{}");
    assert_int_equal(lab.out->naliases, 1);
    is(lab.out->aliases[0].value, "r");
    assert_false(lab.out->aliases[0].from_shop);

    PLAY(.request = { { "cookie", "login_1=t" } },
         .answer = "{\"token\":\"t\"}");
    assert_int_equal(lab.out->naliases, 1);
    assert_true(lab.out->aliases[0].from_shop);
}


/* ---- semantics 7 ---- */

static void
semantics_7_the_visit_moves(void **unused)
{
    rules("sitepreserver_visitor cookie:s | \"regex:^(t_[0-9]+)%7C\""
          " or cookie:s or header:token or response.header:token;"
          "sitepreserver_event login POST = /x { visitor form:v"
          "  or response.json:v; }");

    PLAY(.request = { { "cookie", "s=t_12%7Cx%7Cy" } }, .answer = "{}");
    is(lab.out->visitor, "t_12");
    is(lab.out->next_visitor, "");

    /* the same again is no move */

    PLAY(.request = { { "cookie", "s=t_12%7Cx%7Cy" } }, .answer = "{}",
         .response = { { "set-cookie", "s=t_12%7Cz%7Cz" } });
    is(lab.out->next_visitor, "");
    assert_false(lab.out->visitor_deleted);

    PLAY(.request = { { "cookie", "s=t_12%7Cx%7Cy" } }, .answer = "{}",
         .response = { { "set-cookie", "s=42%7Cz%7Cz" } });
    is(lab.out->visitor, "t_12");
    is(lab.out->next_visitor, "42%7Cz%7Cz");

    PLAY(.request = { { "token", "old" } }, .answer = "{}",
         .response = { { "token", "new" } });
    is(lab.out->visitor, "old");
    is(lab.out->next_visitor, "new");

    PLAY(.answer = "{}", .response = { { "token", "new" } });
    is(lab.out->visitor, "");
    is(lab.out->next_visitor, "new");

    PLAY(.request = { { "cookie", "s=9" } }, .answer = "{}",
         .response = { { "set-cookie", "s=deleted; Max-Age=0" } });
    is(lab.out->visitor, "9");
    assert_true(lab.out->visitor_deleted);

    /* of a rule: in the request it is this visit, in the answer the next */

    PLAY(.body = "v=cart1", .request = { { "token", "old" } });
    is(lab.out->visitor, "cart1");
    is(lab.out->next_visitor, "");

    PLAY(.answer = "{\"v\":\"cart2\"}", .request = { { "token", "old" } });
    is(lab.out->visitor, "old");
    is(lab.out->next_visitor, "cart2");

    PLAY(.answer = "{\"v\":\"old\"}", .request = { { "token", "old" } });
    is(lab.out->next_visitor, "");
}


static void
semantics_7_unmatched_exchanges_move_it_too(void **unused)
{
    rules("sitepreserver_visitor cookie:s | base64 or response.header:token;"
          "sitepreserver_alias cookie:login;"
          "sitepreserver_event login POST = /x { }");

    assert_null(PLAY(.uri = "/", .request = { { "cookie", "s=YQ==" } }));
    assert_int_equal(lab.rc, SP_DONE);

    PLAY(.uri = "/", .request = { { "cookie", "s=YQ==; login=l" } },
         .response = { { "set-cookie", "s=Yg==" } });
    assert_int_equal(lab.rc, SP_OK);
    assert_int_equal(lab.out->kinds, 0);
    is(lab.out->visitor, "a");
    is(lab.out->next_visitor, "b");
    assert_int_equal(lab.out->naliases, 1);

    PLAY(.uri = "/", .response = { { "token", "t" } });
    assert_int_equal(lab.rc, SP_OK);
    is(lab.out->next_visitor, "t");

    PLAY(.uri = "/", .response = { { "set-cookie", "login=l" } });
    assert_int_equal(lab.rc, SP_OK);
    assert_true(lab.out->aliases[0].from_shop);

    PLAY(.uri = "/", .response = { { "set-cookie", "other=l" } });
    assert_int_equal(lab.rc, SP_DONE);

    /* a session that says nothing any more */

    PLAY(.uri = "/", .request = { { "cookie", "s=YQ==" } },
         .response = { { "set-cookie", "s=!!!" } });
    assert_int_equal(lab.rc, SP_OK);
    assert_true(lab.out->visitor_deleted);
}


static void
headers_that_unmatched_answers_are_asked_for(void **unused)
{
    rules("sitepreserver_visitor header:token or uri;");
    assert_true(sp_observe_watches(lab.rules) == 0);

    rules("sitepreserver_visitor cookie:s or response.header:token;");
    assert_true(sp_observe_watches(lab.rules)
                == (sp_watch(sizeof("Set-Cookie") - 1)
                    | sp_watch(sizeof("token") - 1)));

    rules("sitepreserver_alias cookie:login;");
    assert_true(sp_observe_watches(lab.rules)
                == sp_watch(sizeof("Set-Cookie") - 1));
}


static void
the_visitor_alone(void **unused)
{
    sp_str_t       visitor;
    exchange_t     x;
    sp_exchange_t  ex;

    rules("sitepreserver_visitor cookie:s or uri:2;");

    x = (exchange_t) { .method = "GET", .uri = "/carts/c7",
        .request = { { "cookie", "s=1" } } };
    exchange_show(&x, &ex);

    assert_int_equal(sp_observe_visitor(lab.rules, &ex,
                                        sp_arena_pool(lab.pool), &visitor),
                     SP_OK);
    is(visitor, "1");

    x.request[0][0] = NULL;
    assert_int_equal(sp_observe_visitor(lab.rules, &ex,
                                        sp_arena_pool(lab.pool), &visitor),
                     SP_OK);
    is(visitor, "c7");

    x.uri = "/";
    exchange_show(&x, &ex);
    assert_int_equal(sp_observe_visitor(lab.rules, &ex,
                                        sp_arena_pool(lab.pool), &visitor),
                     SP_DONE);
}


/* ---- semantics 10 ---- */

static void
semantics_10_the_newest_address(void **unused)
{
    rules("sitepreserver_event identify POST = /x { email form:mail; }");

    PLAY(.body = "mail=jo@example.co");
    is(lab.out->email, "jo@example.co");
    PLAY(.body = "mail=jo@example.com&mail=");
    is(lab.out->email, "");
    PLAY(.body = "mail=a@example.com&mail=b@example.com");
    is(lab.out->email, "b@example.com");
    PLAY(.body = "mail=+Jo%2Bx%40Example.COM+");
    is(lab.out->email, "jo+x@example.com");
}


/* ---- GraphQL ---- */

static void
graphql_aliases_are_followed(void **unused)
{
    rules("sitepreserver_event set_cart POST = /x {"
          " items response.graphql:cart,addLine.lines { id id;"
          "  quantity quantity; }"
          " total response.graphql:cart,addLine.total; minor_units value:2;"
          " email graphql:addLine.input.mail; }");

    PLAY(.body = "{\"query\":\"mutation M($m:String){ a: addLine(input:{mail:$m"
                 "}) { lines { id } } b: other { lines { id } } }\","
                 "\"variables\":{\"m\":\"a@example.com\"}}",
         .answer = "{\"data\":{\"b\":{\"lines\":[{\"id\":2}],\"total\":1},"
                   "\"a\":{\"total\":250,\"lines\":[{\"id\":1,\"quantity\":3}]"
                   "},\"cart\":{\"lines\":[{\"id\":4}]}}}");
    cart(SP_CART_SNAPSHOT, "1*3");
    assert_int_equal(lab.out->total, 250);
    is(lab.out->email, "a@example.com");

    /* by arguments of a GET */

    rules("sitepreserver_event set_cart GET,POST = /x {"
          " items response.graphql:*.lines { id id; } }");

    PLAY(.method = "GET", .args = "query=%7B+c%3Acart+%7Bid%7D+%7D",
         .answer = "{\"data\":{\"c\":{\"lines\":[{\"id\":1}]}}}");
    cart(SP_CART_SNAPSHOT, "1");
}


/* A rule that reads nothing but F is about requests for F. */

static void
graphql_rules_are_about_their_fields(void **unused)
{
    exchange_t  x;

    rules("sitepreserver_event set_cart POST = /x {"
          " items response.graphql:cart,addLine.lines { id id; }"
          " email graphql:addLine.mail; minor_units value:2;"
          " locale header:Accept-Language; }");

    x = (exchange_t) { .body = "{\"query\":\"{ search { id } }\"}",
                       .answer = "{\"data\":{\"search\":[]}}" };
    play(&x);
    assert_int_equal(lab.rc, SP_DONE);
    assert_int_equal(x.answer_wants, 0);

    x.body = "{\"query\":\"{ search { id } c: cart { id } }\"}";
    play(&x);
    assert_int_equal(lab.out->kinds, SP_SET_CART);
    assert_int_equal(x.answer_wants, SP_WANT_RESPONSE_BODY);

    /* what it reads elsewhere is there anyway */

    rules("sitepreserver_event set_cart POST = /x {"
          " items response.graphql:cart,addLine.lines { id id; }"
          " email header:mail; }");

    x.body = "{\"query\":\"{ search { id } }\"}";
    play(&x);
    assert_int_equal(lab.out->kinds, SP_SET_CART);
}


static void
graphql_persisted_queries(void **unused)
{
    rules("sitepreserver_event set_cart POST = /x {"
          " if response.graphql:cart.error absent;"
          " items response.graphql:cart.lines { id id; } }");

    PLAY(.body = "{\"operationName\":\"GetCart\",\"extensions\":{}}",
         .answer = "{\"data\":{\"cart\":{\"lines\":[{\"id\":1}]}}}");
    cart(SP_CART_SNAPSHOT, "1");

    PLAY(.body = "{\"operationName\":\"GetCart\",\"extensions\":{}}",
         .answer = "{\"data\":{\"basket\":{\"lines\":[{\"id\":1}]}}}");
    assert_int_equal(lab.rc, SP_DONE);
}


static void
graphql_collections_in_arguments(void **unused)
{
    rules("sitepreserver_event add_to_cart POST = /x {"
          " items graphql:addMany.inputs { id variant; quantity qty; } }");

    PLAY(.body = "{\"query\":\"mutation($i:[In]){ addMany(inputs:$i){ id } }\","
                 "\"variables\":{\"i\":[{\"variant\":\"v1\",\"qty\":2},"
                 "{\"variant\":7}]}}");
    cart(SP_CART_ADD, "v1*2");

    PLAY(.body = "{\"query\":\"mutation{ addMany(inputs:[{variant:5,qty:1}])"
                 "{ id } }\"}");
    cart(SP_CART_ADD, "5*1");

    PLAY(.body = "{\"query\":\"mutation{ addOne(inputs:[{variant:5,qty:1}])"
                 "{ id } }\"}");
    cart(SP_CART_NONE, "");
}


/* A small request that would like to become a large one. */

static void
graphql_arguments_are_bounded(void **unused)
{
    char        *body;
    size_t       len, i;
    exchange_t   x;

    rules("sitepreserver_event add_to_cart POST = /x {"
          " items graphql:addMany.inputs { id variant; }"
          " email graphql:addMany.mail; }");

    body = malloc(64 * 1024);
    len = (size_t) sprintf(body, "{\"query\":\"mutation($v:V){");

    for (i = 0; i < 30; i++) {
        size_t  k;

        len += (size_t) sprintf(body + len, "a%u:addMany(", (unsigned) i);

        for (k = 0; k < 100; k++) {
            len += (size_t) sprintf(body + len, "x%u:$v,", (unsigned) k);
        }

        len += (size_t) sprintf(body + len, "y:1){id}");
    }

    len += (size_t) sprintf(body + len, "}\",\"variables\":{\"v\":\"");
    memset(body + len, 'v', 30000);
    len += 30000;
    strcpy(body + len, "\"}}");

    x = (exchange_t) { .body = body, .answer = "{}" };
    play(&x);
    assert_true(lab.out->request_cut);
    assert_true(sp_arena_used(lab.pool) < 4 * 1024 * 1024);

    free(body);
}


/* ---- amounts and texts ---- */

static void
amounts_in_minor_units(void **unused)
{
    rules("sitepreserver_currency EUR;"
          "sitepreserver_event set_cart POST = /x {"
          " items response.json:items { id id; price p; currency c;"
          "  minor_units u; line_total t; }"
          " total response.json:total; currency response.json:cur;"
          " minor_units response.json:unit; }");

    PLAY(.answer = "{\"total\":\"12.5\",\"items\":[{\"id\":1,\"p\":9.99,"
                   "\"t\":\"19.98\"}]}");
    assert_int_equal(lab.out->total, 1250);
    cart(SP_CART_SNAPSHOT, "1@999");
    assert_int_equal(lab.out->lines[0].total, 1998);
    is(lab.out->currency, "EUR");

    /* what is said after them counts, too */

    PLAY(.answer = "{\"total\":1250,\"items\":[{\"id\":1,\"p\":999}],"
                   "\"unit\":2,\"cur\":\"usd\"}");
    assert_int_equal(lab.out->total, 1250);
    cart(SP_CART_SNAPSHOT, "1@999");
    is(lab.out->currency, "USD");

    PLAY(.answer = "{\"total\":1250,\"items\":[{\"id\":1,\"p\":\"999.00\"}],"
                   "\"cur\":\"JPY\"}");
    assert_int_equal(lab.out->total, 1250);
    cart(SP_CART_SNAPSHOT, "1@999");

    /* a line's own */

    PLAY(.answer = "{\"items\":[{\"id\":1,\"p\":999000,\"u\":3,\"c\":\"KWD\"},"
                   "{\"id\":2,\"p\":\"12,50\"}]}");
    assert_int_equal(lab.out->total, SP_NO_AMOUNT);
    cart(SP_CART_SNAPSHOT, "1@999000 2@?");
    is(lab.out->currency, "KWD");
}


/* No amount is told that the shop did not say, or not so. */

static void
amounts_that_are_not_sure(void **unused)
{
    size_t  i;
    char    answer[200], expected[40];

    static const struct {
        const char  *line;          /* behind "id":1 */
        const char  *cart;
        int64_t      total;         /* of the line */
    } lines[] = {

        /* more decimals than the currency: of one piece as the shop shows it */

        { "\"q\":1,\"p\":\"8.4034\"", "*1@840", SP_NO_AMOUNT },
        { "\"p\":\"8.4034\"", "@840", SP_NO_AMOUNT },
        { "\"q\":2,\"p\":\"10.005\"", "*2@?", SP_NO_AMOUNT },
        { "\"q\":100,\"p\":\"0.4567\"", "*100@?", SP_NO_AMOUNT },
        { "\"q\":100,\"p\":\"0.4567\",\"t\":\"45.67\"", "*100@?", 4567 },
        { "\"q\":3,\"p\":19.989999999999998", "*3@1999", SP_NO_AMOUNT },
        { "\"q\":3,\"p\":\"19.9900\",\"t\":\"59.9704\"", "*3@1999", 5997 },

        /* what is measured is one piece of what it comes to */

        { "\"q\":1.5,\"p\":\"10.00\"", "*1@1500", 1500 },
        { "\"q\":0.333,\"p\":\"10.00\"", "*1@333", 333 },
        { "\"q\":0.333,\"p\":\"9.99\"", "*1@?", SP_UNSURE },
        { "\"q\":1.5,\"p\":\"10.004\"", "*1@?", SP_UNSURE },
        { "\"q\":0.3333,\"p\":\"10.00\"", "*1@?", SP_UNSURE },
        { "\"q\":0.3333,\"p\":\"10.00\",\"t\":3.33", "*1@333", 333 },
        { "\"q\":\"2.000\",\"p\":\"10.00\"", "*2@1000", SP_NO_AMOUNT },
        { "\"q\":\"3 pcs\",\"p\":\"10.00\"", "*1@?", SP_UNSURE },
        { "\"q\":\"2,5\",\"p\":\"10.00\",\"t\":25", "*1@2500", 2500 },
        { "\"q\":true", "*1@?", SP_UNSURE },

        /* what cannot be read */

        { "\"q\":2,\"p\":\"1.234,56\"", "*2@?", SP_NO_AMOUNT },
        { "\"q\":2,\"p\":\"9.00\",\"t\":\"18,00\"", "*2@?", SP_UNSURE },
        { "\"q\":2,\"p\":null,\"t\":\"\"", "*2", SP_NO_AMOUNT },

        /* a thousand and something, in a currency without decimals? */

        { "\"c\":\"CLP\",\"q\":1,\"p\":\"12.990\"", "*1@?", SP_NO_AMOUNT },
        { "\"c\":\"CLP\",\"q\":1,\"p\":\"1.000\"", "*1@?", SP_NO_AMOUNT },
        { "\"c\":\"CLP\",\"q\":1,\"p\":\"12990.0000\"", "*1@12990",
          SP_NO_AMOUNT },
        { "\"c\":\"JPY\",\"q\":1,\"p\":1600.0", "*1@1600", SP_NO_AMOUNT },
        { "\"c\":\"KWD\",\"q\":2,\"p\":\"1.000\"", "*2@1000", SP_NO_AMOUNT }
    };

    rules("sitepreserver_currency EUR;"
          "sitepreserver_event set_cart POST = /x {"
          " items response.json:items { id id; quantity q; price p;"
          "  line_total t; currency c; }"
          " total response.json:total; currency response.json:cur; }");

    for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        snprintf(answer, sizeof(answer), "{\"items\":[{\"id\":1,%s}]}",
                 lines[i].line);
        snprintf(expected, sizeof(expected), "1%s", lines[i].cart);

        PLAY(.answer = answer);
        cart(SP_CART_SNAPSHOT, expected);

        if (lab.out->lines[0].total != lines[i].total) {
            fail_msg("%s: %lld", answer, (long long) lab.out->lines[0].total);
        }
    }

    /* one currency: the rule's, else that of the first line */

    PLAY(.answer = "{\"cur\":\"EUR\",\"total\":\"20.00\",\"items\":["
                   "{\"id\":1,\"q\":1,\"p\":1600,\"c\":\"JPY\"},"
                   "{\"id\":2,\"q\":1,\"p\":\"10.00\",\"c\":\"eur\"},"
                   "{\"id\":3,\"q\":1,\"p\":\"5.00\"}]}");
    cart(SP_CART_SNAPSHOT, "1*1@? 2*1@1000 3*1@500");
    is(lab.out->currency, "EUR");
    assert_int_equal(lab.out->total, 2000);

    PLAY(.answer = "{\"total\":\"1600\",\"items\":["
                   "{\"id\":1,\"q\":1,\"p\":1600,\"c\":\"JPY\"},"
                   "{\"id\":2,\"q\":1,\"p\":\"10.00\",\"c\":\"EUR\"}]}");
    cart(SP_CART_SNAPSHOT, "1*1@1600 2*1@?");
    is(lab.out->currency, "JPY");
    assert_int_equal(lab.out->total, 1600);

    PLAY(.answer = "{\"total\":\"12.990\",\"cur\":\"CLP\",\"items\":[]}");
    assert_int_equal(lab.out->total, SP_NO_AMOUNT);
}


static void
texts_are_clean_and_bounded(void **unused)
{
    char      answer[4000], name[1100];
    unsigned  i;

    rules("sitepreserver_event set_cart POST = /x {"
          " items response.json:items { id id; name name; url url; } }");

    PLAY(.answer = "{\"items\":[{\"id\":\"a\\u0001b\",\"name\":"
                   "\" A\\u0000\\n\\u001fB\\u202e \",\"url\":\"/x\"}]}");
    is(lab.out->lines[0].id, "ab");
    is(lab.out->lines[0].name, "A B");

    /* cut between characters; what would be another thing when cut, is not */

    for (i = 0; i < 1050; i += 2) {
        memcpy(name + i, "\xc3\xa9", 2);
    }

    name[1050] = '\0';
    snprintf(answer, sizeof(answer), "{\"items\":[{\"id\":\"1\",\"name\":"
             "\"x%s\",\"url\":\"%s\"},{\"id\":\"%.140s\"}]}", name, name,
             name);

    PLAY(.answer = answer);
    assert_int_equal(lab.out->nlines, 1);
    assert_int_equal(lab.out->lines[0].name.len, 255);
    is(lab.out->lines[0].url, "");
}


static void
first_names_are_letters(void **unused)
{
    unsigned  i;
    char      body[200];

    static const char *const  good[] = {
        "Jo", "Anne-Marie", "O'Neil", "Jos\xc3\xa9", "van Dyk",
        "\xe5\xbd\xa4", "O\xe2\x80\x99Neil",
        "Zo\xc3\xab", "\xc5\x81ukasz", "Jose\xcc\x81", "\xc3\x85sa",
        "\xd0\x9d\xd0\xb0\xd1\x82\xd0\xb0\xd1\x88\xd0\xb0",
        "\xce\x9d\xce\xaf\xce\xba\xce\xbf\xcf\x82",
        "\xd7\xa0\xd7\xa2\xd7\x9e\xd7\x94", "\xd9\x85\xd9\x8f\xd9\x86\xd9\x89",
        "\xe0\xa4\xaa\xe0\xa5\x8d\xe0\xa4\xb0\xe0\xa4\xbf",
        "\xe0\xb8\x81\xe0\xb8\xb4\xe0\xb9\x88\xe0\xb8\x87",
        "\xe5\xa5\x88\xe3\x80\x85", "\xe3\x83\xaa\xe3\x83\xbc",
        "\xec\x88\x98\xec\xa7\x80", "Ka\xca\xbbiulani", "Th\xe1\xbb\x8b",
        "\xe1\x83\x9c\xe1\x83\x98", "\xe1\x8a\xa0\xe1\x89\xa0"
    };

    static const char *const  bad[] = {
        "Jo.", "evil.example", "R2D2", "a@b", "/x", "<b>", "Jo!",
        "\xe2\x98\x85", "\xf0\x9f\x98\x80", "\xef\xbc\x8e",

        /* digits: Arabic-Indic, Persian, N'Ko, Devanagari, Bengali, Thai */

        "A\xd9\xa0", "A\xdb\xb1", "A\xdf\x89", "A\xe0\xa5\xa6",
        "A\xe0\xa7\xaf", "A\xe0\xb9\x91",

        /* Tibetan, Myanmar, Khmer, Mongolian, Vai, Saurashtra, full width */

        "A\xe0\xbc\xa0", "A\xe1\x81\x80", "A\xe1\x9f\xa0", "A\xe1\xa0\x90",
        "A\xea\x98\xa0", "A\xea\xa3\x90", "A\xef\xbc\x91", "A\xe3\x80\xa1",
        "A\xe3\x88\xa0", "A\xf0\x9d\x9f\x8f", "A\xc2\xb2",

        /* full stops, colons, slashes, at signs of other scripts */

        "a\xdb\x94" "b", "a\xd6\x89" "b", "a\xd7\x83" "b",
        "a\xea\x93\xb8" "b", "a\xea\x9e\x89" "b", "a\xcb\x90" "b",
        "a\xe3\x80\x82" "b", "a\xe1\x8d\xa2" "b", "a\xe1\x90\xa7" "b",
        "a\xe1\x99\xae" "b", "a\xe0\xa5\xa4" "b", "a\xef\xbc\x8f" "b",
        "a\xe2\x81\x84" "b", "a\xc2\xb7" "b", "a\xe3\x83\xbb" "b",
        "a\xcd\xbe" "b", "a\xc3\x97" "b",

        /* not seen: joiners, fillers, selectors, soft hyphens, tags */

        "a\xe2\x80\x8b" "b", "a\xe2\x80\x8d" "b", "a\xc2\xad" "b",
        "a\xcd\x8f" "b", "\xe1\x85\x9f", "\xe3\x85\xa4", "a\xe1\xa0\x8e" "b",
        "a\xef\xb8\x8f", "a\xe2\x81\xa0" "b", "a\xe1\x9e\xb4" "b",
        "a\xf3\xa0\x81\xa1" "b", "a\xd2\x88" "b", "a\xe2\x83\x9d" "b",
        "a\xe1\x9a\x80" "b", "a\xc2\xa0" "b", "a\xff" "b",
        "abcdefghijklmnopqrstuvwxyzabcdef"
    };

    rules("sitepreserver_event identify POST = /x {"
          " first_name form:a or value:None; }");

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        snprintf(body, sizeof(body), "a=%s", good[i]);
        PLAY(.body = body);
        is(lab.out->first_name, good[i]);
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(body, sizeof(body), "a=%s", bad[i]);
        PLAY(.body = body);
        is(lab.out->first_name, "None");
    }
}


static void
locales(void **unused)
{
    unsigned  i;

    static const char *const  texts[][2] = {
        { "en-GB,en;q=0.9", "en-GB" }, { "de", "de" }, { "pt_BR.UTF-8",
          "pt-BR" }, { "zh-Hant-TW", "zh-Hant-TW" }, { "*", "" }, { "", "" },
        { "e", "" }, { "engl", "" }, { "en-", "" }, { "en--GB", "" },
        { "12", "" }, { "en GB", "" }, { " fr ;q=1", "" },
        { "es-419", "es-419" },
        { "abcdefghi", "" }, { "en-abcdefghi", "" }
    };

    rules("sitepreserver_event identify POST = /x {"
          " locale header:Accept-Language; }");

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        PLAY(.request = { { "accept-language", texts[i][0] } });
        is(lab.out->locale, texts[i][1]);
    }
}


static void
time_zones(void **unused)
{
    unsigned  i;

    static const char *const  texts[][2] = {
        { "Europe/Dublin", "Europe/Dublin" }, { "UTC", "UTC" },
        { "America/Argentina/ComodRivadavia",
          "America/Argentina/ComodRivadavia" },
        { "Etc/GMT+12", "Etc/GMT+12" }, { " Asia/Tokyo ", "Asia/Tokyo" },
        { "America/Port-au-Prince", "America/Port-au-Prince" },
        { "Nowhere", "Nowhere" }, { "Europe/", "Europe/" },
        { "A123456789012345678901234567890123456789",
          "A123456789012345678901234567890123456789" },
        { "A1234567890123456789012345678901234567890", "" },
        { "America/A/B/C", "" }, { "", "" }, { " ", "" }, { "+2", "" },
        { "1", "" }, { "/etc/localtime", "" }, { "_", "" }, { "-", "" },
        { ":UTC", "" }, { "Europe%2FDublin", "" }, { "../Dublin", "" },
        { "Europe/Dublin;", "" }, { "Europe/Du blin", "" },
        { "Europe/Dublin\n", "Europe/Dublin" }, { "Europe\tDublin", "" },
        { "Europe\\Dublin", "" }, { "Europ\xc3\xa9/Dublin", "" },
        { "ada@example.com", "" }, { "{x}", "" }, { "a`b", "" },
        { "@b", "" }, { "[b", "" },
    };

    rules("sitepreserver_event identify POST = /x {"
          " time_zone header:X-Zone; }");

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        PLAY(.request = { { "x-zone", texts[i][0] } });
        is(lab.out->time_zone, texts[i][1]);
    }

    /* one that is none is as if it were not there */

    rules("sitepreserver_event identify POST = /x {"
          " time_zone header:X-Zone or cookie:tz | url or value:Asia/Tokyo; }");

    PLAY(.request = { { "x-zone", "1" }, { "cookie", "tz=Europe%2FDublin" } });
    is(lab.out->time_zone, "Europe/Dublin");
    PLAY(.request = { { "cookie", "tz=%00" } });
    is(lab.out->time_zone, "Asia/Tokyo");
}


static void
no_more_lines_than_can_be(void **unused)
{
    char      answer[8000];
    size_t    len;
    unsigned  i;

    len = (size_t) snprintf(answer, sizeof(answer), "{\"items\":[");

    for (i = 0; i < SP_ITEMS_MAX + 17; i++) {
        len += (size_t) snprintf(answer + len, sizeof(answer) - len,
                                 "%s{\"id\":%u,\"qty\":1}", i ? "," : "", i);
    }

    snprintf(answer + len, sizeof(answer) - len, "]}");

    rules(CART "}");
    PLAY(.answer = answer);
    assert_int_equal(lab.out->nlines, SP_ITEMS_MAX);
    assert_int_equal(lab.out->lines_dropped, 17);
    is(lab.out->lines[SP_ITEMS_MAX - 1].id, "199");
}


/* What mutations of the code got past all other tests. */

static void
what_is_left_out_is_known(void **unused)
{
    char      query[2000];
    size_t    len;
    unsigned  i;

    /* a collection whose elements say nothing is not an empty one */

    rules(CART "}");
    PLAY(.answer = "{\"items\":[{\"qty\":1}]}");
    cart(SP_CART_NONE, "");

    /* more root fields than are kept */

    len = (size_t) sprintf(query, "{\"query\":\"{");

    for (i = 0; i < 40; i++) {
        len += (size_t) sprintf(query + len, "f%u ", i);
    }

    strcpy(query + len, "}\"}");

    rules("sitepreserver_event login POST = /x { if graphql:f1; }");
    PLAY(.body = query);
    assert_int_equal(lab.out->kinds, SP_LOGIN);
    assert_true(lab.out->request_cut);

    /* an order is no order that may be one */

    rules("sitepreserver_event order_pending POST = /x { }"
          "sitepreserver_event purchase POST = /x { }");
    PLAY(.body = "a=1");
    assert_int_equal(lab.out->kinds, SP_PURCHASE);

    /* the answer sets the cookie that the body says it is: no move */

    rules("sitepreserver_visitor cookie:s;"
          "sitepreserver_event login POST = /x { visitor form:v; }");
    PLAY(.body = "v=new", .response = { { "set-cookie", "s=new" } });
    is(lab.out->visitor, "new");
    is(lab.out->next_visitor, "");
}


/* Of a cart without an end the rest is not even counted. */

static void
lines_are_counted_up_to_a_number(void **unused)
{
    char      *answer;
    size_t     len;
    unsigned   i;

    answer = malloc(64 * 1024);
    assert_non_null(answer);

    len = (size_t) sprintf(answer, "{\"items\":[");

    for (i = 0; i < SP_ITEMS_MAX + SP_ITEMS_DROPPED + 500; i++) {
        len += (size_t) sprintf(answer + len, "%s{\"id\":%u,\"qty\":1}",
                                i ? "," : "", i);
    }

    strcpy(answer + len, "],\"total\":5}");

    rules(CART "total response.json:total; }");
    PLAY(.answer = answer);
    assert_int_equal(lab.out->nlines, SP_ITEMS_MAX);
    assert_int_equal(lab.out->lines_dropped, SP_ITEMS_DROPPED);
    assert_int_equal(lab.out->total, 500);

    free(answer);
}


/* A name that stands in an element many times is decoded once. */

static void
repeated_names_are_decoded_once(void **unused)
{
    char      *body;
    size_t     len;
    unsigned   i;

    body = malloc(64 * 1024);
    assert_non_null(body);

    len = (size_t) sprintf(body, "{\"items\":[{\"id\":1,\"d\":\"\"");

    for (i = 0; i < 5000; i++) {
        len += (size_t) sprintf(body + len, ",\"d\":\"{}\"");
    }

    strcpy(body + len, ",\"d\":\"{\\\"a\\\":2}\"}]}");

    rules("sitepreserver_event set_cart POST = /x {"
          " items response.json:items { id id; quantity d | json:a; } }");

    PLAY(.answer = body);
    cart(SP_CART_SNAPSHOT, "1*1@?");
    assert_true(sp_arena_used(lab.pool) < 128 * 1024);

    free(body);
}


static void
decoders_in_a_row(void **unused)
{
    rules("sitepreserver_event login POST = /x {"
          " email header:a | split:.:1 | base64 | json:u.mail"
          "   or form:post_data | form:billing_email"
          "   or header:b | url | \"regex:<(.*)>\" | strip:_;"
          " customer response.header:id | prefix:c-; }");

    PLAY(.request = { { "a", "x.eyJ1Ijp7Im1haWwiOiJqQGV4YW1wbGUuY29tIn19.y" }
         }, .response = { { "id", "7" } });
    is(lab.out->email, "j@example.com");
    is(lab.out->customer, "c-7");

    PLAY(.body = "x=1&post_data=a%3D1%26billing_email%3Dk%2540example.com");
    is(lab.out->email, "k@example.com");

    PLAY(.request = { { "b", "Me %3c_l@example.com_%3E" } });
    is(lab.out->email, "l@example.com");
}


/* ---- what it costs ---- */

static void
only_rules_that_want_a_body_have_it_read(void **unused)
{
    exchange_t  x;

    rules("sitepreserver_event logout GET,POST = /a { if cookie:x; }"
          "sitepreserver_event login POST = /b { email form:m; }"
          "sitepreserver_event login POST = /c { email response.json:m; }"
          "sitepreserver_event login POST = /d { if header:h; email form:m; }"
          "sitepreserver_event login POST = /e { if form:a; status 200;"
          " if response.header:z; email response.json:m; }");

    x = (exchange_t) { .uri = "/a", .request = { { "cookie", "x=1" } } };
    play(&x);
    assert_int_equal(x.wants, 0);
    assert_int_equal(lab.rc, SP_OK);

    x = (exchange_t) { .uri = "/b", .body = "m=1" };
    play(&x);
    assert_int_equal(x.wants, SP_WANT_REQUEST_BODY);
    assert_int_equal(x.answer_wants, 0);

    x = (exchange_t) { .uri = "/c", .answer = "{}" };
    play(&x);
    assert_int_equal(x.wants, SP_WANT_RESPONSE_BODY);
    assert_int_equal(x.answer_wants, SP_WANT_RESPONSE_BODY);

    x = (exchange_t) { .uri = "/c", .answer = "{}", .status = 404 };
    play(&x);
    assert_int_equal(x.answer_wants, 0);

    x = (exchange_t) { .uri = "/d", .body = "m=1" };
    play(&x);
    assert_int_equal(x.wants, 0);
    assert_null(lab.out);

    x = (exchange_t) { .uri = "/e", .body = "a=1", .answer = "{}",
                       .response = { { "z", "1" } } };
    play(&x);
    assert_int_equal(x.answer_wants, SP_WANT_RESPONSE_BODY);

    x.body = "b=1";
    play(&x);
    assert_int_equal(x.answer_wants, 0);

    x.body = "a=1";
    x.response[0][0] = NULL;
    play(&x);
    assert_int_equal(x.answer_wants, 0);

    x = (exchange_t) { .uri = "/e", .body = "a=1", .status = 302,
                       .response = { { "z", "1" } } };
    play(&x);
    assert_int_equal(x.answer_wants, 0);
}


/* Whether every request like this one meets no rule either. */

static void
what_no_rule_meets(void **unused)
{
    exchange_t  x;

    rules("sitepreserver_visitor cookie:x;"
          "sitepreserver_event purchase GET * {"
          " if arg:fc | regex:^m$ or uri ~ ^(m|/val);"
          " if header:h; order_id response.header:o; }"
          "sitepreserver_event logout POST * { if header:h; }"
          "sitepreserver_event logout PUT * { if header:h; if arg:a; }"
          "sitepreserver_event logout PUT = /q { if arg:a = 1; }");

    x = (exchange_t) { .uri = "/a", .method = "GET" };
    play(&x);
    assert_int_equal(x.wants, SP_UNMET);

    x.args = "fc=n&a=1";
    play(&x);
    assert_int_equal(x.wants, SP_UNMET);

    /* another request may have the header */

    x.args = "fc=m";
    play(&x);
    assert_int_equal(x.wants, 0);
    assert_null(lab.out);

    x.args = NULL;
    x.uri = "/value";
    play(&x);
    assert_int_equal(x.wants, 0);

    x.method = "POST";
    play(&x);
    assert_int_equal(x.wants, 0);

    x.method = "PUT";
    x.uri = "/q";
    play(&x);
    assert_int_equal(x.wants, SP_UNMET);

    x.args = "a=2";
    play(&x);
    assert_int_equal(x.wants, 0);

    x.method = "PATCH";
    play(&x);
    assert_int_equal(x.wants, SP_UNMET);

    /* nor does a route that something else tells */

    rules("sitepreserver_visitor cookie:x;"
          "sitepreserver_route arg:route or header:route;"
          "sitepreserver_event logout GET = /out { status 200; }");

    x = (exchange_t) { .uri = "/a", .method = "GET" };
    play(&x);
    assert_int_equal(x.wants, 0);

    rules("sitepreserver_visitor cookie:x;"
          "sitepreserver_route arg:route;"
          "sitepreserver_event logout GET = /out { status 200; }");

    play(&x);
    assert_int_equal(x.wants, SP_UNMET);

    x.args = "route=b";
    play(&x);
    assert_int_equal(x.wants, 0);
}


static void
what_matches_nothing_allocates_nothing(void **unused)
{
    unsigned         i, wants;
    exchange_t       x;
    sp_exchange_t    ex;

    static const char *const  uris[] = {
        "/", "/static/app.js", "/api/cart2", "/basket/addx", "/checkout/",
        "/checkout/address", "/basket/items/12x"
    };

    rules(rules_sample);

    sp_arena_fail_after(lab.pool, 0);

    for (i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {

        x = (exchange_t) { .method = i % 2 ? "GET" : "POST", .uri = uris[i],
            .args = "a=1&b=2", .request = { { "cookie", "session=1" } } };
        exchange_show(&x, &ex);

        if (strcmp(uris[i], "/api/cart2") == 0) {
            continue;               /* a prefix */
        }

        assert_null(sp_observe(lab.rules, &ex, sp_arena_pool(lab.pool),
                               &wants));
        assert_int_equal(wants, SP_UNMET);
    }

    sp_arena_fail_after(lab.pool, -1);
}


static void
compressed_answers_are_counted(void **unused)
{
    rules(CART " empty response.json:items absent; }");

    PLAY(.answer = "\x1f\x8b\x08", .response = { { "content-encoding",
                                                   "gzip" } });
    assert_true(lab.out->response_bad);
    cart(SP_CART_NONE, "");
}


/* What is not in it is not known: neither a login nor an order is sure. */

static void
answers_that_nobody_read(void **unused)
{
    rules("sitepreserver_event login POST = /x {"
          " if response.json:error absent; email form:mail; }"
          "sitepreserver_event set_cart POST = /x {"
          " empty response.json:error absent; }");

    PLAY(.body = "mail=a@example.com");
    assert_int_equal(lab.out->kinds, SP_SET_CART);
    cart(SP_CART_NONE, "");

    PLAY(.body = "mail=a@example.com", .answer = "{}");
    assert_int_equal(lab.out->kinds, SP_LOGIN | SP_SET_CART);
    cart(SP_CART_SNAPSHOT, "");

    PLAY(.body = "mail=a@example.com", .answer = "", .status = 302);
    assert_int_equal(lab.out->kinds, SP_LOGIN | SP_SET_CART);

    PLAY(.body = "mail=a@example.com", .status = 204);
    assert_int_equal(lab.out->kinds, SP_LOGIN | SP_SET_CART);

    /* a range: what is in it was chosen by who asked for it */

    PLAY(.body = "mail=a@example.com", .answer = "{}", .status = 206);
    assert_int_equal(lab.out->kinds, SP_SET_CART);
    cart(SP_CART_NONE, "");
    assert_int_equal(lab.out->read, 0);

    rules("sitepreserver_event purchase POST = /x { if form:terms;"
          " if response.json:order; checkout; }"
          "sitepreserver_event purchase POST = /y {"
          " order_id response.json:order; }");

    PLAY(.body = "terms=1");
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);

    PLAY(.body = "terms=1", .answer = "\x1f\x8b\x08",
         .response = { { "content-encoding", "gzip" } });
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);

    PLAY(.body = "no=1");
    assert_int_equal(lab.rc, SP_DONE);

    PLAY(.body = "terms=1", .answer = "{}");
    assert_int_equal(lab.rc, SP_DONE);

    /* only the order's number lacks */

    PLAY(.uri = "/y", .body = "terms=1");
    assert_int_equal(lab.out->kinds, SP_PURCHASE);
}


static void
bodies_of_any_size(void **unused)
{
    char        *body;
    size_t       len, piece;
    exchange_t   x;

    rules("sitepreserver_event login POST = /x { if form:z = 1;"
          " email form:a; }");

    body = malloc(20000);
    strcpy(body, "a=a@example.com&b=");
    len = strlen(body);
    memset(body + len, 'b', 15000);
    strcpy(body + len + 15000, "&z=1");

    for (piece = 0; piece < 9000; piece = piece * 3 + 100) {

        x = (exchange_t) { .body = body, .piece = piece };
        play(&x);
        assert_int_equal(lab.out->kinds, SP_LOGIN);
        is(lab.out->email, "a@example.com");

        /* as long as it says, shorter, longer */

        x = (exchange_t) { .body = body, .piece = piece,
                           .request = { { "content-length", "15022" } } };
        play(&x);
        assert_int_equal(lab.out->kinds, SP_LOGIN);

        x.request[0][1] = "17";
        play(&x);
        assert_int_equal(lab.out->kinds, SP_LOGIN);

        x.request[0][1] = "99999999";
        play(&x);
        assert_int_equal(lab.out->kinds, SP_LOGIN);

        x.request[0][1] = "chunky";
        play(&x);
        assert_int_equal(lab.out->kinds, SP_LOGIN);

        x.body_limit = 15000;
        play(&x);
        assert_int_equal(lab.rc, SP_DONE);
        assert_true(lab.out->request_cut);
    }

    free(body);
}


/* What an origin that does not wait for the request answers. */

static void
answers_before_the_request_is_whole(void **unused)
{
    unsigned           wants;
    exchange_t         x;
    sp_outcome_t      *out;
    sp_exchange_t      ex;
    sp_observation_t  *ob;

    rules("sitepreserver_event login POST = /x { email form:a;"
          " first_name form:b; }");

    x = (exchange_t) { .method = "POST", .uri = "/x" };
    exchange_show(&x, &ex);

    ob = sp_observe(lab.rules, &ex, sp_arena_pool(lab.pool), &wants);
    assert_int_equal(wants, SP_WANT_REQUEST_BODY);

    assert_int_equal(sp_observe_response_body(ob, "x", 1, 0), SP_DONE);
    assert_int_equal(sp_observe_request_body(ob, "a=a@example.com&b=Jo", 20,
                                             0), SP_AGAIN);
    assert_int_equal(sp_observe_answer(ob, 200), 0);
    assert_int_equal(sp_observe_answer(ob, 200), 0);
    assert_int_equal(sp_observe_request_body(ob, "hanna", 5, 1), SP_DONE);
    assert_int_equal(sp_observe_response_body(ob, "x", 1, 0), SP_DONE);

    assert_int_equal(sp_observe_end(ob, 200, &out), SP_OK);
    is(out->email, "a@example.com");
    is(out->first_name, "");
    assert_true(out->request_cut);
}


static void
names_that_must_be_quoted(void **unused)
{
    rules("sitepreserver_event set_cart POST = /x {"
          " items \"response.json:a[\\\"x.*\\\"].items\" {"
          "  id \"[\\\"i*d\\\"]\"; quantity q; options o; } }");

    PLAY(.answer = "{\"a\":{\"x.*\":{\"items\":[{\"i*d\":7,\"q\":2,"
                   "\"o\":true},{\"i*d\":8,\"q\":true,\"o\":false}]}}}");
    cart(SP_CART_SNAPSHOT, "7*2 8*1@?");
    is(lab.out->lines[0].options, "true");
    is(lab.out->lines[1].options, "false");
}


static void
rules_for_any_uri(void **unused)
{
    rules("sitepreserver_event login POST * { if arg:a != 1; if arg:b; }"
          "sitepreserver_event logout POST * { if arg:a[*]; }"
          "sitepreserver_event identify POST * { if header:x or arg:c; }");

    PLAY(.args = "b=1");
    assert_int_equal(lab.out->kinds, SP_LOGIN);
    PLAY(.args = "b=1&a=1");
    assert_null(lab.out);
    PLAY(.args = "a[7]=1&b=2");
    assert_int_equal(lab.out->kinds, SP_LOGIN | SP_LOGOUT);
    PLAY(.args = "c=1");
    assert_int_equal(lab.out->kinds, SP_IDENTIFY);
    PLAY(.request = { { "x", "1" } });
    assert_int_equal(lab.out->kinds, SP_IDENTIFY);
}


/* ---- everything at once, in every way ---- */

static exchange_t  samples[] = {
    { .method = "POST", .uri = "/basket/update", .status = 200,
      .body = "cart[a][qty]=1&cart[b][qty]=2&cart%5Bb%5D%5Bid%5D=7" },
    { .method = "POST", .uri = "/product", .args = "x=1&add-to-cart=5",
      .status = 200, .body = "quantity=3&name=N%20N&price=1.5",
      .request = { { "referer", "http://s/p" } } },
    { .method = "GET", .uri = "/api/cart", .status = 200,
      .request = { { "cookie", "session=eyJ0b2tlbiI6InQxIn0=; login_a=l" } },
      .response = { { "x-token", "t2" }, { "set-cookie", "login_a=m" } },
      .answer = " {\"ok\":true,\"cart\":{\"email\":\"a\\u0040example.com\","
        "\"customer\":5,\"currency\":\"USD\",\"unit\":2,\"total\":1999,"
        "\"items\":[{\"product\":{\"id\":\"p\\n1\",\"name\":\"N%20\\ud83d"
        "\\ude00\"},\"key\":\"k1\",\"qty\":\"2 pcs\",\"price\":999,"
        "\"images\":[{\"src\":\"/i.png\"}],\"variant\":[{\"value\":\"L\"}],"
        "\"cats\":{\"x\":\"C\"}},{\"sku\":\"s2\",\"qty\":1.5e0}],"
        "\"count\":2},\"z\":[1,{\"y\":null}]}" },
    { .method = "POST", .uri = "/graphql", .status = 200,
      .body = "{\"query\":\"mutation A($u:String!){l:login(username:$u){id}"
        "c:addLines(x:[1,2]){lines{id}}addMany(inputs:[{variantId:3,"
        "quantity:2}]){id}}\",\"variables\":{\"u\":\"b@example.com\"}}",
      .answer = "{\"data\":{\"l\":{\"__typename\":\"User\",\"id\":\"77\","
        "\"first\":\"Bo\"},\"c\":{\"currency\":\"EUR\",\"total\":500,"
        "\"lines\":[{\"id\":\"L1\",\"variant\":{\"id\":\"V1\",\"name\":\"N\"},"
        "\"quantity\":1,\"price\":500,\"assets\":[{\"preview\":\"/a\"}]}]}}}" },
    { .method = "POST", .uri = "/checkout/address", .status = 302,
      .request = { { "x-requested-with", "fetch" },
                   { "accept-language", "de-AT" } },
      .response = { { "set-cookie", "person_1=pp" } },
      .body = "post_data=a%3D1%26billing_email%3Dc%2540example.com&first=Cy"
        "&mail=1", .answer = "<html>fine</html>" },
    { .method = "POST", .uri = "/checkout/pay", .status = 200,
      .body = "terms=1&email=d@example.com&cart=C9",
      .answer = "{\"result\":\"success\",\"order\":1234,\"total\":\"19.99\"}" },
    { .method = "DELETE", .uri = "/basket/items/12", .status = 204 },
    { .method = "GET", .uri = "/logout", .status = 302,
      .request = { { "cookie", "session=x; login_a=l" } },
      .response = { { "set-cookie", "login_a=; Max-Age=0" } } },
};

#define SAMPLES  (sizeof(samples) / sizeof(samples[0]))


/* An outcome as text, to be compared. */

static void
show(const sp_outcome_t *out, char *text, size_t size)
{
    size_t           n;
    unsigned         i;
    const sp_line_t  *l;

#define S(s)  (int) (s).len, (s).len != 0 ? (s).data : ""

    n = (size_t) snprintf(text, size, "%x v=%.*s n=%.*s d=%d e=%.*s c=%.*s "
        "f=%.*s l=%.*s o=%.*s %.*s %d%d%d %d%d%d%d t=%lld", out->kinds,
        S(out->visitor), S(out->next_visitor), out->visitor_deleted,
        S(out->email), S(out->customer), S(out->first_name), S(out->locale),
        S(out->order_id), S(out->currency), out->email_from_shop,
        out->checkout, out->success, out->request_cut, out->response_cut,
        out->request_bad, out->response_bad, (long long) out->total);

    for (i = 0; i < out->naliases; i++) {
        n += (size_t) snprintf(text + n, size - n, " a=%.*s/%d%d",
                               S(out->aliases[i].value),
                               out->aliases[i].from_shop,
                               out->aliases[i].deleted);
    }

    n += (size_t) snprintf(text + n, size - n, " cart=%d", (int) out->cart);

    for (i = 0; i < out->nlines; i++) {
        l = &out->lines[i];
        n += (size_t) snprintf(text + n, size - n, " [%.*s/%.*s %.*s %.*s "
            "%.*s %.*s %.*s %.*s %lld %lld %lld %d]", S(l->id), S(l->key),
            S(l->sku), S(l->name), S(l->url), S(l->image), S(l->options),
            S(l->category), (long long) l->quantity, (long long) l->price,
            (long long) l->total, l->from_shop);
    }

#undef S
}


static void
every_split_of_the_bodies(void **unused)
{
    char      whole[4000], split[4000];
    size_t    i, at, len;

    rules(rules_sample);

    for (i = 0; i < SAMPLES; i++) {

        samples[i].split = 0;
        samples[i].piece = 0;
        play(&samples[i]);
        assert_int_equal(lab.rc, SP_OK);
        assert_true(lab.out->kinds != 0);
        assert_false(lab.out->request_bad || lab.out->response_bad);
        show(lab.out, whole, sizeof(whole));

        len = samples[i].body != NULL ? strlen(samples[i].body) : 0;

        if (samples[i].answer != NULL && strlen(samples[i].answer) > len) {
            len = strlen(samples[i].answer);
        }

        for (at = 1; at < len; at++) {
            samples[i].split = at;
            play(&samples[i]);
            show(lab.out, split, sizeof(split));
            assert_string_equal(whole, split);
        }

        samples[i].split = 0;

        for (at = 1; at < 6; at++) {
            samples[i].piece = at;
            play(&samples[i]);
            show(lab.out, split, sizeof(split));
            assert_string_equal(whole, split);
        }

        samples[i].piece = 0;
    }
}


static void
what_the_samples_mean(void **unused)
{
    rules(rules_sample);

    play(&samples[2]);
    is(lab.out->visitor, "t1");
    is(lab.out->next_visitor, "t2");
    is(lab.out->aliases[0].value, "m");
    is(lab.out->email, "a@example.com");
    is(lab.out->customer, "c-5");
    assert_int_equal(lab.out->total, 1999);
    cart(SP_CART_SNAPSHOT, "p 1/k1*2@999 s2/1*1");
    is(lab.out->lines[0].name, "N \xf0\x9f\x98\x80");
    is(lab.out->lines[1].name, "thing");
    is(lab.out->lines[0].image, "/i.png");
    is(lab.out->lines[0].options, "L");
    is(lab.out->lines[0].category, "C");

    play(&samples[3]);
    assert_int_equal(lab.out->kinds, SP_SET_CART | SP_ADD_TO_CART | SP_LOGIN);
    is(lab.out->email, "b@example.com");
    is(lab.out->customer, "77");
    is(lab.out->first_name, "Bo");

    play(&samples[4]);
    is(lab.out->email, "c@example.com");
    is(lab.out->locale, "de-AT");
    is(lab.out->aliases[0].value, "pp");

    play(&samples[5]);
    assert_int_equal(lab.out->kinds, SP_PURCHASE);
    is(lab.out->order_id, "1234");
    is(lab.out->visitor, "C9");

    play(&samples[6]);
    cart(SP_CART_REMOVE, "/12");

    play(&samples[7]);
    cart(SP_CART_SNAPSHOT, "");
    assert_true(lab.out->aliases[0].deleted);
}


static void
out_of_memory_at_each_allocation(void **unused)
{
    char         whole[4000], again[4000];
    long         n;
    size_t       i;
    sp_arena_t  *saved;

    rules(rules_sample);
    saved = lab.pool;

    for (i = 0; i < SAMPLES; i++) {

        play(&samples[i]);
        show(lab.out, whole, sizeof(whole));

        for (n = 0; n < 10000; n++) {

            lab.pool = sp_arena_create(0);
            sp_arena_exact(lab.pool, 1);
            sp_arena_fail_after(lab.pool, n);

            play(&samples[i]);

            if (lab.rc == SP_OK) {
                show(lab.out, again, sizeof(again));
                assert_string_equal(whole, again);
                sp_arena_destroy(lab.pool);
                break;
            }

            assert_int_equal(lab.rc, SP_NOMEM);
            sp_arena_destroy(lab.pool);
        }

        assert_in_range(n, 2, 500);
        lab.pool = saved;
    }
}


#define TEST(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        TEST(semantics_1_rules_apply_in_order_and_later_overrides),
        TEST(semantics_1_absent_means_the_next_alternative),
        TEST(conditions_on_text),
        TEST(conditions_on_json),
        TEST(conditions_on_the_rest),
        TEST(several_conditions_are_anded),
        TEST(status_is_2xx_or_3xx_unless_said),
        TEST(semantics_2_first_collection_with_ids),
        TEST(semantics_2_empty_array_empties),
        TEST(semantics_2_first_array_or_union),
        TEST(items_of_objects_and_scalars),
        TEST(items_alternatives_do_not_depend_on_order),
        TEST(semantics_3_a_cut_body_is_no_snapshot),
        TEST(empty_conditions),
        TEST(semantics_4_a_purchase_ignores_items),
        TEST(semantics_4_changes_of_a_line),
        TEST(quantities_are_whole_pieces),
        TEST(items_over_forms),
        TEST(items_over_json_requests),
        TEST(semantics_5_an_uncertain_order_is_pending),
        TEST(semantics_5_graphql_answers_imply_the_request),
        TEST(checkout_errors),
        TEST(semantics_6_what_is_from_the_shop),
        TEST(semantics_6_consent),
        TEST(semantics_6_aliases),
        TEST(semantics_7_the_visit_moves),
        TEST(semantics_7_unmatched_exchanges_move_it_too),
        TEST(headers_that_unmatched_answers_are_asked_for),
        TEST(the_visitor_alone),
        TEST(semantics_10_the_newest_address),
        TEST(graphql_aliases_are_followed),
        TEST(graphql_rules_are_about_their_fields),
        TEST(graphql_persisted_queries),
        TEST(graphql_collections_in_arguments),
        TEST(graphql_arguments_are_bounded),
        TEST(amounts_in_minor_units),
        TEST(amounts_that_are_not_sure),
        TEST(texts_are_clean_and_bounded),
        TEST(first_names_are_letters),
        TEST(locales),
        TEST(time_zones),
        TEST(no_more_lines_than_can_be),
        TEST(what_is_left_out_is_known),
        TEST(lines_are_counted_up_to_a_number),
        TEST(repeated_names_are_decoded_once),
        TEST(decoders_in_a_row),
        TEST(only_rules_that_want_a_body_have_it_read),
        TEST(what_no_rule_meets),
        TEST(what_matches_nothing_allocates_nothing),
        TEST(compressed_answers_are_counted),
        TEST(answers_that_nobody_read),
        TEST(bodies_of_any_size),
        TEST(answers_before_the_request_is_whole),
        TEST(names_that_must_be_quoted),
        TEST(rules_for_any_uri),
        TEST(every_split_of_the_bodies),
        TEST(what_the_samples_mean),
        TEST(out_of_memory_at_each_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
