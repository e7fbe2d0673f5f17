/*
 * Copyright (C) SitePreserver developers
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                 /* memmem() */
#endif

#include "sp_decode.h"
#include "sp_form.h"
#include "sp_percent.h"


typedef struct {
    const sp_pool_t  *pool;
    const sp_str_t   *in;
    sp_str_t          text;
    int               found;
} decode_json_t;


static int decode_base64_value(unsigned char c);
static sp_rc_t decode_json_value(void *data, unsigned slot,
    const sp_json_value_t *value);
static sp_rc_t decode_json_text(decode_json_t *json, const sp_str_t *text);


sp_rc_t
sp_decode_base64(const sp_pool_t *pool, const sp_str_t *in, sp_str_t *out)
{
    int       value;
    char     *data;
    size_t    i, n, len;
    uint32_t  bits;

    len = in->len;

    for (i = 0; i < 2 && len != 0 && in->data[len - 1] == '='; i++) {
        len--;
    }

    if (len % 4 == 1 || (i != 0 && (len + i) % 4 != 0)) {
        return SP_INVALID;
    }

    data = sp_alloc(pool, len / 4 * 3 + 3);
    if (data == NULL) {
        return SP_NOMEM;
    }

    bits = 0;

    for (i = 0, n = 0; i < len; i++) {
        value = decode_base64_value((unsigned char) in->data[i]);

        if (value < 0) {
            return SP_INVALID;
        }

        bits = (bits << 6) | (uint32_t) value;

        if (i % 4 != 0) {
            data[n++] = (char) (bits >> (6 - i % 4 * 2) & 0xff);
        }
    }

    out->data = data;
    out->len = n;

    return SP_OK;
}


sp_rc_t
sp_decode_url(const sp_pool_t *pool, const sp_str_t *in, int plus,
    sp_str_t *out)
{
    char    *data;
    size_t   n;

    if (in->len == 0
        || (memchr(in->data, '%', in->len) == NULL
            && (!plus || memchr(in->data, '+', in->len) == NULL)))
    {
        *out = *in;
        return SP_OK;
    }

    data = sp_alloc(pool, in->len);
    if (data == NULL) {
        return SP_NOMEM;
    }

    n = sp_percent_decode(data, in->data, in->data + in->len, plus);

    out->data = data;
    out->len = n;

    return SP_OK;
}


sp_rc_t
sp_decode_split(const sp_str_t *in, const sp_str_t *separator, int n,
    sp_str_t *out)
{
    int          count;
    const char  *p, *end, *hit;

    if (separator->len == 0) {
        return SP_INVALID;
    }

    p = in->len ? in->data : "";
    end = p + in->len;

    if (n < 0) {
        count = 1;

        for ( /* void */ ; ; p = hit + separator->len, count++) {
            hit = memmem(p, (size_t) (end - p), separator->data,
                         separator->len);
            if (hit == NULL) {
                break;
            }
        }

        n = n < -count ? count : count + n;
        p = end - in->len;
    }

    for ( ;; ) {
        hit = memmem(p, (size_t) (end - p), separator->data, separator->len);

        if (n == 0) {
            out->data = p;
            out->len = (size_t) ((hit ? hit : end) - p);
            return SP_OK;
        }

        if (hit == NULL) {
            return SP_INVALID;
        }

        p = hit + separator->len;
        n--;
    }
}


sp_rc_t
sp_decode_strip(const sp_str_t *in, const sp_str_t *chars, sp_str_t *out)
{
    sp_str_t  text;

    text = *in;

    if (chars->len == 0) {
        *out = text;
        return SP_OK;
    }

    while (text.len != 0
           && memchr(chars->data, text.data[0], chars->len) != NULL)
    {
        text.data++;
        text.len--;
    }

    while (text.len != 0
           && memchr(chars->data, text.data[text.len - 1], chars->len) != NULL)
    {
        text.len--;
    }

    *out = text;

    return SP_OK;
}


sp_rc_t
sp_decode_prefix(const sp_pool_t *pool, const sp_str_t *in,
    const sp_str_t *text, sp_str_t *out)
{
    char  *data;

    data = sp_alloc(pool, in->len + text->len + 1);
    if (data == NULL) {
        return SP_NOMEM;
    }

    if (text->len != 0) {
        memcpy(data, text->data, text->len);
    }

    if (in->len != 0) {
        memcpy(data + text->len, in->data, in->len);
    }

    out->len = in->len + text->len;
    out->data = data;

    return SP_OK;
}


sp_rc_t
sp_decode_json(const sp_pool_t *pool, const sp_str_t *in,
    const sp_json_paths_t *paths, unsigned slot, size_t value_limit,
    sp_str_t *out)
{
    sp_rc_t             rc;
    uint64_t            wanted[SP_JSON_PATHS / 64];
    decode_json_t       json;
    sp_json_scanner_t  *scanner;

    memset(wanted, 0, sizeof(wanted));
    wanted[slot / 64] = UINT64_C(1) << (slot % 64);

    memset(&json, 0, sizeof(decode_json_t));
    json.pool = pool;
    json.in = in;

    scanner = sp_json_scanner_create(pool, paths, wanted, value_limit,
                                     decode_json_value, &json);

    if (scanner == NULL || sp_json_scanner_once(scanner) != SP_OK) {
        return SP_NOMEM;
    }

    rc = sp_json_scan(scanner, in->data, in->len);

    if (rc != SP_NOMEM) {
        rc = sp_json_end(scanner);
    }

    if (rc == SP_NOMEM) {
        return rc;
    }

    if (!json.found || sp_json_twice(scanner)) {
        return SP_INVALID;
    }

    *out = json.text;

    return SP_OK;
}


sp_rc_t
sp_decode_form(const sp_pool_t *pool, const sp_str_t *in,
    const sp_str_t *name, sp_str_t *out)
{
    sp_form_t  form;

    if (sp_form_parse(&form, pool, in, 0) != SP_OK) {
        return SP_NOMEM;
    }

    return sp_form_get(&form, name, out) == SP_OK ? SP_OK : SP_INVALID;
}


static int
decode_base64_value(unsigned char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }

    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }

    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }

    if (c == '+' || c == '-') {
        return 62;
    }

    return c == '/' || c == '_' ? 63 : -1;
}


static sp_rc_t
decode_json_value(void *data, unsigned slot, const sp_json_value_t *value)
{
    sp_str_t  text;

    return sp_json_value_text(value, &text) ? decode_json_text(data, &text)
                                            : SP_OK;
}


/* The text is the scanner's, unless it is a part of what is scanned. */

static sp_rc_t
decode_json_text(decode_json_t *json, const sp_str_t *text)
{
    uintptr_t              from;
    static const sp_str_t  nothing = sp_null_string;

    from = (uintptr_t) json->in->data;
    json->text = *text;
    json->found = 1;

    if (text->len != 0 && ((uintptr_t) text->data < from
                           || (uintptr_t) text->data >= from + json->in->len)
        && sp_decode_prefix(json->pool, text, &nothing, &json->text) != SP_OK)
    {
        return SP_NOMEM;
    }

    return SP_DONE;
}
