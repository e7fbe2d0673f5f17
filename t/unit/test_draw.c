/*
 * Copyright (C) SitePreserver developers
 *
 * Lots are fair, stay as they are, and do not know of each other.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "draw.h"


#define SHOPPERS  20000


static const sp_str_t  shop = sp_string("loom");

static sp_secret_t *secret_make(const char *digit);
static sp_id_t shopper_make(unsigned i);
static unsigned draw(const sp_secret_t *secret, const char *purpose,
    uint32_t step, unsigned i, unsigned n);
static void test_fair(void **state);
static void test_independent(void **state);
static void test_same(void **state);
static void test_code(void **state);
static void test_codes_differ(void **state);
static int compare(const void *a, const void *b);
static void test_pattern(void **state);


static sp_secret_t *
secret_make(const char *digit)
{
    char          text[256];
    size_t        i, n;
    sp_str_t      s;
    sp_error_t    err;
    sp_secret_t  *secret;

    n = (size_t) snprintf(text, sizeof(text), "identity ");

    for (i = 0; i < 64; i++) {
        text[n++] = *digit;
    }

    n += (size_t) snprintf(text + n, sizeof(text) - n, "\nsealing 1 ");

    for (i = 0; i < 64; i++) {
        text[n++] = 'c';
    }

    text[n++] = '\n';
    s.data = text;
    s.len = n;
    secret = sp_secret_parse(&s, &err);
    assert_non_null(secret);

    return secret;
}


static sp_id_t
shopper_make(unsigned i)
{
    sp_id_t  id;

    snprintf(id.text, sizeof(id.text), "shopper%015u", i);

    return id;
}


static unsigned
draw(const sp_secret_t *secret, const char *purpose, uint32_t step,
    unsigned i, unsigned n)
{
    sp_id_t   id;
    unsigned  number;

    id = shopper_make(i);
    assert_int_equal(draw_number(secret, &shop, purpose, 7, step, &id, n,
                                 &number), SP_OK);
    assert_true(number < n);

    return number;
}


/* Chi-square of 100, of 16 and of 3 values; far beyond chance is a mistake. */

static void
test_fair(void **state)
{
    double        chi, mean;
    size_t        k;
    unsigned      i, n;
    unsigned      counts[100];
    sp_secret_t  *secret;

    static const struct {
        unsigned  n;
        double    most;             /* chance: 1 in 10,000 */
    } cases[] = { { 100, 161 }, { 16, 45 }, { 3, 19 }, { 2, 16 } };

    secret = secret_make("a");

    for (k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        n = cases[k].n;
        memset(counts, 0, sizeof(counts));

        for (i = 0; i < SHOPPERS; i++) {
            counts[draw(secret, "holdout", 0, i, n)]++;
        }

        mean = (double) SHOPPERS / n;
        chi = 0;

        for (i = 0; i < n; i++) {
            chi += (counts[i] - mean) * (counts[i] - mean) / mean;
        }

        assert_true(chi < cases[k].most);
    }

    sp_secret_free(secret);
}


/* Of two lots each pair comes as often as chance has it. */

static void
test_independent(void **state)
{
    unsigned      i, pairs[4][2][2];
    double        chi[4], mean;
    sp_secret_t  *one, *two;

    one = secret_make("a");
    two = secret_make("b");
    memset(pairs, 0, sizeof(pairs));

    for (i = 0; i < SHOPPERS; i++) {
        pairs[0][draw(one, "holdout", 0, i, 2)][draw(one, "variant", 0, i,
                                                     2)]++;
        pairs[1][draw(one, "variant", 1, i, 2)][draw(one, "variant", 2, i,
                                                     2)]++;
        pairs[2][draw(one, "variant", 1, i, 2)][draw(two, "variant", 1, i,
                                                     2)]++;
        pairs[3][draw(one, "variant", 1, i, 2)][draw(one, "variant", 1,
                                                     i + SHOPPERS, 2)]++;
    }

    mean = SHOPPERS / 4.0;

    for (i = 0; i < 4; i++) {
        chi[i] = (pairs[i][0][0] - mean) * (pairs[i][0][0] - mean) / mean
                 + (pairs[i][0][1] - mean) * (pairs[i][0][1] - mean) / mean
                 + (pairs[i][1][0] - mean) * (pairs[i][1][0] - mean) / mean
                 + (pairs[i][1][1] - mean) * (pairs[i][1][1] - mean) / mean;
        assert_true(chi[i] < 21.1);         /* 3 degrees, 1 in 10,000 */
    }

    sp_secret_free(one);
    sp_secret_free(two);
}


/* What was drawn for somebody must be so for ever. */

static void
test_same(void **state)
{
    sp_id_t       id;
    unsigned      number;
    sp_secret_t  *secret;

    secret = secret_make("a");
    id = shopper_make(1);
    assert_int_equal(draw(secret, "holdout", 0, 1, 100),
                     draw(secret, "holdout", 0, 1, 100));
    assert_int_equal(draw_number(secret, &shop, "holdout", 7, 0, &id,
                                 1048576, &number), SP_OK);
    assert_int_equal(number, 312106);
    sp_secret_free(secret);
}


static void
test_code(void **state)
{
    char          code[DRAW_CODE_MAX + 1], again[DRAW_CODE_MAX + 1];
    sp_id_t       id;
    sp_secret_t  *secret;

    secret = secret_make("a");
    id = shopper_make(1);
    assert_int_equal(draw_code(secret, &shop, "ten", "BACK-%8-X", &id, 1,
                               code), SP_OK);
    assert_int_equal(strlen(code), 15);
    assert_memory_equal(code, "BACK-", 5);
    assert_string_equal(code + 13, "-X");
    assert_int_equal(strspn(code + 5, "23456789ABCDEFGHJKMNPQRSTUVWXYZ"), 8);

    assert_int_equal(draw_code(secret, &shop, "ten", "BACK-%8-X", &id, 1,
                               again), SP_OK);
    assert_string_equal(code, again);

    assert_int_equal(draw_code(secret, &shop, "ten", "BACK-%8-X", &id, 2,
                               again), SP_OK);
    assert_string_not_equal(code, again);
    assert_int_equal(draw_code(secret, &shop, "two", "BACK-%8-X", &id, 1,
                               again), SP_OK);
    assert_string_not_equal(code, again);

    assert_int_equal(draw_code(secret, &shop, "ten", "BACK", &id, 1, again),
                     SP_INVALID);
    sp_secret_free(secret);
}


static int
compare(const void *a, const void *b)
{
    return strcmp(a, b);
}


static void
test_codes_differ(void **state)
{
    char        (*codes)[DRAW_CODE_MAX + 1];
    sp_id_t       id;
    unsigned      i;
    sp_secret_t  *secret;

    secret = secret_make("a");
    codes = calloc(SHOPPERS, sizeof(*codes));
    assert_non_null(codes);

    for (i = 0; i < SHOPPERS; i++) {
        id = shopper_make(i);
        assert_int_equal(draw_code(secret, &shop, "ten", "%12", &id, 1,
                                   codes[i]), SP_OK);
    }

    qsort(codes, SHOPPERS, sizeof(*codes), compare);

    for (i = 1; i < SHOPPERS; i++) {
        assert_string_not_equal(codes[i - 1], codes[i]);
    }

    free(codes);
    sp_secret_free(secret);
}


static void
test_pattern(void **state)
{
    size_t              i;
    static const char  *good[] = { "%8", "BACK-%6", "%16", "A%10B" };
    static const char  *bad[] = { "", "BACK", "%", "%x", "%5", "%17", "%08",
                                  "%8%8", "A B%8", "\xc3\xa4%8",
                                  "%99999999999999999999",
        "1234567890123456789012345678901234567890123456789012345678%8" };

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_null(draw_pattern(good[i]));
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_non_null(draw_pattern(bad[i]));
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_fair),
        cmocka_unit_test(test_independent),
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_code),
        cmocka_unit_test(test_codes_differ),
        cmocka_unit_test(test_pattern),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
