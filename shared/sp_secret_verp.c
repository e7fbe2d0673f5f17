/*
 * Copyright (C) SitePreserver developers
 *
 * Tokens of return paths: base32 (RFC 4648 6) in lower case, since a mail
 * server may change the case of an address.
 */

#include <openssl/crypto.h>

#include "sp_secret_int.h"


#define SP_VERP_BODY  (SP_ID_SIZE + 8)      /* shopper, rescue, step */
#define SP_VERP_MAC   6
#define SP_VERP_SIZE  (SP_VERP_BODY + SP_VERP_MAC)


static void sp_verp_encode(char *out, const unsigned char *in);
static sp_rc_t sp_verp_decode(unsigned char *out, const char *in);


static const char  sp_verp_text[] = "abcdefghijklmnopqrstuvwxyz234567";


sp_rc_t
sp_verp_make(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_verp_t *verp, char out[SP_VERP_LEN + 1])
{
    size_t         i, len;
    sp_rc_t        rc;
    sp_str_t       shopper;
    unsigned char  body[SP_VERP_SIZE], mac[SP_HASH_SIZE];

    out[0] = '\0';
    shopper.data = verp->shopper.text;
    shopper.len = strlen(verp->shopper.text);

    if (sp_base64url_decode(body, SP_ID_SIZE, &len, &shopper) != SP_OK
        || len != SP_ID_SIZE)
    {
        return SP_INVALID;
    }

    for (i = 0; i < 4; i++) {
        body[SP_ID_SIZE + i] = (verp->rescue >> (24 - 8 * i)) & 0xff;
        body[SP_ID_SIZE + 4 + i] = (verp->step >> (24 - 8 * i)) & 0xff;
    }

    rc = sp_secret_mac(secret, SP_MAC_VERP, shop, body, SP_VERP_BODY, mac);

    if (rc == SP_OK) {
        memcpy(body + SP_VERP_BODY, mac, SP_VERP_MAC);
        sp_verp_encode(out, body);
    }

    return rc;
}


sp_rc_t
sp_verp_read(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_str_t *text, sp_verp_t *verp)
{
    size_t         i;
    sp_rc_t        rc;
    unsigned char  body[SP_VERP_SIZE], mac[SP_HASH_SIZE];

    if (text->len != SP_VERP_LEN || sp_verp_decode(body, text->data) != SP_OK)
    {
        return SP_INVALID;
    }

    rc = sp_secret_mac(secret, SP_MAC_VERP, shop, body, SP_VERP_BODY, mac);

    if (rc != SP_OK) {
        return rc;
    }

    if (CRYPTO_memcmp(mac, body + SP_VERP_BODY, SP_VERP_MAC) != 0) {
        return SP_INVALID;
    }

    verp->shopper.text[sp_base64url_encode(verp->shopper.text, body,
                                           SP_ID_SIZE)] = '\0';
    verp->rescue = 0;
    verp->step = 0;

    for (i = 0; i < 4; i++) {
        verp->rescue = verp->rescue << 8 | body[SP_ID_SIZE + i];
        verp->step = verp->step << 8 | body[SP_ID_SIZE + 4 + i];
    }

    return SP_OK;
}


/* 30 bytes are 48 characters: nothing is left over. */

static void
sp_verp_encode(char *out, const unsigned char *in)
{
    size_t    i, n;
    unsigned  bits, acc;

    n = 0;
    acc = 0;
    bits = 0;

    for (i = 0; i < SP_VERP_SIZE; i++) {
        acc = ((acc << 8) | in[i]) & 0xfff;
        bits += 8;

        while (bits >= 5) {
            bits -= 5;
            out[n++] = sp_verp_text[(acc >> bits) & 31];
        }
    }

    out[n] = '\0';
}


static sp_rc_t
sp_verp_decode(unsigned char *out, const char *in)
{
    char         c;
    size_t       i, n;
    unsigned     bits, acc;
    const char  *p;

    n = 0;
    acc = 0;
    bits = 0;

    for (i = 0; i < SP_VERP_LEN; i++) {
        c = in[i] >= 'A' && in[i] <= 'Z' ? (char) (in[i] | 0x20) : in[i];
        p = c != '\0' ? strchr(sp_verp_text, c) : NULL;

        if (p == NULL) {
            return SP_INVALID;
        }

        acc = ((acc << 5) | (unsigned) (p - sp_verp_text)) & 0xfff;
        bits += 5;

        if (bits >= 8) {
            bits -= 8;
            out[n++] = (acc >> bits) & 0xff;
        }
    }

    return SP_OK;
}
