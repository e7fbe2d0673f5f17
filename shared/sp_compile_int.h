/*
 * Copyright (C) SitePreserver developers
 *
 * The parts of the compiler; for sp_compile*.c only.
 */

#ifndef SP_COMPILE_INT_H
#define SP_COMPILE_INT_H

#include "sp_rules_int.h"


/*
 * sp_compile_graphql.c: gives the fields that a source names their number:
 * equal lists have one.
 */

sp_rc_t sp_compile_roots(sp_rules_t *rules, sp_source_t *source);


/*
 * A rule that takes all it says from fields of GraphQL has nothing to say of
 * a request for none of them; so answers to those are not read for it.
 */

sp_rc_t sp_compile_asks(sp_rules_t *rules, sp_rule_t *rule);


/* sp_viewer.c: by what of a request visitors may be known.  SP_NOMEM. */

sp_rc_t sp_compile_viewers(sp_rules_t *rules);


#endif /* SP_COMPILE_INT_H */
