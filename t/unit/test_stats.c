/*
 * Copyright (C) SitePreserver developers
 *
 * Intervals, against published examples and against what they promise.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stats.h"


static void near(double value, double wanted, double by);
static double uniform(uint64_t *state);
static void test_share(void **state);
static void test_shares(void **state);
static void test_means(void **state);
static void test_covers(void **state);
static void test_nothing(void **state);


static void
near(double value, double wanted, double by)
{
    if (fabs(value - wanted) > by) {
        fail_msg("%g instead of %g", value, wanted);
    }
}


static double
uniform(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005)
             + UINT64_C(1442695040888963407);

    return (double) (*state >> 11) / (double) (UINT64_C(1) << 53);
}


/* Newcombe, Statistics in Medicine 17 (1998) 857: table I, method 3. */

static void
test_share(void **state)
{
    size_t            i;
    stats_interval_t  share;

    static const struct {
        uint64_t  hits, n;
        double    low, high;
    } cases[] = {
        { 81, 263, 0.2553, 0.3662 }, { 15, 148, 0.0624, 0.1605 },
        { 0, 20, 0, 0.1611 }, { 1, 29, 0.0061, 0.1718 },
        { 29, 29, 0.8830, 1 }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        stats_share(cases[i].hits, cases[i].n, &share);
        near(share.low, cases[i].low, 0.00006);
        near(share.high, cases[i].high, 0.00006);
    }
}


/* Newcombe, Statistics in Medicine 17 (1998) 873: table II, method 10. */

static void
test_shares(void **state)
{
    size_t            i;
    stats_interval_t  one, other, d;

    static const struct {
        uint64_t  a, m, b, n;
        double    low, high;
    } cases[] = {
        { 56, 70, 48, 80, 0.0524, 0.3339 }, { 9, 10, 3, 10, 0.1705, 0.8090 },
        { 6, 7, 2, 7, 0.0582, 0.8062 }, { 5, 56, 0, 29, -0.0381, 0.1926 },
        { 0, 10, 0, 20, -0.1611, 0.2775 }, { 10, 10, 0, 20, 0.6791, 1 },
        { 10, 10, 0, 10, 0.6075, 1 }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        stats_share(cases[i].a, cases[i].m, &one);
        stats_share(cases[i].b, cases[i].n, &other);
        stats_shares(&one, &other, &d);
        near(d.low, cases[i].low, 0.00006);
        near(d.high, cases[i].high, 0.00006);
    }
}


/* 10 and 20 values: means 3 and 2, variances 4 and 1; t(11.4) is 2.192. */

static void
test_means(void **state)
{
    stats_values_t    one, other;
    stats_interval_t  d;

    one.n = 10;
    one.sum = 30;
    one.squares = 90 + 9 * 4.0;
    other.n = 20;
    other.sum = 40;
    other.squares = 80 + 19 * 1.0;

    assert_int_equal(stats_means(&one, &other, &d), 1);
    near(d.value, 1, 1e-9);
    near(d.high - 1, 2.192 * sqrt(0.45), 0.003);
    near(1 - d.low, d.high - 1, 1e-9);
    assert_int_equal(stats_sign(&d), 0);

    one.sum = 60;
    one.squares = 360 + 36;
    assert_int_equal(stats_means(&one, &other, &d), 1);
    assert_int_equal(stats_sign(&d), 1);
    assert_int_equal(stats_means(&other, &one, &d), 1);
    assert_int_equal(stats_sign(&d), -1);
}


/* Of many experiments with a known truth about 95 of 100 hold it. */

static void
test_covers(void **state)
{
    uint64_t          seed, hits[2];
    unsigned          i, k, shares, means;
    stats_values_t    values[2];
    stats_interval_t  one, other, d;

    static const uint64_t  sizes[2] = { 900, 150 };
    static const double    truth[2] = { 0.09, 0.06 };

    seed = 42;
    shares = means = 0;

    for (i = 0; i < 1000; i++) {
        for (k = 0; k < 2; k++) {
            hits[k] = 0;
            values[k].n = 0;
            values[k].sum = 0;
            values[k].squares = 0;

            while (values[k].n < sizes[k]) {
                values[k].n++;

                if (uniform(&seed) < truth[k]) {
                    double  amount = 1000 + 8000 * uniform(&seed);

                    hits[k]++;
                    values[k].sum += amount;
                    values[k].squares += amount * amount;
                }
            }
        }

        stats_share(hits[0], sizes[0], &one);
        stats_share(hits[1], sizes[1], &other);
        stats_shares(&one, &other, &d);
        shares += d.low <= 0.03 && d.high >= 0.03;

        assert_int_equal(stats_means(&values[0], &values[1], &d), 1);
        means += d.low <= 0.03 * 5000 && d.high >= 0.03 * 5000;
    }

    assert_in_range(shares, 930, 975);
    assert_in_range(means, 915, 975);
}


static void
test_nothing(void **state)
{
    stats_values_t    none = { 0, 0, 0 }, same = { 50, 0, 0 };
    stats_interval_t  d, one, other;

    assert_int_equal(stats_means(&none, &same, &d), 0);
    assert_int_equal(stats_means(&same, &same, &d), 0);

    stats_share(0, 0, &one);
    stats_share(0, 0, &other);
    stats_shares(&one, &other, &d);
    assert_int_equal(stats_sign(&d), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_share),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_means),
        cmocka_unit_test(test_covers),
        cmocka_unit_test(test_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
