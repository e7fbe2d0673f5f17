/*
 * Copyright (C) SitePreserver developers
 *
 * A currency and a text: character references, letters, and a price.
 *
 * Runs: 100000
 */

#include "fuzz.h"
#include "sp_entities.h"
#include "sp_letter.h"
#include "sp_price.h"


/* A letter is a whole character, and nothing of what is no text. */

static void
letters(const sp_str_t *s)
{
    int     text;
    size_t  i, len;

    text = sp_utf8_valid(s->data, s->len) == s->len;

    for (i = 0; i < s->len; i += len != 0 ? len : 1) {
        len = sp_letter(s, i);

        must(len <= 3 && len <= s->len - i);
        must(len == 0 || !text
             || sp_utf8_valid(s->data + i, len) == len);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t   amount;
    sp_rc_t   rc;
    sp_str_t  s, currency, out, told;

    s = fuzz_begin(data, size);
    currency = fuzz_line(&s);

    if (sp_entities_decode(pool, &s, size & 1, &out) == SP_OK) {
        must(out.len <= s.len + s.len / 5);
        must(sp_utf8_valid(s.data, s.len) != s.len
             || sp_utf8_valid(out.data, out.len) == out.len);
        s = out;
    }

    letters(&s);

    rc = sp_price_read(pool, &s, &out);

    if (rc != SP_OK) {
        return 0;
    }

    must(sp_price_is(&out) && out.len <= SP_PRICE_MAX);

    if (sp_price_amount(&out, &currency, &amount) == SP_OK) {
        must(amount >= 0);
    }

    sp_price_currency(&out, &told);

    if (told.len != 0 && sp_price_amount(&out, &told, &amount) == SP_OK) {
        must(amount >= 0);
    }

    return 0;
}
