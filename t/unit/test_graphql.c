/*
 * Copyright (C) SitePreserver developers
 */

#include <jansson.h>
#include "readers.h"
#include "sp_graphql.h"
#include "sp_json_raw.h"


static char                  text[65536];
static sp_graphql_t          gql;
static sp_graphql_request_t  request;


/* What an operation asks for: "name:key(arguments) ..." */

static const char *
fields(void)
{
    size_t    len;
    unsigned  i;

    text[0] = '\0';

    for (i = 0, len = 0; i < gql.nfields; i++) {
        len += (size_t) snprintf(text + len, sizeof(text) - len,
                                 "%s%.*s:%.*s(%.*s)%s", i ? " " : "",
                                 (int) gql.fields[i].name.len,
                                 gql.fields[i].name.data,
                                 (int) gql.fields[i].key.len,
                                 gql.fields[i].key.data,
                                 (int) gql.fields[i].arguments.len,
                                 gql.fields[i].arguments.len
                                 ? gql.fields[i].arguments.data : "",
                                 gql.fields[i].cut ? "~" : "");
    }

    return text;
}


static sp_rc_t
parse(const char *query, const char *operation, const char *variables)
{
    memset(&request, 0, sizeof(request));
    request.query = exact(query, strlen(query));
    request.operation = exact(operation, strlen(operation));
    request.variables = exact(variables, strlen(variables));

    return sp_graphql_parse(&gql, pool, &request);
}


static void
test_fields(void **state)
{
    size_t   i;
    sp_rc_t  rc;

    static const struct {
        const char  *query;
        const char  *operation;
        const char  *fields;        /* NULL: SP_INVALID */
    } cases[] = {
        { "{a}", "", "a:a()" },
        { "query{a b,c}", "", "a:a() b:b() c:c()" },
        { "mutation M{x:add(id:1){id}}", "", "add:x(id:1)" },
        { "mutation M{add}", "M", "add:add()" },
        { "subscription{s}", "", "s:s()" },
        { "\xef\xbb\xbf# {no}\r\n{ #c\n a # }\n }", "", "a:a()" },
        { "{ a(s: \"}{)(\\\"\") { b(t: [\"}\"]) { c } } d }", "",
          "a:a(s: \"}{)(\\\"\") d:d()" },
        { "{ a(s: \"\"\"}\\\"\"\" \"x\" )\"\"\") b }", "",
          "a:a(s: \"\"\"}\\\"\"\" \"x\" )\"\"\") b:b()" },
        { "query A{a} query B{b}", "B", "b:b()" },
        { "query A{a} query B{b}", "", NULL },
        { "query A{a}", "B", NULL },
        { "{a} {b}", "", NULL },
        { "query($a: Int! = 1, $b: [S!]! @d(x:1)) @live {a}", "", "a:a()" },
        { "query Q($i: I = {a: [1, {b: \"}\"}]}) {a(i:$i)}", "Q", "a:a(i:$i)" },
        { "{a @include(if: $x) b @skip(if: true) @c {d}}", "", "a:a() b:b()" },
        { "{...{a} ... on Q{b ... @include(if:true){c}} d}", "",
          "a:a() b:b() c:c() d:d()" },
        { "query{...F e} fragment F on Q{a ...G} fragment G on Q{b{c}}", "",
          "a:a() b:b() e:e()" },
        { "fragment F on Q{a ...F ...G} fragment G on Q{...F b} {...G}", "",
          "a:a() b:b()" },
        { "{...Nowhere a}", "", "a:a()" },
        { "{a a b:a}", "", "a:a() a:b()" },
        { "{a{...on X{y}} on fragment:query}", "",
          "a:a() on:on() query:fragment()" },
        { "{__typename a __schema{types{name}}}", "", "a:a()" },
        { "{}", "", "" },
        { "mutation Add($id: ID!) @x { addItemToOrder(productVariantId: $id, "
          "quantity: 2) { ... on Order { id } ... on ErrorResult { m } } }",
          "Add", "addItemToOrder:addItemToOrder(productVariantId: $id, "
          "quantity: 2)" },

        { "", "", NULL }, { "a", "", NULL }, { "query", "", NULL },
        { "type Q{a:Int}", "", NULL }, { "query A(", "", NULL },
        { "[{a}]", "", NULL }, { "{1}", "", NULL }, { "{a:}", "", NULL },
        { "{a:1}", "", NULL }, { "{..a}", "", NULL }, { "{a} }", "", NULL },
        { "{a} x", "", NULL }, { "query Q @ {a}", "", NULL },
        { "{... on}", "", NULL }, { "{a ?}", "", NULL },
        { "fragment F {a} {b}", "", NULL },
        { "fragment F on {a} {b}", "", NULL },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        rc = parse(cases[i].query, cases[i].operation, "");

        if (rc != (cases[i].fields ? SP_OK : SP_INVALID)) {
            fail_msg("%s: %d", cases[i].query, rc);
        }

        if (cases[i].fields != NULL) {
            assert_string_equal(fields(), cases[i].fields);
            assert_int_equal(gql.dropped, 0);
        }
    }
}


static void
test_kind(void **state)
{
    assert_int_equal(parse("{a}", "", ""), SP_OK);
    assert_int_equal(gql.kind, SP_GRAPHQL_QUERY);
    assert_int_equal(gql.operation.len, 0);
    assert_int_equal(parse("mutation M {a}", "", ""), SP_OK);
    assert_int_equal(gql.kind, SP_GRAPHQL_MUTATION);
    assert_str(&gql.operation, "M");
    assert_int_equal(parse("subscription {a}", "", ""), SP_OK);
    assert_int_equal(gql.kind, SP_GRAPHQL_SUBSCRIPTION);
}


/* A document that is cut gives what it has. */

static void
test_cut(void **state)
{
    size_t                    len;
    char                      query[128];
    static const char *const  whole =
        "mutation M{a(x:1){id} b:c(y:\"z\"){id}d}";

    assert_int_equal(parse("mutation M{a(x:1){id} b:c(y:\"z", "", ""),
                     SP_INVALID);
    assert_string_equal(fields(), "a:a(x:1) c:b(y:\"z)~");

    assert_int_equal(parse("mutation M{a(x:1){id", "", ""), SP_INVALID);
    assert_string_equal(fields(), "a:a(x:1)");

    for (len = 0; len < strlen(whole); len++) {
        memcpy(query, whole, len);
        query[len] = '\0';
        assert_int_equal(parse(query, "", ""), SP_INVALID);
        assert_true(gql.nfields <= 3);
    }

    assert_int_equal(parse("query A{...F} fragment F on Q{a b(c:", "", ""),
                     SP_INVALID);
    assert_string_equal(fields(), "a:a() b:b(c:)~");
}


static void
test_field(void **state)
{
    unsigned                   i;
    sp_str_t                   name;
    const sp_graphql_field_t  *field;

    assert_int_equal(parse("{x:a b y:a}", "", ""), SP_OK);

    i = 0;
    name = str("a");
    field = sp_graphql_field(&gql, &name, &i);
    assert_non_null(field);
    assert_str(&field->key, "x");
    field = sp_graphql_field(&gql, &name, &i);
    assert_non_null(field);
    assert_str(&field->key, "y");
    assert_null(sp_graphql_field(&gql, &name, &i));

    i = 0;
    name = str("*");
    assert_non_null(sp_graphql_field(&gql, &name, &i));
    field = sp_graphql_field(&gql, &name, &i);
    assert_non_null(field);
    assert_str(&field->key, "b");

    i = 0;
    name = str("c");
    assert_null(sp_graphql_field(&gql, &name, &i));
}


static void
test_limits(void **state)
{
    int      i;
    size_t   len;
    char     query[8192];

    for (i = 0, len = 0; i < 40; i++) {
        len += (size_t) snprintf(query + len, sizeof(query) - len, "%sf%d",
                                 i ? " " : "{", i);
    }

    (void) strcpy(query + len, "}");
    assert_int_equal(parse(query, "", ""), SP_OK);
    assert_int_equal(gql.nfields, SP_GRAPHQL_FIELDS);
    assert_int_equal(gql.dropped, 40 - SP_GRAPHQL_FIELDS);

    /* more fragments than are looked at */

    for (i = 0, len = 0; i < 80; i++) {
        len += (size_t) snprintf(query + len, sizeof(query) - len,
                                 "fragment F%d on Q{f%d ...F%d}", i, i, i + 1);
    }

    (void) strcpy(query + len, "{...F0}");
    assert_int_equal(parse(query, "", ""), SP_OK);
    assert_int_equal(gql.nfields, SP_GRAPHQL_FIELDS);
    assert_int_equal(gql.dropped, SP_GRAPHQL_FRAGMENTS - SP_GRAPHQL_FIELDS);

    /* deep selections are only counted */

    for (i = 0; i < 2000; i++) {
        query[2 * i] = '{';
        query[2 * i + 1] = 'a';
        query[4000 + i] = '}';
    }

    query[6000] = '\0';
    assert_int_equal(parse(query, "", ""), SP_OK);
    assert_string_equal(fields(), "a:a()");
}


/* One field's arguments as JSON. */

static void
test_arguments(void **state)
{
    size_t    i;
    sp_rc_t   rc;
    sp_str_t  json;
    json_t   *check;
    char      query[512];

    static const struct {
        const char  *arguments;
        const char  *json;          /* NULL: SP_INVALID */
    } cases[] = {
        { "", "{}" }, { "a:1", "{\"a\":1}" },
        { "a:-1.5e3, b:true c:null", "{\"a\":-1.5e3,\"b\":true,\"c\":null}" },
        { "e: EUR", "{\"e\":\"EUR\"}" },
        { "l: [1, [A], {}], o: {x: {y: [\"z\"]}, w: []}",
          "{\"l\":[1,[\"A\"],{}],\"o\":{\"x\":{\"y\":[\"z\"]},\"w\":[]}}" },
        { "s: \"a\\n\\u00e9\\\"\tb\"",
          "{\"s\":\"a\\n\\u00e9\\\"\\u0009b\"}" },
        { "s: \"\\u{1F600}\\u{41}\\u{22}\"",
          "{\"s\":\"\xf0\x9f\x98\x80" "A\\\"\"}" },
        { "s: \"\"", "{\"s\":\"\"}" }, { "s: \"\"\"\"\"\"", "{\"s\":\"\"}" },
        { "s: \"\"\"a \"b\" \\\"\"\" \\n\"\"\"",
          "{\"s\":\"a \\\"b\\\" \\\"\\\"\\\" \\\\n\"}" },
        { "s: \"\"\"\n\n   x\n     y\r\n\r   z\n  \n\"\"\"",
          "{\"s\":\"x\\n  y\\n\\nz\"}" },
        { "s: \"\"\"  x\n  y\"\"\"", "{\"s\":\"  x\\ny\"}" },
        { "a: $s", "{\"a\":\"jo@x\"}" }, { "a: [$o, $o]",
          "{\"a\":[{\"k\": [1, \"}\"]},{\"k\": [1, \"}\"]}]}" },
        { "a: $n, b: $none, c: $given", "{\"a\":7,\"b\":null,\"c\":2}" },
        { "a: $list, b: $deflt", "{\"a\":[1,{\"x\":\"E\"}],\"b\":\"s\"}" },
        { "a: $twice", "{\"a\":2}" },

        { "a", NULL }, { "a:", NULL }, { "1:1", NULL }, { "a:[}", NULL },
        { "a:{]", NULL }, { "a:]", NULL }, { "a:01", NULL }, { "a:1.", NULL },
        { "a:-", NULL }, { "a:$", NULL }, { "a:$1", NULL }, { "a:!", NULL },
        { "a:\"\\q\"", NULL }, { "a:\"\\u12\"", NULL },
        { "a:\"\\u{d800}\"", NULL }, { "a:\"\\u{110000}\"", NULL },
        { "a:\"\\u{12\"", NULL }, { "a:{b}", NULL }, { "a:{b:}", NULL },
        { "a:{1}", NULL }, { "a: ...", NULL }, { "a:$bad", NULL },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void) snprintf(query, sizeof(query), "query($n: Int = 7, $list: [X] ="
                        " [1, {x: E}] $given: Int = 1, $deflt: S = \"s\", "
                        "$bad: S = [$n]) {f(%s)}", cases[i].arguments);

        (void) parse(query, "", "{\"s\": \"jo@x\", \"o\":{\"k\": [1, \"}\"]}, "
                                "\"given\":2,\"twice\":1,\"twice\":2}");
        assert_int_equal(gql.nfields, 1);

        rc = sp_graphql_arguments(&json, pool, &gql, &gql.fields[0]);

        if (rc != (cases[i].json ? SP_OK : SP_INVALID)) {
            fail_msg("%s: %d", cases[i].arguments, rc);
        }

        if (cases[i].json != NULL) {
            assert_str(&json, cases[i].json);
            check = json_loadb(json.data, json.len, 0, NULL);
            assert_non_null(check);
            json_decref(check);
        }
    }
}


static void
test_argument_limits(void **state)
{
    char      query[8192], *variables;
    size_t    i, len;
    sp_str_t  json;

    /* depth */

    len = (size_t) sprintf(query, "{f(a:");
    memset(query + len, '[', SP_GRAPHQL_DEPTH);
    memset(query + len + SP_GRAPHQL_DEPTH, ']', SP_GRAPHQL_DEPTH);
    (void) strcpy(query + len + 2 * SP_GRAPHQL_DEPTH, ")}");
    assert_int_equal(parse(query, "", ""), SP_OK);
    assert_int_equal(sp_graphql_arguments(&json, pool, &gql, &gql.fields[0]),
                     SP_OK);

    memset(query + len, '[', SP_GRAPHQL_DEPTH + 1);
    memset(query + len + SP_GRAPHQL_DEPTH + 1, ']', SP_GRAPHQL_DEPTH + 1);
    (void) strcpy(query + len + 2 * SP_GRAPHQL_DEPTH + 2, ")}");
    assert_int_equal(parse(query, "", ""), SP_OK);
    assert_int_equal(sp_graphql_arguments(&json, pool, &gql, &gql.fields[0]),
                     SP_LIMIT);

    /* length: a long variable many times */

    variables = calloc(1, 60000);
    assert_non_null(variables);
    memset(variables, 'x', 59990);
    memcpy(variables, "{\"v\":\"", 6);
    memcpy(variables + 59990, "\"}", 2);

    len = (size_t) sprintf(query, "{f(a:[");

    for (i = 0; i < 100; i++) {
        len += (size_t) sprintf(query + len, "$v ");
    }

    (void) strcpy(query + len, "])}");
    assert_int_equal(parse(query, "", variables), SP_OK);
    assert_int_equal(sp_graphql_arguments(&json, pool, &gql, &gql.fields[0]),
                     SP_LIMIT);
    assert_true(json.len <= SP_GRAPHQL_TEXT);

    free(variables);
}


/*
 * What is said once and used often is read once.  Work is measured by memory,
 * of which each reading takes some.
 */

static void
test_work(void **state)
{
    char      *query;
    size_t     i, len, used;
    sp_str_t   json;

    query = malloc(64 * 1024);
    assert_non_null(query);

    /* a default of which little is left, in as many places as can be */

    len = (size_t) sprintf(query, "query($v:A=[");
    memset(query + len, ',', 20000);
    len += 20000;
    len += (size_t) sprintf(query + len, "1]){f(a:[");

    for (i = 0; i < SP_GRAPHQL_USES; i++) {
        len += (size_t) sprintf(query + len, "$v ");
    }

    (void) strcpy(query + len, "])}");
    assert_int_equal(parse(query, "", ""), SP_OK);
    used = sp_arena_used(arena);

    assert_int_equal(sp_graphql_arguments(&json, pool, &gql, &gql.fields[0]),
                     SP_OK);
    assert_int_equal(json.len, 7 + 4 * SP_GRAPHQL_USES);
    assert_true(sp_arena_used(arena) - used < 4 * json.len + 1024);

    /* in one more */

    (void) strcpy(query + len, "$v])}");
    assert_int_equal(parse(query, "", ""), SP_OK);
    assert_int_equal(sp_graphql_arguments(&json, pool, &gql, &gql.fields[0]),
                     SP_LIMIT);

    /* more fields and fragments than anybody asks for */

    for (i = 0, len = 0; i < SP_GRAPHQL_SELECTED; i++) {
        len += (size_t) sprintf(query + len, "%s%s", i ? " " : "{",
                                i % 2 ? "...F" : "a");
    }

    (void) strcpy(query + len, "}");
    assert_int_equal(parse(query, "", ""), SP_OK);
    assert_int_equal(gql.dropped, 0);

    (void) strcpy(query + len, " b}");
    assert_int_equal(parse(query, "", ""), SP_INVALID);
    assert_int_equal(gql.nfields, 1);
    assert_int_equal(gql.dropped, 1);

    free(query);
}


static void
test_cut_arguments(void **state)
{
    sp_str_t  json;

    (void) parse("{f(a:1, b:{c:\"x\", d:[1", "", "");
    assert_int_equal(gql.nfields, 1);
    assert_int_equal(sp_graphql_arguments(&json, pool, &gql, &gql.fields[0]),
                     SP_INVALID);
    assert_str(&json, "{\"a\":1,\"b\":{\"c\":\"x\",\"d\":[1,");
}


static void
test_request(void **state)
{
    size_t    i;
    sp_rc_t   rc;
    sp_str_t  body;

    static const struct {
        const char  *body;
        const char  *query;         /* NULL: SP_INVALID */
        const char  *operation;
        const char  *variables;
    } cases[] = {
        { "{\"query\":\"{a}\"}", "{a}", "", "" },
        { " {\n \"operationName\" : \"M\" ,\"variables\":{\"a\":[1,\"}\"]},"
          "\"query\":\"mutation M {\\n  a(x:\\\"\\u00e9\\\")\\n}\"}\n",
          "mutation M {\n  a(x:\"\xc3\xa9\")\n}", "M", "{\"a\":[1,\"}\"]}" },
        { "{\"operationName\":null,\"variables\":null,\"query\":\"{a}\"}",
          "{a}", "", "" },
        { "{\"operationName\":\"P\",\"variables\":{},\"extensions\":"
          "{\"persistedQuery\":{\"query\":\"x\"}}}", "", "P", "{}" },
        { "{\"query\":\"{a}\",\"variables\":{\"m\":\"jo", "{a}", "",
          "{\"m\":\"jo" },
        { "{\"query\":\"{a b", "{a b", "", "" },
        { "{\"query\":\"{a\\", "{a", "", "" },
        { "{\"query\":\"{a\\u12", "{a", "", "" },
        { "{\"query\":\"x\",\"query\":\"y\"}", "y", "", "" },
        { "{\"x\":{\"query\":\"x\"},\"query\":\"y\"}", "y", "", "" },
        { "[{\"query\":\"{a}\"}]", NULL, "", "" },
        { "{\"query\":{\"a\":1}}", NULL, "", "" },
        { "{\"query\":7}", NULL, "", "" }, { "{}", NULL, "", "" },
        { "", NULL, "", "" }, { "query=x", NULL, "", "" },
        { "{\"variables\":{}}", NULL, "", "" }, { "{", NULL, "", "" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        body = exact(cases[i].body, strlen(cases[i].body));
        rc = sp_graphql_request(&request, pool, &body);

        if (rc != (cases[i].query ? SP_OK : SP_INVALID)) {
            fail_msg("%s: %d", cases[i].body, rc);
        }

        if (cases[i].query != NULL) {
            assert_str(&request.query, cases[i].query);
            assert_str(&request.operation, cases[i].operation);
            assert_str(&request.variables, cases[i].variables);
        }
    }
}


static void
test_persisted(void **state)
{
    sp_str_t  json;

    assert_int_equal(parse("", "login", "{\"username\":\"jo@x\"}"), SP_OK);
    assert_int_equal(gql.kind, SP_GRAPHQL_PERSISTED);
    assert_string_equal(fields(), "login:login()");
    assert_int_equal(sp_graphql_arguments(&json, pool, &gql, &gql.fields[0]),
                     SP_OK);
    assert_str(&json, "{\"username\":\"jo@x\"}");

    assert_int_equal(parse("", "login", ""), SP_OK);
    assert_int_equal(sp_graphql_arguments(&json, pool, &gql, &gql.fields[0]),
                     SP_OK);
    assert_str(&json, "{}");

    assert_int_equal(parse("", "", "{}"), SP_INVALID);
}


/* Anything: no crash, no read beyond, and arguments that are well are JSON. */

static void
test_random(void **state)
{
    int                i;
    char               body[512];
    size_t             n, len;
    json_t            *check;
    sp_rc_t            rc;
    uint64_t           seed;
    unsigned           f;
    sp_str_t           s, json;

    static const char *const  words[] = {
        "{", "}", "(", ")", "[", "]", ":", "$", "a", "b", "query ",
        "mutation ", "fragment F on Q ", "...", "...F ", "... on Q ", "@d ",
        "\"x\"", "\"\"\"y\"\"\"", "1", "-2.5e1", "$a", " ", ",", "#c\n", "=",
        "!", "true", "E", "\"\\u{41}\"", "\"", "\\", "a:", "(a:", "{a(b:"
    };

    seed = 9;

    for (i = 0; i < 60000; i++) {

        for (len = 0, n = 1 + below(&seed, 30); n > 0; n--) {
            len += (size_t) snprintf(body + len, sizeof(body) - len, "%s",
                                     words[below(&seed, 35)]);
        }

        memset(&request, 0, sizeof(request));
        request.query = exact(body, len);
        request.variables = str("{\"a\":{\"b\":[1]}}");

        (void) sp_graphql_parse(&gql, pool, &request);

        for (f = 0; f < gql.nfields; f++) {
            rc = sp_graphql_arguments(&json, pool, &gql, &gql.fields[f]);

            if (rc == SP_OK) {
                check = json_loadb(json.data, json.len, 0, NULL);

                if (check == NULL) {
                    fail_msg("%s: %.*s", body, (int) json.len, json.data);
                }

                json_decref(check);
            }
        }

        s = exact(body, len);
        (void) sp_graphql_request(&request, pool, &s);

        if (i % 100 == 0) {
            (void) tear_down(state);
            (void) set_up(state);
        }
    }
}


static void
test_raw(void **state)
{
    size_t    pos;
    sp_str_t  doc, name, value;

    doc = str(" {\"a\" : [1,{\"x\":\"]\"}] ,\"b\\\"c\":\"d\",\"e\":12 }");
    doc = exact(doc.data, doc.len);
    pos = 0;

    assert_int_equal(sp_json_raw_member(&doc, &pos, &name, &value), SP_OK);
    assert_str(&name, "a");
    assert_str(&value, "[1,{\"x\":\"]\"}]");
    assert_int_equal(sp_json_raw_member(&doc, &pos, &name, &value), SP_OK);
    assert_str(&name, "b\\\"c");
    assert_str(&value, "\"d\"");
    assert_int_equal(sp_json_raw_member(&doc, &pos, &name, &value), SP_OK);
    assert_str(&name, "e");
    assert_str(&value, "12");
    assert_int_equal(sp_json_raw_member(&doc, &pos, &name, &value), SP_DONE);

    doc = str("{\"a\":1 2");
    pos = 0;
    assert_int_equal(sp_json_raw_member(&doc, &pos, &name, &value), SP_OK);
    assert_int_equal(sp_json_raw_member(&doc, &pos, &name, &value),
                     SP_INVALID);
}


static void
test_no_memory(void **state)
{
    long                  fail;
    sp_rc_t               rc;
    sp_str_t              body, json;
    static sp_graphql_t   found;

    body = str("{\"operationName\":\"\\u004d\",\"query\":\"mutation M("
               "$b: S = \\\"y\\\") {f(a: \\\"x\\\", b: $b)}\"}");

    for (fail = 0; ; fail++) {
        sp_arena_fail_after(arena, fail);

        rc = sp_graphql_request(&request, pool, &body);

        if (rc == SP_OK) {
            rc = sp_graphql_parse(&found, pool, &request);
        }

        if (rc == SP_OK) {
            rc = sp_graphql_arguments(&json, pool, &found, &found.fields[0]);
        }

        if (rc == SP_OK) {
            break;
        }

        assert_int_equal(rc, SP_NOMEM);
    }

    assert_int_equal(fail, 5);
    assert_str(&json, "{\"a\":\"x\",\"b\":\"y\"}");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        reader_test(test_fields),
        reader_test(test_kind),
        reader_test(test_cut),
        reader_test(test_field),
        reader_test(test_limits),
        reader_test(test_arguments),
        reader_test(test_argument_limits),
        reader_test(test_work),
        reader_test(test_cut_arguments),
        reader_test(test_request),
        reader_test(test_persisted),
        reader_test(test_random),
        reader_test(test_raw),
        reader_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
