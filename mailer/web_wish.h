/*
 * Copyright (C) SitePreserver developers
 *
 * What the pages of a link share: whose it is, in which language they speak,
 * and doing what somebody wishes.
 */

#ifndef WEB_WISH_H
#define WEB_WISH_H

#include "web.h"
#include "web_page.h"
#include "web_words.h"


/* A request with a token that unsubscribes. */

typedef struct {
    engine_t               *engine;
    struct evhttp_request  *req;
    config_shop_t          *shop;
    const web_words_t      *words;
    sp_token_t              token;
} web_ask_t;


/* 0: the token is not ours, and it was answered so. */

int web_ask(web_ask_t *ask, engine_t *engine, struct evhttp_request *req);

int web_ask_is_post(const web_ask_t *ask);


/* Answers with a page, whose shop and locale are those of ask. */

void web_say(const web_ask_t *ask, int status, web_page_t *page);


/*
 * Suppresses the shopper, until then (Unix time, s) or, if that is 0, for
 * ever, and answers.  An inert token does nothing.
 */

void web_wish(const web_ask_t *ask, int64_t until);


#endif /* WEB_WISH_H */
