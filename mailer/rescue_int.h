/*
 * Copyright (C) SitePreserver developers
 *
 * The inside of a rescue in hand, for the files that lead it from the decision
 * to its settlement:
 *
 *     rescue.c         claimed -> plan -+-> settled (deferred, skipped, closed)
 *     rescue_offer.c                    +-> a code, if it needs one
 *     rescue_send.c                     +-> a sender: message built, SMTP up
 *                                           to 354 -> confirm -> the final dot
 *     rescue_settle.c                       -> what became of it: settled
 *     rescue_refused.c                         and a refusal: counted
 *
 * The loop owns it; a sender thread has its job in between.
 */

#ifndef RESCUE_INT_H
#define RESCUE_INT_H

#include "engine.h"
#include "log.h"
#include "plan.h"
#include "sp_arena.h"


#define RESCUE_BUILD_AGAIN   600000     /* ms, when a message cannot be built */
#define RESCUE_REASON_MAX    16


struct rescue_s {
    sender_job_t          job;          /* first: a job is its rescue */
    rescue_t             *next;
    rescue_t            **prev;
    shop_t               *shop;
    config_t             *conf;
    const config_shop_t  *rules;        /* the shop in conf */
    relay_t              *relay;
    rescue_batch_t       *batch;
    const sp_claimed_t   *claimed;
    int64_t               claimed_at;   /* by now_ms() */
    int64_t               idle;         /* ms, of the shop */
    plan_t                plan;
    creative_t           *creative;
    sp_mode_t             mode;
    char                  attempt[SP_ID_LEN + 1];
    char                  code[SP_CODE_MAX + 1];    /* "": of no pool */
    char                  address[SP_ADDRESS_MAX + 1];
    char                  no[RESCUE_REASON_MAX];    /* confirm's reason */
    unsigned              refs;         /* calls under way, and its job */
    unsigned              submitted:1;
    unsigned              confirmed:1;
    unsigned              settled:1;    /* or is being */
    unsigned              attempted:1;  /* settled with its attempt */
};


/* rescue.c: gives back a reference; the last one frees it. */

void rescue_unref(rescue_t *rescue);


/* rescue.c: what Redis's clock says now, in ms. */

int64_t rescue_time(const rescue_t *rescue);


/*
 * rescue.c: settles what somebody may mend, to be tried again until it is too
 * late.
 */

void rescue_wait(rescue_t *rescue, const char *reason);


/* rescue_offer.c: gets the code that the message needs, then sends. */

void rescue_offer(rescue_t *rescue);


/* rescue_send.c: to a sender; or settles it, if it cannot be sent at all. */

void rescue_send(rescue_t *rescue);


/*
 * rescue_settle.c: the sender is done with its job: settles it accordingly.
 * Nonzero: the relay itself did not work.
 */

int rescue_finish(rescue_t *rescue);


/*
 * rescue_refused.c: the relay has refused the recipient, and perhaps the
 * address is dead: counts it, and suppresses when it is too often.
 */

void rescue_refused(rescue_t *rescue);


/*
 * rescue_settle.c: tells Redis, and the log; attempt: there is one, noted by
 * confirm; next: when the next step is due, 0: there is none.
 */

void rescue_settle(rescue_t *rescue, sp_settle_t outcome, const char *reason,
    int attempt, int64_t next);


#endif /* RESCUE_INT_H */
