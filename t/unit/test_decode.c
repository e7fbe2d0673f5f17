/*
 * Copyright (C) SitePreserver developers
 */

#include "readers.h"
#include "sp_decode.h"


static void
test_base64(void **state)
{
    size_t    i;
    sp_rc_t   rc;
    sp_str_t  in, out;

    static const struct {
        const char  *in;
        const char  *out;           /* NULL: none */
    } cases[] = {
        { "", "" }, { "Zg==", "f" }, { "Zg", "f" }, { "Zm8=", "fo" },
        { "Zm8", "fo" }, { "Zm9v", "foo" }, { "Zm9vYg==", "foob" },
        { "eyJ1c2VyX2lkIjoidF8xIn0", "{\"user_id\":\"t_1\"}" },
        { "-_-_", "\xfb\xff\xbf" }, { "+/+/", "\xfb\xff\xbf" },
        { "Z", NULL }, { "Zg=", NULL }, { "Zg===", NULL }, { "Zm9v=", NULL },
        { "Zm9v==", NULL }, { "=", NULL }, { "==", NULL }, { "Z===", NULL },
        { "Zm 9v", NULL }, { "Zm9v\n", NULL }, { "Z=g=", NULL },
        { "Zm9\xc3", NULL }, { "Zm9!", NULL },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        in = exact(cases[i].in, strlen(cases[i].in));
        rc = sp_decode_base64(pool, &in, &out);

        if (cases[i].out == NULL) {
            if (rc != SP_INVALID) {
                fail_msg("%s is accepted", cases[i].in);
            }

            continue;
        }

        assert_int_equal(rc, SP_OK);
        assert_str(&out, cases[i].out);
    }
}


static void
test_url(void **state)
{
    size_t    i;
    sp_str_t  in, out;

    static const struct {
        const char  *in;
        int          plus;
        const char  *out;
    } cases[] = {
        { "", 0, "" }, { "abc", 0, "abc" }, { "a%20b", 0, "a b" },
        { "a+b", 0, "a+b" }, { "a+b", 1, "a b" }, { "%C3%a9", 0, "\xc3\xa9" },
        { "%", 0, "%" }, { "%4", 0, "%4" }, { "%zz%41", 0, "%zzA" },
        { "%%34%31", 0, "%41" }, { "%2541", 0, "%41" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        in = exact(cases[i].in, strlen(cases[i].in));
        assert_int_equal(sp_decode_url(pool, &in, cases[i].plus, &in), SP_OK);
        assert_str(&in, cases[i].out);
    }

    in = str("plain");
    assert_int_equal(sp_decode_url(pool, &in, 1, &out), SP_OK);
    assert_ptr_equal(in.data, out.data);
}


static void
test_split(void **state)
{
    size_t    i;
    sp_rc_t   rc;
    sp_str_t  in, separator;

    static const struct {
        const char  *in;
        const char  *separator;
        int          n;
        const char  *out;           /* NULL: none */
    } cases[] = {
        { "a.b.c", ".", 0, "a" }, { "a.b.c", ".", 1, "b" },
        { "a.b.c", ".", 2, "c" }, { "a.b.c", ".", 3, NULL },
        { "a.b.c", ".", -1, "c" }, { "a.b.c", ".", -3, "a" },
        { "a.b.c", ".", -4, NULL }, { "abc", ".", 0, "abc" },
        { "abc", ".", -1, "abc" }, { "abc", ".", 1, NULL },
        { "", ".", 0, "" }, { "", ".", 1, NULL }, { ".", ".", 1, "" },
        { "..", ".", -2, "" }, { "a||b||c", "||", 1, "b" },
        { "a|||b", "||", 1, "|b" }, { "a||b", "||", -2, "a" },
        { "abc", "", 0, NULL }, { "a.b", ".", INT32_MIN, NULL },
        { "a.b", ".", INT32_MAX, NULL },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        in = exact(cases[i].in, strlen(cases[i].in));
        separator = exact(cases[i].separator, strlen(cases[i].separator));

        rc = sp_decode_split(&in, &separator, cases[i].n, &in);

        if (rc != (cases[i].out ? SP_OK : SP_INVALID)) {
            fail_msg("%s, %d: %d", cases[i].in, cases[i].n, rc);
        }

        if (rc == SP_OK) {
            assert_str(&in, cases[i].out);
        }
    }

    in.data = NULL;
    in.len = 0;
    separator = str(".");
    assert_int_equal(sp_decode_split(&in, &separator, -1, &in), SP_OK);
    assert_int_equal(in.len, 0);
}


static void
test_strip_prefix(void **state)
{
    sp_str_t  in, text, out;

    in = exact("\"[x\"y]\"", 7);
    text = str("\"[]");
    assert_int_equal(sp_decode_strip(&in, &text, &out), SP_OK);
    assert_str(&out, "x\"y");

    in = exact("[[[", 3);
    assert_int_equal(sp_decode_strip(&in, &text, &out), SP_OK);
    assert_str(&out, "");

    text = str("");
    assert_int_equal(sp_decode_strip(&in, &text, &out), SP_OK);
    assert_str(&out, "[[[");

    text = str("wc:");
    assert_int_equal(sp_decode_prefix(pool, &in, &text, &in), SP_OK);
    assert_str(&in, "wc:[[[");

    in = str("");
    assert_int_equal(sp_decode_prefix(pool, &in, &text, &in), SP_OK);
    assert_str(&in, "wc:");
}


static void
test_json(void **state)
{
    size_t            i;
    sp_rc_t           rc;
    unsigned          a, b;
    sp_str_t          in, path;
    sp_json_paths_t  *paths;

    static const struct {
        const char  *in;
        const char  *out;           /* NULL: none */
    } cases[] = {
        { "{\"a\":{\"b\":\"x\"}}", "x" }, { "{\"a\":{\"b\":12}}", "12" },
        { "{\"a\":{\"b\":true}}", "true" },
        { "{\"a\":{\"b\":false}}", "false" },
        { "{\"a\":{\"b\":\"\\u20ac\"}}", "\xe2\x82\xac" },
        { "{\"a\":{\"b\":\"\"}}", "" }, { "{\"a\":{\"b\":\"x\"}, oops", "x" },
        { "{\"a\":{\"b\":null,\"b\":\"y\"}}", NULL },
        { "{\"a\":{\"b\":\"y\"},\"a\":{}}", NULL },
        { "{\"a\":{\"b\":\"y\",\"c\":1,\"c\":2}}", "y" },
        { "{\"a\":{\"b\":\"0123456789abcdef+\"}}", "0123456789abcdef" },
        { "{\"a\":{\"b\":null}}", NULL }, { "{\"a\":{\"b\":[\"x\"]}}", NULL },
        { "{\"b\":\"x\"}", NULL }, { "[]", NULL }, { "", NULL },
        { "{\"a\":{\"b\":\"x", NULL }, { "x", NULL },
    };

    paths = sp_json_paths_create(pool);
    assert_non_null(paths);
    path = str("b");
    assert_int_equal(sp_json_paths_add(paths, &path, &a, NULL), SP_OK);
    path = str("a.b");
    assert_int_equal(sp_json_paths_add(paths, &path, &b, NULL), SP_OK);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        in = exact(cases[i].in, strlen(cases[i].in));
        rc = sp_decode_json(pool, &in, paths, b, 16, &in);

        if (rc != (cases[i].out ? SP_OK : SP_INVALID)) {
            fail_msg("%s: %d", cases[i].in, rc);
        }

        if (rc == SP_OK) {
            assert_str(&in, cases[i].out);
        }
    }
}


static void
test_form(void **state)
{
    sp_str_t  in, name;

    in = str("billing_email=jo%40example.com&x=1");
    name = str("billing_email");
    assert_int_equal(sp_decode_form(pool, &in, &name, &in), SP_OK);
    assert_str(&in, "jo@example.com");
    assert_int_equal(sp_decode_form(pool, &in, &name, &in), SP_INVALID);
}


static void
test_no_memory(void **state)
{
    long              fail;
    sp_rc_t           rc;
    unsigned          slot;
    sp_str_t          in, text, out;
    sp_json_paths_t  *paths;

    paths = sp_json_paths_create(pool);
    assert_non_null(paths);
    text = str("a");
    assert_int_equal(sp_json_paths_add(paths, &text, &slot, NULL), SP_OK);

    sp_arena_fail_after(arena, 0);
    in = str("Zm9v");
    assert_int_equal(sp_decode_base64(pool, &in, &out), SP_NOMEM);
    assert_int_equal(sp_decode_prefix(pool, &in, &text, &out), SP_NOMEM);
    in = str("%41");
    assert_int_equal(sp_decode_url(pool, &in, 0, &out), SP_NOMEM);

    in = str("a=1");

    for (fail = 0; fail < 2; fail++) {
        sp_arena_fail_after(arena, fail);
        assert_int_equal(sp_decode_form(pool, &in, &text, &out), SP_NOMEM);
    }

    in = str("{\"a\":\"x\\n\"}");

    for (fail = 0; ; fail++) {
        sp_arena_fail_after(arena, fail);
        rc = sp_decode_json(pool, &in, paths, slot, 16, &out);

        if (rc == SP_OK) {
            break;
        }

        assert_int_equal(rc, SP_NOMEM);
    }

    assert_int_equal(fail, 4);
    assert_str(&out, "x\n");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        reader_test(test_base64),
        reader_test(test_url),
        reader_test(test_split),
        reader_test(test_strip_prefix),
        reader_test(test_json),
        reader_test(test_form),
        reader_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
