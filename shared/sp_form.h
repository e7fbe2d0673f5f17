/*
 * Copyright (C) SitePreserver developers
 *
 * Urlencoded forms (application/x-www-form-urlencoded, WHATWG URL section 5.1)
 * and the arguments of a URI, which are written alike; names in brackets as
 * PHP and Rails read them.
 */

#ifndef SP_FORM_H
#define SP_FORM_H

#include "sp_str.h"


#define SP_FORM_FIELDS     1000     /* fields of one form (PHP's own limit) */
#define SP_FORM_WILDCARDS  4        /* "*" in one pattern */


typedef struct {
    sp_str_t            name;       /* "+" and "%XX" decoded */
    sp_str_t            value;
    unsigned            index;      /* after sp_form_index(), of a name with
                                       "[]": how many fields of the very same
                                       name came before, else 0 */
} sp_form_field_t;


typedef struct {
    sp_form_field_t    *fields;     /* in the order of the form */
    unsigned            n;
    unsigned            cut:1;      /* had more fields than were kept */

    unsigned           *order;      /* by name, then as they came; NULL until
                                       sp_form_index() */
    char               *built;      /* room for the longest name */
    size_t              longest;
} sp_form_t;


/*
 * Reads at most max fields (0: SP_FORM_FIELDS) of text; memory is from the
 * pool.  A "%" without two hex digits stays as it is; a pair without "=" has
 * an empty value; empty pairs are skipped.  NULs and other control characters
 * are kept.  SP_OK, SP_NOMEM.
 */

sp_rc_t sp_form_parse(sp_form_t *form, const sp_pool_t *pool,
    const sp_str_t *text, unsigned max);


/*
 * A pattern is a name, in which "*" stands for any text within one part:
 *     a[*][b]     one key in brackets: a[7][b], also a[][b]
 *     a.*.b       one part of a dotted name, without "." and brackets
 *     a_*         the rest of a part
 * All else, "[]" too, stands for itself.  "*" alone matches every name without
 * brackets or dots.  SP_INVALID with err: too many wildcards, two without
 * anything between them, brackets that do not match, or an empty pattern.
 */

sp_rc_t sp_form_pattern_check(const sp_str_t *pattern, sp_error_t *err);


typedef struct {
    const sp_form_field_t  *field;
    unsigned                nwildcards;
    sp_str_t                wildcards[SP_FORM_WILDCARDS];   /* as written in
                                       the name; empty for "[]" */
} sp_form_hit_t;


/*
 * The next field that the pattern matches; *pos is where to go on, 0 at
 * first.  SP_OK, or SP_DONE: no more.
 */

sp_rc_t sp_form_next(const sp_form_t *form, const sp_str_t *pattern,
    unsigned *pos, sp_form_hit_t *hit);


/*
 * The value of the last field that the pattern matches, as PHP, Rails and
 * Django take it.  SP_OK or SP_DONE: none.
 */

sp_rc_t sp_form_get(const sp_form_t *form, const sp_str_t *pattern,
    sp_str_t *value);


/*
 * Sorts the names, so that many fields are found beside many others in little
 * time; a second call does nothing.  SP_OK, SP_NOMEM.
 */

sp_rc_t sp_form_index(sp_form_t *form, const sp_pool_t *pool);


/*
 * The value of the field that belongs to hit: each "#" of name stands for the
 * wildcard of the same number ("quantity[#]" of "id[*]"); where that was a
 * "[]", the field must be of the same index.  Of several the last one.  Only
 * after sp_form_index().  SP_OK or SP_DONE: none.
 */

sp_rc_t sp_form_get_beside(const sp_form_t *form, const sp_str_t *name,
    const sp_form_hit_t *hit, sp_str_t *value);


#endif /* SP_FORM_H */
