/*
 * Copyright (C) SitePreserver developers
 *
 * Unsubscribing (RFC 8058): looking at the page does nothing, so that no
 * scanner that follows links unsubscribes anybody; a POST acts at once,
 * without cookie, redirect or question.  Doing it again is well.
 */

#include "web_wish.h"


static void web_unsubscribe_page(const web_ask_t *ask, int status,
    web_page_t *page);


void
web_unsubscribe(engine_t *engine, struct evhttp_request *req)
{
    sp_str_t    body;
    web_ask_t   ask;
    web_page_t  page;

    if (!web_ask(&ask, engine, req)) {
        return;
    }

    memset(&page, 0, sizeof(web_page_t));

    if (!web_ask_is_post(&ask)) {
        page.title = ask.words->unsubscribe;
        page.text = ask.words->unsubscribe_text;
        page.note = ask.words->orders;
        web_unsubscribe_page(&ask, 200, &page);
        return;
    }

    body = web_body(req);

    if (!web_is_one_click(&body)) {
        page.title = ask.words->nothing;
        page.text = ask.words->nothing_text;
        web_unsubscribe_page(&ask, 400, &page);
        return;
    }

    web_wish(&ask, 0);
}


static void
web_unsubscribe_page(const web_ask_t *ask, int status, web_page_t *page)
{
    page->choices[0].name = "unsubscribe";
    page->choices[0].value = "yes";
    page->choices[0].label = ask->words->unsubscribe_button;
    web_say(ask, status, page);
}
