/*
 * Copyright (C) SitePreserver developers
 *
 * A selector as it was read: types, classes, ids, attributes, and elements in
 * elements.
 */

#ifndef CSS_SELECT_H
#define CSS_SELECT_H

#include "css.h"


typedef enum {
    CSS_TYPE = 0,
    CSS_ID,
    CSS_CLASS,
    CSS_HAS,                        /* [name] */
    CSS_EQUALS,                     /* [name=value] */
    CSS_BEGINS,                     /* [name^=value] */
    CSS_ENDS,                       /* [name$=value] */
    CSS_CONTAINS,                   /* [name*=value] */
    CSS_WORD,                       /* [name~=value] */
    CSS_LINK,                       /* :link */
    CSS_ROOT,                       /* :root */
    CSS_NEVER,                      /* :hover, ::before: not at rest */
    CSS_UNKNOWN
} css_simple_type_t;


typedef struct css_simple_s  css_simple_t;

struct css_simple_s {
    css_simple_t       *next;
    css_simple_type_t   type;
    sp_str_t            name;
    sp_str_t            value;
};


/* What one element has to be, and how it lies to that of the part before. */

typedef struct {
    css_simple_t  *simples;
    css_simple_t  *sibling;         /* of the element just before it */
    unsigned       child:1;         /* ">" */
    unsigned       has_sibling:1;
} css_part_t;


struct css_selector_s {
    css_part_t   parts[CSS_PARTS_MAX];
    size_t       n;
    unsigned     specificity;
    unsigned     unknown:1;         /* not understood as a whole */
};


#endif /* CSS_SELECT_H */
