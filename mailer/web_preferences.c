/*
 * Copyright (C) SitePreserver developers
 *
 * How somebody wants to be reminded: not for a month, or never again.  Its
 * token is one that unsubscribes.  To be mailed again cannot be chosen here:
 * whoever has the message could choose it.
 */

#include <time.h>

#include "web_wish.h"


#define WEB_DAY    86400
#define WEB_PAUSE  (30 * WEB_DAY)


static void web_preferences_show(const web_words_t *words, web_page_t *page);
static int web_preferences_act(const web_ask_t *ask, const sp_str_t *body);
static int64_t web_preferences_until(void);


static const web_link_t  web_preferences_link = {
    SP_TOKEN_UNSUBSCRIBE, web_preferences_show, web_preferences_act
};


void
web_preferences(engine_t *engine, struct evhttp_request *req)
{
    web_link(engine, req, &web_preferences_link);
}


static void
web_preferences_show(const web_words_t *words, web_page_t *page)
{
    page->title = words->preferences;
    page->text = words->preferences_text;
    page->note = words->back;
    page->choices[0].name = "preference";
    page->choices[0].value = "pause";
    page->choices[0].label = words->pause_button;
    page->choices[1].name = "preference";
    page->choices[1].value = "never";
    page->choices[1].label = words->never_button;
}


static int
web_preferences_act(const web_ask_t *ask, const sp_str_t *body)
{
    switch (web_chose(body)) {

    case WEB_CHOSE_PAUSE:
        web_wish(ask, WEB_WISH_PAUSE, web_preferences_until());
        return 1;

    case WEB_CHOSE_NEVER:
        web_wish(ask, WEB_WISH_NEVER, 0);
        return 1;

    default:
        return 0;
    }
}


/* The end of a day, so that choosing it again the same day changes nothing. */

static int64_t
web_preferences_until(void)
{
    return ((int64_t) time(NULL) + WEB_PAUSE + WEB_DAY - 1) / WEB_DAY
           * WEB_DAY;
}
