/*
 * Copyright (C) SitePreserver developers
 */

#include "readers.h"
#include "sp_cookie.h"


#define NOW  INT64_C(1700000000)    /* 2023-11-14 22:13:20 */


static void
test_names(void **state)
{
    size_t    i;
    sp_str_t  wanted, name;

    static const struct {
        const char  *wanted;
        const char  *name;
        int          is;
    } cases[] = {
        { "a", "a", 1 }, { "a", "b", 0 }, { "a", "A", 0 }, { "a", "ab", 0 },
        { "a*", "a", 1 }, { "a*", "abc", 1 }, { "a*", "b", 0 },
        { "ab*", "a", 0 }, { "*", "x", 1 }, { "", "x", 0 },
        { "*_s", "a_s", 1 }, { "*_s", "_s", 1 }, { "*_s", "s", 0 },
        { "*_s", "a_sx", 0 }, { "*_s", "a_S", 0 }, { "*_s", "a_s_s", 1 },
        { "a_*_h", "a_1f_h", 1 }, { "a_*_h", "a__h", 1 },
        { "a_*_h", "a_h", 0 }, { "a_*_h", "b_1_h", 0 },
        { "a_*_h", "a_1_g", 0 }, { "a_*_h", "a_1_h_", 0 },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        wanted = exact(cases[i].wanted, strlen(cases[i].wanted));
        name = exact(cases[i].name, strlen(cases[i].name));
        assert_int_equal(sp_cookie_is(&wanted, &name), cases[i].is);
    }
}


static void
test_header(void **state)
{
    size_t       i, pos, n;
    sp_str_t     header, wanted;
    sp_cookie_t  cookie;

    static const struct {
        const char  *header;
        const char  *wanted;
        const char  *found[6];      /* name, value, ... */
    } cases[] = {
        { "a=1; b=2", "a", { "a", "1" } },
        { "a=1; b=2", "b", { "b", "2" } },
        { "a=1;b=2", "b", { "b", "2" } },
        { " a = 1 ;\tb\t= 2 ", "*", { "a", "1", "b", "2" } },
        { "a=1; a=2", "a", { "a", "1", "a", "2" } },
        { "aa=1; ab=2; b=3", "a*", { "aa", "1", "ab", "2" } },
        { "aa=1; ba=2; b=3", "*a", { "aa", "1", "ba", "2" } },
        { "a=b=c", "a", { "a", "b=c" } },
        { "a=", "a", { "a", "" } },
        { "a=\"x y\"", "a", { "a", "\"x y\"" } },
        { "a=%20", "a", { "a", "%20" } },
        { "a; =x; b=1", "*", { "b", "1" } },
        { "", "*", { NULL } },
        { ";;;", "*", { NULL } },
        { "xa=1", "a", { NULL } },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        header = exact(cases[i].header, strlen(cases[i].header));
        wanted = str(cases[i].wanted);
        pos = 0;

        for (n = 0; n < 6 && cases[i].found[n] != NULL; n += 2) {
            assert_int_equal(sp_cookie_next(&header, &wanted, &pos, &cookie),
                             SP_OK);
            assert_str(&cookie.name, cases[i].found[n]);
            assert_str(&cookie.value, cases[i].found[n + 1]);
        }

        assert_int_equal(sp_cookie_next(&header, &wanted, &pos, &cookie),
                         SP_DONE);
        assert_int_equal(sp_cookie_next(&header, &wanted, &pos, &cookie),
                         SP_DONE);
    }
}


static void
test_get(void **state)
{
    sp_str_t  header, wanted, value;

    header = str("a=; b=1; a=2; a=3");
    wanted = str("a");
    assert_int_equal(sp_cookie_get(&header, &wanted, &value), SP_OK);
    assert_str(&value, "2");

    header = str("a=");
    assert_int_equal(sp_cookie_get(&header, &wanted, &value), SP_DONE);
}


static void
test_set(void **state)
{
    size_t       i;
    sp_rc_t      rc;
    sp_str_t     header;
    sp_cookie_t  cookie;

    static const struct {
        const char  *header;
        const char  *name;          /* NULL: ignored */
        const char  *value;
        int          deleted;
    } cases[] = {
        { "a=1", "a", "1", 0 },
        { " a = 1 ; Path=/", "a", "1", 0 },
        { "a=b=c; HttpOnly", "a", "b=c", 0 },
        { "a=", "a", "", 1 },
        { "a=\"\"; Path=/", "a", "\"\"", 1 },
        { "a=1; Max-Age=0", "a", "1", 1 },
        { "a=1; max-age=-1", "a", "1", 1 },
        { "a=1; MAX-AGE = 00", "a", "1", 1 },
        { "a=1; Max-Age=1", "a", "1", 0 },
        { "a=1; Max-Age=99999999999999999999999", "a", "1", 0 },
        { "a=1; Max-Age=x", "a", "1", 0 },
        { "a=1; Max-Age=", "a", "1", 0 },
        { "a=1; Max-Age=-", "a", "1", 0 },
        { "a=1; Max-Age=1x", "a", "1", 0 },
        { "a=1; Max-Age=0; Max-Age=5", "a", "1", 0 },
        { "a=1; Max-Age=5; Max-Age=0", "a", "1", 1 },
        { "a=1; Max-Age=0; Max-Age=x", "a", "1", 1 },
        { "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "a", "1", 1 },
        { "a=deleted; expires=Thu, 01-Jan-1970 00:00:01 GMT; Max-Age=0",
          "a", "deleted", 1 },
        { "a=1; Expires=Tue, 14 Nov 2023 22:13:20 GMT", "a", "1", 1 },
        { "a=1; Expires=Tue, 14 Nov 2023 22:13:21 GMT", "a", "1", 0 },
        { "a=1; Expires=nonsense", "a", "1", 0 },
        { "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=5",
          "a", "1", 0 },
        { "a=1; Max-Age=0; Expires=Thu, 01 Jan 2099 00:00:00 GMT",
          "a", "1", 1 },
        { "a=1;;; ;Secure", "a", "1", 0 },
        { "a", NULL, NULL, 0 }, { "=1", NULL, NULL, 0 },
        { "", NULL, NULL, 0 }, { "; a=1", NULL, NULL, 0 },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        header = exact(cases[i].header, strlen(cases[i].header));
        rc = sp_cookie_set(&header, NOW, &cookie);

        if (cases[i].name == NULL) {
            assert_int_equal(rc, SP_INVALID);
            continue;
        }

        assert_int_equal(rc, SP_OK);
        assert_str(&cookie.name, cases[i].name);
        assert_str(&cookie.value, cases[i].value);

        if (cookie.deleted != (unsigned) cases[i].deleted) {
            fail_msg("%s", cases[i].header);
        }
    }
}


static void
test_dates(void **state)
{
    size_t    i;
    int64_t   time;
    sp_rc_t   rc;
    sp_str_t  text;

    static const struct {
        const char  *text;
        int64_t      time;          /* -1: none */
    } cases[] = {
        /* RFC 1123, RFC 850, asctime(), with dashes */
        { "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
        { "Sunday, 06-Nov-94 08:49:37 GMT", 784111777 },
        { "Sun Nov  6 08:49:37 1994", 784111777 },
        { "Sun, 06-Nov-1994 08:49:37 GMT", 784111777 },
        { "Sun, 6 nOVember 1994 8:49:37", 784111777 },
        { "1994 Nov 06 08:49:37", 784111777 },
        { "06 1994 Nov 08:49:37", 784111777 },
        { "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
        { "01 Jan 70 00:00:00", 0 }, { "01 Jan 69 00:00:00", 3124224000 },
        { "01 Jan 99 00:00:00", 915148800 },
        { "01 Jan 00 00:00:00", 946684800 },
        { "29 Feb 2024 00:00:00", 1709164800 },
        { "29 Feb 2000 12:00:00", 951825600 },
        { "31 Dec 1999 23:59:59", 946684799 },
        { "31 Dec 9999 23:59:59", 253402300799 },
        { "01 Jan 1601 00:00:00", -11644473600 },
        { "01 Jan 1970 00:00:00trailing", 0 },
        { "\"01 Jan 1970 0:0:0\"", 0 },

        { "29 Feb 2023 00:00:00", -1 }, { "29 Feb 2100 00:00:00", -1 },
        { "31 Apr 2023 00:00:00", -1 }, { "32 Jan 2023 00:00:00", -1 },
        { "00 Jan 2023 00:00:00", -1 }, { "31 Dec 1600 00:00:00", -1 },
        { "01 Jan 2023 24:00:00", -1 }, { "01 Jan 2023 00:60:00", -1 },
        { "01 Jan 2023 00:00:60", -1 }, { "01 Jan 2023 00:00", -1 },
        { "01 Jan 2023", -1 }, { "01 2023 00:00:00", -1 },
        { "Jan 2023 00:00:00", -1 }, { "01 Jan 00:00:00", -1 },
        { "01 Jan 20233 00:00:00", -1 }, { "01 Jan 2023 000:00:00", -1 },
        { "", -1 }, { "0", -1 }, { ",,,", -1 }, { "::::", -1 },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        text = exact(cases[i].text, strlen(cases[i].text));
        rc = sp_cookie_date(&text, &time);

        if (rc != (cases[i].time == -1 ? SP_INVALID : SP_OK)
            || (rc == SP_OK && time != cases[i].time))
        {
            fail_msg("%s: %d, %lld", cases[i].text, rc, (long long) time);
        }
    }
}


/* No bytes crash it, and what it gives is within what it was given. */

static void
test_random(void **state)
{
    int          i;
    char         text[48];
    size_t       n, len, pos;
    int64_t      time;
    sp_str_t     s, any;
    uint64_t     seed;
    sp_cookie_t  cookie;

    static const char  bytes[] = "a=;,: 0123-expirsmaxgJanMy\"\t";

    seed = 11;
    any = str("*");

    for (i = 0; i < 50000; i++) {
        len = below(&seed, sizeof(text));

        for (n = 0; n < len; n++) {
            text[n] = bytes[below(&seed, sizeof(bytes) - 1)];
        }

        s = exact(text, len);
        pos = 0;

        while (sp_cookie_next(&s, &any, &pos, &cookie) == SP_OK) {
            assert_true(cookie.name.len != 0);
            assert_true(cookie.value.data + cookie.value.len
                        <= s.data + s.len);
        }

        (void) sp_cookie_set(&s, NOW, &cookie);
        (void) sp_cookie_date(&s, &time);

        if (i % 200 == 0) {
            (void) tear_down(state);
            (void) set_up(state);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        reader_test(test_names),
        reader_test(test_header),
        reader_test(test_get),
        reader_test(test_set),
        reader_test(test_dates),
        reader_test(test_random),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
