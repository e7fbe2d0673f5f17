/*
 * Copyright (C) SitePreserver developers
 */

#include <unicode/utf8.h>

#include "config_check.h"
#include "config_value.h"
#include "draw.h"


typedef struct {
    const char   *name;
    const char  *(*check)(const char *text);    /* NULL: any text */
} config_check_t;


static const char *config_check_bytes(const char *text);
static const char *config_check_time(const char *text);
static const char *config_check_rate(const char *text);
static const char *config_check_mode(const char *text);
static const char *config_check_tls(const char *text);
static const char *config_check_level(const char *text);
static const char *config_check_doubt(const char *text);
static const char *config_check_mailbox(const char *text);
static const char *config_check_address(const char *text);
static const char *config_check_text(const char *text);
static const char *config_check_utm(const char *text);
static const char *config_check_day(const char *text);
static const char *config_check_connections(const char *text);
static const char *config_check_seconds(const char *text);
static const char *config_check_lease(const char *text);
static const char *config_check_remember(const char *text);
static const char *config_check_switch(const char *text);
static const char *config_check_bounces(const char *text);
static const char *config_check_quiet(const char *text);
static const char *config_check_weekday(const char *text);
static const char *config_check_consent(const char *text);
static const char *config_check_percent(const char *text);
static const char *config_check_kind(const char *text);
static const char *config_check_stage(const char *text);
static const char *config_check_captured(const char *text);
static const char *config_check_device(const char *text);
static const char *config_check_customers(const char *text);
static const char *config_check_login(const char *text);
static const char *config_check_amount(const char *text);
static const char *config_check_weight(const char *text);
static const char *config_check_strength(const char *text);
static const char *config_check_items(const char *text);
static const char *config_check_without(const char *text);
static const char *config_check_line(const char *text);


static const config_check_t  config_checks[] = {
    { "delay", config_check_time },
    { "creative", config_value_name },
    { "max_late", config_check_time },
    { "name", config_check_text },
    { "logo", config_value_url },
    { "colour", config_value_colour },
    { "address", config_check_text },
    { "source", config_check_utm },
    { "medium", config_check_utm },
    { "campaign", config_check_utm },
    { "content", config_check_utm },
    { "id", config_check_utm },
    { "mode", config_check_mode },
    { "from", config_check_mailbox },
    { "reply_to", config_check_mailbox },
    { "return_path", config_check_address },
    { "cart_url", config_value_url },
    { "public_url", config_value_url },
    { "smtp", config_value_name },
    { "max_per_day", config_check_day },
    { "remember", config_check_remember },
    { "hosts", config_value_host },
    { "dkim_selectors", config_value_host },
    { "sends_from", config_value_ip },
    { "dns", config_value_dns },
    { "verp", config_check_switch },
    { "soft_bounces", config_check_bounces },
    { "bounce_maildir", config_check_text },
    { "locale", config_value_locale },
    { "connections", config_check_connections },
    { "user", config_check_text },
    { "tls", config_check_tls },
    { "helo", config_value_host },
    { "rate", config_check_rate },
    { "timeout", config_check_seconds },
    { "final_timeout", config_check_seconds },
    { "lease", config_check_lease },
    { "in_doubt", config_check_doubt },
    { "log_level", config_check_level },
    { "url", config_check_text },
    { "redis", config_check_text },
    { "http_listen", NULL },
    { "secret_file", config_check_text },
    { "redis_password_file", config_check_text },
    { "redis_ca_file", config_check_text },
    { "state_dir", config_check_text },
    { "creatives", config_check_text },
    { "webhook_secret_file", config_check_text },
    { "never_mail", config_check_text },
    { "password_file", config_check_text },
    { "ca_file", config_check_text },
    { "max_per_week", config_check_day },
    { "cool_down", config_check_time },
    { "offer_once_in", config_check_time },
    { "expires", config_check_time },
    { "time_zone", config_value_zone },
    { "quiet_hours", config_check_quiet },
    { "weekdays", config_check_weekday },
    { "consent", config_check_consent },
    { "holdout", config_check_percent },
    { "offer", config_value_name },
    { "without_offer", config_check_without },
    { "weight", config_check_weight },
    { "kind", config_check_kind },
    { "strength", config_check_strength },
    { "code", config_value_code },
    { "pool", config_value_pool },
    { "pattern", draw_pattern },
    { "line", config_check_line },
    { "min_total", config_check_amount },
    { "max_total", config_check_amount },
    { "min_items", config_check_items },
    { "max_items", config_check_items },
    { "items", config_check_text },
    { "categories", config_check_text },
    { "customers", config_check_customers },
    { "login", config_check_login },
    { "checkout_error", config_check_login },
    { "locales", config_value_locale },
    { "stage", config_check_stage },
    { "captured", config_check_captured },
    { "device", config_check_device },
    { NULL, NULL }
};


const char *
config_check(const char *option, const char *text)
{
    const char            *bad;
    const config_check_t  *check;

    bad = config_check_bytes(text);

    if (bad != NULL) {
        return bad;
    }

    for (check = config_checks; check->name != NULL; check++) {
        if (strcmp(check->name, option) == 0) {
            return check->check != NULL ? check->check(text) : NULL;
        }
    }

    return NULL;
}


/* What may be said, in a message or in a log, of any option. */

static const char *
config_check_bytes(const char *text)
{
    int32_t  i;
    UChar32  c;

    for (i = 0; text[i] != '\0'; /* void */ ) {
        U8_NEXT(text, i, -1, c);

        if (c < 0) {
            return "is not UTF-8 text";
        }

        if ((c < ' ' && c != '\n') || (c >= 0x7f && c < 0xa0)) {
            return "has a control character";
        }
    }

    return NULL;
}


int
config_check_is_path(const char *option)
{
    size_t              i;
    static const char  *paths[] = {
        "secret_file", "redis_password_file", "redis_ca_file", "state_dir",
        "creatives", "bounce_maildir", "webhook_secret_file", "never_mail",
        "password_file", "ca_file"
    };

    for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (strcmp(paths[i], option) == 0) {
            return 1;
        }
    }

    return 0;
}


static const char *
config_check_time(const char *text)
{
    int64_t  ms;

    return config_value_time(text, &ms);
}


static const char *
config_check_rate(const char *text)
{
    double  rate;

    return config_value_rate(text, &rate);
}


static const char *
config_check_mode(const char *text)
{
    char       address[SP_ADDRESS_MAX + 1];
    sp_mode_t  mode;

    return config_value_mode(text, &mode, address);
}


static const char *
config_check_tls(const char *text)
{
    config_tls_t  tls;

    return config_value_tls(text, &tls);
}


static const char *
config_check_level(const char *text)
{
    int  level;

    return config_value_log_level(text, &level);
}


static const char *
config_check_doubt(const char *text)
{
    int  resend;

    return config_value_doubt(text, &resend);
}


static const char *
config_check_mailbox(const char *text)
{
    char  address[SP_ADDRESS_MAX + 1];

    return config_value_mailbox(text, address);
}


static const char *
config_check_address(const char *text)
{
    char  address[SP_ADDRESS_MAX + 1];

    return strchr(text, '<') != NULL ? "is not an address"
                                     : config_value_mailbox(text, address);
}


static const char *
config_check_text(const char *text)
{
    const char  *p;

    for (p = text; *p != '\0'; p++) {
        if (((unsigned char) *p < ' ' && *p != '\n') || *p == 0x7f) {
            return "has a control character";
        }
    }

    if (p - text > 1024) {
        return "is too long";
    }

    return p == text ? "is empty" : NULL;
}


/* GA4 cuts what is longer than 100 characters. */

static const char *
config_check_utm(const char *text)
{
    return strlen(text) > 100 ? "is longer than 100 bytes"
           : strchr(text, '\n') != NULL ? "has a control character"
           : config_check_text(text);
}


static const char *
config_check_day(const char *text)
{
    unsigned long  n;

    return config_value_number(text, 0, CONFIG_PER_DAY_MAX, &n);
}


static const char *
config_check_connections(const char *text)
{
    unsigned long  n;

    return config_value_number(text, 1, CONFIG_CONNECTIONS, &n);
}


static const char *
config_check_seconds(const char *text)
{
    int64_t      ms;
    const char  *bad;

    bad = config_value_time(text, &ms);

    return bad == NULL && (ms < 1000 || ms > 3600000)
               ? "is not between 1s and 1h" : bad;
}


static const char *
config_check_lease(const char *text)
{
    int64_t      ms;
    const char  *bad;

    bad = config_value_time(text, &ms);

    return bad == NULL && (ms < 3000 || ms > 3600000)
               ? "is not between 3s and 1h" : bad;
}


static const char *
config_check_remember(const char *text)
{
    int64_t      ms;
    const char  *bad;

    bad = config_value_time(text, &ms);

    return bad == NULL && ms < 86400000 ? "is less than 1d" : bad;
}


static const char *
config_check_switch(const char *text)
{
    return strcmp(text, "on") == 0 || strcmp(text, "off") == 0
               ? NULL : "is neither on nor off";
}


static const char *
config_check_bounces(const char *text)
{
    unsigned long  n;

    return config_value_number(text, 0, CONFIG_BOUNCES_MAX, &n);
}


static const char *
config_check_quiet(const char *text)
{
    calendar_t  calendar;

    return config_value_quiet(text, &calendar);
}


static const char *
config_check_weekday(const char *text)
{
    unsigned  n;

    return config_value_weekday(text, &n);
}


static const char *
config_check_consent(const char *text)
{
    unsigned  n;

    return config_value_consent(text, &n);
}


static const char *
config_check_percent(const char *text)
{
    unsigned  n;

    return config_value_percent(text, &n);
}


static const char *
config_check_kind(const char *text)
{
    unsigned  n;

    return config_value_kind(text, &n);
}


static const char *
config_check_stage(const char *text)
{
    unsigned  n;

    return config_value_stage(text, &n);
}


static const char *
config_check_captured(const char *text)
{
    unsigned  n;

    return config_value_captured(text, &n);
}


static const char *
config_check_device(const char *text)
{
    unsigned  n;

    return config_value_device(text, &n);
}


static const char *
config_check_customers(const char *text)
{
    unsigned  n;

    return config_value_customers(text, &n);
}


static const char *
config_check_login(const char *text)
{
    unsigned  n;

    return config_value_login(text, &n);
}


static const char *
config_check_amount(const char *text)
{
    audience_amount_t  amount;

    return config_value_amount(text, &amount);
}


static const char *
config_check_weight(const char *text)
{
    unsigned long  n;

    return config_value_number(text, 1, 1000, &n);
}


static const char *
config_check_strength(const char *text)
{
    unsigned long  n;

    return config_value_number(text, 1, 100, &n);
}


static const char *
config_check_items(const char *text)
{
    unsigned long  n;

    return config_value_number(text, 1, 1000000, &n);
}


static const char *
config_check_without(const char *text)
{
    return strcmp(text, "skip") == 0 || strcmp(text, "send") == 0
               ? NULL : "is neither skip nor send";
}


static const char *
config_check_line(const char *text)
{
    return strlen(text) > 300 ? "is longer than 300 bytes"
           : strchr(text, '\n') != NULL ? "has a control character"
           : config_check_text(text);
}
