/*
 * Copyright (C) SitePreserver developers
 *
 * A growing byte buffer.  A failure (no memory, or the limit met) is kept in
 * the buffer and makes every later call do nothing, so that a writer checks
 * once, at its end.
 */

#ifndef BUFFER_H
#define BUFFER_H

#include "sp_str.h"


typedef struct {
    char      *data;                /* NUL after len bytes; NULL while empty */
    size_t     len;
    size_t     size;                /* allocated */
    size_t     limit;               /* len never exceeds it */
    unsigned   failed:1;            /* something is missing from data */
} buffer_t;


/* limit in bytes; buffer_init() allocates nothing. */

void buffer_init(buffer_t *b, size_t limit);


/* Frees the memory; the buffer is as after buffer_init(). */

void buffer_free(buffer_t *b);


/* Empties the buffer and forgets a failure; the memory is kept for reuse. */

void buffer_reset(buffer_t *b);


/* Append.  What does not fit whole is not appended at all. */

void buffer_add(buffer_t *b, const void *data, size_t len);
void buffer_str(buffer_t *b, const char *text);
void buffer_sp(buffer_t *b, const sp_str_t *s);
void buffer_char(buffer_t *b, char c);
void buffer_fmt(buffer_t *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));


/* Drops what is after len bytes; a len beyond the end changes nothing. */

void buffer_truncate(buffer_t *b, size_t len);


/* The content as a C string, never NULL; valid until the next append. */

const char *buffer_text(const buffer_t *b);


#endif /* BUFFER_H */
