/*
 * Copyright (C) SitePreserver developers
 *
 * An entry of a HAR 1.2.  Browsers differ: cookies may be in the headers or
 * beside them, a form's fields as text or as a list, bodies may be missing.
 */

#include "har.h"


static sp_rc_t har_entry_headers(json_t *list, const sp_pool_t *pool,
    har_headers_t *headers);
static sp_rc_t har_entry_cookies(json_t *list, const sp_pool_t *pool,
    har_headers_t *headers);
static sp_rc_t har_entry_set_cookies(json_t *list, const sp_pool_t *pool,
    har_headers_t *headers);
static void har_entry_attributes(json_t *cookie, sp_text_t *buf);
static sp_rc_t har_entry_post(json_t *post, const sp_pool_t *pool,
    har_exchange_t *x);
static sp_rc_t har_entry_form(json_t *params, const sp_pool_t *pool,
    har_exchange_t *x);
static sp_rc_t har_entry_multipart(json_t *params, const sp_pool_t *pool,
    har_exchange_t *x, const sp_str_t *type);
static sp_str_t har_entry_boundary(const sp_str_t *type);
static sp_rc_t har_entry_content(json_t *content, const sp_pool_t *pool,
    har_exchange_t *x, const char **why);
static int har_entry_cached(json_t *entry);
static int64_t har_entry_time(json_t *entry);


sp_rc_t
har_entry(json_t *entry, const sp_pool_t *pool, har_exchange_t *x,
    const char **why)
{
    sp_rc_t    rc;
    json_t    *request, *response;
    sp_str_t   url;

    static const sp_str_t  browser = sp_string("browser");

    memset(x, 0, sizeof(har_exchange_t));
    x->host.data = "";

    request = json_object_get(entry, "request");
    response = json_object_get(entry, "response");

    if (!json_is_object(request) || !json_is_object(response)) {
        *why = "it has no request or no response";
        return SP_INVALID;
    }

    if (har_entry_cached(entry)) {
        return SP_DONE;
    }

    rc = har_text(pool, json_object_get(request, "method"), &x->method);

    if (rc == SP_OK) {
        rc = har_text(pool, json_object_get(request, "url"), &url);
    }

    if (rc != SP_OK) {
        return rc;
    }

    if (x->method.len == 0 || url.len == 0) {
        *why = "it has no method or no url";
        return SP_INVALID;
    }

    if (url.len < 7 || memcmp(url.data, "http", 4) != 0) {
        return SP_DONE;
    }

    x->status = (unsigned) har_number(json_object_get(response, "status"), 0);

    if (x->status == 0) {
        x->status = 499;
    }

    if (x->status < 100 || x->status > 599) {
        *why = "its status is none";
        return SP_INVALID;
    }

    *why = "its url is none";
    x->at = har_entry_time(entry);
    x->client = browser;
    rc = har_url(pool, &url, x);

    /* Several browsers in one file: no tool writes this but who knows of it. */

    if (rc == SP_OK && json_is_string(json_object_get(entry, "_client"))) {
        rc = har_text(pool, json_object_get(entry, "_client"), &x->client);
    }

    if (rc == SP_OK) {
        rc = har_entry_headers(json_object_get(request, "headers"), pool,
                               &x->request);
    }

    if (rc == SP_OK) {
        rc = har_entry_headers(json_object_get(response, "headers"), pool,
                               &x->response);
    }

    if (rc == SP_OK) {
        rc = har_entry_cookies(json_object_get(request, "cookies"), pool,
                               &x->request);
    }

    if (rc == SP_OK) {
        rc = har_entry_set_cookies(json_object_get(response, "cookies"), pool,
                                   &x->response);
    }

    if (rc == SP_OK) {
        rc = har_entry_post(json_object_get(request, "postData"), pool, x);
    }

    if (rc == SP_OK) {
        rc = har_entry_content(json_object_get(response, "content"), pool, x,
                               why);
    }

    return rc;
}


/* The browser answered itself, or something kept it from asking. */

static int
har_entry_cached(json_t *entry)
{
    sp_str_t   text;
    json_t    *response;

    text = har_seen(json_object_get(entry, "_fromCache"));

    if (text.len != 0) {
        return 1;
    }

    response = json_object_get(entry, "response");
    text = har_seen(json_object_get(response, "_error"));

    return har_number(json_object_get(response, "status"), 0) <= 0
           && text.len != 0
           && (strstr(text.data, "BLOCKED") != NULL
               || strstr(text.data, "NAME_NOT_RESOLVED") != NULL
               || strstr(text.data, "CONNECTION_REFUSED") != NULL);
}


/* When its answer was there. */

static int64_t
har_entry_time(json_t *entry)
{
    int64_t   began, took;
    sp_str_t  text;

    text = har_seen(json_object_get(entry, "startedDateTime"));
    began = har_time(&text);
    took = har_number(json_object_get(entry, "time"), 0);

    return began > 0 && took > 0 && took < 3600000 ? began + took : began;
}


static sp_rc_t
har_entry_headers(json_t *list, const sp_pool_t *pool, har_headers_t *headers)
{
    size_t    i;
    sp_rc_t   rc;
    json_t   *one;
    sp_str_t  name, value;

    for (i = 0; i < json_array_size(list); i++) {
        one = json_array_get(list, i);
        name = har_seen(json_object_get(one, "name"));
        rc = har_text(pool, json_object_get(one, "value"), &value);

        if (rc == SP_OK && name.len == 10
            && memcmp(name.data, ":authority", 10) == 0)
        {
            name.data = "host";
            name.len = 4;
        }

        if (rc == SP_OK) {
            rc = har_header_add(pool, headers, &name, &value);
        }

        if (rc != SP_OK) {
            return rc;
        }
    }

    return SP_OK;
}


static sp_rc_t
har_entry_cookies(json_t *list, const sp_pool_t *pool, har_headers_t *headers)
{
    size_t     i;
    json_t    *one;
    sp_str_t   name, value, text;
    sp_text_t  buf;

    static const sp_str_t  cookie = sp_string("cookie");

    if (har_header_text(headers, "cookie").len != 0
        || json_array_size(list) == 0)
    {
        return SP_OK;
    }

    sp_text_start(&buf, pool, 256);

    for (i = 0; i < json_array_size(list); i++) {
        one = json_array_get(list, i);
        name = har_seen(json_object_get(one, "name"));
        value = har_seen(json_object_get(one, "value"));

        sp_text_string(&buf, buf.len != 0 ? "; " : "");
        sp_text_add(&buf, name.data, name.len);
        sp_text_string(&buf, "=");
        sp_text_add(&buf, value.data, value.len);
    }

    text.data = buf.data;
    text.len = buf.len;

    return buf.failed ? SP_NOMEM
                      : har_header_add(pool, headers, &cookie, &text);
}


static sp_rc_t
har_entry_set_cookies(json_t *list, const sp_pool_t *pool,
    har_headers_t *headers)
{
    size_t     i;
    sp_rc_t    rc;
    json_t    *one;
    sp_str_t   name, value, text;
    sp_text_t  buf;

    static const sp_str_t  set = sp_string("set-cookie");

    if (har_header_text(headers, "set-cookie").len != 0) {
        return SP_OK;
    }

    for (i = 0; i < json_array_size(list); i++) {
        one = json_array_get(list, i);
        name = har_seen(json_object_get(one, "name"));
        value = har_seen(json_object_get(one, "value"));

        if (name.len == 0) {
            continue;
        }

        sp_text_start(&buf, pool, 256);
        sp_text_add(&buf, name.data, name.len);
        sp_text_string(&buf, "=");
        sp_text_add(&buf, value.data, value.len);
        har_entry_attributes(one, &buf);

        text.data = buf.data;
        text.len = buf.len;
        rc = buf.failed ? SP_NOMEM
                        : har_header_add(pool, headers, &set, &text);

        if (rc != SP_OK) {
            return rc;
        }
    }

    return SP_OK;
}


/* Of a cookie's attributes only its end matters: a past one deletes it. */

static void
har_entry_attributes(json_t *cookie, sp_text_t *buf)
{
    int64_t   at;
    sp_str_t  text;

    text = har_seen(json_object_get(cookie, "expires"));
    at = har_time(&text);

    if (at > 0 && at < 86400000) {
        sp_text_string(buf, "; Max-Age=0");
    }
}


static sp_rc_t
har_entry_post(json_t *post, const sp_pool_t *pool, har_exchange_t *x)
{
    sp_rc_t   rc;
    json_t   *params;
    sp_str_t  type, seen, text;

    static const sp_str_t  name = sp_string("content-type");

    x->body.data = "";

    if (!json_is_object(post)) {
        return SP_OK;
    }

    rc = har_text(pool, json_object_get(post, "mimeType"), &type);

    if (rc == SP_OK && type.len != 0
        && har_header_text(&x->request, "content-type").len == 0)
    {
        rc = har_header_add(pool, &x->request, &name, &type);
    }

    if (rc != SP_OK) {
        return rc;
    }

    type = har_header_text(&x->request, "content-type");
    text = har_seen(json_object_get(post, "text"));
    params = json_object_get(post, "params");

    if (text.len != 0) {
        seen = har_seen(json_object_get(post, "encoding"));

        if (seen.len == 6 && memcmp(seen.data, "base64", 6) == 0
            && har_base64(pool, &text, &x->body) == SP_OK)
        {
            return SP_OK;
        }

        return har_text(pool, json_object_get(post, "text"), &x->body);
    }

    if (json_array_size(params) == 0) {
        return SP_OK;
    }

    return type.len > 10 && memcmp(type.data, "multipart/", 10) == 0
           ? har_entry_multipart(params, pool, x, &type)
           : har_entry_form(params, pool, x);
}


/* Browsers differ in whether params are decoded: taken as they are. */

static sp_rc_t
har_entry_form(json_t *params, const sp_pool_t *pool, har_exchange_t *x)
{
    size_t     i;
    json_t    *one;
    sp_str_t   name, value;
    sp_text_t  buf;

    sp_text_start(&buf, pool, 256);

    for (i = 0; i < json_array_size(params); i++) {
        one = json_array_get(params, i);
        name = har_seen(json_object_get(one, "name"));
        value = har_seen(json_object_get(one, "value"));

        sp_text_string(&buf, i > 0 ? "&" : "");
        har_escaped(&buf, &name);
        sp_text_string(&buf, "=");
        har_escaped(&buf, &value);
    }

    x->body.data = buf.data;
    x->body.len = buf.len;

    return buf.failed ? SP_NOMEM : SP_OK;
}


static sp_rc_t
har_entry_multipart(json_t *params, const sp_pool_t *pool, har_exchange_t *x,
    const sp_str_t *type)
{
    size_t     i;
    json_t    *one;
    sp_str_t   name, value, boundary;
    sp_text_t  buf;

    sp_text_start(&buf, pool, 256);
    boundary = har_entry_boundary(type);

    for (i = 0; i < json_array_size(params); i++) {
        one = json_array_get(params, i);
        name = har_seen(json_object_get(one, "name"));
        value = har_seen(json_object_get(one, "value"));

        sp_text_string(&buf, "--");
        sp_text_add(&buf, boundary.data, boundary.len);
        sp_text_string(&buf, "\r\nContent-Disposition: form-data; name=\"");
        sp_text_add(&buf, name.data, name.len);
        sp_text_string(&buf, json_object_get(one, "fileName") != NULL
                           ? "\"; filename=\"file\"\r\n\r\n" : "\"\r\n\r\n");
        sp_text_add(&buf, value.data, value.len);
        sp_text_string(&buf, "\r\n");
    }

    sp_text_string(&buf, "--");
    sp_text_add(&buf, boundary.data, boundary.len);
    sp_text_string(&buf, "--\r\n");

    x->body.data = buf.data;
    x->body.len = buf.len;

    return buf.failed ? SP_NOMEM : SP_OK;
}


static sp_str_t
har_entry_boundary(const sp_str_t *type)
{
    size_t    i;
    sp_str_t  rest;

    static const char  name[] = "boundary=";

    rest.data = "";
    rest.len = 0;

    for (i = 0; i + sizeof(name) - 1 < type->len; i++) {
        if (memcmp(type->data + i, name, sizeof(name) - 1) == 0) {
            rest.data = type->data + i + sizeof(name) - 1;
            rest.len = type->len - i - (sizeof(name) - 1);
            break;
        }
    }

    if (rest.len > 1 && rest.data[0] == '"') {
        rest.data++;
        rest.len--;
    }

    for (i = 0; i < rest.len && memchr("\"; ", rest.data[i], 3) == NULL; i++) {
        /* void */
    }

    rest.len = i;

    return rest;
}


/*
 * It is decoded, whatever Content-Encoding says.  What has no text is empty if
 * its size is told to be, else it was not recorded; of what was not changed
 * nothing came by.
 */

static sp_rc_t
har_entry_content(json_t *content, const sp_pool_t *pool, har_exchange_t *x,
    const char **why)
{
    json_t    *text;
    sp_str_t   seen, encoding;

    x->answer.data = "";
    text = json_object_get(content, "text");

    if (x->status == 304 || x->status == 204) {
        return SP_OK;
    }

    if (!json_is_string(text)) {
        x->unread = har_number(json_object_get(content, "size"), -1) != 0;
        return SP_OK;
    }

    encoding = har_seen(json_object_get(content, "encoding"));

    if (encoding.len != 6 || memcmp(encoding.data, "base64", 6) != 0) {
        return har_text(pool, text, &x->answer);
    }

    *why = "its content is no base64";
    seen = har_seen(text);

    return har_base64(pool, &seen, &x->answer);
}
