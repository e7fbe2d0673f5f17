
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_queue.h"


/* Questions at a time, also those for whose answer nobody waits any more. */

#define NGX_HTTP_SITEPRESERVER_RECALLS_MAX  64

/* What an argument has around it: type, length and two line ends. */

#define NGX_HTTP_SITEPRESERVER_ARG_MAX  (1 + NGX_SIZE_T_LEN + 2 + 2)


static char *ngx_http_sitepreserver_call_length(char *p, char type, size_t n);
static ngx_msec_t ngx_http_sitepreserver_queue_age(
    ngx_http_sitepreserver_queue_t *q, ngx_http_sitepreserver_call_t *call);
static ngx_uint_t ngx_http_sitepreserver_queue_empty_into(
    ngx_http_sitepreserver_queue_t *q, ngx_queue_t *from, ngx_queue_t *into);


void
ngx_http_sitepreserver_queue_init(ngx_http_sitepreserver_queue_t *q,
    size_t limit)
{
    ngx_memzero(q, sizeof(ngx_http_sitepreserver_queue_t));

    ngx_queue_init(&q->pending);
    ngx_queue_init(&q->inflight);
    ngx_queue_init(&q->failed);

    q->limit = limit;
}


/*
 * hiredis's redisFormatCommandArgv() prints each length with printf(), and so
 * costs more than the event is worth: the command is written here at once
 * into the memory of the call.
 */

ngx_http_sitepreserver_call_t *
ngx_http_sitepreserver_call_create(ngx_http_sitepreserver_call_kind_t kind,
    const sp_call_t *args, const uint64_t *items, ngx_uint_t nitems,
    ngx_log_t *log)
{
    int                             i;
    char                           *p;
    size_t                          size;
    ngx_http_sitepreserver_call_t  *call;

    size = sizeof(ngx_http_sitepreserver_call_t) + nitems * sizeof(uint64_t)
           + NGX_HTTP_SITEPRESERVER_ARG_MAX;

    for (i = 0; i < args->argc; i++) {
        size += NGX_HTTP_SITEPRESERVER_ARG_MAX + args->argvlen[i];
    }

    call = ngx_alloc(size, log);
    if (call == NULL) {
        return NULL;
    }

    ngx_memzero(call, sizeof(ngx_http_sitepreserver_call_t));

    call->kind = kind;
    call->size = size;
    call->happened = ngx_current_msec;
    call->created = ngx_current_msec;
    call->nitems = nitems;
    call->data = (char *) (call->items + nitems);
    call->chain.buf = &call->buf;

    if (nitems != 0) {
        ngx_memcpy(call->items, items, nitems * sizeof(uint64_t));
    }

    p = ngx_http_sitepreserver_call_length(call->data, '*', args->argc);

    for (i = 0; i < args->argc; i++) {
        p = ngx_http_sitepreserver_call_length(p, '$', args->argvlen[i]);
        p = (char *) ngx_cpymem(p, args->argv[i], args->argvlen[i]);
        *p++ = CR;
        *p++ = LF;
    }

    call->len = p - call->data;

    return call;
}


static char *
ngx_http_sitepreserver_call_length(char *p, char type, size_t n)
{
    u_char  digits[NGX_SIZE_T_LEN], *d;

    d = digits;

    do {
        *d++ = '0' + n % 10;
        n /= 10;
    } while (n != 0);

    *p++ = type;

    while (d != digits) {
        *p++ = *--d;
    }

    *p++ = CR;
    *p++ = LF;

    return p;
}


void
ngx_http_sitepreserver_call_free(ngx_http_sitepreserver_queue_t *q,
    ngx_http_sitepreserver_call_t *call)
{
    if (call->queue.next != NULL) {
        ngx_queue_remove(&call->queue);

        if (call->kind == NGX_HTTP_SITEPRESERVER_CALL_EVENT) {
            q->events--;
            q->bytes -= call->size;
        }

        if (call->kind == NGX_HTTP_SITEPRESERVER_CALL_RECALL) {
            q->recalls--;
        }
    }

    if (call->answer != NULL) {
        call->answer(call->waiting, NULL, 0);
    }

    ngx_free(call);
}


ngx_int_t
ngx_http_sitepreserver_queue_push(ngx_http_sitepreserver_queue_t *q,
    ngx_http_sitepreserver_call_t *call)
{
    size_t  limit;

    limit = call->stops ? q->limit : q->limit - q->limit / 4;

    if (q->bytes + call->size > limit) {
        ngx_http_sitepreserver_call_free(q, call);
        return NGX_DECLINED;
    }

    q->bytes += call->size;
    q->events++;

    call->order = ++q->order;

    ngx_queue_insert_tail(&q->pending, &call->queue);

    return NGX_OK;
}


ngx_int_t
ngx_http_sitepreserver_queue_ask(ngx_http_sitepreserver_queue_t *q,
    ngx_http_sitepreserver_call_t *call)
{
    if (q->recalls >= NGX_HTTP_SITEPRESERVER_RECALLS_MAX) {
        ngx_http_sitepreserver_call_free(q, call);
        return NGX_DECLINED;
    }

    q->recalls++;

    ngx_queue_insert_tail(&q->pending, &call->queue);

    return NGX_OK;
}


ngx_uint_t
ngx_http_sitepreserver_queue_rewind(ngx_http_sitepreserver_queue_t *q)
{
    ngx_uint_t                      n;
    ngx_queue_t                     all, *a, *b, *next;
    ngx_http_sitepreserver_call_t  *call, *other;

    ngx_queue_init(&all);

    q->written = 0;

    n = ngx_http_sitepreserver_queue_empty_into(q, &q->inflight, &all);
    (void) ngx_http_sitepreserver_queue_empty_into(q, &q->pending, &all);

    /* what failed goes back to where it was among them; all are in order */

    a = ngx_queue_head(&all);

    for (b = ngx_queue_head(&q->failed);
         b != ngx_queue_sentinel(&q->failed);
         b = next)
    {
        next = ngx_queue_next(b);

        call = ngx_queue_data(b, ngx_http_sitepreserver_call_t, queue);

        while (a != ngx_queue_sentinel(&all)) {
            other = ngx_queue_data(a, ngx_http_sitepreserver_call_t, queue);

            if (other->order > call->order) {
                break;
            }

            a = ngx_queue_next(a);
        }

        ngx_queue_remove(b);
        ngx_queue_insert_tail(a, b);    /* before a */
    }

    if (!ngx_queue_empty(&all)) {
        ngx_queue_add(&q->pending, &all);
    }

    return n;
}


static ngx_uint_t
ngx_http_sitepreserver_queue_empty_into(ngx_http_sitepreserver_queue_t *q,
    ngx_queue_t *from, ngx_queue_t *into)
{
    ngx_uint_t                      n;
    ngx_queue_t                    *item;
    ngx_http_sitepreserver_call_t  *call;

    n = 0;

    while (!ngx_queue_empty(from)) {
        item = ngx_queue_head(from);
        call = ngx_queue_data(item, ngx_http_sitepreserver_call_t, queue);

        if (call->kind != NGX_HTTP_SITEPRESERVER_CALL_EVENT) {
            ngx_http_sitepreserver_call_free(q, call);
            continue;
        }

        ngx_queue_remove(item);
        ngx_queue_insert_tail(into, item);
        n++;
    }

    return n;
}


void
ngx_http_sitepreserver_queue_prepare(ngx_http_sitepreserver_queue_t *q,
    ngx_http_sitepreserver_call_t *call)
{
    u_char      *p;
    ngx_uint_t   i;
    ngx_msec_t   age;

    if (call->kind == NGX_HTTP_SITEPRESERVER_CALL_EVENT) {

        age = ngx_http_sitepreserver_queue_age(q, call);
        p = (u_char *) call->data + call->len - sizeof(CRLF) + 1;

        for (i = 0; i < SP_AGE_LEN; i++) {
            *--p = '0' + age % 10;
            age /= 10;
        }
    }

    ngx_memzero(&call->buf, sizeof(ngx_buf_t));

    call->buf.pos = (u_char *) call->data;
    call->buf.last = call->buf.pos + call->len;
    call->buf.memory = 1;

    call->chain.next = NULL;
}


/* What was refused, and is sent again after later ones, is as old as it is. */

static ngx_msec_t
ngx_http_sitepreserver_queue_age(ngx_http_sitepreserver_queue_t *q,
    ngx_http_sitepreserver_call_t *call)
{
    call->waited = ngx_current_msec - call->created;

    if (call->order > q->applied && q->applied != 0) {
        call->waited = ngx_min(call->waited, ngx_current_msec - q->applied_at);
    }

    if (call->order > q->written && q->written != 0
        && !ngx_queue_empty(&q->inflight))
    {
        call->waited = ngx_min(call->waited, q->written_waited);
    }

    q->written = call->order;
    q->written_waited = call->waited;

    return call->created - call->happened + call->waited;
}


void
ngx_http_sitepreserver_queue_applied(ngx_http_sitepreserver_queue_t *q,
    ngx_http_sitepreserver_call_t *call)
{
    if (call->order > q->applied) {
        q->applied = call->order;
        q->applied_at = ngx_current_msec - call->waited;
    }
}


void
ngx_http_sitepreserver_call_resource(ngx_http_sitepreserver_call_t *call,
    const char *source)
{
    u_char  *p, *last;

    p = (u_char *) call->data;
    last = p + call->len - SP_SOURCE_LEN;

    for ( /* void */ ; p <= last; p++) {
        if (ngx_memcmp(p, call->source, SP_SOURCE_LEN) == 0) {
            ngx_memcpy(p, source, SP_SOURCE_LEN);
            ngx_memcpy(call->source, source, SP_SOURCE_LEN);
            return;
        }
    }
}
