/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver report: orders and revenue of those who were mailed, against
 * those who were held out, and of variants against each other.
 */

#include <stdlib.h>

#include "cmd_report_group.h"
#include "sp_arena.h"


static json_t *cmd_report_shop(cmd_t *cmd, const config_shop_t *shop,
    const char *only);
static json_t *cmd_report_series(cmd_t *cmd, const config_shop_t *shop,
    const config_series_t *series);
static void cmd_report_removed_steps(json_t *steps,
    const config_series_t *series, const sp_cell_t *cells, size_t n);
static json_t *cmd_report_step(const config_step_t *step, uint32_t hash,
    const sp_cell_t *cells, size_t n);
static json_t *cmd_report_variants(const config_step_t *step,
    const sp_cell_t *cells, size_t n);
static void cmd_report_removed_variants(json_t *variants,
    const config_step_t *step, uint32_t hash, const sp_cell_t *cells,
    size_t n);
static const char *cmd_report_name(char text[128], const char *what,
    const char *name, json_t *of);
static void cmd_report_print(json_t *report);
static void cmd_report_print_step(const char *name, json_t *step);
static void cmd_report_print_group(const char *name, json_t *group);
static void cmd_report_print_compare(json_t *compare);
static double cmd_real(json_t *json, const char *name);


static const char  cmd_report_usage[] =
    "usage: sitepreserver report [--series NAME] [-c FILE] [--shop NAME]\n"
    "                            [--json]\n"
    "\n"
    "For each step: who was mailed, who was held out, and the orders of both\n"
    "within 7 days, by shares and by revenue, with 95 % intervals; variants\n"
    "against each other.  Of the first step it is what the whole series "
    "brings.\n"
    "What is not in the configuration any more is marked so, with the number "
    "of its\n"
    "name.\n"
    "\"not yet\" means that chance alone may have made it: fewer than 100 "
    "people\n"
    "in a group, fewer than 10 orders, or an interval that holds 0.\n";


int
cmd_report(int argc, char **argv)
{
    int          rc;
    cmd_t        cmd;
    json_t      *report, *shop;
    unsigned     i;
    const char  *series;

    const cmd_option_t  options[] = { { "series", NULL, &series } };

    series = NULL;
    rc = cmd_begin(&cmd, argc, argv, cmd_report_usage, options, 1);

    if (rc != CMD_GO) {
        return rc;
    }

    report = json_object();
    rc = cmd.nargs != 0 || (cmd.shop_name != NULL && cmd_shop(&cmd) == NULL)
         ? CMD_USAGE : cmd_connect(&cmd) ? CMD_NOT_FOUND : CMD_REDIS;

    if (cmd.nargs != 0) {
        fputs(cmd_report_usage, stderr);
    }

    for (i = 0; i < cmd.conf->nshops; i++) {
        if (rc == CMD_USAGE || rc == CMD_REDIS
            || !cmd_about(&cmd, &cmd.conf->shops[i]))
        {
            continue;
        }

        shop = cmd_report_shop(&cmd, &cmd.conf->shops[i], series);

        if (shop == NULL) {
            rc = CMD_REDIS;
            break;
        }

        if (json_object_size(shop) != 0) {
            rc = CMD_OK;
        }

        json_object_set_new(report, cmd.conf->shops[i].name, shop);
    }

    if (rc == CMD_NOT_FOUND) {
        cmd_error("there is no series \"%s\"", series);

    } else if (rc == CMD_OK && cmd.json) {
        json_dumpf(report, stdout, JSON_INDENT(2)|JSON_PRESERVE_ORDER
                                   |JSON_REAL_PRECISION(15));
        putchar('\n');

    } else if (rc == CMD_OK) {
        cmd_report_print(report);
    }

    json_decref(report);
    cmd_end(&cmd);

    return rc;
}


static json_t *
cmd_report_shop(cmd_t *cmd, const config_shop_t *shop, const char *only)
{
    json_t    *all, *one;
    unsigned   i;

    all = json_object();

    for (i = 0; i < shop->nseries; i++) {
        if (only != NULL && strcmp(shop->series[i].name, only) != 0) {
            continue;
        }

        one = cmd_report_series(cmd, shop, &shop->series[i]);

        if (one == NULL) {
            json_decref(all);
            return NULL;
        }

        json_object_set_new(all, shop->series[i].name, one);
    }

    return all;
}


static json_t *
cmd_report_series(cmd_t *cmd, const config_shop_t *shop,
    const config_series_t *series)
{
    size_t           n;
    json_t          *json, *steps;
    unsigned         i;
    sp_call_t        call;
    sp_cell_t       *cells;
    redis_answer_t   answer;

    if (sp_call_experiment(&call, sp_arena_pool(cmd->arena), &shop->id,
                           series->hash) != SP_OK
        || !cmd_call(cmd, &call, &answer))
    {
        return NULL;
    }

    if (sp_experiment_read(&cells, &n, sp_arena_pool(cmd->arena),
                           answer.items, answer.n) != SP_OK)
    {
        cmd_error("Redis gave another answer");
        return NULL;
    }

    steps = json_object();

    for (i = 0; i < series->nsteps; i++) {
        json_object_set_new(steps, series->steps[i].name,
                            cmd_report_step(&series->steps[i],
                                            series->steps[i].hash, cells, n));
    }

    cmd_report_removed_steps(steps, series, cells, n);

    json = json_pack("{s:i, s:o}", "holdout_percent", (int) series->holdout,
                     "steps", steps);

    return json;
}


/* Those that have numbers, and are not in the config any more. */

static void
cmd_report_removed_steps(json_t *steps, const config_series_t *series,
    const sp_cell_t *cells, size_t n)
{
    char      name[16];
    size_t    i;
    unsigned  k;

    for (i = 0; i < n; i++) {
        for (k = 0; k < series->nsteps
                    && series->steps[k].hash != cells[i].step; k++)
        {
            /* void */
        }

        snprintf(name, sizeof(name), "#%08x", cells[i].step);

        if (k == series->nsteps && json_object_get(steps, name) == NULL) {
            json_object_set_new(steps, name,
                                cmd_report_step(NULL, cells[i].step, cells,
                                                n));
        }
    }
}


/* step NULL: it was renamed or removed. */

static json_t *
cmd_report_step(const config_step_t *step, uint32_t hash,
    const sp_cell_t *cells, size_t n)
{
    json_t       *json, *variants;
    cmd_group_t   mailed, held;

    cmd_group(&mailed, cells, n, hash, -1, 0);
    cmd_group(&held, cells, n, hash, -1, 1);

    json = json_pack("{s:o, s:o, s:o}", "mailed", cmd_group_json(&mailed),
                     "holdout", cmd_group_json(&held), "difference",
                     cmd_compare(&mailed, &held));

    if (step == NULL) {
        json_object_set_new(json, "removed", json_true());
    }

    variants = step != NULL && step->nvariants > 1
               ? cmd_report_variants(step, cells, n) : json_object();
    cmd_report_removed_variants(variants, step, hash, cells, n);

    if (json_object_size(variants) != 0) {
        json_object_set(json, "variants", variants);
    }

    json_decref(variants);

    return json;
}


/*
 * A name that is gone is known by its number only; 0 is the step as it was
 * without variants.
 */

static void
cmd_report_removed_variants(json_t *variants, const config_step_t *step,
    uint32_t hash, const sp_cell_t *cells, size_t n)
{
    char          name[16];
    size_t        i;
    json_t       *one;
    unsigned      k;
    cmd_group_t   group;

    for (i = 0; i < n; i++) {
        if (cells[i].step != hash || cells[i].holdout
            || (step == NULL && cells[i].variant == 0))
        {
            continue;
        }

        for (k = 0; step != NULL && k < step->nvariants
                    && step->variants[k].id != cells[i].variant; k++)
        {
            /* void */
        }

        if (step != NULL && k < step->nvariants) {
            continue;
        }

        snprintf(name, sizeof(name), "#%u", cells[i].variant);
        cmd_group(&group, cells, n, hash, (int) cells[i].variant, 0);
        one = cmd_group_json(&group);
        json_object_set_new(one, "removed", json_true());
        json_object_set_new(variants, name, one);
    }
}


/* Each against the first one. */

static json_t *
cmd_report_variants(const config_step_t *step, const sp_cell_t *cells,
    size_t n)
{
    json_t       *json, *one;
    unsigned      i;
    cmd_group_t   first, group;

    json = json_object();
    cmd_group(&first, cells, n, step->hash, (int) step->variants[0].id, 0);

    for (i = 0; i < step->nvariants; i++) {
        cmd_group(&group, cells, n, step->hash, (int) step->variants[i].id,
                  0);
        one = cmd_group_json(&group);

        if (i != 0) {
            json_object_set_new(one, "difference",
                                cmd_compare(&group, &first));
        }

        json_object_set_new(json, step->variants[i].name, one);
    }

    return json;
}


static void
cmd_report_print(json_t *report)
{
    json_t      *shop, *series, *step;
    const char  *name, *title, *which;

    json_object_foreach(report, name, shop) {
        json_object_foreach(shop, title, series) {
            printf("shop %s, series %s: %lld %% held out\n", name, title,
                   (long long) json_integer_value(json_object_get(series,
                                                      "holdout_percent")));

            json_object_foreach(json_object_get(series, "steps"), which, step)
            {
                cmd_report_print_step(which, step);
            }

            putchar('\n');
        }
    }
}


static void
cmd_report_print_step(const char *name, json_t *step)
{
    char         text[128];
    json_t      *variant, *difference;
    const char  *which;

    printf("  %s\n", cmd_report_name(text, "step", name, step));
    cmd_report_print_group("mailed", json_object_get(step, "mailed"));
    cmd_report_print_group("held out", json_object_get(step, "holdout"));
    cmd_report_print_compare(json_object_get(step, "difference"));

    json_object_foreach(json_object_get(step, "variants"), which, variant) {
        cmd_report_print_group(cmd_report_name(text, "variant", which,
                                               variant), variant);
        difference = json_object_get(variant, "difference");

        if (difference != NULL) {
            cmd_report_print_compare(difference);
        }
    }
}


static const char *
cmd_report_name(char text[128], const char *what, const char *name,
    json_t *of)
{
    snprintf(text, 128, "%s %s%s", what, name,
             json_is_true(json_object_get(of, "removed"))
                 ? " (renamed or removed)" : "");

    return text;
}


static void
cmd_report_print_group(const char *name, json_t *group)
{
    json_t      *share, *sum;
    const char  *currency;

    share = json_object_get(group, "share");
    printf("    %-16s %lld people, %lld orders", name,
           (long long) json_integer_value(json_object_get(group, "people")),
           (long long) json_integer_value(json_object_get(group, "orders")));

    if (json_integer_value(json_object_get(group, "people")) != 0) {
        printf(": %.1f %% (%.1f to %.1f)", cmd_real(share, "value") * 100,
               cmd_real(share, "low") * 100, cmd_real(share, "high") * 100);
    }

    json_object_foreach(json_object_get(group, "revenue"), currency, sum) {
        printf(", %.2f %s", json_real_value(sum), currency);
    }

    putchar('\n');
}


static void
cmd_report_print_compare(json_t *compare)
{
    json_t      *share, *one, *each;
    const char  *currency;

    share = json_object_get(compare, "share");
    printf("      %-14s %+.1f points (%+.1f to %+.1f): %s\n", "orders",
           cmd_real(share, "value") * 100, cmd_real(share, "low") * 100,
           cmd_real(share, "high") * 100,
           json_string_value(json_object_get(compare, "orders")));

    json_object_foreach(json_object_get(compare, "revenue"), currency, one) {
        each = json_object_get(one, "each");

        if (each == NULL) {
            printf("      %-14s not yet\n", currency);
            continue;
        }

        printf("      %-14s %+.2f each (%+.2f to %+.2f): %s\n", currency,
               cmd_real(each, "value"), cmd_real(each, "low"),
               cmd_real(each, "high"),
               json_string_value(json_object_get(one, "verdict")));
    }
}


static double
cmd_real(json_t *json, const char *name)
{
    return json_real_value(json_object_get(json, name));
}
