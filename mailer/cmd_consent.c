/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver consent.
 */

#include <time.h>

#include "cmd_consent.h"
#include "journal.h"
#include "moment.h"
#include "sp_arena.h"


#define CMD_CONSENT_AHEAD  INT64_C(86400000)    /* ms */


static int cmd_consent_one(cmd_t *cmd, const config_shop_t *shop,
    int withdrawn, const char *date);
static int cmd_consent_note(cmd_t *cmd, const config_shop_t *shop,
    const sp_id_t *shopper, int64_t at);
static int cmd_consent_last(cmd_t *cmd, const config_shop_t *shop,
    const sp_id_t *shopper, int64_t at);
static int cmd_consent_old(void);


static const char  cmd_consent_usage[] =
    "usage: sitepreserver consent ADDRESS [--withdraw] [--date DATE]\n"
    "                              [-c FILE] [--shop NAME] [--json]\n"
    "       sitepreserver consent import FILE [-c FILE] [--shop NAME] [--json]\n"
    "\n"
    "Notes that this address has agreed to be written to, now or on a date, or\n"
    "has taken that back.  Shops with consent = consent write to nobody else.\n"
    "import: FILE (\"-\": standard input) has an address a line, and behind a\n"
    "comma, semicolon or tab the date on which it agreed, as 2026-01-31 or\n"
    "2026-01-31 14:05:09.  What was said later, in the shop or by this command,\n"
    "counts before it; without a date nobody who has taken it back is asked\n"
    "again.  Lines that are not valid are counted and named by number; the rest\n"
    "is imported, status 1 tells that there were some.\n";


int
cmd_consent(int argc, char **argv)
{
    int             rc, withdrawn;
    cmd_t           cmd;
    const char     *date;
    config_shop_t  *shop;
    cmd_option_t    options[] = {
        { "withdraw", &withdrawn, NULL },
        { "date", NULL, &date },
    };

    withdrawn = 0;
    date = NULL;
    rc = cmd_begin(&cmd, argc, argv, cmd_consent_usage, options, 2);

    if (rc != CMD_GO) {
        return rc;
    }

    rc = CMD_USAGE;

    if (cmd.nargs == 2 && strcmp(cmd.args[0], "import") == 0 && !withdrawn
        && date == NULL)
    {
        shop = cmd_shop(&cmd);

        if (shop != NULL) {
            rc = cmd_consent_import(&cmd, shop, cmd.args[1]);
        }

    } else if (cmd.nargs != 1) {
        fputs(cmd_consent_usage, stderr);

    } else if (date != NULL && cmd_consent_at(date) < 0) {
        cmd_error("\"%s\" is not a date that has been", date);

    } else if ((shop = cmd_shop(&cmd)) != NULL) {
        rc = cmd_consent_one(&cmd, shop, withdrawn, date);
    }

    cmd_end(&cmd);

    return rc;
}


int64_t
cmd_consent_at(const char *date)
{
    int64_t  at, now;

    now = (int64_t) time(NULL) * 1000;

    return moment_parse(date, &at) && at != 0
           && at - now <= CMD_CONSENT_AHEAD ? at : -1;
}


static int
cmd_consent_one(cmd_t *cmd, const config_shop_t *shop, int withdrawn,
    const char *date)
{
    int              rc;
    char             address[SP_ADDRESS_MAX + 1];
    int64_t          at;
    sp_id_t          shopper;
    sp_call_t        call;
    redis_answer_t   answer;

    if (!cmd_address(cmd, shop, cmd->args[0], address, &shopper)) {
        return CMD_USAGE;
    }

    at = date != NULL ? cmd_consent_at(date) : 0;
    rc = withdrawn ? cmd_consent_note(cmd, shop, &shopper, at)
         : at != 0 ? cmd_consent_last(cmd, shop, &shopper, at) : CMD_OK;

    if (rc != CMD_OK) {
        return rc;
    }

    if (!cmd_connect(cmd)
        || sp_call_consent(&call, sp_arena_pool(cmd->arena), &shop->id,
                           &shopper, withdrawn ? SP_CONSENT_WITHDRAWN
                                               : SP_CONSENT_GIVEN,
                           SP_CONSENTED_OPERATOR,
                           at, shop->remember) != SP_OK
        || !cmd_call(cmd, &call, &answer))
    {
        return CMD_REDIS;
    }

    if (cmd_answer_is(&answer, "OLD")) {
        return cmd_consent_old();
    }

    cmd_print(cmd, json_pack("{s:s, s:s, s:s}", "shop", shop->name, "shopper",
                             shopper.text, "consent",
                             withdrawn ? "withdrawn" : "given"));

    return CMD_OK;
}


/* First to our own file, which lasts; at: Unix ms, 0: now. */

static int
cmd_consent_note(cmd_t *cmd, const config_shop_t *shop,
    const sp_id_t *shopper, int64_t at)
{
    int              rc;
    char             line[JOURNAL_LINE_MAX];
    sp_withdrawal_t  withdrawal;

    withdrawal.shopper = *shopper;
    withdrawal.how = SP_CONSENTED_OPERATOR;
    withdrawal.at = at != 0 ? at : (int64_t) time(NULL) * 1000;

    journal_withdrawal_line(line, shop->name, &withdrawal);
    rc = journal_write(cmd->conf->state_dir, "withdrawals", line);

    if (rc != 0) {
        cmd_error("%s/withdrawals: %s", cmd->conf->state_dir, strerror(rc));
        return CMD_FAILED;
    }

    return CMD_OK;
}


/* What Redis has forgotten may be in our own file. */

static int
cmd_consent_last(cmd_t *cmd, const config_shop_t *shop,
    const sp_id_t *shopper, int64_t at)
{
    int             last;
    journal_fold_t  withdrawals;

    if (!cmd_withdrawals_read(cmd, &withdrawals)) {
        return CMD_FAILED;
    }

    last = cmd_withdrawals_last(&withdrawals, shop, shopper, at);
    journal_fold_free(&withdrawals);

    return last ? cmd_consent_old() : CMD_OK;
}


static int
cmd_consent_old(void)
{
    cmd_error("something else was said after that date: see "
              "\"sitepreserver why\"");

    return CMD_FAILED;
}
