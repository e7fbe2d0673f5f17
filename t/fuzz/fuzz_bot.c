/*
 * Copyright (C) SitePreserver developers
 *
 * Runs: 100000
 *
 * User-Agents: who is a bot, and with what device a visit is made.
 */

#include "fuzz.h"
#include "sp_bot.h"
#include "sp_device.h"


/* first, a space, second: in memory of its own. */

static sp_str_t
joined(const sp_str_t *first, const sp_str_t *second)
{
    char      *p;
    sp_str_t   s;

    sp_arena_fail_after(arena, -1);
    p = sp_alloc(pool, first->len + second->len + 1);
    must(p != NULL);

    if (first->len != 0) {
        memcpy(p, first->data, first->len);
    }

    p[first->len] = ' ';

    if (second->len != 0) {
        memcpy(p + first->len + 1, second->data, second->len);
    }

    s.data = p;
    s.len = first->len + second->len + 1;

    return s;
}


/* Case does not matter to either. */

static sp_str_t
shouted(const sp_str_t *s)
{
    char      *p;
    size_t     i;
    sp_str_t   out;

    p = sp_alloc(pool, s->len + 1);
    must(p != NULL);

    for (i = 0; i < s->len; i++) {
        p[i] = s->data[i] >= 'a' && s->data[i] <= 'z'
               ? (char) (s->data[i] & ~0x20) : s->data[i];
    }

    out.data = p;
    out.len = s->len;

    return out;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int       bot;
    sp_str_t  s, first, both, loud;

    static const sp_str_t  known = sp_string("Googlebot/2.1");

    s = fuzz_begin(data, size);
    first = fuzz_line(&s);

    /* words have no spaces: it is one that is in either part */

    bot = sp_bot(&first);
    both = joined(&first, &s);
    must(sp_bot(&both) == (bot || sp_bot(&s)));

    loud = shouted(&first);
    must(sp_bot(&loud) == bot);

    both = joined(&first, &known);
    must(sp_bot(&both));

    must(sp_device(&s) <= SP_DEVICE_TABLET);
    (void) sp_bot_address(&first);

    return 0;
}
