/*
 * Copyright (C) SitePreserver developers
 *
 * Ids that were made lately.  A shopper asks again and again with the same
 * cookies, and each costs some HMACs.  Which entry is whose is told by
 * SipHash-2-4 with 128 bits (Aumasson, Bernstein: "SipHash: a fast short-input
 * PRF"), whose key nobody else has: so nobody can choose which entries meet,
 * and what was asked is not kept.
 */

#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "sp_secret_int.h"


#define SP_MEMO_WAYS  2


/* An id without a text: the entry is empty. */

typedef struct {
    uint64_t         hash[2];
    sp_id_t          id;
} sp_memo_entry_t;


struct sp_memo_s {
    uint64_t         secret[2];
    size_t           size;
    size_t           mask;          /* of the sets */
    sp_memo_entry_t  entries[];
};


static inline sp_memo_entry_t *sp_memo_set(sp_memo_t *memo,
    const sp_memo_key_t *key);
static inline void sp_memo_round(uint64_t v[4]);
static inline uint64_t sp_memo_turn(uint64_t word, unsigned bits);


sp_rc_t
sp_secret_remember(sp_secret_t *secret, size_t n)
{
    size_t      sets, size;
    sp_memo_t  *memo;

    for (sets = 1; sets * SP_MEMO_WAYS < n; sets *= 2) {
        /* void */
    }

    size = sizeof(sp_memo_t) + sets * SP_MEMO_WAYS * sizeof(sp_memo_entry_t);

    memo = calloc(1, size);

    if (memo == NULL) {
        return SP_NOMEM;
    }

    if (RAND_priv_bytes((unsigned char *) memo->secret, sizeof(memo->secret))
        != 1)
    {
        free(memo);
        return SP_INVALID;
    }

    memo->size = size;
    memo->mask = sets - 1;

    sp_memo_free(secret->memo);

    secret->memo = memo;

    return SP_OK;
}


void
sp_memo_free(sp_memo_t *memo)
{
    if (memo != NULL) {
        OPENSSL_cleanse(memo, memo->size);
        free(memo);
    }
}


void
sp_memo_key(const sp_secret_t *secret, char kind, const sp_str_t *shop,
    const sp_str_t *value, sp_memo_key_t *key)
{
    size_t         len;
    unsigned char  text[SP_MEMO_MAX];

    len = 1 + shop->len + 1;

    key->some = secret->memo != NULL && shop->len < SP_MEMO_MAX / 2
                && value->len <= SP_MEMO_MAX - len;

    if (!key->some) {
        return;
    }

    /* the same text as for the HMAC */

    text[0] = (unsigned char) kind;
    memcpy(text + 1, shop->data, shop->len);
    text[len - 1] = '\0';

    if (value->len != 0) {
        memcpy(text + len, value->data, value->len);
    }

    sp_memo_hash(secret->memo->secret, text, len + value->len, key->hash);
}


/* In time that does not tell how much of the hash is right. */

int
sp_memo_get(const sp_secret_t *secret, const sp_memo_key_t *key, sp_id_t *id)
{
    unsigned          i;
    sp_memo_entry_t  *set;

    if (!key->some) {
        return 0;
    }

    set = sp_memo_set(secret->memo, key);

    for (i = 0; i < SP_MEMO_WAYS; i++) {

        if (((set[i].hash[0] ^ key->hash[0])
             | (set[i].hash[1] ^ key->hash[1])) == 0
            && set[i].id.text[0] != '\0')
        {
            *id = set[i].id;
            return 1;
        }
    }

    return 0;
}


/* The older one of the set goes. */

void
sp_memo_add(const sp_secret_t *secret, const sp_memo_key_t *key,
    const sp_id_t *id)
{
    sp_memo_entry_t  *set;

    if (!key->some) {
        return;
    }

    set = sp_memo_set(secret->memo, key);

    memmove(set + 1, set, (SP_MEMO_WAYS - 1) * sizeof(sp_memo_entry_t));

    set->hash[0] = key->hash[0];
    set->hash[1] = key->hash[1];
    set->id = *id;
}


static inline sp_memo_entry_t *
sp_memo_set(sp_memo_t *memo, const sp_memo_key_t *key)
{
    return memo->entries + (key->hash[0] & memo->mask) * SP_MEMO_WAYS;
}


/* Words are read as this machine has them: nobody else sees the hashes. */

void
sp_memo_hash(const uint64_t secret[2], const unsigned char *p, size_t len,
    uint64_t hash[2])
{
    size_t    rest;
    unsigned  i;
    uint64_t  v[4], word;

    v[0] = secret[0] ^ UINT64_C(0x736f6d6570736575);
    v[1] = secret[1] ^ UINT64_C(0x646f72616e646f6d) ^ 0xee;
    v[2] = secret[0] ^ UINT64_C(0x6c7967656e657261);
    v[3] = secret[1] ^ UINT64_C(0x7465646279746573);

    for (rest = len; rest >= 8; rest -= 8, p += 8) {
        memcpy(&word, p, 8);

        v[3] ^= word;
        sp_memo_round(v);
        sp_memo_round(v);
        v[0] ^= word;
    }

    for (word = (uint64_t) len << 56; rest != 0; rest--) {
        word |= (uint64_t) p[rest - 1] << (rest - 1) * 8;
    }

    v[3] ^= word;
    sp_memo_round(v);
    sp_memo_round(v);
    v[0] ^= word;

    v[2] ^= 0xee;

    for (i = 0; i < 4; i++) {
        sp_memo_round(v);
    }

    hash[0] = v[0] ^ v[1] ^ v[2] ^ v[3];

    v[1] ^= 0xdd;

    for (i = 0; i < 4; i++) {
        sp_memo_round(v);
    }

    hash[1] = v[0] ^ v[1] ^ v[2] ^ v[3];
}


static inline void
sp_memo_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = sp_memo_turn(v[1], 13) ^ v[0];
    v[3] = sp_memo_turn(v[3], 16) ^ v[2];
    v[0] = sp_memo_turn(v[0], 32);

    v[2] += v[1];
    v[0] += v[3];
    v[1] = sp_memo_turn(v[1], 17) ^ v[2];
    v[3] = sp_memo_turn(v[3], 21) ^ v[0];
    v[2] = sp_memo_turn(v[2], 32);
}


static inline uint64_t
sp_memo_turn(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}
