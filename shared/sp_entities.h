/*
 * Copyright (C) SitePreserver developers
 *
 * HTML's character references: "&amp;", "&#8364;", "&#x20AC;" (WHATWG HTML,
 * sections 13.2.5.72 to 13.2.5.80 and 13.5).
 */

#ifndef SP_ENTITIES_H
#define SP_ENTITIES_H

#include "sp_str.h"


#define SP_ENTITY_MAX  8            /* bytes that one of them stands for */


/*
 * Decodes all of them; what is none stays as it is.  attribute: as in the value
 * of an attribute, where a name without its ";" is not one if a letter, a
 * digit or "=" follows ("?a=1&copy=2").  *out is in itself if nothing is to be
 * done, else from the pool; out may be in.  SP_OK, SP_NOMEM.
 */

sp_rc_t sp_entities_decode(const sp_pool_t *pool, const sp_str_t *in,
    int attribute, sp_str_t *out);


/*
 * The one that begins at p, which is a "&" (p < end): writes what it stands
 * for into text (SP_ENTITY_MAX bytes), sets *len, and returns how many bytes
 * it has; 0: it is none.
 */

size_t sp_entities_read(const char *p, const char *end, int attribute,
    char *text, size_t *len);


#endif /* SP_ENTITIES_H */
