/*
 * Copyright (C) SitePreserver developers
 *
 * The mailer's own suppressions, as they are in the end; and their export.
 */

#include <time.h>

#include "cmd_suppress.h"


static void cmd_suppress_print(cmd_t *cmd, json_t *rows,
    const journal_last_t *one);


int
cmd_suppressions_read(cmd_t *cmd, journal_fold_t *all)
{
    journal_fold_init(all);

    if (journal_suppressions(cmd->conf->state_dir, journal_fold_suppression,
                             all) < 0)
    {
        cmd_error("%s/suppressions cannot be read", cmd->conf->state_dir);
        journal_fold_free(all);
        return 0;
    }

    return 1;
}


int
cmd_suppress_export(cmd_t *cmd)
{
    guint                    i;
    json_t                  *rows;
    int64_t                  now;
    journal_fold_t           all;
    const journal_last_t    *one;

    if (cmd->shop_name != NULL && cmd_shop(cmd) == NULL) {
        return CMD_USAGE;
    }

    if (!cmd_suppressions_read(cmd, &all)) {
        return CMD_FAILED;
    }

    now = (int64_t) time(NULL);
    rows = json_array();

    if (!cmd->json) {
        puts("shop,shopper,reason,at,until");
    }

    for (i = 0; i < all.order->len; i++) {
        one = g_ptr_array_index(all.order, i);

        if (!one->gone && (one->until == 0 || one->until > now)
            && (cmd->shop_name == NULL
                || strcmp(cmd->shop_name, one->shop) == 0))
        {
            cmd_suppress_print(cmd, rows, one);
        }
    }

    if (cmd->json) {
        cmd_print(cmd, rows);

    } else {
        json_decref(rows);
    }

    journal_fold_free(&all);

    return ferror(stdout) || fflush(stdout) != 0 ? CMD_FAILED : CMD_OK;
}


static void
cmd_suppress_print(cmd_t *cmd, json_t *rows, const journal_last_t *one)
{
    char     at[32], until[32];
    json_t  *row;

    if (!cmd->json) {
        printf("%s,%s,%s,%s,%s\n", one->shop, one->shopper.text, one->reason,
               cmd_time(one->at * 1000, at),
               one->until != 0 ? cmd_time(one->until * 1000, until) : "");
        return;
    }

    row = json_pack("{s:s, s:s, s:s, s:I}", "shop", one->shop, "shopper",
                    one->shopper.text, "reason", one->reason, "at",
                    (json_int_t) one->at * 1000);

    if (one->until != 0) {
        json_object_set_new(row, "until", json_integer(one->until * 1000));
    }

    json_array_append_new(rows, row);
}
