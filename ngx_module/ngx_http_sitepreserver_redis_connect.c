
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_redis_int.h"


#define NGX_HTTP_SITEPRESERVER_RETRY_MIN   100
#define NGX_HTTP_SITEPRESERVER_RETRY_MAX   10000
#define NGX_HTTP_SITEPRESERVER_RETRY_LEAVE 250


static void ngx_http_sitepreserver_redis_resolve(
    ngx_http_sitepreserver_redis_t *redis);
static void ngx_http_sitepreserver_redis_resolved(ngx_resolver_ctx_t *ctx);
static void ngx_http_sitepreserver_redis_dial(
    ngx_http_sitepreserver_redis_t *redis);
static void ngx_http_sitepreserver_redis_dialed(ngx_event_t *ev);
static ngx_int_t ngx_http_sitepreserver_redis_socket_error(
    ngx_http_sitepreserver_redis_t *redis, ngx_connection_t *c);
static void ngx_http_sitepreserver_redis_established(
    ngx_http_sitepreserver_redis_t *redis);
static void ngx_http_sitepreserver_redis_retry(
    ngx_http_sitepreserver_redis_t *redis);
#if (NGX_SSL)
static void ngx_http_sitepreserver_redis_tls_start(
    ngx_http_sitepreserver_redis_t *redis);
static void ngx_http_sitepreserver_redis_tls_done(ngx_connection_t *c);
static ngx_int_t ngx_http_sitepreserver_redis_tls_verify(
    ngx_http_sitepreserver_redis_t *redis, ngx_connection_t *c);
static ngx_uint_t ngx_http_sitepreserver_redis_tls_address(ngx_str_t *name);
#endif


void
ngx_http_sitepreserver_redis_connect(ngx_http_sitepreserver_redis_t *redis)
{
    ngx_addr_t                           *addr;
    ngx_http_sitepreserver_redis_conf_t  *rcf;

    rcf = redis->conf;

    if (rcf->resolver != NULL) {
        ngx_http_sitepreserver_redis_resolve(redis);
        return;
    }

    addr = &rcf->addrs[redis->next_addr++ % rcf->naddrs];

    ngx_memcpy(&redis->sockaddr, addr->sockaddr, addr->socklen);

    redis->peer.socklen = addr->socklen;
    redis->peer_name = addr->name;

    ngx_http_sitepreserver_redis_dial(redis);
}


static void
ngx_http_sitepreserver_redis_resolve(ngx_http_sitepreserver_redis_t *redis)
{
    ngx_resolver_ctx_t                   *ctx;
    ngx_http_sitepreserver_redis_conf_t  *rcf;

    rcf = redis->conf;

    ctx = ngx_resolve_start(rcf->resolver, NULL);

    if (ctx == NULL || ctx == NGX_NO_RESOLVER) {
        ngx_http_sitepreserver_redis_fail(redis, "cannot be resolved", "", 0);
        return;
    }

    ctx->name = rcf->host;
    ctx->handler = ngx_http_sitepreserver_redis_resolved;
    ctx->data = redis;
    ctx->timeout = rcf->resolver_timeout;
    ctx->cancelable = 1;            /* events that wait have their own timer */

    redis->resolving = ctx;
    redis->state = NGX_HTTP_SITEPRESERVER_RESOLVING;

    if (ngx_resolve_name(ctx) != NGX_OK) {
        redis->resolving = NULL;
        ngx_http_sitepreserver_redis_fail(redis, "cannot be resolved", "", 0);
    }
}


static void
ngx_http_sitepreserver_redis_resolved(ngx_resolver_ctx_t *ctx)
{
    const char           *why;
    ngx_resolver_addr_t  *addr;

    ngx_http_sitepreserver_redis_t *redis = ctx->data;

    redis->resolving = NULL;

    if (ctx->state != NGX_OK || ctx->naddrs == 0) {
        why = ngx_resolver_strerror(ctx->state);

        ngx_resolve_name_done(ctx);

        ngx_http_sitepreserver_redis_fail(redis, "cannot be resolved", why,
                                          ngx_strlen(why));
        return;
    }

    addr = &ctx->addrs[redis->next_addr++ % ctx->naddrs];

    ngx_memcpy(&redis->sockaddr, addr->sockaddr, addr->socklen);

    redis->peer.socklen = addr->socklen;
    redis->peer_name = redis->conf->host;

    ngx_inet_set_port(&redis->sockaddr.sockaddr, redis->conf->port);

    ngx_resolve_name_done(ctx);

    ngx_http_sitepreserver_redis_dial(redis);
}


static void
ngx_http_sitepreserver_redis_dial(ngx_http_sitepreserver_redis_t *redis)
{
    ngx_int_t          rc;
    ngx_connection_t  *c;

    redis->state = NGX_HTTP_SITEPRESERVER_CONNECTING;
    redis->progress = ngx_current_msec;

    redis->peer.sockaddr = &redis->sockaddr.sockaddr;
    redis->peer.name = &redis->peer_name;
    redis->peer.get = ngx_event_get_peer;
    redis->peer.log = &redis->log;
    redis->peer.log_error = NGX_ERROR_ERR;
    redis->peer.connection = NULL;

    rc = ngx_event_connect_peer(&redis->peer);

    c = redis->peer.connection;

    redis->connection = c;

    if (rc != NGX_OK && rc != NGX_AGAIN) {
        ngx_http_sitepreserver_redis_fail(redis, "cannot be connected", "",
                                          0);
        return;
    }

    c->data = redis;
    c->log = &redis->log;
    c->read->log = &redis->log;
    c->write->log = &redis->log;
    c->read->handler = ngx_http_sitepreserver_redis_dialed;
    c->write->handler = ngx_http_sitepreserver_redis_dialed;

    ngx_http_sitepreserver_redis_watch(redis);

    if (rc == NGX_OK) {
        ngx_http_sitepreserver_redis_established(redis);
    }
}


static void
ngx_http_sitepreserver_redis_dialed(ngx_event_t *ev)
{
    ngx_connection_t                *c;
    ngx_http_sitepreserver_redis_t  *redis;

    c = ev->data;
    redis = c->data;

    if (ngx_http_sitepreserver_redis_socket_error(redis, c) != NGX_OK) {
        return;
    }

    ngx_http_sitepreserver_redis_established(redis);
}


static ngx_int_t
ngx_http_sitepreserver_redis_socket_error(
    ngx_http_sitepreserver_redis_t *redis, ngx_connection_t *c)
{
    int          err;
    socklen_t    len;
    const char  *why;

    err = 0;
    len = sizeof(int);

    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, (void *) &err, &len) == -1) {
        err = ngx_socket_errno;
    }

    if (err == 0) {
        return NGX_OK;
    }

    why = strerror(err);

    ngx_http_sitepreserver_redis_fail(redis, "cannot be connected", why,
                                      ngx_strlen(why));

    return NGX_ERROR;
}


static void
ngx_http_sitepreserver_redis_established(ngx_http_sitepreserver_redis_t *redis)
{
    ngx_connection_t  *c;

    c = redis->connection;

    redis->progress = ngx_current_msec;

    if (c->type == 0) {
        c->type = SOCK_STREAM;
    }

    if (redis->sockaddr.sockaddr.sa_family != AF_UNIX
        && ngx_tcp_nodelay(c) != NGX_OK)
    {
        ngx_http_sitepreserver_redis_fail(redis, "cannot be connected", "",
                                          0);
        return;
    }

#if (NGX_SSL)

    if (redis->conf->tls) {
        ngx_http_sitepreserver_redis_tls_start(redis);
        return;
    }

#endif

    ngx_http_sitepreserver_redis_connected(redis);
}


#if (NGX_SSL)

static void
ngx_http_sitepreserver_redis_tls_start(ngx_http_sitepreserver_redis_t *redis)
{
    ngx_int_t                             rc;
    ngx_str_t                             name;
    ngx_connection_t                     *c;
    ngx_http_sitepreserver_redis_conf_t  *rcf;

    c = redis->connection;
    rcf = redis->conf;

    c->pool = ngx_create_pool(1024, c->log);

    if (c->pool == NULL
        || ngx_ssl_create_connection(rcf->ssl, c,
                                     NGX_SSL_BUFFER|NGX_SSL_CLIENT)
           != NGX_OK)
    {
        goto failed;
    }

    if (!ngx_http_sitepreserver_redis_tls_address(&rcf->name)) {

        name.len = rcf->name.len;
        name.data = ngx_pnalloc(c->pool, name.len + 1);

        if (name.data == NULL) {
            goto failed;
        }

        (void) ngx_cpystrn(name.data, rcf->name.data, name.len + 1);

        if (SSL_set_tlsext_host_name(c->ssl->connection, (char *) name.data)
            == 0)
        {
            goto failed;
        }
    }

    rc = ngx_ssl_handshake(c);

    if (rc == NGX_AGAIN) {
        c->ssl->handler = ngx_http_sitepreserver_redis_tls_done;
        return;
    }

    ngx_http_sitepreserver_redis_tls_done(c);

    return;

failed:

    ngx_http_sitepreserver_redis_fail(redis, "TLS failed", "", 0);
}


static void
ngx_http_sitepreserver_redis_tls_done(ngx_connection_t *c)
{
    ngx_http_sitepreserver_redis_t *redis = c->data;

    if (!c->ssl->handshaked) {
        ngx_http_sitepreserver_redis_fail(redis, "TLS failed", "", 0);
        return;
    }

    if (redis->conf->verify
        && ngx_http_sitepreserver_redis_tls_verify(redis, c) != NGX_OK)
    {
        return;
    }

    ngx_http_sitepreserver_redis_connected(redis);
}


static ngx_int_t
ngx_http_sitepreserver_redis_tls_verify(ngx_http_sitepreserver_redis_t *redis,
    ngx_connection_t *c)
{
    int          n;
    long         rc;
    X509        *cert;
    ngx_str_t   *name;
    const char  *why;
    char         address[NGX_SOCKADDR_STRLEN + 1];

    name = &redis->conf->name;

    rc = SSL_get_verify_result(c->ssl->connection);

    if (rc != X509_V_OK) {
        why = X509_verify_cert_error_string(rc);

        ngx_http_sitepreserver_redis_fail(redis, "its certificate is refused",
                                          why, ngx_strlen(why));
        return NGX_ERROR;
    }

    if (ngx_http_sitepreserver_redis_tls_address(name)) {

        (void) ngx_cpystrn((u_char *) address, name->data,
                           ngx_min(name->len + 1, sizeof(address)));

        cert = SSL_get_peer_certificate(c->ssl->connection);
        n = (cert != NULL) ? X509_check_ip_asc(cert, address, 0) : 0;
        X509_free(cert);

    } else {
        n = ngx_ssl_check_host(c, name) == NGX_OK;
    }

    if (n != 1) {
        ngx_http_sitepreserver_redis_fail(redis, "its certificate is not for",
                                          (char *) name->data, name->len);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_http_sitepreserver_redis_tls_address(ngx_str_t *name)
{
#if (NGX_HAVE_INET6)
    u_char  addr[16];

    if (ngx_inet6_addr(name->data, name->len, addr) == NGX_OK) {
        return 1;
    }
#endif

    return ngx_inet_addr(name->data, name->len) != INADDR_NONE;
}

#endif


void
ngx_http_sitepreserver_redis_fail(ngx_http_sitepreserver_redis_t *redis,
    const char *what, const char *why, size_t len)
{
    if (redis->failed != ngx_time()) {
        redis->failed = ngx_time();

        ngx_log_error(NGX_LOG_ERR, &redis->log, 0,
                      "sitepreserver: Redis at \"%V\" %s%s%*s, %ui events "
                      "wait", &redis->conf->url, what, len ? ": " : "", len,
                      why, redis->queue.events);
    }

    ngx_http_sitepreserver_redis_close(redis);

    redis->failures++;

    ngx_http_sitepreserver_redis_retry(redis);
}


/* Exponential, up to ten seconds, and up to half of it more by chance. */

static void
ngx_http_sitepreserver_redis_retry(ngx_http_sitepreserver_redis_t *redis)
{
    ngx_msec_t  delay;

    delay = NGX_HTTP_SITEPRESERVER_RETRY_MIN
            << ngx_min(redis->failures - 1, 7);

    if (delay > NGX_HTTP_SITEPRESERVER_RETRY_MAX) {
        delay = NGX_HTTP_SITEPRESERVER_RETRY_MAX;
    }

    delay += ngx_random() % (delay / 2 + 1);

    if (ngx_exiting && delay > NGX_HTTP_SITEPRESERVER_RETRY_LEAVE) {
        delay = NGX_HTTP_SITEPRESERVER_RETRY_LEAVE;
    }

    if (!redis->retry.timer_set) {
        ngx_add_timer(&redis->retry, delay);
    }

    ngx_http_sitepreserver_redis_watch(redis);
}


void
ngx_http_sitepreserver_redis_close(ngx_http_sitepreserver_redis_t *redis)
{
    ngx_uint_t         n;
    ngx_pool_t        *pool;
    ngx_connection_t  *c;

    if (redis->resolving != NULL) {
        ngx_resolve_name_done(redis->resolving);
        redis->resolving = NULL;
    }

    c = redis->connection;

    if (c != NULL) {
        pool = c->pool;

#if (NGX_SSL)

        if (c->ssl != NULL) {
            c->ssl->no_wait_shutdown = 1;
            c->ssl->no_send_shutdown = 1;
            (void) ngx_ssl_shutdown(c);
        }

#endif

        ngx_close_connection(c);

        if (pool != NULL) {
            ngx_destroy_pool(pool);
        }

        redis->connection = NULL;
    }

    if (redis->reader != NULL) {
        redisReaderFree(redis->reader);
        redis->reader = NULL;

        ngx_http_sitepreserver_count(redis->mcf,
                                     NGX_HTTP_SITEPRESERVER_DISCONNECTS);
    }

    redis->out = NULL;
    redis->greetings = 0;
    redis->state = NGX_HTTP_SITEPRESERVER_CLOSED;

    n = ngx_http_sitepreserver_queue_rewind(&redis->queue);

    if (n != 0) {
        ngx_http_sitepreserver_count_n(redis->mcf,
                                       NGX_HTTP_SITEPRESERVER_RESENT, n);
    }
}
