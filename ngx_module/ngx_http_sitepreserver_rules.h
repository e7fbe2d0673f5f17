
/*
 * Copyright (C) SitePreserver developers
 *
 * The directives of the rule language: hands them to its compiler
 * (sp_rules.h) and reports what that refuses with file and line.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_RULES_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_RULES_H_INCLUDED_


#include "ngx_http_sitepreserver_conf.h"


/* sitepreserver_visitor, _alias, _currency and the block _event. */

char *ngx_http_sitepreserver_set_visitor(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_sitepreserver_set_alias(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_sitepreserver_set_currency(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_sitepreserver_event_block(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


/* Within it: a directive, and the block items; within that: a field. */

char *ngx_http_sitepreserver_event_directive(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
char *ngx_http_sitepreserver_items_block(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_sitepreserver_items_field(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


/* An empty set whose memory is the configuration's; freed with it. */

sp_rules_t *ngx_http_sitepreserver_rules_create(ngx_conf_t *cf,
    ngx_http_sitepreserver_srv_conf_t *scf);


#endif /* _NGX_HTTP_SITEPRESERVER_RULES_H_INCLUDED_ */
