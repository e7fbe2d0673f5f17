/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver consent, sitepreserver consent import.
 */

#ifndef CMD_CONSENT_H
#define CMD_CONSENT_H

#include <glib.h>

#include "cmd.h"


/*
 * Unix ms of a date from outside; -1: it is none, or to come.  Up to a day
 * ahead may be the clock of another time zone.
 */

int64_t cmd_consent_at(const char *date);


/*
 * cmd_withdrawals.c: who has taken consent back in this shop, as the mailer's own
 * file has it; NULL: said that it cannot be read.  Is there a withdrawal that
 * consent of that date does not undo?  at: Unix ms; -1: not known.
 */

GHashTable *cmd_withdrawals_read(cmd_t *cmd, const config_shop_t *shop);
int cmd_withdrawals_last(GHashTable *withdrawals, const sp_id_t *shopper,
    int64_t at);


/* Gives an exit status. */

int cmd_consent_import(cmd_t *cmd, const config_shop_t *shop,
    const char *path);


#endif /* CMD_CONSENT_H */
