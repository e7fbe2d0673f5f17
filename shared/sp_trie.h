/*
 * Copyright (C) SitePreserver developers
 *
 * Strings as a tree of their common beginnings: whole strings and prefixes
 * of a text are found in one walk that ends where the text differs from all.
 */

#ifndef SP_TRIE_H
#define SP_TRIE_H

#include "sp_str.h"


typedef struct sp_trie_s  sp_trie_t;


/* Empty; NULL: out of memory. */

sp_trie_t *sp_trie_create(const sp_pool_t *pool);


/*
 * Adds a string for a rule and the methods (a mask) that it is for; prefix:
 * it is found in every text that begins with it.  The string must live as
 * long as the trie.  SP_NOMEM.
 */

sp_rc_t sp_trie_add(sp_trie_t *trie, const sp_str_t *string, int prefix,
    unsigned rule, unsigned methods);


/* Makes it fast to walk: call when all is added.  SP_NOMEM. */

sp_rc_t sp_trie_build(sp_trie_t *trie);


/* Sets the bits of the rules found; returns how many (a rule may repeat). */

unsigned sp_trie_find(const sp_trie_t *trie, const sp_str_t *text,
    unsigned methods, uint64_t *rules);


#endif /* SP_TRIE_H */
