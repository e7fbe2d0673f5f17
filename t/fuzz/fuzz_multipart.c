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
read_body(const sp_str_t *boundary, const sp_str_t *s, size_t piece,
    sp_form_t *form)
{
    char            *copy;
    size_t           i, n;
    sp_rc_t          rc;
    sp_multipart_t  *m;

    m = sp_multipart_create(pool, boundary);
    if (m == NULL) {
        return SP_NOMEM;
    }

    rc = SP_AGAIN;

    for (i = 0; i < s->len && rc == SP_AGAIN; i += n) {
        n = piece < s->len - i ? piece : s->len - i;

        copy = malloc(n);
        must(copy != NULL);
        memcpy(copy, s->data + i, n);
        rc = sp_multipart_push(m, copy, n);
        free(copy);
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

    a = read_body(&boundary, &s, s.len, &whole);
    b = read_body(&boundary, &s, data != NULL && size ? data[0] % 7 + 1 : 1,
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
