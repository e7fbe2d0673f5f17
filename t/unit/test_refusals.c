/*
 * Copyright (C) SitePreserver developers
 *
 * When a relay that refuses recipients is at fault itself.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "refusals.h"


static refusals_change_t say(refusals_t *refusals, smtp_stage_t stage,
    int code, const char *to, outcome_t *outcome);
static void test_domains(void **state);
static void test_one_domain(void **state);
static void test_in_a_row(void **state);
static void test_other_replies(void **state);


static refusals_change_t
say(refusals_t *refusals, smtp_stage_t stage, int code, const char *to,
    outcome_t *outcome)
{
    smtp_report_t  report;

    memset(&report, 0, sizeof(report));
    report.stage = stage;
    report.code = code;
    report.code_stage = code != 0 ? stage : SMTP_CONNECT;
    report.final = stage == SMTP_DOT && code == 0 ? 250 : 0;
    outcome_decide(&report, outcome);

    return refusals_note(refusals, &report, to, outcome);
}


static void
test_domains(void **state)
{
    char        to[32];
    unsigned    i;
    outcome_t   outcome;
    refusals_t  refusals;

    memset(&refusals, 0, sizeof(refusals));

    for (i = 1; i < REFUSALS_DOMAINS; i++) {
        snprintf(to, sizeof(to), "ada@%u.example.com", i);
        assert_int_equal(say(&refusals, SMTP_RCPT, 550, to, &outcome),
                         REFUSALS_NONE);
        assert_int_equal(outcome.kind, OUTCOME_REFUSED);
        assert_true(outcome.soft);
    }

    assert_int_equal(say(&refusals, SMTP_RCPT, 554, "bob@example.org",
                         &outcome), REFUSALS_BEGUN);
    assert_int_equal(outcome.kind, OUTCOME_RETRY);
    assert_true(outcome.relay_down);
    assert_false(outcome.soft);
    assert_string_equal(outcome.reason, "relay_refuses");

    /* said once, and whoever is next is not refused either */

    assert_int_equal(say(&refusals, SMTP_RCPT, 550, to, &outcome),
                     REFUSALS_NONE);
    assert_int_equal(outcome.kind, OUTCOME_RETRY);

    assert_int_equal(say(&refusals, SMTP_DOT, 0, to, &outcome),
                     REFUSALS_ENDED);
    assert_int_equal(outcome.kind, OUTCOME_SENT);
    assert_int_equal(say(&refusals, SMTP_RCPT, 550, to, &outcome),
                     REFUSALS_NONE);
    assert_int_equal(outcome.kind, OUTCOME_REFUSED);
}


static void
test_one_domain(void **state)
{
    unsigned    i;
    outcome_t   outcome;
    refusals_t  refusals;

    memset(&refusals, 0, sizeof(refusals));

    for (i = 1; i < REFUSALS_MOST; i++) {
        (void) say(&refusals, SMTP_RCPT, 550, "ada@example.com", &outcome);
        assert_int_equal(outcome.kind, OUTCOME_REFUSED);
    }

    assert_int_equal(say(&refusals, SMTP_RCPT, 550, "ada@example.com",
                         &outcome), REFUSALS_BEGUN);
}


static void
test_in_a_row(void **state)
{
    char        to[32];
    unsigned    i;
    outcome_t   outcome;
    refusals_t  refusals;

    memset(&refusals, 0, sizeof(refusals));

    for (i = 0; i < 40; i++) {
        snprintf(to, sizeof(to), "ada@%u.example.com", i);
        (void) say(&refusals, SMTP_RCPT, 550, to, &outcome);
        assert_int_equal(outcome.kind, OUTCOME_REFUSED);

        if (i % 4 == 3) {
            assert_int_equal(say(&refusals, i % 8 == 3 ? SMTP_DATA : SMTP_DOT,
                                 i % 8 == 3 ? 554 : 0, "x@example.org",
                                 &outcome), REFUSALS_NONE);
        }
    }
}


/* What is no refusal of a recipient neither counts nor ends a row. */

static void
test_other_replies(void **state)
{
    char        to[32];
    unsigned    i;
    outcome_t   outcome;
    refusals_t  refusals;

    memset(&refusals, 0, sizeof(refusals));

    for (i = 0; i < 40; i++) {
        snprintf(to, sizeof(to), "ada@%u.example.com", i);
        (void) say(&refusals, SMTP_RCPT, 450, to, &outcome);
        assert_string_equal(outcome.reason, "deferred");
        (void) say(&refusals, SMTP_MAIL, 550, to, &outcome);
        assert_int_equal(outcome.kind, OUTCOME_REFUSED);
        (void) say(&refusals, SMTP_CONNECT, 0, to, &outcome);
        assert_string_equal(outcome.reason, "connection");
    }

    for (i = 1; i < REFUSALS_DOMAINS; i++) {
        snprintf(to, sizeof(to), "ada@%u.example.com", i);
        (void) say(&refusals, SMTP_RCPT, 550, to, &outcome);
        assert_int_equal(outcome.kind, OUTCOME_REFUSED);
        (void) say(&refusals, SMTP_CONNECT, 0, to, &outcome);
    }

    assert_int_equal(say(&refusals, SMTP_RCPT, 550, "bob@example.org",
                         &outcome), REFUSALS_BEGUN);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_domains),
        cmocka_unit_test(test_one_domain),
        cmocka_unit_test(test_in_a_row),
        cmocka_unit_test(test_other_replies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
