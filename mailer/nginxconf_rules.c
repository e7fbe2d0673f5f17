/*
 * Copyright (C) SitePreserver developers
 *
 * Blocks of rules: their words go to the compiler as they are.
 */

#include <stdlib.h>

#include "nginxconf_build.h"


static sp_rc_t nginxconf_event_where(nginxconf_build_t *b,
    nginxconf_level_t *level);


sp_rules_t *
nginxconf_level_rules(nginxconf_build_t *b, nginxconf_level_t *level)
{
    if (level->rules == NULL) {
        level->rules = sp_rules_create(b->pool);
    }

    return level->rules;
}


sp_str_t *
nginxconf_expanded(nginxconf_build_t *b)
{
    sp_rc_t                 rc;
    sp_str_t               *words;
    unsigned                i;
    sp_error_t              err;
    const nginxconf_level_t *level;

    level = nginxconf_level(b);
    words = sp_alloc(b->pool, b->at.n * sizeof(sp_str_t));

    if (words == NULL) {
        return NULL;
    }

    for (i = 0; i < b->at.n; i++) {
        words[i] = b->at.words[i];
        rc = sp_names_expand(&level->defined, &b->http.defined, b->pool,
                             &words[i], &err);

        if (rc != SP_OK) {
            (void) nginxconf_checked(b, rc, &err);
            return NULL;
        }
    }

    return words;
}


sp_rc_t
nginxconf_event(nginxconf_build_t *b)
{
    sp_str_t           *words;
    sp_error_t          err;
    nginxconf_level_t  *level;

    level = nginxconf_level(b);
    words = nginxconf_expanded(b);

    if (words == NULL || nginxconf_level_rules(b, level) == NULL) {
        return SP_INVALID;
    }

    if (b->stack[b->depth] == NGINXCONF_WITHIN) {
        return nginxconf_bad(b, "\"sitepreserver_event\" directive is not "
                                "allowed here");
    }

    if (b->at.n < 2) {
        return nginxconf_bad(b, "invalid number of arguments in "
                                "\"sitepreserver_event\" directive");
    }

    b->rule = sp_rules_event(level->rules, words + 1, b->at.n - 1, &err);

    if (b->rule == NULL) {
        return nginxconf_checked(b, SP_INVALID, &err);
    }

    return nginxconf_event_where(b, level);
}


/* Notes where it stands. */

static sp_rc_t
nginxconf_event_where(nginxconf_build_t *b, nginxconf_level_t *level)
{
    char               *text;
    size_t              len;
    unsigned            i;
    nginxconf_where_t  *where;

    where = sp_calloc(b->pool, sizeof(nginxconf_where_t));

    for (i = 1, len = 0; i < b->at.n; i++) {
        len += b->at.words[i].len + 1;
    }

    text = sp_alloc(b->pool, len + 1);

    if (where == NULL || text == NULL) {
        return SP_NOMEM;
    }

    where->rule.file = b->at.file;
    where->rule.line = b->at.line;
    where->rule.what.data = text;
    where->rule.what.len = len > 0 ? len - 1 : 0;

    for (i = 1; i < b->at.n; i++) {
        memcpy(text, b->at.words[i].data, b->at.words[i].len);
        text += b->at.words[i].len;
        *text++ = ' ';
    }

    *level->last_where = where;
    level->last_where = &where->next;
    level->nrules++;

    return SP_OK;
}


/* A line of a block of rules, or the first one of a block in it. */

sp_rc_t
nginxconf_line(nginxconf_build_t *b)
{
    int                block;
    sp_rc_t            rc;
    sp_str_t          *words;
    sp_error_t         err;
    nginxconf_block_t  around;

    around = b->stack[b->depth];
    block = b->at.end == '{';
    words = nginxconf_expanded(b);

    if (words == NULL) {
        return SP_INVALID;
    }

    if (around == NGINXCONF_ITEMS && !block) {
        rc = sp_rule_items_field(b->rule, words, b->at.n, &err);

    } else if (around == NGINXCONF_EACH && !block) {
        rc = sp_rule_each_field(b->rule, words, b->at.n, &err);

    } else if (around != NGINXCONF_EVENT
               || block != (nginxconf_named(b, "items")
                            || nginxconf_named(b, "each")))
    {
        return nginxconf_bad(b, block ? "directive \"%s\" is not a block here"
                                : "directive \"%s\" has no opening \"{\"",
                             words[0].data);

    } else if (!block) {
        rc = sp_rule_directive(b->rule, words, b->at.n, &err);

    } else if (nginxconf_named(b, "items")) {
        rc = sp_rule_items_begin(b->rule, words + 1, b->at.n - 1, &err);

    } else {
        rc = sp_rule_each_begin(b->rule, words + 1, b->at.n - 1, &err);
    }

    return nginxconf_checked(b, rc, &err);
}


sp_rc_t
nginxconf_event_end(nginxconf_build_t *b)
{
    sp_error_t  err;

    return nginxconf_checked(b, sp_rule_end(b->rule, &err), &err);
}
