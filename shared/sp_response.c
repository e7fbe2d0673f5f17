/*
 * Copyright (C) SitePreserver developers
 *
 * The answer's body, as it passes.
 */

#include "sp_observation.h"


static sp_rc_t sp_response_piece(sp_observation_t *ob, const char *data,
    size_t len, size_t *taken);
static sp_rc_t sp_response_take(void *data, const char *piece, size_t len);
static sp_rc_t sp_response_text(sp_observation_t *ob, const char *data,
    size_t len, size_t *taken);
static sp_rc_t sp_response_raw(sp_observation_t *ob, const char *data,
    size_t len);
static sp_rc_t sp_response_json(sp_observation_t *ob, const char *data,
    size_t len);
static sp_rc_t sp_response_scanner(sp_observation_t *ob);
static size_t sp_response_document(sp_observation_t *ob, const char *data,
    size_t len);
static sp_rc_t sp_response_html(sp_observation_t *ob, const char *data,
    size_t len);
static sp_rc_t sp_response_end(sp_observation_t *ob);


#define SP_RAW_FIRST   4096

#define SP_READS_JSON  (1u << SP_SOURCE_RESPONSE_JSON                         \
                        | 1u << SP_SOURCE_RESPONSE_GRAPHQL)
#define SP_READS_TEXT  (1u << SP_SOURCE_RESPONSE_BODY)
#define SP_READS_HTML  (1u << SP_SOURCE_RESPONSE_HTML)


/* Does any rule that is still alive want it, and will there be one? */

unsigned
sp_response_begin(sp_observation_t *ob)
{
    if (!(ob->needs & SP_NEEDS_RESPONSE_BODY)
        || ob->status == 204 || ob->status == 304
        || sp_method(&ob->ex->method) == SP_METHOD_HEAD)
    {
        ob->response_done = 1;
        return 0;
    }

    /* a part that the client chose: what it seems to say is no answer */

    if (ob->status == 206) {
        return 0;
    }

    return SP_WANT_RESPONSE_BODY;
}


sp_rc_t
sp_response_body(sp_observation_t *ob, const char *data, size_t len,
    int last)
{
    sp_rc_t  rc;
    size_t   taken;

    if (ob->response_done) {
        return SP_DONE;
    }

    if (len > ob->ex->response_limit - ob->response_len) {
        len = ob->ex->response_limit - ob->response_len;
        ob->response_cut = 1;
        last = 1;
    }

    ob->response_len += len;

    taken = 0;
    rc = sp_response_piece(ob, data, len, &taken);
    ob->response_read += taken;

    if (rc != SP_OK) {
        return rc;
    }

    if (last) {
        return sp_response_end(ob) == SP_OK ? SP_DONE : SP_NOMEM;
    }

    return ob->response_done ? SP_DONE : SP_AGAIN;
}


/*
 * For all who want it.  *taken: of how much of it somebody did.  SP_OK;
 * SP_NOMEM.
 */

static sp_rc_t
sp_response_piece(sp_observation_t *ob, const char *data, size_t len,
    size_t *taken)
{
    sp_rc_t  rc;
    size_t   skip;

    rc = sp_response_text(ob, data, len, taken);

    if (rc == SP_OK && (ob->reads & SP_READS_PARTS)) {
        *taken = len;
        rc = sp_response_raw(ob, data, len);
    }

    if (rc != SP_OK) {
        return rc;
    }

    skip = 0;

    if (ob->document == SP_DOCUMENT_UNKNOWN) {
        skip = sp_response_document(ob, data, len);
    }

    if (ob->document == SP_DOCUMENT_JSON) {
        rc = sp_response_json(ob, data + skip, len - skip);
        if (rc == SP_NOMEM) {
            return rc;
        }

        skip += sp_json_taken(ob->scanner, data + skip);

        if (skip > *taken) {
            *taken = skip;
        }
    }

    if (ob->reads & SP_READS_HTML) {
        rc = sp_response_html(ob, data, len);
        if (rc == SP_NOMEM) {
            return rc;
        }

        if (ob->page != NULL && sp_page_taken(ob->page) > *taken) {
            *taken = sp_page_taken(ob->page);
        }
    }

    if (ob->document == SP_DOCUMENT_OTHER
        && !(ob->reads & (SP_READS_TEXT | SP_READS_HTML | SP_READS_PARTS)))
    {
        ob->response_done = 1;
    }

    return SP_OK;
}


/*
 * What breaks off while it is unpacked is never over: it counts as cut, or as
 * unread if nothing came of it.  What takes more bytes packed than it may have
 * unpacked is not worth to be read on.
 */

sp_rc_t
sp_response_packed(sp_observation_t *ob, const char *data, size_t len,
    int last)
{
    sp_rc_t  rc;

    if (ob->response_done) {
        return SP_DONE;
    }

    if (len > ob->ex->response_limit + SP_UNPACK_PIECE - ob->packed_len) {
        return SP_DONE;
    }

    ob->packed_len += len;

    rc = sp_unpack(ob->unpack, data, len, sp_response_take, ob);

    if (rc == SP_INVALID) {
        ob->response_bad = 1;
        return SP_DONE;
    }

    if (rc != SP_AGAIN || !last) {
        return rc;
    }

    return sp_unpack_whole(ob->unpack) ? sp_response_body(ob, "", 0, 1)
                                       : SP_DONE;
}


static sp_rc_t
sp_response_take(void *data, const char *piece, size_t len)
{
    return sp_response_body(data, piece, len, 0);
}


static sp_rc_t
sp_response_text(sp_observation_t *ob, const char *data, size_t len,
    size_t *taken)
{
    if (!(ob->reads & SP_READS_TEXT) || len == 0) {
        return SP_OK;
    }

    if (ob->text == NULL) {
        ob->text = sp_alloc(ob->pool, SP_BODY_TEXT);
        if (ob->text == NULL) {
            return SP_NOMEM;
        }
    }

    if (len > SP_BODY_TEXT - ob->text_len) {
        len = SP_BODY_TEXT - ob->text_len;
    }

    memcpy(ob->text + ob->text_len, data, len);
    ob->text_len += len;
    *taken = len;

    if (ob->text_len == SP_BODY_TEXT
        && !(ob->reads & (SP_READS_JSON | SP_READS_HTML | SP_READS_PARTS)))
    {
        ob->response_done = 1;
    }

    return SP_OK;
}


/* Parts of it will be read on their own, when it is whole. */

static sp_rc_t
sp_response_raw(sp_observation_t *ob, const char *data, size_t len)
{
    char    *p;
    size_t   size;

    if (len == 0) {
        return SP_OK;
    }

    if (len > ob->raw_size - ob->raw_len) {

        size = ob->raw_size != 0 ? ob->raw_size * 2 : SP_RAW_FIRST;

        if (size < ob->raw_len + len) {
            size = ob->raw_len + len;
        }

        p = sp_alloc(ob->pool, size);
        if (p == NULL) {
            return SP_NOMEM;
        }

        if (ob->raw_len != 0) {
            memcpy(p, ob->raw, ob->raw_len);
        }

        ob->raw = p;
        ob->raw_size = size;
    }

    memcpy(ob->raw + ob->raw_len, data, len);
    ob->raw_len += len;

    return SP_OK;
}


/*
 * JSON is known by its first byte, for what Content-Type says is often wrong.
 * Returns how many bytes stand before it.
 */

static size_t
sp_response_document(sp_observation_t *ob, const char *data, size_t len)
{
    size_t                i;
    sp_str_t              value;
    static const sp_str_t name = sp_string("content-encoding");

    for (i = 0; i < len; i++) {

        switch ((unsigned char) data[i]) {

        case ' ': case '\t': case '\r': case '\n':
        case 0xef: case 0xbb: case 0xbf:            /* byte order mark */
            continue;

        case '{': case '[': case '"':
            ob->no_page = 1;

            /* fall through */

        case '-': case 't': case 'f': case 'n':
        case '0': case '1': case '2': case '3': case '4': case '5': case '6':
        case '7': case '8': case '9':
            ob->document = (ob->reads & SP_READS_JSON) ? SP_DOCUMENT_JSON
                                                       : SP_DOCUMENT_OTHER;
            return i;

        default:
            ob->document = SP_DOCUMENT_OTHER;

            /* still compressed: it is not that there was nothing in it */

            if (ob->unpack == NULL
                && ob->ex->response_header(ob->ex->data, &name, 0, &value))
            {
                ob->response_bad = 1;
                ob->unread = 1;
            }

            return i;
        }
    }

    return len;
}


static sp_rc_t
sp_response_json(sp_observation_t *ob, const char *data, size_t len)
{
    sp_rc_t  rc;

    if (ob->scanner == NULL) {
        rc = sp_response_scanner(ob);
        if (rc != SP_OK) {
            return rc;
        }
    }

    rc = sp_json_scan(ob->scanner, data, len);

    if (rc == SP_AGAIN || rc == SP_NOMEM) {
        return rc;
    }

    if (rc == SP_LIMIT) {
        ob->response_cut = 1;

    } else if (rc == SP_INVALID) {
        ob->response_bad = 1;
    }

    /* text may still be wanted */

    ob->document = SP_DOCUMENT_OTHER;
    ob->reads &= ~SP_READS_JSON;

    if (ob->text_len == SP_BODY_TEXT) {
        ob->reads &= ~SP_READS_TEXT;
    }

    return rc;
}


/* What begins like JSON has HTML at most within its strings. */

static sp_rc_t
sp_response_html(sp_observation_t *ob, const char *data, size_t len)
{
    sp_rc_t  rc;

    if (ob->document == SP_DOCUMENT_UNKNOWN) {
        return SP_AGAIN;
    }

    if (ob->page == NULL) {

        if (ob->no_page) {
            ob->reads &= ~SP_READS_HTML;
            return SP_DONE;
        }

        ob->page = sp_page_create(ob, &ob->rules->pages);
        if (ob->page == NULL) {
            return SP_NOMEM;
        }
    }

    rc = sp_page_read(ob->page, data, len);

    if (rc == SP_DONE) {
        ob->reads &= ~SP_READS_HTML;

        if (ob->text_len == SP_BODY_TEXT) {
            ob->reads &= ~SP_READS_TEXT;
        }
    }

    return rc;
}


static sp_rc_t
sp_response_scanner(sp_observation_t *ob)
{
    unsigned        i;
    sp_taps_mask_t  mask;

    sp_taps_alive(ob, 1, &mask);

    i = ob->rules->root_slot;

    if (i != SP_NO_SLOT && ob->graphql != NULL
        && ob->graphql->kind == SP_GRAPHQL_PERSISTED)
    {
        mask.words[i / 64] |= (uint64_t) 1 << (i % 64);
    }

    if (sp_observation_room(ob) != SP_OK) {
        return SP_NOMEM;
    }

    ob->scanner = sp_taps_scan(&ob->scan, ob, &ob->rules->response, &mask);

    return ob->scanner != NULL ? SP_OK : SP_NOMEM;
}


/* There is no more of it, or no more of it is read. */

static sp_rc_t
sp_response_end(sp_observation_t *ob)
{
    ob->response_done = 1;

    if (ob->page != NULL && !ob->response_cut
        && sp_page_end(ob->page) != SP_OK)
    {
        return SP_NOMEM;
    }

    /* a bare number that was cut would seem to end here */

    if (ob->document == SP_DOCUMENT_JSON && !ob->response_cut
        && sp_json_end(ob->scanner) != SP_OK)
    {
        ob->response_bad = 1;
    }

    return SP_OK;
}


void
sp_response_finish(sp_observation_t *ob)
{
    if (ob->answered && !ob->response_done) {
        ob->response_done = 1;

        if (ob->response_len != 0) {
            ob->response_cut = 1;

        } else {
            ob->unread = 1;
        }
    }
}
