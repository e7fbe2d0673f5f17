/*
 * Copyright (C) SitePreserver developers
 *
 * nginx's configuration: words as nginx splits them, and what servers get.
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>

#include "nginxconf.h"
#include "sp_arena.h"


static nginxconf_error_t  err;


/* All directives as one text: words between "|", then the end. */

static const char *
words(const char *text)
{
    char                   *out;
    sp_rc_t                 rc;
    unsigned                i;
    sp_arena_t             *arena;
    nginxconf_reader_t     *reader;
    nginxconf_directive_t   at;
    static char             all[8192];

    arena = sp_arena_create(0);
    assert_non_null(arena);
    reader = nginxconf_reader_text(sp_arena_pool(arena), "f", text,
                                   strlen(text), &err);
    assert_non_null(reader);
    out = all;
    *out = '\0';

    while ((rc = nginxconf_next(reader, &at, &err)) == SP_OK) {
        for (i = 0; i < at.n; i++) {
            out += sprintf(out, "%s%s", i > 0 ? "|" : "", at.words[i].data);
        }

        out += sprintf(out, "%c", at.end);
    }

    nginxconf_reader_free(reader);
    sp_arena_destroy(arena);

    return rc == SP_DONE ? all : err.text;
}


static void
splits_words(void **state)
{
    assert_string_equal(words(""), "");
    assert_string_equal(words("a b;"), "a|b;");
    assert_string_equal(words(" a\tb\r\n;# c;\nd{e 1;}"), "a|b;d{e|1;}");
    assert_string_equal(words("a \"b c\" 'd;\"' \"\";"), "a|b c|d;\"|;");
    assert_string_equal(words("a \"\\\"\\\\\\t\\d\";"), "a|\"\\\t\\d;");
    assert_string_equal(words("a b\\;c d#e;"), "a|b\\;c|d#e;");
    assert_string_equal(words("a ${x}y $z{}"), "a|${x}y|$z{}");
    assert_string_equal(words("a x{2};"), "unexpected end of file, "
                        "expecting \"}\" in f:1");
    assert_string_equal(words("if ( \"a\") { b; }"), "if|(|a|){b;}");
    assert_string_equal(words("x_by_lua_block { \"}\" --}\n[[}]] } a;"), "a;");
}


static void
says_where(void **state)
{
    assert_string_equal(words("\na;\n}"), "unexpected \"}\" in f:3");
    assert_string_equal(words("a;\n;"), "unexpected \";\" in f:2");
    assert_string_equal(words("a {\n b;\n"), "unexpected end of file, "
                        "expecting \"}\" in f:3");
    assert_string_equal(words("a b"), "unexpected end of file, expecting "
                        "\";\" or \"}\" in f:1");
    assert_string_equal(words("a \"b\"c;"), "unexpected \"c\" in f:1");
    assert_string_equal(words("a\n'b;"), "a quoted parameter does not end "
                        "in f:2");
    assert_string_equal(words("a }"), "unexpected \"}\" in f:1");
    assert_string_equal(words("include x;"), "nothing can be included here "
                        "in f:1");
}


static void
bounds(void **state)
{
    char      text[2 * NGINXCONF_WORD_MAX + 100];
    unsigned  i;

    memset(text, 'a', sizeof(text));
    strcpy(text + NGINXCONF_WORD_MAX, ";");
    assert_int_equal(strlen(words(text)), NGINXCONF_WORD_MAX + 1);

    memset(text, 'a', sizeof(text));
    strcpy(text + NGINXCONF_WORD_MAX + 1, ";");
    assert_non_null(strstr(words(text), "too long parameter"));

    for (i = 0; i <= NGINXCONF_DEPTH_MAX; i++) {
        memcpy(text + 2 * i, "a{", 3);
    }

    assert_non_null(strstr(words(text), "too many blocks in blocks in f:1"));
}


static nginxconf_t *
conf_of(const char *text)
{
    nginxconf_t  *conf;

    conf = nginxconf_parse("f", text, strlen(text), &err);

    if (conf == NULL) {
        fail_msg("%s", err.text);
    }

    return conf;
}


static const char *
found(const nginxconf_t *conf, const char *host)
{
    int                  named;
    sp_str_t             name;
    nginxconf_server_t  *server;

    name = sp_str(host);
    server = nginxconf_server(conf, &name, &named);

    return server == NULL ? "" : server->shop.data;
}


static void
servers_by_host(void **state)
{
    nginxconf_t  *conf;

    conf = conf_of("sitepreserver on;"
        "server { server_name other.de; sitepreserver off; }"
        "server { server_name A.de *.a.de; sitepreserver_shop a; }"
        "server { server_name x.a.de; sitepreserver_shop x; }"
        "server { server_name .b.de; sitepreserver_shop b; }"
        "server { server_name www.c.*; sitepreserver_shop c; }"
        "server { server_name ~^d\\d+\\.; sitepreserver_shop d; }");

    assert_int_equal(conf->nservers, 6);
    assert_string_equal(found(conf, "a.de"), "a");
    assert_string_equal(found(conf, "y.a.de"), "a");
    assert_string_equal(found(conf, "x.a.de"), "x");
    assert_string_equal(found(conf, "b.de"), "b");
    assert_string_equal(found(conf, "w.b.de"), "b");
    assert_string_equal(found(conf, "www.c.com"), "c");
    assert_string_equal(found(conf, "d12.com"), "d");
    assert_string_equal(found(conf, "nobody"), "a");
    assert_string_equal(found(conf, ""), "a");
    assert_string_equal(found(conf, "other.de"), "");
    assert_non_null(nginxconf_server_named(conf, "www.c.com"));
    assert_non_null(nginxconf_server_named(conf, "d"));
    assert_null(nginxconf_server_named(conf, "e"));

    nginxconf_free(conf);
}


static void
merges_levels(void **state)
{
    nginxconf_t         *conf;
    nginxconf_server_t  *server;

    conf = conf_of("http { sitepreserver_idle 90m; sitepreserver_define p x;\n"
        "sitepreserver_cookie us identify=off;\n"
        "sitepreserver_event login POST = /in { email form:mail; }\n"
        "server { sitepreserver_define p y; sitepreserver_retain \"1d 12h\";\n"
        "}\n"
        "server { sitepreserver_event logout GET = /${p} { }\n"
        "location / { sitepreserver on; sitepreserver_body_limit 8k;\n"
        "if ($x) { sitepreserver_body_limit 1k; } } }\n"
        "sitepreserver_remember 2w; }");

    assert_int_equal(conf->nservers, 2);
    server = &conf->servers[0];
    assert_false(server->observed);
    assert_int_equal(server->nrules, 1);

    server = &conf->servers[1];
    assert_true(server->observed);
    assert_int_equal(server->nrules, 2);
    assert_int_equal(server->where[0].line, 3);
    assert_int_equal(server->where[1].line, 6);
    assert_int_equal(server->where[1].what.len, 18);
    assert_memory_equal(server->where[1].what.data, "logout GET = /${p}", 18);
    assert_int_equal(server->terms.idle, 5400000);
    assert_int_equal(server->terms.retain, 30 * 86400);
    assert_int_equal(server->terms.remember, 14 * 86400);
    assert_int_equal(server->body_limit, 8192);
    assert_int_equal(server->response_limit, 262144);
    assert_memory_equal(server->cookie.data, "us", 3);
    assert_false(server->identify);

    nginxconf_free(conf);
}


static void
refuses(const char *text, const char *why)
{
    assert_null(nginxconf_parse("f", text, strlen(text), &err));
    assert_string_equal(err.text, why);
}


static void
names_mistakes(void **state)
{
    refuses("sitepreserver maybe;", "invalid value \"maybe\" in "
            "\"sitepreserver\" directive, it must be \"on\" or \"off\" in "
            "f:1");
    refuses("sitepreserver_idle;", "invalid number of arguments in "
            "\"sitepreserver_idle\" directive in f:1");
    refuses("sitepreserver_idle 1m 1h;", "invalid number of arguments in "
            "\"sitepreserver_idle\" directive in f:1");
    refuses("sitepreserver_idle \"1m 1h\";", "invalid time \"1m 1h\" in f:1");
    refuses("sitepreserver_body_limit x;", "invalid size \"x\" in f:1");
    refuses("server { location / { sitepreserver_shop a; } }",
            "\"sitepreserver_shop\" directive is not allowed here in f:1");
    refuses("sitepreserver_visitor cookie:a;\nsitepreserver_visitor cookie:b;",
            "\"sitepreserver_visitor\" directive is duplicate in f:2");
    refuses("a;\nsitepreserver_define x y;\n", "\"x\" is defined, but nothing "
            "uses it in f:2");
    refuses("server { server_name ~(; }", "invalid regular expression \"~(\" "
            "in f:1");
}


static void
notes_unknown(void **state)
{
    nginxconf_t  *conf;

    conf = conf_of("sitepreserver_redis x;\nsitepreserver_new { a; }\n"
                   "sitepreserver_newer 1;");
    assert_non_null(conf->notes);
    assert_string_equal(conf->notes->text, "\"sitepreserver_newer\" is not "
                        "known here and left out in f:3");
    assert_null(conf->notes->next);
    assert_int_equal(conf->nservers, 1);
    assert_true(conf->servers[0].observed);
    nginxconf_free(conf);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(splits_words),
        cmocka_unit_test(says_where),
        cmocka_unit_test(bounds),
        cmocka_unit_test(servers_by_host),
        cmocka_unit_test(merges_levels),
        cmocka_unit_test(names_mistakes),
        cmocka_unit_test(notes_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
