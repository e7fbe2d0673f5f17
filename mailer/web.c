/*
 * Copyright (C) SitePreserver developers
 */

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <jansson.h>
#include <stdlib.h>

#include "log.h"
#include "web.h"


struct web_s {
    engine_t       *engine;
    struct evhttp  *http;
};


static void web_request(struct evhttp_request *req, void *data);
static void web_health(engine_t *engine, struct evhttp_request *req);
static void web_closed(struct evhttp_connection *evcon, void *data);


web_t *
web_create(engine_t *engine)
{
    web_t                 *web;
    const engine_fixed_t  *fixed;

    fixed = &engine->fixed;
    web = calloc(1, sizeof(web_t));

    if (web == NULL) {
        return NULL;
    }

    web->engine = engine;
    web->http = evhttp_new(engine->base);

    if (web->http == NULL) {
        web_free(web);
        return NULL;
    }

    evhttp_set_max_body_size(web->http, WEB_BODY_MAX);
    evhttp_set_max_headers_size(web->http, WEB_HEADERS_MAX);
    evhttp_set_timeout(web->http, WEB_TIMEOUT);
    evhttp_set_allowed_methods(web->http, EVHTTP_REQ_GET|EVHTTP_REQ_HEAD
                               |EVHTTP_REQ_POST);
    evhttp_set_gencb(web->http, web_request, web);

    if (evhttp_bind_socket_with_handle(web->http, fixed->http_host,
                                       (ev_uint16_t) fixed->http_port) == NULL)
    {
        log_event(LOG_ERROR, "listen", "address=%s port=%u error=\"%s\"",
                  fixed->http_host, fixed->http_port, strerror(errno));
        web_free(web);
        return NULL;
    }

    return web;
}


void
web_free(web_t *web)
{
    if (web == NULL) {
        return;
    }

    if (web->http != NULL) {
        evhttp_free(web->http);
    }

    free(web);
}


static void
web_request(struct evhttp_request *req, void *data)
{
    web_t                    *web;
    const char               *path;
    const struct evhttp_uri  *uri;
    static const char         order[] = "/sp/order/";

    web = data;
    uri = evhttp_request_get_evhttp_uri(req);
    path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;

    if (path == NULL) {
        web_reply(req, 400, "text/plain", "bad request\n", 12);

    } else if (strcmp(path, "/sp/unsubscribe") == 0) {
        web_unsubscribe(web->engine, req);

    } else if (strcmp(path, "/sp/preferences") == 0) {
        web_preferences(web->engine, req);

    } else if (strcmp(path, "/sp/not-me") == 0) {
        web_not_me(web->engine, req);

    } else if (strncmp(path, order, sizeof(order) - 1) == 0) {
        web_order(web->engine, req, path + sizeof(order) - 1);

    } else if (strcmp(path, "/sp/health") == 0) {
        web_health(web->engine, req);

    } else {
        web_reply(req, 404, "text/plain", "not found\n", 10);
    }
}


/*
 * 200 while Redis is there and every shop can work, else 503.  It is told to
 * everybody: no names of shops, no numbers.
 */

static void
web_health(engine_t *engine, struct evhttp_request *req)
{
    int          ok;
    shop_t      *shop;
    const char  *text;

    ok = redis_is_up(engine->redis) && !engine->unread;

    for (shop = engine->shops; shop != NULL; shop = shop->next) {
        if (shop->conf != NULL && (shop->state == SHOP_EMPTIED
                                   || shop->state == SHOP_REFUSED
                                   || shop->failing))
        {
            ok = 0;
        }
    }

    text = ok ? "{\"status\":\"ok\"}\n" : "{\"status\":\"degraded\"}\n";
    web_reply(req, ok ? 200 : 503, "application/json", text, strlen(text));
}


void
web_reply(struct evhttp_request *req, int status, const char *type,
    const char *body, size_t len)
{
    size_t             i;
    struct evbuffer   *out;
    struct evkeyvalq  *headers;
    static struct {
        const char    *name;
        const char    *value;
    } all[] = {
        { "Cache-Control", "no-store" },
        { "Referrer-Policy", "no-referrer" },
        { "X-Content-Type-Options", "nosniff" },
        { "X-Robots-Tag", "noindex, nofollow" },
        { "Content-Security-Policy", "default-src 'none'; style-src "
          "'unsafe-inline'; form-action 'self'; base-uri 'none'; "
          "frame-ancestors 'none'" },
    };

    headers = evhttp_request_get_output_headers(req);
    evhttp_add_header(headers, "Content-Type",
                      type != NULL ? type : "text/html; charset=utf-8");

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        evhttp_add_header(headers, all[i].name, all[i].value);
    }

    if (status == 405) {
        evhttp_add_header(headers, "Allow", "POST");
    }

    out = evbuffer_new();

    if (out != NULL && evhttp_request_get_command(req) != EVHTTP_REQ_HEAD) {
        evbuffer_add(out, body, len);
    }

    evhttp_send_reply(req, status, NULL, out);

    if (out != NULL) {
        evbuffer_free(out);
    }
}


sp_str_t
web_body(struct evhttp_request *req)
{
    sp_str_t          body;
    struct evbuffer  *in;

    in = evhttp_request_get_input_buffer(req);
    body.len = evbuffer_get_length(in);
    body.data = body.len != 0 ? (const char *) evbuffer_pullup(in, -1) : "";

    if (body.data == NULL) {
        body.len = 0;
        body.data = "";
    }

    return body;
}


void
web_later(web_later_t *later, struct evhttp_request *req)
{
    later->req = req;
    evhttp_connection_set_closecb(evhttp_request_get_connection(req),
                                  web_closed, later);
}


static void
web_closed(struct evhttp_connection *evcon, void *data)
{
    web_later_t  *later;

    later = data;
    later->req = NULL;
}


void
web_later_end(web_later_t *later)
{
    struct evhttp_connection  *evcon;

    if (later->req == NULL) {
        return;
    }

    evcon = evhttp_request_get_connection(later->req);

    if (evcon != NULL) {
        evhttp_connection_set_closecb(evcon, NULL, NULL);
    }
}
