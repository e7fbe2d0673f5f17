/*
 * Copyright (C) SitePreserver developers
 *
 * CSS: values, selectors, media, the cascade, and what is not known.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "css.h"


static sp_str_t
str(const char *text)
{
    sp_str_t  s;

    s.data = text;
    s.len = strlen(text);

    return s;
}


static void
test_colours(void **state)
{
    size_t        i;
    sp_rc_t       rc;
    sp_str_t      text;
    css_colour_t  colour;

    static const struct {
        const char  *text;
        sp_rc_t      rc;
        uint32_t     rgb;
        double       alpha;
    } cases[] = {
        { "#fff", SP_OK, 0xffffff, 1 },
        { "#0a3", SP_OK, 0x00aa33, 1 },
        { "#12345678", SP_OK, 0x123456, 0x78 / 255.0 },
        { "#1238", SP_OK, 0x112233, 0x88 / 255.0 },
        { "rgb(1, 2,3)", SP_OK, 0x010203, 1 },
        { "rgba(255,0,0,.5)", SP_OK, 0xff0000, 0.5 },
        { "rgb(100% 0% 50% / 25%)", SP_OK, 0xff0080, 0.25 },
        { "rgb(300,-5,0)", SP_OK, 0xff0000, 1 },
        { "hsl(120, 100%, 25%)", SP_OK, 0x008000, 1 },
        { "hsl(0deg 0% 50%)", SP_OK, 0x808080, 1 },
        { "hsl(-120,100%,50%)", SP_OK, 0x0000ff, 1 },
        { "aliceblue", SP_OK, 0xf0f8ff, 1 },
        { "yellowgreen", SP_OK, 0x9acd32, 1 },
        { "rebeccapurple", SP_OK, 0x663399, 1 },
        { "red", SP_OK, 0xff0000, 1 },
        { "transparent", SP_OK, 0, 0 },
        { "", SP_INVALID, 0, 0 }, { "#12", SP_INVALID, 0, 0 },
        { "#ggg", SP_INVALID, 0, 0 }, { "reddish", SP_INVALID, 0, 0 },
        { "re", SP_INVALID, 0, 0 }, { "rgb(1,2)", SP_INVALID, 0, 0 },
        { "rgb(1,2,3,4,5)", SP_INVALID, 0, 0 },
        { "rgb(1em,2,3)", SP_INVALID, 0, 0 },
        { "hsl(1,2,3)", SP_INVALID, 0, 0 },
        { "lab(1 2 3)", SP_INVALID, 0, 0 },
        { "inherit", SP_INVALID, 0, 0 }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        text = str(cases[i].text);
        rc = css_colour(&text, &colour);

        if (rc != cases[i].rc
            || (rc == SP_OK
                && ((colour.alpha != 0 && colour.rgb != cases[i].rgb)
                    || fabs(colour.alpha - cases[i].alpha) > 0.001)))
        {
            fail_msg("%s: %d #%06x %f", cases[i].text, (int) rc,
                     (unsigned) colour.rgb, colour.alpha);
        }
    }
}


static void
test_numbers(void **state)
{
    size_t      i;
    double      number;
    sp_str_t    text;
    css_unit_t  unit;

    static const struct {
        const char  *text;
        double       number;
        css_unit_t   unit;
    } cases[] = {
        { "16px", 16, CSS_UNIT_PX }, { "0", 0, CSS_UNIT_NONE },
        { "1.5", 1.5, CSS_UNIT_NONE }, { ".25em", 0.25, CSS_UNIT_EM },
        { "12pt", 16, CSS_UNIT_PX }, { "-3px", -3, CSS_UNIT_PX },
        { "2REM", 2, CSS_UNIT_REM }, { "100%", 100, CSS_UNIT_PERCENT },
        { "1in", 96, CSS_UNIT_PX }
    };

    static const char *const  wrong[] = {
        "", "px", "1 px", "1px 2px", "auto", "1e9999", "12345678901px",
        "1vw", "-", ".", "1..5"
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        text = str(cases[i].text);
        assert_int_equal(css_number(&text, &number, &unit), SP_OK);
        assert_true(fabs(number - cases[i].number) < 0.0001);
        assert_int_equal(unit, cases[i].unit);
    }

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        text = str(wrong[i]);
        assert_int_equal(css_number(&text, &number, &unit), SP_INVALID);
    }
}


static void
test_media(void **state)
{
    size_t    i, k;
    sp_str_t  text;

    static const struct {
        const char   *text;
        css_match_t   match[CSS_ENVS];
    } cases[] = {
        { "screen", { CSS_YES, CSS_YES, CSS_YES } },
        { "print", { CSS_NO, CSS_NO, CSS_NO } },
        { "only screen and (max-width: 480px)",
          { CSS_NO, CSS_YES, CSS_NO } },
        { "(min-width:600px)", { CSS_YES, CSS_NO, CSS_YES } },
        { "screen and (max-device-width: 37.5em)",
          { CSS_NO, CSS_YES, CSS_NO } },
        { "(prefers-color-scheme: dark)", { CSS_NO, CSS_NO, CSS_YES } },
        { "(prefers-color-scheme:LIGHT)", { CSS_YES, CSS_YES, CSS_NO } },
        { "print, (max-width:320px)", { CSS_NO, CSS_YES, CSS_NO } },
        { "not print", { CSS_YES, CSS_YES, CSS_YES } },
        { "not all", { CSS_NO, CSS_NO, CSS_NO } },
        { "screen and (-webkit-min-device-pixel-ratio:0)",
          { CSS_MAYBE, CSS_MAYBE, CSS_MAYBE } },
        { "print and (hover)", { CSS_NO, CSS_NO, CSS_NO } },
        { "(max-width: 50vw)", { CSS_MAYBE, CSS_MAYBE, CSS_MAYBE } },
        { "(", { CSS_MAYBE, CSS_MAYBE, CSS_MAYBE } }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (k = 0; k < CSS_ENVS; k++) {
            text = str(cases[i].text);

            if (css_media(&text, (css_env_t) k) != cases[i].match[k]) {
                fail_msg("%s in %zu", cases[i].text, k);
            }
        }
    }
}


/* The element with id "x" of a page, and a property of it. */

static void
check(const char *page, css_env_t env, css_prop_t prop, css_match_t match,
    const char *value)
{
    css_t              *css;
    html_t             *html;
    sp_error_t          err;
    css_value_t         v;
    const html_node_t  *node;
    const html_attr_t  *id;

    html = html_parse(page, strlen(page), 0, &err);
    assert_non_null(html);
    css = css_create(html);
    assert_non_null(css);

    for (node = html_root(html); node != NULL; node = html_next(node, NULL)) {
        id = html_attr(node, "id");

        if (id != NULL && id->value.len == 1 && id->value.data[0] == 'x') {
            break;
        }
    }

    assert_non_null(node);
    v = css_value(css, node, env, prop);

    if (v.state != match
        || (match == CSS_YES
            && (v.text.len != strlen(value)
                || memcmp(v.text.data, value, v.text.len) != 0)))
    {
        fail_msg("%s\n%d \"%.*s\"", page, (int) v.state,
                 v.state == CSS_YES ? (int) v.text.len : 0, v.text.data);
    }

    css_free(css);
    html_free(html);
}


#define P  "<p class='a b' id=x>"


static void
test_cascade(void **state)
{
    size_t  i;

    static const struct {
        const char   *page;
        css_env_t     env;
        css_prop_t    prop;
        css_match_t   match;
        const char   *value;
    } cases[] = {
        { P, CSS_WIDE, CSS_COLOR, CSS_NO, "" },
        { "<style>p {color: RED}</style>" P, CSS_WIDE, CSS_COLOR, CSS_YES,
          "red" },
        { "<style>p{color:red}.a{color:blue}p{color:green}</style>" P,
          CSS_WIDE, CSS_COLOR, CSS_YES, "blue" },
        { "<style>#x{color:red}p.a.b{color:blue}</style>" P, CSS_WIDE,
          CSS_COLOR, CSS_YES, "red" },
        { "<style>p{color:red!important}#x{color:blue}</style>" P, CSS_WIDE,
          CSS_COLOR, CSS_YES, "red" },
        { "<style>p{color:red}p{color:blue}</style>" P, CSS_WIDE, CSS_COLOR,
          CSS_YES, "blue" },
        { "<style>p{color:red !important}</style>"
          "<p id=x style='color:blue'>", CSS_WIDE, CSS_COLOR, CSS_YES,
          "red" },
        { "<style>#x{color:red}</style><p id=x style='color:blue;'>",
          CSS_WIDE, CSS_COLOR, CSS_YES, "blue" },
        { "<style>div p, td.a{color:red}</style><div><b>" P, CSS_WIDE,
          CSS_COLOR, CSS_YES, "red" },
        { "<style>div > p{color:red}</style><div><section>" P, CSS_WIDE,
          CSS_COLOR, CSS_NO, "" },
        { "<style>div>section>p{color:red}</style><div><section>" P,
          CSS_WIDE, CSS_COLOR, CSS_YES, "red" },
        { "<style>u + .o .a{color:red}</style><u></u><div class=o>" P,
          CSS_WIDE, CSS_COLOR, CSS_YES, "red" },
        { "<style>u + .o .a{color:red}</style><b></b><div class=o>" P,
          CSS_WIDE, CSS_COLOR, CSS_NO, "" },
        { "<style>[data-ogsc] .a{color:red}</style>" P, CSS_WIDE, CSS_COLOR,
          CSS_NO, "" },
        { "<style>p[class~=\"b\"]{color:red}</style>" P, CSS_WIDE, CSS_COLOR,
          CSS_YES, "red" },
        { "<style>p[id=y]{color:red}p[class^='a ']{color:blue}</style>" P,
          CSS_WIDE, CSS_COLOR, CSS_YES, "blue" },
        { "<style>p:nth-child(2){color:red}</style>" P, CSS_WIDE, CSS_COLOR,
          CSS_MAYBE, "" },
        { "<style>p:nth-child(2){color:red}#x{color:blue}</style>" P,
          CSS_WIDE, CSS_COLOR, CSS_YES, "blue" },
        { "<style>#x{color:blue}#x:not(.c){color:red}</style>" P,
          CSS_WIDE, CSS_COLOR, CSS_MAYBE, "" },
        { "<style>#x{color:blue}#x:hover{color:red}</style>" P,
          CSS_WIDE, CSS_COLOR, CSS_YES, "blue" },
        { "<style>td:nth-child(2){color:red}</style>" P, CSS_WIDE, CSS_COLOR,
          CSS_NO, "" },
        { "<style>p{color:var(--c)}</style>" P, CSS_WIDE, CSS_COLOR,
          CSS_MAYBE, "" },
        { "<style>@media (max-width:480px){p{color:red}}</style>" P,
          CSS_WIDE, CSS_COLOR, CSS_NO, "" },
        { "<style>@media (max-width:480px){p{color:red}} p.a{width:1px}"
          "</style>" P, CSS_NARROW, CSS_COLOR, CSS_YES, "red" },
        { "<style>@media (max-width:480px){p{color:red}} p.a{width:1px}"
          "</style>" P, CSS_NARROW, CSS_WIDTH, CSS_YES, "1px" },
        { "<style media='(prefers-color-scheme:dark)'>p{color:red}</style>"
          P, CSS_DARK, CSS_COLOR, CSS_YES, "red" },
        { "<style>@supports (x:y){p{color:red}}</style>" P, CSS_WIDE,
          CSS_COLOR, CSS_MAYBE, "" },
        { "<style>@font-face{src:url(x)} @import 'y'; p{color:red}</style>"
          P, CSS_WIDE, CSS_COLOR, CSS_YES, "red" },
        { "<style><!-- /* p{color:blue} */ p{color:red} --></style>" P,
          CSS_WIDE, CSS_COLOR, CSS_YES, "red" },
        { "<style>p{content:';}';color:red</style>" P, CSS_WIDE, CSS_COLOR,
          CSS_YES, "red" },
        { "<style>}p{color:red}</style>" P, CSS_WIDE, CSS_COLOR, CSS_YES,
          "red" },
        { "<p id=x style='padding:1px 2px 3px'>", CSS_WIDE,
          CSS_PADDING_LEFT, CSS_YES, "2px" },
        { "<p id=x style='padding:1px 2px 3px;padding-left:9px'>", CSS_WIDE,
          CSS_PADDING_LEFT, CSS_YES, "9px" },
        { "<p id=x style='padding:1px 2px 3px 4px 5px'>", CSS_WIDE,
          CSS_PADDING_LEFT, CSS_MAYBE, "" },
        { "<p id=x style='background:#fff url(a.png) no-repeat'>", CSS_WIDE,
          CSS_BACKGROUND_COLOR, CSS_YES, "#fff" },
        { "<p id=x style='background:#fff url(a.png) no-repeat'>", CSS_WIDE,
          CSS_BACKGROUND_IMAGE, CSS_YES, "url(a.png)" },
        { "<p id=x style='background-color:#000;background:none'>",
          CSS_WIDE, CSS_BACKGROUND_COLOR, CSS_YES, "transparent" },
        { "<p id=x style='font:bold 14px/20px Arial, sans-serif'>", CSS_WIDE,
          CSS_LINE_HEIGHT, CSS_YES, "20px" },
        { "<p id=x style='font:600 14px Arial'>", CSS_WIDE,
          CSS_FONT_WEIGHT, CSS_YES, "600" },
        { "<p id=x style='font:caption'>", CSS_WIDE, CSS_FONT_SIZE,
          CSS_MAYBE, "" },
        { "<p id=x style='border:1px solid red;border-left:0'>", CSS_WIDE,
          CSS_BORDER_LEFT, CSS_YES, "0" },
        { "<p id=x style='border:2px solid red'>", CSS_WIDE,
          CSS_BORDER_TOP, CSS_YES, "2px" },
        { "<p id=x style='color'>", CSS_WIDE, CSS_COLOR, CSS_NO, "" },
        { "<p id=x style=':;;color:;'>", CSS_WIDE, CSS_COLOR, CSS_NO, "" },
        { "<style>.\\31 a{color:red} p{color:blue}</style>" P, CSS_WIDE,
          CSS_COLOR, CSS_YES, "blue" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        check(cases[i].page, cases[i].env, cases[i].prop, cases[i].match,
              cases[i].value);
    }
}


static void
test_facts(void **state)
{
    css_t       *css;
    html_t      *html;
    sp_error_t   err;

    static const char  page[] =
        "<style>/* */ @import url(x.css);\n"
        "@media (prefers-color-scheme: dark) {p {color: red}}</style>";

    html = html_parse(page, sizeof(page) - 1, 0, &err);
    css = css_create(html);
    assert_int_equal(css_import(css), 13);
    assert_true(css_has_dark(css));
    assert_false(css_is_too_large(css));
    css_free(css);
    html_free(html);
}


/* 256 KB of nonsense, and of sense. */

static void
test_hostile(void **state)
{
    char                *text;
    size_t               i, len, unit;
    css_t               *css;
    html_t              *html;
    sp_error_t           err;
    const html_node_t   *node;

    static const char *const  units[] = {
        "p{color:red}", "a b c d e f g h i{color:red}", "{", "}", "@media x{",
        "@", ",", "p,", "[", ":", ":not(", "\\", "/*", "\"", "p{(", "a+b+c,",
        "p{color:red;", "a>", "*{padding:1 2 3 4 5}", "@media(", "-->",
        "p{background:url(", "p{font:a b c/d}", "\xff\xfe{\xff:\xff}"
    };

    text = malloc(256 * 1024);
    assert_non_null(text);

    for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        len = (size_t) sprintf(text, "<style>");
        unit = strlen(units[i]);

        while (len + unit < 256 * 1024 - 1024) {
            memcpy(text + len, units[i], unit);
            len += unit;
        }

        len += (size_t) sprintf(text + len, "</style><p style=\"color:red\">"
                                "x<i><i><i><i><i><i>");

        html = html_parse(text, len, 0, &err);
        assert_non_null(html);
        css = css_create(html);

        for (node = html_root(html); css != NULL && node != NULL;
             node = html_next(node, NULL))
        {
            if (node->type == HTML_ELEMENT) {
                (void) css_value(css, node, CSS_DARK, CSS_COLOR);
            }
        }

        css_free(css);
        html_free(html);
    }

    free(text);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_colours),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_media),
        cmocka_unit_test(test_cascade),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_hostile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
