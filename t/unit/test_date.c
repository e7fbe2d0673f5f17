/*
 * Copyright (C) SitePreserver developers
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <pthread.h>

#include "date.h"


#define DAY  1796428800             /* 2026-12-05 00:00 UTC */


typedef struct {
    const char  *locale;
    const char  *zone;
    int64_t      time;
    const char  *text;
} case_t;


static const case_t  cases[] = {
    { "en", NULL, DAY, "December 5, 2026" },
    { "en-GB", NULL, DAY, "5 December 2026" },
    { "en-IE", "UTC", DAY + 86399, "5 December 2026" },
    { "de", NULL, DAY, "5. Dezember 2026" },
    { "de-AT", NULL, DAY, "5. Dezember 2026" },
    { "fr", NULL, DAY, "5 d\xc3\xa9" "cembre 2026" },
    { "es", NULL, DAY, "5 de diciembre de 2026" },
    { "ja", NULL, DAY, "2026\xe5\xb9\xb4" "12\xe6\x9c\x88" "5\xe6\x97\xa5" },
    { "zz", NULL, DAY, "December 5, 2026" },
    { "", NULL, DAY, "December 5, 2026" },

    /* the day is the zone's */

    { "en-GB", "Europe/Berlin", DAY - 1, "5 December 2026" },
    { "en-GB", "America/New_York", DAY, "4 December 2026" },
    { "en-GB", NULL, 0, "1 January 1970" },
};


static void
check(const case_t *c)
{
    buffer_t  b;
    sp_str_t  locale;

    locale.data = c->locale;
    locale.len = strlen(c->locale);
    buffer_init(&b, 256);
    assert_int_equal(date_format(&locale, c->zone, c->time, &b), SP_OK);
    assert_string_equal(buffer_text(&b), c->text);
    buffer_free(&b);
}


static void
test_dates(void **state)
{
    size_t  i, k;

    /* more of them than a thread keeps, again and again */

    for (k = 0; k < 3; k++) {
        for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            check(&cases[i]);
            check(&cases[i]);
        }
    }
}


static void
test_zones(void **state)
{
    buffer_t  b;
    sp_str_t  en = sp_string("en");

    assert_true(date_zone("Europe/Dublin"));
    assert_true(date_zone("UTC"));
    assert_false(date_zone("Europe/Nowhere"));
    assert_false(date_zone(""));
    assert_false(date_zone("\xff"));
    assert_false(date_zone("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));

    buffer_init(&b, 256);
    assert_int_equal(date_format(&en, "No/Zone", DAY, &b), SP_INVALID);
    assert_int_equal(b.len, 0);
    buffer_free(&b);
}


static void *
thread(void *data)
{
    test_dates(NULL);

    return NULL;
}


static void
test_threads(void **state)
{
    size_t     i;
    pthread_t  threads[4];

    for (i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, thread, NULL), 0);
    }

    for (i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_threads)
    };

    return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
