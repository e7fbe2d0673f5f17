
/*
 * Copyright (C) SitePreserver developers
 *
 * Who an event is about: customer, address, what is said of them.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_PERSON_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_PERSON_H_INCLUDED_


#include "ngx_http_sitepreserver_ctx.h"

#include "sp_event.h"


/* An event while it is built. */

typedef struct {
    ngx_http_request_t                  *request;
    ngx_http_sitepreserver_ctx_t        *ctx;
    ngx_http_sitepreserver_main_conf_t  *mcf;
    ngx_http_sitepreserver_srv_conf_t   *scf;
    sp_event_t                           event;
    sp_event_from_t                      from;
    uint64_t                            *items;     /* hashes of lines' texts */
    ngx_uint_t                           nitems;
    uint64_t                             active;    /* the visit's, in the
                                                       zone */
} ngx_http_sitepreserver_build_t;


/*
 * Fills in what the exchange says of the person, as far as it may be kept;
 * b->event.forget is set.  Counts the address.  SP_NOMEM.
 */

sp_rc_t ngx_http_sitepreserver_build_person(
    ngx_http_sitepreserver_build_t *b, sp_outcome_t *outcome);


#endif /* _NGX_HTTP_SITEPRESERVER_PERSON_H_INCLUDED_ */
