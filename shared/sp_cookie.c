/*
 * Copyright (C) SitePreserver developers
 */

#include <strings.h>
#include "sp_cookie.h"


#define COOKIE_HOUR    0x1          /* parts of a date that were found */
#define COOKIE_DAY     0x2
#define COOKIE_MONTH   0x4
#define COOKIE_YEAR    0x8
#define COOKIE_ALL     0xf


typedef struct {
    unsigned  found;
    int       year;
    int       month;                /* from 1 */
    int       day;
    int       hour;
    int       minute;
    int       second;
} cookie_date_t;


static sp_str_t cookie_trim(const char *p, const char *end);
static int cookie_pair(const sp_str_t *text, sp_str_t *name,
    sp_str_t *value);
static int cookie_named(const sp_str_t *name, const char *what);
static int cookie_age(const sp_str_t *value, int *positive);
static void cookie_token(cookie_date_t *date, const char *p,
    const char *end);
static size_t cookie_digits(const char *p, const char *end, size_t max,
    int *value);
static int cookie_clock(cookie_date_t *date, const char *p, const char *end);
static int cookie_month(const char *p, const char *end);
static int cookie_delimiter(char c);
static int cookie_days(const cookie_date_t *date);
static int64_t cookie_seconds(const cookie_date_t *date);


/* Asked of each cookie of each request: most differ in their first letter. */

int
sp_cookie_is(const sp_str_t *wanted, const sp_str_t *name)
{
    size_t       before, after;
    const char  *star;

    if (wanted->len == 0 || name->len == 0
        || (wanted->data[0] != '*' && wanted->data[0] != name->data[0]))
    {
        return 0;
    }

    star = memchr(wanted->data, '*', wanted->len);

    if (star == NULL) {
        return sp_str_eq(wanted, name);
    }

    before = (size_t) (star - wanted->data);
    after = wanted->len - before - 1;

    return name->len >= before + after
           && memcmp(wanted->data, name->data, before) == 0
           && memcmp(star + 1, name->data + name->len - after, after) == 0;
}


sp_rc_t
sp_cookie_pair(const sp_str_t *header, size_t *pos, sp_str_t *pair)
{
    const char  *p, *end, *last;

    end = header->len ? header->data + header->len : header->data;

    while (*pos < header->len) {
        p = header->data + *pos;

        last = memchr(p, ';', (size_t) (end - p));
        if (last == NULL) {
            last = end;
        }

        *pos = (size_t) (last - header->data) + 1;

        while (p < last && (*p == ' ' || *p == '\t')) {
            p++;
        }

        if (p < last) {
            pair->data = p;
            pair->len = (size_t) (last - p);
            return SP_OK;
        }
    }

    return SP_DONE;
}


/* Most are another one, and soon differ. */

int
sp_cookie_named(const sp_str_t *pair, const sp_str_t *wanted,
    sp_cookie_t *cookie)
{
    size_t    n;
    sp_str_t  text;

    for (n = 0; n < wanted->len && wanted->data[n] != '*'; n++) {
        if (n == pair->len || pair->data[n] != wanted->data[n]) {
            return 0;
        }
    }

    text = cookie_trim(pair->data, pair->data + pair->len);
    cookie->deleted = 0;

    return cookie_pair(&text, &cookie->name, &cookie->value)
           && sp_cookie_is(wanted, &cookie->name);
}


sp_rc_t
sp_cookie_next(const sp_str_t *header, const sp_str_t *wanted, size_t *pos,
    sp_cookie_t *cookie)
{
    sp_str_t  pair;

    while (sp_cookie_pair(header, pos, &pair) == SP_OK) {
        if (sp_cookie_named(&pair, wanted, cookie)) {
            return SP_OK;
        }
    }

    return SP_DONE;
}


sp_rc_t
sp_cookie_get(const sp_str_t *header, const sp_str_t *wanted,
    sp_str_t *value)
{
    size_t       pos;
    sp_cookie_t  cookie;

    pos = 0;

    while (sp_cookie_next(header, wanted, &pos, &cookie) == SP_OK) {
        if (cookie.value.len != 0) {
            *value = cookie.value;
            return SP_OK;
        }
    }

    return SP_DONE;
}


sp_rc_t
sp_cookie_set(const sp_str_t *header, int64_t now, sp_cookie_t *cookie)
{
    int          age, positive, dated;
    int64_t      expires;
    sp_str_t     text, name, value;
    const char  *p, *end, *last;

    if (header->len == 0) {
        return SP_INVALID;
    }

    age = 0;
    positive = 0;
    dated = 0;
    expires = 0;
    end = header->data + header->len;

    for (p = header->data; p < end; p = last + 1) {

        last = memchr(p, ';', (size_t) (end - p));
        if (last == NULL) {
            last = end;
        }

        text = cookie_trim(p, last);

        if (p == header->data) {
            if (!cookie_pair(&text, &cookie->name, &cookie->value)) {
                return SP_INVALID;
            }

            continue;
        }

        if (!cookie_pair(&text, &name, &value)) {
            continue;
        }

        if (cookie_named(&name, "max-age")) {
            age |= cookie_age(&value, &positive);

        } else if (cookie_named(&name, "expires")
                   && sp_cookie_date(&value, &expires) == SP_OK)
        {
            dated = 1;
        }
    }

    cookie->deleted = cookie->value.len == 0
                      || (cookie->value.len == 2
                          && memcmp(cookie->value.data, "\"\"", 2) == 0)
                      || (age ? !positive : (dated && expires <= now));

    return SP_OK;
}


sp_rc_t
sp_cookie_date(const sp_str_t *text, int64_t *time)
{
    const char     *p, *end, *start;
    cookie_date_t   date;

    memset(&date, 0, sizeof(cookie_date_t));

    p = text->data;
    end = text->len ? p + text->len : p;

    while (p < end) {
        if (cookie_delimiter(*p)) {
            p++;
            continue;
        }

        start = p;

        while (p < end && !cookie_delimiter(*p)) {
            p++;
        }

        cookie_token(&date, start, p);
    }

    if (date.year >= 70 && date.year <= 99) {
        date.year += 1900;

    } else if (date.year >= 0 && date.year <= 69) {
        date.year += 2000;
    }

    if (date.found != COOKIE_ALL || date.day < 1
        || date.day > cookie_days(&date) || date.year < 1601
        || date.hour > 23 || date.minute > 59 || date.second > 59)
    {
        return SP_INVALID;
    }

    *time = cookie_seconds(&date);

    return SP_OK;
}


static sp_str_t
cookie_trim(const char *p, const char *end)
{
    sp_str_t  text;

    while (p < end && (*p == ' ' || *p == '\t')) {
        p++;
    }

    while (end > p && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }

    text.data = p;
    text.len = (size_t) (end - p);

    return text;
}


/* "name=value", both trimmed; 0 if it has no name or no "=". */

static int
cookie_pair(const sp_str_t *text, sp_str_t *name, sp_str_t *value)
{
    const char  *equal, *end;

    if (text->len == 0) {
        return 0;
    }

    equal = memchr(text->data, '=', text->len);
    if (equal == NULL) {
        return 0;
    }

    end = text->data + text->len;
    *name = cookie_trim(text->data, equal);
    *value = cookie_trim(equal + 1, end);

    return name->len != 0;
}


static int
cookie_named(const sp_str_t *name, const char *what)
{
    return name->len == strlen(what)
           && strncasecmp(name->data, what, name->len) == 0;
}


/* RFC 6265 section 5.2.2; 0 if it is to be ignored. */

static int
cookie_age(const sp_str_t *value, int *positive)
{
    size_t  i;
    int     some;

    if (value->len == 0) {
        return 0;
    }

    i = value->data[0] == '-' ? 1 : 0;
    some = 0;

    if (i == value->len) {
        return 0;
    }

    for ( /* void */ ; i < value->len; i++) {
        if (value->data[i] < '0' || value->data[i] > '9') {
            return 0;
        }

        some |= value->data[i] != '0';
    }

    *positive = some && value->data[0] != '-';

    return 1;
}


/* One word of a date, which is what it can be first. */

static void
cookie_token(cookie_date_t *date, const char *p, const char *end)
{
    int     value;
    size_t  n;

    if ((date->found & COOKIE_HOUR) == 0 && cookie_clock(date, p, end)) {
        date->found |= COOKIE_HOUR;
        return;
    }

    if ((date->found & COOKIE_DAY) == 0
        && cookie_digits(p, end, 2, &value) != 0)
    {
        date->day = value;
        date->found |= COOKIE_DAY;
        return;
    }

    if ((date->found & COOKIE_MONTH) == 0) {
        value = cookie_month(p, end);

        if (value != 0) {
            date->month = value;
            date->found |= COOKIE_MONTH;
            return;
        }
    }

    if ((date->found & COOKIE_YEAR) == 0) {
        n = cookie_digits(p, end, 4, &value);

        if (n >= 2) {
            date->year = value;
            date->found |= COOKIE_YEAR;
        }
    }
}


/* The number of digits at p, at most max, with no other after them; 0. */

static size_t
cookie_digits(const char *p, const char *end, size_t max, int *value)
{
    size_t  n;

    *value = 0;

    for (n = 0; p + n < end && p[n] >= '0' && p[n] <= '9'; n++) {
        if (n == max) {
            return 0;
        }

        *value = *value * 10 + (p[n] - '0');
    }

    return n;
}


/* "h:m:s", each of one or two digits. */

static int
cookie_clock(cookie_date_t *date, const char *p, const char *end)
{
    int     i, values[3];
    size_t  n;

    for (i = 0; i < 3; i++) {
        n = cookie_digits(p, end, 2, &values[i]);

        if (n == 0) {
            return 0;
        }

        p += n;

        if (i < 2) {
            if (p == end || *p != ':') {
                return 0;
            }

            p++;
        }
    }

    date->hour = values[0];
    date->minute = values[1];
    date->second = values[2];

    return 1;
}


static int
cookie_month(const char *p, const char *end)
{
    int                i;
    static const char  names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

    if (end - p < 3) {
        return 0;
    }

    for (i = 0; i < 12; i++) {
        if (strncasecmp(p, names + i * 3, 3) == 0) {
            return i + 1;
        }
    }

    return 0;
}


static int
cookie_delimiter(char c)
{
    unsigned char  u;

    u = (unsigned char) c;

    return u == 0x09 || (u >= 0x20 && u <= 0x2f) || (u >= 0x3b && u <= 0x40)
           || (u >= 0x5b && u <= 0x60) || (u >= 0x7b && u <= 0x7e);
}


/* How many days the month has. */

static int
cookie_days(const cookie_date_t *date)
{
    if (date->month != 2) {
        return 30 + ((date->month + (date->month > 7)) & 1);
    }

    return date->year % 4 == 0
           && (date->year % 100 != 0 || date->year % 400 == 0) ? 29 : 28;
}


/* Days since 1970 of the proleptic Gregorian calendar, March first. */

static int64_t
cookie_seconds(const cookie_date_t *date)
{
    int64_t  year, month, days;

    year = date->year - (date->month <= 2);
    month = (date->month + 9) % 12;

    days = year * 365 + year / 4 - year / 100 + year / 400
           + (month * 153 + 2) / 5 + date->day - 1 - 719468;

    return days * 86400 + date->hour * 3600 + date->minute * 60
           + date->second;
}
