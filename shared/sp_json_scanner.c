/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_json_int.h"


#define SP_JSON_BUFFER  1024        /* for strings that are wanted in pieces */


static sp_rc_t json_drain(void *drained, const char *data, size_t len);


sp_json_scanner_t *
sp_json_scanner_create(const sp_pool_t *pool, const sp_json_paths_t *paths,
    const uint64_t *wanted, size_t value_limit, sp_json_value_pt value,
    void *data)
{
    size_t              size;
    char               *p;
    sp_json_scanner_t  *s;

    size = sizeof(sp_json_scanner_t) + paths->nnodes * 2 * sizeof(uint16_t)
           + paths->nkeys * SP_JSON_KEY
           + (paths->in_pieces ? SP_JSON_BUFFER : 0);

    p = sp_alloc(pool, size);
    if (p == NULL) {
        return NULL;
    }

    s = (sp_json_scanner_t *) p;

    memset(s, 0, offsetof(sp_json_scanner_t, frames));

    s->live = (uint16_t *) (void *) (p + sizeof(sp_json_scanner_t));
    s->stack = s->live + paths->nnodes;
    s->keys = (char *) (s->stack + paths->nnodes);

    memset(s->live, 0, paths->nnodes * sizeof(uint16_t));

    s->paths = paths;
    s->nodes = paths->nodes;
    s->value = value;
    s->data = data;

    s->text.pool = pool;
    s->text.limit = value_limit;

    s->key.data = s->key_data;
    s->key.limit = SP_JSON_KEY;
    s->key.allocated = SP_JSON_KEY;
    s->key.raw = 1;

    if (paths->in_pieces) {
        s->pieces.data = s->keys + paths->nkeys * SP_JSON_KEY;
        s->pieces.allocated = SP_JSON_BUFFER;
        s->pieces.drain = json_drain;
        s->pieces.drained = s;
    }

    sp_json_want(s, wanted);

    s->stack[0] = 0;
    s->n = 1;
    s->rc = s->live[0] ? SP_AGAIN : SP_DONE;

    return s;
}


sp_rc_t
sp_json_scanner_once(sp_json_scanner_t *s)
{
    s->seen = sp_calloc(s->text.pool, s->paths->nnodes * sizeof(uint32_t));

    return s->seen != NULL ? SP_OK : SP_NOMEM;
}


int
sp_json_twice(const sp_json_scanner_t *s)
{
    return s->twice;
}


/* What is wanted in pieces may be wanted whole, too. */

static sp_rc_t
json_drain(void *drained, const char *data, size_t len)
{
    sp_str_t            text;
    sp_json_scanner_t  *s;

    s = drained;

    if ((s->keep & SP_JSON_KEEP)
        && sp_json_text_append(&s->text, data, len) != SP_OK)
    {
        return SP_NOMEM;
    }

    text.data = data;
    text.len = len;

    sp_json_report_piece(s, &text);

    return s->rc == SP_AGAIN ? SP_OK : s->rc;
}


int
sp_json_value_text(const sp_json_value_t *value, sp_str_t *text)
{
    static const sp_str_t  yes = sp_string("true");
    static const sp_str_t  no = sp_string("false");

    switch (value->type) {

    case SP_JSON_STRING:
    case SP_JSON_NUMBER:
        *text = value->text;
        return 1;

    case SP_JSON_TRUE:
        *text = yes;
        return 1;

    case SP_JSON_FALSE:
        *text = no;
        return 1;

    default:
        return 0;
    }
}
