/*
 * Copyright (C) SitePreserver developers
 */

#include "creative_int.h"


static const creative_locale_t *creative_language(const creative_t *creative,
    const sp_str_t *tag);
static size_t creative_locale_part(const char *text, size_t len);
static const creative_locale_t *creative_locale_find(
    const creative_t *creative, const char *text, size_t len, int whole);
static int creative_locale_is(const creative_locale_t *locale,
    const char *text, size_t len, int whole);


const creative_locale_t *
creative_choose(const creative_t *creative, const sp_str_t *shopper,
    const sp_str_t *shop)
{
    sp_str_t                  en = sp_string("en");
    const creative_locale_t  *locale;

    locale = creative_language(creative, shopper);

    if (locale == NULL) {
        locale = creative_language(creative, shop);
    }

    if (locale == NULL) {
        locale = creative_language(creative, &en);
    }

    return locale != NULL ? locale : &creative->locales[0];
}


size_t
creative_nlocales(const creative_t *creative)
{
    return creative->nlocales;
}


const creative_locale_t *
creative_locale_at(const creative_t *creative, size_t i)
{
    return &creative->locales[i];
}


static const creative_locale_t *
creative_language(const creative_t *creative, const sp_str_t *tag)
{
    size_t                    len;
    const creative_locale_t  *locale;

    /* what POSIX has behind it, ".UTF-8" or "@euro", says nothing */

    for (len = 0; len < tag->len && tag->data[len] != '.'
                  && tag->data[len] != '@'; len++)
    {
        /* void */
    }

    while (len > 0) {
        locale = creative_locale_find(creative, tag->data, len, 1);

        if (locale != NULL) {
            return locale;
        }

        if (creative_locale_part(tag->data, len) == 0) {
            break;
        }

        len = creative_locale_part(tag->data, len);
    }

    return len != 0 ? creative_locale_find(creative, tag->data, len, 0) : NULL;
}


/* The length of a tag without its last part; 0: it has only one. */

static size_t
creative_locale_part(const char *text, size_t len)
{
    while (len > 0) {
        len--;

        if (text[len] == '-' || text[len] == '_') {
            return len;
        }
    }

    return 0;
}


static const creative_locale_t *
creative_locale_find(const creative_t *creative, const char *text, size_t len,
    int whole)
{
    size_t  i;

    for (i = 0; i < creative->nlocales; i++) {
        if (creative_locale_is(&creative->locales[i], text, len, whole)) {
            return &creative->locales[i];
        }
    }

    return NULL;
}


static int
creative_locale_is(const creative_locale_t *locale, const char *text,
    size_t len, int whole)
{
    char    a, b;
    size_t  i;

    for (i = 0; i < len && locale->locale[i] != '\0'; i++) {
        a = locale->locale[i];
        b = text[i];

        if (a != '-') {
            a |= 0x20;
            b |= 0x20;

        } else if (b == '_') {
            b = '-';
        }

        if (a != b) {
            return 0;
        }
    }

    return i == len && (locale->locale[i] == '\0'
                        || (!whole && locale->locale[i] == '-'));
}
