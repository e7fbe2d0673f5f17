/*
 * Copyright (C) SitePreserver developers
 *
 * Programs that look at shops and are no shoppers, as they say of themselves.
 */

#ifndef SP_BOT_H
#define SP_BOT_H

#include "sp_str.h"


/*
 * Non-zero for the User-Agent of a crawler, an uptime check, a link scanner or
 * a preview of links.  Not for what a storefront's own server or app may use,
 * nor for assistants that shop for a person, nor for browsers without a window.
 */

int sp_bot(const sp_str_t *agent);


/*
 * Non-zero for an address of one of them, in lower case: Google's shopping
 * crawler fills in checkouts.
 */

int sp_bot_address(const sp_str_t *address);


#endif /* SP_BOT_H */
