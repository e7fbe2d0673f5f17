/*
 * Copyright (C) SitePreserver developers
 *
 * A Content-Encoding on the first line, then what is packed so: whole and in
 * pieces it must be the same, and end.
 *
 * Runs: 3000
 */

#include "fuzz.h"
#include "sp_unpack.h"


#define OUT_MAX  (256 * 1024)       /* as much of an answer is looked at */


typedef struct {
    size_t     len;
    uint32_t   hash;
} out_t;


static sp_rc_t
take(void *data, const char *piece, size_t len)
{
    size_t   i;
    out_t   *out;

    out = data;
    must(len != 0 && len <= SP_UNPACK_PIECE && out->len < OUT_MAX);

    for (i = 0; i < len && out->len < OUT_MAX; i++, out->len++) {
        out->hash = (out->hash ^ (unsigned char) piece[i]) * 16777619u;
    }

    return out->len == OUT_MAX ? SP_DONE : SP_AGAIN;
}


/* *whole: it ended as it should. */

static sp_rc_t
unpack(sp_packed_t packed, sp_str_t s, size_t max, out_t *out, int *whole)
{
    sp_rc_t       rc;
    sp_str_t      piece;
    sp_unpack_t  *u;

    memset(out, 0, sizeof(out_t));
    *whole = 0;

    u = sp_unpack_create(pool, packed);
    if (u == NULL) {
        return SP_NOMEM;
    }

    rc = SP_AGAIN;

    while (rc == SP_AGAIN && fuzz_piece(&s, max, &piece)) {
        rc = sp_unpack(u, piece.data, piece.len, take, out);
        fuzz_free(&piece);
    }

    must(rc == SP_AGAIN || rc == SP_DONE || rc == SP_INVALID
         || rc == SP_NOMEM);

    if (rc == SP_INVALID) {
        must(!sp_unpack_whole(u));
        must(sp_unpack(u, "x", 1, take, out) == SP_INVALID);
    }

    *whole = rc == SP_AGAIN && sp_unpack_whole(u);

    return rc;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int          one, two;
    out_t        whole, pieces;
    sp_rc_t      a, b;
    sp_str_t     s, encoding;
    sp_packed_t  packed;

    s = fuzz_begin(data, size);
    encoding = fuzz_line(&s);
    packed = sp_packed(&encoding);

    if (packed == SP_PACKED_NOT || packed == SP_PACKED_OTHER) {
        return 0;
    }

    a = unpack(packed, s, 0, &whole, &one);
    b = unpack(packed, s, size ? data[0] % 7 + 1 : 1, &pieces, &two);

    /* without memory either may have ended earlier */

    if (size == 0 || data[0] < 32) {
        return 0;
    }

    must(a == b && one == two);

    /* how much comes before what is wrong is nobody's word */

    must(a == SP_INVALID
         || (whole.len == pieces.len && whole.hash == pieces.hash));

    return 0;
}
