/*
 * Copyright (C) SitePreserver developers
 *
 * Which step is next, and what is done with it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "outcome.h"
#include "plan.h"


#define HOUR  INT64_C(3600000)
#define T0    INT64_C(1767225600000)


static config_step_t    steps[3];
static config_series_t  series[2];
static config_shop_t    shop;
static sp_claimed_t     claimed;


static int setup(void **state);
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
static void test_before_live(void **state);


static int
setup(void **state)
{
    unsigned  i;

    memset(steps, 0, sizeof(steps));
    memset(&shop, 0, sizeof(shop));
    memset(&claimed, 0, sizeof(claimed));

    for (i = 0; i < 3; i++) {
        steps[i].hash = 100 + i;
        steps[i].max_late = 12 * HOUR;
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
    shop.series = series;
    shop.nseries = 2;
    claimed.abandoned = T0;
    claimed.due = T0;

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

    plan_decide(&shop, &claimed, now, &plan);

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


static void
test_before_live(void **state)
{
    claimed.before_live = 1;
    assert_string_equal(decide(T0).reason, "before_live");
    shop.mode = SP_MODE_DRY_RUN;
    assert_int_equal(decide(T0).kind, PLAN_SEND);
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
        cmocka_unit_test_setup(test_before_live, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
