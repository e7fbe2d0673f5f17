/*
 * Copyright (C) SitePreserver developers
 */

#include <event2/keyvalq_struct.h>
#include <sys/queue.h>

#include "web_ask.h"


#define WEB_PAGE_MAX  65536


static int web_ask(web_ask_t *ask, engine_t *engine,
    struct evhttp_request *req, sp_token_kind_t kind);


void
web_link(engine_t *engine, struct evhttp_request *req, const web_link_t *link)
{
    sp_str_t    body;
    web_ask_t   ask;
    web_page_t  page;

    memset(&page, 0, sizeof(web_page_t));

    if (!web_ask(&ask, engine, req, link->kind)) {
        page.title = ask.words->incomplete;
        page.text = ask.words->incomplete_text;
        web_say(&ask, 404, &page);
        return;
    }

    if (evhttp_request_get_command(req) != EVHTTP_REQ_POST) {
        link->show(ask.words, &page);
        web_say(&ask, 200, &page);
        return;
    }

    body = web_body(req);

    if (!link->act(&ask, &body)) {
        link->show(ask.words, &page);
        page.title = ask.words->nothing;
        page.text = ask.words->nothing_text;
        page.note = NULL;
        web_say(&ask, 400, &page);
    }
}


/* 0: the token is not ours, or not one for this page. */

static int
web_ask(web_ask_t *ask, engine_t *engine, struct evhttp_request *req,
    sp_token_kind_t kind)
{
    const char        *query, *text;
    struct evkeyvalq   args;

    memset(ask, 0, sizeof(web_ask_t));
    ask->engine = engine;
    ask->req = req;
    query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(req));
    TAILQ_INIT(&args);

    if (query != NULL && evhttp_parse_query_str(query, &args) == 0) {
        text = evhttp_find_header(&args, "t");
        ask->shop = text != NULL ? web_token(engine->conf, text, kind,
                                             &ask->token)
                                 : NULL;
    }

    evhttp_clear_headers(&args);
    text = evhttp_find_header(evhttp_request_get_input_headers(req),
                              "Accept-Language");
    ask->words = web_words(text, ask->shop != NULL ? ask->shop->locale : NULL);

    return ask->shop != NULL;
}


void
web_say(const web_ask_t *ask, int status, web_page_t *page)
{
    buffer_t  html;

    page->shop = ask->shop;
    page->locale = ask->words->locale;
    buffer_init(&html, WEB_PAGE_MAX);
    web_page(&html, page);

    if (html.failed) {
        web_reply(ask->req, 500, "text/plain", "out of memory\n", 14);

    } else {
        web_reply(ask->req, status, NULL, html.data, html.len);
    }

    buffer_free(&html);
}
