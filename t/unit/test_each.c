/*
 * Copyright (C) SitePreserver developers
 *
 * `each`: a request that carries several, of which each is an exchange.
 */

#include "observe_lab.h"
#include "sp_each.h"


#define BATCH                                                                 \
    "sitepreserver_event batch POST ~ \"^/wc/store(/v1)?/batch$\" {"          \
    " each json:requests response.json:responses {"                           \
    "  method json:method; uri json:path; body json:body;"                    \
    "  status response.json:status; response response.json:body; } }"

#define RULES                                                                 \
    "sitepreserver_visitor cookie:s;"                                         \
    "sitepreserver_event add_to_cart POST = /wc/store/v1/cart/add-item {"     \
    " item_id json:id; quantity json:quantity; }"                             \
    "sitepreserver_event remove_from_cart POST"                               \
    "  = /wc/store/v1/cart/remove-item { item_key json:key; }"                \
    "sitepreserver_event set_cart POST ~ ^/wc/store/v1/cart/ {"               \
    " items response.json:items { id id; quantity quantity; }"                \
    " if response.json:error absent; }"                                       \
    "sitepreserver_event view_cart GET = /wc/store/v1/cart {"                 \
    " if arg:full; }"                                                         \
    "sitepreserver_event purchase POST = /wc/store/v1/checkout {"             \
    " if response.json:ok; email json:email; order_id response.json:id;"      \
    " checkout; }"


#define REQUEST(path, body)                                                   \
    "{\"method\":\"POST\",\"path\":\"/wc/store/v1/" path "\",\"body\":" body "}"
#define ANSWER(status, body)  "{\"status\":" status ",\"body\":" body "}"
#define PLAY_BATCH(requests, answers, ...)                                    \
    PLAY(.uri = "/wc/store/v1/batch",                                         \
         .body = "{\"requests\":[" requests "]}",                             \
         .answer = "{\"responses\":[" answers "]}",                           \
         .request = { { "cookie", "s=1" },                                    \
                      { "content-type", "application/json" } }, __VA_ARGS__)


static sp_outcome_t *
next(void)
{
    assert_non_null(lab.out);
    lab.out = lab.out->next;

    return lab.out;
}


static void
parts_are_exchanges(void **unused)
{
    size_t  piece;

    rules(BATCH RULES);

    for (piece = 1; piece < 30; piece++) {

        PLAY_BATCH(REQUEST("cart/add-item", "{\"id\":7,\"quantity\":2}") ","
                   REQUEST("cart/remove-item", "{\"key\":\"abc\"}") ",\n "
                   REQUEST("nothing", "null") ","
                   REQUEST("cart/add-item", "\"{\\\"id\\\":9}\""),
                   ANSWER("201", "{\"items\":[{\"id\":7,\"quantity\":3}]}") ","
                   ANSWER("200", "{\"items\":[]}") ", "
                   ANSWER("200", "{}") ","
                   ANSWER("200", "{\"items\":[{\"id\":9}]}"),
                   .piece = piece);

        cart(SP_CART_SNAPSHOT, "7*3");
        assert_int_equal(lab.out->kinds, SP_ADD_TO_CART | SP_SET_CART);
        is(lab.out->visitor, "1");

        next();
        cart(SP_CART_SNAPSHOT, "");
        assert_int_equal(lab.out->kinds, SP_REMOVE_FROM_CART | SP_SET_CART);
        is(lab.out->visitor, "1");

        next();
        cart(SP_CART_SNAPSHOT, "9");
        assert_null(next());
    }
}


/* A part that fails says nothing, whatever becomes of the others. */

static void
parts_have_their_own_status(void **unused)
{
    rules(BATCH RULES);

    PLAY_BATCH(REQUEST("cart/add-item", "{\"id\":7}") ","
               REQUEST("cart/add-item", "{\"id\":8}") ","
               REQUEST("cart/add-item", "{\"id\":9}"),
               ANSWER("400", "{\"code\":\"sold out\"}") ","
               ANSWER("\"201\"", "{\"error\":null}") ","
               ANSWER("201", "{\"error\":\"no\"}"));

    cart(SP_CART_ADD, "8*1");
    next();
    cart(SP_CART_ADD, "9*1");
    assert_int_equal(lab.out->kinds, SP_ADD_TO_CART);
    assert_null(next());

    /* nothing in it that any rule is about */

    PLAY_BATCH(REQUEST("nothing", "{}"), ANSWER("200", "{}"));
    assert_int_equal(lab.rc, SP_DONE);

    /* the list itself was refused */

    PLAY_BATCH(REQUEST("cart/add-item", "{\"id\":7}"),
               ANSWER("200", "{}"), .status = 400);
    assert_int_equal(lab.rc, SP_DONE);
}


static void
parts_as_they_are_written(void **unused)
{
    rules(BATCH RULES);

    PLAY_BATCH("{\"method\":\"get\","
               "\"path\":\"https://shop.example/wc/store/v1/cart?full=1\"},"
               "{\"method\":\"GET\",\"path\":\"/wc/store/v1/cart?x=1\"},"
               "{\"method\":\"POST\",\"path\":\"/wc/store%2Fv1/cart/add-item\","
               "\"body\":{\"id\":5}},"
               "{\"path\":\"/wc/store/v1/cart/add-item\",\"body\":{\"id\":6}},"
               "{\"method\":\"POST\",\"path\":\"https://shop.example\"},"
               "{\"method\":\"POST\",\"path\":\"\"}, {}, 7, \"x\", null",
               "{},{},{},{\"body\":\"\"}");

    assert_int_equal(lab.out->kinds, SP_VIEW_CART);
    next();
    cart(SP_CART_ADD, "5*1");
    next();
    cart(SP_CART_ADD, "6*1");
    assert_null(next());
}


/* What broke off, or was never answered. */

static void
parts_without_an_answer(void **unused)
{
    static const char  pay[] = "{\"requests\":["
        REQUEST("cart/add-item", "{\"id\":7}") ","
        REQUEST("checkout", "{\"email\":\"a@example.com\"}") "]}";
    static const char  answers[] = "{\"responses\":["
        ANSWER("200", "{\"items\":[{\"id\":7}]}") ","
        ANSWER("200", "{\"ok\":true,\"id\":12}") "]}";

    rules(BATCH RULES);

    PLAY(.uri = "/wc/store/batch", .body = pay, .answer = answers);
    cart(SP_CART_SNAPSHOT, "7");
    next();
    assert_int_equal(lab.out->kinds, SP_PURCHASE);
    is(lab.out->email, "a@example.com");
    is(lab.out->order_id, "12");
    assert_null(next());

    /* the client left; the origin failed */

    PLAY(.uri = "/wc/store/batch", .body = pay, .unanswered = 1,
         .final = 499);
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);
    assert_null(next());

    PLAY(.uri = "/wc/store/batch", .body = pay, .status = 502,
         .answer = "<p>");
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING | SP_CHECKOUT_ERROR);
    assert_null(next());

    PLAY(.uri = "/wc/store/batch", .body = pay, .status = 500,
         .answer = "<p>");
    assert_int_equal(lab.out->kinds, SP_CHECKOUT_ERROR);
    assert_null(next());

    /* nobody read it; it is cut before the second one's end; it is none */

    PLAY(.uri = "/wc/store/batch", .body = pay);
    cart(SP_CART_ADD, "7*1");
    next();
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);
    assert_null(next());

    PLAY(.uri = "/wc/store/batch", .body = pay, .answer = answers,
         .answer_limit = sizeof(answers) - 5);
    cart(SP_CART_SNAPSHOT, "7");
    assert_int_equal(lab.out->response_cut, 1);
    next();
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);
    assert_null(next());

    PLAY(.uri = "/wc/store/batch", .body = pay, .answer = "<html>");
    cart(SP_CART_ADD, "7*1");
    next();
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);
    assert_null(next());

    /* of a request that is cut the last one is not known */

    PLAY(.uri = "/wc/store/batch", .body = pay, .answer = answers,
         .body_limit = sizeof(pay) - 4);
    cart(SP_CART_SNAPSHOT, "7");
    assert_int_equal(lab.out->request_cut, 1);
    assert_null(next());
}


/* The visit moves once, and everything belongs to where it is then. */

static void
parts_of_a_visit_that_moves(void **unused)
{
    rules(BATCH RULES);

    PLAY_BATCH(REQUEST("cart/add-item", "{\"id\":7}") ","
               REQUEST("cart/add-item", "{\"id\":8}"),
               ANSWER("200", "{}") "," ANSWER("200", "{}"),
               .response = { { "set-cookie", "s=2" } });

    assert_int_equal(lab.out->kinds, 0);
    is(lab.out->visitor, "1");
    is(lab.out->next_visitor, "2");
    next();
    cart(SP_CART_ADD, "7*1");
    is(lab.out->visitor, "2");
    is(lab.out->next_visitor, "");
    next();
    cart(SP_CART_ADD, "8*1");
    is(lab.out->visitor, "2");
    is(lab.out->next_visitor, "");
    assert_null(next());
}


/* The list is an exchange, too, and comes first. */

static void
rules_for_the_list(void **unused)
{
    rules(BATCH RULES
          "sitepreserver_event view_cart POST /wc/store/ { "
          " if header:X-App; }"
          "sitepreserver_event batch POST = /wc/store/v1/batch {"
          " if json:version = 2; each json:v2 response.json:v2 {"
          "  uri json:u; body json:b; } }");

    PLAY(.uri = "/wc/store/v1/batch", .request = { { "x-app", "1" } },
         .body = "{\"version\":2,\"requests\":["
                 REQUEST("batch", "{\"requests\":["
                         REQUEST("cart/add-item", "{\"id\":1}") "]}") "],"
                 "\"v2\":[{\"u\":\"/wc/store/v1/cart/add-item\","
                 "\"b\":{\"id\":2}}]}",
         .answer = "{\"responses\":[" ANSWER("200", "{\"responses\":["
                   ANSWER("200", "{}") "]}") "],\"v2\":[{}]}");

    /* the list; what is in it, which is not looked at as a list; v2 */

    assert_int_equal(lab.out->kinds, SP_VIEW_CART);
    next();
    assert_int_equal(lab.out->kinds, SP_VIEW_CART);
    next();
    cart(SP_CART_ADD, "2*1");
    assert_null(next());
}


static void
graphql_arrays(void **unused)
{
    rules("sitepreserver_event batch POST = /graphql {"
          " if json:query absent; each json: response.json: { } }"
          "sitepreserver_event set_cart POST = /graphql {"
          " items response.graphql:cart,addLine.lines { id id;"
          "  quantity quantity; } }"
          "sitepreserver_event identify POST = /graphql {"
          " if response.graphql:setEmail.error absent;"
          " email graphql:setEmail.email; }");

    PLAY(.uri = "/graphql",
         .body = "[{\"query\":\"mutation { c: addLine(id: 7) { lines { id "
                 "quantity } } }\"},"
                 "{\"query\":\"mutation($e: String) { setEmail(email: $e) "
                 "{ error } }\",\"variables\":{\"e\":\"a@example.com\"}}]",
         .answer = "[{\"data\":{\"c\":{\"lines\":[{\"id\":7,\"quantity\":1}]}}}"
                   ",{\"data\":{\"setEmail\":{\"error\":null}}}]");

    cart(SP_CART_SNAPSHOT, "7*1");
    next();
    is(lab.out->email, "a@example.com");
    assert_int_equal(lab.out->kinds, SP_IDENTIFY);
    assert_null(next());

    /* one alone is no list */

    PLAY(.uri = "/graphql", .body = "{\"query\":\"{ cart { lines { id } } }\"}",
         .answer = "{\"data\":{\"cart\":{\"lines\":[{\"id\":7}]}}}");
    cart(SP_CART_SNAPSHOT, "7");
    assert_null(next());
}


/* Answers in an order of their own; one that wants none. */

static void
json_rpc_arrays(void **unused)
{
    rules("sitepreserver_event batch POST = /rpc {"
          " each json: response.json: { } }"
          "sitepreserver_event update_cart POST = /rpc {"
          " if json:method = set; if response.json:error absent;"
          " if response.json:result; item_id json:params.id;"
          " quantity response.json:result.qty; }");

    PLAY(.uri = "/rpc",
         .body = "[{\"jsonrpc\":\"2.0\",\"method\":\"set\",\"params\":"
                 "{\"id\":1},\"id\":\"a\"},"
                 "{\"jsonrpc\":\"2.0\",\"method\":\"set\",\"params\":"
                 "{\"id\":2}},"
                 "{\"jsonrpc\":\"2.0\",\"method\":\"set\",\"params\":"
                 "{\"id\":3},\"id\":5},"
                 "{\"jsonrpc\":\"2.0\",\"method\":\"set\",\"params\":"
                 "{\"id\":4},\"id\":6}]",
         .answer = "[{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{\"qty\":30}},"
                   "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"result\":{\"qty\":10}},"
                   "{\"jsonrpc\":\"2.0\",\"id\":6,\"error\":{\"code\":1}}]");

    cart(SP_CART_SET, "1*10");
    next();
    cart(SP_CART_SET, "3*30");
    assert_null(next());
}


static void
routes_and_constants(void **unused)
{
    rules("sitepreserver_route arg:r | prefix:/;"
          "sitepreserver_event batch POST = /batch {"
          " each json:list[1].calls response.json:out {"
          "  method json:m or value:POST; uri json:u | prefix:/api/ or json:v;"
          "  body json:b | base64 or json:b; status value:200; } }"
          "sitepreserver_event add_to_cart POST = /api/add {"
          " item_id form:id; }"
          "sitepreserver_event remove_from_cart DELETE = /gone {"
          " item_key arg:key; }");

    PLAY(.uri = "/", .args = "r=batch",
         .body = "{\"list\":[[],{\"calls\":[{\"u\":\"add\",\"b\":\"aWQ9Nw==\"},"
                 "{\"v\":\"/?r=gone&key=k1\",\"m\":\"delete\"}]}]}",
         .answer = "{\"out\":[{},{\"status\":500}]}");

    cart(SP_CART_ADD, "7*1");
    next();
    cart(SP_CART_REMOVE, "/k1");
    assert_null(next());
}


static void
parts_are_bounded(void **unused)
{
    char          *body, *answer;
    size_t         i, n, m;
    unsigned       parts;
    sp_outcome_t  *out;

    rules(BATCH RULES);

    body = malloc(200000);
    answer = malloc(200000);
    assert_non_null(body);
    assert_non_null(answer);

    n = (size_t) sprintf(body, "{\"requests\":[");
    m = (size_t) sprintf(answer, "{\"responses\":[");

    for (i = 0; i < 500; i++) {
        n += (size_t) sprintf(body + n, "%s%s", i ? "," : "",
                              REQUEST("cart/add-item", "{\"id\":1}"));
        m += (size_t) sprintf(answer + m, "%s{}", i ? "," : "");
    }

    sprintf(body + n, "]}");
    sprintf(answer + m, "]}");

    PLAY(.uri = "/wc/store/batch", .body = body, .answer = answer);

    for (parts = 0, out = lab.out; out != NULL; out = out->next) {
        parts++;
    }

    assert_int_equal(parts, SP_EACH_MAX);
    assert_int_equal(lab.out->request_cut, 1);

    /* brackets without end */

    memset(body, '[', 60000);
    body[60000] = '\0';
    memset(answer, '{', 199999);
    answer[199999] = '\0';

    PLAY(.uri = "/wc/store/batch", .body = body, .answer = answer);
    assert_int_equal(lab.rc, SP_DONE);

    free(body);
    free(answer);
}


static const char *
refused(const char *text)
{
    static sp_error_t  err;
    sp_rules_t        *set;

    set = conf_rules(sp_arena_pool(lab.arena), text, &err);

    if (set != NULL) {
        sp_rules_free(set);
        return "accepted";
    }

    return err.text;
}


static void
mistakes(void **unused)
{
    size_t  i;
    char    text[400];

    static const struct {
        const char  *rule;
        const char  *message;
    } cases[] = {
        { "each json:a { }", "\"each\" needs json:PATH, where the requests "
          "are, and response.json:PATH, where their answers are" },
        { "each form:a response.json:b { }", "\"form:a\" is not json:PATH "
          "alone, where the requests are" },
        { "each json:a or json:c response.json:b { }", "\"json:a\" is not "
          "json:PATH alone, where the requests are" },
        { "each json:a json:b { }", "\"json:b\" is not response.json:PATH "
          "alone, where the answers are" },
        { "each json:a | base64 response.json:b { }", "\"json:a\" is not "
          "json:PATH alone, where the requests are" },
        { "each json:a[*] response.json:b { }", "\"a[*]\" has a wildcard, so "
          "it does not lead to one value" },
        { "each json:a response.json:b json:c { }", "\"or\" or \"|\" is "
          "missing before \"json:c\"" },
        { "each json:a response.json:b { path json:c; }", "unknown field "
          "\"path\" in each" },
        { "each json:a response.json:b { uri json:c; uri json:d; }", "field "
          "\"uri\" is duplicate" },
        { "each json:a response.json:b { uri response.json:c; }",
          "\"response.json:c\" cannot be here: it is read from a part of the "
          "request, by json:PATH or value:TEXT" },
        { "each json:a response.json:b { status json:c; }",
          "\"json:c\" cannot be here: it is read from a part of the answer, by "
          "response.json:PATH or value:TEXT" },
        { "each json:a response.json:b { uri json:c.*; }", "\"c.*\" has a "
          "wildcard, so it does not lead to one value" },
        { "each json:a response.json:b { } each json:a response.json:b { }",
          "\"each\" is duplicate" },
        { "each json:a response.json:b;", "\"each\" needs a block" },
        { "if json:a;", "a batch needs an \"each\"" },
        { "email json:a; each json:a response.json:b { }", "\"email\" cannot "
          "be in a batch: rules for its parts say what they are" },
        { "empty;", "\"empty\" cannot be in a batch: rules for its parts say "
          "what they are" },
        { "items json:a { id id; }", "\"items\" cannot be in a batch: rules "
          "for its parts say what they are" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(text, sizeof(text), "sitepreserver_event batch POST /x { %s "
                 "}", cases[i].rule);

        if (strstr(refused(text), cases[i].message) == NULL) {
            fail_msg("%s\n  said: %s\n  not:  %s", text, refused(text),
                     cases[i].message);
        }
    }

    assert_non_null(strstr(refused("sitepreserver_event login POST /x {"
        " each json:a response.json:b { } }"),
        "\"each\" is only for the event batch"));
}


static void
an_outer_level(void **unused)
{
    unsigned          line;
    sp_error_t        err;
    sp_rules_t       *outer;
    const sp_pool_t  *pool;

    pool = sp_arena_pool(lab.arena);
    outer = sp_rules_create(pool);
    lab.rules = sp_rules_create(pool);

    assert_int_equal(conf_read(outer, pool, BATCH, &err, &line), SP_OK);
    assert_int_equal(conf_read(lab.rules, pool, RULES, &err, &line), SP_OK);
    assert_int_equal(sp_rules_merge(lab.rules, outer, &err), SP_OK);
    assert_int_equal(sp_rules_compile(lab.rules, &err), SP_OK);
    sp_rules_free(outer);

    PLAY_BATCH(REQUEST("cart/add-item", "{\"id\":7}"), ANSWER("200", "{}"));
    cart(SP_CART_ADD, "7*1");
}


static void
out_of_memory(void **unused)
{
    long  n;

    rules(BATCH RULES);

    for (n = 0; ; n++) {
        sp_arena_reset(lab.pool);
        sp_arena_fail_after(lab.pool, n);

        PLAY_BATCH(REQUEST("cart/add-item", "{\"id\":7}") ","
                   REQUEST("cart/add-item", "\"{\\\"id\\\":8}\""),
                   ANSWER("201", "{\"items\":[{\"id\":7,\"quantity\":3}]}") ","
                   ANSWER("201", "\"{\\\"items\\\":[]}\""));

        if (lab.rc == SP_OK) {
            break;
        }

        assert_int_equal(lab.rc, SP_NOMEM);
        assert_true(n < 1000);
    }

    assert_true(n > 20);
    cart(SP_CART_SNAPSHOT, "7*3");
    next();
    cart(SP_CART_SNAPSHOT, "");
}


#define TEST(f)  cmocka_unit_test_setup_teardown(f, setup, teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        TEST(parts_are_exchanges),
        TEST(parts_have_their_own_status),
        TEST(parts_as_they_are_written),
        TEST(parts_without_an_answer),
        TEST(parts_of_a_visit_that_moves),
        TEST(rules_for_the_list),
        TEST(graphql_arrays),
        TEST(json_rpc_arrays),
        TEST(routes_and_constants),
        TEST(parts_are_bounded),
        TEST(mistakes),
        TEST(an_outer_level),
        TEST(out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
