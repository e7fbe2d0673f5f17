/*
 * Copyright (C) SitePreserver developers
 *
 * Names of arguments that a URI's arguments may certainly not have: most that
 * shops serve have none but the version of a script or style.
 */

#ifndef SP_ARGNAMES_H
#define SP_ARGNAMES_H

#include "sp_str.h"


typedef struct sp_argnames_s  sp_argnames_t;


/*
 * A set of names (decoded), which are added, and then built.  NULL, SP_NOMEM:
 * out of memory.
 */

sp_argnames_t *sp_argnames_create(const sp_pool_t *pool);
sp_rc_t sp_argnames_add(sp_argnames_t *names, const sp_str_t *name);
sp_rc_t sp_argnames_build(sp_argnames_t *names);


/* Non-zero: args, as they were sent, have none of them; zero: they may. */

int sp_argnames_absent(const sp_argnames_t *names, const sp_str_t *args);


#endif /* SP_ARGNAMES_H */
