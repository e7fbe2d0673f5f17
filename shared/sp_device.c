/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_device.h"


/* What a User-Agent says of itself. */

#define SP_AGENT_PHONE    0x1
#define SP_AGENT_TABLET   0x2
#define SP_AGENT_DESKTOP  0x4
#define SP_AGENT_ANDROID  0x8
#define SP_AGENT_MOBILE   0x10


static unsigned sp_agent_word(const char *p, size_t len);


sp_device_t
sp_device(const sp_str_t *agent)
{
    char         last;
    size_t       len;
    unsigned     says;
    const char  *p, *end;

    static const unsigned char  begins[256] = {
        ['A'] = 1, ['C'] = 1, ['K'] = 1, ['M'] = 1, ['P'] = 1, ['T'] = 1,
        ['W'] = 1, ['X'] = 1, ['i'] = 1
    };

    len = agent->len < SP_AGENT_MAX ? agent->len : SP_AGENT_MAX;
    end = agent->data + len;
    says = 0;

    /* few letters begin a word that is known, and seldom within another */

    for (p = agent->data; p < end; p++) {

        if (!begins[(unsigned char) *p]) {
            continue;
        }

        last = p > agent->data ? p[-1] : ' ';

        if (last < 'a' || last > 'z') {
            says |= sp_agent_word(p, (size_t) (end - p));
        }
    }

    if (says & SP_AGENT_TABLET) {
        return SP_DEVICE_TABLET;
    }

    if (says & SP_AGENT_PHONE) {
        return SP_DEVICE_PHONE;
    }

    if (says & SP_AGENT_ANDROID) {
        return says & SP_AGENT_MOBILE ? SP_DEVICE_PHONE : SP_DEVICE_TABLET;
    }

    if (says & SP_AGENT_MOBILE) {
        return SP_DEVICE_PHONE;
    }

    return says & SP_AGENT_DESKTOP ? SP_DEVICE_DESKTOP : SP_DEVICE_UNKNOWN;
}


/* A new first letter of a word also goes into sp_device(). */

static unsigned
sp_agent_word(const char *p, size_t len)
{
    unsigned  i;

    static const struct {
        const char  *text;
        size_t       len;
        unsigned     says;
    } words[] = {
        { "Android", 7, SP_AGENT_ANDROID },
        { "CrOS", 4, SP_AGENT_DESKTOP },
        { "Kindle", 6, SP_AGENT_TABLET },
        { "Macintosh", 9, SP_AGENT_DESKTOP },
        { "Mobi", 4, SP_AGENT_MOBILE },
        { "PlayBook", 8, SP_AGENT_TABLET },
        { "Tablet", 6, SP_AGENT_TABLET },
        { "Windows NT", 10, SP_AGENT_DESKTOP },
        { "Windows Phone", 13, SP_AGENT_PHONE },
        { "X11", 3, SP_AGENT_DESKTOP },
        { "iPad", 4, SP_AGENT_TABLET },
        { "iPhone", 6, SP_AGENT_PHONE },
        { "iPod", 4, SP_AGENT_PHONE }
    };

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {

        if (words[i].text[0] == p[0] && words[i].len <= len
            && memcmp(words[i].text, p, words[i].len) == 0)
        {
            /* a word of Internet Explorer's, also where it is no tablet */

            if (words[i].says == SP_AGENT_TABLET && len > 9
                && memcmp(p, "Tablet PC", 9) == 0)
            {
                return 0;
            }

            return words[i].says;
        }
    }

    return 0;
}
