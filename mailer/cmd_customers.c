/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver customers import.
 */

#include "cmd_import.h"
#include "order.h"
#include "sp_arena.h"


static int cmd_customers_import(cmd_import_t *import);
static int cmd_customers_line(cmd_import_t *import, char *text);
static int cmd_customers_call(cmd_import_t *import, const sp_str_t *customer,
    const char *address);


static const char  cmd_customers_usage[] =
    "usage: sitepreserver customers import FILE [-c FILE] [--shop NAME]\n"
    "                                           [--json]\n"
    "\n"
    "FILE (\"-\": standard input) has a line for each customer: the "
    "platform's id\n"
    "and the address, separated by a comma, semicolon or tab, quoted or not.\n"
    "A logged-in customer is known by address then, from the first day.\n"
    "A heading is skipped.\n"
    "Lines that are not valid are counted and named by number on standard\n"
    "error; the rest is imported, status 1 tells that there were some.\n";


int
cmd_customers(int argc, char **argv)
{
    int                   rc;
    cmd_t                 cmd;
    cmd_import_t          import;
    const config_shop_t  *shop;

    rc = cmd_begin(&cmd, argc, argv, cmd_customers_usage, NULL, 0);

    if (rc != CMD_GO) {
        return rc;
    }

    if (cmd.nargs != 2 || strcmp(cmd.args[0], "import") != 0) {
        fputs(cmd_customers_usage, stderr);
        cmd_end(&cmd);
        return CMD_USAGE;
    }

    shop = cmd_shop(&cmd);
    rc = CMD_USAGE;

    if (shop != NULL
        && cmd_import_open(&import, &cmd, shop, cmd.args[1]))
    {
        rc = cmd_connect(&cmd) ? cmd_customers_import(&import) : CMD_REDIS;
        cmd_import_close(&import);
    }

    cmd_end(&cmd);

    return rc;
}


static int
cmd_customers_import(cmd_import_t *import)
{
    char  *text;

    while (cmd_import_line(import, &text)) {
        if (!cmd_customers_line(import, text)) {
            cmd_import_reject(import, "an id and an address");
        }
    }

    cmd_import_wait(import);

    cmd_print(import->cmd, json_pack("{s:s, s:I, s:I, s:I}", "shop",
                                     import->shop->name, "imported",
                                     (json_int_t) import->answered, "rejected",
                                     (json_int_t) import->rejected, "failed",
                                     (json_int_t) import->failed));

    return cmd_import_status(import, import->failed != 0);
}


static int
cmd_customers_line(cmd_import_t *import, char *text)
{
    char      *id, *address;
    sp_str_t   customer;

    id = csv_field(&text, CSV_SEPARATORS);
    address = csv_field(&text, CSV_SEPARATORS);

    if (id == NULL || address == NULL) {
        return 0;
    }

    customer.data = id;
    customer.len = strlen(id);

    if (customer.len == 0 || customer.len > ORDER_ID_MAX) {
        return 0;
    }

    return cmd_customers_call(import, &customer, address);
}


static int
cmd_customers_call(cmd_import_t *import, const sp_str_t *customer,
    const char *address)
{
    char                  normal[SP_ADDRESS_MAX + 1], sealed[SP_SEALED_MAX];
    int                   rc;
    size_t                len;
    sp_id_t               shopper, hash;
    sp_str_t              in, out, seal;
    sp_call_t             call;
    const sp_secret_t    *secret;
    const config_shop_t  *shop;

    shop = import->shop;
    secret = import->cmd->conf->secret;
    in.data = address;
    in.len = strlen(address);
    out.data = normal;

    if (sp_address_normalise(&in, normal, &out.len) != SP_OK
        || sp_secret_id(secret, SP_ID_SHOPPER, &shop->id, &out, &shopper)
           != SP_OK
        || sp_secret_id(secret, SP_ID_CUSTOMER, &shop->id, customer, &hash)
           != SP_OK
        || sp_secret_seal(secret, &shop->id, &shopper, &out, sealed, &len)
           != SP_OK)
    {
        return cmd_import_heading(import, address);
    }

    seal.data = sealed;
    seal.len = len;
    rc = sp_call_customer(&call, sp_arena_pool(import->cmd->arena), &shop->id,
                          &hash, &shopper, &seal, shop->remember);
    cmd_import_call(import, rc == SP_OK ? &call : NULL);

    return 1;
}
