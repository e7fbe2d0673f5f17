/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver consent, sitepreserver consent import.
 */

#ifndef CMD_CONSENT_H
#define CMD_CONSENT_H

#include "cmd.h"
#include "journal_fold.h"


/*
 * Unix ms of a date from outside; -1: it is none, or to come.  Up to a day
 * ahead may be the clock of another time zone.
 */

int64_t cmd_consent_at(const char *date);


/*
 * cmd_withdrawals.c: who has taken consent back, as the mailer's own file has it
 * in the end.  0: said that it cannot be read.  Is there a withdrawal in this
 * shop that consent of that date does not undo?  at: Unix ms; -1: not known.
 */

int cmd_withdrawals_read(cmd_t *cmd, journal_fold_t *all);
int cmd_withdrawals_last(const journal_fold_t *all, const config_shop_t *shop,
    const sp_id_t *shopper, int64_t at);


/* Gives an exit status. */

int cmd_consent_import(cmd_t *cmd, const config_shop_t *shop,
    const char *path);


#endif /* CMD_CONSENT_H */
