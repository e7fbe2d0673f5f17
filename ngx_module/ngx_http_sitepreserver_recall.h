
/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver_recall: what this browser left, saw and bought, for the shop's
 * empty cart page; and what events tell for it, in servers that have it.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_RECALL_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_RECALL_H_INCLUDED_


#include "ngx_http_sitepreserver_person.h"


/* sitepreserver_recall [timeout=TIME] [hosts=NAME,...] */

char *ngx_http_sitepreserver_set_recall(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


/* Is this the page of a product, by sitepreserver_learn, of a browser whose
   views are kept?  own: the value of our cookie. */

ngx_uint_t ngx_http_sitepreserver_recall_views(ngx_http_request_t *r,
    const sp_str_t *own);


/* Adds the browser and what it looks at to an event.  SP_NOMEM. */

sp_rc_t ngx_http_sitepreserver_build_recall(
    ngx_http_sitepreserver_build_t *b, sp_outcome_t *outcome);


#endif /* _NGX_HTTP_SITEPRESERVER_RECALL_H_INCLUDED_ */
