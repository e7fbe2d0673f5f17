/*
 * Copyright (C) SitePreserver developers
 *
 * Recorded exchanges against rules: the matching and the folding are those of
 * nginx and Redis, only time is the recording's.
 */

#ifndef REPLAY_H
#define REPLAY_H

#include "har.h"
#include "nginxconf.h"


#define REPLAY_RULES_MAX   16       /* of one exchange, that are told */
#define REPLAY_VISITS_MAX  16       /* of one cart, that are told */


typedef struct replay_s  replay_t;


/* An exchange, or a part of one, to which rules applied. */

typedef struct {
    const har_exchange_t      *x;
    const nginxconf_server_t  *server;
    const sp_outcome_t        *outcome;
    const char                *result;  /* "observed", "no_visitor" */
    unsigned                   rules[REPLAY_RULES_MAX];
    unsigned                   nrules;  /* of the whole exchange */
    unsigned                   visit;   /* its number, from 1; 0: none */
    unsigned                   moved_from;
    unsigned                   shopper; /* who it is now; 0: not known */
    const char                *address; /* that was captured; NULL */
    int64_t                    at;      /* Unix ms; 0: not known */
} replay_event_t;


/* What a visit or a shopper has in the cart. */

typedef struct {
    const nginxconf_server_t  *server;
    unsigned     visits[REPLAY_VISITS_MAX];
    unsigned     nvisits;
    unsigned     shopper;           /* 0: nobody knows */
    const char  *address;           /* NULL */
    sp_line_t   *lines;
    unsigned     nlines;
    sp_str_t     currency;
    int64_t      total;             /* SP_NO_AMOUNT */
    unsigned     stage;             /* as in sp_claimed_t */
    unsigned     ordered:1;
    unsigned     mailed:1;          /* it would be, or would have been */
    const char  *why;               /* "abandoned", "ordered", "empty",
                                       "anonymous", "held", "no_address",
                                       "active", "failing" */
    int64_t      at;                /* of one that was mailed before the log
                                       goes on: when; 0 */
} replay_cart_t;


typedef struct {
    void  (*event)(void *data, const replay_event_t *event);

    /* Rules matched the request, and none applied; or not even that. */
    void  (*rejected)(void *data, const har_exchange_t *x,
                      const nginxconf_server_t *server);
    void  (*unmatched)(void *data, const har_exchange_t *x,
                       const nginxconf_server_t *server);

    /* A cart was abandoned in the middle of the log. */
    void  (*abandoned)(void *data, const replay_cart_t *cart);
    void   *data;
} replay_hooks_t;


typedef struct {
    unsigned long   exchanges;      /* of the shop */
    unsigned long   foreign;        /* of other hosts */
    unsigned long   unobserved;     /* of servers that are not observed */
    unsigned long   matched;
    unsigned long   events;
    unsigned long   moved;          /* no event: a session that is replaced */
    unsigned long   no_visitor;     /* left out of both: whose are they? */
    unsigned long   sought;         /* events where sitepreserver_visitor says
                                       where the visitor stands ... */
    unsigned long   no_session;     /* ... and there was none */
    unsigned long   refused;        /* by the functions: a mistake of ours */
    unsigned long   cut;            /* bodies that were too long */
    unsigned long   bad;            /* ... that could not be read */
    uint64_t        read;           /* bytes of answers that rules looked at */
    uint64_t        answers;        /* bytes of answers */
} replay_counts_t;


/*
 * only: all exchanges are this server's; NULL: those of its names.  hosts: a
 * list with commas, of the shop; NULL: what the first page comes from, and its
 * like.  All that is given must outlive it.  Hooks may be NULL.  NULL: err.
 */

replay_t *replay_create(const nginxconf_t *conf, nginxconf_server_t *only,
    const char *hosts, const replay_hooks_t *hooks, sp_error_t *err);
void replay_free(replay_t *replay);


/* The next one.  SP_OK; SP_NOMEM. */

sp_rc_t replay_exchange(replay_t *replay, const har_exchange_t *x);


/*
 * The log is over, and an idle time passes.  Each cart that there was, those of
 * shoppers first.  SP_OK, SP_NOMEM.
 */

typedef void (*replay_cart_pt)(void *data, const replay_cart_t *cart);

sp_rc_t replay_carts(replay_t *replay, replay_cart_pt each, void *data);

const replay_counts_t *replay_counts(const replay_t *replay);

/*
 * Non-zero if no event at all had what sitepreserver_visitor names: it is wrong,
 * or the log has no cookies.
 */

int replay_nameless(const replay_t *replay);

/* What a function refused last, for people. */

const char *replay_refusal(const replay_t *replay);


#endif /* REPLAY_H */
