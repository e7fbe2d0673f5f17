/*
 * Copyright (C) SitePreserver developers
 *
 * The steps of a series, and their variants.
 */

#include <stdlib.h>

#include "config_build.h"
#include "config_value.h"


static int config_build_step(const config_shop_t *shop,
    config_series_t *series, config_step_t *step, cfg_t *cfg);
static int config_build_variants(const config_shop_t *shop,
    config_step_t *step, cfg_t *cfg);
static int config_build_variant(const config_shop_t *shop,
    config_step_t *step, config_variant_t *variant, cfg_t *cfg,
    cfg_t *parent);
static int config_pick_offer(const config_shop_t *shop,
    config_variant_t *variant, cfg_t *cfg);
static int config_check_step(const config_shop_t *shop,
    const config_series_t *series, const config_step_t *step, cfg_t *cfg);
static int config_check_strength(const config_series_t *series,
    const config_step_t *step, cfg_t *cfg);


int
config_build_steps(const config_shop_t *shop, config_series_t *series,
    cfg_t *cfg)
{
    cfg_t          *section;
    unsigned        i, n;
    config_step_t  *step;

    n = cfg_size(cfg, "step");

    if (n == 0 || n > CONFIG_STEPS_MAX) {
        config_fail(cfg, NULL, "series \"%s\" has %u steps: it must have 1 to "
                    "%d", series->name, n, CONFIG_STEPS_MAX);
        return 0;
    }

    series->steps = calloc(n, sizeof(config_step_t));

    if (series->steps == NULL) {
        return 0;
    }

    for (i = 0; i < n; i++) {
        section = cfg_getnsec(cfg, "step", i);
        step = &series->steps[series->nsteps++];

        if (!config_build_step(shop, series, step, section)
            || !config_check_step(shop, series, step, section)
            || !config_check_strength(series, step, section))
        {
            return 0;
        }
    }

    return 1;
}


static int
config_build_step(const config_shop_t *shop, config_series_t *series,
    config_step_t *step, cfg_t *cfg)
{
    static const char  *required[] = { "delay", NULL };

    step->name = strdup(cfg_title(cfg));
    step->calendar = shop->calendar;

    if (step->name == NULL || !config_required(cfg, required)
        || !config_build_utm(&step->utm, cfg_getsec(cfg, "utm")))
    {
        return 0;
    }

    config_build_calendar(&step->calendar, cfg);
    step->utm.tags = series->utm.tags;
    config_utm_tags(&step->utm, &step->utm.tags);

    (void) config_value_time(cfg_getstr(cfg, "delay"), &step->delay);
    (void) config_value_time(cfg_getstr(cfg, "max_late"), &step->max_late);

    if (cfg_getstr(cfg, "expires") != NULL) {
        (void) config_value_time(cfg_getstr(cfg, "expires"), &step->expires);
    }

    step->offerless = strcmp(cfg_getstr(cfg, "without_offer"), "send") == 0;
    step->hash = sp_step_hash(&(sp_str_t) { strlen(step->name),
                                            step->name });

    return config_build_variants(shop, step, cfg);
}


static int
config_build_variants(const config_shop_t *shop, config_step_t *step,
    cfg_t *cfg)
{
    unsigned  i, k, n;

    n = cfg_size(cfg, "variant");

    if (n > CONFIG_VARIANTS_MAX) {
        config_fail(cfg, NULL, "step \"%s\" has %u variants: at most %d can be "
                    "told apart", step->name, n, CONFIG_VARIANTS_MAX);
        return 0;
    }

    step->variants = calloc(n + 1, sizeof(config_variant_t));

    if (step->variants == NULL) {
        return 0;
    }

    if (n == 0) {
        return config_build_variant(shop, step,
                                    &step->variants[step->nvariants++], cfg,
                                    NULL);
    }

    for (i = 0; i < n; i++) {
        if (!config_build_variant(shop, step,
                                  &step->variants[step->nvariants++],
                                  cfg_getnsec(cfg, "variant", i), cfg))
        {
            return 0;
        }

        for (k = 0; k < i; k++) {
            if (step->variants[k].id == step->variants[i].id) {
                config_fail(cfg_getnsec(cfg, "variant", i), NULL,
                            "variant \"%s\" needs another name",
                            step->variants[i].name);
                return 0;
            }
        }
    }

    return 1;
}


/* A variant has what its step has, but for what it says itself. */

static int
config_build_variant(const config_shop_t *shop, config_step_t *step,
    config_variant_t *variant, cfg_t *cfg, cfg_t *parent)
{
    cfg_t          *from;
    unsigned long   n;

    variant->weight = 1;

    if (parent != NULL) {
        variant->name = strdup(cfg_title(cfg));

        if (variant->name == NULL) {
            return 0;
        }

        variant->id = 1 + sp_step_hash(&(sp_str_t) { strlen(variant->name),
                                                     variant->name }) % 255;
        (void) config_value_number(cfg_getstr(cfg, "weight"), 1, 1000, &n);
        variant->weight = (unsigned) n;
    }

    step->weight += variant->weight;
    from = parent != NULL && cfg_getstr(cfg, "creative") == NULL ? parent
                                                                 : cfg;

    if (!config_string(from, "creative", &variant->creative)) {
        return 0;
    }

    if (variant->creative == NULL) {
        config_fail(cfg, NULL, "%s \"%s\" needs \"creative\"", cfg_name(cfg),
                    cfg_title(cfg));
        return 0;
    }

    from = parent != NULL && cfg_getstr(cfg, "offer") == NULL ? parent : cfg;

    return config_pick_offer(shop, variant, from);
}


/* "none" is for a variant of a step that has one. */

static int
config_pick_offer(const config_shop_t *shop, config_variant_t *variant,
    cfg_t *cfg)
{
    unsigned     i;
    const char  *name;

    name = cfg_getstr(cfg, "offer");

    if (name == NULL || strcmp(name, "none") == 0) {
        return 1;
    }

    for (i = 0; i < shop->noffers; i++) {
        if (strcmp(shop->offers[i].name, name) == 0) {
            variant->offer = &shop->offers[i];
            return 1;
        }
    }

    config_fail(cfg, "offer", "there is no offer \"%s\"", name);

    return 0;
}


static int
config_check_step(const config_shop_t *shop, const config_series_t *series,
    const config_step_t *step, cfg_t *cfg)
{
    const config_step_t  *other;

    for (other = series->steps; other < step; other++) {
        if (other->hash == step->hash) {
            config_fail(cfg, NULL, "step \"%s\" needs another name",
                        step->name);
            return 0;
        }
    }

    if (step != series->steps && step->delay <= step[-1].delay) {
        config_fail(cfg, "delay", "the delay of step \"%s\" must be longer "
                    "than that of step \"%s\" before it", step->name,
                    step[-1].name);
        return 0;
    }

    if (step->delay / 1000 >= shop->remember) {
        config_fail(cfg, "delay", "the delay of step \"%s\" is not less than "
                    "\"remember\": \"%s\"", step->name,
                    cfg_getstr(cfg, "delay"));
        return 0;
    }

    if (step->max_late == 0) {
        config_fail(cfg, "max_late", "step \"%s\" would always be too late",
                    step->name);
        return 0;
    }

    if (config_given(cfg, "expires") && step->expires == 0) {
        config_fail(cfg, "expires", "step \"%s\" would expire at once",
                    step->name);
        return 0;
    }

    return 1;
}


/* Who waits for the next message must not find that it offers less. */

static int
config_check_strength(const config_series_t *series,
    const config_step_t *step, cfg_t *cfg)
{
    unsigned              i, k;
    const config_step_t  *other;
    const config_offer_t *now, *before;

    for (i = 0; i < step->nvariants; i++) {
        now = step->variants[i].offer;

        for (other = series->steps; other < step && now != NULL; other++) {
            for (k = 0; k < other->nvariants; k++) {
                before = other->variants[k].offer;

                if (before != NULL && before->strength > now->strength) {
                    config_fail(cfg, "offer", "offer \"%s\" of step \"%s\" is "
                                "weaker than \"%s\" of step \"%s\" before it",
                                now->name, step->name, before->name,
                                other->name);
                    return 0;
                }
            }
        }
    }

    return 1;
}


void
config_free_steps(config_series_t *series)
{
    unsigned        i, k;
    config_step_t  *step;

    for (i = 0; i < series->nsteps; i++) {
        step = &series->steps[i];

        for (k = 0; k < step->nvariants; k++) {
            free(step->variants[k].name);
            free(step->variants[k].creative);
        }

        config_free_utm(&step->utm);
        free(step->variants);
        free(step->name);
    }

    free(series->steps);
}
