/*
 * Copyright (C) SitePreserver developers
 *
 * Runs: 30000
 *
 * An argument and a value, through all decoders, amounts and the cleaning of
 * text.
 */

#include "fuzz.h"
#include "sp_decode.h"
#include "sp_money.h"


static void
clean(const sp_str_t *s, size_t max)
{
    size_t    cut;
    sp_str_t  out, again;

    cut = sp_utf8_cut(s, max);
    must(cut <= s->len && cut <= max);
    must(sp_utf8_whole(s) <= s->len);

    if (sp_utf8_clean(pool, s, max, &out) == SP_OK) {
        must(out.len <= max);
        must_be_utf8(&out);

        if (sp_utf8_clean(pool, &out, max, &again) == SP_OK) {
            must(sp_str_eq(&out, &again));
        }
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char              code[4];
    int64_t           amount;
    unsigned          slot;
    sp_str_t          s, argument, out;
    sp_json_paths_t  *paths;

    s = fuzz_begin(data, size);
    argument = fuzz_line(&s);

    if (sp_decode_base64(pool, &s, &out) == SP_OK) {
        must(out.len <= s.len);
    }

    if (sp_decode_url(pool, &s, size & 1, &out) == SP_OK) {
        must(out.len <= s.len);
    }

    (void) sp_decode_strip(&s, &argument, &out);
    must(out.len <= s.len);
    (void) sp_decode_prefix(pool, &s, &argument, &out);
    (void) sp_decode_form(pool, &s, &argument, &out);

    if (sp_decode_split(&s, &argument, size ? (signed char) data[0] : 0, &out)
        == SP_OK)
    {
        must(out.len <= s.len);
    }

    paths = sp_json_paths_create(pool);

    if (paths != NULL
        && sp_json_paths_add(paths, &argument, &slot, NULL) == SP_OK
        && sp_decode_json(pool, &s, paths, slot, 32, &out) == SP_OK)
    {
        must(out.len <= 32);
        must_be_utf8(&out);
    }

    if (sp_money_parse(&s, (int) (size % 10), size ? data[0] % 10 : 0,
                       &amount) == SP_OK)
    {
        must(amount >= 0 && amount <= SP_MONEY_MAX);
    }

    (void) sp_money_exponent(&argument);
    (void) sp_money_code(&argument, code);

    clean(&s, size ? data[0] : 0);

    return 0;
}
