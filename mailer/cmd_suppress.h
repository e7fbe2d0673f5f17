/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver suppress import, sitepreserver suppress export.
 */

#ifndef CMD_SUPPRESS_H
#define CMD_SUPPRESS_H

#include <glib.h>

#include "cmd.h"
#include "journal.h"


/*
 * What the journal says in the end, of each shopper of a shop once, in the
 * order of the file; what was taken back or has ended is not there.
 */

typedef struct {
    char      shop[65];
    sp_id_t   shopper;
    char      reason[JOURNAL_REASON_MAX];
    int64_t   at;                   /* Unix time, s */
    int64_t   until;                /* the same; 0: for ever */
    unsigned  gone:1;               /* taken back */
} cmd_suppressed_t;

typedef struct {
    GHashTable  *table;             /* by "SHOP SHOPPER" */
    GPtrArray   *order;             /* owns them */
} cmd_suppressions_t;

/* 0: said that the file cannot be read. */

int cmd_suppressions_read(cmd_t *cmd, cmd_suppressions_t *all);
void cmd_suppressions_free(cmd_suppressions_t *all);


/* Is this shopper suppressed for ever? */

int cmd_suppressions_has(const cmd_suppressions_t *all, const char *shop,
    const sp_id_t *shopper);


/* Notes one more; arguments as journal_each_pt. */

void cmd_suppressions_add(void *all, int64_t at, const char *shop,
    const sp_id_t *shopper, const char *reason, int64_t until);


/* Both give an exit status. */

int cmd_suppress_import(cmd_t *cmd, const config_shop_t *shop,
    const char *path, const char *reason);
int cmd_suppress_export(cmd_t *cmd);


#endif /* CMD_SUPPRESS_H */
