/*
 * Copyright (C) SitePreserver developers
 *
 * Hours and days at which messages are handed over, in the time zone of shopper
 * or shop, also across its changes to and from summer time.  Any thread.
 */

#ifndef CALENDAR_H
#define CALENDAR_H

#include <stdint.h>


#define CALENDAR_MONDAY   0x01
#define CALENDAR_SUNDAY   0x40
#define CALENDAR_ALL      0x7f


/* from == to: there are no quiet hours. */

typedef struct {
    unsigned  from;                 /* minutes after midnight: quiet from
                                       here ... */
    unsigned  to;                   /* ... until before this */
    unsigned  weekdays;             /* CALENDAR_MONDAY | ...; 0: all */
} calendar_t;


/*
 * The first moment, Unix ms, not before at, that is neither in quiet hours nor
 * on another weekday; -1: no memory, or the zone is not known.  A time that the
 * change to summer time leaves out counts as the moment of the change; quiet
 * hours do not end by the clock being put back.
 */

int64_t calendar_next(const calendar_t *calendar, const char *zone,
    int64_t at);


/* The last ms of at's day; -1 as above. */

int64_t calendar_day_end(const char *zone, int64_t at);


#endif /* CALENDAR_H */
