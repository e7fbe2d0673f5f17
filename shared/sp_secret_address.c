/*
 * Copyright (C) SitePreserver developers
 *
 * Which addresses we take, and in which form: RFC 5321 4.1.2 without quoted
 * and literal forms, with RFC 6531's UTF-8.
 */

#include "sp_secret.h"
#include "sp_utf8.h"


#define SP_LOCAL_MAX   64
#define SP_LABEL_MAX   63


static int sp_address_space(char c);
static int sp_address_local(const char *s, size_t len);
static int sp_address_domain(const char *s, size_t len);
static int sp_address_hidden(const char *s, size_t len);


sp_rc_t
sp_address_normalise(const sp_str_t *in, char *out, size_t *len)
{
    char         c;
    size_t       i, n, at;
    const char  *s;

    out[0] = '\0';

    s = in->data;
    n = in->len;

    while (n != 0 && sp_address_space(s[0])) {
        s++;
        n--;
    }

    while (n != 0 && sp_address_space(s[n - 1])) {
        n--;
    }

    if (n > SP_ADDRESS_MAX || n == 0) {
        return SP_INVALID;
    }

    at = n;

    for (i = 0; i < n; i++) {

        if (s[i] == '@') {

            if (at != n) {
                return SP_INVALID;
            }

            at = i;
        }
    }

    if (at == n
        || !sp_address_local(s, at)
        || !sp_address_domain(s + at + 1, n - at - 1)
        || sp_utf8_valid(s, n) != n
        || sp_address_hidden(s, n))
    {
        return SP_INVALID;
    }

    for (i = 0; i < n; i++) {
        c = s[i];
        out[i] = c >= 'A' && c <= 'Z' ? c | 0x20 : c;
    }

    out[n] = '\0';
    *len = n;

    return SP_OK;
}


static int
sp_address_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}


/* Atoms with dots between them (RFC 5322 3.2.3). */

static int
sp_address_local(const char *s, size_t len)
{
    size_t         i;
    unsigned char  c, last;

    if (len > SP_LOCAL_MAX) {
        return 0;
    }

    last = '.';

    for (i = 0; i < len; i++) {
        c = s[i];

        if (c == '.') {

            if (last == '.') {
                return 0;
            }

        } else if (c <= ' ' || c == 0x7f
                   || strchr("()<>[]:;@\\,\"", c) != NULL)
        {
            return 0;
        }

        last = c;
    }

    return last != '.';
}


/* At least two labels, the last of which is not a number (RFC 1123 2.1). */

static int
sp_address_domain(const char *s, size_t len)
{
    int            digits;
    size_t         i, start;
    unsigned       labels;
    unsigned char  c;

    labels = 0;
    digits = 1;

    for (i = 0, start = 0; i <= len; i++) {
        c = i < len ? s[i] : '.';

        if (c == '.') {

            if (i == start || i - start > SP_LABEL_MAX
                || s[start] == '-' || s[i - 1] == '-')
            {
                return 0;
            }

            labels++;
            start = i + 1;

            if (i < len) {
                digits = 1;
            }

        } else if (c < '0' || c > '9') {
            digits = 0;

            if (c != '-' && c < 0x80
                && ((c | 0x20) < 'a' || (c | 0x20) > 'z'))
            {
                return 0;
            }
        }
    }

    return labels >= 2 && !digits;
}


/*
 * Characters that cannot be seen, or that turn the text around: C1 controls,
 * separators, zero-width and bidirectional ones.  s is valid UTF-8.
 */

static int
sp_address_hidden(const char *s, size_t len)
{
    size_t         i;
    unsigned char  a, b, c;

    for (i = 0; i + 1 < len; i++) {
        a = s[i];
        b = s[i + 1];
        c = i + 2 < len ? s[i + 2] : 0;

        if ((a == 0xc2 && b <= 0xa0)                     /* to U+00A0 */
            || (a == 0xd8 && b == 0x9c)                     /* U+061C */
            || (a == 0xe2 && b == 0x80
                && (c <= 0x8f || (c >= 0xa8 && c <= 0xaf)))
            || (a == 0xe2 && b == 0x81 && c >= 0xa0 && c <= 0xaf)
            || (a == 0xe3 && b == 0x80 && c == 0x80)        /* U+3000 */
            || (a == 0xef && b == 0xbb && c == 0xbf)
            || (a == 0xef && b == 0xbf && c >= 0xbe))
        {
            return 1;
        }
    }

    return 0;
}
