/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver consent import.
 */

#include "cmd_consent.h"
#include "cmd_import.h"
#include "sp_arena.h"


#define CMD_NAMED  100              /* lines named; more are only counted */


typedef struct {
    cmd_import_t    import;         /* the first member */
    long            given;
    long            before;         /* it was known already */
    long            later;          /* something else was said later */
    journal_fold_t  withdrawals;
} cmd_consent_import_t;


static int cmd_consent_file(cmd_consent_import_t *consents);
static int cmd_consent_line(cmd_consent_import_t *consents, char *text);
static void cmd_consent_replied(cmd_import_t *import,
    const redis_answer_t *answer);


int
cmd_consent_import(cmd_t *cmd, const config_shop_t *shop, const char *path)
{
    int                   rc;
    cmd_consent_import_t  consents;

    memset(&consents, 0, sizeof(cmd_consent_import_t));

    if (!cmd_import_open(&consents.import, cmd, shop, path)) {
        return CMD_USAGE;
    }

    consents.import.replied = cmd_consent_replied;
    rc = CMD_FAILED;

    if (cmd_withdrawals_read(cmd, &consents.withdrawals)) {
        rc = cmd_connect(cmd) ? cmd_consent_file(&consents) : CMD_REDIS;
        journal_fold_free(&consents.withdrawals);
    }

    cmd_import_close(&consents.import);

    return rc;
}


static int
cmd_consent_file(cmd_consent_import_t *consents)
{
    char          *text;
    cmd_import_t  *import;

    import = &consents->import;

    while (cmd_import_line(import, &text)) {

        if (!cmd_consent_line(consents, text)
            && import->rejected++ < CMD_NAMED)
        {
            cmd_error("line %ld is not an address, or an address and a date "
                      "that has been", import->csv.line);
        }
    }

    cmd_import_wait(import);

    if (import->rejected > CMD_NAMED) {
        cmd_error("%ld lines more are not valid",
                  import->rejected - CMD_NAMED);
    }

    cmd_print(import->cmd, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "shop",
              import->shop->name, "given", (json_int_t) consents->given,
              "given_before", (json_int_t) consents->before, "said_later",
              (json_int_t) consents->later, "rejected",
              (json_int_t) import->rejected, "failed",
              (json_int_t) import->failed));

    return cmd_import_status(import, import->failed != 0);
}


/* 0: it is not valid.  The heading of a table is well. */

static int
cmd_consent_line(cmd_consent_import_t *consents, char *text)
{
    int                 rc;
    char                normal[SP_ADDRESS_MAX + 1], *address, *date;
    int64_t             at;
    sp_id_t             shopper;
    sp_str_t            in, out;
    sp_call_t           call;
    cmd_import_t       *import;
    const sp_secret_t  *secret;

    import = &consents->import;
    address = text != NULL ? csv_field(&text, CSV_SEPARATORS) : NULL;

    if (address == NULL) {
        return 0;
    }

    in.data = address;
    in.len = strlen(address);
    out.data = normal;
    secret = import->cmd->conf->secret;

    if (sp_address_normalise(&in, normal, &out.len) != SP_OK
        || sp_secret_id(secret, SP_ID_SHOPPER, &import->shop->id, &out,
                        &shopper) != SP_OK)
    {
        return import->csv.line == 1 && strchr(address, '@') == NULL;
    }

    at = -1;

    if (text != NULL) {
        date = csv_field(&text, CSV_SEPARATORS);

        if (date == NULL) {
            return 0;
        }

        if (date[0] != '\0') {
            at = cmd_consent_at(date);

            if (at < 0) {
                return 0;
            }
        }
    }

    if (cmd_withdrawals_last(&consents->withdrawals, import->shop, &shopper,
                             at))
    {
        consents->later++;
        return 1;
    }

    rc = sp_call_consent(&call, sp_arena_pool(import->cmd->arena),
                         &import->shop->id, &shopper, SP_CONSENT_GIVEN,
                         SP_CONSENTED_IMPORT, at, import->shop->remember);
    cmd_import_call(import, rc == SP_OK ? &call : NULL);

    return 1;
}


static void
cmd_consent_replied(cmd_import_t *import, const redis_answer_t *answer)
{
    cmd_consent_import_t  *consents;

    consents = (cmd_consent_import_t *) import;

    if (cmd_answer_is(answer, "OK")) {
        consents->given++;

    } else if (cmd_answer_is(answer, "SAME")) {
        consents->before++;

    } else {
        consents->later++;
    }
}
