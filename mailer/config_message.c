/*
 * Copyright (C) SitePreserver developers
 */

#include <stdlib.h>

#include "config_build.h"
#include "creative_own.h"


#define CONFIG_FROM_NAME  512


static int config_message_from(config_shop_t *shop, cfg_t *cfg);
static int config_message_hosts(config_shop_t *shop);
static int config_creatives_of(config_t *conf, config_shop_t *shop,
    config_step_t *step, cfg_t *cfg);
static int config_creative(config_t *conf, config_shop_t *shop,
    config_variant_t *variant, cfg_t *cfg);


int
config_build_message(config_t *conf, config_shop_t *shop, cfg_t *cfg)
{
    cfg_t           *series;
    unsigned         i, k;
    message_shop_t  *message;

    if (!config_message_from(shop, cfg) || !config_message_hosts(shop)) {
        return 0;
    }

    message = &shop->message;
    message->key = shop->id;
    message->name = sp_str(shop->brand.name);

    if (message->name.len == 0) {
        message->name = message->from_name.len != 0 ? message->from_name
                                                    : shop->id;
    }

    message->cart_url = sp_str(shop->cart_url);
    message->logo = sp_str(shop->brand.logo);
    message->colour = sp_str(shop->brand.colour);
    message->address = sp_str(shop->brand.address);
    message->locale = sp_str(shop->locale);
    message->utm = shop->utm.tags;

    for (i = 0; i < shop->nseries; i++) {
        series = cfg_getnsec(cfg, "series", i);

        for (k = 0; k < shop->series[i].nsteps; k++) {
            if (!config_creatives_of(conf, shop, &shop->series[i].steps[k],
                                     cfg_getnsec(series, "step", k)))
            {
                return 0;
            }
        }
    }

    return 1;
}


static int
config_message_from(config_shop_t *shop, cfg_t *cfg)
{
    char  name[CONFIG_FROM_NAME], address[MIME_ADDRESS_MAX + 1];

    if (shop->reply_to != NULL) {
        if (mime_mailbox(shop->reply_to, name, sizeof(name), address)
            != SP_OK)
        {
            config_fail(cfg, "reply_to", "\"reply_to\" is not one address");
            return 0;
        }

        free(shop->reply_to);
        shop->reply_to = strdup(address);

        if (shop->reply_to == NULL) {
            return 0;
        }
    }

    if (mime_mailbox(shop->from, name, sizeof(name), address) != SP_OK) {
        config_fail(cfg, "from", "\"from\" is not one address");
        return 0;
    }

    shop->from_name = strdup(name);

    if (shop->from_name == NULL) {
        return 0;
    }

    shop->message.from_name = sp_str(shop->from_name);
    shop->message.from = sp_str(shop->from_address);
    shop->message.reply_to = sp_str(shop->reply_to);

    return 1;
}


/* The hosts listed, and that of public_url. */

static int
config_message_hosts(config_shop_t *shop)
{
    unsigned     i;
    const char  *host;

    shop->own_hosts = calloc(shop->nhosts + 1, sizeof(sp_str_t));

    if (shop->own_hosts == NULL) {
        return 0;
    }

    for (i = 0; i < shop->nhosts; i++) {
        shop->own_hosts[i] = sp_str(shop->hosts[i]);
    }

    host = strstr(shop->public_url, "://") + 3;
    shop->own_hosts[i].data = host;
    shop->own_hosts[i].len = *host == '[' ? strcspn(host, "]") + 1
                                          : strcspn(host, ":/");
    shop->message.hosts = shop->own_hosts;
    shop->message.nhosts = shop->nhosts + 1;

    return 1;
}


static int
config_creatives_of(config_t *conf, config_shop_t *shop, config_step_t *step,
    cfg_t *cfg)
{
    cfg_t     *section;
    unsigned   i;

    for (i = 0; i < step->nvariants; i++) {
        section = step->variants[i].name != NULL
                  ? cfg_getnsec(cfg, "variant", i) : cfg;

        if (cfg_getstr(section, "creative") == NULL) {
            section = cfg;
        }

        if (!config_creative(conf, shop, &step->variants[i], section)) {
            return 0;
        }
    }

    return 1;
}


/*
 * What was never approved is a mistake of the file.  What was changed or
 * retired since may happen while all else must go on: its steps wait or are
 * skipped (rescue_creative.c).
 */

static int
config_creative(config_t *conf, config_shop_t *shop,
    config_variant_t *variant, cfg_t *cfg)
{
    sp_error_t   err;

    variant->loaded = creative_own_load(config_creatives(conf),
                                        conf->state_dir, variant->creative,
                                        &err);

    if (variant->loaded == NULL) {
        if (conf->lenient) {
            return 1;
        }

        config_fail(cfg, "creative", "%s", err.text);
        return 0;
    }

    if (creative_state(variant->loaded) == CREATIVE_NEW && !conf->lenient
        && (shop->mode == SP_MODE_LIVE || shop->mode == SP_MODE_CATCH_ALL))
    {
        config_fail(cfg, "creative", "creative \"%s\" is not approved: look "
                    "at it, then sitepreserver creative approve %s",
                    variant->creative, variant->creative);
        return 0;
    }

    variant->watch = creative_watch_create(config_creatives(conf),
                                           conf->creatives != NULL
                                               ? conf->state_dir : NULL,
                                           creative_ref(variant->loaded));

    if (variant->watch == NULL) {
        creative_free(variant->loaded);
        return 0;
    }

    return 1;
}


/* A tree that is not installed has its bundled creatives elsewhere. */

const char *
config_creatives(const config_t *conf)
{
    return conf->creatives != NULL ? conf->creatives
                                   : getenv("SITEPRESERVER_CREATIVES");
}


void
config_free_message(config_shop_t *shop)
{
    unsigned        i, k, n;
    config_step_t  *step;

    for (i = 0; i < shop->nseries; i++) {
        for (k = 0; k < shop->series[i].nsteps; k++) {
            step = &shop->series[i].steps[k];

            for (n = 0; n < step->nvariants; n++) {
                creative_watch_free(step->variants[n].watch);
                creative_free(step->variants[n].loaded);
            }
        }
    }

    free(shop->from_name);
    free(shop->own_hosts);
}
