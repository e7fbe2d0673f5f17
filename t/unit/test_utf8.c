/*
 * Copyright (C) SitePreserver developers
 */

#include "readers.h"
#include "sp_utf8.h"


#define BAD  "\xef\xbf\xbd"


static void
test_valid(void **state)
{
    size_t    i;
    sp_str_t  s;

    static const struct {
        const char  *text;
        size_t       valid;
    } cases[] = {
        { "", 0 }, { "abc", 3 }, { "0123456789abcdef0123456789", 26 },
        { "\xc2\x80", 2 }, { "\xdf\xbf", 2 }, { "\xe0\xa0\x80", 3 },
        { "\xed\x9f\xbf", 3 }, { "\xee\x80\x80", 3 }, { "\xf0\x90\x80\x80", 4 },
        { "\xf4\x8f\xbf\xbf", 4 }, { "\x80", 0 }, { "\xbf", 0 },
        { "\xc0\x80", 0 }, { "\xc1\xbf", 0 }, { "\xc2", 0 }, { "\xc2x", 0 },
        { "\xe0\x9f\xbf", 0 }, { "\xe2\x82", 0 }, { "\xed\xa0\x80", 0 },
        { "\xf0\x8f\xbf\xbf", 0 }, { "\xf4\x90\x80\x80", 0 },
        { "\xf5\x80\x80\x80", 0 }, { "\xff", 0 }, { "ab\xe2\x82", 2 },
        { "0123456789\xc3\xa9 0123456789\xff", 23 },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        s = exact(cases[i].text, strlen(cases[i].text));
        assert_int_equal(sp_utf8_valid(s.data, s.len), cases[i].valid);
    }
}


/* Each byte at each place of texts of each length, among the least and most. */

static void
test_plain(void **state)
{
    char      text[20];
    size_t    len, at;
    unsigned  c, fill;
    sp_str_t  s;

    for (len = 0; len <= sizeof(text); len++) {
        for (fill = ' '; fill <= '~'; fill += '~' - ' ') {

            memset(text, (int) fill, sizeof(text));
            s = exact(text, len);
            assert_true(sp_utf8_plain(s.data, s.len));

            for (at = 0; at < len; at++) {
                for (c = 0; c < 256; c++) {
                    text[at] = (char) c;
                    assert_int_equal(sp_utf8_plain(text, len),
                                     c >= ' ' && c < 0x7f);
                }

                text[at] = (char) fill;
            }
        }
    }

    /* two of them, so that nothing is carried from one to the next */

    memset(text, 'a', sizeof(text));
    text[2] = '\xff';
    text[3] = '\x7f';
    assert_false(sp_utf8_plain(text, sizeof(text)));
    text[2] = '\0';
    text[3] = ' ';
    assert_false(sp_utf8_plain(text, sizeof(text)));
}


/* Every code point there and back. */

static void
test_encode(void **state)
{
    char      utf8[4];
    size_t    n;
    uint32_t  code;

    for (code = 0; code <= 0x10ffff; code += code < 0x3000 ? 1 : 61) {
        n = sp_utf8_encode(code, utf8);

        assert_int_equal(n, code < 0x80 ? 1 : code < 0x800 ? 2
                            : code < 0x10000 ? 3 : 4);
        assert_int_equal(sp_utf8_valid(utf8, n),
                         code >= 0xd800 && code <= 0xdfff ? 0 : n);
    }
}


static void
test_cut(void **state)
{
    size_t     i;
    sp_str_t   s;

    static const struct {
        const char  *text;
        size_t       max;
        size_t       len;
    } cases[] = {
        { "abc", 3, 3 }, { "abc", 9, 3 }, { "abc", 2, 2 }, { "abc", 0, 0 },
        { "a\xc3\xa9", 2, 1 }, { "a\xc3\xa9", 3, 3 },
        { "\xe2\x82\xac", 1, 0 }, { "\xe2\x82\xac", 2, 0 },
        { "x\xf0\x9f\x98\x80", 4, 1 }, { "x\xf0\x9f\x98\x80y", 5, 5 },
        { "a\x80\x80\x80\x80", 3, 3 }, { "a\xc3z", 2, 2 },
        { "\xc3\xa9\xc3\xa9", 3, 2 }, { "\xf0\x9f\x98", 2, 2 },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        s = exact(cases[i].text, strlen(cases[i].text));
        assert_int_equal(sp_utf8_cut(&s, cases[i].max), cases[i].len);
    }
}


static void
test_whole(void **state)
{
    size_t     i;
    sp_str_t   s;

    static const struct {
        const char  *text;
        size_t       len;
    } cases[] = {
        { "", 0 }, { "a", 1 }, { "a\xc3", 1 }, { "a\xc3\xa9", 3 },
        { "a\xe2\x82", 1 }, { "a\xe2", 1 }, { "a\xf0\x9f\x98", 1 },
        { "a\xf0\x9f\x98\x80", 5 }, { "a\x80", 2 }, { "\xff", 1 },
        { "\x80\x80\x80\x80", 4 }, { "\xc3", 0 },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        s = exact(cases[i].text, strlen(cases[i].text));
        assert_int_equal(sp_utf8_whole(&s), cases[i].len);
    }
}


static void
test_clean(void **state)
{
    size_t    i;
    sp_str_t  s;

    static const struct {
        const char  *text;
        size_t       max;
        const char  *clean;
    } cases[] = {
        { "", 10, "" }, { "plain text", 100, "plain text" },
        { "  x  ", 100, "x" }, { "   ", 100, "" },
        { "a\tb\r\nc", 100, "a b  c" },
        { "\na\n", 100, "a" }, { "a\x01\x1f\x7f" "b", 100, "ab" },
        { "a\xc2\x80\xc2\x9f" "b", 100, "ab" }, { "a\xc2\x85" "b", 100, "a b" },
        { "a\xe2\x80\xa8" "b\xe2\x80\xa9", 100, "a b" },
        { "\xe2\x80\xaexe\xe2\x80\xac", 100, "xe" },
        { "\xe2\x81\xa6x\xe2\x81\xa9", 100, "x" },
        { "\xe2\x80\x8ex\xe2\x80\x8f\xd8\x9c", 100, "x" },
        { "\xef\xbb\xbfx\xef\xbf\xbe\xef\xb7\x90", 100, "x" },
        { "a\xff" "b", 100, "a" BAD "b" }, { "\xc3", 100, BAD },
        { "\xed\xa0\x80", 100, BAD BAD BAD },
        { "caf\xc3\xa9 \xf0\x9f\x91\x95", 100, "caf\xc3\xa9 \xf0\x9f\x91\x95" },
        { "abcdef", 3, "abc" }, { "ab cdef", 3, "ab" }, { "a\xc3\xa9", 2, "a" },
        { "abc", 0, "" }, { "\xff\xff", 5, BAD },
        { "a\x01\x01\x01zz", 3, "azz" },
        { "\xe2\x80\x8d", 100, "\xe2\x80\x8d" },    /* joins emoji */
        { "a\xc2\xa0z", 100, "a\xc2\xa0z" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        s = exact(cases[i].text, strlen(cases[i].text));
        assert_int_equal(sp_utf8_clean(pool, &s, cases[i].max, &s), SP_OK);
        assert_str(&s, cases[i].clean);
    }

    s = exact("a\0b", 3);
    assert_int_equal(sp_utf8_clean(pool, &s, 10, &s), SP_OK);
    assert_str(&s, "ab");
}


/* What comes out is valid, short enough, and stays as it is. */

static void
test_random(void **state)
{
    int       i;
    char      text[40];
    size_t    n, len, max;
    uint64_t  seed;
    sp_str_t  s, out, again;

    seed = 5;

    for (i = 0; i < 50000; i++) {
        len = below(&seed, sizeof(text));

        for (n = 0; n < len; n++) {
            text[n] = (char) (below(&seed, 3) ? "\xe2\x80\xa8\xc3\xa9 \xf0\x9f"
                                                "\x98\xae"[below(&seed, 10)]
                                              : (int) below(&seed, 256));
        }

        s = exact(text, len);
        max = below(&seed, sizeof(text));

        assert_true(sp_utf8_valid(s.data, s.len) <= s.len);
        assert_true(sp_utf8_cut(&s, max) <= (max < len ? max : len));

        assert_int_equal(sp_utf8_clean(pool, &s, max, &out), SP_OK);
        assert_true(out.len <= max);
        assert_int_equal(sp_utf8_valid(out.data, out.len), out.len);

        assert_int_equal(sp_utf8_clean(pool, &out, max, &again), SP_OK);
        assert_int_equal(again.len, out.len);
        assert_ptr_equal(again.data, out.data);

        if (i % 200 == 0) {
            (void) tear_down(state);
            (void) set_up(state);
        }
    }
}


static void
test_no_memory(void **state)
{
    sp_str_t  s, out;

    sp_arena_fail_after(arena, 0);

    s = str("a\nb");
    assert_int_equal(sp_utf8_clean(pool, &s, 10, &out), SP_NOMEM);
    s = str(" ab ");
    assert_int_equal(sp_utf8_clean(pool, &s, 10, &out), SP_OK);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        reader_test(test_valid),
        reader_test(test_plain),
        reader_test(test_encode),
        reader_test(test_cut),
        reader_test(test_whole),
        reader_test(test_clean),
        reader_test(test_random),
        reader_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
