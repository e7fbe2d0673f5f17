/*
 * Copyright (C) SitePreserver developers
 *
 * Ids that are remembered are those that would be made, and nothing that is
 * forged gets in between.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "sp_secret_int.h"


#define KEY1 "000102030405060708090a0b0c0d0e0f" \
             "101112131415161718191a1b1c1d1e1f"
#define KEY2 "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf" \
             "b0b1b2b3b4b5b6b7b8b9babbbcbdbebf"


static sp_str_t  shop = sp_string("nec-cloth");
static sp_str_t  other = sp_string("nec-clot");


/* n zero: one that remembers nothing. */

static sp_secret_t *
secret_of(const char *key, size_t n)
{
    char          text[256];
    sp_str_t      s;
    sp_error_t    err;
    sp_secret_t  *secret;

    snprintf(text, sizeof(text), "identity %s\nsealing 1 " KEY1 "\n", key);
    s = sp_str(text);

    secret = sp_secret_parse(&s, &err);
    assert_non_null(secret);

    if (n != 0) {
        assert_int_equal(sp_secret_remember(secret, n), SP_OK);
    }

    return secret;
}


static int
remembered(const sp_secret_t *secret, char kind, const sp_str_t *of,
    const sp_str_t *value)
{
    sp_id_t        id;
    sp_memo_key_t  key;

    sp_memo_key(secret, kind, of, value, &key);

    return sp_memo_get(secret, &key, &id);
}


static void
same_id(const sp_secret_t *memo, const sp_secret_t *plain, sp_id_kind_t kind,
    const sp_str_t *of, const sp_str_t *value)
{
    sp_id_t  id, right;

    assert_int_equal(sp_secret_id(plain, kind, of, value, &right), SP_OK);

    memset(&id, 'x', sizeof(id));
    assert_int_equal(sp_secret_id(memo, kind, of, value, &id), SP_OK);
    assert_string_equal(id.text, right.text);
}


/* OpenSSL has the same hash, which costs it as much as what it is to save. */

static void
test_hash(void **state)
{
#if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
    size_t          n, len, size;
    EVP_MAC        *mac;
    uint64_t        secret[2], hash[2];
    OSSL_PARAM      params[2];
    unsigned char   text[SP_MEMO_MAX], out[16], key[16];
    EVP_MAC_CTX    *ctx;

    for (n = 0; n < sizeof(text); n++) {
        text[n] = (unsigned char) (n * 37 + n / 256);
    }

    for (n = 0; n < sizeof(key); n++) {
        key[n] = (unsigned char) (0xf0 + n * 7);
    }

    memcpy(secret, key, sizeof(key));

    mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
    ctx = EVP_MAC_CTX_new(mac);
    assert_non_null(ctx);

    size = sizeof(out);
    params[0] = OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size);
    params[1] = OSSL_PARAM_construct_end();

    for (n = 0; n <= sizeof(text); n++) {
        assert_int_equal(EVP_MAC_init(ctx, key, sizeof(key), params), 1);
        assert_int_equal(EVP_MAC_update(ctx, text, n), 1);
        assert_int_equal(EVP_MAC_final(ctx, out, &len, sizeof(out)), 1);
        assert_int_equal(len, sizeof(out));

        sp_memo_hash(secret, text, n, hash);
        assert_memory_equal(hash, out, sizeof(out));
    }

    EVP_MAC_CTX_free(ctx);
    EVP_MAC_free(mac);
#else
    uint64_t       a[2], b[2];
    static const uint64_t  secret[2] = { 1, 2 };

    sp_memo_hash(secret, (const unsigned char *) "0123456789", 10, a);
    sp_memo_hash(secret, (const unsigned char *) "0123456780", 10, b);
    assert_memory_not_equal(a, b, sizeof(a));
#endif

    (void) state;
}


/* With room for all, for few and for two, every value twice and in turns. */

static void
test_same(void **state)
{
    char          text[16];
    size_t        n;
    unsigned      i, k;
    sp_str_t      value;
    sp_secret_t  *memo, *plain;

    static const sp_id_kind_t  kinds[] = {
        SP_ID_VISITOR, SP_ID_OWN, SP_ID_ALIAS, SP_ID_SHOPPER, SP_ID_CUSTOMER
    };

    (void) state;

    plain = secret_of(KEY1, 0);

    for (n = 1; n <= 4096; n *= 16) {
        memo = secret_of(KEY1, n);

        for (i = 0; i < 400; i++) {
            value.data = text;
            value.len = (size_t) snprintf(text, sizeof(text), "%u", i % 200);

            for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
                same_id(memo, plain, kinds[k], &shop, &value);
                same_id(memo, plain, kinds[k], &other, &value);
                same_id(memo, plain, kinds[k], &shop, &value);
            }
        }

        sp_secret_free(memo);
    }

    sp_secret_free(plain);
}


/* What is too long is made each time; also where shop and value meet. */

static void
test_lengths(void **state)
{
    char          text[SP_MEMO_MAX + 100];
    size_t        n, most;
    sp_str_t      value, a, b;
    sp_secret_t  *memo, *plain;

    (void) state;

    memo = secret_of(KEY1, 4096);
    plain = secret_of(KEY1, 0);

    memset(text, 'v', sizeof(text));
    most = SP_MEMO_MAX - shop.len - 2;

    for (n = 0; n <= sizeof(text); n++) {
        value.data = n != 0 ? text : NULL;
        value.len = n;

        assert_false(remembered(memo, SP_ID_VISITOR, &shop, &value));
        same_id(memo, plain, SP_ID_VISITOR, &shop, &value);
        assert_int_equal(remembered(memo, SP_ID_VISITOR, &shop, &value),
                         n <= most);
        same_id(memo, plain, SP_ID_VISITOR, &shop, &value);
    }

    value = sp_str("x");

    for (n = 0; n <= sizeof(text); n += 50) {
        a.data = text;
        a.len = n;
        same_id(memo, plain, SP_ID_VISITOR, &a, &value);
        same_id(memo, plain, SP_ID_VISITOR, &a, &value);
    }

    a = sp_str("ab");
    b = sp_str("c");
    same_id(memo, plain, SP_ID_VISITOR, &a, &b);

    a = sp_str("a");
    b = sp_str("bc");
    assert_false(remembered(memo, SP_ID_VISITOR, &a, &b));
    same_id(memo, plain, SP_ID_VISITOR, &a, &b);

    sp_secret_free(memo);
    sp_secret_free(plain);
}


/* Each of two secrets has a key of its own, and so has each beginning. */

static void
test_keys(void **state)
{
    sp_str_t       value;
    sp_secret_t   *one, *two;
    sp_memo_key_t  a, b, again;

    (void) state;

    one = secret_of(KEY1, 16);
    two = secret_of(KEY1, 16);
    value = sp_str("value");

    sp_memo_key(one, SP_ID_VISITOR, &shop, &value, &a);
    sp_memo_key(two, SP_ID_VISITOR, &shop, &value, &b);
    assert_memory_not_equal(a.hash, b.hash, sizeof(a.hash));

    same_id(one, two, SP_ID_VISITOR, &shop, &value);
    assert_true(remembered(one, SP_ID_VISITOR, &shop, &value));
    assert_false(remembered(one, SP_ID_ALIAS, &shop, &value));
    assert_false(remembered(one, SP_ID_VISITOR, &other, &value));

    /* all is forgotten, but what an id is stays */

    assert_int_equal(sp_secret_remember(one, 64), SP_OK);
    sp_memo_key(one, SP_ID_VISITOR, &shop, &value, &again);
    assert_memory_not_equal(a.hash, again.hash, sizeof(a.hash));
    assert_false(remembered(one, SP_ID_VISITOR, &shop, &value));
    same_id(one, two, SP_ID_VISITOR, &shop, &value);

    sp_secret_free(one);

    one = secret_of(KEY2, 16);
    same_id(one, one, SP_ID_VISITOR, &shop, &value);
    sp_secret_free(one);
    sp_secret_free(two);
}


/* The older of two makes room; one that is asked for again does not move. */

static void
test_eviction(void **state)
{
    unsigned      i;
    sp_str_t      value[3];
    sp_secret_t  *memo, *plain;

    (void) state;

    memo = secret_of(KEY1, 2);
    plain = secret_of(KEY1, 0);

    for (i = 0; i < 3; i++) {
        value[i] = sp_str(i == 0 ? "a" : i == 1 ? "b" : "c");
        same_id(memo, plain, SP_ID_VISITOR, &shop, &value[i]);
        assert_true(remembered(memo, SP_ID_VISITOR, &shop, &value[i]));
    }

    assert_false(remembered(memo, SP_ID_VISITOR, &shop, &value[0]));
    assert_true(remembered(memo, SP_ID_VISITOR, &shop, &value[1]));

    same_id(memo, plain, SP_ID_VISITOR, &shop, &value[1]);
    same_id(memo, plain, SP_ID_VISITOR, &shop, &value[0]);

    assert_false(remembered(memo, SP_ID_VISITOR, &shop, &value[1]));
    assert_true(remembered(memo, SP_ID_VISITOR, &shop, &value[2]));

    sp_secret_free(memo);
    sp_secret_free(plain);
}


static void
wrong(const sp_secret_t *secret, const sp_str_t *of, const char *cookie)
{
    sp_id_t   id;
    sp_str_t  value;

    value = sp_str(cookie);

    assert_int_equal(sp_cookie_visitor(secret, of, &value, &id), SP_INVALID);
    assert_string_equal(id.text, "");
    assert_false(remembered(secret, SP_MAC_COOKIE, of, &value));
}


/* Whoever was right before, each other bit is wrong, however often. */

static void
test_cookie(void **state)
{
    char           cookie[SP_COOKIE_LEN + 1], forged[SP_COOKIE_LEN + 1];
    sp_id_t        id, right;
    sp_str_t       value;
    unsigned       i, bit, turn;
    sp_secret_t   *memo, *plain, *stranger;
    unsigned char  random[16];

    (void) state;

    memo = secret_of(KEY1, 4096);
    plain = secret_of(KEY1, 0);
    stranger = secret_of(KEY2, 4096);

    memset(random, 0x5a, sizeof(random));

    assert_int_equal(sp_cookie_make(plain, &shop, random, cookie, &right),
                     SP_OK);
    assert_int_equal(strlen(right.text), SP_ID_LEN);

    value.data = cookie;
    value.len = SP_COOKIE_LEN;

    for (turn = 0; turn < 3; turn++) {

        for (i = 0; i < SP_COOKIE_LEN; i++) {
            for (bit = 1; bit < 256; bit <<= 1) {
                memcpy(forged, cookie, sizeof(forged));
                forged[i] = (char) (forged[i] ^ bit);
                value.data = forged;
                assert_int_equal(sp_cookie_visitor(memo, &shop, &value, &id),
                                 SP_INVALID);
                assert_string_equal(id.text, "");
                assert_false(remembered(memo, SP_MAC_COOKIE, &shop, &value));
            }
        }

        wrong(memo, &other, cookie);
        wrong(stranger, &shop, cookie);
        wrong(memo, &shop, "");

        value.data = cookie;
        assert_int_equal(sp_cookie_visitor(memo, &shop, &value, &id), SP_OK);
        assert_string_equal(id.text, right.text);
        assert_true(remembered(memo, SP_MAC_COOKIE, &shop, &value));
    }

    /* one that is right for the other shop is somebody else there */

    assert_int_equal(sp_cookie_make(memo, &other, random, forged, &id), SP_OK);
    assert_string_not_equal(id.text, right.text);
    wrong(memo, &shop, forged);

    /* a value of the platform's that looks like ours is not ours */

    memcpy(forged, cookie, sizeof(forged));
    forged[0] = (char) (forged[0] ^ 1);
    value.data = forged;
    assert_int_equal(sp_secret_id(memo, SP_ID_VISITOR, &shop, &value, &id),
                     SP_OK);
    assert_int_equal(sp_secret_id(memo, SP_ID_OWN, &shop, &value, &id), SP_OK);
    wrong(memo, &shop, forged);

    sp_secret_free(memo);
    sp_secret_free(plain);
    sp_secret_free(stranger);
}


/* What was made here is known here, and the same elsewhere. */

static void
test_made(void **state)
{
    char           cookie[SP_COOKIE_LEN + 1];
    sp_id_t        made, id;
    sp_str_t       value;
    sp_secret_t   *memo, *plain;
    unsigned char  random[16];

    (void) state;

    memo = secret_of(KEY1, 16);
    plain = secret_of(KEY1, 0);
    memset(random, 0xc3, sizeof(random));

    assert_int_equal(sp_cookie_make(memo, &shop, random, cookie, &made),
                     SP_OK);

    value = sp_str(cookie);
    assert_true(remembered(memo, SP_MAC_COOKIE, &shop, &value));

    assert_int_equal(sp_cookie_visitor(plain, &shop, &value, &id), SP_OK);
    assert_string_equal(id.text, made.text);
    assert_int_equal(sp_cookie_visitor(memo, &shop, &value, &id), SP_OK);
    assert_string_equal(id.text, made.text);

    sp_secret_free(memo);
    sp_secret_free(plain);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_eviction),
        cmocka_unit_test(test_cookie),
        cmocka_unit_test(test_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
