/*
 * Copyright (C) SitePreserver developers
 *
 * For sp_unpack*.c only.
 */

#ifndef SP_UNPACK_INT_H
#define SP_UNPACK_INT_H

#include "sp_unpack.h"


/*
 * Memory for a library that gives back what it took: from a pool, which does
 * not take it back, so what is given back is used again.
 */

#define UNPACK_FREED  32

typedef struct {
    const sp_pool_t  *pool;
    size_t            used;
    void             *freed[UNPACK_FREED];
} unpack_memory_t;


/* malloc() and free() of it; NULL also beyond SP_UNPACK_MEMORY. */

void *unpack_alloc(void *memory, size_t size);
void unpack_free(void *memory, void *p);


/*
 * sp_unpack_brotli.c.  As sp_unpack(); *whole: all of it was there.  NULL: out
 * of memory.
 */

typedef struct unpack_brotli_s  unpack_brotli_t;

int unpack_brotli_there(void);
unpack_brotli_t *unpack_brotli_create(const sp_pool_t *pool,
    unpack_memory_t *memory);
sp_rc_t unpack_brotli(unpack_brotli_t *brotli, const char *data, size_t len,
    char *piece, sp_unpack_pt take, void *taker, int *whole);


#endif /* SP_UNPACK_INT_H */
