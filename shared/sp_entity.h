/*
 * Copyright (C) SitePreserver developers
 *
 * Character references of HTML, "&eacute;" and "&#233;", as browsers read them
 * (HTML Standard, 13.2.5.72 to 13.2.5.80).
 */

#ifndef SP_ENTITY_H
#define SP_ENTITY_H

#include "sp_str.h"


#define SP_ENTITY_MAX  36       /* bytes of the longest, with "&" and ";" */
#define SP_ENTITY_OUT  8        /* room for what one stands for */


/*
 * Reads the reference at p, which is an "&".  Returns how many bytes it takes
 * and sets out to what it stands for, *n bytes of UTF-8; 0: it is none, and
 * the "&" stands for itself.  attribute: it is in the value of one, where
 * "&copy=" and "&copya" are no references.  What comes after SP_ENTITY_MAX
 * bytes is not looked at, so fewer are only well at the end of a text; a
 * number with more zeros before it than that is none.
 */

size_t sp_entity_read(const char *p, size_t len, int attribute,
    char out[SP_ENTITY_OUT], size_t *n);


/*
 * All references of a text: out has room for len + len / 4 + SP_ENTITY_OUT
 * bytes, and may not be in.  Returns how many were written.
 */

size_t sp_entity_decode(const char *in, size_t len, int attribute, char *out);


/* For sp_entity.c only: sp_entity_names.c. */

extern const char    sp_entity_names[];
extern const size_t  sp_entity_names_len;


#endif /* SP_ENTITY_H */
