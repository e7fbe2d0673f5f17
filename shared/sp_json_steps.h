/*
 * Copyright (C) SitePreserver developers
 *
 * A path into JSON that is whole in memory, when a part of it is wanted as it
 * is written.
 */

#ifndef SP_JSON_STEPS_H
#define SP_JSON_STEPS_H

#include "sp_json.h"


typedef struct {
    sp_str_t        name;           /* of a member, or ... */
    uint32_t        index;          /* ... an element */
    unsigned        element:1;
} sp_json_way_t;

typedef struct {
    const sp_json_way_t  *list;
    unsigned              n;
} sp_json_steps_t;


/*
 * A path as in sp_json.h without wildcards.  SP_INVALID: err says why;
 * SP_NOMEM.
 */

sp_rc_t sp_json_steps(const sp_pool_t *pool, const sp_str_t *path,
    sp_json_steps_t *steps, sp_error_t *err);


/*
 * What the path leads to in text, as it is written there.  Of names the last
 * one counts, and one with escapes is another one.  SP_OK; SP_DONE: nothing.
 */

sp_rc_t sp_json_steps_find(const sp_json_steps_t *steps, const sp_str_t *text,
    sp_str_t *value);


#endif /* SP_JSON_STEPS_H */
