/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_unpack_int.h"
#include "sp_words.h"

#include <zlib.h>


#define UNPACK_WINDOW  15           /* bits; + 16: with gzip's head */


struct sp_unpack_s {
    sp_packed_t       packed;
    unpack_memory_t   memory;
    z_stream          z;
    unpack_brotli_t  *brotli;

    unsigned char     head[2];      /* of a body that may be raw */
    unsigned          nhead;

    unsigned          begun:1;
    unsigned          whole:1;
    unsigned          over:1;       /* what comes behind it is none of it */
    unsigned          failed:1;

    char              piece[SP_UNPACK_PIECE];
};


/* In front of each block of memory. */

typedef union {
    size_t            size;
    max_align_t       align;
} unpack_block_t;


static sp_rc_t unpack_begin(sp_unpack_t *u, int bits);
static sp_rc_t unpack_deflate(sp_unpack_t *u, const char *data, size_t len,
    sp_unpack_pt take, void *taker);
static sp_rc_t unpack_inflate(sp_unpack_t *u, const unsigned char *data,
    size_t len, sp_unpack_pt take, void *taker);
static voidpf unpack_zalloc(voidpf memory, uInt n, uInt size);


sp_packed_t
sp_packed(const sp_str_t *encoding)
{
    size_t    i;
    unsigned  n;
    char      text[16];
    sp_str_t  word;

    static const struct {
        const char   *name;
        sp_packed_t   packed;
    } names[] = {
        { "", SP_PACKED_NOT }, { "identity", SP_PACKED_NOT },
        { "gzip", SP_PACKED_GZIP }, { "x-gzip", SP_PACKED_GZIP },
        { "deflate", SP_PACKED_DEFLATE }, { "br", SP_PACKED_BROTLI }
    };

    word = *encoding;

    while (word.len != 0 && word.data[word.len - 1] == ' ') {
        word.len--;
    }

    while (word.len != 0 && *word.data == ' ') {
        word.data++;
        word.len--;
    }

    if (word.len > sizeof(text)) {
        return SP_PACKED_OTHER;
    }

    for (i = 0; i < word.len; i++) {
        text[i] = word.data[i];

        if (text[i] >= 'A' && text[i] <= 'Z') {
            text[i] = (char) (text[i] | 0x20);
        }
    }

    word.data = text;

    for (n = 0; n < sizeof(names) / sizeof(names[0]); n++) {

        if (sp_word_is(&word, names[n].name)) {
            return names[n].packed != SP_PACKED_BROTLI
                   || unpack_brotli_there() ? names[n].packed
                                            : SP_PACKED_OTHER;
        }
    }

    return SP_PACKED_OTHER;
}


sp_unpack_t *
sp_unpack_create(const sp_pool_t *pool, sp_packed_t packed)
{
    sp_unpack_t  *u;

    u = sp_alloc(pool, sizeof(sp_unpack_t));
    if (u == NULL) {
        return NULL;
    }

    memset(u, 0, offsetof(sp_unpack_t, piece));

    u->packed = packed;
    u->memory.pool = pool;

    if (packed == SP_PACKED_BROTLI) {
        u->brotli = unpack_brotli_create(pool, &u->memory);

        if (u->brotli == NULL) {
            return NULL;
        }
    }

    return u;
}


sp_rc_t
sp_unpack(sp_unpack_t *u, const char *data, size_t len, sp_unpack_pt take,
    void *taker)
{
    int      whole;
    sp_rc_t  rc;

    if (u->failed || (u->packed != SP_PACKED_GZIP
                      && u->packed != SP_PACKED_DEFLATE
                      && u->packed != SP_PACKED_BROTLI))
    {
        return SP_INVALID;
    }

    if (len == 0 || u->over || (u->whole && u->packed != SP_PACKED_GZIP)) {
        return SP_AGAIN;
    }

    switch (u->packed) {

    case SP_PACKED_BROTLI:
        rc = unpack_brotli(u->brotli, data, len, u->piece, take, taker,
                           &whole);
        u->whole = (unsigned) whole;
        break;

    case SP_PACKED_GZIP:
        rc = u->begun ? SP_AGAIN : unpack_begin(u, UNPACK_WINDOW + 16);

        if (rc == SP_AGAIN) {
            rc = unpack_inflate(u, (const unsigned char *) data, len, take,
                                taker);
        }

        break;

    default:
        rc = unpack_deflate(u, data, len, take, taker);
        break;
    }

    u->failed = rc == SP_INVALID;

    return rc;
}


int
sp_unpack_whole(const sp_unpack_t *u)
{
    return u->whole && !u->failed;
}


static sp_rc_t
unpack_begin(sp_unpack_t *u, int bits)
{
    int  rc;

    u->begun = 1;

    u->z.zalloc = unpack_zalloc;
    u->z.zfree = unpack_free;
    u->z.opaque = &u->memory;

    rc = inflateInit2(&u->z, bits);

    return rc == Z_OK ? SP_AGAIN : rc == Z_MEM_ERROR ? SP_NOMEM : SP_INVALID;
}


/*
 * Many servers say deflate and send it raw.  zlib's head is two bytes, which
 * are a multiple of 31 and name the method.
 */

static sp_rc_t
unpack_deflate(sp_unpack_t *u, const char *data, size_t len,
    sp_unpack_pt take, void *taker)
{
    int      raw;
    sp_rc_t  rc;

    if (!u->begun) {

        while (u->nhead < 2 && len != 0) {
            u->head[u->nhead++] = (unsigned char) *data++;
            len--;
        }

        if (u->nhead < 2) {
            return SP_AGAIN;
        }

        raw = (u->head[0] & 0x0f) != Z_DEFLATED
              || u->head[0] >> 4 > UNPACK_WINDOW - 8
              || (u->head[0] * 256u + u->head[1]) % 31 != 0;

        rc = unpack_begin(u, raw ? -UNPACK_WINDOW : UNPACK_WINDOW);

        if (rc == SP_AGAIN) {
            rc = unpack_inflate(u, u->head, 2, take, taker);
        }

        if (rc != SP_AGAIN) {
            return rc;
        }
    }

    return unpack_inflate(u, (const unsigned char *) data, len, take, taker);
}


/* What gzip packs may be several bodies, one behind the other. */

static sp_rc_t
unpack_inflate(sp_unpack_t *u, const unsigned char *data, size_t len,
    sp_unpack_pt take, void *taker)
{
    int      z;
    size_t   n;
    sp_rc_t  rc;

    if (len > UINT32_MAX) {
        return SP_INVALID;
    }

    u->z.next_in = (z_const Bytef *) data;
    u->z.avail_in = (uInt) len;

    for ( ;; ) {

        if (u->whole) {

            if (u->z.avail_in == 0) {
                return SP_AGAIN;
            }

            if (u->packed != SP_PACKED_GZIP || *u->z.next_in != 0x1f) {
                u->over = 1;
                return SP_AGAIN;
            }

            u->whole = 0;

            if (inflateReset(&u->z) != Z_OK) {
                return SP_INVALID;
            }
        }

        u->z.next_out = (Bytef *) u->piece;
        u->z.avail_out = SP_UNPACK_PIECE;

        z = inflate(&u->z, Z_NO_FLUSH);

        u->whole = z == Z_STREAM_END;
        n = SP_UNPACK_PIECE - u->z.avail_out;

        if (n != 0) {
            rc = take(taker, u->piece, n);
            if (rc != SP_AGAIN) {
                return rc;
            }
        }

        if (z == Z_MEM_ERROR) {
            return SP_NOMEM;
        }

        if (z != Z_OK && z != Z_STREAM_END) {
            return z == Z_BUF_ERROR && u->z.avail_in == 0 ? SP_AGAIN
                                                          : SP_INVALID;
        }

        if (u->z.avail_in == 0 && u->z.avail_out != 0) {
            return SP_AGAIN;
        }
    }
}


static voidpf
unpack_zalloc(voidpf memory, uInt n, uInt size)
{
    return unpack_alloc(memory, (size_t) n * size);
}


void *
unpack_alloc(void *data, size_t size)
{
    unsigned          i;
    unpack_block_t   *block;
    unpack_memory_t  *memory;

    memory = data;

    for (i = 0; i < UNPACK_FREED; i++) {
        block = memory->freed[i];

        if (block != NULL && block->size >= size && block->size / 2 <= size) {
            memory->freed[i] = NULL;
            return block + 1;
        }
    }

    if (size > SP_UNPACK_MEMORY - memory->used) {
        return NULL;
    }

    block = sp_alloc(memory->pool, sizeof(unpack_block_t) + size);
    if (block == NULL) {
        return NULL;
    }

    memory->used += size;
    block->size = size;

    return block + 1;
}


void
unpack_free(void *data, void *p)
{
    unsigned          i;
    unpack_memory_t  *memory;

    memory = data;

    for (i = 0; i < UNPACK_FREED && p != NULL; i++) {
        if (memory->freed[i] == NULL) {
            memory->freed[i] = (unpack_block_t *) p - 1;
            return;
        }
    }
}
