/*
 * Copyright (C) SitePreserver developers
 *
 * The request's body, as it passes.
 */

#include "sp_observation.h"


static sp_rc_t sp_request_begin(sp_observation_t *ob, const char *data,
    size_t len);
static int sp_request_encoded(const sp_observation_t *ob, const char *data,
    size_t len);
static sp_rc_t sp_request_part(sp_observation_t *ob, const char *data,
    size_t len);
static sp_rc_t sp_request_append(sp_observation_t *ob, const char *data,
    size_t len);
static size_t sp_request_expect(const sp_observation_t *ob);


#define SP_BODY_FIRST  1024


sp_rc_t
sp_request_body(sp_observation_t *ob, const char *data, size_t len, int last)
{
    sp_rc_t  rc;

    if (len > ob->ex->body_limit - ob->request_len) {
        len = ob->ex->body_limit - ob->request_len;
        ob->request_cut = 1;
        last = 1;
    }

    rc = SP_AGAIN;

    if (len != 0) {

        if (ob->request_len == 0) {
            rc = sp_request_begin(ob, data, len);
        }

        ob->request_len += len;

        if (rc == SP_AGAIN) {
            rc = sp_request_part(ob, data, len);
        }
    }

    if (rc == SP_NOMEM) {
        return rc;
    }

    if (rc == SP_AGAIN && !last) {
        return SP_AGAIN;
    }

    return sp_request_finish(ob) == SP_OK ? SP_DONE : SP_NOMEM;
}


/*
 * What kind of body is it?  SP_AGAIN: one that is read; SP_DONE: it cannot be.
 * JSON is known by its first byte, whatever Content-Type says.
 */

static sp_rc_t
sp_request_begin(sp_observation_t *ob, const char *data, size_t len)
{
    sp_rc_t   rc;
    sp_str_t  type, boundary;

    static const sp_str_t  name = sp_string("content-type");

    if (sp_request_encoded(ob, data, len)) {
        ob->request_bad = 1;
        return SP_DONE;
    }

    if (!(ob->reads & 1u << SP_SOURCE_FORM) || *data == '{' || *data == '['
        || !ob->ex->request_header(ob->ex->data, &name, 0, &type)
        || type.len == 0 || (*type.data | 0x20) != 'm')
    {
        return SP_AGAIN;
    }

    rc = sp_multipart_boundary(&type, &boundary);

    if (rc == SP_DONE) {
        return SP_AGAIN;
    }

    if (rc != SP_OK) {
        ob->request_bad = 1;
        return SP_DONE;
    }

    ob->multipart = sp_multipart_create(ob->pool, &boundary);

    return ob->multipart != NULL ? SP_AGAIN : SP_NOMEM;
}


/* Few shops take compressed requests; what begins like a text is none. */

static int
sp_request_encoded(const sp_observation_t *ob, const char *data, size_t len)
{
    sp_str_t  value;

    static const sp_str_t  name = sp_string("content-encoding");
    static const sp_str_t  none = sp_string("identity");

    if (data[0] >= ' ' && data[0] <= '~'
        && (len == 1 || (data[1] >= ' ' && data[1] <= '~'))
        && memcmp(data, "x^", len == 1 ? 1 : 2) != 0)
    {
        return 0;
    }

    return ob->ex->request_header(ob->ex->data, &name, 0, &value)
           && value.len != 0 && !sp_str_eq(&value, &none);
}


/* Of a multipart form only its fields are kept, but for the source "body". */

static sp_rc_t
sp_request_part(sp_observation_t *ob, const char *data, size_t len)
{
    sp_rc_t  rc;

    if (ob->multipart == NULL || (ob->reads & 1u << SP_SOURCE_BODY)) {

        if (sp_request_append(ob, data, len) != SP_OK) {
            return SP_NOMEM;
        }

        if (ob->multipart == NULL) {
            return SP_AGAIN;
        }
    }

    rc = sp_multipart_push(ob->multipart, data, len);

    if (rc == SP_NOMEM || (ob->reads & 1u << SP_SOURCE_BODY)) {
        return rc == SP_NOMEM ? rc : SP_AGAIN;
    }

    return rc == SP_AGAIN ? SP_AGAIN : SP_DONE;
}


static sp_rc_t
sp_request_append(sp_observation_t *ob, const char *data, size_t len)
{
    char    *p;
    size_t   size;

    if (ob->body_len + len > ob->body_size) {

        size = ob->body_size != 0 ? ob->body_size * 2
                                  : sp_request_expect(ob);

        if (size < ob->body_len + len) {
            size = ob->body_len + len;
        }

        p = sp_alloc(ob->pool, size);
        if (p == NULL) {
            return SP_NOMEM;
        }

        if (ob->body_len != 0) {
            memcpy(p, ob->body, ob->body_len);
        }

        ob->body = p;
        ob->body_size = size;
    }

    memcpy(ob->body + ob->body_len, data, len);
    ob->body_len += len;

    return SP_OK;
}


static size_t
sp_request_expect(const sp_observation_t *ob)
{
    unsigned               n;
    sp_str_t               value;
    static const sp_str_t  name = sp_string("content-length");

    if (ob->ex->request_header(ob->ex->data, &name, 0, &value)
        && sp_word_number(&value, 99999999, &n) == SP_OK && n != 0)
    {
        return n < ob->ex->body_limit ? n : ob->ex->body_limit;
    }

    return SP_BODY_FIRST;
}
