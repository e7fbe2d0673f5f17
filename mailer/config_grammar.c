/*
 * Copyright (C) SitePreserver developers
 */

#include <stdio.h>

#include "config_grammar.h"
#include "config_include.h"


static int config_end(cfg_t *cfg, cfg_opt_t *opt, int argc,
    const char **argv);


static cfg_opt_t  config_utm_opts[] = {
    CFG_STR("source", NULL, CFGF_NODEFAULT),
    CFG_STR("medium", NULL, CFGF_NODEFAULT),
    CFG_STR("campaign", NULL, CFGF_NODEFAULT),
    CFG_STR("content", NULL, CFGF_NODEFAULT),
    CFG_STR("id", NULL, CFGF_NODEFAULT),
    CFG_END()
};

static cfg_opt_t  config_variant_opts[] = {
    CFG_STR("creative", NULL, CFGF_NODEFAULT),
    CFG_STR("offer", NULL, CFGF_NODEFAULT),
    CFG_STR("weight", "1", CFGF_NONE),
    CFG_END()
};

static cfg_opt_t  config_step_opts[] = {
    CFG_STR("delay", NULL, CFGF_NODEFAULT),
    CFG_STR("creative", NULL, CFGF_NODEFAULT),
    CFG_STR("max_late", "12h", CFGF_NONE),
    CFG_STR("expires", NULL, CFGF_NODEFAULT),
    CFG_STR("offer", NULL, CFGF_NODEFAULT),
    CFG_STR("without_offer", "skip", CFGF_NONE),
    CFG_STR("quiet_hours", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("weekdays", NULL, CFGF_NODEFAULT),
    CFG_SEC("utm", config_utm_opts, CFGF_NONE),
    CFG_SEC("variant", config_variant_opts,
            CFGF_MULTI|CFGF_TITLE|CFGF_NO_TITLE_DUPES),
    CFG_END()
};

static cfg_opt_t  config_audience_opts[] = {
    CFG_STR_LIST("min_total", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("max_total", NULL, CFGF_NODEFAULT),
    CFG_STR("min_items", NULL, CFGF_NODEFAULT),
    CFG_STR("max_items", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("items", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("categories", NULL, CFGF_NODEFAULT),
    CFG_STR("customers", NULL, CFGF_NODEFAULT),
    CFG_STR("login", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("locales", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("stage", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("captured", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("device", NULL, CFGF_NODEFAULT),
    CFG_STR("checkout_error", NULL, CFGF_NODEFAULT),
    CFG_END()
};

static cfg_opt_t  config_text_opts[] = {
    CFG_STR("line", NULL, CFGF_NODEFAULT),
    CFG_END()
};

static cfg_opt_t  config_offer_opts[] = {
    CFG_STR("kind", NULL, CFGF_NODEFAULT),
    CFG_STR("strength", NULL, CFGF_NODEFAULT),
    CFG_STR("code", NULL, CFGF_NODEFAULT),
    CFG_STR("pool", NULL, CFGF_NODEFAULT),
    CFG_STR("pattern", NULL, CFGF_NODEFAULT),
    CFG_STR("expires", NULL, CFGF_NODEFAULT),
    CFG_SEC("text", config_text_opts,
            CFGF_MULTI|CFGF_TITLE|CFGF_NO_TITLE_DUPES),
    CFG_END()
};

static cfg_opt_t  config_series_opts[] = {
    CFG_STR("holdout", "0", CFGF_NONE),
    CFG_SEC("audience", config_audience_opts, CFGF_NONE),
    CFG_SEC("utm", config_utm_opts, CFGF_NONE),
    CFG_SEC("step", config_step_opts,
            CFGF_MULTI|CFGF_TITLE|CFGF_NO_TITLE_DUPES),
    CFG_END()
};

static cfg_opt_t  config_brand_opts[] = {
    CFG_STR("name", NULL, CFGF_NODEFAULT),
    CFG_STR("logo", NULL, CFGF_NODEFAULT),
    CFG_STR("colour", NULL, CFGF_NODEFAULT),
    CFG_STR("address", NULL, CFGF_NODEFAULT),
    CFG_END()
};

static cfg_opt_t  config_shop_opts[] = {
    CFG_STR("mode", "dry-run", CFGF_NONE),
    CFG_STR("from", NULL, CFGF_NODEFAULT),
    CFG_STR("reply_to", NULL, CFGF_NODEFAULT),
    CFG_STR("return_path", NULL, CFGF_NODEFAULT),
    CFG_STR("verp", "off", CFGF_NONE),
    CFG_STR("soft_bounces", "8", CFGF_NONE),
    CFG_STR("cart_url", NULL, CFGF_NODEFAULT),
    CFG_STR("public_url", NULL, CFGF_NODEFAULT),
    CFG_STR("smtp", NULL, CFGF_NODEFAULT),
    CFG_STR("webhook_secret_file", NULL, CFGF_NODEFAULT),
    CFG_STR("max_per_day", "2", CFGF_NONE),
    CFG_STR("max_per_week", "0", CFGF_NONE),
    CFG_STR("cool_down", "0", CFGF_NONE),
    CFG_STR("consent", "all", CFGF_NONE),
    CFG_STR("time_zone", "UTC", CFGF_NONE),
    CFG_STR("quiet_hours", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("weekdays", NULL, CFGF_NODEFAULT),
    CFG_STR("offer_once_in", "30d", CFGF_NONE),
    CFG_STR("remember", "90d", CFGF_NONE),
    CFG_STR("never_mail", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("hosts", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("dkim_selectors", NULL, CFGF_NODEFAULT),
    CFG_STR("locale", "en", CFGF_NONE),
    CFG_SEC("brand", config_brand_opts, CFGF_NONE),
    CFG_SEC("utm", config_utm_opts, CFGF_NONE),
    CFG_SEC("offer", config_offer_opts,
            CFGF_MULTI|CFGF_TITLE|CFGF_NO_TITLE_DUPES),
    CFG_SEC("series", config_series_opts,
            CFGF_MULTI|CFGF_TITLE|CFGF_NO_TITLE_DUPES),
    CFG_END()
};

static cfg_opt_t  config_smtp_opts[] = {
    CFG_STR("url", NULL, CFGF_NODEFAULT),
    CFG_STR("connections", "4", CFGF_NONE),
    CFG_STR("user", NULL, CFGF_NODEFAULT),
    CFG_STR("password_file", NULL, CFGF_NODEFAULT),
    CFG_STR("tls", "opportunistic", CFGF_NONE),
    CFG_STR("ca_file", NULL, CFGF_NODEFAULT),
    CFG_STR("helo", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("sends_from", NULL, CFGF_NODEFAULT),
    CFG_STR("rate", "0", CFGF_NONE),
    CFG_STR("timeout", "5m", CFGF_NONE),
    CFG_STR("final_timeout", "10m", CFGF_NONE),
    CFG_END()
};

static cfg_opt_t  config_opts[] = {
    CFG_STR("secret_file", NULL, CFGF_NODEFAULT),
    CFG_STR("redis", "redis://127.0.0.1:6379/0", CFGF_NONE),
    CFG_STR("redis_password_file", NULL, CFGF_NODEFAULT),
    CFG_STR("redis_ca_file", NULL, CFGF_NODEFAULT),
    CFG_STR("http_listen", "127.0.0.1:8025", CFGF_NONE),
    CFG_STR("state_dir", "/var/lib/sitepreserver", CFGF_NONE),
    CFG_STR("creatives", NULL, CFGF_NODEFAULT),
    CFG_STR("dns", NULL, CFGF_NODEFAULT),
    CFG_STR("bounce_maildir", NULL, CFGF_NODEFAULT),
    CFG_STR("lease", "60s", CFGF_NONE),
    CFG_STR("in_doubt", "list", CFGF_NONE),
    CFG_STR("log_level", "info", CFGF_NONE),
    CFG_SEC("smtp", config_smtp_opts,
            CFGF_MULTI|CFGF_TITLE|CFGF_NO_TITLE_DUPES),
    CFG_SEC("shop", config_shop_opts,
            CFGF_MULTI|CFGF_TITLE|CFGF_NO_TITLE_DUPES),
    CFG_FUNC("include", &config_include),
    CFG_FUNC(CONFIG_END, &config_end),
    CFG_END()
};


cfg_t *
config_grammar(cfg_validate_callback_t option, cfg_validate_callback_t section)
{
    char        name[128];
    cfg_t      *cfg;
    size_t      i, k;
    cfg_opt_t  *opt;

    static struct {
        const char  *path;
        cfg_opt_t   *opts;
    } sections[] = {
        { "", config_opts },
        { "smtp|", config_smtp_opts },
        { "shop|", config_shop_opts },
        { "shop|brand|", config_brand_opts },
        { "shop|utm|", config_utm_opts },
        { "shop|series|", config_series_opts },
        { "shop|offer|", config_offer_opts },
        { "shop|offer|text|", config_text_opts },
        { "shop|series|audience|", config_audience_opts },
        { "shop|series|utm|", config_utm_opts },
        { "shop|series|step|", config_step_opts },
        { "shop|series|step|variant|", config_variant_opts },
        { "shop|series|step|utm|", config_utm_opts },
    };

    cfg = cfg_init(config_opts, CFGF_NONE);

    if (cfg == NULL) {
        return NULL;
    }

    /* Validators stay with options when a section is copied from its model. */

    for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        for (k = 0; sections[i].opts[k].name != NULL; k++) {
            opt = &sections[i].opts[k];

            if (opt->type == CFGT_FUNC) {
                continue;
            }

            snprintf(name, sizeof(name), "%s%s", sections[i].path, opt->name);
            cfg_set_validate_func(cfg, name, opt->type == CFGT_SEC ? section
                                                                   : option);
        }
    }

    return cfg;
}


static int
config_end(cfg_t *cfg, cfg_opt_t *opt, int argc, const char **argv)
{
    return 0;
}
