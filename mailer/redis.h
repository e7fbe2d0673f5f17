/*
 * Copyright (C) SitePreserver developers
 *
 * One pipelined connection to Redis on the loop.  It connects by itself and
 * again after a loss, with growing pauses; after each connect it says who it
 * is (AUTH), chooses the database and loads the function library.
 *
 * Everything here belongs to the loop's thread.
 */

#ifndef REDIS_H
#define REDIS_H

#include <event2/event.h>

#include "config.h"


#define REDIS_TIMEOUT  30000        /* ms without an answer: it hangs */


typedef struct redis_s  redis_t;


typedef enum {
    REDIS_REPLY = 0,
    REDIS_ERROR,                    /* an error reply: text[0] has it */
    REDIS_DOWN                      /* no reply: maybe done, maybe not */
} redis_status_t;


/* A reply as strings; a single one is an array of one; nil has no data. */

typedef struct {
    redis_status_t   status;
    sp_str_t        *items;
    size_t           n;
} redis_answer_t;


/* The answer's strings live during the call. */

typedef void (*redis_answer_pt)(void *data, const redis_answer_t *answer);

typedef void (*redis_notice_pt)(void *data, int up);


/*
 * Connects at once.  notice is called when the connection is ready and when
 * it is lost.  conf must live as long as the client.  NULL: no memory, or the
 * CA file cannot be used (it is logged).
 */

redis_t *redis_create(struct event_base *base, const config_redis_t *conf,
    redis_notice_pt notice, void *data);


/* Is it ready? */

int redis_is_up(const redis_t *redis);


/*
 * Sends a call; answer is called exactly once, never before this returns.
 * keep is for how many ms it is tried again over lost connections and errors
 * that pass (the call must do no harm when it is made twice): 0: not at all,
 * -1: for ever.  Without keep, a call made while Redis is away is REDIS_DOWN.
 * Nonzero: no memory; answer will not be called.
 */

int redis_call(redis_t *redis, const sp_call_t *call, int keep,
    redis_answer_pt answer, void *data);


/* Calls whose answer is still to come. */

unsigned redis_pending(const redis_t *redis);


/* Why the last connection was not made or was lost; "" when none was. */

const char *redis_error(const redis_t *redis);


/*
 * Which Redis that is, for people: its URL as far as it says where it is,
 * without user and password.  Cut to REDIS_WHERE_MAX bytes.
 */

#define REDIS_WHERE_MAX  300

const char *redis_where(const config_redis_t *conf,
    char text[REDIS_WHERE_MAX]);


/* Pending calls are dropped without an answer. */

void redis_free(redis_t *redis);


#endif /* REDIS_H */
