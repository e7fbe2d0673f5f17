/*
 * Copyright (C) SitePreserver developers
 *
 * A hash of names of arguments, looked up in the arguments of a URI as they
 * were sent.
 */

#ifndef SP_ARGSET_H
#define SP_ARGSET_H

#include "sp_str.h"


typedef struct sp_argset_s  sp_argset_t;


/* Room for n names; NULL: out of memory. */

sp_argset_t *sp_argset_create(const sp_pool_t *pool, unsigned n);


/*
 * Adds a name (decoded) for a rule and its methods; when all are added, the set
 * is built.  SP_NOMEM.
 */

sp_rc_t sp_argset_add(sp_argset_t *set, const sp_str_t *name, unsigned rule,
    unsigned methods);
sp_rc_t sp_argset_build(sp_argset_t *set);


/* Sets the bits of the rules of which args has an argument. */

void sp_argset_find(const sp_argset_t *set, const sp_str_t *args,
    unsigned methods, uint64_t *rules);


#endif /* SP_ARGSET_H */
