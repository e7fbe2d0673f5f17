/*
 * Copyright (C) SitePreserver developers
 *
 * Strings, memory and errors as all of shared/ uses them.
 */

#ifndef SP_STR_H
#define SP_STR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>


/* A counted string, not NUL-terminated; len 0 is "absent" unless said. */

typedef struct {
    size_t       len;
    const char  *data;
} sp_str_t;


#define sp_string(literal)  { sizeof(literal) - 1, literal }
#define sp_null_string      { 0, NULL }


/* Of a NUL-terminated text; NULL: absent. */

static inline sp_str_t
sp_str(const char *text)
{
    sp_str_t  s;

    s.data = text;
    s.len = text != NULL ? strlen(text) : 0;

    return s;
}


/*
 * Where memory comes from.  alloc() returns size bytes, aligned for any
 * type and not zeroed, or NULL when there is no more; nothing is given back
 * one by one.  In nginx it is a request's pool, elsewhere an arena.
 */

typedef struct {
    void  *(*alloc)(void *data, size_t size);
    void   *data;
} sp_pool_t;


static inline void *
sp_alloc(const sp_pool_t *pool, size_t size)
{
    return pool->alloc(pool->data, size);
}


static inline void *
sp_calloc(const sp_pool_t *pool, size_t size)
{
    void  *p;

    p = pool->alloc(pool->data, size);

    if (p != NULL) {
        memset(p, 0, size);
    }

    return p;
}


static inline int
sp_str_eq(const sp_str_t *a, const sp_str_t *b)
{
    return a->len == b->len
           && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}


/* The value of a hex digit, -1 if it is none. */

static inline int
sp_hex(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c = (char) (c | 0x20);

    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}


/*
 * Return values of functions that can fail.  SP_AGAIN: more input is needed;
 * SP_DONE: no more input is wanted; SP_NOMEM: the pool had no more;
 * SP_INVALID: the input or an argument is wrong; SP_LIMIT: a bound was met.
 */

typedef enum {
    SP_OK = 0,
    SP_AGAIN,
    SP_DONE,
    SP_NOMEM = -1,
    SP_INVALID = -2,
    SP_LIMIT = -3
} sp_rc_t;


/* A message for an operator: names the wrong value, never an address. */

typedef struct {
    char  text[256];
} sp_error_t;


#endif /* SP_STR_H */
