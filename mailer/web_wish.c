/*
 * Copyright (C) SitePreserver developers
 */

#include <stdlib.h>

#include "date.h"
#include "log.h"
#include "web_wish.h"


typedef struct {
    web_later_t   later;            /* first: it is what is noted as closed */
    web_ask_t     ask;
    web_wished_t  what;
    int64_t       until;
    char         *shop;
} web_wish_t;


static web_wish_t *web_wish_create(const web_ask_t *ask, web_wished_t what,
    int64_t until);
static void web_wish_free(web_wish_t *wish);
static int web_wish_do(web_wish_t *wish);
static void web_wish_done(void *data, int error);
static void web_say_done(const web_ask_t *ask, web_wished_t what,
    int64_t until);
static void web_say_paused(const web_ask_t *ask, int64_t until,
    web_page_t *page, buffer_t *text);
static void web_say_again(const web_ask_t *ask);


/* Answered when it is on disk: from then on nothing can lose it. */

void
web_wish(const web_ask_t *ask, web_wished_t what, int64_t until)
{
    web_wish_t  *wish;

    if (ask->token.inert) {
        web_say_done(ask, what, until);
        return;
    }

    wish = web_wish_create(ask, what, until);

    if (wish == NULL) {
        web_say_again(ask);
        return;
    }

    web_later(&wish->later, ask->req);

    if (web_wish_do(wish) != 0) {
        web_later_end(&wish->later);
        web_wish_free(wish);
        web_say_again(ask);
    }
}


static int
web_wish_do(web_wish_t *wish)
{
    engine_t       *engine;
    const sp_id_t  *shopper;

    engine = wish->ask.engine;
    shopper = &wish->ask.token.shopper;

    switch (wish->what) {

    case WEB_WISH_PAUSE:
        return engine_pause(engine, wish->shop, shopper, wish->until,
                            web_wish_done, wish);

    case WEB_WISH_NOT_ME:
        return engine_not_me(engine, wish->shop, shopper, web_wish_done,
                             wish);

    default:
        return engine_suppress(engine, wish->shop, shopper, "unsubscribed",
                               web_wish_done, wish);
    }
}


static web_wish_t *
web_wish_create(const web_ask_t *ask, web_wished_t what, int64_t until)
{
    web_wish_t  *wish;

    wish = calloc(1, sizeof(web_wish_t));

    if (wish == NULL) {
        return NULL;
    }

    wish->ask = *ask;
    wish->what = what;
    wish->until = until;
    wish->shop = strdup(ask->name);

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
            web_say_done(&wish->ask, wish->what, wish->until);

        } else {
            web_say_again(&wish->ask);
        }
    }

    web_wish_free(wish);
}


static void
web_say_done(const web_ask_t *ask, web_wished_t what, int64_t until)
{
    buffer_t            text;
    web_page_t          page;
    const web_words_t  *words;

    words = ask->words;
    buffer_init(&text, 2048);
    memset(&page, 0, sizeof(web_page_t));

    if (ask->token.inert) {
        page.title = words->test_done;
        page.text = words->test;

    } else if (what == WEB_WISH_NOT_ME) {
        page.title = words->not_mine;
        page.text = words->not_mine_text;
        page.note = words->not_me_note;

    } else if (what == WEB_WISH_PAUSE) {
        web_say_paused(ask, until, &page, &text);

    } else {
        page.title = words->unsubscribed;
        page.text = words->unsubscribe_text;
        page.note = words->orders;
    }

    web_say(ask, 200, &page);
    buffer_free(&text);
}


static void
web_say_paused(const web_ask_t *ask, int64_t until, web_page_t *page,
    buffer_t *text)
{
    buffer_t     date;
    sp_str_t     locale;
    const char  *zone;

    zone = ask->shop != NULL ? ask->shop->time_zone : NULL;
    locale.data = ask->words->locale;
    locale.len = strlen(locale.data);
    buffer_init(&date, 512);

    if (date_format(&locale, zone, until, &date) == SP_OK) {
        buffer_fmt(text, ask->words->paused_text, buffer_text(&date));
    }

    page->title = ask->words->paused;
    page->text = buffer_text(text);
    page->note = ask->words->orders;
    buffer_free(&date);
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
