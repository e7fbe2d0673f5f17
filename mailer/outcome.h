/*
 * Copyright (C) SitePreserver developers
 *
 * What became of a message, from the report of its exchange alone.
 */

#ifndef OUTCOME_H
#define OUTCOME_H

#include "smtp.h"


typedef enum {
    OUTCOME_SENT = 0,               /* the server has it */
    OUTCOME_REFUSED,                /* for good: not sent, not tried again */
    OUTCOME_RETRY,                  /* certainly not sent: tried again */
    OUTCOME_DOUBT,                  /* handed over whole, no final reply */
    OUTCOME_STOPPED                 /* confirm said no: not sent */
} outcome_kind_t;


typedef struct {
    outcome_kind_t  kind;
    const char     *reason;         /* a word for counters and records */
    unsigned        bad_address:1;  /* REFUSED because of the recipient */
    unsigned        soft:1;         /* REFUSED, perhaps because of it */
    unsigned        relay_down:1;   /* RETRY: the relay, not the message */
} outcome_t;


/*
 * The final reply decides; the body at its end and no final reply is in
 * doubt; anything else was certainly not sent.
 */

void outcome_decide(const smtp_report_t *report, outcome_t *outcome);


/* ms until try number tries + 1 (tries from 0): 1 min, growing to 4 h. */

int64_t outcome_delay(unsigned tries);


#endif /* OUTCOME_H */
