/*
 * Copyright (C) SitePreserver developers
 *
 * A cart out of a JSON file, to look at a creative with.
 */

#ifndef PREVIEW_CART_H
#define PREVIEW_CART_H

#include <jansson.h>

#include "samples.h"


/*
 * Puts what the file says in place of the sample's cart and shopper:
 *
 *     { "first_name": "Ada", "locale": "de-AT", "currency": "EUR",
 *       "total": "99.00", "hours_since": 25, "step_number": 2,
 *       "items": [ { "name": "Mug", "options": "blue", "quantity": 2,
 *                    "price": "12.50", "total": "25.00", "picture": "/mug.png",
 *                    "link": "/mug", "out_of_stock": true } ] }
 *
 * All may be left out.  Amounts are texts or numbers of the main unit.  The
 * strings are json's.  SP_INVALID: err says what is wrong.
 */

sp_rc_t preview_cart(const json_t *json, sample_t *sample, sp_error_t *err);


#endif /* PREVIEW_CART_H */
