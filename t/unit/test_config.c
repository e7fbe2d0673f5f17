/*
 * Copyright (C) SitePreserver developers
 *
 * Values of the configuration, the never-mail list, the mailer's own files,
 * and what is hidden in the log.  Whole files: t/mailer_config.t.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "config_value.h"
#include "journal.h"
#include "log.h"
#include "neverlist.h"


static void test_time(void **state);
static void test_number(void **state);
static void test_rate(void **state);
static void test_mode(void **state);
static void test_mailbox(void **state);
static void test_url(void **state);
static void test_places(void **state);
static void test_neverlist(void **state);
static void test_journal(void **state);
static void journal_each(void *data, int64_t at, const char *shop,
    const sp_id_t *shopper, const char *reason, int64_t until);
static void test_log_quote(void **state);


static void
test_time(void **state)
{
    size_t              i;
    int64_t             ms;
    static const struct {
        const char  *text;
        int64_t      ms;
    } good[] = {
        { "0", 0 }, { "1", 1000 }, { "90s", 90000 }, { "15m", 900000 },
        { "23h", 82800000 }, { "3d", 259200000 }, { "366d", 31622400000 },
    };
    static const char  *bad[] = {
        "", "s", "-1", "1.5h", "1x", "1hh", " 1", "1 h", "367d",
        "99999999999999999999", "0x10"
    };

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_null(config_value_time(good[i].text, &ms));
        assert_int_equal(ms, good[i].ms);
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_non_null(config_value_time(bad[i], &ms));
    }
}


static void
test_number(void **state)
{
    unsigned long  n;

    assert_null(config_value_number("0", 0, 9, &n));
    assert_null(config_value_number("9", 0, 9, &n));
    assert_int_equal(n, 9);
    assert_non_null(config_value_number("10", 0, 9, &n));
    assert_non_null(config_value_number("0", 1, 9, &n));
    assert_non_null(config_value_number("", 0, 9, &n));
    assert_non_null(config_value_number("-1", 0, 9, &n));
    assert_non_null(config_value_number("18446744073709551617", 0, 9, &n));
}


static void
test_rate(void **state)
{
    double  rate;

    assert_null(config_value_rate("10/s", &rate));
    assert_true(rate == 10);
    assert_null(config_value_rate("30/m", &rate));
    assert_true(rate == 0.5);
    assert_null(config_value_rate("3600/h", &rate));
    assert_true(rate == 1);
    assert_null(config_value_rate("0", &rate));
    assert_true(rate == 0);
    assert_non_null(config_value_rate("10", &rate));
    assert_non_null(config_value_rate("10/d", &rate));
    assert_non_null(config_value_rate("/s", &rate));
    assert_non_null(config_value_rate("99999999999999999999/s", &rate));
}


static void
test_mode(void **state)
{
    char       address[SP_ADDRESS_MAX + 1];
    sp_mode_t  mode;

    assert_null(config_value_mode("off", &mode, address));
    assert_int_equal(mode, SP_MODE_OFF);
    assert_null(config_value_mode("dry-run", &mode, address));
    assert_int_equal(mode, SP_MODE_DRY_RUN);
    assert_null(config_value_mode("live", &mode, address));
    assert_int_equal(mode, SP_MODE_LIVE);
    assert_null(config_value_mode("catch-all me@example.com", &mode,
                                  address));
    assert_int_equal(mode, SP_MODE_CATCH_ALL);
    assert_string_equal(address, "me@example.com");
    assert_non_null(config_value_mode("catch-all", &mode, address));
    assert_non_null(config_value_mode("catch-allme@example.com", &mode,
                                      address));
    assert_non_null(config_value_mode("catch-all X <me@example.com>", &mode,
                                      address));
    assert_non_null(config_value_mode("Live", &mode, address));
    assert_non_null(config_value_mode("", &mode, address));
}


static void
test_mailbox(void **state)
{
    char  address[SP_ADDRESS_MAX + 1], text[1024];

    assert_null(config_value_mailbox("Shop <Shop@Example.com>", address));
    assert_string_equal(address, "Shop@Example.com");
    assert_null(config_value_mailbox(" shop@example.com ", address));
    assert_string_equal(address, "shop@example.com");
    assert_non_null(config_value_mailbox("Shop <shop@example.com", address));
    assert_non_null(config_value_mailbox("Shop <>", address));
    assert_non_null(config_value_mailbox("a@b.cc, d@e.ff", address));
    assert_non_null(config_value_mailbox("X\r\nBcc: <a@b.cc>", address));
    assert_non_null(config_value_mailbox("", address));

    memset(text, 'x', sizeof(text));
    strcpy(text + 400, "@b.cc");
    assert_non_null(config_value_mailbox(text, address));
}


static void
test_url(void **state)
{
    size_t              i;
    static const char  *good[] = {
        "https://a", "http://a.example.com/b?c=d#e", "https://[::1]:8443/",
        "https://shop.example.com:444"
    };
    static const char  *bad[] = {
        "", "a.example.com", "ftp://a", "https://", "https:///x",
        "https://a b", "https://a/b c", "https://a/\"", "https://u@h/",
        "https://a/\xc3\xa9", "javascript:alert(1)"
    };

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_null(config_value_url(good[i]));
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_non_null(config_value_url(bad[i]));
    }
}


static void
test_places(void **state)
{
    int             implicit;
    char           *host;
    unsigned        port;
    config_redis_t  redis;

    memset(&redis, 0, sizeof(redis));
    assert_null(config_value_redis("rediss://me@h.example:7000/3", &redis));
    assert_string_equal(redis.host, "h.example");
    assert_string_equal(redis.user, "me");
    assert_int_equal(redis.port, 7000);
    assert_int_equal(redis.db, 3);
    assert_true(redis.tls);
    free(redis.host);
    free(redis.user);

    memset(&redis, 0, sizeof(redis));
    assert_null(config_value_redis("unix:/run/redis.sock?db=2", &redis));
    assert_string_equal(redis.path, "/run/redis.sock");
    assert_int_equal(redis.db, 2);
    free(redis.path);

    host = NULL;
    assert_null(config_value_smtp("smtps://[::1]", &host, &port, &implicit));
    assert_string_equal(host, "::1");
    assert_int_equal(port, 465);
    assert_true(implicit);
    assert_non_null(config_value_smtp("smtp://", &host, &port, &implicit));
    assert_non_null(config_value_smtp("smtp://u:p@h", &host, &port,
                                      &implicit));
    assert_null(config_value_listen("[::1]:80", &host, &port));
    assert_int_equal(port, 80);
    assert_non_null(config_value_listen("127.0.0.1", &host, &port));
    assert_non_null(config_value_listen(":80", &host, &port));
    assert_non_null(config_value_listen("a:0", &host, &port));
    assert_non_null(config_value_listen("a:65536", &host, &port));
    free(host);
}


static void
test_neverlist(void **state)
{
    sp_error_t    err;
    neverlist_t  *list;
    const char    text[] = "# nobody\n\nBoss@Example.com\n@example.org # all\n"
                           "internal.example.net\r\n  x@y.zz  ";

    list = neverlist_parse(text, sizeof(text) - 1, &err);
    assert_non_null(list);
    assert_true(neverlist_has(list, "boss@example.com"));
    assert_false(neverlist_has(list, "other@example.com"));
    assert_true(neverlist_has(list, "a@example.org"));
    assert_true(neverlist_has(list, "a@sub.example.org"));
    assert_false(neverlist_has(list, "a@myexample.org"));
    assert_true(neverlist_has(list, "a@internal.example.net"));
    assert_false(neverlist_has(list, "a@example.net"));
    assert_true(neverlist_has(list, "x@y.zz"));
    assert_false(neverlist_has(NULL, "x@y.zz"));
    neverlist_free(list);

    assert_null(neverlist_parse("a@b.cc\nfoo bar\n", 15, &err));
    assert_non_null(strstr(err.text, "line 2"));
    assert_null(neverlist_parse("@\n", 2, &err));
    list = neverlist_parse("", 0, &err);
    assert_non_null(list);
    assert_false(neverlist_has(list, "a@b.cc"));
    neverlist_free(list);
}


typedef struct {
    int   n;
    char  last[64];
} journal_seen_t;


static void
journal_each(void *data, int64_t at, const char *shop, const sp_id_t *shopper,
    const char *reason, int64_t until)
{
    journal_seen_t  *seen;

    seen = data;
    seen->n++;
    snprintf(seen->last, sizeof(seen->last), "%d %s %s %d", (int) at, shop,
             reason != NULL ? reason : "-", (int) until);
}


static void
test_journal(void **state)
{
    char            dir[] = "/tmp/sp-journal-XXXXXX", path[64];
    char            line[JOURNAL_LINE_MAX];
    FILE           *fp;
    sp_id_t         shopper;
    sp_error_t      err;
    journal_seen_t  seen;

    assert_non_null(mkdtemp(dir));
    strcpy(shopper.text, "PXC5Rg0wphdpgXorYwl7SQ");
    memset(&seen, 0, sizeof(seen));

    assert_true(journal_check(dir, &err));
    assert_false(journal_check("/nonexistent", &err));
    assert_int_equal(journal_suppressions(dir, journal_each, &seen), 0);

    journal_suppression_line(line, 7, "demo", &shopper, "unsubscribed");
    assert_int_equal(journal_write(dir, "suppressions", line), 0);

    /* A crash in the middle of a line: it is lost, the next one is not. */

    snprintf(path, sizeof(path), "%s/suppressions", dir);
    fp = fopen(path, "a");
    assert_non_null(fp);
    fputs("8 demo PXC5Rg0wph", fp);
    fclose(fp);

    journal_suppression_line(line, 9, "demo", &shopper, NULL);
    assert_int_equal(journal_write(dir, "suppressions", line), 0);
    assert_int_equal(journal_suppressions(dir, journal_each, &seen), 2);
    assert_string_equal(seen.last, "9 demo - 0");

    journal_pause_line(line, 10, "demo", &shopper, 99);
    assert_int_equal(journal_write(dir, "suppressions", line), 0);
    assert_int_equal(journal_suppressions(dir, journal_each, &seen), 3);
    assert_string_equal(seen.last, "10 demo paused 99");

    /* Within ten minutes it says the same, and it is no suppression. */

    assert_int_equal(journal_not_me(dir, journal_each, &seen), 0);
    journal_not_me_line(line, 1801, "demo", &shopper);
    assert_string_equal(line, "1800 demo PXC5Rg0wphdpgXorYwl7SQ not_me\n");
    assert_int_equal(journal_write(dir, "not-me", line), 0);
    assert_int_equal(journal_not_me(dir, journal_each, &seen), 1);
    assert_string_equal(seen.last, "1800 demo not_me 0");
    assert_int_equal(journal_suppressions(dir, journal_each, &seen), 3);

    assert_false(journal_knows_shop(dir, "demo", "fingerprint"));
    journal_shop_line(line, "demo", "fingerprint");
    assert_int_equal(journal_write(dir, "shops", line), 0);
    assert_true(journal_knows_shop(dir, "demo", "fingerprint"));
    assert_false(journal_knows_shop(dir, "demo", "another"));
    assert_false(journal_knows_shop(dir, "dem", "fingerprint"));

    unlink(path);
    snprintf(path, sizeof(path), "%s/not-me", dir);
    unlink(path);
    snprintf(path, sizeof(path), "%s/shops", dir);
    unlink(path);
    rmdir(dir);
}


static void
test_log_quote(void **state)
{
    char  buf[LOG_QUOTE_MAX], text[1000];

    assert_string_equal(log_quote(buf, ""), "\"\"");
    assert_string_equal(log_quote(buf, "a \"b\" \\"), "\"a \\\"b\\\" \\\\\"");
    assert_string_equal(log_quote(buf, "550 <ada@example.com>: no"),
                        "\"550 <address> no\"");
    assert_string_equal(log_quote(buf, "a@b"), "\"<address>\"");
    assert_string_equal(log_quote(buf, "x y@z.com, b@c.dd"),
                        "\"x <address>\"");
    assert_string_equal(log_quote(buf, "@ a@ @b"), "\"<address>\"");

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    assert_true(strlen(log_quote(buf, text)) < LOG_QUOTE_MAX);
    memset(text, '"', sizeof(text) - 1);
    assert_true(strlen(log_quote(buf, text)) < LOG_QUOTE_MAX);
    memset(text, 'x', 300);
    text[250] = '@';
    text[301] = '\0';
    assert_true(strlen(log_quote(buf, text)) < LOG_QUOTE_MAX);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_number),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_mode),
        cmocka_unit_test(test_mailbox),
        cmocka_unit_test(test_url),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_neverlist),
        cmocka_unit_test(test_journal),
        cmocka_unit_test(test_log_quote),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
