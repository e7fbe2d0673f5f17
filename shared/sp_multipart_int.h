/*
 * Copyright (C) SitePreserver developers
 *
 * For sp_multipart*.c only.
 */

#ifndef SP_MULTIPART_INT_H
#define SP_MULTIPART_INT_H

#include "sp_multipart.h"


/*
 * The next "; NAME=VALUE" from p on; returns what follows it, NULL: there is
 * none.
 */

const char *multipart_parameter(const char *p, const char *end,
    sp_str_t *name, sp_str_t *value);


/* Compares without regard to case; word is in lower case. */

int multipart_is(const sp_str_t *text, const char *word);


#endif /* SP_MULTIPART_INT_H */
