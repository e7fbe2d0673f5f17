/*
 * Copyright (C) SitePreserver developers
 *
 * Which pages are those of products: sitepreserver_learn, and what such a page
 * is known by.
 */

#ifndef SP_LEARN_H
#define SP_LEARN_H

#include "sp_observe.h"
#include "sp_secret.h"


#define SP_LEARN_MAX       64       /* directives in one set */
#define SP_LEARN_ARGS_MAX  4        /* names in args= */
#define SP_PAGE_MAX        1024     /* bytes of what a page is known by */
#define SP_LEARN_REFRESH   (6 * 3600)   /* s */


/*
 * sitepreserver_learn [=|~|~*] URI [refresh=TIME] [args=NAME,...] [id=sku]
 * [price=off].  args are the words after the directive's name.  SP_INVALID: err names the
 * word that is wrong and why; SP_NOMEM.
 */

sp_rc_t sp_rules_learn(sp_rules_t *rules, const sp_str_t *args, unsigned n,
    sp_error_t *err);


/*
 * A page of a shop: its path, and "?" with those of its arguments that args=
 * names, in that order.  No host: a shop may have several.
 */

typedef struct {
    sp_str_t      text;
    int64_t       refresh;          /* s until it is read again */
    unsigned      id_is_sku:1;      /* carts have what it calls sku as id */
    unsigned      no_price:1;       /* its price is not for everyone */
} sp_page_ref_t;


/*
 * Of an exchange whose wants (of sp_observe()) say that it asks for a page of
 * a product.  SP_DONE: they do not, or it cannot be learnt (too long);
 * SP_NOMEM.
 */

sp_rc_t sp_learn_page(const sp_rules_t *rules, const sp_exchange_t *exchange,
    const sp_pool_t *pool, unsigned wants, sp_page_ref_t *page);


/*
 * Of a link to a page of a product: a path, or a whole URL on that host (with
 * its port, as in "Host"), "www." before either or not.  Others, and those that no directive matches, are
 * SP_DONE; SP_NOMEM.
 */

sp_rc_t sp_learn_link(const sp_rules_t *rules, const sp_str_t *host,
    const sp_str_t *link, const sp_pool_t *pool, sp_page_ref_t *page);


/* The same of a path, decoded, and its arguments, whatever the method. */

sp_rc_t sp_learn_uri(const sp_rules_t *rules, const sp_str_t *uri,
    const sp_str_t *args, const sp_pool_t *pool, sp_page_ref_t *page);


/* The number, from 1, of the sitepreserver_learn that an
   exchange meets; 0: none. */

unsigned sp_observe_learns(const sp_rules_t *rules,
    const sp_exchange_t *exchange, const sp_pool_t *pool);


/* Non-zero if there is a directive at all. */

int sp_learn_any(const sp_rules_t *rules);


/* The key of a page, as in "n:@KEY".  SP_NOMEM. */

sp_rc_t sp_page_key(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_str_t *page, sp_id_t *key);


#endif /* SP_LEARN_H */
