/*
 * Copyright (C) SitePreserver developers
 */

#include "engine_fixed.h"
#include "log.h"


static int engine_fixed_same_redis(const config_redis_t *a,
    const config_redis_t *b);
static int engine_fixed_same(const char *a, const char *b);
static void engine_fixed_warn(const char *option);


void
engine_fixed_init(engine_fixed_t *fixed, config_t *conf)
{
    fixed->conf = config_ref(conf);
    fixed->redis = &conf->redis;
    fixed->state_dir = conf->state_dir;
    fixed->http_host = conf->http_host;
    fixed->http_port = conf->http_port;
    fixed->fingerprint = conf->fingerprint;
}


void
engine_fixed_free(engine_fixed_t *fixed)
{
    config_unref(fixed->conf);
}


int
engine_fixed_check(const engine_fixed_t *fixed, const config_t *conf)
{
    if (strcmp(fixed->fingerprint, conf->fingerprint) != 0) {
        log_event(LOG_ERROR, "reload", "option=secret_file reason=\"its "
                  "identity key is another one: only a start can take it\"");
        return 0;
    }

    if (!engine_fixed_same_redis(fixed->redis, &conf->redis)) {
        engine_fixed_warn("redis");
    }

    if (!engine_fixed_same(fixed->redis->password, conf->redis.password)) {
        engine_fixed_warn("redis_password_file");
    }

    if (!engine_fixed_same(fixed->redis->ca_file, conf->redis.ca_file)) {
        engine_fixed_warn("redis_ca_file");
    }

    if (!engine_fixed_same(fixed->state_dir, conf->state_dir)) {
        engine_fixed_warn("state_dir");
    }

    if (!engine_fixed_same(fixed->http_host, conf->http_host)
        || fixed->http_port != conf->http_port)
    {
        engine_fixed_warn("http_listen");
    }

    return 1;
}


static int
engine_fixed_same_redis(const config_redis_t *a, const config_redis_t *b)
{
    return engine_fixed_same(a->host, b->host) && a->port == b->port
           && engine_fixed_same(a->path, b->path)
           && engine_fixed_same(a->user, b->user) && a->db == b->db
           && a->tls == b->tls;
}


static int
engine_fixed_same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}


static void
engine_fixed_warn(const char *option)
{
    log_event(LOG_WARN, "reload", "option=%s reason=\"takes effect at the next "
              "start\"", option);
}
