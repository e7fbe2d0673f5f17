/*
 * Copyright (C) SitePreserver developers
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "mime.h"


static sp_str_t
str(const char *text)
{
    sp_str_t  s;

    s.data = text;
    s.len = strlen(text);

    return s;
}


static void
message(mime_message_t *m)
{
    memset(m, 0, sizeof(mime_message_t));

    m->from_name = str("Linden & Loom");
    m->from = str("hello@loom.example");
    m->to = str("anna@mail.example");
    m->subject = str("Your cart is waiting");
    m->date = 1795622640;
    m->message_id = str("<abc@loom.example>");
    m->unsubscribe = str("https://loom.example/u?t=abc");
    m->feedback_id = str("a:b:c:d");
    m->language = str("en");
    m->text = str("Hello\n");
    m->html = str("<p>Hello</p>\n");
}


/* Byte for byte: what everything else relies on. */

static void
test_golden(void **state)
{
    int             smtputf8;
    buffer_t        out;
    sp_error_t      err;
    mime_message_t  m;

    static const char  expected[] =
        "Date: Wed, 25 Nov 2026 16:04:00 +0000\r\n"
        "From: Linden & Loom <hello@loom.example>\r\n"
        "Reply-To: Linden & Loom <help@loom.example>\r\n"
        "Subject: Your cart is waiting\r\n"
        "To: anna@mail.example\r\n"
        "Message-ID: <abc@loom.example>\r\n"
        "List-Unsubscribe: <https://loom.example/u?t=abc>\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        "Feedback-ID: a:b:c:d\r\n"
        "Content-Language: en\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/alternative;\r\n"
        "\tboundary=\"BOUNDARY\"\r\n"
        "\r\n"
        "--BOUNDARY\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "Gr=C3=BC=C3=9Fe\r\n"
        "a =3D b=20\r\n"
        "=2E\r\n"
        "\r\n"
        "--BOUNDARY\r\n"
        "Content-Type: text/html; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "<p>Hello</p>\r\n"
        "\r\n"
        "--BOUNDARY--\r\n";

    char        *text, *boundary, *p;
    buffer_t     same;
    const char  *e;

    message(&m);
    m.reply_to = str("help@loom.example");
    m.text = str("Grüße\na = b \n.\n");

    buffer_init(&out, 65536);
    buffer_init(&same, 65536);

    if (mime_build(&m, &out, &smtputf8, &err) != SP_OK) {
        fail_msg("%s", err.text);
    }

    assert_false(smtputf8);

    boundary = strstr(buffer_text(&out), "boundary=\"");
    assert_non_null(boundary);
    boundary += strlen("boundary=\"");
    text = strdup(boundary);
    *strchr(text, '"') = '\0';
    assert_int_equal(strlen(text), 34);
    assert_memory_equal(text, "=_", 2);

    for (e = expected; (p = strstr(e, "BOUNDARY")) != NULL; e = p + 8) {
        buffer_add(&same, e, (size_t) (p - e));
        buffer_str(&same, text);
    }

    buffer_str(&same, e);
    assert_string_equal(buffer_text(&out), buffer_text(&same));

    free(text);
    buffer_free(&out);
    buffer_free(&same);
}


static void
test_refused(void **state)
{
    int             smtputf8;
    size_t          i;
    buffer_t        out;
    sp_error_t      err;
    mime_message_t  m;

    static const char  *addresses[] = {
        "", "a", "@b.example", "a@", "a@b@c.example ", "a b@c.example",
        "a@b.example\r\nBcc: x@y.example", "a@b.example, c@d.example",
        "<a@b.example>", "a@[127.0.0.1]", "a..b@c.example", ".a@c.example",
        "a.@c.example", "\"a b\"@c.example", "a@b_.example ", "a@-b.example",
        "a(x)@b.example", "a\xff@b.example", "a\xe2\x80\xae@b.example",
        "a123456789b123456789c123456789d123456789e123456789f123456789g1234@b.c"
    };

    buffer_init(&out, 65536);

    for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        message(&m);
        m.to = str(addresses[i]);
        assert_int_equal(mime_build(&m, &out, &smtputf8, &err), SP_INVALID);
        assert_string_equal(err.text,
                            "recipient is not an address that can be mailed");

        message(&m);
        m.from = str(addresses[i]);
        assert_int_equal(mime_build(&m, &out, &smtputf8, &err), SP_INVALID);
        assert_string_equal(err.text,
                            "from is not an address that can be mailed");
    }

    message(&m);
    m.message_id = str("<a@b>\r\nX: y");
    assert_int_equal(mime_build(&m, &out, &smtputf8, &err), SP_INVALID);
    assert_string_equal(err.text, "Message-ID cannot hold its value");

    message(&m);
    m.unsubscribe = str("https://a.example/ b");
    assert_int_equal(mime_build(&m, &out, &smtputf8, &err), SP_INVALID);
    assert_string_equal(err.text, "List-Unsubscribe cannot hold its value");

    message(&m);
    m.feedback_id = str("a\nb");
    assert_int_equal(mime_build(&m, &out, &smtputf8, &err), SP_INVALID);
    assert_string_equal(err.text, "Feedback-ID cannot hold its value");

    message(&m);
    m.date = INT64_MAX;
    assert_int_equal(mime_build(&m, &out, &smtputf8, &err), SP_INVALID);
    assert_string_equal(err.text, "date is out of range");

    assert_int_equal(out.len, 0);
    buffer_free(&out);

    message(&m);
    buffer_init(&out, 500);
    assert_int_equal(mime_build(&m, &out, &smtputf8, &err), SP_LIMIT);
    buffer_free(&out);
}


static void
test_addresses(void **state)
{
    int       utf8;
    char      out[MIME_ADDRESS_MAX + 1];
    sp_str_t  s;

    s = str("Anna.B+x@Mail.Example");
    assert_int_equal(mime_address(&s, out, &utf8), SP_OK);
    assert_string_equal(out, "Anna.B+x@mail.example");
    assert_false(utf8);

    s = str("info@bücher.example");
    assert_int_equal(mime_address(&s, out, &utf8), SP_OK);
    assert_string_equal(out, "info@xn--bcher-kva.example");
    assert_false(utf8);

    s = str("jürgen@bücher.example");
    assert_int_equal(mime_address(&s, out, &utf8), SP_OK);
    assert_string_equal(out, "jürgen@xn--bcher-kva.example");
    assert_true(utf8);

    s = str("root@localhost");
    assert_int_equal(mime_address(&s, out, NULL), SP_OK);
}


static void
test_mailbox(void **state)
{
    char  name[32], address[MIME_ADDRESS_MAX + 1];

    assert_int_equal(mime_mailbox("Linden & Loom <hello@loom.example>", name,
                                  sizeof(name), address), SP_OK);
    assert_string_equal(name, "Linden & Loom");
    assert_string_equal(address, "hello@loom.example");

    assert_int_equal(mime_mailbox("hello@loom.example", name, sizeof(name),
                                  address), SP_OK);
    assert_string_equal(name, "");

    assert_int_equal(mime_mailbox("\"Köln, Süd\" <a@bücher.example>", name,
                                  sizeof(name), address), SP_OK);
    assert_string_equal(name, "Köln, Süd");
    assert_string_equal(address, "a@xn--bcher-kva.example");

    assert_int_equal(mime_mailbox("a@b.example, c@d.example", name,
                                  sizeof(name), address), SP_INVALID);
    assert_int_equal(mime_mailbox("", name, sizeof(name), address),
                     SP_INVALID);
    assert_int_equal(mime_mailbox("nobody", name, sizeof(name), address),
                     SP_INVALID);
    assert_int_equal(mime_mailbox("a name that has more than thirty-two bytes"
                                  " <a@b.example>", name, sizeof(name),
                                  address), SP_INVALID);
}


static void
test_message_id(void **state)
{
    char      a[MIME_ID_MAX + 1], b[MIME_ID_MAX + 1];
    sp_str_t  shop, shopper, step, domain;

    shop = str("loom");
    shopper = str("AAAA");
    step = str("reminder");
    domain = str("bücher.example");

    assert_int_equal(mime_message_id(&shop, &shopper, 1, &step, &domain, a),
                     SP_OK);
    assert_int_equal(mime_message_id(&shop, &shopper, 1, &step, &domain, b),
                     SP_OK);
    assert_string_equal(a, b);
    assert_int_equal(strlen(a), 1 + 32 + 1 + strlen("xn--bcher-kva.example")
                                + 1);
    assert_string_equal(a + 33, "@xn--bcher-kva.example>");

    /* every part counts, and where one ends */

    (void) mime_message_id(&shop, &shopper, 2, &step, &domain, b);
    assert_string_not_equal(a, b);
    step = str("urgency");
    (void) mime_message_id(&shop, &shopper, 1, &step, &domain, b);
    assert_string_not_equal(a, b);

    step = str("reminder");
    shop = str("loomA");
    shopper = str("AAA");
    (void) mime_message_id(&shop, &shopper, 1, &step, &domain, b);
    assert_string_not_equal(a, b);

    domain = str("a b");
    assert_int_equal(mime_message_id(&shop, &shopper, 1, &step, &domain, b),
                     SP_INVALID);
    domain = str("[::1]");
    assert_int_equal(mime_message_id(&shop, &shopper, 1, &step, &domain, b),
                     SP_INVALID);
}


static void
test_line(void **state)
{
    size_t    i;
    buffer_t  out;
    sp_str_t  s;

    static const struct {
        const char  *text;
        size_t       max;
        const char  *line;
    } cases[] = {
        { "plain", 10, "plain" },
        { "  a \r\n\t b  ", 10, "a b" },
        { "", 10, "" },
        { "\r\n", 10, "" },
        { "exactly10!", 10, "exactly10!" },
        { "exactly10!x", 10, "exactly10…" },
        { "exactly9!     ", 9, "exactly9!" },
        { "a\x7f" "b\xc2\x85" "c\xe2\x80\xa8" "d", 10, "a b c d" },
        { "a\xff\xc3" "b\xed\xa0\x80", 10, "a\xef\xbf\xbd\xef\xbf\xbd" "b"
          "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
        { "a\xe2\x80\xae\xe2\x81\xa6\xef\xbb\xbf" "b", 10, "ab" },
        { "1,00\xc2\xa0€", 10, "1,00\xc2\xa0€" },

        /* a letter keeps its marks, a family its members */
        { "abe\xcc\x81\xcc\x82x", 5, "ab…" },
        { "a👩‍👩‍👧b", 4, "a…" },
        { "ab👍🏽c", 4, "ab…" },
    };

    buffer_init(&out, 4096);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        buffer_reset(&out);
        s = str(cases[i].text);
        mime_line(&out, &s, cases[i].max);
        assert_string_equal(buffer_text(&out), cases[i].line);
    }

    buffer_free(&out);
}


/* What RFC 2045 6.7 says, at the edges of a line of 76. */

#define A10  "aaaaaaaaaa"
#define A70  A10 A10 A10 A10 A10 A10 A10

static void
test_quoted(void **state)
{
    size_t    i;
    buffer_t  out;
    sp_str_t  s;

    static const struct {
        const char  *text;
        const char  *quoted;
    } cases[] = {
        { "", "" },
        { "\n", "\r\n" },
        { "\r\n\n", "\r\n\r\n" },
        { "a", "a" },
        { "a\nb\r\nc", "a\r\nb\r\nc" },
        { "a\rb\r\r\nc\r", "a=0Db=0D\r\nc=0D" },
        { "a=b", "a=3Db" },
        { "Grüße", "Gr=C3=BC=C3=9Fe" },
        { "!~ \x7f\x01\t.", "!~ =7F=01\t." },

        /* blanks at the end of a line, and only the last one */
        { "a \nb\t\r\nc  ", "a=20\r\nb=09\r\nc =20" },
        { " \n\t", "=20\r\n=09" },
        { " a", " a" },

        /* no dot at the beginning of a line */
        { ".", "=2E" },
        { "a\n.\n..b.c", "a\r\n=2E\r\n=2E.b.c" },
        { A70 "12345.7", A70 "12345=\r\n=2E7" },
        { A70 "1234.67", A70 "1234.=\r\n67" },

        /* 76 columns and no break, 77 and one */
        { A70 "123456", A70 "123456" },
        { A70 "123456\nx", A70 "123456\r\nx" },
        { A70 "1234567", A70 "12345=\r\n67" },
        { A70 "1234567\n", A70 "12345=\r\n67\r\n" },
        { A70 A70 A70, A70 "aaaaa=\r\n" A70 "aaaaa=\r\n" A10 A10 A10 A10 A10
          A10 },

        /* a code is never parted */
        { A70 "123=", A70 "123=3D" },
        { A70 "123=\n", A70 "123=3D\r\n" },
        { A70 "123=4", A70 "123=\r\n=3D4" },
        { A70 "12=4", A70 "12=3D4" },
        { A70 "12=45", A70 "12=3D=\r\n45" },
        { A70 "12=", A70 "12=3D" },
        { A70 "1234=", A70 "1234=\r\n=3D" },
        { A70 "12345=", A70 "12345=\r\n=3D" },
        { A70 "123456=", A70 "12345=\r\n6=3D" },

        /* a blank before a soft break is not the last, one behind it is */
        { A70 "1234 67", A70 "1234 =\r\n67" },
        { A70 "123 ", A70 "123=20" },
        { A70 "1234 ", A70 "1234=\r\n=20" },
        { A70 "12345 \n", A70 "12345=\r\n=20\r\n" },
    };

    buffer_init(&out, 4096);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        buffer_reset(&out);
        s = str(cases[i].text);
        mime_quoted(&out, &s);
        assert_string_equal(buffer_text(&out), cases[i].quoted);
    }

    buffer_reset(&out);
    s.data = "a\0b";
    s.len = 3;
    mime_quoted(&out, &s);
    assert_string_equal(buffer_text(&out), "a=00b");

    buffer_free(&out);
}


/* Decodes as RFC 2045 says; every line must be as it demands. */

static void
unquote(const buffer_t *b, buffer_t *out)
{
    char         hex[3];
    const char  *p, *end, *eol;

    for (p = buffer_text(b), end = p + b->len; p < end; p = eol + 2) {
        eol = strstr(p, "\r\n");
        assert_true(eol == NULL || eol - p <= 76);
        eol = eol != NULL ? eol : end;
        assert_true(eol - p <= 76);
        assert_true(eol == p || (eol[-1] != ' ' && eol[-1] != '\t'));
        assert_true(eol == p || *p != '.');

        for ( /* void */ ; p < eol; p++) {
            if (*p != '=') {
                assert_true(*p == '\t' || (*p >= ' ' && *p <= '~'));
                buffer_char(out, *p);

            } else if (p + 1 == eol) {
                break;

            } else {
                memcpy(hex, p + 1, 2);
                hex[2] = '\0';
                assert_int_equal(strspn(hex, "0123456789ABCDEF"), 2);
                buffer_char(out, (char) strtol(hex, NULL, 16));
                p += 2;
            }
        }

        if (p == eol && eol < end) {
            buffer_str(out, "\r\n");
        }
    }
}


/* Whatever goes in comes out again, line ends as CRLF. */

static void
test_quoted_random(void **state)
{
    int                i;
    char               text[400];
    size_t             n;
    buffer_t           out, back, same;
    sp_str_t           s;
    unsigned           seed;
    static const char  often[] = "aaaaaaaaaaaaaaaaaaaaaaab=..  \t\n\n\r\xc3";

    seed = 1;
    buffer_init(&out, 65536);
    buffer_init(&back, 65536);
    buffer_init(&same, 65536);

    for (i = 0; i < 20000; i++) {
        buffer_reset(&out);
        buffer_reset(&back);
        buffer_reset(&same);
        s.data = text;
        s.len = (size_t) rand_r(&seed) % sizeof(text);

        for (n = 0; n < s.len; n++) {
            text[n] = often[(size_t) rand_r(&seed) % (sizeof(often) - 1)];

            if (text[n] == '\n' && n != 0 && text[n - 1] == '\r') {
                buffer_truncate(&same, same.len - 1);
            }

            buffer_str(&same, text[n] == '\n' ? "\r" : "");
            buffer_char(&same, text[n]);
        }

        mime_quoted(&out, &s);
        unquote(&out, &back);

        assert_int_equal(back.len, same.len);
        assert_memory_equal(buffer_text(&back), buffer_text(&same), same.len);
    }

    buffer_free(&out);
    buffer_free(&back);
    buffer_free(&same);
}


static void *
build_often(void *arg)
{
    int              i, smtputf8;
    buffer_t         out;
    uintptr_t        wrong;
    sp_error_t       err;
    mime_message_t   m;
    const buffer_t  *first;

    first = arg;
    wrong = 0;
    buffer_init(&out, 65536);

    for (i = 0; i < 300; i++) {
        buffer_reset(&out);
        message(&m);
        m.subject = str("Grüße 🎉, Ihr Warenkorb");

        wrong += mime_build(&m, &out, &smtputf8, &err) != SP_OK
                 || out.len != first->len
                 || memcmp(out.data, first->data, out.len) != 0;
    }

    buffer_free(&out);

    return (void *) wrong;
}


/* Threads at once, the same bytes from all. */

static void
test_threads(void **state)
{
    int             i, smtputf8;
    void           *wrong;
    buffer_t        first;
    pthread_t       threads[4];
    sp_error_t      err;
    mime_message_t  m;

    message(&m);
    m.subject = str("Grüße 🎉, Ihr Warenkorb");
    buffer_init(&first, 65536);
    assert_int_equal(mime_build(&m, &first, &smtputf8, &err), SP_OK);

    for (i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, build_often,
                                        &first), 0);
    }

    for (i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }

    buffer_free(&first);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_mailbox),
        cmocka_unit_test(test_message_id),
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_quoted),
        cmocka_unit_test(test_quoted_random),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
