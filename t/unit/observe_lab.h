/*
 * Copyright (C) SitePreserver developers
 *
 * What tests of the observer have in common: a set of rules, an exchange that
 * is played on them, and what came out.
 */

#ifndef OBSERVE_LAB_H
#define OBSERVE_LAB_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "rules_conf.h"


/* What one test works with: rules, an exchange, and what came out. */

typedef struct {
    sp_arena_t     *arena;
    sp_rules_t     *rules;
    sp_arena_t     *pool;
    sp_outcome_t   *out;
    sp_rc_t         rc;
} lab_t;


static lab_t  lab;


static inline int
setup(void **unused)
{
    memset(&lab, 0, sizeof(lab));

    lab.arena = sp_arena_create(0);
    lab.pool = sp_arena_create(0);
    sp_arena_exact(lab.pool, 1);

    return 0;
}


static inline int
teardown(void **unused)
{
    if (lab.rules != NULL) {
        sp_rules_free(lab.rules);
    }

    sp_arena_destroy(lab.arena);
    sp_arena_destroy(lab.pool);

    return 0;
}


static inline void
rules(const char *text)
{
    sp_error_t  err;

    if (lab.rules != NULL) {
        sp_rules_free(lab.rules);
    }

    lab.rules = conf_rules(sp_arena_pool(lab.arena), text, &err);

    if (lab.rules == NULL) {
        fail_msg("%s", err.text);
    }
}


static inline sp_outcome_t *
play(exchange_t *x)
{
    if (x->method == NULL) {
        x->method = "POST";
    }

    if (x->uri == NULL) {
        x->uri = "/x";
    }

    if (x->status == 0) {
        x->status = 200;
    }

    lab.out = NULL;
    lab.rc = exchange_play(lab.rules, x, sp_arena_pool(lab.pool), &lab.out);

    return lab.out;
}


#define PLAY(...)  play(&(exchange_t) { __VA_ARGS__ })


static inline void
is_(const sp_str_t *text, const char *expected, int line)
{
    if (text->len != strlen(expected)
        || (text->len != 0 && memcmp(text->data, expected, text->len) != 0))
    {
        fail_msg("line %d: \"%.*s\" is not \"%s\"", line, (int) text->len,
                 text->len != 0 ? text->data : "", expected);
    }
}


#define is(text, expected)  is_(&(text), expected, __LINE__)


/* Lines as "id/key*quantity@price ...", what lacks left out; "?": unsure. */

static inline void
cart_(sp_cart_op_t op, const char *expected, int line)
{
    char        text[2000];
    size_t      len;
    unsigned    i;
    sp_line_t  *l;

    if (lab.out == NULL || lab.out->cart != op) {
        fail_msg("line %d: cart is %d, not %d", line,
                 lab.out == NULL ? -1 : (int) lab.out->cart, (int) op);
    }

    len = 0;
    text[0] = '\0';

    for (i = 0; i < lab.out->nlines; i++) {
        l = &lab.out->lines[i];

        len += (size_t) snprintf(text + len, sizeof(text) - len, "%s%.*s",
                                 i != 0 ? " " : "", (int) l->id.len,
                                 l->id.len != 0 ? l->id.data : "");

        if (l->key.len != 0) {
            len += (size_t) snprintf(text + len, sizeof(text) - len, "/%.*s",
                                     (int) l->key.len, l->key.data);
        }

        if (l->quantity != SP_NO_AMOUNT) {
            len += (size_t) snprintf(text + len, sizeof(text) - len, "*%lld",
                                     (long long) l->quantity);
        }

        if (l->price == SP_UNSURE) {
            len += (size_t) snprintf(text + len, sizeof(text) - len, "@?");

        } else if (l->price != SP_NO_AMOUNT) {
            len += (size_t) snprintf(text + len, sizeof(text) - len, "@%lld",
                                     (long long) l->price);
        }
    }

    if (strcmp(text, expected) != 0) {
        fail_msg("line %d: \"%s\" is not \"%s\"", line, text, expected);
    }
}


#define cart(op, expected)  cart_(op, expected, __LINE__)


#endif /* OBSERVE_LAB_H */
