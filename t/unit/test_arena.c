/*
 * Copyright (C) SitePreserver developers
 */

#include "readers.h"


/* All of it can be written, is aligned, and is nobody else's. */

static void
test_alloc(void **state)
{
    int         exactly, round;
    size_t      i, n;
    uint64_t    seed;
    static struct {
        unsigned char  *p;
        size_t          size;
    }           all[2000];

    for (exactly = 0; exactly < 2; exactly++) {
        sp_arena_exact(arena, exactly);
        seed = 1;

        for (round = 0; round < 3; round++) {
            for (i = 0; i < 2000; i++) {
                n = below(&seed, i % 100 == 0 ? 20000 : 200);

                all[i].size = n;
                all[i].p = sp_alloc(pool, n);
                assert_non_null(all[i].p);
                assert_int_equal((uintptr_t) all[i].p % 16, 0);
                memset(all[i].p, (int) (i & 0xff), n);
            }

            assert_int_equal(sp_arena_count(arena), 2000);

            for (i = 0; i < 2000; i++) {
                for (n = 0; n < all[i].size; n++) {
                    assert_int_equal(all[i].p[n], i & 0xff);
                }
            }

            sp_arena_reset(arena);
            assert_int_equal(sp_arena_used(arena), 0);
            assert_int_equal(sp_arena_count(arena), 0);
        }
    }
}


static void
test_limit(void **state)
{
    sp_arena_t       *small;
    const sp_pool_t  *p;

    small = sp_arena_create(100);
    assert_non_null(small);
    p = sp_arena_pool(small);

    assert_non_null(sp_alloc(p, 60));
    assert_null(sp_alloc(p, 41));
    assert_null(sp_alloc(p, SIZE_MAX));
    assert_non_null(sp_alloc(p, 40));
    assert_null(sp_alloc(p, 1));
    assert_int_equal(sp_arena_used(small), 100);

    sp_arena_reset(small);
    assert_non_null(sp_alloc(p, 100));

    sp_arena_destroy(small);
    sp_arena_destroy(NULL);

    assert_null(sp_alloc(pool, SIZE_MAX));
    assert_null(sp_alloc(pool, SIZE_MAX - 15));
}


static void
test_fail_after(void **state)
{
    sp_arena_fail_after(arena, 2);
    assert_non_null(sp_alloc(pool, 1));
    assert_non_null(sp_calloc(pool, 1));
    assert_null(sp_alloc(pool, 1));
    assert_null(sp_calloc(pool, 1));

    sp_arena_fail_after(arena, -1);
    assert_non_null(sp_alloc(pool, 1));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        reader_test(test_alloc),
        reader_test(test_limit),
        reader_test(test_fail_after),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
