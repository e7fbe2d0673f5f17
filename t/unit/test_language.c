/*
 * Copyright (C) SitePreserver developers
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sp_language.h"


/* In memory of its exact size, so that nothing behind it is read. */

static void
is(const char *text, size_t size, const char *expected)
{
    char      tag[SP_LOCALE_MAX + 1], *copy;
    size_t    len;
    sp_rc_t   rc;
    sp_str_t  header;

    copy = malloc(size != 0 ? size : 1);
    assert_non_null(copy);
    memcpy(copy, text, size);
    header.data = copy;
    header.len = size;

    rc = sp_language(&header, tag, &len);

    if (strcmp(tag, expected) != 0) {
        fail_msg("\"%.*s\": \"%s\", not \"%s\"", (int) size, text, tag,
                 expected);
    }

    assert_int_equal(len, strlen(expected));
    assert_int_equal(rc, len != 0 ? SP_OK : SP_DONE);
    free(copy);
}


static void
test_languages(void **state)
{
    size_t  i;

    static const char *const  known[][2] = {
        { "de", "de" },
        { "de-AT", "de-AT" },
        { "en-GB,en;q=0.7,de;q=0.3", "en-GB" },
        { "fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr-CH" },
        { "en;q=0.8, de-at", "de-at" },
        { "en;q=0.8,de;q=0.9,fr;q=0.85", "de" },
        { "en;q=0.8, de;q=0.8", "en" },
        { "en;q=0.801,de;q=0.802,fr;q=0.8", "de" },
        { "\t en ; Q=0.5 , de\t;\tq=1.000 ", "de" },
        { "zh-Hant-TW", "zh-Hant-TW" },
        { "es-419", "es-419" },
        { "gsw;q=0.1", "gsw" },
        { ",, ,de,", "de" },
        { "de;q=1.", "de" },

        /* neither a wildcard nor what is refused is a language */

        { "*", "" },
        { "*, de;q=0.1", "de" },
        { "de;q=0", "" },
        { "de;q=0.000, en;q=0.001", "en" },
        { "", "" },
        { " ", "" },
        { ",", "" },

        /* what cannot be read is passed over */

        { "de;q=1.1, en;q=0.1", "en" },
        { "de;q=2, en;q=0.1", "en" },
        { "de;q=0.1234, en;q=0.1", "en" },
        { "de;q=-1, en;q=0.1", "en" },
        { "de;q=, en;q=0.1", "en" },
        { "de;q, en;q=0.1", "en" },
        { "de;q= , en;q=0.1", "en" },
        { "de;, en;q=0.1", "en" },
        { "de;level=1, en;q=0.1", "en" },
        { "de;q=1;x, en;q=0.1", "en" },
        { "de fr, en;q=0.1", "en" },
        { "d, en;q=0.1", "en" },
        { "deutsch, en;q=0.1", "en" },
        { "1de, en;q=0.1", "en" },
        { "de-, en;q=0.1", "en" },
        { "-de, en;q=0.1", "en" },
        { "de--AT, en;q=0.1", "en" },
        { "de_AT, en;q=0.1", "en" },
        { "de-abcdefghi, en;q=0.1", "en" },
        { "d\xc3\xa9, en;q=0.1", "en" },
        { "../../etc, en;q=0.1", "en" },
        { "x-klingon, en;q=0.1", "en" },

        /* 35 bytes are the longest tag there is, RFC 5646 section 4.4.1 */

        { "de-abcdefgh-abcdefgh-abcdefgh-abcde",
          "de-abcdefgh-abcdefgh-abcdefgh-abcde" },
        { "de-abcdefgh-abcdefgh-abcdefgh-abcdef", "" },
    };

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        is(known[i][0], strlen(known[i][0]), known[i][1]);
    }

    is("de\0", 3, "");
    is("en,\0de,fr", 9, "en");
}


/* Long ones take no time, and what was cut is not what it seems to be. */

static void
test_bounds(void **state)
{
    char    text[200000];
    size_t  i;

    memset(text, ',', sizeof(text));
    is(text, sizeof(text), "");

    memcpy(text + SP_LANGUAGE_RANGES - 1, "de,", 3);
    is(text, sizeof(text), "de");
    memset(text, ',', sizeof(text));
    memcpy(text + SP_LANGUAGE_RANGES, "de,", 3);
    is(text, sizeof(text), "");

    memset(text, 'a', sizeof(text));
    is(text, sizeof(text), "");

    memset(text, ' ', sizeof(text));
    is(text, sizeof(text), "");
    memcpy(text + SP_LANGUAGE_MAX - 2, "de", 2);
    is(text, SP_LANGUAGE_MAX, "de");
    is(text, SP_LANGUAGE_MAX + 1, "");

    for (i = 0; i + 6 <= sizeof(text); i += 6) {
        memcpy(text + i, "en-GB,", 6);
    }

    is(text, sizeof(text), "en-GB");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
