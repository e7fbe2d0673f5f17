/*
 * Copyright (C) SitePreserver developers
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>

#include "links.h"
#include "links_url.h"
#include "mustache.h"


#define TAGS   "utm_source=shop&utm_medium=email&utm_campaign=cart%20rescue" \
               "&utm_content=cta&utm_id=1-2"


static const sp_str_t  hosts[] = {
    sp_string("www.shop.example"),
    sp_string(".cdn.example"),
    sp_string("bücher.example")
};

static const links_site_t  site = {
    sp_string("https://shop.example/en/start?x=1"),
    hosts,
    sizeof(hosts) / sizeof(hosts[0]),
    sp_string("https://shop.example/sitepreserver/u/")
};

static const links_tags_t  tags = {
    sp_string("shop"),
    sp_string("email"),
    sp_string("cart rescue"),
    sp_string("cta"),
    sp_string("1-2")
};

static const sp_str_t  no_token = sp_null_string;


static sp_str_t
str(const char *text)
{
    sp_str_t  s;

    s.data = text;
    s.len = strlen(text);

    return s;
}


typedef struct {
    const char  *url;
    const char  *link;              /* NULL: refused */
} case_t;


static void
run(const case_t *cases, size_t n, const sp_str_t *token)
{
    size_t    i;
    sp_rc_t   rc;
    sp_str_t  url;
    buffer_t  out;

    buffer_init(&out, 8192);

    for (i = 0; i < n; i++) {
        buffer_reset(&out);
        url = str(cases[i].url);
        rc = links_link(&site, &url, &tags, token, &out);

        if (cases[i].link == NULL) {
            assert_int_equal(rc, SP_INVALID);
            assert_int_equal(out.len, 0);
            continue;
        }

        if (rc != SP_OK) {
            fail_msg("%s: %d", cases[i].url, rc);
        }

        assert_string_equal(buffer_text(&out), cases[i].link);
    }

    buffer_free(&out);
}


/* Own hosts are tagged: with and without a query, a fragment, a path. */

static void
test_tagged(void **state)
{
    static const case_t  cases[] = {
        { "https://shop.example/cart", "https://shop.example/cart?" TAGS },
        { "https://shop.example", "https://shop.example/?" TAGS },
        { "https://shop.example?a=1", "https://shop.example/?a=1&" TAGS },
        { "https://shop.example/c?", "https://shop.example/c?" TAGS },
        { "https://shop.example/c?a=1&", "https://shop.example/c?a=1&" TAGS },
        { "https://shop.example/c?a=1&b=%20+x;y",
          "https://shop.example/c?a=1&b=%20+x;y&" TAGS },
        { "https://shop.example/c#top", "https://shop.example/c?" TAGS "#top" },
        { "https://shop.example/c?a=1#/r?b=2",
          "https://shop.example/c?a=1&" TAGS "#/r?b=2" },
        { "http://SHOP.example:8080/c", "http://shop.example:8080/c?" TAGS },
        { "https://www.shop.example/", "https://www.shop.example/?" TAGS },
        { "https://img.cdn.example/", "https://img.cdn.example/?" TAGS },
        { "https://cdn.example/", "https://cdn.example/?" TAGS },
        { "https://BÜCHER.example/",
          "https://xn--bcher-kva.example/?" TAGS },
        { "https://xn--bcher-kva.example/",
          "https://xn--bcher-kva.example/?" TAGS },
        { "  https://shop.example/c ", "https://shop.example/c?" TAGS },
    };

    run(cases, sizeof(cases) / sizeof(cases[0]), &no_token);
}


/* A relative link is the shop's own. */

static void
test_relative(void **state)
{
    static const case_t  cases[] = {
        { "/cart", "https://shop.example/cart?" TAGS },
        { "cart", "https://shop.example/en/cart?" TAGS },
        { "../cart", "https://shop.example/cart?" TAGS },
        { "../../../cart/.", "https://shop.example/cart/?" TAGS },
        { "?a=1", "https://shop.example/en/start?a=1&" TAGS },
        { "", "https://shop.example/en/start?x=1&" TAGS },
        { "//www.shop.example/x", "https://www.shop.example/x?" TAGS },
    };

    run(cases, sizeof(cases) / sizeof(cases[0]), &no_token);
}


static void
test_not_tagged(void **state)
{
    static const case_t  cases[] = {
        { "mailto:help@shop.example?subject=Hi",
          "mailto:help@shop.example?subject=Hi" },
        { "MAILTO:help@shop.example", "MAILTO:help@shop.example" },
        { "tel:+49-30-123", "tel:+49-30-123" },
        { "sms:+4930123", "sms:+4930123" },
        { "#items", "#items" },
        { "#", "#" },

        /* unsubscribe */
        { "https://shop.example/sitepreserver/u/Token",
          "https://shop.example/sitepreserver/u/Token" },

        /* foreign, also when it looks like ours */
        { "https://other.example/c", "https://other.example/c" },
        { "https://shop.example.evil.example/",
          "https://shop.example.evil.example/" },
        { "https://evilcdn.example/", "https://evilcdn.example/" },
        { "https://evil-shop.example/", "https://evil-shop.example/" },
        { "//other.example/x", "https://other.example/x" },

        /* already tagged */
        { "https://shop.example/c?utm_source=x",
          "https://shop.example/c?utm_source=x" },
        { "https://shop.example/c?a=1&utm_campaign=x#f",
          "https://shop.example/c?a=1&utm_campaign=x#f" },
        { "https://shop.example/c?UTM_Medium=x",
          "https://shop.example/c?UTM_Medium=x" },
        { "https://shop.example/c#utm_source=x",
          "https://shop.example/c#utm_source=x" },

        /* not tagged: that only contains the word */
        { "https://shop.example/c?my_utm_source=x",
          "https://shop.example/c?my_utm_source=x&" TAGS },
        { "https://shop.example/utm_source=x",
          "https://shop.example/utm_source=x?" TAGS },
    };

    run(cases, sizeof(cases) / sizeof(cases[0]), &no_token);
}


static void
test_refused(void **state)
{
    static const case_t  cases[] = {
        { "javascript:alert(1)", NULL },
        { "JavaScript:alert(1)", NULL },
        { "data:text/html,x", NULL },
        { "vbscript:x", NULL },
        { "file:///etc/passwd", NULL },
        { "ftp://shop.example/", NULL },
        { "https:cart", NULL },
        { "https:///cart", NULL },
        { "https://user:pass@shop.example/", NULL },
        { "https://shop.example@evil.example/", NULL },
        { "https://shop.example:99999x/", NULL },
        { "https://shop.example/a\r\nSet-Cookie: x", NULL },
        { "https://shop.example/a\tb", NULL },
        { "java\nscript:alert(1)", NULL },
        { "https://a..b/", NULL },
        { "https://-a.example/", NULL },
        { "https://shop.example\\@evil.example/", NULL },
        { "https://sh op.example/", NULL },
        { "https://[::1/", NULL },
    };

    run(cases, sizeof(cases) / sizeof(cases[0]), &no_token);
}


/* The token goes to own hosts only, tagged already or not. */

static void
test_token(void **state)
{
    sp_str_t  token = sp_string("k1Ab-_9");

    static const case_t  cases[] = {
        { "/cart?a=1#f",
          "https://shop.example/cart?a=1&" TAGS "&sp=k1Ab-_9#f" },
        { "https://shop.example/c?utm_source=x",
          "https://shop.example/c?utm_source=x&sp=k1Ab-_9" },
        { "https://shop.example/c?sp=theirs&utm_source=x",
          "https://shop.example/c?sp=theirs&utm_source=x&sp=k1Ab-_9" },
        { "https://other.example/c", "https://other.example/c" },
        { "mailto:a@shop.example", "mailto:a@shop.example" },
        { "#top", "#top" },
    };

    run(cases, sizeof(cases) / sizeof(cases[0]), &token);
}


/* What may not stand in a URL is encoded; the rest is left as it is. */

static void
test_encoded(void **state)
{
    size_t    i;
    sp_str_t  url;
    buffer_t  out;

    static const case_t  cases[] = {
        { "https://a.example/ü b\"<>^`{|}",
          "https://a.example/%C3%BC%20b%22%3C%3E%5E%60%7B%7C%7D" },
        { "https://a.example/%20%zz%", "https://a.example/%20%25zz%25" },
        { "https://a.example/a\\b", "https://a.example/a%5Cb" },
        { "/\\evil.example/", "https://shop.example/%5Cevil.example/" },
        { "https://a.example/?q=ä&r=[1]", "https://a.example/?q=%C3%A4&r=[1]" },
        { "https://[2001:DB8::1]:8443/x", "https://[2001:db8::1]:8443/x" },
        { "https://127.0.0.1/x", "https://127.0.0.1/x" },
        { "HTTPS://a.example/a/../b/./c", "https://a.example/b/c" },
        { "https://a.example/#ü", "https://a.example/#%C3%BC" },
    };

    buffer_init(&out, 8192);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        buffer_reset(&out);
        url = str(cases[i].url);
        assert_int_equal(links_absolute(&site, &url, &out), SP_OK);
        assert_string_equal(buffer_text(&out), cases[i].link);
    }

    /* a picture is not at mailto:, nor here */

    url = str("mailto:a@b.example");
    assert_int_equal(links_absolute(&site, &url, &out), SP_INVALID);
    url = str("data:image/png;base64,AAAA");
    assert_int_equal(links_absolute(&site, &url, &out), SP_INVALID);

    buffer_free(&out);
}


/* In HTML "&" is "&amp;": that is the template's doing, once. */

static void
test_html(void **state)
{
    sp_str_t           url = sp_string("/cart?a=1&b=2");
    buffer_t           link, out;
    sp_error_t         err;
    mustache_t        *t;
    mustache_data_t   *data;
    mustache_value_t  *root;

    static const char  text[] = "<a href=\"{{link}}\">";

    buffer_init(&link, 8192);
    buffer_init(&out, 8192);
    assert_int_equal(links_link(&site, &url, &tags, &no_token, &link), SP_OK);

    data = mustache_data_create(8192);
    root = mustache_object(data);
    mustache_set(data, root, "link",
                 mustache_string(data, link.data, link.len));
    t = mustache_compile("t", text, strlen(text), MUSTACHE_HTML, 0, &err);
    assert_non_null(t);
    assert_int_equal(mustache_render(t, root, NULL, NULL, &out, &err), SP_OK);
    assert_string_equal(buffer_text(&out),
                        "<a href=\"https://shop.example/cart?a=1&amp;b=2"
                        "&amp;utm_source=shop&amp;utm_medium=email"
                        "&amp;utm_campaign=cart%20rescue&amp;utm_content=cta"
                        "&amp;utm_id=1-2\">");

    mustache_free(t);
    mustache_data_destroy(data);
    buffer_free(&link);
    buffer_free(&out);
}


static void
test_limits(void **state)
{
    char      text[LINKS_URL_MAX + 2];
    sp_str_t  url;
    buffer_t  out;

    buffer_init(&out, 8192);
    memset(text, 'a', sizeof(text));
    memcpy(text, "https://shop.example/", 21);
    url.data = text;

    url.len = LINKS_URL_MAX;
    assert_int_equal(links_absolute(&site, &url, &out), SP_OK);
    buffer_reset(&out);

    /* the tags make it too long */
    assert_int_equal(links_link(&site, &url, &tags, &no_token, &out),
                     SP_LIMIT);
    assert_int_equal(out.len, 0);

    url.len = LINKS_URL_MAX + 1;
    assert_int_equal(links_absolute(&site, &url, &out), SP_LIMIT);
    assert_int_equal(out.len, 0);

    buffer_free(&out);
}


static void
test_own(void **state)
{
    sp_str_t  url;

    url = str("https://shop.example/x");
    assert_true(links_own(&site, &url));
    url = str("https://a.b.cdn.example:1/x");
    assert_true(links_own(&site, &url));
    url = str("https://shop.example.evil.example/x");
    assert_false(links_own(&site, &url));
    url = str("/relative");
    assert_false(links_own(&site, &url));
    url = str("mailto:a@shop.example");
    assert_false(links_own(&site, &url));
}


/* The examples of RFC 3986 section 5.4. */

static void
test_rfc3986(void **state)
{
    char         path[256], text[256];
    size_t       i;
    sp_str_t     s;
    links_url_t  base, ref;

    static const struct {
        const char  *ref;
        const char  *path;
    } cases[] = {
        { "g", "/b/c/g" }, { "./g", "/b/c/g" }, { "g/", "/b/c/g/" },
        { "/g", "/g" }, { "?y", "/b/c/d;p" }, { "g?y", "/b/c/g" },
        { "#s", "/b/c/d;p" }, { ";x", "/b/c/;x" }, { "g;x", "/b/c/g;x" },
        { "", "/b/c/d;p" }, { ".", "/b/c/" }, { "./", "/b/c/" },
        { "..", "/b/" }, { "../", "/b/" }, { "../g", "/b/g" },
        { "../..", "/" }, { "../../", "/" }, { "../../g", "/g" },
        { "../../../g", "/g" }, { "../../../../g", "/g" },
        { "/./g", "/g" }, { "/../g", "/g" }, { "g.", "/b/c/g." },
        { ".g", "/b/c/.g" }, { "g..", "/b/c/g.." }, { "..g", "/b/c/..g" },
        { "./../g", "/b/g" }, { "./g/.", "/b/c/g/" }, { "g/./h", "/b/c/g/h" },
        { "g/../h", "/b/c/h" }, { "g;x=1/./y", "/b/c/g;x=1/y" },
        { "g;x=1/../y", "/b/c/y" }, { "g?y/../x", "/b/c/g" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        s = str("http://a/b/c/d;p?q");
        assert_int_equal(links_url_split(&s, &base), SP_OK);
        s = str(cases[i].ref);
        assert_int_equal(links_url_split(&s, &ref), SP_OK);
        links_url_resolve(&base, &ref, path);
        memcpy(text, ref.path.data, ref.path.len);
        text[ref.path.len] = '\0';
        assert_string_equal(text, cases[i].path);
    }
}


static void
test_hosts(void **state)
{
    char      out[LINKS_HOST_MAX + 1];
    size_t    i;
    sp_str_t  host;

    static const case_t  cases[] = {
        { "Shop.Example", "shop.example" },
        { "localhost", "localhost" },
        { "my_shop", "my_shop" },
        { "straße.example", "xn--strae-oqa.example" },
        { "موقع.example", "xn--4gbrim.example" },
        { "例え。テスト", "xn--r8jz45g.xn--zckzah" },
        { "", NULL },
        { ".", NULL },
        { "a.", NULL },
        { "a..b", NULL },
        { "a-.b", NULL },
        { "a b", NULL },
        { "a/b", NULL },
        { "a\x80", NULL },
        { "ü .example", NULL },
        { "[::1]", "[::1]" },
        { "[g]", NULL },
        { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          NULL },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        host = str(cases[i].url);

        if (cases[i].link == NULL) {
            assert_int_equal(links_host(&host, out), SP_INVALID);

        } else {
            assert_int_equal(links_host(&host, out), SP_OK);
            assert_string_equal(out, cases[i].link);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_tagged),
        cmocka_unit_test(test_relative),
        cmocka_unit_test(test_not_tagged),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_token),
        cmocka_unit_test(test_encoded),
        cmocka_unit_test(test_html),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_own),
        cmocka_unit_test(test_rfc3986),
        cmocka_unit_test(test_hosts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
