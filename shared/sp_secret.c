/*
 * Copyright (C) SitePreserver developers
 *
 * The secret's keys, and the ids made with them.
 */

#include <stdio.h>
#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "sp_secret_int.h"


#define SP_BLOCK_SIZE  64           /* SHA-256's */


static sp_rc_t sp_secret_line(sp_secret_t *secret, const sp_str_t *line,
    const char **why);
static sp_rc_t sp_secret_identity(sp_secret_t *secret, const sp_str_t *hex,
    const char **why);
static sp_rc_t sp_secret_sealing(sp_secret_t *secret, const sp_str_t *id,
    const sp_str_t *hex, const char **why);
static sp_rc_t sp_secret_block(EVP_MD_CTX **ctx, const EVP_MD *md,
    const unsigned char *key, unsigned char pad);
static sp_rc_t sp_secret_hex(unsigned char *key, const sp_str_t *hex);
static void sp_secret_word(sp_str_t *line, sp_str_t *word);
static int sp_secret_space(char c);


sp_secret_t *
sp_secret_parse(const sp_str_t *text, sp_error_t *err)
{
    size_t        pos, end;
    unsigned      n;
    sp_str_t      line;
    const char   *why;
    sp_secret_t  *secret;

    secret = calloc(1, sizeof(sp_secret_t));

    if (secret == NULL) {
        snprintf(err->text, sizeof(err->text), "out of memory");
        return NULL;
    }

    secret->md = EVP_MD_fetch(NULL, "SHA256", NULL);
    secret->cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);

    if (secret->md == NULL || secret->cipher == NULL) {
        snprintf(err->text, sizeof(err->text),
                 "OpenSSL has no SHA-256 or no AES-256-GCM");
        goto failed;
    }

    for (pos = 0, n = 1; pos < text->len; pos = end + 1, n++) {

        for (end = pos; end < text->len && text->data[end] != '\n'; end++) {
            /* void */
        }

        line.data = text->data + pos;
        line.len = end - pos;

        if (sp_secret_line(secret, &line, &why) != SP_OK) {
            snprintf(err->text, sizeof(err->text), "line %u: %s", n, why);
            goto failed;
        }
    }

    if (secret->inner == NULL || secret->newest == 0) {
        snprintf(err->text, sizeof(err->text), "there is no \"%s\" line",
                 secret->inner == NULL ? "identity" : "sealing");
        goto failed;
    }

    return secret;

failed:

    sp_secret_free(secret);

    return NULL;
}


void
sp_secret_free(sp_secret_t *secret)
{
    if (secret == NULL) {
        return;
    }

    /* OpenSSL wipes the digest contexts itself */

    EVP_MD_CTX_free(secret->inner);
    EVP_MD_CTX_free(secret->outer);
    EVP_MD_free(secret->md);
    EVP_CIPHER_free(secret->cipher);

    sp_memo_free(secret->memo);

    OPENSSL_cleanse(secret, sizeof(sp_secret_t));

    free(secret);
}


sp_rc_t
sp_secret_generate(char *text, size_t size)
{
    int            n;
    char           hex[2][SP_KEY_SIZE * 2 + 1];
    size_t         i, k;
    unsigned char  key[2][SP_KEY_SIZE];

    if (RAND_priv_bytes(key[0], sizeof(key)) != 1) {
        return SP_INVALID;
    }

    for (k = 0; k < 2; k++) {
        for (i = 0; i < SP_KEY_SIZE; i++) {
            snprintf(hex[k] + i * 2, 3, "%02x", key[k][i]);
        }
    }

    n = snprintf(text, size,
                 "# SitePreserver's keys: keep this file secret, and keep a"
                 " copy of it.\n"
                 "# The identity key is never replaced: without it the list of"
                 " those who\n"
                 "# must not be mailed is lost.  A new sealing key is a new"
                 " line at the end.\n"
                 "identity %s\n"
                 "sealing 1 %s\n", hex[0], hex[1]);

    OPENSSL_cleanse(key, sizeof(key));
    OPENSSL_cleanse(hex, sizeof(hex));

    return n > 0 && (size_t) n < size ? SP_OK : SP_INVALID;
}


void
sp_secret_fingerprint(const sp_secret_t *secret,
    char text[SP_FINGERPRINT_LEN + 1])
{
    sp_str_t       none = sp_null_string;
    unsigned char  mac[SP_HASH_SIZE];

    text[0] = '\0';

    if (sp_secret_mac(secret, SP_MAC_FINGERPRINT, &none, "", 0, mac)
        == SP_OK)
    {
        text[sp_base64url_encode(text, mac, SP_ID_SIZE)] = '\0';
    }
}


sp_rc_t
sp_secret_id(const sp_secret_t *secret, sp_id_kind_t kind,
    const sp_str_t *shop, const sp_str_t *value, sp_id_t *id)
{
    sp_rc_t        rc;
    sp_memo_key_t  key;

    sp_memo_key(secret, (char) kind, shop, value, &key);

    if (sp_memo_get(secret, &key, id)) {
        return SP_OK;
    }

    rc = sp_secret_id_make(secret, kind, shop, value, id);

    if (rc == SP_OK) {
        sp_memo_add(secret, &key, id);
    }

    return rc;
}


sp_rc_t
sp_secret_id_make(const sp_secret_t *secret, sp_id_kind_t kind,
    const sp_str_t *shop, const sp_str_t *value, sp_id_t *id)
{
    sp_rc_t        rc;
    unsigned char  mac[SP_HASH_SIZE];

    id->text[0] = '\0';

    rc = sp_secret_mac(secret, (char) kind, shop, value->data, value->len,
                       mac);

    if (rc == SP_OK) {
        id->text[sp_base64url_encode(id->text, mac, SP_ID_SIZE)] = '\0';
    }

    return rc;
}


sp_rc_t
sp_secret_mac(const sp_secret_t *secret, char kind, const sp_str_t *shop,
    const void *value, size_t len, unsigned char out[SP_HASH_SIZE])
{
    sp_rc_t      rc;
    EVP_MD_CTX  *ctx;

    ctx = EVP_MD_CTX_new();

    if (ctx == NULL) {
        return SP_NOMEM;
    }

    rc = SP_OK;

    if (EVP_MD_CTX_copy_ex(ctx, secret->inner) != 1
        || EVP_DigestUpdate(ctx, &kind, 1) != 1
        || EVP_DigestUpdate(ctx, shop->data, shop->len) != 1
        || EVP_DigestUpdate(ctx, "", 1) != 1
        || EVP_DigestUpdate(ctx, value, len) != 1
        || EVP_DigestFinal_ex(ctx, out, NULL) != 1
        || EVP_MD_CTX_copy_ex(ctx, secret->outer) != 1
        || EVP_DigestUpdate(ctx, out, SP_HASH_SIZE) != 1
        || EVP_DigestFinal_ex(ctx, out, NULL) != 1)
    {
        rc = SP_NOMEM;
    }

    EVP_MD_CTX_free(ctx);

    return rc;
}


static sp_rc_t
sp_secret_line(sp_secret_t *secret, const sp_str_t *line, const char **why)
{
    sp_str_t  rest, word, id, hex;

    static const sp_str_t  identity = sp_string("identity");
    static const sp_str_t  sealing = sp_string("sealing");

    rest = *line;
    id.len = 0;

    sp_secret_word(&rest, &word);

    if (word.len == 0 || word.data[0] == '#') {
        return SP_OK;
    }

    if (sp_str_eq(&word, &sealing)) {
        sp_secret_word(&rest, &id);

    } else if (!sp_str_eq(&word, &identity)) {
        *why = "neither \"identity\" nor \"sealing\"";
        return SP_INVALID;
    }

    sp_secret_word(&rest, &hex);
    sp_secret_word(&rest, &word);

    if (word.len != 0) {
        *why = "too many words";
        return SP_INVALID;
    }

    if (id.len != 0) {
        return sp_secret_sealing(secret, &id, &hex, why);
    }

    return sp_secret_identity(secret, &hex, why);
}


static sp_rc_t
sp_secret_identity(sp_secret_t *secret, const sp_str_t *hex, const char **why)
{
    sp_rc_t        rc;
    unsigned char  key[SP_KEY_SIZE];

    if (secret->inner != NULL) {
        *why = "a second identity key";
        return SP_INVALID;
    }

    if (sp_secret_hex(key, hex) != SP_OK) {
        *why = "a key must have 64 hexadecimal digits";
        return SP_INVALID;
    }

    rc = sp_secret_block(&secret->inner, secret->md, key, 0x36);

    if (rc == SP_OK) {
        rc = sp_secret_block(&secret->outer, secret->md, key, 0x5c);
    }

    OPENSSL_cleanse(key, sizeof(key));

    *why = "out of memory";

    return rc;
}


static sp_rc_t
sp_secret_sealing(sp_secret_t *secret, const sp_str_t *id,
    const sp_str_t *hex, const char **why)
{
    size_t    i;
    unsigned  n;

    n = 0;

    for (i = 0; i < id->len && i < 4; i++) {

        if (id->data[i] < '0' || id->data[i] > '9') {
            n = 0;
            break;
        }

        n = n * 10 + (id->data[i] - '0');
    }

    if (n == 0 || n > SP_KEYS_MAX) {
        *why = "the id of a sealing key must be 1 to 255";
        return SP_INVALID;
    }

    if (secret->have[n]) {
        *why = "a second sealing key with this id";
        return SP_INVALID;
    }

    if (sp_secret_hex(secret->sealing[n], hex) != SP_OK) {
        *why = "a key must have 64 hexadecimal digits";
        return SP_INVALID;
    }

    secret->have[n] = 1;
    secret->newest = n;

    return SP_OK;
}


/* A digest that has read HMAC's key block. */

static sp_rc_t
sp_secret_block(EVP_MD_CTX **ctx, const EVP_MD *md, const unsigned char *key,
    unsigned char pad)
{
    int            ok;
    size_t         i;
    unsigned char  block[SP_BLOCK_SIZE];

    memset(block, pad, sizeof(block));

    for (i = 0; i < SP_KEY_SIZE; i++) {
        block[i] ^= key[i];
    }

    *ctx = EVP_MD_CTX_new();

    ok = *ctx != NULL
         && EVP_DigestInit_ex2(*ctx, md, NULL) == 1
         && EVP_DigestUpdate(*ctx, block, sizeof(block)) == 1;

    OPENSSL_cleanse(block, sizeof(block));

    return ok ? SP_OK : SP_NOMEM;
}


static sp_rc_t
sp_secret_hex(unsigned char *key, const sp_str_t *hex)
{
    char           c;
    size_t         i;
    unsigned char  value;

    if (hex->len != SP_KEY_SIZE * 2) {
        return SP_INVALID;
    }

    for (i = 0; i < hex->len; i++) {
        c = hex->data[i];

        if (c >= '0' && c <= '9') {
            value = c - '0';

        } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
            value = (c | 0x20) - 'a' + 10;

        } else {
            return SP_INVALID;
        }

        key[i / 2] = i % 2 ? (key[i / 2] << 4) | value : value;
    }

    return SP_OK;
}


/* Takes the next word off a line. */

static void
sp_secret_word(sp_str_t *line, sp_str_t *word)
{
    size_t  i;

    for (i = 0; i < line->len && sp_secret_space(line->data[i]); i++) {
        /* void */
    }

    line->data += i;
    line->len -= i;

    for (i = 0; i < line->len && !sp_secret_space(line->data[i]); i++) {
        /* void */
    }

    word->data = line->data;
    word->len = i;

    line->data += i;
    line->len -= i;
}


static int
sp_secret_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}
