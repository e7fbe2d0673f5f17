/*
 * Copyright (C) SitePreserver developers
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "buffer.h"


#define BUFFER_FIRST  256


static int buffer_reserve(buffer_t *b, size_t len);


void
buffer_init(buffer_t *b, size_t limit)
{
    memset(b, 0, sizeof(buffer_t));

    b->limit = limit;
}


void
buffer_free(buffer_t *b)
{
    free(b->data);

    buffer_init(b, b->limit);
}


void
buffer_reset(buffer_t *b)
{
    b->failed = 0;

    buffer_truncate(b, 0);
}


void
buffer_add(buffer_t *b, const void *data, size_t len)
{
    if (len == 0 || !buffer_reserve(b, len)) {
        return;
    }

    memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
}


void
buffer_str(buffer_t *b, const char *text)
{
    buffer_add(b, text, strlen(text));
}


void
buffer_sp(buffer_t *b, const sp_str_t *s)
{
    buffer_add(b, s->data, s->len);
}


void
buffer_char(buffer_t *b, char c)
{
    buffer_add(b, &c, 1);
}


void
buffer_fmt(buffer_t *b, const char *fmt, ...)
{
    int      n;
    va_list  args;

    va_start(args, fmt);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);

    if (n < 0) {
        b->failed = 1;
        return;
    }

    if (n == 0 || !buffer_reserve(b, (size_t) n)) {
        return;
    }

    va_start(args, fmt);
    (void) vsnprintf(b->data + b->len, (size_t) n + 1, fmt, args);
    va_end(args);

    b->len += (size_t) n;
}


void
buffer_truncate(buffer_t *b, size_t len)
{
    if (b->data != NULL && len <= b->len) {
        b->len = len;
        b->data[len] = '\0';
    }
}


const char *
buffer_text(const buffer_t *b)
{
    return b->data != NULL ? b->data : "";
}


/* Room for len more bytes and the NUL; 0: failed. */

static int
buffer_reserve(buffer_t *b, size_t len)
{
    char    *data;
    size_t   size;

    if (b->failed || b->len > b->limit || len > b->limit - b->len) {
        b->failed = 1;
        return 0;
    }

    if (b->data != NULL && len < b->size - b->len) {
        return 1;
    }

    size = b->size ? b->size : BUFFER_FIRST;

    while (size - b->len <= len) {
        if (size > SIZE_MAX / 2) {
            b->failed = 1;
            return 0;
        }

        size *= 2;
    }

    data = realloc(b->data, size);

    if (data == NULL) {
        b->failed = 1;
        return 0;
    }

    b->data = data;
    b->size = size;

    return 1;
}
