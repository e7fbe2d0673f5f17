/*
 * Copyright (C) SitePreserver developers
 */

#include "readers.h"
#include "sp_entities.h"
#include "sp_entities_int.h"
#include "sp_utf8.h"


static void
check(const char *text, int attribute, const char *expected)
{
    sp_str_t  in, out;

    in = exact(text, strlen(text));
    assert_int_equal(sp_entities_decode(pool, &in, attribute, &out), SP_OK);
    assert_str(&out, expected);
}


static void
test_numbers(void **state)
{
    size_t  i;

    static const struct {
        const char  *in;
        const char  *out;
    } cases[] = {
        { "&#65;", "A" }, { "&#x41;", "A" }, { "&#X4a;", "J" },
        { "&#8364;12", "\xe2\x82\xac" "12" },
        { "&#8364 12", "\xe2\x82\xac 12" },
        { "&#65", "A" }, { "&#65B", "AB" }, { "&#x", "&#x" }, { "&#", "&#" },
        { "&#;", "&#;" }, { "&#xg;", "&#xg;" }, { "&#a;", "&#a;" },
        { "&#128;", "\xe2\x82\xac" }, { "&#x9f;", "\xc5\xb8" },
        { "&#129;", "\xc2\x81" }, { "&#0;", "\xef\xbf\xbd" },
        { "&#xd800;", "\xef\xbf\xbd" }, { "&#x110000;", "\xef\xbf\xbd" },
        { "&#99999999999999999999;", "\xef\xbf\xbd" },
        { "&#xffffffffffffffff41;", "\xef\xbf\xbd" },
        { "&#x10ffff;", "\xf4\x8f\xbf\xbf" }, { "&#x1f600;",
        "\xf0\x9f\x98\x80" }, { "&#160;", "\xc2\xa0" },
        { "&#000000000000000000065;", "A" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        check(cases[i].in, 0, cases[i].out);
        check(cases[i].in, 1, cases[i].out);
    }
}


static void
test_names(void **state)
{
    size_t  i;

    static const struct {
        const char  *in;
        const char  *out;
        const char  *attribute;     /* NULL: the same */
    } cases[] = {
        { "", "", NULL }, { "plain", "plain", NULL },
        { "Tea &amp; Co", "Tea & Co", NULL },
        { "&lt;b&gt;", "<b>", NULL }, { "&amp;amp;", "&amp;", NULL },
        { "12,50&nbsp;&euro;", "12,50\xc2\xa0\xe2\x82\xac", NULL },
        { "&euro", "&euro", NULL }, { "&euro12", "&euro12", NULL },
        { "&pound12", "\xc2\xa3" "12", "&pound12" },
        { "&pound;12", "\xc2\xa3" "12", NULL }, { "&pound", "\xc2\xa3", NULL },
        { "?a=1&copy=2", "?a=1\xc2\xa9=2", "?a=1&copy=2" },
        { "?a=1&amp;b=2&reg;", "?a=1&b=2\xc2\xae", NULL },
        { "I'm &notit; I", "I'm \xc2\xacit; I", "I'm &notit; I" },
        { "I'm &notin; I", "I'm \xe2\x88\x89 I", NULL },
        { "&", "&", NULL }, { "&&", "&&", NULL }, { "& ", "& ", NULL },
        { "&;", "&;", NULL }, { "&x;", "&x;", NULL },
        { "&AMP;&Amp;", "&&Amp;", NULL }, { "&amp", "&", NULL },
        { "AT&ampT", "AT&T", "AT&ampT" },
        { "&nGt;", "\xe2\x89\xab\xe2\x83\x92", NULL },
        { "&nGt;&nGt;&nLt;&nLt;&nGt;&nGt;",
        "\xe2\x89\xab\xe2\x83\x92\xe2\x89\xab\xe2\x83\x92"
        "\xe2\x89\xaa\xe2\x83\x92\xe2\x89\xaa\xe2\x83\x92"
        "\xe2\x89\xab\xe2\x83\x92\xe2\x89\xab\xe2\x83\x92", NULL },
        { "&CounterClockwiseContourIntegral;", "\xe2\x88\xb3", NULL },
        { "&CounterClockwiseContourIntegrals;",
        "&CounterClockwiseContourIntegrals;", NULL },
        { "&AElig;&zwnj;", "\xc3\x86\xe2\x80\x8c", NULL },
        { "&frac12;&frac12&frac1;", "\xc2\xbd\xc2\xbd&frac1;", NULL },
        { "&fjlig;", "fj", NULL }, { "&sup2&sup23;", "\xc2\xb2\xc2\xb2" "3;",
        "\xc2\xb2&sup23;" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        check(cases[i].in, 0, cases[i].out);
        check(cases[i].in, 1, cases[i].attribute != NULL ? cases[i].attribute
                                                         : cases[i].out);
    }
}


/* Each of them is found, also where nothing follows it. */

static void
test_all(void **state)
{
    char         name[40], text[SP_ENTITY_MAX];
    size_t       len, used, n, bare;
    const char  *p, *end;

    p = sp_entities_names + 1;
    end = sp_entities_names + sp_entities_names_len;
    n = 0;
    bare = 0;

    while (p < end) {
        len = strcspn(p, "=:");
        assert_true(len > 0 && len < 32);

        name[0] = '&';
        memcpy(name + 1, p, len);
        name[len + 1] = ';';

        assert_int_equal(sp_entities_read(name, name + len + 2, 0, text,
                                          &used), len + 2);
        assert_true(used > 0 && used <= SP_ENTITY_MAX);
        assert_int_equal(sp_utf8_valid(text, used), used);

        if (p[len] == ':') {
            assert_int_equal(sp_entities_read(name, name + len + 1, 1, text,
                                              &used), len + 1);
            bare++;
        }

        n++;
        p = strchr(p, ' ') + 1;
    }

    assert_int_equal(n, 2125);
    assert_int_equal(bare, 106);
}


static void
test_no_memory(void **state)
{
    sp_str_t  in, out;

    in = str("a &amp; b");
    sp_arena_fail_after(arena, 0);

    assert_int_equal(sp_entities_decode(pool, &in, 0, &out), SP_NOMEM);

    in = str("a");
    assert_int_equal(sp_entities_decode(pool, &in, 0, &out), SP_OK);
    assert_ptr_equal(in.data, out.data);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        reader_test(test_numbers),
        reader_test(test_names),
        reader_test(test_all),
        reader_test(test_no_memory)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
