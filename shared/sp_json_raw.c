/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_json_raw.h"
#include "sp_json_text.h"


static const char *json_raw_space(const char *p, const char *end);
static const char *json_raw_text(const char *p, const char *end);
static const char *json_raw_value(const char *p, const char *end);
static const char *json_raw_escape(sp_json_text_t *text, const char *p,
    const char *end, sp_rc_t *rc);


sp_rc_t
sp_json_raw_member(const sp_str_t *text, size_t *pos, sp_str_t *name,
    sp_str_t *value)
{
    char         before;
    const char  *p, *end, *start;

    if (text->len == 0) {
        return SP_INVALID;
    }

    end = text->data + text->len;
    p = json_raw_space(text->data + *pos, end);
    before = *pos ? ',' : '{';

    if (p == end) {
        return SP_INVALID;
    }

    if (*p == '}' && *pos != 0) {
        return SP_DONE;
    }

    if (*p != before) {
        return SP_INVALID;
    }

    p = json_raw_space(p + 1, end);

    if (p < end && *p == '}') {
        return SP_DONE;
    }

    if (p == end || *p != '"') {
        return SP_INVALID;
    }

    start = p + 1;
    p = json_raw_text(start, end);

    if (p == end) {
        return SP_INVALID;
    }

    name->data = start;
    name->len = (size_t) (p - start);

    p = json_raw_space(p + 1, end);

    if (p == end || *p != ':') {
        return SP_INVALID;
    }

    start = json_raw_space(p + 1, end);
    p = json_raw_value(start, end);

    value->data = start;
    value->len = (size_t) (p - start);

    *pos = (size_t) (p - text->data);

    return value->len ? SP_OK : SP_INVALID;
}


sp_rc_t
sp_json_raw_element(const sp_str_t *text, size_t *pos, sp_str_t *value,
    int *whole)
{
    const char  *p, *end, *start;

    if (text->len == 0) {
        return SP_INVALID;
    }

    end = text->data + text->len;
    p = json_raw_space(text->data + *pos, end);

    if (p == end) {
        return SP_INVALID;
    }

    if (*p == ']' && *pos != 0) {
        return SP_DONE;
    }

    if (*p != (*pos ? ',' : '[')) {
        return SP_INVALID;
    }

    start = json_raw_space(p + 1, end);

    if (start < end && *start == ']') {
        return SP_DONE;
    }

    p = json_raw_value(start, end);

    value->data = start;
    value->len = (size_t) (p - start);

    *pos = (size_t) (p - text->data);

    p = json_raw_space(p, end);
    *whole = p < end && (*p == ',' || *p == ']');

    return value->len ? SP_OK : SP_INVALID;
}


sp_rc_t
sp_json_raw_string(const sp_pool_t *pool, const sp_str_t *raw, sp_str_t *out)
{
    sp_rc_t         rc;
    const char     *p, *q, *end;
    sp_json_text_t  text;

    if (raw->len == 0 || raw->data[0] != '"') {
        return SP_INVALID;
    }

    memset(&text, 0, sizeof(sp_json_text_t));
    text.pool = pool;
    text.limit = raw->len * 3;      /* a byte that is wrong can be three */
    sp_json_text_begin(&text);

    p = raw->data + 1;
    end = raw->data + raw->len;

    for ( ;; ) {
        rc = SP_OK;
        q = p;

        /* where there is one escape, there are often more */

        if (p == end || *p != '\\') {
            q = sp_json_span(p, end);

            if (q == end || *q != '\\') {
                return sp_json_text_end(&text, p, (size_t) (q - p), out);
            }

            rc = sp_json_text_append(&text, p, (size_t) (q - p));
        }

        p = json_raw_escape(&text, q + 1, end, &rc);

        if (rc == SP_NOMEM) {
            return rc;
        }

        if (rc != SP_OK) {
            return sp_json_text_end(&text, p, 0, out);
        }
    }
}


static const char *
json_raw_space(const char *p, const char *end)
{
    while (p < end
           && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
    {
        p++;
    }

    return p;
}


/* The quote that ends a string, or end. */

static const char *
json_raw_text(const char *p, const char *end)
{
    for ( ;; ) {

        if (p == end || *p != '\\') {
            p = sp_json_span(p, end);
        }

        if (p == end || *p == '"') {
            return p;
        }

        /* a backslash and what follows, or a stray control character */

        p += *p == '\\' && end - p > 1 ? 2 : 1;
    }
}


/* What follows a value. */

static const char *
json_raw_value(const char *p, const char *end)
{
    size_t  depth;

    for (depth = 0; p < end; p++) {

        switch (*p) {

        case '"':
            p = json_raw_text(p + 1, end);

            if (p == end) {
                return end;
            }

            break;

        case '{':
        case '[':
            depth++;
            continue;

        case '}':
        case ']':
            if (depth == 0) {
                return p;
            }

            depth--;
            break;

        case ',':
        case ' ':
        case '\t':
        case '\r':
        case '\n':
            if (depth == 0) {
                return p;
            }

            continue;

        default:
            continue;
        }

        if (depth == 0) {
            return p + 1;
        }
    }

    return p;
}


/* After a backslash; *rc is SP_DONE if that is not well. */

static const char *
json_raw_escape(sp_json_text_t *text, const char *p, const char *end,
    sp_rc_t *rc)
{
    int       i;
    char      c;
    uint32_t  unit;

    if (*rc != SP_OK || p == end) {
        *rc = *rc != SP_OK ? *rc : SP_DONE;
        return p;
    }

    if (*p != 'u') {
        c = sp_json_text_escape(*p);
        *rc = c ? sp_json_text_append(text, &c, 1) : SP_DONE;
        return p + 1;
    }

    unit = 0;

    for (i = 1; i <= 4; i++) {
        if (i == end - p || sp_hex(p[i]) < 0) {
            *rc = SP_DONE;
            return p;
        }

        unit = (unit << 4) | (uint32_t) sp_hex(p[i]);
    }

    *rc = sp_json_text_unit(text, unit);

    return p + 5;
}
