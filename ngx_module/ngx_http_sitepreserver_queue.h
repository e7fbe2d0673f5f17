
/*
 * Copyright (C) SitePreserver developers
 *
 * The calls of one worker that Redis has not acknowledged yet, in order and
 * bounded by their bytes.  Knows nothing of connections.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_QUEUE_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_QUEUE_H_INCLUDED_


#include "ngx_http_sitepreserver_conf.h"


typedef enum {
    NGX_HTTP_SITEPRESERVER_CALL_EVENT = 0,
    NGX_HTTP_SITEPRESERVER_CALL_RECALL,     /* a request waits for it */
    NGX_HTTP_SITEPRESERVER_CALL_AUTH,       /* these greet a connection: */
    NGX_HTTP_SITEPRESERVER_CALL_SELECT,
    NGX_HTTP_SITEPRESERVER_CALL_INFO,
    NGX_HTTP_SITEPRESERVER_CALL_LOAD,
    NGX_HTTP_SITEPRESERVER_CALL_SHOP
} ngx_http_sitepreserver_call_kind_t;


/*
 * The reply to a question: an array of strings, that live for the time of the
 * call; none of them: there is none, and will be none.
 */

typedef void (*ngx_http_sitepreserver_answer_pt)(void *data,
    const sp_str_t *strings, ngx_uint_t n);


typedef struct {
    ngx_queue_t                          queue;
    ngx_chain_t                          chain;     /* for the connection */
    ngx_buf_t                            buf;

    ngx_http_sitepreserver_call_kind_t   kind;
    ngx_http_sitepreserver_shop_t       *shop;

    char                                *data;      /* as it is written */
    size_t                               len;
    size_t                               size;      /* all of it in memory */

    char                                 source[SP_SOURCE_LEN];
    ngx_msec_t                           happened;  /* may be before */
    ngx_msec_t                           created;
    ngx_msec_t                           waited;    /* as it was written */
    uint64_t                             order;

    ngx_http_sitepreserver_answer_pt     answer;    /* NULL: nobody waits */
    void                                *waiting;

    unsigned                             stops:1;   /* it may stop a message */
    ngx_uint_t                           nitems;    /* whose texts it tells */
    uint64_t                             items[];
} ngx_http_sitepreserver_call_t;


typedef struct {
    ngx_queue_t                          pending;   /* to be sent */
    ngx_queue_t                          inflight;  /* sent, not answered */
    ngx_queue_t                          failed;    /* to be sent again later */

    size_t                               bytes;     /* of events */
    size_t                               limit;
    ngx_uint_t                           events;
    ngx_uint_t                           recalls;   /* questions */

    uint64_t                             order;

    /* the last event that was written, and how long it had waited; 0: none */

    uint64_t                             written;
    ngx_msec_t                           written_waited;

    /* the last event that was applied; for Redis it was created then at most */

    uint64_t                             applied;
    ngx_msec_t                           applied_at;
} ngx_http_sitepreserver_queue_t;


void ngx_http_sitepreserver_queue_init(ngx_http_sitepreserver_queue_t *q,
    size_t limit);


/*
 * Makes a call of formatted arguments.  It is not in the queue yet.  NULL: no
 * memory.
 */

ngx_http_sitepreserver_call_t *ngx_http_sitepreserver_call_create(
    ngx_http_sitepreserver_call_kind_t kind, const sp_call_t *args,
    const uint64_t *items, ngx_uint_t nitems, ngx_log_t *log);


/* Takes it out of its queue, if it is in one, and frees it. */

void ngx_http_sitepreserver_call_free(ngx_http_sitepreserver_queue_t *q,
    ngx_http_sitepreserver_call_t *call);


/*
 * Appends an event.  NGX_DECLINED: there is no room; then it was freed.  The
 * last quarter is kept for what stops messages: an order must not be lost for
 * carts that nobody will be mailed of.
 */

ngx_int_t ngx_http_sitepreserver_queue_push(ngx_http_sitepreserver_queue_t *q,
    ngx_http_sitepreserver_call_t *call);


/* Appends a question.  NGX_DECLINED: there are too many; then it was freed. */

ngx_int_t ngx_http_sitepreserver_queue_ask(ngx_http_sitepreserver_queue_t *q,
    ngx_http_sitepreserver_call_t *call);


/*
 * The connection is gone: whatever was sent and not answered, or failed, is
 * pending again, in the order in which it came.  Greetings and questions are
 * freed.
 * Returns how many events may have been applied already.
 */

ngx_uint_t ngx_http_sitepreserver_queue_rewind(
    ngx_http_sitepreserver_queue_t *q);


/*
 * Prepares a call for being written, as the next one in flight: its buffer, and
 * the event's age, that is how long it has waited, and what it had happened
 * before it was created.  Redis dates an event by its own clock less that age,
 * and so too late by what the event was under way.  For what was created after
 * it the waiting is never told as so long that it would come before it: an
 * order before the cart that it is of.
 */

void ngx_http_sitepreserver_queue_prepare(ngx_http_sitepreserver_queue_t *q,
    ngx_http_sitepreserver_call_t *call);


/* An event was applied. */

void ngx_http_sitepreserver_queue_applied(ngx_http_sitepreserver_queue_t *q,
    ngx_http_sitepreserver_call_t *call);


/*
 * An event was refused, and so was not applied, while later ones may have
 * been: it would be taken for a duplicate of its source when it is sent again,
 * so it gets another one, of SP_SOURCE_LEN bytes.
 */

void ngx_http_sitepreserver_call_resource(ngx_http_sitepreserver_call_t *call,
    const char *source);


#endif /* _NGX_HTTP_SITEPRESERVER_QUEUE_H_INCLUDED_ */
