/*
 * Copyright (C) SitePreserver developers
 *
 * Whom a series is for: a pure function of what a claim gives.
 */

#ifndef AUDIENCE_H
#define AUDIENCE_H

#include "sp_call.h"


/* An amount in main units of a currency, as minor ones. */

typedef struct {
    char      currency[4];
    int64_t   minor;
} audience_amount_t;


#define AUDIENCE_NO   0x1           /* new; not logged in */
#define AUDIENCE_YES  0x2           /* returning; logged in */


/* What is not given is 0 or NULL, and lets everybody in. */

typedef struct {
    audience_amount_t  *min_total;  /* one for each currency */
    unsigned            nmin_total;
    audience_amount_t  *max_total;
    unsigned            nmax_total;
    unsigned            min_items;  /* pieces */
    unsigned            max_items;
    char              **items;      /* patterns */
    unsigned            nitems;
    char              **categories;
    unsigned            ncategories;
    char              **locales;
    unsigned            nlocales;
    unsigned            returning;  /* AUDIENCE_YES | AUDIENCE_NO */
    unsigned            login;
    unsigned            stages;     /* bit N: stage N of sp_claimed_t */
    unsigned            captured;   /* bit N: sp_captured_t N */
    unsigned            devices;    /* bit N: sp_device_t N */
    unsigned            checkout_error;     /* AUDIENCE_YES | AUDIENCE_NO */
} audience_t;


/* Who may be mailed at all. */

typedef enum {
    AUDIENCE_ALL = 0,
    AUDIENCE_SOFT,                  /* customers, account holders, and who has
                                       consented, but who has taken it back */
    AUDIENCE_CONSENT                /* who has consented */
} audience_consent_t;


/* locale: the shop's, for a shopper of whom none is known. */

int audience_fits(const audience_t *audience, const sp_claimed_t *claimed,
    const char *locale);

int audience_consents(audience_consent_t consent,
    const sp_claimed_t *claimed);


/* What is to be asked of it again when the message is handed over. */

sp_consent_t audience_asks(audience_consent_t consent);


/*
 * "*" stands for any characters, also none; letters of ASCII match whatever
 * their case.
 */

int audience_matches(const char *pattern, const sp_str_t *text);


#endif /* AUDIENCE_H */
