/*
 * Copyright (C) SitePreserver developers
 *
 * The state that events are folded into, without Redis: the functions
 * themselves, in Lua, on a store in memory.
 */

#ifndef REPLAY_STATE_H
#define REPLAY_STATE_H

#include "sp_call.h"


typedef struct replay_state_s  replay_state_t;


/* Made at build time of replay_store.lua and replay_show.lua. */

extern const char  replay_store_lua[];
extern const char  replay_show_lua[];


/* NULL: out of memory, or err says what is wrong with the library. */

replay_state_t *replay_state_create(sp_error_t *err);
void replay_state_free(replay_state_t *state);


/* What time it is there, Unix ms. */

void replay_state_now(replay_state_t *state, int64_t ms);


/*
 * Calls a function; the reply's texts are the pool's.  SP_INVALID: it was
 * refused, err says why; SP_NOMEM.
 */

sp_rc_t replay_state_call(replay_state_t *state, const sp_call_t *call,
    const sp_pool_t *pool, sp_str_t **items, size_t *n, sp_error_t *err);


/* The same of a function of replay_show.lua: "v:" or "p:", and an id. */

sp_rc_t replay_state_show(replay_state_t *state, const sp_str_t *shop,
    const char *function, const char *kind, const sp_id_t *id,
    const sp_pool_t *pool, sp_str_t **items, size_t *n, sp_error_t *err);


#endif /* REPLAY_STATE_H */
