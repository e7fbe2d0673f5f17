/*
 * Copyright (C) SitePreserver developers
 *
 * What a message says of an offer, and in which language.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "message_data.h"
#include "samples.h"


static const message_offer_text_t  texts[] = {
    { SAMPLE("fr"), SAMPLE("Cadeau") },
    { SAMPLE("de-AT"), SAMPLE("Geschenk, Oida") },
    { SAMPLE("de"), SAMPLE("Geschenk") },
    { SAMPLE("en"), SAMPLE("Gift") }
};

static sample_t           sample;
static message_offer_t    offer;
static creative_locale_t  creative;


static int setup(void **state);
static void has(const char *key, const char *wanted);
static void test_language(void **state);
static void test_kinds(void **state);
static void test_expires(void **state);
static void test_none(void **state);


static int
setup(void **state)
{
    samples_get(0, &sample);
    memset(&offer, 0, sizeof(offer));
    memset(&creative, 0, sizeof(creative));
    offer.texts = texts;
    offer.ntexts = 4;
    sample.facts.offer = &offer;
    sample.shop.locale = samples_str("");
    strcpy(creative.locale, "en");

    return 0;
}


/* The member of the offer; wanted NULL: there is none. */

static void
has(const char *key, const char *wanted)
{
    char                     text[256];
    sp_str_t                 name, value;
    sp_error_t               err;
    message_data_t           md;
    const mustache_value_t  *object;

    assert_int_equal(message_data_create(&md, &sample.facts, &creative, &err),
                     SP_OK);
    name = samples_str("offer");
    object = mustache_member(md.root, &name);
    name = samples_str(key);
    object = object != NULL ? mustache_member(object, &name) : NULL;

    if (wanted == NULL) {
        assert_null(object);

    } else {
        assert_non_null(object);
        mustache_text(object, &value);
        assert_true(value.len < sizeof(text));
        memcpy(text, value.data, value.len);
        text[value.len] = '\0';
        assert_string_equal(text, wanted);
    }

    message_data_free(&md);
}


/* The creative's, whichever the shopper's is. */

static void
test_language(void **state)
{
    sample.facts.locale = samples_str("fr");
    has("text", "Gift");
    strcpy(creative.locale, "de");
    has("text", "Geschenk");
    strcpy(creative.locale, "de-AT");
    has("text", "Geschenk, Oida");
    strcpy(creative.locale, "de-CH");
    has("text", "Geschenk");

    /* what there is not: the shop's, English, the first */

    strcpy(creative.locale, "es");
    has("text", "Gift");
    sample.shop.locale = samples_str("de");
    has("text", "Geschenk");
    sample.shop.locale = samples_str("it");
    offer.ntexts = 3;
    has("text", "Cadeau");
}


static void
test_kinds(void **state)
{
    has("kind", "discount");
    has("is_discount", "true");
    has("is_upgrade", NULL);
    offer.kind = MESSAGE_UPGRADE;
    has("kind", "upgrade");
    has("is_upgrade", "true");
    offer.kind = MESSAGE_EXCLUSIVITY;
    has("is_exclusive", "true");
    offer.kind = MESSAGE_VALUE_ADD;
    has("is_value_add", "true");
    has("code", NULL);
    offer.code = samples_str("BACK-2A\r\nBcc: x");
    has("code", "BACK-2A Bcc: x");
}


/* The day is the shop's; an offer that ends today has no days left. */

static void
test_expires(void **state)
{
    has("expires", NULL);
    has("expires_in_days", NULL);

    sample.facts.locale = samples_str("en-GB");
    sample.facts.date = 1796428800;         /* 2026-12-05 00:00 UTC */
    offer.expires = sample.facts.date + 3 * 86400 + 86399;
    has("expires", "8 December 2026");
    has("expires_in_days", "3");

    offer.zone = "Asia/Tokyo";
    has("expires", "9 December 2026");

    offer.zone = NULL;
    offer.expires = sample.facts.date + 86399;
    has("expires", "5 December 2026");
    has("expires_in_days", NULL);
}


static void
test_none(void **state)
{
    sample.facts.offer = NULL;
    has("text", NULL);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup(test_language, setup),
        cmocka_unit_test_setup(test_kinds, setup),
        cmocka_unit_test_setup(test_expires, setup),
        cmocka_unit_test_setup(test_none, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
