/*
 * Copyright (C) SitePreserver developers
 *
 * Keys, ids, sealed addresses, cookies, tokens.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include <openssl/hmac.h>

#include "sp_secret.h"


#define KEY1 "000102030405060708090a0b0c0d0e0f" \
             "101112131415161718191a1b1c1d1e1f"
#define KEY2 "A0a1a2a3a4a5a6a7a8a9aaabacadaeaf" \
             "b0b1b2b3b4b5b6b7b8b9babbbcbdbebf"

#define BASE64URL "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
                  "0123456789-_"


static sp_str_t  shop = sp_string("nec-cloth");
static sp_str_t  other = sp_string("nec-clot");


static sp_str_t
str(const char *s)
{
    sp_str_t  r;

    r.data = s;
    r.len = strlen(s);

    return r;
}


static sp_secret_t *
parse(const char *text, char *why)
{
    sp_str_t      s;
    sp_error_t    err;
    sp_secret_t  *secret;

    s = str(text);
    err.text[0] = '\0';
    secret = sp_secret_parse(&s, &err);

    if (why != NULL) {
        strcpy(why, err.text);
    }

    return secret;
}


static sp_secret_t *
keys(void)
{
    sp_secret_t  *secret;

    secret = parse("identity " KEY1 "\nsealing 7 " KEY2 "\n", NULL);
    assert_non_null(secret);

    return secret;
}


static void
id(const sp_secret_t *secret, sp_id_kind_t kind, const sp_str_t *s,
    const char *value, sp_id_t *out)
{
    sp_str_t  v;

    v = str(value);
    assert_int_equal(sp_secret_id(secret, kind, s, &v, out), SP_OK);
    assert_int_equal(strlen(out->text), SP_ID_LEN);
}


static void
test_parse(void **state)
{
    char          why[256];
    unsigned      i;
    sp_secret_t  *secret;

    static const struct {
        const char  *text;
        const char  *why;
    } bad[] = {
        { "", "no \"identity\"" },
        { "identity " KEY1 "\n", "no \"sealing\"" },
        { "sealing 1 " KEY2, "no \"identity\"" },
        { "identity " KEY1 "\nidentity " KEY1, "line 2: a second identity" },
        { "identity " KEY1 "\n\nsealing 0 " KEY2, "line 3: the id" },
        { "sealing 256 " KEY2, "line 1: the id" },
        { "sealing 1x " KEY2, "line 1: the id" },
        { "sealing 99999999999999 " KEY2, "line 1: the id" },
        { "sealing 4294967297 " KEY2, "line 1: the id" },
        { "sealing -1 " KEY2, "line 1: the id" },
        { "sealing 1 " KEY2 "\nsealing 1 " KEY1, "line 2: a second" },
        { "sealing 1 " KEY2 "0", "line 1: a key must" },
        { "sealing 1", "line 1: a key must" },
        { "sealing", "line 1: a key must" },
        { "identity 0123", "line 1: a key must" },
        { "identity " KEY1 " x", "line 1: too many" },
        { "Identity " KEY1, "line 1: neither" },
        { "identity g00102030405060708090a0b0c0d0e0f"
          "101112131415161718191a1b1c1d1e1f", "line 1: a key must" },
    };

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        secret = parse(bad[i].text, why);

        if (secret != NULL || strstr(why, bad[i].why) == NULL) {
            fail_msg("\"%s\": \"%s\"", bad[i].text, why);
        }

        assert_null(strstr(why, "0102"));
    }

    secret = parse("# a comment\r\n\r\n\tidentity  " KEY1 "\r\n"
                   " # identity\nsealing\t255 " KEY2, why);
    assert_non_null(secret);
    sp_secret_free(secret);
    sp_secret_free(NULL);
}


static void
test_generate(void **state)
{
    char          text[1024], again[1024];
    sp_str_t      s;
    sp_error_t    err;
    sp_secret_t  *secret;

    assert_int_equal(sp_secret_generate(text, sizeof(text)), SP_OK);
    assert_int_equal(sp_secret_generate(again, sizeof(again)), SP_OK);
    assert_string_not_equal(text, again);
    assert_int_equal(sp_secret_generate(again, 64), SP_INVALID);
    assert_int_equal(sp_secret_generate(again, strlen(text)), SP_INVALID);
    assert_int_equal(sp_secret_generate(again, strlen(text) + 1), SP_OK);

    s = str(text);
    secret = sp_secret_parse(&s, &err);
    assert_non_null(secret);
    sp_secret_free(secret);
}


static void
test_file(void **state)
{
    int           fd;
    char          dir[] = "/tmp/sp_secret.XXXXXX", path[64];
    FILE         *file;
    sp_error_t    err;
    sp_secret_t  *secret;

    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/secret", dir);

    assert_null(sp_secret_read(path, &err));
    assert_non_null(strstr(err.text, path));
    assert_non_null(strstr(err.text, "No such file"));

    file = fopen(path, "w");
    fputs("identity " KEY1 "\nsealing 1 " KEY2 "\n", file);
    fclose(file);

    chmod(path, 0640);
    secret = sp_secret_read(path, &err);
    assert_non_null(secret);
    sp_secret_free(secret);

    chmod(path, 0644);
    assert_null(sp_secret_read(path, &err));
    assert_non_null(strstr(err.text, "others"));
    chmod(path, 0600);

    fd = open(path, O_WRONLY|O_APPEND);
    assert_int_equal(write(fd, "hello\n", 6), 6);
    assert_null(sp_secret_read(path, &err));
    assert_non_null(strstr(err.text, "line 3"));

    assert_int_equal(ftruncate(fd, 1 << 20), 0);
    assert_null(sp_secret_read(path, &err));
    assert_non_null(strstr(err.text, "too large"));
    close(fd);

    unlink(path);
    assert_null(sp_secret_read(dir, &err));
    assert_non_null(strstr(err.text, "is not a file"));
    rmdir(dir);
}


/* Against OpenSSL's own HMAC, so that the precomputed one is the real one. */

static void
test_id_is_hmac(void **state)
{
    char           text[64], b64[64];
    size_t         len, n;
    unsigned       maclen, i;
    unsigned char  key[32], mac[32];
    sp_id_t        got;
    sp_secret_t   *secret;

    for (i = 0; i < 32; i++) {
        key[i] = i;
    }

    memcpy(text, "pnec-cloth\0" "a@b.example", 22);
    len = 22;
    HMAC(EVP_sha256(), key, 32, (unsigned char *) text, len, mac, &maclen);
    EVP_EncodeBlock((unsigned char *) b64, mac, 16);

    for (n = 0; b64[n] != '='; n++) {
        b64[n] = b64[n] == '+' ? '-' : b64[n] == '/' ? '_' : b64[n];
    }

    b64[n] = '\0';

    secret = keys();
    id(secret, SP_ID_SHOPPER, &shop, "a@b.example", &got);
    assert_string_equal(got.text, b64);
    sp_secret_free(secret);
}


static void
test_ids_differ(void **state)
{
    char          one[SP_FINGERPRINT_LEN + 1], two[SP_FINGERPRINT_LEN + 1];
    sp_id_t       a, b;
    sp_secret_t  *secret, *same, *another;

    secret = keys();
    same = parse("sealing 1 " KEY1 "\nidentity " KEY1, NULL);
    another = parse("sealing 7 " KEY2 "\nidentity " KEY2, NULL);

    id(secret, SP_ID_VISITOR, &shop, "x", &a);
    assert_int_equal(strspn(a.text, BASE64URL), SP_ID_LEN);

    id(secret, SP_ID_VISITOR, &shop, "x", &b);
    assert_string_equal(a.text, b.text);
    id(same, SP_ID_VISITOR, &shop, "x", &b);
    assert_string_equal(a.text, b.text);

    id(secret, SP_ID_OWN, &shop, "x", &b);
    assert_string_not_equal(a.text, b.text);
    id(secret, SP_ID_VISITOR, &shop, "y", &b);
    assert_string_not_equal(a.text, b.text);
    id(secret, SP_ID_VISITOR, &other, "hx", &b);
    assert_string_not_equal(a.text, b.text);
    id(another, SP_ID_VISITOR, &shop, "x", &b);
    assert_string_not_equal(a.text, b.text);

    sp_secret_fingerprint(secret, one);
    assert_int_equal(strlen(one), SP_FINGERPRINT_LEN);
    sp_secret_fingerprint(same, two);
    assert_string_equal(one, two);
    sp_secret_fingerprint(another, two);
    assert_string_not_equal(one, two);

    sp_secret_free(secret);
    sp_secret_free(same);
    sp_secret_free(another);
}


static void
test_seal(void **state)
{
    char          sealed[SP_SEALED_MAX], again[SP_SEALED_MAX], out[300];
    char          longest[SP_ADDRESS_MAX + 2];
    size_t        len, n, i;
    sp_id_t       p, q;
    sp_str_t      address, text;
    sp_secret_t  *secret, *rotated, *without;

    secret = keys();
    rotated = parse("identity " KEY1 "\nsealing 7 " KEY2 "\n"
                    "sealing 8 " KEY1, NULL);
    without = parse("identity " KEY1 "\nsealing 8 " KEY2, NULL);

    address = str("john.doe@shop.example");
    id(secret, SP_ID_SHOPPER, &shop, address.data, &p);
    id(secret, SP_ID_SHOPPER, &shop, "else@shop.example", &q);

    assert_int_equal(sp_secret_seal(secret, &shop, &p, &address, sealed,
                                    &len), SP_OK);
    assert_int_equal(sealed[0], 7);
    assert_int_equal(len, 1 + 12 + address.len + 16);

    assert_int_equal(sp_secret_seal(secret, &shop, &p, &address, again, &n),
                     SP_OK);
    assert_int_equal(n, len);
    assert_memory_not_equal(sealed, again, len);

    text.data = sealed;
    text.len = len;

    assert_int_equal(sp_secret_open(secret, &shop, &p, &text, out,
                                    sizeof(out), &n), SP_OK);
    assert_int_equal(n, address.len);
    assert_memory_equal(out, address.data, n);

    assert_int_equal(sp_secret_open(rotated, &shop, &p, &text, out,
                                    sizeof(out), &n), SP_OK);
    assert_int_equal(sp_secret_open(without, &shop, &p, &text, out,
                                    sizeof(out), &n), SP_INVALID);
    assert_int_equal(sp_secret_open(secret, &other, &p, &text, out,
                                    sizeof(out), &n), SP_INVALID);
    assert_int_equal(sp_secret_open(secret, &shop, &q, &text, out,
                                    sizeof(out), &n), SP_INVALID);
    assert_int_equal(sp_secret_open(secret, &shop, &p, &text, out,
                                    address.len - 1, &n), SP_INVALID);
    assert_int_equal(sp_secret_open(secret, &shop, &p, &text, out,
                                    address.len, &n), SP_OK);

    assert_int_equal(sp_secret_seal(rotated, &shop, &p, &address, again, &n),
                     SP_OK);
    assert_int_equal(again[0], 8);

    /* every changed byte, every shorter length */

    for (i = 0; i < len; i++) {
        sealed[i] ^= 1;
        assert_int_equal(sp_secret_open(secret, &shop, &p, &text, out,
                                        sizeof(out), &n), SP_INVALID);
        sealed[i] ^= 1;

        text.len = i;
        assert_int_equal(sp_secret_open(secret, &shop, &p, &text, out,
                                        sizeof(out), &n), SP_INVALID);
        text.len = len;
    }

    memset(longest, 'a', sizeof(longest));
    address.data = longest;
    address.len = SP_ADDRESS_MAX;
    assert_int_equal(sp_secret_seal(secret, &shop, &p, &address, sealed,
                                    &len), SP_OK);
    assert_int_equal(len, SP_SEALED_MAX);
    text.len = len;
    assert_int_equal(sp_secret_open(secret, &shop, &p, &text, out,
                                    sizeof(out), &n), SP_OK);
    assert_int_equal(n, SP_ADDRESS_MAX);

    address.len = SP_ADDRESS_MAX + 1;
    assert_int_equal(sp_secret_seal(secret, &shop, &p, &address, sealed,
                                    &len), SP_INVALID);
    address.len = 0;
    assert_int_equal(sp_secret_seal(secret, &shop, &p, &address, sealed,
                                    &len), SP_INVALID);

    sp_secret_free(secret);
    sp_secret_free(rotated);
    sp_secret_free(without);
}


static void
test_cookie(void **state)
{
    char          out[SP_COOKIE_LEN + 1], next[SP_COOKIE_LEN + 1];
    size_t        i;
    sp_id_t       a, b, made;
    sp_str_t      value;
    sp_secret_t  *secret;

    static const unsigned char  random[16] = { 0xff, 1, 2, 3, 0xfe };
    static const unsigned char  second[16] = { 0xff, 1, 2, 3, 0xfd };

    secret = keys();

    assert_int_equal(sp_cookie_make(secret, &shop, random, out, &made),
                     SP_OK);
    assert_int_equal(strlen(out), SP_COOKIE_LEN);
    assert_int_equal(strspn(out, BASE64URL), SP_COOKIE_LEN);

    value = str(out);
    assert_int_equal(sp_cookie_visitor(secret, &shop, &value, &a), SP_OK);
    assert_int_equal(strlen(a.text), SP_ID_LEN);
    assert_string_equal(a.text, made.text);
    assert_memory_not_equal(a.text, out, SP_ID_LEN);

    assert_int_equal(sp_cookie_make(secret, &shop, second, next, &made),
                     SP_OK);
    value = str(next);
    assert_int_equal(sp_cookie_visitor(secret, &shop, &value, &b), SP_OK);
    assert_string_not_equal(a.text, b.text);

    value = str(out);
    assert_int_equal(sp_cookie_visitor(secret, &other, &value, &b),
                     SP_INVALID);
    assert_int_equal(b.text[0], '\0');

    for (i = 0; i < SP_COOKIE_LEN; i++) {
        out[i] ^= 1;
        assert_int_equal(sp_cookie_visitor(secret, &shop, &value, &b),
                         SP_INVALID);
        out[i] ^= 1;

        value.len = i;
        assert_int_equal(sp_cookie_visitor(secret, &shop, &value, &b),
                         SP_INVALID);
        value.len = SP_COOKIE_LEN;
    }

    sp_secret_free(secret);
}


static void
test_token(void **state)
{
    char          out[SP_TOKEN_MAX], bad[SP_TOKEN_MAX];
    size_t        i, j, len;
    sp_str_t      text;
    sp_token_t    token, got;
    sp_secret_t  *secret;

    secret = keys();

    memset(&token, 0, sizeof(token));
    token.kind = SP_TOKEN_UNSUBSCRIBE;
    token.rescue = 0x123456789abc;
    token.step = 0xdeadbeef;
    id(secret, SP_ID_SHOPPER, &shop, "a@b.example", &token.shopper);

    assert_int_equal(sp_token_make(secret, &shop, &token, out), SP_OK);
    len = strlen(out);
    assert_true(len < 60);
    assert_int_equal(strspn(out, BASE64URL), len);

    text = str(out);
    assert_int_equal(sp_token_read(secret, &shop, &text, &got), SP_OK);
    assert_int_equal(got.kind, SP_TOKEN_UNSUBSCRIBE);
    assert_int_equal(got.inert, 0);
    assert_string_equal(got.shopper.text, token.shopper.text);
    assert_true(got.rescue == token.rescue);
    assert_true(got.step == token.step);

    assert_int_equal(sp_token_read(secret, &other, &text, &got), SP_INVALID);

    /* any other character anywhere, any other length */

    for (i = 0; i < len; i++) {
        memcpy(bad, out, len + 1);
        text = str(bad);

        for (j = 0; j < 64; j++) {
            bad[i] = BASE64URL[j];

            if (bad[i] != out[i]) {
                assert_int_equal(sp_token_read(secret, &shop, &text, &got),
                                 SP_INVALID);
            }
        }

        bad[i] = '\0';
        text = str(bad);
        assert_int_equal(sp_token_read(secret, &shop, &text, &got),
                         SP_INVALID);
    }

    memcpy(bad, out, len);
    bad[len] = 'A';
    bad[len + 1] = '\0';
    text = str(bad);
    assert_int_equal(sp_token_read(secret, &shop, &text, &got), SP_INVALID);

    token.inert = 1;
    token.kind = SP_TOKEN_CLICK;
    assert_int_equal(sp_token_make(secret, &shop, &token, out), SP_OK);
    text = str(out);
    assert_int_equal(sp_token_read(secret, &shop, &text, &got), SP_OK);
    assert_int_equal(got.kind, SP_TOKEN_CLICK);
    assert_int_equal(got.inert, 1);

    token.rescue = 1ULL << 48;
    assert_int_equal(sp_token_make(secret, &shop, &token, out), SP_INVALID);
    token.rescue = 1;
    token.shopper.text[0] = '\0';
    assert_int_equal(sp_token_make(secret, &shop, &token, out), SP_INVALID);

    sp_secret_free(secret);
}


static void
test_step_hash(void **state)
{
    sp_str_t  a, b, none = sp_null_string;

    a = str("reminder");
    b = str("reminder2");

    assert_true(sp_step_hash(&a) != sp_step_hash(&b));
    assert_true(sp_step_hash(&a) != 0);
    assert_true(sp_step_hash(&none) == 2166136261u);
}


static void
test_address(void **state)
{
    char      out[SP_ADDRESS_MAX + 1], big[400];
    size_t    len, i;
    sp_str_t  in;

    static const char  *good[][2] = {
        { "john@shop.example", "john@shop.example" },
        { " \tJohn.Doe+Tag@Shop.EXAMPLE\r\n", "john.doe+tag@shop.example" },
        { "!#$%&'*+-/=?^_`{|}~@a.b", "!#$%&'*+-/=?^_`{|}~@a.b" },
        { "j\xc3\xbcrgen@m\xc3\xbcller.example",
          "j\xc3\xbcrgen@m\xc3\xbcller.example" },
        { "a@xn--mller-kva.example", "a@xn--mller-kva.example" },
        { "a@1.2.example", "a@1.2.example" },
        { "a@x.1a", "a@x.1a" },
    };

    static const char  *bad[] = {
        "", " ", "@", "a", "a@", "@b.example", "a@b", "a@b.", "a@.b",
        "a@b..example", ".a@b.example", "a.@b.example", "a..b@c.example",
        "a b@c.example", "a@b c.example", "a@@b.example", "a@b@c.example",
        "\"a\"@b.example", "a@[127.0.0.1]", "a@127.0.0.1", "a@b.123",
        "a@-b.example", "a@b-.example", "a@b_c.example", "a,b@c.example",
        "<a@b.example>", "a@b.example,c@d.example", "a\x01@b.example",
        "a\x7f@b.example", "a@b.exa\nmple", "a\r\nBcc: x@y.example",
        "a\xff@b.example", "a\xc0\x80@b.example", "a\xed\xa0\x80@b.example",
        "a\xc2\x85@b.example", "a\xe2\x80\xae@b.example",
        "a\xe2\x80\x8b@b.example", "a\xe2\x80\xa8@b.example",
        "a\xef\xbb\xbf@b.example", "a@b\xc3.example", "a:b@c.example",
        "a;b@c.example", "a\\b@c.example", "a(b)@c.example",
    };

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        in = str(good[i][0]);

        if (sp_address_normalise(&in, out, &len) != SP_OK) {
            fail_msg("%s", good[i][0]);
        }

        assert_string_equal(out, good[i][1]);
        assert_int_equal(len, strlen(out));
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        in = str(bad[i]);

        if (sp_address_normalise(&in, out, &len) != SP_INVALID) {
            fail_msg("%s", bad[i]);
        }
    }

    in.data = "a@b.example\0";
    in.len = 12;
    assert_int_equal(sp_address_normalise(&in, out, &len), SP_INVALID);
    in.data = "\0a@b.example";
    assert_int_equal(sp_address_normalise(&in, out, &len), SP_INVALID);

    /* 64 before the @; 63 in a label; 254 in all */

    memset(big, 'a', sizeof(big));
    memcpy(big + 64, "@b.example", 10);
    in.data = big;
    in.len = 74;
    assert_int_equal(sp_address_normalise(&in, out, &len), SP_OK);

    memset(big, 'a', sizeof(big));
    memcpy(big + 65, "@b.example", 10);
    in.len = 75;
    assert_int_equal(sp_address_normalise(&in, out, &len), SP_INVALID);

    memset(big, 'a', sizeof(big));
    big[1] = '@';
    big[65] = '.';
    in.len = 70;
    assert_int_equal(sp_address_normalise(&in, out, &len), SP_OK);
    big[65] = 'a';
    big[66] = '.';
    assert_int_equal(sp_address_normalise(&in, out, &len), SP_INVALID);

    memset(big, 'a', sizeof(big));
    big[64] = '@';

    for (i = 127; i < 300; i += 62) {
        big[i] = '.';
    }

    in.len = 254;
    assert_int_equal(sp_address_normalise(&in, out, &len), SP_OK);
    assert_int_equal(len, 254);
    in.len = 255;
    assert_int_equal(sp_address_normalise(&in, out, &len), SP_INVALID);
}


/* An id for every request: 1.5 us is its budget.  Printed, not asserted. */

static void
test_cost(void **state)
{
    double           us;
    unsigned         i;
    sp_id_t          got;
    sp_str_t         value;
    sp_secret_t     *secret;
    struct timespec  a, b;

    secret = keys();
    value = str("t_0123456789abcdef0123456789abcdef%7C1790000000%7C17900");

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);

    for (i = 0; i < 20000; i++) {
        sp_secret_id(secret, SP_ID_VISITOR, &shop, &value, &got);
    }

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);

    us = ((b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec)) / 1e3 / i;
    print_message("# an id costs %.2f us\n", us);

    sp_secret_free(secret);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_generate),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_id_is_hmac),
        cmocka_unit_test(test_ids_differ),
        cmocka_unit_test(test_seal),
        cmocka_unit_test(test_cookie),
        cmocka_unit_test(test_token),
        cmocka_unit_test(test_step_hash),
        cmocka_unit_test(test_address),
        cmocka_unit_test(test_cost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
