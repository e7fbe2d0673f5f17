/*
 * Copyright (C) SitePreserver developers
 *
 * Shops that nginx knows and shops that are configured here: the same?
 */

#include <stdlib.h>

#include "doctor_redis.h"
#include "sp_arena.h"


static void doctor_shop(cmd_t *cmd, doctor_report_t *report,
    const config_shop_t *shop);
static void doctor_checkout(const json_t *json, doctor_report_t *report,
    const config_shop_t *shop);


void
doctor_shops(cmd_t *cmd, doctor_report_t *report)
{
    char             cursor[32], name[CONFIG_SHOP_MAX + 1];
    size_t           k;
    unsigned         i;
    redis_answer_t   answer;

    for (i = 0; i < cmd->conf->nshops; i++) {
        if (cmd->shop_name == NULL
            || strcmp(cmd->shop_name, cmd->conf->shops[i].name) == 0)
        {
            doctor_shop(cmd, report, &cmd->conf->shops[i]);
        }
    }

    if (cmd->shop_name != NULL) {
        return;
    }

    strcpy(cursor, "0");

    do {
        if (!doctor_redis_call(cmd, &answer, "SCAN", cursor, "MATCH",
                               "sp:{*}:shop", "COUNT", "10000", NULL)
            || answer.n == 0)
        {
            return;
        }

        snprintf(cursor, sizeof(cursor), "%s", answer.items[0].data);

        for (k = 1; k < answer.n; k++) {
            if (sscanf(answer.items[k].data, "sp:{%64[a-z0-9._-]}", name) == 1
                && config_shop(cmd->conf, name) == NULL)
            {
                doctor_say(report, DOCTOR_SHOP_SERVED, DOCTOR_WARNING, name,
                           NULL, "nginx knows a shop \"%s\" that is not in "
                           "this configuration", name);
            }
        }
    } while (strcmp(cursor, "0") != 0);
}


/* Only nginx notes the idle time. */

static void
doctor_shop(cmd_t *cmd, doctor_report_t *report, const config_shop_t *shop)
{
    int              seen;
    json_t          *json;
    sp_call_t        call;
    const char      *key;
    redis_answer_t   answer;

    if (sp_call_status(&call, sp_arena_pool(cmd->arena), &shop->id) != SP_OK
        || !cmd_call(cmd, &call, &answer))
    {
        return;
    }

    json = cmd_json_pairs(&answer);
    seen = json_is_integer(json_object_get(json, "idle"));
    key = json_string_value(json_object_get(json, "fingerprint"));

    doctor_say(report, DOCTOR_SHOP_SEEN, seen ? DOCTOR_OK : DOCTOR_WARNING,
               shop->name, NULL, seen ? "nginx observes this shop"
                                      : "nginx has never spoken of this "
                                        "shop");

    if (seen) {
        doctor_say(report, DOCTOR_SHOP_SERVED, DOCTOR_OK, shop->name, NULL,
                   "the shop is in this configuration");
    }

    if (key != NULL && key[0] != '\0') {
        seen = strcmp(key, cmd->conf->fingerprint) == 0;
        doctor_say(report, DOCTOR_SHOP_KEY, seen ? DOCTOR_OK : DOCTOR_ERROR,
                   shop->name, key, seen
                       ? "nginx and mailer have the same identity key"
                       : "this shop was set up with another identity key");
        doctor_checkout(json, report, shop);
    }

    json_decref(json);
}


/* Nothing is sent while it fails, but not for ever. */

static void
doctor_checkout(const json_t *json, doctor_report_t *report,
    const config_shop_t *shop)
{
    const char  *text;

    if (json_is_integer(json_object_get(json, "shop_failing_since"))) {
        text = "the checkout fails: nothing is sent";

    } else if (json_is_integer(json_object_get(json,
                                               "shop_failing_barred_until")))
    {
        text = "the checkout has failed for six hours: messages are sent "
               "although it may fail";

    } else {
        doctor_say(report, DOCTOR_SHOP_CHECKOUT, DOCTOR_OK, shop->name, NULL,
                   "nothing is held back because the checkout fails");
        return;
    }

    doctor_say(report, DOCTOR_SHOP_CHECKOUT, DOCTOR_WARNING, shop->name, NULL,
               "%s", text);
}
