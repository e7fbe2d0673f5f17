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


typedef struct {
    const char  *text;
    size_t       len;
    unsigned     says;
} sp_agent_word_t;


static unsigned sp_agent_says(const sp_agent_word_t *word, const char *p,
    size_t len);


/* Those that begin alike are beside each other. */

static const sp_agent_word_t  sp_agent_words[] = {
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
    { "iPod", 4, SP_AGENT_PHONE },
    { "", 0, 0 }
};

/* The first one with that letter, from 1. */

static const unsigned char  sp_agent_letters[256] = {
    ['A'] = 1, ['C'] = 2, ['K'] = 3, ['M'] = 4, ['P'] = 6, ['T'] = 7,
    ['W'] = 8, ['X'] = 10, ['i'] = 11
};


sp_device_t
sp_device(const sp_str_t *agent)
{
    char         last;
    size_t       len;
    unsigned     says, first;
    const char  *p, *end;

    len = agent->len < SP_AGENT_MAX ? agent->len : SP_AGENT_MAX;
    end = agent->data + len;
    says = 0;

    /* few letters begin a word that is known, and seldom within another */

    for (p = agent->data; p < end; p++) {

        first = sp_agent_letters[(unsigned char) *p];

        if (first == 0) {
            continue;
        }

        last = p > agent->data ? p[-1] : ' ';

        if (last < 'a' || last > 'z') {
            says |= sp_agent_says(&sp_agent_words[first - 1], p,
                                  (size_t) (end - p));
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


/* What the first of these words says that is there. */

static unsigned
sp_agent_says(const sp_agent_word_t *word, const char *p, size_t len)
{
    for ( /* void */ ; word->text[0] == p[0]; word++) {

        if (word->len > len || memcmp(word->text, p, word->len) != 0) {
            continue;
        }

        /* a word of Internet Explorer's, also where it is no tablet */

        if (word->says == SP_AGENT_TABLET && len > 9
            && memcmp(p, "Tablet PC", 9) == 0)
        {
            return 0;
        }

        return word->says;
    }

    return 0;
}
