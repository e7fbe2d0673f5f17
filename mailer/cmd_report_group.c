/*
 * Copyright (C) SitePreserver developers
 */

#include <math.h>

#include "cmd_report_group.h"
#include "sp_money.h"


#define CMD_SUBJECTS   100          /* in each group, for anything to be said */
#define CMD_ORDERS     10           /* in both groups */


static void cmd_group_revenue(cmd_group_t *group,
    const sp_revenue_t *revenue);
static json_t *cmd_compare_revenue(const cmd_group_t *one,
    const cmd_group_t *other, const char *currency);
static json_t *cmd_compare_currencies(const cmd_group_t *one,
    const cmd_group_t *other);
static void cmd_group_values(const cmd_group_t *group, const char *currency,
    stats_values_t *values);
static const char *cmd_verdict(const cmd_group_t *one,
    const cmd_group_t *other, const stats_interval_t *difference);
static json_t *cmd_interval(const stats_interval_t *interval, double by);


void
cmd_group(cmd_group_t *group, const sp_cell_t *cells, size_t n,
    uint32_t step, int variant, int holdout)
{
    size_t            i;
    unsigned          k;
    const sp_cell_t  *cell;

    memset(group, 0, sizeof(cmd_group_t));

    for (i = 0; i < n; i++) {
        cell = &cells[i];

        if (cell->step != step || cell->holdout != (unsigned) holdout
            || (variant != -1 && cell->variant != (unsigned) variant))
        {
            continue;
        }

        group->subjects += cell->subjects;
        group->orders += cell->orders;

        for (k = 0; k < cell->nrevenue; k++) {
            cmd_group_revenue(group, &cell->revenue[k]);
        }
    }

    /* an order of somebody who was a subject before a series was renamed */

    if (group->orders > group->subjects) {
        group->orders = group->subjects;
    }

    stats_share(group->orders, group->subjects, &group->share);
}


static void
cmd_group_revenue(cmd_group_t *group, const sp_revenue_t *revenue)
{
    unsigned       i;
    sp_revenue_t  *r;

    for (i = 0; i < group->nrevenue; i++) {
        if (strcmp(group->revenue[i].currency, revenue->currency) == 0) {
            break;
        }
    }

    if (i == SP_CURRENCIES_MAX) {
        return;
    }

    r = &group->revenue[i];

    if (i == group->nrevenue) {
        *r = *revenue;
        group->nrevenue++;
        return;
    }

    r->orders += revenue->orders;
    r->sum += revenue->sum;
    r->squares += revenue->squares;
}


json_t *
cmd_group_json(const cmd_group_t *group)
{
    json_t    *json, *revenue;
    double     unit;
    unsigned   i;
    sp_str_t   currency;

    revenue = json_object();

    for (i = 0; i < group->nrevenue; i++) {
        currency.data = group->revenue[i].currency;
        currency.len = strlen(currency.data);
        unit = pow(10, sp_money_exponent(&currency));
        json_object_set_new(revenue, currency.len != 0 ? currency.data : "-",
                            json_real(group->revenue[i].sum / unit));
    }

    json = json_pack("{s:I, s:I, s:o, s:o}", "people",
                     (json_int_t) group->subjects, "orders",
                     (json_int_t) group->orders, "share",
                     cmd_interval(&group->share, 1), "revenue", revenue);

    return json;
}


json_t *
cmd_compare(const cmd_group_t *one, const cmd_group_t *other)
{
    json_t            *json;
    stats_interval_t   d;

    stats_shares(&one->share, &other->share, &d);

    json = json_pack("{s:s, s:o}", "orders", cmd_verdict(one, other, &d),
                     "share", cmd_interval(&d, 1));
    json_object_set_new(json, "revenue", cmd_compare_currencies(one, other));

    return json;
}


static json_t *
cmd_compare_currencies(const cmd_group_t *one, const cmd_group_t *other)
{
    json_t      *json;
    unsigned     i;
    const char  *currency;

    json = json_object();

    for (i = 0; i < one->nrevenue + other->nrevenue; i++) {
        currency = i < one->nrevenue
                   ? one->revenue[i].currency
                   : other->revenue[i - one->nrevenue].currency;

        if (currency[0] != '\0' && json_object_get(json, currency) == NULL) {
            json_object_set_new(json, currency,
                                cmd_compare_revenue(one, other, currency));
        }
    }

    return json;
}


/* Of each of them who was there, whether anything was bought or not. */

static json_t *
cmd_compare_revenue(const cmd_group_t *one, const cmd_group_t *other,
    const char *currency)
{
    sp_str_t           code;
    stats_values_t     values[2];
    stats_interval_t   d;

    cmd_group_values(one, currency, &values[0]);
    cmd_group_values(other, currency, &values[1]);
    code.data = currency;
    code.len = strlen(currency);

    if (!stats_means(&values[0], &values[1], &d)) {
        return json_pack("{s:s}", "verdict", "not yet");
    }

    return json_pack("{s:s, s:o}", "verdict", cmd_verdict(one, other, &d),
                     "each",
                     cmd_interval(&d, pow(10, sp_money_exponent(&code))));
}


static void
cmd_group_values(const cmd_group_t *group, const char *currency,
    stats_values_t *values)
{
    unsigned  i;

    values->n = group->subjects;
    values->sum = 0;
    values->squares = 0;

    for (i = 0; i < group->nrevenue; i++) {
        if (strcmp(group->revenue[i].currency, currency) == 0) {
            values->sum = group->revenue[i].sum;
            values->squares = group->revenue[i].squares;
        }
    }
}


static const char *
cmd_verdict(const cmd_group_t *one, const cmd_group_t *other,
    const stats_interval_t *difference)
{
    if (one->subjects < CMD_SUBJECTS || other->subjects < CMD_SUBJECTS
        || one->orders + other->orders < CMD_ORDERS)
    {
        return "not yet";
    }

    switch (stats_sign(difference)) {

    case 1:
        return "more";

    case -1:
        return "less";

    default:
        return "not yet";
    }
}


static json_t *
cmd_interval(const stats_interval_t *interval, double by)
{
    return json_pack("{s:f, s:f, s:f}", "value", interval->value / by,
                     "low", interval->low / by, "high", interval->high / by);
}
