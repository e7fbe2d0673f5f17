/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver settle.
 */

#include <stdlib.h>
#include <time.h>

#include "cmd.h"
#include "sp_arena.h"


#define CMD_DOUBT_FIELDS  6


static int cmd_doubts(cmd_t *cmd, const config_shop_t *shop, json_t *list,
    sp_settle_t outcome);
static json_t *cmd_doubt_json(const config_shop_t *shop,
    const sp_str_t *fields);
static const char *cmd_doubt_step(const config_shop_t *shop, uint32_t series,
    uint32_t step);
static int cmd_settle_one(cmd_t *cmd, const config_shop_t *shop,
    const sp_str_t *fields, sp_settle_t outcome);


static const char  cmd_settle_usage[] =
    "usage: sitepreserver settle [-c FILE] [--shop NAME] [--json]\n"
    "       sitepreserver settle ATTEMPT sent|retry|refused [-c FILE]\n"
    "                            [--shop NAME] [--json]\n"
    "\n"
    "Without ATTEMPT: lists the messages in doubt, handed over whole, with no\n"
    "final reply.  Your relay's log knows what became of them (look for the\n"
    "time).  With ATTEMPT: decides one.  \"retry\" lets it be sent again.\n";


int
cmd_settle(int argc, char **argv)
{
    int             rc;
    cmd_t           cmd;
    json_t         *list;
    sp_settle_t     outcome;
    config_shop_t  *shop;

    rc = cmd_begin(&cmd, argc, argv, cmd_settle_usage, NULL, 0);

    if (rc != CMD_GO) {
        return rc;
    }

    outcome = SP_SETTLE_SENT;
    rc = CMD_USAGE;

    if (cmd.nargs == 2) {
        outcome = strcmp(cmd.args[1], "sent") == 0 ? SP_SETTLE_SENT
                  : strcmp(cmd.args[1], "retry") == 0 ? SP_SETTLE_RETRY
                  : strcmp(cmd.args[1], "refused") == 0 ? SP_SETTLE_REFUSED
                  : SP_SETTLE_DOUBT;
    }

    if ((cmd.nargs != 0 && cmd.nargs != 2) || outcome == SP_SETTLE_DOUBT) {
        fputs(cmd_settle_usage, stderr);

    } else if ((shop = cmd_shop(&cmd)) != NULL) {
        list = cmd.nargs == 0 ? json_array() : NULL;
        rc = cmd_connect(&cmd) ? cmd_doubts(&cmd, shop, list, outcome)
                               : CMD_REDIS;

        if (rc == CMD_OK && list != NULL) {
            cmd_print(&cmd, list);

        } else {
            json_decref(list);
        }
    }

    cmd_end(&cmd);

    return rc;
}


/* All that is in doubt, page by page: listed, or the one asked for settled. */

static int
cmd_doubts(cmd_t *cmd, const config_shop_t *shop, json_t *list,
    sp_settle_t outcome)
{
    size_t           i;
    int64_t          at, from;
    unsigned         skip;
    sp_call_t        call;
    redis_answer_t   answer;
    const sp_str_t  *fields;

    from = 0;
    skip = 0;

    do {
        if (sp_call_doubt(&call, sp_arena_pool(cmd->arena), &shop->id, from,
                          skip) != SP_OK
            || !cmd_call(cmd, &call, &answer))
        {
            return CMD_REDIS;
        }

        for (i = 0; i + CMD_DOUBT_FIELDS <= answer.n; i += CMD_DOUBT_FIELDS) {
            fields = &answer.items[i];

            if (list != NULL) {
                json_array_append_new(list, cmd_doubt_json(shop, fields));

            } else if (strcmp(fields[4].data, cmd->args[0]) == 0) {
                return cmd_settle_one(cmd, shop, fields, outcome);
            }

            at = strtoll(fields[5].data, NULL, 10);
            skip = at == from ? skip + 1 : 1;
            from = at;
        }

    } while (answer.n != 0);

    if (list == NULL) {
        cmd_error("no message in doubt has that attempt");
        return CMD_NOT_FOUND;
    }

    return CMD_OK;
}


/* fields: shopper, rescue, series, step, attempt, at. */

static json_t *
cmd_doubt_json(const config_shop_t *shop, const sp_str_t *fields)
{
    char         when[32];
    uint32_t     series, step;
    const char  *name;

    series = (uint32_t) strtoul(fields[2].data, NULL, 10);
    step = (uint32_t) strtoul(fields[3].data, NULL, 10);
    name = cmd_doubt_step(shop, series, step);

    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "attempt", fields[4].data,
                     "at", cmd_time(strtoll(fields[5].data, NULL, 10), when),
                     "shopper", fields[0].data, "rescue", fields[1].data,
                     "step", name != NULL ? name : fields[3].data);
}


static const char *
cmd_doubt_step(const config_shop_t *shop, uint32_t series, uint32_t step)
{
    unsigned          i;
    config_series_t  *found;

    found = config_series(shop, series);

    for (i = 0; found != NULL && i < found->nsteps; i++) {
        if (found->steps[i].hash == step) {
            return found->steps[i].name;
        }
    }

    return NULL;
}


static int
cmd_settle_one(cmd_t *cmd, const config_shop_t *shop, const sp_str_t *fields,
    sp_settle_t outcome)
{
    int64_t          next;
    sp_id_t          shopper;
    sp_call_t        call;
    redis_answer_t   answer;

    memset(&shopper, 0, sizeof(sp_id_t));
    snprintf(shopper.text, sizeof(shopper.text), "%s", fields[0].data);
    next = outcome == SP_SETTLE_RETRY ? (int64_t) time(NULL) * 1000 : 0;

    if (sp_call_settle(&call, sp_arena_pool(cmd->arena), &shop->id, &shopper,
                       strtoull(fields[1].data, NULL, 10), 0,
                       (uint32_t) strtoul(fields[2].data, NULL, 10),
                       (uint32_t) strtoul(fields[3].data, NULL, 10),
                       fields[4].data, outcome, "by_hand", next) != SP_OK
        || !cmd_call(cmd, &call, &answer))
    {
        return CMD_REDIS;
    }

    if (!cmd_answer_is(&answer, "OK") && !cmd_answer_is(&answer, "GONE")) {
        cmd_error("it is not in doubt any more");
        return CMD_NOT_FOUND;
    }

    cmd_print(cmd, json_pack("{s:s, s:s}", "attempt", fields[4].data,
                             "settled", cmd->args[1]));

    return CMD_OK;
}
