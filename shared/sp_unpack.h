/*
 * Copyright (C) SitePreserver developers
 *
 * Bodies that were compressed for the wire (RFC 9110 section 8.4.1), taken
 * apart as they pass, for whoever only reads along.  Memory and work are
 * bounded whatever is sent.
 */

#ifndef SP_UNPACK_H
#define SP_UNPACK_H

#include "sp_str.h"


#define SP_UNPACK_PIECE   8192      /* bytes handed out at once, at most */
#define SP_UNPACK_MEMORY  (4 * 1024 * 1024)     /* that one may take */


typedef enum {
    SP_PACKED_NOT = 0,
    SP_PACKED_GZIP,
    SP_PACKED_DEFLATE,              /* with zlib's head, or raw */
    SP_PACKED_BROTLI,
    SP_PACKED_OTHER                 /* what cannot be read here */
} sp_packed_t;


/* What a Content-Encoding says; brotli is "other" where it is not built in. */

sp_packed_t sp_packed(const sp_str_t *encoding);


typedef struct sp_unpack_s  sp_unpack_t;


/* NULL: out of memory. */

sp_unpack_t *sp_unpack_create(const sp_pool_t *pool, sp_packed_t packed);


/* Takes a piece; returns SP_AGAIN if it wants more. */

typedef sp_rc_t (*sp_unpack_pt)(void *data, const char *piece, size_t len);


/*
 * Pushes the next piece and hands out what is in it.  SP_AGAIN: more is
 * wanted; SP_INVALID: it cannot be read (any more), or would take too much
 * memory; else what take() returned.
 */

sp_rc_t sp_unpack(sp_unpack_t *unpack, const char *data, size_t len,
    sp_unpack_pt take, void *taker);


/* Non-zero if what was pushed is whole. */

int sp_unpack_whole(const sp_unpack_t *unpack);


#endif /* SP_UNPACK_H */
