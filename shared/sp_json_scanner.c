/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_json_int.h"


sp_json_scanner_t *
sp_json_scanner_create(const sp_pool_t *pool, const sp_json_paths_t *paths,
    const uint64_t *wanted, size_t value_limit, sp_json_value_pt value,
    void *data)
{
    size_t              size;
    char               *p;
    sp_json_scanner_t  *s;

    size = sizeof(sp_json_scanner_t) + paths->nnodes * 2 * sizeof(uint16_t)
           + paths->nkeys * SP_JSON_KEY;

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

    sp_json_want(s, wanted);

    s->stack[0] = 0;
    s->n = 1;
    s->rc = s->live[0] ? SP_AGAIN : SP_DONE;

    return s;
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
