/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_json_text.h"
#include "sp_utf8.h"


#define JSON_TEXT_FIRST  256        /* bytes of a buffer at first */


/* RFC 8259 section 7, but for \u. */

const char  sp_json_escapes[256] = {
    ['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f',
    ['n'] = '\n', ['r'] = '\r', ['t'] = '\t'
};


static sp_rc_t json_text_pass(sp_json_text_t *text, const char *data,
    size_t len);
static sp_rc_t json_text_room(sp_json_text_t *text, size_t len);
static sp_rc_t json_text_add(sp_json_text_t *text, const char *data,
    size_t len);
static sp_rc_t json_text_code(sp_json_text_t *text, uint32_t code);


sp_rc_t
sp_json_text_more(sp_json_text_t *text, const char *data, size_t len)
{
    sp_rc_t  rc;

    if (text->high != 0) {
        text->high = 0;

        rc = json_text_code(text, 0xfffd);
        if (rc != SP_OK) {
            return rc;
        }
    }

    return json_text_add(text, data, len);
}


sp_rc_t
sp_json_text_unit(sp_json_text_t *text, uint32_t unit)
{
    sp_rc_t   rc;
    uint32_t  high;

    high = text->high;
    text->high = 0;

    if (high != 0) {
        if (unit >= 0xdc00 && unit <= 0xdfff) {
            return json_text_code(text, 0x10000 + ((high - 0xd800) << 10)
                                        + (unit - 0xdc00));
        }

        rc = json_text_code(text, 0xfffd);
        if (rc != SP_OK) {
            return rc;
        }
    }

    if (unit >= 0xd800 && unit <= 0xdbff) {
        text->high = unit;
        text->fresh = 0;
        return SP_OK;
    }

    if (unit >= 0xdc00 && unit <= 0xdfff) {
        unit = 0xfffd;
    }

    return json_text_code(text, unit);
}


sp_rc_t
sp_json_text_end(sp_json_text_t *text, const char *data, size_t len,
    sp_str_t *out)
{
    unsigned  cut;

    cut = 0;

    if (text->fresh) {
        out->data = data;
        out->len = len;

        if (len > text->limit) {
            /* as if it had come in pieces */
            cut = 1;
            out->len = text->limit;
            out->len = sp_utf8_whole(out);
        }

        if (text->raw || sp_utf8_valid(data, out->len) == out->len) {
            text->cut = cut;
            return SP_OK;
        }

        len = out->len;
    }

    if (sp_json_text_append(text, data, len) != SP_OK) {
        return SP_NOMEM;
    }

    text->cut |= cut;

    if (text->high != 0) {
        text->high = 0;

        if (json_text_code(text, 0xfffd) != SP_OK) {
            return SP_NOMEM;
        }
    }

    if (!text->raw) {
        sp_json_text_mend(text->data, text->len);
    }

    out->data = text->data;
    out->len = text->len;

    return SP_OK;
}


void
sp_json_text_mend(char *data, size_t len)
{
    size_t  n;

    for ( ;; ) {
        n = sp_utf8_valid(data, len);

        if (n == len) {
            return;
        }

        data[n] = '?';
        data += n + 1;
        len -= n + 1;
    }
}


/* Appends, without regard to a pending half of a pair. */

static sp_rc_t
json_text_add(sp_json_text_t *text, const char *data, size_t len)
{
    sp_str_t  whole;

    text->fresh = 0;

    if (text->drain != NULL) {
        return json_text_pass(text, data, len);
    }

    if (text->cut) {
        return SP_OK;
    }

    if (len > text->limit - text->len) {
        text->cut = 1;
        len = text->limit - text->len;
    }

    if (json_text_room(text, len) != SP_OK) {
        return SP_NOMEM;
    }

    if (len != 0) {
        memcpy(text->data + text->len, data, len);
        text->len += len;
    }

    if (text->cut) {
        /* the last character may be there in part only */
        whole.data = text->data;
        whole.len = text->len;
        text->len = sp_utf8_whole(&whole);
    }

    return SP_OK;
}


/* Through a buffer that is emptied when it is full. */

static sp_rc_t
json_text_pass(sp_json_text_t *text, const char *data, size_t len)
{
    size_t   n;
    sp_rc_t  rc;

    if (len > text->allocated - text->len) {

        n = text->len;
        text->len = 0;

        rc = n != 0 ? text->drain(text->drained, text->data, n) : SP_OK;

        if (rc != SP_OK) {
            return rc;
        }

        if (len > text->allocated) {
            return text->drain(text->drained, data, len);
        }
    }

    if (len != 0) {
        memcpy(text->data + text->len, data, len);
        text->len += len;
    }

    return SP_OK;
}


sp_rc_t
sp_json_text_drain(sp_json_text_t *text)
{
    size_t   n;
    sp_rc_t  rc;

    rc = text->high != 0 ? sp_json_text_more(text, "", 0) : SP_OK;

    if (rc != SP_OK || text->len == 0) {
        return rc;
    }

    n = text->len;
    text->len = 0;

    return text->drain(text->drained, text->data, n);
}


static sp_rc_t
json_text_room(sp_json_text_t *text, size_t len)
{
    char    *data;
    size_t   size;

    if (len <= text->allocated - text->len) {
        return SP_OK;
    }

    if (text->pool == NULL) {
        return SP_NOMEM;
    }

    size = text->allocated * 2;

    if (size < JSON_TEXT_FIRST) {
        size = JSON_TEXT_FIRST;
    }

    if (size < text->len + len) {
        size = text->len + len;
    }

    if (size > text->limit) {
        size = text->limit;
    }

    data = sp_alloc(text->pool, size);
    if (data == NULL) {
        return SP_NOMEM;
    }

    if (text->len != 0) {
        memcpy(data, text->data, text->len);
    }

    text->data = data;
    text->allocated = size;

    return SP_OK;
}


static sp_rc_t
json_text_code(sp_json_text_t *text, uint32_t code)
{
    char    utf8[4];
    size_t  n;

    n = sp_utf8_encode(code, utf8);

    return json_text_add(text, utf8, n);
}
