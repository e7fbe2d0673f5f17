/*
 * Copyright (C) SitePreserver developers
 *
 * Whose fault it is when a relay refuses one recipient after another: that many
 * addresses of different domains are not dead at once.
 */

#ifndef REFUSALS_H
#define REFUSALS_H

#include "outcome.h"


#define REFUSALS_DOMAINS  5         /* in a row */
#define REFUSALS_MOST     20        /* in a row, whatever their domains */


/* Of one relay; zeroed at first. */

typedef struct {
    uint64_t  domains[REFUSALS_DOMAINS];    /* hashes */
    unsigned  ndomains;
    unsigned  n;
} refusals_t;


typedef enum {
    REFUSALS_NONE = 0,              /* as it was before */
    REFUSALS_BEGUN,                 /* the relay is at fault, from now on */
    REFUSALS_ENDED                  /* it takes recipients again */
} refusals_change_t;


/*
 * Notes the exchange of a message to an address.  While the relay is at fault
 * a refused recipient is none: *outcome becomes OUTCOME_RETRY, with relay_down.
 */

refusals_change_t refusals_note(refusals_t *refusals,
    const smtp_report_t *report, const char *to, outcome_t *outcome);


#endif /* REFUSALS_H */
