/*
 * Copyright (C) SitePreserver developers
 *
 * What the outside world carries for us: our own cookie and link tokens.
 */

#include <openssl/crypto.h>

#include "sp_secret_int.h"


#define SP_COOKIE_RANDOM   sp_base64url_len(SP_ID_SIZE)

/* kind, shopper, rescue and step of a token before its MAC */

#define SP_TOKEN_RESCUE    6
#define SP_TOKEN_BODY      (1 + SP_ID_SIZE + SP_TOKEN_RESCUE + 4)
#define SP_TOKEN_SIZE      (SP_TOKEN_BODY + SP_MAC_SIZE)
#define SP_TOKEN_INERT     0x80


static sp_rc_t sp_cookie_mac(const sp_secret_t *secret, const sp_str_t *shop,
    const char *random, char mac[sp_base64url_len(SP_MAC_SIZE)]);
static sp_rc_t sp_cookie_id(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_str_t *cookie, const sp_memo_key_t *key, sp_id_t *id);
static void sp_token_put(unsigned char *p, uint64_t value, unsigned size);
static uint64_t sp_token_get(const unsigned char *p, unsigned size);


sp_rc_t
sp_cookie_make(const sp_secret_t *secret, const sp_str_t *shop,
    const unsigned char random[16], char out[SP_COOKIE_LEN + 1], sp_id_t *id)
{
    sp_rc_t        rc;
    sp_str_t       cookie;
    sp_memo_key_t  key;

    id->text[0] = '\0';

    out[sp_base64url_encode(out, random, SP_ID_SIZE)] = '\0';
    out[SP_COOKIE_LEN] = '\0';

    rc = sp_cookie_mac(secret, shop, out, out + SP_COOKIE_RANDOM);

    if (rc != SP_OK) {
        return rc;
    }

    cookie.data = out;
    cookie.len = SP_COOKIE_LEN;

    sp_memo_key(secret, SP_MAC_COOKIE, shop, &cookie, &key);

    return sp_cookie_id(secret, shop, &cookie, &key, id);
}


sp_rc_t
sp_cookie_visitor(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_str_t *value, sp_id_t *id)
{
    char           mac[sp_base64url_len(SP_MAC_SIZE)];
    sp_rc_t        rc;
    sp_memo_key_t  key;

    id->text[0] = '\0';

    if (value->len != SP_COOKIE_LEN) {
        return SP_INVALID;
    }

    sp_memo_key(secret, SP_MAC_COOKIE, shop, value, &key);

    if (sp_memo_get(secret, &key, id)) {
        return SP_OK;
    }

    rc = sp_cookie_mac(secret, shop, value->data, mac);

    if (rc != SP_OK) {
        return rc;
    }

    if (CRYPTO_memcmp(mac, value->data + SP_COOKIE_RANDOM, sizeof(mac)) != 0) {
        return SP_INVALID;
    }

    return sp_cookie_id(secret, shop, value, &key, id);
}


/* Of a cookie whose MAC is right: only such ones are remembered. */

static sp_rc_t
sp_cookie_id(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_str_t *cookie, const sp_memo_key_t *key, sp_id_t *id)
{
    sp_rc_t   rc;
    sp_str_t  random;

    random.data = cookie->data;
    random.len = SP_COOKIE_RANDOM;

    rc = sp_secret_id_make(secret, SP_ID_OWN, shop, &random, id);

    if (rc == SP_OK) {
        sp_memo_add(secret, key, id);
    }

    return rc;
}


static sp_rc_t
sp_cookie_mac(const sp_secret_t *secret, const sp_str_t *shop,
    const char *random, char out[sp_base64url_len(SP_MAC_SIZE)])
{
    sp_rc_t        rc;
    unsigned char  mac[SP_HASH_SIZE];

    rc = sp_secret_mac(secret, SP_MAC_COOKIE, shop, random, SP_COOKIE_RANDOM,
                       mac);

    if (rc == SP_OK) {
        sp_base64url_encode(out, mac, SP_MAC_SIZE);
    }

    return rc;
}


_Static_assert((SP_TOKEN_SIZE * 4 + 2) / 3 == SP_TOKEN_LEN,
               "the length of a token in base64url");


sp_rc_t
sp_token_make(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_token_t *token, char out[SP_TOKEN_MAX])
{
    size_t         len;
    sp_rc_t        rc;
    sp_str_t       shopper;
    unsigned char  body[SP_TOKEN_SIZE], mac[SP_HASH_SIZE];

    out[0] = '\0';

    shopper.data = token->shopper.text;
    shopper.len = strlen(token->shopper.text);

    if (token->rescue >> (SP_TOKEN_RESCUE * 8) != 0
        || sp_base64url_decode(body + 1, SP_ID_SIZE, &len, &shopper) != SP_OK
        || len != SP_ID_SIZE)
    {
        return SP_INVALID;
    }

    body[0] = (unsigned char) token->kind
              | (token->inert ? SP_TOKEN_INERT : 0);
    sp_token_put(body + 1 + SP_ID_SIZE, token->rescue, SP_TOKEN_RESCUE);
    sp_token_put(body + SP_TOKEN_BODY - 4, token->step, 4);

    rc = sp_secret_mac(secret, SP_MAC_TOKEN, shop, body, SP_TOKEN_BODY, mac);

    if (rc == SP_OK) {
        memcpy(body + SP_TOKEN_BODY, mac, SP_MAC_SIZE);
        out[sp_base64url_encode(out, body, SP_TOKEN_SIZE)] = '\0';
    }

    return rc;
}


sp_rc_t
sp_token_read(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_str_t *text, sp_token_t *token)
{
    size_t         len;
    sp_rc_t        rc;
    unsigned char  body[SP_TOKEN_SIZE], mac[SP_HASH_SIZE], kind;

    if (sp_base64url_decode(body, sizeof(body), &len, text) != SP_OK
        || len != sizeof(body))
    {
        return SP_INVALID;
    }

    kind = body[0] & ~SP_TOKEN_INERT;

    if (kind != SP_TOKEN_CLICK && kind != SP_TOKEN_UNSUBSCRIBE
        && kind != SP_TOKEN_NOT_ME)
    {
        return SP_INVALID;
    }

    rc = sp_secret_mac(secret, SP_MAC_TOKEN, shop, body, SP_TOKEN_BODY, mac);

    if (rc != SP_OK) {
        return rc;
    }

    if (CRYPTO_memcmp(mac, body + SP_TOKEN_BODY, SP_MAC_SIZE) != 0) {
        return SP_INVALID;
    }

    token->kind = (sp_token_kind_t) kind;
    token->inert = (body[0] & SP_TOKEN_INERT) != 0;
    token->shopper.text[sp_base64url_encode(token->shopper.text, body + 1,
                                            SP_ID_SIZE)] = '\0';
    token->rescue = sp_token_get(body + 1 + SP_ID_SIZE, SP_TOKEN_RESCUE);
    token->step = (uint32_t) sp_token_get(body + SP_TOKEN_BODY - 4, 4);

    return SP_OK;
}


static void
sp_token_put(unsigned char *p, uint64_t value, unsigned size)
{
    while (size--) {
        p[size] = value & 0xff;
        value >>= 8;
    }
}


static uint64_t
sp_token_get(const unsigned char *p, unsigned size)
{
    uint64_t  value;
    unsigned  i;

    value = 0;

    for (i = 0; i < size; i++) {
        value = value << 8 | p[i];
    }

    return value;
}


/* FNV-1a; 0 is "none" where hashes are kept. */

uint32_t
sp_step_hash(const sp_str_t *name)
{
    size_t    i;
    uint32_t  hash;

    hash = 2166136261u;

    for (i = 0; i < name->len; i++) {
        hash ^= (unsigned char) name->data[i];
        hash *= 16777619u;
    }

    return hash != 0 ? hash : 1;
}
