/*
 * Copyright (C) SitePreserver developers
 *
 * From parsed options to a config_t: what config.c and its parts share.  All
 * return 0 when something is wrong; config_fail() has noted it, or memory is
 * out.
 */

#ifndef CONFIG_BUILD_H
#define CONFIG_BUILD_H

#include "config.h"
#include "config_parse.h"


/* One shop, after the relays. */

int config_build_shop(config_t *conf, config_shop_t *shop, cfg_t *cfg);
void config_free_shop(config_shop_t *shop);


/* Its offers, before its series, which name them. */

int config_build_offers(config_shop_t *shop, cfg_t *cfg);
void config_free_offers(config_shop_t *shop);


/* Whom a series is for. */

int config_build_audience(audience_t *audience, cfg_t *cfg);
void config_free_audience(audience_t *audience);


/*
 * quiet_hours and weekdays of a section, where they are given: calendar keeps
 * the others.
 */

void config_build_calendar(calendar_t *calendar, cfg_t *cfg);


/* The steps of a series. */

int config_build_steps(const config_shop_t *shop, config_series_t *series,
    cfg_t *cfg);
void config_free_steps(config_series_t *series);


/* What the messages of a shop need: its facts, and its creatives. */

int config_build_message(config_t *conf, config_shop_t *shop, cfg_t *cfg);
void config_free_message(config_shop_t *shop);


/*
 * A section utm of a shop, a series or a step; config_utm_tags() puts what it
 * gives over tags.
 */

int config_build_utm(config_utm_t *utm, cfg_t *cfg);
void config_utm_tags(const config_utm_t *utm, links_tags_t *tags);
void config_free_utm(config_utm_t *utm);


/* A copy of an option's value; *value stays NULL if there is none. */

int config_string(cfg_t *cfg, const char *option, char **value);


/* The values of a list, counted; freed also after a failure. */

int config_list(cfg_t *cfg, const char *option, char ***values, unsigned *n);
void config_list_free(char **values, unsigned n);


/* The same of the file that the option names, see config_value.h. */

int config_secret(cfg_t *cfg, const char *option, char **value);


/* Have all of these options, up to NULL, a value? */

int config_required(cfg_t *cfg, const char **options);


#endif /* CONFIG_BUILD_H */
