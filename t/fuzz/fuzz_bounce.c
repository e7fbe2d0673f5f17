/*
 * Copyright (C) SitePreserver developers
 *
 * Mailer: bounce_fields bounce_match bounce_read buffer links_host mime*
 * web_token
 *
 * Runs: 2000
 *
 * What comes back: delivery status notifications, abuse reports, replies.
 */

#include "fuzz.h"
#include "fuzz_secret.h"
#include "bounce.h"


static config_t *
config(void)
{
    unsigned                i;
    static config_step_t    steps[2];
    static config_series_t  series;
    static config_shop_t    shops[2];
    static config_t         conf;

    steps[0].name = "reminder";
    steps[1].name = "offer";
    series.steps = steps;
    series.nsteps = 2;

    for (i = 0; i < 2; i++) {
        shops[i].name = i == 0 ? "demo" : "other";
        shops[i].id.data = shops[i].name;
        shops[i].id.len = strlen(shops[i].name);
        shops[i].from_address = "shop@shop.example";
        shops[i].return_path = "bounce@shop.example";
        shops[i].verp = 1;
        shops[i].series = &series;
        shops[i].nseries = 1;
    }

    conf.secret = (sp_secret_t *) fuzz_secret();
    conf.shops = shops;
    conf.nshops = 2;

    return &conf;
}


static void
must_be_hints(const bounce_hint_t *hints, unsigned n)
{
    unsigned  i;

    must(n <= BOUNCE_HINTS);

    for (i = 0; i < n; i++) {
        must(memchr(hints[i].text, '\0', sizeof(hints[i].text)) != NULL);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t           n;
    config_t        *conf;
    bounce_match_t   match;
    static bounce_t  bounce;

    conf = config();
    bounce_read((const char *) data, size, &bounce);

    must(bounce.kind <= BOUNCE_COMPLAINT);
    must(bounce_kind_name(bounce.kind)[0] != '\0');
    must(strlen(bounce.report) == BOUNCE_REPORT_LEN
         || bounce.kind == BOUNCE_NONE);
    n = strlen(bounce.status);
    must(n < sizeof(bounce.status));
    must(strspn(bounce.status, "0123456789.") == n);
    must(strlen(bounce.unsubscribe) < sizeof(bounce.unsubscribe));
    must(strlen(bounce.message_id) < sizeof(bounce.message_id));
    must_be_hints(bounce.paths, bounce.npaths);
    must_be_hints(bounce.recipients, bounce.nrecipients);

    if (bounce_match(conf, &bounce, &match)) {
        must(match.shop != NULL && match.by != NULL);
        must(strlen(match.shopper.text) == SP_ID_LEN);

    } else {
        must(match.shop == NULL);
    }

    (void) bounce_shop(conf, &bounce);

    return 0;
}
