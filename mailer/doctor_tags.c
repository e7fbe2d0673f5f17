/*
 * Copyright (C) SitePreserver developers
 *
 * What DKIM and DMARC have in common: records of tags, and domains that
 * belong together.
 */

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "doctor.h"


int
doctor_tag(const char *record, const char *name, char *value, size_t size)
{
    size_t       n, len;
    const char  *p;

    len = strlen(name);

    for (p = record; *p != '\0'; p += *p == ';') {
        while (isspace((unsigned char) *p)) {
            p++;
        }

        n = strcspn(p, ";");

        if (n > len && strncasecmp(p, name, len) == 0
            && (p[len] == '=' || isspace((unsigned char) p[len])))
        {
            p += len;
            n -= len;

            while (n > 0 && (isspace((unsigned char) *p) || *p == '=')) {
                n--;

                if (*p++ == '=') {
                    break;
                }
            }

            while (n > 0 && isspace((unsigned char) *p)) {
                n--;
                p++;
            }

            while (n > 0 && isspace((unsigned char) p[n - 1])) {
                n--;
            }

            if (n >= size) {
                return 0;
            }

            memcpy(value, p, n);
            value[n] = '\0';

            return 1;
        }

        p += n;
    }

    return 0;
}


const char *
doctor_organisation(const char *domain)
{
    size_t       i, len;
    unsigned     labels;
    const char  *p, *starts[3];
    static const char  *sold[] = { "co", "com", "net", "org", "gov", "gob",
                                   "edu", "ac", "or", "ne", "go", "gouv",
                                   "ltd", "plc", "me", "nom", "id", "asn" };

    labels = 0;

    for (p = domain + strlen(domain); p > domain && labels < 3; p--) {
        if (p[-1] == '.') {
            starts[labels++] = p;
        }
    }

    if (p == domain && labels < 3) {
        starts[labels++] = domain;
    }

    if (labels < 3) {
        return domain;
    }

    len = (size_t) (starts[0] - starts[1]) - 1;

    for (i = 0; i < sizeof(sold) / sizeof(sold[0]); i++) {
        if (strlen(starts[0]) == 2 && strlen(sold[i]) == len
            && strncasecmp(starts[1], sold[i], len) == 0)
        {
            return starts[2];
        }
    }

    return starts[1];
}


int
doctor_aligned(const char *a, const char *b, int strict)
{
    return strcasecmp(strict ? a : doctor_organisation(a),
                      strict ? b : doctor_organisation(b)) == 0;
}
