/*
 * Copyright (C) SitePreserver developers
 */

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "config_build.h"
#include "config_text.h"
#include "config_value.h"
#include "creative_file.h"


static config_t *config_read_file(const char *path, int lenient,
    config_error_t *err);
static int config_build(config_t *conf, cfg_t *cfg);
static int config_check_folders(const config_t *conf, cfg_t *cfg);
static int config_build_redis(config_t *conf, cfg_t *cfg);
static int config_build_http(config_t *conf, cfg_t *cfg);
static int config_build_smtp(config_smtp_t *smtp, cfg_t *cfg);
static int config_check_ca(cfg_t *cfg, const char *option);
static int config_is_local(const char *host);
static void config_free(config_t *conf);


config_t *
config_read(const char *path, config_error_t *err)
{
    return config_read_file(path, 0, err);
}


config_t *
config_read_lenient(const char *path, config_error_t *err)
{
    return config_read_file(path, 1, err);
}


static config_t *
config_read_file(const char *path, int lenient, config_error_t *err)
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
        conf->lenient = lenient != 0;
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
        || !config_string(cfg, "creatives", &conf->creatives)
        || !config_string(cfg, "dns", &conf->dns)
        || !config_string(cfg, "bounce_maildir", &conf->bounce_maildir)
        || !config_string(cfg, "secret_file", &conf->secret_file)
        || !config_build_redis(conf, cfg) || !config_build_http(conf, cfg))
    {
        return 0;
    }

    if (!config_check_folders(conf, cfg)) {
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


/* Those that mend creatives may have to make the folder. */

static int
config_check_folders(const config_t *conf, cfg_t *cfg)
{
    const char  *bad;

    bad = conf->creatives != NULL && !conf->lenient
          ? creative_file_dir(conf->creatives) : NULL;

    if (bad != NULL) {
        config_fail(cfg, "creatives", "creatives \"%s\": %s", conf->creatives,
                    bad);
        return 0;
    }

    /* a Maildir may come with its first mail: `check` warns */

    bad = conf->bounce_maildir != NULL
          && creative_file_exists(conf->bounce_maildir)
          ? creative_file_dir(conf->bounce_maildir) : NULL;

    if (bad != NULL) {
        config_fail(cfg, "bounce_maildir", "bounce_maildir \"%s\": %s",
                    conf->bounce_maildir, bad);
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

    return config_string(cfg, "redis_ca_file", &conf->redis.ca_file)
           && config_check_ca(cfg, "redis_ca_file");
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
        || !config_check_ca(cfg, "ca_file")
        || !config_list(cfg, "sends_from", &smtp->sends_from,
                        &smtp->nsends_from)
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


/* It is opened again by each connection: here is who can mend it. */

static int
config_check_ca(cfg_t *cfg, const char *option)
{
    int          ok;
    SSL_CTX     *ctx;
    const char  *path, *bad;

    path = cfg_getstr(cfg, option);

    if (path == NULL) {
        return 1;
    }

    bad = config_text_readable(path);

    if (bad == NULL) {
        ctx = SSL_CTX_new(TLS_client_method());
        ok = ctx != NULL
             && SSL_CTX_load_verify_locations(ctx, path, NULL) == 1;
        SSL_CTX_free(ctx);
        ERR_clear_error();
        bad = ok ? NULL : "has no certificate";
    }

    if (bad != NULL) {
        config_fail(cfg, option, "%s \"%s\": %s", option, path, bad);
    }

    return bad == NULL;
}


static int
config_is_local(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0
           || strncmp(host, "127.", 4) == 0;
}


/* A copy of an option's value, NULL if it was not given; 0: no memory. */

int
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


int
config_list(cfg_t *cfg, const char *option, char ***values, unsigned *n)
{
    unsigned  i, all;

    all = cfg_size(cfg, option);
    *values = calloc(all + 1, sizeof(char *));

    for (i = 0; i < all && *values != NULL; i++) {
        (*values)[i] = strdup(cfg_getnstr(cfg, option, i));

        if ((*values)[i] == NULL) {
            return 0;
        }

        (*n)++;
    }

    return *values != NULL;
}


void
config_list_free(char **values, unsigned n)
{
    unsigned  i;

    for (i = 0; i < n; i++) {
        free(values[i]);
    }

    free(values);
}


int
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


int
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


config_variant_t *
config_variant(const config_step_t *step, const char *creative)
{
    unsigned  i;

    for (i = 0; i < step->nvariants; i++) {
        if (strcmp(step->variants[i].creative, creative) == 0) {
            return &step->variants[i];
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
        config_list_free(smtp->sends_from, smtp->nsends_from);

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
    free(conf->creatives);
    free(conf->dns);
    free(conf->bounce_maildir);
    free(conf->secret_file);
    free(conf->file);
    free(conf->smtp);
    free(conf->shops);
    sp_secret_free(conf->secret);
    free(conf);
}
