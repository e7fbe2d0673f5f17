/*
 * Copyright (C) SitePreserver developers
 */

#include "import_run.h"


static void
test_pictures(void **state)
{
    size_t  i;

    static const struct {
        const char  *in;
        const char  *out;
    } cases[] = {
        { "<img SRC=a.png>", "<img SRC=\"https://shop.example/en/a.png\">" },
        { "<img src='../a b.png?x=1&amp;y'>",
          "<img src='https://shop.example/a%20b.png?x=1&amp;y'>" },
        { "<img src=\"//cdn.example/a.png\">",
          "<img src=\"https://cdn.example/a.png\">" },
        { "<table background=/a.png><tr><td background='b.png'></table>",
          "<table background=\"https://shop.example/a.png\"><tr>"
          "<td background='https://shop.example/en/b.png'></table>" },
        { "<video poster=\"/p.png\"></video>",
          "<video poster=\"https://shop.example/p.png\"></video>" },
        { "<picture><source media=\"(min-width:1px)\" srcset=\"a.png\">"
          "<source srcset='/a.png 1x,b.png 2x'><img src=/c.png></picture>",
          "<picture><source media=\"(min-width:1px)\" "
          "srcset=\"https://shop.example/en/a.png\"><source "
          "srcset='https://shop.example/a.png 1x, "
          "https://shop.example/en/b.png 2x'>"
          "<img src=\"https://shop.example/c.png\"></picture>" },
        { "<img srcset=\" ,a.png, https://x.example/b,c.png 100w ,/d.png\n"
          "2x, data:image/png;base64,AA== 3x\">",
          "<img srcset=\"https://shop.example/en/a.png, "
          "https://x.example/b,c.png 100w , https://shop.example/d.png\n"
          "2x, data:image/png;base64,AA== 3x\">" },
        { "<img srcset=\"a.png?x=1&amp;y=2 f(1,2), b.png,\">",
          "<img srcset=\"https://shop.example/en/a.png?x=1&amp;y=2 f(1,2), "
          "https://shop.example/en/b.png\">" },
        { "<p style=\"background: url(a.png) 0 0, URL( 'b.png' )\">x</p>",
          "<p style=\"background: url(https://shop.example/en/a.png) 0 0, "
          "URL( 'https://shop.example/en/b.png' )\">x</p>" },
        { "<p style='background:url(&quot;/a.png?b&amp;c=(d)&quot;)'>x</p>",
          "<p style='background:url(&quot;https://shop.example/"
          "a.png?b&amp;c=%28d%29&quot;)'>x</p>" },
        { "<p style=background:url(a.png)>x</p>",
          "<p style=background:url(https://shop.example/en/a.png)>x</p>" },
        { "<p style=\"color:{{ c }};background:url(a.png)\">x</p>",
          "<p style=\"color:{{ c }};background:url("
          "https://shop.example/en/a.png)\">x</p>" },
        { "<!--[if mso]><v:fill src=\"a.png\"/><style>td{background:url(b.png)"
          "}</style><![endif]-->",
          "<!--[if mso]><v:fill src=\"https://shop.example/en/a.png\"/>"
          "<style>td{background:url(https://shop.example/en/b.png)}</style>"
          "<![endif]-->" },
    };

    static const char  *same[] = {
        "<img src=\"https://x.example/a.png\"><img src=\"cid:a\"><img src>",
        "<img src=\"data:image/png;base64,AA\"><img src=\"{{picture}}\">",
        "<img srcset=\"https://x.example/a.png 1x , data:a,b 2x\"><img srcset"
        "=\"\">",
        "<img srcset=\"{{picture}} 1x\">",
        "<p style=\"background:url(https://x.example/a.png) url() url(#a) "
        "url(data:a) url({{picture}})\">curl(a.png) url(b.png)</p>",
        "<p style=\"/* url(a.png) */ content:'url(b.png)'; background:url(c"
        "\">x</p>",
        "<p style=\"x:curl(a.png) u-url(b.png)\">x</p>",
    };

    static const char  *warned[] = {
        "<img src=\"a-{{n}}.png\">",
        "<img srcset=\"a.png 1x, b-{{n}}.png 2x\">",
        "<p style=\"background:url(a-{{n}}.png)\">x</p>",
        "<p style=\"background:url(a\\).png)\">x</p>",
        "<p style=\"background:url(a&copy;.png)\">x</p>",
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        becomes(cases[i].in, cases[i].out);
    }

    for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        becomes(same[i], same[i]);
    }

    for (i = 0; i < sizeof(warned) / sizeof(warned[0]); i++) {
        becomes(warned[i], warned[i]);
        assert_int_equal(note("mail programs do not find it")->level,
                         IMPORT_WARNING);
    }

    becomes("<img src=\"//[a\">", "<img src=\"//[a\">");
    (void) note("has a picture at no address");

    /* what is written into elements is absolute, too */

    assert_int_equal(import("<style>p{background:url( \"a.png\" );color:red}"
                            "@media x{p{background:url(b.png)}}</style>"
                            "<body>{{preheader}}<p>1</p>" CTA FOOT "</body>"),
                     SP_OK);
    assert_string_equal(buffer_text(&result.html),
        "<style>p{background:url( \"https://shop.example/en/a.png\" );"
        "color:red}@media x{p{background:url(https://shop.example/en/b.png) "
        "!important}}</style><body>{{preheader}}<p style=\"background:url( "
        "'https://shop.example/en/a.png' );color:red\">1</p>" CTA FOOT
        "</body>");
}


static void
test_base(void **state)
{
    /* one of the shop's hosts */

    becomes("<base href=\"//img.shop.example/m/\"><a href=\"x\">A</a>"
            "<a href=\"//shop.example/y\">B</a><img src=z.png>"
            "<p style=\"background:url(w.png)\">t</p><base href=/later/>",
            "<base href=\"//img.shop.example/m/\">"
            "<a href=\"https://img.shop.example/m/x?" TAGS("a") "\">A</a>"
            "<a href=\"https://shop.example/y?" TAGS("b") "\">B</a>"
            "<img src=\"https://img.shop.example/m/z.png\">"
            "<p style=\"background:url(https://img.shop.example/m/w.png)\">t"
            "</p><base href=/later/>");

    /* it counts for what is before it, and is relative to the shop's */

    becomes("<a href=\"x\">A</a><base target=_blank><base href=\"/m/\">",
            "<a href=\"https://shop.example/m/x?" TAGS("a") "\">A</a>"
            "<base target=_blank><base href=\"/m/\">");

    /* somebody else's: nothing of the shop's is told them */

    becomes("<base href=\"https://other.example/m/\"><a href=\"x?a&amp;b\">A"
            "</a><a href=\"//third.example\">B</a><img src=\"z.png\">",
            "<base href=\"https://other.example/m/\">"
            "<a href=\"https://other.example/m/x?a&amp;b\">A</a>"
            "<a href=\"https://third.example/\">B</a>"
            "<img src=\"https://other.example/m/z.png\">");
    assert_int_equal(note("which is not the shop's")->level, IMPORT_WARNING);

    becomes("<base href=\"ftp://shop.example/\"><a href=\"x\">A</a>",
            "<base href=\"ftp://shop.example/\">"
            "<a href=\"https://shop.example/en/x?" TAGS("a") "\">A</a>");
    (void) note("relative ones are taken for the shop's");
    becomes("<base href=\"{{shop.url}}\"><img src=\"x\">",
            "<base href=\"{{shop.url}}\">"
            "<img src=\"https://shop.example/en/x\">");
    (void) note("relative ones are taken for the shop's");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_pictures, setup, teardown),
        cmocka_unit_test_setup_teardown(test_base, setup, teardown)
    };

    return cmocka_run_group_tests_name("import_pictures", tests, NULL, NULL);
}
