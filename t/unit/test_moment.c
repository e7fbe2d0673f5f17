/*
 * Copyright (C) SitePreserver developers
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "moment.h"


static void
test_moments(void **state)
{
    size_t   i;
    int64_t  ms;

    static const struct {
        const char  *text;
        int64_t      seconds;
    } known[] = {
        { "1970-01-01", 0 },
        { "1972-02-29", 68169600 },
        { "1999-12-31", 946598400 },
        { "2000-02-29", 951782400 },
        { "2000-03-01", 951868800 },
        { "2024-02-29", 1709164800 },
        { "2025-12-31", 1767139200 },
        { "2026-01-01", 1767225600 },
        { "2100-03-01", INT64_C(4107542400) },
        { "9999-12-31T23:59:60Z", INT64_C(253402300800) },
        { "2026-01-01 14:05", 1767276300 },
        { "2026-01-01T14:05:09", 1767276309 },
        { "2026-01-01T14:05:09.123456", 1767276309 },
        { "2026-01-01T14:05:09.123Z", 1767276309 },
        { "2026-01-01T00:30:00+01:00", 1767223800 },
        { "2026-01-01T00:30:00-0530", 1767247200 },
        { "2026-01-01T00:30+14:00", 1767177000 },
    };

    static const char *const  bad[] = {
        "", "2026", "2026-1-1", "2026-01", "2026-01-1", "26-01-01",
        "2026-00-01", "2026-13-01", "2026-01-00", "2026-01-32", "2026-04-31",
        "2026-02-29", "2100-02-29", "1969-12-31", "01/02/2026", "2026/01/01",
        "2026-01-01 ", "2026-01-01T", "2026-01-01 24:00", "2026-01-01 1:00",
        "2026-01-01 12:60", "2026-01-01 12:00:61", "2026-01-01 12:00:",
        "2026-01-01 12:00 UTC", "2026-01-01T12:00Zx", "2026-01-01T12:00+1",
        "2026-01-01T12:00+15:00", "2026-01-01T12:00+01:", "2026-01-01Z",
        "1970-01-01T00:00+01:00", " 2026-01-01", "2026-01-01x", "-026-01-01",
        "now", "1767225600",
    };

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        ms = -1;

        if (!moment_parse(known[i].text, &ms)
            || ms != known[i].seconds * 1000)
        {
            fail_msg("\"%s\": %lld", known[i].text, (long long) ms);
        }
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (moment_parse(bad[i], &ms)) {
            fail_msg("\"%s\" is a moment", bad[i]);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_moments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
