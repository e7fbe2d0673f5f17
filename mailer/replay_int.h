/*
 * Copyright (C) SitePreserver developers
 *
 * A replay under way; for its own files.
 */

#ifndef REPLAY_INT_H
#define REPLAY_INT_H

#include "replay.h"
#include "replay_state.h"
#include "replay_table.h"
#include "sp_arena.h"


/* A visit, or a shopper, by its number. */

typedef struct {
    const nginxconf_server_t  *server;
    sp_id_t       id;
    int64_t       last;             /* of a shopper: its last event */
    char         *address;
    unsigned      to;               /* of a visit: the one it moved to */
    unsigned      others;           /* the first that moved to this one ... */
    unsigned      next;             /* ... and the next of those */
} replay_who_t;


typedef struct {
    replay_table_t   table;
    replay_who_t    *list;
    unsigned         size;
} replay_whos_t;


struct replay_s {
    const nginxconf_t     *conf;
    nginxconf_server_t    *only;
    const char            *hosts;
    replay_hooks_t         hooks;
    replay_counts_t        counts;
    sp_error_t             refusal;

    replay_state_t        *state;
    sp_secret_t           *secret;
    sp_arena_t            *arena;   /* of one exchange */
    const sp_pool_t       *pool;
    replay_table_t         shops;   /* that were said hello to */
    replay_table_t         browsers;
    sp_str_t              *owns;    /* of each browser: its own cookie */
    unsigned               nowns;
    replay_whos_t          visits;
    replay_whos_t          shoppers;
    char                   site[256];       /* the host of the first page */
    unsigned               sited:1;
    int64_t                now;
    uint64_t               seq;

    /* of the exchange at hand */

    const har_exchange_t  *x;
    nginxconf_server_t    *server;
    sp_exchange_t          exchange;
    sp_id_t                own;
    unsigned               rules[REPLAY_RULES_MAX];
    unsigned               nrules;
};


/* replay_host.c: whose exchange it is; NULL: not the shop's. */

nginxconf_server_t *replay_server(replay_t *replay, const har_exchange_t *x);


/*
 * replay_own.c: our own cookie, as the request has it or its browser got it;
 * set: this answer may give it one.
 */

sp_rc_t replay_own(replay_t *replay, int set);


/* replay_event.c: what nginx would send of it, and what becomes of that. */

sp_rc_t replay_event(replay_t *replay, const sp_outcome_t *outcome,
    unsigned kinds, int quiet);
sp_rc_t replay_hello(replay_t *replay);


/* The number of a visit or shopper, from 1; 0: out of memory. */

unsigned replay_who(replay_whos_t *whos, const nginxconf_server_t *server,
    const sp_id_t *id);
unsigned replay_who_known(const replay_whos_t *whos,
    const nginxconf_server_t *server, const sp_id_t *id);


/*
 * replay_carts.c: who may come back with this event, after an idle time, and
 * were mailed in between, is asked before it is folded.  Then the shopper that
 * it has led to (0: none) is known: told are that one, and whose visit it was.
 */

#define REPLAY_BACK_MAX  (SP_ALIASES_MAX + 4)

typedef struct {
    replay_cart_t  carts[REPLAY_BACK_MAX];
    unsigned       n;
    unsigned       own;             /* the shopper of the visit; 0: none */
} replay_back_t;

sp_rc_t replay_back_ask(replay_t *replay, unsigned visit,
    const sp_event_t *event, replay_back_t *back);
void replay_back_tell(replay_t *replay, const replay_back_t *back,
    unsigned shopper);


#endif /* REPLAY_INT_H */
