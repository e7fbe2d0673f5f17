/*
 * Copyright (C) SitePreserver developers
 *
 * SPF (RFC 7208): what a domain's record allows, and whether it can be
 * evaluated at all.
 */

#ifndef DNS_SPF_H
#define DNS_SPF_H

#include "dns.h"


#define DNS_SPF_LOOKUPS  10         /* RFC 7208 4.6.4 */
#define DNS_SPF_VOIDS    2


typedef enum {
    DNS_SPF_NONE = 0,               /* there is no record */
    DNS_SPF_PASS,
    DNS_SPF_FAIL,
    DNS_SPF_SOFTFAIL,
    DNS_SPF_NEUTRAL,
    DNS_SPF_TEMPERROR,              /* the DNS does not answer */
    DNS_SPF_PERMERROR
} dns_spf_result_t;


typedef struct {
    dns_spf_result_t  result;
    unsigned          lookups;      /* terms that need a question */
    unsigned          voids;        /* ... whose answer was empty */
    char              all;          /* qualifier of the domain's own "all", or
                                       of where it redirects; 0: none */
    unsigned          ptr:1;        /* "ptr" is used, which nobody should */
    char              error[160];   /* what is wrong, for the two errors */
} dns_spf_t;


/*
 * Evaluates the record of a domain for mail of postmaster@domain from ip.
 * ip NULL: nothing matches, so that every term is looked at: lookups and
 * voids are the worst case, and the result is NONE, NEUTRAL (it can be
 * evaluated) or an error.
 */

void dns_spf_check(dns_t *dns, const char *domain, const dns_ip_t *ip,
    dns_spf_t *spf);


/* "pass", "fail", ... */

const char *dns_spf_name(dns_spf_result_t result);


#endif /* DNS_SPF_H */
