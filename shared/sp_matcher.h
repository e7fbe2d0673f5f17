/*
 * Copyright (C) SitePreserver developers
 *
 * Which rules does a request meet, by its method, URI and the names of its
 * arguments?  Whole URIs and prefixes are found in one walk along the URI,
 * regexes behind a search for the literals that they need and one alternation
 * of them, rules for any URI that need an argument by a hash of its name.  So
 * the price of a request that meets none hardly depends on how many rules
 * there are.  Nothing is allocated.
 */

#ifndef SP_MATCHER_H
#define SP_MATCHER_H

#include "sp_regex.h"


#define SP_RULES_MAX    1024
#define SP_RULES_WORDS  (SP_RULES_MAX / 64)

#define SP_METHODS      8           /* seven by name, and all others */
#define SP_METHODS_ALL  ((1u << SP_METHODS) - 1)
#define SP_METHOD_GET   0x01
#define SP_METHOD_HEAD  0x02


typedef enum {
    SP_URI_ANY = 0,
    SP_URI_EXACT,
    SP_URI_PREFIX,
    SP_URI_REGEX,
    SP_URI_REGEX_CASELESS
} sp_uri_op_t;


/* What a rule is met by. */

typedef struct {
    unsigned           methods;     /* bits of sp_method() */
    sp_uri_op_t        op;
    sp_str_t           uri;
    const sp_regex_t  *regex;       /* the URI, if it is one */
    const sp_str_t    *args;        /* SP_URI_ANY: only where the request has
                                       one of these arguments; */
    unsigned           nargs;       /* 0: anyway */
} sp_meeting_t;


typedef struct sp_matcher_s  sp_matcher_t;


/* A method's bit: of its own if it is a common one, else of all others. */

unsigned sp_method(const sp_str_t *name);


/*
 * Of n rules; their strings and regexes must live as long.  SP_NOMEM;
 * SP_LIMIT: more rules or regexes than can be.
 */

sp_rc_t sp_matcher_create(sp_matcher_t **matcher, const sp_pool_t *pool,
    sp_regexes_t *regexes, const sp_meeting_t *rules, unsigned n);


/*
 * Sets the bits of the rules that are met, and clears those of the others, in
 * as many words as the rules need.  Returns zero if none is met.
 */

int sp_matcher_find(const sp_matcher_t *matcher, unsigned method,
    const sp_str_t *uri, const sp_str_t *args, uint64_t *rules);


#endif /* SP_MATCHER_H */
