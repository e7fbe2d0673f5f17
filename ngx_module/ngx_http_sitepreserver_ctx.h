
/*
 * Copyright (C) SitePreserver developers
 *
 * What the module keeps of a request that a rule matched, or that a click
 * began, or whose answer replaced a session.  All others have none.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_CTX_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_CTX_H_INCLUDED_


#include "ngx_http_sitepreserver_conf.h"


/* What became of it: $sitepreserver_result. */

typedef enum {
    NGX_HTTP_SITEPRESERVER_UNDECIDED = 0,
    NGX_HTTP_SITEPRESERVER_RESULT_OBSERVED,
    NGX_HTTP_SITEPRESERVER_RESULT_IGNORED,
    NGX_HTTP_SITEPRESERVER_RESULT_NO_CONSENT,
    NGX_HTTP_SITEPRESERVER_RESULT_REJECTED,
    NGX_HTTP_SITEPRESERVER_RESULT_DROPPED,
    NGX_HTTP_SITEPRESERVER_RESULT_OFF
} ngx_http_sitepreserver_result_t;


typedef struct ngx_http_sitepreserver_ctx_s    ngx_http_sitepreserver_ctx_t;
typedef struct ngx_http_sitepreserver_learn_s  ngx_http_sitepreserver_learn_t;

struct ngx_http_sitepreserver_ctx_s {
    ngx_http_sitepreserver_ctx_t       *next;       /* while it is spare */
    ngx_http_request_t                 *request;

    ngx_http_sitepreserver_loc_conf_t  *lcf;        /* of the first location */

    sp_pool_t                           pool;       /* the request's */
    sp_exchange_t                       exchange;
    sp_observation_t                   *observation;
    ngx_http_sitepreserver_learn_t     *learn;      /* it asks for the page of
                                                       a product; or NULL */
    sp_outcome_t                       *outcome;

    sp_id_t                             own;        /* of our cookie, as sent
                                                       or as set now */
    uint64_t                            own_hash;   /* of its value */
    sp_id_t                             visit;
    sp_id_t                             shopper;
    unsigned                            kinds;
    sp_token_t                          click;
    ngx_msec_t                          answered_at;
    uint64_t                            answer_seen;    /* the same time, see
                                                       sp_event_t */
    ngx_uint_t                          status;     /* ... with */
    size_t                              read;       /* of the answer, for
                                                       rules */

    ngx_http_sitepreserver_result_t     result;

    unsigned                            noted:1;    /* lcf is final */
    unsigned                            gated:1;    /* ignored, refused are */
    unsigned                            ignored:1;
    unsigned                            refused:1;  /* no consent */
    unsigned                            withdrawn:1; /* ... by the person's own
                                                       word */
    unsigned                            erase:1;    /* what was kept goes */
    unsigned                            own_sought:1;
    unsigned                            want_request:1;
    unsigned                            want_response:1;
    unsigned                            answered:1;
    unsigned                            clicked:1;
    unsigned                            captured:1; /* by capture assist */
};


/* Is it there only because a page may be learnt?  Else nothing matched. */

#define ngx_http_sitepreserver_ctx_idle(ctx)                                  \
    ((ctx)->observation == NULL && (ctx)->outcome == NULL && !(ctx)->clicked)


/*
 * A context that is not attached yet: the same one until it is.  Its memory
 * is the worker's, so that trying the rules allocates nothing.  NULL: none.
 */

ngx_http_sitepreserver_ctx_t *ngx_http_sitepreserver_ctx_spare(
    ngx_http_request_t *r);


/* Makes it the request's own until that is freed. */

ngx_int_t ngx_http_sitepreserver_ctx_attach(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);


/*
 * The request's context, or NULL; also after an internal redirect or
 * error_page, which clear the contexts of all modules.
 */

ngx_http_sitepreserver_ctx_t *ngx_http_sitepreserver_ctx_recover(
    ngx_http_request_t *r);

static ngx_inline ngx_http_sitepreserver_ctx_t *
ngx_http_sitepreserver_ctx(ngx_http_request_t *r)
{
    ngx_http_sitepreserver_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_sitepreserver_module);

    if (ctx != NULL || (!r->internal && !r->filter_finalize)) {
        return ctx;
    }

    return ngx_http_sitepreserver_ctx_recover(r);
}


/* Non-zero: it certainly has none, as most requests. */

static ngx_inline ngx_uint_t
ngx_http_sitepreserver_ctx_none(ngx_http_request_t *r)
{
    return ngx_http_get_module_ctx(r, ngx_http_sitepreserver_module) == NULL
           && !r->internal && !r->filter_finalize;
}


/*
 * The settings of the location that was found first hold, wherever the
 * request goes from there.  nginx may refuse a request (413) before that
 * location could be noted here, and error_page then leads it to another: such
 * requests keep the server's settings, which they were given when they came.
 */

void ngx_http_sitepreserver_ctx_note(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);


/*
 * The request is where it was first led, and was in no location before.  A
 * "rewrite" of the server makes it internal already, and may have taken its
 * arguments.
 */

ngx_uint_t ngx_http_sitepreserver_ctx_first(ngx_http_request_t *r);


/*
 * Remembers the URI and the arguments that the client asked for, before
 * anything can rewrite them.
 */

ngx_int_t ngx_http_sitepreserver_asked(ngx_http_request_t *r);


/*
 * Fills in the exchange of this request, as the client asked for it where
 * that is remembered; limits are of the location.
 */

void ngx_http_sitepreserver_exchange(ngx_http_request_t *r,
    sp_exchange_t *exchange);


/* The final status, as the access log has it. */

static ngx_inline ngx_uint_t
ngx_http_sitepreserver_status(ngx_http_request_t *r)
{
    return r->err_status ? r->err_status : r->headers_out.status;
}


/* Counts that something could not be done as there was no memory. */

void ngx_http_sitepreserver_no_memory(ngx_http_request_t *r);


#endif /* _NGX_HTTP_SITEPRESERVER_CTX_H_INCLUDED_ */
