/*
 * Copyright (C) SitePreserver developers
 */

#ifndef CMD_OFFER_H
#define CMD_OFFER_H

#include "cmd.h"


/* Warns of each pool of a shop that has few codes left; 0: said why not. */

int cmd_offer_warnings(cmd_t *cmd, const config_shop_t *shop, json_t *list);


#endif /* CMD_OFFER_H */
