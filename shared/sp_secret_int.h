/*
 * Copyright (C) SitePreserver developers
 *
 * What the files of sp_secret share.
 */

#ifndef SP_SECRET_INT_H
#define SP_SECRET_INT_H

#include <openssl/evp.h>

#include "sp_secret.h"


#define SP_KEY_SIZE      32         /* bytes of a key of either kind */
#define SP_HASH_SIZE     32         /* SHA-256 */
#define SP_ID_SIZE       16         /* bytes of an id before base64url */
#define SP_MAC_SIZE      8          /* of a cookie or a token */
#define SP_KEYS_MAX      255        /* sealing keys; their ids are 1 to 255 */


/*
 * inner and outer are SHA-256 after the identity key's block (RFC 2104): an
 * id copies them, which costs half of what setting a key costs.
 */

struct sp_secret_s {
    EVP_MD         *md;
    EVP_MD_CTX     *inner;
    EVP_MD_CTX     *outer;
    EVP_CIPHER     *cipher;

    unsigned char   sealing[SP_KEYS_MAX + 1][SP_KEY_SIZE];
    unsigned char   have[SP_KEYS_MAX + 1];
    unsigned        newest;         /* id of the key that seals; 0: none */
};


/*
 * HMAC-SHA256(identity key, kind | shop | 0 | value): kinds that are no
 * sp_id_kind_t keep what is made for one purpose from meaning anything for
 * another.
 */

#define SP_MAC_COOKIE       'K'
#define SP_MAC_TOKEN        'T'
#define SP_MAC_FINGERPRINT  'F'
#define SP_MAC_VERP         'V'

sp_rc_t sp_secret_mac(const sp_secret_t *secret, char kind,
    const sp_str_t *shop, const void *value, size_t len,
    unsigned char out[SP_HASH_SIZE]);


/*
 * base64url (RFC 4648 5) without padding.  sp_base64url_encode() writes no
 * NUL and returns the length of the text; sp_base64url_decode() takes only the
 * one canonical text of some bytes, at most size of them, and returns
 * SP_INVALID for any other.
 */

#define sp_base64url_len(n)  (((n) * 4 + 2) / 3)

size_t sp_base64url_encode(char *out, const unsigned char *in, size_t len);
sp_rc_t sp_base64url_decode(unsigned char *out, size_t size, size_t *len,
    const sp_str_t *text);


#endif /* SP_SECRET_INT_H */
