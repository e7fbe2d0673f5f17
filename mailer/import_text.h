/*
 * Copyright (C) SitePreserver developers
 *
 * The making of a text part: what its two halves share.
 */

#ifndef IMPORT_TEXT_H
#define IMPORT_TEXT_H

#include "import_int.h"
#include "import_lines.h"


#define IMPORT_URLS  256            /* addresses written, each once */


/* A tag of a section in the source. */

typedef struct {
    size_t    from;
    size_t    to;
} import_section_t;


/* A link of the block that is being written. */

typedef struct {
    const html_node_t  *node;
    sp_str_t            url;
} import_url_t;


typedef struct {
    sp_str_t           source;
    const html_t      *html;
    import_lines_t     lines;
    import_section_t  *sections;
    size_t             nsections;
    size_t             section;     /* the next one */
    unsigned           no_sections:1;
    import_url_t       urls[IMPORT_URLS];
    size_t             nurls;
    size_t             told;        /* urls up to here are written */
    unsigned           number;      /* of the item in an <ol> */
} import_text_t;


/* A picture's description, unless that is said beside it. */

void import_text_picture(import_text_t *t, const html_node_t *node);


/* At the end of a link: remembers it until its block ends. */

void import_text_link(import_text_t *t, const html_node_t *node);


/* Is the line nothing but the words of one link?  They come with its address. */

int import_text_only_link(const import_text_t *t);


/* "Label: address", a line each, unless the text says the address itself. */

void import_text_urls(import_text_t *t);


#endif /* IMPORT_TEXT_H */
