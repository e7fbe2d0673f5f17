/*
 * Copyright (C) SitePreserver developers
 *
 * A line of JSON lines: docs/replay.md has its members, which have a short
 * name and the one that recordings of proxies use.
 */

#include "har.h"


static json_t *har_line_member(json_t *line, const char *name,
    const char *other);
static sp_rc_t har_line_headers(json_t *list, const sp_pool_t *pool,
    har_headers_t *headers);
static sp_rc_t har_line_header(json_t *name, json_t *value,
    const sp_pool_t *pool, har_headers_t *headers);
static sp_rc_t har_line_cookies(json_t *line, const sp_pool_t *pool,
    har_exchange_t *x);
static sp_rc_t har_line_body(json_t *body, const sp_pool_t *pool,
    sp_str_t *text, size_t *lacks, unsigned *there, const char **why);
static sp_rc_t har_line_host(const sp_pool_t *pool, har_exchange_t *x);
static int64_t har_line_time(json_t *line, const har_exchange_t *x);


sp_rc_t
har_line(json_t *line, const sp_pool_t *pool, har_exchange_t *x,
    const char **why)
{
    size_t    none;
    sp_rc_t   rc;
    unsigned  there;
    sp_str_t  url;

    memset(x, 0, sizeof(har_exchange_t));
    x->host.data = "";

    if (!json_is_object(line)) {
        *why = "it is no object";
        return SP_INVALID;
    }

    rc = har_text(pool, json_object_get(line, "method"), &x->method);

    if (rc == SP_OK) {
        rc = har_text(pool, har_line_member(line, "uri", "url"), &url);
    }

    if (rc != SP_OK) {
        return rc;
    }

    x->status = (unsigned) har_number(json_object_get(line, "status"), 0);

    if (x->method.len == 0 || url.len == 0) {
        *why = "it has no method or no uri";
        return SP_INVALID;
    }

    if (x->status < 100 || x->status > 599) {
        *why = "it has no status, or one that is none";
        return SP_INVALID;
    }

    *why = "its uri is none";
    rc = har_url(pool, &url, x);

    if (rc == SP_OK) {
        rc = har_line_headers(har_line_member(line, "request", "req_headers"),
                              pool, &x->request);
    }

    if (rc == SP_OK) {
        rc = har_line_headers(har_line_member(line, "response",
                                              "res_headers"),
                              pool, &x->response);
    }

    if (rc == SP_OK) {
        rc = har_line_cookies(line, pool, x);
    }

    if (rc == SP_OK) {
        rc = har_line_body(har_line_member(line, "body", "req_body"), pool,
                           &x->body, &none, &there, why);
    }

    if (rc == SP_OK) {
        rc = har_line_body(har_line_member(line, "answer", "res_body"), pool,
                           &x->answer, &x->lacks, &there, why);
        x->unread = !there;
    }

    if (rc == SP_OK) {
        rc = har_text(pool, har_line_member(line, "client", "flow"),
                      &x->client);
    }

    if (rc == SP_OK) {
        rc = har_line_host(pool, x);
    }

    x->at = har_line_time(line, x);

    return rc;
}


static json_t *
har_line_member(json_t *line, const char *name, const char *other)
{
    json_t  *member;

    member = json_object_get(line, name);

    return member != NULL ? member : json_object_get(line, other);
}


/* [["Name", "value"], ...] or { "name": "value" or ["value", ...] }. */

static sp_rc_t
har_line_headers(json_t *list, const sp_pool_t *pool, har_headers_t *headers)
{
    size_t       i;
    sp_rc_t      rc;
    void        *at;
    json_t      *name, *value;

    rc = SP_OK;

    for (i = 0; rc == SP_OK && i < json_array_size(list); i++) {
        value = json_array_get(list, i);
        rc = har_line_header(json_array_get(value, 0),
                             json_array_get(value, 1), pool, headers);
    }

    for (at = json_object_iter(list); rc == SP_OK && at != NULL;
         at = json_object_iter_next(list, at))
    {
        name = json_string(json_object_iter_key(at));
        value = json_object_iter_value(at);

        if (name == NULL) {
            return SP_NOMEM;
        }

        if (!json_is_array(value)) {
            rc = har_line_header(name, value, pool, headers);
        }

        for (i = 0; rc == SP_OK && i < json_array_size(value); i++) {
            rc = har_line_header(name, json_array_get(value, i), pool,
                                 headers);
        }

        json_decref(name);
    }

    return rc;
}


static sp_rc_t
har_line_header(json_t *name, json_t *value, const sp_pool_t *pool,
    har_headers_t *headers)
{
    sp_str_t  seen, text;

    seen = har_seen(name);

    if (har_text(pool, value, &text) != SP_OK) {
        return SP_NOMEM;
    }

    return har_header_add(pool, headers, &seen, &text);
}


/* What some recordings have beside the headers. */

static sp_rc_t
har_line_cookies(json_t *line, const sp_pool_t *pool, har_exchange_t *x)
{
    size_t    i;
    sp_rc_t   rc;
    json_t   *list, *one;
    sp_str_t  value;

    static const sp_str_t  cookie = sp_string("cookie");
    static const sp_str_t  set = sp_string("set-cookie");

    if (har_header_text(&x->request, "cookie").len == 0) {
        rc = har_text(pool, json_object_get(line, "req_cookies"), &value);

        if (rc == SP_OK && value.len != 0) {
            rc = har_header_add(pool, &x->request, &cookie, &value);
        }

        if (rc != SP_OK) {
            return rc;
        }
    }

    if (har_header_text(&x->response, "set-cookie").len != 0) {
        return SP_OK;
    }

    list = json_object_get(line, "set_cookie");

    for (i = 0; i < json_array_size(list); i++) {
        one = json_array_get(list, i);

        if (!json_is_string(one)) {
            continue;
        }

        rc = har_text(pool, one, &value);

        if (rc == SP_OK) {
            rc = har_header_add(pool, &x->response, &set, &value);
        }

        if (rc != SP_OK) {
            return rc;
        }
    }

    return SP_OK;
}


/* A text, or { text, base64, bytes, excerpt }. */

static sp_rc_t
har_line_body(json_t *body, const sp_pool_t *pool, sp_str_t *text,
    size_t *lacks, unsigned *there, const char **why)
{
    int64_t   bytes;
    json_t   *base64;
    sp_str_t  seen;

    *lacks = 0;
    *there = body != NULL && !json_is_null(body);
    text->len = 0;
    text->data = "";

    if (!json_is_object(body)) {
        return har_text(pool, body, text);
    }

    base64 = json_object_get(body, "base64");

    if (json_is_string(base64)) {
        *why = "a body is no base64";
        seen = har_seen(base64);
        return har_base64(pool, &seen, text);
    }

    if (har_text(pool, json_object_get(body, "text"), text) != SP_OK) {
        return SP_NOMEM;
    }

    bytes = har_number(json_object_get(body, "bytes"), 0);

    if (json_is_true(json_object_get(body, "excerpt"))
        && bytes > (int64_t) text->len && bytes < HAR_LINE_MAX)
    {
        *lacks = (size_t) bytes - text->len;
    }

    return SP_OK;
}


static sp_rc_t
har_line_host(const sp_pool_t *pool, har_exchange_t *x)
{
    sp_rc_t         rc;
    sp_str_t        host, url;
    sp_text_t       buf;
    har_exchange_t  seen;

    host = har_header_text(&x->request, "host");

    if (x->host.len != 0 || host.len == 0) {
        return SP_OK;
    }

    sp_text_start(&buf, pool, 256);
    sp_text_string(&buf, "http://");
    sp_text_add(&buf, host.data, host.len);

    if (buf.failed) {
        return SP_NOMEM;
    }

    url.data = buf.data;
    url.len = buf.len;
    seen.host.len = 0;
    seen.host.data = "";
    rc = har_url(pool, &url, &seen);

    if (rc == SP_OK) {
        x->host = seen.host;
    }

    return rc == SP_INVALID ? SP_OK : rc;
}


/* "time", as a text or Unix ms; else the answer's date. */

static int64_t
har_line_time(json_t *line, const har_exchange_t *x)
{
    json_t    *time;
    int64_t    at;
    sp_str_t   text;

    time = json_object_get(line, "time");
    text = har_seen(time);
    at = text.len != 0 ? har_time(&text) : har_number(time, 0);

    if (at > 0 && at < (int64_t) 1 << 46) {
        return at;
    }

    text = har_header_text(&x->response, "date");

    return har_date(&text);
}
