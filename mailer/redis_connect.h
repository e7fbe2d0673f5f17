/*
 * Copyright (C) SitePreserver developers
 *
 * How a connection to Redis is opened: TCP with names resolved on the loop,
 * TLS by OpenSSL with verification, or a unix socket.
 */

#ifndef REDIS_CONNECT_H
#define REDIS_CONNECT_H

#include <event2/bufferevent.h>

#include "config.h"


typedef struct redis_connector_s  redis_connector_t;


/* NULL: error says why. */

redis_connector_t *redis_connector_create(struct event_base *base,
    const config_redis_t *conf, char *error, size_t size);


/* A bufferevent of the right kind, not connected; NULL: no memory. */

struct bufferevent *redis_connector_open(redis_connector_t *connector);


/* Starts connecting; set callbacks before.  Nonzero: failed. */

int redis_connector_go(redis_connector_t *connector,
    struct bufferevent *bev);


/* It is connected: sets the socket's options. */

void redis_connector_done(struct bufferevent *bev);


/* What an event that ended the connection means. */

void redis_connector_error(struct bufferevent *bev, short what, char *why,
    size_t size);


void redis_connector_free(redis_connector_t *connector);


#endif /* REDIS_CONNECT_H */
