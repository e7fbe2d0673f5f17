/*
 * Copyright (C) SitePreserver developers
 */

#include <unicode/ucal.h>
#include <unicode/ustring.h>

#include "calendar.h"
#include "date.h"


#define CALENDAR_LOOKS  32          /* a week has at most two for each day */


static UCalendar *calendar_open(const char *zone);
static int64_t calendar_look(const calendar_t *calendar, UCalendar *cal,
    int64_t at);
static int calendar_is_quiet(const calendar_t *calendar, unsigned minute);
static int64_t calendar_at(UCalendar *cal, int64_t at, int days,
    unsigned minute);
static int64_t calendar_resolve(UCalendar *cal, UCalendarWallTimeOption which,
    int64_t at, int days, unsigned minute);


int64_t
calendar_next(const calendar_t *calendar, const char *zone, int64_t at)
{
    unsigned    i;
    int64_t     next;
    UCalendar  *cal;

    if (calendar->from == calendar->to && calendar->weekdays == 0) {
        return at;
    }

    cal = calendar_open(zone);

    if (cal == NULL) {
        return -1;
    }

    next = at;

    for (i = 0; i < CALENDAR_LOOKS; i++) {
        at = next;
        next = calendar_look(calendar, cal, at);

        if (next == at || next == -1) {
            break;
        }
    }

    ucal_close(cal);

    return i < CALENDAR_LOOKS ? next : -1;
}


int64_t
calendar_day_end(const char *zone, int64_t at)
{
    int64_t     next;
    UCalendar  *cal;

    cal = calendar_open(zone);

    if (cal == NULL) {
        return -1;
    }

    next = calendar_at(cal, at, 1, 0);
    ucal_close(cal);

    return next == -1 ? -1 : next - 1;
}


static UCalendar *
calendar_open(const char *zone)
{
    UChar        id[DATE_ZONE_MAX];
    int32_t      len;
    UCalendar   *cal;
    UErrorCode   status;

    if (!date_zone(zone)) {
        return NULL;
    }

    status = U_ZERO_ERROR;
    (void) u_strFromUTF8(id, DATE_ZONE_MAX, &len, zone, -1, &status);
    cal = ucal_open(id, len, "en", UCAL_GREGORIAN, &status);

    if (U_FAILURE(status)) {
        if (cal != NULL) {
            ucal_close(cal);
        }

        return NULL;
    }

    ucal_setAttribute(cal, UCAL_SKIPPED_WALL_TIME, UCAL_WALLTIME_NEXT_VALID);

    return cal;
}


/* at itself if it is well; else a later moment that may be. */

static int64_t
calendar_look(const calendar_t *calendar, UCalendar *cal, int64_t at)
{
    int         day;
    unsigned    minute;
    UErrorCode  status;

    status = U_ZERO_ERROR;
    ucal_setMillis(cal, (UDate) at, &status);
    day = ucal_get(cal, UCAL_DAY_OF_WEEK, &status);
    minute = (unsigned) ucal_get(cal, UCAL_HOUR_OF_DAY, &status) * 60
             + (unsigned) ucal_get(cal, UCAL_MINUTE, &status);

    if (U_FAILURE(status)) {
        return -1;
    }

    if (calendar->weekdays != 0
        && !(calendar->weekdays >> ((day - UCAL_MONDAY + 7) % 7) & 1))
    {
        return calendar_at(cal, at, 1, 0);
    }

    if (!calendar_is_quiet(calendar, minute)) {
        return at;
    }

    return calendar_at(cal, at, minute >= calendar->to, calendar->to);
}


static int
calendar_is_quiet(const calendar_t *calendar, unsigned minute)
{
    if (calendar->from <= calendar->to) {
        return minute >= calendar->from && minute < calendar->to;
    }

    return minute >= calendar->from || minute < calendar->to;
}


/*
 * The moment of that minute, so many days after at's.  Of one that comes twice,
 * as summer time ends, the first that is not past.
 */

static int64_t
calendar_at(UCalendar *cal, int64_t at, int days, unsigned minute)
{
    int64_t  first;

    first = calendar_resolve(cal, UCAL_WALLTIME_FIRST, at, days, minute);

    return first != -1
           ? first
           : calendar_resolve(cal, UCAL_WALLTIME_LAST, at, days, minute);
}


/* -1 also for what is past. */

static int64_t
calendar_resolve(UCalendar *cal, UCalendarWallTimeOption which, int64_t at,
    int days, unsigned minute)
{
    int32_t     year, month, date;
    UDate       then;
    UErrorCode  status;

    status = U_ZERO_ERROR;
    ucal_setAttribute(cal, UCAL_REPEATED_WALL_TIME, which);
    ucal_setMillis(cal, (UDate) at, &status);
    year = ucal_get(cal, UCAL_EXTENDED_YEAR, &status);
    month = ucal_get(cal, UCAL_MONTH, &status);
    date = ucal_get(cal, UCAL_DATE, &status);

    ucal_clear(cal);
    ucal_setDateTime(cal, year, month, date + days, (int32_t) minute / 60,
                     (int32_t) minute % 60, 0, &status);
    then = ucal_getMillis(cal, &status);

    return U_FAILURE(status) || then <= (UDate) at ? -1 : (int64_t) then;
}
