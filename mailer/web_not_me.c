/*
 * Copyright (C) SitePreserver developers
 *
 * "Not your cart?": the message came to the right address, and somebody else
 * has filled the cart.  The address is not suppressed by it: that is what
 * unsubscribing is for.
 */

#include "web_wish.h"


static void web_not_me_show(const web_words_t *words, web_page_t *page);
static int web_not_me_act(const web_ask_t *ask, const sp_str_t *body);


static const web_link_t  web_not_me_link = {
    SP_TOKEN_NOT_ME, web_not_me_show, web_not_me_act
};


void
web_not_me(engine_t *engine, struct evhttp_request *req)
{
    web_link(engine, req, &web_not_me_link);
}


static void
web_not_me_show(const web_words_t *words, web_page_t *page)
{
    page->title = words->not_me;
    page->text = words->not_me_text;
    page->note = words->not_me_note;
    page->choices[0].name = "not_me";
    page->choices[0].value = "yes";
    page->choices[0].label = words->not_me_button;
}


static int
web_not_me_act(const web_ask_t *ask, const sp_str_t *body)
{
    static const char  yes[] = "not_me=yes";

    if (body->len != sizeof(yes) - 1
        || memcmp(body->data, yes, body->len) != 0)
    {
        return 0;
    }

    web_wish(ask, WEB_WISH_NOT_ME, 0);

    return 1;
}
