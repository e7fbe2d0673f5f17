
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_zone.h"

#include <openssl/rand.h>


#define NGX_HTTP_SITEPRESERVER_KNOWN_MINUTES  (24 * 60)
#define NGX_HTTP_SITEPRESERVER_TIME_MASK      0xffffffULL


static ngx_int_t ngx_http_sitepreserver_zone_init(ngx_shm_zone_t *shm_zone,
    void *data);
static uint64_t ngx_http_sitepreserver_word(uint64_t hash);
static time_t ngx_http_sitepreserver_active_age(
    ngx_http_sitepreserver_zone_t *zone, uint64_t hash);


ngx_int_t
ngx_http_sitepreserver_zone_add(ngx_conf_t *cf,
    ngx_http_sitepreserver_main_conf_t *mcf)
{
    ngx_str_t  name = ngx_string("sitepreserver");

    mcf->zone = ngx_shared_memory_add(cf, &name, mcf->zone_size,
                                      &ngx_http_sitepreserver_module);
    if (mcf->zone == NULL) {
        return NGX_ERROR;
    }

    mcf->zone->init = ngx_http_sitepreserver_zone_init;

    return NGX_OK;
}


static ngx_int_t
ngx_http_sitepreserver_zone_init(ngx_shm_zone_t *shm_zone, void *data)
{
    size_t                          size;
    ngx_uint_t                      n;
    ngx_slab_pool_t                *shpool;
    ngx_http_sitepreserver_zone_t  *zone;

    if (data != NULL) {
        shm_zone->data = data;
        return NGX_OK;
    }

    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    if (shm_zone->shm.exists) {
        shm_zone->data = shpool->data;
        return NGX_OK;
    }

    zone = ngx_slab_calloc(shpool, sizeof(ngx_http_sitepreserver_zone_t));
    if (zone == NULL) {
        return NGX_ERROR;
    }

    /*
     * Half of it for known items, a quarter for visits, an eighth for pages,
     * a 32nd for what visits send, all powers of two.
     */

    size = shm_zone->shm.size / 2 / sizeof(uint64_t);

    for (n = 1; n * 2 <= size; n *= 2) { /* void */ }

    if (n * sizeof(uint64_t) * 29 / 16 > shpool->pfree * ngx_pagesize) {
        n /= 2;
    }

    zone->nknown = n;
    zone->nactive = n / 2;
    zone->npages = n / 4;
    zone->ncaptures = n / 16;

    zone->known = ngx_slab_calloc(shpool, zone->nknown * sizeof(uint64_t));
    zone->active = ngx_slab_calloc(shpool, zone->nactive * sizeof(uint64_t));
    zone->pages = ngx_slab_calloc(shpool, zone->npages * sizeof(uint64_t));

    zone->captures = ngx_slab_calloc(shpool,
                                     zone->ncaptures * sizeof(uint64_t));

    if (zone->known == NULL || zone->active == NULL || zone->pages == NULL
        || zone->captures == NULL
        || RAND_bytes(zone->machine, sizeof(zone->machine)) != 1)
    {
        return NGX_ERROR;
    }

    shpool->data = zone;
    shm_zone->data = zone;

    return NGX_OK;
}


uint64_t
ngx_http_sitepreserver_hash(uint64_t hash, const void *data, size_t len)
{
    uint64_t       word;
    const u_char  *p;

    p = data;
    hash ^= len * 0x9e3779b97f4a7c15ULL;

    while (len >= 8) {
        ngx_memcpy(&word, p, 8);

        hash = (hash ^ word) * 0xff51afd7ed558ccdULL;
        hash ^= hash >> 32;

        p += 8;
        len -= 8;
    }

    word = 0;

    while (len-- > 0) {
        word = (word << 8) | p[len];
    }

    hash = (hash ^ word) * 0xc4ceb9fe1a85ec53ULL;

    return hash ^ (hash >> 29);
}


ngx_uint_t
ngx_http_sitepreserver_item_known(ngx_http_sitepreserver_zone_t *zone,
    uint64_t hash)
{
    uint64_t  word, now;

    word = zone->known[hash & (zone->nknown - 1)];
    now = ngx_http_sitepreserver_word(hash);

    if (word == 0 || ((word ^ now) & ~NGX_HTTP_SITEPRESERVER_TIME_MASK)) {
        return 0;
    }

    return ((now - word) & NGX_HTTP_SITEPRESERVER_TIME_MASK)
           < NGX_HTTP_SITEPRESERVER_KNOWN_MINUTES;
}


void
ngx_http_sitepreserver_item_learned(ngx_http_sitepreserver_zone_t *zone,
    uint64_t hash)
{
    zone->known[hash & (zone->nknown - 1)] = ngx_http_sitepreserver_word(hash);
}


/* The upper 40 bits of the hash; the time in minutes below. */

static uint64_t
ngx_http_sitepreserver_word(uint64_t hash)
{
    return (hash & ~NGX_HTTP_SITEPRESERVER_TIME_MASK)
           | ((uint64_t) (ngx_time() / 60) & NGX_HTTP_SITEPRESERVER_TIME_MASK);
}


void
ngx_http_sitepreserver_run_id(ngx_http_sitepreserver_zone_t *zone,
    u_char *run_id)
{
    if (run_id != NULL
        && ngx_memcmp(zone->run_id, run_id, sizeof(zone->run_id)) == 0)
    {
        return;
    }

    ngx_http_sitepreserver_items_forget(zone);

    if (run_id != NULL) {
        ngx_memcpy(zone->run_id, run_id, sizeof(zone->run_id));
    }
}


void
ngx_http_sitepreserver_items_forget(ngx_http_sitepreserver_zone_t *zone)
{
    ngx_memzero(zone->known, zone->nknown * sizeof(uint64_t));
    ngx_memzero(zone->pages, zone->npages * sizeof(uint64_t));
}


ngx_uint_t
ngx_http_sitepreserver_page_due(ngx_http_sitepreserver_zone_t *zone,
    uint64_t hash, time_t every)
{
    time_t    age;
    uint64_t  word, *at;

    at = &zone->pages[hash & (zone->npages - 1)];
    word = *at;

    age = (time_t) (((uint64_t) ngx_time() - word)
                    & NGX_HTTP_SITEPRESERVER_TIME_MASK);

    if (word != 0 && ((word ^ hash) & ~NGX_HTTP_SITEPRESERVER_TIME_MASK) == 0
        && age < every)
    {
        return 0;
    }

    *at = (hash & ~NGX_HTTP_SITEPRESERVER_TIME_MASK)
          | ((uint64_t) ngx_time() & NGX_HTTP_SITEPRESERVER_TIME_MASK);

    return 1;
}


void
ngx_http_sitepreserver_page_again(ngx_http_sitepreserver_zone_t *zone,
    uint64_t hash)
{
    zone->pages[hash & (zone->npages - 1)] = 0;
}


void
ngx_http_sitepreserver_active_note(ngx_http_sitepreserver_zone_t *zone,
    uint64_t hash)
{
    /* 24 bits of seconds: half a year */

    zone->active[hash & (zone->nactive - 1)] =
        (hash & ~NGX_HTTP_SITEPRESERVER_TIME_MASK)
        | ((uint64_t) ngx_time() & NGX_HTTP_SITEPRESERVER_TIME_MASK);
}


ngx_uint_t
ngx_http_sitepreserver_active_within(ngx_http_sitepreserver_zone_t *zone,
    uint64_t hash, time_t within)
{
    return ngx_http_sitepreserver_active_age(zone, hash) <= within;
}


void
ngx_http_sitepreserver_active_forget(ngx_http_sitepreserver_zone_t *zone,
    uint64_t hash)
{
    if (ngx_http_sitepreserver_active_within(
                              zone, hash, NGX_HTTP_SITEPRESERVER_ACTIVE_EVER))
    {
        zone->active[hash & (zone->nactive - 1)] = 0;
    }
}


/* Seconds; more than ever if it was not noted, or overwritten. */

static time_t
ngx_http_sitepreserver_active_age(ngx_http_sitepreserver_zone_t *zone,
    uint64_t hash)
{
    uint64_t  word;

    word = zone->active[hash & (zone->nactive - 1)];

    if (word == 0
        || ((word ^ hash) & ~NGX_HTTP_SITEPRESERVER_TIME_MASK))
    {
        return NGX_HTTP_SITEPRESERVER_ACTIVE_EVER + 1;
    }

    return (time_t) (((uint64_t) ngx_time() - word)
                     & NGX_HTTP_SITEPRESERVER_TIME_MASK);
}


ngx_uint_t
ngx_http_sitepreserver_active_due(ngx_http_sitepreserver_zone_t *zone,
    uint64_t hash, time_t every, time_t within)
{
    time_t  age;

    age = ngx_http_sitepreserver_active_age(zone, hash);

    return age >= every && age <= within
           && age <= NGX_HTTP_SITEPRESERVER_ACTIVE_EVER;
}


ngx_uint_t
ngx_http_sitepreserver_captures(ngx_http_sitepreserver_zone_t *zone,
    uint64_t hash)
{
    uint64_t  *at, word, now;

    at = &zone->captures[hash & (zone->ncaptures - 1)];

    now = (hash & ~NGX_HTTP_SITEPRESERVER_TIME_MASK)
          | ((uint64_t) (ngx_time() / 86400) & 0xffff) << 8;

    /* another worker may write it meanwhile: one of the two is not counted */

    word = *at;

    if ((word ^ now) & ~0xffULL) {
        word = now;
    }

    if ((word & 0xff) != 0xff) {
        word++;
    }

    *at = word;

    return word & 0xff;
}
