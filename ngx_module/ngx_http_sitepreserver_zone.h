
/*
 * Copyright (C) SitePreserver developers
 *
 * The memory that all workers share: counters, what each worker has queued,
 * which item texts Redis knows, and who has been active lately.  Nothing in
 * it is locked: counters are atomic, and the tables are of single words, in
 * which a lost write costs a repeated text or page view, never a wrong one.
 */


#ifndef _NGX_HTTP_SITEPRESERVER_ZONE_H_INCLUDED_
#define _NGX_HTTP_SITEPRESERVER_ZONE_H_INCLUDED_


#include "ngx_http_sitepreserver_conf.h"


#define NGX_HTTP_SITEPRESERVER_KINDS    19      /* bits of sp_rules.h */
#define NGX_HTTP_SITEPRESERVER_WORKERS  128
#define NGX_HTTP_SITEPRESERVER_MACHINE  (SP_MACHINE_LEN * 6 / 8)    /* bytes */


/* Counters since the zone was made; the status handler lists them. */

typedef enum {
    NGX_HTTP_SITEPRESERVER_MATCHED = 0, /* requests that a rule matched */
    NGX_HTTP_SITEPRESERVER_OBSERVED,    /* ... that became an event */
    NGX_HTTP_SITEPRESERVER_REJECTED,    /* ... no rule's conditions held */
    NGX_HTTP_SITEPRESERVER_IGNORED,
    NGX_HTTP_SITEPRESERVER_NO_CONSENT,
    NGX_HTTP_SITEPRESERVER_ERASED,      /* ... that took it back: told to
                                           Redis */
    NGX_HTTP_SITEPRESERVER_NO_VISITOR,  /* nobody to keep it for */
    NGX_HTTP_SITEPRESERVER_DROPPED,     /* events lost: the queue was full,
                                           no memory, or refused for good */
    NGX_HTTP_SITEPRESERVER_ADDRESSES,   /* addresses captured */
    NGX_HTTP_SITEPRESERVER_LIMITED,     /* refused: the network's limit */
    NGX_HTTP_SITEPRESERVER_READ_BYTES,  /* of answers, by rules */
    NGX_HTTP_SITEPRESERVER_REQUEST_CUT,
    NGX_HTTP_SITEPRESERVER_RESPONSE_CUT,
    NGX_HTTP_SITEPRESERVER_REQUEST_BAD,
    NGX_HTTP_SITEPRESERVER_RESPONSE_BAD,
    NGX_HTTP_SITEPRESERVER_ENCODED,     /* answers compressed by the origin */
    NGX_HTTP_SITEPRESERVER_IN_FILE,     /* answers not seen in memory */
    NGX_HTTP_SITEPRESERVER_LINES_DROPPED,
    NGX_HTTP_SITEPRESERVER_COOKIES,     /* own cookies set */
    NGX_HTTP_SITEPRESERVER_CLICKS,
    NGX_HTTP_SITEPRESERVER_NO_MEMORY,
    NGX_HTTP_SITEPRESERVER_QUEUED,      /* events for Redis ... */
    NGX_HTTP_SITEPRESERVER_APPLIED,     /* ... that it has acknowledged */
    NGX_HTTP_SITEPRESERVER_DUPLICATES,  /* ... again, after a reconnect */
    NGX_HTTP_SITEPRESERVER_RESENT,
    NGX_HTTP_SITEPRESERVER_ERRORS,      /* error replies */
    NGX_HTTP_SITEPRESERVER_CONNECTS,
    NGX_HTTP_SITEPRESERVER_DISCONNECTS,
    NGX_HTTP_SITEPRESERVER_LEARNED,     /* pages of products */
    NGX_HTTP_SITEPRESERVER_LEARN_NONE,  /* ... that tell of no one product */
    NGX_HTTP_SITEPRESERVER_LEARN_BROKEN,    /* JSON-LD that is not JSON */
    NGX_HTTP_SITEPRESERVER_LEARN_CUT,   /* ... longer than the limit */
    NGX_HTTP_SITEPRESERVER_RECALLS,     /* lists that Redis gave */
    NGX_HTTP_SITEPRESERVER_RECALLS_MISSED,  /* ... that it did not */
    NGX_HTTP_SITEPRESERVER_COUNTERS
} ngx_http_sitepreserver_counter_t;


/* What one worker has waiting; pid 0: no such worker. */

typedef struct {
    ngx_atomic_t  pid;
    ngx_atomic_t  events;
    ngx_atomic_t  bytes;
    ngx_atomic_t  connected;
} ngx_http_sitepreserver_worker_t;


typedef struct {
    ngx_atomic_t                     counters[NGX_HTTP_SITEPRESERVER_COUNTERS];
    ngx_atomic_t                     kinds[NGX_HTTP_SITEPRESERVER_KINDS];
    ngx_http_sitepreserver_worker_t  workers[NGX_HTTP_SITEPRESERVER_WORKERS];

    u_char                           run_id[40];    /* of Redis */
    u_char                           machine[NGX_HTTP_SITEPRESERVER_MACHINE];

    /* tables of words: 40 bits of a hash and 24 bits of time: minutes for
       items, seconds for visits and pages */
    ngx_uint_t                       nknown;        /* a power of two */
    ngx_uint_t                       nactive;
    ngx_uint_t                       npages;
    uint64_t                        *known;
    uint64_t                        *active;
    uint64_t                        *pages;

    /* words of 40 bits of a hash, 16 of the day and 8 of a number */
    ngx_uint_t                       ncaptures;
    uint64_t                        *captures;
} ngx_http_sitepreserver_zone_t;


#define NGX_HTTP_SITEPRESERVER_ZONE_MIN  65536


/* Asks nginx for the zone. */

ngx_int_t ngx_http_sitepreserver_zone_add(ngx_conf_t *cf,
    ngx_http_sitepreserver_main_conf_t *mcf);


#define ngx_http_sitepreserver_zone(mcf)                                      \
    ((ngx_http_sitepreserver_zone_t *) (mcf)->zone->data)

#define ngx_http_sitepreserver_count(mcf, counter)                            \
    (void) ngx_atomic_fetch_add(                                              \
        &ngx_http_sitepreserver_zone(mcf)->counters[counter], 1)

#define ngx_http_sitepreserver_count_n(mcf, counter, n)                       \
    (void) ngx_atomic_fetch_add(                                              \
        &ngx_http_sitepreserver_zone(mcf)->counters[counter], n)


/* A hash of several texts for these tables: start with 0, or with the last. */

uint64_t ngx_http_sitepreserver_hash(uint64_t hash, const void *data,
    size_t len);


/* Has Redis been told this item's texts in the last day?  Now it has been. */

ngx_uint_t ngx_http_sitepreserver_item_known(
    ngx_http_sitepreserver_zone_t *zone, uint64_t hash);
void ngx_http_sitepreserver_item_learned(ngx_http_sitepreserver_zone_t *zone,
    uint64_t hash);


/*
 * Compares Redis's run id (40 bytes; NULL: not known) with the last one seen.
 * Another one may know less, so all items are forgotten.
 */

void ngx_http_sitepreserver_run_id(ngx_http_sitepreserver_zone_t *zone,
    u_char *run_id);
void ngx_http_sitepreserver_items_forget(ngx_http_sitepreserver_zone_t *zone);


/*
 * Is it time to read this page?  True if it was not noted within so many
 * seconds; then it is noted.  It can be taken back.
 */

ngx_uint_t ngx_http_sitepreserver_page_due(
    ngx_http_sitepreserver_zone_t *zone, uint64_t hash, time_t every);
void ngx_http_sitepreserver_page_again(ngx_http_sitepreserver_zone_t *zone,
    uint64_t hash);


/* Notes that this visit did something now. */

void ngx_http_sitepreserver_active_note(ngx_http_sitepreserver_zone_t *zone,
    uint64_t hash);


/* Was this visit noted within so many seconds, and not overwritten since? */

#define NGX_HTTP_SITEPRESERVER_ACTIVE_EVER  0xffffff

ngx_uint_t ngx_http_sitepreserver_active_within(
    ngx_http_sitepreserver_zone_t *zone, uint64_t hash, time_t within);

void ngx_http_sitepreserver_active_forget(ngx_http_sitepreserver_zone_t *zone,
    uint64_t hash);


/*
 * Is it time to tell Redis that a known visit looks at pages?  True if it was
 * noted within the last `within` seconds, but not within `every`.
 */

ngx_uint_t ngx_http_sitepreserver_active_due(
    ngx_http_sitepreserver_zone_t *zone, uint64_t hash, time_t every,
    time_t within);


/*
 * The number of addresses that this visit has sent to capture assist today,
 * this one included; it does not count beyond 255.
 */

ngx_uint_t ngx_http_sitepreserver_captures(
    ngx_http_sitepreserver_zone_t *zone, uint64_t hash);


#endif /* _NGX_HTTP_SITEPRESERVER_ZONE_H_INCLUDED_ */
