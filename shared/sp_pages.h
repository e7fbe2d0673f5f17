/*
 * Copyright (C) SitePreserver developers
 *
 * What rules look for in HTML, be it an answer's body or a string in JSON: of
 * each rule one set of selectors for single values, and one for each
 * collection; and what becomes of what they find.
 */

#ifndef SP_PAGES_H
#define SP_PAGES_H

#include "sp_items.h"
#include "sp_rules.h"


typedef struct sp_page_find_s  sp_page_find_t;

typedef struct {
    sp_page_find_t      *first;     /* NULL: nobody reads this document */
    sp_page_find_t     **last;
    unsigned             number;    /* of the document, from 1; 0: the body */
} sp_pages_t;


/*
 * Has a value looked for: sets source->value.  present: only whether there is
 * such an element.  empty: it is to tell that the cart is empty.  SP_INVALID,
 * SP_LIMIT with err; SP_NOMEM.
 */

typedef struct {
    unsigned             present:1;
    unsigned             empty:1;
} sp_page_want_t;

sp_rc_t sp_pages_value(sp_pages_t *pages, sp_rules_t *rules,
    const sp_rule_t *rule, sp_source_t *source, sp_page_want_t want,
    sp_error_t *err);


/* The same for a collection and the fields of its elements. */

sp_rc_t sp_pages_items(sp_pages_t *pages, sp_rules_t *rules,
    const sp_rule_t *rule, const sp_items_t *items,
    const sp_source_t *source, sp_error_t *err);


/* One document that is read, for the rules that are alive. */

typedef struct sp_page_s  sp_page_t;

/* NULL: out of memory. */

sp_page_t *sp_page_create(sp_observation_t *ob, const sp_pages_t *pages);


/*
 * The next piece.  SP_AGAIN; SP_DONE: no more is wanted; SP_NOMEM.  Then its
 * end, if it was not cut.
 */

sp_rc_t sp_page_read(sp_page_t *page, const char *data, size_t len);
sp_rc_t sp_page_end(sp_page_t *page);


/* Of that piece, how many bytes were looked at. */

size_t sp_page_taken(const sp_page_t *page);


/*
 * It is over, and another one will do as well for what it did not have.
 * SP_AGAIN; SP_DONE: no more is wanted; SP_NOMEM.
 */

sp_rc_t sp_page_next(sp_page_t *page);


#endif /* SP_PAGES_H */
