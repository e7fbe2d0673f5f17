/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver consent import.
 */

#ifndef CMD_CONSENT_H
#define CMD_CONSENT_H

#include "cmd.h"


/*
 * Unix ms of a date from outside; -1: it is none, or to come.  Up to a day
 * ahead may be the clock of another time zone.
 */

int64_t cmd_consent_at(const char *date);


/* Gives an exit status. */

int cmd_consent_import(cmd_t *cmd, const config_shop_t *shop,
    const char *path);


#endif /* CMD_CONSENT_H */
