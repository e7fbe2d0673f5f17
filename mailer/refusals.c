/*
 * Copyright (C) SitePreserver developers
 */

#include "refusals.h"


static int refusals_at_fault(const refusals_t *refusals);
static uint64_t refusals_domain(const char *address);


refusals_change_t
refusals_note(refusals_t *refusals, const smtp_report_t *report,
    const char *to, outcome_t *outcome)
{
    int       before;
    unsigned  i;
    uint64_t  domain;

    before = refusals_at_fault(refusals);

    if (report->stage > SMTP_RCPT) {
        memset(refusals, 0, sizeof(refusals_t));
        return before ? REFUSALS_ENDED : REFUSALS_NONE;
    }

    /* what was not refused for good says nothing of recipients */

    if (outcome->kind != OUTCOME_REFUSED || report->code_stage != SMTP_RCPT) {
        return REFUSALS_NONE;
    }

    domain = refusals_domain(to);

    for (i = 0; i < refusals->ndomains; i++) {
        if (refusals->domains[i] == domain) {
            break;
        }
    }

    if (i == refusals->ndomains && i < REFUSALS_DOMAINS) {
        refusals->domains[refusals->ndomains++] = domain;
    }

    if (refusals->n < REFUSALS_MOST) {
        refusals->n++;
    }

    if (!refusals_at_fault(refusals)) {
        return REFUSALS_NONE;
    }

    memset(outcome, 0, sizeof(outcome_t));
    outcome->kind = OUTCOME_RETRY;
    outcome->reason = "relay_refuses";
    outcome->relay_down = 1;

    return before ? REFUSALS_NONE : REFUSALS_BEGUN;
}


static int
refusals_at_fault(const refusals_t *refusals)
{
    return refusals->ndomains == REFUSALS_DOMAINS
           || refusals->n == REFUSALS_MOST;
}


/* FNV-1a of what follows the "@". */

static uint64_t
refusals_domain(const char *address)
{
    uint64_t     hash;
    const char  *p;

    hash = 14695981039346656037u;
    p = strrchr(address, '@');

    for (p = p != NULL ? p + 1 : address; *p != '\0'; p++) {
        hash = (hash ^ (unsigned char) *p) * 1099511628211u;
    }

    return hash;
}
