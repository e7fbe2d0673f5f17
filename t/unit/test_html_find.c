/*
 * Copyright (C) SitePreserver developers
 *
 * The HTML finder on cases from the HTML Standard.  Each is read whole, split
 * in two at every byte, and byte by byte.
 */

#include "html_lab.h"
#include "sp_html_int.h"


typedef struct {
    const char  *page;
    const char  *selectors[LAB_QUERIES];
    const char  *expected;
} case_t;


static lab_t  lab;


static void
select_all(const char *const *selectors)
{
    sp_error_t  err;

    err.text[0] = '\0';
    lab_set = lab_selectors(selectors, 1000, &err);

    if (lab_set == NULL) {
        fail_msg("%s", err.text);
    }
}


static void
check(const case_t *c, size_t len, size_t first, size_t piece)
{
    sp_rc_t  rc;

    rc = lab_read_page(&lab, c->page, len, first, piece, 1);

    assert_true(rc == SP_OK || rc == SP_DONE);

    if (strcmp(lab.text, c->expected) != 0) {
        fail_msg("%s (%s), split %zu, piece %zu\n  found: %s\n  not:   %s",
                 c->page, c->selectors[0], first, piece, lab.text,
                 c->expected);
    }
}


static void
check_all(const case_t *cases, unsigned n)
{
    size_t    i, len;
    unsigned  k;

    for (k = 0; k < n; k++) {
        sp_arena_reset(arena);
        select_all(cases[k].selectors);

        len = strlen(cases[k].page);
        check(&cases[k], len, 0, 0);
        check(&cases[k], len, 0, 1);

        for (i = 1; i < len; i++) {
            check(&cases[k], len, i, 0);
        }
    }
}


#define CHECK(cases)  check_all(cases, sizeof(cases) / sizeof(cases[0]))


static void
tags_and_attributes(void **unused)
{
    static const case_t  cases[] = {
        { "<p class=a>x</p>", { ".a" }, "0=x;" },
        { "<P CLASS='a'>x</P>", { "p.a" }, "0=x;" },
        { "<p class=\"b a\tc\n d\">x", { "p.a.c" }, "0=x;" },
        { "<p class=A>x", { ".a" }, "" },
        { "<p class=aa>x<p class='a-b'>y", { ".a", ".a-b" }, "1=y;" },
        { "<p id=a class=b>x", { "p#a.b", "p#A" }, "0=x;" },
        { "<p a=1 a=2 A=3>x", { "p@a", "[a=\"2\"]" }, "0=1;" },
        { "<p a = '1' b= 2 c =3>x", { "p@a", "p@b", "p@c" }, "0=1;1=2;2=3;" },
        { "<p a=b=c d>x", { "p@a", "[d]" }, "0=b=c;1=x;" },
        { "<p a=>x", { "p@a", "[a]" }, "1=x;" },
        { "<p a='x>y' b=\"'\" c='\"'>z", { "p@a", "p@b", "p@c", "p" },
          "0=x>y;1=';2=\";3=z;" },
        { "<p a='1'b='2'/c=3/>x", { "p@a", "p@b", "p@c" },
          "0=1;1=2;2=3/;" },
        { "<p/a=1 / b=2>x", { "p@a", "p@b" }, "0=1;1=2;" },
        { "<p =a=1 b=2>x", { "p@b", "[a]" }, "0=2;" },
        { "<p a\n=\n'1\n2'>x", { "p@a" }, "0=1\n2;" },
        { "<p a<b=1 c\"d=2>x", { "p@c" }, "" },
        { "<p a=\"\xc3\xa9&amp;\xff\">", { "p@a" }, "0=\xc3\xa9&?;" },
        { "<div-x><Web-Compo-Nent a=1>x", { "web-compo-nent@a", "div-x" },
          "0=1;1=x;" },
        { "<p data-very-long-attribute-name=1 data-very-long-attribute-namf=2>",
          { "p@data-very-long-attribute-namf" }, "0=2;" },
        { "<p a=1></p b=2><i a='x'></i c='>'>y", { "p@b", "i@c", "i@a" },
          "2=x;" },
        { "<a href='?a=1&copy=2&amp;b=3&lt;&#x41;'>", { "a@href" },
          "0=?a=1&copy=2&b=3<A;" },
        { "<p a='ab'><p a='bc'>x<p a=cab>y",
          { "[a^=ab]", "[a*=c]", "[a$=ab]", "[a=\"bc\"]", "[a='c']" },
          "1=x;3=x;2=y;" },
        { "<p 1a=x>y</p><1>z", { "p", "[1a]" }, "0=y;1=y;" },
        { "<p class='md:flex w-1/2'>x", { ".md\\:flex", ".w-1\\/2" },
          "0=x;1=x;" },
    };

    CHECK(cases);
}


static void
text_and_references(void **unused)
{
    static const case_t  cases[] = {
        { "<p> a \n\t b </p>", { "p" }, "0=a b;" },
        { "<p>a<b>b</b> <i> c</i>d</p>", { "p" }, "0=ab cd;" },
        { "<p>a<br>b<hr></p><div>c<p>d</p>e</div>", { "p", "div" },
          "0=a b;1=c d e;" },
        { "<p>1&nbsp;234,00&nbsp;&euro;&nbsp;</p>", { "p" },
          "0=1 234,00 \xe2\x82\xac;" },
        { "<p>\xc2\xa0 a\xc2\xa0\xc2\xa0" "b\xc2\xa9\xc2</p>", { "p" },
          "0=a b\xc2\xa9?;" },
        { "<p>&lt;b&gt;&amp;amp;&quot;&#39;&#x1F600;&#0;&#xD800;", { "p" },
          "0=<b>&amp;\"'\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd;" },
        { "<p>&eacute &notit; &nosuch; & &; &# &#x; &ampx &", { "p" },
          "0=\xc3\xa9 \xc2\xacit; &nosuch; & &; &# &#x; &x &;" },
        { "<p>&am<b>p;</b>&lt", { "p" }, "0=&amp;<;" },
        { "<p>a&#8364", { "p" }, "0=a\xe2\x82\xac;" },
        { "<p>&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;b",
          { "p" },
          "0=&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;b;" },
        { "<p>a<3 < b <<i>c</i></ d></>e</3>f", { "p" }, "0=a<3 < b <cef;" },
        { "<p> </p><p>&nbsp;</p><p><b></b></p><p>x</p>", { "p" }, "0=x;" },
        { "<td>Mug<br><small>red</small><sup>2</sup>", { "td" },
          "0=Mug red2;" },
        { "<p>a\xff\xfe" "b\xe2\x82</p>", { "p" }, "0=a??b??;" },
        { "<p>a\0b</p>", { "p" }, "0=a;" },
        { "<p>x<", { "p" }, "0=x<;" },
        { "<p>x</", { "p" }, "0=x</;" },
        { "<p>x<b", { "p" }, "0=x;" },
        { "<p>x<b a='y", { "p" }, "0=x;" },
    };

    CHECK(cases);
}


static void
comments_and_declarations(void **unused)
{
    static const case_t  cases[] = {
        { "<!DOCTYPE html PUBLIC \"-//W3C//DTD\"><p>x", { "p" }, "0=x;" },
        { "<!DOCTYPE x \"><p>y</p>", { "p" }, "0=y;" },
        { "<!--<p>a</p>--><p>b", { "p" }, "0=b;" },
        { "<!--><p>a</p>--><p>b", { "p" }, "0=a;" },
        { "<!---><p>a</p>--><p>b", { "p" }, "0=a;" },
        { "<!----><p>a</p>", { "p" }, "0=a;" },
        { "<!-- a -- b --!><p>a</p>--><p>b", { "p" }, "0=a;" },
        { "<!-- a -> b -- > --- ><p>a</p>---><p>b", { "p" }, "0=b;" },
        { "<!-- --!x><p>a</p>--><p>b", { "p" }, "0=b;" },
        { "<!-- --!--><p>a", { "p" }, "0=a;" },
        { "<!--!><p>a</p>--><p>b", { "p" }, "0=b;" },
        { "<!---!><p>a</p>--><p>b", { "p" }, "0=b;" },
        { "<!-- <p>a</p>", { "p" }, "" },
        { "<!-x><p>a", { "p" }, "0=a;" },
        { "<!><p>a", { "p" }, "0=a;" },
        { "<?xml a='>'?><p>a", { "p" }, "0=a;" },
        { "</ a><p>b", { "p" }, "0=b;" },
        { "<p>a<!-- x -->b<!-->c", { "p" }, "0=abc;" },
        { "<![CDATA[<p>a]]><p>b", { "p" }, "0=b;" },
        { "<svg><![CDATA[<p>a]]]]></svg><p>b", { "svg", "p" },
          "0=<p>a]];1=b;" },
        { "<svg><desc><![CDATA[<p>a]]></desc></svg>", { "desc" },
          "0=a]]>;" },
        { "<svg>a<![CDATA[x]y]]z]]]>b", { "svg" }, "0=ax]y]]z]b;" },
    };

    CHECK(cases);
}


static void
raw_text(void **unused)
{
    static const case_t  cases[] = {
        { "<div>a<script>if (a<b && '<p>') x(\"</p>\")</script>b</div><p>c",
          { "div", "p" }, "0=ab;1=c;" },
        { "<script>a</scrip></script-x></SCRIPT ><p>b", { "p" }, "0=b;" },
        { "<script> {\"a\": \"&amp;\n <\"} </script>", { "script" },
          "0= {\"a\": \"&amp;\n <\"} ;" },
        { "<style>p > b {}</style><p>c<style>d</style>e", { "p", "style" },
          "1=p > b {};0=ce;" },
        { "<title>a<p>b</p>&amp;</title><p>c", { "title", "p" },
          "0=a<p>b</p>&;1=c;" },
        { "<textarea>a</textare></textarea x><p>c", { "textarea", "p" },
          "0=a</textare>;1=c;" },
        { "<div>a<textarea>b</textarea></div>", { "div" }, "0=ab;" },
        { "<iframe><p>a</p></iframe><noframes><p>b</noframes><xmp><p>c</xmp>"
          "<p>d", { "p" }, "0=d;" },
        { "<script><!--<script>a</script><p>b</p>--></script><p>c",
          { "p" }, "0=c;" },
        { "<script><!-- a </script><p>b", { "p" }, "0=b;" },
        { "<script><!--<scriptx>a</script><p>b", { "p" }, "0=b;" },
        { "<script><!--><script></script><p>b", { "p" }, "0=b;" },
        { "<script><!--<script>--></script><p>b", { "p" }, "0=b;" },
        { "<script>a", { "script" }, "0=a;" },
        { "<script>a</scr", { "script" }, "0=a</scr;" },
        { "<script src=x /><p>a</p></script><p>b", { "p", "script@src" },
          "1=x;0=b;" },
        { "<p>a<plaintext>b</p><p>c", { "p", "plaintext" },
          "0=a;1=b</p><p>c;" },
        { "<noscript><p>a</p></noscript>", { "noscript p" }, "0=a;" },
        { "<svg><style><p>a</p></style></svg>", { "p" }, "0=a;" },
        { "<svg><title><p>a</p></title></svg>", { "title p" }, "0=a;" },
        { "<title>a", { "title" }, "0=a;" },
        { "<title>a</ti", { "title" }, "0=a</ti;" },
    };

    CHECK(cases);
}


static void
implied_end_tags(void **unused)
{
    static const case_t  cases[] = {
        { "<ul><li>a<li>b<ul><li>c</ul>d<li>e</ul>f", { "{li", "." },
          "[1=a;][1=b c d;][1=e;]." },
        { "<p>a<p>b<div>c</div>d<p>e<ul><li>f", { "{p", "." },
          "[1=a;][1=b;][1=e;]." },
        { "<p>a<span>b<p>c", { "{p", "." }, "[1=ab;][1=c;]." },
        { "<p>a<button>b<p>c</button>d", { "{p", "." }, "[1=ab c d;]." },
        { "<dl><dt>a<dd>b<dt>c<dd>d</dl>", { "{dd", "." },
          "[1=b;][1=d;]." },
        { "<table><tr><td>a<td>b<tr><td>c</table>", { "{tr", "td:nth(2)" },
          "[1=b;][]." },
        { "<table><td>a<th>b", { "tbody tr td", "tr th" }, "0=a;1=b;" },
        { "<table><tbody><td>a", { "tbody tr td" }, "0=a;" },
        { "<table><thead><tr><th>a<tbody><tr><td>b<tfoot><tr><td>c</table>",
          { "thead th", "tbody td", "tfoot td" }, "0=a;1=b;2=c;" },
        { "<table><caption>a<col><tr><td>b", { "caption", "tbody td" },
          "0=a;1=b;" },
        { "<table><tr><td><table><tr><td>a</table>b</table>",
          { "{tr", "." }, "[1=a b;]." },
        { "<table><tr><td>a<table></table>b<tr><td>c", { "{tr", "." },
          "[1=a b;][1=c;]." },
        { "<table><tr><td>a<table><table><tr><td>b", { "td td", "td" },
          "0=b;1=a b;" },
        { "<table><tr class=x><td><div>a<tr class=x><td>b", { "{.x", "." },
          "[1=a;][1=b;]." },
        { "<tr class=x><td>a<td>b<tr class=x><td>c", { "{tr.x", "td:nth(2)" },
          "[1=b;][]." },
        { "<select><option>a<option>b<optgroup><option>c</select>",
          { "{option", "." }, "[1=a;][1=b;][~1=c;]." },
        { "<a>a<a>b</a>c</a>", { "{a", "." }, "[1=a;][1=b;]." },
        { "<a>a<div>b<a>c</a></div>", { "{a", "." }, "[1=a b;][~1=c;]." },
        { "<h1>a<h2>b</h1>c", { "h1", "h2" }, "0=a;1=b;" },
        { "<b>a<p>b</b>c</p>", { "b", "p" }, "0=a b;1=bc;" },
        { "<form id=a>a<form id=b>b</form>c", { "{form", ".@id", "." },
          "[1=a;2=ab;]." },
        { "<form class=f><table></form><tr class=g><td>a", { ".f .g", ".g" },
          "0=a;1=a;" },
        { "<div class=a><span>a</div>b", { ".a", ".a span" }, "1=a;0=a;" },
        { "<div class=a>a<span class=b>b</div></span>c", { ".a", ".b" },
          "1=b;0=ab;" },
        { "<span class=a>a<div>b</span>c</div>d", { ".a" }, "0=a bc d;" },
        { "<div>a</p>b</li>c</x></td>d</div>e", { "div" }, "0=abcd;" },
        { "<li>a<div>b<li>c", { "{li", "." }, "[1=a b;][1=c;]." },
        { "<li>a<section>b<li>c", { "{li", "." }, "[1=a b c;]." },
        { "<svg><path d=M /><path><g></svg><p>a", { "{svg path", "." },
          "[][]." },
        { "<svg><path/>b</svg>c", { "svg", "path" }, "0=b;" },
        { "<div/>a</div>b", { "div" }, "0=a;" },
        { "<svg><div class=a>b</div>", { "svg .a", ".a" }, "1=b;" },
        { "<svg><foreignObject><div class=a>b</div></foreignObject>c</svg>",
          { "svg .a", "svg" }, "0=b;1=b c;" },
        { "<img alt=a>b<br/>c<input value=d>",
          { "img@alt", "img", "input@value" }, "0=a;2=d;" },
        { "<head><title>t</title><div>a", { "head div", "div" }, "1=a;" },
        { "<html><body class=a><body class=b><p>x", { ".b", ".a p" },
          "1=x;" },
        { "<body><p>a</body></html><p>b", { "{p", "." }, "[1=a;][1=b;]." },
        { "<template><p>a</p></template><p>b", { "p", "template" },
          "0=b;" },
        { "<div>a<template>b</template>c</div>", { "div" }, "0=ac;" },
    };

    CHECK(cases);
}


static void
selectors_and_items(void **unused)
{
    static const case_t  cases[] = {
        { "<div class=a><p><b class=c>x</b></p></div><b class=c>y</b>",
          { ".a .c", ".c", "p b", ".a p .c", ".c .a" },
          "0=x;1=x;2=x;3=x;" },
        { "<div class=a><div class=a><i>x", { ".a .a i", ".a .a .a" },
          "0=x;" },
        { "<i>1<i>2</i></i><i>3</i><i>4</i>", { "i:nth(3)", "i:nth(4)" },
          "0=3;1=4;" },
        { "<ul><li><a>1</a><a>2</a></li><li><a>3</a><a>4</a></ul>",
          { "{li", "a:nth(2)", "a:nth(3)" }, "[1=2;][1=4;]." },
        { "<table><tr><td>1<td><a>2</a><a>3</a><tr><td><a>4</a>",
          { "{tr", "td:nth(2) a", "td a:nth(2)" }, "[1=2;2=3;][]." },
        { "<ul><li x=1>a<li x=2>b</ul>", { "{li", ".@x", "@x", "." },
          "[1=1;2=1;3=a;][1=2;2=2;3=b;]." },
        { "<ul><li><b></b><b>2</b><b>3</b></ul>", { "{li", "b", "b@x" },
          "[1=2;]." },
        { "<ul><li><i x=''><i x=2><i x=3></ul>", { "{li", "i@x" }, "[1=2;]." },
        { "<ul><li class=a><p class=a>1</p></ul>", { "{.a", "." }, "[1=1;]." },
        { "<p class=a>x</p><p class=a>", { "?.a", "?.b", "?p:nth(2)" },
          "0=;2=;" },
        { "<input class=x value=1><input class=x value=2>", { "{.x", "@value" },
          "[1=1;][1=2;]." },
        { "<div><p class=x>1</div><div><p class=x>2</div><p class=x>3",
          { "{.x", "." }, "[1=1;][~1=2;][~1=3;]." },
        { "<div><div><p class=x>1</div><div><p class=x>2</div></div>"
          "<p class=x>", { "{.x", "." }, "[1=1;][~1=2;]." },
        { "<div class=c><div><p class=x>1</div></div><p class=x>3",
          { "{.c .x", "." }, "[1=1;]." },
        { "<div class=c><div class=c><p class=x>1</div><p class=x>2</div>"
          "<p class=x>3", { "{.c .x", "." }, "[1=1;][~1=2;]." },
    };

    CHECK(cases);
}


/* A collection without anything of use: the next one is looked at. */

static void
other_items_may_come(void **unused)
{
    static const char  page[] = "<ul><li>a</ul><ul><li>b<li>c</ul>";

    select_all((const char *const []) { "{li", ".", NULL });

    lab.nothing = 1;
    (void) lab_read_page(&lab, page, sizeof(page) - 1, 0, 0, 1);
    lab.nothing = 0;

    assert_string_equal(lab.text, "[1=a;].[1=b;][1=c;].");
}


static void
limits(void **unused)
{
    char        *page;
    size_t       i;
    sp_error_t   err;

    lab_set = lab_selectors((const char *const []) { "p", "p@a", NULL }, 4,
                            &err);
    (void) lab_read_page(&lab, "<p a='12\xe2\x82\xac'>12\xe2\x82\xac", 18, 0,
                         0, 1);
    assert_string_equal(lab.text, "1=12...;0=12...;");

    lab_set = lab_selectors((const char *const []) { "p", "p@a", NULL }, 4,
                            &err);
    (void) lab_read_page(&lab, "<p a=1234>1234  </p>", 20, 0, 0, 1);
    assert_string_equal(lab.text, "1=1234;0=1234;");

    /* of a value that is longer only its beginning is known */

    page = malloc(100000);
    assert_non_null(page);
    memset(page, 'x', 100000);
    memcpy(page, "<p a='", 6);
    memcpy(page + 99900, "y' class=c>z</p>", 16);

    select_all((const char *const []) { "p[a$=y]", "p[a^=x]", ".c", "p@a",
                                        NULL });

    for (i = 0; i < 3; i++) {
        (void) lab_read_page(&lab, page, 99916, 0, i * 7777, 1);
        assert_non_null(strstr(lab.text, "...;1=z;2=z;"));
        assert_null(strstr(lab.text, "0="));
        assert_int_equal(lab.len, 1000 + 14);
    }

    free(page);
}


static const char  all_of_it[] =
    "<!doctype html><!-- c --><html><head><title>T &amp; t</title><script>"
    "if (1<2) '<p>'</script></head><body class='b c'><div id=x data-a='1&lt;2'>"
    "<p>one<p>two <b>three</b><table><tr><td>a&nbsp;b<td><img src=/i.png alt=A>"
    "</table><ul class=l><li data-k=1>L1<li data-k=2>L2 &euro;</ul></div>";


static void
out_of_memory_at_each_allocation(void **unused)
{
    long     n;
    sp_rc_t  rc;

    select_all((const char *const []) { "title", "#x@data-a", "p:nth(2)",
                                        "td img@alt", "{.l li", "@data-k", ".",
                                        NULL });

    for (n = 0; n < 100; n++) {
        sp_arena_fail_after(arena, n);
        rc = lab_read_page(&lab, all_of_it, sizeof(all_of_it) - 1, 0, 3, 1);
        assert_true(rc == SP_NOMEM || n > 5);

        if (rc != SP_NOMEM) {
            break;
        }
    }

    sp_arena_fail_after(arena, -1);
    assert_string_equal(lab.text, "0=T & t;1=1<2;2=two three;3=A;"
                        "[5=1;6=L1;][5=2;6=L2 \xe2\x82\xac;].");
}


/* Wherever the document ends, nothing is reported that is not whole. */

static void
broken_off_everywhere(void **unused)
{
    size_t  i;
    char    whole[LAB_TEXT];

    select_all((const char *const []) { "title", "#x@data-a", "p:nth(2)",
                                        "td img@alt", "{.l li", "@data-k", ".",
                                        NULL });

    (void) lab_read_page(&lab, all_of_it, sizeof(all_of_it) - 1, 0, 0, 0);
    strcpy(whole, lab.text);

    for (i = 0; i < sizeof(all_of_it); i++) {
        (void) lab_read_page(&lab, all_of_it, i, 0, 0, 0);
        assert_memory_equal(lab.text, whole, lab.len);
    }
}


/* Each tag is found where the table has it. */

static void
the_table_of_tags(void **unused)
{
    unsigned       i, n;
    uint64_t       key;
    const char    *p;

    static const char *const  names[] = {
        "a", "body", "br", "button", "div", "form", "h1", "h6", "img", "input",
        "li", "ol", "option", "p", "script", "style", "table", "tbody", "td",
        "template", "textarea", "th", "title", "tr", "ul", "svg",
        "foreignobject", "blockquote", "figcaption"
    };

    n = 0;

    for (i = 0; i < SP_HTML_TAGS; i++) {
        if (sp_html_tags[i].key != 0) {
            assert_int_equal(sp_html_tag(sp_html_tags[i].key), i);
            n++;
        }
    }

    assert_int_equal(n, 107);
    assert_int_equal(sp_html_tags[0].key, 0);

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        for (p = names[i], key = 0; *p != '\0'; p++) {
            key = sp_html_key_add(key, (unsigned) (p - names[i]),
                                  (unsigned char) *p);
        }

        if (sp_html_tag(key) == 0) {
            fail_msg("%s is not in the table", names[i]);
        }
    }
}


/* Twice as much of it takes twice as many steps at most, and few a byte. */

static void
repeated(const char *before, const char *what, const char *after)
{
    char      *page;
    size_t     len, n, size, total;
    uint64_t   steps[2];
    unsigned   i;

    len = strlen(what);

    for (i = 0; i < 2; i++) {
        n = (30000u << i) / len;
        size = strlen(before) + n * len + strlen(after);

        page = malloc(size + 1);
        assert_non_null(page);

        strcpy(page, before);
        total = strlen(before);

        while (n-- > 0) {
            memcpy(page + total, what, len);
            total += len;
        }

        strcpy(page + total, after);

        (void) lab_read_page(&lab, page, size, 0, 4096, 1);
        steps[i] = lab_steps;
        free(page);
    }

    if (steps[1] > 2 * steps[0] + 2 * SP_HTML_DEPTH
        || steps[1] > (uint64_t) 60000 * SP_HTML_DEPTH)
    {
        fail_msg("%s: %lu steps, then %lu", what, (unsigned long) steps[0],
                 (unsigned long) steps[1]);
    }
}


static void
linear_whatever_is_sent(void **unused)
{
    static const char *const  what[] = {
        "<a>", "<a><a>", "<p>", "<p><a>", "<div>", "<div><p>", "<span>",
        "<b><i>", "<table>", "<table><tr><td>", "<tr>", "<li>", "<ul><li>",
        "<button>", "<form>", "<svg>", "<svg><a>", "<template>", "<select>",
        "</a>", "</p>", "</div>", "</x>", "<x>", "<x></y>", "<x><y></x>",
        "<p></div>", "<b><p></b>", "<a><p>", "<h1>", "<svg><p>", "<!--", "<!-",
        "--", "<", "</", "<!", "&", "&#", "&a", "<a b=", "<a b='", "<a ", "=",
        "'", "\"", "/", ">", "<script>", "<title>", "<title>&", "]]>",
        "<![CDATA[", "<a class='", " c", "<a class='c d e'>", " b=1", "<a b c>",
        "<td>", "<td><div>", "<dd>", "<option>", "<a href=x>", "<br>", "<x/>"
    };

    unsigned  i;

    select_all((const char *const []) { "a b", "a a a", ".c .c", "p:nth(2) i",
                                        "#x@b", "?x y z", "{li a", "b", "[b]",
                                        "[b*=c]", ".", "a:nth(3) .c", NULL });

    for (i = 0; i < sizeof(what) / sizeof(what[0]); i++) {
        repeated("", what[i], "");
        repeated("<li><a class=c>", what[i], "</a>");
        repeated("<p><button><b><table><tr><td><ul><li><a x='", what[i], "");
        repeated("<p><table><tr><td><x><y><div><span><x><y>", what[i], "");
        repeated("<script>", what[i], "");
        repeated("<script><!--", what[i], "");
        repeated("<svg><![CDATA[", what[i], "");
        repeated("<!--", what[i], "");
        repeated("<textarea>", what[i], "");
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        reader_test(tags_and_attributes),
        reader_test(text_and_references),
        reader_test(comments_and_declarations),
        reader_test(raw_text),
        reader_test(implied_end_tags),
        reader_test(selectors_and_items),
        reader_test(other_items_may_come),
        reader_test(limits),
        reader_test(out_of_memory_at_each_allocation),
        reader_test(broken_off_everywhere),
        reader_test(the_table_of_tags),
        reader_test(linear_whatever_is_sent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
