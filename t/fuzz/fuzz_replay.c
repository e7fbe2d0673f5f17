/*
 * Copyright (C) SitePreserver developers
 *
 * Runs: 3000
 *
 * Mailer: nginxconf* har* hint* detect_draft buffer
 *
 * A configuration of nginx, then behind a NUL a log: an entry of a HAR or a
 * line of JSON lines.  What is compiled is tried on what was read.
 */

#include "fuzz.h"

#include "detect.h"
#include "har.h"
#include "hint.h"
#include "nginxconf.h"


static int
request_header(void *data, const sp_str_t *name, unsigned i, sp_str_t *value)
{
    return har_header(&((har_exchange_t *) data)->request, name, i, value);
}


static int
response_header(void *data, const sp_str_t *name, unsigned i, sp_str_t *value)
{
    return har_header(&((har_exchange_t *) data)->response, name, i, value);
}


static void
try(nginxconf_server_t *server, har_exchange_t *x)
{
    unsigned           wants;
    sp_exchange_t      ex;
    sp_outcome_t      *outcome;
    sp_observation_t  *ob;

    memset(&ex, 0, sizeof(ex));
    ex.method = x->method;
    ex.uri = x->uri;
    ex.args = x->args;
    ex.request_header = request_header;
    ex.response_header = response_header;
    ex.data = x;
    ex.body_limit = 65536;
    ex.response_limit = 65536;
    ex.now = 1800000000;

    ob = sp_observe(server->rules, &ex, pool, &wants);

    if (ob == NULL) {
        return;
    }

    if (x->body.len != 0) {
        (void) sp_observe_request_body(ob, x->body.data, x->body.len, 1);
    }

    if (sp_observe_answer(ob, x->status)) {
        (void) sp_observe_response_body(ob, x->answer.data, x->answer.len, 1);
    }

    (void) sp_observe_end(ob, x->status, &outcome);
}


static void
exchange(nginxconf_t *conf, json_t *json)
{
    int                  named;
    char                *draft, key[HINT_KEY_MAX + 1];
    hint_t               hint;
    const char          *why;
    har_exchange_t       x;
    nginxconf_server_t  *server;

    why = "";

    if (har_entry(json, pool, &x, &why) != SP_OK
        && har_line(json, pool, &x, &why) != SP_OK)
    {
        return;
    }

    must(x.uri.len != 0 && x.uri.data[0] == '/');
    must(x.status >= 100 && x.status < 600);

    hint_key(&x, key);
    must(strlen(key) <= HINT_KEY_MAX);
    hint_shown(&x, key);

    if (hint_looks(&x, &hint)) {
        must(hint.about != NULL);
        draft = detect_draft(&x, hint.about);
        free(draft);
    }

    server = conf != NULL ? nginxconf_server(conf, &x.host, &named) : NULL;

    if (server != NULL) {
        try(server, &x);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t             *json;
    size_t              len;
    sp_str_t            text;
    const char         *nul;
    nginxconf_t        *conf;
    nginxconf_error_t   err;

    text = fuzz_begin(data, size);
    nul = text.len != 0 ? memchr(text.data, '\0', text.len) : NULL;
    len = nul != NULL ? (size_t) (nul - text.data) : text.len;

    conf = nginxconf_parse("f", text.data, len, &err);
    must(conf == NULL || conf->nservers > 0);

    if (nul != NULL) {
        json = json_loadb(nul + 1, text.len - len - 1, JSON_ALLOW_NUL, NULL);

        if (json != NULL) {
            exchange(conf, json);
        }

        json_decref(json);
    }

    nginxconf_free(conf);

    return 0;
}
