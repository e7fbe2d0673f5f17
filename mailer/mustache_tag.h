/*
 * Copyright (C) SitePreserver developers
 *
 * The tags of a template's text: where they are, and what their lines become.
 * What they mean is mustache_compile.c's concern.
 */

#ifndef MUSTACHE_TAG_H
#define MUSTACHE_TAG_H

#include "sp_str.h"


#define MUSTACHE_DELIMITER_MAX  8


typedef struct {
    const char  *text;              /* with a NUL after it */
    size_t       len;
    sp_str_t     open;              /* delimiters: at first "{{" and "}}" */
    sp_str_t     close;
} mustache_tags_t;


typedef struct {
    char         type;              /* 'v'alue, or its sigil # ^ / > ! = { & */
    size_t       start;             /* of the opening delimiter */
    size_t       end;               /* after the closing one */
    sp_str_t     name;              /* trimmed content */
    sp_str_t     indent;            /* what is before it, if standalone */
} mustache_tag_t;


/*
 * The first tag at from or later.  1: found; 0: there is none; -1: it is not
 * closed, tag->start is where it begins.
 */

int mustache_tag_next(const mustache_tags_t *tags, size_t from,
    mustache_tag_t *tag);


/*
 * Is the tag alone on its line(s)?  Then the line goes with it: the blanks
 * before are tag->indent, and *after is where the next line begins.
 */

int mustache_tag_standalone(const mustache_tags_t *tags, mustache_tag_t *tag,
    size_t *after);


/* {{=OPEN CLOSE=}}: from now on these.  0: they are not two delimiters. */

int mustache_tag_delimiters(mustache_tags_t *tags, const mustache_tag_t *tag);


/* Is it white space? */

int mustache_tag_space(char c);


#endif /* MUSTACHE_TAG_H */
