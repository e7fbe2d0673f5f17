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

void sp_graphql_write(sp_graphql_writer_t *w, const char *data, size_t len);


/* A string, from the text within its quotes. */

void sp_graphql_write_string(sp_graphql_writer_t *w, const sp_str_t *text);


/*
 * A block string, from the text within its triple quotes: without the common
 * indent of all lines but the first, and without blank lines at begin and
 * end.  Lines that are blank within it are empty.
 */

void sp_graphql_write_block(sp_graphql_writer_t *w, const sp_str_t *text);


#endif /* SP_GRAPHQL_WRITE_H */
