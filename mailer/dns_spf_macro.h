/*
 * Copyright (C) SitePreserver developers
 *
 * The macros of SPF's domains (RFC 7208 7).
 */

#ifndef DNS_SPF_MACRO_H
#define DNS_SPF_MACRO_H

#include <stddef.h>

#include "dns.h"


typedef struct {
    const dns_ip_t  *ip;            /* NULL: not known */
    const char      *sender;        /* its domain; the local part is
                                       "postmaster" */
    const char      *domain;        /* of the record */
} dns_spf_macro_t;


/*
 * Expands a domain-spec into out, of size bytes.  0: it is not one, has a
 * macro that needs what is not known, or is too long.
 */

int dns_spf_macro(const dns_spf_macro_t *macro, const char *spec, char *out,
    size_t size);


#endif /* DNS_SPF_MACRO_H */
