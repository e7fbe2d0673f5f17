/*
 * Copyright (C) SitePreserver developers
 *
 * Lines of a text part: words come in, lines go out, at most 72 characters
 * where that can be, with mustache sections on lines of their own where their
 * content is more than one line.
 */

#ifndef IMPORT_LINES_H
#define IMPORT_LINES_H

#include "buffer.h"


#define IMPORT_WIDTH  72


typedef struct {
    buffer_t   *out;
    buffer_t    line;               /* not yet out */
    unsigned    blank:1;            /* before the next content */
    unsigned    some:1;             /* content was written */
    unsigned    indent;             /* of lines after the first */
    char        first[8];           /* "* " before the next content */
} import_lines_t;


void import_lines_init(import_lines_t *lines, buffer_t *out);
void import_lines_free(import_lines_t *lines);


/* Adds text; white space is one blank, none at a line's begin. */

void import_lines_text(import_lines_t *lines, const char *text, size_t len);


/* Adds a section's tag as it is. */

void import_lines_tag(import_lines_t *lines, const sp_str_t *tag);


/* Ends a line; the characters that it shows, without tags. */

size_t import_lines_break(import_lines_t *lines);


/* Ends a line, and the next content follows after an empty one. */

void import_lines_blank(import_lines_t *lines);


/* A line as it is, an address or a rule, after what was begun. */

void import_lines_whole(import_lines_t *lines, const char *text, size_t len);


/* Does the line begun show anything? */

int import_lines_begun(const import_lines_t *lines);


#endif /* IMPORT_LINES_H */
