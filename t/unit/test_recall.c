/*
 * Copyright (C) SitePreserver developers
 *
 * What a browser left, saw and bought, as JSON and as HTML: nothing in a name
 * ends a text, and no link leads elsewhere.
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "sp_arena.h"
#include "sp_recall.h"


static sp_str_t
text_of(const char *text)
{
    sp_str_t  s;

    s.data = text;
    s.len = strlen(text);

    return s;
}


/* Gives JSON, or HTML, of one item. */

static const char *
shown(const char *item, int html)
{
    sp_str_t           other, out, text;
    sp_pool_t          pool;
    sp_arena_t        *arena;
    sp_recall_hosts_t  hosts;

    static char  result[16384];

    arena = sp_arena_create(0);
    assert_non_null(arena);
    pool = *sp_arena_pool(arena);

    other = text_of("cdn.example.com");
    hosts.own = text_of("shop.example.com");
    hosts.others = &other;
    hosts.n = 1;
    text = text_of(item);

    if (html) {
        assert_int_equal(sp_recall_html(&text, 1, &hosts, &pool, &out), SP_OK);
    } else {
        assert_int_equal(sp_recall_json(&text, 1, &hosts, &pool, &out), SP_OK);
    }

    assert_true(out.len < sizeof(result));
    memcpy(result, out.data, out.len);
    result[out.len] = '\0';

    sp_arena_destroy(arena);

    return result;
}


static void
test_whole(void **state)
{
    (void) state;

    assert_string_equal(
        shown("left\037Shirt\037/p/1?a=b&c\037https://cdn.example.com/i.png"
              "\0371999\037EUR\0372\037o", 0),
        "[{\"why\":\"left\",\"name\":\"Shirt\",\"url\":\"/p/1?a=b\\u0026c\","
        "\"image\":\"https://cdn.example.com/i.png\",\"price\":\"19.99\","
        "\"currency\":\"EUR\",\"quantity\":2,\"out_of_stock\":true}]\n");
    assert_string_equal(
        shown("viewed\037Shirt\037/p/1\037/i.png\0375\037EUR\037\037", 1),
        "<ul class=\"sp-recall\">\n<li class=\"sp-viewed\"><a href=\"/p/1\">"
        "<img src=\"/i.png\" alt=\"\" loading=\"lazy\"> "
        "<span class=\"sp-name\">Shirt</span></a> "
        "<span class=\"sp-price\">0.05 EUR</span></li>\n</ul>\n");
    assert_non_null(strstr(shown("left\037A\037\037\0371500\037JPY\0371\037",
                                 0), "\"price\":\"1500\""));
    assert_non_null(strstr(shown("left\037A\037\037\0371500\037KWD\0371\037",
                                 0), "\"price\":\"1.500\""));
}


static void
test_hostile(void **state)
{
    const char  *s;

    (void) state;

    s = shown("left\037</script><b a='\"'>&\\\037/\037\037\037\037\037", 0);
    assert_null(strpbrk(s, "<>&"));
    assert_non_null(strstr(s, "\\u003c/script\\u003e"));
    assert_non_null(strstr(s, "\\u0022"));

    s = shown("left\037<img src=x onerror='a(\"b\")'>&\037/\037\037\037\037",
              1);
    assert_null(strstr(s, "<img"));
    assert_non_null(strstr(s, "&lt;img src=x onerror=&#39;a(&quot;b&quot;)"
                              "&#39;&gt;&amp;"));

    /* no item, no name */

    assert_string_equal(shown("", 0), "[]\n");
    assert_string_equal(shown("left", 0), "[]\n");
    assert_string_equal(shown("left\037\037/p\037", 0), "[]\n");
    assert_string_equal(shown("left\037\037/p\037", 1), "\n");

    /* amounts that are none */

    s = shown("left\037A\037\037\037-5\037EUR\0371,\"x\":2\037", 0);
    assert_string_equal(s, "[{\"why\":\"left\",\"name\":\"A\"}]\n");
    s = shown("left\037A\037\037\037\037EUR\03706\037", 0);
    assert_string_equal(s, "[{\"why\":\"left\",\"name\":\"A\"}]\n");
    s = shown("left\037A\037\037\0375\037\"\"\"\0371\037", 1);
    assert_null(strstr(s, "\"\"\""));
}


static void
test_links(void **state)
{
    unsigned     i;
    const char  *s;
    char         item[256];

    static const char  *good[] = {
        "/", "/a", "https://shop.example.com", "https://SHOP.example.com/a",
        "http://shop.example.com:8080/a?b=c@d", "https://cdn.example.com#x",
        NULL
    };

    static const char  *bad[] = {
        "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x",
        "//evil.example/", "/\\evil.example/", "https://evil.example/",
        "https://shop.example.com@evil.example/",
        "https://shop.example.com:x@evil.example/",
        "https://shop.example.com.evil.example/", "https:///a", "http://",
        "https://evil.example/shop.example.com", "ftp://shop.example.com/",
        "https://shop.example.com /", "a", "", NULL
    };

    (void) state;

    for (i = 0; good[i] != NULL; i++) {
        (void) strcpy(item, "left\037A\037");
        (void) strcat(item, good[i]);
        s = shown(item, 0);
        assert_non_null(strstr(s, "\"url\":"));
    }

    for (i = 0; bad[i] != NULL; i++) {
        (void) strcpy(item, "left\037A\037");
        (void) strcat(item, bad[i]);
        (void) strcat(item, "\037");
        (void) strcat(item, bad[i]);
        assert_string_equal(shown(item, 0),
                            "[{\"why\":\"left\",\"name\":\"A\"}]\n");
        assert_null(strstr(shown(item, 1), "href"));
        assert_null(strstr(shown(item, 1), "src"));
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_links),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
