/*
 * Copyright (C) SitePreserver developers
 */

#include <openssl/crypto.h>
#include <stdlib.h>

#include "redis_request.h"


static size_t redis_strings(const redisReply *reply, sp_str_t *items);
static size_t redis_string(const redisReply *reply, sp_str_t *item);


redis_request_t *
redis_request(int argc, const char **argv, const size_t *argvlen)
{
    int               len;
    redis_request_t  *request;

    request = calloc(1, sizeof(redis_request_t));

    if (request == NULL) {
        return NULL;
    }

    len = redisFormatCommandArgv(&request->command, argc, argv, argvlen);

    if (len < 0) {
        free(request);
        return NULL;
    }

    request->len = (size_t) len;

    return request;
}


void
redis_push(redis_queue_t *queue, redis_request_t *request)
{
    request->next = NULL;
    *queue->tail = request;
    queue->tail = &request->next;
}


redis_request_t *
redis_shift(redis_queue_t *queue)
{
    redis_request_t  *request;

    request = queue->head;

    if (request != NULL) {
        queue->head = request->next;

        if (queue->head == NULL) {
            queue->tail = &queue->head;
        }
    }

    return request;
}


void
redis_request_free(redis_request_t *request)
{
    if (request->answer == NULL) {

        /* it is of the client itself, and may hold the password */

        OPENSSL_cleanse(request->command, request->len);
    }

    redisFreeCommand(request->command);
    free(request);
}


void
redis_queue_init(redis_queue_t *queue)
{
    queue->head = NULL;
    queue->tail = &queue->head;
}


size_t
redis_items(const redisReply *reply, sp_str_t *items)
{
    size_t             i, n;
    sp_str_t          *at;
    const redisReply  *item;

    if (reply->type == REDIS_REPLY_ARRAY) {
        n = 0;

        for (i = 0; i < reply->elements; i++) {
            item = reply->element[i];
            at = items != NULL ? items + n : NULL;
            n += item->type == REDIS_REPLY_ARRAY ? redis_strings(item, at)
                                                 : redis_string(item, at);
        }

        return n;
    }

    return redis_string(reply, items);
}


static size_t
redis_strings(const redisReply *reply, sp_str_t *items)
{
    size_t  i;

    for (i = 0; i < reply->elements; i++) {
        (void) redis_string(reply->element[i],
                            items != NULL ? items + i : NULL);
    }

    return reply->elements;
}


static size_t
redis_string(const redisReply *reply, sp_str_t *item)
{
    if (item == NULL) {
        return 1;
    }

    if (reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS
        || reply->type == REDIS_REPLY_ERROR)
    {
        item->data = reply->str;
        item->len = reply->len;

    } else {
        item->data = NULL;
        item->len = 0;
    }

    return 1;
}
