/*
 * Copyright (C) SitePreserver developers
 */

#include <stdarg.h>

#include "log.h"
#include "redis_int.h"


#define REDIS_PASSING      1000     /* ms until an error that passes */
#define REDIS_TRIES        5        /* loads for one call */


static int redis_greet(redis_t *redis, const char *first, ...);
static int redis_greeting(redis_t *redis, redis_request_t *request);
static int redis_load(redis_t *redis);
static int redis_seek(redis_t *redis);
static int redis_refused(redis_t *redis, const redis_request_t *request,
    const redisReply *reply);
static int redis_says(const redisReply *reply, const char *what);


void
redis_connected(redis_t *redis)
{
    int                    rc;
    char                   db[16];
    const config_redis_t  *conf;

    conf = redis->conf;
    redis->state = REDIS_STATE_HELLO;
    redis->silent = 0;
    redis_connector_done(redis->bev);
    rc = 0;

    if (conf->password != NULL && conf->user != NULL) {
        rc |= redis_greet(redis, "AUTH", conf->user, conf->password, NULL);

    } else if (conf->password != NULL) {
        rc |= redis_greet(redis, "AUTH", conf->password, NULL);
    }

    if (conf->db != 0) {
        snprintf(db, sizeof(db), "%u", conf->db);
        rc |= redis_greet(redis, "SELECT", db, NULL);
    }

    if (rc != 0 || redis_load(redis) != 0) {
        redis_lost(redis, "out of memory");
    }
}


static int
redis_greet(redis_t *redis, const char *first, ...)
{
    int          argc;
    va_list      ap;
    const char  *argv[4], *arg;

    argc = 0;
    va_start(ap, first);

    for (arg = first; arg != NULL && argc < 4; arg = va_arg(ap, char *)) {
        argv[argc++] = arg;
    }

    va_end(ap);
    return redis_greeting(redis, redis_request(argc, argv, NULL));
}


/* NULL: memory is out. */

static int
redis_greeting(redis_t *redis, redis_request_t *request)
{
    if (request == NULL) {
        return -1;
    }

    redis->greetings++;
    redis_write(redis, request);

    return 0;
}


static int
redis_load(redis_t *redis)
{
    sp_call_t         call;
    redis_request_t  *request;

    sp_call_load(&call);
    request = redis_request(call.argc, call.argv, call.argvlen);

    if (request != NULL) {
        request->load = 1;
        redis->loading = 1;
    }

    return redis_greeting(redis, request);
}


/* A Redis that is full loads nothing, what it has already neither. */

static int
redis_seek(redis_t *redis)
{
    const char       *argv[4];
    redis_request_t  *request;

    argv[0] = "FUNCTION";
    argv[1] = "LIST";
    argv[2] = "LIBRARYNAME";
    argv[3] = sp_functions_name;
    request = redis_request(4, argv, NULL);

    if (request != NULL) {
        request->load = 1;
        request->seek = 1;
    }

    return redis_greeting(redis, request);
}


int
redis_greeted(redis_t *redis, redis_request_t *request,
    const redisReply *reply)
{
    int  load, rc;

    load = request->load;
    redis->greetings--;

    if (load && !request->seek && redis_says(reply, "OOM ")) {
        redis_request_free(request);

        if (redis_seek(redis) != 0) {
            redis_lost(redis, "out of memory");
            return -1;
        }

        return 0;
    }

    rc = redis_refused(redis, request, reply);
    redis_request_free(request);

    if (rc != 0) {
        return -1;
    }

    if (load) {
        redis->loading = 0;
    }

    if (redis->greetings != 0) {
        return 0;
    }

    if (redis->state == REDIS_STATE_HELLO) {
        redis->state = REDIS_STATE_UP;
        redis->backoff = REDIS_BACKOFF_MIN;
        redis->error[0] = '\0';
        log_event(LOG_INFO, "redis_ready", NULL);
        redis->notice(redis->data, 1);
    }

    event_active(redis->flush, EV_TIMEOUT, 0);

    return redis->state == REDIS_STATE_IDLE ? -1 : 0;
}


/* Nonzero: this greeting was refused, and the connection is gone. */

static int
redis_refused(redis_t *redis, const redis_request_t *request,
    const redisReply *reply)
{
    if (request->seek) {

        /* one who may not look may still find them */

        if (redis_says(reply, "NOPERM ")
            || (reply->type == REDIS_REPLY_ARRAY && reply->elements != 0))
        {
            return 0;
        }

        redis_lost(redis, reply->type == REDIS_REPLY_ERROR
                          ? reply->str
                          : "OOM it has no memory for the functions");
        return -1;
    }

    if (reply->type == REDIS_REPLY_ERROR
        && !(request->load && strstr(reply->str, "already exists") != NULL))
    {
        redis_lost(redis, reply->str);
        return -1;
    }

    return 0;
}


static int
redis_says(const redisReply *reply, const char *what)
{
    return reply->type == REDIS_REPLY_ERROR
           && strncmp(reply->str, what, strlen(what)) == 0;
}


int
redis_again(redis_t *redis, redis_request_t *request, const redisReply *reply)
{
    size_t              i;
    static const char  *passing[] = { "LOADING", "BUSY", "TRYAGAIN", "OOM",
                                      "CLUSTERDOWN", "MASTERDOWN", "READONLY",
                                      "MISCONF", "ASK", "NOREPLICAS" };

    if (strncmp(reply->str, "ERR Function not found", 22) == 0
        && ++request->tries < REDIS_TRIES)
    {
        redis_push(&redis->waiting, request);

        if (!redis->loading && redis_load(redis) != 0) {
            redis->hold = now_ms() + REDIS_PASSING;
        }

        return 1;
    }

    if (request->deadline == -1
        || (request->deadline != 0 && now_ms() > request->deadline))
    {
        return 0;
    }

    for (i = 0; i < sizeof(passing) / sizeof(passing[0]); i++) {
        if (strncmp(reply->str, passing[i], strlen(passing[i])) == 0) {
            redis_push(&redis->waiting, request);
            redis->hold = now_ms() + REDIS_PASSING;
            return 1;
        }
    }

    return 0;
}
