/*
 * Copyright (C) SitePreserver developers
 *
 * Runs: 150000
 *
 * A name, and a header that is a Cookie, a Set-Cookie and a date.
 */

#include "fuzz.h"
#include "sp_cookie.h"


static void
within(const sp_str_t *part, const sp_str_t *whole)
{
    must(part->data >= whole->data
         && part->data + part->len <= whole->data + whole->len);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t       pos;
    int64_t      time;
    sp_str_t     s, name, value;
    sp_cookie_t  cookie;

    s = fuzz_begin(data, size);
    name = fuzz_line(&s);

    for (pos = 0; sp_cookie_next(&s, &name, &pos, &cookie) == SP_OK; ) {
        must(sp_cookie_is(&name, &cookie.name));
        within(&cookie.name, &s);
        within(&cookie.value, &s);
    }

    if (sp_cookie_get(&s, &name, &value) == SP_OK) {
        must(value.len != 0);
        within(&value, &s);
    }

    if (sp_cookie_set(&s, 1700000000, &cookie) == SP_OK) {
        must(cookie.name.len != 0);
        must(cookie.value.len != 0 || cookie.deleted);
        within(&cookie.name, &s);
        within(&cookie.value, &s);
    }

    if (sp_cookie_date(&s, &time) == SP_OK) {
        must(time >= -11644473600 && time <= 253402300799);
    }

    return 0;
}
