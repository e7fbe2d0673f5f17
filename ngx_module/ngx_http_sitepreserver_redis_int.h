
/*
 * Copyright (C) SitePreserver developers
 *
 * The worker's connection to Redis; for the files ngx_http_sitepreserver_redis*
 * only.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_REDIS_INT_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_REDIS_INT_H_INCLUDED_


#include <ngx_event_connect.h>

#include "ngx_http_sitepreserver_queue.h"
#include "ngx_http_sitepreserver_redis_conf.h"
#include "ngx_http_sitepreserver_zone.h"

#include <hiredis/hiredis.h>


typedef enum {
    NGX_HTTP_SITEPRESERVER_CLOSED = 0,
    NGX_HTTP_SITEPRESERVER_RESOLVING,
    NGX_HTTP_SITEPRESERVER_CONNECTING,  /* up to TLS's handshake */
    NGX_HTTP_SITEPRESERVER_GREETING,    /* log in, load, tell of the shops */
    NGX_HTTP_SITEPRESERVER_READY,
    NGX_HTTP_SITEPRESERVER_HOLDING      /* an event was refused for now: the
                                           last replies, then a pause */
} ngx_http_sitepreserver_redis_state_t;


typedef struct {
    ngx_connection_t                       *connection;
    ngx_http_sitepreserver_redis_state_t    state;

    ngx_http_sitepreserver_main_conf_t     *mcf;
    ngx_http_sitepreserver_redis_conf_t    *conf;
    ngx_http_sitepreserver_worker_t        *slot;
    ngx_log_t                               log;

    ngx_peer_connection_t                   peer;
    ngx_sockaddr_t                          sockaddr;
    ngx_str_t                               peer_name;
    ngx_resolver_ctx_t                     *resolving;
    ngx_uint_t                              next_addr;

    ngx_http_sitepreserver_queue_t          queue;
    size_t                                  unsent;     /* bytes pending since
                                                           the last write */
    ngx_chain_t                            *out;
    redisReader                            *reader;
    ngx_uint_t                              greetings;  /* unanswered */

    ngx_event_t                             flush;
    ngx_event_t                             retry;
    ngx_event_t                             tick;

    char                                    source[SP_SOURCE_LEN + 1];
    char                                    late[SP_SOURCE_LEN + 1];

    ngx_uint_t                              failures;   /* in a row */
    ngx_msec_t                              progress;   /* when it last was */
    ngx_msec_t                              leaving;    /* give up then */

    time_t                                  failed;     /* when it was told */
    time_t                                  told;       /* of drops, errors */
    ngx_uint_t                              untold_drops;
    ngx_uint_t                              untold_errors;
} ngx_http_sitepreserver_redis_t;


/*
 * ngx_http_sitepreserver_redis.c: 22 random characters and a zero; the first
 * eight are those of all workers of the zone.
 */

ngx_int_t ngx_http_sitepreserver_source(ngx_http_sitepreserver_redis_t *redis,
    char *text);

/* Watches timeouts as long as there is something to wait for. */

void ngx_http_sitepreserver_redis_watch(ngx_http_sitepreserver_redis_t *redis);

/* Counts what was lost, and logs it at most once a second. */

void ngx_http_sitepreserver_redis_lost(ngx_http_sitepreserver_redis_t *redis,
    ngx_uint_t drops, ngx_uint_t errors, const char *why, size_t len);


/* ngx_http_sitepreserver_redis_connect.c */

void ngx_http_sitepreserver_redis_connect(
    ngx_http_sitepreserver_redis_t *redis);

/*
 * Ends the connection.  What was not acknowledged stays queued.  _fail() says
 * why, and tries again after a while.
 */

void ngx_http_sitepreserver_redis_close(ngx_http_sitepreserver_redis_t *redis);
void ngx_http_sitepreserver_redis_fail(ngx_http_sitepreserver_redis_t *redis,
    const char *what, const char *why, size_t len);


/* ngx_http_sitepreserver_redis_io.c: begins to read and write; writes. */

void ngx_http_sitepreserver_redis_connected(
    ngx_http_sitepreserver_redis_t *redis);
void ngx_http_sitepreserver_redis_write(ngx_http_sitepreserver_redis_t *redis);


/*
 * ngx_http_sitepreserver_redis_greet.c.  _greet() queues the greetings;
 * NGX_ERROR: no memory.  _greeted() reads the reply to one; NGX_ERROR: the
 * connection has failed, and is closed.
 */

ngx_int_t ngx_http_sitepreserver_redis_greet(
    ngx_http_sitepreserver_redis_t *redis);
ngx_int_t ngx_http_sitepreserver_redis_greeted(
    ngx_http_sitepreserver_redis_t *redis,
    ngx_http_sitepreserver_call_t *call, redisReply *reply);


/*
 * ngx_http_sitepreserver_redis_reply.c: the reply to the first call that has
 * none.  NGX_ERROR: the connection has failed, and is closed.
 */

ngx_int_t ngx_http_sitepreserver_redis_replied(
    ngx_http_sitepreserver_redis_t *redis, redisReply *reply);


#endif /* _NGX_HTTP_SITEPRESERVER_REDIS_INT_H_INCLUDED_ */
