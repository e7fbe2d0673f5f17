/*
 * Copyright (C) SitePreserver developers
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>

#include "mustache.h"


#define SPEC_CASES  136


typedef struct {
    size_t       n;
    sp_str_t     names[4];
    mustache_t  *templates[4];
} partials_t;


static mustache_value_t *
from_json(mustache_data_t *data, const json_t *json)
{
    char              *text;
    size_t             i;
    const char        *key;
    json_t            *member;
    mustache_value_t  *value;

    switch (json_typeof(json)) {
    case JSON_OBJECT:
        value = mustache_object(data);

        json_object_foreach((json_t *) json, key, member) {
            mustache_set(data, value, key, from_json(data, member));
        }

        return value;

    case JSON_ARRAY:
        value = mustache_list(data);

        json_array_foreach((json_t *) json, i, member) {
            mustache_append(data, value, from_json(data, member));
        }

        return value;

    case JSON_STRING:
        return mustache_string(data, json_string_value(json),
                               json_string_length(json));

    case JSON_INTEGER:
        return mustache_number(data, json_integer_value(json));

    case JSON_REAL:
        text = json_dumps(json, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
        value = mustache_string(data, text, strlen(text));
        free(text);
        return value;

    case JSON_TRUE:
    case JSON_FALSE:
        return mustache_bool(data, json_is_true(json));

    default:
        return mustache_null(data);
    }
}


static const mustache_t *
find_partial(void *data, const sp_str_t *name)
{
    size_t       i;
    partials_t  *partials;

    partials = data;

    for (i = 0; i < partials->n; i++) {
        if (sp_str_eq(&partials->names[i], name)) {
            return partials->templates[i];
        }
    }

    return NULL;
}


static void
add_partial(partials_t *partials, const char *name, const char *text)
{
    sp_error_t  err;

    assert_true(partials->n < 4);

    partials->names[partials->n].data = name;
    partials->names[partials->n].len = strlen(name);
    partials->templates[partials->n] = mustache_compile(name, text,
                                                        strlen(text),
                                                        MUSTACHE_HTML, 0,
                                                        &err);
    assert_non_null(partials->templates[partials->n]);
    partials->n++;
}


static void
free_partials(partials_t *partials)
{
    while (partials->n > 0) {
        mustache_free(partials->templates[--partials->n]);
    }
}


/* Compiles, renders, compares; returns the rendering's result. */

static sp_rc_t
render(const char *text, mustache_data_t *data, const mustache_value_t *root,
    mustache_escape_t escape, partials_t *partials, buffer_t *out,
    sp_error_t *err)
{
    sp_rc_t      rc;
    mustache_t  *t;

    t = mustache_compile("t", text, strlen(text), escape, 0, err);

    if (t == NULL) {
        fail_msg("%s", err->text);
    }

    assert_false(mustache_data_failed(data));
    buffer_init(out, 1024 * 1024);

    rc = mustache_render(t, root, partials != NULL ? find_partial : NULL,
                         partials, out, err);
    mustache_free(t);

    return rc;
}


static void
spec_case(const char *file, const json_t *test)
{
    buffer_t           out;
    const char        *key, *name, *expected;
    json_t            *partial;
    partials_t         partials;
    sp_error_t         err;
    mustache_data_t   *data;

    name = json_string_value(json_object_get(test, "name"));
    expected = json_string_value(json_object_get(test, "expected"));
    partials.n = 0;

    json_object_foreach(json_object_get(test, "partials"), key, partial) {
        add_partial(&partials, key, json_string_value(partial));
    }

    data = mustache_data_create(1024 * 1024);

    if (render(json_string_value(json_object_get(test, "template")), data,
               from_json(data, json_object_get(test, "data")), MUSTACHE_HTML,
               &partials, &out, &err) != SP_OK)
    {
        fail_msg("%s: %s: %s", file, name, err.text);
    }

    if (strcmp(buffer_text(&out), expected) != 0) {
        fail_msg("%s: %s:\n%s\ninstead of\n%s", file, name, buffer_text(&out),
                 expected);
    }

    buffer_free(&out);
    mustache_data_destroy(data);
    free_partials(&partials);
}


static void
test_specification(void **state)
{
    char           path[128];
    size_t         i, j, n;
    json_t        *file, *test;
    json_error_t   error;

    static const char  *files[] = {
        "comments", "delimiters", "interpolation", "inverted", "partials",
        "sections"
    };

    n = 0;

    for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        (void) snprintf(path, sizeof(path), "t/mustache-spec/%s.json",
                        files[i]);
        file = json_load_file(path, 0, &error);

        if (file == NULL) {
            fail_msg("%s:%d: %s", path, error.line, error.text);
        }

        json_array_foreach(json_object_get(file, "tests"), j, test) {
            spec_case(files[i], test);
            n++;
        }

        json_decref(file);
    }

    assert_int_equal(n, SPEC_CASES);
}


static void
test_errors(void **state)
{
    size_t       i;
    sp_error_t   err;

    static const struct {
        const char  *text;
        const char  *error;
    } cases[] = {
        { "a\nbc {{name", "en.html:2:4: tag is not closed" },
        { "{{{name}}", "en.html:1:1: tag is not closed" },
        { "x\n\n  {{#items}}\n{{name}}",
          "en.html:3:6: section is not closed: \"items\"" },
        { "{{#a}}{{#b}}\n{{/a}}{{/b}}",
          "en.html:2:1: closes another section than the open one: \"a\"" },
        { "{{/a}}", "en.html:1:1: no section is open to close: \"a\"" },
        { "{{}}", "en.html:1:1: is not a name: \"\"" },
        { "{{#}}{{/}}", "en.html:1:1: is not a name: \"\"" },
        { "{{a b}}", "en.html:1:1: is not a name: \"a b\"" },
        { "{{a..b}}", "en.html:1:1: is not a name: \"a..b\"" },
        { "{{.a}}", "en.html:1:1: is not a name: \".a\"" },
        { "{{a.b.c.d.e.f.g.h.i}}",
          "en.html:1:1: is not a name: \"a.b.c.d.e.f.g.h.i\"" },
        { "{{=<% %>", "en.html:1:1: tag is not closed" },
        { "{{=<%=}}", "en.html:1:1: are not two delimiters: \"<%\"" },
        { "{{=a b c=}}", "en.html:1:1: are not two delimiters: \"a b c\"" },
        { "{{=123456789 x=}}",
          "en.html:1:1: are not two delimiters: \"123456789 x\"" },
        { " {{{raw}}}",
          "en.html:1:2: an unescaped tag is not allowed: \"raw\"" },
        { " {{&raw}}",
          "en.html:1:2: an unescaped tag is not allowed: \"raw\"" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_null(mustache_compile("en.html", cases[i].text,
                                     strlen(cases[i].text), MUSTACHE_HTML,
                                     MUSTACHE_NO_RAW, &err));
        assert_string_equal(err.text, cases[i].error);
    }
}


static void
test_compile_limits(void **state)
{
    char        *text;
    size_t       i;
    buffer_t     b;
    sp_error_t   err;
    mustache_t  *t;

    buffer_init(&b, 1024 * 1024);

    for (i = 0; i < MUSTACHE_NESTING_MAX; i++) {
        buffer_str(&b, "{{#a}}");
    }

    for (i = 0; i < MUSTACHE_NESTING_MAX; i++) {
        buffer_str(&b, "{{/a}}");
    }

    t = mustache_compile("t", b.data, b.len, MUSTACHE_HTML, 0, &err);
    assert_non_null(t);
    mustache_free(t);

    buffer_reset(&b);

    for (i = 0; i <= MUSTACHE_NESTING_MAX; i++) {
        buffer_str(&b, "{{#a}}");
    }

    assert_null(mustache_compile("t", b.data, b.len, MUSTACHE_HTML, 0, &err));
    assert_non_null(strstr(err.text, "sections are too deep"));
    buffer_free(&b);

    text = calloc(1, MUSTACHE_TEMPLATE_MAX + 1);
    assert_non_null(text);
    assert_null(mustache_compile("t", text, MUSTACHE_TEMPLATE_MAX + 1,
                                 MUSTACHE_HTML, 0, &err));
    assert_non_null(strstr(err.text, "longer than"));
    free(text);
}


static void
test_escape(void **state)
{
    buffer_t           out;
    sp_error_t         err;
    mustache_data_t   *data;
    mustache_value_t  *root;

    sp_str_t  nasty = sp_string("<a href='\"x\"'>&amp;");

    data = mustache_data_create(65536);
    root = mustache_object(data);
    mustache_set_string(data, root, "v", &nasty);

    assert_int_equal(render("{{v}} {{{v}}}", data, root, MUSTACHE_HTML, NULL,
                            &out, &err), SP_OK);
    assert_string_equal(buffer_text(&out),
                        "&lt;a href=&#39;&quot;x&quot;&#39;&gt;&amp;amp; "
                        "<a href='\"x\"'>&amp;");
    buffer_free(&out);

    assert_int_equal(render("{{v}}", data, root, MUSTACHE_PLAIN, NULL,
                            &out, &err), SP_OK);
    assert_string_equal(buffer_text(&out), nasty.data);
    buffer_free(&out);

    mustache_data_destroy(data);
}


static void
test_truth(void **state)
{
    buffer_t           out;
    sp_error_t         err;
    sp_str_t           empty = sp_null_string;
    mustache_data_t   *data;
    mustache_value_t  *root;

    data = mustache_data_create(65536);
    root = mustache_object(data);
    mustache_set_string(data, root, "empty", &empty);
    mustache_set_number(data, root, "zero", 0);
    mustache_set_number(data, root, "min", INT64_MIN);
    mustache_set(data, root, "list", mustache_list(data));
    mustache_set(data, root, "object", mustache_object(data));

    assert_int_equal(render("{{#empty}}1{{/empty}}{{#zero}}2{{/zero}}"
                            "{{#list}}3{{/list}}{{#object}}4{{/object}}"
                            "{{#min}}{{.}}{{/min}}{{zero}}",
                            data, root, MUSTACHE_PLAIN, NULL, &out, &err),
                     SP_OK);
    assert_string_equal(buffer_text(&out), "4-92233720368547758080");

    buffer_free(&out);
    mustache_data_destroy(data);
}


/* What a partial in a partial is indented by, standalone and in a line. */

static void
test_indent(void **state)
{
    buffer_t          out;
    sp_error_t        err;
    partials_t        partials;
    mustache_data_t  *data;

    partials.n = 0;
    add_partial(&partials, "outer", "a\n\n{{>leaf}} z\n  {{>leaf}}\n"
                                    "{{#no}}{{/no}}b\n");
    add_partial(&partials, "leaf", "1\n2\n");

    data = mustache_data_create(65536);
    assert_int_equal(render("  {{>outer}}\n{{>leaf}}", data, NULL,
                            MUSTACHE_PLAIN, &partials, &out, &err), SP_OK);
    assert_string_equal(buffer_text(&out),
                        "  a\n  \n  1\n2\n z\n    1\n    2\n  b\n1\n2\n");

    buffer_free(&out);
    mustache_data_destroy(data);
    free_partials(&partials);
}


static void
test_render_limits(void **state)
{
    buffer_t           out;
    mustache_t        *t;
    partials_t         partials;
    sp_error_t         err;
    mustache_data_t   *data;
    mustache_value_t  *root;

    data = mustache_data_create(65536);
    root = mustache_object(data);
    mustache_set_bool(data, root, "yes", 1);

    /* a partial that never ends: by depth, by contexts, by steps */

    partials.n = 0;
    add_partial(&partials, "p", "x{{>p}}");
    assert_int_equal(render("{{>p}}", data, root, MUSTACHE_HTML, &partials,
                            &out, &err), SP_LIMIT);
    assert_string_equal(err.text, "p: has too many partials in partials");
    buffer_free(&out);
    free_partials(&partials);

    add_partial(&partials, "p", "{{#yes}}{{#yes}}{{#yes}}{{#yes}}{{#yes}}"
                                "{{#yes}}{{#yes}}{{#yes}}{{#yes}}{{>p}}"
                                "{{/yes}}{{/yes}}{{/yes}}{{/yes}}{{/yes}}"
                                "{{/yes}}{{/yes}}{{/yes}}{{/yes}}");
    assert_int_equal(render("{{>p}}", data, root, MUSTACHE_HTML, &partials,
                            &out, &err), SP_LIMIT);
    assert_string_equal(err.text, "p: has too many sections in sections");
    buffer_free(&out);
    free_partials(&partials);

    add_partial(&partials, "p", "    \n                              {{>p}}\n");
    assert_int_equal(render("{{>p}}", data, root, MUSTACHE_HTML, &partials,
                            &out, &err), SP_LIMIT);
    assert_string_equal(err.text, "p: is indented too far");
    buffer_free(&out);
    free_partials(&partials);

    /* an output that does not fit */

    t = mustache_compile("t", "0123456789", 10, MUSTACHE_HTML, 0, &err);
    buffer_init(&out, 9);
    assert_int_equal(mustache_render(t, root, NULL, NULL, &out, &err),
                     SP_LIMIT);
    assert_string_equal(err.text, "t: makes too large a text");
    buffer_free(&out);
    mustache_free(t);

    mustache_data_destroy(data);
}


/* Lists in lists multiply: the count of steps ends it. */

static void
test_steps(void **state)
{
    size_t             i;
    buffer_t           out;
    sp_error_t         err;
    mustache_data_t   *data;
    mustache_value_t  *root, *list;

    data = mustache_data_create(1024 * 1024);
    root = mustache_object(data);
    list = mustache_list(data);

    for (i = 0; i < 100; i++) {
        mustache_append(data, list, mustache_number(data, 1));
    }

    mustache_set(data, root, "l", list);

    assert_int_equal(render("{{#l}}{{#l}}{{#l}}{{#l}}{{no}}{{/l}}{{/l}}{{/l}}"
                            "{{/l}}", data, root, MUSTACHE_HTML, NULL, &out,
                            &err), SP_LIMIT);
    assert_string_equal(err.text, "t: takes too many steps");

    buffer_free(&out);
    mustache_data_destroy(data);
}


static void
test_data_limit(void **state)
{
    mustache_data_t   *data;
    mustache_value_t  *root;

    data = mustache_data_create(1000);
    root = mustache_object(data);
    assert_non_null(root);

    mustache_set(data, root, "long", mustache_string(data, "0123456789", 10));
    assert_false(mustache_data_failed(data));

    while (mustache_string(data, "0123456789", 10) != NULL) {
        /* void */
    }

    assert_true(mustache_data_failed(data));
    assert_null(mustache_object(data));
    mustache_set(data, NULL, "x", NULL);
    mustache_append(data, NULL, NULL);

    mustache_data_destroy(data);
    mustache_data_destroy(NULL);
}


static void
test_buffer(void **state)
{
    buffer_t  b;

    buffer_init(&b, 4);
    assert_string_equal(buffer_text(&b), "");

    buffer_fmt(&b, "%d", 1234);
    assert_false(b.failed);
    buffer_char(&b, '5');
    assert_true(b.failed);
    buffer_str(&b, "");
    assert_string_equal(buffer_text(&b), "1234");

    buffer_reset(&b);
    assert_false(b.failed);
    buffer_str(&b, "ab");
    buffer_truncate(&b, 9);
    assert_string_equal(buffer_text(&b), "ab");
    buffer_truncate(&b, 1);
    assert_string_equal(buffer_text(&b), "a");

    buffer_free(&b);
}


typedef struct {
    mustache_t              *t;
    const mustache_value_t  *root;
    size_t                   wrong;
} job_t;


static void *
render_often(void *arg)
{
    int         i;
    job_t      *job;
    buffer_t    out;
    sp_error_t  err;

    job = arg;
    buffer_init(&out, 1024);

    for (i = 0; i < 2000; i++) {
        buffer_reset(&out);

        if (mustache_render(job->t, job->root, NULL, NULL, &out, &err) != SP_OK
            || strcmp(buffer_text(&out), "1,2,3,") != 0)
        {
            job->wrong++;
        }
    }

    buffer_free(&out);

    return NULL;
}


static void
test_threads(void **state)
{
    int                i;
    job_t              jobs[4];
    pthread_t          threads[4];
    sp_error_t         err;
    mustache_t        *t;
    mustache_data_t   *data;
    mustache_value_t  *root, *list;

    data = mustache_data_create(65536);
    root = mustache_object(data);
    list = mustache_list(data);

    for (i = 1; i <= 3; i++) {
        mustache_append(data, list, mustache_number(data, i));
    }

    mustache_set(data, root, "l", list);
    t = mustache_compile("t", "{{#l}}{{.}},{{/l}}", 18, MUSTACHE_HTML, 0,
                         &err);
    assert_non_null(t);

    for (i = 0; i < 4; i++) {
        jobs[i].t = t;
        jobs[i].root = root;
        jobs[i].wrong = 0;
        assert_int_equal(pthread_create(&threads[i], NULL, render_often,
                                        &jobs[i]), 0);
    }

    for (i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(jobs[i].wrong, 0);
    }

    mustache_free(t);
    mustache_data_destroy(data);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_specification),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_compile_limits),
        cmocka_unit_test(test_escape),
        cmocka_unit_test(test_truth),
        cmocka_unit_test(test_indent),
        cmocka_unit_test(test_render_limits),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_data_limit),
        cmocka_unit_test(test_buffer),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
