/*
 * Copyright (C) SitePreserver developers
 *
 * What pages say of products: pages as platforms and their themes print them,
 * each read whole, byte by byte, and cut in two at every byte.
 */

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <cmocka.h>

#include "sp_arena.h"
#include "sp_observe.h"
#include "sp_product.h"


#define LD(json)    "<script type=\"application/ld+json\">" json "</script>"
#define META(name, value)                                                     \
    "<meta property=\"" name "\" content=\"" value "\">\n"


static struct {
    const char  *page;              /* its path */
    int          id_is_sku;
    int          no_price;
    int          cut;
    unsigned     broken;
} lab;


static int
setup(void **unused)
{
    memset(&lab, 0, sizeof(lab));
    lab.page = "/product/tee";

    return 0;
}


static void
item_show(char *out, size_t size, const sp_item_t *item)
{
    char  price[32];

    static const char  *const stocks[] = { "", " in", " out" };

    price[0] = '\0';

    if (item->price != SP_NO_AMOUNT) {
        snprintf(price, sizeof(price), "%lld%s", (long long) item->price,
                 item->currency);
    }

    snprintf(out + strlen(out), size - strlen(out),
             "%s%.*s|%.*s|%.*s|%.*s|%.*s|%s%s", out[0] != '\0' ? "\n" : "",
             (int) item->id.len, item->id.data, (int) item->sku.len,
             item->sku.data, (int) item->name.len, item->name.data,
             (int) item->url.len, item->url.data, (int) item->image.len,
             item->image.data, price, stocks[item->stock]);
}


/* The page in pieces: up to first, then of step bytes each. */

static void
read_page(const char *html, size_t len, size_t first, size_t step, char *out,
    size_t size)
{
    size_t              at, n;
    unsigned            i;
    sp_rc_t             rc;
    sp_arena_t         *arena;
    sp_finder_t        *finder;
    sp_product_t        product;
    sp_product_page_t   page;

    arena = sp_arena_create(0);
    assert_non_null(arena);

    memset(&page, 0, sizeof(page));
    page.text = sp_str(lab.page);
    page.id_is_sku = lab.id_is_sku != 0;
    page.no_price = lab.no_price != 0;

    finder = sp_product_finder(sp_arena_pool(arena), &page);
    assert_non_null(finder);

    for (at = 0, n = first; at < len; at += n, n = step) {
        n = n < len - at ? n : len - at;
        assert_int_equal(sp_product_read(finder, html + at, n), SP_AGAIN);
    }

    rc = sp_product_end(finder, !lab.cut, &product);
    lab.broken = sp_product_broken(finder);
    out[0] = '\0';

    if (rc == SP_OK) {
        for (i = 0; i < product.n; i++) {
            item_show(out, size, &product.items[i]);
        }

    } else {
        assert_int_equal(rc, SP_DONE);
        snprintf(out, size, "none");
    }

    sp_arena_destroy(arena);
}


static void
says_(const char *html, const char *expected, int line)
{
    char    whole[4096], out[4096];
    size_t  i, len;

    len = strlen(html);
    read_page(html, len, len, len, whole, sizeof(whole));

    if (strcmp(whole, expected) != 0) {
        fail_msg("line %d: got\n%s\nexpected\n%s", line, whole, expected);
    }

    read_page(html, len, 1, 1, out, sizeof(out));
    assert_string_equal(out, whole);

    for (i = 1; i < len; i++) {
        read_page(html, len, i, len, out, sizeof(out));
        assert_string_equal(out, whole);
    }
}


#define says(html, expected)  says_(html, expected, __LINE__)


static void
json_ld_alone(void **unused)
{
    says("<html><head><title>Tee</title>"
         LD("{\"@context\":\"https://schema.org\",\"@type\":\"Product\","
            "\"name\":\"Blue Tee\",\"sku\":\"T-1\",\"productID\":\"42\","
            "\"image\":[\"https://cdn.example/a.jpg\",\"https://x/b.jpg\"],"
            "\"url\":\"https://shop.example/product/tee\","
            "\"brand\":{\"@type\":\"Brand\",\"name\":\"Acme\"},"
            "\"review\":[{\"@type\":\"Review\",\"name\":\"Great\"}],"
            "\"offers\":{\"@type\":\"Offer\",\"price\":\"19.99\","
            "\"priceCurrency\":\"EUR\","
            "\"availability\":\"https://schema.org/InStock\"}}")
         "</head></html>",
         "42|T-1|Blue Tee|https://shop.example/product/tee|"
         "https://cdn.example/a.jpg|1999EUR in");

    /* a number, http, a bare word, a list of types, an ImageObject */

    says(LD("{\"@type\":[\"Product\",\"Book\"],\"name\":\"A &amp; B\","
            "\"image\":{\"@type\":\"ImageObject\",\"url\":\"/i/b.png\"},"
            "\"offers\":[{\"price\":12.5,\"priceCurrency\":\"USD\","
            "\"availability\":\"http://schema.org/OutOfStock\"}]}"),
         "||A & B|/product/tee|/i/b.png|1250USD out");

    says(LD("{\"@type\":\"http://schema.org/Product\",\"name\":\"X\","
            "\"offers\":{\"price\":1200,\"priceCurrency\":\"JPY\","
            "\"availability\":\"InStock\"}}"),
         "||X|/product/tee||1200JPY in");
}


/* As a plugin of WooCommerce prints it: everything in one graph. */

static void
json_ld_graph(void **unused)
{
    says(LD("{\"@context\":\"https://schema.org\",\"@graph\":["
            "{\"@type\":\"WebPage\",\"name\":\"Tee - Shop\"},"
            "{\"@type\":\"BreadcrumbList\",\"itemListElement\":"
            "[{\"@type\":\"ListItem\",\"name\":\"Home\"}]},"
            "{\"@type\":\"Product\",\"name\":\"Tee\",\"sku\":12,"
            "\"offers\":[{\"@type\":\"Offer\",\"priceSpecification\":"
            "[{\"@type\":\"UnitPriceSpecification\",\"price\":\"16.00\","
            "\"priceCurrency\":\"GBP\",\"valueAddedTaxIncluded\":true},"
            "{\"@type\":\"UnitPriceSpecification\",\"price\":\"18.00\","
            "\"priceCurrency\":\"GBP\",\"priceType\":"
            "\"https://schema.org/ListPrice\"}],"
            "\"availability\":\"http://schema.org/InStock\"}]}]}"),
         "|12|Tee|/product/tee||1600GBP in");

    says(LD("[{\"@type\":\"Organization\",\"name\":\"Shop\"},"
            "{\"@type\":\"ItemPage\",\"mainEntity\":{\"@type\":\"Product\","
            "\"name\":\"Tee\"}},{\"@type\":\"Product\",\"name\":\"Other\"}]"),
         "||Tee|/product/tee||");
}


static void
prices_that_are_not_sure(void **unused)
{
    static const char  *const offers[] = {
        "{\"price\":\"19.99\"}",                        /* no currency */
        "{\"price\":\"19.999\",\"priceCurrency\":\"EUR\"}",
        "{\"price\":\"-1\",\"priceCurrency\":\"EUR\"}",
        "{\"price\":\"0.00\",\"priceCurrency\":\"EUR\"}",
        "{\"price\":\"12.50\",\"priceCurrency\":\"JPY\"}",
        "{\"price\":\"call us\",\"priceCurrency\":\"EUR\"}",
        "{\"price\":\"1.299\",\"priceCurrency\":\"EUR\"}",
        "{\"priceCurrency\":\"EUR\"}",
        "[{\"price\":1,\"priceCurrency\":\"EUR\"},"
        "{\"price\":2,\"priceCurrency\":\"EUR\"}]",
        "[{\"price\":1,\"priceCurrency\":\"EUR\"},"
        "{\"price\":1,\"priceCurrency\":\"USD\"}]",
        "{\"@type\":\"AggregateOffer\",\"lowPrice\":\"5.00\","
        "\"highPrice\":\"9.00\",\"priceCurrency\":\"EUR\"}",
        "{\"@type\":\"AggregateOffer\",\"lowPrice\":\"5.00\","
        "\"priceCurrency\":\"EUR\"}",
        "{\"priceSpecification\":{\"price\":\"5\",\"priceCurrency\":\"EUR\","
        "\"valueAddedTaxIncluded\":false}}",
        "{\"priceSpecification\":{\"price\":\"5\",\"priceCurrency\":\"EUR\","
        "\"valueAddedTaxIncluded\":\"false\"}}",
        "{\"priceSpecification\":[{\"price\":\"5\",\"priceCurrency\":\"EUR\"},"
        "{\"price\":\"6\",\"priceCurrency\":\"EUR\"}]}"
    };

    char      html[1024];
    unsigned  i;

    for (i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {

        /* what Open Graph says of it is not believed more */

        snprintf(html, sizeof(html), META("og:type", "product")
                 META("product:price:amount", "5.00")
                 META("product:price:currency", "EUR")
                 LD("{\"@type\":\"Product\",\"name\":\"X\",\"offers\":%s}"),
                 offers[i]);
        says(html, "||X|/product/tee||");
    }

    says(LD("{\"@type\":\"Product\",\"name\":\"X\",\"offers\":"
            "{\"@type\":\"AggregateOffer\",\"lowPrice\":\"5.00\","
            "\"highPrice\":5,\"priceCurrency\":\"EUR\"}}"),
         "||X|/product/tee||500EUR");

    /* as people write it, where the currency is told */

    says(LD("{\"@type\":\"Product\",\"name\":\"X\",\"offers\":"
            "{\"price\":\"1.299,00\",\"priceCurrency\":\"EUR\"}}"),
         "||X|/product/tee||129900EUR");

    lab.no_price = 1;
    says(LD("{\"@type\":\"Product\",\"name\":\"X\",\"offers\":"
            "{\"price\":\"5.00\",\"priceCurrency\":\"EUR\"}}"),
         "||X|/product/tee||");
}


/* As Shopify's kind of theme has it, and an older one with offers only. */

static void
variants(void **unused)
{
    says(LD("{\"@type\":\"ProductGroup\",\"name\":\"Tee\","
            "\"productGroupID\":\"9\",\"url\":\"/product/tee\",\"hasVariant\":["
            "{\"@type\":\"Product\",\"name\":\"Tee - S\",\"sku\":\"T-S\","
            "\"productID\":\"91\",\"image\":\"//cdn.example/s.jpg\","
            "\"offers\":{\"price\":\"10\",\"priceCurrency\":\"EUR\","
            "\"availability\":\"OutOfStock\"}},"
            "{\"@type\":\"Product\",\"name\":\"Tee - M\",\"sku\":\"T-M\","
            "\"offers\":{\"price\":\"12\",\"priceCurrency\":\"EUR\","
            "\"availability\":\"InStock\"}}]}"),
         "||Tee|/product/tee|//cdn.example/s.jpg| in\n"
         "91|T-S|Tee - S||//cdn.example/s.jpg|1000EUR out\n"
         "|T-M|Tee - M|||1200EUR in");

    says(LD("{\"@type\":\"Product\",\"name\":\"Tee\",\"image\":\"/t.jpg\","
            "\"offers\":[{\"sku\":\"A\",\"price\":10,\"priceCurrency\":\"EUR\","
            "\"availability\":\"SoldOut\"},"
            "{\"sku\":\"B\",\"price\":10,\"priceCurrency\":\"EUR\","
            "\"availability\":\"Discontinued\",\"url\":\"?variant=2\"}]}"),
         "||Tee|/product/tee|/t.jpg|1000EUR out\n"
         "|A|Tee||/t.jpg|1000EUR out\n"
         "|B|Tee|/product/tee?variant=2|/t.jpg|1000EUR out");

    lab.id_is_sku = 1;
    says(LD("{\"@type\":\"Product\",\"name\":\"Tee\",\"sku\":\"T\","
            "\"productID\":\"7\"}"),
         "T|T|Tee|/product/tee||");
}


/* The first of them are kept; what all have in common is not known then. */

static void
many_variants(void **unused)
{
    char      html[4096], expected[2048];
    unsigned  i;

    strcpy(html, "<script type=\"application/ld+json\">"
           "{\"@type\":\"ProductGroup\",\"name\":\"Tee\",\"hasVariant\":[");
    strcpy(expected, "||Tee|/product/tee|/t.jpg|");

    for (i = 0; i <= SP_VARIANTS_MAX; i++) {
        snprintf(html + strlen(html), sizeof(html) - strlen(html),
                 "%s{\"@type\":\"Product\",\"sku\":\"%u\",\"offers\":"
                 "{\"price\":1}%s}", i == 0 ? "" : ",", i,
                 i == 1 ? ",\"image\":\"/t.jpg\"" : "");

        if (i < SP_VARIANTS_MAX) {
            snprintf(expected + strlen(expected),
                     sizeof(expected) - strlen(expected), "\n|%u|||%s|", i,
                     i == 1 ? "/t.jpg" : "");
        }
    }

    strcat(html, "]}</script>");

    says(html, expected);
}


static void
several_products(void **unused)
{
    char      html[8192];
    unsigned  i;

    says(LD("[{\"@type\":\"Product\",\"name\":\"A\"},"
            "{\"@type\":\"Product\",\"name\":\"B\"}]"), "none");
    says(LD("{\"@type\":\"Product\",\"name\":\"A\"}")
         LD("{\"@type\":\"Product\",\"name\":\"B\"}"), "none");
    says(LD("{\"@type\":\"ItemList\",\"itemListElement\":"
            "[{\"@type\":\"Product\",\"name\":\"A\"}]}"), "none");

    /* one is the page's; a second plugin tells of the same */

    says(LD("[{\"@type\":\"Product\",\"name\":\"A\",\"url\":"
            "\"https://www.shop.example/product/tee?utm_source=x#top\"},"
            "{\"@type\":\"Product\",\"name\":\"B\",\"url\":\"/product/b\"}]"),
         "||A|https://www.shop.example/product/tee?utm_source=x#top||");
    says(LD("{\"@type\":\"Product\",\"name\":\"A\"}")
         LD("{\"@type\":\"Product\",\"name\":\"A\",\"sku\":\"1\","
            "\"offers\":{\"price\":\"3\",\"priceCurrency\":\"EUR\"}}"),
         "|1|A|/product/tee||300EUR");

    lab.page = "/index.php?route=product/product&product_id=40";
    says(LD("[{\"@type\":\"Product\",\"name\":\"A\",\"url\":"
            "\"/index.php?route=product/product&product_id=41\"},"
            "{\"@type\":\"Product\",\"name\":\"B\",\"url\":"
            "\"/index.php?route=product/product&product_id=40\"}]"),
         "||B|/index.php?route=product/product&product_id=40||");

    /* a category, with more than are kept */

    html[0] = '\0';

    for (i = 0; i < 40; i++) {
        snprintf(html + strlen(html), sizeof(html) - strlen(html),
                 LD("{\"@type\":\"Product\",\"name\":\"P%u\"}"), i);
    }

    lab.page = "/shop";
    says(html, "none");
}


static void
broken_json(void **unused)
{
    static const char  *const bad[] = {
        "{\"@type\":\"Product\",\"name\":\"A\nB\"}",
        "{\"@type\":\"Product\",\"name\":\"A\tB\"}",
        "<!-- {\"@type\":\"Product\",\"name\":\"A\"} -->",
        "{\"@type\":\"Product\",\"name\":\"A\",}",
        "{\"@type\":\"Product\",\"name\":\"A\"",
        "{\"@type\":\"Product\",\"name\":\"A\"}}",
        "{\"@type\":\"Product\" \"name\":\"A\"}",
        "{\"@type\":\"Product\",\"name\":\"\\x41\"}",
        "{\"@type\":\"Product\",\"name\":\"\\u12g4\"}",
        "{\"@type\":\"Product\",\"name\":nothing}",
        "{\"@type\":\"Product\",\"n\":01a}",
        "{,}", "[,]", "[1,]", "{\"a\":}", "{\"a\"}", "[", "{", "-", "1.", "1e",
        "\"", ""
    };

    char      html[1024];
    unsigned  i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(html, sizeof(html), "<body>" LD("%s")
                 LD(" {\"@type\":\"Product\",\"name\":\"Good\",\"x\":[[],{},"
                    "true,false,null,-1.5e+3,\"\\u00e9\\n\"]} ") "</body>",
                 bad[i]);
        says(html, "||Good|/product/tee||");
        assert_int_equal(lab.broken, 1);
    }
}


static void
nested_and_large_json(void **unused)
{
    char    *html;
    size_t   i, n;
    char     out[256];

    /* deeper than is followed, longer than is kept, more than is counted */

    html = test_malloc(400000);

    n = (size_t) sprintf(html, "<script type=application/ld+json>");
    memset(html + n, '[', 5000);
    memset(html + n + 5000, ']', 5000);
    strcpy(html + n + 10000, "</script>");
    read_page(html, strlen(html), 1000, 1000, out, sizeof(out));
    assert_string_equal(out, "none");
    assert_int_equal(lab.broken, 1);

    memset(html + n, ' ', 300000);
    strcpy(html + n + 300000, "</script>"
           LD("{\"@type\":\"Product\",\"name\":\"A\"}"));
    read_page(html, strlen(html), 4096, 4096, out, sizeof(out));
    assert_string_equal(out, "none");
    assert_int_equal(lab.broken, 1);

    html[n] = '[';

    for (i = 0; i < 30000; i++) {
        memcpy(html + n + 1 + i * 2, "1,", 2);
    }

    strcpy(html + n + 60000, "1]</script>"
           LD("{\"@type\":\"Product\",\"name\":\"A\"}"));
    read_page(html, strlen(html), 4096, 4096, out, sizeof(out));
    assert_string_equal(out, "||A|/product/tee||");
    assert_int_equal(lab.broken, 1);

    test_free(html);
}


static void
microdata(void **unused)
{
    says("<body><div itemscope itemtype=\"https://schema.org/BreadcrumbList\">"
         "<span itemprop=\"name\">Home</span></div>"
         "<div itemscope itemtype=\"http://schema.org/Product\">"
         "<h1 itemprop=\"name\">Blue <b>Tee</b> &amp; more</h1>"
         "<div itemprop=\"brand\" itemscope itemtype=\"http://schema.org/Brand\">"
         "<span itemprop=\"name\">Acme</span></div>"
         "<img itemprop=\"image\" src=\"img/tee.jpg\">"
         "<meta itemprop=\"sku\" content=\"T-1\"><meta itemprop=productID "
         "content=77>"
         "<a itemprop=\"url\" href=\"/product/tee\">more</a>"
         "<div itemprop=\"offers\" itemscope "
         "itemtype=\"http://schema.org/Offer\">"
         "<meta itemprop=\"priceCurrency\" content=\"EUR\">"
         "<span itemprop=\"price\" content=\"19.90\">19,90 &euro;</span>"
         "<link itemprop=\"availability\" href=\"http://schema.org/InStock\">"
         "</div><div itemprop=\"review\" itemscope><p itemprop=\"name\">Good</p>"
         "</div></div></body>",
         "77|T-1|Blue Tee & more|/product/tee|/product/img/tee.jpg|1990EUR in");

    /* the price is a text */

    says("<div itemscope itemtype='https://schema.org/Product'>"
         "<span itemprop='name'>X</span><div itemprop='offers' itemscope"
         " itemtype='https://schema.org/Offer'><span itemprop='price'>"
         "1.234,50&nbsp;&euro;</span></div></div>",
         "||X|/product/tee||123450EUR");

    /* two offers, and a related product within */

    says("<div itemscope itemtype='https://schema.org/Product'>"
         "<span itemprop='name'>X</span><div itemprop='offers' itemscope"
         " itemtype='https://schema.org/Offer'><meta itemprop=price content=5>"
         "<meta itemprop=priceCurrency content=EUR></div><div itemprop='offers'"
         " itemscope itemtype='https://schema.org/Offer'><meta itemprop=price"
         " content=6><meta itemprop=priceCurrency content=EUR></div>"
         "<div itemprop=isRelatedTo itemscope"
         " itemtype='https://schema.org/Product'><b itemprop=name>Y</b></div>"
         "</div>",
         "||X|/product/tee||");

    says("<ul><li itemscope itemtype='https://schema.org/Product'>"
         "<b itemprop=name>A</b><li itemscope"
         " itemtype='https://schema.org/Product'><b itemprop=name>B</b></ul>",
         "none");

    says("<p itemprop=name>no product</p><div itemscope>x</div>", "none");

    lab.cut = 1;
    says("<div itemscope itemtype='https://schema.org/Product'>"
         "<b itemprop=name>A</b></div>", "none");
    says(LD("{\"@type\":\"Product\",\"name\":\"A\"}") "<p>and so on",
         "||A|/product/tee||");
}


static void
open_graph(void **unused)
{
    says("<head>" META("og:type", "product") META("og:title", "Tee | Shop")
         META("og:image", "https://cdn.example/t.jpg?a=1&amp;b=2")
         META("og:url", "https://shop.example/product/tee")
         META("product:price:amount", "12.00")
         META("product:price:currency", "EUR")
         META("product:availability", "instock")
         META("product:retailer_item_id", "SKU1") "</head>",
         "SKU1||Tee | Shop|https://shop.example/product/tee|"
         "https://cdn.example/t.jpg?a=1&b=2|1200EUR in");

    says("<META NAME='og:type' CONTENT='product.item'>"
         "<META NAME='og:title' CONTENT='X'>"
         "<META NAME='product:availability' CONTENT='oos'>",
         "||X|/product/tee|| out");

    says(META("og:type", "website") META("og:title", "Shop"), "none");
    says(META("og:type", "product"), "none");

    /* what JSON-LD lacks */

    says(META("og:type", "product") META("og:title", "Tee | Shop")
         META("og:image", "/t.jpg")
         LD("{\"@type\":\"Product\",\"name\":\"Tee\"}"),
         "||Tee|/product/tee|/t.jpg|");
}


static void
odd_html(void **unused)
{
    says("<!-- <script type=application/ld+json>{\"@type\":\"Product\","
         "\"name\":\"No\"}</script> --><!--><!---> a < b <3 <?x> <!doctype x>"
         "<style>" LD("") "</style>"
         "<SCRIPT TYPE = 'application/ld+json; charset=utf-8' data-x='a>b'>"
         "{\"@type\":\"Product\",\"name\":\"a</b>\\u003c</scrip> </ <\"}"
         "</SCRIPT ><script>\"</title><script type=application/ld+json>\""
         "</script><textarea><div itemscope"
         " itemtype=https://schema.org/Product></textarea>",
         "||a</b><</scrip> </ <|/product/tee||");

    says("<div title='" "itemscope>" "' itemscope itemtype=https://schema.org/"
         "Product><input itemprop=name><b itemprop='x name y'> A\n\n B </b>",
         "none");                   /* it has not ended */
    says("<", "none");
    says("</", "none");
    says("<script type=application/ld+json>{", "none");
}


static void
links(void **unused)
{
    static const struct {
        const char  *link;
        const char  *expected;
    } list[] = {
        { "https://a.example/x", "https://a.example/x" },
        { "//cdn.example/x", "//cdn.example/x" },
        { "/x", "/x" },
        { "x.jpg", "/a b/x.jpg" },
        { "../x.jpg", "/a b/../x.jpg" },
        { "?v=1", "/a b/p?v=1" },
        { "data:image/png;base64,AAAA", "" },
        { "javascript:alert(1)", "" },
        { "#top", "" },
        { "", "" }
    };

    char      html[512], expected[512];
    unsigned  i;

    lab.page = "/a b/p";

    for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        snprintf(html, sizeof(html),
                 LD("{\"@type\":\"Product\",\"name\":\"X\",\"image\":\"%s\"}"),
                 list[i].link);
        snprintf(expected, sizeof(expected), "||X|/a%%20b/p|%s|",
                 list[i].expected);

        if (strncmp(list[i].expected, "/a b", 4) == 0) {
            snprintf(expected, sizeof(expected), "||X|/a%%20b/p|/a%%20b%s|",
                     list[i].expected + 4);
        }

        says(html, expected);
    }
}


static void
no_memory(void **unused)
{
    int                 n;
    sp_rc_t             rc;
    sp_arena_t         *arena;
    sp_finder_t        *finder;
    sp_product_t        product;
    sp_product_page_t   page;

    static const char  html[] =
        "<div itemscope itemtype=https://schema.org/Product><b itemprop=name>"
        "A</b><i itemprop=offers itemscope itemtype=https://schema.org/Offer>"
        "<u itemprop=price>5 &euro;</u></i></div>" META("og:type", "product")
        LD("{\"@type\":\"Product\",\"name\":\"\\u0041\",\"image\":\"a.jpg\","
           "\"hasVariant\":[{\"@type\":\"Product\",\"sku\":\"1\"}]}");

    memset(&page, 0, sizeof(page));
    page.text = sp_str("/p");

    for (n = 0; n < 200; n++) {
        arena = sp_arena_create(0);
        sp_arena_fail_after(arena, n);

        finder = sp_product_finder(sp_arena_pool(arena), &page);
        rc = SP_NOMEM;

        if (finder != NULL) {
            rc = sp_product_read(finder, html, sizeof(html) - 1);

            if (rc == SP_AGAIN) {
                rc = sp_product_end(finder, 1, &product);
            }
        }

        sp_arena_destroy(arena);

        if (rc == SP_OK) {
            break;
        }

        assert_int_equal(rc, SP_NOMEM);
    }

    assert_in_range(n, 20, 199);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup(json_ld_alone, setup),
        cmocka_unit_test_setup(json_ld_graph, setup),
        cmocka_unit_test_setup(prices_that_are_not_sure, setup),
        cmocka_unit_test_setup(variants, setup),
        cmocka_unit_test_setup(many_variants, setup),
        cmocka_unit_test_setup(several_products, setup),
        cmocka_unit_test_setup(broken_json, setup),
        cmocka_unit_test_setup(nested_and_large_json, setup),
        cmocka_unit_test_setup(microdata, setup),
        cmocka_unit_test_setup(open_graph, setup),
        cmocka_unit_test_setup(odd_html, setup),
        cmocka_unit_test_setup(links, setup),
        cmocka_unit_test_setup(no_memory, setup)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
