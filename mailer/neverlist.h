/*
 * Copyright (C) SitePreserver developers
 *
 * The never-mail list: a text file with an address or a domain a line.
 */

#ifndef NEVERLIST_H
#define NEVERLIST_H

#include "sp_str.h"


#define NEVERLIST_MAX  1000000      /* entries */


typedef struct neverlist_s  neverlist_t;


/*
 * Reads a file.  A line is "someone@example.com" (that address),
 * "@example.com" or "example.com" (that domain and those below it), empty or a
 * comment after "#".  NULL: err says what is wrong, with the line.
 */

neverlist_t *neverlist_read(const char *path, sp_error_t *err);


/* The same from text; for tests. */

neverlist_t *neverlist_parse(const char *text, size_t len, sp_error_t *err);


/* Is this normalised address on it?  A NULL list has nobody on it. */

int neverlist_has(const neverlist_t *list, const char *address);


void neverlist_free(neverlist_t *list);


#endif /* NEVERLIST_H */
