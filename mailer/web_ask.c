/*
 * Copyright (C) SitePreserver developers
 */

#include <event2/keyvalq_struct.h>
#include <sys/queue.h>

#include "journal.h"
#include "log.h"
#include "web_ask.h"


#define WEB_PAGE_MAX  65536


typedef struct {
    web_ask_t        *ask;
    const char       *text;
    sp_token_kind_t   kind;
} web_former_t;


static int web_ask(web_ask_t *ask, engine_t *engine,
    struct evhttp_request *req, sp_token_kind_t kind);
static void web_ask_token(web_ask_t *ask, const char *text,
    sp_token_kind_t kind);
static void web_ask_former(void *data, const char *shop,
    const char *fingerprint);


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

        if (text != NULL) {
            web_ask_token(ask, text, kind);
        }
    }

    evhttp_clear_headers(&args);
    text = evhttp_find_header(evhttp_request_get_input_headers(req),
                              "Accept-Language");
    ask->words = web_words(text, ask->shop != NULL ? ask->shop->locale : NULL);

    return ask->name[0] != '\0';
}


/* A shop that is renamed or gone has sent messages, whose links still work. */

static void
web_ask_token(web_ask_t *ask, const char *text, sp_token_kind_t kind)
{
    web_former_t     former;
    const config_t  *conf;

    conf = ask->engine->conf;
    ask->shop = web_token(conf, text, kind, &ask->token);

    if (ask->shop != NULL) {
        snprintf(ask->name, sizeof(ask->name), "%s", ask->shop->name);
        return;
    }

    former.ask = ask;
    former.text = text;
    former.kind = kind;

    if (journal_shops(conf->state_dir, web_ask_former, &former) != 0) {
        log_event(LOG_ERROR, "journal", "file=shops error=\"it cannot be "
                  "read\"");
    }
}


static void
web_ask_former(void *data, const char *shop, const char *fingerprint)
{
    sp_str_t       name, text;
    sp_token_t     token;
    web_former_t  *former;
    engine_t      *engine;

    former = data;
    engine = former->ask->engine;
    name.data = shop;
    name.len = strlen(shop);
    text.data = former->text;
    text.len = strlen(former->text);

    if (former->ask->name[0] == '\0' && text.len < SP_TOKEN_MAX
        && config_shop(engine->conf, shop) == NULL
        && strcmp(fingerprint, engine->conf->fingerprint) == 0
        && sp_token_read(engine->conf->secret, &name, &text, &token) == SP_OK
        && token.kind == former->kind)
    {
        former->ask->token = token;
        snprintf(former->ask->name, sizeof(former->ask->name), "%s", shop);
    }
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
