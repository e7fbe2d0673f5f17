/*
 * Copyright (C) SitePreserver developers
 *
 * Runs: 300000
 *
 * An Accept-Language: what is made of it stands in it, and is a locale.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                 /* memmem() */
#endif

#include "fuzz.h"
#include "sp_language.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char      tag[SP_LOCALE_MAX + 1];
    size_t    len;
    sp_str_t  s, locale;

    s = fuzz_begin(data, size);

    if (sp_language(&s, tag, &len) != SP_OK) {
        must(len == 0 && tag[0] == '\0');
        return 0;
    }

    must(len >= 2 && len <= SP_LOCALE_MAX && strlen(tag) == len);
    must(memmem(s.data, s.len, tag, len) != NULL);

    sp_arena_fail_after(arena, -1);
    locale.data = tag;
    locale.len = len;
    must(sp_field_take(pool, SP_FORM_LOCALE, 0, &locale) == SP_OK);
    must(locale.len == len && memcmp(locale.data, tag, len) == 0);

    return 0;
}
