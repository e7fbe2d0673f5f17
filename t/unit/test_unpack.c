/*
 * Copyright (C) SitePreserver developers
 */

#include "readers.h"
#include "sp_unpack.h"

#include <zlib.h>


#define GZIP     31                 /* zlib's window bits */
#define ZLIB     15
#define RAW      (-15)


/* A text that was compressed by "brotli -w 22", and 2,000,000 spaces. */

static const char  brotli_text[] =
    "\x8b\x1e\x80{\"items\":[{\"id\":\"7\",\"qty\":2},{\"id\":\"8\",\"qty\":1}]"
    ",\"total\":\"30\"}\x03";
static const char  brotli_spaces[] =
    "\x9b\x7f\x84\x1e\x00\x24\x40\xe2\xb1\x40\x72\xf8\x3c";

static const char  text[] =
    "{\"items\":[{\"id\":\"7\",\"qty\":2},{\"id\":\"8\",\"qty\":1}],"
    "\"total\":\"30\"}";


typedef struct {
    char    *data;
    size_t   len;
    size_t   limit;                 /* then no more is taken */
    int      wrong;                 /* something else than spaces */
} taken_t;


static sp_str_t
compressed(const char *data, size_t len, int bits)
{
    char      *out;
    z_stream   z;
    sp_str_t   s;

    memset(&z, 0, sizeof(z));
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, bits, 8,
                                  Z_DEFAULT_STRATEGY), Z_OK);

    s.len = deflateBound(&z, len) + 100;
    out = sp_alloc(pool, s.len);
    assert_non_null(out);

    z.next_in = (z_const Bytef *) data;
    z.avail_in = (uInt) len;
    z.next_out = (Bytef *) out;
    z.avail_out = (uInt) s.len;

    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);

    s.data = out;
    s.len -= z.avail_out;
    deflateEnd(&z);

    return s;
}


static sp_rc_t
take(void *data, const char *piece, size_t len)
{
    size_t    i;
    taken_t  *taken;

    taken = data;

    assert_true(len > 0 && len <= SP_UNPACK_PIECE);

    if (taken->data != NULL) {
        assert_true(taken->len + len <= 100000);
        memcpy(taken->data + taken->len, piece, len);

    } else {
        for (i = 0; i < len; i++) {
            taken->wrong |= piece[i] != ' ';
        }
    }

    taken->len += len;

    return taken->limit != 0 && taken->len >= taken->limit ? SP_DONE
                                                           : SP_AGAIN;
}


/* Unpacks in pieces of a size; *whole: at the end. */

static sp_rc_t
unpack(sp_packed_t packed, const char *data, size_t len, size_t piece,
    taken_t *taken, int *whole)
{
    size_t        i, n;
    sp_rc_t       rc;
    sp_str_t      copy;
    sp_unpack_t  *u;

    u = sp_unpack_create(pool, packed);
    assert_non_null(u);

    rc = SP_AGAIN;

    for (i = 0; i < len && rc == SP_AGAIN; i += n) {
        n = piece < len - i ? piece : len - i;
        copy = exact(data + i, n);
        rc = sp_unpack(u, copy.data, copy.len, take, taken);
    }

    *whole = sp_unpack_whole(u);

    if (rc == SP_INVALID) {
        assert_int_equal(sp_unpack(u, data, len, take, taken), SP_INVALID);
        assert_false(*whole);
    }

    return rc;
}


static void
check(sp_packed_t packed, const char *data, size_t len, const char *expected)
{
    int      whole;
    char     out[100000];
    size_t   piece;
    taken_t  taken;

    for (piece = 1; piece <= len; piece = piece < 40 ? piece + 1 : len + 1) {
        memset(&taken, 0, sizeof(taken));
        taken.data = out;

        assert_int_equal(unpack(packed, data, len, piece, &taken, &whole),
                         SP_AGAIN);
        assert_true(whole);
        assert_int_equal(taken.len, strlen(expected));
        assert_memory_equal(out, expected, taken.len);
    }
}


static void
test_names(void **state)
{
    size_t    i;
    sp_str_t  in;

    static const struct {
        const char   *name;
        sp_packed_t   packed;
    } cases[] = {
        { "", SP_PACKED_NOT }, { "identity", SP_PACKED_NOT },
        { " Identity ", SP_PACKED_NOT }, { "gzip", SP_PACKED_GZIP },
        { "GZip", SP_PACKED_GZIP }, { "x-gzip", SP_PACKED_GZIP },
        { "deflate", SP_PACKED_DEFLATE }, { "zstd", SP_PACKED_OTHER },
        { "gzip, br", SP_PACKED_OTHER }, { "gzip,gzip", SP_PACKED_OTHER },
        { "compress", SP_PACKED_OTHER }, { "gzipgzipgzipgzipgzip",
        SP_PACKED_OTHER }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        in = exact(cases[i].name, strlen(cases[i].name));
        assert_int_equal(sp_packed(&in), cases[i].packed);
    }

    in = str("br");
#ifdef SP_BROTLI
    assert_int_equal(sp_packed(&in), SP_PACKED_BROTLI);
#else
    assert_int_equal(sp_packed(&in), SP_PACKED_OTHER);
#endif
}


static void
test_texts(void **state)
{
    sp_str_t  s;

    s = compressed(text, strlen(text), GZIP);
    check(SP_PACKED_GZIP, s.data, s.len, text);

    s = compressed(text, strlen(text), ZLIB);
    check(SP_PACKED_DEFLATE, s.data, s.len, text);

    s = compressed(text, strlen(text), RAW);
    check(SP_PACKED_DEFLATE, s.data, s.len, text);

    s = compressed("", 0, GZIP);
    check(SP_PACKED_GZIP, s.data, s.len, "");

#ifdef SP_BROTLI
    check(SP_PACKED_BROTLI, brotli_text, sizeof(brotli_text) - 1, text);
#endif
}


/* Several bodies behind each other, and what does not belong to any. */

static void
test_members(void **state)
{
    char      *both;
    sp_str_t   a, b;

    a = compressed("one, ", 5, GZIP);
    b = compressed("two", 3, GZIP);

    both = sp_alloc(pool, a.len + b.len + 3);
    assert_non_null(both);

    memcpy(both, a.data, a.len);
    memcpy(both + a.len, b.data, b.len);
    memcpy(both + a.len + b.len, "\0\0\0", 3);

    check(SP_PACKED_GZIP, both, a.len + b.len, "one, two");
    check(SP_PACKED_GZIP, both, a.len + b.len + 3, "one, two");

    /* what follows them is none, however it goes on in the next piece */

    memcpy(both + a.len + b.len, "\0\x1f\x8b", 3);
    check(SP_PACKED_GZIP, both, a.len + b.len + 3, "one, two");

    a = compressed("one", 3, ZLIB);
    memcpy(both, a.data, a.len);
    memcpy(both + a.len, "\x1f\x8b", 2);
    check(SP_PACKED_DEFLATE, both, a.len + 2, "one");
}


static void
test_broken(void **state)
{
    int       whole;
    size_t    i;
    taken_t   taken;
    sp_str_t  s;

    memset(&taken, 0, sizeof(taken));

    s = compressed(text, strlen(text), GZIP);

    for (i = 1; i < s.len; i++) {
        assert_int_equal(unpack(SP_PACKED_GZIP, s.data, i, 7, &taken, &whole),
                         SP_AGAIN);
        assert_false(whole);
    }

    assert_int_equal(unpack(SP_PACKED_GZIP, text, strlen(text), 7, &taken,
                            &whole), SP_INVALID);
    assert_int_equal(unpack(SP_PACKED_DEFLATE, "\xff\xff\xff", 3, 1, &taken,
                            &whole), SP_INVALID);
    assert_int_equal(unpack(SP_PACKED_OTHER, text, 3, 3, &taken, &whole),
                     SP_INVALID);
    assert_int_equal(unpack(SP_PACKED_NOT, text, 3, 3, &taken, &whole),
                     SP_INVALID);

    /* the sum at its end is another one */

    ((char *) s.data)[s.len - 6] ^= 1;
    assert_int_equal(unpack(SP_PACKED_GZIP, s.data, s.len, 7, &taken, &whole),
                     SP_INVALID);

#ifdef SP_BROTLI
    assert_int_equal(unpack(SP_PACKED_BROTLI, "\xff\xff\xff\xff", 4, 1,
                            &taken, &whole), SP_INVALID);
    assert_int_equal(unpack(SP_PACKED_BROTLI, brotli_text, 20, 3, &taken,
                            &whole), SP_AGAIN);
    assert_false(whole);
#else
    (void) brotli_text;
    assert_int_equal(unpack(SP_PACKED_BROTLI, brotli_spaces, 4, 4, &taken,
                            &whole), SP_INVALID);
#endif
}


/* What unpacks to very much costs what is taken of it. */

static void
test_bombs(void **state)
{
    int       whole;
    char     *spaces;
    size_t    before;
    taken_t   taken;
    sp_str_t  s;

    spaces = malloc(20000000);
    assert_non_null(spaces);
    memset(spaces, ' ', 20000000);
    s = compressed(spaces, 20000000, GZIP);
    free(spaces);

    memset(&taken, 0, sizeof(taken));
    taken.limit = 100000;
    before = sp_arena_used(arena);

    assert_int_equal(unpack(SP_PACKED_GZIP, s.data, s.len, s.len, &taken,
                            &whole), SP_DONE);
    assert_true(taken.len < taken.limit + SP_UNPACK_PIECE);
    assert_false(taken.wrong);
    assert_true(sp_arena_used(arena) - before < 100000 + s.len);

    memset(&taken, 0, sizeof(taken));
    before = sp_arena_used(arena);

#ifdef SP_BROTLI
    assert_int_equal(unpack(SP_PACKED_BROTLI, brotli_spaces,
                            sizeof(brotli_spaces), 5, &taken, &whole),
                     SP_AGAIN);
    assert_int_equal(taken.len, 2000000);
    assert_false(taken.wrong);
    assert_true(whole);
    assert_true(sp_arena_used(arena) - before < SP_UNPACK_MEMORY + 20000);
#endif
}


static void
test_no_memory(void **state)
{
    long          n;
    sp_rc_t       rc;
    taken_t       taken;
    sp_str_t      s;
    sp_unpack_t  *u;

    s = compressed(text, strlen(text), GZIP);
    memset(&taken, 0, sizeof(taken));

    for (n = 0; /* void */ ; n++) {
        sp_arena_fail_after(arena, n);

        u = sp_unpack_create(pool, SP_PACKED_GZIP);
        if (u == NULL) {
            continue;
        }

        rc = sp_unpack(u, s.data, s.len, take, &taken);

        if (rc == SP_AGAIN) {
            break;
        }

        assert_int_equal(rc, SP_NOMEM);
    }

    assert_true(n > 1);
    assert_true(sp_unpack_whole(u));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        reader_test(test_names),
        reader_test(test_texts),
        reader_test(test_members),
        reader_test(test_broken),
        reader_test(test_bombs),
        reader_test(test_no_memory)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
