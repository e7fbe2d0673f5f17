/*
 * Copyright (C) SitePreserver developers
 *
 * The message of one step: the facts of a claimed rescue, its links, and the
 * envelope.
 */

#ifndef RESCUE_MESSAGE_H
#define RESCUE_MESSAGE_H

#include "config.h"
#include "draw.h"
#include "sender.h"


typedef struct {
    const sp_secret_t      *secret;
    const config_shop_t    *shop;
    const config_series_t  *series;
    const config_step_t    *step;
    const creative_t       *creative;
    const config_offer_t   *offer;  /* NULL: none is made */
    const char             *code;   /* of a pool; NULL: none was reserved */
    const sp_claimed_t     *claimed;
    const char             *to;     /* normalised address */
    int                     inert;  /* links and codes that do nothing */
    int64_t                 idle;   /* ms of the shop; 0: not known */
} rescue_letter_t;


/* The facts of the message, and what they point into beside the letter. */

typedef struct {
    message_facts_t         facts;
    message_offer_t         offer;
    char                    click[SP_TOKEN_MAX];
    char                    unsubscribe[LINKS_URL_MAX];
    char                    preferences[LINKS_URL_MAX];
    char                    not_me[LINKS_URL_MAX];
    char                    code[DRAW_CODE_MAX + 1];
} rescue_facts_t;


/* Any thread; err: why not.  made must not be moved. */

sp_rc_t rescue_message_facts(const rescue_letter_t *letter,
    rescue_facts_t *made, sp_error_t *err);


/* Fills the job's message, from and to.  Any thread; err: why not. */

sp_rc_t rescue_message_build(const rescue_letter_t *letter,
    sender_job_t *job, sp_error_t *err);


#endif /* RESCUE_MESSAGE_H */
