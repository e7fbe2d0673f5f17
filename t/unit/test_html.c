/*
 * Copyright (C) SitePreserver developers
 *
 * HTML with places, masks of templates, edits.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "html.h"


#define TEST_HOSTILE  (256 * 1024)


typedef struct {
    char    text[1024];
    size_t  len;
} broken_t;


static html_t *
parse(const char *text, unsigned flags)
{
    html_t      *html;
    sp_error_t   err;

    html = html_parse(text, strlen(text), flags, &err);

    if (html == NULL) {
        fail_msg("%s: %s", text, err.text);
    }

    return html;
}


static const html_node_t *
find(const html_t *html, const char *name)
{
    const html_node_t  *node;

    node = html_find(html_root(html), NULL, name);
    assert_non_null(node);

    return node;
}


static void
is(const sp_str_t *s, const char *text)
{
    if (s->len != strlen(text) || memcmp(s->data, text, s->len) != 0) {
        fail_msg("\"%.*s\" is not \"%s\"", (int) s->len, s->data, text);
    }
}


/* What stands in a source from one offset to another. */

static void
stands(const char *source, size_t from, size_t to, const char *text)
{
    sp_str_t  s;

    assert_true(from <= to && to <= strlen(source));
    s.data = source + from;
    s.len = to - from;
    is(&s, text);
}


static void
test_places(void **state)
{
    html_t             *html;
    unsigned            line, column;
    const html_node_t  *a, *img, *tbody;
    const html_attr_t  *attr;

    static const char  text[] =
        "<!DOCTYPE html>\n"
        "<TABLE><tr><td>Gr\xc3\xbc\xc3\x9f""e &amp; more\n"
        "<A HREF='/x?a=1&amp;b=2' data-sp-cta title=plain>go</A>"
        "<img src=\"a.png\" alt=\"\">\n"
        "</table><!-- note -->";

    html = parse(text, 0);
    a = find(html, "a");
    img = find(html, "img");
    tbody = find(html, "tbody");

    stands(text, a->start, a->start_end,
           "<A HREF='/x?a=1&amp;b=2' data-sp-cta title=plain>");
    stands(text, a->end_tag, a->end, "</A>");
    stands(text, a->first->start, a->first->end, "go");
    html_position(html, a->start, &line, &column);
    assert_int_equal(line, 3);
    assert_int_equal(column, 1);

    attr = html_attr(a, "href");
    assert_non_null(attr);
    is(&attr->value, "/x?a=1&b=2");
    stands(text, attr->name_start, attr->name_end, "HREF");
    stands(text, attr->value_start, attr->value_end, "/x?a=1&amp;b=2");
    assert_int_equal(attr->quote, '\'');

    attr = html_attr(a, "title");
    stands(text, attr->value_start, attr->value_end, "plain");
    assert_int_equal(attr->quote, '\0');

    attr = html_attr(a, "data-sp-cta");
    assert_non_null(attr);
    assert_int_equal(attr->value_start, attr->value_end);

    attr = html_attr(img, "alt");
    assert_non_null(attr);
    assert_int_equal(attr->value.len, 0);
    assert_null(html_attr(img, "width"));

    /* columns are characters: of the "m" after two letters of two bytes */

    html_place(text, sizeof(text) - 1,
               (size_t) (strstr(text, "more") - text), &line, &column);
    assert_int_equal(line, 2);
    assert_int_equal(column, 28);

    assert_true(tbody->implied);
    assert_false(find(html, "table")->implied);
    assert_true(html_is(tbody->parent, "table"));
    stands(text, find(html, "table")->end_tag, find(html, "table")->end,
           "</table>");

    html_free(html);
}


static void
test_text(void **state)
{
    html_t    *html;
    buffer_t   b;

    html = parse("<title>T</title><style>p {}</style><p> one <b>t</b>wo\n"
                 "<p>three<br>four<!-- no --><div>five", 0);
    buffer_init(&b, 1024);
    html_text(html_root(html), &b);
    assert_string_equal(buffer_text(&b), "one two three four five");
    buffer_free(&b);
    html_free(html);
}


static void
test_classes(void **state)
{
    size_t              i;
    html_t             *html;
    const html_node_t  *p;

    static const struct { sp_str_t name; int is; }  cases[] = {
        { sp_string("one"), 1 }, { sp_string("two"), 1 },
        { sp_string("on"), 0 }, { sp_string("Two"), 0 },
        { sp_string("three"), 1 }, { sp_string(""), 0 }
    };

    html = parse("<p class=' one two\tthree'>x", 0);
    p = find(html, "p");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(html_has_class(p, &cases[i].name), cases[i].is);
    }

    html_free(html);
}


static void
test_mask(void **state)
{
    char    *masked;
    size_t   i;

    static const char *const  cases[][2] = {
        { "a {{b}} c", "a {{b}} c" },
        { "{{#a}}x{{/a}}", "      x      " },
        { "{{^ a }}x{{! > \n < }}y{{>p}}",
          "        x      \n     y      " },
        { "<i title=\"{{ a }}\">{{{ b<c }}}z",
          "<i title=\"{{_a_}}\">{{{_b_c_}}}z" },
        { "{{=<% %>=}}<%#a%>{{b}}<%={{ }}=%>{{#c}}",
          "                 {{b}}                 " },
        { "{{=<% %>=}}<%{x}%>y<%/x%>", "           _%{x}%_y      " },
        { "{{#a", "{{#a" },
        { "{{{a}}", "{{{a}}" },
        { "", "" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        masked = html_mask(cases[i][0], strlen(cases[i][0]));
        assert_non_null(masked);
        assert_int_equal(strlen(masked), strlen(cases[i][0]));
        assert_string_equal(masked, cases[i][1]);
        free(masked);
    }
}


/* A section between rows of a table leaves the table whole. */

static void
test_template(void **state)
{
    html_t             *html;
    const html_node_t  *td;
    const html_attr_t  *attr;

    static const char  text[] =
        "<table>\n{{#items}}\n<tr><td{{#w}} width=\"{{w}}\"{{/w}} "
        "class=\"a {{b}}\">{{name}}</td></tr>\n{{/items}}\n</table>";

    html = parse(text, HTML_TEMPLATE);
    td = find(html, "td");
    assert_true(html_is(td->parent->parent->parent, "table"));
    attr = html_attr(td, "width");
    assert_non_null(attr);
    is(&attr->value, "{{w}}");
    stands(text, attr->value_start, attr->value_end, "{{w}}");
    attr = html_attr(td, "class");
    is(&attr->value, "a {{b}}");
    is(&td->first->text, "{{name}}");
    html_free(html);
}


static void
test_edits(void **state)
{
    buffer_t       b;
    html_edits_t  *edits;

    static const char  text[] = "0123456789";

    buffer_init(&b, 1024);
    edits = html_edits_create();
    assert_int_equal(html_edits_apply(edits, text, 10, &b), SP_OK);
    assert_string_equal(buffer_text(&b), text);
    buffer_reset(&b);

    html_edit(edits, 8, 2, "", 0);
    html_edit(edits, 2, 3, "abcd", 4);
    html_edit(edits, 2, 0, "<", 1);
    html_edit(edits, 5, 0, ">", 1);
    html_edit(edits, 2, 0, "=", 1);
    html_edit(edits, 10, 0, "end", 3);
    assert_int_equal(html_edits_apply(edits, text, 10, &b), SP_OK);
    assert_string_equal(buffer_text(&b), "01<=abcd>567end");
    buffer_reset(&b);

    html_edit(edits, 3, 1, "x", 1);
    assert_int_equal(html_edits_apply(edits, text, 10, &b), SP_INVALID);
    html_edits_free(edits);

    edits = html_edits_create();
    html_edit(edits, 9, 2, "x", 1);
    assert_int_equal(html_edits_apply(edits, text, 10, &b), SP_INVALID);
    assert_int_equal(b.len, 0);
    html_edits_free(edits);

    edits = html_edits_create();
    html_edit(edits, 1, 1, "x", 1);
    b.limit = 5;
    assert_int_equal(html_edits_apply(edits, text, 10, &b), SP_NOMEM);
    html_edits_free(edits);
    buffer_free(&b);
}


static void
broken(void *data, html_broken_t what, size_t offset, const sp_str_t *name)
{
    broken_t  *b;

    b = data;
    b->len += (size_t) snprintf(b->text + b->len, sizeof(b->text) - b->len,
                                "%d:%zu:%.*s ", (int) what, offset,
                                (int) name->len, name->data);
}


static void
test_check(void **state)
{
    size_t    i;
    broken_t  b;

    static const char *const  cases[][2] = {
        { "<p>a<p>b<br><img src=x><hr/>", "" },
        { "<!DOCTYPE html><html><head><title><b></title><style><p></style>"
          "<body><table><tr><td>x<tr><td><p>y</table>", "" },
        { "<!--[if mso]><table><tr><td><![endif]--><div>x</div>"
          "<!--[if mso]></td></tr></table><![endif]-->", "" },
        { "<div><b>x</div>", "2:9:div 0:5:b " },
        { "<DIV>x</div></span>", "1:12:span " },
        { "<div><span>x", "0:0:div 0:5:span " },
        { "x</br>", "1:1:br " },
        { "<a href=\"x>y</a>", "3:0:a " },
        { "<a title='>' href=x>y</a><b", "3:25:b " },
        { "1 < 2 <3 <", "" },
        { "<o:p/><svg><path/></svg>", "" },
        { "<!--><i></i>--><b>", "0:15:b " },
        { "<script>if (a<b) '<b>'</script>", "" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        memset(&b, 0, sizeof(b));
        html_check(cases[i][0], strlen(cases[i][0]), broken, &b);
        assert_string_equal(b.text, cases[i][1]);
    }
}


/*
 * A value stands where it stands: an unquoted one that begins with a character
 * reference too, which the parser says to begin after it.
 */

static void
test_values(void **state)
{
    size_t              i, k, len;
    char               *text;
    html_t             *html;
    sp_error_t          err;
    const html_attr_t  *attr;

    static const struct {
        const char  *tag;
        const char  *source;        /* between the quotes, if any */
        const char  *value;
        char         quote;
    } cases[] = {
        { "<a href=&quot;\">", "&quot;\"", "\"\"", '\0' },
        { "<a href=&quot;'>", "&quot;'", "\"'", '\0' },
        { "<a href=&quot\">", "&quot\"", "\"\"", '\0' },
        { "<a href=&amp;>", "&amp;", "&", '\0' },
        { "<a href = &amp;x y>", "&amp;x", "&x", '\0' },
        { "<a href=\r\n&amp;x\r\n>", "&amp;x", "&x", '\0' },
        { "<a href=&x>", "&x", "&x", '\0' },
        { "<a href=\"&quot;\">", "&quot;", "\"", '"' },
        { "<a href='\"'>", "\"", "\"", '\'' },
        { "<a href=\"\">", "", "", '"' },
        { "<a href=\n\"x\"\r\n>", "x", "x", '"' },
        { "<a href=''\r>", "", "", '\'' },
        { "<a href=x\">", "x\"", "x\"", '\0' },
        { "<a href>", "", "", '\0' },
        { "<a href = >", "", "", '\0' },
        { "<a href href=&quot;\">", "", "", '\0' },
        { "<a href=&lt;\" href='y'>", "&lt;\"", "<\"", '\0' },
    };

    static const char  cut[] = "<a b=\"&quot;&amp\" c=&lt d='&";

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        html = parse(cases[i].tag, 0);
        attr = html_attr(find(html, "a"), "href");
        assert_non_null(attr);
        is(&attr->value, cases[i].value);
        stands(cases[i].tag, attr->value_start, attr->value_end,
               cases[i].source);
        assert_int_equal(attr->quote, cases[i].quote);
        html_free(html);
    }

    /* nothing behind the text is looked at */

    for (len = 1; len < sizeof(cut); len++) {
        text = malloc(len);
        assert_non_null(text);
        memcpy(text, cut, len);

        for (k = 0; k <= HTML_TEMPLATE; k++) {
            html = html_parse(text, len, (unsigned) k, &err);
            assert_non_null(html);
            html_free(html);
        }

        free(text);
    }
}


/* From any offset to any other: the same as from the begin. */

static void
test_place_next(void **state)
{
    size_t        i, k, len;
    unsigned      line, column;
    html_place_t  place;

    static const char  text[] = "a\xc3\xa4\n\n\xe2\x82\xac" "b\nc";

    len = sizeof(text) - 1;

    for (i = 0; i <= len + 1; i++) {
        for (k = 0; k <= len + 1; k++) {
            memset(&place, 0, sizeof(place));
            html_place_next(text, len, i, &place);
            html_place_next(text, len, k, &place);
            html_place(text, len, k, &line, &column);
            assert_int_equal(place.line, line);
            assert_int_equal(place.column, column);
        }
    }

    assert_int_equal(line, 4);
    assert_int_equal(column, 2);
}


/* What would take a parser hours, the stack or all memory. */

static void
test_hostile(void **state)
{
    char        *text;
    size_t       i, n, len;
    html_t      *html;
    sp_error_t   err;

    static const char *const  units[] = {
        "<b>", "<div>", "<div><p>", "<table><tr><td>", "<p><b id=%zu></p>",
        "<div></x>", "<a href=%zu>", "<svg><g>", "<li><b></li>",
        "<table></div><i><td></i>", "<font size=%zu><p>", "<ul><li></ul><b>",
        "<style><!--</style><b>", "<svg><style><b>", "<template>",
        "<select><option>", "<b a%zu></b><i>", "<", "<a b='", "<!--", "&",
        "&#x10ffff;", "{{#a}}", "<p a%zu=1>", "</p>", "<nobr>",
        "<math><mi><b>", "<frameset>", "<body a%zu>", "<textarea><b>",
        "<svg><title><b>", "<i></b></i>", "<tr><div></tr>", "\xff", "<\x80>"
    };

    text = malloc(TEST_HOSTILE + 64);
    assert_non_null(text);

    for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        len = 0;

        for (n = 0; len < TEST_HOSTILE - 64; n++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            len += (size_t) snprintf(text + len, 64, units[i], n);
#pragma GCC diagnostic pop
        }

        html = html_parse(text, len, HTML_TEMPLATE, &err);

        if (html == NULL) {
            assert_string_not_equal(err.text, "");
        }

        html_free(html);
    }

    html = html_parse(text, HTML_SIZE_MAX + 1, 0, &err);
    assert_null(html);
    html = html_parse("a\0<b>c</b>", 10, 0, &err);
    assert_non_null(html);
    html_free(html);
    html = html_parse("", 0, 0, &err);
    assert_non_null(html);
    html_free(html);
    free(text);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_mask),
        cmocka_unit_test(test_template),
        cmocka_unit_test(test_edits),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_place_next),
        cmocka_unit_test(test_hostile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
