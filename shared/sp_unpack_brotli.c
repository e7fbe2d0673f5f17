/*
 * Copyright (C) SitePreserver developers
 *
 * Brotli (RFC 7932), where its library is there.
 */

#include "sp_unpack_int.h"


#ifdef SP_BROTLI

#include <brotli/decode.h>


struct unpack_brotli_s {
    BrotliDecoderState  *state;
};


int
unpack_brotli_there(void)
{
    return 1;
}


unpack_brotli_t *
unpack_brotli_create(const sp_pool_t *pool, unpack_memory_t *memory)
{
    unpack_brotli_t  *brotli;

    brotli = sp_alloc(pool, sizeof(unpack_brotli_t));
    if (brotli == NULL) {
        return NULL;
    }

    brotli->state = BrotliDecoderCreateInstance(unpack_alloc, unpack_free,
                                                memory);

    return brotli->state != NULL ? brotli : NULL;
}


sp_rc_t
unpack_brotli(unpack_brotli_t *brotli, const char *data, size_t len,
    char *piece, sp_unpack_pt take, void *taker, int *whole)
{
    size_t               room;
    sp_rc_t              rc;
    uint8_t             *out;
    const uint8_t       *in;
    BrotliDecoderResult  result;

    in = (const uint8_t *) data;

    do {
        out = (uint8_t *) piece;
        room = SP_UNPACK_PIECE;

        result = BrotliDecoderDecompressStream(brotli->state, &len, &in, &room,
                                               &out, NULL);

        *whole = result == BROTLI_DECODER_RESULT_SUCCESS;

        if (room != SP_UNPACK_PIECE) {
            rc = take(taker, piece, SP_UNPACK_PIECE - room);
            if (rc != SP_AGAIN) {
                return rc;
            }
        }

    } while (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT);

    return result == BROTLI_DECODER_RESULT_ERROR ? SP_INVALID : SP_AGAIN;
}


#else


int
unpack_brotli_there(void)
{
    return 0;
}


unpack_brotli_t *
unpack_brotli_create(const sp_pool_t *pool, unpack_memory_t *memory)
{
    return NULL;
}


sp_rc_t
unpack_brotli(unpack_brotli_t *brotli, const char *data, size_t len,
    char *piece, sp_unpack_pt take, void *taker, int *whole)
{
    *whole = 0;

    return SP_INVALID;
}


#endif
