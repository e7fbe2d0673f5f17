/*
 * Copyright (C) SitePreserver developers
 *
 * What exchanges are made of: URLs, headers, texts.
 */

#include <stdlib.h>

#include "har.h"


static sp_rc_t har_host(const sp_pool_t *pool, const sp_str_t *authority,
    sp_str_t *host);
static sp_rc_t har_path(const sp_pool_t *pool, const sp_str_t *path,
    sp_str_t *uri);
static size_t har_decode(const sp_str_t *path, char *out);
static size_t har_normalise(char *text, size_t len);
static char har_lower(char c);
static int har_base64_value(char c);


sp_rc_t
har_url(const sp_pool_t *pool, const sp_str_t *url, har_exchange_t *x)
{
    size_t       i;
    sp_rc_t      rc;
    sp_str_t     rest, authority, path;
    const char  *p;

    rest = *url;
    rc = SP_OK;

    for (i = 0; i + 3 <= rest.len && rest.data[i] != '/'; i++) {

        if (memcmp(rest.data + i, "://", 3) != 0) {
            continue;
        }

        authority.data = rest.data + i + 3;
        authority.len = rest.len - i - 3;

        for (i = 0; i < authority.len
             && memchr("/?#", authority.data[i], 3) == NULL; i++)
        {
            /* void */
        }

        rest.data = authority.data + i;
        rest.len = authority.len - i;
        authority.len = i;
        rc = har_host(pool, &authority, &x->host);
        break;
    }

    if (rc != SP_OK) {
        return rc;
    }

    p = rest.len != 0 ? memchr(rest.data, '#', rest.len) : NULL;

    if (p != NULL) {
        rest.len = (size_t) (p - rest.data);
    }

    if (rest.len == 0) {
        rest.data = "/";
        rest.len = 1;
    }

    x->target = rest;
    path = rest;
    x->args.len = 0;
    x->args.data = "";

    p = memchr(rest.data, '?', rest.len);

    if (p != NULL) {
        path.len = (size_t) (p - rest.data);
        x->args.data = p + 1;
        x->args.len = rest.len - path.len - 1;
    }

    return har_path(pool, &path, &x->uri);
}


static sp_rc_t
har_host(const sp_pool_t *pool, const sp_str_t *authority, sp_str_t *host)
{
    char        *out;
    size_t       i, from, last;
    const char  *at;

    at = memchr(authority->data, '@', authority->len);
    from = at != NULL ? (size_t) (at - authority->data) + 1 : 0;
    last = authority->len;

    for (i = last; i > from && authority->data[i - 1] >= '0'
         && authority->data[i - 1] <= '9'; i--)
    {
        /* void */
    }

    if (i > from && authority->data[i - 1] == ':') {
        last = i - 1;
    }

    out = sp_alloc(pool, last - from + 1);
    if (out == NULL) {
        return SP_NOMEM;
    }

    host->data = out;
    host->len = last - from;

    for (i = from; i < last; i++) {
        *out++ = har_lower(authority->data[i]);
    }

    return SP_OK;
}


static char
har_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : c;
}


/* As nginx has it with merge_slashes on. */

static sp_rc_t
har_path(const sp_pool_t *pool, const sp_str_t *path, sp_str_t *uri)
{
    char    *out;
    size_t   len;

    out = sp_alloc(pool, path->len + 2);
    if (out == NULL) {
        return SP_NOMEM;
    }

    out[0] = '/';
    len = har_decode(path, out + 1);

    if (memchr(out + 1, '\0', len) != NULL) {
        return SP_INVALID;
    }

    uri->data = out;
    uri->len = har_normalise(out, len + 1);

    return SP_OK;
}


static size_t
har_decode(const sp_str_t *path, char *out)
{
    int      high, low;
    size_t   i, n;

    n = 0;

    for (i = 0; i < path->len; i++) {

        if (path->data[i] == '%' && path->len - i > 2) {
            high = sp_hex(path->data[i + 1]);
            low = sp_hex(path->data[i + 2]);

            if (high >= 0 && low >= 0) {
                out[n++] = (char) (high * 16 + low);
                i += 2;
                continue;
            }
        }

        out[n++] = path->data[i];
    }

    return n;
}


/* "//", "/./" and "/../"; text begins with "/". */

static size_t
har_normalise(char *text, size_t len)
{
    size_t  i, n, from;

    n = 0;
    i = 0;

    while (i < len) {

        while (i < len && text[i] == '/') {
            i++;
        }

        from = i;

        while (i < len && text[i] != '/') {
            i++;
        }

        if (i - from == 1 && text[from] == '.') {
            continue;
        }

        if (i - from == 2 && text[from] == '.' && text[from + 1] == '.') {

            while (n > 0 && text[--n] != '/') { /* void */ }

            continue;
        }

        if (i > from) {
            text[n++] = '/';
            memmove(text + n, text + from, i - from);
            n += i - from;
        }
    }

    /* a directory stays one */

    if (n == 0 || text[len - 1] == '/'
        || (len > 1 && text[len - 1] == '.' && text[len - 2] == '/')
        || (len > 2 && text[len - 1] == '.' && text[len - 2] == '.'
            && text[len - 3] == '/'))
    {
        text[n++] = '/';
    }

    return n;
}


sp_rc_t
har_header_add(const sp_pool_t *pool, har_headers_t *headers,
    const sp_str_t *name, const sp_str_t *value)
{
    char          *text;
    size_t         i;
    sp_str_t       rest;
    const char    *end;
    har_header_t  *header;

    if (name->len == 0 || name->data[0] == ':') {
        return SP_OK;
    }

    if (headers->list == NULL) {
        headers->list = sp_alloc(pool, HAR_HEADERS_MAX
                                       * sizeof(har_header_t));
    }

    text = sp_alloc(pool, name->len);

    if (headers->list == NULL || text == NULL) {
        return SP_NOMEM;
    }

    for (i = 0; i < name->len; i++) {
        text[i] = har_lower(name->data[i]);
    }

    rest = *value;

    while (headers->n < HAR_HEADERS_MAX) {
        end = rest.len != 0 ? memchr(rest.data, '\n', rest.len) : NULL;

        header = &headers->list[headers->n++];
        header->name.data = text;
        header->name.len = name->len;
        header->value = rest;

        if (end == NULL) {
            break;
        }

        header->value.len = (size_t) (end - rest.data);
        rest.len -= header->value.len + 1;
        rest.data = end + 1;
    }

    return SP_OK;
}


int
har_header(const har_headers_t *headers, const sp_str_t *name, unsigned i,
    sp_str_t *value)
{
    unsigned  n;

    for (n = 0; n < headers->n; n++) {
        if (sp_str_eq(&headers->list[n].name, name) && i-- == 0) {
            *value = headers->list[n].value;
            return 1;
        }
    }

    return 0;
}


sp_str_t
har_header_text(const har_headers_t *headers, const char *name)
{
    sp_str_t  text, value;

    text = sp_str(name);

    if (!har_header(headers, &text, 0, &value)) {
        value.len = 0;
        value.data = "";
    }

    return value;
}


sp_str_t
har_seen(json_t *json)
{
    sp_str_t  text;

    text.data = json_is_string(json) ? json_string_value(json) : "";
    text.len = json_is_string(json) ? json_string_length(json) : 0;

    return text;
}


sp_rc_t
har_text(const sp_pool_t *pool, json_t *json, sp_str_t *text)
{
    char      *copy;
    sp_str_t   seen;

    seen = har_seen(json);
    copy = sp_alloc(pool, seen.len + 1);

    if (copy == NULL) {
        return SP_NOMEM;
    }

    memcpy(copy, seen.data, seen.len);
    copy[seen.len] = '\0';
    text->data = copy;
    text->len = seen.len;

    return SP_OK;
}


int64_t
har_number(json_t *json, int64_t other)
{
    double  value;

    if (json_is_integer(json)) {
        return (int64_t) json_integer_value(json);
    }

    if (json_is_string(json) && json_string_length(json) != 0
        && json_string_length(json) < 16
        && strspn(json_string_value(json), "0123456789")
           == json_string_length(json))
    {
        return strtoll(json_string_value(json), NULL, 10);
    }

    if (!json_is_real(json)) {
        return other;
    }

    value = json_real_value(json);

    return value > -9e15 && value < 9e15 ? (int64_t) value : other;
}


static int
har_base64_value(char c)
{
    static const char  digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const char        *p;

    p = c != '\0' ? strchr(digits, c) : NULL;

    return p != NULL ? (int) (p - digits) : -1;
}


sp_rc_t
har_base64(const sp_pool_t *pool, const sp_str_t *in, sp_str_t *out)
{
    int        digit;
    char      *p;
    size_t     i;
    unsigned   bits, word;

    p = sp_alloc(pool, in->len / 4 * 3 + 4);
    if (p == NULL) {
        return SP_NOMEM;
    }

    out->data = p;
    bits = 0;
    word = 0;

    for (i = 0; i < in->len && in->data[i] != '='; i++) {

        if (in->data[i] == '\r' || in->data[i] == '\n') {
            continue;
        }

        digit = har_base64_value(in->data[i]);

        if (digit == -1) {
            return SP_INVALID;
        }

        word = (word << 6 | (unsigned) digit) & 0xffffff;
        bits += 6;

        if (bits >= 8) {
            bits -= 8;
            *p++ = (char) (word >> bits & 0xff);
        }
    }

    out->len = (size_t) (p - out->data);

    return SP_OK;
}


void
har_escaped(sp_text_t *text, const sp_str_t *value)
{
    char           hex[3];
    size_t         i;
    unsigned char  c;

    static const char  digits[] = "0123456789ABCDEF";

    for (i = 0; i < value->len; i++) {
        c = (unsigned char) value->data[i];

        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
            || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.'
            || c == '*')
        {
            sp_text_char(text, (char) c);
            continue;
        }

        hex[0] = '%';
        hex[1] = digits[c >> 4];
        hex[2] = digits[c & 15];
        sp_text_add(text, c == ' ' ? "+" : hex, c == ' ' ? 1 : 3);
    }
}
