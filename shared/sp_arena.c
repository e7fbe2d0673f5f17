/*
 * Copyright (C) SitePreserver developers
 */

#include <stdlib.h>
#include "sp_arena.h"


#define ARENA_BLOCK      4096
#define ARENA_BLOCK_MAX  (256 * 1024)
#define ARENA_ALIGN      16


typedef struct arena_block_s  arena_block_t;

struct arena_block_s {
    arena_block_t  *next;
    size_t          size;           /* of its data */
    size_t          used;
    size_t          pad;            /* data begins aligned */
};


struct sp_arena_s {
    sp_pool_t       pool;
    size_t          limit;
    size_t          used;
    unsigned long   count;
    long            fail_after;
    int             exact;
    size_t          block;          /* size of the next one */
    arena_block_t  *blocks;         /* the newest first */
};


static void *arena_alloc(void *data, size_t size);
static arena_block_t *arena_block(sp_arena_t *arena, size_t size);


sp_arena_t *
sp_arena_create(size_t limit)
{
    sp_arena_t  *arena;

    arena = calloc(1, sizeof(sp_arena_t));
    if (arena == NULL) {
        return NULL;
    }

    arena->pool.alloc = arena_alloc;
    arena->pool.data = arena;
    arena->limit = limit ? limit : SIZE_MAX;
    arena->fail_after = -1;
    arena->block = ARENA_BLOCK;

    return arena;
}


const sp_pool_t *
sp_arena_pool(sp_arena_t *arena)
{
    return &arena->pool;
}


size_t
sp_arena_used(const sp_arena_t *arena)
{
    return arena->used;
}


unsigned long
sp_arena_count(const sp_arena_t *arena)
{
    return arena->count;
}


void
sp_arena_reset(sp_arena_t *arena)
{
    arena_block_t  *block, *next, *kept;

    kept = NULL;

    for (block = arena->blocks; block != NULL; block = next) {
        next = block->next;

        if (next == NULL && block->size == ARENA_BLOCK) {
            kept = block;
            kept->used = 0;
            break;
        }

        free(block);
    }

    arena->blocks = kept;
    arena->block = ARENA_BLOCK;
    arena->used = 0;
    arena->count = 0;
}


void
sp_arena_destroy(sp_arena_t *arena)
{
    arena_block_t  *block, *next;

    if (arena == NULL) {
        return;
    }

    for (block = arena->blocks; block != NULL; block = next) {
        next = block->next;
        free(block);
    }

    free(arena);
}


void
sp_arena_fail_after(sp_arena_t *arena, long n)
{
    arena->fail_after = n;
}


void
sp_arena_exact(sp_arena_t *arena, int on)
{
    arena->exact = on;
}


static void *
arena_alloc(void *data, size_t size)
{
    void           *p;
    size_t          room;
    sp_arena_t     *arena;
    arena_block_t  *block;

    arena = data;

    if (arena->fail_after == 0 || size > arena->limit - arena->used) {
        return NULL;
    }

    if (size > SIZE_MAX / 2) {
        return NULL;
    }

    room = (size + ARENA_ALIGN - 1) & ~(size_t) (ARENA_ALIGN - 1);

    if (arena->exact) {
        block = arena_block(arena, size);
        room = size;

    } else {
        block = arena->blocks;

        if (block == NULL || room > block->size - block->used) {
            block = arena_block(arena, room > arena->block ? room
                                                           : arena->block);
        }
    }

    if (block == NULL) {
        return NULL;
    }

    p = (char *) (block + 1) + block->used;
    block->used += room;

    arena->used += size;
    arena->count++;

    if (arena->fail_after > 0) {
        arena->fail_after--;
    }

    return p;
}


static arena_block_t *
arena_block(sp_arena_t *arena, size_t size)
{
    arena_block_t  *block;

    block = malloc(sizeof(arena_block_t) + size);
    if (block == NULL) {
        return NULL;
    }

    block->size = size;
    block->used = 0;
    block->next = arena->blocks;
    arena->blocks = block;

    if (!arena->exact && arena->block < ARENA_BLOCK_MAX) {
        arena->block *= 2;
    }

    return block;
}
