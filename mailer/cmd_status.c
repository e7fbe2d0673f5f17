/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver status.
 */

#include <stdlib.h>

#include "bounce_file.h"
#include "cmd_creative.h"
#include "cmd_offer.h"
#include "journal.h"
#include "sp_arena.h"


static json_t *cmd_status_shop(cmd_t *cmd, const config_shop_t *shop,
    json_t *warnings);
static void cmd_status_relay(json_t *json, const config_shop_t *shop,
    json_t *warnings);
static int cmd_status_others(cmd_t *cmd, json_t *warnings);
static int cmd_status_scan(cmd_t *cmd, const char *cursor,
    redis_answer_t *answer);
static void cmd_status_bounces(cmd_t *cmd, json_t *warnings);
static void cmd_status_redis(cmd_t *cmd, json_t *warnings);


static const char  cmd_status_usage[] =
    "usage: sitepreserver status [-c FILE] [--shop NAME] [--json]\n"
    "\n"
    "For each shop: its mode, what is due, what is in doubt, and today's\n"
    "counters.  In dry-run the counters say what would have been sent.\n";


int
cmd_status(int argc, char **argv)
{
    int        rc;
    cmd_t      cmd;
    json_t    *json, *shops, *shop, *warnings;
    unsigned   i;

    rc = cmd_begin_shops(&cmd, argc, argv, cmd_status_usage);

    if (rc != CMD_GO) {
        return rc;
    }

    shops = json_object();
    warnings = json_array();

    for (i = 0; i < cmd.conf->nshops; i++) {
        if (!cmd_about(&cmd, &cmd.conf->shops[i])) {
            continue;
        }

        shop = cmd_status_shop(&cmd, &cmd.conf->shops[i], warnings);

        if (shop == NULL) {
            json_decref(shops);
            json_decref(warnings);
            cmd_end(&cmd);
            return CMD_REDIS;
        }

        cmd_creative_warnings(warnings, &cmd.conf->shops[i]);
        (void) cmd_offer_warnings(&cmd, &cmd.conf->shops[i], warnings);
        json_object_set_new(shops, cmd.conf->shops[i].name, shop);
    }

    cmd_status_bounces(&cmd, warnings);
    cmd_status_redis(&cmd, warnings);
    (void) cmd_status_others(&cmd, warnings);

    json = json_pack("{s:o, s:o}", "shops", shops, "warnings", warnings);
    cmd_print(&cmd, json);
    cmd_end(&cmd);

    return CMD_OK;
}


static json_t *
cmd_status_shop(cmd_t *cmd, const config_shop_t *shop, json_t *warnings)
{
    json_t          *json, *mode;
    sp_call_t        call;
    const char      *name, *configured;
    redis_answer_t   answer;

    if (sp_call_status(&call, sp_arena_pool(cmd->arena), &shop->id) != SP_OK
        || !cmd_call(cmd, &call, &answer))
    {
        return NULL;
    }

    json = cmd_json_pairs(&answer);
    mode = json_object_get(json, "mode");
    name = json_is_string(mode) ? json_string_value(mode) : "";
    configured = config_mode_name(shop->mode);

    json_object_set_new(json, "configured", json_string(configured));
    cmd_status_relay(json, shop, warnings);

    if (name[0] != '\0' && strcmp(name, configured) != 0) {
        json_array_append_new(warnings, json_sprintf("shop \"%s\" is %s in "
            "this file and %s in Redis: the mailer has not read it yet, or "
            "another mailer serves the shop in that mode", shop->name,
            configured, name));
    }

    if (json_is_integer(json_object_get(json, "shop_failing_since"))) {
        json_array_append_new(warnings, json_sprintf("the checkout of shop "
            "\"%s\" fails: nothing is sent until it works, and for six hours "
            "at most", shop->name));
    }

    if (json_is_integer(json_object_get(json, "shop_failing_barred_until"))) {
        json_array_append_new(warnings, json_sprintf("the checkout of shop "
            "\"%s\" has failed for six hours: messages are sent although it "
            "may fail", shop->name));
    }

    if (name[0] == '\0'
        && journal_knows_shop(cmd->conf->state_dir, shop->name,
                              cmd->conf->fingerprint))
    {
        json_object_set_new(json, "state", json_string("emptied"));
    }

    return json;
}


static void
cmd_status_relay(json_t *json, const config_shop_t *shop, json_t *warnings)
{
    json_t      *value;
    long long    n;

    value = json_object_get(json, "today_relay_refuses");
    n = json_is_string(value) ? strtoll(json_string_value(value), NULL, 10)
                              : (long long) json_integer_value(value);

    if (n > 0) {
        json_array_append_new(warnings, json_sprintf("shop \"%s\": today its "
            "relay refused one recipient after another (%lld messages were "
            "put off and are tried again): is the mailer allowed to send "
            "through it?  The log has its replies", shop->name, n));
    }
}


static void
cmd_status_bounces(cmd_t *cmd, json_t *warnings)
{
    unsigned     n;
    const char  *dir;

    dir = cmd->conf->bounce_maildir;
    n = dir != NULL ? bounce_aside_count(dir) : 0;

    if (n > 0) {
        json_array_append_new(warnings, json_sprintf("%u reports could not be "
            "read and are in %s/%s", n, dir, BOUNCE_ASIDE));
    }
}


/* What Redis promises to keep is what our promises stand on. */

static void
cmd_status_redis(cmd_t *cmd, json_t *warnings)
{
    size_t           i;
    char             value[64];
    sp_call_t        call;
    redis_answer_t   answer;
    static struct {
        const char  *name;
        const char  *want;
        const char  *text;
    } settings[] = {
        { "appendonly", "yes", "Redis does not keep an append-only file: "
          "after a crash it forgets orders, and mails may be sent again "
          "(appendonly yes)" },
        { "appendfsync", "always", "Redis may lose its last second in a "
          "crash (appendfsync always)" },
        { "maxmemory-policy", "noeviction", "Redis may evict keys, which "
          "looks like an abandoned cart (maxmemory-policy noeviction)" },
    };

    for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        call.argc = 3;
        call.argv[0] = "CONFIG";
        call.argv[1] = "GET";
        call.argv[2] = settings[i].name;
        call.argvlen[0] = 6;
        call.argvlen[1] = 3;
        call.argvlen[2] = strlen(settings[i].name);

        if (!cmd_call(cmd, &call, &answer)) {
            return;
        }

        if (answer.n != 2) {
            continue;
        }

        snprintf(value, sizeof(value), "%s", answer.items[1].data);

        if (strcmp(value, settings[i].want) != 0) {
            json_array_append_new(warnings, json_string(settings[i].text));

            if (i == 0) {
                i++;    /* when a file is written that there is not */
            }
        }
    }
}


/* Shops that nginx speaks of and this mailer does not serve. */

static int
cmd_status_others(cmd_t *cmd, json_t *warnings)
{
    char             cursor[32], name[CONFIG_SHOP_MAX + 1];
    size_t           i;
    redis_answer_t   answer;

    strcpy(cursor, "0");

    do {
        if (!cmd_status_scan(cmd, cursor, &answer) || answer.n == 0) {
            return 0;
        }

        snprintf(cursor, sizeof(cursor), "%s", answer.items[0].data);

        for (i = 1; i < answer.n; i++) {
            if (sscanf(answer.items[i].data, "sp:{%64[a-z0-9._-]}", name) == 1
                && config_shop(cmd->conf, name) == NULL)
            {
                json_array_append_new(warnings, json_sprintf("nginx knows a "
                    "shop \"%s\" that is not in %s", name, cmd->file));
            }
        }
    } while (strcmp(cursor, "0") != 0);

    return 1;
}


static int
cmd_status_scan(cmd_t *cmd, const char *cursor, redis_answer_t *answer)
{
    int               i;
    sp_call_t         call;
    static const char  *words[] = { "SCAN", NULL, "MATCH", "sp:{*}:shop",
                                    "COUNT", "10000" };

    call.argc = 6;

    for (i = 0; i < 6; i++) {
        call.argv[i] = i == 1 ? cursor : words[i];
        call.argvlen[i] = strlen(call.argv[i]);
    }

    return cmd_call(cmd, &call, answer);
}
