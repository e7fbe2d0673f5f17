/*
 * Copyright (C) SitePreserver developers
 *
 * Dates as people write them.
 */

#ifndef DATE_H
#define DATE_H

#include "buffer.h"


#define DATE_ZONE_MAX  64


/*
 * Appends the day of a Unix time, in seconds, in UTF-8: "5 December 2026", as
 * the locale writes it ("de", "de-AT"; one that is not known is English).
 * zone is a name of the tz database ("Europe/Dublin"); NULL: UTC.  Any thread;
 * each keeps the formatters that it used last, as money_get() does.
 * SP_INVALID: no such zone, or no memory; nothing was appended.
 */

sp_rc_t date_format(const sp_str_t *locale, const char *zone, int64_t time,
    buffer_t *out);


/* Is it a name of a time zone that is known? */

int date_zone(const char *zone);


#endif /* DATE_H */
