/*
 * Copyright (C) SitePreserver developers
 *
 * What the tests of the readers in shared/ have in common.  Each test has an
 * arena whose allocations are of their exact size.
 */

#ifndef READERS_H
#define READERS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sp_arena.h"


static sp_arena_t       *arena;
static const sp_pool_t  *pool;


static inline sp_str_t
str(const char *text)
{
    sp_str_t  s;

    s.data = text;
    s.len = strlen(text);

    return s;
}


/* A copy of its exact size, so that a read beyond it is seen. */

static inline sp_str_t
exact(const char *data, size_t len)
{
    char      *p;
    sp_str_t   s;

    p = sp_alloc(pool, len ? len : 1);
    assert_non_null(p);

    if (len != 0) {
        memcpy(p, data, len);
    }

    s.data = p;
    s.len = len;

    return s;
}


static inline void
assert_str(const sp_str_t *s, const char *expected)
{
    if (s->len != strlen(expected)
        || (s->len != 0 && memcmp(s->data, expected, s->len) != 0))
    {
        fail_msg("\"%.*s\" is not \"%s\"", (int) s->len,
                 s->len ? s->data : "", expected);
    }
}


static inline int
set_up(void **state)
{
    arena = sp_arena_create(0);

    if (arena == NULL) {
        return -1;
    }

    sp_arena_exact(arena, 1);
    pool = sp_arena_pool(arena);

    return 0;
}


static inline int
tear_down(void **state)
{
    sp_arena_destroy(arena);
    arena = NULL;

    return 0;
}


/* xorshift64*: the same numbers on every machine. */

static inline uint64_t
next_random(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;

    return *seed * UINT64_C(2685821657736338717);
}


/* 0 to n - 1 */

static inline unsigned
below(uint64_t *seed, unsigned n)
{
    return (unsigned) ((next_random(seed) >> 33) % n);
}


#define reader_test(f)  cmocka_unit_test_setup_teardown(f, set_up, tear_down)


#endif /* READERS_H */
