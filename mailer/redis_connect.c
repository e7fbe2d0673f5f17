/*
 * Copyright (C) SitePreserver developers
 */

#include <errno.h>
#include <event2/bufferevent_ssl.h>
#include <event2/dns.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/un.h>

#include "redis_connect.h"


struct redis_connector_s {
    struct event_base     *base;
    const config_redis_t  *conf;
    struct evdns_base     *dns;     /* NULL: not needed */
    SSL_CTX               *ctx;     /* NULL: no TLS */
};


static int redis_connector_tls(redis_connector_t *connector, char *error,
    size_t size);
static int redis_is_numeric(const char *host);


redis_connector_t *
redis_connector_create(struct event_base *base, const config_redis_t *conf,
    char *error, size_t size)
{
    redis_connector_t  *connector;

    snprintf(error, size, "out of memory");
    connector = calloc(1, sizeof(redis_connector_t));

    if (connector == NULL) {
        return NULL;
    }

    connector->base = base;
    connector->conf = conf;

    if (conf->host != NULL && !redis_is_numeric(conf->host)) {
        connector->dns = evdns_base_new(base,
                                        EVDNS_BASE_INITIALIZE_NAMESERVERS
                                        |EVDNS_BASE_DISABLE_WHEN_INACTIVE);

        if (connector->dns == NULL) {
            snprintf(error, size, "no resolver");
            redis_connector_free(connector);
            return NULL;
        }
    }

    if (conf->tls && !redis_connector_tls(connector, error, size)) {
        redis_connector_free(connector);
        return NULL;
    }

    error[0] = '\0';

    return connector;
}


static int
redis_is_numeric(const char *host)
{
    unsigned char  addr[sizeof(struct in6_addr)];

    return evutil_inet_pton(AF_INET, host, addr) == 1
           || evutil_inet_pton(AF_INET6, host, addr) == 1;
}


static int
redis_connector_tls(redis_connector_t *connector, char *error, size_t size)
{
    int  ok;

    connector->ctx = SSL_CTX_new(TLS_client_method());

    if (connector->ctx == NULL) {
        return 0;
    }

    SSL_CTX_set_min_proto_version(connector->ctx, TLS1_2_VERSION);
    SSL_CTX_set_verify(connector->ctx, SSL_VERIFY_PEER, NULL);

    if (connector->conf->ca_file != NULL) {
        ok = SSL_CTX_load_verify_locations(connector->ctx,
                                           connector->conf->ca_file, NULL);

    } else {
        ok = SSL_CTX_set_default_verify_paths(connector->ctx);
    }

    if (ok != 1) {
        snprintf(error, size, "the CA file cannot be used");
        ERR_clear_error();
        return 0;
    }

    return 1;
}


struct bufferevent *
redis_connector_open(redis_connector_t *connector)
{
    SSL                 *ssl;
    const char          *host;
    struct bufferevent  *bev;

    if (connector->ctx == NULL) {
        return bufferevent_socket_new(connector->base, -1,
                                      BEV_OPT_CLOSE_ON_FREE);
    }

    ssl = SSL_new(connector->ctx);

    if (ssl == NULL) {
        return NULL;
    }

    host = connector->conf->host;

    if (redis_is_numeric(host)) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host);

    } else if (SSL_set1_host(ssl, host) != 1
               || SSL_set_tlsext_host_name(ssl, host) != 1)
    {
        SSL_free(ssl);
        return NULL;
    }

    bev = bufferevent_openssl_socket_new(connector->base, -1, ssl,
                                         BUFFEREVENT_SSL_CONNECTING,
                                         BEV_OPT_CLOSE_ON_FREE);
    if (bev == NULL) {
        SSL_free(ssl);
        return NULL;
    }

    bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);

    return bev;
}


int
redis_connector_go(redis_connector_t *connector, struct bufferevent *bev)
{
    struct sockaddr_un     un;
    const config_redis_t  *conf;

    conf = connector->conf;

    if (conf->path != NULL) {
        memset(&un, 0, sizeof(un));
        un.sun_family = AF_UNIX;
        strncpy(un.sun_path, conf->path, sizeof(un.sun_path) - 1);

        return bufferevent_socket_connect(bev, (struct sockaddr *) &un,
                                          sizeof(un));
    }

    return bufferevent_socket_connect_hostname(bev, connector->dns, AF_UNSPEC,
                                               conf->host, (int) conf->port);
}


/* They fail on a unix socket, where they are not needed. */

void
redis_connector_done(struct bufferevent *bev)
{
    int  on;

    on = 1;
    (void) setsockopt(bufferevent_getfd(bev), IPPROTO_TCP, TCP_NODELAY, &on,
                      sizeof(on));
    (void) setsockopt(bufferevent_getfd(bev), SOL_SOCKET, SO_KEEPALIVE, &on,
                      sizeof(on));
}


void
redis_connector_error(struct bufferevent *bev, short what, char *why,
    size_t size)
{
    int            code;
    long           verified;
    unsigned long  ssl;
    SSL           *session;

    session = bufferevent_openssl_get_ssl(bev);
    verified = session != NULL ? SSL_get_verify_result(session) : X509_V_OK;

    if (verified != X509_V_OK) {
        snprintf(why, size, "TLS: the certificate is not accepted: %s",
                 X509_verify_cert_error_string(verified));
        return;
    }

    if (what & BEV_EVENT_EOF) {
        snprintf(why, size, "closed by Redis");
        return;
    }

    ssl = bufferevent_get_openssl_error(bev);

    if (ssl != 0) {
        snprintf(why, size, "TLS: %s", ERR_reason_error_string(ssl));
        return;
    }

    code = bufferevent_socket_get_dns_error(bev);

    if (code != 0) {
        snprintf(why, size, "%s", evutil_gai_strerror(code));
        return;
    }

    snprintf(why, size, "%s", strerror(errno));
}


void
redis_connector_free(redis_connector_t *connector)
{
    if (connector == NULL) {
        return;
    }

    if (connector->dns != NULL) {
        evdns_base_free(connector->dns, 0);
    }

    SSL_CTX_free(connector->ctx);
    free(connector);
}
