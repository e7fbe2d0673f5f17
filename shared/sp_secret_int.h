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

typedef struct sp_memo_s  sp_memo_t;


struct sp_secret_s {
    EVP_MD         *md;
    EVP_MD_CTX     *inner;
    EVP_MD_CTX     *outer;
    EVP_CIPHER     *cipher;

    unsigned char   sealing[SP_KEYS_MAX + 1][SP_KEY_SIZE];
    unsigned char   have[SP_KEYS_MAX + 1];
    unsigned        newest;         /* id of the key that seals; 0: none */

    sp_memo_t      *memo;           /* NULL: nothing is remembered */
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


/* As sp_secret_id(), which remembers it. */

sp_rc_t sp_secret_id_make(const sp_secret_t *secret, sp_id_kind_t kind,
    const sp_str_t *shop, const sp_str_t *value, sp_id_t *id);


/*
 * Ids that are remembered (sp_secret_remember()), each by what it was asked
 * for: a kind, which may be an SP_MAC_*, a shop and a value.  What makes more
 * than SP_MEMO_MAX bytes has no key (some is zero): it is never there, and
 * never added.  sp_memo_get() is zero if the id is not there.
 */

#define SP_MEMO_MAX  512

typedef struct {
    uint64_t        hash[2];
    unsigned        some:1;
} sp_memo_key_t;

void sp_memo_key(const sp_secret_t *secret, char kind, const sp_str_t *shop,
    const sp_str_t *value, sp_memo_key_t *key);
int sp_memo_get(const sp_secret_t *secret, const sp_memo_key_t *key,
    sp_id_t *id);
void sp_memo_add(const sp_secret_t *secret, const sp_memo_key_t *key,
    const sp_id_t *id);
void sp_memo_free(sp_memo_t *memo);


/* SipHash-2-4 with 128 bits of output, as two words of this machine. */

void sp_memo_hash(const uint64_t secret[2], const unsigned char *p,
    size_t len, uint64_t hash[2]);


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
