/*
 * Copyright (C) SitePreserver developers
 *
 * What a rule says of the cart.
 */

#include "sp_outcome.h"


static sp_rc_t sp_outcome_items(sp_apply_t *apply, int *found);
static void sp_outcome_changes(sp_apply_t *apply, sp_cart_op_t op);
static sp_rc_t sp_outcome_empty(sp_apply_t *apply, int *empty);
static sp_rc_t sp_outcome_line(sp_apply_t *apply);
static sp_rc_t sp_outcome_line_texts(sp_apply_t *apply, sp_line_t *line);
static sp_rc_t sp_outcome_quantity(sp_apply_t *apply, sp_cart_op_t op,
    sp_line_t *line);
static sp_cart_op_t sp_outcome_op(const sp_rule_t *rule);


sp_rc_t
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

void
sp_outcome_items_currency(const sp_apply_t *apply, sp_str_t *currency)
{
    unsigned               i;
    const sp_items_t      *items;
    const sp_collected_t  *collected;

    currency->len = 0;
    items = apply->rule->items;

    if (items == NULL || apply->ob->collected == NULL) {
        return;
    }

    for (i = 0; i < items->collections.n && currency->len == 0; i++) {
        collected = apply->ob->collected[items->collections.list[i].value];

        if (collected != NULL) {
            sp_collected_currency(collected, currency);
        }
    }
}


static sp_rc_t
sp_outcome_items(sp_apply_t *apply, int *found)
{
    sp_rc_t                rc;
    unsigned               i;
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

    if (apply->rule->kind == SP_VIEW_ITEM) {
        return sp_outcome_text(apply, SP_FIELD_ITEM_ID, SP_FORM_ID,
                               &apply->outcome->viewed, NULL);
    }

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
    int          shop, any, all;
    sp_rc_t      rc;
    unsigned     i;
    sp_str_t     price;
    sp_amount_t  how;

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

    if (line->from_shop) {
        sp_outcome_currency(apply, &price);
    }

    if (price.len != 0
        && (sp_field_amount(&price, &apply->scale, &apply->currency,
                            &line->price, &how)
            != SP_OK
            || how != SP_AMOUNT_EXACT))
    {
        line->price = SP_UNSURE;
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
    int                  whole;
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
        if (sp_field_quantity(&value.text, &line->quantity, &whole) != SP_OK) {
            return SP_DONE;
        }

        if (!whole) {
            line->price = SP_UNSURE;
        }

        return SP_OK;
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
