/*
 * Copyright (C) SitePreserver developers
 */

#include <pthread.h>
#include <stdlib.h>

#include <unicode/ucal.h>
#include <unicode/udat.h>
#include <unicode/ustring.h>

#include "date.h"
#include "money.h"


#define DATE_TEXT_MAX  128
#define DATE_KEPT      4            /* by each thread */


typedef struct date_s  date_t;

struct date_s {
    date_t       *next;             /* the one used last first */
    char          locale[MONEY_LOCALE_MAX];
    char          zone[DATE_ZONE_MAX];
    UDateFormat  *format;
};


static date_t *date_get(const char *locale, const char *zone);
static date_t *date_create(const char *locale, const char *zone);
static void date_keep(date_t *first);
static void date_once(void);
static void date_free(void *data);


static pthread_once_t  date_ready = PTHREAD_ONCE_INIT;
static pthread_key_t   date_key;
static int             date_keeps;      /* there is a key */


sp_rc_t
date_format(const sp_str_t *locale, const char *zone, int64_t time,
    buffer_t *out)
{
    char         name[MONEY_LOCALE_MAX], utf8[4 * DATE_TEXT_MAX];
    UChar        text[DATE_TEXT_MAX];
    date_t      *date;
    int32_t      len, bytes;
    sp_rc_t      rc;
    UErrorCode   status;

    (void) pthread_once(&date_ready, date_once);
    money_locale(locale, name);
    date = date_get(name, zone != NULL ? zone : "UTC");

    if (date == NULL) {
        return SP_INVALID;
    }

    status = U_ZERO_ERROR;
    len = udat_format(date->format, (UDate) time * 1000, text, DATE_TEXT_MAX,
                      NULL, &status);
    u_strToUTF8(utf8, sizeof(utf8), &bytes, text, len, &status);

    rc = U_SUCCESS(status) && len < DATE_TEXT_MAX ? SP_OK : SP_INVALID;

    if (rc == SP_OK) {
        buffer_add(out, utf8, (size_t) bytes);
    }

    if (!date_keeps) {
        date_free(date);
    }

    return rc;
}


int
date_zone(const char *zone)
{
    UBool       system;
    UChar       in[DATE_ZONE_MAX], out[DATE_ZONE_MAX];
    int32_t     len;
    UErrorCode  status;

    status = U_ZERO_ERROR;
    (void) u_strFromUTF8(in, DATE_ZONE_MAX, &len, zone, -1, &status);

    if (U_FAILURE(status) || len == 0 || len >= DATE_ZONE_MAX) {
        return 0;
    }

    (void) ucal_getCanonicalTimeZoneID(in, len, out, DATE_ZONE_MAX, &system,
                                       &status);

    return U_SUCCESS(status) && system;
}


/* Kept ones are in a list, and stay in it. */

static date_t *
date_get(const char *locale, const char *zone)
{
    date_t  *date, **link, *first;

    first = date_keeps ? pthread_getspecific(date_key) : NULL;

    for (link = &first; *link != NULL; link = &(*link)->next) {
        date = *link;

        if (strcmp(date->locale, locale) == 0
            && strcmp(date->zone, zone) == 0)
        {
            *link = date->next;
            date->next = first;
            date_keep(date);
            return date;
        }
    }

    date = date_create(locale, zone);

    if (date != NULL && date_keeps) {
        date->next = first;
        date_keep(date);
    }

    return date;
}


static date_t *
date_create(const char *locale, const char *zone)
{
    UChar        id[DATE_ZONE_MAX];
    date_t      *date;
    int32_t      len;
    UErrorCode   status;

    if (!date_zone(zone)) {
        return NULL;
    }

    date = calloc(1, sizeof(date_t));

    if (date == NULL) {
        return NULL;
    }

    (void) strcpy(date->locale, locale);
    (void) strcpy(date->zone, zone);

    status = U_ZERO_ERROR;
    (void) u_strFromUTF8(id, DATE_ZONE_MAX, &len, zone, -1, &status);
    date->format = udat_open(UDAT_NONE, UDAT_LONG, locale, id, len, NULL, 0,
                             &status);

    if (U_FAILURE(status)) {
        date_free(date);
        return NULL;
    }

    return date;
}


/* The thread's list begins with first; what is beyond DATE_KEPT is dropped. */

static void
date_keep(date_t *first)
{
    size_t   n;
    date_t  *last;

    for (n = 1, last = first; n < DATE_KEPT && last->next != NULL; n++) {
        last = last->next;
    }

    date_free(last->next);
    last->next = NULL;
    (void) pthread_setspecific(date_key, first);
}


static void
date_once(void)
{
    date_keeps = pthread_key_create(&date_key, date_free) == 0;
}


static void
date_free(void *data)
{
    date_t  *date, *next;

    for (date = data; date != NULL; date = next) {
        next = date->next;

        if (date->format != NULL) {
            udat_close(date->format);
        }

        free(date);
    }
}
