/*
 * Copyright (C) SitePreserver developers
 *
 * What the commands of `sitepreserver creative` share.
 */

#ifndef CMD_CREATIVE_H
#define CMD_CREATIVE_H

#include "cmd.h"
#include "lint.h"


/*
 * As cmd_begin(), but creatives of the configuration may be missing or wrong:
 * these commands are there to mend them.
 */

int cmd_creative_begin(cmd_t *cmd, int argc, char **argv, const char *usage,
    const cmd_option_t *options, unsigned n);


/* A creative by its name; NULL: said why not. */

creative_t *cmd_creative_load(const cmd_t *cmd, const char *name);


/*
 * The shop that --shop names; *shop is NULL when it was not given and there are
 * several.  0: there is none of that name, and it was said.
 */

int cmd_creative_shop(cmd_t *cmd, const config_shop_t **shop);


/* Reads a file that was named as an argument; 0: said why not. */

int cmd_creative_read(const char *path, buffer_t *b);


/*
 * Lints a creative with the brand and hosts of the shop of --shop, or the only
 * one, or the first that uses it.  NULL: said that memory is out.
 */

lint_report_t *cmd_creative_judge(cmd_t *cmd, const creative_t *creative);


/* Appends what is not sent of a shop, and why. */

void cmd_creative_warnings(json_t *list, const config_shop_t *shop);


int cmd_creative_import(int argc, char **argv);
int cmd_creative_lint(int argc, char **argv);
int cmd_creative_list(int argc, char **argv);
int cmd_creative_preview(int argc, char **argv);
int cmd_creative_approve(int argc, char **argv);
int cmd_creative_retire(int argc, char **argv);


#endif /* CMD_CREATIVE_H */
