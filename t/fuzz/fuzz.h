/*
 * Copyright (C) SitePreserver developers
 *
 * What the fuzz targets have in common: a pool whose allocations are of their
 * exact size, some of which fail when the input says so.
 */

#ifndef FUZZ_H
#define FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sp_arena.h"
#include "sp_utf8.h"


static sp_arena_t       *arena;
static const sp_pool_t  *pool;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* What holds for any input; else it is one that fails. */

#define must(condition)                                                       \
    do {                                                                      \
        if (!(condition)) {                                                   \
            (void) fprintf(stderr, "%s:%d: not true: %s\n", __FILE__,         \
                           __LINE__, #condition);                             \
            abort();                                                          \
        }                                                                     \
    } while (0)


/* Takes the first byte away: below 32 an allocation after so many fails. */

static inline sp_str_t
fuzz_begin(const uint8_t *data, size_t size)
{
    sp_str_t  s;

    if (arena == NULL) {
        arena = sp_arena_create(0);
        must(arena != NULL);
        pool = sp_arena_pool(arena);
        sp_arena_exact(arena, 1);
    }

    sp_arena_reset(arena);
    sp_arena_fail_after(arena, size && data[0] < 32 ? data[0] : -1);

    s.data = (const char *) data + (size != 0);
    s.len = size - (size != 0);

    return s;
}


/* The next line of s, without its end. */

static inline sp_str_t
fuzz_line(sp_str_t *s)
{
    sp_str_t     line;
    const char  *end;

    end = s->len ? memchr(s->data, '\n', s->len) : NULL;

    line.data = s->data;
    line.len = end ? (size_t) (end - s->data) : s->len;

    s->data += line.len + (end != NULL);
    s->len -= line.len + (end != NULL);

    return line;
}


/*
 * Takes up to max bytes away from s (0: all), in memory of their exact size,
 * which fuzz_free() frees: nothing is read behind them.  Zero: s is empty.
 */

static inline int
fuzz_piece(sp_str_t *s, size_t max, sp_str_t *piece)
{
    char  *p;

    if (s->len == 0) {
        return 0;
    }

    piece->len = max != 0 && max < s->len ? max : s->len;

    p = malloc(piece->len);
    must(p != NULL);
    memcpy(p, s->data, piece->len);
    piece->data = p;

    s->data += piece->len;
    s->len -= piece->len;

    return 1;
}


static inline void
fuzz_free(sp_str_t *piece)
{
    free((char *) piece->data);
}


static inline void
must_be_utf8(const sp_str_t *s)
{
    must(s->len == 0 || sp_utf8_valid(s->data, s->len) == s->len);
}


/* One line of text, for people and for JSON. */

static inline void
must_be_line(const char *text)
{
    sp_str_t  s;

    s.data = text;
    s.len = strlen(text);
    must_be_utf8(&s);
    must(strpbrk(text, "\r\n") == NULL);
}


#endif /* FUZZ_H */
