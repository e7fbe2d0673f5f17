/*
 * Copyright (C) SitePreserver developers
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dns_spf_run.h"


static dns_spf_step_t dns_spf_record(dns_spf_run_t *run, const char *domain,
    char **record);
static void dns_spf_loop(dns_spf_run_t *run);
static int dns_spf_leave(dns_spf_run_t *run, dns_spf_result_t result);
static int dns_spf_redirect(dns_spf_run_t *run);
static dns_spf_result_t dns_spf_of(char qualifier);


void
dns_spf_check(dns_t *dns, const char *domain, const dns_ip_t *ip,
    dns_spf_t *spf)
{
    dns_spf_run_t  *run;

    memset(spf, 0, sizeof(dns_spf_t));
    run = calloc(1, sizeof(dns_spf_run_t));

    if (run == NULL) {
        spf->result = DNS_SPF_TEMPERROR;
        return;
    }

    run->dns = dns;
    run->ip = ip;
    run->sender = domain;
    run->spf = spf;

    if (dns_spf_enter(run, domain, '+') == DNS_SPF_ENTER) {
        dns_spf_loop(run);
    }

    while (run->depth > 0) {
        free(run->frames[--run->depth].record);
    }

    free(run);
}


dns_spf_step_t
dns_spf_enter(dns_spf_run_t *run, const char *domain, char qualifier)
{
    char             *record;
    unsigned          i;
    dns_spf_step_t    step;
    dns_spf_frame_t  *frame;

    for (i = 0; i < run->depth; i++) {
        if (strcasecmp(run->frames[i].domain, domain) == 0) {
            return dns_spf_bad(run, DNS_SPF_PERMERROR, "%s includes itself",
                               domain);
        }
    }

    if (run->depth == DNS_SPF_DEPTH) {
        return dns_spf_bad(run, DNS_SPF_PERMERROR, "includes are too deep");
    }

    step = dns_spf_record(run, domain, &record);

    if (step != DNS_SPF_ENTER) {
        return step;
    }

    frame = &run->frames[run->depth++];
    memset(frame, 0, sizeof(dns_spf_frame_t));
    snprintf(frame->domain, sizeof(frame->domain), "%s", domain);
    frame->record = record;
    frame->next = record + 6;
    frame->qualifier = qualifier;

    return DNS_SPF_ENTER;
}


/* The one record of the domain that begins with "v=spf1". */

static dns_spf_step_t
dns_spf_record(dns_spf_run_t *run, const char *domain, char **record)
{
    unsigned       i, found;
    dns_rc_t       rc;
    dns_answer_t   answer;

    rc = dns_txt(run->dns, domain, &answer);
    found = 0;
    *record = NULL;

    for (i = 0; i < answer.n; i++) {
        if (strncasecmp(answer.texts[i], "v=spf1", 6) == 0
            && (answer.texts[i][6] == ' ' || answer.texts[i][6] == '\0'))
        {
            found++;
            free(*record);
            *record = answer.texts[i];
            answer.texts[i] = NULL;
        }
    }

    dns_answer_free(&answer);

    if (found == 1) {
        return DNS_SPF_ENTER;
    }

    free(*record);

    if (rc == DNS_FAILED) {
        return dns_spf_bad(run, DNS_SPF_TEMPERROR, "%s: %s", domain,
                           dns_error(run->dns));
    }

    if (found > 1) {
        return dns_spf_bad(run, DNS_SPF_PERMERROR, "%s has %u SPF records",
                           domain, found);
    }

    if (run->depth > 0) {
        return dns_spf_bad(run, DNS_SPF_PERMERROR, "%s has no SPF record",
                           domain);
    }

    run->spf->result = DNS_SPF_NONE;

    return DNS_SPF_END;
}


static void
dns_spf_loop(dns_spf_run_t *run)
{
    char             *term, qualifier;
    dns_spf_step_t    step;
    dns_spf_frame_t  *frame;

    while (run->depth > 0) {
        frame = &run->frames[run->depth - 1];
        term = strsep(&frame->next, " ");

        if (term == NULL) {
            if (frame->redirect[0] != '\0') {
                if (!dns_spf_redirect(run)) {
                    return;
                }

            } else if (!dns_spf_leave(run, DNS_SPF_NEUTRAL)) {
                return;
            }

            continue;
        }

        if (term[0] == '\0') {
            continue;
        }

        step = dns_spf_term(run, term, &qualifier);

        if (step == DNS_SPF_END
            || (step == DNS_SPF_MATCH
                && !dns_spf_leave(run, dns_spf_of(qualifier))))
        {
            return;
        }
    }
}


/* A record has its result; an include matches if that is "pass". */

static int
dns_spf_leave(dns_spf_run_t *run, dns_spf_result_t result)
{
    char  qualifier;

    for ( ;; ) {
        run->depth--;
        free(run->frames[run->depth].record);
        qualifier = run->frames[run->depth].qualifier;

        if (run->depth == 0) {
            run->spf->result = result;
            return 0;
        }

        if (result != DNS_SPF_PASS || run->ip == NULL) {
            return 1;
        }

        result = dns_spf_of(qualifier);
    }
}


static int
dns_spf_redirect(dns_spf_run_t *run)
{
    char              domain[DNS_NAME_MAX + 1], qualifier, *record;
    dns_spf_frame_t  *frame;

    frame = &run->frames[run->depth - 1];
    qualifier = frame->qualifier;
    strcpy(domain, frame->redirect);

    if (dns_spf_lookup(run) == DNS_SPF_END) {
        return 0;
    }

    if (strcasecmp(domain, frame->domain) == 0) {
        dns_spf_bad(run, DNS_SPF_PERMERROR, "%s redirects to itself", domain);
        return 0;
    }

    if (dns_spf_record(run, domain, &record) != DNS_SPF_ENTER) {
        return 0;
    }

    free(frame->record);
    memset(frame, 0, sizeof(dns_spf_frame_t));
    strcpy(frame->domain, domain);
    frame->record = record;
    frame->next = record + 6;
    frame->qualifier = qualifier;

    return 1;
}


dns_spf_step_t
dns_spf_lookup(dns_spf_run_t *run)
{
    unsigned  most;

    most = run->ip != NULL ? DNS_SPF_LOOKUPS : 4 * DNS_SPF_LOOKUPS;

    if (++run->spf->lookups > most) {
        return dns_spf_bad(run, DNS_SPF_PERMERROR, "more than %u lookups",
                           most);
    }

    return DNS_SPF_GO;
}


dns_spf_step_t
dns_spf_bad(dns_spf_run_t *run, dns_spf_result_t result, const char *fmt, ...)
{
    va_list  ap;

    run->spf->result = result;
    va_start(ap, fmt);
    vsnprintf(run->spf->error, sizeof(run->spf->error), fmt, ap);
    va_end(ap);

    return DNS_SPF_END;
}


static dns_spf_result_t
dns_spf_of(char qualifier)
{
    switch (qualifier) {
    case '-':
        return DNS_SPF_FAIL;
    case '~':
        return DNS_SPF_SOFTFAIL;
    case '?':
        return DNS_SPF_NEUTRAL;
    default:
        return DNS_SPF_PASS;
    }
}


const char *
dns_spf_name(dns_spf_result_t result)
{
    static const char  *names[] = { "none", "pass", "fail", "softfail",
                                    "neutral", "temperror", "permerror" };

    return names[result];
}
