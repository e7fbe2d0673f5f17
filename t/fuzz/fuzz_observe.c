/*
 * Copyright (C) SitePreserver developers
 *
 * Runs: 12000
 *
 * An exchange against a configuration that has every word of the rule
 * language.  The input, after fuzz_begin()'s byte: a line each for method,
 * URI, arguments, status and size of pieces; headers of the request up to an
 * empty line, of the answer up to another; the request's body up to a NUL, and
 * the answer's.
 */

#include "fuzz.h"
#include "../unit/rules_conf.h"
#include "../unit/rules_sample.h"


#define HEADERS  16


typedef struct {
    sp_str_t  names[HEADERS];
    sp_str_t  values[HEADERS];
    unsigned  n;
} headers_t;


typedef struct {
    headers_t  request;
    headers_t  response;
} both_t;


static sp_rules_t  *rules;


static int
find(const headers_t *headers, const sp_str_t *name, unsigned i,
    sp_str_t *value)
{
    unsigned  n;

    for (n = 0; n < headers->n; n++) {
        if (sp_str_eq(&headers->names[n], name) && i-- == 0) {
            *value = headers->values[n];
            return 1;
        }
    }

    return 0;
}


static int
request_header(void *data, const sp_str_t *name, unsigned i, sp_str_t *value)
{
    return find(&((both_t *) data)->request, name, i, value);
}


static int
response_header(void *data, const sp_str_t *name, unsigned i, sp_str_t *value)
{
    return find(&((both_t *) data)->response, name, i, value);
}


static void
headers(headers_t *out, sp_str_t *s)
{
    sp_str_t     line;
    const char  *colon;

    out->n = 0;

    for (line = fuzz_line(s); line.len != 0; line = fuzz_line(s)) {

        colon = memchr(line.data, ':', line.len);

        if (colon == NULL || out->n == HEADERS) {
            continue;
        }

        out->names[out->n].data = line.data;
        out->names[out->n].len = (size_t) (colon - line.data);
        out->values[out->n].data = colon + 1;
        out->values[out->n].len = line.len - out->names[out->n].len - 1;
        out->n++;
    }
}


static unsigned
number(sp_str_t *s)
{
    size_t    i;
    unsigned  n;
    sp_str_t  line;

    line = fuzz_line(s);
    n = 0;

    for (i = 0; i < line.len && i < 4; i++) {
        if (line.data[i] >= '0' && line.data[i] <= '9') {
            n = n * 10 + (unsigned) (line.data[i] - '0');
        }
    }

    return n;
}


static void
check(const sp_outcome_t *out)
{
    unsigned          i;
    const sp_line_t  *line;

    must(out->nlines <= SP_ITEMS_MAX);
    must(out->nlines == 0 || out->cart != SP_CART_NONE);
    must(out->naliases <= SP_ALIASES_MAX);
    must(!(out->kinds & SP_PURCHASE) || out->cart == SP_CART_NONE);
    must(out->email.len <= 254 && out->first_name.len <= 120);
    must(out->currency.len == 0 || out->currency.len == 3);
    must(out->total >= 0 || out->total == SP_NO_AMOUNT);
    must_be_utf8(&out->first_name);
    must_be_utf8(&out->locale);
    must(out->locale.len <= 35 && out->time_zone.len <= 40);

    for (i = 0; i < out->nlines; i++) {
        line = &out->lines[i];

        must(line->id.len != 0 || line->key.len != 0);
        must(line->id.len <= 128 && line->name.len <= 256);
        must(line->url.len <= 1024 && line->image.len <= 1024);
        must(line->quantity >= 0 || line->quantity == SP_NO_AMOUNT);
        must(line->price >= 0 || line->price == SP_NO_AMOUNT
             || line->price == SP_UNSURE);
        must(line->total >= 0 || line->total == SP_NO_AMOUNT
             || (line->total == SP_UNSURE && line->price == SP_UNSURE));

        must_be_utf8(&line->id);
        must_be_utf8(&line->key);
        must_be_utf8(&line->name);
        must_be_utf8(&line->url);
        must_be_utf8(&line->options);
    }
}


static void
push(sp_observation_t *ob, int answer, sp_str_t body, size_t piece)
{
    size_t   n;
    sp_rc_t  rc;

    do {
        n = piece != 0 && piece < body.len ? piece : body.len;

        rc = exchange_push(ob, answer, body.data, n, n == body.len);

        body.data += n;
        body.len -= n;

    } while (rc == SP_AGAIN && body.len != 0);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t             piece;
    sp_rc_t            rc;
    sp_str_t           s, body;
    both_t             both;
    unsigned           status, wants;
    sp_error_t         err;
    const char        *end;
    sp_outcome_t      *out;
    sp_exchange_t      ex;
    sp_observation_t  *ob;

    if (rules == NULL) {
        rules = conf_rules(sp_arena_pool(sp_arena_create(0)), rules_sample,
                           &err);
        must(rules != NULL);
    }

    s = fuzz_begin(data, size);

    memset(&ex, 0, sizeof(ex));
    ex.method = fuzz_line(&s);
    ex.uri = fuzz_line(&s);
    ex.args = fuzz_line(&s);
    status = number(&s);
    piece = number(&s);
    headers(&both.request, &s);
    headers(&both.response, &s);

    ex.request_header = request_header;
    ex.response_header = response_header;
    ex.data = &both;
    ex.body_limit = piece == 999 ? 64 : 2048;
    ex.response_limit = piece == 999 ? 100 : 2048;
    ex.now = 1800000000;

    (void) sp_observe_visitor(rules, &ex, pool, &body);

    ob = sp_observe(rules, &ex, pool, &wants);

    if (ob == NULL) {
        if (sp_observe_unmatched(rules, &ex, pool, &out) == SP_OK) {
            check(out);
        }

        return 0;
    }

    end = s.len != 0 ? memchr(s.data, '\0', s.len) : NULL;
    body.data = s.data;
    body.len = end != NULL ? (size_t) (end - s.data) : s.len;

    push(ob, 0, body, piece);

    if (status != 499) {
        wants = sp_observe_answer(ob, status);

        if (wants & SP_WANT_RESPONSE_BODY) {
            s.data += body.len + (end != NULL);
            s.len -= body.len + (end != NULL);
            push(ob, 1, s, piece);
        }
    }

    rc = sp_observe_end(ob, status, &out);

    if (rc != SP_NOMEM) {
        check(out);
    }

    return 0;
}
