/*
 * Copyright (C) SitePreserver developers
 *
 * Requests that carry several, in all shapes: after fuzz_begin()'s byte a line
 * each for Content-Type, arguments, and Content-Encoding of the answer; then
 * the request's body up to a NUL, and the answer's.
 *
 * Runs: 8000
 */

#include "fuzz.h"
#include "../unit/rules_conf.h"


#define PARTS_MAX  100              /* of all lists together, and around */


static const char  parts_rules[] =
"sitepreserver_visitor cookie:s or response.cookie:s;\n"
"sitepreserver_route arg:r | prefix:/ or arg:q;\n"
"sitepreserver_event batch POST = /batch {\n"
"    each json:requests response.json:responses { method json:method;\n"
"        uri json:path | prefix:/ or json:uri; body json:body;\n"
"        status response.json:status; response response.json:body; }\n"
"}\n"
"sitepreserver_event batch * /list { if json:x absent;\n"
"    each json: response.json:a[1].b { body json:b | base64 or json:c; }\n"
"}\n"
"sitepreserver_event set_cart * * {\n"
"    items response.json:items or form:i[*][q] { id id or @key;\n"
"        name name | entities; quantity . or q; price p | entities | money;\n"
"        line_total form:i[#][t] | money; }\n"
"    total response.json:total | money;\n"
"    if arg:off absent;\n"
"}\n"
"sitepreserver_event add_to_cart POST / {\n"
"    item_id form:id or json:id; quantity form:q or json:q;\n"
"    price response.json:p | money; }\n"
"sitepreserver_event set_cart POST /graphql {\n"
"    items response.graphql:cart.lines { id id; } }\n"
"sitepreserver_event purchase POST /pay { if response.json:ok; if body;\n"
"    order_id response.json: or response.body; checkout; }\n";


typedef struct {
    sp_str_t  type;
    sp_str_t  encoding;
} headers_t;


static sp_rules_t  *rules;


static int
request_header(void *data, const sp_str_t *name, unsigned i, sp_str_t *value)
{
    if (i != 0 || name->len != 12 || memcmp(name->data, "content-type", 12)) {
        return 0;
    }

    *value = ((headers_t *) data)->type;

    return 1;
}


static int
response_header(void *data, const sp_str_t *name, unsigned i, sp_str_t *value)
{
    if (i != 0 || name->len != 10 || memcmp(name->data, "set-cookie", 10)) {
        return 0;
    }

    *value = ((headers_t *) data)->type;

    return 1;
}


static void
push(sp_observation_t *ob, int answer, sp_str_t body, size_t piece)
{
    size_t   n;
    sp_rc_t  rc;

    do {
        n = piece < body.len ? piece : body.len;

        rc = exchange_push(ob, answer, body.data, n, n == body.len);

        body.data += n;
        body.len -= n;

    } while (rc == SP_AGAIN && body.len != 0);
}


static void
check(const sp_outcome_t *out)
{
    unsigned          i, n;
    const sp_line_t  *line;

    for (n = 0; out != NULL; out = out->next, n++) {

        must(n < PARTS_MAX);
        must(out->nlines <= SP_ITEMS_MAX);
        must(!(out->kinds & SP_BATCH));
        must(out->total >= 0 || out->total == SP_NO_AMOUNT);
        must(out->currency.len == 0 || out->currency.len == 3);

        for (i = 0; i < out->nlines; i++) {
            line = &out->lines[i];

            must(line->id.len != 0 || line->key.len != 0);
            must(line->price >= 0 || line->price == SP_NO_AMOUNT
                 || line->price == SP_UNSURE);
            must(line->total >= 0 || line->total == SP_NO_AMOUNT
                 || (line->total == SP_UNSURE && line->price == SP_UNSURE));
            must_be_utf8(&line->id);
            must_be_utf8(&line->name);
        }
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t             piece;
    unsigned           status, wants;
    sp_str_t           s, body;
    headers_t          headers;
    sp_error_t         err;
    const char        *end;
    sp_outcome_t      *out;
    sp_exchange_t      ex;
    sp_observation_t  *ob;

    static const unsigned  statuses[] = { 200, 201, 302, 400, 499, 502, 207 };

    if (rules == NULL) {
        rules = conf_rules(sp_arena_pool(sp_arena_create(0)), parts_rules,
                           &err);
        must(rules != NULL);
    }

    s = fuzz_begin(data, size);
    piece = size != 0 ? data[0] % 13 + 1 : 1;
    status = statuses[size % 7];

    memset(&ex, 0, sizeof(ex));
    ex.method.data = "POST";
    ex.method.len = 4;
    ex.uri.data = "/batch";
    ex.uri.len = 6;
    headers.type = fuzz_line(&s);
    ex.args = fuzz_line(&s);
    headers.encoding = fuzz_line(&s);
    ex.request_header = request_header;
    ex.response_header = response_header;
    ex.data = &headers;
    ex.body_limit = 2048;
    ex.response_limit = 2048;

    ob = sp_observe(rules, &ex, pool, &wants);

    if (ob == NULL) {
        return 0;
    }

    end = s.len != 0 ? memchr(s.data, '\0', s.len) : NULL;
    body.data = s.data;
    body.len = end != NULL ? (size_t) (end - s.data) : s.len;

    push(ob, 0, body, piece);

    s.data += body.len + (end != NULL);
    s.len -= body.len + (end != NULL);

    if (status != 499
        && (sp_observe_answer(ob, status) & SP_WANT_RESPONSE_BODY)
        && sp_observe_packed(ob, &headers.encoding) == SP_OK)
    {
        push(ob, 1, s, piece);
    }

    if (sp_observe_end(ob, status, &out) != SP_NOMEM) {
        check(out);
    }

    return 0;
}
