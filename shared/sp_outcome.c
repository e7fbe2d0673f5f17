/*
 * Copyright (C) SitePreserver developers
 *
 * What an exchange meant: every rule that is met, in its order.
 */

#include "sp_outcome.h"
#include "sp_payhost.h"
#include "sp_price.h"


/* How far a rule counts. */

typedef enum {
    SP_APPLIES_NOT = 0,
    SP_APPLIES,
    SP_APPLIES_PENDING,             /* an order that is uncertain */
    SP_APPLIES_ERROR                /* a checkout that failed */
} sp_applies_t;


static sp_rc_t sp_outcome_rule(sp_apply_t *apply);
static sp_rc_t sp_outcome_applies(sp_apply_t *apply, sp_applies_t *applies);
static int sp_outcome_uncertain(const sp_observation_t *ob,
    const sp_rule_t *rule);
static sp_rc_t sp_outcome_pending(sp_apply_t *apply);
static unsigned sp_outcome_kind(const sp_apply_t *apply);
static sp_rc_t sp_outcome_fields(sp_apply_t *apply);
static sp_rc_t sp_outcome_email(sp_apply_t *apply);
static sp_rc_t sp_outcome_consent(sp_apply_t *apply);
static sp_rc_t sp_outcome_visitor(sp_apply_t *apply, unsigned needs);
static sp_rc_t sp_outcome_alias(sp_apply_t *apply);
static sp_rc_t sp_outcome_amounts(sp_apply_t *apply);


sp_rc_t
sp_outcome_apply(sp_observation_t *ob, sp_outcome_t *outcome)
{
    sp_rc_t     rc;
    unsigned    i;
    uint64_t    word;
    sp_apply_t  apply;

    memset(&apply, 0, sizeof(apply));
    apply.ob = ob;
    apply.outcome = outcome;

    for (i = 0; i < ob->words; i++) {

        for (word = ob->met[i] & ~ob->rules->eaches[i]; word != 0;
             word &= word - 1)
        {
            apply.rule = ob->rules->list[i * 64
                                         + (unsigned) __builtin_ctzll(word)];
            rc = sp_outcome_rule(&apply);
            if (rc != SP_OK) {
                return rc;
            }
        }
    }

    if (outcome->kinds & SP_PURCHASE) {

        /* the answer to an order may still show the cart as it was */

        outcome->cart = SP_CART_NONE;
        outcome->lines = NULL;
        outcome->nlines = 0;
        outcome->lines_dropped = 0;
        outcome->kinds &= ~(unsigned) SP_ORDER_PENDING;
    }

    if (outcome->kinds != 0 && outcome->currency.len == 0) {
        outcome->currency = ob->rules->currency;
    }

    return SP_OK;
}


static sp_rc_t
sp_outcome_rule(sp_apply_t *apply)
{
    sp_rc_t       rc;
    sp_applies_t  applies;

    rc = sp_outcome_applies(apply, &applies);

    if (rc != SP_OK || applies == SP_APPLIES_NOT) {
        return rc;
    }

    if (apply->ob->rules->applied != NULL) {
        apply->ob->rules->applied(apply->ob->rules->applied_data,
                                  apply->rule->index);
    }

    if (applies == SP_APPLIES_ERROR) {
        apply->outcome->kinds |= SP_CHECKOUT_ERROR;
        return sp_outcome_visitor(apply, SP_NEEDS_REQUEST_BODY);
    }

    if (applies == SP_APPLIES_PENDING) {
        return sp_outcome_pending(apply);
    }

    if (apply->rule->checkout) {
        apply->outcome->checkout = 1;
    }

    apply->outcome->kinds |= sp_outcome_kind(apply);

    rc = sp_outcome_fields(apply);

    if (rc == SP_OK) {
        rc = sp_outcome_visitor(apply, SP_NEEDS_ALL);
    }

    if (rc == SP_OK) {
        rc = sp_outcome_alias(apply);
    }

    if (rc == SP_OK) {
        rc = sp_outcome_amounts(apply);
    }

    if (rc == SP_OK) {
        rc = sp_outcome_cart(apply);
    }

    return rc;
}


static sp_rc_t
sp_outcome_applies(sp_apply_t *apply, sp_applies_t *applies)
{
    int                    whole, uncertain;
    sp_rc_t                rc;
    unsigned               status;
    const sp_rule_t       *rule;
    const sp_condition_t  *condition;

    rule = apply->rule;
    status = apply->ob->status;

    *applies = SP_APPLIES_NOT;
    whole = 0;

    uncertain = rule->kind == SP_PURCHASE
                && sp_outcome_uncertain(apply->ob, rule);

    if (!uncertain) {

        if (sp_outcome_status(rule, status)) {
            whole = 1;

        } else if (!rule->checkout || status < 500) {
            return SP_OK;
        }
    }

    if (!sp_roots_asked(apply->ob, rule)) {
        return SP_OK;
    }

    for (condition = rule->conditions; condition != NULL;
         condition = condition->next)
    {
        rc = whole ? sp_condition_holds(apply->ob, condition)
                   : sp_condition_requested(apply->ob, condition);

        /* what is absent in an answer that was not read is not known */

        if (whole && apply->ob->unread
            && (condition->needs & SP_NEEDS_RESPONSE_BODY))
        {
            rc = SP_DONE;
        }

        if (rc != SP_OK) {
            return rc == SP_DONE ? SP_OK : rc;
        }
    }

    if (whole) {
        *applies = SP_APPLIES;

    } else if (uncertain) {
        *applies = SP_APPLIES_PENDING;

    } else {
        *applies = SP_APPLIES_ERROR;
    }

    return SP_OK;
}


int
sp_outcome_status(const sp_rule_t *rule, unsigned status)
{
    unsigned  i;

    if (rule->nstatuses == 0) {
        return status >= 200 && status < 400;
    }

    for (i = 0; i < rule->nstatuses; i++) {
        if (rule->statuses[i] == status) {
            return 1;
        }
    }

    return 0;
}


/*
 * The client or the proxy gave up, the shop may not have; or nobody could
 * read the answer that tells.
 */

static int
sp_outcome_uncertain(const sp_observation_t *ob, const sp_rule_t *rule)
{
    const sp_condition_t  *condition;

    if (ob->status == 499 || ob->status == 502 || ob->status == 504) {
        return 1;
    }

    if (!ob->unread || !sp_outcome_status(rule, ob->status)) {
        return 0;
    }

    for (condition = rule->conditions; condition != NULL;
         condition = condition->next)
    {
        if (condition->needs & SP_NEEDS_RESPONSE_BODY) {
            return 1;
        }
    }

    return 0;
}


/*
 * It holds the visit: who that is and which order, as far as the request
 * tells, and nothing else of it counts, for it was no success.
 */

static sp_rc_t
sp_outcome_pending(sp_apply_t *apply)
{
    sp_rc_t     rc;
    sp_value_t  value;

    apply->outcome->kinds |= SP_ORDER_PENDING;

    if (apply->rule->checkout && apply->ob->status >= 500) {
        apply->outcome->kinds |= SP_CHECKOUT_ERROR;
    }

    rc = sp_value_take(apply->ob, &apply->rule->fields[SP_FIELD_ORDER_ID],
                       SP_FORM_SECRET, SP_NEEDS_REQUEST_BODY, &value);

    if (rc == SP_NOMEM) {
        return rc;
    }

    if (rc == SP_OK) {
        apply->outcome->order_id = value.text;
    }

    return sp_outcome_visitor(apply, SP_NEEDS_REQUEST_BODY);
}


/*
 * What it is that happened: no order yet, where the answer sends the shopper
 * to a payment provider, but all else that the rule says.
 */

static unsigned
sp_outcome_kind(const sp_apply_t *apply)
{
    sp_str_t                 to;
    const sp_rule_t         *rule;
    const sp_observation_t  *ob;

    static const sp_str_t  location = sp_string("location");

    ob = apply->ob;
    rule = apply->rule;

    if ((rule->kind != SP_PURCHASE && !rule->checkout)
        || ob->status < 300 || ob->status > 399 || !ob->answered
        || !ob->ex->response_header(ob->ex->data, &location, 0, &to)
        || !sp_payhost(&to))
    {
        return rule->kind;
    }

    return (rule->kind & ~(unsigned) SP_PURCHASE) | SP_ORDER_PENDING;
}


static sp_rc_t
sp_outcome_fields(sp_apply_t *apply)
{
    sp_rc_t        rc;
    unsigned       i;
    sp_outcome_t  *outcome;

    struct {
        sp_field_t    field;
        sp_form_of_t  form;
        sp_str_t     *text;
    } fields[] = {
        { SP_FIELD_CUSTOMER, SP_FORM_SECRET, NULL },
        { SP_FIELD_FIRST_NAME, SP_FORM_FIRST_NAME, NULL },
        { SP_FIELD_LOCALE, SP_FORM_LOCALE, NULL },
        { SP_FIELD_TIME_ZONE, SP_FORM_TIME_ZONE, NULL },
        { SP_FIELD_ORDER_ID, SP_FORM_SECRET, NULL },
        { SP_FIELD_CURRENCY, SP_FORM_CURRENCY, NULL }
    };

    outcome = apply->outcome;

    fields[0].text = &outcome->customer;
    fields[1].text = &outcome->first_name;
    fields[2].text = &outcome->locale;
    fields[3].text = &outcome->time_zone;
    fields[4].text = &outcome->order_id;
    fields[5].text = &outcome->currency;

    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        rc = sp_outcome_text(apply, fields[i].field, fields[i].form,
                             fields[i].text, NULL);
        if (rc != SP_OK) {
            return rc;
        }
    }

    if (apply->rule->fields[SP_FIELD_CONSENT].n != 0) {
        rc = sp_outcome_consent(apply);
        if (rc != SP_OK) {
            return rc;
        }
    }

    return sp_outcome_email(apply);
}


/* Whose it is, is only known when all rules have been applied. */

static sp_rc_t
sp_outcome_consent(sp_apply_t *apply)
{
    sp_rc_t   rc;
    sp_str_t  text;

    text.len = 0;
    rc = sp_outcome_text(apply, SP_FIELD_CONSENT, SP_FORM_CONSENT, &text,
                         NULL);

    if (text.len != 0) {
        apply->outcome->consent = text.data[0] == '1' ? SP_CONSENT_GIVEN
                                                      : SP_CONSENT_WITHDRAWN;
        apply->outcome->consent_kind = apply->rule->kind;
    }

    return rc;
}


/*
 * The last address counts, and of it each rule that says it.  The answer to a
 * cart or a checkout may repeat what was typed: only rules about who it is have
 * the account's from it.
 */

static sp_rc_t
sp_outcome_email(sp_apply_t *apply)
{
    int            shop;
    sp_rc_t        rc;
    sp_str_t       email;
    sp_outcome_t  *outcome;

    outcome = apply->outcome;
    email = outcome->email;
    shop = -1;

    rc = sp_outcome_text(apply, SP_FIELD_EMAIL, SP_FORM_EMAIL, &email, &shop);

    if (shop == -1) {
        return rc;
    }

    if (!sp_str_eq(&email, &outcome->email)) {
        outcome->email_kinds = 0;
        outcome->email_from_shop = 0;
    }

    outcome->email = email;
    outcome->email_kinds |= apply->rule->kind;

    if (shop && (apply->rule->kind & (SP_LOGIN|SP_SIGN_UP|SP_IDENTIFY))) {
        outcome->email_from_shop = 1;
    }

    return rc;
}


sp_rc_t
sp_outcome_text(sp_apply_t *apply, sp_field_t field, sp_form_of_t form,
    sp_str_t *text, int *from_shop)
{
    sp_rc_t     rc;
    sp_value_t  value;

    rc = sp_value_take(apply->ob, &apply->rule->fields[field], form,
                       SP_NEEDS_ALL, &value);

    if (rc == SP_OK) {
        *text = value.text;

        if (from_shop != NULL) {
            *from_shop = (value.source->needs
                          & (SP_NEEDS_SHOP | SP_NEEDS_NOTHING)) != 0;
        }
    }

    return rc == SP_NOMEM ? rc : SP_OK;
}


/* A visitor in the answer moves the visit. */

static sp_rc_t
sp_outcome_visitor(sp_apply_t *apply, unsigned needs)
{
    sp_rc_t        rc;
    sp_value_t     value;
    sp_outcome_t  *outcome;

    outcome = apply->outcome;

    rc = sp_value_take(apply->ob, &apply->rule->fields[SP_FIELD_VISITOR],
                       SP_FORM_SECRET, needs, &value);

    if (rc != SP_OK) {
        return rc == SP_NOMEM ? rc : SP_OK;
    }

    if (!(value.source->needs & SP_NEEDS_SHOP)) {
        outcome->visitor = value.text;

        if (sp_str_eq(&outcome->next_visitor, &value.text)) {
            outcome->next_visitor.len = 0;
        }

    } else if (!sp_str_eq(&outcome->visitor, &value.text)) {
        outcome->next_visitor = value.text;
    }

    return SP_OK;
}


static sp_rc_t
sp_outcome_alias(sp_apply_t *apply)
{
    sp_rc_t        rc;
    unsigned       i;
    sp_value_t     value;
    sp_alias_t    *alias;
    sp_outcome_t  *outcome;

    outcome = apply->outcome;

    rc = sp_value_take(apply->ob, &apply->rule->fields[SP_FIELD_ALIAS],
                       SP_FORM_SECRET, SP_NEEDS_ALL, &value);

    if (rc != SP_OK) {
        return rc == SP_NOMEM ? rc : SP_OK;
    }

    for (i = 0; i < outcome->naliases; i++) {
        if (sp_str_eq(&outcome->aliases[i].value, &value.text)) {
            break;
        }
    }

    if (i == SP_ALIASES_MAX) {
        return SP_OK;
    }

    alias = &outcome->aliases[i];

    if (i == outcome->naliases) {
        memset(alias, 0, sizeof(sp_alias_t));
        alias->value = value.text;
        outcome->naliases++;
    }

    if (value.source->needs & SP_NEEDS_SHOP) {
        alias->from_shop = 1;
    }

    return SP_OK;
}


/* Currency and scale of the rule's amounts, and the cart's total. */

static sp_rc_t
sp_outcome_amounts(sp_apply_t *apply)
{
    sp_rc_t      rc;
    int64_t      total;
    sp_str_t     text;
    sp_amount_t  how;

    apply->scale.len = 0;
    text.len = 0;

    if (apply->outcome->currency.len == 0) {
        sp_outcome_items_currency(apply, &apply->outcome->currency);
    }

    apply->currency = apply->outcome->currency.len != 0
                      ? apply->outcome->currency : apply->ob->rules->currency;

    rc = sp_outcome_text(apply, SP_FIELD_MINOR_UNITS, SP_FORM_SCALE,
                         &apply->scale, NULL);

    if (rc == SP_OK) {
        rc = sp_outcome_text(apply, SP_FIELD_TOTAL, SP_FORM_NUMBER, &text,
                             NULL);
    }

    if (rc != SP_OK || text.len == 0) {
        return rc;
    }

    sp_outcome_currency(apply, &text);

    if (sp_field_amount(&text, &apply->scale, &apply->currency, &total, &how)
        == SP_OK
        && how != SP_AMOUNT_DOUBTFUL)
    {
        apply->outcome->total = total;
    }

    return SP_OK;
}


/* A price that is written for people may tell its currency. */

void
sp_outcome_currency(sp_apply_t *apply, const sp_str_t *price)
{
    sp_str_t  currency;

    sp_price_currency(price, &currency);

    if (currency.len != 0) {
        apply->currency = currency;
        apply->outcome->currency = currency;
    }
}
