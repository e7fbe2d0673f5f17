/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver suppress import, sitepreserver suppress export.
 */

#ifndef CMD_SUPPRESS_H
#define CMD_SUPPRESS_H

#include "cmd.h"
#include "journal_fold.h"


/*
 * What the mailer's own file says in the end.  0: said that it cannot be read.
 */

int cmd_suppressions_read(cmd_t *cmd, journal_fold_t *all);


/* Both give an exit status. */

int cmd_suppress_import(cmd_t *cmd, const config_shop_t *shop,
    const char *path, const char *reason);
int cmd_suppress_export(cmd_t *cmd);


#endif /* CMD_SUPPRESS_H */
