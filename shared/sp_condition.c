/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_condition.h"
#include "sp_observation.h"
#include "sp_payhost.h"


static sp_rc_t sp_condition_parse_op(sp_condition_t *condition,
    sp_words_t *words, const sp_source_ctx_t *ctx, sp_error_t *err);
static sp_rc_t sp_condition_check_present(const sp_condition_t *condition,
    sp_error_t *err);
static sp_rc_t sp_condition_check(const sp_condition_t *condition,
    sp_error_t *err);
static int sp_condition_selects(const sp_condition_t *condition);
static int sp_condition_lined(const sp_condition_t *condition);
static int sp_condition_selected(sp_observation_t *ob,
    const sp_condition_t *condition);
static sp_rc_t sp_condition_deleted(sp_observation_t *ob,
    const sp_condition_t *condition);
static int sp_condition_equal(const sp_condition_t *condition,
    const sp_value_t *value, int found);


static const struct {
    const char         *word;
    sp_condition_op_t   op;
} sp_condition_ops[] = {
    { "present", SP_IS_PRESENT },
    { "absent",  SP_IS_ABSENT },
    { "=",       SP_IS_EQUAL },
    { "!=",      SP_IS_NOT_EQUAL },
    { "~",       SP_IS_MATCH },
    { "!~",      SP_IS_NO_MATCH },
    { "deleted", SP_IS_DELETED },
    { "payment_host", SP_IS_PAYMENT },
    { NULL,      SP_IS_PRESENT }
};


sp_rc_t
sp_condition_parse(sp_condition_t *condition, sp_words_t *words,
    const sp_source_ctx_t *ctx, sp_error_t *err)
{
    sp_rc_t  rc;

    rc = sp_sources_parse(&condition->sources, words, ctx, err);
    if (rc != SP_OK) {
        return rc;
    }

    rc = sp_condition_parse_op(condition, words, ctx, err);
    if (rc != SP_OK) {
        return rc;
    }

    condition->needs = condition->sources.needs;
    condition->selects = sp_condition_selects(condition);
    condition->lined = sp_condition_lined(condition);

    if (condition->op == SP_IS_DELETED) {
        condition->needs |= SP_NEEDS_ANSWER;
        return sp_condition_check(condition, err);
    }

    return SP_OK;
}


static sp_rc_t
sp_condition_parse_op(sp_condition_t *condition, sp_words_t *words,
    const sp_source_ctx_t *ctx, sp_error_t *err)
{
    unsigned         i;
    const sp_str_t  *word;

    word = sp_words_peek(words);
    if (word == NULL) {
        return sp_condition_check_present(condition, err);
    }

    for (i = 0; sp_condition_ops[i].word != NULL; i++) {
        if (sp_word_is(word, sp_condition_ops[i].word)) {
            break;
        }
    }

    if (sp_condition_ops[i].word == NULL) {
        return sp_sources_end(words, err);
    }

    words->i++;
    condition->op = sp_condition_ops[i].op;

    switch (condition->op) {

    case SP_IS_EQUAL:
    case SP_IS_NOT_EQUAL:

        condition->values = &words->words[words->i];
        condition->nvalues = words->n - words->i;
        words->i = words->n;

        if (condition->nvalues == 0) {
            return sp_words_error(err, "a value is missing after \"%W\"",
                                  word);
        }

        return SP_OK;

    case SP_IS_MATCH:
    case SP_IS_NO_MATCH:

        if (sp_words_peek(words) == NULL) {
            return sp_words_error(err, "a regex is missing after \"%W\"",
                                  word);
        }

        return sp_regex_compile(ctx->regexes, &words->words[words->i++], 0,
                                &condition->regex, err);

    default:
        return SP_OK;
    }
}


/* A name with a "=" is a test whose blanks were forgotten: never present. */

static sp_rc_t
sp_condition_check_present(const sp_condition_t *condition, sp_error_t *err)
{
    const sp_source_t  *source;

    source = &condition->sources.list[condition->sources.n - 1];

    if (source->kind == SP_SOURCE_VALUE || source->decoders.n != 0
        || memchr(source->word.data, '=', source->word.len) == NULL)
    {
        return SP_OK;
    }

    return sp_words_error(err, "\"%W\" has a \"=\" in its name: a test has "
                          "blanks around it, and \"present\" asks for that "
                          "name", &source->word);
}


static sp_rc_t
sp_condition_check(const sp_condition_t *condition, sp_error_t *err)
{
    unsigned            i;
    const sp_source_t  *source;

    for (i = 0; i < condition->sources.n; i++) {
        source = &condition->sources.list[i];

        if (source->kind != SP_SOURCE_COOKIE
            && source->kind != SP_SOURCE_RESPONSE_COOKIE)
        {
            return sp_words_error(err, "\"%W\" is no cookie, so it cannot be "
                                  "deleted", &source->word);
        }

        if (source->decoders.n != 0) {
            return sp_words_error(err, "decoders behind \"%W\" say nothing "
                                  "of whether it is deleted", &source->word);
        }
    }

    return SP_OK;
}


static int
sp_condition_selects(const sp_condition_t *condition)
{
    unsigned            i;
    const sp_source_t  *source;

    for (i = 0; i < condition->sources.n; i++) {
        source = &condition->sources.list[i];

        if (source->kind != SP_SOURCE_RESPONSE_GRAPHQL
            || source->roots.n == 0)
        {
            return 0;
        }
    }

    return 1;
}


static int
sp_condition_lined(const sp_condition_t *condition)
{
    unsigned          i;
    sp_source_kind_t  kind;

    for (i = 0; i < condition->sources.n; i++) {
        kind = condition->sources.list[i].kind;

        if (kind != SP_SOURCE_ARG && kind != SP_SOURCE_URI
            && kind != SP_SOURCE_VALUE)
        {
            return 0;
        }
    }

    return 1;
}


int
sp_condition_of_request(const sp_condition_t *condition)
{
    if (condition->selects) {
        return 1;
    }

    return !(condition->needs & (SP_NEEDS_SHOP | SP_NEEDS_NOTHING));
}


sp_rc_t
sp_condition_requested(sp_observation_t *ob, const sp_condition_t *condition)
{
    if (!(condition->needs & SP_NEEDS_SHOP)) {
        return sp_condition_holds(ob, condition);
    }

    if (condition->selects) {
        return sp_condition_selected(ob, condition) ? SP_OK : SP_DONE;
    }

    return SP_OK;
}


static int
sp_condition_selected(sp_observation_t *ob, const sp_condition_t *condition)
{
    unsigned  i;

    for (i = 0; i < condition->sources.n; i++) {
        if (sp_roots_selected(ob, &condition->sources.list[i])) {
            return 1;
        }
    }

    return 0;
}


sp_rc_t
sp_condition_holds(sp_observation_t *ob, const sp_condition_t *condition)
{
    int         holds, found;
    sp_rc_t     rc;
    sp_value_t  value;

    if (condition->selects && !sp_condition_selected(ob, condition)) {
        return SP_DONE;
    }

    if (condition->op == SP_IS_DELETED) {
        return sp_condition_deleted(ob, condition);
    }

    rc = sp_value_first(ob, &condition->sources, &value);
    if (rc == SP_NOMEM) {
        return rc;
    }

    found = (rc == SP_OK);

    switch (condition->op) {

    case SP_IS_PRESENT:
        holds = found || value.state == SP_SCANNED_NESTED;
        break;

    case SP_IS_ABSENT:
        holds = !found && value.state != SP_SCANNED_NESTED;
        break;

    case SP_IS_EQUAL:
        holds = sp_condition_equal(condition, &value, found);
        break;

    case SP_IS_NOT_EQUAL:
        holds = !sp_condition_equal(condition, &value, found);
        break;

    case SP_IS_MATCH:
        holds = found && sp_regex_match(condition->regex, &value.text)
                         == SP_OK;
        break;

    case SP_IS_PAYMENT:
        holds = found && sp_payhost(&value.text);
        break;

    default: /* SP_IS_NO_MATCH */
        holds = !found || sp_regex_match(condition->regex, &value.text)
                          == SP_DONE;
        break;
    }

    return holds ? SP_OK : SP_DONE;
}


static sp_rc_t
sp_condition_deleted(sp_observation_t *ob, const sp_condition_t *condition)
{
    sp_rc_t      rc;
    unsigned     i;
    sp_cookie_t  cookie;

    for (i = 0; i < condition->sources.n; i++) {

        rc = sp_value_set_cookie(ob, &condition->sources.list[i].name,
                                 &cookie);

        if (rc == SP_NOMEM || (rc == SP_OK && cookie.deleted)) {
            return rc;
        }
    }

    return SP_DONE;
}


static int
sp_condition_equal(const sp_condition_t *condition, const sp_value_t *value,
    int found)
{
    unsigned         i;
    const sp_str_t  *word;

    for (i = 0; i < condition->nvalues; i++) {
        word = &condition->values[i];

        if (found && sp_str_eq(word, &value->text)) {
            return 1;
        }

        if (!found && value->state == SP_SCANNED_NULL
            && sp_word_is(word, "null"))
        {
            return 1;
        }

        if (!found && value->blank && word->len == 0) {
            return 1;
        }
    }

    return 0;
}
