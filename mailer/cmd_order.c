/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver order.
 */

#include "cmd.h"
#include "config_value.h"
#include "order.h"


static int cmd_order_tell(cmd_t *cmd, const config_shop_t *shop,
    order_t *order, const char **result);
static void cmd_order_answer(void *data, const redis_answer_t *answer);


static const char  cmd_order_usage[] =
    "usage: sitepreserver order ID [--address ADDRESS] [--customer ID]\n"
    "                           [--total AMOUNT --currency CODE] [--ago TIME]\n"
    "                           [-c FILE] [--shop NAME] [--json]\n"
    "\n"
    "Tells that this order was placed, by this address or customer: what they\n"
    "left in a cart is not mailed any more.  Telling it again does nothing.\n"
    "What it came to (12.50 EUR), for the report; else the cart's total is "
    "taken.\n"
    "What is no amount, or of no currency, is left out with a warning.\n"
    "Status 5: nobody is known by that customer id.\n";


int
cmd_order(int argc, char **argv)
{
    int             rc;
    cmd_t           cmd;
    json_t         *json;
    order_t         order;
    const char     *address, *customer, *total, *currency, *ago, *result;
    config_shop_t  *shop;
    cmd_option_t    options[] = {
        { "address", NULL, &address },
        { "customer", NULL, &customer },
        { "total", NULL, &total },
        { "currency", NULL, &currency },
        { "ago", NULL, &ago },
    };

    address = "";
    customer = "";
    total = "";
    currency = "";
    ago = "0";
    memset(&order, 0, sizeof(order_t));
    rc = cmd_begin(&cmd, argc, argv, cmd_order_usage, options, 5);

    if (rc != CMD_GO) {
        return rc;
    }

    rc = CMD_USAGE;

    if (cmd.nargs != 1 || (address[0] == '\0' && customer[0] == '\0')) {
        fputs(cmd_order_usage, stderr);

    } else if (config_value_time(ago, &order.ago) != NULL) {
        cmd_error("--ago %s", config_value_time(ago, &order.ago));

    } else if ((shop = cmd_shop(&cmd)) != NULL) {
        order.id = sp_str(cmd.args[0]);
        order.address = sp_str(address);
        order.customer = sp_str(customer);
        order.total = sp_str(total);
        order.currency = sp_str(currency);

        if (total[0] == '\0' && currency[0] != '\0') {
            order.warning = "--currency is of a --total";
        }

        rc = cmd_order_tell(&cmd, shop, &order, &result);

        if (rc == CMD_OK) {
            json = json_pack("{s:s, s:s}", "shop", shop->name, "result",
                             result);

            if (order.warning != NULL) {
                cmd_error("%s: the order is told without it", order.warning);
                json_object_set_new(json, "warning",
                                    json_string(order.warning));
            }

            cmd_print(&cmd, json);
            rc = strcmp(result, "unknown") == 0 ? CMD_NOT_FOUND : CMD_OK;
        }
    }

    cmd_end(&cmd);

    return rc;
}


typedef struct {
    int          done;
    const char  *result;
} cmd_order_wait_t;


static int
cmd_order_tell(cmd_t *cmd, const config_shop_t *shop, order_t *order,
    const char **result)
{
    const char        *bad;
    cmd_order_wait_t   wait;

    if (!cmd_connect(cmd)) {
        return CMD_REDIS;
    }

    wait.done = 0;
    wait.result = NULL;
    bad = order_call(cmd->redis, cmd->conf->secret, shop, order, 0,
                     cmd_order_answer, &wait);

    if (bad != NULL) {
        cmd_error("%s", bad);
        return CMD_USAGE;
    }

    while (!wait.done && event_base_loop(cmd->base, EVLOOP_ONCE) == 0) {
        /* void */
    }

    if (wait.result == NULL) {
        cmd_redis_error(cmd);
        return CMD_REDIS;
    }

    *result = wait.result;

    return CMD_OK;
}


static void
cmd_order_answer(void *data, const redis_answer_t *answer)
{
    cmd_order_wait_t  *wait;

    wait = data;
    wait->done = 1;
    wait->result = order_result(answer);

    if (answer->status == REDIS_ERROR) {
        cmd_error("Redis: %.*s", (int) answer->items[0].len,
                  answer->items[0].data);
    }
}
