/*
 * Copyright (C) SitePreserver developers
 */

#include "readers.h"
#include "sp_money.h"


static void
test_parse(void **state)
{
    size_t    i;
    int64_t   amount;
    sp_rc_t   rc;
    sp_str_t  text;

    static const struct {
        const char  *text;
        int          scale;
        int          exponent;
        int64_t      amount;        /* -1: none */
    } cases[] = {
        { "12.50", 0, 2, 1250 }, { "12", 0, 2, 1200 }, { "12.5", 0, 2, 1250 },
        { "1250", 2, 2, 1250 }, { "1250", 0, 0, 1250 }, { "0", 0, 2, 0 },
        { "1250", 2, 0, 13 }, { "1249", 2, 0, 12 }, { "1250", 2, 3, 12500 },
        { "12.345", 0, 2, 1235 }, { "12.344999", 0, 2, 1234 },
        { "0.005", 0, 2, 1 }, { "0.00499", 0, 2, 0 }, { "9.995", 0, 2, 1000 },
        { "1.25e1", 0, 2, 1250 }, { "1.25E+1", 0, 2, 1250 },
        { "1250e-2", 0, 2, 1250 }, { "125e-4", 0, 2, 1 },
        { "5e-3", 0, 2, 1 }, { "4e-3", 0, 2, 0 }, { "1e-999", 0, 2, 0 },
        { "1e-99999999999999999999", 0, 2, 0 }, { "0e99999999999", 0, 2, 0 },
        { "12.", 0, 2, 1200 }, { ".5", 0, 2, 50 }, { "+3", 0, 2, 300 },
        { "  7 \r\n", 0, 2, 700 }, { "-0", 0, 2, 0 }, { "-0.00", 0, 2, 0 },
        { "0012.50", 0, 2, 1250 }, { "1000", 0, 3, 1000000 },
        { "2.0000", 0, 0, 2 }, { "1.5", 0, 0, 2 },
        { "10000000000000", 0, 2, SP_MONEY_MAX },
        { "10000000000000.004", 0, 2, SP_MONEY_MAX },
        { "9999999999999.994", 0, 2, SP_MONEY_MAX - 1 },
        { "9999999999999.995", 0, 2, SP_MONEY_MAX },
        { "10000000000000.005", 0, 2, -1 }, { "10000000000000.01", 0, 2, -1 },
        { "1000000000000000", 2, 2, SP_MONEY_MAX },
        { "1000000000000001", 2, 2, -1 },
        { "1250.000000000000000000000000000000000001", 0, 2, 125000 },
        { "0.00000000000000000000000000000000000001e38", 0, 0, 1 },
        { "99999999999999999999999999", 0, 0, -1 },
        { "18446744073709551616", 0, 0, -1 }, { "1e15", 0, 0, SP_MONEY_MAX },
        { "1e16", 0, 0, -1 }, { "1e99999999999999999999", 0, 0, -1 },
        { "9223372036854775807", 0, 0, -1 },

        { "-1", 0, 2, -1 }, { "-0.01", 0, 2, -1 }, { "", 0, 2, -1 },
        { " ", 0, 2, -1 }, { ".", 0, 2, -1 }, { "-", 0, 2, -1 },
        { "1,5", 0, 2, -1 }, { "1.2.3", 0, 2, -1 }, { "1 2", 0, 2, -1 },
        { "1e", 0, 2, -1 }, { "1e+", 0, 2, -1 }, { "e5", 0, 2, -1 },
        { "$5", 0, 2, -1 }, { "0x10", 0, 2, -1 }, { "NaN", 0, 2, -1 },
        { "inf", 0, 2, -1 }, { "1", 10, 2, -1 }, { "1", 0, 10, -1 },
        { "1", -1, 2, -1 }, { "1", 0, -1, -1 },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        text = exact(cases[i].text, strlen(cases[i].text));
        rc = sp_money_parse(&text, cases[i].scale, cases[i].exponent, &amount);

        if (rc != (cases[i].amount < 0 ? SP_INVALID : SP_OK)
            || (rc == SP_OK && amount != cases[i].amount))
        {
            fail_msg("%s, %d, %d: %d, %lld", cases[i].text, cases[i].scale,
                     cases[i].exponent, rc, (long long) amount);
        }
    }
}


static void
test_exact(void **state)
{
    int       is_exact;
    size_t    i;
    sp_rc_t   rc;
    int64_t   amount;
    sp_str_t  text;

    static const struct {
        const char  *text;
        int          scale;
        int          exponent;
        int          exact;
    } cases[] = {
        { "12.50", 0, 2, 1 }, { "12.5", 0, 2, 1 }, { "12", 0, 0, 1 },
        { "0", 0, 0, 1 }, { "0.000", 0, 0, 1 }, { "12.500000", 0, 2, 1 },
        { "10.005", 0, 2, 0 }, { "0.4567", 0, 2, 0 }, { "0.001", 0, 2, 0 },
        { "0.00000001", 0, 2, 1 }, { "1.5", 0, 0, 0 }, { "0.25", 0, 0, 0 },
        { "1e-1", 0, 0, 0 }, { "15e-1", 0, 1, 1 }, { "1e-999", 0, 2, 1 },
        { "19.989999999999998", 0, 2, 1 }, { "19.990000000000002", 0, 2, 1 },
        { "19.98", 0, 1, 0 }, { "1250", 2, 0, 0 }, { "1200", 2, 0, 1 },
        { "0.123456789012345678901234567890", 0, 2, 0 },
        { "1e15", 0, 0, 1 }, { "", 0, 2, 0 }, { "x", 0, 2, 0 },
        { "1,5", 0, 2, 0 }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        text = exact(cases[i].text, strlen(cases[i].text));

        is_exact = 0;
        rc = sp_money_read(&text, cases[i].scale, cases[i].exponent, &amount,
                           &is_exact);

        if ((rc == SP_OK && is_exact) != cases[i].exact)
        {
            fail_msg("%s, %d, %d", cases[i].text, cases[i].scale,
                     cases[i].exponent);
        }
    }
}


static void
test_long(void **state)
{
    char      text[300];
    int64_t   amount;
    sp_str_t  s;

    memset(text, '0', sizeof(text));
    text[0] = '7';
    text[1] = '.';

    s.data = text;
    s.len = 256;
    assert_int_equal(sp_money_parse(&s, 0, 2, &amount), SP_OK);
    assert_int_equal(amount, 700);

    s.len = 257;
    assert_int_equal(sp_money_parse(&s, 0, 2, &amount), SP_INVALID);
}


/* Against the same sum done digit by digit. */

static void
test_random(void **state)
{
    int       i, exponent;
    char      text[64];
    int64_t   amount, cents, rest;
    uint64_t  seed;
    sp_str_t  s;

    seed = 3;

    for (i = 0; i < 20000; i++) {
        cents = (int64_t) (next_random(&seed) % 100000000000);
        rest = (int64_t) (next_random(&seed) % 1000);
        exponent = (int) below(&seed, 7) - 3;

        /* cents.rest / 100, written with an exponent */

        s.len = (size_t) snprintf(text, sizeof(text), "%lld.%03llde%d",
                                  (long long) cents, (long long) rest,
                                  exponent);
        s.data = text;

        assert_int_equal(sp_money_parse(&s, 2, 2, &amount), SP_OK);

        for ( /* void */ ; exponent > 0; exponent--) {
            cents = cents * 10 + rest / 100;
            rest = rest % 100 * 10;
        }

        /* below one the first decimal is all that rounding looks at */

        for ( /* void */ ; exponent < 0; exponent++) {
            rest = cents % 10 * 100;
            cents /= 10;
        }

        assert_int_equal(amount, cents + (rest >= 500));
    }
}


static void
test_currencies(void **state)
{
    char      code[4];
    size_t    i;
    sp_str_t  s;

    static const struct {
        const char  *code;
        int          exponent;
    } cases[] = {
        { "EUR", 2 }, { "USD", 2 }, { "JPY", 0 }, { "jpy", 0 }, { "KRW", 0 },
        { "KWD", 3 }, { "TND", 3 }, { "CLF", 4 }, { "UYW", 4 }, { "CLP", 0 },
        { "VND", 0 }, { "XXX", 2 }, { "", 2 }, { "JP", 2 }, { "JPYX", 2 },
        { "MGA", 2 }, { "ISK", 0 }, { "BHD", 3 },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        s = exact(cases[i].code, strlen(cases[i].code));
        assert_int_equal(sp_money_exponent(&s), cases[i].exponent);
    }

    s = str("eUr");
    assert_int_equal(sp_money_code(&s, code), SP_OK);
    assert_string_equal(code, "EUR");

    s = str("E1R");
    assert_int_equal(sp_money_code(&s, code), SP_INVALID);
    s = str("EU");
    assert_int_equal(sp_money_code(&s, code), SP_INVALID);
    s = str("\xc3\xa9" "R");
    assert_int_equal(sp_money_code(&s, code), SP_INVALID);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        reader_test(test_parse),
        reader_test(test_exact),
        reader_test(test_long),
        reader_test(test_random),
        reader_test(test_currencies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
