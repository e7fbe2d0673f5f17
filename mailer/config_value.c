/*
 * Copyright (C) SitePreserver developers
 */

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "config_value.h"
#include "log.h"


#define CONFIG_TIME_MAX  (INT64_C(366) * 86400)
#define CONFIG_SECRET    4096
#define CONFIG_URL_MAX   2048


static int config_is_word(const char *text, const char *extra, size_t max);
static const char *config_host_port(const char *text, size_t len,
    char **host, unsigned *port);


const char *
config_value_time(const char *text, int64_t *ms)
{
    int64_t      n, unit;
    const char  *p;

    n = 0;

    for (p = text; *p >= '0' && *p <= '9'; p++) {
        n = n * 10 + (*p - '0');

        if (n > CONFIG_TIME_MAX) {
            return "is more than 366 days";
        }
    }

    if (p == text) {
        return "is not a time (\"90s\", \"15m\", \"23h\", \"3d\")";
    }

    switch (*p) {

    case '\0':
        unit = 1;
        break;

    case 's':
        unit = 1;
        p++;
        break;

    case 'm':
        unit = 60;
        p++;
        break;

    case 'h':
        unit = 3600;
        p++;
        break;

    case 'd':
        unit = 86400;
        p++;
        break;

    default:
        unit = 0;
    }

    if (unit == 0 || *p != '\0') {
        return "is not a time (\"90s\", \"15m\", \"23h\", \"3d\")";
    }

    if (n * unit > CONFIG_TIME_MAX) {
        return "is more than 366 days";
    }

    *ms = n * unit * 1000;

    return NULL;
}


const char *
config_value_number(const char *text, unsigned long min, unsigned long max,
    unsigned long *value)
{
    unsigned long  n;
    const char    *p;

    n = 0;

    for (p = text; *p >= '0' && *p <= '9'; p++) {
        n = n * 10 + (unsigned long) (*p - '0');

        if (n > max) {
            return "is too large";
        }
    }

    if (p == text || *p != '\0') {
        return "is not a whole number";
    }

    if (n < min) {
        return "is too small";
    }

    *value = n;

    return NULL;
}


const char *
config_value_rate(const char *text, double *rate)
{
    char           digits[16];
    size_t         n;
    unsigned long  value;

    n = strspn(text, "0123456789");

    if (n == 0 || n >= sizeof(digits)) {
        return "is not a rate (\"10/s\", \"600/m\", \"5000/h\")";
    }

    memcpy(digits, text, n);
    digits[n] = '\0';

    if (config_value_number(digits, 0, 1000000, &value) != NULL) {
        return "is more than 1000000";
    }

    if (strcmp(text + n, "/s") == 0 || (value == 0 && text[n] == '\0')) {
        *rate = (double) value;

    } else if (strcmp(text + n, "/m") == 0) {
        *rate = (double) value / 60;

    } else if (strcmp(text + n, "/h") == 0) {
        *rate = (double) value / 3600;

    } else {
        return "is not a rate (\"10/s\", \"600/m\", \"5000/h\")";
    }

    return NULL;
}


const char *
config_value_mode(const char *text, sp_mode_t *mode, char *address)
{
    size_t       n;
    const char  *p;

    address[0] = '\0';

    if (strcmp(text, "off") == 0) {
        *mode = SP_MODE_OFF;
        return NULL;
    }

    if (strcmp(text, "dry-run") == 0) {
        *mode = SP_MODE_DRY_RUN;
        return NULL;
    }

    if (strcmp(text, "live") == 0) {
        *mode = SP_MODE_LIVE;
        return NULL;
    }

    n = sizeof("catch-all") - 1;

    if (strncmp(text, "catch-all", n) != 0
        || (text[n] != ' ' && text[n] != '\0'))
    {
        return "is not a mode (off, dry-run, \"catch-all ADDRESS\", live)";
    }

    for (p = text + n; *p == ' '; p++) { /* void */ }

    if (*p == '\0' || strchr(p, '<') != NULL
        || config_value_mailbox(p, address) != NULL)
    {
        return "needs a valid address: \"catch-all ADDRESS\"";
    }

    *mode = SP_MODE_CATCH_ALL;

    return NULL;
}


const char *
config_value_tls(const char *text, config_tls_t *tls)
{
    if (strcmp(text, "none") == 0) {
        *tls = CONFIG_TLS_NONE;

    } else if (strcmp(text, "opportunistic") == 0) {
        *tls = CONFIG_TLS_OPPORTUNISTIC;

    } else if (strcmp(text, "required") == 0) {
        *tls = CONFIG_TLS_REQUIRED;

    } else {
        return "is not none, opportunistic or required";
    }

    return NULL;
}


const char *
config_value_log_level(const char *text, int *level)
{
    int                 i;
    static const char  *names[] = { "error", "warn", "info", "debug" };

    for (i = 0; i < 4; i++) {
        if (strcmp(text, names[i]) == 0) {
            *level = i;
            return NULL;
        }
    }

    return "is not error, warn, info or debug";
}


const char *
config_value_doubt(const char *text, int *resend)
{
    if (strcmp(text, "list") == 0) {
        *resend = 0;

    } else if (strcmp(text, "resend") == 0) {
        *resend = 1;

    } else {
        return "is not list or resend";
    }

    return NULL;
}


const char *
config_value_mailbox(const char *text, char *address)
{
    char         normal[SP_ADDRESS_MAX + 1];
    size_t       n, len;
    sp_str_t     in;
    const char  *p, *open;

    for (p = text; *p != '\0'; p++) {
        if ((unsigned char) *p < ' ' || *p == 0x7f) {
            return "has a control character";
        }
    }

    open = strrchr(text, '<');

    if (open != NULL) {
        len = strlen(open);

        if (open[len - 1] != '>' || strpbrk(open + 1, "< ,;") != NULL) {
            return "is not \"Name <address>\"";
        }

        in.data = open + 1;
        in.len = len - 2;

    } else {
        in.data = text;
        in.len = strlen(text);
    }

    if (sp_address_normalise(&in, normal, &n) != SP_OK) {
        return "has no valid address";
    }

    while (in.len > 0 && *in.data == ' ') {
        in.data++;
        in.len--;
    }

    while (in.len > 0 && in.data[in.len - 1] == ' ') {
        in.len--;
    }

    if (in.len > SP_ADDRESS_MAX) {
        return "has no valid address";
    }

    memcpy(address, in.data, in.len);
    address[in.len] = '\0';

    return NULL;
}


const char *
config_value_url(const char *text)
{
    const char  *p, *host;

    if (strncmp(text, "https://", 8) == 0) {
        host = text + 8;

    } else if (strncmp(text, "http://", 7) == 0) {
        host = text + 7;

    } else {
        return "does not begin with https:// or http://";
    }

    if (strlen(text) > CONFIG_URL_MAX) {
        return "is too long";
    }

    if (*host == '\0' || strchr("/?#:", *host) != NULL) {
        return "has no host";
    }

    for (p = host; *p != '\0' && strchr("/?#", *p) == NULL; p++) {
        if (!isalnum((unsigned char) *p) && strchr(".-_:[]", *p) == NULL) {
            return "has a host that is not valid";
        }
    }

    for ( /* void */ ; *p != '\0'; p++) {
        if (*p <= ' ' || *p >= 0x7f || strchr("\"<>\\^`{}|", *p) != NULL) {
            return "has a character that must be percent-encoded";
        }
    }

    return NULL;
}


static int
config_is_word(const char *text, const char *extra, size_t max)
{
    size_t  n;

    for (n = 0; text[n] != '\0'; n++) {
        if (n == max
            || !((text[n] >= 'a' && text[n] <= 'z')
                 || (text[n] >= '0' && text[n] <= '9')
                 || strchr(extra, text[n]) != NULL))
        {
            return 0;
        }
    }

    return n > 0;
}


const char *
config_value_name(const char *text)
{
    return config_is_word(text, "._-", CONFIG_SHOP_MAX)
               ? NULL : "is not a name ([a-z0-9._-], 1 to 64 characters)";
}


const char *
config_value_host(const char *text)
{
    return config_is_word(text, ".-", 253) ? NULL : "is not a host's name";
}


const char *
config_value_colour(const char *text)
{
    size_t  n;

    n = strlen(text);

    if (text[0] != '#' || (n != 4 && n != 7)
        || strspn(text + 1, "0123456789abcdefABCDEF") != n - 1)
    {
        return "is not a colour (\"#1a73e8\")";
    }

    return NULL;
}


const char *
config_value_locale(const char *text)
{
    size_t  n;

    n = strspn(text, "abcdefghijklmnopqrstuvwxyz");

    if (n < 2 || n > 3) {
        return "is not a locale (\"en\", \"de-AT\")";
    }

    if (text[n] == '\0') {
        return NULL;
    }

    if ((text[n] != '-' && text[n] != '_') || strlen(text + n + 1) < 2
        || strlen(text + n + 1) > 16)
    {
        return "is not a locale (\"en\", \"de-AT\")";
    }

    for (text += n + 1; *text != '\0'; text++) {
        if (!isalnum((unsigned char) *text) && *text != '-' && *text != '_') {
            return "is not a locale (\"en\", \"de-AT\")";
        }
    }

    return NULL;
}


/* HOST, HOST:PORT, [V6] or [V6]:PORT; *port keeps its value without one. */

static const char *
config_host_port(const char *text, size_t len, char **host, unsigned *port)
{
    char           digits[8];
    size_t         n, skip;
    const char    *end, *rest;
    unsigned long  value;

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

    if (skip == 1 && strspn(*host, "0123456789abcdefABCDEF:.") != n) {
        return "has an address that is not valid";
    }

    len -= (size_t) (rest - text);

    if (len == 0) {
        return NULL;
    }

    if (rest[0] != ':' || len < 2 || len > 6) {
        return "has a port that is not valid";
    }

    memcpy(digits, rest + 1, len - 1);
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
    const char          *p, *slash, *at, *bad;
    unsigned long        db;
    struct sockaddr_un   un;

    redis->db = 0;
    redis->tls = 0;

    if (strncmp(text, "unix:", 5) == 0) {
        p = strstr(text + 5, "?db=");

        redis->path = p != NULL ? strndup(text + 5, (size_t) (p - text - 5))
                                : strdup(text + 5);

        if (redis->path == NULL || redis->path[0] != '/'
            || strlen(redis->path) >= sizeof(un.sun_path))
        {
            return "is not \"unix:/PATH\"";
        }

        if (p != NULL) {
            bad = config_value_number(p + 4, 0, 65535, &db);

            if (bad != NULL) {
                return "has a database that is not a number";
            }

            redis->db = (unsigned) db;
        }

        return NULL;
    }

    if (strncmp(text, "rediss://", 9) == 0) {
        redis->tls = 1;
        p = text + 9;

    } else if (strncmp(text, "redis://", 8) == 0) {
        p = text + 8;

    } else {
        return "does not begin with redis://, rediss:// or unix:";
    }

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

    if (config_value_number(slash + 1, 0, 65535, &db) != NULL) {
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
config_value_listen(const char *text, char **host, unsigned *port)
{
    *port = 0;

    if (config_host_port(text, strlen(text), host, port) != NULL
        || *port == 0)
    {
        return "is not ADDRESS:PORT";
    }

    return NULL;
}


const char *
config_value_secret_file(const char *path, char **secret)
{
    int          fd;
    char         buf[CONFIG_SECRET + 1];
    ssize_t      n;
    struct stat  st;

    fd = open(path, O_RDONLY|O_CLOEXEC);

    if (fd == -1) {
        return "cannot be opened";
    }

    if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
        close(fd);
        return "is not a file";
    }

    if (st.st_mode & 007) {
        close(fd);
        return "can be read by others: chmod o-rwx";
    }

    n = read(fd, buf, CONFIG_SECRET + 1);
    close(fd);

    if (n < 0) {
        return "cannot be read";
    }

    if (n > CONFIG_SECRET) {
        return "is too long";
    }

    buf[n] = '\0';
    buf[strcspn(buf, "\r\n")] = '\0';

    *secret = buf[0] != '\0' ? strdup(buf) : NULL;
    explicit_bzero(buf, sizeof(buf));

    return *secret != NULL ? NULL : "is empty";
}
