/*
 * Copyright (C) SitePreserver developers
 *
 * A pool on the stack, for what is mostly small and soon over; what does not
 * fit comes from another pool.
 */

#ifndef SP_SCRATCH_H
#define SP_SCRATCH_H

#include "sp_str.h"


#define SP_SCRATCH_SIZE  2048


typedef struct {
    sp_pool_t         pool;
    const sp_pool_t  *behind;
    size_t            used;
    _Alignas(16) char memory[SP_SCRATCH_SIZE];
} sp_scratch_t;


static inline void *
sp_scratch_alloc(void *data, size_t size)
{
    void          *p;
    sp_scratch_t  *scratch;

    scratch = data;

    if (size > SP_SCRATCH_SIZE - scratch->used) {
        return sp_alloc(scratch->behind, size);
    }

    p = scratch->memory + scratch->used;
    scratch->used += (size + 15) & ~(size_t) 15;

    return p;
}


static inline const sp_pool_t *
sp_scratch_pool(sp_scratch_t *scratch, const sp_pool_t *behind)
{
    scratch->pool.alloc = sp_scratch_alloc;
    scratch->pool.data = scratch;
    scratch->behind = behind;
    scratch->used = 0;

    return &scratch->pool;
}


#endif /* SP_SCRATCH_H */
