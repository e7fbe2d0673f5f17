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


static void web_preferences_page(const web_ask_t *ask, int status,
    web_page_t *page);
static int64_t web_preferences_until(void);


void
web_preferences(engine_t *engine, struct evhttp_request *req)
{
    sp_str_t    body;
    web_ask_t   ask;
    web_page_t  page;

    if (!web_ask(&ask, engine, req)) {
        return;
    }

    memset(&page, 0, sizeof(web_page_t));

    if (!web_ask_is_post(&ask)) {
        page.title = ask.words->preferences;
        page.text = ask.words->preferences_text;
        page.note = ask.words->back;
        web_preferences_page(&ask, 200, &page);
        return;
    }

    body = web_body(req);

    switch (web_chose(&body)) {

    case WEB_CHOSE_PAUSE:
        web_wish(&ask, web_preferences_until());
        break;

    case WEB_CHOSE_NEVER:
        web_wish(&ask, 0);
        break;

    default:
        page.title = ask.words->nothing;
        page.text = ask.words->nothing_text;
        web_preferences_page(&ask, 400, &page);
    }
}


static void
web_preferences_page(const web_ask_t *ask, int status, web_page_t *page)
{
    page->choices[0].name = "preference";
    page->choices[0].value = "pause";
    page->choices[0].label = ask->words->pause_button;
    page->choices[1].name = "preference";
    page->choices[1].value = "never";
    page->choices[1].label = ask->words->never_button;
    web_say(ask, status, page);
}


/* The end of a day, so that choosing it again the same day changes nothing. */

static int64_t
web_preferences_until(void)
{
    return ((int64_t) time(NULL) + WEB_PAUSE + WEB_DAY - 1) / WEB_DAY
           * WEB_DAY;
}
