/*
 * Copyright (C) SitePreserver developers
 *
 * Sealed addresses: "KEYID.", then base64url of nonce, ciphertext and tag of
 * AES-256-GCM (NIST SP 800-38D), with shop and shopper as additional data.
 */

#include <stdio.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "sp_secret_int.h"


#define SP_NONCE_SIZE  12
#define SP_TAG_SIZE    16


typedef unsigned char  sp_seal_buf_t[SP_NONCE_SIZE + SP_ADDRESS_MAX
                                     + SP_TAG_SIZE];


static EVP_CIPHER_CTX *sp_seal_start(const sp_secret_t *secret, int encrypt,
    unsigned key, const unsigned char *nonce, const sp_str_t *shop,
    const sp_id_t *shopper);
static unsigned sp_seal_key(const sp_secret_t *secret,
    const sp_str_t *sealed, size_t *pos);


sp_rc_t
sp_secret_seal(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_id_t *shopper, const sp_str_t *address, char *out, size_t *len)
{
    int              n, ok;
    char            *p;
    sp_seal_buf_t    buf;
    EVP_CIPHER_CTX  *ctx;

    if (address->len == 0 || address->len > SP_ADDRESS_MAX) {
        return SP_INVALID;
    }

    if (RAND_bytes(buf, SP_NONCE_SIZE) != 1) {
        return SP_INVALID;
    }

    ctx = sp_seal_start(secret, 1, secret->newest, buf, shop, shopper);

    if (ctx == NULL) {
        return SP_NOMEM;
    }

    ok = EVP_EncryptUpdate(ctx, buf + SP_NONCE_SIZE, &n,
                           (const unsigned char *) address->data,
                           (int) address->len) == 1
         && EVP_EncryptFinal_ex(ctx, buf + SP_NONCE_SIZE + n, &n) == 1
         && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SP_TAG_SIZE,
                                buf + SP_NONCE_SIZE + address->len) == 1;

    EVP_CIPHER_CTX_free(ctx);

    if (!ok) {
        return SP_NOMEM;
    }

    p = out + sprintf(out, "%u.", secret->newest);
    p += sp_base64url_encode(p, buf,
                             SP_NONCE_SIZE + address->len + SP_TAG_SIZE);
    *len = p - out;

    return SP_OK;
}


sp_rc_t
sp_secret_open(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_id_t *shopper, const sp_str_t *sealed, char *out, size_t size,
    size_t *len)
{
    int              n, ok;
    size_t           pos, total;
    unsigned         key;
    sp_str_t         text;
    sp_seal_buf_t    buf;
    EVP_CIPHER_CTX  *ctx;

    key = sp_seal_key(secret, sealed, &pos);

    if (key == 0) {
        return SP_INVALID;
    }

    text.data = sealed->data + pos;
    text.len = sealed->len - pos;

    if (sp_base64url_decode(buf, sizeof(buf), &total, &text) != SP_OK
        || total <= SP_NONCE_SIZE + SP_TAG_SIZE
        || total - SP_NONCE_SIZE - SP_TAG_SIZE > size)
    {
        return SP_INVALID;
    }

    *len = total - SP_NONCE_SIZE - SP_TAG_SIZE;

    ctx = sp_seal_start(secret, 0, key, buf, shop, shopper);

    if (ctx == NULL) {
        return SP_NOMEM;
    }

    ok = EVP_DecryptUpdate(ctx, (unsigned char *) out, &n,
                           buf + SP_NONCE_SIZE, (int) *len) == 1
         && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, SP_TAG_SIZE,
                                buf + SP_NONCE_SIZE + *len) == 1
         && EVP_DecryptFinal_ex(ctx, (unsigned char *) out + n, &n) == 1;

    EVP_CIPHER_CTX_free(ctx);

    if (!ok) {
        OPENSSL_cleanse(out, *len);
        return SP_INVALID;
    }

    return SP_OK;
}


/* NULL: out of memory. */

static EVP_CIPHER_CTX *
sp_seal_start(const sp_secret_t *secret, int encrypt, unsigned key,
    const unsigned char *nonce, const sp_str_t *shop, const sp_id_t *shopper)
{
    int              n;
    EVP_CIPHER_CTX  *ctx;

    ctx = EVP_CIPHER_CTX_new();

    if (ctx == NULL) {
        return NULL;
    }

    /* a name of a shop has no NUL, so the two parts cannot run together */

    if (EVP_CipherInit_ex2(ctx, secret->cipher, secret->sealing[key], nonce,
                           encrypt, NULL) != 1
        || EVP_CipherUpdate(ctx, NULL, &n, (const unsigned char *) shop->data,
                            (int) shop->len) != 1
        || EVP_CipherUpdate(ctx, NULL, &n, (const unsigned char *) "", 1) != 1
        || EVP_CipherUpdate(ctx, NULL, &n,
                            (const unsigned char *) shopper->text,
                            (int) strlen(shopper->text)) != 1)
    {
        EVP_CIPHER_CTX_free(ctx);
        return NULL;
    }

    return ctx;
}


/* The id of the key that sealed it, 0 if we have none such. */

static unsigned
sp_seal_key(const sp_secret_t *secret, const sp_str_t *sealed, size_t *pos)
{
    size_t    i;
    unsigned  n;

    n = 0;

    for (i = 0; i < sealed->len && i < 4; i++) {

        if (sealed->data[i] == '.') {
            *pos = i + 1;
            return n <= SP_KEYS_MAX && secret->have[n] ? n : 0;
        }

        if (sealed->data[i] < '0' || sealed->data[i] > '9'
            || (i == 0 && sealed->data[i] == '0'))
        {
            return 0;
        }

        n = n * 10 + (sealed->data[i] - '0');
    }

    return 0;
}
