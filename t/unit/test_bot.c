/*
 * Copyright (C) SitePreserver developers
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sp_bot.h"


#define CHROME  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, " \
                "like Gecko) Chrome/120.0.0.0 Safari/537.36"


/* In memory of its own, so that a byte read behind it is seen. */

static int
is_bot(const char *agent)
{
    int       bot;
    char     *copy;
    sp_str_t  text;

    text.len = strlen(agent);
    copy = malloc(text.len != 0 ? text.len : 1);
    assert_non_null(copy);
    memcpy(copy, agent, text.len);
    text.data = copy;
    bot = sp_bot(&text);
    free(copy);

    return bot;
}


static void
bots(void **state)
{
    unsigned  i;

    static const char *const  agents[] = {
        "Mozilla/5.0 (compatible; Googlebot/2.1; "
        "+http://www.google.com/bot.html)",
        "Mozilla/5.0 (X11; Linux x86_64; Storebot-Google/1.0) "
        "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0 Safari/537.36",
        "AdsBot-Google (+http://www.google.com/adsbot.html)",
        "Mozilla/5.0 (compatible; AhrefsSiteAudit/6.1)",
        "Mozilla/5.0 (compatible; Baiduspider/2.0)",
        "Mozilla/5.0 (compatible; Yahoo! Slurp)",
        "Mozilla/5.0 (Linux; Android 5.0; SM-G920A) Chrome (compatible; "
        "Google-Shopping-Quality; GoogleOther)",
        "SomeCrawler/1.0", "facebookexternalhit/1.1", "facebookcatalog/1.0",
        "meta-externalagent/1.1", "BingPreview/1.0b", "SkypeUriPreview",
        "WhatsApp/2.23.20 A", "Embedly/0.2", "Iframely/1.3.1",
        "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
        "Pingdom.com_bot_version_1.4", "PingdomPageSpeed/1.0",
        "Mozilla/5.0+(compatible; UptimeRobot/2.0)", "Uptime-Kuma/1.23",
        "updown.io daemon 2.11", "jetmon/1.0 (Jetpack Site Uptime Monitor)",
        "StatusCake_Pagespeed_Indev", "Site24x7", "NodePing",
        "GoogleStackdriverMonitoring-UptimeChecks(https://cloud.google.com)",
        "HetrixTools Uptime Monitoring", "DatadogSynthetics",
        "NewRelicPinger/1.0", CHROME " PTST/231016", CHROME " GTmetrix",
        CHROME " Chrome-Lighthouse", "Mimecast URL protection", "VirusTotal",
        "Proofpoint", "BarracudaCentral", "zgrab/0.x",
        CHROME " Prerender (+https://github.com/prerender/prerender)",
        "Mozilla/5.0 (via ggpht.com GoogleImageProxy)", "bot", "x bot", "BOT"
    };

    (void) state;

    for (i = 0; i < sizeof(agents) / sizeof(agents[0]); i++) {
        if (!is_bot(agents[i])) {
            fail_msg("no bot: %s", agents[i]);
        }
    }
}


static void
shoppers(void **state)
{
    unsigned  i;

    static const char *const  agents[] = {
        CHROME, "", "b", "bo", "Bottega/1.0", "up", "Upt", "s", "zgra",
        "Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus) AppleWebKit/537.36",
        "Mozilla/5.0 (Linux; Android 10; Cubot J8)",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) "
        "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 "
        "Safari/604.1",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) "
        "AppleWebKit/605.1.15 Mobile/15E148 [FBAN/FBIOS;FBAV/440.0;FBLC/de_DE]",
        "Mozilla/5.0 (Linux; arm_64; Android 13) AppleWebKit/537.36 "
        "YaBrowser/23.9 YandexSearch/23.91 Mobile Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:121.0) Gecko/20100101 "
        "Firefox/121.0",
        "node", "axios/1.6.0", "okhttp/4.12.0", "python-requests/2.31",
        "Go-http-client/1.1", "WordPress/7.1; https://shop.example",
        "Mozilla/5.0 AppleWebKit/537.36 (compatible; ChatGPT-User/1.0)"
    };

    (void) state;

    for (i = 0; i < sizeof(agents) / sizeof(agents[0]); i++) {
        if (is_bot(agents[i])) {
            fail_msg("a bot: %s", agents[i]);
        }
    }
}


static void
addresses(void **state)
{
    static const sp_str_t  crawler
                           = sp_string("john.smith@storebotmail.joonix.net");
    static const sp_str_t  person = sp_string("ada@example.com");
    static const sp_str_t  short_one = sp_string("a@b.net");
    static const sp_str_t  other = sp_string("a@xstorebotmail.joonix.net");

    (void) state;

    assert_true(sp_bot_address(&crawler));
    assert_false(sp_bot_address(&person));
    assert_false(sp_bot_address(&short_one));
    assert_false(sp_bot_address(&other));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(bots),
        cmocka_unit_test(shoppers),
        cmocka_unit_test(addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
