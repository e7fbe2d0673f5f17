/*
 * Copyright (C) SitePreserver developers
 *
 * Unsubscribing (RFC 8058): a POST acts at once, without cookie, redirect or
 * question.  Doing it again is well.
 */

#include "web_wish.h"


static void web_unsubscribe_show(const web_words_t *words, web_page_t *page);
static int web_unsubscribe_act(const web_ask_t *ask, const sp_str_t *body);


static const web_link_t  web_unsubscribe_link = {
    SP_TOKEN_UNSUBSCRIBE, web_unsubscribe_show, web_unsubscribe_act
};


void
web_unsubscribe(engine_t *engine, struct evhttp_request *req)
{
    web_link(engine, req, &web_unsubscribe_link);
}


static void
web_unsubscribe_show(const web_words_t *words, web_page_t *page)
{
    page->title = words->unsubscribe;
    page->text = words->unsubscribe_text;
    page->note = words->orders;
    page->choices[0].name = "unsubscribe";
    page->choices[0].value = "yes";
    page->choices[0].label = words->unsubscribe_button;
}


static int
web_unsubscribe_act(const web_ask_t *ask, const sp_str_t *body)
{
    if (!web_is_one_click(body)) {
        return 0;
    }

    web_wish(ask, WEB_WISH_NEVER, 0);

    return 1;
}
