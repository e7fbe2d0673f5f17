/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver doctor: looks at what a message needs around it.  Probes run
 * beside each other, one thread each; each ends by the deadline and says what
 * it found to the one report.
 */

#ifndef DOCTOR_H
#define DOCTOR_H

#include <jansson.h>

#include "config.h"
#include "dns.h"


#define DOCTOR_TEXT_MAX  512


typedef enum {
    DOCTOR_OK = 0,
    DOCTOR_INFO,
    DOCTOR_WARNING,
    DOCTOR_ERROR
} doctor_severity_t;


/* The checks, in the order of the report; their texts: doctor_checks.c. */

typedef enum {
    DOCTOR_LANDING_REACHED = 0,
    DOCTOR_LANDING_STATUS,
    DOCTOR_LANDING_REDIRECTS,
    DOCTOR_LANDING_HOST,
    DOCTOR_LANDING_HTTPS,
    DOCTOR_LANDING_QUERY,
    DOCTOR_LANDING_FIRST_BYTE,
    DOCTOR_LANDING_SIZE,
    DOCTOR_LANDING_ANALYTICS,
    DOCTOR_LANDING_LINKS,
    DOCTOR_LANDING_CTA,
    DOCTOR_PUBLIC_HTTPS,
    DOCTOR_UNSUBSCRIBE_PAGE,
    DOCTOR_UNSUBSCRIBE_POST,
    DOCTOR_DNS_REACHED,
    DOCTOR_SPF_RECORD,
    DOCTOR_SPF_LOOKUPS,
    DOCTOR_SPF_VOID,
    DOCTOR_SPF_ALL,
    DOCTOR_SPF_RELAY,
    DOCTOR_DKIM_SELECTORS,
    DOCTOR_DKIM_KEY,
    DOCTOR_DKIM_BITS,
    DOCTOR_DKIM_TESTING,
    DOCTOR_DMARC_RECORD,
    DOCTOR_DMARC_POLICY,
    DOCTOR_DMARC_REPORTS,
    DOCTOR_DMARC_ALIGNMENT,
    DOCTOR_BOUNCE_MX,
    DOCTOR_RELAY_PTR,
    DOCTOR_RELAY_REACHED,
    DOCTOR_RELAY_TLS,
    DOCTOR_RELAY_CERTIFICATE,
    DOCTOR_RELAY_EXPIRES,
    DOCTOR_RELAY_AUTH,
    DOCTOR_RELAY_SIZE,
    DOCTOR_RELAY_8BITMIME,
    DOCTOR_RELAY_SMTPUTF8,
    DOCTOR_RELAY_PIPELINING,
    DOCTOR_MAIL_READ,
    DOCTOR_MAIL_FROM,
    DOCTOR_MAIL_SIGNED,
    DOCTOR_MAIL_SIGNED_LISTS,
    DOCTOR_MAIL_SIGNED_DOMAIN,
    DOCTOR_MAIL_UNSUBSCRIBE,
    DOCTOR_MAIL_ONE_CLICK,
    DOCTOR_MAIL_MESSAGE_ID,
    DOCTOR_MAIL_RESULTS,
    DOCTOR_REDIS_REACHED,
    DOCTOR_REDIS_VERSION,
    DOCTOR_REDIS_ROLE,
    DOCTOR_REDIS_POLICY,
    DOCTOR_REDIS_APPENDONLY,
    DOCTOR_REDIS_APPENDFSYNC,
    DOCTOR_REDIS_SAVE,
    DOCTOR_REDIS_WRITES,
    DOCTOR_REDIS_MEMORY,
    DOCTOR_REDIS_FUNCTIONS,
    DOCTOR_REDIS_CLOCK,
    DOCTOR_SHOP_SEEN,
    DOCTOR_SHOP_SERVED,
    DOCTOR_SHOP_KEY,
    DOCTOR_SHOP_CHECKOUT,
    DOCTOR_SECRET_RIGHTS,
    DOCTOR_CONFIG_RIGHTS,
    DOCTOR_STATE_DIR,
    DOCTOR_STATE_SPACE,
    DOCTOR_OFFER_TEXTS,
    DOCTOR_CHECKS
} doctor_id_t;


typedef struct {
    const char  *id;
    const char  *why;               /* it matters */
    const char  *mend;
} doctor_check_t;

extern const doctor_check_t  doctor_checks[DOCTOR_CHECKS];


typedef struct doctor_report_s  doctor_report_t;


/* NULL: no memory. */

doctor_report_t *doctor_report_create(void);
void doctor_report_free(doctor_report_t *report);


/*
 * Adds a finding; any thread.  subject: the shop, relay or domain that it is
 * about; measured: the value, NULL: none.  No text may hold an address.
 */

void doctor_say(doctor_report_t *report, doctor_id_t id,
    doctor_severity_t severity, const char *subject, const char *measured,
    const char *fmt, ...) __attribute__((format(printf, 6, 7)));


/* The findings in order, as JSON; how many of each severity there are. */

json_t *doctor_report_json(doctor_report_t *report,
    unsigned counts[DOCTOR_ERROR + 1]);


/* ---- the probes ---- */

#define DOCTOR_SIGNATURES  16

typedef struct {
    char  domain[DNS_NAME_MAX + 1];
    char  selector[DNS_NAME_MAX + 1];
} doctor_signature_t;

typedef struct {
    const config_t       *conf;
    const config_shop_t  *shop;     /* of shop probes */
    const config_smtp_t  *smtp;     /* of relay probes */
    const char           *config;   /* name of the configuration file */
    doctor_signature_t    signatures[DOCTOR_SIGNATURES];    /* of the mail */
    unsigned              nsignatures;
    int64_t               deadline; /* monotonic ms, as of now_ms() */
    const char           *ca_file;  /* for pages; NULL: the system's */
    doctor_report_t      *report;
} doctor_probe_t;

void doctor_landing(const doctor_probe_t *probe);
void doctor_unsubscribe(const doctor_probe_t *probe);
void doctor_domain(const doctor_probe_t *probe);
void doctor_relay(const doctor_probe_t *probe);
void doctor_files(const doctor_probe_t *probe);


/* A message as it was received; its signatures are noted in the probe. */

void doctor_mail(doctor_probe_t *probe, const char *file);


/* The host of an http(s) URL in lower case, without port; 0: it has none. */

int doctor_url_host(const char *url, char *host, size_t size);


/*
 * The value of a tag in "a=b; c=d" (RFC 6376 3.2), without blanks around it;
 * 0: there is no such tag, or its value is too long.
 */

int doctor_tag(const char *record, const char *name, char *value,
    size_t size);


/*
 * The organisational domain: the last two labels, three where the last but one
 * is one under which names are sold (co.uk).  A simple rule, not the public
 * suffix list: docs/doctor.md.
 */

const char *doctor_organisation(const char *domain);


/* Are the two domains aligned (RFC 7489 3.1)? */

int doctor_aligned(const char *a, const char *b, int strict);


/*
 * The domain behind the "@", in lower case, of what may be an address; "" if
 * there is none.
 */

void doctor_domain_of(const char *address, char *domain, size_t size);


#endif /* DOCTOR_H */
