/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_argnames.h"
#include "sp_literals.h"


struct sp_argnames_s {
    sp_literals_t  *literals;
    unsigned        any;            /* some name cannot be looked for */
};


sp_argnames_t *
sp_argnames_create(const sp_pool_t *pool)
{
    sp_argnames_t  *names;

    names = sp_calloc(pool, sizeof(sp_argnames_t));
    if (names == NULL) {
        return NULL;
    }

    names->literals = sp_literals_create(pool);

    return names->literals != NULL ? names : NULL;
}


/* A pattern, or one with a space, which may have been sent as "+". */

sp_rc_t
sp_argnames_add(sp_argnames_t *names, const sp_str_t *name)
{
    sp_rc_t  rc;

    if (name->len == 0 || memchr(name->data, '*', name->len) != NULL
        || memchr(name->data, ' ', name->len) != NULL)
    {
        names->any = 1;
        return SP_OK;
    }

    rc = sp_literals_add(names->literals, name, 0);

    if (rc == SP_LIMIT) {
        names->any = 1;
        return SP_OK;
    }

    return rc;
}


sp_rc_t
sp_argnames_build(sp_argnames_t *names)
{
    return names->any ? SP_OK : sp_literals_build(names->literals);
}


int
sp_argnames_absent(const sp_argnames_t *names, const sp_str_t *args)
{
    uint64_t  found;

    if (args->len == 0) {
        return 1;
    }

    if (names->any || memchr(args->data, '%', args->len) != NULL) {
        return 0;
    }

    found = 0;

    return !sp_literals_find(names->literals, args, &found);
}
