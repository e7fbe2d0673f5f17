
/*
 * Copyright (C) SitePreserver developers
 *
 * The directives of the rule language: hands them to its compiler
 * (sp_rules.h) and reports what that refuses with file and line.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_RULES_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_RULES_H_INCLUDED_


#include "ngx_http_sitepreserver_conf.h"


/* sitepreserver_visitor, _alias, _route, _learn, _currency: what their commands
   point to. */

typedef struct {
    sp_rc_t     (*set)(sp_rules_t *rules, const sp_str_t *words, unsigned n,
                    sp_error_t *err);
    ngx_uint_t    many;             /* may stand several times on a level */
} ngx_http_sitepreserver_rules_set_t;

extern ngx_http_sitepreserver_rules_set_t  ngx_http_sitepreserver_visitor;
extern ngx_http_sitepreserver_rules_set_t  ngx_http_sitepreserver_alias;
extern ngx_http_sitepreserver_rules_set_t  ngx_http_sitepreserver_route;
extern ngx_http_sitepreserver_rules_set_t  ngx_http_sitepreserver_learn;
extern ngx_http_sitepreserver_rules_set_t  ngx_http_sitepreserver_currency;

char *ngx_http_sitepreserver_set_rules(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


/* sitepreserver_define: what stands as ${NAME} in words that follow. */

char *ngx_http_sitepreserver_define(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* At the end: is there one that nothing has used?  NGX_ERROR. */

ngx_int_t ngx_http_sitepreserver_defined(ngx_conf_t *cf,
    ngx_http_sitepreserver_main_conf_t *mcf);


/* The block sitepreserver_event. */

char *ngx_http_sitepreserver_event_block(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


/* Within it: a directive, and the blocks items and each; in those: a field. */

char *ngx_http_sitepreserver_event_directive(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
char *ngx_http_sitepreserver_items_block(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_sitepreserver_items_field(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_sitepreserver_each_block(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_sitepreserver_each_field(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


/* An empty set whose memory is the configuration's; freed with it. */

sp_rules_t *ngx_http_sitepreserver_rules_create(ngx_conf_t *cf,
    ngx_http_sitepreserver_srv_conf_t *scf);


#endif /* _NGX_HTTP_SITEPRESERVER_RULES_H_INCLUDED_ */
