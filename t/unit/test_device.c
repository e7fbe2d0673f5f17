/*
 * Copyright (C) SitePreserver developers
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sp_device.h"


static void
test_devices(void **state)
{
    unsigned  i;
    sp_str_t  agent;

    static const struct {
        sp_device_t  device;
        const char  *agent;
    } known[] = {
        { SP_DEVICE_DESKTOP, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) "
          "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
          "Safari/537.36" },
        { SP_DEVICE_DESKTOP, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) "
          "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 "
          "Safari/605.1.15" },
        { SP_DEVICE_DESKTOP, "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) "
          "Gecko/20100101 Firefox/121.0" },
        { SP_DEVICE_DESKTOP, "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) "
          "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
          "Safari/537.36" },
        { SP_DEVICE_DESKTOP, "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT "
          "6.1; Trident/5.0; Tablet PC 2.0)" },
        { SP_DEVICE_PHONE, "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac "
          "OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 "
          "Mobile/15E148 Safari/604.1" },
        { SP_DEVICE_PHONE, "Mozilla/5.0 (Linux; Android 10; K) "
          "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile "
          "Safari/537.36" },
        { SP_DEVICE_PHONE, "Mozilla/5.0 (Android 13; Mobile; rv:121.0) "
          "Gecko/121.0 Firefox/121.0" },
        { SP_DEVICE_PHONE, "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; "
          "Microsoft; Lumia 950) Mobile Safari/537.36 Edge/15" },
        { SP_DEVICE_PHONE, "Opera/9.80 (J2ME/MIDP; Opera Mobi/23) Presto" },
        { SP_DEVICE_TABLET, "Mozilla/5.0 (Linux; Android 13; SM-X906C) "
          "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
          "Safari/537.36" },
        { SP_DEVICE_TABLET, "Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) "
          "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1 "
          "Mobile/15E148 Safari/604.1" },
        { SP_DEVICE_TABLET, "Mozilla/5.0 (Android 13; Tablet; rv:121.0) "
          "Gecko/121.0 Firefox/121.0" },
        { SP_DEVICE_UNKNOWN, "" },
        { SP_DEVICE_UNKNOWN, "curl/8.4.0" },
        { SP_DEVICE_UNKNOWN, "node" },
        { SP_DEVICE_UNKNOWN, "iPa" },
        { SP_DEVICE_UNKNOWN, "xMobi TheAndroid-less MyiPhone" },
        { SP_DEVICE_UNKNOWN, "Windows" },
    };

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        agent.data = known[i].agent;
        agent.len = strlen(known[i].agent);

        if (sp_device(&agent) != known[i].device) {
            fail_msg("%d: %s", (int) sp_device(&agent), known[i].agent);
        }
    }
}


/* A word that is cut by the end or by the bound is none. */

static void
test_bounds(void **state)
{
    char      big[SP_AGENT_MAX + 100];
    size_t    i;
    sp_str_t  agent;

    agent.data = "Mozilla (iPhone";

    for (i = 0; i <= 15; i++) {
        agent.len = i;
        assert_int_equal(sp_device(&agent), i == 15 ? SP_DEVICE_PHONE
                                                    : SP_DEVICE_UNKNOWN);
    }

    memset(big, ' ', sizeof(big));
    memcpy(big + SP_AGENT_MAX - 5, "iPhone", 6);
    agent.data = big;
    agent.len = sizeof(big);
    assert_int_equal(sp_device(&agent), SP_DEVICE_UNKNOWN);
    memcpy(big + SP_AGENT_MAX - 6, "iPhone", 6);
    assert_int_equal(sp_device(&agent), SP_DEVICE_PHONE);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_devices),
        cmocka_unit_test(test_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
