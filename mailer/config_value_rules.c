/*
 * Copyright (C) SitePreserver developers
 */

#include <ctype.h>

#include "config_value.h"
#include "date.h"
#include "sp_money.h"


#define CONFIG_QUIET     "is not \"21:00-08:00\" or none"
#define CONFIG_AMOUNT    "is not an amount (\"50 EUR\", \"49.90 EUR\")"


static const char *config_value_clock(const char *text, unsigned *minute);
static int config_value_among(const char *text, const char *const *names,
    unsigned *number);


const char *
config_value_quiet(const char *text, calendar_t *calendar)
{
    unsigned     from, to;
    const char  *p;

    if (strcmp(text, "none") == 0) {
        calendar->from = calendar->to = 0;
        return NULL;
    }

    p = config_value_clock(text, &from);

    if (p == NULL || *p != '-') {
        return CONFIG_QUIET;
    }

    p = config_value_clock(p + 1, &to);

    if (p == NULL || *p != '\0') {
        return CONFIG_QUIET;
    }

    if (from == to) {
        return "begins when it ends";
    }

    calendar->from = from;
    calendar->to = to;

    return NULL;
}


/* "08:00"; what is behind it, NULL: it is not. */

static const char *
config_value_clock(const char *text, unsigned *minute)
{
    int       i;
    unsigned  hours, minutes;

    for (i = 0; i < 5; i++) {
        if (i == 2 ? text[i] != ':' : !isdigit((unsigned char) text[i])) {
            return NULL;
        }
    }

    hours = (unsigned) (text[0] - '0') * 10 + (unsigned) (text[1] - '0');
    minutes = (unsigned) (text[3] - '0') * 10 + (unsigned) (text[4] - '0');
    *minute = hours * 60 + minutes;

    return hours < 24 && minutes < 60 ? text + 5 : NULL;
}


const char *
config_value_weekday(const char *text, unsigned *day)
{
    unsigned                  n;
    static const char *const  names[] = { "mon", "tue", "wed", "thu", "fri",
                                          "sat", "sun", NULL };

    if (!config_value_among(text, names, &n)) {
        return "is not a day (mon, tue, wed, thu, fri, sat, sun)";
    }

    *day = (unsigned) CALENDAR_MONDAY << n;

    return NULL;
}


const char *
config_value_zone(const char *text)
{
    return date_zone(text) ? NULL
                           : "is not a time zone (\"Europe/Dublin\", \"UTC\")";
}


const char *
config_value_amount(const char *text, audience_amount_t *amount)
{
    sp_str_t     number, currency;
    const char  *space;

    space = strrchr(text, ' ');

    if (space == NULL || space == text
        || strspn(text, "0123456789.") != (size_t) (space - text))
    {
        return CONFIG_AMOUNT;
    }

    currency.data = space + 1;
    currency.len = strlen(currency.data);
    number.data = text;
    number.len = (size_t) (space - text);

    if (strspn(currency.data, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3
        || sp_money_code(&currency, amount->currency) != SP_OK
        || sp_money_parse(&number, 0, sp_money_exponent(&currency),
                          &amount->minor) != SP_OK)
    {
        return CONFIG_AMOUNT;
    }

    return NULL;
}


const char *
config_value_percent(const char *text, unsigned *percent)
{
    unsigned     n;
    const char  *p;

    n = 0;

    for (p = text; isdigit((unsigned char) *p); p++) {
        n = n * 10 + (unsigned) (*p - '0');

        if (n > CONFIG_HOLDOUT_MAX) {
            return "is more than 90%";
        }
    }

    if (p == text || (*p != '\0' && strcmp(p, "%") != 0)) {
        return "is not a share (\"10%\")";
    }

    *percent = n;

    return NULL;
}


const char *
config_value_kind(const char *text, unsigned *number)
{
    static const char *const  names[] = { "discount", "value-add",
                                          "exclusivity", "upgrade", NULL };

    return config_value_among(text, names, number) ? NULL
           : "is not discount, value-add, exclusivity or upgrade";
}


const char *
config_value_stage(const char *text, unsigned *number)
{
    static const char *const  names[] = { "visit", "item", "cart", "checkout",
                                          "shipping", "payment", NULL };

    return config_value_among(text, names, number) ? NULL
           : "is not visit, item, cart, checkout, shipping or payment";
}


const char *
config_value_captured(const char *text, unsigned *number)
{
    static const char *const  names[] = { "unknown", "login", "sign_up",
                                          "checkout", "newsletter", "identify",
                                          "customer", "click", NULL };

    return config_value_among(text, names, number) ? NULL
           : "is not login, sign_up, checkout, newsletter, identify, "
             "customer, click or unknown";
}


const char *
config_value_device(const char *text, unsigned *number)
{
    static const char *const  names[] = { "unknown", "desktop", "phone",
                                          "tablet", NULL };

    return config_value_among(text, names, number) ? NULL
           : "is not desktop, phone, tablet or unknown";
}


const char *
config_value_customers(const char *text, unsigned *side)
{
    static const char *const  names[] = { "new", "returning", NULL };

    if (!config_value_among(text, names, side)) {
        return "is not new or returning";
    }

    *side = *side == 0 ? AUDIENCE_NO : AUDIENCE_YES;

    return NULL;
}


const char *
config_value_login(const char *text, unsigned *side)
{
    static const char *const  names[] = { "no", "yes", NULL };

    if (!config_value_among(text, names, side)) {
        return "is not yes or no";
    }

    *side = *side == 0 ? AUDIENCE_NO : AUDIENCE_YES;

    return NULL;
}


const char *
config_value_consent(const char *text, unsigned *number)
{
    static const char *const  names[] = { "all", "soft-opt-in", "consent",
                                          NULL };

    return config_value_among(text, names, number) ? NULL
           : "is not soft-opt-in, consent or all";
}


const char *
config_value_pool(const char *text)
{
    size_t  n;

    n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-");

    return n == 0 || n > SP_POOL_MAX || text[n] != '\0'
           ? "is not a name of a pool ([a-z0-9_-], 1 to 32 characters)"
           : NULL;
}


const char *
config_value_code(const char *text)
{
    size_t  n;

    for (n = 0; text[n] > ' ' && text[n] <= '~'; n++) { /* void */ }

    return n == 0 || n > SP_CODE_MAX || text[n] != '\0'
           ? "is not a code (1 to 64 visible ASCII characters)" : NULL;
}


static int
config_value_among(const char *text, const char *const *names,
    unsigned *number)
{
    unsigned  i;

    for (i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], text) == 0) {
            *number = i;
            return 1;
        }
    }

    return 0;
}
