/*
 * Copyright (C) SitePreserver developers
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>

#include "money.h"


#define NBSP   "\xc2\xa0"
#define NNBSP  "\xe2\x80\xaf"


static sp_str_t
str(const char *text)
{
    sp_str_t  s;

    s.data = text;
    s.len = strlen(text);

    return s;
}


static money_t *
create(const char *currency, const char *locale)
{
    money_t     *money;
    sp_str_t     c, l;
    sp_error_t   err;

    c = str(currency);
    l = str(locale);
    money = money_get(&c, &l, &err);

    if (money == NULL) {
        fail_msg("%s", err.text);
    }

    return money;
}


static void
test_format(void **state)
{
    size_t     i;
    money_t   *money;
    buffer_t   out;

    static const struct {
        int64_t      minor;
        const char  *currency;
        const char  *locale;
        const char  *text;
    } cases[] = {
        { 123456, "EUR", "en", "€1,234.56" },
        { 123456, "EUR", "de", "1.234,56" NBSP "€" },
        { 123456, "EUR", "de-AT", "€" NBSP "1.234,56" },
        { 123456, "EUR", "fr", "1" NNBSP "234,56" NBSP "€" },
        { 123456, "USD", "en-US", "$1,234.56" },
        { 123456, "USD", "en_US.UTF-8", "$1,234.56" },
        { 123456, "USD", "de", "1.234,56" NBSP "$" },
        { 123456, "GBP", "en-GB", "£1,234.56" },
        { 123456, "CHF", "de-CH", "CHF" NBSP "1’234.56" },
        { 0, "EUR", "en", "€0.00" },
        { 5, "EUR", "en", "€0.05" },
        { -5, "EUR", "en", "-€0.05" },
        { -123456, "EUR", "de", "-1.234,56" NBSP "€" },

        /* no decimals */
        { 1980, "JPY", "en", "¥1,980" },
        { 1980, "JPY", "ja", "￥1,980" },
        { 1980, "KRW", "ko", "₩1,980" },

        /* three, four */
        { 12345, "KWD", "en", "KWD" NBSP "12.345" },
        { 12345, "CLF", "en", "CLF" NBSP "1.2345" },

        /* a minor unit that is not usually written is never rounded away */
        { 120000, "RSD", "en", "RSD" NBSP "1,200" },
        { 120050, "RSD", "en", "RSD" NBSP "1,200.50" },
        { 5000, "IQD", "en", "IQD" NBSP "5" },
        { 5001, "IQD", "en", "IQD" NBSP "5.001" },

        /* what a double cannot hold */
        { 9007199254740993, "EUR", "en", "€90,071,992,547,409.93" },
        { INT64_MAX, "EUR", "en", "€92,233,720,368,547,758.07" },
        { INT64_MIN, "EUR", "en", "-€92,233,720,368,547,758.08" },
        { INT64_MIN, "JPY", "en", "-¥9,223,372,036,854,775,808" },

        /* locales that are not */
        { 100, "EUR", "", "€1.00" },
        { 100, "EUR", "zz", "€1.00" },
        { 100, "EUR", "../../etc", "€1.00" },
        { 100, "EUR", "de-DE,de;q=0.9", "1,00" NBSP "€" },
        { 100, "EUR", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "€1.00" },
    };

    buffer_init(&out, 256);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        money = create(cases[i].currency, cases[i].locale);
        buffer_reset(&out);
        assert_int_equal(money_format(money, cases[i].minor, &out), SP_OK);
        assert_string_equal(buffer_text(&out), cases[i].text);
        money_put(money);
    }

    buffer_free(&out);
}


/* One formatter, amounts with and without decimals in any order. */

static void
test_reuse(void **state)
{
    money_t   *money;
    buffer_t   out;

    buffer_init(&out, 256);
    money = create("RSD", "en");

    assert_int_equal(money_format(money, 150, &out), SP_OK);
    assert_int_equal(money_format(money, 100, &out), SP_OK);
    assert_int_equal(money_format(money, 101, &out), SP_OK);
    assert_string_equal(buffer_text(&out), "RSD" NBSP "1.50RSD" NBSP "1"
                                           "RSD" NBSP "1.01");
    money_put(money);
    buffer_free(&out);
}


static void
test_numbers(void **state)
{
    money_t   *money;
    buffer_t   out;

    buffer_init(&out, 256);

    money = create("", "de");
    assert_int_equal(money_number(money, -1234567, &out), SP_OK);
    assert_string_equal(buffer_text(&out), "-1.234.567");
    assert_int_equal(money_format(money, 1, &out), SP_INVALID);
    assert_string_equal(buffer_text(&out), "-1.234.567");
    money_put(money);

    buffer_free(&out);
    money_put(NULL);
}


static void
test_plurals(void **state)
{
    money_t  *money;

    money = create("", "en");
    assert_string_equal(money_plural(money, 1), "one");
    assert_string_equal(money_plural(money, 0), "other");
    assert_string_equal(money_plural(money, 2), "other");
    money_put(money);

    money = create("", "pl");
    assert_string_equal(money_plural(money, 1), "one");
    assert_string_equal(money_plural(money, 3), "few");
    assert_string_equal(money_plural(money, 5), "many");
    money_put(money);

    money = create("", "ar");
    assert_string_equal(money_plural(money, 0), "zero");
    assert_string_equal(money_plural(money, 2), "two");
    money_put(money);
}


static void
test_exponents(void **state)
{
    size_t     i;
    sp_str_t   s;

    static const struct {
        const char  *code;
        int          exponent;
    } cases[] = {
        { "EUR", 2 }, { "JPY", 0 }, { "KWD", 3 }, { "UYW", 4 }, { "RSD", 2 },
        { "IQD", 3 }, { "VND", 0 }, { "XXX", 2 }, { "eur", -1 }, { "EU", -1 },
        { "", -1 }, { "EURO", -1 }, { "E R", -1 }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        s = str(cases[i].code);
        assert_int_equal(money_exponent(&s), cases[i].exponent);
    }
}


static void
test_bad_currency(void **state)
{
    sp_str_t    c, l;
    sp_error_t  err;

    c = str("eur");
    l = str("en");
    assert_null(money_get(&c, &l, &err));
    assert_string_equal(err.text,
                        "currency \"eur\" is not three capital letters");
}


static void
test_limit(void **state)
{
    money_t   *money;
    buffer_t   out;

    buffer_init(&out, 3);
    money = create("EUR", "en");
    (void) money_format(money, 123456, &out);
    assert_true(out.failed);
    money_put(money);
    buffer_free(&out);
}


static void *
format_often(void *arg)
{
    int         i;
    money_t    *money;
    buffer_t    out;
    uintptr_t   wrong;

    wrong = 0;
    buffer_init(&out, 256);

    for (i = 0; i < 200; i++) {
        money = create(i % 2 ? "EUR" : "JPY", "en");
        buffer_reset(&out);
        (void) money_format(money, 1980, &out);
        wrong += strcmp(buffer_text(&out), i % 2 ? "€19.80" : "¥1,980") != 0;
        money_put(money);
    }

    buffer_free(&out);

    return (void *) wrong;
}


static void
test_threads(void **state)
{
    int         i;
    void       *wrong;
    pthread_t   threads[4];

    for (i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, format_often,
                                        NULL), 0);
    }

    for (i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_reuse),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_plurals),
        cmocka_unit_test(test_exponents),
        cmocka_unit_test(test_bad_currency),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
