/*
 * Copyright (C) SitePreserver developers
 */

#include <stdlib.h>

#include "config.h"
#include "config_parse.h"
#include "config_value.h"


static int config_build(config_t *conf, cfg_t *cfg);
static int config_build_redis(config_t *conf, cfg_t *cfg);
static int config_build_http(config_t *conf, cfg_t *cfg);
static int config_build_smtp(config_smtp_t *smtp, cfg_t *cfg);
static int config_build_shop(config_t *conf, config_shop_t *shop, cfg_t *cfg);
static int config_build_mail(config_shop_t *shop, cfg_t *cfg);
static int config_build_relay(config_t *conf, config_shop_t *shop,
    cfg_t *cfg);
static int config_build_brand(config_shop_t *shop, cfg_t *cfg);
static int config_build_lists(config_shop_t *shop, cfg_t *cfg);
static int config_build_series(config_shop_t *shop, cfg_t *cfg);
static int config_build_steps(config_series_t *series, cfg_t *cfg);
static int config_string(cfg_t *cfg, const char *option, char **value);
static int config_secret(cfg_t *cfg, const char *option, char **value);
static int config_required(cfg_t *cfg, const char **options);
static int config_is_local(const char *host);
static void config_free(config_t *conf);
static void config_free_shop(config_shop_t *shop);


config_t *
config_read(const char *path, config_error_t *err)
{
    int        ok;
    cfg_t     *cfg;
    config_t  *conf;

    cfg = config_parse(path, err);

    if (cfg == NULL) {
        return NULL;
    }

    conf = calloc(1, sizeof(config_t));
    ok = 0;

    if (conf != NULL) {
        conf->refs = 1;
        conf->file = strdup(path);
        ok = conf->file != NULL && config_build(conf, cfg);
    }

    if (!ok && err->text[0] == '\0') {
        snprintf(err->text, sizeof(err->text), "%s: out of memory", path);
    }

    config_parse_end(cfg);

    if (err->text[0] == '\0') {
        return conf;
    }

    config_free(conf);

    return NULL;
}


static int
config_build(config_t *conf, cfg_t *cfg)
{
    int                 resend;
    unsigned            i;
    sp_error_t          err;
    static const char  *required[] = { "secret_file", NULL };

    if (!config_required(cfg, required)) {
        return 0;
    }

    conf->secret = sp_secret_read(cfg_getstr(cfg, "secret_file"), &err);

    if (conf->secret == NULL) {
        config_fail(cfg, "secret_file", "secret_file: %s", err.text);
        return 0;
    }

    sp_secret_fingerprint(conf->secret, conf->fingerprint);

    (void) config_value_time(cfg_getstr(cfg, "lease"), &conf->lease);
    (void) config_value_log_level(cfg_getstr(cfg, "log_level"),
                                  &conf->log_level);
    (void) config_value_doubt(cfg_getstr(cfg, "in_doubt"), &resend);
    conf->resend_doubt = (unsigned) resend & 1;

    if (!config_string(cfg, "state_dir", &conf->state_dir)
        || !config_build_redis(conf, cfg) || !config_build_http(conf, cfg))
    {
        return 0;
    }

    conf->nsmtp = cfg_size(cfg, "smtp");
    conf->smtp = calloc(conf->nsmtp + 1, sizeof(config_smtp_t));
    conf->nshops = cfg_size(cfg, "shop");
    conf->shops = calloc(conf->nshops + 1, sizeof(config_shop_t));

    if (conf->smtp == NULL || conf->shops == NULL) {
        conf->nsmtp = 0;
        conf->nshops = 0;
        return 0;
    }

    for (i = 0; i < conf->nsmtp; i++) {
        if (!config_build_smtp(&conf->smtp[i], cfg_getnsec(cfg, "smtp", i))) {
            return 0;
        }
    }

    for (i = 0; i < conf->nshops; i++) {
        if (!config_build_shop(conf, &conf->shops[i],
                               cfg_getnsec(cfg, "shop", i)))
        {
            return 0;
        }
    }

    if (conf->nshops == 0) {
        config_fail(cfg, NULL, "there is no shop");
        return 0;
    }

    return 1;
}


static int
config_build_redis(config_t *conf, cfg_t *cfg)
{
    const char  *bad;

    bad = config_value_redis(cfg_getstr(cfg, "redis"), &conf->redis);

    if (bad != NULL) {
        config_fail(cfg, "redis", "\"redis\" %s: \"%s\"", bad,
                    strchr(cfg_getstr(cfg, "redis"), '@') != NULL
                        ? "<url with a user>" : cfg_getstr(cfg, "redis"));
        return 0;
    }

    if (config_given(cfg, "redis_ca_file") && !conf->redis.tls) {
        config_fail(cfg, "redis_ca_file", "redis_ca_file needs rediss://");
        return 0;
    }

    if (!config_secret(cfg, "redis_password_file", &conf->redis.password)) {
        return 0;
    }

    if (conf->redis.user != NULL && conf->redis.password == NULL) {
        config_fail(cfg, "redis", "a user in \"redis\" needs "
                    "redis_password_file");
        return 0;
    }

    return config_string(cfg, "redis_ca_file", &conf->redis.ca_file);
}


static int
config_build_http(config_t *conf, cfg_t *cfg)
{
    const char  *text, *bad;

    text = cfg_getstr(cfg, "http_listen");

    if (text[0] == '\0') {
        return 1;
    }

    bad = config_value_listen(text, &conf->http_host, &conf->http_port);

    if (bad != NULL) {
        config_fail(cfg, "http_listen", "\"http_listen\" %s: \"%s\"", bad,
                    text);
        return 0;
    }

    return 1;
}


static int
config_build_smtp(config_smtp_t *smtp, cfg_t *cfg)
{
    int                 implicit;
    int64_t             ms;
    const char         *bad;
    unsigned long       n;
    static const char  *required[] = { "url", NULL };

    smtp->name = strdup(cfg_title(cfg));

    if (smtp->name == NULL || !config_required(cfg, required)) {
        return 0;
    }

    bad = config_value_smtp(cfg_getstr(cfg, "url"), &smtp->host, &smtp->port,
                            &implicit);
    if (bad != NULL) {
        config_fail(cfg, "url", "\"url\" %s: \"%s\"", bad,
                    strchr(cfg_getstr(cfg, "url"), '@') != NULL
                        ? "<url with a user>" : cfg_getstr(cfg, "url"));
        return 0;
    }

    smtp->implicit_tls = (unsigned) implicit & 1;
    (void) config_value_tls(cfg_getstr(cfg, "tls"), &smtp->tls);
    (void) config_value_rate(cfg_getstr(cfg, "rate"), &smtp->rate);
    (void) config_value_number(cfg_getstr(cfg, "connections"), 1,
                               CONFIG_CONNECTIONS, &n);
    smtp->connections = (unsigned) n;
    (void) config_value_time(cfg_getstr(cfg, "timeout"), &ms);
    smtp->timeout = (long) (ms / 1000);
    (void) config_value_time(cfg_getstr(cfg, "final_timeout"), &ms);
    smtp->final_timeout = (long) (ms / 1000);

    if (smtp->implicit_tls) {
        if (config_given(cfg, "tls") && smtp->tls != CONFIG_TLS_REQUIRED) {
            config_fail(cfg, "tls", "smtps:// is always tls = required");
            return 0;
        }

        smtp->tls = CONFIG_TLS_REQUIRED;
    }

    if (!config_string(cfg, "user", &smtp->user)
        || !config_string(cfg, "helo", &smtp->helo)
        || !config_string(cfg, "ca_file", &smtp->ca_file)
        || !config_secret(cfg, "password_file", &smtp->password))
    {
        return 0;
    }

    if ((smtp->user != NULL) != (smtp->password != NULL)) {
        config_fail(cfg, smtp->user != NULL ? "user" : "password_file",
                    "user and password_file belong together");
        return 0;
    }

    if (smtp->user != NULL && smtp->tls != CONFIG_TLS_REQUIRED
        && !config_is_local(smtp->host))
    {
        config_fail(cfg, "user", "a password needs tls = required, unless "
                    "the relay is this host");
        return 0;
    }

    return 1;
}


static int
config_is_local(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0
           || strncmp(host, "127.", 4) == 0;
}


static int
config_build_shop(config_t *conf, config_shop_t *shop, cfg_t *cfg)
{
    char           address[SP_ADDRESS_MAX + 1];
    unsigned long  n;

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

    (void) config_value_number(cfg_getstr(cfg, "max_per_day"), 0, 1000, &n);
    shop->max_per_day = (unsigned) n;

    return config_build_mail(shop, cfg)
           && config_build_relay(conf, shop, cfg)
           && config_build_brand(shop, cfg_getsec(cfg, "brand"))
           && config_build_lists(shop, cfg)
           && config_build_series(shop, cfg);
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

    while (shop->public_url[n - 1] == '/') {
        shop->public_url[--n] = '\0';
    }

    return shop->from_address != NULL && shop->return_path != NULL;
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
    unsigned     i, n;
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

    n = cfg_size(cfg, "hosts");
    shop->hosts = calloc(n + 1, sizeof(char *));

    for (i = 0; i < n && shop->hosts != NULL; i++) {
        shop->hosts[i] = strdup(cfg_getnstr(cfg, "hosts", i));

        if (shop->hosts[i] == NULL) {
            return 0;
        }

        shop->nhosts++;
    }

    return shop->hosts != NULL;
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

        if (!config_build_steps(series, section)) {
            return 0;
        }
    }

    return 1;
}


static int
config_build_steps(config_series_t *series, cfg_t *cfg)
{
    cfg_t              *section;
    unsigned            i, k, n;
    config_step_t      *step;
    static const char  *required[] = { "delay", "creative", NULL };

    n = cfg_size(cfg, "step");

    if (n == 0 || n > CONFIG_STEPS_MAX) {
        config_fail(cfg, NULL, "series \"%s\" must have 1 to %d steps",
                    series->name, CONFIG_STEPS_MAX);
        return 0;
    }

    series->steps = calloc(n, sizeof(config_step_t));

    if (series->steps == NULL) {
        return 0;
    }

    for (i = 0; i < n; i++) {
        section = cfg_getnsec(cfg, "step", i);
        step = &series->steps[series->nsteps++];
        step->name = strdup(cfg_title(section));

        if (step->name == NULL || !config_required(section, required)
            || !config_string(section, "creative", &step->creative))
        {
            return 0;
        }

        (void) config_value_time(cfg_getstr(section, "delay"), &step->delay);
        (void) config_value_time(cfg_getstr(section, "max_late"),
                                 &step->max_late);
        step->hash = sp_step_hash(&(sp_str_t) { strlen(step->name),
                                                step->name });

        for (k = 0; k < i; k++) {
            if (series->steps[k].hash == step->hash) {
                config_fail(section, NULL, "step \"%s\" needs another name",
                            step->name);
                return 0;
            }
        }

        if (i > 0 && step->delay <= series->steps[i - 1].delay) {
            config_fail(section, "delay", "the delay of step \"%s\" must be "
                        "longer than that of step \"%s\" before it",
                        step->name, series->steps[i - 1].name);
            return 0;
        }
    }

    return 1;
}


/* A copy of an option's value, NULL if it was not given; 0: no memory. */

static int
config_string(cfg_t *cfg, const char *option, char **value)
{
    const char  *text;

    text = cfg_getstr(cfg, option);

    if (text == NULL) {
        return 1;
    }

    *value = strdup(text);

    return *value != NULL;
}


static int
config_secret(cfg_t *cfg, const char *option, char **value)
{
    const char  *path, *bad;

    path = cfg_getstr(cfg, option);

    if (path == NULL) {
        return 1;
    }

    bad = config_value_secret_file(path, value);

    if (bad != NULL) {
        config_fail(cfg, option, "%s \"%s\" %s", option, path, bad);
        return 0;
    }

    return 1;
}


static int
config_required(cfg_t *cfg, const char **options)
{
    for ( /* void */ ; *options != NULL; options++) {
        if (cfg_getstr(cfg, *options) != NULL) {
            continue;
        }

        if (cfg_title(cfg) != NULL) {
            config_fail(cfg, NULL, "%s \"%s\" needs \"%s\"", cfg_name(cfg),
                        cfg_title(cfg), *options);

        } else {
            config_fail(cfg, NULL, "\"%s\" is missing", *options);
        }

        return 0;
    }

    return 1;
}


config_t *
config_ref(config_t *conf)
{
    conf->refs++;

    return conf;
}


void
config_unref(config_t *conf)
{
    if (conf != NULL && --conf->refs == 0) {
        config_free(conf);
    }
}


config_shop_t *
config_shop(const config_t *conf, const char *name)
{
    unsigned  i;

    for (i = 0; i < conf->nshops; i++) {
        if (strcmp(conf->shops[i].name, name) == 0) {
            return &conf->shops[i];
        }
    }

    return NULL;
}


config_series_t *
config_series(const config_shop_t *shop, uint32_t hash)
{
    unsigned  i;

    for (i = 0; i < shop->nseries; i++) {
        if (hash == 0 || shop->series[i].hash == hash) {
            return &shop->series[i];
        }
    }

    return NULL;
}


const char *
config_mode_name(sp_mode_t mode)
{
    static const char  *names[] = { "off", "dry-run", "catch-all", "live" };

    return names[mode];
}


static void
config_free(config_t *conf)
{
    unsigned        i;
    config_smtp_t  *smtp;

    if (conf == NULL) {
        return;
    }

    for (i = 0; i < conf->nsmtp; i++) {
        smtp = &conf->smtp[i];
        free(smtp->name);
        free(smtp->host);
        free(smtp->ca_file);
        free(smtp->user);
        free(smtp->helo);

        if (smtp->password != NULL) {
            explicit_bzero(smtp->password, strlen(smtp->password));
            free(smtp->password);
        }
    }

    for (i = 0; i < conf->nshops; i++) {
        config_free_shop(&conf->shops[i]);
    }

    if (conf->redis.password != NULL) {
        explicit_bzero(conf->redis.password, strlen(conf->redis.password));
        free(conf->redis.password);
    }

    free(conf->redis.host);
    free(conf->redis.path);
    free(conf->redis.user);
    free(conf->redis.ca_file);
    free(conf->http_host);
    free(conf->state_dir);
    free(conf->file);
    free(conf->smtp);
    free(conf->shops);
    sp_secret_free(conf->secret);
    free(conf);
}


static void
config_free_shop(config_shop_t *shop)
{
    unsigned          i, k;
    config_series_t  *series;

    for (i = 0; i < shop->nseries; i++) {
        series = &shop->series[i];

        for (k = 0; k < series->nsteps; k++) {
            free(series->steps[k].name);
            free(series->steps[k].creative);
        }

        free(series->steps);
        free(series->name);
    }

    for (i = 0; i < shop->nhosts; i++) {
        free(shop->hosts[i]);
    }

    if (shop->webhook_secret != NULL) {
        explicit_bzero(shop->webhook_secret, strlen(shop->webhook_secret));
        free(shop->webhook_secret);
    }

    neverlist_free(shop->never);
    free(shop->series);
    free(shop->hosts);
    free(shop->name);
    free(shop->catch_all);
    free(shop->from);
    free(shop->from_address);
    free(shop->reply_to);
    free(shop->return_path);
    free(shop->cart_url);
    free(shop->public_url);
    free(shop->locale);
    free(shop->brand.name);
    free(shop->brand.logo);
    free(shop->brand.colour);
    free(shop->brand.address);
}
