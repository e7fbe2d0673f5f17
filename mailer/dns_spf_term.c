/*
 * Copyright (C) SitePreserver developers
 *
 * The terms of an SPF record: mechanisms and modifiers (RFC 7208 5, 6).
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dns_spf_macro.h"
#include "dns_spf_run.h"


#define DNS_SPF_HOSTS  10           /* of one mx */


static dns_spf_step_t dns_spf_modifier(dns_spf_run_t *run, const char *name,
    const char *value);
static dns_spf_step_t dns_spf_mechanism(dns_spf_run_t *run, const char *name,
    char *value, char qualifier);
static dns_spf_step_t dns_spf_network(dns_spf_run_t *run, const char *value,
    int family);
static dns_spf_step_t dns_spf_hosts(dns_spf_run_t *run, char *value, int mx);
static dns_spf_step_t dns_spf_host(dns_spf_run_t *run, const char *name,
    const unsigned bits[2]);
static dns_spf_step_t dns_spf_exists(dns_spf_run_t *run, const char *value);
static int dns_spf_cidr(char *value, unsigned bits[2]);
static dns_spf_step_t dns_spf_domain(dns_spf_run_t *run, const char *spec,
    char *domain);
static dns_spf_step_t dns_spf_void(dns_spf_run_t *run);


dns_spf_step_t
dns_spf_term(dns_spf_run_t *run, char *term, char *qualifier)
{
    char            *value;
    size_t           len;

    *qualifier = '+';

    if (strchr("+-~?", term[0]) != NULL) {
        *qualifier = *term++;
    }

    len = strcspn(term, ":=/");
    value = term + len;

    if (*value == '=') {
        *value++ = '\0';
        return dns_spf_modifier(run, term, value);
    }

    if (*value == ':') {
        *value++ = '\0';

        return *value != '\0'
               ? dns_spf_mechanism(run, term, value, *qualifier)
               : dns_spf_bad(run, DNS_SPF_PERMERROR, "\"%.40s:\" is empty",
                             term);
    }

    if (*value == '/') {

        /* "a/24": the name moves over what is before it, to have an end */

        memmove(term - 1, term, len);
        term--;
        term[len] = '\0';
    }

    return dns_spf_mechanism(run, term, value, *qualifier);
}


static dns_spf_step_t
dns_spf_modifier(dns_spf_run_t *run, const char *name, const char *value)
{
    dns_spf_frame_t  *frame;

    if (strcasecmp(name, "redirect") != 0) {
        return DNS_SPF_GO;
    }

    frame = &run->frames[run->depth - 1];

    if (frame->redirect[0] != '\0') {
        return dns_spf_bad(run, DNS_SPF_PERMERROR, "%s redirects twice",
                           frame->domain);
    }

    return dns_spf_domain(run, value, frame->redirect);
}


static dns_spf_step_t
dns_spf_mechanism(dns_spf_run_t *run, const char *name, char *value,
    char qualifier)
{
    char            domain[DNS_NAME_MAX + 1];
    dns_spf_step_t  step;

    if (strcasecmp(name, "all") == 0 && *value == '\0') {
        run->frames[run->depth - 1].redirect[0] = '\0';
        run->frames[run->depth - 1].next = NULL;

        if (run->depth == 1) {
            run->spf->all = qualifier;
        }

        return run->ip != NULL ? DNS_SPF_MATCH : DNS_SPF_GO;
    }

    if (strcasecmp(name, "ip4") == 0) {
        return dns_spf_network(run, value, AF_INET);
    }

    if (strcasecmp(name, "ip6") == 0) {
        return dns_spf_network(run, value, AF_INET6);
    }

    if (strcasecmp(name, "a") == 0 || strcasecmp(name, "mx") == 0) {
        return dns_spf_hosts(run, value, strcasecmp(name, "mx") == 0);
    }

    if (strcasecmp(name, "ptr") == 0) {
        run->spf->ptr = 1;
        return dns_spf_lookup(run);
    }

    if (strcasecmp(name, "exists") == 0 && *value != '\0') {
        return dns_spf_exists(run, value);
    }

    if (strcasecmp(name, "include") == 0 && *value != '\0') {
        step = dns_spf_lookup(run);

        if (step == DNS_SPF_GO) {
            step = dns_spf_domain(run, value, domain);
        }

        return step == DNS_SPF_GO ? dns_spf_enter(run, domain, qualifier)
                                  : step;
    }

    return dns_spf_bad(run, DNS_SPF_PERMERROR, "\"%.60s\" in the record of "
                       "%.60s is unknown", name,
                       run->frames[run->depth - 1].domain);
}


static dns_spf_step_t
dns_spf_network(dns_spf_run_t *run, const char *value, int family)
{
    char           text[64], *slash, *end;
    dns_ip_t       net;
    unsigned long  bits, most;

    snprintf(text, sizeof(text), "%s", value);
    slash = strchr(text, '/');
    most = family == AF_INET ? 32 : 128;
    bits = most;

    if (slash != NULL) {
        *slash++ = '\0';
        bits = strtoul(slash, &end, 10);

        if (*slash < '0' || *slash > '9' || *end != '\0' || bits > most) {
            return dns_spf_bad(run, DNS_SPF_PERMERROR, "\"%.60s\" is not a "
                               "network", value);
        }
    }

    if (!dns_ip_read(text, &net) || net.family != family) {
        return dns_spf_bad(run, DNS_SPF_PERMERROR, "\"%.60s\" is not a "
                           "network", value);
    }

    return run->ip != NULL && dns_ip_in(run->ip, &net, (unsigned) bits)
               ? DNS_SPF_MATCH : DNS_SPF_GO;
}


/* "a" and "mx", each [:DOMAIN][/BITS[//BITS]]. */

static dns_spf_step_t
dns_spf_hosts(dns_spf_run_t *run, char *value, int mx)
{
    char            domain[DNS_NAME_MAX + 1];
    dns_rc_t        rc;
    unsigned        i, bits[2];
    dns_answer_t    answer;
    dns_spf_step_t  step;

    if (dns_spf_lookup(run) == DNS_SPF_END) {
        return DNS_SPF_END;
    }

    if (!dns_spf_cidr(value, bits)) {
        return dns_spf_bad(run, DNS_SPF_PERMERROR, "a prefix length in the "
                           "record of %.60s is not valid",
                           run->frames[run->depth - 1].domain);
    }

    step = dns_spf_domain(run, value, domain);

    if (step != DNS_SPF_GO || !mx) {
        return step != DNS_SPF_GO ? step : dns_spf_host(run, domain, bits);
    }

    rc = dns_mx(run->dns, domain, &answer);

    if (rc == DNS_NONE) {
        step = dns_spf_void(run);

    } else if (rc == DNS_FAILED) {
        step = dns_spf_bad(run, DNS_SPF_TEMPERROR, "%s: %s", domain,
                           dns_error(run->dns));

    } else if (answer.n > DNS_SPF_HOSTS) {
        step = dns_spf_bad(run, DNS_SPF_PERMERROR, "%s has more than %d MX",
                           domain, DNS_SPF_HOSTS);
    }

    for (i = 0; i < answer.n && step == DNS_SPF_GO && run->ip != NULL; i++) {
        step = dns_spf_host(run, answer.texts[i], bits);
    }

    dns_answer_free(&answer);

    return step;
}


static dns_spf_step_t
dns_spf_host(dns_spf_run_t *run, const char *name, const unsigned bits[2])
{
    int             family;
    dns_rc_t        rc;
    unsigned        i;
    dns_answer_t    answer;
    dns_spf_step_t  step;

    family = run->ip != NULL ? run->ip->family : AF_INET;
    rc = dns_ips(run->dns, name, family, &answer);

    /* whether a host has the one kind of address is known only by asking */

    if (rc == DNS_NONE && run->ip == NULL) {
        rc = dns_ips(run->dns, name, AF_INET6, &answer);
    }

    step = rc == DNS_NONE ? dns_spf_void(run) : DNS_SPF_GO;

    if (rc == DNS_FAILED) {
        step = dns_spf_bad(run, DNS_SPF_TEMPERROR, "%s: %s", name,
                           dns_error(run->dns));
    }

    for (i = 0; i < answer.n && step == DNS_SPF_GO && run->ip != NULL; i++) {
        if (dns_ip_in(run->ip, &answer.ips[i], bits[family == AF_INET6])) {
            step = DNS_SPF_MATCH;
        }
    }

    dns_answer_free(&answer);

    return step;
}


static dns_spf_step_t
dns_spf_exists(dns_spf_run_t *run, const char *value)
{
    char            domain[DNS_NAME_MAX + 1];
    dns_rc_t        rc;
    dns_answer_t    answer;
    dns_spf_step_t  step;

    step = dns_spf_lookup(run);

    /* without an address its macros have no value */

    if (step != DNS_SPF_GO || run->ip == NULL) {
        return step;
    }

    step = dns_spf_domain(run, value, domain);

    if (step != DNS_SPF_GO) {
        return step;
    }

    rc = dns_ips(run->dns, domain, AF_INET, &answer);
    dns_answer_free(&answer);

    if (rc == DNS_FAILED) {
        return dns_spf_bad(run, DNS_SPF_TEMPERROR, "%s: %s", domain,
                           dns_error(run->dns));
    }

    return rc == DNS_OK ? DNS_SPF_MATCH : dns_spf_void(run);
}


/* Cuts "/24//64" off the value. */

static int
dns_spf_cidr(char *value, unsigned bits[2])
{
    char           *p, *end;
    unsigned long   n;

    bits[0] = 32;
    bits[1] = 128;
    p = strchr(value, '/');

    if (p == NULL) {
        return 1;
    }

    *p++ = '\0';

    if (*p != '/') {
        n = strtoul(p, &end, 10);

        if (*p < '0' || *p > '9' || n > 32 || (*end != '\0' && *end != '/')) {
            return 0;
        }

        bits[0] = (unsigned) n;
        p = end;

        if (*p == '\0') {
            return 1;
        }

        p++;
    }

    if (*p++ != '/') {
        return 0;
    }

    n = strtoul(p, &end, 10);
    bits[1] = (unsigned) n;

    return *p >= '0' && *p <= '9' && n <= 128 && *end == '\0';
}


/* A domain-spec; none: the domain of the record. */

static dns_spf_step_t
dns_spf_domain(dns_spf_run_t *run, const char *spec, char *domain)
{
    dns_spf_macro_t   macro;
    dns_spf_frame_t  *frame;

    frame = &run->frames[run->depth - 1];

    if (*spec == '\0') {
        strcpy(domain, frame->domain);
        return DNS_SPF_GO;
    }

    macro.ip = run->ip;
    macro.sender = run->sender;
    macro.domain = frame->domain;

    if (!dns_spf_macro(&macro, spec, domain, DNS_NAME_MAX + 1)) {
        return dns_spf_bad(run, DNS_SPF_PERMERROR, "\"%.60s\" is not a "
                           "domain", spec);
    }

    return DNS_SPF_GO;
}


static dns_spf_step_t
dns_spf_void(dns_spf_run_t *run)
{
    run->spf->voids++;

    return run->ip != NULL && run->spf->voids > DNS_SPF_VOIDS
               ? dns_spf_bad(run, DNS_SPF_PERMERROR, "more than %d lookups "
                             "find nothing", DNS_SPF_VOIDS)
               : DNS_SPF_GO;
}
