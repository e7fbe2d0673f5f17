/*
 * Copyright (C) SitePreserver developers
 *
 * Whom a series is for.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "audience.h"
#include "config_value.h"


static sp_line_t     lines[3];
static sp_claimed_t  claimed;
static audience_t    audience;


static int setup(void **state);
static int fits(void);
static void test_total(void **state);
static void test_items(void **state);
static void test_patterns(void **state);
static void test_locales(void **state);
static void test_bits(void **state);
static void test_matches(void **state);
static void test_values(void **state);


static int
setup(void **state)
{
    unsigned  i;

    memset(&audience, 0, sizeof(audience));
    memset(&claimed, 0, sizeof(claimed));
    memset(lines, 0, sizeof(lines));

    for (i = 0; i < 3; i++) {
        lines[i].id = (sp_str_t) sp_string("sku-1");
        lines[i].name = (sp_str_t) sp_string("Oak table");
        lines[i].category = (sp_str_t) sp_string("Home/Tables");
        lines[i].quantity = 2;
        lines[i].price = 1000;
        lines[i].total = SP_NO_AMOUNT;
        lines[i].from_shop = 1;
    }

    claimed.lines = lines;
    claimed.nlines = 2;
    claimed.total = SP_NO_AMOUNT;
    claimed.currency = (sp_str_t) sp_string("EUR");

    return 0;
}


static int
fits(void)
{
    return audience_fits(&audience, &claimed, "en");
}


static void
test_total(void **state)
{
    audience_amount_t  min[2] = { { "EUR", 4000 }, { "GBP", 3000 } };
    audience_amount_t  max[1] = { { "EUR", 5000 } };

    audience.min_total = min;
    audience.nmin_total = 2;
    assert_true(fits());
    min[0].minor = 4001;
    assert_false(fits());

    claimed.total = 4001;           /* the shop's own counts */
    assert_true(fits());
    claimed.currency = (sp_str_t) sp_string("GBP");
    assert_true(fits());
    claimed.currency = (sp_str_t) sp_string("USD");
    assert_false(fits());
    claimed.currency.len = 0;
    assert_false(fits());

    claimed.currency = (sp_str_t) sp_string("EUR");
    audience.max_total = max;
    audience.nmax_total = 1;
    claimed.total = 5000;
    assert_true(fits());
    claimed.total = 5001;
    assert_false(fits());

    /* a value that is not known is not large, and not small */

    claimed.total = SP_NO_AMOUNT;
    lines[1].price = SP_NO_AMOUNT;
    assert_false(fits());
    lines[1].price = 1000;
    lines[1].from_shop = 0;
    assert_false(fits());
    lines[1].from_shop = 1;
    lines[1].price = INT64_MAX / 2 + 1;
    assert_false(fits());
    audience.nmin_total = 0;
    assert_false(fits());
}


static void
test_items(void **state)
{
    audience.min_items = 4;
    assert_true(fits());
    audience.min_items = 5;
    assert_false(fits());
    audience.min_items = 0;
    audience.max_items = 4;
    assert_true(fits());
    audience.max_items = 3;
    assert_false(fits());

    /* of which it is not said how many: one */

    lines[0].quantity = SP_NO_AMOUNT;
    assert_true(fits());
    lines[0].quantity = lines[1].quantity = INT64_MAX;
    assert_false(fits());
}


static void
test_patterns(void **state)
{
    char  *items[2] = { (char *) "chair*", (char *) "*TABLE" };
    char  *categories[1] = { (char *) "home/*" };

    audience.items = items;
    audience.nitems = 1;
    assert_false(fits());
    audience.nitems = 2;
    assert_true(fits());
    items[1] = (char *) "sku-1";
    assert_true(fits());

    audience.categories = categories;
    audience.ncategories = 1;
    assert_true(fits());
    categories[0] = (char *) "Garden*";
    assert_false(fits());

    claimed.nlines = 0;
    audience.ncategories = 0;
    assert_false(fits());
}


static void
test_locales(void **state)
{
    char  *locales[2] = { (char *) "de", (char *) "pt-BR" };

    audience.locales = locales;
    audience.nlocales = 2;
    assert_false(fits());
    assert_true(audience_fits(&audience, &claimed, "de"));

    claimed.locale = (sp_str_t) sp_string("de_AT.UTF-8");
    assert_true(fits());
    claimed.locale = (sp_str_t) sp_string("DE");
    assert_true(fits());
    claimed.locale = (sp_str_t) sp_string("den");
    assert_false(fits());
    claimed.locale = (sp_str_t) sp_string("pt_BR");
    assert_true(fits());
    claimed.locale = (sp_str_t) sp_string("pt");
    assert_false(fits());
    claimed.locale = (sp_str_t) sp_string("d");
    assert_false(fits());
}


static void
test_bits(void **state)
{
    audience.stages = 1u << 3 | 1u << 5;
    assert_false(fits());
    claimed.stage = 5;
    assert_true(fits());
    claimed.stage = 99;
    assert_false(fits());
    claimed.stage = 3;

    audience.captured = 1u << SP_CAPTURED_LOGIN;
    assert_false(fits());
    claimed.captured = SP_CAPTURED_LOGIN;
    assert_true(fits());

    audience.devices = 1u << SP_DEVICE_PHONE;
    assert_false(fits());
    claimed.device = SP_DEVICE_PHONE;
    assert_true(fits());

    audience.login = AUDIENCE_YES;
    claimed.known = SP_KNOWN_ADDRESS;
    assert_false(fits());
    claimed.known = SP_KNOWN_LOGIN;
    assert_true(fits());
    audience.login = AUDIENCE_NO;
    assert_false(fits());

    audience.login = 0;
    audience.returning = AUDIENCE_NO;
    assert_true(fits());
    claimed.orders = 1;
    assert_false(fits());
    audience.returning = AUDIENCE_YES;
    assert_true(fits());

    audience.checkout_error = AUDIENCE_NO;
    assert_true(fits());
    claimed.checkout_error = 1;
    assert_false(fits());
    audience.checkout_error = AUDIENCE_YES;
    assert_true(fits());
    claimed.checkout_error = 0;
    assert_false(fits());
}


static void
test_matches(void **state)
{
    size_t    i;
    sp_str_t  text;

    static const struct {
        const char  *pattern;
        const char  *text;
        int          yes;
    } cases[] = {
        { "abc", "abc", 1 }, { "abc", "ABC", 1 }, { "abc", "abcd", 0 },
        { "*", "", 1 }, { "*", "x", 1 }, { "", "", 1 }, { "", "x", 0 },
        { "a*c", "ac", 1 }, { "a*c", "abbc", 1 }, { "a*c", "abcb", 0 },
        { "*a*b*", "xaxbx", 1 }, { "*a*b*", "bxa", 0 },
        { "a*b*c", "abbbcbc", 1 }, { "**", "x", 1 }, { "*.jpg", "a.jpg", 1 },
        { "a*", "b", 0 },
        { "*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0 }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        text.data = cases[i].text;
        text.len = strlen(cases[i].text);
        assert_int_equal(audience_matches(cases[i].pattern, &text),
                         cases[i].yes);
    }
}


static void
test_values(void **state)
{
    size_t              i;
    unsigned            n;
    calendar_t          calendar = { 0, 0, 0 };
    audience_amount_t   amount;

    static const char  *quiet[] = { "", "21:00", "21:00-", "21-08", "9:00-8:00",
                                    "21:60-08:00", "24:00-08:00",
                                    "21:00-08:00 ", "08:00-08:00" };
    static const char  *amounts[] = { "", "50", "EUR", "50EUR", "50 eur",
                                      "50 EURO", "-1 EUR", "1e3 EUR",
                                      "50  EUR", "1.2.3 EUR", "50 EUR ",
                                      ". EUR" };

    assert_null(config_value_quiet("21:00-08:30", &calendar));
    assert_int_equal(calendar.from, 21 * 60);
    assert_int_equal(calendar.to, 8 * 60 + 30);
    assert_null(config_value_quiet("none", &calendar));
    assert_int_equal(calendar.from, calendar.to);

    for (i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++) {
        assert_non_null(config_value_quiet(quiet[i], &calendar));
    }

    assert_null(config_value_amount("49.90 EUR", &amount));
    assert_int_equal(amount.minor, 4990);
    assert_string_equal(amount.currency, "EUR");
    assert_null(config_value_amount("5000 JPY", &amount));
    assert_int_equal(amount.minor, 5000);

    for (i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
        assert_non_null(config_value_amount(amounts[i], &amount));
    }

    assert_null(config_value_weekday("sun", &n));
    assert_int_equal(n, CALENDAR_SUNDAY);
    assert_null(config_value_percent("10%", &n));
    assert_int_equal(n, 10);
    assert_null(config_value_percent("0", &n));
    assert_non_null(config_value_percent("99999999999", &n));
    assert_non_null(config_value_percent("10%%", &n));

    /* the words are in the order of the types */

    assert_null(config_value_captured("login", &n));
    assert_int_equal(n, SP_CAPTURED_LOGIN);
    assert_null(config_value_captured("newsletter", &n));
    assert_int_equal(n, SP_CAPTURED_NEWSLETTER);
    assert_null(config_value_captured("customer", &n));
    assert_int_equal(n, SP_CAPTURED_CUSTOMER);
    assert_null(config_value_captured("click", &n));
    assert_int_equal(n, SP_CAPTURED_CLICK);
    assert_null(config_value_device("tablet", &n));
    assert_int_equal(n, SP_DEVICE_TABLET);
    assert_null(config_value_stage("payment", &n));
    assert_int_equal(n, 5);
    assert_null(config_value_consent("all", &n));
    assert_int_equal(n, AUDIENCE_ALL);
    assert_null(config_value_consent("soft-opt-in", &n));
    assert_int_equal(n, AUDIENCE_SOFT);
    assert_null(config_value_consent("consent", &n));
    assert_int_equal(n, AUDIENCE_CONSENT);
    assert_null(config_value_kind("upgrade", &n));
    assert_int_equal(n, MESSAGE_UPGRADE);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup(test_total, setup),
        cmocka_unit_test_setup(test_items, setup),
        cmocka_unit_test_setup(test_patterns, setup),
        cmocka_unit_test_setup(test_locales, setup),
        cmocka_unit_test_setup(test_bits, setup),
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
