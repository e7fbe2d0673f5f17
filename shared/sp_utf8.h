/*
 * Copyright (C) SitePreserver developers
 *
 * UTF-8 (RFC 3629) from strangers: checked, cut and made fit to be stored.
 */

#ifndef SP_UTF8_H
#define SP_UTF8_H

#include "sp_str.h"


/* Non-zero if all bytes are printable ASCII, as nearly all texts are. */

int sp_utf8_plain(const char *data, size_t len);


/* The length of the longest prefix that is valid UTF-8. */

size_t sp_utf8_valid(const char *data, size_t len);


/*
 * The length of text cut to at most max bytes without splitting a character.
 * Bytes that are not UTF-8 are characters of their own.
 */

size_t sp_utf8_cut(const sp_str_t *text, size_t max);


/* The length of text without a character at its end that is not complete. */

size_t sp_utf8_whole(const sp_str_t *text);


/* Writes a code point (no surrogate, at most 0x10FFFF), 1 to 4 bytes. */

size_t sp_utf8_encode(uint32_t code, char out[4]);


/*
 * A copy of at most max bytes without what must not be stored or shown:
 * control characters (C0, DEL, C1), line separators (U+2028, U+2029),
 * bidirectional controls (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to
 * U+2069), byte order marks and noncharacters are left out; tabs and ends of
 * lines become a space; each byte that is not UTF-8 becomes U+FFFD.  Spaces at
 * begin and end are removed.  out may be in; it points into in when nothing
 * had to be changed.  SP_OK, SP_NOMEM.
 */

sp_rc_t sp_utf8_clean(const sp_pool_t *pool, const sp_str_t *in, size_t max,
    sp_str_t *out);


#endif /* SP_UTF8_H */
