/*
 * Copyright (C) SitePreserver developers
 *
 * The language that a browser asks for.
 */

#ifndef SP_LANGUAGE_H
#define SP_LANGUAGE_H

#include "sp_field.h"


#define SP_LANGUAGE_MAX     1024    /* bytes of a header that are looked at */
#define SP_LANGUAGE_RANGES  32      /* of them, the first so many */


/*
 * Of an Accept-Language (RFC 9110 section 12.5.4) the range that it likes
 * best, the first of those that it likes alike: "de-AT" of
 * "en;q=0.8, de-at, *".  What is no language tag ("*"), has no weight that can
 * be read, or weighs 0, is passed over, and nothing else is made of it.
 * SP_OK with the tag as it was written, and its end; SP_DONE: there is none.
 */

sp_rc_t sp_language(const sp_str_t *header, char tag[SP_LOCALE_MAX + 1],
    size_t *len);


#endif /* SP_LANGUAGE_H */
