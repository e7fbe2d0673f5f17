/*
 * Copyright (C) SitePreserver developers
 */

#include "json_record.h"
#include "sp_json_text.h"


#define CART                                                                  \
    "{\"cart\": {\"items\": [{\"sku\":\"a{1\",\"qty\":2},"                    \
    " {\"qty\" : 1.50e0, \"sku\":\"b\\\"]\", \"x\":[[],{}]}], \"total\":-3,"  \
    "\"a.b\":true,\"note\":null},\r\n\t\"qty\":{\"7\":\"1\",\"k\":{}},"       \
    "\"e\":\"\\u00e9\\ud83d\\ude00\\/\\n\",\"f\":false}"


static record_t  record;


static void
test_paths(void **state)
{
    size_t            i;
    unsigned          slot;
    sp_str_t          path;
    sp_error_t        err;
    sp_json_paths_t  *paths;

    static const struct {
        const char  *path;
        sp_rc_t      rc;
    } cases[] = {
        { "", SP_OK }, { "a", SP_OK }, { "a.b", SP_OK }, { "*", SP_OK },
        { "a[0].b", SP_OK }, { "[*]", SP_OK }, { "[\"x.y\"].z", SP_OK },
        { "a[\"\"]", SP_OK }, { "a[\"*\"]", SP_OK }, { "[3][*].*", SP_OK },
        { "a b.c-d", SP_OK }, { "\xc3\xa9", SP_OK }, { "a[\"\\\"\"]", SP_OK },
        { "[999999999]", SP_OK }, { "*.*[*].*", SP_OK },

        { ".", SP_INVALID }, { ".a", SP_INVALID }, { "a.", SP_INVALID },
        { "a..b", SP_INVALID }, { "a[", SP_INVALID }, { "a[]", SP_INVALID },
        { "a]", SP_INVALID }, { "a[1", SP_INVALID }, { "a[1]b", SP_INVALID },
        { "a[-1]", SP_INVALID }, { "a[\"x]", SP_INVALID },
        { "a[\"x\"", SP_INVALID }, { "a[\"x\\", SP_INVALID },
        { "a*", SP_INVALID }, { "**", SP_INVALID }, { "a[**]", SP_INVALID },
        { "a\"b", SP_INVALID }, { "a\nb", SP_INVALID }, { "[ 1]", SP_INVALID },
        { "[1000000000]", SP_INVALID }, { "*.*.*.*.*", SP_LIMIT },
    };

    paths = sp_json_paths_create(pool);
    assert_non_null(paths);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        path = exact(cases[i].path, strlen(cases[i].path));
        err.text[0] = '\0';

        if (sp_json_paths_add(paths, &path, &slot, &err) != cases[i].rc) {
            fail_msg("\"%s\" is not as expected", cases[i].path);
        }

        assert_true((err.text[0] != '\0') == (cases[i].rc != SP_OK));
        assert_true(cases[i].rc == SP_OK || strstr(err.text, "path") != NULL);
        assert_true(cases[i].rc != SP_OK || slot == i);
    }

    path = str("[\"a\"][\"b\"]");
    assert_int_equal(sp_json_paths_add(paths, &path, &slot, NULL), SP_OK);
    assert_int_equal(slot, 2);
}


static void
test_path_limits(void **state)
{
    char              text[600];
    unsigned          i, slot;
    sp_str_t          path;
    sp_error_t        err;
    sp_json_paths_t  *paths;

    paths = sp_json_paths_create(pool);
    assert_non_null(paths);

    for (i = 0; i <= SP_JSON_PATHS; i++) {
        path.len = (size_t) snprintf(text, sizeof(text), "a%u.b", i);
        path.data = text;

        assert_int_equal(sp_json_paths_add(paths, &path, &slot, &err),
                         i < SP_JSON_PATHS ? SP_OK : SP_LIMIT);
    }

    path = str("a7.b");
    assert_int_equal(sp_json_paths_add(paths, &path, &slot, &err), SP_OK);
    assert_int_equal(slot, 7);

    paths = sp_json_paths_create(pool);
    assert_non_null(paths);

    memset(text, 'n', sizeof(text));
    path.data = text;
    path.len = SP_JSON_KEY;
    assert_int_equal(sp_json_paths_add(paths, &path, &slot, &err), SP_OK);
    path.len++;
    assert_int_equal(sp_json_paths_add(paths, &path, &slot, &err),
                     SP_INVALID);

    for (i = 0; i < 3 * (SP_JSON_DEPTH + 1); i += 3) {
        memcpy(text + i, "[0]", 3);
    }

    path.len = 3 * SP_JSON_DEPTH;
    assert_int_equal(sp_json_paths_add(paths, &path, &slot, &err), SP_OK);
    path.len += 3;
    assert_int_equal(sp_json_paths_add(paths, &path, &slot, &err), SP_LIMIT);
}


/* Whatever the pieces, the same is reported. */

static void
test_values(void **state)
{
    size_t            cut;
    sp_str_t          doc;
    sp_json_paths_t  *paths;

    static const char *const  list[] = {
        "cart.items[*].sku", "cart.items[1].qty", "cart.*", "qty.*",
        "cart[\"a.b\"]", "e", "cart.items[*].x[*]", "", "nothing", "*.*",
        "cart.items", "f", NULL
    };

    static const char  expected[] =
        "7 o\n"
        "10 a\n2 a items\n9 a cart items\n"
        "0 s #0 a{1\n"
        "1 n 1.50e0\n0 s #1 b\"]\n"
        "6 a #1 #0\n6 e #1 #0\n6 o #1 #1\n6 e #1 #1\n"
        "10 e\n2 e items\n9 e cart items\n"
        "2 n total -3\n9 n cart total -3\n"
        "4 t\n2 t a.b\n9 t cart a.b\n"
        "2 0 note\n9 0 cart note\n"
        "3 s 7 1\n9 s qty 7 1\n"
        "3 o k\n9 o qty k\n3 e k\n9 e qty k\n"
        "5 s \xc3\xa9\xf0\x9f\x98\x80/\n\n11 f\n"
        "7 e\n";

    doc = exact(CART, sizeof(CART) - 1);
    paths = record_paths(list);

    for (cut = 0; cut < doc.len; cut++) {
        assert_int_equal(record_scan(&record, paths, &doc, cut, doc.len, 64),
                         SP_OK);
        assert_string_equal(record.text, expected);
    }

    for (cut = 1; cut < 20; cut++) {
        assert_int_equal(record_scan(&record, paths, &doc, 0, cut, 64), SP_OK);
        assert_string_equal(record.text, expected);
    }
}


/* What a body had before it broke off is found; its end says so. */

static void
test_truncated(void **state)
{
    size_t            len;
    sp_str_t          doc;
    static record_t   whole;
    sp_json_paths_t  *paths;

    static const char *const  list[] = {
        "", "cart.items[*].sku", "cart.total", "*.*", "e", NULL
    };

    doc = exact(CART, sizeof(CART) - 1);
    paths = record_paths(list);

    assert_int_equal(record_scan(&whole, paths, &doc, 0, 7, 64), SP_OK);

    for (len = 0; len < doc.len; len++) {
        doc = exact(CART, len);

        assert_int_equal(record_scan(&record, paths, &doc, 0, 5, 64),
                         SP_INVALID);
        assert_memory_equal(record.text, whole.text, record.len);
    }
}


/* Of a name that is there twice, where that is forbidden. */

static void
test_once(void **state)
{
    size_t              i, cut, n;
    sp_rc_t             rc;
    sp_str_t            doc;
    sp_json_paths_t    *paths;
    sp_json_scanner_t  *s;

    static const char *const  list[] = {
        "a", "b.c", "d[*].e", "f.*", "g.*.h", NULL
    };

    static const struct {
        const char  *doc;
        int          twice;
    } cases[] = {
        { "{\"a\":1,\"a\":2}", 1 },
        { "{\"a\":1,\"a\":1}", 1 },
        { "{\"a\":{},\"x\":[{\"a\":1}],\"\\u0061\":null}", 1 },
        { "{\"b\":{\"c\":1},\"a\":2,\"b\":{}}", 1 },
        { "{\"b\":{\"c\":1,\"x\":{\"c\":2},\"c\":3}}", 1 },
        { "{\"d\":[{\"e\":1},{\"e\":2,\"e\":3}]}", 1 },

        { "{\"x\":1,\"x\":2,\"A\":1,\"a\":2}", 0 },
        { "{\"b\":{\"c\":1,\"x\":{\"c\":2}},\"c\":{\"c\":1}}", 0 },
        { "{\"d\":[{\"e\":1},{\"e\":2},{\"x\":{\"e\":1,\"e\":1}}]}", 0 },
        { "{\"a\":{\"a\":{\"a\":1}},\"f\":{\"y\":1,\"y\":2}}", 0 },
        { "{\"g\":{\"y\":{\"h\":1},\"z\":{\"h\":2}}}", 0 },
    };

    paths = record_paths(list);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        doc = exact(cases[i].doc, strlen(cases[i].doc));

        for (cut = 1; cut <= doc.len; cut++) {
            record_begin(&record);

            s = sp_json_scanner_create(pool, paths, NULL, 64, record_value,
                                       &record);
            assert_non_null(s);
            assert_int_equal(sp_json_scanner_once(s), SP_OK);

            for (n = 0, rc = SP_AGAIN; n < doc.len && rc == SP_AGAIN; n += cut)
            {
                rc = sp_json_scan(s, doc.data + n,
                                  doc.len - n < cut ? doc.len - n : cut);
            }

            if (rc != (cases[i].twice ? SP_INVALID : SP_DONE)
                || sp_json_twice(s) != cases[i].twice)
            {
                fail_msg("%s: %d", cases[i].doc, rc);
            }
        }
    }

    /* nothing more is wanted: the rest is read, and nothing is told of it */

    record_begin(&record);
    record.done_after = 1;
    paths = record_paths((const char *const []) { "a", NULL });
    s = sp_json_scanner_create(pool, paths, NULL, 64, record_value, &record);
    assert_non_null(s);
    assert_int_equal(sp_json_scanner_once(s), SP_OK);

    doc = str("{\"a\":1,\"b\":{\"a\":2},\"c\":[");
    assert_int_equal(sp_json_scan(s, doc.data, doc.len), SP_AGAIN);
    assert_string_equal(record.text, "0 n 1\n");
    doc = str("],\"a\":3}");
    assert_int_equal(sp_json_scan(s, doc.data, doc.len), SP_INVALID);
    assert_true(sp_json_twice(s));
    assert_string_equal(record.text, "0 n 1\n");

    record.done_after = 0;
}


static void
test_scalars(void **state)
{
    size_t                    i;
    sp_str_t                  doc;
    sp_json_paths_t          *paths;
    static const char *const  list[] = { "", NULL };

    static const struct {
        const char  *doc;
        const char  *expected;
    } cases[] = {
        { "0", "0 n 0\n" }, { " -0.5E+3 ", "0 n -0.5E+3\n" },
        { "12", "0 n 12\n" }, { "1e5", "0 n 1e5\n" }, { "\"\"", "0 s \n" },
        { "true", "0 t\n" }, { "null\n", "0 0\n" }, { "[]", "0 a\n0 e\n" },
        { "\xef\xbb\xbf{}", "0 o\n0 e\n" },
        { "\"\\ud800\"", "0 s \xef\xbf\xbd\n" },
        { "\"\\ud800x\\udc00\"", "0 s \xef\xbf\xbdx\xef\xbf\xbd\n" },
        { "\"\\ud800\\ud83d\\ude00\"", "0 s \xef\xbf\xbd\xf0\x9f\x98\x80\n" },
        { "\"\\ud83d\\n\"", "0 s \xef\xbf\xbd\n\n" },
        { "\"\\uDBFF\\uDFFF\\uFFFF\"", "0 s \xf4\x8f\xbf\xbf\xef\xbf\xbf\n" },
        { "\"a\xff\xc3\"", "0 s a??\n" },
        { "\"\\b\\f\\r\\t\\\\\"", "0 s \b\f\r\t\\\n" },
        { "\"\xc3\xa9\xed\xa0\x80\"", "0 s \xc3\xa9???\n" },
        { "", NULL }, { " ", NULL }, { "-", NULL }, { "1.", NULL },
        { "1e", NULL }, { "1e+", NULL }, { "tru", NULL }, { "01", NULL },
        { "\"", NULL }, { "\"\\", NULL }, { "\"\\u12", NULL }, { "{", NULL },
        { "\xef\xbb", NULL }, { "\xef\xbb\xbf", NULL }, { "[1]x", NULL },
        { "{}{}", NULL }, { "\"\x1f\"", NULL }, { "\"\\u12g4\"", NULL },
        { "\xef\xbb\xbf\xef\xbb\xbf{}", NULL },
    };

    paths = record_paths(list);

    for (i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        doc = exact(cases[i / 2].doc, strlen(cases[i / 2].doc));

        if (cases[i / 2].expected == NULL) {
            assert_int_equal(record_scan(&record, paths, &doc, 0,
                                         i % 2 ? 1 : 100, 64), SP_INVALID);
            continue;
        }

        assert_int_equal(record_scan(&record, paths, &doc, 0,
                                     i % 2 ? 1 : 100, 64), SP_OK);
        assert_string_equal(record.text, cases[i / 2].expected);
    }
}


static void
test_nul(void **state)
{
    sp_str_t                  doc;
    sp_json_paths_t          *paths;
    static const char *const  list[] = { "a", NULL };

    doc = str("{\"a\":\"x\\u0000y\"}");
    paths = record_paths(list);

    assert_int_equal(record_scan(&record, paths, &doc, 0, 100, 64), SP_OK);
    assert_memory_equal(record.text, "0 s x\0y\n", 9);

    doc = exact("{\"a\":\"x\0y\"}", 11);
    assert_int_equal(record_scan(&record, paths, &doc, 0, 100, 64),
                     SP_INVALID);
}


/* A value's text is cut at the limit, between characters. */

static void
test_cut(void **state)
{
    size_t                    step;
    sp_str_t                  doc;
    sp_json_paths_t          *paths;
    static const char *const  list[] = { "[*]", NULL };

    doc = str("[\"abc\xc3\xa9\",\"abcd\",\"ab\\u20ac\",\"abcde\","
              "\"\xf0\x9f\x98\x80x\",1234567,\"a\xffzzzz\","
              "\"\\ud83d\\ude00\","
              "\"\xcb\xcb\xcb\xcb\xcb\",\"\xcb\xcb\xcb\xcb\"]");
    paths = record_paths(list);

    for (step = 1; step < 40; step++) {
        assert_int_equal(record_scan(&record, paths, &doc, 0, step, 4),
                         SP_OK);
        assert_string_equal(record.text,
            "0 s #0 abc~\n0 s #1 abcd\n0 s #2 ab~\n0 s #3 abcd~\n"
            "0 s #4 \xf0\x9f\x98\x80~\n0 n #5 1234~\n0 s #6 a?zz~\n"
            "0 s #7 \xf0\x9f\x98\x80\n0 s #8 ???~\n0 s #9 ????\n");

        assert_int_equal(record_scan(&record, paths, &doc, 0, step, 0),
                         SP_OK);
        assert_string_equal(record.text,
            "0 s #0 ~\n0 s #1 ~\n0 s #2 ~\n0 s #3 ~\n"
            "0 s #4 ~\n0 n #5 ~\n0 s #6 ~\n0 s #7 ~\n0 s #8 ~\n0 s #9 ~\n");
    }
}


static void
test_keys(void **state)
{
    char                      text[4 * SP_JSON_KEY], key[SP_JSON_KEY + 8];
    size_t                    step;
    sp_str_t                  doc;
    sp_json_paths_t          *paths;
    const char               *list[4];

    memset(key, 'k', sizeof(key));
    key[SP_JSON_KEY] = '\0';

    list[0] = key;
    list[1] = "*";
    list[2] = "?";
    list[3] = NULL;

    paths = record_paths(list);

    doc.data = text;
    doc.len = (size_t) snprintf(text, sizeof(text), "{\"%s\":1,\"%s1\":2,"
                                "\"\":3,\"\\u006b\\ud800\":4,\"\xff\":5}",
                                key, key);

    for (step = 1; step < doc.len; step += 3) {
        assert_int_equal(record_scan(&record, paths, &doc, 0, step, 64),
                         SP_OK);
        assert_int_equal(record.values, 6);
        assert_int_equal(strncmp(record.text, "0 n 1\n1 n kkkk", 14), 0);
        assert_non_null(strstr(record.text, "k 2\n1 n  3\n"
                                            "1 n k\xef\xbf\xbd 4\n1 n ? 5\n"));
    }
}


static void
test_depth(void **state)
{
    char                      text[2 * SP_JSON_DEPTH + 2];
    unsigned                  i;
    sp_str_t                  doc;
    sp_json_paths_t          *paths;
    static const char *const  lists[2][2] = { { "", NULL }, { "x", NULL } };

    memset(text, '[', SP_JSON_DEPTH + 1);
    memset(text + SP_JSON_DEPTH + 1, ']', SP_JSON_DEPTH + 1);

    for (i = 0; i < 2; i++) {
        paths = record_paths(lists[i]);

        doc.data = text + 1;
        doc.len = 2 * SP_JSON_DEPTH;
        assert_int_equal(record_scan(&record, paths, &doc, 0, 3, 64), SP_OK);

        doc.data = text;
        doc.len += 2;
        assert_int_equal(record_scan(&record, paths, &doc, 0, 3, 64),
                         SP_LIMIT);
    }
}


static sp_rc_t
value_once(void *data, unsigned slot, const sp_json_value_t *value)
{
    record_line(data, slot, value);
    return SP_DONE;
}


/* Nothing is read any more once all that is wanted was found. */

static void
test_done(void **state)
{
    size_t                    at;
    uint64_t                  wanted;
    sp_str_t                  doc;
    sp_json_paths_t          *paths;
    sp_json_scanner_t        *s;
    static const char *const  list[] = { "a", "b.c", "b", "*.*", NULL };

    doc = str("{\"b\":{\"c\":1,\"d\":2},\"a\":3, garbage");
    paths = record_paths(list);

    wanted = 0x3;
    record_begin(&record);
    s = sp_json_scanner_create(pool, paths, &wanted, 64, value_once, &record);
    assert_non_null(s);

    for (at = 0; at < doc.len; at++) {
        if (sp_json_scan(s, doc.data + at, 1) == SP_DONE) {
            break;
        }
    }

    /* a number is over when its next byte is there */

    assert_int_equal(at, strstr(doc.data, ", garbage") - doc.data);
    assert_string_equal(record.text, "1 n 1\n0 n 3\n");
    assert_int_equal(sp_json_scan(s, "\x01", 1), SP_DONE);
    assert_int_equal(sp_json_end(s), SP_OK);

    /* a container that is not wanted after its begin has no end */

    record_begin(&record);
    s = sp_json_scanner_create(pool, paths, NULL, 64, value_once, &record);
    assert_non_null(s);
    assert_int_equal(sp_json_scan(s, doc.data, doc.len), SP_DONE);
    assert_string_equal(record.text, "2 o\n1 n 1\n3 n b c 1\n0 n 3\n");

    wanted = 0;
    s = sp_json_scanner_create(pool, paths, &wanted, 64, value_once, &record);
    assert_non_null(s);
    assert_int_equal(sp_json_scan(s, "x", 1), SP_DONE);
    assert_int_equal(sp_json_end(s), SP_OK);
}


static void
test_complete(void **state)
{
    sp_json_paths_t          *paths;
    sp_json_scanner_t        *s;
    static const char *const  list[] = { "x", NULL };

    paths = record_paths(list);
    record_begin(&record);

    s = sp_json_scanner_create(pool, paths, NULL, 64, record_value, &record);
    assert_non_null(s);
    assert_int_equal(sp_json_scan(s, "[1", 2), SP_AGAIN);
    assert_int_equal(sp_json_scan(s, "", 0), SP_AGAIN);
    assert_int_equal(sp_json_scan(s, "]", 1), SP_DONE);
    assert_int_equal(sp_json_scan(s, "", 0), SP_DONE);
    assert_int_equal(sp_json_scan(s, " \n", 2), SP_DONE);
    assert_int_equal(sp_json_end(s), SP_OK);
    assert_int_equal(sp_json_end(s), SP_OK);

    s = sp_json_scanner_create(pool, paths, NULL, 64, record_value, &record);
    assert_non_null(s);
    assert_int_equal(sp_json_scan(s, "[1]", 3), SP_DONE);
    assert_int_equal(sp_json_scan(s, "]", 1), SP_INVALID);
    assert_int_equal(sp_json_scan(s, " ", 1), SP_INVALID);
    assert_int_equal(sp_json_end(s), SP_INVALID);
}


static sp_rc_t
value_nomem(void *data, unsigned slot, const sp_json_value_t *value)
{
    return --*(int *) data == 0 ? SP_NOMEM : SP_OK;
}


static void
test_no_memory(void **state)
{
    int                 n;
    long                fail;
    char                text[2000];
    sp_rc_t             rc;
    sp_str_t            doc, path;
    unsigned            slot;
    sp_json_paths_t    *paths;
    sp_json_scanner_t  *s;

    memset(text, 'x', sizeof(text));
    memcpy(text, "{\"a\":{\"b\":\"\\n", 13);
    memcpy(text + sizeof(text) - 4, "\"}} ", 4);

    doc.data = text;
    doc.len = sizeof(text);
    path = str("*.b");

    for (fail = 0; ; fail++) {
        assert_true(fail < 100);
        sp_arena_fail_after(arena, fail);

        record_begin(&record);
        s = NULL;
        rc = SP_NOMEM;
        paths = sp_json_paths_create(pool);

        if (paths != NULL
            && sp_json_paths_add(paths, &path, &slot, NULL) == SP_OK)
        {
            s = sp_json_scanner_create(pool, paths, NULL, 4096, record_value,
                                       &record);
        }

        if (s != NULL) {
            rc = sp_json_scan(s, doc.data, 20);

            if (rc == SP_AGAIN) {
                rc = sp_json_scan(s, doc.data + 20, doc.len - 20);
            }

            assert_int_equal(sp_json_scan(s, "", 0), rc);
        }

        if (rc != SP_NOMEM) {
            break;
        }
    }

    sp_arena_fail_after(arena, -1);
    assert_int_equal(rc, SP_DONE);
    assert_int_equal(record.values, 1);
    assert_int_equal(fail, 7);

    /* the callback's own */

    n = 1;
    s = sp_json_scanner_create(pool, paths, NULL, 64, value_nomem, &n);
    assert_non_null(s);
    assert_int_equal(sp_json_scan(s, doc.data, doc.len), SP_NOMEM);
    assert_int_equal(sp_json_end(s), SP_NOMEM);
}


/* Both ways to find the end of a string's text are one. */

static void
test_span(void **state)
{
    int       c;
    size_t    len, at, from;
    sp_str_t  copy;
    char      text[70];

    for (len = 0; len < sizeof(text); len++) {
        for (at = 0; at < len; at++) {
            for (c = 0; c < 256; c += at % 32 == 0 ? 1 : 29) {
                memset(text, 0xa2, sizeof(text));
                text[at] = (char) c;
                from = at ? len % at : 0;

                copy = exact(text + from, len - from);

                assert_ptr_equal(sp_json_span(copy.data, copy.data + copy.len),
                    sp_json_span_portable(copy.data, copy.data + copy.len));
                assert_int_equal(sp_json_span(copy.data, copy.data + copy.len)
                                 - copy.data,
                                 c == '"' || c == '\\' || c < 0x20
                                 ? at - from : copy.len);
            }
        }

        (void) tear_down(state);
        (void) set_up(state);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        reader_test(test_paths),
        reader_test(test_path_limits),
        reader_test(test_values),
        reader_test(test_truncated),
        reader_test(test_once),
        reader_test(test_scalars),
        reader_test(test_nul),
        reader_test(test_cut),
        reader_test(test_keys),
        reader_test(test_depth),
        reader_test(test_done),
        reader_test(test_complete),
        reader_test(test_no_memory),
        reader_test(test_span),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
