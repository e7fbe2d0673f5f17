/*
 * Copyright (C) SitePreserver developers
 *
 * Names on the first line, with tabs between them, then a URI's arguments: what
 * sp_form_parse() finds in them is never said to be absent, and a set of
 * arguments finds the same.
 *
 * Runs: 70000
 */

#include "fuzz.h"
#include "sp_argnames.h"
#include "sp_argset.h"
#include "sp_form.h"


#define NAMES_MAX  64               /* bits of a set's rules */


typedef struct {
    sp_str_t        list[NAMES_MAX];
    unsigned        n;
    sp_argnames_t  *names;
    sp_argset_t    *set;
} names_t;


/* Only what a rule may name. */

static void
split(names_t *names, sp_str_t line)
{
    sp_str_t     name;
    const char  *tab;
    sp_error_t   err;

    while (line.len != 0 && names->n < NAMES_MAX) {
        tab = memchr(line.data, '\t', line.len);

        name.data = line.data;
        name.len = tab != NULL ? (size_t) (tab - line.data) : line.len;

        line.data += name.len + (tab != NULL);
        line.len -= name.len + (tab != NULL);

        if (sp_form_pattern_check(&name, &err) == SP_OK) {
            names->list[names->n++] = name;
        }
    }
}


static sp_rc_t
build(names_t *names)
{
    unsigned   i;
    sp_str_t  *name;

    names->names = sp_argnames_create(pool);
    names->set = sp_argset_create(pool, names->n);

    if (names->names == NULL || names->set == NULL) {
        return SP_NOMEM;
    }

    for (i = 0; i < names->n; i++) {
        name = &names->list[i];

        if (sp_argnames_add(names->names, name) != SP_OK) {
            return SP_NOMEM;
        }

        if (memchr(name->data, '*', name->len) == NULL
            && sp_argset_add(names->set, name, i, 1) != SP_OK)
        {
            return SP_NOMEM;
        }
    }

    if (sp_argnames_build(names->names) != SP_OK
        || sp_argset_build(names->set) != SP_OK)
    {
        return SP_NOMEM;
    }

    return SP_OK;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int        there, any;
    names_t    names;
    unsigned   i;
    uint64_t   found;
    sp_str_t   args, line, value;
    sp_form_t  form;

    memset(&names, 0, sizeof(names));

    args = fuzz_begin(data, size);
    line = fuzz_line(&args);
    split(&names, line);

    if (names.n == 0 || build(&names) != SP_OK
        || sp_form_parse(&form, pool, &args, 0) != SP_OK || form.cut)
    {
        return 0;
    }

    any = 0;
    found = 0;
    sp_argset_find(names.set, &args, 1, &found);

    for (i = 0; i < names.n; i++) {
        there = sp_form_get(&form, &names.list[i], &value) == SP_OK;
        any |= there;

        if (memchr(names.list[i].data, '*', names.list[i].len) == NULL) {
            must(there == (int) (found >> i & 1));
        }
    }

    must(!any || !sp_argnames_absent(names.names, &args));

    if (args.len == 0) {
        must(sp_argnames_absent(names.names, &args));
    }

    return 0;
}
