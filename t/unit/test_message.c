/*
 * Copyright (C) SitePreserver developers
 *
 * With SP_MESSAGE_DIR set, each sample is also left there as NAME.eml, .html,
 * .txt and .json (what GMime reads in the .eml), for t/message.t and for
 * t/creatives/shoot.
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <gmime/gmime.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "message_read.h"
#include "message_samples.h"


#define CREATIVES  "mailer/creatives"
#define NBSP       "\xc2\xa0"


static creative_t  *reminder;
static sample_t     sample;         /* large: not on the stack */


static int
load(void **state)
{
    sp_error_t  err;

    reminder = creative_load(CREATIVES, "reminder", &err);

    if (reminder == NULL) {
        print_error("%s\n", err.text);
        return -1;
    }

    return 0;
}


static int
unload(void **state)
{
    creative_free(reminder);

    return 0;
}


static void
build(built_t *built)
{
    built_make(built, &sample, reminder);
}


static void
refused(const char *message)
{
    buffer_t            out;
    sp_error_t          err;
    message_envelope_t  envelope;

    buffer_init(&out, MESSAGE_SIZE_MAX);
    assert_int_equal(message_build(sample_facts(&sample), reminder, &out,
                                   &envelope, &err), SP_INVALID);
    assert_string_equal(err.text, message);
    assert_int_equal(out.len, 0);
    buffer_free(&out);
}


static void
has(const buffer_t *b, const char *text)
{
    if (strstr(buffer_text(b), text) == NULL) {
        fail_msg("%s: \"%s\" is not in:\n%s", sample.name, text,
                 buffer_text(b));
    }
}


static void
has_not(const buffer_t *b, const char *text)
{
    if (strstr(buffer_text(b), text) != NULL) {
        fail_msg("%s: \"%s\" is in:\n%s", sample.name, text, buffer_text(b));
    }
}


static void
write_file(const char *dir, const char *suffix, const void *data, size_t len)
{
    char   path[512];
    FILE  *f;

    (void) snprintf(path, sizeof(path), "%s/%s.%s", dir, sample.name, suffix);
    f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}


static void
leave(const built_t *built, const json_t *json)
{
    char        *text;
    const char  *dir;

    dir = getenv("SP_MESSAGE_DIR");

    if (dir == NULL) {
        return;
    }

    text = json_dumps(json, 0);
    write_file(dir, "eml", built->out.data, built->out.len);
    write_file(dir, "html", built->html.data, built->html.len);
    write_file(dir, "txt", built->text.data, built->text.len);
    write_file(dir, "json", text, strlen(text));
    free(text);
}


/* Each header once, and no others. */

static void
check_headers(const json_t *json)
{
    size_t   i, j, n, seen;
    json_t  *header;

    static const char *const  names[] = {
        "Date", "From", "Subject", "To", "Message-ID", "List-Unsubscribe",
        "List-Unsubscribe-Post", "Feedback-ID", "Content-Language",
        "Auto-Submitted", "MIME-Version", "Content-Type", "Reply-To"
    };

    n = 0;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        seen = 0;

        json_array_foreach(json_object_get(json, "headers"), j, header) {
            seen += strcmp(json_string_value(json_array_get(header, 0)),
                           names[i]) == 0;
        }

        assert_int_equal(seen, strcmp(names[i], "Reply-To") != 0
                               || sample.shop.reply_to.len != 0);
        n += seen;
    }

    assert_int_equal(n, json_array_size(json_object_get(json, "headers")));
}


static void
check_lines(const built_t *built)
{
    size_t       body;
    const char  *p, *eol;

    p = buffer_text(&built->out);
    body = (size_t) (strstr(p, "\r\n\r\n") - p);

    assert_int_equal(strlen(p), built->out.len);

    for ( /* void */ ; *p != '\0'; p = eol + 2) {
        eol = strstr(p, "\r\n");
        assert_non_null(eol);
        assert_null(memchr(p, '\n', (size_t) (eol - p)));
        assert_null(memchr(p, '\r', (size_t) (eol - p)));
        assert_in_range(eol - p, 0,
                        (size_t) (p - built->out.data) > body ? 76 : 998);
    }
}


static void
test_samples(void **state)
{
    size_t    i;
    json_t   *json;
    built_t   built;

    for (i = 0; i < SAMPLES; i++) {
        samples_get(i, &sample);
        build(&built);

        check_lines(&built);
        json = message_json(&built);
        check_headers(json);
        leave(&built, json);
        json_decref(json);

        assert_in_range(built.html.len, 1, 30 * 1024);
        built_free(&built);
    }
}


static void
test_usual(void **state)
{
    built_t  built;

    sample_usual(&sample);
    build(&built);

    assert_string_equal(buffer_text(&built.subject),
                        "Anna, your cart at Linden & Loom is waiting");
    assert_string_equal(buffer_text(&built.preheader),
                        "4 items are still in your cart."
                        " Pick up right where you left off.");
    assert_string_equal(built.envelope.to, "anna@mail.example");
    assert_false(built.envelope.smtputf8);

    has(&built.text, "Hi Anna,\n\n");
    has(&built.text,
        "* Linen apron “Weaver”\n"
        "  Colour: sand · Size: M\n"
        "  1 x €54.50\n"
        "\n"
        "* Stoneware mug\n"
        "  Glaze: speckled white\n"
        "  2 x €18.00 = €36.00\n"
        "\n"
        "* Wool throw, 130 × 180 cm\n"
        "  Colour: moss\n"
        "  1 x €119.00\n"
        "\n"
        "Total: €209.50\n");
    has(&built.text,
        "\nhttps://loom.example/cart?utm_source=loom&utm_medium=email"
        "&utm_campaign=default&utm_content=reminder-cta"
        "&utm_id=default-reminder"
        "&sp=a2FCQ2RFZkdoSWpLbE1uT3BRclN0VXZXeFl6MDEyMzQ1Njc4OWFiY2Q\n");
    has(&built.text, "12 Weaver’s Yard\nGalway H91 T861, Ireland\n");
    has(&built.text, "service@loom.example");
    has(&built.text, "Unsubscribe: https://loom.example/sp/unsubscribe?t=");

    has(&built.html, "Linden &amp; Loom");
    has(&built.html, "src=\"https://loom.example/img/mug.svg\"");
    has(&built.html, "2 &times; €18.00");
    has(&built.html, "€36.00");
    has(&built.html, "€209.50");
    has(&built.html, "?utm_source=loom&amp;utm_medium=email");
    has(&built.html, "utm_content=reminder-items");
    has(&built.html, "mailto:service@loom.example\"");
    has(&built.html, "href=\"https://loom.example/sp/unsubscribe?t=");
    has(&built.text, "https://loom.example/sp/preferences?t=");
    has(&built.html, "href=\"https://loom.example/sp/preferences?t=");
    has(&built.text, "Not your cart? https://loom.example/sp/not-me?t=");
    has(&built.html, "href=\"https://loom.example/sp/not-me?t=");
    has(&built.html, ">Not your cart?<");

    built_free(&built);
}


static void
test_many(void **state)
{
    built_t      built;
    size_t       n;
    const char  *p;

    sample_many(&sample);
    build(&built);

    n = 0;

    for (p = built.text.data; (p = strstr(p, SAMPLE_NAME80)) != NULL; p++) {
        n++;
    }

    assert_int_equal(n, MESSAGE_ITEMS_SHOWN);
    has(&built.text, "... and 194 more items");
    has(&built.html, "and 194 more items");
    has(&built.preheader, "600 items are");
    has(&built.text, "Total: €32,700.00");

    built_free(&built);
}


static void
test_unknown(void **state)
{
    built_t  built;

    sample_unknown(&sample);
    build(&built);

    assert_string_equal(buffer_text(&built.subject),
                        "Your cart at Linden & Loom is waiting");
    has(&built.text, "3 items are still there");
    has(&built.html, "3 items are still there");
    has_not(&built.text, "\nYOUR CART");
    has_not(&built.text, "Total");
    has_not(&built.html, "<img");
    built_free(&built);

    sample.lines[0].quantity = 1;
    build(&built);
    has(&built.text, "1 item is still there");
    built_free(&built);

    sample.facts.nlines = 0;
    build(&built);
    has(&built.text, "What you chose is still there");
    has(&built.preheader, "Your items are still in your cart.");
    built_free(&built);
}


/* Amounts that can be derived are; those that cannot are not shown. */

static void
test_amounts(void **state)
{
    built_t  built;

    sample_usual(&sample);
    sample.facts.total = SP_NO_AMOUNT;
    sample.lines[0].total = SP_NO_AMOUNT;
    sample.lines[1].price = SP_NO_AMOUNT;
    build(&built);
    has(&built.text, "1 x €54.50");
    has(&built.text, "2 x €18.00 = €36.00");
    has(&built.text, "Total: €209.50");
    built_free(&built);

    sample.lines[1].total = 3601;
    build(&built);
    has(&built.text, "Quantity: 2, €36.01");
    has(&built.text, "Total: €209.51");
    built_free(&built);

    sample.lines[2].price = SP_NO_AMOUNT;
    sample.lines[2].total = SP_NO_AMOUNT;
    build(&built);
    has_not(&built.text, "Total");
    built_free(&built);

    sample_usual(&sample);
    sample.facts.total = SP_NO_AMOUNT;
    sample.lines[0].total = INT64_MAX;
    build(&built);
    has_not(&built.text, "Total");
    built_free(&built);

    sample_usual(&sample);
    sample.facts.currency = sample_str("E R");
    build(&built);
    has(&built.text, "Quantity: 2\n");
    has_not(&built.text, "Total");
    built_free(&built);

    sample_yen(&sample);
    build(&built);
    has(&built.text, "2 x ¥1,980 = ¥3,960");
    built_free(&built);
}


/* Numbers are written as the shopper writes them, in the mail's language. */

static void
test_locale(void **state)
{
    built_t  built;

    sample_usual(&sample);
    sample.facts.locale = sample_str("en-ZA");
    build(&built);
    has(&built.text, "Total: €" "209,50");
    built_free(&built);

    sample.facts.locale = sample_str("de-AT");
    build(&built);
    has(&built.text, "Summe: €\u00a0209,50");
    has(&built.html, "<html lang=\"de\" dir=\"ltr\"");
    built_free(&built);

    sample.facts.locale = sample_str("pl-PL");
    build(&built);
    has(&built.text, "Total: €209.50");
    has(&built.html, "<html lang=\"en\" dir=\"ltr\"");
    built_free(&built);
}


static void
test_hostile(void **state)
{
    built_t  built;

    sample_hostile(&sample);
    build(&built);

    has_not(&built.html, "<script");
    has_not(&built.html, "onmouseover=\"");
    has_not(&built.html, "javascript:");
    has_not(&built.html, "evil.example/\r");
    has_not(&built.html, "//evil.example");     /* not one of its hosts */
    has_not(&built.html, "PHISHING");
    has_not(&built.text, "PHISHING");
    has_not(&built.text, "Mallory");
    has_not(&built.html, "Mallory");
    has_not(&built.out, "=?utf-8?q?=0D=0A");
    has_not(&built.out, "\r\nBcc:");
    has_not(&built.out, "\r\nX-Evil:");
    has_not(&built.out, "\r\nX:");
    has(&built.html, "&lt;script&gt;alert(1)&lt;/script&gt;");
    has(&built.text, "\n  {{{raw}}}\n");

    built_free(&built);
}


/* The same message whenever it is tried again. */

static void
test_stable(void **state)
{
    built_t  a, b;

    sample_usual(&sample);
    build(&a);
    build(&b);
    assert_int_equal(a.out.len, b.out.len);
    assert_memory_equal(a.out.data, b.out.data, a.out.len);
    built_free(&b);

    sample.facts.date += 3600;
    sample.facts.total++;
    build(&b);
    assert_string_equal(a.envelope.message_id, b.envelope.message_id);
    built_free(&b);

    sample.facts.rescue++;
    build(&b);
    assert_string_not_equal(a.envelope.message_id, b.envelope.message_id);
    built_free(&b);
    built_free(&a);
}


static void
test_international(void **state)
{
    built_t  built;

    sample_international(&sample);
    build(&built);

    assert_true(built.envelope.smtputf8);
    assert_string_equal(built.envelope.to, "jürgen@xn--strae-oqa.example");
    has(&built.out, "<hallo@xn--bcher-kva.example>");
    has(&built.out, "@xn--bcher-kva.example>\r\n");
    has(&built.out, "List-Unsubscribe:"
                    " <https://xn--bcher-kva.example/sp/u?t=abc>\r\n");
    has(&built.text, "https://xn--bcher-kva.example/k%C3%B6rbe?an=sicht&utm_");
    has(&built.text, "#los\n");
    has(&built.html, "src=\"https://xn--bcher-kva.example/bilder/"
                     "gr%C3%B6%C3%9Fe%201.png\"");

    built_free(&built);
}


static void
test_refused(void **state)
{
    sample_usual(&sample);
    sample.facts.to = sample_str("nobody");
    refused("recipient is not an address that can be mailed");

    sample_usual(&sample);
    sample.shop.from = sample_str("");
    refused("from is not an address that can be mailed");

    sample_usual(&sample);
    sample.shop.reply_to = sample_str("a@b\r\nc");
    refused("reply_to is not an address that can be mailed");

    sample_usual(&sample);
    sample.shop.name.len = 0;
    refused("the shop has no name");

    sample_usual(&sample);
    sample.shop.cart_url = sample_str("/cart");
    refused("cart_url is not an http or https URL");

    sample_usual(&sample);
    sample.facts.unsubscribe.len = 0;
    refused("the unsubscribe link is not a URL");

    sample_usual(&sample);
    sample.facts.unsubscribe = sample_str("javascript:x");
    refused("the unsubscribe link is not a URL");

    sample_usual(&sample);
    sample.facts.preferences = sample_str("javascript:x");
    refused("the preferences link is not a URL");

    sample_usual(&sample);
    sample.facts.not_me = sample_str("javascript:x");
    refused("the \"not me\" link is not a URL");

    sample_usual(&sample);
    sample.shop.colour = sample_str("red;}");
    refused("the brand's colour is not \"#rrggbb\"");
}


static void
test_first_name(void **state)
{
    size_t    i;
    sp_str_t  s;

    static const struct {
        const char  *name;
        int          ok;
    } cases[] = {
        { "Anna", 1 }, { "Zoë", 1 }, { "Zoe\xcc\x88", 1 }, { "さくら", 1 },
        { "ليلى", 1 }, { "Anne-Marie", 1 }, { "D’Arcy", 1 }, { "O'Neil", 1 },
        { "हिन्दी", 1 },
        { "abcdefghijklmnopqrstuvwxyzabcd", 1 },
        { "abcdefghijklmnopqrstuvwxyzabcde", 0 },
        { "", 0 }, { " ", 0 }, { "Anna ", 0 }, { "Mary Ann", 0 },
        { "Anna1", 0 }, { "evil.example", 0 }, { "www", 1 }, { "a/b", 0 },
        { "-Anna", 0 }, { "Anna-", 0 }, { "A--B", 0 }, { "A'-B", 0 },
        { "Anna\n", 0 }, { "A\xff", 0 }, { "<b>", 0 }, { "👋", 0 },
        { "\xcc\x88" "a", 0 }, { "a\xe2\x80\xae" "b", 0 }, { "a@b", 0 },
        { "x\xe2\x80\xa4y", 0 }, { "٣", 0 },
        { "۴", 0 }, { "A९", 0 }, { "１", 0 }, { "aꓸb", 0 }, { "a\xcb\x90" "b", 0 },
        { "\xe3\x85\xa4", 0 }, { "\xe1\x85\x9f", 0 }, { "aᐧb", 0 },
        { "リー", 1 }, { "奈々", 1 }, { "Kaʻiulani", 1 }, { "ဇော်", 1 },
        { "a\xcc\x88\xcc\x88\xcc\x88\xcc\x88\xcc\x88", 1 },
        { "a\xcc\x88\xcc\x88\xcc\x88\xcc\x88\xcc\x88\xcc\x88", 0 },
        { "{{name}}", 0 }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        s = sample_str(cases[i].name);

        if (message_first_name(&s) != cases[i].ok) {
            fail_msg("\"%s\"", cases[i].name);
        }
    }
}


typedef struct {
    const buffer_t         *first;
    const message_facts_t  *facts;
} job_t;


static void *
build_often(void *arg)
{
    int                  i;
    job_t               *job;
    buffer_t             out;
    uintptr_t            wrong;
    sp_error_t           err;
    message_envelope_t   envelope;

    job = arg;
    wrong = 0;
    buffer_init(&out, MESSAGE_SIZE_MAX);

    for (i = 0; i < 50; i++) {
        buffer_reset(&out);
        wrong += message_build(job->facts, reminder, &out, &envelope, &err)
                 != SP_OK
                 || out.len != job->first->len
                 || memcmp(out.data, job->first->data, out.len) != 0;
    }

    buffer_free(&out);

    return (void *) wrong;
}


static void
test_threads(void **state)
{
    int         i;
    job_t       job;
    void       *wrong;
    built_t     built;
    pthread_t   threads[4];

    sample_usual(&sample);
    build(&built);
    job.first = &built.out;
    job.facts = sample_facts(&sample);

    for (i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, build_often, &job),
                         0);
    }

    for (i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }

    built_free(&built);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_usual),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_amounts),
        cmocka_unit_test(test_locale),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_stable),
        cmocka_unit_test(test_international),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_first_name),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
