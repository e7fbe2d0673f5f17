/*
 * Copyright (C) SitePreserver developers
 *
 * What a relay or another program says, without the addresses in it.  Whole
 * words go, rather too many than too few: an address may be quoted, encoded,
 * cut or taken apart.
 */

#ifndef MASK_H
#define MASK_H

#include <stddef.h>


/*
 * Writes text to out, of size > 16 bytes, cut to fit, without control
 * characters.  Instead of words that have an "@" (or "%40"), or stand beside
 * one, it has "<address>".  to: the address that text is an answer about, or
 * NULL; then those go too that have a "=", as rewritten senders have, or
 * anything of its parts.  Give text whole: of an address that was cut before
 * its "@" nobody could tell what it was.  Returns out.
 */

char *mask_text(const char *text, size_t len, const char *to, char *out,
    size_t size);


#endif /* MASK_H */
