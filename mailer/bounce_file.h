/*
 * Copyright (C) SitePreserver developers
 *
 * Reports as files, and in a Maildir.
 */

#ifndef BOUNCE_FILE_H
#define BOUNCE_FILE_H

#include <stdio.h>

#include "buffer.h"


#define BOUNCE_ASIDE  "unreadable"  /* folder of a Maildir */


/* Read at most BOUNCE_SIZE_MAX bytes; 0 or errno.  Free text in any case. */

int bounce_file(const char *path, buffer_t *text);
int bounce_stream(FILE *fp, buffer_t *text);


/* Moves DIR/new/NAME to DIR/cur, as read; 0 or errno. */

int bounce_done(const char *dir, const char *name);


/* Moves it to DIR/unreadable, which is made; 0 or errno. */

int bounce_aside(const char *dir, const char *name);


/* How many files are there; 0 also where it cannot be read. */

unsigned bounce_aside_count(const char *dir);


#endif /* BOUNCE_FILE_H */
