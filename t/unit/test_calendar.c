/*
 * Copyright (C) SitePreserver developers
 *
 * Quiet hours and weekdays, against what the C library says of each minute.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "calendar.h"


#define MINUTE  INT64_C(60000)
#define HOUR    (60 * MINUTE)
#define DAY     (24 * HOUR)
#define FEWER   20      /* under valgrind: so much longer are the steps */
#define NIGHT   { 21 * 60, 8 * 60, 0 }


static void zone_set(const char *zone);
static long offset(int64_t at);
static int allowed(const calendar_t *c, int64_t at);
static void compare(const calendar_t *c, const char *zone, int64_t from,
    int64_t to, int64_t by);
static void test_night(void **state);
static void test_days(void **state);
static void test_summer(void **state);
static void test_weeks(void **state);
static void test_date_line(void **state);
static void test_day_end(void **state);
static void test_wrong(void **state);


static void
zone_set(const char *zone)
{
    setenv("TZ", zone, 1);
    tzset();
}


static long
offset(int64_t at)
{
    time_t     s;
    struct tm  tm;

    s = (time_t) (at / 1000);
    localtime_r(&s, &tm);

    return tm.tm_gmtoff;
}


static int
allowed(const calendar_t *c, int64_t at)
{
    time_t      s;
    unsigned    minute;
    struct tm   tm;

    s = (time_t) (at / 1000);
    localtime_r(&s, &tm);
    minute = (unsigned) (tm.tm_hour * 60 + tm.tm_min);

    if (c->weekdays != 0 && !(c->weekdays >> ((tm.tm_wday + 6) % 7) & 1)) {
        return 0;
    }

    return c->from <= c->to ? minute < c->from || minute >= c->to
                            : minute < c->from && minute >= c->to;
}


/*
 * Each answer is the first minute that the C library has nothing against; a
 * window is not left by the clock being put back within it.
 */

static void
compare(const calendar_t *c, const char *zone, int64_t from, int64_t to,
    int64_t by)
{
    int64_t      at, first, next;
    const char  *valgrind;

    valgrind = getenv("SP_VALGRIND");

    if (valgrind && strcmp(valgrind, "1") == 0) {
        by *= FEWER;
    }

    zone_set(zone);

    for (at = from; at < to; at += by) {
        first = at;

        if (!allowed(c, first)) {
            for (first -= first % MINUTE; !allowed(c, first); first += MINUTE)
            {
                /* void */
            }
        }

        next = calendar_next(c, zone, at);
        if (!allowed(c, next)) {
            fail_msg("%s: %lld: %lld is not well", zone, (long long) at,
                     (long long) next);
        }

        if (next != first && !(next > first && offset(first) < offset(at))) {
            fail_msg("%s: %lld: %lld instead of %lld", zone, (long long) at,
                     (long long) next, (long long) first);
        }
    }
}


static void
test_night(void **state)
{
    static const calendar_t  night = NIGHT;
    static const int64_t     midnight = INT64_C(1767225600000);

    /* 1 January 2026, in Dublin as in UTC */

    assert_int_equal(calendar_next(&night, "Europe/Dublin", midnight),
                     midnight + 8 * HOUR);
    assert_int_equal(calendar_next(&night, "Europe/Dublin",
                                   midnight - 3 * HOUR),
                     midnight + 8 * HOUR);
    assert_int_equal(calendar_next(&night, "Europe/Dublin",
                                   midnight - 3 * HOUR - 1),
                     midnight - 3 * HOUR - 1);
    assert_int_equal(calendar_next(&night, "Europe/Dublin",
                                   midnight + 8 * HOUR - 1),
                     midnight + 8 * HOUR);
    assert_int_equal(calendar_next(&night, "Europe/Dublin",
                                   midnight + 8 * HOUR),
                     midnight + 8 * HOUR);
    assert_int_equal(calendar_next(&night, "America/New_York", midnight),
                     midnight);
}


static void
test_days(void **state)
{
    calendar_t  c = { 0, 0, CALENDAR_MONDAY };
    int64_t     thursday;

    thursday = INT64_C(1767225600000);
    assert_int_equal(calendar_next(&c, "UTC", thursday + HOUR),
                     thursday + 4 * DAY);
    assert_int_equal(calendar_next(&c, "UTC", thursday + 4 * DAY + HOUR),
                     thursday + 4 * DAY + HOUR);

    c.from = 21 * 60;
    c.to = 8 * 60;
    assert_int_equal(calendar_next(&c, "UTC", thursday + HOUR),
                     thursday + 4 * DAY + 8 * HOUR);
    assert_int_equal(calendar_next(&c, "UTC", thursday + 4 * DAY + 22 * HOUR),
                     thursday + 11 * DAY + 8 * HOUR);

    c.weekdays = 0;
    c.from = c.to = 0;
    assert_int_equal(calendar_next(&c, "UTC", thursday + HOUR),
                     thursday + HOUR);
}


/* The days around both changes, minute by minute, and some odd windows. */

static void
test_summer(void **state)
{
    size_t   i, k, n;
    int64_t  day;

    static const calendar_t  windows[] = {
        NIGHT, { 1 * 60, 2 * 60, 0 }, { 90, 150, 0 }, { 150, 90, 0 },
        { 2 * 60 + 30, 3 * 60, 0 }, { 0, 60, 0 }, { 23 * 60, 30, 0x55 },
        { 0, 0, 0x40 }, { 13 * 60, 14 * 60, 0x5f }
    };
    static const struct {
        const char  *zone;
        int64_t      days[2];       /* 2026 */
    } zones[] = {
        { "Europe/Dublin", { 20541, 20751 } },          /* 29 Mar, 25 Oct */
        { "America/New_York", { 20520, 20758 } },       /* 8 Mar, 1 Nov */
        { "Australia/Lord_Howe", { 20548, 20730 } },    /* half an hour */
        { "America/Havana", { 20520, 20758 } },         /* at midnight */
        { "Asia/Kathmandu", { 20541, 20751 } },
        { "America/Los_Angeles", { 20520, 20758 } },
        { "Pacific/Auckland", { 20548, 20723 } },       /* 5 Apr, 27 Sep */
        { "Pacific/Chatham", { 20548, 20723 } },
        { "Pacific/Kiritimati", { 20541, 20751 } },
        { "Pacific/Pago_Pago", { 20541, 20751 } },
        { "Pacific/Apia", { 15338, 15338 } },   /* no 30 December in 2011 */
    };

    for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
        for (k = 0; k < 2; k++) {
            day = zones[i].days[k] * DAY;

            for (n = 0; n < sizeof(windows) / sizeof(windows[0]); n++) {
                compare(&windows[n], zones[i].zone, day - DAY + 1000,
                        day + 2 * DAY, 7 * MINUTE + 11000);
            }
        }
    }
}


static void
test_weeks(void **state)
{
    static const calendar_t  c = { 21 * 60 + 15, 7 * 60 + 45, 0x1f };

    compare(&c, "Europe/Berlin", 20454 * DAY, 20819 * DAY, 5 * HOUR + 7000);
    compare(&c, "America/St_Johns", 20454 * DAY, 20819 * DAY, 7 * HOUR);
}


/* On both sides of it the same moment is of two days, 25 hours apart. */

static void
test_date_line(void **state)
{
    int64_t     friday;
    calendar_t  c = { 0, 0, 0x1f };             /* Monday to Friday */

    static const char *const  east = "Pacific/Kiritimati";
    static const char *const  west = "Pacific/Pago_Pago";

    /* 2 January 2026, 11:00 UTC: Saturday 01:00 there, Friday 00:00 here */

    friday = 20455 * DAY + 11 * HOUR;
    assert_int_equal(calendar_next(&c, east, friday),
                     20457 * DAY + 10 * HOUR);
    assert_int_equal(calendar_next(&c, west, friday), friday);
    assert_int_equal(calendar_day_end(east, friday),
                     20456 * DAY + 10 * HOUR - 1);
    assert_int_equal(calendar_day_end(west, friday),
                     20456 * DAY + 11 * HOUR - 1);

    c.weekdays = CALENDAR_SUNDAY;
    assert_int_equal(calendar_next(&c, east, friday),
                     20456 * DAY + 10 * HOUR);
    assert_int_equal(calendar_next(&c, west, friday),
                     20457 * DAY + 11 * HOUR);

    c.weekdays = 0;
    c.from = 21 * 60;
    c.to = 8 * 60;
    assert_int_equal(calendar_next(&c, east, friday), friday + 7 * HOUR);
    assert_int_equal(calendar_next(&c, west, friday), friday + 8 * HOUR);
}


static void
test_day_end(void **state)
{
    int64_t  day;

    day = 20541 * DAY;              /* 23 hours long in Dublin */
    assert_int_equal(calendar_day_end("Europe/Dublin", day + HOUR),
                     day + 23 * HOUR - 1);
    assert_int_equal(calendar_day_end("Europe/Dublin", day),
                     day + 23 * HOUR - 1);
    assert_int_equal(calendar_day_end("Europe/Dublin", day - 1), day - 1);
    assert_int_equal(calendar_day_end("UTC", day), day + DAY - 1);

    /* 1 January, still 31 December in New York */

    assert_int_equal(calendar_day_end("America/New_York", 20454 * DAY),
                     20454 * DAY + 5 * HOUR - 1);
}


static void
test_wrong(void **state)
{
    static const calendar_t  night = NIGHT;
    static const calendar_t  never = { 0, 0, 0 };

    assert_int_equal(calendar_next(&night, "Europe/Nowhere", 1), -1);
    assert_int_equal(calendar_day_end("Europe/Nowhere", 1), -1);
    assert_int_equal(calendar_next(&never, "Europe/Nowhere", 1), 1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_night),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_summer),
        cmocka_unit_test(test_weeks),
        cmocka_unit_test(test_date_line),
        cmocka_unit_test(test_day_end),
        cmocka_unit_test(test_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
