/*
 * Copyright (C) SitePreserver developers
 *
 * Runs: 80000
 *
 * A pattern, what is beside it, and a form.
 */

#include "fuzz.h"
#include "sp_form.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t         total;
    unsigned       i, pos, w;
    sp_str_t       s, pattern, beside, value;
    sp_form_t      form;
    sp_error_t     err;
    sp_form_hit_t  hit;

    s = fuzz_begin(data, size);
    pattern = fuzz_line(&s);
    beside = fuzz_line(&s);

    if (sp_form_parse(&form, pool, &s, size ? data[0] : 0) != SP_OK) {
        return 0;
    }

    for (i = 0, total = 0; i < form.n; i++) {
        total += form.fields[i].name.len + form.fields[i].value.len;

        /* a name that is no pattern leads to itself */

        if (form.fields[i].name.len != 0
            && memchr(form.fields[i].name.data, '*', form.fields[i].name.len)
               == NULL)
        {
            must(sp_form_get(&form, &form.fields[i].name, &value) == SP_OK);
        }
    }

    must(total <= s.len);

    if (sp_form_pattern_check(&pattern, &err) != SP_OK) {
        return 0;
    }

    if (sp_form_index(&form, pool) != SP_OK) {
        return 0;
    }

    for (pos = 0; sp_form_next(&form, &pattern, &pos, &hit) == SP_OK; ) {

        for (w = 0; w < hit.nwildcards; w++) {
            must(hit.wildcards[w].data >= hit.field->name.data);
            must(hit.wildcards[w].data + hit.wildcards[w].len
                 <= hit.field->name.data + hit.field->name.len);
        }

        (void) sp_form_get_beside(&form, &beside, &hit, &value);
    }

    must(pos == form.n);

    return 0;
}
