/*
 * Copyright (C) SitePreserver developers
 *
 * The inside of dns_spf: the records that are being read, one in another, and
 * what one term of them does.
 */

#ifndef DNS_SPF_RUN_H
#define DNS_SPF_RUN_H

#include "dns_spf.h"


#define DNS_SPF_DEPTH  (DNS_SPF_LOOKUPS + 2)


/* A record that is being read; the one below it has included it. */

typedef struct {
    char   domain[DNS_NAME_MAX + 1];
    char   redirect[DNS_NAME_MAX + 1];
    char  *record;
    char  *next;                    /* what is still to be read of it */
    char   qualifier;               /* of the include that leads here */
} dns_spf_frame_t;


typedef struct {
    dns_t            *dns;
    const dns_ip_t   *ip;
    const char       *sender;       /* domain */
    dns_spf_t        *spf;
    dns_spf_frame_t   frames[DNS_SPF_DEPTH];
    unsigned          depth;
} dns_spf_run_t;


typedef enum {
    DNS_SPF_GO = 0,                 /* no match: the next term */
    DNS_SPF_MATCH,
    DNS_SPF_ENTER,                  /* an include was entered */
    DNS_SPF_END                     /* an error was noted */
} dns_spf_step_t;


/* One term, which is written to, of the record read last; its qualifier. */

dns_spf_step_t dns_spf_term(dns_spf_run_t *run, char *term, char *qualifier);


/* Goes on with the record of a domain that is included. */

dns_spf_step_t dns_spf_enter(dns_spf_run_t *run, const char *domain,
    char qualifier);


/* One more term that asks.  With an address, the limit ends it. */

dns_spf_step_t dns_spf_lookup(dns_spf_run_t *run);


/* Notes what is wrong; DNS_SPF_END. */

dns_spf_step_t dns_spf_bad(dns_spf_run_t *run, dns_spf_result_t result,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));


#endif /* DNS_SPF_RUN_H */
