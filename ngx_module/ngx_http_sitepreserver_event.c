
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_event.h"
#include "ngx_http_sitepreserver_agent.h"
#include "ngx_http_sitepreserver_cookie.h"
#include "ngx_http_sitepreserver_gate.h"
#include "ngx_http_sitepreserver_learn.h"
#include "ngx_http_sitepreserver_person.h"
#include "ngx_http_sitepreserver_queue.h"
#include "ngx_http_sitepreserver_recall.h"
#include "ngx_http_sitepreserver_redis.h"
#include "ngx_http_sitepreserver_zone.h"


static void ngx_http_sitepreserver_build_init(
    ngx_http_sitepreserver_build_t *b, ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);
static sp_rc_t ngx_http_sitepreserver_build_visit(
    ngx_http_sitepreserver_build_t *b, sp_outcome_t *outcome);
static sp_rc_t ngx_http_sitepreserver_build_cart(
    ngx_http_sitepreserver_build_t *b, sp_outcome_t *outcome);
static ngx_http_sitepreserver_result_t ngx_http_sitepreserver_queue_event(
    ngx_http_sitepreserver_build_t *b);


ngx_http_sitepreserver_result_t
ngx_http_sitepreserver_send(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    sp_rc_t                          rc;
    sp_outcome_t                    *outcome, click;
    ngx_http_sitepreserver_build_t   b;

    ngx_http_sitepreserver_build_init(&b, r, ctx);

    outcome = ctx->outcome;
    rc = SP_OK;

    if (ctx->clicked) {
        ngx_memzero(&click, sizeof(sp_outcome_t));
        click.total = SP_NO_AMOUNT;
        outcome = &click;

        rc = sp_observe_visitor(b.scf->rules, &ctx->exchange, &ctx->pool,
                                &click.visitor);
    }

    if (rc != SP_NOMEM) {
        rc = ngx_http_sitepreserver_build_visit(&b, outcome);
    }

    if (rc == SP_DONE) {
        ngx_http_sitepreserver_count(b.mcf,
                                     NGX_HTTP_SITEPRESERVER_NO_VISITOR);
        return NGX_HTTP_SITEPRESERVER_RESULT_REJECTED;
    }

    if (rc == SP_OK) {
        rc = sp_event_aliases(&b.event, &b.from, outcome);
    }

    if (rc == SP_OK) {
        rc = ngx_http_sitepreserver_build_person(&b, outcome);
    }

    if (rc == SP_OK && !b.event.forget) {
        rc = ngx_http_sitepreserver_build_cart(&b, outcome);
    }

    if (rc == SP_OK && !b.event.forget && b.scf->recall) {
        rc = ngx_http_sitepreserver_build_recall(&b, outcome);
    }

    if (rc != SP_OK) {
        ngx_http_sitepreserver_count(b.mcf, NGX_HTTP_SITEPRESERVER_NO_MEMORY);
        return NGX_HTTP_SITEPRESERVER_RESULT_DROPPED;
    }

    if (ctx->clicked) {
        b.event.click.shopper = ctx->click.shopper;
        b.event.click.rescue = ctx->click.rescue;
        b.event.click.step = ctx->click.step;
    }

    return ngx_http_sitepreserver_queue_event(&b);
}


static void
ngx_http_sitepreserver_build_init(ngx_http_sitepreserver_build_t *b,
    ngx_http_request_t *r, ngx_http_sitepreserver_ctx_t *ctx)
{
    b->request = r;
    b->ctx = ctx;
    b->mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);
    b->scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);
    b->items = NULL;
    b->nitems = 0;

    ngx_memzero(&b->event, sizeof(sp_event_t));

    b->event.kinds = ctx->kinds;
    b->event.status = ngx_http_sitepreserver_status(r);
    b->event.total = SP_NO_AMOUNT;
    b->event.visited = ctx->captured;
    b->event.forget = ctx->ignored || ctx->refused;
    b->event.erase = ctx->erase;

    b->event.device = ngx_http_sitepreserver_agent(r).device;
}


static sp_rc_t
ngx_http_sitepreserver_build_visit(ngx_http_sitepreserver_build_t *b,
    sp_outcome_t *outcome)
{
    sp_rc_t          rc;
    const sp_str_t  *who;

    ngx_http_sitepreserver_cookie_seek(b->request, b->ctx);

    b->from.secret = b->mcf->secret;
    b->from.shop = &b->scf->shop->name;
    b->from.own = b->ctx->own;
    b->from.own_alias = b->scf->cookie->identify || b->event.erase;

    rc = sp_event_visit(&b->event, &b->from, outcome);

    if (rc == SP_DONE) {
        return rc;
    }

    who = outcome->next_visitor.len != 0 ? &outcome->next_visitor
                                         : &outcome->visitor;

    b->active = who->len != 0 ? ngx_http_sitepreserver_hash(0, who->data,
                                                            who->len)
                              : b->ctx->own_hash;
    b->ctx->visit = b->event.visit;

    return rc;
}


static sp_rc_t
ngx_http_sitepreserver_build_cart(ngx_http_sitepreserver_build_t *b,
    sp_outcome_t *outcome)
{
    uint64_t                        hash;
    unsigned                        i;
    sp_line_t                      *line;
    unsigned char                  *known;
    ngx_http_sitepreserver_zone_t  *zone;

    b->event.currency = outcome->currency;
    b->event.cart = outcome->cart;
    b->event.lines = outcome->lines;
    b->event.nlines = outcome->nlines;
    b->event.total = outcome->total;
    b->event.checkout = outcome->checkout;

    if (outcome->nlines == 0) {
        return SP_OK;
    }

    if (ngx_http_sitepreserver_learn_lines(b->request, b->ctx, outcome)
        != SP_OK)
    {
        return SP_NOMEM;
    }

    known = ngx_pcalloc(b->request->pool, outcome->nlines);
    b->items = ngx_palloc(b->request->pool,
                          outcome->nlines * sizeof(uint64_t));

    if (known == NULL || b->items == NULL) {
        return SP_NOMEM;
    }

    zone = ngx_http_sitepreserver_zone(b->mcf);

    for (i = 0; i < outcome->nlines; i++) {
        line = &outcome->lines[i];

        if (!line->from_shop || line->id.len == 0) {
            continue;
        }

        hash = ngx_http_sitepreserver_hash(0, b->scf->shop->name.data,
                                           b->scf->shop->name.len);
        hash = ngx_http_sitepreserver_hash(hash, line->id.data, line->id.len);
        hash = ngx_http_sitepreserver_hash(hash, line->sku.data,
                                           line->sku.len);
        hash = ngx_http_sitepreserver_hash(hash, line->name.data,
                                           line->name.len);
        hash = ngx_http_sitepreserver_hash(hash, line->url.data,
                                           line->url.len);
        hash = ngx_http_sitepreserver_hash(hash, line->image.data,
                                           line->image.len);
        hash = ngx_http_sitepreserver_hash(hash, line->options.data,
                                           line->options.len);
        hash = ngx_http_sitepreserver_hash(hash, line->category.data,
                                           line->category.len);

        if (ngx_http_sitepreserver_item_known(zone, hash)) {
            known[i] = 1;

        } else {
            b->items[b->nitems++] = hash;
        }
    }

    b->event.known = known;

    return SP_OK;
}


/*
 * A cart is as old as its answer: the last byte may reach a slow client after
 * an order, and must not bring back what was bought.  An order happens when it
 * is certain.
 */

static ngx_http_sitepreserver_result_t
ngx_http_sitepreserver_queue_event(ngx_http_sitepreserver_build_t *b)
{
    ngx_uint_t                      i;
    ngx_msec_t                      at;
    ngx_http_sitepreserver_zone_t  *zone;

    at = ngx_current_msec;
    b->event.seen = ngx_http_sitepreserver_clock();

    if (b->event.cart != SP_CART_NONE && b->ctx->answered_at != 0
        && !(b->event.kinds & (SP_PURCHASE|SP_ORDER_PENDING)))
    {
        at = b->ctx->answered_at;
        b->event.seen = b->ctx->answer_seen;
    }

    if (ngx_http_sitepreserver_redis_event(b->mcf, b->scf->shop, &b->event, at,
                                           &b->ctx->pool, b->items, b->nitems)
        != NGX_OK)
    {
        return NGX_HTTP_SITEPRESERVER_RESULT_DROPPED;
    }

    if (b->event.forget) {
        return ngx_http_sitepreserver_gated(b->ctx);
    }

    zone = ngx_http_sitepreserver_zone(b->mcf);

    for (i = 0; i < NGX_HTTP_SITEPRESERVER_KINDS; i++) {
        if (b->event.kinds & (1U << i)) {
            (void) ngx_atomic_fetch_add(&zone->kinds[i], 1);
        }
    }

    ngx_http_sitepreserver_active_note(zone, b->active);

    return NGX_HTTP_SITEPRESERVER_RESULT_OBSERVED;
}


uint64_t
ngx_http_sitepreserver_clock(void)
{
    struct timespec  now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);

    return (uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_nsec / 1000;
}
