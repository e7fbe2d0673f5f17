/*
 * Copyright (C) SitePreserver developers
 *
 * A Content-Type on the first line, then a body: whole and in pieces it must
 * be the same.
 *
 * Runs: 40000
 */

#include "fuzz.h"
#include "sp_multipart.h"


static sp_rc_t
read_body(const sp_str_t *boundary, sp_str_t s, size_t max, sp_form_t *form)
{
    sp_rc_t          rc;
    sp_str_t         piece;
    sp_multipart_t  *m;

    m = sp_multipart_create(pool, boundary);
    if (m == NULL) {
        return SP_NOMEM;
    }

    rc = SP_AGAIN;

    while (rc == SP_AGAIN && fuzz_piece(&s, max, &piece)) {
        rc = sp_multipart_push(m, piece.data, piece.len);
        fuzz_free(&piece);
    }

    return sp_multipart_end(m, form);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sp_rc_t    a, b;
    unsigned   i;
    sp_str_t   s, type, boundary;
    sp_form_t  whole, pieces;

    s = fuzz_begin(data, size);
    type = fuzz_line(&s);

    if (sp_multipart_boundary(&type, &boundary) != SP_OK) {
        boundary.data = "x";
        boundary.len = 1;
    }

    must(boundary.len > 0 && boundary.len <= SP_MULTIPART_BOUNDARY);

    a = read_body(&boundary, s, 0, &whole);
    b = read_body(&boundary, s, data != NULL && size ? data[0] % 7 + 1 : 1,
                  &pieces);

    if (a == SP_NOMEM || b == SP_NOMEM) {
        return 0;
    }

    must(a == b && whole.n == pieces.n && whole.cut == pieces.cut);

    for (i = 0; i < whole.n; i++) {
        must(sp_str_eq(&whole.fields[i].name, &pieces.fields[i].name));
        must(sp_str_eq(&whole.fields[i].value, &pieces.fields[i].value));
    }

    return 0;
}
