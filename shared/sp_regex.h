/*
 * Copyright (C) SitePreserver developers
 *
 * Regular expressions (PCRE2) with bounded work.  All of one set share the
 * scratch memory that matching needs, so that matching allocates nothing: a
 * set must not be used by two threads at once.  Processes forked after it was
 * made have their own.  Subjects are bytes, not UTF-8.
 */

#ifndef SP_REGEX_H
#define SP_REGEX_H

#include "sp_str.h"


#define SP_REGEX_CAPTURES  15       /* that can be read */


typedef struct sp_regexes_s  sp_regexes_t;
typedef struct sp_regex_s    sp_regex_t;


/* An empty set; NULL: out of memory.  The pool must outlive it. */

sp_regexes_t *sp_regexes_create(const sp_pool_t *pool);


/* Frees what PCRE2 holds; may be called twice. */

void sp_regexes_free(sp_regexes_t *set);


/*
 * Compiles a pattern, with PCRE2's JIT where there is one.  SP_INVALID: err
 * names the pattern and what PCRE2 says, or that its time has no bound (an
 * unlimited repeat in a lookahead, or beside a reference back to a capture);
 * SP_NOMEM.
 */

sp_rc_t sp_regex_compile(sp_regexes_t *set, const sp_str_t *pattern,
    int caseless, sp_regex_t **re, sp_error_t *err);


/* How many captures it has. */

unsigned sp_regex_captures(const sp_regex_t *re);


/*
 * SP_OK: it matches; SP_DONE: it does not; SP_LIMIT: it would have taken too
 * long to say.
 */

sp_rc_t sp_regex_match(const sp_regex_t *re, const sp_str_t *subject);


/*
 * The same with the text of capture n (0: the whole match), which points into
 * the subject; SP_DONE also if that capture took no part.
 */

sp_rc_t sp_regex_capture(const sp_regex_t *re, const sp_str_t *subject,
    unsigned n, sp_str_t *text);


/* The first capture that took part, else the whole match. */

sp_rc_t sp_regex_extract(const sp_regex_t *re, const sp_str_t *subject,
    sp_str_t *text);


#endif /* SP_REGEX_H */
