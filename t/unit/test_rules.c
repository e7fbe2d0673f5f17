/*
 * Copyright (C) SitePreserver developers
 *
 * Rules as an operator writes them: what is accepted, what is refused, and
 * with which words.
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <glob.h>

#include "rules_conf.h"
#include "rules_sample.h"


static sp_error_t  error;


/* A set of its own for each text; NULL: refused, error says why. */

static int
accepted(const char *text)
{
    int          ok;
    sp_arena_t  *arena;
    sp_rules_t  *rules;

    arena = sp_arena_create(0);
    assert_non_null(arena);

    sp_arena_exact(arena, 1);

    memset(&error, 0, sizeof(error));
    rules = conf_rules(sp_arena_pool(arena), text, &error);
    ok = rules != NULL;

    if (ok) {
        sp_rules_free(rules);
    }

    sp_arena_destroy(arena);

    return ok;
}


/* What the messages say of that which would be right. */

#define THOSE  ": docs/rules.md has those that there are"
#define SUCH   ", such as form:NAME or value:TEXT"
#define METHODS  ": it must be GET, HEAD, POST, PUT, DELETE, PATCH or " \
                 "OPTIONS, with commas between several, or \"*\""


static void
accept_(const char *text)
{
    if (!accepted(text)) {
        fail_msg("refused: %s: %s", text, error.text);
    }
}


static void
refuse(const char *text, const char *message)
{
    if (accepted(text)) {
        fail_msg("accepted: %s", text);
    }

    if (strcmp(error.text, message) != 0) {
        fail_msg("%s\n  said: %s\n  not:  %s", text, error.text, message);
    }
}


/* The same within a rule. */

static void
refuse_in(const char *directive, const char *message)
{
    char  text[512], said[300];

    snprintf(text, sizeof(text),
             "sitepreserver_event set_cart POST = /x { %s }", directive);
    snprintf(said, sizeof(said), "line 1: %s", message);

    refuse(text, said);
}


static void
accept_in(const char *directive)
{
    char  text[512];

    snprintf(text, sizeof(text),
             "sitepreserver_event set_cart POST = /x { %s }", directive);

    accept_(text);
}


static void
everything_is_accepted(void **unused)
{
    accept_(rules_sample);
    accept_("");
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

    text = calloc(1, 1 << 18);
    assert_non_null(text);

    len = fread(text, 1, (1 << 18) - 1, file);
    assert_true(len > 0);
    fclose(file);

    return text;
}


static void
presets_are_accepted(void **unused)
{
    char    *text;
    glob_t   found;
    size_t   i;

    assert_int_equal(glob("conf/presets/*.conf", 0, NULL, &found), 0);

    for (i = 0; i < found.gl_pathc; i++) {
        text = load(found.gl_pathv[i]);
        accept_(text);
        free(text);
    }

    globfree(&found);
}


/* What stands as ${NAME} is put in, and what is defined first counts. */

static void
names_are_put_in(void **unused)
{
    accept_("sitepreserver_define api /shop-api;"
            "sitepreserver_event login POST = ${api} { email form:e; }"
            "sitepreserver_event logout GET ~ ^${api}/(a|b)$ { status 200; }");
    accept_("sitepreserver_define base /x; sitepreserver_define api ${base}/y;"
            "sitepreserver_event logout GET = \"${api}/z\" { status 200; }");
    accept_("sitepreserver_define api /x; sitepreserver_define api y;"
            "sitepreserver_event logout GET = ${api} { status 200; }");

    accept_("sitepreserver_define api /x;"
            "sitepreserver_event logout GET = ${api} { status 200; }"
            "sitepreserver_define api /x; sitepreserver_define more y;");

    refuse("sitepreserver_define api /x;"
           "sitepreserver_event logout GET = ${api} { status 200; }"
           "sitepreserver_define api /y;",
           "line 1: \"api\" was used before with another value: define it "
           "before the rules, or their \"include\"");
    refuse("sitepreserver_define api y; sitepreserver_define api /x;"
           "sitepreserver_event logout GET = ${api} { status 200; }",
           "line 1: URI \"y\" does not begin with \"/\"");
    refuse("sitepreserver_event logout GET = ${api} { status 200; }",
           "line 1: \"api\" is not defined");
    refuse("sitepreserver_event logout GET = /x { email form:${a; }",
           "line 1: \"form:${a\": a name does not end");
    refuse("sitepreserver_define Api /x;",
           "line 1: \"Api\" is not a name: a-z, 0-9 and \"_\"");
    refuse("sitepreserver_define api;",
           "line 1: a name and its value are wanted");
}


/* What the reference shows as a whole is right. */

static void
examples_of_the_reference_are_accepted(void **unused)
{
    char      *text, *p, *end;
    unsigned   n;

    static const char  begin[] = "```nginx\n";

    text = load("docs/rules.md");
    n = 0;

    for (p = strstr(text, begin); p != NULL; p = strstr(end + 1, begin)) {

        p += sizeof(begin) - 1;
        end = strstr(p, "```");
        assert_non_null(end);

        if (strncmp(p, "sitepreserver_", 14) == 0) {
            *end = '\0';
            accept_(p);
            n++;
        }
    }

    assert_true(n > 0);
    free(text);
}


static void
kinds_have_names(void **unused)
{
    unsigned   bit, n;
    sp_str_t   name;

    n = 0;

    for (bit = 1; bit != 0; bit <<= 1) {

        if (sp_kind_name(bit) == NULL) {
            continue;
        }

        name.data = sp_kind_name(bit);
        name.len = strlen(name.data);

        assert_int_equal(sp_kind(&name), bit);
        n++;
    }

    assert_int_equal(n, 20);        /* and batch */

    name.data = "purchases";
    name.len = 9;
    assert_int_equal(sp_kind(&name), 0);

    name.len = 0;
    assert_int_equal(sp_kind(&name), 0);
}


static void
unknown_prefix_is_an_error(void **unused)
{
    refuse_in("email fomr:email;", "unknown source \"fomr:email\"" THOSE);
    refuse_in("email request.json:a;",
              "unknown source \"request.json:a\"" THOSE);
    refuse_in("email jo@example.com;",
              "\"jo@example.com\" is not a source" SUCH);
    refuse_in("email email;", "\"email\" is not a source" SUCH);
    refuse_in("email body:x;", "unknown source \"body:x\"" THOSE);
    refuse_in("email response.body:x;",
              "unknown source \"response.body:x\"" THOSE);
    refuse_in("email form;", "\"form\" is not a source" SUCH);
    refuse_in("email uri:x;", "\"x\" is not a number from 1 to 15");
    refuse_in("email uri:0;", "\"0\" is not a number from 1 to 15");
    refuse_in("email form:;", "source \"form:\" lacks a name");
    refuse_in("items json:a { id css:x; }",
              "unknown source \"css:x\" in items");
    refuse("sitepreserver_visitor sid;",
           "line 1: \"sid\" is not a source" SUCH);
}


static void
alternatives_need_or(void **unused)
{
    refuse_in("email form:a form:b;",
              "\"or\" or \"|\" is missing before \"form:b\"");
    refuse_in("email form:a form:b | url;",
              "\"or\" or \"|\" is missing before \"form:b\"");
    refuse_in("if form:a form:b present;",
              "\"or\" or \"|\" is missing before \"form:b\"");
    refuse_in("items json:a json:b { id id; }",
              "\"or\" or \"|\" is missing before \"json:b\"");
    refuse_in("items json:a { id x y; }",
              "\"or\" or \"|\" is missing before \"y\"");
    refuse_in("email form:a or;", "a source is missing after \"or\"");
    refuse_in("email form:a | ;", "a decoder is missing after \"|\"");
    refuse_in("email;", "a source is missing after \"email\"");
    refuse_in("email form:a base64;", "unexpected \"base64\"");
    refuse("sitepreserver_visitor cookie:a cookie:b | url;",
           "line 1: \"or\" or \"|\" is missing before \"cookie:b\"");
}


static void
decoders_are_checked(void **unused)
{
    refuse_in("email form:a | rot13;", "unknown decoder \"rot13\"" THOSE);
    refuse_in("email form:a | form:b | gzip:9;",
              "unknown decoder \"gzip:9\"" THOSE);
    refuse_in("email form:a | base64:x;",
              "decoder \"base64:x\" takes no text");
    refuse_in("email form:a | regex;",
              "decoder \"regex\" needs \":\" and a text");
    refuse_in("email form:a | prefix:;",
              "decoder \"prefix:\" needs \":\" and a text");
    refuse_in("email form:a | split:x;",
              "decoder \"split:x\" is not split:SEPARATOR:N");
    refuse_in("email form:a | split::1;",
              "decoder \"split::1\" is not split:SEPARATOR:N");
    refuse_in("email form:a | split:.:x;",
              "decoder \"split:.:x\" has no valid number");
    refuse_in("email form:a | \"regex:(\";",
              "bad regex \"(\" at 1: missing closing parenthesis");
    refuse_in("email form:a | json:a..b;",
              "an empty name in the path \"a..b\"");
    accept_in("email form:a | split:::1 | split:.:-2 | json:a[0];");
}


static void
regexes_have_an_end(void **unused)
{
    refuse_in("email form:a | \"regex:(.+)-\\1\";",
              "regex \"(.+)-\\1\" has an unlimited repeat and refers back to "
              "a capture, which can take too long");
    refuse_in("if form:a ~ \"(?<x>a)+\\k<x>\";",
              "regex \"(?<x>a)+\\k<x>\" has an unlimited repeat and refers "
              "back to a capture, which can take too long");
    refuse_in("if form:a ~ \"a(?=.*b)\";",
              "regex \"a(?=.*b)\" has an unlimited repeat within a lookaround, "
              "which can take too long");
    refuse_in("if form:a ~ \"a(?!(b[)]{2,}))\";",
              "regex \"a(?!(b[)]{2,}))\" has an unlimited repeat within a "
              "lookaround, which can take too long");
    refuse("sitepreserver_event login GET ~* \"^/(?!.+x)\" { }",
           "line 1: regex \"^/(?!.+x)\" has an unlimited repeat within a "
           "lookaround, which can take too long");

    accept_in("if form:a ~ \"}(?=a{2})\";");
    accept_in("if form:a ~ \"(a[*+])-\\1{2}\"; if form:a ~ \"(?=a)b*\";"
              " if form:a ~ \"(?<=a)(?!b[*+][[:alpha:]*]\\*{2})c+\";");
}


static void
what_can_never_be_is_refused(void **unused)
{
    refuse_in("email form:a[b;",
              "brackets that do not match in the field \"a[b\"");
    refuse_in("email form:a]b[;",
              "brackets that do not match in the field \"a]b[\"");
    refuse_in("email arg:a[[b]];",
              "brackets that do not match in the field \"a[[b]]\"");
    refuse_in("email form:a | form:b[;",
              "brackets that do not match in the field \"b[\"");
    refuse_in("email json:a[0;", "no \"]\" in the path \"a[0\"");
    refuse_in("email json:a\x01" "b;",
              "a character that must be quoted in the path \"a?b\"");
    accept_in("email cookie:a*b;");
    refuse_in("email cookie:a*b*;",
              "two \"*\" in the cookie's name \"a*b*\"");
    refuse_in("alias response.cookie:**;",
              "two \"*\" in the cookie's name \"**\"");
    refuse_in("if cookie:a | url deleted;", "decoders behind \"cookie:a\" say "
              "nothing of whether it is deleted");

    refuse_in("items form:x[*] { id form:y[#][#]; }",
              "\"y[#][#]\" has more \"#\" than its collection has \"*\"");
    refuse_in("items form:x[*] { id form:y[#; }",
              "brackets that do not match in the field \"y[#\"");
    refuse_in("items form:x[*] { id form:y[#][*]; }",
              "\"form:y[#][*]\" is one field, so it cannot have a \"*\"");
    accept_in("items form:x[*][*] { id form:y[#][#]; name form:z[#]; }");
}


static void
constants_are_checked(void **unused)
{
    refuse_in("currency value:euros;",
              "\"value:euros\" is no value for this field");
    refuse_in("minor_units value:ten;",
              "\"value:ten\" is no value for this field");
    refuse_in("currency value:EUR | split:-:1;",
              "\"value:EUR\" is no value for this field");
    refuse_in("email value:a@example.com;",
              "\"value:a@example.com\" would make everyone the same");
    refuse_in("order_id form:a or value:1;",
              "\"value:1\" would make all orders the same");
    refuse_in("items json:a { id id; price value:cheap; }",
              "\"value:cheap\" is no value for this field");
    refuse_in("locale value:en or form:l;",
              "\"form:l\" is never asked: what comes before it is always "
              "there");
    refuse_in("items json:a { id id or value:x or b; }",
              "\"b\" is never asked: what comes before it is always there");
    refuse_in("email form:a; consent value:null;",
              "\"value:null\" is no value for this field");
    refuse_in("consent form:a or value:1;",
              "\"value:1\" is nobody's consent: email and customer lack");
    refuse_in("consent form:a; consent form:b;",
              "\"consent\" is duplicate");
    accept_in("consent form:a or json:b;");
    accept_in("consent value:1; email form:a;");
    accept_in("customer response.json:id; consent value:no;");
    accept_in("currency form:c or value:eur; minor_units value:2;"
              " items json:a { id id; quantity value:1; }");
}


static void
money_is_for_amounts(void **unused)
{
    accept_in("total response.json:a | money;");
    accept_in("total response.json:a | entities | money or value:12,50 | money;");
    accept_in("items response.json:a { id id; price p | money;"
              " line_total t | entities | money or value:1.234,50 | money; }");

    refuse_in("email form:a | money;",
              "decoder \"money\" behind \"form:a\" is not for this: it is for "
              "price, line_total and total");
    refuse_in("if response.json:a | money = 0;",
              "decoder \"money\" behind \"response.json:a\" is not for this: it "
              "is for price, line_total and total");
    refuse_in("items json:a { id id; quantity q | money; }",
              "decoder \"money\" behind \"q\" is not for this: it is for price, "
              "line_total and total");
    refuse_in("total response.json:a | money | strip:x;",
              "\"strip:x\" is behind \"money\", which must be the last decoder");
    refuse_in("total response.json:a | money:EUR;",
              "decoder \"money:EUR\" takes no text");
    refuse_in("total response.json:a | entities:html;",
              "decoder \"entities:html\" takes no text");
    refuse_in("total value:-5 | money;",
              "\"value:-5\" is no value for this field");
    refuse_in("items json:a { id id; price value:cheap | money; }",
              "\"value:cheap\" is no value for this field");
}


static void
later_words_say_so(void **unused)
{
    refuse_in("each json:a response.json:b;", "\"each\" needs a block");
    refuse_in("route arg:route;", "unknown directive \"route\"");
}


#define PARTS  "\" is not of a selector, which has tag .class #id [a] [a=v] "  \
               "[a^=v] [a*=v] [a$=v] :nth(N) @attr"

static void
selectors_are_checked(void **unused)
{
    static const char *const  wrong[][2] = {
        { "*", "*" },
        { "a,b", ",b" },
        { "\"a > b\"", "> b" },
        { "a:first-child", ":first-child" },
        { "a:nth(2", ":nth(2" },
        { "a[b~=c]", "~=c]" },
        { "a[]", "]" },
        { "a..b", ".b" },
        { "a@b@c", "@c" },
        { "\"a @b\"", "@b" },
        { "@b", "@b" },
        { "\" a\"", " a" }
    };

    char      rule[200], said[200];
    unsigned  i;

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const char  *quote = wrong[i][0][0] == '"' ? "\"" : "";
        const char  *text = wrong[i][0] + (quote[0] == '"');

        (void) snprintf(rule, sizeof(rule), "email response.body | %shtml:%s;",
                        quote, text);
        (void) snprintf(said, sizeof(said), "\"%s" PARTS, wrong[i][1]);
        refuse_in(rule, said);
    }

    refuse_in("email response.body | html:a.;",
              "\"a.\" is no selector: its end lacks");
    refuse_in("email response.body | html:;",
              "decoder \"html:\" needs \":\" and a text");
    refuse_in("email response.body | html:a:nth(0);",
              "\"a:nth(0)\" has a :nth() that is not a number from 1 to "
              "9999");
    refuse_in("items response.body | html:li@id { id a@id; }",
              "\"li@id\" is of items: an attribute is none");
    refuse_in("items response.body | html:li | url { id a@id; }",
              "decoders behind \"response.body\", a collection, are not "
              "supported in this version");
    refuse_in("items response.body { id a@id; }",
              "\"response.body\" cannot be a collection");
    refuse_in("items response.body | html:li { id a,b; }", "\",b" PARTS);
    refuse_in("items response.json:a { id a:nth(2); }",
              "unknown source \"a:nth(2)\" in items");
    refuse_in("email response.body | \"html:a b c d e f g h i j k l m n o p "
              "q\";",
              "selector \"a b c d e f g h i j k l m n o p q\" is too long");

    accept_in("items response.body | html:li { id \"a[href*='x y']:nth(2)"
              "@data-id\"; name .; url @href; image .@data-img; sku "
              "\"[data-a=\\\"b c\\\"] i\"; item_key @key; options A.b\\:c; }");
    accept_in("items response.json:a.b or response.json:c | html:li {"
              " id id or a:nth(2)@id; name a[0].name; }");
}


static void
conditions_are_checked(void **unused)
{
    refuse_in("if;", "a source is missing after \"if\"");
    refuse_in("if form:a equals b;", "unexpected \"equals\"");
    refuse_in("if form:a =;", "a value is missing after \"=\"");
    refuse_in("if form:a ~;", "a regex is missing after \"~\"");
    refuse_in("if form:a ~ a b;", "unexpected \"b\"");
    refuse_in("if form:a ~ \"[\";",
              "bad regex \"[\" at 1: missing terminating ] for character "
              "class");
    refuse_in("if form:a present x;", "unexpected \"x\"");
    refuse_in("if form:a deleted;",
              "\"form:a\" is no cookie, so it cannot be deleted");
    refuse_in("empty form:a of b;", "unexpected \"of\"");
    accept_in("if form:a != b c d; if cookie:a deleted; if form:a absent;");
}


static void
events_are_checked(void **unused)
{
    refuse("sitepreserver_event buy POST = /x { }",
           "line 1: unknown event \"buy\"" THOSE);
    refuse("sitepreserver_event rescue_click GET = /x { }",
           "line 1: event \"rescue_click\" cannot have a rule: it is known "
           "without");
    refuse("sitepreserver_event login POST = /a?b=1 { }",
           "line 1: URI \"/a?b=1\" has arguments, which are not compared: "
           "use \"if arg:NAME = VALUE\"");
    refuse_in("if form:a=b;",
              "\"form:a=b\" has a \"=\" in its name: a test has blanks "
              "around it, and \"present\" asks for that name");
    accept_in("if form:a=b present;");
    accept_in("if cookie:a | strip:=;");
    refuse("sitepreserver_event login BREW = /x { }",
           "line 1: unknown method \"BREW\"" METHODS);
    refuse("sitepreserver_event login GET,,POST = /x { }",
           "line 1: unknown method \"\"" METHODS);
    refuse("sitepreserver_event login get = /x { }",
           "line 1: unknown method \"get\"" METHODS);
    refuse("sitepreserver_event login GET,POST,GET = /x { }",
           "line 1: method \"GET\" stands twice");
    refuse("sitepreserver_event login GET = { }",
           "line 1: a URI is missing after \"=\"");
    refuse("sitepreserver_event login GET { }",
           "line 1: an event needs a name, methods and a URI");
    refuse("sitepreserver_event login GET = x { }",
           "line 1: URI \"x\" does not begin with \"/\"");
    refuse("sitepreserver_event login GET ^~ /x { }",
           "line 1: unknown match \"^~\": \"=\", \"~\" or \"~*\"");
    refuse("sitepreserver_event login GET = /x /y { }",
           "line 1: unexpected \"/y\"");
    refuse("\n\nsitepreserver_event login GET ~ \"(\" { }",
           "line 3: bad regex \"(\" at 1: missing closing parenthesis");
    accept_("sitepreserver_event login GET,HEAD,POST,PUT,DELETE,PATCH,OPTIONS "
            "~* /X { }");
    accept_("sitepreserver_event login * * { }");
}


static void
directives_are_checked(void **unused)
{
    refuse_in("emial form:a;", "unknown directive \"emial\"");
    refuse_in("email form:a; email form:b;", "\"email\" is duplicate");
    refuse_in("status;", "\"status\" needs 1 to 32 numbers");
    refuse_in("status ok;", "\"ok\" is not a status");
    refuse_in("status 2000;", "\"2000\" is not a status");
    refuse_in("status 200; status 201;", "\"status\" is duplicate");
    refuse_in("checkout; checkout;", "\"checkout\" is duplicate");
    refuse_in("empty; empty;", "\"empty\" is duplicate");
    refuse_in("item_id form:a;",
              "\"item_id\" is of one line: this event is not about one");
    refuse("sitepreserver_event add_to_cart POST = /x {"
           " quantity_is absolute; quantity_is absolute; }",
           "line 1: \"quantity_is\" is duplicate");
    refuse("sitepreserver_event add_to_cart POST = /x { price form:p; }",
           "line 1: \"price\" is of no line: item_id and item_key lack");
    refuse_in("checkout yes;", "unexpected \"yes\"");
    refuse_in("quantity_is absolute;",
              "\"quantity_is\" is for add_to_cart only");
    refuse_in("quantity_is relative;",
              "\"quantity_is\" can only be \"absolute\"");
    refuse_in("items json:a;", "\"items\" needs a block");
    refuse_in("email uri:99;", "\"99\" is not a number from 1 to 15");
    refuse_in("email header:a/b;", "\"a/b\" is not a header's name");
    refuse("sitepreserver_event login GET ~ ^/(a)$ { email uri:2; }",
           "line 1: the URI's regex has no capture \"2\"");
}


static void
items_are_checked(void **unused)
{
    refuse_in("items json:a { }", "\"items\" has neither id nor item_key");
    refuse_in("items json:a { name x; }",
              "\"items\" has neither id nor item_key");
    refuse_in("items json:a { id x; id y; }", "field \"id\" is duplicate");
    refuse_in("items json:a { colour x; }",
              "unknown field \"colour\" in items");
    refuse_in("items json:a { id; }", "a path is missing after \"id\"");
    refuse_in("items json:a { id x or; }", "a path is missing after \"or\"");
    refuse_in("items json:a { id form:x[#]; }",
              "\"x[#]\" fits no collection of items");
    refuse_in("items form:a[*] { id form:x; }", "\"form:x\" has no \"[#]\"");
    refuse_in("items form:a[*] { id b.c; }",
              "\"b.c\" fits no collection of items");
    refuse_in("items form:a { id .; }",
              "\"form:a\" has no \"[*]\", so it is no collection");
    refuse_in("items cookie:a { id .; }",
              "\"cookie:a\" cannot be a collection");
    refuse_in("items json:a { id x; } items json:b { id x; }",
              "\"items\" is duplicate");
    refuse_in("items json:a..b { id x; }",
              "an empty name in the path \"a..b\"");
    refuse_in("items json:a | url { id x; }",
              "decoders behind \"json:a\", a collection, are not supported "
              "in this version");
    accept_in("items json:a or form:a[*] { id x or form:x[#] or .; }");
}


static void
graphql_sources_are_checked(void **unused)
{
    refuse_in("email graphql:1a;", "\"1a\" is not a GraphQL field");
    refuse_in("email graphql:a,,b.c;", "\"\" is not a GraphQL field");
    refuse_in("email response.graphql:a,*.c;",
              "\"*\" is not a GraphQL field");
    refuse_in("email graphql:a.;", "\"a.\" ends with a dot");
    refuse_in("email response.graphql:a.b[*].c.*.d[*].e.*.f;",
              "too many wildcards in the path "
              "\"data.*.b[*].c.*.d[*].e.*.f\"");
    refuse_in("items response.graphql:a.b[*].c.*.d[*] { id x; }",
              "too many wildcards in the path "
              "\"data.*.b[*].c.*.d[*].*.x\"");
    accept_in("email graphql:a.b.c or response.graphql:*.c "
              "or response.graphql:a,b[0].c or graphql:a;");
}


/* Semantics 5. */

static void
semantics_5_a_purchase_needs_a_request_side_condition(void **unused)
{
    static const char  said[] = "line 1: a purchase on any URI needs an "
        "\"if\" on the request: without, every request that is broken off "
        "would be an order";

    refuse("sitepreserver_event purchase POST * { }", said);
    refuse("sitepreserver_event purchase POST * { order_id form:o; }", said);
    refuse("sitepreserver_event purchase POST * {"
           " if response.json:order; }", said);
    refuse("sitepreserver_event purchase POST * {"
           " if form:a or response.json:order; }", said);
    refuse("sitepreserver_event purchase POST * { if value:x; }", said);
    refuse("sitepreserver_event purchase POST * {"
           " if response.graphql:*.order; }", said);

    accept_("sitepreserver_event purchase POST = /pay { }");
    accept_("sitepreserver_event purchase POST * { if arg:pay; }");
    accept_("sitepreserver_event purchase POST * { if form:a = b; }");
    accept_("sitepreserver_event purchase POST * { if graphql:pay; }");
    accept_("sitepreserver_event purchase POST * {"
            " if response.graphql:pay.state = done; }");
}


/* Semantics 6. */

static void
semantics_6_customer_counts_only_from_answers(void **unused)
{
    refuse_in("customer form:id;",
              "\"form:id\" is in the request: a customer counts only from "
              "answers");
    refuse_in("customer response.json:id or cookie:uid;",
              "\"cookie:uid\" is in the request: a customer counts only from "
              "answers");
    refuse_in("customer value:1;",
              "\"value:1\" is in the request: a customer counts only from "
              "answers");
    refuse_in("total form:total;",
              "\"form:total\" is in the request: a total counts only from "
              "answers");
    accept_in("customer response.json:id | prefix:c or response.header:X "
              "or response.cookie:y or response.graphql:me.id;");
}


static void
semantics_6_visitor_reads_no_bodies(void **unused)
{
    static const char *const  bodies[] = {
        "form:a", "json:a", "graphql:a.b", "body", "response.json:a",
        "response.graphql:a.b", "response.body"
    };

    char    text[200], said[300];
    size_t  i;

    for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {

        snprintf(said, sizeof(said), "line 1: \"%s\" is in a body, which is "
                 "not read to know who it is; use an event rule", bodies[i]);

        snprintf(text, sizeof(text), "sitepreserver_visitor cookie:a or %s;",
                 bodies[i]);
        refuse(text, said);

        snprintf(text, sizeof(text), "sitepreserver_alias %s;", bodies[i]);
        refuse(text, said);

        snprintf(text, sizeof(text), "visitor %s;", bodies[i]);
        accept_in(text);
    }

    refuse("sitepreserver_visitor value:all;",
           "line 1: \"value:all\" would make everyone the same");
    refuse_in("visitor value:all;",
              "\"value:all\" would make everyone the same");
    refuse("sitepreserver_visitor ;",
           "line 1: \"visitor\" needs a source");
    refuse("sitepreserver_visitor cookie:a; sitepreserver_visitor cookie:b;",
           "line 1: \"sitepreserver_visitor\" is duplicate");
    accept_("sitepreserver_visitor cookie:a or header:b or uri:1 or arg:c "
            "or response.header:d or response.cookie:e;");
}


static void
route_is_checked(void **unused)
{
    accept_("sitepreserver_route arg:a | prefix:/ or uri | url or uri:1 "
            "or header:b or cookie:c;");
    refuse("sitepreserver_route ;", "line 1: \"route\" needs a source");
    refuse("sitepreserver_route arg:a; sitepreserver_route arg:b;",
           "line 1: \"sitepreserver_route\" is duplicate");
    refuse("sitepreserver_route value:/x;",
           "line 1: \"value:/x\" would make all requests the same");
    refuse("\nsitepreserver_route arg:a or form:b;",
           "line 2: \"form:b\" is not in the request's line or headers, which "
           "are all that rules are matched with");
    refuse("sitepreserver_route response.header:a;",
           "line 1: \"response.header:a\" is not in the request's line or "
           "headers, which are all that rules are matched with");
    refuse("sitepreserver_route route;",
           "line 1: \"route\" is not a source, such as form:NAME or "
           "value:TEXT");
}


static void
currency_is_checked(void **unused)
{
    refuse("sitepreserver_currency euro;",
           "line 1: \"euro\" is not a currency: three letters (ISO 4217)");
    refuse("sitepreserver_currency EUR; sitepreserver_currency USD;",
           "line 1: currency \"USD\" is duplicate");
    accept_("sitepreserver_currency eur;");
}


static void
long_words_are_shortened(void **unused)
{
    char    text[600];
    size_t  i;

    strcpy(text, "sitepreserver_event set_cart POST = /x { email x:");
    i = strlen(text);
    memset(text + i, 'a', 400);
    strcpy(text + i + 400, "; }");

    assert_false(accepted(text));
    assert_true(strlen(error.text) < 180);
    assert_non_null(strstr(error.text, "aaa...\""));

    refuse_in("email x:a\x01z;", "unknown source \"x:a?z\"" THOSE);
}


/* A set of an outer level is made again within inner ones, before theirs. */

static void
merge_puts_the_outer_rules_first(void **unused)
{
    sp_error_t      err;
    exchange_t      x;
    sp_arena_t     *arena;
    sp_rules_t     *outer, *inner, *other;
    unsigned        line;
    sp_outcome_t   *outcome;

    arena = sp_arena_create(0);

    outer = sp_rules_create(sp_arena_pool(arena));
    inner = sp_rules_create(sp_arena_pool(arena));
    other = sp_rules_create(sp_arena_pool(arena));

    assert_int_equal(conf_read(outer, sp_arena_pool(arena),
        "sitepreserver_visitor cookie:a; sitepreserver_alias cookie:p;"
        "sitepreserver_currency EUR;"
        "sitepreserver_event identify POST = /x { email form:outer;"
        "  first_name form:name; }"
        "sitepreserver_event set_cart POST = /x { items form:i[*]"
        "  { id @key; quantity .; } }", &err, &line), SP_OK);

    assert_int_equal(conf_read(inner, sp_arena_pool(arena),
        "sitepreserver_visitor cookie:b;"
        "sitepreserver_event login POST = /x { email form:inner; }",
        &err, &line), SP_OK);

    assert_int_equal(sp_rules_merge(inner, outer, &err), SP_OK);
    assert_int_equal(sp_rules_merge(other, outer, &err), SP_OK);

    assert_int_equal(sp_rules_compile(outer, &err), SP_OK);
    assert_int_equal(sp_rules_compile(inner, &err), SP_OK);
    assert_int_equal(sp_rules_compile(other, &err), SP_OK);

    x = (exchange_t) { .method = "POST", .uri = "/x", .status = 200,
        .body = "outer=o@example.com&inner=i@example.com&name=Jo&i[7]=2",
        .request = { { "cookie", "a=1; b=2; p=3" } } };

    assert_int_equal(exchange_play(inner, &x, sp_arena_pool(arena), &outcome),
                     SP_OK);
    assert_int_equal(outcome->kinds, SP_IDENTIFY | SP_LOGIN | SP_SET_CART);
    assert_memory_equal(outcome->email.data, "i@example.com", 13);
    assert_memory_equal(outcome->first_name.data, "Jo", 2);
    assert_memory_equal(outcome->visitor.data, "2", 1);
    assert_memory_equal(outcome->currency.data, "EUR", 3);
    assert_int_equal(outcome->nlines, 1);
    assert_int_equal(outcome->naliases, 1);

    assert_int_equal(exchange_play(other, &x, sp_arena_pool(arena), &outcome),
                     SP_OK);
    assert_int_equal(outcome->kinds, SP_IDENTIFY | SP_SET_CART);
    assert_memory_equal(outcome->email.data, "o@example.com", 13);
    assert_memory_equal(outcome->visitor.data, "1", 1);

    assert_false(sp_rules_empty(other));

    sp_rules_free(outer);
    sp_rules_free(inner);
    sp_rules_free(other);
    sp_arena_destroy(arena);
}


static void
an_empty_set_matches_nothing(void **unused)
{
    exchange_t      x;
    sp_error_t      err;
    sp_arena_t     *arena;
    sp_rules_t     *rules;
    sp_outcome_t   *outcome;

    arena = sp_arena_create(0);
    rules = conf_rules(sp_arena_pool(arena), "", &err);

    assert_true(sp_rules_empty(rules));

    x = (exchange_t) { .method = "GET", .uri = "/", .status = 200 };
    assert_int_equal(exchange_play(rules, &x, sp_arena_pool(arena), &outcome),
                     SP_DONE);

    sp_rules_free(rules);
    sp_rules_free(rules);
    sp_arena_destroy(arena);
}


static void
out_of_memory_at_each_allocation(void **unused)
{
    long         n;
    sp_error_t   err;
    sp_arena_t  *arena;
    sp_rules_t  *rules, *inner;

    for (n = 0; n < 100000; n++) {

        arena = sp_arena_create(0);
        assert_non_null(arena);
        sp_arena_fail_after(arena, n);

        rules = conf_rules(sp_arena_pool(arena), rules_sample, &err);

        if (rules != NULL) {
            sp_rules_free(rules);
            sp_arena_destroy(arena);
            break;
        }

        assert_string_equal(err.text, "out of memory");
        sp_arena_destroy(arena);
    }

    assert_in_range(n, 500, 10000);

    /* the same while a set is merged */

    for (n = 0; n < 100000; n++) {
        unsigned  line;
        sp_rc_t   rc;

        arena = sp_arena_create(0);
        rules = sp_rules_create(sp_arena_pool(arena));
        assert_int_equal(conf_read(rules, sp_arena_pool(arena), rules_sample,
                                   &err, &line), SP_OK);
        inner = sp_rules_create(sp_arena_pool(arena));

        sp_arena_fail_after(arena, n);

        rc = sp_rules_merge(inner, rules, &err);

        sp_rules_free(rules);
        sp_rules_free(inner);
        sp_arena_destroy(arena);

        if (rc == SP_OK) {
            break;
        }

        assert_int_equal(rc, SP_NOMEM);
    }

    assert_in_range(n, 300, 10000);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(everything_is_accepted),
        cmocka_unit_test(presets_are_accepted),
        cmocka_unit_test(names_are_put_in),
        cmocka_unit_test(examples_of_the_reference_are_accepted),
        cmocka_unit_test(kinds_have_names),
        cmocka_unit_test(unknown_prefix_is_an_error),
        cmocka_unit_test(alternatives_need_or),
        cmocka_unit_test(decoders_are_checked),
        cmocka_unit_test(regexes_have_an_end),
        cmocka_unit_test(what_can_never_be_is_refused),
        cmocka_unit_test(constants_are_checked),
        cmocka_unit_test(money_is_for_amounts),
        cmocka_unit_test(later_words_say_so),
        cmocka_unit_test(selectors_are_checked),
        cmocka_unit_test(conditions_are_checked),
        cmocka_unit_test(events_are_checked),
        cmocka_unit_test(directives_are_checked),
        cmocka_unit_test(items_are_checked),
        cmocka_unit_test(graphql_sources_are_checked),
        cmocka_unit_test(
            semantics_5_a_purchase_needs_a_request_side_condition),
        cmocka_unit_test(semantics_6_customer_counts_only_from_answers),
        cmocka_unit_test(semantics_6_visitor_reads_no_bodies),
        cmocka_unit_test(route_is_checked),
        cmocka_unit_test(currency_is_checked),
        cmocka_unit_test(long_words_are_shortened),
        cmocka_unit_test(merge_puts_the_outer_rules_first),
        cmocka_unit_test(an_empty_set_matches_nothing),
        cmocka_unit_test(out_of_memory_at_each_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
