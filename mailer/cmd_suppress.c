/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver suppress, sitepreserver restore.
 */

#include <stdlib.h>
#include <time.h>

#include "cmd_consent.h"
#include "cmd_suppress.h"
#include "sp_arena.h"


#define CMD_REASON_MAX  24


static int cmd_suppress_word(const char *reason);
static int cmd_suppress_file(cmd_t *cmd, const char *reason);
static int cmd_suppress_one(cmd_t *cmd, const config_shop_t *shop,
    const char *reason, int take_back);
static void cmd_suppress_list(void *data, int64_t at, const char *shop,
    const sp_id_t *shopper, const char *reason, int64_t until);
static int cmd_restore_shop(cmd_t *cmd, const config_shop_t *shop,
    json_t *done);
static int cmd_restore_one(cmd_t *cmd, const config_shop_t *shop,
    const journal_last_t *last, long *n);
static int cmd_restore_withdrawal(cmd_t *cmd, const config_shop_t *shop,
    const journal_last_t *last, long *n);


static const char  cmd_suppress_usage[] =
    "usage: sitepreserver suppress ADDRESS [--remove] [--reason WORD]\n"
    "                              [-c FILE] [--shop NAME] [--json]\n"
    "       sitepreserver suppress import FILE [--reason WORD] [-c FILE]\n"
    "                              [--shop NAME] [--json]\n"
    "       sitepreserver suppress export [-c FILE] [--shop NAME] [--json]\n"
    "       sitepreserver suppress --list [-c FILE] [--json]\n"
    "\n"
    "From now on this address is not mailed, whatever it does; --remove takes\n"
    "that back.  A reason is a word; by default \"operator\".\n"
    "import: FILE (\"-\": standard input) has an address a line, or in the\n"
    "first column of a table.  Lines that are not valid are counted and named\n"
    "by number; the rest is imported, status 1 tells that there were some.\n"
    "export prints who is suppressed: hashes, no addresses, as nobody keeps\n"
    "them.  --list prints the mailer's own file as it was written.\n";

static const char  cmd_restore_usage[] =
    "usage: sitepreserver restore [-c FILE] [--shop NAME] [--json]\n"
    "\n"
    "A mailer that finds a Redis which has lost a shop sends nothing for it:\n"
    "nobody knows any more who unsubscribed.  This applies the suppressions and\n"
    "withdrawals of the mailer's own files again and lets the shop go on.\n";


int
cmd_suppress(int argc, char **argv)
{
    int             rc, take_back, list;
    cmd_t           cmd;
    json_t         *json;
    const char     *reason;
    config_shop_t  *shop;
    cmd_option_t    options[] = {
        { "remove", &take_back, NULL },
        { "list", &list, NULL },
        { "reason", NULL, &reason },
    };

    take_back = 0;
    list = 0;
    reason = "operator";
    rc = cmd_begin(&cmd, argc, argv, cmd_suppress_usage, options, 3);

    if (rc != CMD_GO) {
        return rc;
    }

    rc = CMD_USAGE;

    if (list && cmd.nargs == 0) {
        json = json_array();
        rc = journal_suppressions(cmd.conf->state_dir, cmd_suppress_list,
                                  json) < 0 ? CMD_FAILED : CMD_OK;
        cmd_print(&cmd, json);

    } else if (cmd.nargs == 1 && !list && !take_back
               && strcmp(cmd.args[0], "export") == 0)
    {
        rc = cmd_suppress_export(&cmd);

    } else if (cmd.nargs == 2 && !list && !take_back
               && strcmp(cmd.args[0], "import") == 0)
    {
        rc = cmd_suppress_file(&cmd, reason);

    } else if (cmd.nargs != 1 || list) {
        fputs(cmd_suppress_usage, stderr);

    } else if (!cmd_suppress_word(reason)) {
        cmd_error("a reason is a word of a to z and \"_\"");

    } else if ((shop = cmd_shop(&cmd)) != NULL) {
        rc = cmd_suppress_one(&cmd, shop, reason, take_back);
    }

    cmd_end(&cmd);

    return rc;
}


/* As Redis takes it, and the file: there "-" is not one. */

static int
cmd_suppress_word(const char *reason)
{
    size_t  len;

    len = strspn(reason, "abcdefghijklmnopqrstuvwxyz_");

    return len != 0 && len <= CMD_REASON_MAX && reason[len] == '\0';
}


static int
cmd_suppress_file(cmd_t *cmd, const char *reason)
{
    config_shop_t  *shop;

    if (!cmd_suppress_word(reason)) {
        cmd_error("a reason is a word of a to z and \"_\"");
        return CMD_USAGE;
    }

    shop = cmd_shop(cmd);

    return shop != NULL ? cmd_suppress_import(cmd, shop, cmd->args[1], reason)
                        : CMD_USAGE;
}


/* First to our own file, which lasts; then to Redis. */

static int
cmd_suppress_one(cmd_t *cmd, const config_shop_t *shop, const char *reason,
    int take_back)
{
    int              rc;
    char             line[JOURNAL_LINE_MAX], address[SP_ADDRESS_MAX + 1];
    sp_id_t          shopper;
    sp_call_t        call;
    redis_answer_t   answer;

    if (!cmd_address(cmd, shop, cmd->args[0], address, &shopper)) {
        return CMD_USAGE;
    }

    journal_suppression_line(line, (int64_t) time(NULL), shop->name, &shopper,
                             take_back ? NULL : reason);
    rc = journal_write(cmd->conf->state_dir, "suppressions", line);

    if (rc != 0) {
        cmd_error("%s/suppressions: %s", cmd->conf->state_dir, strerror(rc));
        return CMD_FAILED;
    }

    if (!cmd_connect(cmd)
        || sp_call_suppress(&call, sp_arena_pool(cmd->arena), &shop->id,
                            &shopper, reason, take_back) != SP_OK
        || !cmd_call(cmd, &call, &answer))
    {
        cmd_error("noted in the mailer's file; Redis will be told when the "
                  "mailer starts again");
        return CMD_REDIS;
    }

    cmd_print(cmd, json_pack("{s:s, s:s, s:b}", "shop", shop->name, "shopper",
                             shopper.text, "suppressed", !take_back));

    return CMD_OK;
}


static void
cmd_suppress_list(void *data, int64_t at, const char *shop,
    const sp_id_t *shopper, const char *reason, int64_t until)
{
    char     when[32];
    json_t  *row;

    row = json_pack("{s:s, s:s, s:s, s:s}", "at", cmd_time(at * 1000, when),
                    "shop", shop, "shopper", shopper->text, "reason",
                    reason != NULL ? reason : "taken back");

    if (until != 0) {
        json_object_set_new(row, "until",
                            json_string(cmd_time(until * 1000, when)));
    }

    json_array_append_new(data, row);
}


int
cmd_restore(int argc, char **argv)
{
    int        rc;
    cmd_t      cmd;
    json_t    *done;
    unsigned   i;

    rc = cmd_begin_shops(&cmd, argc, argv, cmd_restore_usage);

    if (rc != CMD_GO) {
        return rc;
    }

    rc = CMD_OK;
    done = json_object();

    for (i = 0; i < cmd.conf->nshops && rc == CMD_OK; i++) {
        if (cmd_about(&cmd, &cmd.conf->shops[i])) {
            rc = cmd_restore_shop(&cmd, &cmd.conf->shops[i], done);
        }
    }

    cmd_print(&cmd, done);
    cmd_end(&cmd);

    return rc;
}


/* Its mode last: that is what lets the mailer go on. */

static int
cmd_restore_shop(cmd_t *cmd, const config_shop_t *shop, json_t *done)
{
    int              told;
    long             n, withdrawals;
    guint            i;
    sp_call_t        call;
    journal_fold_t   all;
    redis_answer_t   answer;

    if (!cmd_suppressions_read(cmd, &all)) {
        return CMD_FAILED;
    }

    n = 0;
    told = 1;

    for (i = 0; i < all.order->len && told; i++) {
        told = cmd_restore_one(cmd, shop, g_ptr_array_index(all.order, i), &n);
    }

    journal_fold_free(&all);
    withdrawals = 0;

    if (!cmd_withdrawals_read(cmd, &all)) {
        return CMD_FAILED;
    }

    for (i = 0; i < all.order->len && told; i++) {
        told = cmd_restore_withdrawal(cmd, shop,
                                      g_ptr_array_index(all.order, i),
                                      &withdrawals);
    }

    journal_fold_free(&all);

    if (!told
        || sp_call_mode(&call, sp_arena_pool(cmd->arena), &shop->id,
                        shop->mode) != SP_OK
        || !cmd_call(cmd, &call, &answer))
    {
        return CMD_REDIS;
    }

    json_object_set_new(done, shop->name,
                        json_pack("{s:I, s:I}", "suppressions",
                                  (json_int_t) n, "withdrawals",
                                  (json_int_t) withdrawals));

    return CMD_OK;
}


/* What was taken back is told, too: who did it may have had no Redis. */

static int
cmd_restore_one(cmd_t *cmd, const config_shop_t *shop,
    const journal_last_t *last, long *n)
{
    sp_call_t        call;
    redis_answer_t   answer;

    if (strcmp(last->shop, shop->name) != 0
        || (!last->gone && last->until != 0
            && last->until <= (int64_t) time(NULL)))
    {
        return 1;
    }

    *n += !last->gone;

    return journal_suppression_call(&call, sp_arena_pool(cmd->arena),
                                    &shop->id, &last->shopper, last->at,
                                    last->gone ? NULL : last->reason,
                                    last->until) == SP_OK
           && cmd_call(cmd, &call, &answer);
}


static int
cmd_restore_withdrawal(cmd_t *cmd, const config_shop_t *shop,
    const journal_last_t *last, long *n)
{
    sp_call_t        call;
    redis_answer_t   answer;

    if (strcmp(last->shop, shop->name) != 0) {
        return 1;
    }

    (*n)++;

    return journal_withdrawal_call(&call, sp_arena_pool(cmd->arena),
                                   &shop->id, &last->shopper, last->at,
                                   last->reason, shop->remember) == SP_OK
           && cmd_call(cmd, &call, &answer);
}
