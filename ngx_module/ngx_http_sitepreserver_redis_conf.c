
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_redis_conf.h"


#define NGX_HTTP_SITEPRESERVER_PASSWORD_MAX  1024


static ngx_http_sitepreserver_redis_conf_t *
    ngx_http_sitepreserver_redis_conf_create(ngx_conf_t *cf, ngx_str_t *url);
static ngx_int_t ngx_http_sitepreserver_redis_url(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf);
static ngx_int_t ngx_http_sitepreserver_redis_tcp(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf, ngx_str_t *rest);
static ngx_int_t ngx_http_sitepreserver_redis_display(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf, ngx_str_t *rest, u_char *host);
static ngx_int_t ngx_http_sitepreserver_redis_host(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf, ngx_str_t *rest);
static ngx_int_t ngx_http_sitepreserver_redis_option(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf, ngx_str_t *option);
static ngx_int_t ngx_http_sitepreserver_redis_tls_option(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf, ngx_str_t *name,
    ngx_str_t *value);
static ngx_int_t ngx_http_sitepreserver_redis_db(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf, ngx_str_t *text);
static ngx_int_t ngx_http_sitepreserver_redis_password(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf, ngx_str_t *file);
static ngx_int_t ngx_http_sitepreserver_redis_addresses(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf);
#if (NGX_SSL)
static ngx_int_t ngx_http_sitepreserver_redis_tls(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf);
#endif


char *
ngx_http_sitepreserver_set_redis(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_sitepreserver_main_conf_t  *mcf = conf;

    ngx_str_t                            *value;
    ngx_uint_t                            i;
    ngx_http_sitepreserver_redis_conf_t  *rcf;

    if (mcf->redis != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    rcf = ngx_http_sitepreserver_redis_conf_create(cf, &value[1]);
    if (rcf == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_http_sitepreserver_redis_option(cf, rcf, &value[i])
            != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    if (rcf->user.len != 0 && rcf->password.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "user \"%V\" without \"password_file=\"",
                           &rcf->user);
        return NGX_CONF_ERROR;
    }

    mcf->redis = rcf;

    return NGX_CONF_OK;
}


ngx_int_t
ngx_http_sitepreserver_redis_conf_init(ngx_conf_t *cf,
    ngx_http_sitepreserver_main_conf_t *mcf)
{
    ngx_str_t                             url;
    ngx_http_sitepreserver_redis_conf_t  *rcf;

    if (mcf->redis == NULL) {
        ngx_str_set(&url, "redis://127.0.0.1:6379");

        mcf->redis = ngx_http_sitepreserver_redis_conf_create(cf, &url);
        if (mcf->redis == NULL) {
            return NGX_ERROR;
        }
    }

    rcf = mcf->redis;

    if (ngx_http_sitepreserver_redis_addresses(cf, rcf) != NGX_OK) {
        return NGX_ERROR;
    }

#if (NGX_SSL)

    if (rcf->tls && ngx_http_sitepreserver_redis_tls(cf, rcf) != NGX_OK) {
        return NGX_ERROR;
    }

#endif

    return NGX_OK;
}


static ngx_http_sitepreserver_redis_conf_t *
ngx_http_sitepreserver_redis_conf_create(ngx_conf_t *cf, ngx_str_t *url)
{
    ngx_http_sitepreserver_redis_conf_t  *rcf;

    rcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_sitepreserver_redis_conf_t));
    if (rcf == NULL) {
        return NULL;
    }

    rcf->url = *url;
    rcf->file = cf->conf_file->file.name.data;
    rcf->line = cf->conf_file->line;
    rcf->timeout = 5000;
    rcf->verify = 1;

    if (ngx_http_sitepreserver_redis_url(cf, rcf) != NGX_OK) {
        return NULL;
    }

    return rcf;
}


static ngx_int_t
ngx_http_sitepreserver_redis_url(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf)
{
    ngx_str_t  rest;

    rest = rcf->url;

    if (rest.len > 5 && ngx_strncmp(rest.data, "unix:", 5) == 0) {
        rcf->host = rest;
        return NGX_OK;
    }

    if (rest.len > 8 && ngx_strncmp(rest.data, "redis://", 8) == 0) {
        rest.data += 8;
        rest.len -= 8;

        return ngx_http_sitepreserver_redis_tcp(cf, rcf, &rest);
    }

    if (rest.len > 9 && ngx_strncmp(rest.data, "rediss://", 9) == 0) {

#if (NGX_SSL)

        rest.data += 9;
        rest.len -= 9;
        rcf->tls = 1;

        return ngx_http_sitepreserver_redis_tcp(cf, rcf, &rest);

#else

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" needs an nginx that is built with SSL",
                           &rcf->url);
        return NGX_ERROR;

#endif
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid URL \"%V\", it must begin with \"redis://\", "
                       "\"rediss://\" or \"unix:\"", &rcf->url);

    return NGX_ERROR;
}


/* [user@]host[:port][/db] */

static ngx_int_t
ngx_http_sitepreserver_redis_tcp(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf, ngx_str_t *rest)
{
    u_char     *last, *p;
    ngx_str_t   text;

    last = rest->data + rest->len;

    p = ngx_strlchr(rest->data, last, '@');

    if (p != NULL) {
        rcf->user.data = rest->data;
        rcf->user.len = p - rest->data;

        if (ngx_strlchr(rest->data, p, ':') != NULL) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "a password in the URL can be read by everyone "
                               "who can read this file, use "
                               "\"password_file=\"");
            return NGX_ERROR;
        }

        if (ngx_http_sitepreserver_redis_display(cf, rcf, rest, p + 1)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        rest->data = p + 1;
        rest->len = last - rest->data;
    }

    p = ngx_strlchr(rest->data, last, '/');

    if (p != NULL) {
        text.data = p + 1;
        text.len = last - text.data;

        if (text.len != 0
            && ngx_http_sitepreserver_redis_db(cf, rcf, &text) != NGX_OK)
        {
            return NGX_ERROR;
        }

        rest->len = p - rest->data;
    }

    return ngx_http_sitepreserver_redis_host(cf, rcf, rest);
}


/* The URL that logs show: without the user, who may look like an address. */

static ngx_int_t
ngx_http_sitepreserver_redis_display(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf, ngx_str_t *rest, u_char *host)
{
    u_char     *p, *last;
    ngx_str_t   url;

    url = rcf->url;
    last = url.data + url.len;

    p = ngx_pnalloc(cf->pool, url.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    rcf->url.data = p;

    p = ngx_cpymem(p, url.data, rest->data - url.data);
    p = ngx_cpymem(p, host, last - host);

    rcf->url.len = p - rcf->url.data;

    return NGX_OK;
}


static ngx_int_t
ngx_http_sitepreserver_redis_host(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf, ngx_str_t *rest)
{
    ngx_url_t  u;

    ngx_memzero(&u, sizeof(ngx_url_t));

    u.url = *rest;
    u.default_port = 6379;
    u.no_resolve = 1;

    if (rest->len == 0 || ngx_parse_url(cf->pool, &u) != NGX_OK
        || u.family == AF_UNIX || u.uri.len != 0)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid host in URL \"%V\"%s%s", &rcf->url,
                           u.err != NULL ? ": " : "",
                           u.err != NULL ? u.err : "");
        return NGX_ERROR;
    }

    rcf->host = u.host;
    rcf->port = u.port;
    rcf->name = u.host;

    if (rcf->name.data[0] == '[') {
        rcf->name.data++;
        rcf->name.len -= 2;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_sitepreserver_redis_option(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf, ngx_str_t *option)
{
    u_char     *p;
    ngx_int_t   ms, rc;
    ngx_str_t   name, value;

    p = ngx_strlchr(option->data, option->data + option->len, '=');

    if (p == NULL || p + 1 == option->data + option->len) {
        goto invalid;
    }

    name.data = option->data;
    name.len = p - option->data;
    value.data = p + 1;
    value.len = option->len - name.len - 1;

    if (name.len == 4 && ngx_strncmp(name.data, "user", 4) == 0) {
        rcf->user = value;
        return NGX_OK;
    }

    if (name.len == 13 && ngx_strncmp(name.data, "password_file", 13) == 0) {
        return ngx_http_sitepreserver_redis_password(cf, rcf, &value);
    }

    if (name.len == 2 && ngx_strncmp(name.data, "db", 2) == 0) {
        return ngx_http_sitepreserver_redis_db(cf, rcf, &value);
    }

    if (name.len == 7 && ngx_strncmp(name.data, "timeout", 7) == 0) {
        ms = ngx_parse_time(&value, 0);

        if (ms == NGX_ERROR || ms < 100) {
            goto invalid;
        }

        rcf->timeout = ms;
        return NGX_OK;
    }

    if (rcf->tls) {
        rc = ngx_http_sitepreserver_redis_tls_option(cf, rcf, &name, &value);

        if (rc != NGX_DECLINED) {
            return rc;
        }
    }

invalid:

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\"", option);

    return NGX_ERROR;
}


/* What rediss:// takes besides.  NGX_DECLINED: it is none of that. */

static ngx_int_t
ngx_http_sitepreserver_redis_tls_option(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf, ngx_str_t *name,
    ngx_str_t *value)
{
    if (name->len == 7 && ngx_strncmp(name->data, "ca_file", 7) == 0) {
        rcf->ca_file = *value;
        return ngx_conf_full_name(cf->cycle, &rcf->ca_file, 1);
    }

    if (name->len == 4 && ngx_strncmp(name->data, "name", 4) == 0) {
        rcf->name = *value;
        return NGX_OK;
    }

    if (name->len == 6 && ngx_strncmp(name->data, "verify", 6) == 0) {

        if (value->len == 2 && ngx_strncmp(value->data, "on", 2) == 0) {
            return NGX_OK;
        }

        if (value->len == 3 && ngx_strncmp(value->data, "off", 3) == 0) {
            rcf->verify = 0;
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_http_sitepreserver_redis_db(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf, ngx_str_t *text)
{
    ngx_int_t  n;

    n = ngx_atoi(text->data, text->len);

    if (n == NGX_ERROR || n > 65535) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid database number \"%V\"", text);
        return NGX_ERROR;
    }

    rcf->db = n;

    return NGX_OK;
}


/* The first line of the file. */

static ngx_int_t
ngx_http_sitepreserver_redis_password(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf, ngx_str_t *name)
{
    u_char     *buf, *p;
    ssize_t     n;
    ngx_str_t   path;
    ngx_file_t  file;

    path = *name;

    if (ngx_conf_full_name(cf->cycle, &path, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    buf = ngx_pnalloc(cf->pool, NGX_HTTP_SITEPRESERVER_PASSWORD_MAX);
    if (buf == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&file, sizeof(ngx_file_t));

    file.name = path;
    file.log = cf->log;
    file.fd = ngx_open_file(path.data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (file.fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%V\" failed", &path);
        return NGX_ERROR;
    }

    n = ngx_read_fd(file.fd, buf, NGX_HTTP_SITEPRESERVER_PASSWORD_MAX);

    (void) ngx_close_file(file.fd);

    p = (n > 0) ? ngx_strlchr(buf, buf + n, '\n') : NULL;

    if (p != NULL) {
        n = p - buf;
    }

    if (n > 0 && buf[n - 1] == '\r') {
        n--;
    }

    if (n <= 0 || n == NGX_HTTP_SITEPRESERVER_PASSWORD_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "no password in the first line of \"%V\"", &path);
        return NGX_ERROR;
    }

    rcf->password.data = buf;
    rcf->password.len = n;

    return NGX_OK;
}


/*
 * A name is looked up by the "resolver" of the http level whenever a worker
 * connects; where there is none, once, now, as nginx does it for proxy_pass.
 */

static ngx_int_t
ngx_http_sitepreserver_redis_addresses(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf)
{
    ngx_url_t                  u;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    ngx_memzero(&u, sizeof(ngx_url_t));

    u.url = rcf->host;
    u.default_port = rcf->port;
    u.no_resolve = 1;

    if (ngx_parse_url(cf->pool, &u) == NGX_OK && u.naddrs == 0) {

        if (clcf->resolver != NULL
            && clcf->resolver->connections.nelts != 0)
        {
            rcf->resolver = clcf->resolver;
            rcf->resolver_timeout = clcf->resolver_timeout;

            if (rcf->resolver_timeout == NGX_CONF_UNSET_MSEC) {
                rcf->resolver_timeout = 30000;
            }

            return NGX_OK;
        }

        ngx_memzero(&u, sizeof(ngx_url_t));

        u.url = rcf->host;
        u.default_port = rcf->port;

        (void) ngx_parse_url(cf->pool, &u);
    }

    if (u.err != NULL || u.naddrs == 0) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "sitepreserver_redis \"%V\": %s in %s:%ui", &rcf->url,
                      u.err != NULL ? u.err : "no address", rcf->file,
                      rcf->line);
        return NGX_ERROR;
    }

    rcf->addrs = u.addrs;
    rcf->naddrs = u.naddrs;

    return NGX_OK;
}


#if (NGX_SSL)

static ngx_int_t
ngx_http_sitepreserver_redis_tls(ngx_conf_t *cf,
    ngx_http_sitepreserver_redis_conf_t *rcf)
{
    ngx_pool_cleanup_t  *cln;

    rcf->ssl = ngx_pcalloc(cf->pool, sizeof(ngx_ssl_t));
    if (rcf->ssl == NULL) {
        return NGX_ERROR;
    }

    rcf->ssl->log = cf->log;

    if (ngx_ssl_create(rcf->ssl, NGX_SSL_TLSv1_2|NGX_SSL_TLSv1_3, NULL)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        ngx_ssl_cleanup_ctx(rcf->ssl);
        return NGX_ERROR;
    }

    cln->handler = ngx_ssl_cleanup_ctx;
    cln->data = rcf->ssl;

    if (!rcf->verify) {
        return NGX_OK;
    }

    if (rcf->ca_file.len != 0) {
        return ngx_ssl_trusted_certificate(cf, rcf->ssl, &rcf->ca_file, 9);
    }

    if (SSL_CTX_set_default_verify_paths(rcf->ssl->ctx) == 0) {
        ngx_ssl_error(NGX_LOG_EMERG, cf->log, 0,
                      "SSL_CTX_set_default_verify_paths() failed");
        return NGX_ERROR;
    }

    return NGX_OK;
}

#endif
