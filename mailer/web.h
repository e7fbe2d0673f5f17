/*
 * Copyright (C) SitePreserver developers
 *
 * The mailer's HTTP server, behind nginx: unsubscribing, the order webhook,
 * health.  On the loop; nothing in it blocks.
 */

#ifndef WEB_H
#define WEB_H

#include <event2/http.h>

#include "engine.h"


#define WEB_BODY_MAX     65536
#define WEB_HEADERS_MAX  16384
#define WEB_TIMEOUT      30         /* s */


typedef struct web_s  web_t;


/* Listens.  NULL: it is logged why not. */

web_t *web_create(engine_t *engine);
void web_free(web_t *web);


/*
 * A request whose answer comes later.  req becomes NULL when the client has
 * gone: then there is nobody to answer.
 */

typedef struct {
    struct evhttp_request  *req;
} web_later_t;

void web_later(web_later_t *later, struct evhttp_request *req);
void web_later_end(web_later_t *later);


/* Answers.  type NULL: HTML of ours.  len bytes of body are copied. */

void web_reply(struct evhttp_request *req, int status, const char *type,
    const char *body, size_t len);


/* The request's body, whole; not NUL-terminated. */

sp_str_t web_body(struct evhttp_request *req);


/* ---- routes ---- */

/* GET, HEAD, POST /sp/unsubscribe?t=TOKEN (web_unsubscribe.c) */

void web_unsubscribe(engine_t *engine, struct evhttp_request *req);


/* GET, HEAD, POST /sp/preferences?t=TOKEN (web_preferences.c) */

void web_preferences(engine_t *engine, struct evhttp_request *req);


/* GET, HEAD, POST /sp/not-me?t=TOKEN (web_not_me.c) */

void web_not_me(engine_t *engine, struct evhttp_request *req);


/* POST /sp/order/SHOP (web_order.c) */

void web_order(engine_t *engine, struct evhttp_request *req,
    const char *shop);


/*
 * Whose token is it?  NULL: nobody's here, or it is of another kind.  (RFC 8058
 * posts come without anything else.)
 */

config_shop_t *web_token(const config_t *conf, const char *text,
    sp_token_kind_t kind, sp_token_t *token);


/* Does this body of a POST say that somebody wants to unsubscribe? */

int web_is_one_click(const sp_str_t *body);


/* What does this body of a POST choose on the page of preferences? */

typedef enum {
    WEB_CHOSE_NOTHING = 0,
    WEB_CHOSE_PAUSE,
    WEB_CHOSE_NEVER
} web_chose_t;

web_chose_t web_chose(const sp_str_t *body);


/* Is a signature, "sha256=HEX" or "HEX", right for timestamp and body? */

int web_signature_ok(const char *secret, const char *timestamp,
    const sp_str_t *body, const char *signature);


/* web_order_json.c: what is needed of an order's JSON; NULL: it is none. */

struct json_t *web_order_json(const sp_str_t *body);


#endif /* WEB_H */
