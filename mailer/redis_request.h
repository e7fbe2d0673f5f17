/*
 * Copyright (C) SitePreserver developers
 *
 * Calls on their way to Redis, in queues; and what is in a reply.  Only for
 * redis.c.
 */

#ifndef REDIS_REQUEST_H
#define REDIS_REQUEST_H

#include <hiredis/hiredis.h>

#include "redis.h"


typedef struct redis_request_s  redis_request_t;

struct redis_request_s {
    redis_request_t  *next;
    char             *command;
    size_t            len;
    redis_answer_pt   answer;       /* NULL: one of ours */
    void             *data;
    int64_t           deadline;     /* monotonic ms; 0: none, -1: no keep */
    unsigned          tries;
    unsigned          load:1;       /* FUNCTION LOAD */
    unsigned          seek:1;       /* FUNCTION LIST, after it was full */
};

typedef struct {
    redis_request_t   *head;
    redis_request_t  **tail;
} redis_queue_t;


/* NULL: no memory.  argvlen NULL: the arguments are C strings. */

redis_request_t *redis_request(int argc, const char **argv,
    const size_t *argvlen);
void redis_request_free(redis_request_t *request);


void redis_queue_init(redis_queue_t *queue);
void redis_push(redis_queue_t *queue, redis_request_t *request);


/* The first one; NULL: there is none. */

redis_request_t *redis_shift(redis_queue_t *queue);


/*
 * The strings of a reply; returns how many there are.  The functions answer
 * with a flat array of strings, SCAN with one array more: it is flattened.
 * Anything else is nil.  items NULL: only counts.
 */

size_t redis_items(const redisReply *reply, sp_str_t *items);


#endif /* REDIS_REQUEST_H */
