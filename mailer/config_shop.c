/*
 * Copyright (C) SitePreserver developers
 */

#include <stdlib.h>

#include "config_build.h"
#include "config_value.h"


/* With what is put behind it, it must be a link (LINKS_URL_MAX). */
#define CONFIG_PUBLIC_MAX  1024


static int config_build_mail(config_shop_t *shop, cfg_t *cfg);
static int config_build_bounces(config_shop_t *shop, cfg_t *cfg);
static int config_build_relay(config_t *conf, config_shop_t *shop,
    cfg_t *cfg);
static int config_build_brand(config_shop_t *shop, cfg_t *cfg);
static int config_build_lists(config_shop_t *shop, cfg_t *cfg);
static int config_build_series(config_shop_t *shop, cfg_t *cfg);
static int config_build_rules(config_shop_t *shop, cfg_t *cfg);
static int config_check_memory(const config_shop_t *shop, cfg_t *cfg);


int
config_build_shop(config_t *conf, config_shop_t *shop, cfg_t *cfg)
{
    char  address[SP_ADDRESS_MAX + 1];

    shop->name = strdup(cfg_title(cfg));

    if (shop->name == NULL) {
        return 0;
    }

    shop->id.data = shop->name;
    shop->id.len = strlen(shop->name);

    (void) config_value_mode(cfg_getstr(cfg, "mode"), &shop->mode, address);

    if (address[0] != '\0') {
        shop->catch_all = strdup(address);

        if (shop->catch_all == NULL) {
            return 0;
        }
    }

    (void) config_value_time(cfg_getstr(cfg, "remember"), &shop->remember);
    shop->remember /= 1000;

    return config_build_mail(shop, cfg)
           && config_build_relay(conf, shop, cfg)
           && config_build_brand(shop, cfg_getsec(cfg, "brand"))
           && config_build_utm(&shop->utm, cfg_getsec(cfg, "utm"))
           && config_build_lists(shop, cfg)
           && config_build_rules(shop, cfg)
           && config_build_offers(shop, cfg)
           && config_build_series(shop, cfg)
           && config_check_memory(shop, cfg)
           && config_build_message(conf, shop, cfg);
}


static int
config_build_mail(config_shop_t *shop, cfg_t *cfg)
{
    char                address[SP_ADDRESS_MAX + 1];
    size_t              n;
    static const char  *required[] = { "from", "cart_url", "public_url",
                                       NULL };

    if (!config_required(cfg, required)
        || !config_string(cfg, "from", &shop->from)
        || !config_string(cfg, "reply_to", &shop->reply_to)
        || !config_string(cfg, "return_path", &shop->return_path)
        || !config_string(cfg, "cart_url", &shop->cart_url)
        || !config_string(cfg, "public_url", &shop->public_url)
        || !config_string(cfg, "locale", &shop->locale))
    {
        return 0;
    }

    (void) config_value_mailbox(shop->from, address);
    shop->from_address = strdup(address);

    if (shop->return_path == NULL) {
        shop->return_path = strdup(address);
    }

    if (strpbrk(shop->public_url, "?#") != NULL) {
        config_fail(cfg, "public_url", "\"public_url\" must not have a query "
                    "or fragment: \"%s\"", shop->public_url);
        return 0;
    }

    n = strlen(shop->public_url);

    if (n > CONFIG_PUBLIC_MAX) {
        config_fail(cfg, "public_url", "\"public_url\" has more than %d "
                    "characters", CONFIG_PUBLIC_MAX);
        return 0;
    }

    while (shop->public_url[n - 1] == '/') {
        shop->public_url[--n] = '\0';
    }

    return shop->from_address != NULL && shop->return_path != NULL
           && config_build_bounces(shop, cfg);
}


/* The token and a "+" must fit into a local part (RFC 5321 4.5.3.1.1). */

static int
config_build_bounces(config_shop_t *shop, cfg_t *cfg)
{
    size_t         len;
    unsigned long  n;

    (void) config_value_number(cfg_getstr(cfg, "soft_bounces"), 0,
                               CONFIG_BOUNCES_MAX, &n);
    shop->soft_bounces = (unsigned) n;
    shop->verp = strcmp(cfg_getstr(cfg, "verp"), "on") == 0;
    len = strcspn(shop->return_path, "@");

    if (shop->verp && len + 1 + SP_VERP_LEN > CONFIG_LOCAL_MAX) {
        config_fail(cfg, "verp", "verp needs a return_path with at most %d "
                    "characters before the @",
                    CONFIG_LOCAL_MAX - 1 - SP_VERP_LEN);
        return 0;
    }

    return 1;
}


/* Without a name it is the only one; without any, nothing can be sent. */

static int
config_build_relay(config_t *conf, config_shop_t *shop, cfg_t *cfg)
{
    unsigned     i;
    const char  *name;

    name = cfg_getstr(cfg, "smtp");

    if (name != NULL) {
        for (i = 0; i < conf->nsmtp; i++) {
            if (strcmp(conf->smtp[i].name, name) == 0) {
                shop->smtp = &conf->smtp[i];
                return 1;
            }
        }

        config_fail(cfg, "smtp", "there is no smtp \"%s\"", name);
        return 0;
    }

    if (conf->nsmtp == 1) {
        shop->smtp = &conf->smtp[0];
        return 1;
    }

    if (conf->nsmtp > 1) {
        config_fail(cfg, NULL, "shop \"%s\" needs smtp: there are several",
                    shop->name);
        return 0;
    }

    if (shop->mode == SP_MODE_LIVE || shop->mode == SP_MODE_CATCH_ALL) {
        config_fail(cfg, "mode", "shop \"%s\" cannot send: there is no smtp",
                    shop->name);
        return 0;
    }

    return 1;
}


static int
config_build_brand(config_shop_t *shop, cfg_t *cfg)
{
    return config_string(cfg, "name", &shop->brand.name)
           && config_string(cfg, "logo", &shop->brand.logo)
           && config_string(cfg, "colour", &shop->brand.colour)
           && config_string(cfg, "address", &shop->brand.address);
}


static int
config_build_lists(config_shop_t *shop, cfg_t *cfg)
{
    sp_error_t   err;
    const char  *path;

    path = cfg_getstr(cfg, "never_mail");

    if (path != NULL) {
        shop->never = neverlist_read(path, &err);

        if (shop->never == NULL) {
            config_fail(cfg, "never_mail", "never_mail \"%s\": %s", path,
                        err.text);
            return 0;
        }
    }

    if (!config_secret(cfg, "webhook_secret_file", &shop->webhook_secret)) {
        return 0;
    }

    if (shop->webhook_secret != NULL && strlen(shop->webhook_secret) < 16) {
        config_fail(cfg, "webhook_secret_file", "the secret in \"%s\" is "
                    "shorter than 16 characters",
                    cfg_getstr(cfg, "webhook_secret_file"));
        return 0;
    }

    return config_list(cfg, "hosts", &shop->hosts, &shop->nhosts)
           && config_list(cfg, "dkim_selectors", &shop->dkim_selectors,
                          &shop->ndkim_selectors);
}


/* How often, when, and who: for all series. */

static int
config_build_rules(config_shop_t *shop, cfg_t *cfg)
{
    unsigned       consent;
    unsigned long  n;

    (void) config_value_number(cfg_getstr(cfg, "max_per_day"), 0,
                               CONFIG_PER_DAY_MAX, &n);
    shop->max_per_day = (unsigned) n;
    (void) config_value_number(cfg_getstr(cfg, "max_per_week"), 0,
                               CONFIG_PER_DAY_MAX, &n);
    shop->max_per_week = (unsigned) n;
    (void) config_value_time(cfg_getstr(cfg, "cool_down"), &shop->cool_down);
    (void) config_value_time(cfg_getstr(cfg, "offer_once_in"),
                             &shop->offer_once_in);
    config_build_calendar(&shop->calendar, cfg);

    (void) config_value_consent(cfg_getstr(cfg, "consent"), &consent);
    shop->consent = (audience_consent_t) consent;

    return config_string(cfg, "time_zone", &shop->time_zone);
}


static int
config_build_series(config_shop_t *shop, cfg_t *cfg)
{
    cfg_t            *section;
    unsigned          i, n;
    config_series_t  *series;

    n = cfg_size(cfg, "series");

    if (n == 0) {
        config_fail(cfg, NULL, "shop \"%s\" has no series", shop->name);
        return 0;
    }

    shop->series = calloc(n, sizeof(config_series_t));

    if (shop->series == NULL) {
        return 0;
    }

    for (i = 0; i < n; i++) {
        section = cfg_getnsec(cfg, "series", i);
        series = &shop->series[shop->nseries++];
        series->name = strdup(cfg_title(section));

        if (series->name == NULL) {
            return 0;
        }

        series->hash = sp_step_hash(&(sp_str_t) { strlen(series->name),
                                                  series->name });

        if (series->hash == 0
            || config_series(shop, series->hash) != series)
        {
            config_fail(section, NULL, "series \"%s\" needs another name",
                        series->name);
            return 0;
        }

        (void) config_value_percent(cfg_getstr(section, "holdout"),
                                    &series->holdout);

        if (!config_build_utm(&series->utm, cfg_getsec(section, "utm"))
            || !config_build_audience(&series->audience,
                                      cfg_getsec(section, "audience"))
            || !config_build_steps(shop, series, section))
        {
            return 0;
        }
    }

    return 1;
}


/*
 * A message of the longest delay is known of for as long as its shopper is
 * remembered; a longer pause after it would be forgotten, and not kept.
 */

static int
config_check_memory(const config_shop_t *shop, cfg_t *cfg)
{
    size_t    i;
    int64_t   last, delay;
    unsigned  k;

    const struct {
        const char  *name;
        int64_t      ms;
    } pauses[] = {
        { "cool_down", shop->cool_down },
        { "offer_once_in", shop->noffers != 0 ? shop->offer_once_in : 0 },
    };

    last = 0;

    for (k = 0; k < shop->nseries; k++) {
        delay = shop->series[k].steps[shop->series[k].nsteps - 1].delay;
        last = delay > last ? delay : last;
    }

    for (i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
        if ((pauses[i].ms + last) / 1000 > shop->remember) {
            config_fail(cfg, pauses[i].name, "\"%s\" and the longest delay are "
                        "more than \"remember\", and would not be kept: "
                        "\"%s\"", pauses[i].name,
                        cfg_getstr(cfg, pauses[i].name));
            return 0;
        }
    }

    return 1;
}


void
config_free_shop(config_shop_t *shop)
{
    unsigned          i;
    config_series_t  *series;

    config_free_message(shop);

    for (i = 0; i < shop->nseries; i++) {
        series = &shop->series[i];
        config_free_steps(series);
        config_free_audience(&series->audience);
        config_free_utm(&series->utm);
        free(series->name);
    }

    config_free_offers(shop);

    config_list_free(shop->hosts, shop->nhosts);
    config_list_free(shop->dkim_selectors, shop->ndkim_selectors);

    if (shop->webhook_secret != NULL) {
        explicit_bzero(shop->webhook_secret, strlen(shop->webhook_secret));
        free(shop->webhook_secret);
    }

    neverlist_free(shop->never);
    free(shop->series);
    free(shop->name);
    free(shop->catch_all);
    free(shop->from);
    free(shop->from_address);
    free(shop->reply_to);
    free(shop->return_path);
    free(shop->cart_url);
    free(shop->public_url);
    free(shop->locale);
    free(shop->time_zone);
    free(shop->brand.name);
    free(shop->brand.logo);
    free(shop->brand.colour);
    free(shop->brand.address);
    config_free_utm(&shop->utm);
}
