/*
 * Copyright (C) SitePreserver developers
 *
 * Whose page is it?  Most are nobody's, and that is to be known soon.
 */

#include "sp_compile_int.h"
#include "sp_cookies.h"
#include "sp_observation.h"


sp_rc_t
sp_compile_viewers(sp_rules_t *rules)
{
    sp_rc_t             rc;
    unsigned            i, all;
    const sp_source_t  *source;

    rc = sp_cookies_create(&rules->cookies, &rules->pool, &rules->visitor,
                           &rules->own);
    if (rc != SP_OK) {
        return rc;
    }

    /* one that may have any name is not among them */

    all = sp_cookies_all(rules->cookies);
    rules->viewed = rules->own.len != 0 && !(all & SP_COOKIES_MORE);

    for (i = 0; i < rules->visitor.n; i++) {
        source = &rules->visitor.list[i];

        if ((source->absent & all) || (source->needs & SP_NEEDS_SHOP)) {
            continue;
        }

        if (source->kind == SP_SOURCE_HEADER) {
            rules->viewers[rules->nviewers++] = &source->name;

        } else {
            rules->viewed = 1;
        }
    }

    return SP_OK;
}


unsigned
sp_observe_cookies(const sp_rules_t *rules, const sp_str_t *header)
{
    return sp_cookies_in(rules->cookies, header);
}


int
sp_observe_viewable(const sp_rules_t *rules, const sp_exchange_t *ex,
    unsigned cookies)
{
    unsigned  i;
    sp_str_t  header;

    if (rules->viewed || cookies != 0) {
        return 1;
    }

    for (i = 0; i < rules->nviewers; i++) {
        if (ex->request_header(ex->data, rules->viewers[i], 0, &header)) {
            return 1;
        }
    }

    return 0;
}


sp_rc_t
sp_observe_viewer(const sp_rules_t *rules, const sp_exchange_t *ex,
    unsigned cookies, const sp_pool_t *pool, sp_str_t *visitor, int *own)
{
    unsigned  absent;

    absent = sp_cookies_all(rules->cookies) & ~cookies;
    *own = !(absent & SP_COOKIES_MORE);

    return sp_observe_session(rules, ex, absent, pool, visitor);
}
