/*
 * Copyright (C) SitePreserver developers
 *
 * Times in recordings: of HAR (ISO 8601) and of HTTP (RFC 9110 section 5.6.7).
 */

#include "har.h"


static int har_digits(const sp_str_t *text, size_t *at, unsigned n,
    int64_t *value);
static int har_is(const sp_str_t *text, size_t *at, const char *any);
static int64_t har_days(int64_t year, int64_t month, int64_t day);
static int64_t har_zone(const sp_str_t *text, size_t at);
static int64_t har_moment(const int64_t *part);


int64_t
har_time(const sp_str_t *text)
{
    size_t    at;
    int64_t   part[6], ms, unit, offset, moment;

    at = 0;

    if (!har_digits(text, &at, 4, &part[0]) || !har_is(text, &at, "-")
        || !har_digits(text, &at, 2, &part[1]) || !har_is(text, &at, "-")
        || !har_digits(text, &at, 2, &part[2]) || !har_is(text, &at, "Tt ")
        || !har_digits(text, &at, 2, &part[3]) || !har_is(text, &at, ":")
        || !har_digits(text, &at, 2, &part[4]) || !har_is(text, &at, ":")
        || !har_digits(text, &at, 2, &part[5]))
    {
        return 0;
    }

    ms = 0;

    if (har_is(text, &at, ".,")) {
        for (unit = 100; at < text->len && text->data[at] >= '0'
             && text->data[at] <= '9'; at++, unit /= 10)
        {
            ms += unit * (text->data[at] - '0');
        }
    }

    offset = har_zone(text, at);
    moment = har_moment(part);

    return moment > 0 ? moment + ms - offset * 60000 : 0;
}


/* "Wed, 25 Nov 2026 14:56:41 GMT" */

int64_t
har_date(const sp_str_t *text)
{
    size_t    at;
    int64_t   part[6];

    static const char  months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    at = 5;

    if (text->len < 25 || !har_digits(text, &at, 2, &part[2])
        || !har_is(text, &at, " "))
    {
        return 0;
    }

    for (part[1] = 1; part[1] <= 12; part[1]++) {
        if (memcmp(text->data + at, months + 3 * (part[1] - 1), 3) == 0) {
            break;
        }
    }

    at += 3;

    if (part[1] > 12 || !har_is(text, &at, " ")
        || !har_digits(text, &at, 4, &part[0]) || !har_is(text, &at, " ")
        || !har_digits(text, &at, 2, &part[3]) || !har_is(text, &at, ":")
        || !har_digits(text, &at, 2, &part[4]) || !har_is(text, &at, ":")
        || !har_digits(text, &at, 2, &part[5]))
    {
        return 0;
    }

    return har_moment(part);
}


static int
har_digits(const sp_str_t *text, size_t *at, unsigned n, int64_t *value)
{
    *value = 0;

    while (n-- > 0) {

        if (*at >= text->len || text->data[*at] < '0'
            || text->data[*at] > '9')
        {
            return 0;
        }

        *value = *value * 10 + (text->data[(*at)++] - '0');
    }

    return 1;
}


static int
har_is(const sp_str_t *text, size_t *at, const char *any)
{
    if (*at >= text->len || text->data[*at] == '\0'
        || strchr(any, text->data[*at]) == NULL)
    {
        return 0;
    }

    (*at)++;

    return 1;
}


/* Minutes east of UTC. */

static int64_t
har_zone(const sp_str_t *text, size_t at)
{
    int      west;
    int64_t  hours, minutes;

    west = at < text->len && text->data[at] == '-';

    if (!har_is(text, &at, "+-") || !har_digits(text, &at, 2, &hours)) {
        return 0;
    }

    (void) har_is(text, &at, ":");

    if (!har_digits(text, &at, 2, &minutes)) {
        minutes = 0;
    }

    return (west ? -1 : 1) * (hours * 60 + minutes);
}


static int64_t
har_moment(const int64_t *part)
{
    if (part[0] < 1970 || part[1] < 1 || part[1] > 12 || part[2] < 1
        || part[2] > 31 || part[3] > 23 || part[4] > 59 || part[5] > 60)
    {
        return 0;
    }

    return ((har_days(part[0], part[1], part[2]) * 24 + part[3]) * 60
            + part[4]) * 60000 + part[5] * 1000;
}


/* From 1 January 1970, in the Gregorian calendar. */

static int64_t
har_days(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    month += month <= 2 ? 9 : -3;

    return year * 365 + year / 4 - year / 100 + year / 400
           + (month * 153 + 2) / 5 + day - 1 - 719468;
}
