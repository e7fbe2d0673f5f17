
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_directives.h"
#include "ngx_http_sitepreserver_shops.h"


#define NGX_HTTP_SITEPRESERVER_TIME_MAX  ((ngx_msec_t) 10 * 365 * 86400 * 1000)


static ngx_int_t ngx_http_sitepreserver_time(ngx_conf_t *cf, ngx_str_t *text,
    ngx_msec_t *time);


char *
ngx_http_sitepreserver_set_secret_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_sitepreserver_main_conf_t  *mcf = conf;

    ngx_str_t   *value, path;
    sp_error_t   err;

    if (mcf->secret != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;
    path = value[1];

    if (ngx_conf_full_name(cf->cycle, &path, 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    err.text[0] = '\0';

    mcf->secret = sp_secret_read((char *) path.data, &err);

    if (mcf->secret == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "secret file \"%V\": %s", &path, err.text);
        return NGX_CONF_ERROR;
    }

    sp_secret_fingerprint(mcf->secret, mcf->fingerprint);

    return NGX_CONF_OK;
}


char *
ngx_http_sitepreserver_set_shop(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_sitepreserver_srv_conf_t  *scf = conf;

    ngx_str_t  *value;

    if (scf->shop_name.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (!ngx_http_sitepreserver_shop_name(&value[1])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid shop name \"%V\", it must be 1 to 64 "
                           "of a-z, 0-9, \".\", \"_\" and \"-\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    scf->shop_name = value[1];

    return NGX_CONF_OK;
}


char *
ngx_http_sitepreserver_set_time(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char  *p = conf;

    ngx_str_t   *value;
    ngx_msec_t  *field;

    field = (ngx_msec_t *) (p + cmd->offset);

    if (*field != NGX_CONF_UNSET_MSEC) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_http_sitepreserver_time(cf, &value[1], field) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_sitepreserver_set_retain(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_sitepreserver_srv_conf_t  *scf = conf;

    ngx_str_t  *value, text;

    if (scf->retain != NGX_CONF_UNSET_MSEC) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_http_sitepreserver_time(cf, &value[1], &scf->retain) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    scf->anonymous = scf->retain;

    if (cf->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    if (ngx_strncmp(value[2].data, "anonymous=", 10) != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\"", &value[2]);
        return NGX_CONF_ERROR;
    }

    text.len = value[2].len - 10;
    text.data = value[2].data + 10;

    if (ngx_http_sitepreserver_time(cf, &text, &scf->anonymous) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_sitepreserver_time(ngx_conf_t *cf, ngx_str_t *text, ngx_msec_t *time)
{
    ngx_int_t  ms;

    ms = ngx_parse_time(text, 0);

    if (ms == NGX_ERROR) {

        /* months and years are known in seconds only */

        ms = ngx_parse_time(text, 1);

        if (ms > 0) {
            ms = ngx_min(ms, NGX_MAX_INT_T_VALUE / 1000) * 1000;
        }
    }

    if (ms < 1000) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid time \"%V\", it must be one second or more",
                           text);
        return NGX_ERROR;
    }

    if ((ngx_msec_t) ms > NGX_HTTP_SITEPRESERVER_TIME_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "time \"%V\" is longer than ten years", text);
        return NGX_ERROR;
    }

    *time = ms;

    return NGX_OK;
}


char *
ngx_http_sitepreserver_set_size(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char  *p = conf;

    ssize_t      size;
    size_t      *field;
    ngx_str_t   *value;
    ngx_uint_t  *least;

    field = (size_t *) (p + cmd->offset);

    if (*field != NGX_CONF_UNSET_SIZE) {
        return "is duplicate";
    }

    value = cf->args->elts;
    least = cmd->post;

    size = ngx_parse_size(&value[1]);

    if (size == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid size \"%V\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    if ((size_t) size < *least) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "size \"%V\" is too small, it must be %uiK or more",
                           &value[1], *least / 1024);
        return NGX_CONF_ERROR;
    }

    *field = size;

    return NGX_CONF_OK;
}


char *
ngx_http_sitepreserver_set_limit(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_sitepreserver_srv_conf_t  *scf = conf;

    ngx_int_t   n;
    ngx_str_t  *value;

    if (scf->addresses != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strncmp(value[1].data, "addresses=", 10) != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\", it must be "
                           "\"addresses=number\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    n = ngx_atoi(value[1].data + 10, value[1].len - 10);

    if (n == NGX_ERROR || n > 1000000) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid number in \"%V\", it must be 0 (no limit) "
                           "to 1000000", &value[1]);
        return NGX_CONF_ERROR;
    }

    scf->addresses = n;

    return NGX_CONF_OK;
}


/* A value, and perhaps that a browser's own signal refuses, too. */

char *
ngx_http_sitepreserver_set_consent(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_sitepreserver_loc_conf_t  *lcf = conf;

    char       *rv;
    ngx_str_t  *value;

    rv = ngx_http_sitepreserver_set_value(cf, cmd, conf);

    if (rv != NGX_CONF_OK || cf->args->nelts == 2) {
        return rv;
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[2].data, "gpc") != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\", it must be \"gpc\"",
                           &value[2]);
        return NGX_CONF_ERROR;
    }

    lcf->gpc = 1;

    return NGX_CONF_OK;
}


char *
ngx_http_sitepreserver_set_value(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    char  *p = conf;

    ngx_str_t                          *value;
    ngx_http_complex_value_t          **field;
    ngx_http_compile_complex_value_t    ccv;

    field = (ngx_http_complex_value_t **) (p + cmd->offset);

    if (*field != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    *field = ngx_palloc(cf->pool, sizeof(ngx_http_complex_value_t));
    if (*field == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    /* "off", or "gpc" alone, would be a text like any other: everybody's yes */

    if (ngx_http_script_variables_count(&value[1]) == 0
        && value[1].len != 0
        && ngx_strcmp(value[1].data, "0") != 0
        && ngx_strcmp(value[1].data, "1") != 0)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\", it must be 0, 1 or one "
                           "with variables", &value[1]);
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = &value[1];
    ccv.complex_value = *field;

    if (ngx_http_compile_complex_value(&ccv) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_sitepreserver_set_handler(ngx_conf_t *cf,
    ngx_http_sitepreserver_loc_conf_t *lcf, ngx_http_handler_pt handler)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->handler != NULL) {
        return "is in a location that another directive answers for";
    }

    clcf->handler = handler;

    lcf->handler = handler;
    lcf->handler_file = cf->conf_file->file.name.data;
    lcf->handler_line = cf->conf_file->line;

    return NGX_CONF_OK;
}


char *
ngx_http_sitepreserver_check_handler(ngx_conf_t *cf,
    ngx_http_sitepreserver_loc_conf_t *lcf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (lcf->handler == NULL || clcf->handler == lcf->handler) {
        return NGX_CONF_OK;
    }

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "\"sitepreserver_*\" answers for location \"%V\", and a "
                  "directive after it, too, in %s:%ui",
                  &clcf->name, lcf->handler_file, lcf->handler_line);

    return NGX_CONF_ERROR;
}
