/*
 * Copyright (C) SitePreserver developers
 *
 * Many strings looked for at once (Aho and Corasick behind Wu and Manber's
 * skips), without regard to the case of ASCII letters; and the strings of which
 * a regex needs one.  So 200 regexes cost a URI that none of them matches a look
 * at some of its bytes.
 */

#ifndef SP_LITERALS_H
#define SP_LITERALS_H

#include "sp_str.h"


#define SP_LITERALS_MAX  16         /* of one regex */
#define SP_LITERAL_MIN   3          /* shorter ones are in every URI */


/*
 * Literals of which at least one is in every string that the regex matches;
 * copies, in lower case, from the pool.  *n 0: it is not known.  SP_NOMEM.
 */

sp_rc_t sp_literals_of(const sp_pool_t *pool, const sp_str_t *regex,
    sp_str_t literals[SP_LITERALS_MAX], unsigned *n);


/*
 * Non-zero if a regex can be an alternative of a larger one without another
 * meaning: it sets no options, names no groups, has no verbs.
 */

int sp_literals_plain(const sp_str_t *regex);


typedef struct sp_literals_s  sp_literals_t;


/*
 * A searcher; literals, which are copied, are added with the number of the rule
 * that they stand for, then it is built.  SP_NOMEM; SP_LIMIT: too many.
 */

sp_literals_t *sp_literals_create(const sp_pool_t *pool);
sp_rc_t sp_literals_add(sp_literals_t *set, const sp_str_t *literal,
    unsigned rule);
sp_rc_t sp_literals_build(sp_literals_t *set);


/* Sets the bit of each rule of which a literal is in text; 0: of none. */

int sp_literals_find(const sp_literals_t *set, const sp_str_t *text,
    uint64_t *rules);


#endif /* SP_LITERALS_H */
