/*
 * Copyright (C) SitePreserver developers
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"


static const char *const  names[] = { "en.head", "en.html", "en.txt",
                                      "de.head", "de.html", "de.txt" };

static char             dir[64];
static char             folder[96];
static message_shop_t   shop;
static message_facts_t  facts;
static sp_line_t        lines[2];
static buffer_t         html;
static buffer_t         text;


static sp_str_t
str(const char *s)
{
    return (sp_str_t) { strlen(s), s };
}


static void
write_file(const char *name, const char *content)
{
    char   path[160];
    FILE  *f;

    (void) snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(content, f) >= 0);
    assert_int_equal(fclose(f), 0);
}


static int
setup(void **state)
{
    (void) strcpy(dir, "/tmp/sp-tags-XXXXXX");

    if (mkdtemp(dir) == NULL) {
        return -1;
    }

    (void) snprintf(folder, sizeof(folder), "%s/mine", dir);

    if (mkdir(folder, 0700) != 0) {
        return -1;
    }

    write_file("en.head", "subject: Hi\npreheader: There\n");
    write_file("en.html", "");

    memset(&shop, 0, sizeof(shop));
    memset(&facts, 0, sizeof(facts));
    memset(lines, 0, sizeof(lines));

    shop.key = str("loom");
    shop.name = str("Loom");
    shop.from = str("hello@loom.example");
    shop.cart_url = str("https://loom.example/cart?a=1#top");

    facts.shop = &shop;
    facts.to = str("anna@mail.example");
    facts.lines = lines;
    facts.count = SP_NO_AMOUNT;
    facts.total = SP_NO_AMOUNT;
    facts.series = str("default");
    facts.step = str("second");
    facts.shopper = str("AAAAAAAAAAAAAAAAAAAAAA");
    facts.click_token = str("tok_-1");
    facts.unsubscribe = str("https://loom.example/sp/unsubscribe?t=x");
    facts.date = 1795622640;

    buffer_init(&html, MESSAGE_SIZE_MAX);
    buffer_init(&text, MESSAGE_SIZE_MAX);

    return 0;
}


static int
teardown(void **state)
{
    char    path[160];
    size_t  i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void) snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        (void) unlink(path);
    }

    buffer_free(&html);
    buffer_free(&text);

    return rmdir(folder) != 0 || rmdir(dir) != 0;
}


/* What the text part becomes. */

static const char *
rendered(const char *template)
{
    sp_error_t   err;
    creative_t  *creative;

    write_file("en.txt", template);
    creative = creative_load(dir, "mine", &err);

    if (creative == NULL) {
        fail_msg("%s", err.text);
    }

    buffer_reset(&html);
    buffer_reset(&text);

    if (message_render(&facts, creative, NULL, NULL, &text, &html, &err)
        != SP_OK)
    {
        fail_msg("%s", err.text);
    }

    creative_free(creative);

    return buffer_text(&text);
}


#define ALL  "{{utm.source}} {{utm.medium}} {{utm.campaign}} "                \
             "{{utm.content}} {{utm.id}}"


/* Each of them by itself: step before creative before shop before default. */

static void
test_precedence(void **state)
{
    links_tags_t  step;

    assert_string_equal(rendered(ALL),
                        "loom email default second default-second");

    shop.utm.source = str("shop & co");
    shop.utm.id = str("1");
    shop.utm.campaign = str("all");
    assert_string_equal(rendered(ALL),
                        "shop%20%26%20co email all second 1");

    write_file("en.head", "subject: Hi\npreheader: There\nutm_id: 2\n"
               "utm_content: blue\nutm_medium: Email\n");
    assert_string_equal(rendered(ALL),
                        "shop%20%26%20co Email all blue-second 2");

    memset(&step, 0, sizeof(step));
    step.id = str("3");
    step.content = str("a\"<b");
    facts.utm = &step;
    assert_string_equal(rendered(ALL),
                        "shop%20%26%20co Email all a%22%3Cb-second 3");

    assert_string_equal(rendered("{{cart_link}}"),
        "https://loom.example/cart?a=1&utm_source=shop%20%26%20co"
        "&utm_medium=Email&utm_campaign=all&utm_content=a%22%3Cb-second-cta"
        "&utm_id=3&sp=tok_-1#top");
}


/* What a stored link is filled with needs no escaping, and gets none twice. */

static void
test_stored_link(void **state)
{
    shop.utm.campaign = str("größe & \"more\"");

    write_file("en.html", "<a href=\"https://loom.example/x?q=1&amp;"
               "utm_campaign={{utm.campaign}}&amp;"
               "utm_content={{utm.content}}-logo&amp;"
               "sp={{click_token}}#f\">");
    (void) rendered("");
    assert_string_equal(buffer_text(&html),
        "<a href=\"https://loom.example/x?q=1&amp;"
        "utm_campaign=gr%C3%B6%C3%9Fe%20%26%20%22more%22&amp;"
        "utm_content=second-logo&amp;sp=tok_-1#f\">");
}


static void
test_when(void **state)
{
    const char  *t = "{{step_number}} {{hours_since}} "
                     "{{#hours_since_is.one}}h{{/hours_since_is.one}}"
                     "{{#hours_since_is.other}}hs{{/hours_since_is.other}}";

    assert_string_equal(rendered(t), "  ");

    facts.step_number = 2;
    facts.left = facts.date - 3599;
    assert_string_equal(rendered(t), "2  ");

    facts.left = facts.date - 7199;
    assert_string_equal(rendered(t), "2 1 h");

    facts.left = facts.date - 1500 * 3600;
    assert_string_equal(rendered(t), "2 1,500 hs");

    facts.left = facts.date + 1;
    assert_string_equal(rendered(t), "2  ");
}


static void
test_checkout_error(void **state)
{
    const char  *t = "{{#checkout_error}}sorry{{/checkout_error}}"
                     "{{^checkout_error}}hello{{/checkout_error}}";

    assert_string_equal(rendered(t), "hello");

    facts.checkout_error = 1;
    assert_string_equal(rendered(t), "sorry");
}


static void
test_out_of_stock(void **state)
{
    lines[0].name = str("Apron");
    lines[0].quantity = 1;
    lines[0].from_shop = 1;
    lines[0].price = lines[0].total = SP_NO_AMOUNT;
    lines[1] = lines[0];
    lines[1].name = str("Mug");
    lines[1].out_of_stock = 1;
    facts.nlines = 2;

    assert_string_equal(rendered("{{#items}}{{name}}"
                                 "{{#out_of_stock}}!{{/out_of_stock}} "
                                 "{{/items}}"), "Apron Mug! ");
}


static void
test_shop_locale(void **state)
{
    write_file("de.head", "subject: Hallo\npreheader: Da\n");
    write_file("de.html", "");
    write_file("de.txt", "de {{language}}");

    facts.locale = str("fr-FR");
    assert_string_equal(rendered("en {{language}}"), "en en");
    shop.locale = str("de-AT");
    assert_string_equal(rendered("en {{language}}"), "de de");
    facts.locale = str("en-GB");
    assert_string_equal(rendered("en {{language}}"), "en en");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_precedence, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stored_link, setup, teardown),
        cmocka_unit_test_setup_teardown(test_when, setup, teardown),
        cmocka_unit_test_setup_teardown(test_checkout_error, setup, teardown),
        cmocka_unit_test_setup_teardown(test_out_of_stock, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shop_locale, setup, teardown)
    };

    return cmocka_run_group_tests_name("message_tags", tests, NULL, NULL);
}
