/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver_event as it is written.
 */

#include "sp_rules_int.h"


static sp_rc_t sp_rule_begin(sp_rule_t *rule, sp_error_t *err);
static sp_rc_t sp_rule_kind(sp_rule_t *rule, const sp_str_t *name,
    sp_error_t *err);
static sp_rc_t sp_rule_methods(sp_rule_t *rule, const sp_str_t *list,
    sp_error_t *err);
static sp_rc_t sp_rule_if(sp_rule_t *rule, sp_words_t *words,
    sp_error_t *err);
static sp_rc_t sp_rule_empty(sp_rule_t *rule, sp_words_t *words,
    sp_error_t *err);
static sp_rc_t sp_rule_status(sp_rule_t *rule, sp_words_t *words,
    sp_error_t *err);
static sp_rc_t sp_rule_quantity_is(sp_rule_t *rule, sp_words_t *words,
    sp_error_t *err);
static sp_rc_t sp_rule_checkout(sp_rule_t *rule, sp_words_t *words,
    sp_error_t *err);
static sp_rc_t sp_rule_block(sp_rule_t *rule, sp_words_t *words,
    sp_error_t *err);
static sp_condition_t *sp_rule_condition(sp_rule_t *rule,
    sp_condition_t **list);
static sp_rc_t sp_rule_no_more(const sp_words_t *words, sp_error_t *err);


#define SP_STATUSES_MAX  32


static const struct {
    const char  *name;
    sp_rc_t    (*read)(sp_rule_t *rule, sp_words_t *words, sp_error_t *err);
} sp_rule_words[] = {
    { "if",          sp_rule_if },
    { "empty",       sp_rule_empty },
    { "status",      sp_rule_status },
    { "quantity_is", sp_rule_quantity_is },
    { "checkout",    sp_rule_checkout },
    { "items",       sp_rule_block },
    { "each",        sp_rule_block },
    { NULL,          NULL }
};


sp_rule_t *
sp_rules_event(sp_rules_t *rules, const sp_str_t *args, unsigned n,
    sp_error_t *err)
{
    sp_rule_t  *rule;

    sp_words_error(err, "out of memory", NULL);

    if (rules->n == SP_RULES_MAX) {
        sp_words_error(err, "too many events", NULL);
        return NULL;
    }

    rule = sp_calloc(&rules->pool, sizeof(sp_rule_t));
    if (rule == NULL) {
        return NULL;
    }

    rule->rules = rules;
    rule->saved_last = &rule->saved;
    rule->ctx.pool = &rules->pool;
    rule->ctx.regexes = rules->regexes;
    rule->ctx.tried = &rules->tried;

    rule->words = sp_words_copy(&rules->pool, args, n);
    if (rule->words == NULL) {
        return NULL;
    }

    rule->nwords = n;

    if (sp_rule_begin(rule, err) != SP_OK) {
        return NULL;
    }

    *rules->last = rule;
    rules->last = &rule->next;
    rules->n++;

    return rule;
}


static sp_rc_t
sp_rule_begin(sp_rule_t *rule, sp_error_t *err)
{
    sp_rc_t     rc;
    sp_words_t  words;

    words.words = rule->words;
    words.n = rule->nwords;
    words.i = 0;

    if (words.n < 3) {
        return sp_words_error(err, "an event needs a name, methods and a URI",
                              NULL);
    }

    rc = sp_rule_kind(rule, &words.words[words.i++], err);

    if (rc == SP_OK) {
        rc = sp_rule_methods(rule, &words.words[words.i++], err);
    }

    if (rc == SP_OK) {
        rc = sp_meeting_uri(&rule->meeting, &words, rule->ctx.regexes, err);
        rule->ctx.uri = rule->meeting.regex;
    }

    return rc;
}


static sp_rc_t
sp_rule_kind(sp_rule_t *rule, const sp_str_t *name, sp_error_t *err)
{
    rule->kind = sp_kind(name);

    if (rule->kind == 0) {
        return sp_words_error(err, "unknown event \"%W\": docs/rules.md has "
                              "those that there are", name);
    }

    if (rule->kind == SP_RESCUE_CLICK || rule->kind == SP_CHECKOUT_ERROR) {
        return sp_words_error(err, "event \"%W\" cannot have a rule: it is "
                              "known without", name);
    }

    return SP_OK;
}


static sp_rc_t
sp_rule_methods(sp_rule_t *rule, const sp_str_t *list, sp_error_t *err)
{
    size_t    i, start;
    unsigned  bit;
    sp_str_t  name;

    if (sp_word_is(list, "*")) {
        rule->meeting.methods = SP_METHODS_ALL;
        return SP_OK;
    }

    start = 0;

    for (i = 0; i <= list->len; i++) {

        if (i < list->len && list->data[i] != ',') {
            continue;
        }

        name.data = list->data + start;
        name.len = i - start;
        start = i + 1;

        bit = sp_method(&name);

        if (bit == 1u << (SP_METHODS - 1)) {
            return sp_words_error(err, "unknown method \"%W\": it must be GET, "
                                  "HEAD, POST, PUT, DELETE, PATCH or OPTIONS, "
                                  "with commas between several, or \"*\"",
                                  &name);
        }

        if (rule->meeting.methods & bit) {
            return sp_words_error(err, "method \"%W\" stands twice", &name);
        }

        rule->meeting.methods |= bit;
    }

    return SP_OK;
}


/* [=|~|~*] URI or "*" */

sp_rc_t
sp_meeting_uri(sp_meeting_t *meeting, sp_words_t *words,
    sp_regexes_t *regexes, sp_error_t *err)
{
    sp_rc_t      rc;
    sp_regex_t  *regex;

    if (sp_words_take(words, "=")) {
        meeting->op = SP_URI_EXACT;

    } else if (sp_words_take(words, "~")) {
        meeting->op = SP_URI_REGEX;

    } else if (sp_words_take(words, "~*")) {
        meeting->op = SP_URI_REGEX_CASELESS;

    } else if (sp_word_is(sp_words_peek(words), "*")) {
        meeting->op = SP_URI_ANY;

    } else {
        meeting->op = SP_URI_PREFIX;

        if (words->n - words->i == 2) {
            return sp_words_error(err, "unknown match \"%W\": \"=\", \"~\" or "
                                  "\"~*\"", sp_words_peek(words));
        }
    }

    if (words->i == words->n) {
        return sp_words_error(err, "a URI is missing after \"%W\"",
                              &words->words[words->i - 1]);
    }

    meeting->uri = words->words[words->i++];

    if (words->i != words->n) {
        return sp_words_error(err, "unexpected \"%W\"",
                              &words->words[words->i]);
    }

    if (meeting->op == SP_URI_EXACT || meeting->op == SP_URI_PREFIX) {

        if (meeting->uri.len == 0 || meeting->uri.data[0] != '/') {
            return sp_words_error(err, "URI \"%W\" does not begin with \"/\"",
                                  &meeting->uri);
        }

        if (memchr(meeting->uri.data, '?', meeting->uri.len) != NULL) {
            return sp_words_error(err, "URI \"%W\" has arguments, which are "
                                  "not compared: use \"if arg:NAME = VALUE\"",
                                  &meeting->uri);
        }

        return SP_OK;
    }

    if (meeting->op == SP_URI_ANY) {
        return SP_OK;
    }

    rc = sp_regex_compile(regexes, &meeting->uri,
                          meeting->op == SP_URI_REGEX_CASELESS, &regex, err);

    if (rc == SP_OK) {
        meeting->regex = regex;
    }

    return rc;
}


sp_rc_t
sp_rule_save(sp_rule_t *rule, unsigned what, const sp_str_t *args, unsigned n,
    sp_words_t *words)
{
    sp_call_saved_t  *saved;

    saved = sp_calloc(&rule->rules->pool, sizeof(sp_call_saved_t));
    if (saved == NULL) {
        return SP_NOMEM;
    }

    saved->what = what;
    saved->n = n;
    saved->words = sp_words_copy(&rule->rules->pool, args, n);

    if (saved->words == NULL) {
        return SP_NOMEM;
    }

    *rule->saved_last = saved;
    rule->saved_last = &saved->next;

    words->words = saved->words;
    words->n = n;
    words->i = 0;

    return SP_OK;
}


sp_rc_t
sp_rule_directive(sp_rule_t *rule, const sp_str_t *args, unsigned n,
    sp_error_t *err)
{
    int              i;
    sp_words_t       words;
    const sp_str_t  *name;

    if (sp_rule_save(rule, SP_SAVED_DIRECTIVE, args, n, &words) != SP_OK) {
        return SP_NOMEM;
    }

    if (n == 0) {
        return sp_words_error(err, "an empty directive", NULL);
    }

    name = &words.words[words.i++];

    if (rule->kind == SP_BATCH && !sp_word_is(name, "if")
        && !sp_word_is(name, "status") && !sp_word_is(name, "each"))
    {
        return sp_rule_of_parts(name, err);
    }

    for (i = 0; sp_rule_words[i].name != NULL; i++) {
        if (sp_word_is(name, sp_rule_words[i].name)) {
            return sp_rule_words[i].read(rule, &words, err);
        }
    }

    return sp_rule_field(rule, &words, err);
}


static sp_rc_t
sp_rule_if(sp_rule_t *rule, sp_words_t *words, sp_error_t *err)
{
    sp_rc_t          rc;
    sp_condition_t  *condition;

    condition = sp_rule_condition(rule, &rule->conditions);
    if (condition == NULL) {
        return SP_NOMEM;
    }

    rc = sp_condition_parse(condition, words, &rule->ctx, err);

    return rc == SP_OK ? sp_rule_no_more(words, err) : rc;
}


/* A new one at the end of a list. */

static sp_condition_t *
sp_rule_condition(sp_rule_t *rule, sp_condition_t **list)
{
    while (*list != NULL) {
        list = &(*list)->next;
    }

    *list = sp_calloc(&rule->rules->pool, sizeof(sp_condition_t));

    return *list;
}


static sp_rc_t
sp_rule_empty(sp_rule_t *rule, sp_words_t *words, sp_error_t *err)
{
    sp_rc_t          rc;
    sp_condition_t  *condition;

    if (sp_words_peek(words) == NULL) {

        if (rule->always_empty) {
            return sp_words_error(err, "\"%W\" is duplicate",
                                  &words->words[0]);
        }

        rule->always_empty = 1;
        return SP_OK;
    }

    condition = sp_rule_condition(rule, &rule->empties);
    if (condition == NULL) {
        return SP_NOMEM;
    }

    rc = sp_condition_parse(condition, words, &rule->ctx, err);

    return rc == SP_OK ? sp_rule_no_more(words, err) : rc;
}


static sp_rc_t
sp_rule_status(sp_rule_t *rule, sp_words_t *words, sp_error_t *err)
{
    unsigned         status;
    const sp_str_t  *word;

    if (rule->nstatuses != 0) {
        return sp_words_error(err, "\"%W\" is duplicate", &words->words[0]);
    }

    if (words->n < 2 || words->n - 1 > SP_STATUSES_MAX) {
        return sp_words_error(err, "\"%W\" needs 1 to 32 numbers",
                              &words->words[0]);
    }

    rule->statuses = sp_alloc(&rule->rules->pool,
                              words->n * sizeof(uint16_t));
    if (rule->statuses == NULL) {
        return SP_NOMEM;
    }

    while (words->i < words->n) {
        word = &words->words[words->i++];

        if (sp_word_number(word, 599, &status) != SP_OK || status < 100) {
            return sp_words_error(err, "\"%W\" is not a status", word);
        }

        rule->statuses[rule->nstatuses++] = (uint16_t) status;
    }

    return SP_OK;
}


static sp_rc_t
sp_rule_quantity_is(sp_rule_t *rule, sp_words_t *words, sp_error_t *err)
{
    if (rule->absolute) {
        return sp_words_error(err, "\"%W\" is duplicate", &words->words[0]);
    }

    if (!sp_words_take(words, "absolute")) {
        return sp_words_error(err, "\"%W\" can only be \"absolute\"",
                              &words->words[0]);
    }

    if (rule->kind != SP_ADD_TO_CART) {
        return sp_words_error(err, "\"%W\" is for add_to_cart only",
                              &words->words[0]);
    }

    rule->absolute = 1;

    return sp_rule_no_more(words, err);
}


static sp_rc_t
sp_rule_checkout(sp_rule_t *rule, sp_words_t *words, sp_error_t *err)
{
    if (rule->checkout) {
        return sp_words_error(err, "\"%W\" is duplicate", &words->words[0]);
    }

    rule->checkout = 1;

    return sp_rule_no_more(words, err);
}


static sp_rc_t
sp_rule_block(sp_rule_t *rule, sp_words_t *words, sp_error_t *err)
{
    return sp_words_error(err, "\"%W\" needs a block", &words->words[0]);
}


static sp_rc_t
sp_rule_no_more(const sp_words_t *words, sp_error_t *err)
{
    const sp_str_t  *word;

    word = sp_words_peek(words);

    return word == NULL ? SP_OK
                        : sp_words_error(err, "unexpected \"%W\"", word);
}
