/*
 * Copyright (C) SitePreserver developers
 *
 * Which of the cookies that tell who somebody is can be in a request at all?
 * Pages of people without any of them are most of a shop's pages, so all names
 * are looked for in one pass, which looks at the beginning of each cookie only.
 */

#ifndef SP_COOKIES_H
#define SP_COOKIES_H

#include "sp_observe.h"
#include "sp_source.h"


typedef struct sp_cookies_s  sp_cookies_t;


/*
 * Of the cookies among these sources, whose absent bits are set to 1 << their
 * place, and of one more, which may be empty.  *cookies NULL: none of them
 * begins with something.  The names must live as long.  SP_NOMEM.
 */

#define SP_COOKIES_MORE  (1u << SP_ALTERNATIVES_MAX)

sp_rc_t sp_cookies_create(sp_cookies_t **cookies, const sp_pool_t *pool,
    sp_sources_t *sources, const sp_str_t *more);


/* The bits of those that are told to be absent if they are not found. */

unsigned sp_cookies_all(const sp_cookies_t *cookies);


/* The bits of those that may be in a header "Cookie". */

unsigned sp_cookies_in(const sp_cookies_t *cookies, const sp_str_t *header);


#endif /* SP_COOKIES_H */
