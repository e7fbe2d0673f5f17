/*
 * Copyright (C) SitePreserver developers
 *
 * The fields of a rule, as they are written.
 */

#include "sp_rules_int.h"


static sp_rc_t sp_rule_field_check(const sp_rule_t *rule, int field,
    const sp_sources_t *sources, sp_error_t *err);
static sp_rc_t sp_rule_consent_check(const sp_rule_t *rule, sp_error_t *err);


/* Those that are about one line. */

#define SP_OF_A_LINE  (SP_ADD_TO_CART | SP_UPDATE_CART | SP_REMOVE_FROM_CART  \
                       | SP_VIEW_ITEM)


static const char *const  sp_rule_fields[SP_FIELDS] = {
    "email", "customer", "visitor", "alias", "first_name", "locale",
    "time_zone", "consent", "order_id", "currency", "minor_units", "total",
    "item_id", "item_key", "quantity", "price", "name", "url", "image"
};


static const sp_form_of_t  sp_rule_forms[SP_FIELDS] = {
    SP_FORM_EMAIL, SP_FORM_SECRET, SP_FORM_SECRET, SP_FORM_SECRET,
    SP_FORM_FIRST_NAME, SP_FORM_LOCALE, SP_FORM_TIME_ZONE, SP_FORM_CONSENT,
    SP_FORM_SECRET, SP_FORM_CURRENCY, SP_FORM_SCALE, SP_FORM_NUMBER,
    SP_FORM_ID, SP_FORM_ID, SP_FORM_NUMBER, SP_FORM_NUMBER, SP_FORM_TEXT,
    SP_FORM_LINK, SP_FORM_LINK
};


sp_rc_t
sp_rule_field(sp_rule_t *rule, sp_words_t *words, sp_error_t *err)
{
    int            field;
    sp_rc_t        rc;
    sp_sources_t  *sources;

    for (field = 0; field < SP_FIELDS; field++) {
        if (sp_word_is(&words->words[0], sp_rule_fields[field])) {
            break;
        }
    }

    if (field == SP_FIELDS) {
        return sp_words_error(err, "unknown directive \"%W\"",
                              &words->words[0]);
    }

    sources = &rule->fields[field];

    if (sources->n != 0) {
        return sp_words_error(err, "\"%W\" is duplicate", &words->words[0]);
    }

    if (field >= SP_FIELD_ITEM_ID && !(rule->kind & SP_OF_A_LINE)) {
        return sp_words_error(err, "\"%W\" is of one line: this event is not "
                              "about one", &words->words[0]);
    }

    rule->ctx.amount = field == SP_FIELD_PRICE || field == SP_FIELD_TOTAL;

    rc = sp_sources_parse(sources, words, &rule->ctx, err);

    rule->ctx.amount = 0;

    if (rc == SP_OK) {
        rc = sp_sources_end(words, err);
    }

    return rc == SP_OK ? sp_rule_field_check(rule, field, sources, err) : rc;
}


/*
 * Whose customer it is, and what the cart costs, is only told by the shop.
 * Anyone can send anyone's number.
 */

static sp_rc_t
sp_rule_field_check(const sp_rule_t *rule, int field,
    const sp_sources_t *sources, sp_error_t *err)
{
    sp_rc_t             rc;
    unsigned            i;
    const sp_source_t  *source;

    for (i = 0; i < sources->n; i++) {
        source = &sources->list[i];

        if (field == SP_FIELD_CUSTOMER && !(source->needs & SP_NEEDS_SHOP)) {
            return sp_words_error(err, "\"%W\" is in the request: a customer "
                                  "counts only from answers", &source->word);
        }

        if (field == SP_FIELD_TOTAL
            && !(source->needs & (SP_NEEDS_SHOP | SP_NEEDS_NOTHING)))
        {
            return sp_words_error(err, "\"%W\" is in the request: a total "
                                  "counts only from answers", &source->word);
        }

        if (source->kind != SP_SOURCE_VALUE) {
            continue;
        }

        if (field == SP_FIELD_VISITOR || field == SP_FIELD_ALIAS
            || field == SP_FIELD_EMAIL)
        {
            return sp_words_error(err, "\"%W\" would make everyone the same",
                                  &source->word);
        }

        if (field == SP_FIELD_ORDER_ID) {
            return sp_words_error(err, "\"%W\" would make all orders the same",
                                  &source->word);
        }

        rc = sp_source_constant(rule->ctx.pool, &source->word, &source->name,
                                &source->decoders, sp_rule_forms[field], err);
        if (rc != SP_OK) {
            return rc;
        }
    }

    return SP_OK;
}


sp_rc_t
sp_rule_fields_end(const sp_rule_t *rule, sp_error_t *err)
{
    unsigned  i;
    sp_str_t  name;

    for (i = SP_FIELD_QUANTITY; i < SP_FIELDS; i++) {

        if (rule->fields[i].n != 0 && rule->fields[SP_FIELD_ITEM_ID].n == 0
            && rule->fields[SP_FIELD_ITEM_KEY].n == 0)
        {
            name.data = sp_rule_fields[i];
            name.len = strlen(name.data);

            return sp_words_error(err, "\"%W\" is of no line: item_id and "
                                  "item_key lack", &name);
        }
    }

    return sp_rule_consent_check(rule, err);
}


/* One that is always given needs somebody in the same rule who gives it. */

static sp_rc_t
sp_rule_consent_check(const sp_rule_t *rule, sp_error_t *err)
{
    unsigned             i;
    const sp_sources_t  *sources;

    sources = &rule->fields[SP_FIELD_CONSENT];

    if (rule->fields[SP_FIELD_EMAIL].n != 0
        || rule->fields[SP_FIELD_CUSTOMER].n != 0)
    {
        return SP_OK;
    }

    for (i = 0; i < sources->n; i++) {
        if (sources->list[i].kind == SP_SOURCE_VALUE) {
            return sp_words_error(err, "\"%W\" is nobody's consent: email and "
                                  "customer lack", &sources->list[i].word);
        }
    }

    return SP_OK;
}
