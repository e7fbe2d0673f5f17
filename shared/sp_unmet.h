/*
 * Copyright (C) SitePreserver developers
 *
 * Requests that no rule meets, remembered: the same pictures, scripts and pages
 * are asked for again and again, so that to most requests the rules need not be
 * shown.  A worker has one such memory for all servers.
 *
 * What is kept of a request is a hash of 64 bits under a secret of the process,
 * so that nobody can make one that is taken for another; a new one takes the
 * place of an old one, so that a flood of URIs costs no more than not to
 * remember.
 */

#ifndef SP_UNMET_H
#define SP_UNMET_H

#include "sp_str.h"


#define SP_UNMET_BITS  10


typedef struct {
    uint64_t     secret[2];         /* random, from the owner */
    uint64_t     keys[1 << SP_UNMET_BITS];  /* 0: none */
} sp_unmet_t;


/* The product, of 128 bits, folded. */

#ifdef __SIZEOF_INT128__

__extension__ typedef unsigned __int128  sp_unmet_product_t;

static inline uint64_t
sp_unmet_fold(uint64_t a, uint64_t b)
{
    sp_unmet_product_t  product;

    product = (sp_unmet_product_t) a * b;

    return (uint64_t) product ^ (uint64_t) (product >> 64);
}

#else

static inline uint64_t
sp_unmet_fold(uint64_t a, uint64_t b)
{
    uint64_t  low, middle, other;

    low = (a & 0xffffffff) * (b & 0xffffffff);
    middle = (a >> 32) * (b & 0xffffffff) + (low >> 32);
    other = (a & 0xffffffff) * (b >> 32) + (middle & 0xffffffff);

    return (other << 32 | (low & 0xffffffff))
           ^ ((a >> 32) * (b >> 32) + (middle >> 32) + (other >> 32));
}

#endif


static inline uint64_t
sp_unmet_load(const char *p)
{
    uint64_t  value;

    memcpy(&value, p, sizeof(value));

    return value;
}


/*
 * The hash so far, which knows how long the string is, with the string: 16 bytes
 * a multiplication, of which the last may overlap with those before.  Both
 * factors are secret, or who knows one could make it 0.
 */

static inline uint64_t
sp_unmet_add(const sp_unmet_t *unmet, uint64_t hash, const char *p, size_t len)
{
    uint64_t     a, b;
    uint32_t     head, tail;
    const char  *last;

    if (len >= 16) {
        last = p + len - 16;

        for ( /* void */ ; p < last; p += 16) {
            hash = sp_unmet_fold(sp_unmet_load(p) ^ unmet->secret[1],
                                 sp_unmet_load(p + 8) ^ hash);
        }

        a = sp_unmet_load(last);
        b = sp_unmet_load(last + 8);

    } else if (len >= 8) {
        a = sp_unmet_load(p);
        b = sp_unmet_load(p + len - 8);

    } else if (len >= 4) {
        memcpy(&head, p, sizeof(head));
        memcpy(&tail, p + len - 4, sizeof(tail));
        a = head;
        b = tail;

    } else {
        a = 0;
        b = 0;

        for ( /* void */ ; len != 0; len--) {
            a = a << 8 | (unsigned char) *p++;
        }
    }

    return sp_unmet_fold(a ^ unmet->secret[1], b ^ hash);
}


/* Of arguments that do not follow their URI: kept apart, as few are so. */

static __attribute__((noinline)) uint64_t
sp_unmet_parts(const sp_unmet_t *unmet, uint64_t hash, const sp_str_t *uri,
    const sp_str_t *args)
{
    hash = sp_unmet_add(unmet, hash, args->data, args->len);

    return sp_unmet_add(unmet, hash, uri->data, uri->len) | 1;
}


/*
 * The key of a request; whose: the rules that it is shown to.  Where the URI is
 * as it came, its arguments are one string with it.  The method, of 16 bits, and
 * the lengths, of 24 at most, are multiplied before anything that the client
 * wrote is added: what is only in the upper bits of a sum would stay there, and
 * some other last bytes make up for it.
 */

static inline uint64_t
sp_unmet_key(const sp_unmet_t *unmet, const void *whose, uint64_t method,
    const sp_str_t *uri, const sp_str_t *args)
{
    size_t    len;
    uint64_t  hash;

    len = uri->len;
    hash = sp_unmet_fold(unmet->secret[0] ^ (uintptr_t) whose,
                         unmet->secret[1] ^ method ^ (uint64_t) len << 16
                         ^ (uint64_t) args->len << 40);

    if (args->len != 0) {

        if (args->data != uri->data + len + 1) {
            return sp_unmet_parts(unmet, hash, uri, args);
        }

        len += 1 + args->len;
    }

    return sp_unmet_add(unmet, hash, uri->data, len) | 1;
}


/* Forgets all, and its secret, which is to be set then. */

static inline void
sp_unmet_init(sp_unmet_t *unmet)
{
    memset(unmet, 0, sizeof(sp_unmet_t));
}


/* Non-zero if it has a secret, without which nothing may be put into it. */

static inline int
sp_unmet_ready(const sp_unmet_t *unmet)
{
    return unmet->secret[1] != 0;
}


/* The place of a key. */

static inline size_t
sp_unmet_place(uint64_t key)
{
    return (size_t) (key >> (64 - SP_UNMET_BITS));
}


static inline int
sp_unmet_has(const sp_unmet_t *unmet, uint64_t key)
{
    return unmet->keys[sp_unmet_place(key)] == key;
}


static inline void
sp_unmet_put(sp_unmet_t *unmet, uint64_t key)
{
    unmet->keys[sp_unmet_place(key)] = key;
}


#endif /* SP_UNMET_H */
