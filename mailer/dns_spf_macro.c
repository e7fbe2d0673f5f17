/*
 * Copyright (C) SitePreserver developers
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns_spf_macro.h"


#define DNS_SPF_PARTS  64


static const char *dns_spf_expand(const dns_spf_macro_t *macro,
    const char *p, char *out, size_t size);
static int dns_spf_value(const dns_spf_macro_t *macro, char letter,
    char *value, size_t size);
static int dns_spf_transform(char *value, unsigned keep, int reverse,
    const char *delimiters, char *out, size_t size);


int
dns_spf_macro(const dns_spf_macro_t *macro, const char *spec, char *out,
    size_t size)
{
    char         value[512];
    size_t       len;
    const char  *p;

    len = 0;

    for (p = spec; *p != '\0'; /* void */ ) {
        if (*p != '%') {
            if ((unsigned char) *p <= ' ' || (unsigned char) *p > 0x7e
                || len + 1 >= size)
            {
                return 0;
            }

            out[len++] = *p++;
            continue;
        }

        p = dns_spf_expand(macro, p + 1, value, sizeof(value));

        if (p == NULL || len + strlen(value) >= size) {
            return 0;
        }

        strcpy(out + len, value);
        len += strlen(value);
    }

    out[len] = '\0';

    if (len > 0 && out[len - 1] == '.') {
        out[--len] = '\0';
    }

    return len > 0;
}


/* After "%"; gives what is behind the macro. */

static const char *
dns_spf_expand(const dns_spf_macro_t *macro, const char *p, char *out,
    size_t size)
{
    int            reverse;
    char           value[512], delimiters[16];
    size_t         n;
    unsigned long  keep;

    if (*p == '%' || *p == '_' || *p == '-') {
        snprintf(out, size, "%s", *p == '%' ? "%" : *p == '_' ? " " : "%20");
        return p + 1;
    }

    if (*p++ != '{' || !dns_spf_value(macro, *p, value, sizeof(value))) {
        return NULL;
    }

    p++;
    keep = 0;

    while (*p >= '0' && *p <= '9' && keep < 1000) {
        keep = keep * 10 + (unsigned long) (*p++ - '0');
    }

    reverse = *p == 'r' || *p == 'R';
    p += reverse;
    n = strspn(p, ".-+,/_=");

    if (p[n] != '}' || n >= sizeof(delimiters)) {
        return NULL;
    }

    memcpy(delimiters, p, n);
    delimiters[n] = '\0';

    return dns_spf_transform(value, (unsigned) keep, reverse,
                             n > 0 ? delimiters : ".", out, size)
               ? p + n + 1 : NULL;
}


static int
dns_spf_value(const dns_spf_macro_t *macro, char letter, char *value,
    size_t size)
{
    int     i;
    size_t  n;

    switch (letter | 0x20) {
    case 's':
        snprintf(value, size, "postmaster@%s", macro->sender);
        return 1;

    case 'l':
        snprintf(value, size, "postmaster");
        return 1;

    case 'o':
    case 'h':
        snprintf(value, size, "%s", macro->sender);
        return 1;

    case 'd':
        snprintf(value, size, "%s", macro->domain);
        return 1;

    case 'v':
        snprintf(value, size, "%s", macro->ip != NULL
                                    && macro->ip->family == AF_INET6
                                        ? "ip6" : "in-addr");
        return macro->ip != NULL;

    case 'i':
        if (macro->ip == NULL) {
            return 0;
        }

        if (macro->ip->family == AF_INET) {
            snprintf(value, size, "%u.%u.%u.%u", macro->ip->bytes[0],
                     macro->ip->bytes[1], macro->ip->bytes[2],
                     macro->ip->bytes[3]);
            return 1;
        }

        for (i = 0, n = 0; i < 16; i++) {
            n += (size_t) snprintf(value + n, size - n, "%s%x.%x",
                                   i > 0 ? "." : "",
                                   macro->ip->bytes[i] >> 4,
                                   macro->ip->bytes[i] & 15);
        }

        return 1;

    default:
        return 0;
    }
}


/* The last keep parts of the value, maybe reversed, joined by dots. */

static int
dns_spf_transform(char *value, unsigned keep, int reverse,
    const char *delimiters, char *out, size_t size)
{
    char      *parts[DNS_SPF_PARTS], *rest;
    size_t     len;
    unsigned   i, n, first;

    n = 0;
    rest = value;

    while (rest != NULL && n < DNS_SPF_PARTS) {
        parts[n++] = strsep(&rest, delimiters);
    }

    if (rest != NULL) {
        return 0;
    }

    first = keep > 0 && keep < n ? n - keep : 0;
    len = 0;
    out[0] = '\0';

    for (i = first; i < n; i++) {
        len += (size_t) snprintf(out + len, size - len, "%s%s",
                                 i > first ? "." : "",
                                 reverse ? parts[n - 1 - i] : parts[i]);
        if (len >= size) {
            return 0;
        }
    }

    return 1;
}
