/*
 * Copyright (C) SitePreserver developers
 *
 * Whose page it is: the quick look finds what the slow one does, and many
 * strings looked for at once are found where one by one they are.  Who asked for
 * it, and whether it is for one visitor alone.
 */

#define _GNU_SOURCE

#include "observe_lab.h"
#include "sp_cookies.h"
#include "sp_literals.h"
#include "sp_private.h"


static unsigned  seed;


static unsigned
below(unsigned n)
{
    seed = seed * 1103515245 + 12345;

    return (seed >> 16) % n;
}


/* A text of up to max of few letters, so that all kinds of overlaps come. */

static size_t
letters(char *text, size_t min, size_t max, unsigned kinds)
{
    size_t  i, len;

    len = min + below((unsigned) (max - min + 1));

    for (i = 0; i < len; i++) {
        text[i] = "ab-C=cA;\xe9"[below(kinds)];
    }

    text[len] = '\0';

    return len;
}


static void
many_strings_at_once(void **unused)
{
    char            words[6][16], text[200];
    size_t          i;
    unsigned        n, w, min, hits, misses;
    uint64_t        found, expected;
    sp_str_t        s;
    sp_arena_t     *arena;
    sp_literals_t  *set;

    hits = misses = 0;

    for (n = 0; n < 4000; n++) {

        seed = n * 7 + 1;
        arena = sp_arena_create(0);
        sp_arena_exact(arena, 1);
        set = sp_literals_create(sp_arena_pool(arena));
        min = 1 + below(6);

        for (w = 0; w < 6; w++) {
            s.len = letters(words[w], min, 12, 3);
            s.data = words[w];
            assert_int_equal(sp_literals_add(set, &s, w), SP_OK);
        }

        assert_int_equal(sp_literals_build(set), SP_OK);

        for (i = 0; i < 8; i++) {
            s.len = letters(text, 0, 8 + i * 20, i % 2 ? 9 : 4);
            s.data = text;
            found = expected = 0;

            for (w = 0; w < 6; w++) {
                if (strcasestr(text, words[w]) != NULL) {
                    expected |= 1u << w;
                }
            }

            assert_int_equal(sp_literals_find(set, &s, &found),
                             expected != 0);
            assert_int_equal(found, expected);

            hits += expected != 0;
            misses += expected == 0;
        }

        sp_arena_destroy(arena);
    }

    assert_true(hits > 1000 && misses > 1000);
}


static void
long_strings(void **unused)
{
    char            name[600], text[1300];
    uint64_t        found;
    sp_str_t        s;
    sp_literals_t  *set;

    memset(name, 'n', sizeof(name));
    memset(text, 'x', sizeof(text));

    set = sp_literals_create(sp_arena_pool(lab.arena));
    s.data = name;
    s.len = sizeof(name);

    assert_int_equal(sp_literals_add(set, &s, 0), SP_OK);
    assert_int_equal(sp_literals_build(set), SP_OK);

    s.data = text;
    s.len = sizeof(text);
    found = 0;
    assert_int_equal(sp_literals_find(set, &s, &found), 0);

    memcpy(text + 700, name, sizeof(name));
    assert_int_equal(sp_literals_find(set, &s, &found), 1);
    assert_int_equal(found, 1);

    s.len = 700 + sizeof(name) - 1;
    assert_int_equal(sp_literals_find(set, &s, &found), 0);
}


/*
 * What the quick look says: the visitor ("": none), and our own cookie.  That it
 * is worth to look is said of every visitor.
 */

static void
viewer_(const char *cookie, const char *expected, int expected_own,
    int line)
{
    int            own;
    sp_rc_t        rc, slow;
    sp_str_t       visitor, other, header;
    unsigned       cookies;
    exchange_t     x;
    sp_exchange_t  ex;

    x = (exchange_t) { .method = "GET", .uri = "/carts/c7",
                       .request = { { cookie != NULL ? "cookie" : NULL, cookie } } };
    exchange_show(&x, &ex);

    header = sp_str(cookie);
    cookies = cookie != NULL ? sp_observe_cookies(lab.rules, &header) : 0;

    rc = sp_observe_viewer(lab.rules, &ex, cookies, sp_arena_pool(lab.pool),
                           &visitor, &own);
    slow = sp_observe_visitor(lab.rules, &ex, sp_arena_pool(lab.pool),
                              &other);

    assert_int_equal(rc, slow);
    assert_int_equal(own, expected_own);
    assert_int_equal(rc, *expected != '\0' ? SP_OK : SP_DONE);

    if (rc == SP_OK) {
        assert_true(sp_observe_viewable(lab.rules, &ex, cookies));
        is_(&visitor, expected, line);
        is_(&other, expected, line);
    }
}


#define viewer(cookie, expected, own)                                         \
    viewer_(cookie, expected, own, __LINE__)


static void
own(const char *text, const char *name)
{
    unsigned    line;
    sp_str_t    own;
    sp_error_t  err;

    line = 0;
    own.data = name;
    own.len = strlen(name);

    lab.rules = sp_rules_create(sp_arena_pool(lab.arena));
    sp_rules_own(lab.rules, &own);

    assert_int_equal(conf_read(lab.rules, sp_arena_pool(lab.arena), text, &err,
                               &line), SP_OK);
    assert_int_equal(sp_rules_compile(lab.rules, &err), SP_OK);
}


static void
cookies_of_visitors(void **unused)
{
    own("sitepreserver_visitor cookie:wp_session_*"
        " or cookie:Cart or cookie:*_tail or cookie:s;", "sp_visitor");

    viewer("a=b; c=d", "", 0);
    viewer("", "", 0);
    viewer("wp_session_1=x", "x", 0);
    viewer("a=1; wp_session_=y; b", "y", 0);
    viewer("Cart=7", "7", 0);
    viewer("long_tail=8", "8", 0);
    viewer("s=9", "9", 0);
    viewer("Cart=7; wp_session_z=8", "8", 0);

    viewer("cart=7; xs=1; x=wp_session_1; s", "", 0);
    viewer(" \t;;  ;\tCart=6 ;", "6", 0);

    /* not certainly away, and not there */

    viewer("sp_visitor=1", "", 1);
    viewer("a;sp_visitors=1; wp_session_1=2", "2", 1);
    viewer("wp_session_", "", 0);
    viewer("SP_VISITOR=1;sp_visito", "", 0);
}


/* Few are kept, and more are found as well, each at any place. */

static void
more_than_are_kept(void **unused)
{
    char      text[600], name[16];
    size_t    len;
    unsigned  n, at, i;

    own("sitepreserver_visitor cookie:first or cookie:w*;", "sp_visitor");

    for (n = 1; n <= 40; n++) {
        for (at = 0; at < n; at++) {

            for (len = 0, i = 0; i < n; i++) {
                len += (size_t) snprintf(text + len, sizeof(text) - len,
                                         "; %s%u=%u", i == at ? "w" : "x",
                                         i, i);
            }

            snprintf(name, sizeof(name), "%u", at);
            viewer(text, name, 0);
            viewer(text + 2, name, 0);
        }
    }

    /* without a value, it is the next one */

    viewer("w1=; w2; w3=3; w4=4", "3", 0);
    viewer("w1=; w2; w3=3; w4=4; first=1", "1", 0);
}


static void
other_sources(void **unused)
{
    own("sitepreserver_visitor cookie:session or uri:2;", "sp_visitor");
    viewer("a=b", "c7", 0);
    viewer("session=b; sp_visitor=", "b", 1);

    sp_rules_free(lab.rules);
    own("sitepreserver_visitor header:Cookie or header:X-None;", "o");
    viewer("a=b", "a=b", 0);
    viewer(NULL, "", 0);

    sp_rules_free(lab.rules);
    own("sitepreserver_visitor cookie:session"
        " or response.header:X-Session;", "");
    viewer("a=b", "", 1);
    viewer("session=b", "b", 1);

    /* a name that may be any */

    sp_rules_free(lab.rules);
    own("sitepreserver_visitor cookie:s or cookie:*;", "o");
    viewer("a=b", "b", 0);
    viewer("a=b; o", "b", 1);
}


static int
viewable(const char *header, const char *cookie)
{
    sp_str_t       value;
    unsigned       cookies;
    exchange_t     x;
    sp_exchange_t  ex;

    x = (exchange_t) { .method = "GET", .uri = "/",
                       .request = { { "cookie", cookie }, { header, "x" } } };
    exchange_show(&x, &ex);
    value = sp_str(cookie);
    cookies = sp_observe_cookies(lab.rules, &value);

    return sp_observe_viewable(lab.rules, &ex, cookies) != 0;
}


static void
pages_of_nobody(void **unused)
{
    own("sitepreserver_visitor cookie:session or cookie:wp_* or header:X-Cart"
        " or response.header:X-Cart;", "sp_visitor");

    assert_false(viewable(NULL, ""));
    assert_false(viewable(NULL, "a=b; sessio=1; sp_visito=2; wp"));
    assert_false(viewable("x-cart2", "a=session=1"));
    assert_true(viewable("x-cart", "a=b"));
    assert_true(viewable(NULL, "a=b; session=1"));
    assert_true(viewable(NULL, "a=b; wp_=1"));
    assert_true(viewable(NULL, "a=b;  sp_visitor=1"));

    sp_rules_free(lab.rules);
    own("sitepreserver_visitor cookie:session;", "*");
    assert_true(viewable(NULL, "a=b"));

    sp_rules_free(lab.rules);
    own("sitepreserver_visitor response.cookie:session;", "");
    assert_false(viewable(NULL, "a=b"));
    assert_int_equal(sp_observe_cookies(lab.rules, &(sp_str_t) { 3, "a=b" }),
                     0);
}


/* Is there a cookie whose name begins so?  One by one, as they are written. */

static int
begins(const sp_str_t *header, const char *name)
{
    size_t       len;
    const char  *p, *end;

    len = strlen(name);
    p = header->data;

    for (end = p + header->len; p < end; p++) {

        while (p < end && (*p == ' ' || *p == '\t')) {
            p++;
        }

        if ((size_t) (end - p) >= len && memcmp(p, name, len) == 0) {
            return 1;
        }

        while (p < end && *p != ';') {
            p++;
        }
    }

    return 0;
}


/* As much of the text as there is room for. */

static void
append(char *data, size_t *len, size_t size, const char *text)
{
    size_t  n;

    n = strlen(text);
    n = n < size - *len ? n : size - *len;
    memcpy(data + *len, text, n);
    *len += n;
}


/* Of any length, in memory that ends where they end. */

static void
many_cookies(void **unused)
{
    char        *header;
    size_t       size;
    sp_str_t     s;
    unsigned     n, i, found, all;

    static const char *const  pieces[] = {
        "_ga=GA1.1.1234567890.1234567890", "theme_of_the_shop=dark_and_long",
        "consent=session=1,wp_,x,sp_visitor", "sessio", "sp_visito=1", "wp",
        "s", "\xe9", "session=1", "sessions", "wp_a=b", "x", "x=1",
        "sp_visitor="
    };
    static const char *const  ends[] = { "; ", ";", "; ", ";\t", ";  ", ";;" };
    static const char *const  names[] = { "session", "wp_", "x" };

    own("sitepreserver_visitor cookie:session or cookie:wp_* or cookie:x;",
        "sp_visitor");
    all = 0;

    for (n = 0; n < 20000; n++) {
        seed = n * 5 + 3;
        size = 1 + below(n % 2 ? 100 : 700);
        header = malloc(size);
        assert_non_null(header);
        s.data = header;
        s.len = 0;

        while (s.len < size) {
            append(header, &s.len, size,
                   pieces[below(below(12) != 0 ? 8 : 14)]);
            append(header, &s.len, size, ends[below(6)]);
        }

        found = 0;

        for (i = 0; i < 3; i++) {
            found |= begins(&s, names[i]) ? 1u << i : 0;
        }

        found |= begins(&s, "sp_visitor") ? SP_COOKIES_MORE : 0;

        assert_int_equal(sp_observe_cookies(lab.rules, &s), found);
        all |= size > 300 ? 1u << (found & 7) : 0;
        free(header);
    }

    assert_int_equal(all, 0xff);
}


static int
scripted(exchange_t x)
{
    sp_exchange_t  ex;

    exchange_show(&x, &ex);

    return sp_observe_scripted(&ex);
}


#define SCRIPTED(...)                                                         \
    scripted((exchange_t) { .method = "GET", .uri = "/",                      \
                            .request = { __VA_ARGS__ } })


static void
scripts_that_ask(void **unused)
{
    assert_false(SCRIPTED({ "accept", "*/*" }));
    assert_false(SCRIPTED({ "x-requested-with", "com.example.app" }));
    assert_false(SCRIPTED({ "sec-fetch-dest", "document" }));
    assert_false(SCRIPTED({ "sec-fetch-dest", "empty" },
                          { "accept", "text/html, application/xhtml+xml" }));

    assert_true(SCRIPTED({ "x-requested-with", "XMLHttpRequest" },
                         { "sec-fetch-dest", "document" }));
    assert_true(SCRIPTED({ "sec-fetch-dest", "empty" }));
    assert_true(SCRIPTED({ "sec-fetch-dest", "iframe" }, { "accept", "*/*" }));
    assert_true(SCRIPTED({ "sec-fetch-dest", "empty" },
                         { "accept", "text/htm" }));
}


static int
private_answer(const char *method, unsigned status, const char *one,
    const char *two)
{
    exchange_t     x;
    sp_exchange_t  ex;

    x = (exchange_t) { .method = method, .uri = "/" };

    if (one != NULL) {
        x.response[0][0] = "cache-control";
        x.response[0][1] = one;
    }

    if (two != NULL) {
        x.response[1][0] = "cache-control";
        x.response[1][1] = two;
    }

    exchange_show(&x, &ex);

    return sp_private(&ex, status);
}


static void
answers_for_one_visitor(void **unused)
{
    unsigned  i;

    static const struct {
        const char  *method;
        unsigned     status;
        const char  *one;
        const char  *two;
        int          is;
    } answers[] = {
        { "GET", 200, NULL, NULL, 0 },
        { "HEAD", 200, "max-age=60", NULL, 0 },
        { "POST", 200, NULL, NULL, 1 },
        { "DELETE", 302, "no-cache", NULL, 1 },
        { "POST", 400, "private", NULL, 0 },
        { "GET", 200, "private", NULL, 1 },
        { "GET", 399, "max-age=0,\tNo-Store \t,", NULL, 1 },
        { "GET", 200, "max-age=0", "PRIVATE", 1 },
        { "GET", 200, "private=\"x\"", NULL, 0 },
        { "GET", 200, "xprivate, no-storex", NULL, 0 },
        { "GET", 200, "private", "public", 0 },
        { "POST", 200, "s-maxage=1", NULL, 0 },
        { "POST", 200, "S-MaxAge", NULL, 1 },
        { "POST", 200, "Public", NULL, 0 },
        { "POST", 200, ",,publicity", NULL, 1 },
        { "GET", 200, "", NULL, 0 }
    };

    for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {

        if (private_answer(answers[i].method, answers[i].status,
                           answers[i].one, answers[i].two)
            != answers[i].is)
        {
            fail_msg("%u: %s \"%s\"", i, answers[i].method,
                     answers[i].one != NULL ? answers[i].one : "");
        }
    }
}


/* Up to how many are kept, and more; those that are none among them. */

static void
cookies_of_answers(void **unused)
{
    unsigned    i, n;
    char        sets[EXCHANGE_HEADERS][16];
    exchange_t  x;

    rules("sitepreserver_visitor cookie:s;"
          "sitepreserver_event login POST = /x {"
          " if response.cookie:a* = last; if response.cookie:b deleted;"
          " if response.cookie:c absent; customer response.cookie:d; }");

    for (n = 6; n < EXCHANGE_HEADERS; n++) {

        x = (exchange_t) { .method = "POST", .uri = "/x", .status = 200 };

        for (i = 0; i < n; i++) {
            snprintf(sets[i], sizeof(sets[i]), i == 2 ? "none" : "x%u=1", i);
            x.response[i][0] = "set-cookie";
            x.response[i][1] = sets[i];
        }

        x.response[0][1] = "a1=first";
        x.response[1][1] = "b=1; Max-Age=0";
        x.response[n - 3][1] = "d=42";
        x.response[n - 2][1] = "a2=last";
        x.response[n - 1][1] = "s=new";

        assert_non_null(play(&x));
        is(lab.out->customer, "42");
        is(lab.out->next_visitor, "new");

        x.response[n - 1][1] = "a3=other";
        play(&x);
        assert_true(lab.rc != SP_OK || lab.out->kinds == 0);
    }
}


#define TEST(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        TEST(many_strings_at_once),
        TEST(long_strings),
        TEST(cookies_of_visitors),
        TEST(more_than_are_kept),
        TEST(other_sources),
        TEST(pages_of_nobody),
        TEST(many_cookies),
        TEST(cookies_of_answers),
        TEST(scripts_that_ask),
        TEST(answers_for_one_visitor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
