/*
 * Copyright (C) SitePreserver developers
 */

#include "readers.h"
#include "sp_price.h"


#define NBSP    "\xc2\xa0"
#define NARROW  "\xe2\x80\xaf"
#define THIN    "\xe2\x80\x89"
#define EURO    "\xe2\x82\xac"
#define YEN     "\xc2\xa5"
#define POUND   "\xc2\xa3"
#define TIMES   "\xc3\x97"
#define MINUS   "\xe2\x88\x92"
#define DASH    "\xe2\x80\x93"
#define QUOTE   "\xe2\x80\x99"

#define NONE    (-1)                /* no price */


static int64_t
amount(const char *text, const char *currency)
{
    int64_t   n;
    sp_rc_t   rc;
    sp_str_t  in, price, code;

    in = exact(text, strlen(text));
    rc = sp_price_read(pool, &in, &price);

    if (rc != SP_OK) {
        assert_int_equal(rc, SP_INVALID);
        return NONE;
    }

    assert_true(sp_price_is(&price));
    assert_true(price.len <= SP_PRICE_MAX);

    code = str(currency);

    if (sp_price_amount(&price, &code, &n) != SP_OK) {
        return NONE;
    }

    assert_true(n >= 0);

    return n;
}


static void
check(const char *text, const char *currency, int64_t expected)
{
    int64_t  n;

    n = amount(text, currency);

    if (n != expected) {
        fail_msg("\"%s\" in \"%s\" is %lld, not %lld", text, currency,
                 (long long) n, (long long) expected);
    }
}


typedef struct {
    const char  *text;
    const char  *currency;
    int64_t      amount;
} case_t;


static void
check_all(const case_t *cases, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        check(cases[i].text, cases[i].currency, cases[i].amount);
    }
}


#define check_cases(cases)  check_all(cases, sizeof(cases) / sizeof(cases[0]))


static void
test_conventions(void **state)
{
    static const case_t  cases[] = {
        { "12", "EUR", 1200 }, { "12.5", "EUR", 1250 },
        { "12.50", "EUR", 1250 }, { "12,50", "EUR", 1250 },
        { "0,99", "EUR", 99 }, { "0", "EUR", 0 }, { "0.00", "USD", 0 },
        { ".50", "USD", 50 }, { "$.50", "USD", 50 }, { "12.", "EUR", 1200 },
        { "1.234,56 " EURO, "EUR", 123456 },
        { "1.234,56" NBSP EURO, "EUR", 123456 },
        { EURO NBSP "1.234,56", "EUR", 123456 },
        { EURO "1234,5", "EUR", 123450 },
        { "$1,234.56", "USD", 123456 }, { "US$1,234.56", "USD", 123456 },
        { "1" NBSP "234,56", "EUR", 123456 },
        { "1" NARROW "234,56 " EURO, "EUR", 123456 },
        { "1" THIN "234,56", "PLN", 123456 }, { "1 234,56 z\xc5\x82", "PLN",
        123456 },
        { "12 345 678,90 kr", "SEK", 1234567890 },
        { YEN "1234", "JPY", 1234 }, { YEN "1,234", "JPY", 1234 },
        { "1,234\xe5\x86\x86", "JPY", 1234 },
        { "\xef\xbf\xa5" "1,234", "JPY", 1234 },
        { "1'234.50 CHF", "CHF", 123450 },
        { "CHF 1" QUOTE "234.50", "CHF", 123450 },
        { "Fr. 12.50", "CHF", 1250 }, { "12.50 Fr.", "CHF", 1250 },
        { "1,23,456.00", "INR", 12345600 },
        { "\xe2\x82\xb9" "12,34,567", "INR", 123456700 },
        { "Rs.500", "INR", 50000 }, { "Rs. 1,500.00", "INR", 150000 },
        { "S/.500", "PEN", 50000 },
        { "12,- " EURO, "EUR", 1200 }, { "12," DASH, "EUR", 1200 },
        { "Fr. 12.--", "CHF", 1200 }, { "1.234,-", "EUR", 123400 },
        { "12:-", "SEK", 1200 }, { "1 234:-", "SEK", 123400 },
        { "12,00 kr.", "DKK", 1200 }, { "kr 1 200,00", "NOK", 120000 },
        { "KD 12.500", "KWD", 12500 }, { "1,234.500 KD", "KWD", 1234500 },
        { "R$ 1.234,56", "BRL", 123456 }, { "1.234.567 \xe2\x82\xab", "VND",
        1234567 },
        { "Rp 1.250.000", "IDR", 125000000 }, { "12 990 Ft", "HUF", 1299000 },
        { "EUR12,50", "EUR", 1250 }, { "12,50EUR", "EUR", 1250 },
        { "12,50 " EURO "*", "EUR", 1250 },
        { "12,50 " EURO " inkl. 19 % MwSt.", "EUR", 1250 },
        { "12,50 " EURO " TTC", "EUR", 1250 }, { "12,50 TTC", "EUR", 1250 },
        { "-20% $15.00", "USD", 1500 }, { "%20 15,00 TL", "TRY", 1500 },
        { "ab 12,50 " EURO, "EUR", 1250 }, { "ca.5,00", "EUR", 500 },
        { "Total: $12.50", "USD", 1250 }, { "Subtotal:$12.50", "USD", 1250 },
        { "Wi-Fi router $12.50", "USD", 1250 },
        { "12,50 " EURO "/kg", "EUR", 1250 },
        { "  \t12.50\n", "EUR", 1250 },
        { "<span class=\"c2\">$</span>12.50", "USD", 1250 },
        { "<bdi>12,50" NBSP "<span>" EURO "</span></bdi>", "EUR", 1250 },
        { "\xe2\x80\x8e" "12.50 \xe2\x82\xaa\xe2\x80\x8f", "ILS", 1250 },
        { "123456789012345", "JPY", 123456789012345 },
    };

    check_cases(cases);
}


/* One separator and three digits: thousands, but decimals in dinars. */

static void
test_three_digits(void **state)
{
    static const case_t  cases[] = {
        { "1.234", "EUR", 123400 }, { "1,234", "USD", 123400 },
        { "1.234 " EURO, "EUR", 123400 }, { "$1,234", "USD", 123400 },
        { "12.345", "CLP", 12345 }, { "1.234", "JPY", 1234 },
        { "1.234", "KWD", 1234 }, { "1,234 DT", "TND", 1234 },
        { "12.500", "BHD", 12500 }, { "1.234", "", 123400 },
        { "123.456", "EUR", 12345600 },
        { "1234.567", "EUR", 123457 }, { "0.125", "EUR", 13 },
        { "01.234", "EUR", 123 }, { "1.234,567", "EUR", 123457 },
        { "1.234.567", "KWD", 1234567000 }, { "1 234", "KWD", 1234000 },
        { "1'234", "KWD", 1234000 },
    };

    check_cases(cases);
}


static void
test_digits_of_others(void **state)
{
    static const case_t  cases[] = {
        { "\xd9\xa1\xd9\xa2\xd9\xab\xd9\xa5\xd9\xa0", "EGP", 1250 },
        { "\xd9\xa1\xd9\xac\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xab\xd9\xa5", "SAR",
        123450 },
        { "\xdb\xb1\xdb\xb2\xdb\xb3", "IRR", 12300 },
        { "\xef\xbc\x91\xef\xbc\x8c\xef\xbc\x92\xef\xbc\x93\xef\xbc\x94"
          "\xe5\x86\x86", "JPY", 1234 },
        { "\xe0\xa5\xa7\xe0\xa5\xa8.\xe0\xa5\xab", "INR", 1250 },
        { "\xd9\xa1\xd9\xab\xd9\xa2\xd9\xab\xd9\xa3", "EGP", NONE },
    };

    check_cases(cases);
}


static void
test_times(void **state)
{
    static const case_t  cases[] = {
        { "3 x " EURO "2.00", "EUR", 200 }, { "3x" EURO "2.00", "EUR", 200 },
        { "2 " TIMES " $10.00", "USD", 1000 },
        { "2" NBSP TIMES NBSP "12,50" NBSP EURO, "EUR", 1250 },
        { "$10.00 x 2", "USD", 1000 }, { "12,50 x 2", "EUR", 1250 },
        { "2 X 12,50", "EUR", 1250 }, { "2 x 5 " EURO, "EUR", 500 },
        { "2 x 5,-", "EUR", 500 }, { "2 x 1.234,56", "EUR", 123456 },
        { "2 \xd1\x85 500 \xd1\x80\xd1\x83\xd0\xb1.", "RUB", 50000 },
        { "3 x 2", "EUR", NONE }, { "3 x", "EUR", NONE },
        { "x 2.00", "EUR", NONE }, { "3 x 2.00 x 5", "EUR", NONE },
        { "2.00 x 3.00", "EUR", NONE }, { "3 " EURO " 2.00", "EUR", NONE },
        { "2 x $5.00 = $10.00", "USD", NONE },
        { "3 2.00 x", "EUR", NONE }, { "2 xx 5.00", "EUR", NONE },
    };

    check_cases(cases);
}


/* What could be wrong is none. */

static void
test_refused(void **state)
{
    static const case_t  cases[] = {
        { "free", "EUR", NONE }, { EURO, "EUR", NONE }, { ".", "EUR", NONE },
        { "-5,00", "EUR", NONE }, { MINUS "5.00", "EUR", NONE },
        { "-$5.00", "USD", NONE }, { "$-5.00", "USD", NONE },
        { "- $ 5.00", "USD", NONE }, { EURO " - 5,00", "EUR", NONE },
        { "5.00-", "EUR", NONE }, { "5,00 " EURO " -", "EUR", NONE },
        { "(5.00)", "USD", NONE }, { "($5.00)", "USD", NONE },
        { "<i>-</i>$5.00", "USD", NONE },
        { "10 - 20", "EUR", NONE }, { "$10.00 " DASH " $20.00", "USD", NONE },
        { "$20.00 $15.00", "USD", NONE }, { "5 items: $15.00", "USD", NONE },
        { "1.2.3", "EUR", NONE }, { "12.05.2024", "EUR", NONE },
        { "1,23.00", "EUR", NONE }, { "1.23.456", "INR", NONE },
        { "1,234.567.890", "EUR", NONE }, { "1,234,56", "EUR", NONE },
        { "12,345,67", "EUR", NONE }, { "1 234 56", "EUR", NONE },
        { "1 23,00", "EUR", NONE }, { "1'23.00", "CHF", NONE },
        { "0,123,456", "EUR", NONE }, { "1234,567,890", "EUR", NONE },
        { "1.234 567,89", "EUR", NONE }, { "1  234,00", "EUR", NONE },
        { "1\n234,00", "EUR", NONE }, { "1<b>234</b>", "EUR", NONE },
        { "1<sup>99</sup> " EURO, "EUR", NONE },
        { "1\xe2\x80\x8b" "99 " EURO, "EUR", NONE },
        { "1\xe2\x80\x8b" "234", "EUR", NONE }, { "A4", "EUR", NONE },
        { "500g", "EUR", NONE }, { "#1234", "EUR", NONE },
        { "&#8364;12.00", "EUR", NONE }, { "1e3", "EUR", NONE },
        { "0x10", "EUR", NONE }, { "12.50.-", "EUR", NONE },
        { "1.5,-", "EUR", NONE },
        { "1234567890123456789", "JPY", NONE },
        { "9999999999999999", "JPY", NONE },
        { "1,111,111,111,111,111,111,111,111", "JPY", NONE },
        { "\xff\xfe" "12", "EUR", NONE }, { "12\xe2\x82", "EUR", NONE },
    };

    check_cases(cases);
}


/* A price of another currency is no price of this one. */

static void
test_currency(void **state)
{
    size_t    i;
    sp_str_t  in, price, code;

    static const case_t  cases[] = {
        { "$12.50", "CAD", 1250 }, { "$12.50", "EUR", NONE },
        { "US$12.50", "EUR", NONE }, { EURO "12.50", "USD", NONE },
        { "12.50 USD", "EUR", NONE }, { "12.50 EUR", "EUR", 1250 },
        { "12,50 kr", "DKK", 1250 }, { "12,50 kr", "EUR", NONE },
        { "$ 12.50 CAD", "CAD", 1250 }, { "$ 12.50 CAD", "USD", NONE },
        { "12.50 \xe2\x82\xbf", "EUR", 1250 },
        { YEN "12.50", "JPY", NONE }, { YEN "12.00", "JPY", 12 },
        { YEN "12.50", "CNY", 1250 }, { "12.50", "KRW", NONE },
        { EURO "12.50", "", 1250 }, { YEN "1234", "", NONE },
        { "12.500 KD", "", NONE }, { "12.500", "", 1250000 },
    };

    static const struct {
        const char  *text;
        const char  *code;
    } tells[] = {
        { "12,50 " EURO, "EUR" }, { "$12.50", "" }, { "US$12.50", "USD" },
        { "$12.50 CAD", "CAD" }, { "12.50", "" }, { "z\xc5\x82 5", "PLN" },
        { "12,50 kr", "" }, { "12.50 VAT", "" }
    };

    check_cases(cases);

    for (i = 0; i < sizeof(tells) / sizeof(tells[0]); i++) {
        in = str(tells[i].text);
        assert_int_equal(sp_price_read(pool, &in, &price), SP_OK);
        sp_price_currency(&price, &code);
        assert_str(&code, tells[i].code);
    }

    in = str("12.50 " EURO);
    sp_price_currency(&in, &code);
    assert_int_equal(code.len, 0);
}


static void
test_long(void **state)
{
    char      text[SP_PRICE_TEXT + 2];
    size_t    i;
    sp_str_t  in, price;

    memset(text, ' ', sizeof(text));
    text[0] = '7';

    in.data = text;
    in.len = SP_PRICE_TEXT;
    assert_int_equal(sp_price_read(pool, &in, &price), SP_OK);

    in.len++;
    assert_int_equal(sp_price_read(pool, &in, &price), SP_INVALID);

    in.len = 0;
    assert_int_equal(sp_price_read(pool, &in, &price), SP_INVALID);

    /* nothing in it makes it slow or strange */

    for (i = 0; i < 6; i++) {
        memset(text, "1.,x-<"[i], SP_PRICE_TEXT);
        in.len = SP_PRICE_TEXT;
        assert_int_equal(sp_price_read(pool, &in, &price), SP_INVALID);
    }
}


static void
test_no_memory(void **state)
{
    sp_str_t  in, price;

    in = str("12.50");
    sp_arena_fail_after(arena, 0);
    assert_int_equal(sp_price_read(pool, &in, &price), SP_NOMEM);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        reader_test(test_conventions),
        reader_test(test_three_digits),
        reader_test(test_digits_of_others),
        reader_test(test_times),
        reader_test(test_refused),
        reader_test(test_currency),
        reader_test(test_long),
        reader_test(test_no_memory)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
