/*
 * Copyright (C) SitePreserver developers
 *
 * What became of a message, from every report that there can be.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "outcome.h"


static outcome_t decide(smtp_stage_t stage, int final, int code,
    smtp_stage_t code_stage, const char *enhanced);
static void test_sent(void **state);
static void test_doubt(void **state);
static void test_not_sent(void **state);
static void test_refused(void **state);
static void test_addresses(void **state);
static void test_relay(void **state);
static void test_stopped(void **state);
static void test_all(void **state);
static void test_delay(void **state);


static outcome_t
decide(smtp_stage_t stage, int final, int code, smtp_stage_t code_stage,
    const char *enhanced)
{
    outcome_t      outcome;
    smtp_report_t  report;

    memset(&report, 0, sizeof(report));
    report.stage = stage;
    report.asked = stage >= SMTP_BODY;
    report.final = final;
    report.code = code;
    report.code_stage = code_stage;
    snprintf(report.enhanced, sizeof(report.enhanced), "%s", enhanced);
    outcome_decide(&report, &outcome);

    return outcome;
}


static void
test_sent(void **state)
{
    assert_int_equal(decide(SMTP_DOT, 250, 0, 0, "").kind, OUTCOME_SENT);
    assert_int_equal(decide(SMTP_DOT, 251, 0, 0, "").kind, OUTCOME_SENT);
}


static void
test_doubt(void **state)
{
    assert_int_equal(decide(SMTP_DOT, 0, 0, 0, "").kind, OUTCOME_DOUBT);
}


static void
test_not_sent(void **state)
{
    int        stage;
    outcome_t  outcome;

    for (stage = SMTP_CONNECT; stage < SMTP_DOT; stage++) {
        outcome = decide((smtp_stage_t) stage, 0, 0, 0, "");
        assert_int_equal(outcome.kind, OUTCOME_RETRY);
        assert_true(outcome.relay_down);

        outcome = decide((smtp_stage_t) stage, 0, 451, (smtp_stage_t) stage,
                         "");
        assert_int_equal(outcome.kind, OUTCOME_RETRY);
        assert_int_equal(outcome.relay_down, stage < SMTP_MAIL);
    }

    assert_int_equal(decide(SMTP_DOT, 452, 452, SMTP_DOT, "4.3.1").kind,
                     OUTCOME_RETRY);
    assert_true(decide(SMTP_MAIL, 0, 421, SMTP_MAIL, "").relay_down);
}


static void
test_refused(void **state)
{
    outcome_t  outcome;

    outcome = decide(SMTP_DOT, 554, 554, SMTP_DOT, "5.7.1");
    assert_int_equal(outcome.kind, OUTCOME_REFUSED);
    assert_false(outcome.bad_address);
    outcome = decide(SMTP_MAIL, 0, 550, SMTP_MAIL, "");
    assert_int_equal(outcome.kind, OUTCOME_REFUSED);
    assert_false(outcome.bad_address);
    assert_false(outcome.relay_down);
}


static void
test_addresses(void **state)
{
    size_t     i;
    outcome_t  outcome;
    static const struct {
        int           code;
        smtp_stage_t  stage;
        const char   *enhanced;
        unsigned      bad;
        unsigned      soft;
    } cases[] = {
        { 550, SMTP_RCPT, "5.1.1", 1, 0 },
        { 550, SMTP_RCPT, "5.1.2", 1, 0 },
        { 553, SMTP_RCPT, "5.1.3", 1, 0 },
        { 551, SMTP_RCPT, "5.1.6", 1, 0 },
        { 556, SMTP_RCPT, "5.1.10", 1, 0 },
        { 550, SMTP_RCPT, "5.2.1", 1, 0 },
        { 550, SMTP_DOT, "5.1.1", 1, 0 },
        { 550, SMTP_RCPT, "", 0, 1 },
        { 551, SMTP_RCPT, "", 0, 1 },
        { 553, SMTP_RCPT, "", 0, 1 },
        { 550, SMTP_RCPT, "5.0.0", 0, 1 },
        { 550, SMTP_RCPT, "5.1.0", 0, 1 },
        { 550, SMTP_RCPT, "5.7.1", 0, 0 },
        { 550, SMTP_RCPT, "5.1.7", 0, 0 },
        { 550, SMTP_RCPT, "5.1.8", 0, 0 },
        { 552, SMTP_RCPT, "5.2.2", 0, 0 },
        { 554, SMTP_RCPT, "", 0, 0 },
        { 550, SMTP_DOT, "", 0, 0 },
        { 550, SMTP_MAIL, "5.1.1", 0, 0 },
        { 550, SMTP_DATA, "", 0, 0 },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        outcome = decide(cases[i].stage,
                         cases[i].stage == SMTP_DOT ? cases[i].code : 0,
                         cases[i].code, cases[i].stage, cases[i].enhanced);
        assert_int_equal(outcome.bad_address, cases[i].bad);
        assert_int_equal(outcome.soft, cases[i].soft);
    }
}


static void
test_relay(void **state)
{
    size_t            i;
    outcome_t         outcome;
    static const int  codes[] = { 500, 502, 503, 530, 534, 535, 538 };

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        outcome = decide(SMTP_MAIL, 0, codes[i], SMTP_MAIL, "");
        assert_int_equal(outcome.kind, OUTCOME_RETRY);
        assert_true(outcome.relay_down);
    }

    outcome = decide(SMTP_CONNECT, 0, 554, SMTP_CONNECT, "");
    assert_int_equal(outcome.kind, OUTCOME_RETRY);
    assert_true(outcome.relay_down);
}


static void
test_stopped(void **state)
{
    outcome_t      outcome;
    smtp_report_t  report;

    memset(&report, 0, sizeof(report));
    report.stage = SMTP_BODY;
    report.asked = 1;
    report.stopped = 1;
    outcome_decide(&report, &outcome);
    assert_int_equal(outcome.kind, OUTCOME_STOPPED);
}


/* Whatever is reported: never resent by itself once it may have arrived. */

static void
test_all(void **state)
{
    int             stage, code, final;
    outcome_kind_t  kind;

    for (stage = SMTP_CONNECT; stage <= SMTP_DOT; stage++) {
        for (final = 0; final < 600; final++) {
            for (code = 399; code < 600; code++) {
                if (final >= 400 && final != code) {
                    continue;
                }

                kind = decide((smtp_stage_t) stage,
                              stage == SMTP_DOT ? final : 0,
                              code == 399 ? 0 : code, (smtp_stage_t) stage,
                              "").kind;

                if (stage != SMTP_DOT) {
                    assert_true(kind == OUTCOME_RETRY
                                || kind == OUTCOME_REFUSED);

                } else if (final == 0) {
                    assert_int_equal(kind, OUTCOME_DOUBT);

                } else if (final >= 200 && final < 300) {
                    assert_int_equal(kind, OUTCOME_SENT);
                }
            }
        }
    }
}


static void
test_delay(void **state)
{
    unsigned  i;

    assert_int_equal(outcome_delay(0), 60000);

    for (i = 1; i < 300; i++) {
        assert_true(outcome_delay(i) >= outcome_delay(i - 1));
    }

    assert_int_equal(outcome_delay(255), 240 * 60000);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_sent),
        cmocka_unit_test(test_doubt),
        cmocka_unit_test(test_not_sent),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_relay),
        cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_all),
        cmocka_unit_test(test_delay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
