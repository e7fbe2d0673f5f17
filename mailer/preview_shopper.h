/*
 * Copyright (C) SitePreserver developers
 *
 * What a shopper would get now: the facts of a message out of the record that
 * Redis has, which is only read.
 */

#ifndef PREVIEW_SHOPPER_H
#define PREVIEW_SHOPPER_H

#include "cmd.h"
#include "plan.h"
#include "rescue_message.h"


/* Large; what the facts point into is in it and in cmd. */

typedef struct {
    char             address[SP_ADDRESS_MAX + 1];
    sp_preview_t     record;
    plan_t           plan;
    rescue_facts_t   made;
} preview_shopper_t;


/*
 * Reads the shopper with that address and makes the facts of a message with
 * this creative: the cart, the step that uses it, its offer with a code that
 * does nothing.  What keeps it from being sent as it is goes to standard error,
 * without the address.  CMD_OK, or the status to end with: CMD_NOT_FOUND
 * (nothing known, no cart), CMD_NOT_MAILED (suppressed).
 */

int preview_shopper(cmd_t *cmd, const config_shop_t *shop,
    const char *address, const creative_t *creative, preview_shopper_t *p);


#endif /* PREVIEW_SHOPPER_H */
