/*
 * Copyright (C) SitePreserver developers
 *
 * Places in the network: where Redis is, a relay, and what is listened on.
 */

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "config_value.h"


static const char *config_host_port(const char *text, size_t len,
    char **host, unsigned *port);
static const char *config_port(const char *text, size_t len, unsigned *port);
static const char *config_redis_unix(const char *text, config_redis_t *redis);
static const char *config_redis_tcp(const char *p, config_redis_t *redis);
static const char *config_redis_db(const char *text, config_redis_t *redis);


/* HOST, HOST:PORT, [V6] or [V6]:PORT; *port keeps its value without one. */

static const char *
config_host_port(const char *text, size_t len, char **host, unsigned *port)
{
    size_t          n, skip;
    const char     *end, *rest;
    unsigned char   ip[16];

    if (len > 0 && text[0] == '[') {
        end = memchr(text, ']', len);

        if (end == NULL || end == text + 1) {
            return "has an address that is not valid";
        }

        n = (size_t) (end - text) - 1;
        skip = 1;
        rest = end + 1;

    } else {
        end = memchr(text, ':', len);
        n = end != NULL ? (size_t) (end - text) : len;
        skip = 0;
        rest = text + n;
    }

    if (n == 0 || n > 253) {
        return "has no host";
    }

    free(*host);
    *host = strndup(text + skip, n);

    if (*host == NULL) {
        return "out of memory";
    }

    if (skip == 0
        && strspn(*host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789.-_") != n)
    {
        return "has a host that is not valid";
    }

    if (skip == 1 ? inet_pton(AF_INET6, *host, ip) != 1
                  : strspn(*host, "0123456789.") == n
                    && inet_pton(AF_INET, *host, ip) != 1)
    {
        return "has an address that is not valid";
    }

    if (skip == 0 && (**host == '.' || strstr(*host, "..") != NULL)) {
        return "has a host that is not valid";
    }

    return config_port(rest, len - (size_t) (rest - text), port);
}


/* ":PORT", or nothing */

static const char *
config_port(const char *text, size_t len, unsigned *port)
{
    char           digits[8];
    unsigned long  value;

    if (len == 0) {
        return NULL;
    }

    if (text[0] != ':' || len < 2 || len > 6) {
        return "has a port that is not valid";
    }

    memcpy(digits, text + 1, len - 1);
    digits[len - 1] = '\0';

    if (config_value_number(digits, 1, 65535, &value) != NULL) {
        return "has a port that is not valid";
    }

    *port = (unsigned) value;

    return NULL;
}


const char *
config_value_redis(const char *text, config_redis_t *redis)
{
    const char  *p;

    redis->db = 0;
    redis->tls = 0;

    if (strncmp(text, "unix:", 5) == 0) {
        return config_redis_unix(text + 5, redis);
    }

    if (strncmp(text, "rediss://", 9) == 0) {
        redis->tls = 1;
        p = text + 9;

    } else if (strncmp(text, "redis://", 8) == 0) {
        p = text + 8;

    } else {
        return "does not begin with redis://, rediss:// or unix:";
    }

    return config_redis_tcp(p, redis);
}


static const char *
config_redis_unix(const char *text, config_redis_t *redis)
{
    const char          *db;
    struct sockaddr_un   un;

    db = strstr(text, "?db=");

    redis->path = db != NULL ? strndup(text, (size_t) (db - text))
                             : strdup(text);

    if (redis->path == NULL || redis->path[0] != '/'
        || strlen(redis->path) >= sizeof(un.sun_path))
    {
        return "is not \"unix:/PATH\"";
    }

    return db != NULL ? config_redis_db(db + 4, redis) : NULL;
}


/* [USER@]HOST[:PORT][/DB] */

static const char *
config_redis_tcp(const char *p, config_redis_t *redis)
{
    const char  *slash, *at, *bad;

    at = strchr(p, '@');

    if (at != NULL) {
        if (memchr(p, ':', (size_t) (at - p)) != NULL) {
            return "must not hold a password: use redis_password_file";
        }

        redis->user = strndup(p, (size_t) (at - p));

        if (redis->user == NULL || at == p) {
            return "has an empty user";
        }

        p = at + 1;
    }

    redis->port = 6379;
    slash = strchr(p, '/');

    bad = config_host_port(p, slash != NULL ? (size_t) (slash - p) : strlen(p),
                           &redis->host, &redis->port);

    if (bad != NULL || slash == NULL || slash[1] == '\0') {
        return bad;
    }

    return config_redis_db(slash + 1, redis);
}


static const char *
config_redis_db(const char *text, config_redis_t *redis)
{
    unsigned long  db;

    if (config_value_number(text, 0, 65535, &db) != NULL) {
        return "has a database that is not a number";
    }

    redis->db = (unsigned) db;

    return NULL;
}


const char *
config_value_smtp(const char *text, char **host, unsigned *port,
    int *implicit_tls)
{
    size_t       len;
    const char  *p;

    if (strncmp(text, "smtps://", 8) == 0) {
        *implicit_tls = 1;
        *port = 465;
        p = text + 8;

    } else if (strncmp(text, "smtp://", 7) == 0) {
        *implicit_tls = 0;
        *port = 25;
        p = text + 7;

    } else {
        return "does not begin with smtp:// or smtps://";
    }

    if (strchr(p, '@') != NULL) {
        return "must not hold a user: use user and password_file";
    }

    len = strlen(p);

    if (len > 0 && p[len - 1] == '/') {
        len--;
    }

    return config_host_port(p, len, host, port);
}


const char *
config_value_authority(const char *text, size_t len)
{
    char        *host;
    unsigned     port;
    const char  *bad;

    host = NULL;
    bad = config_host_port(text, len, &host, &port);
    free(host);

    return bad;
}


const char *
config_value_listen(const char *text, char **host, unsigned *port)
{
    const char  *bad;

    *port = 0;
    bad = config_host_port(text, strlen(text), host, port);

    return bad != NULL && strstr(bad, "address") != NULL
           && strchr(text, ':') != NULL ? bad
           : bad != NULL || *port == 0 ? "is not ADDRESS:PORT" : NULL;
}


const char *
config_value_ip(const char *text)
{
    unsigned char  ip[16];

    return inet_pton(AF_INET, text, ip) == 1
           || inet_pton(AF_INET6, text, ip) == 1 ? NULL
                                                 : "is not an IP address";
}


const char *
config_value_dns(const char *text)
{
    char        *host;
    unsigned     port;
    const char  *bad;

    if (config_value_ip(text) == NULL) {
        return NULL;
    }

    host = NULL;
    bad = config_host_port(text, strlen(text), &host, &port);

    if (bad == NULL) {
        bad = config_value_ip(host);
    }

    free(host);

    return bad;
}
