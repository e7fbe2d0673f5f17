/*
 * Copyright (C) SitePreserver developers
 *
 * The mailer's configuration: read once, checked as a whole, then constant.
 * docs/config.md is its reference.
 */

#ifndef CONFIG_H
#define CONFIG_H

#include <stdio.h>

#include "audience.h"
#include "calendar.h"
#include "creative_watch.h"
#include "message.h"
#include "neverlist.h"
#include "sp_call.h"
#include "sp_secret.h"


#define CONFIG_DEFAULT      "/etc/sitepreserver/sitepreserver.conf"
#define CONFIG_SHOP_MAX     64      /* bytes of a shop's name */
#define CONFIG_STEPS_MAX    SP_STEPS_MAX
#define CONFIG_PER_DAY_MAX  SP_MAILS_MAX
#define CONFIG_LOCAL_MAX    64      /* bytes before the @ of an address */
#define CONFIG_BOUNCES_MAX  16      /* that Redis remembers of a shopper */
#define CONFIG_CONNECTIONS  256     /* of one relay at most */
#define CONFIG_VARIANTS_MAX 8       /* of a step */
#define CONFIG_CODES_FEW    100     /* in a pool: it is warned of */
#define CONFIG_HOLDOUT_MAX  90      /* percent */


typedef enum {
    CONFIG_TLS_NONE = 0,
    CONFIG_TLS_OPPORTUNISTIC,       /* STARTTLS if offered, not verified */
    CONFIG_TLS_REQUIRED             /* STARTTLS or implicit TLS, verified */
} config_tls_t;


/* Where Redis is: a URL, taken apart. */

typedef struct {
    char      *host;                /* NULL: path */
    unsigned   port;
    char      *path;                /* of a unix socket */
    char      *user;                /* NULL: none */
    char      *password;            /* NULL: none */
    char      *ca_file;             /* NULL: the system's */
    unsigned   db;
    unsigned   tls:1;
} config_redis_t;


/* One SMTP server that takes our messages. */

typedef struct {
    char          *name;
    char          *host;
    unsigned       port;
    unsigned       implicit_tls:1;  /* smtps:// */
    config_tls_t   tls;
    char          *ca_file;         /* NULL: the system's */
    char          *user;            /* NULL: no AUTH */
    char          *password;
    char          *helo;            /* NULL: the host's name */
    char         **sends_from;      /* addresses that its mail comes from */
    unsigned       nsends_from;
    unsigned       connections;
    double         rate;            /* messages a second, 0: no limit */
    long           timeout;         /* s, for a reply */
    long           final_timeout;   /* s, for the reply to the final dot */
} config_smtp_t;


/* A section utm: what it gives, and NULL for what it does not. */

#define CONFIG_UTM  5

typedef struct {
    char          *text[CONFIG_UTM];
    links_tags_t   tags;            /* the same; of a step, what its series
                                       gives too */
} config_utm_t;


/* What is offered; of code, pool and pattern there is one, or none. */

typedef struct {
    char                  *name;
    message_offer_kind_t   kind;
    unsigned               strength;        /* the stronger the higher */
    char                  *code;
    char                  *pool;            /* its name */
    char                  *pattern;         /* draw.h */
    int64_t                expires;         /* ms after sending; 0: never */
    message_offer_text_t  *texts;           /* malloc()ed, both strings */
    size_t                 ntexts;
} config_offer_t;


/* What a step sends; a step without variants has one that has no name. */

typedef struct {
    char                  *name;            /* NULL: there are no others */
    unsigned               id;              /* 1 to 255; 0: no name */
    unsigned               weight;
    char                  *creative;        /* its name */
    creative_t            *loaded;          /* as it was when this was read */
    creative_watch_t      *watch;           /* as it is */
    const config_offer_t  *offer;           /* NULL: none */
} config_variant_t;


typedef struct {
    char              *name;
    uint32_t           hash;        /* sp_step_hash() of its name */
    int64_t            delay;       /* ms after the abandonment */
    int64_t            max_late;    /* ms */
    int64_t            expires;     /* ms after it was due; 0: never */
    calendar_t         calendar;    /* its own, or the shop's */
    config_variant_t  *variants;
    unsigned           nvariants;
    unsigned           weight;      /* of all variants */
    unsigned           offerless:1; /* sent, too, if there is no offer to make */
    config_utm_t       utm;
} config_step_t;


typedef struct {
    char          *name;
    uint32_t       hash;
    audience_t     audience;
    unsigned       holdout;         /* percent */
    config_step_t *steps;
    unsigned       nsteps;
    config_utm_t   utm;
} config_series_t;


typedef struct {
    char          *name;
    char          *logo;
    char          *colour;          /* "#RRGGBB" */
    char          *address;         /* postal; lines separated by "\n" */
} config_brand_t;


typedef struct {
    char            *name;
    sp_str_t         id;            /* the same, counted */
    sp_mode_t        mode;
    char            *catch_all;     /* address, with SP_MODE_CATCH_ALL */
    char            *from;          /* as written: "Name <address>" */
    char            *from_address;
    char            *reply_to;      /* NULL: none */
    char            *return_path;   /* the envelope's sender */
    unsigned         verp:1;        /* it has a token for each message */
    unsigned         soft_bounces;  /* in a row that suppress; 0: never */
    char            *cart_url;
    char            *public_url;    /* without a "/" at its end */
    config_smtp_t   *smtp;          /* NULL: none is configured */
    char            *webhook_secret;        /* NULL: no webhook */
    unsigned         max_per_day;   /* 0: no cap */
    unsigned         max_per_week;
    int64_t          cool_down;     /* ms between rescues; 0: none */
    int64_t          offer_once_in; /* ms; 0: as often as steps say */
    audience_consent_t  consent;
    char            *time_zone;
    calendar_t       calendar;
    config_offer_t  *offers;
    unsigned         noffers;
    int64_t          remember;      /* s, what an order or import creates */
    neverlist_t     *never;         /* NULL: none */
    char           **hosts;         /* beside those of cart_url, public_url */
    unsigned         nhosts;
    char           **dkim_selectors;
    unsigned         ndkim_selectors;
    char            *locale;
    config_brand_t   brand;
    config_utm_t     utm;
    config_series_t *series;
    unsigned         nseries;
    message_shop_t   message;       /* points into the above */
    char            *from_name;
    sp_str_t        *own_hosts;
} config_shop_t;


typedef struct {
    char            *file;
    unsigned         refs;
    char            *secret_file;
    sp_secret_t     *secret;
    char             fingerprint[SP_FINGERPRINT_LEN + 1];
    config_redis_t   redis;
    char            *http_host;     /* NULL: no HTTP server */
    unsigned         http_port;
    char            *state_dir;
    char            *bounce_maildir;        /* NULL: none */
    char            *dns;           /* ADDRESS[:PORT]; NULL: the system's */
    char            *creatives;     /* folder; NULL: only the bundled ones */
    int64_t          lease;         /* ms */
    int              log_level;
    unsigned         resend_doubt:1;
    unsigned         lenient:1;     /* creatives may be wrong */
    config_smtp_t   *smtp;
    unsigned         nsmtp;
    config_shop_t   *shops;
    unsigned         nshops;
} config_t;


/* What is wrong, with file and line; one line without a newline. */

typedef struct {
    char  text[1024];
} config_error_t;


/*
 * Reads and checks a file and all that it names (secrets, passwords, lists).
 * The caller has one reference.  NULL: err says why, the first error found.
 */

config_t *config_read(const char *path, config_error_t *err);


/*
 * The same for commands that mend creatives: those may be missing, wrong or not
 * approved.  What could not be loaded is NULL in its step.
 */

config_t *config_read_lenient(const char *path, config_error_t *err);


/* The folder of the operator's own creatives; NULL: none is configured. */

const char *config_creatives(const config_t *conf);


/* References; used by the loop's thread only.  The last one frees it. */

config_t *config_ref(config_t *conf);
void config_unref(config_t *conf);


/* NULL: no such shop. */

config_shop_t *config_shop(const config_t *conf, const char *name);


/* The series of that hash, the first one for 0; NULL: it is gone. */

config_series_t *config_series(const config_shop_t *shop, uint32_t hash);


/* The first variant of a step with that creative; NULL: there is none. */

config_variant_t *config_variant(const config_step_t *step,
    const char *creative);


/* "off", "dry-run", "catch-all", "live". */

const char *config_mode_name(sp_mode_t mode);


#endif /* CONFIG_H */
