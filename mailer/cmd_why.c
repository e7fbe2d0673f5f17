/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver why.
 */

#include <stdlib.h>

#include "cmd.h"
#include "date.h"
#include "sp_arena.h"


static json_t *cmd_why_json(const redis_answer_t *answer,
    const config_shop_t *shop);
static json_t *cmd_why_visit(const char *text);
static json_t *cmd_why_step(const char *text, const config_shop_t *shop);
static const char *cmd_why_name(const config_shop_t *shop, uint32_t hash);


/* What became of a step, by the letter that it is kept as. */

static const struct {
    char         letter;
    const char  *name;
} cmd_why_outcomes[] = {
    { 's', "sent" },
    { 'y', "dry_run" },
    { 'd', "in_doubt" },
    { 'x', "refused" },
    { 'k', "skipped" },
    { 'h', "holdout" },
};

static const char  cmd_why_usage[] =
    "usage: sitepreserver why ADDRESS [-c FILE] [--shop NAME] [--json]\n"
    "\n"
    "What is known of this address in a shop, and why it was mailed or not.\n"
    "Status 5: nothing is known of it.\n";


int
cmd_why(int argc, char **argv)
{
    int              rc;
    char             address[SP_ADDRESS_MAX + 1];
    cmd_t            cmd;
    json_t          *json;
    const char      *known;
    sp_id_t          shopper;
    sp_call_t        call;
    config_shop_t   *shop;
    redis_answer_t   answer;

    rc = cmd_begin(&cmd, argc, argv, cmd_why_usage, NULL, 0);

    if (rc != CMD_GO) {
        return rc;
    }

    if (cmd.nargs != 1) {
        fputs(cmd_why_usage, stderr);
        cmd_end(&cmd);
        return CMD_USAGE;
    }

    shop = cmd_shop(&cmd);
    rc = CMD_USAGE;

    if (shop != NULL && cmd_address(&cmd, shop, cmd.args[0], address,
                                    &shopper))
    {
        rc = CMD_REDIS;

        if (cmd_connect(&cmd)
            && sp_call_why(&call, sp_arena_pool(cmd.arena), &shop->id,
                           &shopper) == SP_OK
            && cmd_call(&cmd, &call, &answer))
        {
            json = cmd_why_json(&answer, shop);
            known = json_string_value(json_object_get(json, "known"));
            rc = known != NULL && strcmp(known, "yes") == 0 ? CMD_OK
                                                            : CMD_NOT_FOUND;

            json_object_set_new(json, "shopper", json_string(shopper.text));

            if (neverlist_has(shop->never, address)) {
                json_object_set_new(json, "never_mail", json_true());
            }

            cmd_print(&cmd, json);
        }
    }

    cmd_end(&cmd);

    return rc;
}


/* Names that come once as they are, the others as lists. */

static json_t *
cmd_why_json(const redis_answer_t *answer, const config_shop_t *shop)
{
    size_t       i;
    json_t      *json, *visits, *steps, *mails, *held;
    const char  *name, *text;

    json = cmd_json_pairs(answer);
    text = json_string_value(json_object_get(json, "known"));

    if (text == NULL || strcmp(text, "yes") != 0) {
        return json;
    }

    visits = json_array();
    steps = json_array();
    mails = json_array();
    held = json_array();

    for (i = 0; i + 1 < answer->n; i += 2) {
        name = answer->items[i].data;
        text = answer->items[i + 1].data;

        if (strcmp(name, "visit") == 0) {
            json_array_append_new(visits, cmd_why_visit(text));

        } else if (strcmp(name, "step") == 0) {
            json_array_append_new(steps, cmd_why_step(text, shop));

        } else if (strcmp(name, "mail") == 0) {
            json_array_append_new(mails, json_integer(atoll(text)));

        } else if (strcmp(name, "held_out") == 0) {
            json_array_append_new(held, json_integer(atoll(text)));
        }
    }

    /* in what rules said, if there is such a zone */

    text = json_string_value(json_object_get(json, "time_zone"));
    json_object_set_new(json, "hours_in",
                        json_string(text != NULL && date_zone(text)
                                    ? text : shop->time_zone));

    /* there is no next look at a rescue that has ended */

    if (json_integer_value(json_object_get(json, "next")) == 0) {
        json_object_del(json, "next");
    }

    text = json_string_value(json_object_get(json, "due"));

    if (text != NULL && text[0] == '\0') {
        json_object_del(json, "due");
    }

    json_object_del(json, "visit");
    json_object_del(json, "step");
    json_object_del(json, "mail");

    json_object_set_new(json, "visits", visits);
    json_object_set_new(json, "steps", steps);
    json_object_set_new(json, "mails", mails);
    json_object_set_new(json, "held_out", held);

    return json;
}


static json_t *
cmd_why_visit(const char *text)
{
    int          items, stage;
    char         id[64], by[16];
    long long    last, held;
    const char  *failed;

    failed = strstr(text, " checkout_error=");

    if (sscanf(text, "%63s by=%15s items=%d stage=%d last=%lld held=%lld",
               id, by, &items, &stage, &last, &held) != 6
        || failed == NULL)
    {
        return json_string(text);
    }

    return json_pack("{s:s, s:s, s:i, s:i, s:I, s:I, s:I}", "visit", id, "by",
                     by, "items", items, "stage", stage, "last",
                     (json_int_t) last, "held", (json_int_t) held,
                     "checkout_error",
                     (json_int_t) atoll(strchr(failed, '=') + 1));
}


static json_t *
cmd_why_step(const char *text, const config_shop_t *shop)
{
    char         letter, number[16];
    size_t       i;
    unsigned     hash;
    long long    at;
    const char  *name, *outcome;

    if (sscanf(text, "%u %lld %c", &hash, &at, &letter) != 3) {
        return json_string(text);
    }

    outcome = "?";

    for (i = 0; i < sizeof(cmd_why_outcomes) / sizeof(cmd_why_outcomes[0]);
         i++)
    {
        if (cmd_why_outcomes[i].letter == letter) {
            outcome = cmd_why_outcomes[i].name;
        }
    }

    name = cmd_why_name(shop, hash);

    if (name == NULL) {
        snprintf(number, sizeof(number), "%u", hash);
        name = number;
    }

    return json_pack("{s:s, s:s, s:I}", "step", name, "outcome", outcome, "at",
                     (json_int_t) at);
}


/* The step's name; NULL: it is not in the file any more. */

static const char *
cmd_why_name(const config_shop_t *shop, uint32_t hash)
{
    unsigned  i, k;

    for (i = 0; i < shop->nseries; i++) {
        for (k = 0; k < shop->series[i].nsteps; k++) {
            if (shop->series[i].steps[k].hash == hash) {
                return shop->series[i].steps[k].name;
            }
        }
    }

    return NULL;
}
