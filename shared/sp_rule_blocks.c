/*
 * Copyright (C) SitePreserver developers
 *
 * The blocks within a sitepreserver_event, and its end.
 */

#include "sp_rules_int.h"


static int sp_rule_says_what(const sp_rule_t *rule);


sp_rc_t
sp_rule_items_begin(sp_rule_t *rule, const sp_str_t *args, unsigned n,
    sp_error_t *err)
{
    sp_words_t             words;
    static const sp_str_t  name = sp_string("items");

    if (sp_rule_save(rule, SP_SAVED_ITEMS, args, n, &words) != SP_OK) {
        return SP_NOMEM;
    }

    if (rule->items != NULL) {
        return sp_words_error(err, "\"%W\" is duplicate", &name);
    }

    if (rule->kind == SP_BATCH) {
        return sp_rule_of_parts(&name, err);
    }

    if (n == 0) {
        return sp_words_error(err, "\"%W\" needs a collection", &name);
    }

    rule->items = sp_calloc(&rule->rules->pool, sizeof(sp_items_t));
    if (rule->items == NULL) {
        return SP_NOMEM;
    }

    return sp_items_parse(rule->items, &words, &rule->ctx, err);
}


sp_rc_t
sp_rule_items_field(sp_rule_t *rule, const sp_str_t *args, unsigned n,
    sp_error_t *err)
{
    sp_words_t  words;

    if (sp_rule_save(rule, SP_SAVED_FIELD, args, n, &words) != SP_OK) {
        return SP_NOMEM;
    }

    if (rule->items == NULL || n == 0) {
        return sp_words_error(err, "a field of no items", NULL);
    }

    return sp_items_parse_field(rule->items, &words, &rule->ctx, err);
}


sp_rc_t
sp_rule_each_begin(sp_rule_t *rule, const sp_str_t *args, unsigned n,
    sp_error_t *err)
{
    sp_words_t             words;
    static const sp_str_t  name = sp_string("each");

    if (sp_rule_save(rule, SP_SAVED_EACH, args, n, &words) != SP_OK) {
        return SP_NOMEM;
    }

    if (rule->each != NULL) {
        return sp_words_error(err, "\"%W\" is duplicate", &name);
    }

    if (rule->kind != SP_BATCH) {
        return sp_words_error(err, "\"%W\" is only for the event batch", &name);
    }

    rule->each = sp_calloc(&rule->rules->pool, sizeof(sp_each_t));
    if (rule->each == NULL) {
        return SP_NOMEM;
    }

    return sp_each_parse(rule->each, &words, &rule->ctx, err);
}


sp_rc_t
sp_rule_each_field(sp_rule_t *rule, const sp_str_t *args, unsigned n,
    sp_error_t *err)
{
    sp_words_t  words;

    if (sp_rule_save(rule, SP_SAVED_EACH_FIELD, args, n, &words) != SP_OK) {
        return SP_NOMEM;
    }

    if (rule->each == NULL || n == 0) {
        return sp_words_error(err, "a field of no each", NULL);
    }

    return sp_each_parse_field(rule->each, &words, &rule->ctx, err);
}


sp_rc_t
sp_rule_of_parts(const sp_str_t *name, sp_error_t *err)
{
    return sp_words_error(err, "\"%W\" cannot be in a batch: rules for its "
                          "parts say what they are", name);
}


sp_rc_t
sp_rule_end(sp_rule_t *rule, sp_error_t *err)
{
    sp_rc_t  rc;

    if (rule->kind == SP_BATCH && rule->each == NULL) {
        return sp_words_error(err, "a batch needs an \"each\"", NULL);
    }

    if (rule->items != NULL) {
        rc = sp_items_end(rule->items, err);
        if (rc != SP_OK) {
            return rc;
        }
    }

    rc = sp_rule_fields_end(rule, err);
    if (rc != SP_OK) {
        return rc;
    }

    if (rule->kind == SP_PURCHASE && !sp_rule_says_what(rule)) {
        return sp_words_error(err, "a purchase on any URI needs an \"if\" on "
                              "the request: without, every request that is "
                              "broken off would be an order", NULL);
    }

    return SP_OK;
}


/* Does the request alone tell a purchase from other requests? */

static int
sp_rule_says_what(const sp_rule_t *rule)
{
    const sp_condition_t  *condition;

    if (rule->meeting.op != SP_URI_ANY) {
        return 1;
    }

    for (condition = rule->conditions; condition != NULL;
         condition = condition->next)
    {
        if (sp_condition_of_request(condition)) {
            return 1;
        }
    }

    return 0;
}
