/*
 * Copyright (C) SitePreserver developers
 *
 * What a browser has left, seen and bought, as a page shows it.
 */

#ifndef SP_RECALL_H
#define SP_RECALL_H

#include "sp_call.h"


#define SP_RECALL_ITEMS_MAX  36     /* strings of a reply: three times 12 */


/*
 * sp1_recall: of the browser with this cookie of ours.  An array of strings, of
 * one item each.
 */

sp_rc_t sp_call_recall(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *own);


/* Where links and pictures may lead: the shop's own host, without a port, and
   others. */

typedef struct {
    sp_str_t         own;
    const sp_str_t  *others;
    unsigned         n;
} sp_recall_hosts_t;


/*
 * The strings of a reply as JSON, an array of objects, or as a list in HTML.  A
 * link that is not to one of the hosts, or not by http or https, is left out,
 * and so is an item that cannot be read.  *text is from the pool.  SP_NOMEM.
 */

sp_rc_t sp_recall_json(const sp_str_t *items, unsigned n,
    const sp_recall_hosts_t *hosts, const sp_pool_t *pool, sp_str_t *text);
sp_rc_t sp_recall_html(const sp_str_t *items, unsigned n,
    const sp_recall_hosts_t *hosts, const sp_pool_t *pool, sp_str_t *text);


#endif /* SP_RECALL_H */
