/*
 * Copyright (C) SitePreserver developers
 *
 * Sealed addresses: a byte with the key's id, then nonce, ciphertext and tag
 * of AES-256-GCM (NIST SP 800-38D), with shop and shopper as additional data.
 */

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "sp_secret_int.h"


#define SP_NONCE_SIZE   12
#define SP_TAG_SIZE     16
#define SP_SEAL_HEAD    (1 + SP_NONCE_SIZE)


static EVP_CIPHER_CTX *sp_seal_start(const sp_secret_t *secret, int encrypt,
    unsigned key, const unsigned char *nonce, const sp_str_t *shop,
    const sp_id_t *shopper);


sp_rc_t
sp_secret_seal(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_id_t *shopper, const sp_str_t *address, char *out, size_t *len)
{
    int              n, ok;
    unsigned char   *nonce, *text;
    EVP_CIPHER_CTX  *ctx;

    if (address->len == 0 || address->len > SP_ADDRESS_MAX) {
        return SP_INVALID;
    }

    nonce = (unsigned char *) out + 1;
    text = nonce + SP_NONCE_SIZE;

    if (RAND_bytes(nonce, SP_NONCE_SIZE) != 1) {
        return SP_INVALID;
    }

    ctx = sp_seal_start(secret, 1, secret->newest, nonce, shop, shopper);

    if (ctx == NULL) {
        return SP_NOMEM;
    }

    ok = EVP_EncryptUpdate(ctx, text, &n,
                           (const unsigned char *) address->data,
                           (int) address->len) == 1
         && EVP_EncryptFinal_ex(ctx, text + n, &n) == 1
         && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SP_TAG_SIZE,
                                text + address->len) == 1;

    EVP_CIPHER_CTX_free(ctx);

    if (!ok) {
        return SP_NOMEM;
    }

    out[0] = (char) secret->newest;
    *len = SP_SEAL_HEAD + address->len + SP_TAG_SIZE;

    return SP_OK;
}


sp_rc_t
sp_secret_open(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_id_t *shopper, const sp_str_t *sealed, char *out, size_t size,
    size_t *len)
{
    int                   n, ok;
    unsigned              key;
    EVP_CIPHER_CTX       *ctx;
    const unsigned char  *text;

    if (sealed->len <= SP_SEAL_HEAD + SP_TAG_SIZE
        || sealed->len > SP_SEALED_MAX
        || sealed->len - SP_SEAL_HEAD - SP_TAG_SIZE > size)
    {
        return SP_INVALID;
    }

    key = (unsigned char) sealed->data[0];

    if (!secret->have[key]) {
        return SP_INVALID;
    }

    text = (const unsigned char *) sealed->data + SP_SEAL_HEAD;
    *len = sealed->len - SP_SEAL_HEAD - SP_TAG_SIZE;

    ctx = sp_seal_start(secret, 0, key, text - SP_NONCE_SIZE, shop, shopper);

    if (ctx == NULL) {
        return SP_NOMEM;
    }

    /* the tag is only read, whatever the type of the pointer says */

    ok = EVP_DecryptUpdate(ctx, (unsigned char *) out, &n, text,
                           (int) *len) == 1
         && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, SP_TAG_SIZE,
                                (void *) (text + *len)) == 1
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
