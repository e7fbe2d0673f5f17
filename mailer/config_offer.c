/*
 * Copyright (C) SitePreserver developers
 */

#include <stdlib.h>

#include "config_build.h"
#include "config_value.h"


static int config_build_offer(config_offer_t *offer, cfg_t *cfg);
static int config_build_texts(config_offer_t *offer, cfg_t *cfg);


int
config_build_offers(config_shop_t *shop, cfg_t *cfg)
{
    unsigned  i, n;

    n = cfg_size(cfg, "offer");
    shop->offers = calloc(n + 1, sizeof(config_offer_t));

    if (shop->offers == NULL) {
        return 0;
    }

    for (i = 0; i < n; i++) {
        if (!config_build_offer(&shop->offers[shop->noffers++],
                                cfg_getnsec(cfg, "offer", i)))
        {
            return 0;
        }
    }

    return 1;
}


static int
config_build_offer(config_offer_t *offer, cfg_t *cfg)
{
    unsigned            kind;
    unsigned long       n;
    static const char  *required[] = { "kind", "strength", NULL };

    offer->name = strdup(cfg_title(cfg));

    if (offer->name == NULL || !config_required(cfg, required)
        || !config_string(cfg, "code", &offer->code)
        || !config_string(cfg, "pool", &offer->pool)
        || !config_string(cfg, "pattern", &offer->pattern))
    {
        return 0;
    }

    if ((offer->code != NULL) + (offer->pool != NULL)
        + (offer->pattern != NULL) > 1)
    {
        config_fail(cfg, NULL, "offer \"%s\" has more than one of code, pool "
                    "and pattern", offer->name);
        return 0;
    }

    if (strcmp(offer->name, "none") == 0) {
        config_fail(cfg, NULL, "offer \"none\" needs another name: \"none\" is "
                    "no offer");
        return 0;
    }

    (void) config_value_kind(cfg_getstr(cfg, "kind"), &kind);
    offer->kind = (message_offer_kind_t) kind;
    (void) config_value_number(cfg_getstr(cfg, "strength"), 1, 100, &n);
    offer->strength = (unsigned) n;

    if (cfg_getstr(cfg, "expires") != NULL) {
        (void) config_value_time(cfg_getstr(cfg, "expires"),
                                 &offer->expires);
    }

    return config_build_texts(offer, cfg);
}


static int
config_build_texts(config_offer_t *offer, cfg_t *cfg)
{
    cfg_t                 *section;
    unsigned               i, n;
    message_offer_text_t  *text;
    static const char     *required[] = { "line", NULL };

    n = cfg_size(cfg, "text");

    if (n == 0) {
        config_fail(cfg, NULL, "offer \"%s\" has no text", offer->name);
        return 0;
    }

    offer->texts = calloc(n, sizeof(message_offer_text_t));

    if (offer->texts == NULL) {
        return 0;
    }

    for (i = 0; i < n; i++) {
        section = cfg_getnsec(cfg, "text", i);
        text = &offer->texts[offer->ntexts++];

        if (!config_required(section, required)) {
            return 0;
        }

        text->locale.data = strdup(cfg_title(section));
        text->line.data = strdup(cfg_getstr(section, "line"));

        if (text->locale.data == NULL || text->line.data == NULL) {
            return 0;
        }

        text->locale.len = strlen(text->locale.data);
        text->line.len = strlen(text->line.data);
    }

    return 1;
}


void
config_free_offers(config_shop_t *shop)
{
    size_t           k;
    unsigned         i;
    config_offer_t  *offer;

    for (i = 0; i < shop->noffers; i++) {
        offer = &shop->offers[i];

        for (k = 0; k < offer->ntexts; k++) {
            free((char *) offer->texts[k].locale.data);
            free((char *) offer->texts[k].line.data);
        }

        free(offer->texts);
        free(offer->name);
        free(offer->code);
        free(offer->pool);
        free(offer->pattern);
    }

    free(shop->offers);
}
