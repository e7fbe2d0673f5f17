/*
 * Copyright (C) SitePreserver developers
 *
 * Moments as tables have them.
 */

#ifndef MOMENT_H
#define MOMENT_H

#include <stdint.h>


/*
 * Reads "2026-01-31", or with a time behind a space or "T": "14:05",
 * "14:05:09", "14:05:09.123", and then perhaps "Z" or an offset ("+01:00",
 * "+0100"); without one it is UTC.  A day begins at 0:00.  From 1970 to 9999.
 * 1: *ms is Unix time; 0: it is none of these.
 */

int moment_parse(const char *text, int64_t *ms);


#endif /* MOMENT_H */
