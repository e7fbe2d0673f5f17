/*
 * Copyright (C) SitePreserver developers
 *
 * Recorded exchanges: URLs, times, lines, entries of a HAR.
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "har.h"
#include "hint.h"
#include "sp_arena.h"


static sp_arena_t      *arena;
static har_exchange_t   x;
static const char      *why;


static int
begin(void **state)
{
    arena = sp_arena_create(0);

    return arena == NULL;
}


static int
end(void **state)
{
    sp_arena_destroy(arena);

    return 0;
}


#define is(text, expected)                                                    \
    do {                                                                      \
        assert_int_equal((text).len, strlen(expected));                       \
        assert_memory_equal((text).data, expected, strlen(expected));         \
    } while (0)


static sp_rc_t
url(const char *text)
{
    sp_str_t  s;

    memset(&x, 0, sizeof(x));
    s = sp_str(text);

    return har_url(sp_arena_pool(arena), &s, &x);
}


static void
splits_urls(void **state)
{
    assert_int_equal(url("https://u@Shop.Example:8443/a//b/./c/../%63?d=%20#e"),
                     SP_OK);
    is(x.host, "shop.example");
    is(x.uri, "/a/b/c");
    is(x.args, "d=%20");
    is(x.target, "/a//b/./c/../%63?d=%20");

    assert_int_equal(url("/?a"), SP_OK);
    is(x.uri, "/");
    is(x.args, "a");
    is(x.host, "");

    assert_int_equal(url("http://h"), SP_OK);
    is(x.uri, "/");
    assert_int_equal(url("/a/../../.."), SP_OK);
    is(x.uri, "/");
    assert_int_equal(url("/a/%2e%2e/b/"), SP_OK);
    is(x.uri, "/b/");
    assert_int_equal(url("/%3F%zz"), SP_OK);
    is(x.uri, "/?%zz");
    assert_int_equal(url("/a?u=http://x/y"), SP_OK);
    is(x.uri, "/a");
    assert_int_equal(url("/%00"), SP_INVALID);
}


static int64_t
time_of(const char *text)
{
    sp_str_t  s;

    s = sp_str(text);

    return har_time(&s);
}


static void
reads_times(void **state)
{
    sp_str_t  s;

    assert_int_equal(time_of("1970-01-02T00:00:00Z"), 86400000);
    assert_int_equal(time_of("2026-11-25T14:56:41.250Z"), 1795618601250);
    assert_int_equal(time_of("2026-11-25T15:56:41.25+01:00"), 1795618601250);
    assert_int_equal(time_of("2026-11-25T09:26:41.2504-05:30"),
                     1795618601250);
    assert_int_equal(time_of("2026-13-25T14:56:41Z"), 0);
    assert_int_equal(time_of("yesterday"), 0);
    assert_int_equal(time_of(""), 0);

    s = sp_str("Wed, 25 Nov 2026 14:56:41 GMT");
    assert_int_equal(har_date(&s), 1795618601000);
    s = sp_str("Wed, 25 Xxx 2026 14:56:41 GMT");
    assert_int_equal(har_date(&s), 0);
}


static sp_rc_t
read_as(const char *text, int har)
{
    sp_rc_t  rc;
    json_t  *json;

    json = json_loads(text, 0, NULL);
    assert_non_null(json);
    why = "";
    rc = har ? har_entry(json, sp_arena_pool(arena), &x, &why)
             : har_line(json, sp_arena_pool(arena), &x, &why);
    json_decref(json);

    return rc;
}


static void
reads_lines(void **state)
{
    assert_int_equal(read_as("{\"method\":\"POST\",\"uri\":\"/a?b=1\","
        "\"status\":200,\"request\":{\"Host\":\"S.de:80\",\"X\":[\"1\",\"2\"]},"
        "\"set_cookie\":[\"a=1\",\"b=2\"],\"req_cookies\":\"c=3\","
        "\"body\":{\"base64\":\"AGI=\"},\"time\":5,\"flow\":\"f\","
        "\"answer\":{\"text\":\"xy\",\"excerpt\":true,\"bytes\":10}}", 0),
        SP_OK);
    is(x.host, "s.de");
    is(har_header_text(&x.request, "cookie"), "c=3");
    is(har_header_text(&x.response, "set-cookie"), "a=1");
    is(x.client, "f");
    assert_int_equal(x.request.n, 4);
    assert_int_equal(x.response.n, 2);
    assert_int_equal(x.body.len, 2);
    assert_memory_equal(x.body.data, "\0b", 2);
    assert_int_equal(x.lacks, 8);
    assert_int_equal(x.at, 5);
    assert_false(x.unread);

    assert_int_equal(read_as("{\"method\":\"GET\",\"url\":\"/\","
                             "\"status\":200}", 0), SP_OK);
    assert_true(x.unread);

    assert_int_equal(read_as("[]", 0), SP_INVALID);
    assert_int_equal(read_as("{\"method\":\"GET\",\"uri\":\"/\"}", 0),
                     SP_INVALID);
    assert_int_equal(read_as("{\"method\":1,\"uri\":\"/\",\"status\":200}", 0),
                     SP_INVALID);
    assert_int_equal(read_as("{\"method\":\"GET\",\"uri\":\"/\","
        "\"status\":200,\"body\":{\"base64\":\"*\"}}", 0), SP_INVALID);
    assert_string_equal(why, "a body is no base64");
}


#define ENTRY(request, response)                                              \
    "{\"request\":{\"method\":\"POST\",\"url\":\"https://s.de/\"," request    \
    "},\"response\":{" response "}}"


static void
reads_entries(void **state)
{
    assert_int_equal(read_as(ENTRY("\"postData\":{\"mimeType\":"
        "\"application/x-www-form-urlencoded\",\"params\":[{\"name\":\"a b\","
        "\"value\":\"1&2\"},{\"name\":\"c\",\"value\":\"\\u00e9\"}]}",
        "\"status\":200,\"content\":{\"size\":0},\"cookies\":[{\"name\":"
        "\"d\",\"value\":\"x\",\"expires\":\"1970-01-01T00:00:01Z\"}]"), 1),
        SP_OK);
    is(x.body, "a+b=1%262&c=%C3%A9");
    is(har_header_text(&x.request, "content-type"),
       "application/x-www-form-urlencoded");
    is(har_header_text(&x.response, "set-cookie"), "d=x; Max-Age=0");
    assert_false(x.unread);
    is(x.client, "browser");

    assert_int_equal(read_as(ENTRY("\"headers\":[{\"name\":\"Content-Type\","
        "\"value\":\"multipart/form-data; boundary=B\"}],\"postData\":"
        "{\"params\":[{\"name\":\"a\",\"value\":\"1\"}]}",
        "\"status\":304,\"content\":{\"size\":9,\"text\":\"cached\"}"), 1),
        SP_OK);
    is(x.body, "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
               "--B--\r\n");
    is(x.answer, "");

    assert_int_equal(read_as(ENTRY("\"headers\":[]", "\"status\":200,"
        "\"content\":{\"size\":5}"), 1), SP_OK);
    assert_true(x.unread);

    assert_int_equal(read_as(ENTRY("\"headers\":[]", "\"status\":0"), 1),
                     SP_OK);
    assert_int_equal(x.status, 499);
    assert_int_equal(read_as(ENTRY("\"headers\":[]", "\"status\":0,"
        "\"_error\":\"net::ERR_BLOCKED_BY_CLIENT\""), 1), SP_DONE);
    assert_int_equal(read_as("{\"request\":{}}", 1), SP_INVALID);
}


/* Whose browser it was, in a recording of several. */

static void
reads_clients(void **state)
{
    assert_int_equal(read_as(ENTRY("\"headers\":[]",
        "\"status\":204},\"_client\":\"ada\",\"cache\":{"), 1), SP_OK);
    is(x.client, "ada");

    assert_int_equal(read_as(ENTRY("\"headers\":[]",
        "\"status\":204},\"_client\":7,\"cache\":{"), 1), SP_OK);
    is(x.client, "browser");
}


static void
looks(const char *method, const char *path, const char *body,
    const char *answer, const char *about, const char *key)
{
    char    shown[HINT_KEY_MAX + 1];
    hint_t  hint;

    assert_int_equal(url(path), SP_OK);
    x.method = sp_str(method);
    x.body = sp_str(body);
    x.answer = sp_str(answer);
    x.status = 200;

    if (about == NULL) {
        assert_false(hint_looks(&x, &hint));
        return;
    }

    assert_true(hint_looks(&x, &hint));
    assert_string_equal(hint.about, about);
    hint_key(&x, shown);
    assert_string_equal(shown, key);
}


static void
knows_commerce(void **state)
{
    looks("POST", "/cart/add?token=abc", "", "", "cart", "POST /cart/add");
    looks("POST", "/Warenkorb/17/", "", "", "cart", "POST /Warenkorb/*/");
    looks("POST", "/x?wc-ajax=add_to_cart&z=1", "", "", "cart",
          "POST /x?wc-ajax=add_to_cart");
    looks("POST", "/api/addToCart", "", "", "cart", "POST /api/addToCart");
    looks("DELETE", "/cart/0b54a1c2-5b7e-4d0c-9d5e-1f2a3b4c5d6e", "", "",
          "cart", "DELETE /cart/*");
    looks("POST", "/graphql", "{\"query\":\"mutation M { cartLinesAdd }\"}",
          "", "cart", "POST /graphql mutation cartLinesAdd");
    looks("GET", "/api/cart", "", "{\"price\":1,\"quantity\":2}", "cart",
          "GET /api/cart");
    looks("POST", "/p/7", "product_id=7&quantity=1", "", "cart", "POST /p/*");

    looks("GET", "/cart", "", "<html>", NULL, NULL);
    looks("GET", "/cart.js", "", "{\"price\":1,\"quantity\":2}", NULL, NULL);
    looks("POST", "/cartoons/17", "", "", NULL, NULL);
    looks("POST", "/g/collect?ep=cart", "", "", NULL, NULL);
    looks("OPTIONS", "/cart/add", "", "", NULL, NULL);
    looks("POST", "/search", "q=mug", "", NULL, NULL);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(splits_urls),
        cmocka_unit_test(reads_times),
        cmocka_unit_test(reads_lines),
        cmocka_unit_test(reads_entries),
        cmocka_unit_test(reads_clients),
        cmocka_unit_test(knows_commerce),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
