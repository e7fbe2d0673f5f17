/*
 * Copyright (C) SitePreserver developers
 *
 * Applying a rule that is met; for sp_outcome*.c only.
 */

#ifndef SP_OUTCOME_H
#define SP_OUTCOME_H

#include "sp_observation.h"


#define SP_NEEDS_ALL  (SP_NEEDS_REQUEST_BODY | SP_NEEDS_SHOP)


/* What has been said so far, beside the outcome. */

typedef struct {
    sp_observation_t  *ob;
    sp_outcome_t      *outcome;
    const sp_rule_t   *rule;
    sp_str_t           currency;    /* for amounts of the rule at hand */
    sp_str_t           scale;
    unsigned           snapshot:1;  /* lines are of a collection */
} sp_apply_t;


/*
 * The text of a field; left as it is where the rule says nothing.  from_shop
 * may be NULL.  SP_OK, SP_NOMEM.
 */

sp_rc_t sp_outcome_text(sp_apply_t *apply, sp_field_t field,
    sp_form_of_t form, sp_str_t *text, int *from_shop);


/* Takes over the currency that a price of the shop tells, if it does. */

void sp_outcome_currency(sp_apply_t *apply, const sp_str_t *price);


/* Lines: the whole cart, that it is empty, or a change of it. */

sp_rc_t sp_outcome_cart(sp_apply_t *apply);


/* The currency of the rule's items, as the first of them says it; or empty. */

void sp_outcome_items_currency(const sp_apply_t *apply, sp_str_t *currency);


#endif /* SP_OUTCOME_H */
