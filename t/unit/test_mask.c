/*
 * Copyright (C) SitePreserver developers
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mask.h"


static void test_replies(void **state);
static void test_others(void **state);
static void test_cut(void **state);


/* None of it may be left of an address, however it is written. */

static void
test_replies(void **state)
{
    char    out[160], text[300];
    size_t  i;
    static const struct {
        const char  *to;
        const char  *text;
        const char  *masked;
    } cases[] = {
        { "ada@example.com", "5.1.1 No such user here",
          "5.1.1 No such user here" },
        { "ada@example.com", "5.1.1 <ada@example.com>: no",
          "5.1.1 <address> no" },
        { "bad9@example.com", "5.1.1 no \"bad9\"@example.com here",
          "5.1.1 no <address> here" },
        { "x@y.example", "no \"ada love lace\"@example.com here",
          "no <address> here" },
        { "bad9@example.com", "user bad9%40example.com unknown",
          "user <address> unknown" },
        { "bad9@example.com", "BAD9 at EXAMPLE.COM is unknown",
          "<address> at <address> is unknown" },
        { "bad9@example.com", "for bad9=example.com@srs.example.net, no",
          "for <address> no" },
        { "x@y.example", "for ada=example.com and more",
          "for <address> and more" },
        { "x@y.example", "ada @example.com or ada@ example.com or ada @ b.cc",
          "<address> or <address> or <address>" },
        { "ada.lovelace@example.com", "mailbox of Ada, (Lovelace)",
          "mailbox of <address>" },
        { "ada.lovelace@example.com", "mailbox mbx-lovelace-1 and ada.love",
          "mailbox <address> and <address>" },
        { "sean.o'brien2@example.com", "o'brien2 is not known",
          "<address> is not known" },
        { "ada@example.com", "", "" },
        { "ada@example.com", " \t a\r\n\001b ", "a b" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(mask_text(cases[i].text, strlen(cases[i].text),
                                      cases[i].to, out, sizeof(out)),
                            cases[i].masked);
    }

    /* an address that begins before the cut and has its "@" after it */

    memset(text, 'p', 140);
    strcpy(text + 140, " lovelace.long.local.part@example.com");
    mask_text(text, strlen(text), "lovelace@example.org", out, sizeof(out));
    assert_null(strstr(out, "love"));
    assert_string_equal(out + 141, "<address>");
}


static void
test_others(void **state)
{
    char  out[64];

    assert_string_equal(mask_text("a=b ada@example.com x", 21, NULL, out,
                                  sizeof(out)), "a=b <address> x");
    assert_string_equal(mask_text("@", 1, NULL, out, sizeof(out)),
                        "<address>");
    assert_string_equal(mask_text("a b", 3, "not an address", out,
                                  sizeof(out)), "a b");
}


static void
test_cut(void **state)
{
    char    out[32], text[4096];
    size_t  i, size;

    memset(text, 'x', sizeof(text));
    assert_int_equal(strlen(mask_text(text, sizeof(text), NULL, out,
                                      sizeof(out))), sizeof(out) - 1);

    for (i = 0; i < sizeof(text); i++) {
        text[i] = "a@ "[i % 3];
    }

    assert_string_equal(mask_text(text, sizeof(text), NULL, out, sizeof(out)),
                        "<address>");

    for (i = 0; i < sizeof(text); i++) {
        text[i] = "b a@ "[i % 5];
    }

    for (size = 17; size <= sizeof(out); size++) {
        mask_text(text, sizeof(text), "a@b.cc", out, size);
        assert_true(strlen(out) < size);
        assert_null(strchr(out, '@'));
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
