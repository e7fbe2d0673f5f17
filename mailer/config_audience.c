/*
 * Copyright (C) SitePreserver developers
 *
 * Whom a series is for, and when.
 */

#include <stdlib.h>

#include "config_build.h"
#include "config_value.h"


typedef const char *(*config_value_pt)(const char *text, unsigned *number);


static int config_build_amounts(cfg_t *cfg, const char *option,
    audience_amount_t **amounts, unsigned *n);
static unsigned config_build_number(cfg_t *cfg, const char *option);
static unsigned config_build_bits(cfg_t *cfg, const char *option,
    config_value_pt value);


int
config_build_audience(audience_t *audience, cfg_t *cfg)
{
    const char  *text;

    audience->min_items = config_build_number(cfg, "min_items");
    audience->max_items = config_build_number(cfg, "max_items");
    audience->stages = config_build_bits(cfg, "stage", config_value_stage);
    audience->captured = config_build_bits(cfg, "captured",
                                           config_value_captured);
    audience->devices = config_build_bits(cfg, "device",
                                          config_value_device);

    text = cfg_getstr(cfg, "customers");

    if (text != NULL) {
        (void) config_value_customers(text, &audience->returning);
    }

    text = cfg_getstr(cfg, "login");

    if (text != NULL) {
        (void) config_value_login(text, &audience->login);
    }

    text = cfg_getstr(cfg, "checkout_error");

    if (text != NULL) {
        (void) config_value_login(text, &audience->checkout_error);
    }

    if (audience->max_items != 0
        && audience->max_items < audience->min_items)
    {
        config_fail(cfg, "max_items", "max_items is less than min_items");
        return 0;
    }

    return config_build_amounts(cfg, "min_total", &audience->min_total,
                                &audience->nmin_total)
           && config_build_amounts(cfg, "max_total", &audience->max_total,
                                   &audience->nmax_total)
           && config_list(cfg, "items", &audience->items, &audience->nitems)
           && config_list(cfg, "categories", &audience->categories,
                          &audience->ncategories)
           && config_list(cfg, "locales", &audience->locales,
                          &audience->nlocales);
}


static int
config_build_amounts(cfg_t *cfg, const char *option,
    audience_amount_t **amounts, unsigned *n)
{
    unsigned            i, k, all;
    audience_amount_t  *amount;

    all = cfg_size(cfg, option);
    *amounts = calloc(all + 1, sizeof(audience_amount_t));

    if (*amounts == NULL) {
        return 0;
    }

    for (i = 0; i < all; i++) {
        amount = &(*amounts)[i];
        (void) config_value_amount(cfg_getnstr(cfg, option, i), amount);

        for (k = 0; k < i; k++) {
            if (strcmp((*amounts)[k].currency, amount->currency) == 0) {
                config_fail(cfg, option, "%s has two amounts in %s", option,
                            amount->currency);
                return 0;
            }
        }

        (*n)++;
    }

    return 1;
}


static unsigned
config_build_number(cfg_t *cfg, const char *option)
{
    const char     *text;
    unsigned long   n;

    n = 0;
    text = cfg_getstr(cfg, option);

    if (text != NULL) {
        (void) config_value_number(text, 1, 1000000, &n);
    }

    return (unsigned) n;
}


static unsigned
config_build_bits(cfg_t *cfg, const char *option, config_value_pt value)
{
    unsigned  i, n, bits;

    bits = 0;

    for (i = 0; i < cfg_size(cfg, option); i++) {
        if (value(cfg_getnstr(cfg, option, i), &n) == NULL) {
            bits |= 1u << n;
        }
    }

    return bits;
}


void
config_build_calendar(calendar_t *calendar, cfg_t *cfg)
{
    unsigned     i, day, days;
    const char  *text;

    text = cfg_getstr(cfg, "quiet_hours");

    if (text != NULL) {
        (void) config_value_quiet(text, calendar);
    }

    days = 0;

    for (i = 0; i < cfg_size(cfg, "weekdays"); i++) {
        if (config_value_weekday(cfg_getnstr(cfg, "weekdays", i), &day)
            == NULL)
        {
            days |= day;
        }
    }

    if (days != 0) {
        calendar->weekdays = days;
    }
}


void
config_free_audience(audience_t *audience)
{
    config_list_free(audience->items, audience->nitems);
    config_list_free(audience->categories, audience->ncategories);
    config_list_free(audience->locales, audience->nlocales);
    free(audience->min_total);
    free(audience->max_total);
}
