/*
 * Copyright (C) SitePreserver developers
 *
 * How the pages that a message links to begin: whose link it is, in which
 * language to answer, and that looking at a page does nothing, so that no
 * scanner that follows links does anything to anybody.
 */

#ifndef WEB_ASK_H
#define WEB_ASK_H

#include "web.h"
#include "web_page.h"
#include "web_words.h"


/*
 * A request with a token that is ours; maybe of a shop that is no more: then
 * only its name is known.
 */

typedef struct {
    engine_t               *engine;
    struct evhttp_request  *req;
    config_shop_t          *shop;       /* NULL: it is not configured */
    char                    name[65];   /* of the shop */
    const web_words_t      *words;
    sp_token_t              token;
} web_ask_t;


/*
 * A page: the kind of token that it takes; what it shows, with its buttons,
 * to whoever looks at it; and what a POST does.  act() answers and gives 1, or
 * gives 0 if the body is not what a button of the page sends.
 */

typedef struct {
    sp_token_kind_t   kind;
    void            (*show)(const web_words_t *words, web_page_t *page);
    int             (*act)(const web_ask_t *ask, const sp_str_t *body);
} web_link_t;


/* Answers a GET, HEAD or POST to a page. */

void web_link(engine_t *engine, struct evhttp_request *req,
    const web_link_t *link);


/* Answers with a page, whose shop and locale are those of ask. */

void web_say(const web_ask_t *ask, int status, web_page_t *page);


#endif /* WEB_ASK_H */
