/*
 * Copyright (C) SitePreserver developers
 *
 * What rules find in pages: carts, addresses and totals, in answers and in
 * strings of JSON; what a page that breaks off says.
 */

#include "observe_lab.h"


#define CART                                                                  \
    "sitepreserver_currency EUR;"                                             \
    "sitepreserver_event set_cart GET,POST = /x {"                            \
    " items response.body | html:li.line {"                                   \
    "  id a@data-id; name .name or img@alt; quantity .qty | regex:^[0-9]+;"   \
    "  price .price | money; image img@src; url a@href; }"                    \
    " empty response.body | html:.no-items;"                                  \
    " total response.body | html:#total | money; }"

#define LINE(id, n, price)                                                    \
    "<li class='line'><a data-id=" id " href=/p/" id "><img src=/i/" id       \
    ".png alt='Mug " id "'></a><span class=qty>" n " &times; <b>Mug</b>"      \
    "</span><p class='price x'>" price "</li>"


static void
a_cart_in_a_page(void **unused)
{
    rules(CART);

    PLAY(.answer = "<!doctype html><body><ul>" LINE("7", "2", "1.234,50 &euro;")
         LINE("8", "1", "<i>9</i>,90&nbsp;&euro;") "</ul><b id=total>2.478,90"
         "</b><p>never read");

    cart(SP_CART_SNAPSHOT, "7*2@123450 8*1@990");
    is(lab.out->lines[0].name, "Mug 7");
    is(lab.out->lines[1].image, "/i/8.png");
    is(lab.out->lines[1].url, "/p/8");
    assert_true(lab.out->lines[0].from_shop);
    assert_int_equal(lab.out->total, 247890);
    assert_false(lab.out->response_cut);
}


static void
in_pieces_of_any_size(void **unused)
{
    size_t  piece;

    rules(CART);

    for (piece = 1; piece < 200; piece++) {
        PLAY(.piece = piece, .answer = "<ul>" LINE("7", "2", "&euro; 5,00")
             LINE("8", "1", "9,90") "</ul><b id=total>19,90</b>");

        cart(SP_CART_SNAPSHOT, "7*2@500 8*1@990");
        assert_int_equal(lab.out->total, 1990);
    }
}


/* Wherever it breaks off: all lines or none, and it is never empty. */

static void
semantics_3_a_page_that_breaks_off(void **unused)
{
    size_t      i;
    const char *end;

    static const char  page[] = "<div class=no-items></div><div><ul>"
                                LINE("7", "2", "5,00") LINE("8", "1", "9,90")
                                "</ul><b id=total>19,90</b><i>more</i></div>";

    rules(CART);

    end = strstr(page, "</ul>");

    for (i = 1; i < sizeof(page) - 1; i++) {

        PLAY(.answer = page, .answer_limit = i);

        if (page + i < end + 5) {
            assert_int_equal(lab.out->cart, SP_CART_NONE);

        } else {
            cart(SP_CART_SNAPSHOT, "7*2@500 8*1@990");
        }

        assert_int_equal(lab.out->total,
                         i < (size_t) (strstr(page, "</b><i>") - page) + 4
                         ? SP_NO_AMOUNT : 1990);

        PLAY(.answer = page, .answer_len = i, .unfinished = 1);
        assert_true(lab.out->cart == SP_CART_NONE || page + i >= end + 5);
    }
}


static void
semantics_2_no_hit_says_nothing(void **unused)
{
    rules(CART);

    PLAY(.answer = "<p>Something went wrong");
    assert_int_equal(lab.out->cart, SP_CART_NONE);

    PLAY(.answer = "<ul><li class=line>no id</li></ul>");
    assert_int_equal(lab.out->cart, SP_CART_NONE);

    PLAY(.answer = "<p class='a no-items'></p>");
    cart(SP_CART_SNAPSHOT, "");

    /* a hidden message does not count for more than lines */

    PLAY(.answer = "<p class=no-items>x</p><ul>" LINE("7", "1", "1")
         "</ul>");
    cart(SP_CART_SNAPSHOT, "7*1@100");

    PLAY(.answer = "<ul>" LINE("7", "1", "1") "</ul><p class=no-items>");
    cart(SP_CART_SNAPSHOT, "7*1@100");

    PLAY(.answer = "<template><p class=no-items></template>");
    assert_int_equal(lab.out->cart, SP_CART_NONE);
}


/* The first list that has items is the cart, the others are copies of it. */

static void
lists_that_stand_there_twice(void **unused)
{
    rules(CART);

    PLAY(.answer = "<nav><ul>" LINE("7", "1", "1") "</ul></nav><ul>"
         LINE("7", "1", "1") LINE("8", "1", "1") "</ul>");
    cart(SP_CART_SNAPSHOT, "7*1@100");

    /* one whose elements are something else is none */

    PLAY(.answer = "<ul><li class=line>menu</li></ul><ul>"
         LINE("7", "1", "1") LINE("8", "1", "1") "</ul>");
    cart(SP_CART_SNAPSHOT, "7*1@100 8*1@100");

    /* boxes around each; and such a cart twice */

    PLAY(.answer = "<main><div>" LINE("7", "1", "1") "</div><div>"
         LINE("8", "1", "1") "</div></main><div>" LINE("9", "1", "1")
         "</div>");
    cart(SP_CART_SNAPSHOT, "7*1@100 8*1@100");

    PLAY(.answer = "<main><div>" LINE("7", "1", "1") "</div></main><footer>"
         "<div>" LINE("7", "1", "1") "</div></footer>");
    cart(SP_CART_SNAPSHOT, "7*1@100");

    /* the same twice in one list is two */

    PLAY(.answer = "<ul>" LINE("7", "1", "1") LINE("7", "1", "1") "</ul>");
    cart(SP_CART_SNAPSHOT, "7*1@100 7*1@100");
}


#define STRINGS                                                               \
    "sitepreserver_event set_cart POST = /x {"                                \
    " items \"response.json:fragments[\\\"div.cart\\\"]\" | html:li.line {"   \
    "  id a@data-id; name .name | entities or img@alt; item_key @key;"        \
    "  quantity .qty | regex:^[0-9]+; }"                                      \
    " if response.json:ok = true;"                                            \
    " locale \"response.json:fragments[\\\"div.cart\\\"]\" | html:i@lang;"    \
    " empty \"response.json:fragments[\\\"div.cart\\\"]\" | html:.none; }"


static void
html_in_strings_of_json(void **unused)
{
    size_t  piece;

    rules(STRINGS);

    for (piece = 0; piece < 40; piece++) {
        PLAY(.piece = piece, .answer =
             "{\"fragments\":{\"a\":\"<li class=line><a data-id=1>\","
             "\"div.cart\":\"\\n\\t<ul>\\n<li class=\\\"line\\\">"
             "<a data-id=\\\"7\\\"><\\/a><p class='name'>Tasse &amp;amp; "
             "Caf\\u00e9 \\ud83d\\ude00<\\/p><b class=qty>3<\\/b><\\/li><\\/ul>"
             "<i lang=de-AT>\"},\"ok\":true}");

        cart(SP_CART_SNAPSHOT, "7/0*3");
        is(lab.out->lines[0].name, "Tasse & Caf\xc3\xa9 \xf0\x9f\x98\x80");
        is(lab.out->locale, "de-AT");
    }

    PLAY(.answer = "{\"fragments\":{\"div.cart\":\"<p class=none>\"},"
         "\"ok\":true}");
    cart(SP_CART_SNAPSHOT, "");

    PLAY(.answer = "{\"fragments\":{\"div.cart\":\"\"},\"ok\":true}");
    assert_int_equal(lab.out->cart, SP_CART_NONE);

    PLAY(.answer = "{\"fragments\":{\"div.cart\":null},\"ok\":true}");
    assert_int_equal(lab.out->cart, SP_CART_NONE);

    PLAY(.answer = "{\"fragments\":{\"div.cart\":[\"<p class=none>\"]},"
         "\"ok\":true}");
    assert_int_equal(lab.out->cart, SP_CART_NONE);

    PLAY(.answer = "{\"fragments\":{\"div.cart\":\"<p class=none>\"},"
         "\"ok\":false}");
    assert_true(lab.out == NULL || lab.out->cart == SP_CART_NONE);

    PLAY(.unfinished = 1, .answer = "{\"ok\":true,\"fragments\":{\"div.cart\":"
         "\"<ul><li class=line><a data-id=7></a></li><li>");
    assert_int_equal(lab.out->cart, SP_CART_NONE);
}


/* Longer than anything that is kept, with the cart at its end. */

static void
strings_of_100_kb(void **unused)
{
    char    *answer, *p;
    size_t   i, size;

    rules(STRINGS);

    size = 110 * 1024;
    answer = malloc(size);
    assert_non_null(answer);

    p = answer;
    p += sprintf(p, "{\"ok\":true,\"fragments\":{\"div.cart\":\"<ul>");

    for (i = 0; i < 120; i++) {
        p += sprintf(p, "<li class=\\\"line\\\"><a data-id='%u'>",
                     (unsigned) i);
        memset(p, 'x', 850);
        p += 850;
        p += sprintf(p, "</a><p class=qty>\\n\\t%u</p></li>", (unsigned) i + 1);
    }

    (void) sprintf(p, "</ul>\"}}");
    assert_true(strlen(answer) > 100 * 1024);

    PLAY(.answer = answer, .piece = 4096);
    assert_int_equal(lab.out->cart, SP_CART_SNAPSHOT);
    assert_int_equal(lab.out->nlines, 120);
    is(lab.out->lines[119].id, "119");
    assert_int_equal(lab.out->lines[119].quantity, 120);

    free(answer);
}


/* The same string, also read as a text, and by two rules. */

static void
many_readers_of_one_string(void **unused)
{
    rules("sitepreserver_event set_cart POST = /x {"
          " if response.json:html ~ cart;"
          " items response.json:html | html:li { id .; }"
          " first_name response.json:html | html:i | \"regex:^\\w+\"; }"
          "sitepreserver_event identify POST = /x {"
          " if response.json:* | html:b;"
          " email response.json:html | html:b;"
          " order_id response.json:*.x | html:u; }");

    PLAY(.answer = "{\"a\":\"no\",\"html\":\"<ul id=cart><li>1</li><li>2</ul>"
         "<i>Ada Lovelace</i><b>ada@example.com</b>\",\"b\":{\"x\":\"<u>9</u>"
         "\"}}");

    cart(SP_CART_SNAPSHOT, "1 2");
    assert_int_equal(lab.out->kinds, SP_SET_CART | SP_IDENTIFY);
    is(lab.out->email, "ada@example.com");
    assert_true(lab.out->email_from_shop);
    is(lab.out->first_name, "Ada");
    is(lab.out->order_id, "9");
}


static void
values_in_pages(void **unused)
{
    rules("sitepreserver_event login POST = /x {"
          " if response.body | html:.error absent;"
          " if response.body | html:body.account;"
          " if response.body | html:#n@data-n = 5 7;"
          " email response.body | html:input#email@value;"
          " customer response.body | \"html:script#me\" | json:user.id;"
          " first_name response.body | html:h1 | \"regex:Hi (\\w+)\"; }");

    PLAY(.answer = "<html><body class='a account'><h1>Hi <b>Eve</b>!</h1>"
         "<input ID=EMAIL><input id=email value=''><input id=email value='"
         "a&#64;example.com'><script id=me>{\"user\": {\"id\": 17}}</script>"
         "<i id=n data-n=7>");
    is(lab.out->email, "a@example.com");
    is(lab.out->customer, "17");
    is(lab.out->first_name, "Eve");

    PLAY(.answer = "<body class=account><i id=n data-n=7><i class=error>");
    assert_int_equal(lab.rc, SP_DONE);

    PLAY(.answer = "<body class=account><i id=n data-n=6>");
    assert_int_equal(lab.rc, SP_DONE);

    PLAY(.answer = "<body><i id=n data-n=5>");
    assert_int_equal(lab.rc, SP_DONE);

    PLAY(.answer = "{\"a\":\"<body class=account><i id=n data-n=5>\"}");
    assert_int_equal(lab.rc, SP_DONE);
}


/* Behind other decoders a string is looked through once it is whole. */

static void
html_behind_other_decoders(void **unused)
{
    rules("sitepreserver_event identify POST = /x {"
          " email form:page | url | \"html:.a b\";"
          " first_name response.json:x | url | html:i@title; }"
          "sitepreserver_event set_cart POST = /x {"
          " items response.json:lines { id html | html:a@data-id;"
          "  name html | html:p | entities; } }");

    PLAY(.body = "page=%3Ci class=a%3E%3Cb%3Ea%2540example.com%3C/b%3E",
         .answer = "{\"x\":\"%3Ci title='Ada'%3E\",\"lines\":[{\"html\":"
         "\"<p>A &amp;amp; B</p><a data-id=5>\"},{\"html\":\"<a>\"}]}");

    is(lab.out->email, "a@example.com");
    is(lab.out->first_name, "Ada");
    cart(SP_CART_SNAPSHOT, "5");
    is(lab.out->lines[0].name, "A & B");
}


static void
json_or_html(void **unused)
{
    rules("sitepreserver_event set_cart POST = /x {"
          " items response.json:lines or response.json:page | html:li"
          "  or response.body | html:tr {"
          "  id pid or td:nth(2); name .@title or title; quantity n[0]; } }");

    PLAY(.answer = "{\"lines\":[{\"pid\":1,\"title\":\"T\",\"n\":[2]}]}");
    cart(SP_CART_SNAPSHOT, "1*2");
    is(lab.out->lines[0].name, "T");

    PLAY(.answer = "{\"page\":\"<li title=U><pid>3</pid></li>\"}");
    cart(SP_CART_SNAPSHOT, "3");
    is(lab.out->lines[0].name, "U");

    PLAY(.answer = "<table><tr title=V><td>4<td>5<tr><td>6<td>7</table>");
    cart(SP_CART_SNAPSHOT, "5 7");
    is(lab.out->lines[0].name, "V");

    /* an earlier alternative counts, whichever comes first */

    PLAY(.answer = "{\"page\":\"<li><pid>3</pid></li>\",\"lines\":"
         "[{\"pid\":1}]}");
    cart(SP_CART_SNAPSHOT, "1");
}


/* How much of a page is read. */

static size_t
bytes_read(const char *page, size_t len)
{
    size_t             i;
    sp_rc_t            rc;
    unsigned           wants;
    exchange_t         x;
    sp_exchange_t      ex;
    sp_observation_t  *ob;

    memset(&x, 0, sizeof(x));
    x.method = "GET";
    x.uri = "/x";
    x.status = 200;
    exchange_show(&x, &ex);

    ob = sp_observe(lab.rules, &ex, sp_arena_pool(lab.pool), &wants);
    assert_non_null(ob);
    assert_int_equal(sp_observe_answer(ob, 200), SP_WANT_RESPONSE_BODY);

    rc = SP_AGAIN;

    for (i = 0; i < len && rc == SP_AGAIN; i++) {
        rc = sp_observe_response_body(ob, page + i, 1, i + 1 == len);
    }

    return i;
}


static void
reading_stops(void **unused)
{
    static const char  page[] = "<b id=total>5</b><ul>" LINE("7", "1", "1")
                                "</ul><p>and more, and more";

    rules(CART);

    assert_int_equal(bytes_read(page, sizeof(page) - 1),
                     strstr(page, "</ul>") + 5 - page);

    rules("sitepreserver_event set_cart GET = /x {"
          " items response.body | \"html:main .line\" { id a@data-id; } }");

    static const char  boxes[] = "<main><div>" LINE("7", "1", "1")
                                 "</div><div>" LINE("8", "1", "1")
                                 "</div></main><p>and more, and more";

    assert_int_equal(bytes_read(boxes, sizeof(boxes) - 1),
                     strstr(boxes, "</main>") + 7 - boxes);

    rules("sitepreserver_event identify GET = /x {"
          " email response.body | html:b; first_name response.body | html:i@a;"
          " if response.body | html:u; }");

    static const char  values[] = "<u><b>a@example.com</b><i a=Ada>more</i>";

    assert_int_equal(bytes_read(values, sizeof(values) - 1),
                     strstr(values, "more") - values);
}


/* What was looked at is counted, and is the same in pieces of any size. */

static void
bytes_are_counted(void **unused)
{
    size_t  piece, read;

    static const char  page[] = "<b id=total>5</b><ul>" LINE("7", "1", "1")
                                "</ul><p>and more, and more";
    static const char  data[] = "{\"a\":{\"mail\":\"a@example.com\"},"
                                "\"b\":[\"more\",\"and more\"]}";

    rules(CART);
    read = (size_t) (strstr(page, "</ul>") + 5 - page);

    for (piece = 0; piece < sizeof(page); piece++) {
        PLAY(.piece = piece, .answer = page);
        assert_int_equal(lab.out->read, read);
    }

    rules("sitepreserver_event identify POST = /x {"
          " email response.json:a.mail; }");
    read = (size_t) (strstr(data, "com\"") + 4 - data);

    for (piece = 0; piece < sizeof(data); piece++) {
        PLAY(.piece = piece, .answer = data);
        assert_int_equal(lab.out->read, read);
    }

    /* no further than the limit, and nothing of what nobody wants */

    PLAY(.answer = data, .answer_limit = 10);
    assert_int_equal(lab.out->read, 10);

    rules("sitepreserver_event page_view POST = /x { }");
    PLAY(.answer = data);
    assert_int_equal(lab.out->read, 0);
}


static void
too_many_and_too_deep(void **unused)
{
    char    *page, *p;
    size_t   i;

    rules(CART);

    page = malloc(256 * 1024);
    assert_non_null(page);

    p = page + sprintf(page, "<ul>");

    for (i = 0; i < 1500; i++) {
        p += sprintf(p, "<li class=line><a data-id=%u></a></li>",
                     (unsigned) i);
    }

    (void) sprintf(p, "</ul>");

    PLAY(.answer = page);
    assert_int_equal(lab.out->cart, SP_CART_SNAPSHOT);
    assert_int_equal(lab.out->nlines, SP_ITEMS_MAX);
    assert_int_equal(lab.out->lines_dropped, 1000);

    /* what was too deep might have been another line */

    p = page + sprintf(page, "<ul>" LINE("7", "1", "1"));

    for (i = 0; i < 300; i++) {
        p += sprintf(p, "<div>");
    }

    for (i = 0; i < 300; i++) {
        p += sprintf(p, "</div>");
    }

    (void) sprintf(p, "</ul>");

    PLAY(.answer = page);
    assert_int_equal(lab.out->cart, SP_CART_NONE);
    assert_true(lab.out->response_cut);

    free(page);
}


/* A failed allocation is out of memory, whichever it is. */

static void
out_of_memory_at_each_allocation(void **unused)
{
    long           n;
    sp_rc_t        rc;
    exchange_t     x;
    sp_outcome_t  *out;

    rules(CART STRINGS);

    for (n = 0; ; n++) {
        memset(&x, 0, sizeof(x));
        x.method = "POST";
        x.uri = "/x";
        x.status = 200;
        x.piece = 5;
        x.answer = n % 2 ? "<ul>" LINE("7", "1", "1") LINE("8", "1", "&euro;1")
                           "</ul>"
                         : "{\"ok\":true,\"fragments\":{\"div.cart\":\"<ul>"
                           LINE("7", "1", "1") "</ul>\"}}";

        sp_arena_reset(lab.pool);
        sp_arena_fail_after(lab.pool, n / 2);

        rc = exchange_play(lab.rules, &x, sp_arena_pool(lab.pool), &out);

        if (n / 2 > 200) {
            assert_int_equal(rc, SP_OK);
            assert_int_equal(out->cart, SP_CART_SNAPSHOT);
            break;
        }

        assert_true(rc == SP_OK || rc == SP_NOMEM);
        assert_true(rc == SP_NOMEM || out->cart == SP_CART_SNAPSHOT);
    }

    sp_arena_fail_after(lab.pool, -1);
}


#define lab_test(f)  cmocka_unit_test_setup_teardown(f, setup, teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        lab_test(a_cart_in_a_page),
        lab_test(in_pieces_of_any_size),
        lab_test(semantics_2_no_hit_says_nothing),
        lab_test(semantics_3_a_page_that_breaks_off),
        lab_test(lists_that_stand_there_twice),
        lab_test(html_in_strings_of_json),
        lab_test(strings_of_100_kb),
        lab_test(many_readers_of_one_string),
        lab_test(values_in_pages),
        lab_test(html_behind_other_decoders),
        lab_test(json_or_html),
        lab_test(reading_stops),
        lab_test(bytes_are_counted),
        lab_test(too_many_and_too_deep),
        lab_test(out_of_memory_at_each_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
