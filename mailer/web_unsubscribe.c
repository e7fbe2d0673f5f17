/*
 * Copyright (C) SitePreserver developers
 *
 * Unsubscribing (RFC 8058): looking at the page does nothing, so that no
 * scanner that follows links unsubscribes anybody; a POST acts at once,
 * without cookie, redirect or question.  Doing it again is well.
 */

#include <event2/keyvalq_struct.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "log.h"
#include "web.h"
#include "web_page.h"


#define WEB_PAGE_MAX  65536


typedef struct {
    web_later_t   later;            /* first: it is what is noted as closed */
    engine_t     *engine;
    char         *shop;
} web_wish_t;


static void web_wish(engine_t *engine, struct evhttp_request *req,
    config_shop_t *shop, const sp_token_t *token);
static void web_wish_done(void *data, int error);
static void web_say_done(struct evhttp_request *req,
    const config_shop_t *shop, int inert);
static void web_say(struct evhttp_request *req, int status,
    const web_page_t *page);


void
web_unsubscribe(engine_t *engine, struct evhttp_request *req)
{
    sp_str_t                  body;
    sp_token_t                token;
    web_page_t                page;
    const char               *query, *text;
    config_shop_t            *shop;
    struct evkeyvalq          args;
    const struct evhttp_uri  *uri;

    uri = evhttp_request_get_evhttp_uri(req);
    query = evhttp_uri_get_query(uri);
    TAILQ_INIT(&args);
    shop = NULL;

    if (query != NULL && evhttp_parse_query_str(query, &args) == 0) {
        text = evhttp_find_header(&args, "t");
        shop = text != NULL ? web_token(engine->conf, text, &token) : NULL;
    }

    evhttp_clear_headers(&args);
    memset(&page, 0, sizeof(web_page_t));

    if (shop == NULL) {
        page.title = "This link is not complete";
        page.text = "Please open the link from the message again, or copy "
                    "all of it.";
        web_say(req, 404, &page);
        return;
    }

    page.shop = shop;

    if (evhttp_request_get_command(req) != EVHTTP_REQ_POST) {
        page.title = "Unsubscribe?";
        page.text = "We will not remind you of your cart by email any more.";
        page.button = "Unsubscribe";
        page.note = "Messages about your orders are not affected.";
        web_say(req, 200, &page);
        return;
    }

    body = web_body(req);

    if (!web_is_one_click(&body)) {
        page.title = "Nothing was changed";
        page.text = "Please use the button on this page.";
        page.button = "Unsubscribe";
        web_say(req, 400, &page);
        return;
    }

    if (token.inert) {
        web_say_done(req, shop, 1);
        return;
    }

    web_wish(engine, req, shop, &token);
}


/* Answered when it is on disk: from then on nothing can lose it. */

static void
web_wish(engine_t *engine, struct evhttp_request *req, config_shop_t *shop,
    const sp_token_t *token)
{
    web_page_t   page;
    web_wish_t  *wish;

    wish = calloc(1, sizeof(web_wish_t));

    if (wish != NULL) {
        wish->engine = engine;
        wish->shop = strdup(shop->name);
        web_later(&wish->later, req);

        if (wish->shop != NULL
            && engine_suppress(engine, shop->name, &token->shopper,
                               "unsubscribed", web_wish_done, wish) == 0)
        {
            return;
        }

        web_later_end(&wish->later);
        free(wish->shop);
        free(wish);
    }

    memset(&page, 0, sizeof(web_page_t));
    page.title = "Please try again";
    page.text = "We could not note it just now.";
    page.button = "Unsubscribe";
    web_say(req, 503, &page);
}


static void
web_wish_done(void *data, int error)
{
    web_page_t      page;
    web_wish_t     *wish;
    config_shop_t  *shop;

    wish = data;
    web_later_end(&wish->later);

    if (wish->later.req != NULL) {
        shop = config_shop(wish->engine->conf, wish->shop);

        if (error == 0) {
            web_say_done(wish->later.req, shop, 0);

        } else {
            memset(&page, 0, sizeof(web_page_t));
            page.shop = shop;
            page.title = "Please try again";
            page.text = "We could not note it just now.";
            page.button = "Unsubscribe";
            web_say(wish->later.req, 503, &page);
        }
    }

    free(wish->shop);
    free(wish);
}


static void
web_say_done(struct evhttp_request *req, const config_shop_t *shop, int inert)
{
    web_page_t  page;

    memset(&page, 0, sizeof(web_page_t));
    page.shop = shop;
    page.title = "You are unsubscribed";
    page.text = inert ? "This was a test message: nobody was unsubscribed."
                      : "We will not remind you of your cart by email any "
                        "more.";
    page.note = inert ? NULL : "Messages about your orders are not affected.";
    web_say(req, 200, &page);
}


static void
web_say(struct evhttp_request *req, int status, const web_page_t *page)
{
    buffer_t  html;

    buffer_init(&html, WEB_PAGE_MAX);
    web_page(&html, page);

    if (html.failed) {
        web_reply(req, 500, "text/plain", "out of memory\n", 14);

    } else {
        web_reply(req, status, NULL, html.data, html.len);
    }

    buffer_free(&html);
}
