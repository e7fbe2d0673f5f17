/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_text.h"
#include "sp_utf8.h"


static inline int sp_text_room(sp_text_t *text, size_t len);
static int sp_text_grow(sp_text_t *text, size_t len);


void
sp_text_start(sp_text_t *text, const sp_pool_t *pool, size_t size)
{
    text->pool = pool;
    text->len = 0;
    text->size = size;
    text->data = sp_alloc(pool, size);
    text->failed = text->data == NULL;
}


void
sp_text_add(sp_text_t *text, const char *data, size_t len)
{
    if (len == 0 || !sp_text_room(text, len)) {
        return;
    }

    memcpy(text->data + text->len, data, len);
    text->len += len;
}


void
sp_text_string(sp_text_t *text, const char *string)
{
    sp_text_add(text, string, strlen(string));
}


void
sp_text_char(sp_text_t *text, char c)
{
    if (sp_text_room(text, 1)) {
        text->data[text->len++] = c;
    }
}


/* Zero: there is no room for so much more. */

static inline int
sp_text_room(sp_text_t *text, size_t len)
{
    return (len <= text->size - text->len && !text->failed)
           || sp_text_grow(text, len);
}


static int
sp_text_grow(sp_text_t *text, size_t len)
{
    char    *p;
    size_t   size;

    if (text->failed) {
        return 0;
    }

    size = (text->len + len) * 2;
    p = sp_alloc(text->pool, size);

    if (p == NULL) {
        text->failed = 1;
        return 0;
    }

    memcpy(p, text->data, text->len);
    text->data = p;
    text->size = size;

    return 1;
}


void
sp_text_number(sp_text_t *text, int64_t value)
{
    char      buf[24], *p;
    uint64_t  rest;

    /* without printf(), which costs more than all else in an event */

    rest = (value < 0) ? -(uint64_t) value : (uint64_t) value;
    p = buf + sizeof(buf);

    do {
        *--p = (char) ('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);

    if (value < 0) {
        *--p = '-';
    }

    sp_text_add(text, p, buf + sizeof(buf) - p);
}


void
sp_text_clean(sp_text_t *text, const sp_str_t *value, size_t max)
{
    sp_str_t  clean;

    /* nearly always there is nothing to clean */

    if (value->len <= max && sp_utf8_plain(value->data, value->len)) {
        sp_text_add(text, value->data, value->len);
        return;
    }

    if (sp_utf8_clean(text->pool, value, max, &clean) != SP_OK) {
        text->failed = 1;
        return;
    }

    sp_text_add(text, clean.data, clean.len);
}
