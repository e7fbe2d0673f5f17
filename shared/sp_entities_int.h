/*
 * Copyright (C) SitePreserver developers
 *
 * The names of character references; for sp_entities*.c only.
 */

#ifndef SP_ENTITIES_INT_H
#define SP_ENTITIES_INT_H

#include "sp_str.h"


/* " NAME=CODE[,CODE] NAME:CODE ... " in the order of the names' bytes. */

extern const char    sp_entities_names[];
extern const size_t  sp_entities_names_len;


#endif /* SP_ENTITIES_INT_H */
