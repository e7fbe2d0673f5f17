/*
 * Copyright (C) SitePreserver developers
 */

#include "moment.h"


#define MOMENT_DAY     INT64_C(86400)
#define MOMENT_OFFSET  (14 * 60)    /* minutes; no clock is further from UTC */


static int moment_number(const char **text, unsigned digits, int most);
static int moment_day(const char **text, int64_t *day);
static int moment_time(const char **text, int64_t *seconds);
static int moment_zone(const char **text, int64_t *seconds);


int
moment_parse(const char *text, int64_t *ms)
{
    int64_t  day, time, zone;

    time = 0;
    zone = 0;

    if (!moment_day(&text, &day)) {
        return 0;
    }

    if (*text == ' ' || *text == 'T') {
        text++;

        if (!moment_time(&text, &time) || !moment_zone(&text, &zone)) {
            return 0;
        }
    }

    *ms = (day * MOMENT_DAY + time - zone) * 1000;

    return *text == '\0' && *ms >= 0;
}


/* So many digits; -1: there are none, or it is more than that. */

static int
moment_number(const char **text, unsigned digits, int most)
{
    int  n;

    for (n = 0; digits != 0; digits--, (*text)++) {

        if (**text < '0' || **text > '9') {
            return -1;
        }

        n = n * 10 + (**text - '0');
    }

    return n <= most ? n : -1;
}


static int
moment_day(const char **text, int64_t *day)
{
    int      y, m, d;
    int64_t  years;

    static const int  lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31,
                                    30, 31 };
    static const int  before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243,
                                   273, 304, 334 };

    y = moment_number(text, 4, 9999);

    if (y < 1970 || *(*text)++ != '-') {
        return 0;
    }

    m = moment_number(text, 2, 12);

    if (m < 1 || *(*text)++ != '-') {
        return 0;
    }

    d = moment_number(text, 2, lengths[m - 1]);

    if (d < 1 || (m == 2 && d == 29
                  && (y % 4 != 0 || (y % 100 == 0 && y % 400 != 0))))
    {
        return 0;
    }

    /* leap days are those of the years before, in January and February */

    years = m > 2 ? y : y - 1;
    *day = (int64_t) (y - 1970) * 365 + years / 4 - years / 100 + years / 400
           - 477 + before[m - 1] + d - 1;

    return 1;
}


static int
moment_time(const char **text, int64_t *seconds)
{
    int  h, m, s;

    s = 0;
    h = moment_number(text, 2, 23);

    if (h < 0 || *(*text)++ != ':') {
        return 0;
    }

    m = moment_number(text, 2, 59);

    if (m < 0) {
        return 0;
    }

    if (**text == ':') {
        (*text)++;
        s = moment_number(text, 2, 60);

        if (s < 0) {
            return 0;
        }

        if (**text == '.') {
            do {
                (*text)++;
            } while (**text >= '0' && **text <= '9');
        }
    }

    *seconds = h * 3600 + m * 60 + s;

    return 1;
}


static int
moment_zone(const char **text, int64_t *seconds)
{
    int   h, m;
    char  sign;

    *seconds = 0;
    sign = **text;

    if (sign == 'Z') {
        (*text)++;
        return 1;
    }

    if (sign != '+' && sign != '-') {
        return 1;
    }

    (*text)++;
    h = moment_number(text, 2, 14);

    if (h < 0) {
        return 0;
    }

    if (**text == ':') {
        (*text)++;
    }

    m = moment_number(text, 2, 59);

    if (m < 0 || h * 60 + m > MOMENT_OFFSET) {
        return 0;
    }

    *seconds = (h * 60 + m) * (sign == '-' ? -60 : 60);

    return 1;
}
