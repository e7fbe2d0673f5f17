/*
 * Copyright (C) SitePreserver developers
 */

#include "links_url.h"


static size_t links_url_scheme(const sp_str_t *s);
static sp_rc_t links_url_authority(links_url_t *parts, sp_str_t authority);
static size_t links_url_until(const sp_str_t *s, const char *stops);
static void links_url_skip(sp_str_t *s, size_t n);
static void links_url_dots(sp_str_t *path, char *out);
static int links_url_alnum(char c);
static int links_url_hex(char c);


sp_rc_t
links_url_split(const sp_str_t *url, links_url_t *parts)
{
    size_t    i, n;
    sp_str_t  s, authority;

    memset(parts, 0, sizeof(links_url_t));
    s = *url;

    while (s.len > 0 && s.data[0] == ' ') {
        links_url_skip(&s, 1);
    }

    while (s.len > 0 && s.data[s.len - 1] == ' ') {
        s.len--;
    }

    for (i = 0; i < s.len; i++) {
        if ((unsigned char) s.data[i] < 0x20 || s.data[i] == 0x7f) {
            return SP_INVALID;
        }
    }

    n = links_url_scheme(&s);

    if (n != 0) {
        parts->scheme.data = s.data;
        parts->scheme.len = n;
        links_url_skip(&s, n + 1);
    }

    if (s.len >= 2 && s.data[0] == '/' && s.data[1] == '/') {
        links_url_skip(&s, 2);
        authority = s;
        authority.len = links_url_until(&s, "/?#");
        links_url_skip(&s, authority.len);

        if (links_url_authority(parts, authority) != SP_OK) {
            return SP_INVALID;
        }
    }

    parts->path = s;
    parts->path.len = links_url_until(&s, "?#");
    links_url_skip(&s, parts->path.len);

    if (s.len > 0 && s.data[0] == '?') {
        links_url_skip(&s, 1);
        parts->has_query = 1;
        parts->query = s;
        parts->query.len = links_url_until(&s, "#");
        links_url_skip(&s, parts->query.len);
    }

    if (s.len > 0) {
        links_url_skip(&s, 1);
        parts->has_fragment = 1;
        parts->fragment = s;
    }

    return SP_OK;
}


void
links_url_resolve(const links_url_t *base, links_url_t *ref, char *path)
{
    char    *merged;
    size_t   n;

    if (ref->scheme.len != 0 || ref->has_authority) {
        if (ref->scheme.len == 0) {
            ref->scheme = base->scheme;
        }

        links_url_dots(&ref->path, path);
        return;
    }

    ref->scheme = base->scheme;
    ref->has_authority = base->has_authority;
    ref->host = base->host;
    ref->port = base->port;

    if (ref->path.len == 0) {
        ref->path = base->path;

        if (!ref->has_query) {
            ref->has_query = base->has_query;
            ref->query = base->query;
        }

    } else if (ref->path.data[0] != '/') {

        /* what is after the base's last slash is replaced */

        for (n = base->path.len; n > 0 && base->path.data[n - 1] != '/'; n--) {
            /* void */
        }

        merged = path;

        if (n == 0) {
            *merged++ = '/';

        } else {
            memcpy(merged, base->path.data, n);
            merged += n;
        }

        memcpy(merged, ref->path.data, ref->path.len);

        ref->path.len += (size_t) (merged - path);
        ref->path.data = path;
    }

    links_url_dots(&ref->path, path);
}


void
links_url_encode(buffer_t *out, const sp_str_t *s, int strict)
{
    char         c;
    size_t       i;
    const char  *also;

    static const char  hex[] = "0123456789ABCDEF";

    also = strict ? "-._~" : "-._~:/?[]@!$&'()*+,;=";

    for (i = 0; i < s->len; i++) {
        c = s->data[i];

        if (links_url_alnum(c) || (c != '\0' && strchr(also, c) != NULL)
            || (!strict && c == '%' && i + 2 < s->len
                && links_url_hex(s->data[i + 1])
                && links_url_hex(s->data[i + 2])))
        {
            buffer_char(out, c);
            continue;
        }

        buffer_char(out, '%');
        buffer_char(out, hex[(unsigned char) c >> 4]);
        buffer_char(out, hex[(unsigned char) c & 0xf]);
    }
}


int
links_url_scheme_is(const links_url_t *parts, const char *scheme)
{
    size_t  i;

    for (i = 0; i < parts->scheme.len; i++) {
        if ((parts->scheme.data[i] | 0x20) != scheme[i]) {
            return 0;
        }
    }

    return scheme[i] == '\0';
}


/* The length of a scheme before its colon; 0: none. */

static size_t
links_url_scheme(const sp_str_t *s)
{
    char    c;
    size_t  i;

    for (i = 0; i < s->len && i < 32; i++) {
        c = s->data[i];

        if (c == ':') {
            return i;
        }

        if (!links_url_alnum(c) && c != '+' && c != '-' && c != '.') {
            return 0;
        }

        if (i == 0 && c >= '0' && c <= '9') {
            return 0;
        }
    }

    return 0;
}


static sp_rc_t
links_url_authority(links_url_t *parts, sp_str_t authority)
{
    size_t  i, n;

    parts->has_authority = 1;

    if (authority.len == 0 || memchr(authority.data, '@', authority.len)) {
        return SP_INVALID;
    }

    n = authority.len;

    if (authority.data[0] != '[' || authority.data[n - 1] != ']') {
        for (i = n; i > 0 && authority.data[i - 1] != ':'
                    && authority.data[i - 1] != ']'; i--)
        {
            /* void */
        }

        if (i > 0 && authority.data[i - 1] == ':') {
            parts->port.data = authority.data + i;
            parts->port.len = n - i;
            n = i - 1;
        }
    }

    parts->host.data = authority.data;
    parts->host.len = n;

    for (i = 0; i < parts->port.len; i++) {
        if (parts->port.data[i] < '0' || parts->port.data[i] > '9' || i == 5) {
            return SP_INVALID;
        }
    }

    return SP_OK;
}


static size_t
links_url_until(const sp_str_t *s, const char *stops)
{
    size_t  i;

    for (i = 0; i < s->len && strchr(stops, s->data[i]) == NULL; i++) {
        /* void */
    }

    return i;
}


static void
links_url_skip(sp_str_t *s, size_t n)
{
    s->data += n;
    s->len -= n;
}


/* RFC 3986 5.2.4; out may be where path is. */

static void
links_url_dots(sp_str_t *path, char *out)
{
    size_t       i, n, next, len;
    const char  *p;

    p = path->data;
    len = path->len;
    n = 0;

    for (i = 0; i < len; i = next) {

        /* one segment with the slash before it */

        for (next = i + 1; next < len && p[next] != '/'; next++) {
            /* void */
        }

        if (next - i == 2 && p[i] == '/' && p[i + 1] == '.') {
            if (next == len) {
                out[n++] = '/';
            }

        } else if (next - i == 3 && p[i] == '/' && p[i + 1] == '.'
                   && p[i + 2] == '.')
        {
            while (n > 0 && out[--n] != '/') {
                /* void */
            }

            if (next == len) {
                out[n++] = '/';
            }

        } else {
            memmove(out + n, p + i, next - i);
            n += next - i;
        }
    }

    path->data = out;
    path->len = n;
}


static int
links_url_alnum(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}


static int
links_url_hex(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}
