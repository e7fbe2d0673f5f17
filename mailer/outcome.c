/*
 * Copyright (C) SitePreserver developers
 */

#include "outcome.h"


static void outcome_refused(const smtp_report_t *report, outcome_t *outcome);
static int outcome_bad_address(const smtp_report_t *report);
static int outcome_doubtful_address(const smtp_report_t *report);
static int outcome_is_one_of(const char *enhanced, const char *const *codes);


void
outcome_decide(const smtp_report_t *report, outcome_t *outcome)
{
    memset(outcome, 0, sizeof(outcome_t));

    if (report->stopped) {
        outcome->kind = OUTCOME_STOPPED;
        outcome->reason = "stopped";
        return;
    }

    if (report->final >= 200 && report->final < 300) {
        outcome->kind = OUTCOME_SENT;
        outcome->reason = "sent";
        return;
    }

    /* a 3xx there means nothing (RFC 5321 4.2.1): it is no reply either */

    if (report->stage == SMTP_DOT && report->final < 400) {
        outcome->kind = OUTCOME_DOUBT;
        outcome->reason = "in_doubt";
        return;
    }

    outcome->kind = OUTCOME_RETRY;

    if (report->code >= 500) {
        outcome_refused(report, outcome);
        return;
    }

    if (report->code >= 400) {
        outcome->reason = "deferred";
        outcome->relay_down = report->code_stage < SMTP_MAIL
                              || report->code == 421;
        return;
    }

    outcome->reason = "connection";
    outcome->relay_down = 1;
}


/*
 * 5xx before MAIL says something about the relay or our settings there, not
 * about this message: it is tried again.  502 and 503 anywhere are a broken
 * exchange; 530, 535 and 538 are about our login.
 */

static void
outcome_refused(const smtp_report_t *report, outcome_t *outcome)
{
    switch (report->code) {

    case 500:
    case 502:
    case 503:
    case 530:
    case 534:
    case 535:
    case 538:
        outcome->reason = "relay";
        outcome->relay_down = 1;
        return;
    }

    if (report->code_stage < SMTP_MAIL) {
        outcome->reason = "relay";
        outcome->relay_down = 1;
        return;
    }

    outcome->kind = OUTCOME_REFUSED;
    outcome->reason = "refused";

    if (outcome_bad_address(report)) {
        outcome->bad_address = 1;
        outcome->reason = "bad_address";

    } else if (outcome_doubtful_address(report)) {
        outcome->soft = 1;
    }
}


/*
 * Is it the recipient's address that is refused?  Only enhanced codes
 * (RFC 3463) say so: 5.1.1, 5.1.2, 5.1.3, 5.1.6, 5.1.10 (bad or moved mailbox
 * or domain, null MX) and 5.2.1 (mailbox disabled).  5.1.7 and 5.1.8 are about
 * the sender, 5.7.x is policy.
 */

static int
outcome_bad_address(const smtp_report_t *report)
{
    static const char *const  codes[] = { "5.1.1", "5.1.2", "5.1.3", "5.1.6",
                                          "5.1.10", "5.2.1", NULL };

    return report->code_stage != SMTP_MAIL
           && outcome_is_one_of(report->enhanced, codes);
}


/*
 * A bare 550, 551 or 553 to RCPT may be about the address, and as well about
 * us ("550 relay not permitted"); codes that name nothing say no more.
 */

static int
outcome_doubtful_address(const smtp_report_t *report)
{
    static const char *const  codes[] = { "5.0.0", "5.1.0", "5.2.0", "5.4.4",
                                          NULL };

    if (report->code_stage != SMTP_RCPT) {
        return 0;
    }

    if (report->enhanced[0] != '\0') {
        return outcome_is_one_of(report->enhanced, codes);
    }

    return report->code == 550 || report->code == 551 || report->code == 553;
}


static int
outcome_is_one_of(const char *enhanced, const char *const *codes)
{
    for ( /* void */ ; *codes != NULL; codes++) {
        if (strcmp(enhanced, *codes) == 0) {
            return 1;
        }
    }

    return 0;
}


int64_t
outcome_delay(unsigned tries)
{
    unsigned              last;
    static const int64_t  minutes[] = { 1, 2, 5, 10, 20, 40, 80, 160, 240 };

    last = sizeof(minutes) / sizeof(minutes[0]) - 1;

    return minutes[tries < last ? tries : last] * 60000;
}
