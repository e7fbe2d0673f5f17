/*
 * Copyright (C) SitePreserver developers
 *
 * Which exchanges look like commerce, whatever rules say: by words in paths,
 * arguments and bodies, and by what answers hold.
 */

#ifndef HINT_H
#define HINT_H

#include "har.h"


#define HINT_KEY_MAX    240         /* bytes of a group's name */
#define HINT_GROUPS_MAX 500         /* what is more is counted in the last */


/* What it seems to be about: the first word that was found. */

typedef struct {
    unsigned     score;
    const char  *about;             /* "cart", "checkout", "order", "login",
                                       "register", "newsletter"; "prices" */
    int          sent;              /* a method that does more than ask, and
                                       no GraphQL: that has names for it */
} hint_t;


/* Non-zero if it does; hint is set then. */

int hint_looks(const har_exchange_t *x, hint_t *hint);


/*
 * The name of the group of its like: "POST /api/carts/ * /items", with what
 * differs as "*", and with the arguments that say what it is or the name of a
 * GraphQL operation.  No value that could be a person's is in it.
 */

void hint_key(const har_exchange_t *x, char key[HINT_KEY_MAX + 1]);


/* The path and arguments for people to see: values that may be secrets and
   addresses are left out. */

void hint_shown(const har_exchange_t *x, char shown[HINT_KEY_MAX + 1]);


/* Is it JSON with prices and quantities? */

int hint_prices(const sp_str_t *answer);


/* The first operation of a GraphQL body: 'm' or 'q', its field; 0: none. */

int hint_graphql(const sp_str_t *body, char field[65]);


/* ---- groups ---- */

typedef struct {
    char             key[HINT_KEY_MAX + 1];
    unsigned long    count;
    unsigned long    example;       /* har_exchange_t.n of the first one */
    const char      *about;
    unsigned         status;        /* of the first one */
} hint_group_t;

typedef struct {
    hint_group_t  *list;
    unsigned       n;
    unsigned       size;
    unsigned long  more;            /* that had no room */
} hint_groups_t;


/* Counts it; *fresh: it is the first of its group.  SP_OK, SP_NOMEM. */

sp_rc_t hint_group(hint_groups_t *groups, const har_exchange_t *x,
    const hint_t *hint, int *fresh);
void hint_groups_free(hint_groups_t *groups);


#endif /* HINT_H */
