/*
 * Copyright (C) SitePreserver developers
 *
 * JSON text as it is written piece by piece, with strings of GraphQL
 * (specification, section 2.9.4) rewritten; for sp_graphql*.c only.
 */

#ifndef SP_GRAPHQL_WRITE_H
#define SP_GRAPHQL_WRITE_H

#include "sp_str.h"


/* rc: SP_OK, else nothing more is written: SP_INVALID, SP_LIMIT, SP_NOMEM. */

typedef struct {
    const sp_pool_t  *pool;
    sp_rc_t           rc;
    char             *data;
    size_t            len;
    size_t            allocated;
} sp_graphql_writer_t;


/* Bytes as they are. */

void sp_graphql_write_more(sp_graphql_writer_t *w, const char *data,
    size_t len);

static inline void
sp_graphql_write(sp_graphql_writer_t *w, const char *data, size_t len)
{
    if (w->rc != SP_OK || len > w->allocated - w->len) {
        sp_graphql_write_more(w, data, len);
        return;
    }

    if (len != 0) {
        memcpy(w->data + w->len, data, len);
        w->len += len;
    }
}


/* A string, from the text within its quotes. */

void sp_graphql_write_string(sp_graphql_writer_t *w, const sp_str_t *text);


/*
 * A block string, from the text within its triple quotes: without the common
 * indent of all lines but the first, and without blank lines at begin and
 * end.  Lines that are blank within it are empty.
 */

void sp_graphql_write_block(sp_graphql_writer_t *w, const sp_str_t *text);


/*
 * A whole value without variables as JSON text, from the pool.  SP_INVALID,
 * SP_LIMIT: it is none or is too long or too deep, *json is empty; SP_NOMEM.
 */

sp_rc_t sp_graphql_constant(sp_str_t *json, const sp_pool_t *pool,
    const sp_str_t *text);


#endif /* SP_GRAPHQL_WRITE_H */
