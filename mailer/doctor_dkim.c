/*
 * Copyright (C) SitePreserver developers
 *
 * DKIM keys (RFC 6376 3.6, RFC 8301, RFC 8463) and DMARC policies (RFC 7489).
 */

#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <strings.h>

#include "doctor_domain.h"


#define DOCTOR_KEY_MAX   4096       /* bytes of a key in base64 */
#define DOCTOR_KEY_LEAST 1024
#define DOCTOR_KEY_GOOD  2048


static void doctor_key(doctor_names_t *names, const char *selector,
    const char *domain);
static void doctor_key_record(doctor_names_t *names, const char *name,
    const char *record);
static int doctor_key_bits(const char *type, const char *base64);
static EVP_PKEY *doctor_key_rsa(const unsigned char *der, long len);
static int doctor_dmarc_record(doctor_names_t *names, const char *domain,
    char *record, size_t size);
static void doctor_dmarc_policy(doctor_names_t *names, const char *record,
    int inherited);
static void doctor_dmarc_alignment(doctor_names_t *names, const char *record);


void
doctor_dkim(doctor_names_t *names)
{
    unsigned               i;
    const config_shop_t   *shop;
    const doctor_probe_t  *probe;

    probe = names->probe;
    shop = probe->shop;

    doctor_say(probe->report, DOCTOR_DKIM_SELECTORS,
               shop->ndkim_selectors + probe->nsignatures > 0 ? DOCTOR_OK
                                                              : DOCTOR_INFO,
               names->shop, NULL,
               shop->ndkim_selectors + probe->nsignatures > 0
                   ? "there are DKIM selectors to look at"
                   : "with which selector the relay signs is not known");

    for (i = 0; i < shop->ndkim_selectors; i++) {
        doctor_key(names, shop->dkim_selectors[i], names->from);
    }

    for (i = 0; i < probe->nsignatures; i++) {
        doctor_key(names, probe->signatures[i].selector,
                   probe->signatures[i].domain);
    }
}


static void
doctor_key(doctor_names_t *names, const char *selector, const char *domain)
{
    char           name[2 * DNS_NAME_MAX + 16];
    dns_rc_t       rc;
    unsigned       i, n;
    const char    *record;
    dns_answer_t   answer;

    snprintf(name, sizeof(name), "%s._domainkey.%s", selector, domain);
    rc = dns_txt(names->dns, name, &answer);
    record = NULL;

    for (i = 0, n = 0; i < answer.n; i++) {
        if (strstr(answer.texts[i], "p=") != NULL) {
            record = answer.texts[i];
            n++;
        }
    }

    if (n == 1) {
        doctor_key_record(names, name, record);

    } else {
        doctor_say(names->probe->report, DOCTOR_DKIM_KEY,
                   rc == DNS_FAILED ? DOCTOR_WARNING : DOCTOR_ERROR,
                   names->shop, name, rc == DNS_FAILED
                       ? "the DNS does not answer for the key"
                   : n > 1 ? "there are several keys of one name"
                           : "there is no such key");
    }

    dns_answer_free(&answer);
}


static void
doctor_key_record(doctor_names_t *names, const char *name, const char *record)
{
    int                bits;
    char               key[DOCTOR_KEY_MAX], type[16], flags[32], value[32];
    doctor_report_t   *report;

    report = names->probe->report;

    if (!doctor_tag(record, "k", type, sizeof(type))) {
        strcpy(type, "rsa");
    }

    if (!doctor_tag(record, "p", key, sizeof(key)) || key[0] == '\0') {
        doctor_say(report, DOCTOR_DKIM_KEY, DOCTOR_ERROR, names->shop, name,
                   "the key was revoked: its record has no p=");
        return;
    }

    bits = doctor_key_bits(type, key);

    if (bits == 0) {
        doctor_say(report, DOCTOR_DKIM_KEY, DOCTOR_ERROR, names->shop, name,
                   "the record has no key that can be read");
        return;
    }

    doctor_say(report, DOCTOR_DKIM_KEY, DOCTOR_OK, names->shop, name,
               "the key is there");

    snprintf(value, sizeof(value), "%s %d", type, bits);
    doctor_say(report, DOCTOR_DKIM_BITS,
               strcasecmp(type, "ed25519") == 0 || bits >= DOCTOR_KEY_GOOD
                   ? DOCTOR_OK
               : bits >= DOCTOR_KEY_LEAST ? DOCTOR_WARNING : DOCTOR_ERROR,
               names->shop, value, "the key %.200s is of %s bits", name,
               value);

    if (!doctor_tag(record, "t", flags, sizeof(flags))) {
        flags[0] = '\0';
    }

    bits = strchr(flags, 'y') != NULL;
    doctor_say(report, DOCTOR_DKIM_TESTING, bits ? DOCTOR_WARNING : DOCTOR_OK,
               names->shop, flags, bits ? "the key says that it is a test"
                                        : "the key is in earnest");
}


/* 0: it is no key. */

static int
doctor_key_bits(const char *type, const char *base64)
{
    int             bits, len;
    char            text[DOCTOR_KEY_MAX];
    size_t          n, pad;
    EVP_PKEY       *key;
    unsigned char   der[DOCTOR_KEY_MAX];

    for (n = 0; *base64 != '\0'; base64++) {
        if (!isspace((unsigned char) *base64)) {
            text[n++] = *base64;
        }
    }

    for (pad = 0; pad < n && text[n - 1 - pad] == '='; pad++) {
        /* void */
    }

    if (n == 0 || n % 4 != 0 || pad > 2) {
        return 0;
    }

    len = EVP_DecodeBlock(der, (unsigned char *) text, (int) n);

    if (len < 0) {
        return 0;
    }

    len -= (int) pad;

    if (strcasecmp(type, "ed25519") == 0) {
        return len == 32 ? 256 : 0;
    }

    key = doctor_key_rsa(der, len);
    bits = key != NULL ? EVP_PKEY_get_bits(key) : 0;
    EVP_PKEY_free(key);

    return bits;
}


static EVP_PKEY *
doctor_key_rsa(const unsigned char *der, long len)
{
    EVP_PKEY             *key;
    const unsigned char  *p;

    p = der;
    key = d2i_PUBKEY(NULL, &p, len);

    if (key == NULL) {
        p = der;
        key = d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, len);
    }

    if (key != NULL && EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA) {
        EVP_PKEY_free(key);
        key = NULL;
    }

    return key;
}


void
doctor_dmarc(doctor_names_t *names)
{
    int                found, inherited;
    char               record[1024], policy[32];
    const char        *organisation;
    doctor_report_t   *report;

    report = names->probe->report;
    organisation = doctor_organisation(names->from);
    inherited = 0;
    found = doctor_dmarc_record(names, names->from, record, sizeof(record));

    if (found == 0 && strcmp(organisation, names->from) != 0) {
        inherited = 1;
        found = doctor_dmarc_record(names, organisation, record,
                                    sizeof(record));
    }

    if (found < 0) {
        return;
    }

    if (found != 1) {
        doctor_say(report, DOCTOR_DMARC_RECORD, DOCTOR_ERROR, names->shop,
                   found == 0 ? "none" : "several", "%s has %s DMARC record%s",
                   names->from, found == 0 ? "no" : "more than one",
                   found == 0 && inherited ? ", nor has the domain above it"
                                           : "");
        return;
    }

    if (!doctor_tag(record, "p", policy, sizeof(policy))
        || (strcasecmp(policy, "none") != 0
            && strcasecmp(policy, "quarantine") != 0
            && strcasecmp(policy, "reject") != 0))
    {
        doctor_say(report, DOCTOR_DMARC_RECORD, DOCTOR_ERROR, names->shop,
                   NULL, "the DMARC record has no p= that is none, quarantine "
                   "or reject");
        return;
    }

    doctor_say(report, DOCTOR_DMARC_RECORD, DOCTOR_OK, names->shop, NULL,
               "%s has a DMARC record", inherited ? organisation
                                                  : names->from);
    doctor_dmarc_policy(names, record, inherited);
    doctor_dmarc_alignment(names, record);
}


/* How many records there are; -1: the DNS does not answer. */

static int
doctor_dmarc_record(doctor_names_t *names, const char *domain, char *record,
    size_t size)
{
    int           n;
    char          name[DNS_NAME_MAX + 8], version[16];
    dns_rc_t      rc;
    unsigned      i;
    dns_answer_t  answer;

    snprintf(name, sizeof(name), "_dmarc.%s", domain);
    rc = dns_txt(names->dns, name, &answer);
    n = 0;

    for (i = 0; i < answer.n; i++) {
        if (strncmp(answer.texts[i], "v", 1) == 0
            && doctor_tag(answer.texts[i], "v", version, sizeof(version))
            && strcmp(version, "DMARC1") == 0)
        {
            snprintf(record, size, "%s", answer.texts[i]);
            n++;
        }
    }

    dns_answer_free(&answer);

    if (rc == DNS_FAILED) {
        doctor_say(names->probe->report, DOCTOR_DNS_REACHED, DOCTOR_WARNING,
                   names->shop, NULL, "the DNS does not answer for %s", name);
        return -1;
    }

    return n;
}


static void
doctor_dmarc_policy(doctor_names_t *names, const char *record, int inherited)
{
    int   weak;
    char  policy[32], pct[16], rua[256];

    if (!inherited || !doctor_tag(record, "sp", policy, sizeof(policy))) {
        (void) doctor_tag(record, "p", policy, sizeof(policy));
    }

    if (!doctor_tag(record, "pct", pct, sizeof(pct))) {
        strcpy(pct, "100");
    }

    weak = strcasecmp(policy, "none") == 0 || strcmp(pct, "100") != 0;
    doctor_say(names->probe->report, DOCTOR_DMARC_POLICY,
               weak ? DOCTOR_INFO : DOCTOR_OK, names->shop, policy,
               "the DMARC policy is %s%s%s%s", policy,
               strcmp(pct, "100") != 0 ? " for " : "",
               strcmp(pct, "100") != 0 ? pct : "",
               strcmp(pct, "100") != 0 ? " percent" : "");

    weak = !doctor_tag(record, "rua", rua, sizeof(rua));
    doctor_say(names->probe->report, DOCTOR_DMARC_REPORTS,
               weak && strstr(record, "rua=") == NULL ? DOCTOR_INFO
                                                      : DOCTOR_OK,
               names->shop, NULL, weak && strstr(record, "rua=") == NULL
                   ? "nobody gets the DMARC reports"
                   : "the DMARC reports go to somebody");
}


static void
doctor_dmarc_alignment(doctor_names_t *names, const char *record)
{
    int                    spf, dkim, strict;
    char                   mode[8];
    unsigned               i;
    const doctor_probe_t  *probe;

    probe = names->probe;
    strict = doctor_tag(record, "aspf", mode, sizeof(mode))
             && strcasecmp(mode, "s") == 0;
    spf = doctor_aligned(names->from, names->envelope, strict);

    strict = doctor_tag(record, "adkim", mode, sizeof(mode))
             && strcasecmp(mode, "s") == 0;
    dkim = probe->shop->ndkim_selectors > 0;

    for (i = 0; i < probe->nsignatures; i++) {
        dkim |= doctor_aligned(names->from, probe->signatures[i].domain,
                               strict);
    }

    doctor_say(probe->report, DOCTOR_DMARC_ALIGNMENT,
               spf ? DOCTOR_OK : dkim ? DOCTOR_INFO : DOCTOR_ERROR,
               names->shop, names->envelope,
               spf ? "return_path is aligned with From"
               : dkim ? "return_path is not aligned with From: DMARC rests "
                        "on the signature alone"
                      : "neither return_path nor a known signature is "
                        "aligned with From");
}
