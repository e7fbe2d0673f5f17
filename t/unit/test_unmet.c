/*
 * Copyright (C) SitePreserver developers
 *
 * Requests that no rule meets: which are the same, and which are remembered.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sp_unmet.h"


static sp_unmet_t  unmet;
static int         shop, other;


static uint64_t
key_of(const void *whose, uint64_t method, const char *uri, const char *args)
{
    sp_str_t  u, a;

    u = sp_str(uri);
    a = sp_str(args);

    return sp_unmet_key(&unmet, whose, method, &u, &a);
}


static void
secret(uint64_t first, uint64_t second)
{
    sp_unmet_init(&unmet);
    unmet.secret[0] = first;
    unmet.secret[1] = second;
}


static void
what_differs_has_another_key(void **unused)
{
    uint64_t  key;

    secret(UINT64_C(0x123456789abcdef1), UINT64_C(0xfedcba9876543210));

    key = key_of(&shop, 2, "/wp-content/a.jpg", "ver=1");

    assert_int_not_equal(key, 0);
    assert_true(key == key_of(&shop, 2, "/wp-content/a.jpg", "ver=1"));
    assert_false(key == key_of(&other, 2, "/wp-content/a.jpg", "ver=1"));
    assert_false(key == key_of(&shop, 4, "/wp-content/a.jpg", "ver=1"));
    assert_false(key == key_of(&shop, 2, "/wp-content/a.jpg", "ver=2"));
    assert_false(key == key_of(&shop, 2, "/wp-content/a.jpg", ""));
    assert_false(key == key_of(&shop, 2, "/wp-content/b.jpg", "ver=1"));
    assert_false(key == key_of(&shop, 2, "/wp-content/a.jpgver=1", ""));
    assert_false(key == key_of(&shop, 2, "/wp-content/a.jp", "gver=1"));

    unmet.secret[0]++;
    assert_false(key == key_of(&shop, 2, "/wp-content/a.jpg", "ver=1"));
    unmet.secret[0]--;
    unmet.secret[1]++;
    assert_false(key == key_of(&shop, 2, "/wp-content/a.jpg", "ver=1"));
}


static int
compare(const void *a, const void *b)
{
    const uint64_t *one = a;
    const uint64_t *two = b;

    return *one < *two ? -1 : *one > *two;
}


/* Every length, every byte, in memory that ends where they end. */

static void
each_byte_counts(void **unused)
{
    char      *data;
    size_t     len, i, n;
    sp_str_t   s, none;
    uint64_t  *keys;

    secret(UINT64_C(0x8f3c11d2a94e7705), UINT64_C(0x5be0c9171f3d2a6d));

    keys = malloc(101 * 101 * sizeof(uint64_t));
    assert_non_null(keys);

    none = sp_str("");
    n = 0;

    for (len = 0; len <= 100; len++) {
        data = malloc(len != 0 ? len : 1);
        assert_non_null(data);
        memset(data, 0, len);
        s.data = data;
        s.len = len;

        keys[n++] = sp_unmet_key(&unmet, &shop, 2, &s, &none);

        for (i = 0; i < len; i++) {
            data[i] = 1;
            keys[n++] = sp_unmet_key(&unmet, &shop, 2, &s, &none);
            data[i] = 0;
        }

        free(data);
    }

    qsort(keys, n, sizeof(uint64_t), compare);

    for (i = 1; i < n; i++) {
        assert_false(keys[i] == keys[i - 1]);
    }

    free(keys);
}


/*
 * Who knows how keys are made, and chooses the method and the end of a URI, has
 * no other way than to guess: all that differs has to reach all of the key.
 * Each of these URIs ends in two other bytes.
 */

static void
no_method_makes_up_for_an_end(void **unused)
{
    char       data[] = "/checkout/cart??";
    size_t     i, m;
    sp_str_t   uri, none;
    unsigned   end;
    uint64_t   key, made;

    static const uint64_t  methods[] = {
        0x1, 0x4, 0x10, 0x400, 0x1000, 0x2000, 0x4000, 0x8000, 0x10000
    };

    uri = sp_str(data);
    none = sp_str("");

    for (i = 1; i < 9; i++) {
        secret(i * UINT64_C(0x9e3779b97f4a7c15),
               i * UINT64_C(0xd1342543de82ef95));

        key = key_of(&shop, 0x8, "/checkout/cart/a", "");

        for (m = 0; m < sizeof(methods) / sizeof(methods[0]); m++) {
            for (end = 0; end < 0x10000; end++) {
                data[14] = (char) (end & 0xff);
                data[15] = (char) (end >> 8);

                made = sp_unmet_key(&unmet, &shop, methods[m], &uri, &none);
                assert_false(made == key);
            }
        }
    }
}


static void
remembers(void **unused)
{
    char      uri[32];
    unsigned  n, left;
    uint64_t  key, next;

    sp_unmet_init(&unmet);
    assert_false(sp_unmet_ready(&unmet));

    secret(UINT64_C(0x0f3c11d2a94e7701), UINT64_C(0x9be0c9171f3d2a6d));
    assert_true(sp_unmet_ready(&unmet));

    key = key_of(&shop, 2, "/", "");
    assert_false(sp_unmet_has(&unmet, key));

    sp_unmet_put(&unmet, key);
    assert_true(sp_unmet_has(&unmet, key));
    assert_false(sp_unmet_has(&unmet, key_of(&shop, 2, "/cart", "")));

    /* a flood takes the places of the others, and nothing else */

    for (n = 0; n < 100000; n++) {
        snprintf(uri, sizeof(uri), "/%u", n);
        next = key_of(&shop, 2, uri, "");
        assert_false(sp_unmet_has(&unmet, next));
        sp_unmet_put(&unmet, next);
        assert_true(sp_unmet_has(&unmet, next));
    }

    left = 0;

    for (n = 0; n < 100000; n++) {
        snprintf(uri, sizeof(uri), "/%u", n);
        left += sp_unmet_has(&unmet, key_of(&shop, 2, uri, "")) != 0;
    }

    assert_int_equal(left, 1 << SP_UNMET_BITS);
    assert_false(sp_unmet_has(&unmet, key));

    sp_unmet_init(&unmet);
    assert_false(sp_unmet_ready(&unmet));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(what_differs_has_another_key),
        cmocka_unit_test(each_byte_counts),
        cmocka_unit_test(no_method_makes_up_for_an_end),
        cmocka_unit_test(remembers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
