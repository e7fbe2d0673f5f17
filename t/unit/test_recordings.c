/*
 * Copyright (C) SitePreserver developers
 *
 * Presets on recordings of real shops (t/recordings): who would be mailed
 * what?  Between the observer and the answer there is only a small model of
 * the state: visits that move, the newest address, the last snapshot.
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <jansson.h>

#include "rules_conf.h"


#define VISITS  64
#define LINES   16
#define TEXT    300


typedef struct {
    char      sku[TEXT];
    char      name[TEXT];
    int64_t   quantity;
    int64_t   price;
} line_t;


typedef struct {
    char      visitor[TEXT];
    char      email[TEXT];
    char      currency[4];
    line_t    lines[LINES];
    unsigned  nlines;
    int64_t   total;
    unsigned  ordered:1;
} visit_t;


typedef struct {
    visit_t   visits[VISITS];
    unsigned  n;
} state_t;


typedef struct {
    json_t      **lines;
    unsigned      n;
} recording_t;


static const char  cart_preset[] = "conf/presets/vendure.conf";


static void
copy(char *out, const sp_str_t *text)
{
    size_t  len;

    len = text->len < TEXT - 1 ? text->len : TEXT - 1;
    memcpy(out, text->data != NULL ? text->data : "", len);
    out[len] = '\0';
}


static char *
load(const char *path)
{
    char    *text;
    FILE    *file;
    size_t   len;

    file = fopen(path, "r");
    if (file == NULL) {
        fail_msg("%s is not there", path);
    }

    text = calloc(1, 1 << 20);
    assert_non_null(text);

    len = fread(text, 1, (1 << 20) - 1, file);
    assert_true(len > 0);
    fclose(file);

    return text;
}


static void
record(recording_t *recording, const char *path)
{
    char          *text, *p, *end;
    json_error_t   err;

    text = load(path);
    recording->lines = calloc(1000, sizeof(json_t *));
    recording->n = 0;

    for (p = text; *p != '\0'; p = end + 1) {
        end = strchr(p, '\n');
        assert_non_null(end);
        *end = '\0';

        recording->lines[recording->n] = json_loads(p, 0, &err);
        assert_non_null(recording->lines[recording->n]);
        recording->n++;
    }

    free(text);
}


static void
record_free(recording_t *recording)
{
    while (recording->n > 0) {
        json_decref(recording->lines[--recording->n]);
    }

    free(recording->lines);
}


static visit_t *
visit_of(state_t *state, const sp_str_t *visitor)
{
    char      name[TEXT];
    unsigned  i;

    copy(name, visitor);

    for (i = 0; i < state->n; i++) {
        if (strcmp(state->visits[i].visitor, name) == 0) {
            return &state->visits[i];
        }
    }

    assert_true(state->n < VISITS);
    strcpy(state->visits[state->n].visitor, name);

    return &state->visits[state->n++];
}


static void
fold_lines(visit_t *visit, const sp_outcome_t *outcome)
{
    unsigned  i;

    assert_true(outcome->nlines <= LINES);
    visit->nlines = outcome->nlines;

    for (i = 0; i < outcome->nlines; i++) {
        copy(visit->lines[i].sku, &outcome->lines[i].sku);
        copy(visit->lines[i].name, &outcome->lines[i].name);
        visit->lines[i].quantity = outcome->lines[i].quantity;
        visit->lines[i].price = outcome->lines[i].price;
        assert_true(outcome->lines[i].from_shop);
    }

    if (outcome->nlines != 0) {
        visit->ordered = 0;
    }
}


static void
fold(state_t *state, const sp_outcome_t *outcome)
{
    visit_t  *visit;

    if (outcome->visitor.len == 0 && outcome->next_visitor.len == 0) {
        return;
    }

    visit = visit_of(state, outcome->visitor.len != 0
                            ? &outcome->visitor : &outcome->next_visitor);

    if (outcome->next_visitor.len != 0) {
        copy(visit->visitor, &outcome->next_visitor);
    }

    if (outcome->email.len != 0) {
        copy(visit->email, &outcome->email);
    }

    if (outcome->currency.len != 0) {
        copy(visit->currency, &outcome->currency);
    }

    assert_true(outcome->cart == SP_CART_NONE
                || outcome->cart == SP_CART_SNAPSHOT);

    if (outcome->cart == SP_CART_SNAPSHOT) {
        fold_lines(visit, outcome);
        visit->total = outcome->total;
    }

    if (outcome->kinds & SP_PURCHASE) {
        assert_true(outcome->order_id.len != 0);
        visit->ordered = 1;
        visit->nlines = 0;
    }
}


static void
headers(json_t *list, const char *out[EXCHANGE_HEADERS][2])
{
    size_t  i;

    assert_true(json_array_size(list) < EXCHANGE_HEADERS);

    for (i = 0; i < json_array_size(list); i++) {
        out[i][0] = json_string_value(json_array_get(json_array_get(list, i),
                                                     0));
        out[i][1] = json_string_value(json_array_get(json_array_get(list, i),
                                                     1));
    }
}


static void
play_one(state_t *state, const sp_rules_t *rules, json_t *line, size_t piece,
    size_t limit)
{
    sp_rc_t        rc;
    exchange_t     x;
    sp_arena_t    *arena;
    sp_outcome_t  *outcome;

    memset(&x, 0, sizeof(x));

    x.method = json_string_value(json_object_get(line, "method"));
    x.uri = json_string_value(json_object_get(line, "uri"));
    x.status = (unsigned) json_integer_value(json_object_get(line, "status"));
    x.body = json_string_value(json_object_get(line, "body"));
    x.answer = json_string_value(json_object_get(line, "answer"));
    x.piece = piece;
    x.answer_limit = limit;

    headers(json_object_get(line, "request"), x.request);
    headers(json_object_get(line, "response"), x.response);

    arena = sp_arena_create(0);
    assert_non_null(arena);

    rc = exchange_play(rules, &x, sp_arena_pool(arena), &outcome);
    assert_true(rc == SP_OK || rc == SP_DONE);

    if (rc == SP_OK) {
        assert_false(outcome->request_bad || outcome->request_cut);
        assert_false(limit == 0
                     && (outcome->response_bad || outcome->response_cut));
        fold(state, outcome);
    }

    sp_arena_destroy(arena);
}


static int64_t
number(json_t *object, const char *name)
{
    return (int64_t) json_integer_value(json_object_get(object, name));
}


static void
same_cart(const visit_t *visit, json_t *expected)
{
    size_t         i;
    json_t        *items, *item;
    const line_t  *line;

    items = json_object_get(expected, "items");

    assert_int_equal(visit->nlines, json_array_size(items));
    assert_int_equal(visit->total, number(expected, "total"));
    assert_string_equal(visit->currency,
                json_string_value(json_object_get(expected, "currency")));

    for (i = 0; i < json_array_size(items); i++) {
        item = json_array_get(items, i);
        line = &visit->lines[i];

        assert_string_equal(line->sku,
                      json_string_value(json_object_get(item, "sku")));
        assert_string_equal(line->name,
                      json_string_value(json_object_get(item, "name")));
        assert_int_equal(line->quantity, number(item, "qty"));
        assert_int_equal(line->price, number(item, "unit"));
    }
}


static const visit_t *
mailed(const state_t *state, const char *email, unsigned *n)
{
    unsigned        i;
    const visit_t  *visit, *found;

    found = NULL;
    *n = 0;

    for (i = 0; i < state->n; i++) {
        visit = &state->visits[i];

        if (visit->email[0] == '\0' || visit->nlines == 0 || visit->ordered) {
            continue;
        }

        (*n)++;

        if (email != NULL && strcmp(visit->email, email) == 0) {
            assert_null(found);
            found = visit;
        }
    }

    return found;
}


/* Exactly the abandoned ones with an address, with exactly their carts. */

static void
compare(const state_t *state, const recording_t *flows)
{
    json_t         *flow, *expected;
    unsigned        i, n, abandoned;
    const char     *email, *outcome;
    const visit_t  *visit;

    abandoned = 0;

    for (i = 0; i < flows->n; i++) {
        flow = flows->lines[i];
        expected = json_object_get(flow, "expected");
        email = json_string_value(json_object_get(flow, "email"));
        outcome = json_string_value(json_object_get(expected, "outcome"));

        visit = mailed(state, email, &n);

        if (strcmp(outcome, "abandoned") == 0) {
            abandoned++;
            assert_non_null(visit);
            same_cart(visit, expected);

        } else {
            assert_null(visit);
        }
    }

    assert_true(abandoned > 0);
    mailed(state, NULL, &n);
    assert_int_equal(n, abandoned);
}


static void
vendure(size_t piece, int interleaved)
{
    char         *text;
    state_t      *state;
    unsigned      i, run, turn, played, at[2][8], found;
    sp_error_t    err;
    const char   *flow;
    sp_arena_t   *arena;
    sp_rules_t   *rules;
    recording_t   transcript, flows;

    text = load(cart_preset);
    record(&transcript, "t/recordings/vendure/transcript.jsonl");
    record(&flows, "t/recordings/vendure/flows.jsonl");

    arena = sp_arena_create(0);
    rules = conf_rules(sp_arena_pool(arena), text, &err);
    if (rules == NULL) {
        fail_msg("%s: %s", cart_preset, err.text);
    }

    state = calloc(1, sizeof(state_t));
    played = 0;

    if (!interleaved) {

        for (i = 0; i < transcript.n; i++) {
            play_one(state, rules, transcript.lines[i], piece, 0);
            played++;
        }

    } else {

        /* the flows take turns, one exchange each */

        memset(at, 0, sizeof(at));

        for (found = 1; found != 0; /* void */) {
            found = 0;

            for (turn = 0; turn < 16; turn++) {
                run = turn / 8;

                for (i = at[run][turn % 8]; i < transcript.n; i++) {
                    flow = json_string_value(json_object_get(
                                             transcript.lines[i], "flow"));

                    if (flow[0] == (char) ('a' + turn % 8)
                        && (number(transcript.lines[i], "n") > 82)
                           == (run == 1))
                    {
                        play_one(state, rules, transcript.lines[i], piece, 0);
                        at[run][turn % 8] = i + 1;
                        played++;
                        found = 1;
                        break;
                    }
                }
            }
        }
    }

    assert_int_equal(played, transcript.n);
    compare(state, &flows);

    free(state);
    free(text);
    record_free(&transcript);
    record_free(&flows);
    sp_rules_free(rules);
    sp_arena_destroy(arena);
}


static void
vendure_in_order(void **unused)
{
    vendure(0, 0);
}


static void
vendure_interleaved(void **unused)
{
    vendure(0, 1);
}


static void
vendure_in_pieces(void **unused)
{
    static const size_t  pieces[] = { 1, 2, 3, 7, 64, 500 };

    size_t  i;

    for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        vendure(pieces[i], 0);
    }
}


/*
 * Wherever answers are cut: a cart that is kept is one that the shop showed
 * whole, and nobody is taken for a customer who is none.
 */

static void
vendure_cut(void **unused)
{
    char         *text;
    size_t        limit;
    state_t      *state;
    unsigned      i, n, v;
    sp_error_t    err;
    sp_arena_t   *arena;
    sp_rules_t   *rules;
    recording_t   transcript, flows;

    text = load(cart_preset);
    record(&transcript, "t/recordings/vendure/transcript.jsonl");
    record(&flows, "t/recordings/vendure/flows.jsonl");

    arena = sp_arena_create(0);
    rules = conf_rules(sp_arena_pool(arena), text, &err);
    assert_non_null(rules);

    for (limit = 20; limit < 900; limit += 10) {

        state = calloc(1, sizeof(state_t));

        for (i = 0; i < transcript.n; i++) {
            play_one(state, rules, transcript.lines[i], 0, limit);
        }

        for (v = 0; v < state->n; v++) {
            for (i = 0; i < state->visits[v].nlines; i++) {
                assert_true(state->visits[v].lines[i].sku[0] != '\0');
                assert_true(state->visits[v].lines[i].quantity > 0);
                assert_true(state->visits[v].lines[i].price > 0);
            }

            for (i = 0, n = 0; i < flows.n; i++) {
                const char *email;

                email = json_string_value(json_object_get(flows.lines[i],
                                                          "email"));
                n += email != NULL
                     && strcmp(email, state->visits[v].email) == 0;
            }

            assert_true(n == 1 || state->visits[v].email[0] == '\0');
        }

        free(state);
    }

    free(text);
    record_free(&transcript);
    record_free(&flows);
    sp_rules_free(rules);
    sp_arena_destroy(arena);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(vendure_in_order),
        cmocka_unit_test(vendure_interleaved),
        cmocka_unit_test(vendure_in_pieces),
        cmocka_unit_test(vendure_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
