/*
 * Copyright (C) SitePreserver developers
 */

#include <event2/keyvalq_struct.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "date.h"
#include "log.h"
#include "web_wish.h"


#define WEB_PAGE_MAX  65536


typedef struct {
    web_later_t   later;            /* first: it is what is noted as closed */
    web_ask_t     ask;
    int64_t       until;
    char         *shop;
} web_wish_t;


static web_wish_t *web_wish_create(const web_ask_t *ask, int64_t until);
static void web_wish_free(web_wish_t *wish);
static void web_wish_done(void *data, int error);
static void web_say_done(const web_ask_t *ask, int64_t until);
static void web_say_again(const web_ask_t *ask);


int
web_ask(web_ask_t *ask, engine_t *engine, struct evhttp_request *req)
{
    const char        *query, *text;
    web_page_t         page;
    struct evkeyvalq   args;

    memset(ask, 0, sizeof(web_ask_t));
    ask->engine = engine;
    ask->req = req;
    query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(req));
    TAILQ_INIT(&args);

    if (query != NULL && evhttp_parse_query_str(query, &args) == 0) {
        text = evhttp_find_header(&args, "t");
        ask->shop = text != NULL ? web_token(engine->conf, text, &ask->token)
                                 : NULL;
    }

    evhttp_clear_headers(&args);
    text = evhttp_find_header(evhttp_request_get_input_headers(req),
                              "Accept-Language");
    ask->words = web_words(text, ask->shop != NULL ? ask->shop->locale : NULL);

    if (ask->shop != NULL) {
        return 1;
    }

    memset(&page, 0, sizeof(web_page_t));
    page.title = ask->words->incomplete;
    page.text = ask->words->incomplete_text;
    web_say(ask, 404, &page);

    return 0;
}


int
web_ask_is_post(const web_ask_t *ask)
{
    return evhttp_request_get_command(ask->req) == EVHTTP_REQ_POST;
}


/* Answered when it is on disk: from then on nothing can lose it. */

void
web_wish(const web_ask_t *ask, int64_t until)
{
    int          rc;
    web_wish_t  *wish;

    if (ask->token.inert) {
        web_say_done(ask, until);
        return;
    }

    wish = web_wish_create(ask, until);

    if (wish == NULL) {
        web_say_again(ask);
        return;
    }

    web_later(&wish->later, ask->req);

    rc = until != 0
         ? engine_pause(ask->engine, wish->shop, &ask->token.shopper, until,
                        web_wish_done, wish)
         : engine_suppress(ask->engine, wish->shop, &ask->token.shopper,
                           "unsubscribed", web_wish_done, wish);

    if (rc != 0) {
        web_later_end(&wish->later);
        web_wish_free(wish);
        web_say_again(ask);
    }
}


static web_wish_t *
web_wish_create(const web_ask_t *ask, int64_t until)
{
    web_wish_t  *wish;

    wish = calloc(1, sizeof(web_wish_t));

    if (wish == NULL) {
        return NULL;
    }

    wish->ask = *ask;
    wish->until = until;
    wish->shop = strdup(ask->shop->name);

    if (wish->shop == NULL) {
        web_wish_free(wish);
        return NULL;
    }

    return wish;
}


static void
web_wish_free(web_wish_t *wish)
{
    free(wish->shop);
    free(wish);
}


/* The configuration may be another one by now. */

static void
web_wish_done(void *data, int error)
{
    web_wish_t  *wish;

    wish = data;
    web_later_end(&wish->later);

    if (wish->later.req != NULL) {
        wish->ask.shop = config_shop(wish->ask.engine->conf, wish->shop);

        if (error == 0) {
            web_say_done(&wish->ask, wish->until);

        } else {
            web_say_again(&wish->ask);
        }
    }

    web_wish_free(wish);
}


static void
web_say_done(const web_ask_t *ask, int64_t until)
{
    buffer_t            date, text;
    sp_str_t            locale;
    web_page_t          page;
    const web_words_t  *words;

    words = ask->words;
    buffer_init(&date, 512);
    buffer_init(&text, 2048);
    memset(&page, 0, sizeof(web_page_t));

    if (ask->token.inert) {
        page.title = words->test_done;
        page.text = words->test;

    } else if (until == 0) {
        page.title = words->unsubscribed;
        page.text = words->unsubscribe_text;
        page.note = words->orders;

    } else {
        locale.data = words->locale;
        locale.len = strlen(words->locale);
        page.title = words->paused;
        page.note = words->orders;

        if (date_format(&locale, ask->shop != NULL ? ask->shop->time_zone
                                                   : NULL, until, &date)
            == SP_OK)
        {
            buffer_fmt(&text, words->paused_text, buffer_text(&date));
        }

        page.text = buffer_text(&text);
    }

    web_say(ask, 200, &page);
    buffer_free(&date);
    buffer_free(&text);
}


static void
web_say_again(const web_ask_t *ask)
{
    web_page_t  page;

    memset(&page, 0, sizeof(web_page_t));
    page.title = ask->words->again;
    page.text = ask->words->again_text;
    web_say(ask, 503, &page);
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
