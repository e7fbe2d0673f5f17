/*
 * Copyright (C) SitePreserver developers
 *
 * The lint as a library: its report, and pages that are cut off or damaged.
 * t/lint.t tries the rules.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "creative_file.h"
#include "lint.h"


#define TEST_PAGE  "t/lint/base.html"


static buffer_t  page;


static int
setup(void **state)
{
    sp_error_t  err;

    buffer_init(&page, CREATIVE_FILE_MAX);

    return creative_file_read(TEST_PAGE, &page, &err) == SP_OK ? 0 : -1;
}


static int
teardown(void **state)
{
    buffer_free(&page);

    return 0;
}


static lint_report_t *
lint(const char *text, size_t len)
{
    lint_report_t  *report;

    report = lint_report_create();
    assert_non_null(report);
    assert_int_equal(lint_html("page.html", text, len, NULL, report), SP_OK);

    return report;
}


static void
test_rules(void **state)
{
    size_t  i, k;

    assert_in_range(lint_rules_count(), 50, 100);

    for (i = 0; i < lint_rules_count(); i++) {
        assert_true(strlen(lint_rule_at(i)->what) > 15);
        assert_true(strlen(lint_rule_at(i)->why) > 20);

        for (k = 0; k < i; k++) {
            assert_string_not_equal(lint_rule_at(i)->id, lint_rule_at(k)->id);
        }
    }
}


/* A page in which nothing is wrong, but that no shop is known. */

static void
test_clean(void **state)
{
    lint_report_t          *report;
    const lint_measures_t  *m;

    report = lint(page.data, page.len);
    assert_int_equal(lint_count(report), 0);

    m = lint_measures(report);
    assert_true(m->contrast > 7.45 && m->contrast < 7.46);
    assert_true(m->contrast_dark > 8);
    assert_true(m->cta_contrast > 7 && m->cta_contrast_dark > 12);
    assert_true(m->cta_height == 48);
    assert_int_equal(m->template_bytes, page.len);
    assert_true(m->html_bytes > m->template_bytes);
    assert_int_equal(m->text_bytes, -1);
    assert_int_equal(m->texts_unknown, 0);

    lint_report_free(report);
}


static void
test_report(void **state)
{
    size_t                 i, errors;
    json_t                *json;
    buffer_t               text;
    lint_report_t         *report;
    const lint_finding_t  *f, *last;

    static const char  broken[] =
        "<p>one<b>two\n<form></form>{{nobody}}\n<img src=x>";

    report = lint(broken, sizeof(broken) - 1);
    assert_true(lint_count(report) > 5);
    errors = 0;
    last = NULL;

    for (i = 0; i < lint_count(report); i++) {
        f = lint_finding(report, i);
        assert_string_equal(f->file, "page.html");
        assert_true(f->rule->severity == f->severity
                    || f->severity == LINT_INFO);
        errors += f->severity == LINT_ERROR;

        if (last != NULL) {
            assert_true(f->line > last->line
                        || (f->line == last->line
                            && f->column >= last->column));
        }

        last = f;
    }

    assert_int_equal(errors, lint_count_of(report, LINT_ERROR));

    json = lint_json(report);
    assert_int_equal(json_integer_value(json_object_get(json, "errors")),
                     errors);
    assert_int_equal(json_array_size(json_object_get(json, "findings")),
                     lint_count(report));
    json_decref(json);

    buffer_init(&text, 65536);
    lint_print(report, &text);
    assert_non_null(strstr(buffer_text(&text),
                           "page.html:2:1: error: <form> is dropped: 1 "
                           "(form)\n"));
    assert_non_null(strstr(buffer_text(&text), "page.html:2:14: error: there "
                           "is no tag \"nobody\" (tag-unknown)\n"));
    buffer_free(&text);
    lint_report_free(report);
}


/* What is quoted of a page may be more than a line, or cut off. */

static void
test_one_line(void **state)
{
    size_t                  i, n;
    json_t                 *json;
    char                    html[1000];
    lint_report_t          *report;
    const lint_finding_t   *f;

    (void) snprintf(html, sizeof(html), "<a href=\"x\nyz");

    for (n = strlen(html); n < 900; n += 2) {
        memcpy(html + n, "\xc3\xa9", 3);
    }

    (void) snprintf(html + n, sizeof(html) - n, "\">link</a>");
    report = lint(html, strlen(html));
    n = 0;

    for (i = 0; i < lint_count(report); i++) {
        f = lint_finding(report, i);
        assert_null(strpbrk(f->message, "\r\n"));
        n += strncmp(f->message, "\"x yz", 5) == 0;
    }

    assert_int_not_equal(n, 0);

    json = lint_json(report);
    assert_int_equal(json_array_size(json_object_get(json, "findings")),
                     lint_count(report));
    json_decref(json);
    lint_report_free(report);
}


static void
test_load_error(void **state)
{
    size_t                 i;
    lint_report_t         *report;
    const lint_finding_t  *f;

    static const struct {
        const char  *error;
        const char  *file;
        unsigned     line;
        unsigned     column;
        const char  *message;
    } cases[] = {
        { "a/b.html:3:14: wrong", "a/b.html", 3, 14, "wrong" },
        { "a/b.head:3: wrong", "a/b.head", 3, 0, "wrong" },
        { "a/b.txt: No such file", "a/b.txt", 0, 0, "No such file" },
        { "no memory", "", 0, 0, "no memory" },
        { "a:b", "", 0, 0, "a:b" }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        report = lint_report_create();
        lint_load_error(report, cases[i].error);
        assert_int_equal(lint_count(report), 1);
        f = lint_finding(report, 0);
        assert_string_equal(f->file, cases[i].file);
        assert_int_equal(f->line, cases[i].line);
        assert_int_equal(f->column, cases[i].column);
        assert_string_equal(f->message, cases[i].message);
        assert_string_equal(f->rule->id, "template");
        lint_report_free(report);
    }
}


/* Wherever a page ends. */

static void
test_cut(void **state)
{
    char    *copy;
    size_t   len;

    for (len = 0; len < page.len; len += 53) {
        copy = malloc(len + 1);         /* no byte more, for the sanitizer */
        assert_non_null(copy);
        memcpy(copy, page.data, len);
        lint_report_free(lint(copy, len));
        free(copy);
    }
}


/* Whatever is in it. */

static void
test_damaged(void **state)
{
    char      *copy;
    size_t     i, k, at;
    uint32_t   seed;

    static const char  bytes[] = "<>{}\"'=/;:#.!-&()@%\n x0\\*[]^{{}}";

    copy = malloc(page.len);
    assert_non_null(copy);
    seed = 1;

    for (i = 0; i < 60; i++) {
        memcpy(copy, page.data, page.len);

        for (k = 0; k < 1 + i; k++) {
            seed = seed * 1664525 + 1013904223;
            at = seed / 65536 % page.len;
            seed = seed * 1664525 + 1013904223;
            copy[at] = bytes[seed / 65536 % (sizeof(bytes) - 1)];
        }

        lint_report_free(lint(copy, page.len));
    }

    free(copy);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_report),
        cmocka_unit_test(test_one_line),
        cmocka_unit_test(test_load_error),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_damaged),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
