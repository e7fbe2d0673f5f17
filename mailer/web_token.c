/*
 * Copyright (C) SitePreserver developers
 *
 * What a request to the HTTP server proves: a token, a wish, a signature.
 * Pure functions.
 */

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <strings.h>

#include "web.h"


#define WEB_MAC_LEN  32


static int web_hex(char c);
static int web_find(const sp_str_t *text, const char *what);


config_shop_t *
web_token(const config_t *conf, const char *text, sp_token_kind_t kind,
    sp_token_t *token)
{
    unsigned   i;
    sp_str_t   in;

    in.data = text;
    in.len = strlen(text);

    if (in.len == 0 || in.len >= SP_TOKEN_MAX) {
        return NULL;
    }

    for (i = 0; i < conf->nshops; i++) {
        if (sp_token_read(conf->secret, &conf->shops[i].id, &in, token)
            == SP_OK)
        {
            return token->kind == kind ? &conf->shops[i] : NULL;
        }
    }

    return NULL;
}


/*
 * Ours is "unsubscribe=yes"; RFC 8058's is "List-Unsubscribe=One-Click", as a
 * form or as multipart/form-data.
 */

int
web_is_one_click(const sp_str_t *body)
{
    return web_find(body, "unsubscribe=yes")
           || web_find(body, "list-unsubscribe=one-click")
           || (web_find(body, "name=\"list-unsubscribe\"")
               && web_find(body, "one-click"));
}


static int
web_find(const sp_str_t *text, const char *what)
{
    size_t  i, n;

    n = strlen(what);

    for (i = 0; i + n <= text->len; i++) {
        if (strncasecmp(text->data + i, what, n) == 0) {
            return 1;
        }
    }

    return 0;
}


/* The form has one field. */

web_chose_t
web_chose(const sp_str_t *body)
{
    static const char  pause[] = "preference=pause";
    static const char  never[] = "preference=never";

    if (body->len == sizeof(pause) - 1
        && memcmp(body->data, pause, body->len) == 0)
    {
        return WEB_CHOSE_PAUSE;
    }

    if (body->len == sizeof(never) - 1
        && memcmp(body->data, never, body->len) == 0)
    {
        return WEB_CHOSE_NEVER;
    }

    return WEB_CHOSE_NOTHING;
}


/*
 * HMAC-SHA256 of the body; with a timestamp of "TIMESTAMP.BODY", so that the
 * time is signed too.
 */

int
web_signature_ok(const char *secret, const char *timestamp,
    const sp_str_t *body, const char *signature)
{
    int             i, high, low;
    size_t          len;
    EVP_MD_CTX     *ctx;
    EVP_PKEY       *key;
    unsigned char   mac[WEB_MAC_LEN], given[WEB_MAC_LEN];

    if (strncasecmp(signature, "sha256=", 7) == 0) {
        signature += 7;
    }

    if (strlen(signature) != 2 * WEB_MAC_LEN) {
        return 0;
    }

    for (i = 0; i < WEB_MAC_LEN; i++) {
        high = web_hex(signature[2 * i]);
        low = web_hex(signature[2 * i + 1]);

        if (high < 0 || low < 0) {
            return 0;
        }

        given[i] = (unsigned char) (high << 4 | low);
    }

    len = sizeof(mac);
    ctx = EVP_MD_CTX_new();
    key = EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, NULL,
                                       (const unsigned char *) secret,
                                       strlen(secret));
    i = ctx != NULL && key != NULL
        && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1
        && (timestamp == NULL
            || (EVP_DigestSignUpdate(ctx, timestamp, strlen(timestamp)) == 1
                && EVP_DigestSignUpdate(ctx, ".", 1) == 1))
        && EVP_DigestSignUpdate(ctx, body->data, body->len) == 1
        && EVP_DigestSignFinal(ctx, mac, &len) == 1
        && len == sizeof(mac)
        && CRYPTO_memcmp(mac, given, sizeof(mac)) == 0;

    EVP_PKEY_free(key);
    EVP_MD_CTX_free(ctx);

    return i;
}


static int
web_hex(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }

    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
