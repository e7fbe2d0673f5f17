/*
 * Copyright (C) SitePreserver developers
 */

#include "readers.h"
#include "sp_multipart.h"


#define B     "--xyz"
#define END   B "--\r\n"
#define FIELD(name)  "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"


/* The fields as "name=value|name=value" of a body in pieces. */

static sp_rc_t
read_pieces(const char *body, size_t len, size_t piece, char *text,
    sp_rc_t *pushed)
{
    size_t           i, n;
    sp_rc_t          rc;
    unsigned         k;
    sp_str_t         in, boundary;
    sp_form_t        form;
    sp_multipart_t  *m;

    boundary = str("xyz");
    m = sp_multipart_create(pool, &boundary);
    assert_non_null(m);

    *pushed = SP_AGAIN;

    for (i = 0; i < len && *pushed == SP_AGAIN; i += n) {
        n = piece < len - i ? piece : len - i;
        in = exact(body + i, n);
        *pushed = sp_multipart_push(m, in.data, in.len);
        memset((char *) in.data, '#', n);
    }

    rc = sp_multipart_end(m, &form);
    n = 0;
    text[0] = '\0';

    for (k = 0; k < form.n; k++) {
        n += (size_t) sprintf(text + n, "%s%.*s=%.*s", k ? "|" : "",
                              (int) form.fields[k].name.len,
                              form.fields[k].name.data,
                              (int) form.fields[k].value.len,
                              form.fields[k].value.data);
        assert_true(n < 3000);
    }

    return rc;
}


static void
check(const char *body, sp_rc_t expected, const char *fields)
{
    char     text[4000];
    size_t   piece, len;
    sp_rc_t  rc, pushed;

    len = strlen(body);

    for (piece = 1; piece <= len;
         piece += piece == 20 && len > 21 ? len - 20 : 1)
    {
        rc = read_pieces(body, len, piece, text, &pushed);

        if (rc != expected || strcmp(text, fields) != 0) {
            fail_msg("in pieces of %u: %d, \"%s\" is not \"%s\" of\n%s",
                     (unsigned) piece, (int) rc, text, fields, body);
        }

        sp_arena_reset(arena);
    }
}


static void
test_boundary(void **state)
{
    size_t    i;
    sp_rc_t   rc;
    sp_str_t  type, boundary;

    static const struct {
        const char  *type;
        sp_rc_t      rc;
        const char  *boundary;
    } cases[] = {
        { "multipart/form-data; boundary=xyz", SP_OK, "xyz" },
        { "Multipart/Form-Data;BOUNDARY=xyz", SP_OK, "xyz" },
        { "multipart/form-data; boundary=\"x y:z\"", SP_OK, "x y:z" },
        { "multipart/form-data ; charset=utf-8 ; boundary=xyz ; a=b", SP_OK,
          "xyz" },
        { "multipart/form-data; a=\"; boundary=no\"; boundary=xyz", SP_OK,
          "xyz" },
        { "multipart/form-data; a=\"\\\"; boundary=no\"; boundary=xyz", SP_OK,
          "xyz" },
        { "multipart/form-data; boundary=a; boundary=b", SP_OK, "a" },
        { "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0g",
          SP_OK, "----WebKitFormBoundary7MA4YWxkTrZu0g" },
        { "", SP_DONE, NULL }, { "multi", SP_DONE, NULL },
        { "application/x-www-form-urlencoded; boundary=xyz", SP_DONE, NULL },
        { "multipart/mixed; boundary=xyz", SP_INVALID, NULL },
        { "multipart/form-datas; boundary=xyz", SP_INVALID, NULL },
        { "multipart/form-data", SP_INVALID, NULL },
        { "multipart/form-data;", SP_INVALID, NULL },
        { "multipart/form-data; boundary", SP_INVALID, NULL },
        { "multipart/form-data; boundary=", SP_INVALID, NULL },
        { "multipart/form-data; boundary=\"\"", SP_INVALID, NULL },
        { "multipart/form-data; boundary=\"a \"", SP_INVALID, NULL },
        { "multipart/form-data; boundary=\"a", SP_OK, "a" },
        { "multipart/form-data; boundary=\"a\\", SP_INVALID, NULL },
        { "multipart/form-data; boundary=a\x01", SP_INVALID, NULL },
        { "multipart/form-data; boundary=a\xc3\xa9", SP_INVALID, NULL },
        { "multipart/form-data; boundary=1234567890123456789012345678901234567"
          "890123456789012345678901234567890", SP_OK,
          "1234567890123456789012345678901234567890123456789012345678901234567"
          "890" },
        { "multipart/form-data; boundary=1234567890123456789012345678901234567"
          "8901234567890123456789012345678901", SP_INVALID, NULL },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        type = exact(cases[i].type, strlen(cases[i].type));
        rc = sp_multipart_boundary(&type, &boundary);

        if (rc != cases[i].rc) {
            fail_msg("\"%s\": %d", cases[i].type, (int) rc);
        }

        if (rc == SP_OK) {
            assert_str(&boundary, cases[i].boundary);
        }
    }
}


static void
test_fields(void **state)
{
    check(END, SP_OK, "");
    check(B "\r\n" FIELD("a") "1\r\n" END, SP_OK, "a=1");
    check(B "\r\n" FIELD("a") "1\r\n" B "\r\n" FIELD("b[c]") "2 & 3=%41+\r\n"
          END, SP_OK, "a=1|b[c]=2 & 3=%41+");
    check(B "\r\n" FIELD("a") "\r\n" B "\r\n" FIELD("") "x\r\n" END, SP_OK,
          "a=|=x");

    /* text before the first and after the last, spaces after a boundary */

    check("preamble\r\n--xy\r\n" B " \t\r\n" FIELD("a") "1\r\n" B "--epilogue",
          SP_OK, "a=1");

    /* lines, and what only begins like the delimiter */

    check(B "\r\n" FIELD("a") "\r\n1\n\r2\r\n\r\n--\r\n--x\r\n--xy\r\r\n-\r\n"
          END, SP_OK, "a=\r\n1\n\r2\r\n\r\n--\r\n--x\r\n--xy\r\r\n-");
    check(B "\r\n" FIELD("a") "1" B "\r\n--" B "\r\n" END, SP_OK,
          "a=1" B "\r\n--" B);

    /* heads as they come */

    check(B "\r\ncontent-disposition:form-data;NAME=a\r\n"
          "Content-Type: text/plain; charset=utf-8\r\n\r\n1\r\n" END, SP_OK,
          "a=1");
    check(B "\r\nContent-Type: text/plain\nContent-Disposition: form-data; "
          "name=\"a\"\n\n1\r\n" END, SP_OK, "a=1");
    check(B "\r\nContent-Disposition: form-data; name=\"a\\\"b\\\\c\\d;e\"\r\n"
          "\r\n1\r\n" END, SP_OK, "a\"b\\c\\d;e=1");
    check(B "\r\nContent-Disposition: form-data; name*=utf-8''x; name=a\r\n"
          "\r\n1\r\n" END, SP_OK, "a=1");

    /* neither a name nor a head */

    check(B "\r\n\r\n1\r\n" B "\r\nContent-Disposition: form-data\r\n\r\n2\r\n"
          B "\r\nnonsense\r\n\r\n3\r\n" B "\r\n" FIELD("a") "4\r\n" END, SP_OK,
          "a=4");
}


static void
test_files(void **state)
{
    check(B "\r\nContent-Disposition: form-data; name=\"f\"; "
          "filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a"
          "\r\n--xy\r\n" B "\r\n" FIELD("a") "1\r\n" END, SP_OK, "a=1");
    check(B "\r\nContent-Disposition: form-data; filename=\"\"; name=\"f\"\r\n"
          "\r\n\r\n" B "\r\n" FIELD("a") "1\r\n" END, SP_OK, "a=1");
    check(B "\r\nContent-Disposition: form-data; name=f; filename*=x\r\n\r\n"
          "2\r\n" B "\r\n" FIELD("a") "1\r\n" END, SP_OK, "a=1");

    /* a second head makes it one, too; it stays without */

    check(B "\r\nContent-Disposition: form-data; name=f\r\n"
          "Content-Disposition: form-data; filename=x\r\n\r\n2\r\n"
          B "\r\n" FIELD("a") "1\r\n" END, SP_OK, "a=1");
}


static void
test_broken(void **state)
{
    /* the last part is not whole */

    check("", SP_INVALID, "");
    check("a=1", SP_INVALID, "");
    check(B, SP_INVALID, "");
    check(B "\r\n" FIELD("a") "1\r\n" B "\r\n" FIELD("b") "2", SP_INVALID,
          "a=1");
    check(B "\r\n" FIELD("a") "1\r\n" B "\r\n" FIELD("b") "2\r\n--xyz",
          SP_INVALID, "a=1");
    check(B "\r\n" FIELD("a") "1\r\n" B "\r\nContent-Disp", SP_INVALID, "a=1");

    /* a part has ended, but not all */

    check(B "\r\n" FIELD("a") "1\r\n" B "\r\n", SP_INVALID, "a=1");
    check(B "\r\n" FIELD("a") "1\r\n" B "-", SP_INVALID, "");

    /* the boundary begins a longer line */

    check(B "\r\n" FIELD("a") "1\r\n--xyzzy\r\n" B "\r\n" FIELD("b") "2\r\n"
          END, SP_INVALID, "");
    check(B "\r\n" FIELD("a") "1\r\n" B "-x", SP_INVALID, "");
    check(B "\r\n" FIELD("a") "1\r\n" B "\rx", SP_INVALID, "");
    check(B "\r\n" FIELD("a") "1\r\n" B "\n", SP_INVALID, "");
}


static void
test_bounds(void **state)
{
    char      *body, text[4000];
    size_t     len;
    sp_rc_t    rc, pushed;
    unsigned   i;

    body = malloc(200000);
    assert_non_null(body);

    /* no more fields than are kept */

    for (i = 0, len = 0; i < SP_FORM_FIELDS; i++) {
        len += (size_t) sprintf(body + len, B "\r\n" FIELD("") "\r\n");
    }

    memcpy(body + len, END, sizeof(END));
    assert_int_equal(read_pieces(body, len + strlen(END), 1000, text, &pushed),
                     SP_OK);
    assert_int_equal(pushed, SP_DONE);

    for (i = 0, len = 0; i <= SP_FORM_FIELDS; i++) {
        len += (size_t) sprintf(body + len, B "\r\n" FIELD("") "\r\n");
    }

    assert_int_equal(read_pieces(body, len, 1000, text, &pushed), SP_INVALID);
    assert_int_equal(pushed, SP_LIMIT);

    /* a head that is too long may be of a file */

    len = (size_t) sprintf(body, B "\r\nContent-Disposition: form-data; "
                           "name=\"a\"; x=");
    memset(body + len, 'x', SP_MULTIPART_LINE);
    len += SP_MULTIPART_LINE;
    len += (size_t) sprintf(body + len, "\r\n\r\n1\r\n" B "\r\nX-Long: ");
    memset(body + len, 'x', SP_MULTIPART_LINE);
    len += SP_MULTIPART_LINE;
    len += (size_t) sprintf(body + len, "\r\n" FIELD("b") "2\r\n" END);

    rc = read_pieces(body, len, 7, text, &pushed);
    assert_int_equal(rc, SP_OK);
    assert_string_equal(text, "b=2");

    free(body);
}


static void
test_no_memory(void **state)
{
    long             n;
    sp_rc_t          rc;
    sp_str_t         boundary;
    sp_form_t        form;
    sp_multipart_t  *m;

    static const char  body[] = B "\r\n" FIELD("a") "1\r\n" END;

    boundary = str("xyz");

    for (n = 0; /* void */ ; n++) {
        sp_arena_fail_after(arena, n);

        m = sp_multipart_create(pool, &boundary);
        if (m == NULL) {
            continue;
        }

        rc = sp_multipart_push(m, body, sizeof(body) - 1);

        if (rc == SP_DONE) {
            rc = sp_multipart_end(m, &form);

        } else {
            assert_int_equal(rc, SP_NOMEM);
            assert_int_equal(sp_multipart_end(m, &form), SP_NOMEM);
        }

        if (rc == SP_OK) {
            break;
        }

        assert_int_equal(rc, SP_NOMEM);
    }

    assert_true(n > 2);
    assert_int_equal(form.n, 1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        reader_test(test_boundary),
        reader_test(test_fields),
        reader_test(test_files),
        reader_test(test_broken),
        reader_test(test_bounds),
        reader_test(test_no_memory)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
