/*
 * Copyright (C) SitePreserver developers
 */

#include "import_run.h"


static void
test_links(void **state)
{
    size_t  i;

    static const struct {
        const char  *in;
        const char  *out;
    } cases[] = {
        { "<a href=\"/\">Home</a>",
          "<a href=\"https://shop.example/?" TAGS("home") "\">Home</a>" },
        { "<a  HREF = '../x/./y?a=1&amp;b=2#c'  class=z >Go <b>on</b></a>",
          "<a  HREF = 'https://shop.example/x/y?a=1&amp;b=2&amp;"
          TAGS("go-on") "#c'  class=z >Go <b>on</b></a>" },
        { "<a href=sale>A</a>",
          "<a href=\"https://shop.example/en/sale?" TAGS("a") "\">A</a>" },
        { "<a href=&#47;a&amp;b>A</a>",
          "<a href=\"https://shop.example/a&amp;b?" TAGS("a") "\">A</a>" },
        { "<a href=&quot;\">A</a>",
          "<a href=\"https://shop.example/en/%22%22?" TAGS("a") "\">A</a>" },
        { "<a href=\"//www.shop.example/a?x&#x3D;1\">A</a>",
          "<a href=\"https://www.shop.example/a?x=1&amp;" TAGS("a")
          "\">A</a>" },
        { "<a href=\"/a?utm_id=1\">A</a>",
          "<a href=\"https://shop.example/a?utm_id=1&amp;sp={{click_token}}\""
          ">A</a>" },
        { "<a href=\"/a\">A</a><a href=\"/b\">A</a>",
          "<a href=\"https://shop.example/a?" TAGS("a") "\">A</a>"
          "<a href=\"https://shop.example/b?" TAGS("a-2") "\">A</a>" },
        { "<a href=\"/a\"><img alt='Blue mug' src=\"https://x.example/m.png\">"
          "</a>",
          "<a href=\"https://shop.example/a?" TAGS("blue-mug") "\">"
          "<img alt='Blue mug' src=\"https://x.example/m.png\"></a>" },
        { "<a href=\"/deals/today/\"><img src=\"/m.png\"></a>",
          "<a href=\"https://shop.example/deals/today/?" TAGS("today") "\">"
          "<img src=\"https://shop.example/m.png\"></a>" },
        { "<a data-sp-name=\"Top Nav\" href=\"/n\">A</a>",
          "<a data-sp-name=\"Top Nav\" href=\"https://shop.example/n?"
          TAGS("top-nav") "\">A</a>" },
        { "<a href=\"/a\">\xc3\x9c" "ber \xc3\xa9t\xc3\xa9</a>",
          "<a href=\"https://shop.example/a?" TAGS("uber-ete") "\">\xc3\x9c"
          "ber \xc3\xa9t\xc3\xa9</a>" },
        { "<map name=m><area href=\"/a\" alt=x></map>",
          "<map name=m><area href=\"https://shop.example/a?" TAGS("a")
          "\" alt=x></map>" },
        { "<a href=\"/en/cart\">C</a>",
          "<a href=\"https://shop.example/en/cart?" TAGS("c") "\">C</a>" },
    };

    static const char  *same[] = {
        "<a href=\"https://other.example/x\">A</a>",
        "<a href=\"http://shop.example.evil.example/x\">A</a>",
        "<a href=\"mailto:a@shop.example?subject=x\">A</a>",
        "<a href=\"tel:+1\">A</a><a href=\"sms:+1\">A</a>",
        "<a href=\"#top\">A</a><a href=\"\">A</a><a href>A</a><a>A</a>",
        "<a href=\"javascript:alert(1)\">A</a>",
        "<a href=\"https://shop.example/sp/unsubscribe?t=x\">A</a>",
        "<a href=\"{{unsubscribe_link}}\">A</a>",
        "<a href=\"{{#items}}{{link}}{{/items}}\">A</a>",
        "<a href=\"https://shop.example/{{step}}\">A</a>",
        "<a href=\"https://shop.example/x?" TAGS("a") "\">A</a>",
        "<!-- <a href=\"/x\">A</a> -->",
        "<p title=\"/x\">href=\"/x\"</p>",
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        becomes(cases[i].in, cases[i].out);
    }

    for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        becomes(same[i], same[i]);
    }

    becomes("<a href=\"*|UNSUB|*\">Unsubscribe here</a>",
            "<a href=\"{{unsubscribe_link}}\">Unsubscribe here</a>");
    assert_int_equal(note("taken for the unsubscribe link")->column, 1);
    becomes("<a href='#'>Hier abmelden</a>",
            "<a href='{{unsubscribe_link}}'>Hier abmelden</a>");
}


static void
test_again(void **state)
{
    char      *first;
    sp_str_t   source;

    assert_int_equal(import("<html><head><style>p{color:red}</style></head>"
                            "<body>{{preheader}}<p><a href=/x>X</a>"
                            "<a href=/en/cart class=btn>Go</a>" FOOT
                            "</body></html>"), SP_OK);
    first = strdup(buffer_text(&result.html));
    assert_non_null(first);

    import_free(&result);
    source.data = first;
    source.len = strlen(first);
    assert_int_equal(import_html(&options, &source, &result), SP_OK);
    assert_string_equal(buffer_text(&result.html), first);
    free(first);
}


static void
test_cta(void **state)
{
    const import_note_t  *n;

    /* the only button that leads to the cart */

    assert_int_equal(import("<p>{{preheader}}</p>\n<a href=\"/en/cart\">c</a>"
                            "\n <a class=\"btn\" href='/en/cart/?x=1'>Go</a>"
                            FOOT), SP_OK);
    assert_non_null(strstr(buffer_text(&result.html),
                           "<a data-sp-cta class=\"btn\" "
                           "href='{{cart_link}}'>Go</a>"));
    n = note("is the call to action: \"Go\"");
    assert_int_equal(n->line, 3);
    assert_int_equal(n->column, 2);
    assert_int_equal(n->level, IMPORT_INFO);

    /* a surface by a rule, or of the cell around it */

    assert_int_equal(import("<style>.x{background:#000}</style>{{preheader}}"
                            "<a href=/en/cart>c</a>"
                            "<a class=x href=/en/cart>Go</a>"), SP_OK);
    (void) note("\"Go\"");
    assert_int_equal(import("{{preheader}}<a href=/en/cart>c</a><table><tr>"
                            "<td bgcolor=red><a href=/en/cart>Go</a></table>"),
                     SP_OK);
    (void) note("\"Go\"");

    /* two are too many: which ones */

    assert_int_equal(import("\n<a class=btn href=/en/cart>One</a>\n"
                            "  <a class=btn href=/en/cart>Two</a>"),
                     SP_INVALID);
    (void) note("which one is the call to action? 2 links lead to the cart and"
                " look like a button");
    n = note("then say --cta 3:3: \"Two\" -> /en/cart");
    assert_int_equal(n->line, 3);
    assert_int_equal(n->column, 3);
    assert_int_equal(n->level, IMPORT_ERROR);

    options.cta_line = 3;
    options.cta_column = 3;
    assert_int_equal(import("\n<a class=btn href=/en/cart>One</a>\n"
                            "  <a class=btn href=#>Two</a>{{preheader}}"),
                     SP_OK);
    assert_non_null(strstr(buffer_text(&result.html), "<a data-sp-cta "
                           "class=btn href=\"{{cart_link}}\">Two</a>"));
    assert_int_equal(import("\n\n  <a href='{{action_url}}'>Two</a>"
                            "{{preheader}}"), SP_OK);
    assert_string_equal(buffer_text(&result.html), "\n\n  <a data-sp-cta "
                        "href='{{cart_link}}'>Two</a>{{preheader}}");
    assert_int_equal(import("<a href=/en/cart>One</a>"), SP_INVALID);
    (void) note("there is no link at 3:3");
    options.cta_line = 0;

    /* marked, or with our tag */

    assert_int_equal(import("{{preheader}}<a href=\"/x\" data-sp-cta>One</a>"
                            "<a class=btn href=/en/cart>Two</a>"), SP_OK);
    (void) note("\"One\"");
    assert_int_equal(import("{{preheader}}<a href=\"{{cart_link}}\">One</a>"
                            "<a class=btn href=/en/cart>Two</a>"), SP_OK);
    (void) note("\"One\"");
    assert_int_equal(import("<a href=\"{{cart_link}}\">1</a>"
                            "<a href=\"{{ cart_link }}\">2</a>"), SP_INVALID);
    (void) note("2 links lead to {{cart_link}}");

    assert_int_equal(import("<a href=/other>One</a>"), SP_INVALID);
    (void) note("no link leads to the cart");

    /* Outlook's own button goes where the other one goes */

    assert_int_equal(import("{{preheader}}<!--[if mso]><v:roundrect "
                            "href=\"/en/cart\"><center>x</center>"
                            "</v:roundrect><![endif]-->"
                            "<a class=btn href=\"/en/cart\">Go</a>"), SP_OK);
    assert_non_null(strstr(buffer_text(&result.html),
                           "<v:roundrect href=\"{{cart_link}}\">"));

    /* a cart whose address has a query */

    options.cart_url = (sp_str_t) sp_string(
        "https://shop.example/?route=checkout/cart");
    assert_int_equal(import("{{preheader}}<a href=/>Home</a>"
                            "<a href=\"/?route=checkout/cart&amp;a=1\">C</a>"),
                     SP_OK);
    (void) note("is the call to action: \"C\"");
}


static void
test_inline(void **state)
{
    static const char  html[] =
        "<html><head><style>/* a{b} */ p, .a { color: red; margin:0 }\n"
        ".a.b { color: blue !important } #i { font: 12px \"A B\", sans-serif }"
        " div > p { color: green } a:hover { color: pink }"
        " @media screen { p { color: black; top: 1px } .b{margin:1px!important}"
        " } .c { -webkit-x: 1; mso-y: 2 } @font-face { x: y } p { margin:1px }"
        "</style></head>"
        "<body>{{preheader}}<p>1</p><p style=\"color:#000\">2</p>"
        "<p class='a b' style='color:#000;'>3</p><i id=i class=c>4</i>"
        "<b class=a style=x>5</b>" CTA FOOT "</body></html>";

    static const char  want[] =
        "<html><head><style>/* a{b} */ p, .a { color: red; margin:0 }\n"
        ".a.b { color: blue !important } #i { font: 12px \"A B\", sans-serif }"
        " div > p { color: green } a:hover { color: pink }"
        " @media screen { p { color: black !important; top: 1px }"
        " .b{margin:1px!important} } .c { -webkit-x: 1; mso-y: 2 }"
        " @font-face { x: y } p { margin:1px }"
        "</style></head>"
        "<body>{{preheader}}<p style=\"color:red;margin:1px\">1</p>"
        "<p style=\"margin:1px;color:#000\">2</p>"
        "<p class='a b' style='margin:0;color:#000;;color:blue !important'>3"
        "</p><i style=\"font:12px 'A B', sans-serif\" id=i class=c>4</i>"
        "<b class=a style=x>5</b>" CTA FOOT "</body></html>";

    assert_int_equal(import(html), SP_OK);
    assert_string_equal(buffer_text(&result.html), want);
    (void) note("work only where <style> does: 2");

    options.no_inline = 1;
    assert_int_equal(import(html), SP_OK);
    assert_string_equal(buffer_text(&result.html), html);
}


static void
test_head(void **state)
{
    options.subject = NULL;
    options.preheader = NULL;

    assert_int_equal(import("<title> A &amp;\n B </title><body>"
                            "<div style=\"display:none\"> Look &zwnj;&nbsp;"
                            "</div>" CTA), SP_OK);
    assert_string_equal(buffer_text(&result.head),
                        "subject: A & B\npreheader: Look\n");
    assert_non_null(strstr(buffer_text(&result.html),
                           "none\"> {{preheader}} &zwnj;&nbsp;</div>"));

    assert_int_equal(import("<title>{{subject}}</title>" CTA), SP_INVALID);
    (void) note("give --subject TEXT");
    (void) note("give --preheader TEXT");

    options.old_subject = "Old {{first_name}}";
    options.old_preheader = "Before";
    options.old_utm = "utm_id: 7\n";
    assert_int_equal(import("<title>{{subject}}</title><body>" CTA), SP_OK);
    assert_string_equal(buffer_text(&result.head),
                        "subject: Old {{first_name}}\npreheader: Before\n"
                        "utm_id: 7\n");
    assert_non_null(strstr(buffer_text(&result.html), "<body>\n<div style="));
    (void) note("hidden text with the preheader was put after this");

    options.add_footer = 1;
    options.unsubscribe = "Abmelden";
    assert_int_equal(import("<body>" CTA "</body>"), SP_OK);
    assert_non_null(strstr(buffer_text(&result.html),
                           "{{#shop.address}}<br>{{.}}{{/shop.address}}<br>"
                           "<a href=\"{{unsubscribe_link}}\""));
    assert_non_null(strstr(buffer_text(&result.html), ">Abmelden</a></div>\n"
                           "</body>"));
    assert_non_null(strstr(buffer_text(&result.text),
                           "Abmelden: {{unsubscribe_link}}\n"));
}


/* However long the preheader is, the head has it whole; or it is an error. */

static void
test_long(void **state)
{
    char    *text;
    size_t   n;

    text = malloc(CREATIVE_FILE_MAX + 1);
    assert_non_null(text);
    memset(text, 'a', CREATIVE_FILE_MAX);
    text[CREATIVE_FILE_MAX] = '\0';
    options.subject = text + CREATIVE_FILE_MAX - 700;
    options.preheader = text + CREATIVE_FILE_MAX - 900;

    assert_int_equal(import("{{preheader}}" CTA), SP_OK);
    n = strlen("subject: \npreheader: \n") + 700 + 900;
    assert_int_equal(result.head.len, n);
    assert_false(result.head.failed);

    options.preheader = text;
    assert_int_equal(import("{{preheader}}" CTA), SP_INVALID);
    (void) note("subject and preheader are longer than 256 KiB");

    free(text);
}


/* What does not fit into a value is an error: nothing of it is left out. */

static void
test_larger(void **state)
{
    char    *text;
    size_t   i, n;

    static const char  begin[] = "{{preheader}}" CTA "<img srcset=\"";

    text = malloc(CREATIVE_FILE_MAX + 1);
    assert_non_null(text);
    n = strlen(begin);
    memcpy(text, begin, n);

    for (i = n; i + 4 < CREATIVE_FILE_MAX; i += 3) {
        memcpy(text + i, "a, ", 3);
    }

    memcpy(text + i, "\">", 3);
    assert_int_equal(import(text), SP_INVALID);
    (void) note("larger than 256 KiB");

    /* "&" and "<" of a rule are written as references */

    n = (size_t) snprintf(text, 64, "<style>a{x:");
    memset(text + n, '&', CREATIVE_FILE_MAX / 4);
    n += CREATIVE_FILE_MAX / 4;
    memcpy(text + n, "}</style><body>{{preheader}}" CTA,
           sizeof("}</style><body>{{preheader}}" CTA));
    assert_int_equal(import(text), SP_INVALID);
    (void) note("larger than 256 KiB");

    free(text);
}


static void
test_text(void **state)
{
    size_t      i;
    buffer_t    out;
    sp_str_t    html;
    sp_error_t  err;

    static const struct {
        const char  *html;
        const char  *text;
    } cases[] = {
        { "<p>One\n  two &amp; three</p><p>Four<br>five</p>",
          "One two & three\n\nFour\nfive\n" },
        { "<h1>Head</h1><h2>Less</h2><h3>Least</h3>x",
          "Head\n====\n\nLess\n----\n\nLeast\n\nx\n" },
        { "<ul><li>a<li><b>b</b> c</ul><ol><li>x</li><li>y</li></ol>",
          "* a\n* b c\n\n1. x\n2. y\n" },
        { "<table><tr><td>a</td><td> b </td></tr><tr><th>c<td>d</table>",
          "a  b\nc  d\n" },
        { "<table><tr><td><p>a</p></td><td>b</td></tr></table>",
          "a\n\nb\n" },
        { "a <a href=\"https://x.example/?a=1&amp;b=2\">link</a> b",
          "a link b\nlink: https://x.example/?a=1&b=2\n" },
        { "<p><a href=\"https://x.example/\">Only</a></p>",
          "Only: https://x.example/\n" },
        { "<a href=\"mailto:a@b.example?x=1\">a@b.example</a>",
          "a@b.example\n" },
        { "<a href=\"mailto:a@b.example?x=1\">Write</a>",
          "Write: a@b.example\n" },
        { "<p>x <a data-sp-cta href=\"{{cart_link}}\">Go</a> y</p>",
          "x\n\nGo\n{{cart_link}}\n\ny\n" },
        { "<p>{{#a}}x{{/a}}{{^a}}y{{/a}}</p>",
          "{{#a}}x{{/a}}{{^a}}y{{/a}}\n" },
        { "<p>a</p>{{#s}}<p>b</p>{{/s}}<p>c</p>",
          "a\n{{#s}}\n\nb\n{{/s}}\n\nc\n" },
        { "<table>{{#items}}<tr><td>{{name}}</td><td>{{total}}</td></tr>"
          "{{/items}}</table>",
          "{{#items}}\n{{name}}  {{total}}\n{{/items}}\n" },
        { "{{#s}}<br>a{{/s}}{{! no }}b", "{{#s}}\na{{/s}}{{! no }}b\n" },
        { "<p style=\"display:none\">{{#a}}x{{/a}}</p><style>p{}</style>"
          "<!-- c -->v<span hidden>w</span>",
          "v\n" },
        { "<img src=x alt=\"A picture\"><img src=y alt=\"\">"
          "<table><tr><td><img alt=\"{{name}}\"></td><td>{{name}}</td></table>",
          "A picture\n\n{{name}}\n" },
        { "a<hr>b", "a\n\n----------------------------------------\n\nb\n" },
        { "</p>x</body></html> y", "x y\n" },
        { "", "" },
    };

    buffer_init(&out, IMPORT_TEXT_MAX);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        html.data = cases[i].html;
        html.len = strlen(html.data);
        buffer_reset(&out);
        assert_int_equal(import_text(&html, &out, &err), SP_OK);
        assert_string_equal(buffer_text(&out), cases[i].text);
    }

    /* words are wrapped, tags and addresses are not */

    html.data = "<p>aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd eeeeeeeee fffffffff"
                " ggggggggg {{first_name}} hhh</p>";
    html.len = strlen(html.data);
    buffer_reset(&out);
    assert_int_equal(import_text(&html, &out, &err), SP_OK);
    assert_string_equal(buffer_text(&out), "aaaaaaaaa bbbbbbbbb ccccccccc "
                        "ddddddddd eeeeeeeee fffffffff ggggggggg\n"
                        "{{first_name}} hhh\n");

    /* sections that cannot stay: without them, and it is said */

    html.data = "{{#a}}<p hidden>{{/a}}</p>x";
    html.len = strlen(html.data);
    buffer_reset(&out);
    assert_int_equal(import_text(&html, &out, &err), SP_INVALID);
    assert_string_equal(buffer_text(&out), "x\n");

    buffer_free(&out);
}


static void
test_wrong(void **state)
{
    size_t                i;
    char                 *large;
    const import_note_t  *n;

    assert_int_equal(import("<p>\n <b>{{{name}}}</b>" CTA), SP_INVALID);
    n = note("unescaped tag");
    assert_int_equal(n->line, 2);
    assert_int_equal(n->column, 5);

    assert_int_equal(import("<p>{{#a}}" CTA), SP_INVALID);
    (void) note("section is not closed");

    assert_int_equal(import("<p>{{=<% %>=}}</p>" CTA), SP_INVALID);
    (void) note("changes the delimiters");

    /* a note is a line, whatever it quotes */

    assert_int_equal(import("{{preheader}}<img src=\"/x\ny\">" CTA),
                     SP_OK);
    (void) note("can open: \"/x y\"");

    large = malloc(CREATIVE_FILE_MAX + 1);
    assert_non_null(large);
    memset(large, 'a', CREATIVE_FILE_MAX);
    large[CREATIVE_FILE_MAX] = '\0';
    memcpy(large, "{{preheader}}" CTA, strlen("{{preheader}}" CTA));
    assert_int_equal(import(large), SP_OK);
    memcpy(large, "<style>a{color:red}</style><body>" CTA "    ",
           strlen("<style>a{color:red}</style><body>" CTA));
    assert_int_equal(import(large), SP_INVALID);
    (void) note("larger than 256 KiB");

    /* more notes than are kept: errors among them are */

    for (i = 0; i + 20 < CREATIVE_FILE_MAX; i += 20) {
        memcpy(large + i, "<a href=\"/{{x}}\">a</a>", 20);
    }

    assert_int_equal(import(large), SP_INVALID);
    free(large);
}


/* Whatever it is, nothing breaks: each cut of a file, and each byte changed. */

static void
test_hostile(void **state)
{
    size_t    i, k, len;
    char     *text;
    sp_str_t  source;

    static const char  html[] =
        "<!DOCTYPE html><html><head><title>a</title><style>p,.a{color:red;"
        "font:\"x\"} @media x{p{top:1}} </style></head><body class='a' "
        "style=\"x:y\"><div style='display:none'>p</div>{{#i}}<table><tr><td>"
        "<a href=\"/x?y=1#z\">l</a></td></tr></table>{{/i}}<!--[if mso]><a "
        "href='/en/cart'>x</a><![endif]--><p id=p><a class=btn href=/en/cart>"
        "c</a>&amp;{{n}}</p><img srcset='a 1x,/b' style='x:url(&quot;c&amp;d'"
        "></body></html>";

    static const char  bytes[] = "<>\"'{}/&;!-= \0\xff";

    len = sizeof(html) - 1;
    text = malloc(len);
    assert_non_null(text);

    for (i = 0; i <= len; i++) {
        memcpy(text, html, len);
        import_free(&result);
        source.data = text;
        source.len = i;
        (void) import_html(&options, &source, &result);
    }

    for (i = 0; i < len; i++) {
        for (k = 0; k < sizeof(bytes) - 1; k++) {
            memcpy(text, html, len);
            text[i] = bytes[k];
            import_free(&result);
            source.data = text;
            source.len = len;
            (void) import_html(&options, &source, &result);
        }
    }

    free(text);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_links, setup, teardown),
        cmocka_unit_test_setup_teardown(test_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cta, setup, teardown),
        cmocka_unit_test_setup_teardown(test_inline, setup, teardown),
        cmocka_unit_test_setup_teardown(test_head, setup, teardown),
        cmocka_unit_test_setup_teardown(test_long, setup, teardown),
        cmocka_unit_test_setup_teardown(test_larger, setup, teardown),
        cmocka_unit_test_setup_teardown(test_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hostile, setup, teardown)
    };

    return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
