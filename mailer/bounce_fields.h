/*
 * Copyright (C) SitePreserver developers
 *
 * The fields of a delivery status or feedback report: blocks of "Name: value"
 * lines with empty lines between (RFC 3464 2.1).
 */

#ifndef BOUNCE_FIELDS_H
#define BOUNCE_FIELDS_H

#include <stddef.h>


/* A field of the block that begins here, unfolded and cut to size; 0: none. */

int bounce_field(const char *block, const char *name, char *value,
    size_t size);


/* NULL: that was the last one. */

const char *bounce_next_block(const char *block);


/* Behind the type of "rfc822; someone@example.com". */

const char *bounce_typed(const char *value);


/* "5.1.1" of "5.1.1 (no such user)"; "" if there is no such code. */

void bounce_code(const char *text, char *code, size_t size);


#endif /* BOUNCE_FIELDS_H */
