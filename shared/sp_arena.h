/*
 * Copyright (C) SitePreserver developers
 *
 * An sp_pool_t on malloc() with a limit, whose memory is given back at once.
 */

#ifndef SP_ARENA_H
#define SP_ARENA_H

#include "sp_str.h"


typedef struct sp_arena_s  sp_arena_t;


/*
 * limit: bytes that its allocations may have together, 0: no limit.  Memory
 * is taken in blocks that grow from 4 KiB.  NULL: out of memory.
 */

sp_arena_t *sp_arena_create(size_t limit);


/* The pool, which lives as long as the arena. */

const sp_pool_t *sp_arena_pool(sp_arena_t *arena);


/* Bytes asked for, and number of allocations, since the last reset. */

size_t sp_arena_used(const sp_arena_t *arena);
unsigned long sp_arena_count(const sp_arena_t *arena);


/* Gives back all memory but the first block; the arena is as new. */

void sp_arena_reset(sp_arena_t *arena);


/* Gives back everything; NULL is well. */

void sp_arena_destroy(sp_arena_t *arena);


/*
 * For tests.  After n more allocations each one fails; n < 0: none does.
 * Exact: each allocation is a malloc() of its own size, so that valgrind and
 * ASan see its ends.
 */

void sp_arena_fail_after(sp_arena_t *arena, long n);
void sp_arena_exact(sp_arena_t *arena, int on);


#endif /* SP_ARENA_H */
