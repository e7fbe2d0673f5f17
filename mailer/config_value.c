/*
 * Copyright (C) SitePreserver developers
 */

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_value.h"
#include "log.h"


#define CONFIG_TIME_MAX  (INT64_C(366) * 86400)
#define CONFIG_SECRET    4096
#define CONFIG_URL_MAX   2048


static int config_is_word(const char *text, const char *extra, size_t max);


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
        return "needs a valid address, in quotes: \"catch-all ADDRESS\"";
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
            return *p == '\n' ? "goes over a line's end: is a quote missing?"
                              : "has a control character";
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
    const char  *p, *bad, *host;

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

    bad = config_value_authority(host, (size_t) (p - host));

    if (bad != NULL) {
        return bad;
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
