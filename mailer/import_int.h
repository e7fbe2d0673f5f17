/*
 * Copyright (C) SitePreserver developers
 *
 * What the parts of an import share.
 */

#ifndef IMPORT_INT_H
#define IMPORT_INT_H

#include "html.h"
#include "import.h"
#include "import_css.h"


#define IMPORT_LINKS_MAX  1000
#define IMPORT_NAME_MAX   32
#define IMPORT_PARTS_MAX  512       /* conditional comments */


/* The file, or what is in one of its conditional comments. */

typedef struct {
    html_t          *html;
    size_t           shift;         /* where it begins in the file */
    unsigned         comment:1;
} import_part_t;


typedef enum {
    IMPORT_LINK_OTHER = 0,          /* left alone */
    IMPORT_LINK_TAG,                /* {{cart_link}} and the like */
    IMPORT_LINK_OWN,                /* the shop's own host */
    IMPORT_LINK_FOREIGN             /* relative, to another one */
} import_link_kind_t;


typedef struct {
    import_part_t       *part;
    const html_node_t   *node;
    const html_attr_t   *href;
    import_link_kind_t   kind;
    sp_str_t             raw;       /* href as it stands in the file */
    buffer_t             label;     /* its text, one line */
    unsigned             cart:1;    /* leads to the landing page */
    unsigned             button:1;  /* looks like one */
    unsigned             cta:1;
    unsigned             unsubscribe:1;
    char                 name[IMPORT_NAME_MAX + 1];
} import_link_t;


typedef struct {
    const import_options_t  *options;
    sp_str_t                 source;
    import_part_t            parts[IMPORT_PARTS_MAX];   /* the file first */
    size_t                   nparts;
    import_css_t             css;
    import_link_t           *links;
    size_t                   nlinks;
    html_edits_t            *edits;
    import_result_t         *result;
    unsigned                 failed:1;      /* an error was noted */
    unsigned                 unsubscribe:1; /* a link was made of one */
    links_site_t             site;
    buffer_t                 base;          /* of <base>; len 0: site's */
} import_t;


/* offset: of the file; IMPORT_NOWHERE: of all of it. */

#define IMPORT_NOWHERE  ((size_t) -1)

void import_note(import_t *im, import_level_t level, size_t offset,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));


/* An edit of the file; a text that did not fit into its buffer is an error. */

void import_edit(import_t *im, size_t offset, size_t len,
    const buffer_t *text);


/* Notes that error. */

void import_larger(import_t *im, size_t offset);


/* Is the word in the text, whatever the case of ASCII letters? */

int import_has(const char *text, size_t len, const char *word);


/* Where something of a link is in the file. */

size_t import_link_at(const import_link_t *link);


/* Finds the links and what they are; then, which is the CTA; rewrites them. */

void import_links_find(import_t *im);
void import_cta(import_t *im);
void import_links_write(import_t *im);


/* Finds <base>. */

void import_base(import_t *im);


/*
 * Appends where url leads to, seen from <base>; errors as links_absolute().
 */

sp_rc_t import_absolute(const import_t *im, const sp_str_t *url,
    buffer_t *out);


/* Puts text, escaped, where the value is; in quotes if it had none. */

void import_attr_set(import_t *im, const import_part_t *part,
    const html_attr_t *attr, const char *text, size_t len);


/* A name for utm_content, out of what the link shows; unlike all others. */

void import_link_name(import_t *im, import_link_t *link);


/* Pictures and backgrounds become absolute, in attributes and in styles. */

void import_pictures(import_t *im);
void import_urls(import_t *im);


/* Appends a value of <style>, with addresses that are absolute. */

void import_urls_value(import_t *im, const sp_str_t *value, buffer_t *out);


/* Rules are written into the elements. */

void import_inline(import_t *im);


/* What holds for an element: rules, then its own style attribute. */

void import_style(const import_t *im, const html_node_t *node,
    import_style_t *style);


/* Is the begin or end of a section in that part of the file? */

int import_has_section(const import_t *im, size_t from, size_t to);


/* Subject, preheader and footer; result->head. */

void import_head(import_t *im);
void import_footer(import_t *im);


#endif /* IMPORT_INT_H */
