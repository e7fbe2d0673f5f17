/*
 * Copyright (C) SitePreserver developers
 *
 * Values of the configuration: text in, value out, nothing else touched.  All
 * return NULL when the value is right, else what is wrong with it.
 */

#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include "config.h"


/* "90s", "15m", "23h", "3d" or seconds; at most 366 days; in ms. */

const char *config_value_time(const char *text, int64_t *ms);


/* A whole number from min to max. */

const char *config_value_number(const char *text, unsigned long min,
    unsigned long max, unsigned long *value);


/* "10/s", "600/m", "5000/h", "0"; messages a second. */

const char *config_value_rate(const char *text, double *rate);


/* "off", "dry-run", "live", "catch-all ADDRESS"; address has
 * SP_ADDRESS_MAX + 1 bytes. */

const char *config_value_mode(const char *text, sp_mode_t *mode,
    char *address);


const char *config_value_tls(const char *text, config_tls_t *tls);
const char *config_value_log_level(const char *text, int *level);
const char *config_value_doubt(const char *text, int *resend);


/*
 * "Name <address>" or "address", as a header has it; address, of
 * SP_ADDRESS_MAX + 1 bytes, is the bare one, in its own case but checked.
 */

const char *config_value_mailbox(const char *text, char *address);


/* An absolute http:// or https:// URL without user, space or control. */

const char *config_value_url(const char *text);


/* A name of a shop, a relay, a series or a step: [a-z0-9._-], 1 to 64. */

const char *config_value_name(const char *text);


/* A host's name or address, letters in lower case. */

const char *config_value_host(const char *text);


/* An IPv4 or IPv6 address; the same of a DNS server, maybe with a port. */

const char *config_value_ip(const char *text);
const char *config_value_dns(const char *text);


/* "#rgb" or "#rrggbb". */

const char *config_value_colour(const char *text);


/* "en", "de-AT", "pt_BR". */

const char *config_value_locale(const char *text);


/* ---- rules of series and offers (config_value_rules.c) ---- */

/* "21:00-08:00", "none"; weekdays of calendar stay as they are. */

const char *config_value_quiet(const char *text, calendar_t *calendar);


/* "mon" to "sun": CALENDAR_MONDAY to CALENDAR_SUNDAY. */

const char *config_value_weekday(const char *text, unsigned *day);


/* A name of the tz database. */

const char *config_value_zone(const char *text);


/* "50 EUR", "49.90 EUR". */

const char *config_value_amount(const char *text, audience_amount_t *amount);


/* "10", "10%"; at most CONFIG_HOLDOUT_MAX. */

const char *config_value_percent(const char *text, unsigned *percent);


/* Words; number is what the types that they are of have. */

const char *config_value_kind(const char *text, unsigned *number);
const char *config_value_stage(const char *text, unsigned *number);
const char *config_value_captured(const char *text, unsigned *number);
const char *config_value_device(const char *text, unsigned *number);


/* "new" or "returning"; "yes" or "no": AUDIENCE_NO or AUDIENCE_YES. */

const char *config_value_customers(const char *text, unsigned *side);
const char *config_value_login(const char *text, unsigned *side);


/* "all", "soft-opt-in", "consent": audience_consent_t. */

const char *config_value_consent(const char *text, unsigned *number);


/* A pool of codes; a code. */

const char *config_value_pool(const char *text);
const char *config_value_code(const char *text);


/*
 * redis://[USER@]HOST[:PORT][/DB], rediss://..., unix:/PATH[?db=N].  The
 * strings are malloc()ed, also on error: free them.
 */

const char *config_value_redis(const char *text, config_redis_t *redis);


/* smtp://HOST[:PORT] (25), smtps://HOST[:PORT] (465); *host is malloc()ed. */

const char *config_value_smtp(const char *text, char **host, unsigned *port,
    int *implicit_tls);


/* HOST, HOST:PORT, [V6] or [V6]:PORT. */

const char *config_value_authority(const char *text, size_t len);


/* "ADDRESS:PORT" or "[V6]:PORT" to listen on; *host is malloc()ed. */

const char *config_value_listen(const char *text, char **host,
    unsigned *port);


/*
 * A file that holds one secret: not readable by others (mode & 007), its
 * first line, at most 4 KiB.  *secret is malloc()ed.
 */

const char *config_value_secret_file(const char *path, char **secret);


#endif /* CONFIG_VALUE_H */
