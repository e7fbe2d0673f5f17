/*
 * Copyright (C) SitePreserver developers
 */

#include <strings.h>

#include "sp_bot.h"


static int sp_bot_word(const char *first, const char *p, const char *last)
    __attribute__((noinline));      /* it is for few places */


/* The same for both cases; more than a letter may have it. */

#define letter(c)  ((c) & 0x1f)

#define bit(c)     (UINT32_C(1) << letter(c))


/* Sorted; a new first pair of letters also goes into sp_bot(). */

static const sp_str_t  sp_bot_words[] = {
    sp_string("ahrefs"),
    sp_string("barracuda"),             /* links in mails */
    sp_string("bingpreview"),
    sp_string("chrome-lighthouse"),
    sp_string("crawl"),
    sp_string("datadog"),
    sp_string("embedly"),
    sp_string("facebookcatalog"),
    sp_string("facebookexternalhit"),
    sp_string("feedfetcher"),
    sp_string("google-inspectiontool"),
    sp_string("google-read-aloud"),
    sp_string("google-safety"),         /* links in mails */
    sp_string("googleimageproxy"),
    sp_string("googleother"),
    sp_string("googlestackdrivermonitoring"),
    sp_string("gtmetrix"),
    sp_string("hetrixtools"),
    sp_string("iframely"),
    sp_string("jetmon"),                /* of WordPress.com */
    sp_string("mediapartners-google"),
    sp_string("meta-external"),
    sp_string("mimecast"),              /* links in mails */
    sp_string("ms-office"),             /* links in documents */
    sp_string("newrelicpinger"),
    sp_string("nodeping"),
    sp_string("pagespeed"),
    sp_string("pingdom"),
    sp_string("prerender"),
    sp_string("proofpoint"),            /* links in mails */
    sp_string("ptst/"),                 /* of WebPageTest */
    sp_string("semrush"),
    sp_string("site24x7"),
    sp_string("skypeuripreview"),
    sp_string("slurp"),
    sp_string("spider"),
    sp_string("statuscake"),
    sp_string("updown.io"),
    sp_string("uptime"),
    sp_string("virustotal"),
    sp_string("whatsapp/"),
    sp_string("zgrab")
};

#define SP_BOT_WORDS  (sizeof(sp_bot_words) / sizeof(sp_bot_words[0]))


/* Few places have the first two letters of a word: only those are tried. */

int
sp_bot(const sp_str_t *agent)
{
    unsigned     c, next;
    const char  *p, *last;

    static const uint32_t  seconds[32] = {
        [letter('a')] = bit('h'),
        [letter('b')] = bit('a') | bit('i') | bit('o'),
        [letter('c')] = bit('h') | bit('r'),
        [letter('d')] = bit('a'),
        [letter('e')] = bit('m'),
        [letter('f')] = bit('a') | bit('e'),
        [letter('g')] = bit('o') | bit('t'),
        [letter('h')] = bit('e'),
        [letter('i')] = bit('f'),
        [letter('j')] = bit('e'),
        [letter('m')] = bit('e') | bit('i') | bit('s'),
        [letter('n')] = bit('e') | bit('o'),
        [letter('p')] = bit('a') | bit('i') | bit('r') | bit('t'),
        [letter('s')] = bit('e') | bit('i') | bit('k') | bit('l') | bit('p')
                        | bit('t'),
        [letter('u')] = bit('p'),
        [letter('v')] = bit('i'),
        [letter('w')] = bit('h'),
        [letter('z')] = bit('g')
    };

    if (agent->len < 3) {
        return 0;
    }

    last = agent->data + agent->len;
    c = letter(agent->data[0]);

    for (p = agent->data; p < last - 2; p++) {
        next = letter(p[1]);

        if ((seconds[c] >> next & 1) && sp_bot_word(agent->data, p, last)) {
            return 1;
        }

        c = next;
    }

    return 0;
}


static int
sp_bot_word(const char *first, const char *p, const char *last)
{
    char             c;
    size_t           len;
    unsigned         low, high, middle;
    const sp_str_t  *word;

    len = (size_t) (last - p);
    c = p[0] | 0x20;

    /* "bot" at the end of a word, but CUBOT is a make of telephones */

    if (strncasecmp(p, "bot", 3) == 0
        && (len == 3 || (p[3] | 0x20) < 'a' || (p[3] | 0x20) > 'z'))
    {
        return p - first < 2 || strncasecmp(p - 2, "cu", 2) != 0;
    }

    low = 0;
    high = SP_BOT_WORDS;

    while (low < high) {
        middle = low + (high - low) / 2;

        if (sp_bot_words[middle].data[0] < c) {
            low = middle + 1;

        } else {
            high = middle;
        }
    }

    for (word = sp_bot_words + low;
         word < sp_bot_words + SP_BOT_WORDS && word->data[0] == c;
         word++)
    {
        if (len >= word->len && strncasecmp(p, word->data, word->len) == 0) {
            return 1;
        }
    }

    return 0;
}


int
sp_bot_address(const sp_str_t *address)
{
    size_t  n;

    static const sp_str_t  domain = sp_string("@storebotmail.joonix.net");

    if (address->len < domain.len) {
        return 0;
    }

    n = address->len - domain.len;

    return memcmp(address->data + n, domain.data, domain.len) == 0;
}
