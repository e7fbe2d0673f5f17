/*
 * Copyright (C) SitePreserver developers
 *
 * What the parts of the DNS probe share.
 */

#ifndef DOCTOR_DOMAIN_H
#define DOCTOR_DOMAIN_H

#include "doctor.h"


typedef struct {
    const doctor_probe_t  *probe;
    const char            *shop;
    dns_t                 *dns;
    char                   from[DNS_NAME_MAX + 1];
    char                   envelope[DNS_NAME_MAX + 1];  /* of return_path */
} doctor_names_t;


/* The keys of the selectors that are known. */

void doctor_dkim(doctor_names_t *names);


/* The policy of the domain in From, and what is aligned with it. */

void doctor_dmarc(doctor_names_t *names);


#endif /* DOCTOR_DOMAIN_H */
