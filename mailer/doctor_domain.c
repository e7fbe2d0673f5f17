/*
 * Copyright (C) SitePreserver developers
 *
 * What the DNS says of the domains that a shop's messages come from.
 */

#include <stdlib.h>
#include <strings.h>

#include "dns_spf.h"
#include "doctor.h"
#include "doctor_domain.h"
#include "mime.h"


static void doctor_ace(const char *address, char *domain, size_t size);
static int doctor_spf(doctor_names_t *names);
static void doctor_spf_all(doctor_names_t *names, const dns_spf_t *spf);
static void doctor_spf_relay(doctor_names_t *names);
static void doctor_bounce(doctor_names_t *names);
static void doctor_ptr(doctor_names_t *names);
static int doctor_ptr_confirmed(doctor_names_t *names, const dns_ip_t *ip,
    char *name, size_t size);


void
doctor_domain(const doctor_probe_t *probe)
{
    doctor_names_t  names;

    memset(&names, 0, sizeof(doctor_names_t));
    names.probe = probe;
    names.shop = probe->shop->name;
    doctor_ace(probe->shop->from_address, names.from, sizeof(names.from));
    doctor_ace(probe->shop->return_path, names.envelope,
               sizeof(names.envelope));
    names.dns = dns_create(probe->conf->dns, probe->deadline);

    if (names.dns == NULL) {
        doctor_say(probe->report, DOCTOR_DNS_REACHED, DOCTOR_ERROR,
                   names.shop, NULL, "no name server can be asked");
        return;
    }

    if (doctor_spf(&names)) {
        doctor_spf_relay(&names);
        doctor_dkim(&names);
        doctor_dmarc(&names);
        doctor_bounce(&names);
        doctor_ptr(&names);
    }

    dns_free(names.dns);
}


static void
doctor_ace(const char *address, char *domain, size_t size)
{
    char  ace[MIME_ADDRESS_MAX + 1];

    ace[0] = '\0';
    (void) mime_address(&(sp_str_t) { strlen(address), address }, ace, NULL);
    doctor_domain_of(ace, domain, size);
}


/* 0: the DNS does not answer, so that nothing can be said. */

static int
doctor_spf(doctor_names_t *names)
{
    char              value[32];
    dns_spf_t         spf;
    doctor_report_t  *report;

    report = names->probe->report;
    dns_spf_check(names->dns, names->envelope, NULL, &spf);

    if (spf.result == DNS_SPF_TEMPERROR) {
        doctor_say(report, DOCTOR_DNS_REACHED, DOCTOR_ERROR, names->shop, NULL,
                   "the DNS does not answer: %s", spf.error);
        return 0;
    }

    doctor_say(report, DOCTOR_DNS_REACHED, DOCTOR_OK, names->shop, NULL,
               "the DNS answers");

    if (spf.result == DNS_SPF_NONE) {
        doctor_say(report, DOCTOR_SPF_RECORD, DOCTOR_ERROR, names->shop, "none",
                   "%s has no SPF record", names->envelope);
        return 1;
    }

    if (spf.result == DNS_SPF_PERMERROR) {
        doctor_say(report, DOCTOR_SPF_RECORD, DOCTOR_ERROR, names->shop,
                   "permerror", "the SPF record of %s is an error: %s",
                   names->envelope, spf.error);
        return 1;
    }

    doctor_say(report, DOCTOR_SPF_RECORD, DOCTOR_OK, names->shop, NULL,
               "%s has an SPF record%s", names->envelope,
               spf.ptr ? ", with \"ptr\", which nobody should use" : "");

    snprintf(value, sizeof(value), "%u", spf.lookups);
    doctor_say(report, DOCTOR_SPF_LOOKUPS,
               spf.lookups > DNS_SPF_LOOKUPS ? DOCTOR_ERROR
               : spf.lookups == DNS_SPF_LOOKUPS ? DOCTOR_INFO : DOCTOR_OK,
               names->shop, value, "the SPF record needs %s lookups of at "
               "most %d", value, DNS_SPF_LOOKUPS);

    snprintf(value, sizeof(value), "%u", spf.voids);
    doctor_say(report, DOCTOR_SPF_VOID,
               spf.voids > DNS_SPF_VOIDS ? DOCTOR_ERROR
               : spf.voids > 0 ? DOCTOR_INFO : DOCTOR_OK, names->shop, value,
               "%s lookups of the SPF record find nothing", value);

    doctor_spf_all(names, &spf);

    return 1;
}


static void
doctor_spf_all(doctor_names_t *names, const dns_spf_t *spf)
{
    char               value[8];
    const char        *what;
    doctor_severity_t  severity;

    snprintf(value, sizeof(value), "%call", spf->all);

    switch (spf->all) {
    case '-':
    case '~':
        severity = DOCTOR_OK;
        what = "the SPF record refuses others";
        break;

    case '+':
        severity = DOCTOR_ERROR;
        what = "the SPF record lets everybody send";
        break;

    default:
        severity = DOCTOR_WARNING;
        what = "the SPF record says nothing of others";
    }

    doctor_say(names->probe->report, DOCTOR_SPF_ALL, severity, names->shop,
               spf->all != 0 ? value : "none", "%s", what);
}


static void
doctor_spf_relay(doctor_names_t *names)
{
    unsigned              i;
    dns_ip_t              ip;
    dns_spf_t             spf;
    doctor_severity_t     severity;
    const config_smtp_t  *smtp;

    smtp = names->probe->shop->smtp;

    if (smtp == NULL || smtp->nsends_from == 0) {
        doctor_say(names->probe->report, DOCTOR_SPF_RELAY, DOCTOR_INFO,
                   names->shop, NULL, "from which address the mail leaves is "
                   "not known (sends_from)");
        return;
    }

    for (i = 0; i < smtp->nsends_from; i++) {
        (void) dns_ip_read(smtp->sends_from[i], &ip);
        dns_spf_check(names->dns, names->envelope, &ip, &spf);
        severity = spf.result == DNS_SPF_PASS ? DOCTOR_OK
                   : spf.result == DNS_SPF_TEMPERROR ? DOCTOR_WARNING
                                                     : DOCTOR_ERROR;
        doctor_say(names->probe->report, DOCTOR_SPF_RELAY, severity,
                   names->shop, dns_spf_name(spf.result),
                   "SPF of %s for mail from %s: %s%s%s", names->envelope,
                   smtp->sends_from[i], dns_spf_name(spf.result),
                   spf.error[0] != '\0' ? ": " : "", spf.error);
    }
}


/* RFC 5321 5.1: without MX the address counts; RFC 7505: "." takes no mail. */

static void
doctor_bounce(doctor_names_t *names)
{
    int                good;
    char               mx[DNS_NAME_MAX + 1];
    dns_rc_t           rc;
    dns_answer_t       answer;

    rc = dns_mx(names->dns, names->envelope, &answer);
    snprintf(mx, sizeof(mx), "%s", rc == DNS_OK ? answer.texts[0] : "");
    dns_answer_free(&answer);
    good = rc == DNS_OK && mx[0] != '\0' && strcmp(mx, ".") != 0;

    if (rc == DNS_NONE) {
        rc = dns_ips(names->dns, names->envelope, AF_INET, &answer);
        dns_answer_free(&answer);

        if (rc == DNS_NONE) {
            rc = dns_ips(names->dns, names->envelope, AF_INET6, &answer);
            dns_answer_free(&answer);
        }

        good = rc == DNS_OK;
        snprintf(mx, sizeof(mx), "%s", good ? "its address" : "none");
    }

    if (rc == DNS_FAILED) {
        return;
    }

    doctor_say(names->probe->report, DOCTOR_BOUNCE_MX,
               good ? DOCTOR_OK : DOCTOR_WARNING, names->shop, mx,
               "%s, the domain of return_path, %s", names->envelope,
               good ? "takes mail" : "takes no mail");
}


static void
doctor_ptr(doctor_names_t *names)
{
    int                   good;
    char                  name[DNS_NAME_MAX + 1];
    unsigned              i;
    dns_ip_t              ip;
    const config_smtp_t  *smtp;

    smtp = names->probe->shop->smtp;

    for (i = 0; smtp != NULL && i < smtp->nsends_from; i++) {
        (void) dns_ip_read(smtp->sends_from[i], &ip);
        good = doctor_ptr_confirmed(names, &ip, name, sizeof(name));

        doctor_say(names->probe->report, DOCTOR_RELAY_PTR,
                   good ? DOCTOR_OK : DOCTOR_ERROR, names->shop,
                   name[0] != '\0' ? name : "none", "%s %s",
                   smtp->sends_from[i],
                   good ? "has a name that leads back to it"
                   : name[0] != '\0' ? "has a name that does not lead back "
                                       "to it"
                                     : "has no name");
    }
}


static int
doctor_ptr_confirmed(doctor_names_t *names, const dns_ip_t *ip, char *name,
    size_t size)
{
    int            found;
    unsigned       i, k;
    dns_answer_t   hosts, ips;

    name[0] = '\0';
    found = 0;
    (void) dns_ptr(names->dns, ip, &hosts);

    for (i = 0; i < hosts.n && i < 10 && !found; i++) {
        snprintf(name, size, "%s", hosts.texts[i]);
        (void) dns_ips(names->dns, hosts.texts[i], ip->family, &ips);

        for (k = 0; k < ips.n; k++) {
            found |= dns_ip_in(ip, &ips.ips[k],
                               ip->family == AF_INET ? 32 : 128);
        }

        dns_answer_free(&ips);
    }

    dns_answer_free(&hosts);

    return found;
}
