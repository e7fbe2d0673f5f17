/*
 * Copyright (C) SitePreserver developers
 *
 * What an exchange meant: every rule that is met, in its order.
 */

#include "sp_observation.h"


/* How far a rule counts. */

typedef enum {
    SP_APPLIES_NOT = 0,
    SP_APPLIES,
    SP_APPLIES_PENDING,             /* an order that is uncertain */
    SP_APPLIES_ERROR                /* a checkout that failed */
} sp_applies_t;


/* What has been said so far, beside the outcome. */

typedef struct {
    sp_observation_t  *ob;
    sp_outcome_t      *outcome;
    const sp_rule_t   *rule;
    sp_str_t           currency;    /* for amounts of the rule at hand */
    sp_str_t           scale;
    unsigned           snapshot:1;  /* lines are of a collection */
} sp_apply_t;


static sp_rc_t sp_outcome_rule(sp_apply_t *apply);
static sp_rc_t sp_outcome_applies(sp_apply_t *apply, sp_applies_t *applies);
static int sp_outcome_uncertain(const sp_observation_t *ob,
    const sp_rule_t *rule);
static sp_rc_t sp_outcome_pending(sp_apply_t *apply);
static sp_rc_t sp_outcome_fields(sp_apply_t *apply);
static sp_rc_t sp_outcome_text(sp_apply_t *apply, sp_field_t field,
    sp_form_of_t form, sp_str_t *text, int *from_shop);
static sp_rc_t sp_outcome_visitor(sp_apply_t *apply, unsigned needs);
static sp_rc_t sp_outcome_alias(sp_apply_t *apply);
static sp_rc_t sp_outcome_amounts(sp_apply_t *apply);
static sp_rc_t sp_outcome_cart(sp_apply_t *apply);
static sp_rc_t sp_outcome_items(sp_apply_t *apply, int *found);
static void sp_outcome_changes(sp_apply_t *apply, sp_cart_op_t op);
static sp_rc_t sp_outcome_empty(sp_apply_t *apply, int *empty);
static sp_rc_t sp_outcome_line(sp_apply_t *apply);
static sp_rc_t sp_outcome_line_texts(sp_apply_t *apply, sp_line_t *line);
static sp_rc_t sp_outcome_quantity(sp_apply_t *apply, sp_cart_op_t op,
    sp_line_t *line);
static sp_cart_op_t sp_outcome_op(const sp_rule_t *rule);


#define SP_NEEDS_ALL  (SP_NEEDS_REQUEST_BODY | SP_NEEDS_SHOP)


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

        for (word = ob->met[i]; word != 0; word &= word - 1) {

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

    if (apply->rule->checkout) {
        apply->outcome->checkout = 1;
    }

    if (applies == SP_APPLIES_ERROR) {
        apply->outcome->kinds |= SP_CHECKOUT_ERROR;
        return SP_OK;
    }

    if (applies == SP_APPLIES_PENDING) {
        return sp_outcome_pending(apply);
    }

    apply->outcome->kinds |= apply->rule->kind;

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


static sp_rc_t
sp_outcome_fields(sp_apply_t *apply)
{
    int            shop;
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
        { SP_FIELD_ORDER_ID, SP_FORM_SECRET, NULL },
        { SP_FIELD_CURRENCY, SP_FORM_CURRENCY, NULL }
    };

    outcome = apply->outcome;

    fields[0].text = &outcome->customer;
    fields[1].text = &outcome->first_name;
    fields[2].text = &outcome->locale;
    fields[3].text = &outcome->order_id;
    fields[4].text = &outcome->currency;

    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        rc = sp_outcome_text(apply, fields[i].field, fields[i].form,
                             fields[i].text, NULL);
        if (rc != SP_OK) {
            return rc;
        }
    }

    shop = outcome->email_from_shop;

    rc = sp_outcome_text(apply, SP_FIELD_EMAIL, SP_FORM_EMAIL,
                         &outcome->email, &shop);

    outcome->email_from_shop = shop != 0;

    return rc;
}


/* Leaves the text as it is where the rule says nothing. */

static sp_rc_t
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
    sp_rc_t   rc;
    int64_t   total;
    sp_str_t  text;

    apply->scale.len = 0;
    text.len = 0;

    apply->currency = apply->outcome->currency.len != 0
                      ? apply->outcome->currency : apply->ob->rules->currency;

    rc = sp_outcome_text(apply, SP_FIELD_MINOR_UNITS, SP_FORM_SCALE,
                         &apply->scale, NULL);

    if (rc == SP_OK) {
        rc = sp_outcome_text(apply, SP_FIELD_TOTAL, SP_FORM_NUMBER, &text,
                             NULL);
    }

    if (rc == SP_OK && text.len != 0
        && sp_field_amount(&text, &apply->scale, &apply->currency, &total)
           == SP_OK)
    {
        apply->outcome->total = total;
    }

    return rc;
}


static sp_rc_t
sp_outcome_cart(sp_apply_t *apply)
{
    int            found, empty;
    sp_rc_t        rc;
    sp_outcome_t  *outcome;

    outcome = apply->outcome;

    rc = sp_outcome_items(apply, &found);

    if (rc != SP_OK || found) {
        return rc;
    }

    rc = sp_outcome_empty(apply, &empty);

    if (rc != SP_OK) {
        return rc;
    }

    if (empty) {
        outcome->cart = SP_CART_SNAPSHOT;
        outcome->lines = NULL;
        outcome->nlines = 0;
        outcome->lines_dropped = 0;
        apply->snapshot = 1;

        return SP_OK;
    }

    /* the whole cart tells more than one change of it */

    return apply->snapshot ? SP_OK : sp_outcome_line(apply);
}


/* The first collection that says something. */

static sp_rc_t
sp_outcome_items(sp_apply_t *apply, int *found)
{
    sp_rc_t                rc;
    unsigned               i;
    sp_str_t               currency;
    sp_cart_op_t           op;
    const sp_source_t     *source;
    const sp_collected_t  *collected;

    *found = 0;

    if (apply->rule->items == NULL || apply->ob->collected == NULL) {
        return SP_OK;
    }

    for (i = 0; i < apply->rule->items->collections.n; i++) {

        source = &apply->rule->items->collections.list[i];
        collected = apply->ob->collected[source->value];

        if (collected == NULL) {
            continue;
        }

        sp_collected_currency(collected, &currency);

        if (currency.len != 0) {
            apply->currency = currency;
        }

        op = (source->needs & SP_NEEDS_SHOP) ? SP_CART_SNAPSHOT
                                             : sp_outcome_op(apply->rule);

        rc = sp_collected_lines(collected, op == SP_CART_SNAPSHOT,
                                &apply->scale, &apply->currency,
                                apply->outcome);

        if (rc == SP_NOMEM) {
            return rc;
        }

        if (rc == SP_OK) {
            *found = 1;

            if (op != SP_CART_SNAPSHOT) {
                sp_outcome_changes(apply, op);
            }

            apply->outcome->cart = op;
            apply->snapshot = op == SP_CART_SNAPSHOT;

            if (currency.len != 0) {
                apply->outcome->currency = currency;
            }

            return SP_OK;
        }
    }

    return SP_OK;
}


/*
 * Changes of lines need a number: added without any is one, but where the
 * form has a field for it, an empty one is none.
 */

static void
sp_outcome_changes(sp_apply_t *apply, sp_cart_op_t op)
{
    unsigned       i, n;
    sp_line_t     *line;
    sp_outcome_t  *outcome;

    outcome = apply->outcome;
    n = 0;

    for (i = 0; i < outcome->nlines; i++) {
        line = &outcome->lines[i];

        if (line->quantity == SP_NO_AMOUNT && op == SP_CART_ADD
            && apply->rule->items->fields[SP_ITEM_QUANTITY].n == 0)
        {
            line->quantity = 1;
        }

        if (op != SP_CART_REMOVE
            && (line->quantity == SP_NO_AMOUNT
                || (op == SP_CART_ADD && line->quantity == 0)))
        {
            continue;
        }

        outcome->lines[n++] = *line;
    }

    outcome->nlines = n;
}


/* An answer that broke off may have had something in it. */

static sp_rc_t
sp_outcome_empty(sp_apply_t *apply, int *empty)
{
    sp_rc_t                rc;
    const sp_condition_t  *condition;

    *empty = 0;

    if ((apply->ob->response_cut || apply->ob->response_bad
         || apply->ob->unread)
        && (apply->rule->needs & SP_NEEDS_RESPONSE_BODY))
    {
        return SP_OK;
    }

    if (apply->rule->always_empty) {
        *empty = 1;
        return SP_OK;
    }

    for (condition = apply->rule->empties; condition != NULL;
         condition = condition->next)
    {
        rc = sp_condition_holds(apply->ob, condition);

        if (rc == SP_NOMEM) {
            return rc;
        }

        if (rc == SP_OK) {
            *empty = 1;
            return SP_OK;
        }
    }

    return SP_OK;
}


static sp_cart_op_t
sp_outcome_op(const sp_rule_t *rule)
{
    switch (rule->kind) {

    case SP_ADD_TO_CART:
        return rule->absolute ? SP_CART_SET : SP_CART_ADD;

    case SP_UPDATE_CART:
        return SP_CART_SET;

    case SP_REMOVE_FROM_CART:
        return SP_CART_REMOVE;

    default:
        return SP_CART_SNAPSHOT;
    }
}


/* item_id, item_key, quantity ...: one line that changes. */

static sp_rc_t
sp_outcome_line(sp_apply_t *apply)
{
    sp_rc_t       rc;
    sp_line_t    *line;
    sp_cart_op_t  op;

    op = sp_outcome_op(apply->rule);

    if (op == SP_CART_SNAPSHOT
        || (apply->rule->fields[SP_FIELD_ITEM_ID].n == 0
            && apply->rule->fields[SP_FIELD_ITEM_KEY].n == 0))
    {
        return SP_OK;
    }

    line = sp_calloc(apply->ob->pool, sizeof(sp_line_t));
    if (line == NULL) {
        return SP_NOMEM;
    }

    line->price = SP_NO_AMOUNT;
    line->total = SP_NO_AMOUNT;
    line->quantity = SP_NO_AMOUNT;

    rc = sp_outcome_text(apply, SP_FIELD_ITEM_ID, SP_FORM_ID, &line->id,
                         NULL);

    if (rc == SP_OK) {
        rc = sp_outcome_text(apply, SP_FIELD_ITEM_KEY, SP_FORM_ID,
                             &line->key, NULL);
    }

    if (rc != SP_OK || (line->id.len == 0 && line->key.len == 0)) {
        return rc;
    }

    rc = sp_outcome_line_texts(apply, line);
    if (rc != SP_OK) {
        return rc;
    }

    rc = sp_outcome_quantity(apply, op, line);
    if (rc != SP_OK) {
        return rc == SP_DONE ? SP_OK : rc;
    }

    apply->outcome->cart = op;
    apply->outcome->lines = line;
    apply->outcome->nlines = 1;
    apply->outcome->lines_dropped = 0;

    return SP_OK;
}


static sp_rc_t
sp_outcome_line_texts(sp_apply_t *apply, sp_line_t *line)
{
    int        shop, any, all;
    sp_rc_t    rc;
    unsigned   i;
    sp_str_t   price;

    struct {
        sp_field_t    field;
        sp_form_of_t  form;
        sp_str_t     *text;
    } fields[] = {
        { SP_FIELD_NAME, SP_FORM_TEXT, NULL },
        { SP_FIELD_URL, SP_FORM_LINK, NULL },
        { SP_FIELD_IMAGE, SP_FORM_LINK, NULL },
        { SP_FIELD_PRICE, SP_FORM_NUMBER, NULL }
    };

    price.len = 0;

    fields[0].text = &line->name;
    fields[1].text = &line->url;
    fields[2].text = &line->image;
    fields[3].text = &price;

    any = 0;
    all = 1;

    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {

        shop = 1;

        rc = sp_outcome_text(apply, fields[i].field, fields[i].form,
                             fields[i].text, &shop);
        if (rc != SP_OK) {
            return rc;
        }

        any |= fields[i].text->len != 0;
        all &= shop;
    }

    line->from_shop = any && all;

    if (price.len != 0
        && sp_field_amount(&price, &apply->scale, &apply->currency,
                           &line->price)
           != SP_OK)
    {
        line->price = SP_NO_AMOUNT;
    }

    return SP_OK;
}


/*
 * SP_DONE: the change is not known.  Added without a number is one; but a
 * number that cannot be read must not count as one.
 */

static sp_rc_t
sp_outcome_quantity(sp_apply_t *apply, sp_cart_op_t op, sp_line_t *line)
{
    sp_rc_t              rc;
    sp_value_t           value;
    const sp_sources_t  *sources;

    if (op == SP_CART_REMOVE) {
        return SP_OK;
    }

    sources = &apply->rule->fields[SP_FIELD_QUANTITY];

    rc = sp_value_take(apply->ob, sources, SP_FORM_NUMBER, SP_NEEDS_ALL,
                       &value);

    if (rc == SP_OK) {
        return sp_field_quantity(&value.text, &line->quantity) == SP_OK
               ? SP_OK : SP_DONE;
    }

    if (rc == SP_NOMEM || op == SP_CART_SET) {
        return rc;
    }

    rc = sp_value_first(apply->ob, sources, &value);

    if (rc == SP_DONE) {
        line->quantity = 1;
        return SP_OK;
    }

    return rc == SP_OK ? SP_DONE : rc;
}
