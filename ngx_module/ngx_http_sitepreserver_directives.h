
/*
 * Copyright (C) SitePreserver developers
 *
 * What sets the directives that nginx's own setters do not: those with
 * several words, and times and sizes whose errors show the value.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_DIRECTIVES_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_DIRECTIVES_H_INCLUDED_


#include "ngx_http_sitepreserver_conf.h"


/* Setters of ngx_command_t; all give "is duplicate" where that applies. */

char *ngx_http_sitepreserver_set_secret_file(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
char *ngx_http_sitepreserver_set_shop(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_sitepreserver_set_retain(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_sitepreserver_set_limit(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_sitepreserver_set_consent(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_sitepreserver_set_value(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


/* A time of at least a second, ms, into the ngx_msec_t at cmd->offset. */

char *ngx_http_sitepreserver_set_time(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


/* A size into the size_t at cmd->offset; cmd->post: ngx_uint_t, the least. */

char *ngx_http_sitepreserver_set_size(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


/*
 * A location has one handler: makes it ours, and says what is wrong if there
 * is one; when all is read, looks whether it still is ours.
 */

char *ngx_http_sitepreserver_set_handler(ngx_conf_t *cf,
    ngx_http_sitepreserver_loc_conf_t *lcf, ngx_http_handler_pt handler);
char *ngx_http_sitepreserver_check_handler(ngx_conf_t *cf,
    ngx_http_sitepreserver_loc_conf_t *lcf);


#endif /* _NGX_HTTP_SITEPRESERVER_DIRECTIVES_H_INCLUDED_ */
