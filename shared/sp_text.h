/*
 * Copyright (C) SitePreserver developers
 *
 * Text that is put together in a pool.
 */

#ifndef SP_TEXT_H
#define SP_TEXT_H

#include "sp_str.h"


/* After a failure (no memory) it stays as it is, and failed is set. */

typedef struct {
    const sp_pool_t  *pool;
    char             *data;
    size_t            len;
    size_t            size;
    unsigned          failed:1;
} sp_text_t;


/* An empty one, with room for size bytes; more than none. */

void sp_text_start(sp_text_t *text, const sp_pool_t *pool, size_t size);

void sp_text_add(sp_text_t *text, const char *data, size_t len);
void sp_text_string(sp_text_t *text, const char *string);
void sp_text_char(sp_text_t *text, char c);
void sp_text_number(sp_text_t *text, int64_t value);


/* A text from a stranger, cleaned and cut to max bytes. */

void sp_text_clean(sp_text_t *text, const sp_str_t *value, size_t max);


#endif /* SP_TEXT_H */
