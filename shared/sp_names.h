/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver_define NAME VALUE: what a preset leaves to the shop.  Where
 * later words of rules have ${NAME}, they get the value while the
 * configuration is read.
 */

#ifndef SP_NAMES_H
#define SP_NAMES_H

#include "sp_str.h"


typedef struct sp_name_s  sp_name_t;

struct sp_name_s {
    sp_str_t    name;
    sp_str_t    value;
    sp_name_t  *next;
    unsigned    used:1;
};


/* Of one level (http or a server), the last one first; all zero is empty. */

typedef struct {
    sp_name_t  *first;
} sp_names_t;


/*
 * Defines args[0] as args[1], in which names are put in first.  A name that
 * this level or the outer one (NULL: there is none) has already keeps its
 * value: the shop's own, before the preset, wins over the preset's default.
 * Another value than what was used already comes too late.  Memory is the
 * pool's.  SP_INVALID: err says why; SP_NOMEM.
 */

sp_rc_t sp_names_define(sp_names_t *names, const sp_names_t *outer,
    const sp_pool_t *pool, const sp_str_t *args, unsigned n, sp_error_t *err);


/*
 * Puts the values of names into a word.  One without ${ is left as it is.
 * SP_INVALID: a name that nobody has defined, or that does not end.
 */

sp_rc_t sp_names_expand(const sp_names_t *names, const sp_names_t *outer,
    const sp_pool_t *pool, sp_str_t *word, sp_error_t *err);


#endif /* SP_NAMES_H */
