/*
 * Copyright (C) SitePreserver developers
 *
 * The client's inside, shared by redis.c (the connection and its calls) and
 * redis_hello.c (what is said on it first, and what is said again).
 */

#ifndef REDIS_INT_H
#define REDIS_INT_H

#include <event2/bufferevent.h>

#include "now.h"
#include "redis_connect.h"
#include "redis_request.h"


#define REDIS_BACKOFF_MIN  100


typedef enum {
    REDIS_STATE_IDLE = 0,           /* waits for its next try */
    REDIS_STATE_CONNECTING,
    REDIS_STATE_HELLO,              /* AUTH, SELECT, FUNCTION LOAD */
    REDIS_STATE_UP
} redis_state_t;

struct redis_s {
    struct event_base     *base;
    const config_redis_t  *conf;
    redis_connector_t     *connector;
    struct bufferevent    *bev;
    redisReader           *reader;
    struct event          *tick;
    struct event          *flush;
    redis_notice_pt        notice;
    void                  *data;
    struct evbuffer       *out;             /* empty between two flushes */
    redis_queue_t          waiting;
    redis_queue_t          sent;
    unsigned               pending;
    unsigned               greetings;       /* of ours, not answered yet */
    unsigned               loading:1;
    redis_state_t          state;
    unsigned               silent;          /* ticks that it owes an answer */
    int64_t                again;           /* IDLE: when to try next */
    int64_t                hold;            /* nothing is sent before */
    int64_t                backoff;
    char                   error[256];
};


/* redis.c: closes what is open and plans the next try. */

void redis_lost(redis_t *redis, const char *why);


/* redis.c: sends a request now; it waits for its reply then. */

void redis_write(redis_t *redis, redis_request_t *request);


/* It is connected: says who we are, chooses the database, loads the library. */

void redis_connected(redis_t *redis);


/* A reply to one of these.  Nonzero: the connection is gone. */

int redis_greeted(redis_t *redis, redis_request_t *request,
    const redisReply *reply);


/*
 * Is this an error after which the call is made again?  Then it waits for that
 * already.
 */

int redis_again(redis_t *redis, redis_request_t *request,
    const redisReply *reply);


#endif /* REDIS_INT_H */
