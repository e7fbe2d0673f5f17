/*
 * Copyright (C) SitePreserver developers
 *
 * The arguments of calls and the reading of replies, without Redis.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#include "sp_arena.h"
#include "sp_call.h"


#define F "\037"
#define R "\036"

#define HEAD "3600000 2592000 604800 7776000 43200000 50 "


static const sp_terms_t  terms = { 3600000, 2592000, 604800, 7776000,
                                   43200000, 50, sp_null_string };
static const sp_str_t    shop = sp_string("demo");
static const sp_str_t    source = sp_string("sourcesourcesourcesour");

static sp_arena_t       *arena;
static const sp_pool_t  *pool;


static int
setup(void **state)
{
    arena = sp_arena_create(0);
    pool = sp_arena_pool(arena);

    return arena == NULL;
}


static int
teardown(void **state)
{
    sp_arena_destroy(arena);

    return 0;
}


static sp_str_t
str(const char *s)
{
    sp_str_t  r;

    r.data = s;
    r.len = strlen(s);

    return r;
}


static sp_id_t
id(char c)
{
    sp_id_t  r;

    memset(r.text, c, SP_ID_LEN);
    r.text[SP_ID_LEN] = '\0';

    return r;
}


static void
arg(const sp_call_t *call, int n, const char *want)
{
    assert_true(n < call->argc);

    if (call->argvlen[n] != strlen(want)
        || memcmp(call->argv[n], want, call->argvlen[n]) != 0)
    {
        fail_msg("argument %d: \"%.*s\", not \"%s\"", n,
                 (int) call->argvlen[n], call->argv[n], want);
    }
}


static sp_line_t
line(const char *name, int64_t quantity, int64_t price, int64_t total)
{
    sp_line_t  l;

    memset(&l, 0, sizeof(sp_line_t));
    l.id = str(name);
    l.quantity = quantity;
    l.price = price;
    l.total = total;
    l.from_shop = 1;

    return l;
}


static void
event_start(sp_event_t *event)
{
    memset(event, 0, sizeof(sp_event_t));
    event->visit = id('v');
    event->status = 200;
    event->total = SP_NO_AMOUNT;
}


static void written_down(const sp_call_t *call, const sp_event_t *event);


static void
make(sp_call_t *call, const sp_event_t *event)
{
    assert_int_equal(sp_call_event(call, pool, &shop, &terms, event, &source,
                                   7), SP_OK);
    assert_int_equal(call->argc, 14);
    arg(call, 0, "FCALL");
    arg(call, 1, "sp1_event");
    arg(call, 2, "2");
    arg(call, 3, "sp:{demo}:v:vvvvvvvvvvvvvvvvvvvvvv");
    arg(call, 4, "sp:{demo}:moved");
    arg(call, 5, source.data);
    arg(call, 6, "7");
    arg(call, 13, "0000000000000");

    written_down(call, event);
}


/* The same where the terms were written down before. */

static void
written_down(const sp_call_t *call, const sp_event_t *event)
{
    int         i;
    sp_call_t   again;
    sp_terms_t  written;

    written = terms;
    assert_int_equal(sp_terms_text(&written, pool), SP_OK);

    written.idle = 1;               /* the text counts */

    assert_int_equal(sp_call_event(&again, pool, &shop, &written, event,
                                   &source, 7), SP_OK);
    assert_int_equal(again.argc, call->argc);

    for (i = 0; i < again.argc; i++) {
        assert_int_equal(again.argvlen[i], call->argvlen[i]);
        assert_memory_equal(again.argv[i], call->argv[i], call->argvlen[i]);
    }
}


static void
test_library(void **state)
{
    sp_call_t  call;

    assert_string_equal(sp_functions_name, "sp1");
    assert_int_equal(sp_functions_lua_len, strlen(sp_functions_lua));
    assert_memory_equal(sp_functions_lua, "#!lua name=sp1\n", 15);

    sp_call_load(&call);
    assert_int_equal(call.argc, 3);
    arg(&call, 0, "FUNCTION");
    arg(&call, 1, "LOAD");
    arg(&call, 2, sp_functions_lua);
}


static void
test_event_bare(void **state)
{
    sp_call_t   call;
    sp_event_t  event;

    event_start(&event);
    event.kinds = SP_PAGE_VIEW;
    make(&call, &event);
    arg(&call, 7, HEAD "131072 200 0 0 ");
    arg(&call, 8, "");
    arg(&call, 9, "");
    arg(&call, 10, "");
    arg(&call, 11, "");
    arg(&call, 12, "");

    event.seen = 1795600000123456;
    make(&call, &event);
    arg(&call, 11, "");
    arg(&call, 12, "1795600000123456");
}


static void
test_event_who(void **state)
{
    sp_call_t   call;
    sp_event_t  event;

    event_start(&event);
    event.kinds = SP_LOGIN | SP_RESCUE_CLICK;
    event.moved_own = 1;
    event.logged_in = 1;
    event.forget = 1;
    event.moved_from = id('m');
    event.customer = id('c');
    event.shopper = id('p');
    event.sealed = str("1" F "abc");
    event.captured = SP_CAPTURED_LOGIN;
    event.device = SP_DEVICE_PHONE;
    event.network = id('n');
    event.first_name = str("J\037o");
    event.locale = str("de-AT");
    event.currency = str("EUR");
    event.order = id('o');
    event.total = -5;
    event.click.shopper = id('k');
    event.click.rescue = 3;
    event.click.step = 4000000000u;
    event.naliases = 2;
    event.aliases[0].id = id('a');
    event.aliases[0].bind = 1;
    event.aliases[0].own = 1;
    event.aliases[1].id = id('b');
    event.aliases[1].deleted = 1;

    make(&call, &event);
    arg(&call, 7, HEAD "65792 200 0 90 EUR");
    arg(&call, 8, "-5");
    arg(&call, 9, "mmmmmmmmmmmmmmmmmmmmmm" F "pppppppppppppppppppppp" F
        "nnnnnnnnnnnnnnnnnnnnnn" F "Jo" F "de-AT" F
        "oooooooooooooooooooooo" F "kkkkkkkkkkkkkkkkkkkkkk" F "3" F
        "4000000000" F "1" F "1" F "abc");
    arg(&call, 10, "aaaaaaaaaaaaaaaaaaaaaa5bbbbbbbbbbbbbbbbbbbbbb2"
        "cccccccccccccccccccccc8");

    event.currency = str("eur");
    event.total = SP_NO_AMOUNT;
    event.checkout = 1;
    make(&call, &event);
    arg(&call, 7, HEAD "65792 200 0 94 ");
    arg(&call, 8, "");
}


/* How the address came, how consent did, and whose word the locale is. */

static void
test_event_how(void **state)
{
    sp_call_t   call;
    sp_event_t  event;

    event_start(&event);
    event.consent = SP_CONSENT_GIVEN;
    event.consented = SP_CONSENTED_NEWSLETTER;
    make(&call, &event);
    arg(&call, 9, F F F F F F F F F "32" F);

    event.consent = SP_CONSENT_WITHDRAWN;
    event.captured = SP_CAPTURED_CHECKOUT;
    event.asked = 1;
    make(&call, &event);
    arg(&call, 9, F F F F F F F F F "99" F);

    event.locale = str("de");
    make(&call, &event);
    arg(&call, 9, F F F F "de" F F F F F "227" F);

    event.consent = SP_CONSENT_NOT;
    event.asked = 0;
    make(&call, &event);
    arg(&call, 9, F F F F "de" F F F F F "3" F);

    event.time_zone = str("Europe/Dublin");
    make(&call, &event);
    arg(&call, 9, F F F F "de Europe/Dublin" F F F F F "3" F);

    event.locale.len = 0;
    make(&call, &event);
    arg(&call, 9, F F F F " Europe/Dublin" F F F F F "3" F);

    event.time_zone.len = 0;
    make(&call, &event);
    arg(&call, 9, "");
}


static void
test_event_lines(void **state)
{
    sp_call_t      call;
    sp_line_t      lines[9];
    sp_event_t     event;
    unsigned char  known[9];

    memset(known, 0, sizeof(known));
    event_start(&event);
    event.kinds = SP_SET_CART;
    event.cart = SP_CART_SNAPSHOT;
    event.lines = lines;
    event.known = known;
    event.nlines = 9;

    /* all there is; a total that is the product is left out */

    lines[0] = line("1", 2, 500, 1000);
    lines[0].key = str("k");
    lines[0].sku = str("s");
    lines[0].name = str("Shirt\tblue");
    lines[0].url = str("https://shop.example/1");
    lines[0].image = str("https://shop.example/1.png");
    lines[0].options = str("L");
    lines[0].category = str("Shirts");

    /* a total of its own; texts that Redis knows */

    lines[1] = line("2", 2, 500, 900);
    lines[1].name = str("known");
    known[1] = 1;

    /* what a request says is not mailed */

    lines[2] = line("3", 4, 500, 2000);
    lines[2].name = str("Send money to");
    lines[2].from_shop = 0;

    /* nothing known but its id */

    lines[3] = line("4", SP_NO_AMOUNT, SP_NO_AMOUNT, SP_NO_AMOUNT);

    /* neither id nor key, once it is clean: left out */

    lines[4] = line("\001\002", 1, 1, 1);

    /* amounts out of range */

    lines[5] = line("6", INT64_MAX, INT64_MAX, INT64_MIN + 2);

    lines[6] = line("7", -1, 0, SP_NO_AMOUNT);
    lines[6].category = str("c");

    /* said, but not to be told: what was known before is not either */

    lines[7] = line("8", 2, SP_UNSURE, 900);
    lines[8] = line("9", 2, SP_UNSURE, SP_UNSURE);

    make(&call, &event);
    arg(&call, 11,
        "1" F "k" F "2" F "500" F F "s" F "Shirt blue" F
        "https://shop.example/1" F "https://shop.example/1.png" F "L" F
        "Shirts" R
        "2" F F "2" F "500" F "900" R
        "3" F F "4" F R
        "4" F F F R
        "6" F F "999999" F R
        "7" F F "0" F "0" F F F F F F F "c" R
        "8" F F "2" F "-" F "900" R
        "9" F F "2" F "-" F "-");
}


static void
test_event_limits(void **state)
{
    char        big[2048];
    size_t      i, n;
    sp_call_t   call;
    sp_line_t   lines[SP_ITEMS_MAX + 5];
    sp_event_t  event;

    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';

    event_start(&event);
    event.cart = SP_CART_SNAPSHOT;
    event.lines = lines;

    for (i = 0; i < SP_ITEMS_MAX + 5; i++) {
        lines[i] = line("1", 1, 1, 1);
    }

    event.nlines = SP_ITEMS_MAX + 5;
    make(&call, &event);

    for (i = 0, n = 1; i < call.argvlen[11]; i++) {
        n += call.argv[11][i] == '\036';
    }

    assert_int_equal(n, SP_ITEMS_MAX);

    event.nlines = 2;
    lines[0].id = str(big);             /* an id that is cut is another's */
    lines[1].name = str(big);
    lines[1].url = str(big);            /* so is a link */
    event.first_name = str(big);
    event.sealed = str(big);
    make(&call, &event);

    big[256] = '\0';
    assert_int_equal(call.argvlen[11], strlen("1" F F "1" F "1" F F F) + 256);
    assert_memory_equal(call.argv[11], "1" F F "1" F "1" F F F "xx", 11);
    assert_int_equal(call.argvlen[9], 120 + 11);
}


/* Out of memory at each allocation: told, and nothing else. */

static void
test_no_memory(void **state)
{
    long           n;
    sp_rc_t        rc;
    sp_id_t        who;
    sp_call_t      call;
    sp_line_t      lines[1];
    sp_event_t     event;

    event_start(&event);
    event.cart = SP_CART_ADD;
    event.lines = lines;
    event.nlines = 1;
    event.shopper = id('p');
    event.first_name = str("J\001o");
    lines[0] = line("1", 1, 1, 1);
    lines[0].name = str("a\002b");
    lines[0].url.data = "https://shop.example/"
                        "0123456789012345678901234567890123456789"
                        "0123456789012345678901234567890123456789"
                        "0123456789012345678901234567890123456789"
                        "0123456789012345678901234567890123456789"
                        "0123456789012345678901234567890123456789"
                        "0123456789012345678901234567890123456789"
                        "0123456789012345678901234567890123456789"
                        "0123456789012345678901234567890123456789"
                        "0123456789012345678901234567890123456789"
                        "0123456789012345678901234567890123456789"
                        "0123456789012345678901234567890123456789"
                        "0123456789012345678901234567890123456789";
    lines[0].url.len = strlen(lines[0].url.data);

    for (n = 0; n < 100; n++) {
        sp_arena_fail_after(arena, n);
        rc = sp_call_event(&call, pool, &shop, &terms, &event, &source, 1);

        if (rc == SP_OK) {
            break;
        }

        assert_int_equal(rc, SP_NOMEM);
    }

    assert_in_range(n, 3, 99);

    who = id('p');

    for (n = 0; n < 100; n++) {
        sp_arena_fail_after(arena, n);
        rc = sp_call_settle(&call, pool, &shop, &who, 1, 2, 3, 4, who.text,
                            SP_SETTLE_SENT, NULL, 5);

        if (rc == SP_OK) {
            break;
        }

        assert_int_equal(rc, SP_NOMEM);
    }

    assert_in_range(n, 5, 99);
    sp_arena_fail_after(arena, -1);
}


static void
test_mailer_calls(void **state)
{
    sp_id_t       p, c;
    sp_str_t      mailer, sealed;
    sp_call_t     call;
    sp_confirm_t  terms_of;

    p = id('p');
    c = id('c');
    mailer = str("mailer");
    sealed = str("1.x");

    assert_int_equal(sp_call_claim(&call, pool, &shop, &mailer, 100, 60000),
                     SP_OK);
    arg(&call, 1, "sp1_claim");
    arg(&call, 3, "sp:{demo}:due");
    arg(&call, 5, "mailer");
    arg(&call, 6, "64");
    arg(&call, 7, "60000");

    memset(&terms_of, 0, sizeof(terms_of));
    terms_of.max_per_day = 9;
    terms_of.max_per_week = 8;
    terms_of.cool_down = -1;
    terms_of.variant = 7;
    terms_of.offer = 1;
    terms_of.consent = SP_CONSENT_WITHDRAWN;

    assert_int_equal(sp_call_confirm(&call, pool, &shop, &p, 1, 2, 3, 4,
                                     "attempt", SP_MODE_LIVE, &terms_of),
                     SP_OK);
    assert_int_equal(call.argc, 18);
    arg(&call, 3, "sp:{demo}:p:pppppppppppppppppppppp");
    arg(&call, 5, "1");
    arg(&call, 6, "2");
    arg(&call, 7, "3");
    arg(&call, 8, "4");
    arg(&call, 9, "attempt");
    arg(&call, 10, "3");
    arg(&call, 11, "9");
    arg(&call, 12, "8");
    arg(&call, 13, "0");
    arg(&call, 14, "7");
    arg(&call, 15, "0");
    arg(&call, 16, "1");
    arg(&call, 17, "2");

    assert_int_equal(sp_call_settle(&call, pool, &shop, &p, 1, 2, 3, 4, NULL,
                                    SP_SETTLE_SKIPPED, "too_late", -1),
                     SP_OK);
    assert_int_equal(call.argc, 13);
    arg(&call, 9, "");
    arg(&call, 10, "k");
    arg(&call, 11, "too_late");
    arg(&call, 12, "0");

    assert_int_equal(sp_call_renew(&call, pool, &shop, &mailer, &p, 2, 5),
                     SP_OK);
    arg(&call, 5, "mailer");
    arg(&call, 6, "2");
    arg(&call, 7, "5");

    assert_int_equal(sp_call_order(&call, pool, &shop, NULL, NULL, &c, -1, 9,
                                   SP_NO_AMOUNT, "", 0), SP_OK);
    assert_int_equal(call.argc, 9);
    arg(&call, 3, "sp:{demo}:p:");
    arg(&call, 5, "");
    arg(&call, 6, c.text);
    arg(&call, 7, "0");
    arg(&call, 8, "9");

    assert_int_equal(sp_call_order(&call, pool, &shop, NULL, &p, NULL, 0, 9,
                                   1250, "EUR", 0), SP_OK);
    assert_int_equal(call.argc, 11);
    arg(&call, 9, "1250");
    arg(&call, 10, "EUR");

    assert_int_equal(sp_call_order(&call, pool, &shop, NULL, &p, NULL, 0, 9,
                                   SP_NO_AMOUNT, "", 1), SP_OK);
    assert_int_equal(call.argc, 12);
    arg(&call, 9, "");
    arg(&call, 10, "");
    arg(&call, 11, "1");

    assert_int_equal(sp_call_not_me(&call, pool, &shop, &p, -1, 9), SP_OK);
    arg(&call, 1, "sp1_not_me");
    arg(&call, 3, "sp:{demo}:p:pppppppppppppppppppppp");
    arg(&call, 5, "0");
    arg(&call, 6, "9");
    assert_int_equal(call.argc, 7);
    assert_int_equal(sp_call_not_me(&call, pool, &shop, &p, 77, 9), SP_OK);
    arg(&call, 5, "77");

    assert_int_equal(sp_call_suppress(&call, pool, &shop, &p, "bounced", 1),
                     SP_OK);
    arg(&call, 5, "bounced");
    arg(&call, 6, "1");
    assert_int_equal(call.argc, 7);

    assert_int_equal(sp_call_pause(&call, pool, &shop, &p, 1795600000000),
                     SP_OK);
    arg(&call, 3, "sp:{demo}:p:pppppppppppppppppppppp");
    arg(&call, 5, "paused");
    arg(&call, 6, "0");
    arg(&call, 7, "1795600000000");
    assert_int_equal(sp_call_pause(&call, pool, &shop, &p, -5), SP_OK);
    arg(&call, 7, "1");

    assert_int_equal(sp_call_consent(&call, pool, &shop, &p, SP_CONSENT_GIVEN,
                                     SP_CONSENTED_IMPORT, -1, 9), SP_OK);
    assert_int_equal(call.argc, 8);
    arg(&call, 1, "sp1_consent");
    arg(&call, 3, "sp:{demo}:p:pppppppppppppppppppppp");
    arg(&call, 5, "6");
    arg(&call, 6, "");
    arg(&call, 7, "9");
    assert_int_equal(sp_call_consent(&call, pool, &shop, &p,
                                     SP_CONSENT_WITHDRAWN,
                                     SP_CONSENTED_OPERATOR, 5, 9), SP_OK);
    arg(&call, 1, "sp1_withdraw");
    arg(&call, 5, "7");
    arg(&call, 6, "5");
    assert_int_equal(sp_call_consent(&call, pool, &shop, &p,
                                     SP_CONSENT_WITHDRAWN,
                                     SP_CONSENTED_NOT_ME, 5, 9), SP_OK);
    arg(&call, 5, "0");

    assert_int_equal(sp_call_customer(&call, pool, &shop, &c, &p, &sealed, 9),
                     SP_OK);
    arg(&call, 3, "sp:{demo}:c:cccccccccccccccccccccc");
    arg(&call, 5, p.text);
    arg(&call, 6, "1.x");

    assert_int_equal(sp_call_shop(&call, pool, &shop, "print", NULL, 1),
                     SP_OK);
    arg(&call, 6, "");
    arg(&call, 7, "1");
    assert_int_equal(sp_call_shop(&call, pool, &shop, "print", &terms, 0),
                     SP_OK);
    arg(&call, 6, "3600000");
    arg(&call, 7, "0");

    assert_int_equal(sp_call_mode(&call, pool, &shop, SP_MODE_LIVE), SP_OK);
    arg(&call, 5, "3");
    assert_int_equal(sp_call_why(&call, pool, &shop, &p), SP_OK);
    assert_int_equal(sp_call_status(&call, pool, &shop), SP_OK);
    assert_int_equal(sp_call_doubt(&call, pool, &shop, 1700000000000, 3),
                     SP_OK);
    arg(&call, 3, "sp:{demo}:doubt");
    arg(&call, 5, "1700000000000");
    arg(&call, 6, "3");
}


static void
test_captured(void **state)
{
    assert_int_equal(sp_captured(0), SP_CAPTURED_NOT);
    assert_int_equal(sp_captured(SP_LOGIN | SP_SIGN_UP), SP_CAPTURED_LOGIN);
    assert_int_equal(sp_captured(SP_SIGN_UP | SP_PURCHASE),
                     SP_CAPTURED_SIGN_UP);
    assert_int_equal(sp_captured(SP_BEGIN_CHECKOUT), SP_CAPTURED_CHECKOUT);
    assert_int_equal(sp_captured(SP_ADD_SHIPPING_INFO), SP_CAPTURED_CHECKOUT);
    assert_int_equal(sp_captured(SP_ADD_PAYMENT_INFO), SP_CAPTURED_CHECKOUT);
    assert_int_equal(sp_captured(SP_PURCHASE | SP_GENERATE_LEAD),
                     SP_CAPTURED_CHECKOUT);
    assert_int_equal(sp_captured(SP_GENERATE_LEAD | SP_IDENTIFY),
                     SP_CAPTURED_NEWSLETTER);
    assert_int_equal(sp_captured(SP_IDENTIFY), SP_CAPTURED_IDENTIFY);
    assert_int_equal(sp_captured(SP_PAGE_VIEW), SP_CAPTURED_IDENTIFY);
}


static void
test_event_reply(void **state)
{
    sp_str_t          s;
    unsigned          i;
    sp_event_reply_t  reply;

    static const char  *bad[] = {
        "", "x", "dd", "d ", "OK", "az", "a p", "a pppppppppppppppppppppppp",
        "a  pppppppppppppppppppppp"
    };

    s = str("d");
    assert_int_equal(sp_event_reply_read(&reply, &s), SP_OK);
    assert_true(reply.duplicate && !reply.identified);

    s = str("a");
    assert_int_equal(sp_event_reply_read(&reply, &s), SP_OK);
    assert_false(reply.duplicate || reply.limited || reply.own_texts
                 || reply.identified);

    s = str("alt pppppppppppppppppppppp");
    assert_int_equal(sp_event_reply_read(&reply, &s), SP_OK);
    assert_true(reply.limited && reply.own_texts && reply.identified);
    assert_string_equal(reply.shopper.text, "pppppppppppppppppppppp");

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        s = str(bad[i]);
        assert_int_equal(sp_event_reply_read(&reply, &s), SP_INVALID);
    }
}


static void
claim_strings(sp_str_t *items)
{
    items[0] = str("500");
    items[1] = str("1795600000000");
    items[2] = str("pppppppppppppppppppppp");
    items[3] = str("1.sealed");
    items[4] = str("2 3 4000000000 1 1795600000001 1795600000002 1 1500");
    items[5] = str("11:1795600000003:s 4000000000:5:d");
    items[6] = str("Jo");
    items[7] = str("de-AT Europe/Vienna");
    items[8] = str("EUR");
    items[9] = str("1" F "k" F "2" F "500" F F "s" F "Shirt" F "u" F "i" F
                   "o" F "c" R
                   "2" F F "1" F F "700" F F F F F F R
                   "3" F F F F F F F F F F R
                   "4" F F "2" F "-" F "900" F F F F F F);
    items[10] = str("3 4 2 5 1 1 1795600000004 12 1795600000007 1");
    items[11] = str("1795600000005 1795600000006");
    items[12] = str("spring SAVE-17 r");
}


static void
test_claim_read(void **state)
{
    size_t         n;
    sp_str_t       items[20];
    sp_claim_t     claim;
    sp_claimed_t  *c;

    claim_strings(items);
    assert_int_equal(sp_claim_read(&claim, pool, items, 13), SP_OK);
    assert_int_equal(claim.n, 1);
    assert_int_equal(claim.wait, 500);

    c = &claim.claimed[0];
    assert_string_equal(c->shopper.text, "pppppppppppppppppppppp");
    assert_int_equal(c->rescue, 2);
    assert_int_equal(c->fence, 3);
    assert_true(c->series == 4000000000u);
    assert_int_equal(c->tries, 1);
    assert_true(c->now == 1795600000000);
    assert_true(c->abandoned == 1795600000001);
    assert_true(c->due == 1795600000002);
    assert_int_equal(c->logged_in, 1);
    assert_int_equal(c->locale.len, 5);
    assert_memory_equal(c->locale.data, "de-AT", 5);
    assert_string_equal(c->time_zone, "Europe/Vienna");
    assert_int_equal(c->total, 1500);
    assert_int_equal(c->nsteps, 2);
    assert_int_equal(c->steps[0].hash, 11);
    assert_int_equal(c->steps[0].outcome, 's');
    assert_true(c->steps[1].hash == 4000000000u);
    assert_int_equal(c->steps[1].at, 5);
    assert_int_equal(c->nlines, 4);
    assert_int_equal(c->lines[0].quantity, 2);
    assert_int_equal(c->lines[0].total, 1000);
    assert_memory_equal(c->lines[0].name.data, "Shirt", 5);
    assert_int_equal(c->lines[0].category.len, 1);
    assert_true(c->lines[1].price == SP_NO_AMOUNT);
    assert_int_equal(c->lines[1].total, 700);
    assert_true(c->lines[2].quantity == SP_NO_AMOUNT);
    assert_true(c->lines[2].total == SP_NO_AMOUNT);
    assert_true(c->lines[3].price == SP_NO_AMOUNT);
    assert_int_equal(c->lines[3].total, 900);

    assert_int_equal(c->captured, SP_CAPTURED_CHECKOUT);
    assert_int_equal(c->known, SP_KNOWN_LOGIN);
    assert_int_equal(c->device, SP_DEVICE_PHONE);
    assert_int_equal(c->stage, 5);
    assert_int_equal(c->orders, 1);
    assert_int_equal(c->customer, 1);
    assert_true(c->offered == 1795600000004);
    assert_int_equal(c->consent, SP_CONSENT_WITHDRAWN);
    assert_int_equal(c->consented, SP_CONSENTED_NEWSLETTER);
    assert_true(c->consented_at == 1795600000007);
    assert_int_equal(c->checkout_error, 1);
    assert_int_equal(c->nmails, 2);
    assert_true(c->mails[1] == 1795600000006);
    assert_int_equal(c->pool.len, 6);
    assert_memory_equal(c->code.data, "SAVE-17", 7);
    assert_int_equal(c->code_given, 0);

    /* nobody, and nothing */

    assert_int_equal(sp_claim_read(&claim, pool, items, 2), SP_OK);
    assert_int_equal(claim.n, 0);

    items[9] = str("");
    items[5] = str("");
    items[7] = str("");
    items[4] = str("2 3 0 0 1 2 0 ");
    items[10] = str("0 0 0 0 0 0 0 0 0 0");
    items[11] = str("");
    items[12] = str("");
    assert_int_equal(sp_claim_read(&claim, pool, items, 13), SP_OK);
    assert_int_equal(claim.claimed[0].locale.len, 0);
    assert_string_equal(claim.claimed[0].time_zone, "");
    assert_int_equal(claim.claimed[0].consent, SP_CONSENT_NOT);
    assert_int_equal(claim.claimed[0].nlines, 0);
    assert_int_equal(claim.claimed[0].nsteps, 0);
    assert_true(claim.claimed[0].total == SP_NO_AMOUNT);

    items[10] = str("0 0 0 0 0 0 0 8 5 0");
    assert_int_equal(sp_claim_read(&claim, pool, items, 13), SP_OK);
    assert_int_equal(claim.claimed[0].consent, SP_CONSENT_WITHDRAWN);
    assert_int_equal(claim.claimed[0].consented, SP_CONSENTED_NOT_ME);

    /* one of the two */

    items[7] = str("de");
    assert_int_equal(sp_claim_read(&claim, pool, items, 13), SP_OK);
    assert_int_equal(claim.claimed[0].locale.len, 2);
    assert_string_equal(claim.claimed[0].time_zone, "");

    items[7] = str(" UTC");
    assert_int_equal(sp_claim_read(&claim, pool, items, 13), SP_OK);
    assert_int_equal(claim.claimed[0].locale.len, 0);
    assert_string_equal(claim.claimed[0].time_zone, "UTC");

    for (n = 0; n < 13; n++) {
        assert_int_equal(sp_claim_read(&claim, pool, items, n),
                         n == 2 ? SP_OK : SP_INVALID);
    }
}


/* Withdrawals that are to be kept: what was told is told back as noted. */

static void
test_withdrawn(void **state)
{
    unsigned         i, n;
    sp_str_t         items[2 * SP_WITHDRAWN_MAX + 2];
    sp_call_t        call;
    sp_withdrawal_t  list[SP_WITHDRAWN_MAX];

    static const char *const  bad[][2] = {
        { "pppppppppppppppppppppp 8", "1" }, { "pppppppppppppppppppppp", "1" },
        { "pppppppppppppppppppppp ", "1" }, { "short 1", "1" },
        { "pppppppppppppppppppppp 1", "" }, { "pppppppppppppppppppppp 1", "x" },
        { "pppppppppppppppppppppp -1", "1" }, { "", "" }
    };

    items[0] = str("pppppppppppppppppppppp 0");
    items[1] = str("1795600000001");
    items[2] = str("qqqqqqqqqqqqqqqqqqqqqq 3");
    items[3] = str("1795600000002");
    assert_int_equal(sp_withdrawn_read(list, &n, items, 4), SP_OK);
    assert_int_equal(n, 2);
    assert_string_equal(list[0].shopper.text, "pppppppppppppppppppppp");
    assert_int_equal(list[0].how, SP_CONSENTED_NOT_ME);
    assert_true(list[0].at == 1795600000001);
    assert_int_equal(list[1].how, SP_CONSENTED_CHECKOUT);

    assert_int_equal(sp_call_withdrawn(&call, pool, &shop, list, n), SP_OK);
    arg(&call, 1, "sp1_withdrawn");
    arg(&call, 3, "sp:{demo}:withdrawn");
    arg(&call, 5, "pppppppppppppppppppppp 0 1795600000001;"
        "qqqqqqqqqqqqqqqqqqqqqq 3 1795600000002;");
    assert_int_equal(sp_call_withdrawn(&call, pool, &shop, list, 0), SP_OK);
    arg(&call, 5, "");

    assert_int_equal(sp_withdrawn_read(list, &n, items, 0), SP_OK);
    assert_int_equal(n, 0);
    assert_int_equal(sp_withdrawn_read(list, &n, items, 3), SP_INVALID);

    for (i = 0; i < SP_WITHDRAWN_MAX + 1; i++) {
        items[2 * i] = items[0];
        items[2 * i + 1] = items[1];
    }

    assert_int_equal(sp_withdrawn_read(list, &n, items, 2 * SP_WITHDRAWN_MAX),
                     SP_OK);
    assert_int_equal(n, SP_WITHDRAWN_MAX);
    assert_int_equal(sp_withdrawn_read(list, &n, items,
                                       2 * SP_WITHDRAWN_MAX + 2), SP_INVALID);

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        items[0] = str(bad[i][0]);
        items[1] = str(bad[i][1]);

        if (sp_withdrawn_read(list, &n, items, 2) != SP_INVALID) {
            fail_msg("\"%s\" \"%s\"", bad[i][0], bad[i][1]);
        }
    }

    assert_string_equal(sp_consented_word(SP_CONSENTED_SIGN_UP), "sign_up");
    assert_null(sp_consented_word(SP_CONSENTED_NOT));

    for (i = SP_CONSENTED_LOGIN; i <= SP_CONSENTED_NOT_ME; i++) {
        assert_int_equal(sp_consented_read(sp_consented_word(i)), i);
    }

    assert_int_equal(sp_consented_read("other"), SP_CONSENTED_NOT);
}


static void
test_claim_bad(void **state)
{
    unsigned    i;
    sp_str_t    items[13];
    sp_claim_t  claim;

    static const struct {
        unsigned     n;
        const char  *text;
    } bad[] = {
        { 0, "" }, { 0, "-1" }, { 0, "x" }, { 1, "1x" },
        { 1, "9999999999999999999999" }, { 2, "short" },
        { 4, "" }, { 4, "1 2 3 4 5 6" }, { 4, "1 2 3 4 5 6 7 x" },
        { 4, "a 2 3 4 5 6 7 " }, { 5, "1" }, { 5, "1:2" }, { 5, "1:2:" },
        { 5, "1:2:ss" }, { 5, "x:2:s" },
        { 5, "1:1:s 1:1:s 1:1:s 1:1:s 1:1:s 1:1:s 1:1:s 1:1:s 1:1:s 1:1:s "
             "1:1:s 1:1:s 1:1:s 1:1:s 1:1:s 1:1:s 1:1:s" },
        { 7, "de 01234567890123456789012345678901234567890" },
        { 9, "1" F F "x" F F F F F F F F }, { 9, "1" F F "1" F "--" F },
        { 9, "1" F F F F F F F F F F "c" F "d" },
        { 10, "" }, { 10, "8 0 0 0 0 0 0 0 0 0" },
        { 10, "0 5 0 0 0 0 0 0 0 0" }, { 10, "0 0 4 0 0 0 0 0 0 0" },
        { 10, "0 0 0 6 0 0 0 0 0 0" },
        { 10, "0 0 0 0 0 0 0 16 0 0" }, { 10, "0 0 0 0 0 0 0 0 0" },
        { 10, "0 0 0 0 0 0 0 0 0 2" }, { 10, "0 0 0 0 0 0 0 0 0 0 0" },
        { 11, "x" }, { 11, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17" },
        { 12, "spring" }, { 12, "spring SAVE" }, { 12, "spring SAVE x" },
        { 12, "spring SAVE r " }, { 12, " SAVE r" }, { 12, "spring  r" },
    };

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        claim_strings(items);
        items[bad[i].n] = str(bad[i].text);

        if (sp_claim_read(&claim, pool, items, 13) != SP_INVALID) {
            fail_msg("%u: \"%s\"", bad[i].n, bad[i].text);
        }
    }
}


static void
test_preview(void **state)
{
    size_t         n;
    sp_id_t        p;
    sp_str_t       items[14];
    sp_call_t      call;
    sp_preview_t   preview;

    p = id('p');
    assert_int_equal(sp_call_preview(&call, pool, &shop, &p), SP_OK);
    assert_int_equal(call.argc, 5);
    arg(&call, 1, "sp1_preview");
    arg(&call, 3, "sp:{demo}:p:pppppppppppppppppppppp");
    arg(&call, 4, "sp:{demo}:moved");

    claim_strings(items + 1);
    items[0] = str("open");
    items[1] = str("1795600000000");
    items[2] = str("3600000");
    items[3] = str("pppppppppppppppppppppp");
    assert_int_equal(sp_preview_read(&preview, pool, items, 14), SP_OK);
    assert_memory_equal(preview.stands.data, "open", 4);
    assert_int_equal(preview.idle, 3600000);
    assert_true(preview.claimed.now == 1795600000000);
    assert_string_equal(preview.claimed.shopper.text,
                        "pppppppppppppppppppppp");
    assert_int_equal(preview.claimed.rescue, 2);
    assert_int_equal(preview.claimed.nlines, 4);

    for (n = 0; n < 14; n++) {
        assert_int_equal(sp_preview_read(&preview, pool, items, n),
                         n == 3 ? SP_OK : SP_INVALID);
    }

    items[0] = str("unknown");
    assert_int_equal(sp_preview_read(&preview, pool, items, 3), SP_OK);
    assert_int_equal(preview.claimed.nlines, 0);
    items[1] = str("x");
    assert_int_equal(sp_preview_read(&preview, pool, items, 3), SP_INVALID);
    items[1] = str("1");
    items[2] = str("");
    assert_int_equal(sp_preview_read(&preview, pool, items, 3), SP_INVALID);
}


static void
test_offers(void **state)
{
    size_t     n;
    sp_id_t    p;
    sp_str_t   name, codes[2], text, code;
    uint64_t   numbers[3];
    unsigned   i;
    sp_call_t  call;

    static const char  *names[] = {
        "", "Spring", "a b", "a:b", "0123456789012345678901234567890123"
    };
    static const char  *bad[] = { "", "a b", "a\nb", "\303\244" };
    static const char  *replies[] = {
        "", "1", "1 2 3", "1 x", "-1 2", "1 2 "
    };
    static const char  *taken[] = { "", "OK", "OK ", "OK a b", "EMPTYx", "ok a" };

    p = id('p');
    name = str("spring-26");
    codes[0] = str("SAVE-1");
    codes[1] = str("SAVE-2");

    assert_int_equal(sp_call_offer_import(&call, pool, &shop, &name, codes, 2),
                     SP_OK);
    arg(&call, 1, "sp1_offer");
    arg(&call, 3, "sp:{demo}:o:spring-26");
    arg(&call, 5, "import");
    arg(&call, 6, "SAVE-1 SAVE-2");

    assert_int_equal(sp_call_offer_import(&call, pool, &shop, &name, codes, 0),
                     SP_OK);
    arg(&call, 6, "");
    assert_int_equal(sp_call_offer_import(&call, pool, &shop, &name, codes,
                                          SP_CODES_MAX + 1), SP_INVALID);

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        codes[1] = str(bad[i]);
        assert_int_equal(sp_call_offer_import(&call, pool, &shop, &name,
                                              codes, 2), SP_INVALID);
    }

    assert_int_equal(sp_call_offer_reserve(&call, pool, &shop, &p, 1, 2, 3,
                                           &name), SP_OK);
    arg(&call, 3, "sp:{demo}:p:pppppppppppppppppppppp");
    arg(&call, 5, "reserve");
    arg(&call, 6, "1");
    arg(&call, 7, "2");
    arg(&call, 8, "3");
    arg(&call, 9, "spring-26");

    assert_int_equal(sp_call_offers(&call, pool, &shop, &name), SP_OK);
    arg(&call, 1, "sp1_offers");
    arg(&call, 3, "sp:{demo}:o:spring-26");

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        name = str(names[i]);
        assert_int_equal(sp_call_offers(&call, pool, &shop, &name),
                         SP_INVALID);
        assert_int_equal(sp_call_offer_reserve(&call, pool, &shop, &p, 1, 2,
                                               3, &name), SP_INVALID);
    }

    text = str("7 0 12");
    assert_int_equal(sp_offer_reply_read(&text, numbers, 3), SP_OK);
    assert_int_equal(numbers[0], 7);
    assert_int_equal(numbers[2], 12);

    for (i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        text = str(replies[i]);
        n = sp_offer_reply_read(&text, numbers, 2);
        assert_int_equal(n, i == 5 ? SP_OK : SP_INVALID);
    }

    text = str("OK SAVE-1");
    assert_int_equal(sp_offer_code_read(&text, &code), SP_OK);
    assert_int_equal(code.len, 6);
    assert_memory_equal(code.data, "SAVE-1", 6);
    text = str("EMPTY");
    assert_int_equal(sp_offer_code_read(&text, &code), SP_DONE);
    text = str("NO");
    assert_int_equal(sp_offer_code_read(&text, &code), SP_AGAIN);

    for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        text = str(taken[i]);
        assert_int_equal(sp_offer_code_read(&text, &code), SP_INVALID);
    }
}


static void
test_experiment(void **state)
{
    size_t      n;
    unsigned    i;
    sp_str_t    items[4];
    sp_call_t   call;
    sp_cell_t  *cells;

    static const struct {
        const char  *name;
        const char  *text;
    } bad[] = {
        { "1 0", "1 0" }, { "1 0 2", "1 0" }, { "1 256 0", "1 0" },
        { "1 0 0 0", "1 0" }, { "1 0 0", "1" }, { "1 0 0", "x 0" },
        { "1 0 0", "1 0 EUR" }, { "1 0 0", "1 0 EUR 1 2" },
        { "1 0 0", "1 0 EURO 1 2 3" }, { "1 0 0", "1 0 E 1 2 3" },
        { "1 0 0", "1 0 EUR 1 2 1e5" }, { "1 0 0", "1 0 EUR 1 2 3-4" },
        { "1 0 0", "1 0 A 1 1 1 - 1 1 1" },
        { "4294967296 0 0", "1 0" },
        { "1 0 0", "9 9 - 1 1 1 - 1 1 1 - 1 1 1 - 1 1 1 - 1 1 1 - 1 1 1 "
                   "- 1 1 1 - 1 1 1 - 1 1 1" },
    };

    assert_int_equal(sp_call_experiment(&call, pool, &shop, 0xbeef), SP_OK);
    arg(&call, 1, "sp1_experiment");
    arg(&call, 3, "sp:{demo}:exp:0000beef");

    items[0] = str("4000000000 255 1");
    items[1] = str("12 3 EUR 2 1500 1250000 - 1 "
                   "999999999999999 999999999999998000000000000001");
    items[2] = str("7 0 0");
    items[3] = str("5 0");

    assert_int_equal(sp_experiment_read(&cells, &n, pool, items, 4), SP_OK);
    assert_int_equal(n, 2);
    assert_true(cells[0].step == 4000000000u);
    assert_int_equal(cells[0].variant, 255);
    assert_int_equal(cells[0].holdout, 1);
    assert_int_equal(cells[0].subjects, 12);
    assert_int_equal(cells[0].orders, 3);
    assert_int_equal(cells[0].nrevenue, 2);
    assert_string_equal(cells[0].revenue[0].currency, "EUR");
    assert_int_equal(cells[0].revenue[0].orders, 2);
    assert_true(cells[0].revenue[0].sum > 1499.5
                && cells[0].revenue[0].sum < 1500.5);
    assert_string_equal(cells[0].revenue[1].currency, "");
    assert_true(cells[0].revenue[1].squares > 9.9e29);
    assert_int_equal(cells[1].holdout, 0);
    assert_int_equal(cells[1].nrevenue, 0);

    assert_int_equal(sp_experiment_read(&cells, &n, pool, items, 0), SP_OK);
    assert_int_equal(n, 0);
    assert_int_equal(sp_experiment_read(&cells, &n, pool, items, 3),
                     SP_INVALID);

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        items[0] = str(bad[i].name);
        items[1] = str(bad[i].text);

        if (sp_experiment_read(&cells, &n, pool, items, 2) != SP_INVALID) {
            fail_msg("\"%s\": \"%s\"", bad[i].name, bad[i].text);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_library),
        cmocka_unit_test_setup_teardown(test_event_bare, setup, teardown),
        cmocka_unit_test_setup_teardown(test_event_who, setup, teardown),
        cmocka_unit_test_setup_teardown(test_event_how, setup, teardown),
        cmocka_unit_test_setup_teardown(test_event_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(test_event_limits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mailer_calls, setup, teardown),
        cmocka_unit_test(test_captured),
        cmocka_unit_test(test_event_reply),
        cmocka_unit_test_setup_teardown(test_claim_read, setup, teardown),
        cmocka_unit_test_setup_teardown(test_claim_bad, setup, teardown),
        cmocka_unit_test_setup_teardown(test_withdrawn, setup, teardown),
        cmocka_unit_test_setup_teardown(test_preview, setup, teardown),
        cmocka_unit_test_setup_teardown(test_offers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_experiment, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
