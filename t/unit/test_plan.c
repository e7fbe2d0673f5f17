/*
 * Copyright (C) SitePreserver developers
 *
 * Which step is next, and what is done with it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "outcome.h"
#include "plan.h"


#define HOUR  INT64_C(3600000)
#define T0    INT64_C(1767225600000)


static config_variant_t variants[3][3];
static config_offer_t   offers[2];
static config_step_t    steps[3];
static config_series_t  series[2];
static config_shop_t    shop;
static sp_claimed_t     claimed;
static sp_secret_t     *secret;
static char             locale[] = "en";
static char             zone[] = "Europe/Dublin";


static int setup(void **state);
static int secret_make(void **state);
static int secret_end(void **state);
static void done(unsigned step, int64_t at);
static plan_t decide(int64_t now);
static void test_first(void **state);
static void test_not_due(void **state);
static void test_next(void **state);
static void test_too_late(void **state);
static void test_held_is_not_late(void **state);
static void test_retries_are_late(void **state);
static void test_series(void **state);
static void test_gone_steps(void **state);
static void test_consent(void **state);
static void test_audience(void **state);
static void test_apart(void **state);
static void test_quiet(void **state);
static void test_zones(void **state);
static void test_quiet_is_not_late(void **state);
static void test_expires(void **state);
static void test_variants(void **state);
static void test_holdout(void **state);
static void test_offered_lately(void **state);
static void test_no_offer(void **state);


static int
setup(void **state)
{
    unsigned  i;

    memset(steps, 0, sizeof(steps));
    memset(series, 0, sizeof(series));
    memset(variants, 0, sizeof(variants));
    memset(offers, 0, sizeof(offers));
    memset(&shop, 0, sizeof(shop));
    memset(&claimed, 0, sizeof(claimed));

    for (i = 0; i < 3; i++) {
        steps[i].hash = 100 + i;
        steps[i].max_late = 12 * HOUR;
        steps[i].variants = variants[i];
        steps[i].nvariants = 1;
        steps[i].weight = 1;
        variants[i][0].weight = 1;
    }

    steps[1].delay = 23 * HOUR;
    steps[2].delay = 71 * HOUR;
    series[0].hash = 7;
    series[0].steps = steps;
    series[0].nsteps = 3;
    series[1].hash = 8;
    series[1].steps = steps;
    series[1].nsteps = 1;
    shop.mode = SP_MODE_LIVE;
    shop.id = (sp_str_t) sp_string("demo");
    shop.locale = locale;
    shop.time_zone = zone;
    shop.series = series;
    shop.nseries = 2;
    claimed.abandoned = T0;
    claimed.due = T0;

    return 0;
}


static int
secret_make(void **state)
{
    sp_str_t    text;
    sp_error_t  err;

    text.data = "identity "
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
        "sealing 1 "
        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n";
    text.len = strlen(text.data);
    secret = sp_secret_parse(&text, &err);

    return secret == NULL;
}


static int
secret_end(void **state)
{
    sp_secret_free(secret);

    return 0;
}


static void
done(unsigned step, int64_t at)
{
    claimed.steps[claimed.nsteps].hash = step;
    claimed.steps[claimed.nsteps].at = at;
    claimed.steps[claimed.nsteps].outcome = 's';
    claimed.nsteps++;
    claimed.series = 7;
}


static plan_t
decide(int64_t now)
{
    plan_t  plan;

    plan_decide(&shop, secret, &claimed, now, &plan);

    return plan;
}


static void
test_first(void **state)
{
    plan_t  plan;

    plan = decide(T0 + 5);
    assert_int_equal(plan.kind, PLAN_SEND);
    assert_ptr_equal(plan.series, &series[0]);
    assert_ptr_equal(plan.step, &steps[0]);
    assert_int_equal(plan.next, T0 + 23 * HOUR);
}


static void
test_not_due(void **state)
{
    plan_t  plan;

    done(100, T0 + 1);
    claimed.due = T0 + HOUR;
    plan = decide(T0 + HOUR);
    assert_int_equal(plan.kind, PLAN_DEFER);
    assert_int_equal(plan.next, T0 + 23 * HOUR);
}


static void
test_next(void **state)
{
    plan_t  plan;

    done(100, T0 + 1);
    claimed.due = T0 + 23 * HOUR;
    plan = decide(T0 + 23 * HOUR);
    assert_int_equal(plan.kind, PLAN_SEND);
    assert_ptr_equal(plan.step, &steps[1]);
    assert_int_equal(plan.next, T0 + 71 * HOUR);

    /* A step that was left out is not made up for. */

    claimed.nsteps = 0;
    done(101, T0 + 23 * HOUR);
    claimed.due = T0 + 71 * HOUR;
    plan = decide(T0 + 71 * HOUR);
    assert_ptr_equal(plan.step, &steps[2]);
    assert_int_equal(plan.next, 0);

    done(102, T0 + 71 * HOUR);
    plan = decide(T0 + 80 * HOUR);
    assert_int_equal(plan.kind, PLAN_CLOSE);
    assert_string_equal(plan.reason, "series_done");
}


static void
test_too_late(void **state)
{
    plan_t  plan;

    plan = decide(T0 + 12 * HOUR);
    assert_int_equal(plan.kind, PLAN_SEND);

    plan = decide(T0 + 12 * HOUR + 1);
    assert_int_equal(plan.kind, PLAN_SKIP);
    assert_string_equal(plan.reason, "too_late");
    assert_ptr_equal(plan.step, &steps[0]);
    assert_int_equal(plan.next, T0 + 23 * HOUR);
}


/* A cap or a hold moved the due time. */

static void
test_held_is_not_late(void **state)
{
    plan_t  plan;

    claimed.due = T0 + 20 * HOUR;
    plan = decide(T0 + 21 * HOUR);
    assert_int_equal(plan.kind, PLAN_SEND);
    plan = decide(T0 + 33 * HOUR);
    assert_int_equal(plan.kind, PLAN_SKIP);
}


static void
test_retries_are_late(void **state)
{
    int64_t   due;
    plan_t    plan;
    unsigned  i;

    due = T0;

    for (i = 0; i < 10; i++) {
        due += outcome_delay(i);
        claimed.tries = i + 1;
        claimed.due = due;
        plan = decide(due);
        assert_int_equal(plan.kind, due <= T0 + 12 * HOUR ? PLAN_SEND
                                                          : PLAN_SKIP);
    }

    assert_true(due > T0 + 12 * HOUR);
}


static void
test_series(void **state)
{
    plan_t  plan;

    claimed.series = 8;
    plan = decide(T0);
    assert_ptr_equal(plan.series, &series[1]);
    assert_int_equal(plan.next, 0);

    claimed.series = 9;
    plan = decide(T0);
    assert_int_equal(plan.kind, PLAN_CLOSE);
    assert_string_equal(plan.reason, "series_gone");
    assert_null(plan.step);
}


/* A step that was done and renamed since is not sent by its new name. */

static void
test_gone_steps(void **state)
{
    plan_t  plan;

    done(999, T0 + 1000);
    claimed.due = T0 + 23 * HOUR;
    plan = decide(T0 + 23 * HOUR);
    assert_ptr_equal(plan.step, &steps[1]);

    claimed.nsteps = 0;
    done(999, T0 + 72 * HOUR);
    plan = decide(T0 + 73 * HOUR);
    assert_int_equal(plan.kind, PLAN_CLOSE);
}


/* Whose address was only typed in is not mailed with soft-opt-in. */

static void
test_consent(void **state)
{
    size_t                      i;
    static const sp_captured_t  yes[] = { SP_CAPTURED_LOGIN,
                                          SP_CAPTURED_SIGN_UP,
                                          SP_CAPTURED_CUSTOMER };
    static const sp_captured_t  no[] = { SP_CAPTURED_NOT,
                                         SP_CAPTURED_CHECKOUT,
                                         SP_CAPTURED_NEWSLETTER,
                                         SP_CAPTURED_IDENTIFY,
                                         SP_CAPTURED_CLICK };

    shop.consent = AUDIENCE_SOFT;

    for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        claimed.captured = yes[i];
        assert_int_equal(decide(T0).kind, PLAN_SEND);
    }

    for (i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        claimed.captured = no[i];
        claimed.orders = 0;
        assert_int_equal(decide(T0).kind, PLAN_CLOSE);
        assert_string_equal(decide(T0).reason, "no_consent");

        claimed.orders = 1;
        assert_int_equal(decide(T0).kind, PLAN_SEND);
    }

    claimed.orders = 0;
    claimed.customer = 1;
    assert_int_equal(decide(T0).kind, PLAN_SEND);
    claimed.customer = 0;
    claimed.logged_in = 1;
    assert_int_equal(decide(T0).kind, PLAN_SEND);
    claimed.logged_in = 0;

    /* who has agreed is, and who has taken it back is not, whoever it is */

    claimed.consent = SP_CONSENT_GIVEN;
    assert_int_equal(decide(T0).kind, PLAN_SEND);
    claimed.consent = SP_CONSENT_WITHDRAWN;
    claimed.orders = 1;
    assert_string_equal(decide(T0).reason, "no_consent");

    shop.consent = AUDIENCE_ALL;
    assert_int_equal(decide(T0).kind, PLAN_SEND);

    shop.consent = AUDIENCE_CONSENT;
    assert_string_equal(decide(T0).reason, "no_consent");
    claimed.consent = SP_CONSENT_NOT;
    assert_string_equal(decide(T0).reason, "no_consent");
    claimed.consent = SP_CONSENT_GIVEN;
    claimed.orders = 0;
    assert_int_equal(decide(T0).kind, PLAN_SEND);

    /* what is asked of it once more before a message leaves */

    assert_int_equal(audience_asks(AUDIENCE_ALL), SP_CONSENT_NOT);
    assert_int_equal(audience_asks(AUDIENCE_SOFT), SP_CONSENT_WITHDRAWN);
    assert_int_equal(audience_asks(AUDIENCE_CONSENT), SP_CONSENT_GIVEN);
}


/* The first that fits; a rescue keeps its own, though it no longer fits. */

static void
test_audience(void **state)
{
    series[0].audience.returning = AUDIENCE_YES;
    assert_ptr_equal(decide(T0).series, &series[1]);
    claimed.orders = 2;
    assert_ptr_equal(decide(T0).series, &series[0]);

    series[1].audience.devices = 1u << SP_DEVICE_PHONE;
    claimed.orders = 0;
    assert_int_equal(decide(T0).kind, PLAN_CLOSE);
    assert_string_equal(decide(T0).reason, "no_audience");
    assert_null(decide(T0).step);

    claimed.series = 7;
    assert_ptr_equal(decide(T0).series, &series[0]);
}


/* What had to wait does not come together with the next. */

static void
test_apart(void **state)
{
    plan_t  plan;

    steps[1].delay = 2 * HOUR;
    done(100, T0 + 10 * HOUR);
    claimed.due = T0 + 2 * HOUR;
    plan = decide(T0 + 10 * HOUR);
    assert_int_equal(plan.kind, PLAN_DEFER);
    assert_int_equal(plan.next, T0 + 11 * HOUR);

    claimed.due = T0 + 11 * HOUR;
    assert_int_equal(decide(T0 + 11 * HOUR).kind, PLAN_SEND);

    /* steps that are closer than that are as close as they are meant */

    steps[1].delay = HOUR / 2;
    assert_int_equal(decide(T0 + 10 * HOUR).next, T0 + 10 * HOUR + HOUR / 2);

    /* a step that was skipped was no message */

    claimed.steps[0].outcome = 'x';
    assert_int_equal(decide(T0 + 10 * HOUR).kind, PLAN_SEND);
}


/* T0 is midnight of a Thursday in Dublin. */

static void
test_quiet(void **state)
{
    plan_t  plan;

    steps[0].calendar.from = 21 * 60;
    steps[0].calendar.to = 8 * 60;
    plan = decide(T0 + HOUR);
    assert_int_equal(plan.kind, PLAN_DEFER);
    assert_string_equal(plan.reason, "quiet_hours");
    assert_int_equal(plan.next, T0 + 8 * HOUR);

    claimed.abandoned = T0 - 2 * HOUR;
    plan = decide(T0 - 2 * HOUR);
    assert_int_equal(plan.next, T0 + 8 * HOUR);
    assert_int_equal(decide(T0 - 3 * HOUR - 1).kind, PLAN_DEFER);
    assert_string_equal(decide(T0 - 3 * HOUR - 1).reason, "not_due");

    claimed.due = T0 + 8 * HOUR;
    assert_int_equal(decide(T0 + 8 * HOUR).kind, PLAN_SEND);

    steps[0].calendar.weekdays = CALENDAR_MONDAY;
    plan = decide(T0 + 8 * HOUR);
    assert_int_equal(plan.next, T0 + 4 * 24 * HOUR + 8 * HOUR);
}


/* The shopper's hours count if there is such a zone, else the shop's. */

static void
test_zones(void **state)
{
    size_t  i;

    static const struct {
        const char  *zone;
        int          minutes;       /* to wait from midnight in Dublin */
    } cases[] = {
        { "", 480 }, { "Europe/Dublin", 480 }, { "UTC", 480 },
        { "Europe/Nowhere", 480 }, { "europe/berlin", 480 },
        { "Etc/Unknown", 480 }, { "GMT+14:00", 480 }, { "GMT+3", 480 },
        { "A", 480 }, { "Europe/Dublin/", 480 },

        { "Europe/Berlin", 420 }, { "Asia/Kolkata", 150 },
        { "Etc/GMT+3", 660 }, { "America/Sao_Paulo", 660 },
        { "Asia/Tokyo", 0 }, { "America/Los_Angeles", 0 },
        { "America/St_Johns", 0 }, { "Pacific/Kiritimati", 0 },
        { "Pacific/Pago_Pago", 0 }
    };

    steps[0].calendar.from = 21 * 60;
    steps[0].calendar.to = 8 * 60;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        strcpy(claimed.time_zone, cases[i].zone);

        if (cases[i].minutes == 0) {
            assert_int_equal(decide(T0).kind, PLAN_SEND);

        } else {
            assert_int_equal(decide(T0).kind, PLAN_DEFER);
            assert_true(decide(T0).next
                        == T0 + cases[i].minutes * HOUR / 60);
        }
    }

    /* and the shopper's days: in Kiritimati it is Friday since ten o'clock */

    steps[0].calendar.from = steps[0].calendar.to = 0;
    steps[0].calendar.weekdays = CALENDAR_MONDAY << 4;
    strcpy(claimed.time_zone, "Pacific/Kiritimati");
    assert_int_equal(decide(T0 + 10 * HOUR).kind, PLAN_SEND);
    assert_true(decide(T0 + 9 * HOUR).next == T0 + 10 * HOUR);
    strcpy(claimed.time_zone, "Pacific/Pago_Pago");
    assert_true(decide(T0 + 10 * HOUR).next == T0 + 35 * HOUR);
    claimed.time_zone[0] = '\0';
    assert_true(decide(T0 + 10 * HOUR).next == T0 + 24 * HOUR);
}


/* The night is longer than max_late: that is not late. */

static void
test_quiet_is_not_late(void **state)
{
    steps[0].max_late = HOUR;
    steps[0].calendar.from = 21 * 60;
    steps[0].calendar.to = 8 * 60;
    assert_int_equal(decide(T0 + HOUR).kind, PLAN_DEFER);
    claimed.due = T0 + 8 * HOUR;
    assert_int_equal(decide(T0 + 8 * HOUR + HOUR).kind, PLAN_SEND);
    assert_int_equal(decide(T0 + 9 * HOUR + 1).kind, PLAN_SKIP);
}


static void
test_expires(void **state)
{
    plan_t  plan;

    steps[0].expires = 6 * HOUR;
    assert_int_equal(decide(T0 + 6 * HOUR).kind, PLAN_SEND);
    plan = decide(T0 + 6 * HOUR + 1);
    assert_int_equal(plan.kind, PLAN_SKIP);
    assert_string_equal(plan.reason, "expired");
    assert_int_equal(plan.next, T0 + 23 * HOUR);

    /* what waits for a cap expires, too */

    claimed.due = T0 + 7 * HOUR;
    assert_string_equal(decide(T0 + 7 * HOUR).reason, "expired");

    /* and it is not put off beyond that */

    claimed.due = T0;
    steps[0].calendar.from = 21 * 60;
    steps[0].calendar.to = 8 * 60;
    plan = decide(T0 + HOUR);
    assert_int_equal(plan.kind, PLAN_SKIP);
    assert_string_equal(plan.reason, "expired");

    steps[0].expires = 8 * HOUR;
    assert_int_equal(decide(T0 + HOUR).kind, PLAN_DEFER);
}


static void
test_variants(void **state)
{
    plan_t    plan;
    unsigned  i, n[3];

    variants[0][0].weight = 1;
    variants[0][1].weight = 2;
    variants[0][2].weight = 1;
    steps[0].nvariants = 3;
    steps[0].weight = 4;
    memset(n, 0, sizeof(n));

    for (i = 0; i < 4000; i++) {
        snprintf(claimed.shopper.text, sizeof(claimed.shopper.text),
                 "shopper%015u", i);
        plan = decide(T0);
        assert_int_equal(plan.kind, PLAN_SEND);
        assert_ptr_equal(plan.variant, decide(T0 + HOUR).variant);
        n[plan.variant - variants[0]]++;
    }

    assert_in_range(n[0], 880, 1120);
    assert_in_range(n[1], 1850, 2150);
    assert_in_range(n[2], 880, 1120);
}


/* The same people in all steps, as many as were asked for, in any variant. */

static void
test_holdout(void **state)
{
    plan_t    plan;
    unsigned  i, held, both;

    series[0].holdout = 20;
    steps[0].nvariants = 2;
    steps[0].weight = 2;
    variants[0][1].weight = 1;
    held = both = 0;

    for (i = 0; i < 4000; i++) {
        snprintf(claimed.shopper.text, sizeof(claimed.shopper.text),
                 "shopper%015u", i);
        claimed.nsteps = 0;
        claimed.due = T0;
        plan = decide(T0);
        assert_int_equal(plan.kind, PLAN_SEND);
        held += plan.holdout;
        both += plan.holdout && plan.variant == &variants[0][1];

        done(100, T0);
        claimed.due = T0 + 23 * HOUR;
        assert_int_equal(decide(T0 + 23 * HOUR).holdout, plan.holdout);
    }

    assert_in_range(held, 700, 900);
    assert_in_range(both, 320, 480);

    claimed.nsteps = 0;
    shop.mode = SP_MODE_CATCH_ALL;

    for (i = 0; i < 100; i++) {
        snprintf(claimed.shopper.text, sizeof(claimed.shopper.text),
                 "shopper%015u", i);
        assert_false(decide(T0).holdout);
    }
}


static void
test_offered_lately(void **state)
{
    plan_t  plan;

    shop.offer_once_in = 30 * 24 * HOUR;
    variants[0][0].offer = &offers[0];
    variants[1][0].offer = &offers[1];
    assert_ptr_equal(decide(T0).offer, &offers[0]);

    claimed.offered = T0 - 30 * 24 * HOUR;
    assert_ptr_equal(decide(T0).offer, &offers[0]);

    claimed.offered = T0 - 30 * 24 * HOUR + 1;
    plan = decide(T0);
    assert_int_equal(plan.kind, PLAN_SKIP);
    assert_string_equal(plan.reason, "offered_lately");
    assert_int_equal(plan.next, T0 + 23 * HOUR);

    steps[0].offerless = 1;
    plan = decide(T0);
    assert_int_equal(plan.kind, PLAN_SEND);
    assert_null(plan.offer);

    /* a later message of the same rescue may offer more */

    done(100, T0 + 1000);
    claimed.offered = T0 + 1000;
    claimed.due = T0 + 23 * HOUR;
    plan = decide(T0 + 23 * HOUR);
    assert_int_equal(plan.kind, PLAN_SEND);
    assert_ptr_equal(plan.offer, &offers[1]);

    /* ... unless the offer was of a rescue before */

    claimed.offered = T0 - HOUR;
    assert_string_equal(decide(T0 + 23 * HOUR).reason, "offered_lately");

    shop.offer_once_in = 0;
    assert_int_equal(decide(T0 + 23 * HOUR).kind, PLAN_SEND);
}


static void
test_no_offer(void **state)
{
    plan_t  plan;

    variants[0][0].offer = &offers[0];
    plan = decide(T0);
    plan_no_offer(&plan, "no_code");
    assert_int_equal(plan.kind, PLAN_SKIP);
    assert_string_equal(plan.reason, "no_code");

    steps[0].offerless = 1;
    plan = decide(T0);
    plan_no_offer(&plan, "no_code");
    assert_int_equal(plan.kind, PLAN_SEND);
    assert_null(plan.offer);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup(test_first, setup),
        cmocka_unit_test_setup(test_not_due, setup),
        cmocka_unit_test_setup(test_next, setup),
        cmocka_unit_test_setup(test_too_late, setup),
        cmocka_unit_test_setup(test_held_is_not_late, setup),
        cmocka_unit_test_setup(test_retries_are_late, setup),
        cmocka_unit_test_setup(test_series, setup),
        cmocka_unit_test_setup(test_gone_steps, setup),
        cmocka_unit_test_setup(test_consent, setup),
        cmocka_unit_test_setup(test_audience, setup),
        cmocka_unit_test_setup(test_apart, setup),
        cmocka_unit_test_setup(test_quiet, setup),
        cmocka_unit_test_setup(test_zones, setup),
        cmocka_unit_test_setup(test_quiet_is_not_late, setup),
        cmocka_unit_test_setup(test_expires, setup),
        cmocka_unit_test_setup(test_variants, setup),
        cmocka_unit_test_setup(test_holdout, setup),
        cmocka_unit_test_setup(test_offered_lately, setup),
        cmocka_unit_test_setup(test_no_offer, setup),
    };

    return cmocka_run_group_tests(tests, secret_make, secret_end);
}
