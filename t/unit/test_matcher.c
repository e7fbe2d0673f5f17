/*
 * Copyright (C) SitePreserver developers
 *
 * Finding the rules that a request meets: the same as trying each in turn.
 */

#define _GNU_SOURCE

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "sp_arena.h"
#include "sp_form.h"
#include "sp_literals.h"
#include "sp_matcher.h"
#include "sp_trie.h"


#define GET   0x01
#define POST  0x04


static sp_str_t
str(const char *text)
{
    sp_str_t  s;

    s.data = text;
    s.len = strlen(text);

    return s;
}


/* A set under test, and what it was made of. */

typedef struct {
    sp_arena_t      *arena;
    sp_regexes_t    *regexes;
    sp_matcher_t    *matcher;
    sp_meeting_t    *rules;
    unsigned         n;
} set_t;


static void
set_begin(set_t *set)
{
    memset(set, 0, sizeof(set_t));

    set->arena = sp_arena_create(0);
    sp_arena_exact(set->arena, 1);
    set->regexes = sp_regexes_create(sp_arena_pool(set->arena));
    set->rules = calloc(SP_RULES_MAX + 1, sizeof(sp_meeting_t));
}


static void
set_add(set_t *set, unsigned methods, sp_uri_op_t op, const char *uri)
{
    sp_error_t     err;
    sp_regex_t    *regex;
    sp_meeting_t  *rule;

    rule = &set->rules[set->n++];
    rule->methods = methods;
    rule->op = op;
    rule->uri = str(uri);

    if (op >= SP_URI_REGEX) {
        if (sp_regex_compile(set->regexes, &rule->uri,
                             op == SP_URI_REGEX_CASELESS, &regex, &err)
            != SP_OK)
        {
            fail_msg("%s: %s", uri, err.text);
        }

        rule->regex = regex;
    }
}


static void
set_args(set_t *set, unsigned methods, const sp_str_t *names, unsigned n)
{
    sp_meeting_t  *rule;

    rule = &set->rules[set->n++];
    rule->methods = methods;
    rule->op = SP_URI_ANY;
    rule->args = names;
    rule->nargs = n;
}


static void
set_end(set_t *set)
{
    assert_int_equal(sp_matcher_create(&set->matcher,
                                       sp_arena_pool(set->arena),
                                       set->regexes, set->rules, set->n),
                     SP_OK);
}


static void
set_free(set_t *set)
{
    sp_regexes_free(set->regexes);
    sp_arena_destroy(set->arena);
    free(set->rules);
}


/* One by one, without anything clever. */

static int
meets(set_t *set, const sp_meeting_t *rule, unsigned method,
    const sp_str_t *uri, const sp_str_t *args)
{
    unsigned    i;
    sp_str_t    value;
    sp_form_t   form;

    if (!(rule->methods & method)) {
        return 0;
    }

    switch (rule->op) {

    case SP_URI_ANY:
        break;

    case SP_URI_EXACT:
        return sp_str_eq(uri, &rule->uri);

    case SP_URI_PREFIX:
        return uri->len >= rule->uri.len
               && memcmp(uri->data, rule->uri.data, rule->uri.len) == 0;

    default:
        return uri->len != 0 && sp_regex_match(rule->regex, uri) == SP_OK;
    }

    if (rule->nargs == 0) {
        return 1;
    }

    assert_int_equal(sp_form_parse(&form, sp_arena_pool(set->arena), args, 0),
                     SP_OK);

    for (i = 0; i < rule->nargs; i++) {
        if (sp_form_get(&form, &rule->args[i], &value) == SP_OK) {
            return 1;
        }
    }

    return 0;
}


static unsigned
check(set_t *set, unsigned method, const char *text, const char *query)
{
    int        some;
    char      *copy, *copied;
    unsigned   i, found;
    uint64_t   bits[SP_RULES_WORDS];
    sp_str_t   uri, args;

    /* of its own size each, so that reading further is seen */

    uri = str(text);
    args = str(query);

    copy = malloc(uri.len + 1);
    copied = malloc(args.len + 1);
    memcpy(copy, uri.data, uri.len);
    memcpy(copied, args.data, args.len);
    copy = realloc(copy, uri.len != 0 ? uri.len : 1);
    copied = realloc(copied, args.len != 0 ? args.len : 1);
    uri.data = copy;
    args.data = copied;

    memset(bits, 0xff, sizeof(bits));
    some = sp_matcher_find(set->matcher, method, &uri, &args, bits);
    found = 0;

    for (i = 0; i < set->n; i++) {

        if (meets(set, &set->rules[i], method, &uri, &args)
            != (int) (bits[i / 64] >> (i % 64) & 1))
        {
            fail_msg("%s?%s, method %u, rule %u \"%.*s\"", text, query,
                     method, i, (int) set->rules[i].uri.len,
                     set->rules[i].uri.data);
        }

        found += bits[i / 64] >> (i % 64) & 1;
    }

    assert_int_equal(some != 0, found != 0);

    free(copy);
    free(copied);

    return found;
}


static void
methods_have_bits(void **unused)
{
    unsigned  i, all, bit;
    sp_str_t  name;

    static const char *const  names[] = {
        "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"
    };

    all = 0;

    for (i = 0; i < 7; i++) {
        name = str(names[i]);
        bit = sp_method(&name);
        assert_false(all & bit);
        all |= bit;
    }

    name = str("PROPFIND");
    assert_int_equal(sp_method(&name) | all, SP_METHODS_ALL);
    name = str("");
    assert_int_equal(sp_method(&name) | all, SP_METHODS_ALL);
    name = str("GETS");
    assert_int_equal(sp_method(&name) | all, SP_METHODS_ALL);

    name = str("GET");
    assert_int_equal(sp_method(&name), SP_METHOD_GET);
    name = str("HEAD");
    assert_int_equal(sp_method(&name), SP_METHOD_HEAD);
}


static void
exact_and_prefix(void **unused)
{
    set_t  set;

    set_begin(&set);
    set_add(&set, POST, SP_URI_EXACT, "/cart");
    set_add(&set, POST, SP_URI_EXACT, "/cart/add");
    set_add(&set, GET, SP_URI_EXACT, "/cart");
    set_add(&set, GET | POST, SP_URI_PREFIX, "/cart/");
    set_add(&set, POST, SP_URI_PREFIX, "/ca");
    set_add(&set, POST, SP_URI_PREFIX, "/");
    set_add(&set, POST, SP_URI_EXACT, "/cart/add");
    set_add(&set, POST, SP_URI_EXACT, "/checkout");
    set_end(&set);

    assert_int_equal(check(&set, POST, "/cart", ""), 3);
    assert_int_equal(check(&set, POST, "/cart/add", ""), 5);
    assert_int_equal(check(&set, GET, "/cart", ""), 1);
    assert_int_equal(check(&set, GET, "/cart/", ""), 1);
    assert_int_equal(check(&set, GET, "/car", ""), 0);
    assert_int_equal(check(&set, POST, "/car", ""), 2);
    assert_int_equal(check(&set, POST, "/c", ""), 1);
    assert_int_equal(check(&set, POST, "", ""), 0);
    assert_int_equal(check(&set, POST, "/checkouts", ""), 1);
    assert_int_equal(check(&set, POST, "/\xff", ""), 1);

    set_free(&set);
}


/* A node with many children gets a table, one with few does not. */

static void
many_children(void **unused)
{
    char      texts[300][12], other[14];
    set_t     set;
    unsigned  i;

    set_begin(&set);

    for (i = 0; i < 300; i++) {
        snprintf(texts[i], sizeof(texts[i]), "/%c%u",
                 i % 2 ? 'a' + (int) (i % 26) : 'A' + (int) (i % 26), i);
        set_add(&set, POST, i % 3 ? SP_URI_EXACT : SP_URI_PREFIX, texts[i]);
    }

    set_end(&set);

    for (i = 0; i < 300; i++) {
        assert_true(check(&set, POST, texts[i], "") >= 1);
        snprintf(other, sizeof(other), "%.12sx", texts[i]);
        check(&set, POST, other, "");
    }

    set_free(&set);
}


static void
regexes(void **unused)
{
    size_t  i;
    set_t   set;

    static const char *const  uris[] = {
        "/cart/add", "/de/cart/add", "/CART/ADD", "/api/v2/cart", "/",
        "/rest/V1/carts/mine", "/aXYZXYZ", "/shop/items/12", "/shop/items/x",
        "/a.b", "/aab", "/cartoon", "/basket", "/kasse/ende", "/xx", "/xyx",
        "/one", "/two", "/three", "/#foo", "/foo bar", "/ending)", "/Q(x"
    };

    set_begin(&set);
    set_add(&set, POST, SP_URI_REGEX, "^/(?:[a-z]{2}/)?cart/(add|remove)$");
    set_add(&set, POST, SP_URI_REGEX, "/api/(v\\d/)?cart$");
    set_add(&set, POST, SP_URI_REGEX_CASELESS, "^/cart/add$");
    set_add(&set, POST, SP_URI_REGEX, "^/rest/.*/carts/(mine|[0-9]+)");
    set_add(&set, POST, SP_URI_REGEX, "(XYZ)\\1");
    set_add(&set, POST, SP_URI_REGEX, "^/shop/items/(\\d+)$");
    set_add(&set, POST, SP_URI_REGEX, "^/a\\.b$|^/basket$");
    set_add(&set, POST, SP_URI_REGEX, "(?i)^/KASSE");
    set_add(&set, POST, SP_URI_REGEX, "^/a{2}b$");
    set_add(&set, POST, SP_URI_REGEX, "^/(one|two|three)$");
    set_add(&set, POST, SP_URI_REGEX, "^/(x)(y)?\\1$");
    set_add(&set, POST, SP_URI_REGEX, "(?x) ^/ foo # bar)");
    set_add(&set, POST, SP_URI_REGEX, "^/foo bar$");
    set_add(&set, POST, SP_URI_REGEX, "\\Q)");
    set_add(&set, POST, SP_URI_REGEX, "(?<name>ending)\\)");
    set_add(&set, POST, SP_URI_REGEX, "(*ANYCRLF)^/xx$");
    set_add(&set, POST, SP_URI_REGEX, "^/cart(?!oon)");
    set_add(&set, POST, SP_URI_REGEX, "cart(oon)?$");
    set_add(&set, POST, SP_URI_REGEX, "");
    set_add(&set, GET, SP_URI_REGEX, "^/one$");
    set_end(&set);

    for (i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
        assert_true(check(&set, POST, uris[i], "") >= 1);
        check(&set, GET, uris[i], "");
        check(&set, SP_METHOD_HEAD, uris[i], "");
    }

    assert_int_equal(check(&set, POST, "/aXYZXYZ", ""), 2);
    assert_int_equal(check(&set, POST, "/xx", ""), 3);
    assert_int_equal(check(&set, POST, "/one", ""), 2);
    assert_int_equal(check(&set, GET, "/one", ""), 1);

    set_free(&set);
}


static void
arguments(void **unused)
{
    size_t    i;
    set_t     set;
    unsigned  spaces;

    static const char *const  queries[] = {
        "", "add-to-cart=5", "a=1&add-to-cart=5", "add-to-cart", "&&",
        "add%2Dto%2dcart=1", "add-to-cartx=1", "xadd-to-cart=1",
        "remove%5Bid%5D=3", "remove[id]=3&add-to-cart=", "=add-to-cart",
        "a=add-to-cart", "with+space=1", "with%20space=1", "with space",
        "%", "%2", "%zz=1", "a=%&%41=1", "A", "a=b=c&undo", "undo&undo",
        "a&&undo", "a=1&&&", "with%2Bspace=1"
    };

    static const sp_str_t  names[] = {
        sp_string("add-to-cart"), sp_string("remove[id]"), sp_string("undo"),
        sp_string("with space"), sp_string("A"), sp_string("%zz")
    };

    /* with and without names that cannot be looked for before all is parsed */

    for (spaces = 0; spaces < 2; spaces++) {

        set_begin(&set);
        set_args(&set, POST | GET, names, 1);
        set_args(&set, GET, names + 1, 2);
        set_args(&set, GET, names + 2, spaces ? 4 : 1);
        set_args(&set, GET, names + 4, 2);
        set_add(&set, POST, SP_URI_ANY, "*");
        set_add(&set, POST, SP_URI_EXACT, "/cart");
        set_end(&set);

        for (i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
            check(&set, POST, "/cart", queries[i]);
            check(&set, GET, "/cart", queries[i]);
            check(&set, SP_METHOD_HEAD, "/cart", queries[i]);
        }

        assert_int_equal(check(&set, GET, "/x", "a=1&add-to-cart=5"), 1);
        assert_int_equal(check(&set, GET, "/x", "a=1&undo=5"), 2);
        assert_int_equal(check(&set, GET, "/x", "a=1&b=5"), 0);
        assert_int_equal(check(&set, POST, "/cart", "add-to-cart=1"), 3);

        set_free(&set);
    }
}


/* Texts and rules of few letters, so that they meet by chance. */

static unsigned  seed;


/* valgrind is slow on code that JIT makes anew each time */

static unsigned
rounds(unsigned n)
{
    const char  *valgrind;

    valgrind = getenv("SP_VALGRIND");

    return valgrind != NULL && strcmp(valgrind, "1") == 0 ? n / 30 : n;
}


static unsigned
below(unsigned n)
{
    seed = seed * 1103515245 + 12345;

    return (seed >> 16) % n;
}


static void
word(char *out, unsigned max)
{
    unsigned  n;

    static const char *const  parts[] = {
        "/", "cart", "add", "shop", "item", "s", "x", "-", "api", "v1", "CART"
    };

    *out = '\0';
    strcat(out, "/");

    for (n = below(max) + 1; n > 0; n--) {
        strcat(out, parts[below(11)]);
    }
}


static void
regex_word(char *out, unsigned max)
{
    unsigned  n;

    static const char *const  parts[] = {
        "/", "cart", "add", "shop", "(cart|shop)", "(?:item)?", "x*", "[a-z]+",
        "s?", "\\d", ".", "v1", "(api/)?", "^", "$", "add|item", "(x|y|z)",
        "(?:cart|add){1,2}", "\\.", "a+", "[^]/]", "(shop(item)?)", "|", "-"
    };

    *out = '\0';

    for (n = below(max) + 1; n > 0; n--) {
        strcat(out, parts[below(24)]);
    }
}


static void
as_one_by_one(void **unused)
{
    char      *texts, uri[200];
    set_t      set;
    unsigned   round, i, n;

    for (round = 0; round < rounds(60); round++) {

        seed = round * 7919 + 1;
        n = 1 + below(120);
        texts = calloc(n, 256);
        set_begin(&set);

        for (i = 0; i < n; i++) {
            sp_uri_op_t  op;

            op = SP_URI_EXACT + below(4);

            if (op < SP_URI_REGEX) {
                word(texts + i * 256, 5);

            } else {
                regex_word(texts + i * 256, 6);
            }

            set_add(&set, 1 + below(SP_METHODS_ALL), op, texts + i * 256);
        }

        set_end(&set);

        for (i = 0; i < 300; i++) {
            word(uri, 6);
            check(&set, 1u << below(SP_METHODS), uri, "");
        }

        set_free(&set);
        free(texts);
    }
}


/* Whatever a regex matches has one of its literals. */

static void
literals_are_never_wrong(void **unused)
{
    char            text[200], subject[200];
    size_t          j;
    unsigned        i, k, n, tried;
    sp_str_t        regex, s, literals[SP_LITERALS_MAX];
    sp_error_t      err;
    sp_arena_t     *arena;
    sp_regex_t     *re;
    sp_regexes_t   *regexes_;

    tried = 0;

    for (i = 0; i < rounds(3000); i++) {

        seed = i * 31 + 7;
        arena = sp_arena_create(0);
        regexes_ = sp_regexes_create(sp_arena_pool(arena));

        regex_word(text, 6);
        regex = str(text);

        if (sp_regex_compile(regexes_, &regex, i % 2, &re, &err) == SP_OK) {

            assert_int_equal(sp_literals_of(sp_arena_pool(arena), &regex,
                                            literals, &n), SP_OK);

            for (k = 0; n != 0 && k < 40; k++) {

                word(subject, 6);
                s = str(subject);

                if (sp_regex_match(re, &s) != SP_OK) {
                    continue;
                }

                tried++;

                for (j = 0; j < s.len; j++) {
                    if (subject[j] >= 'A' && subject[j] <= 'Z') {
                        subject[j] |= 0x20;
                    }
                }

                for (j = 0; j < n; j++) {
                    if (memmem(s.data, s.len, literals[j].data,
                               literals[j].len) != NULL)
                    {
                        break;
                    }
                }

                if (j == n) {
                    fail_msg("%s matches %s without its literal", text,
                             subject);
                }
            }
        }

        sp_regexes_free(regexes_);
        sp_arena_destroy(arena);
    }

    assert_true(tried > rounds(500));
}


static void
literals_of(const char *text, const char *expected)
{
    char         joined[300];
    unsigned     i, n;
    sp_str_t     regex, literals[SP_LITERALS_MAX];
    sp_arena_t  *arena;

    arena = sp_arena_create(0);
    regex = str(text);
    joined[0] = '\0';

    assert_int_equal(sp_literals_of(sp_arena_pool(arena), &regex, literals,
                                    &n), SP_OK);

    for (i = 0; i < n; i++) {
        strcat(joined, i != 0 ? " " : "");
        strncat(joined, literals[i].data, literals[i].len);
    }

    assert_string_equal(joined, expected);
    sp_arena_destroy(arena);
}


static void
literals_that_regexes_need(void **unused)
{
    literals_of("^/cart/add$", "/cart/add");
    literals_of("^/(en|de)/checkout$", "/checkout");
    literals_of("^/(cart|basket)$", "/cart /basket");
    literals_of("^/(?:cart|basket)$", "/cart /basket");
    literals_of("^/carts?$", "/cart");
    literals_of("^/cart+", "/cart");
    literals_of("/Rest/V1", "/rest/v1");
    literals_of("a\\.php$|b\\.php", "a.php b.php");
    literals_of("^/(cart|basket)?$", "");
    literals_of("^/(?:cart|wp-login\\.php)/?$", "/cart /wp-login.php");
    literals_of("^/(?:cart/?|x:form(?:/a)?)$", "/cart /x:form");
    literals_of("^/((cart|shop)x|basket[0-9])$", "cart shop basket");
    literals_of("^/((a|shop)|basket)$", "");
    literals_of("^/a(?:c?art|basket)$", "art basket");
    literals_of("^/a(?:carts?|basket+)$", "/acart /abasket");
    literals_of("^/A(?:CART|basket)/longer", "/longer");
    literals_of("^/a.(?:cart|basket)$", "cart basket");
    literals_of("^/ab?(?:cart|basket)$", "cart basket");
    literals_of("^/(?:(?=cart)s|basket)$", "");
    literals_of("^/(?!shop|cart)/basket", "/basket");
    literals_of("((((((cart))))))", "");
    literals_of("(ca\\)rt|shop)", "ca)rt shop");
    literals_of("(cart[|)]x|shop)", "cart shop");
    literals_of("^/.*$", "");
    literals_of("cart|", "");
    literals_of("cart|ab", "");
    literals_of("\\x2fcart", "");
    literals_of("(?i)cart", "");
    literals_of("(?!cart)shop", "shop");
    literals_of("[[:alpha:]]cart", "");
    literals_of("[]cart]shop", "shop");
    literals_of("[^]cart]shop", "shop");
    literals_of("cart{0}shop", "shop");
    literals_of("cart{1,2}shop", "shop");
    literals_of("ab{x|y}cart", "");
    literals_of("(ab){|y}cart", "");
    literals_of("[ab]{cart", "");
    literals_of("(shop", "");
    literals_of("shop)", "");
    literals_of("shop\\", "");
    literals_of("", "");
}


/* Nested quantifiers on a hostile URI: given up, and soon. */

static void
hostile_regexes_end(void **unused)
{
    char       uri[2000];
    set_t      set;
    unsigned   i;

    set_begin(&set);

    for (i = 0; i < 5; i++) {
        set_add(&set, POST, SP_URI_REGEX, "^/(a+)+$");
        set_add(&set, POST, SP_URI_REGEX, "^/(a|a)*b$");
    }

    set_end(&set);

    memset(uri, 'a', sizeof(uri));
    uri[0] = '/';
    uri[sizeof(uri) - 2] = '!';
    uri[sizeof(uri) - 1] = '\0';

    assert_int_equal(check(&set, POST, uri, ""), 0);

    set_free(&set);
}


static void
regexes_give_text(void **unused)
{
    sp_str_t       text, subject;
    sp_error_t     err;
    sp_regex_t    *re;
    sp_arena_t    *arena;
    sp_regexes_t  *set;

    arena = sp_arena_create(0);
    set = sp_regexes_create(sp_arena_pool(arena));

    text = str("(a)|(b)(c)?");
    assert_int_equal(sp_regex_compile(set, &text, 0, &re, &err), SP_OK);
    assert_int_equal(sp_regex_captures(re), 3);

    subject = str("xb");
    assert_int_equal(sp_regex_match(re, &subject), SP_OK);
    assert_int_equal(sp_regex_capture(re, &subject, 1, &text), SP_DONE);
    assert_int_equal(sp_regex_capture(re, &subject, 2, &text), SP_OK);
    assert_ptr_equal(text.data, subject.data + 1);
    assert_int_equal(text.len, 1);
    assert_int_equal(sp_regex_capture(re, &subject, 3, &text), SP_DONE);
    assert_int_equal(sp_regex_capture(re, &subject, 4, &text), SP_DONE);
    assert_int_equal(sp_regex_extract(re, &subject, &text), SP_OK);
    assert_ptr_equal(text.data, subject.data + 1);

    text = str("b+");
    assert_int_equal(sp_regex_compile(set, &text, 0, &re, &err), SP_OK);
    subject = str("abbc");
    assert_int_equal(sp_regex_extract(re, &subject, &text), SP_OK);
    assert_int_equal(text.len, 2);

    subject.len = 0;
    subject.data = NULL;
    assert_int_equal(sp_regex_extract(re, &subject, &text), SP_DONE);
    assert_int_equal(sp_regex_match(re, &subject), SP_DONE);

    sp_regexes_free(set);
    sp_arena_destroy(arena);
}


static void
too_many_rules(void **unused)
{
    set_t     set;
    unsigned  i;

    set_begin(&set);

    for (i = 0; i <= SP_RULES_MAX; i++) {
        set_add(&set, POST, SP_URI_EXACT, "/x");
    }

    assert_int_equal(sp_matcher_create(&set.matcher, sp_arena_pool(set.arena),
                                       set.regexes, set.rules, set.n),
                     SP_LIMIT);

    set.n--;
    set_end(&set);
    assert_int_equal(check(&set, POST, "/x", ""), SP_RULES_MAX);

    set_free(&set);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(methods_have_bits),
        cmocka_unit_test(exact_and_prefix),
        cmocka_unit_test(many_children),
        cmocka_unit_test(regexes),
        cmocka_unit_test(arguments),
        cmocka_unit_test(as_one_by_one),
        cmocka_unit_test(literals_are_never_wrong),
        cmocka_unit_test(literals_that_regexes_need),
        cmocka_unit_test(hostile_regexes_end),
        cmocka_unit_test(regexes_give_text),
        cmocka_unit_test(too_many_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
