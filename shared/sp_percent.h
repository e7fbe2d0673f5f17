/*
 * Copyright (C) SitePreserver developers
 *
 * Percent-encoding (RFC 3986 section 2.1).
 */

#ifndef SP_PERCENT_H
#define SP_PERCENT_H

#include "sp_str.h"


/*
 * Decodes "%XX", and with plus "+" as a space, into out, which has room for
 * as many bytes; returns how many there are.  A "%" without two hex digits
 * stays as it is, as browsers and PHP have it.
 */

size_t sp_percent_decode(char *out, const char *p, const char *end, int plus);


#endif /* SP_PERCENT_H */
