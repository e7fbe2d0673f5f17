/*
 * Copyright (C) SitePreserver developers
 *
 * Style sheets as far as they can be written into style attributes: rules of
 * simple selectors (types, classes, ids, and these together).  Mustache tags
 * are taken as they stand.
 */

#ifndef IMPORT_CSS_H
#define IMPORT_CSS_H

#include "html.h"


#define IMPORT_CSS_CLASSES  4
#define IMPORT_CSS_RULES    2048
#define IMPORT_CSS_DECLS    16384
#define IMPORT_CSS_STYLE    64      /* declarations for one element */


/* "name: value", as it stands in the source; value is without !important. */

typedef struct {
    sp_str_t   name;
    sp_str_t   value;
    unsigned   important:1;
} import_decl_t;


typedef struct {
    sp_str_t   type;                /* len 0: any */
    sp_str_t   id;
    sp_str_t   classes[IMPORT_CSS_CLASSES];
    unsigned   nclasses;
    unsigned   weight;              /* specificity */
    size_t     first;               /* of its declarations */
    size_t     ndecls;
} import_rule_t;


typedef struct {
    import_rule_t  *rules;          /* in the order of the source */
    size_t          nrules;
    import_decl_t  *decls;
    size_t          ndecls;
    import_decl_t  *media;          /* in @media */
    size_t          nmedia;
    unsigned        skipped;        /* selectors that are not simple */
    unsigned        failed:1;       /* no memory, or too many */
} import_css_t;


/* What holds for one element, the last of a name only. */

typedef struct {
    import_decl_t   decls[IMPORT_CSS_STYLE];
    size_t          n;
} import_style_t;


void import_css_init(import_css_t *css);
void import_css_free(import_css_t *css);


/* Adds a style sheet, which must live as long. */

void import_css_parse(import_css_t *css, const sp_str_t *text);


/* The declarations of a style attribute, added to style. */

void import_css_inline(const sp_str_t *text, import_style_t *style);


/* What the rules say of an element, without its style attribute. */

void import_css_style(const import_css_t *css, const html_node_t *node,
    import_style_t *style);


/* NULL: nothing is said of it. */

const import_decl_t *import_css_find(const import_style_t *style,
    const char *name);


#endif /* IMPORT_CSS_H */
