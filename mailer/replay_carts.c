/*
 * Copyright (C) SitePreserver developers
 *
 * What carts there are, and whether they would be mailed.
 */

#include <stdlib.h>

#include "replay_int.h"


/* The reply of replay_visit. */

typedef enum {
    REPLAY_VISIT_ID = 0,
    REPLAY_VISIT_SHOPPER,
    REPLAY_VISIT_STAGE,
    REPLAY_VISIT_CLASS,
    REPLAY_VISIT_ORDER,
    REPLAY_VISIT_HOLD,
    REPLAY_VISIT_FAILED,
    REPLAY_VISIT_CURRENCY,
    REPLAY_VISIT_TOTAL,
    REPLAY_VISIT_LINES
} replay_visit_t;

#define REPLAY_LINE  11             /* fields of a line */


typedef struct {
    replay_t        *replay;
    replay_cart_pt   each;
    void            *data;
} replay_each_t;


static sp_rc_t replay_back_visit(replay_t *replay, unsigned visit,
    replay_back_t *back);
static sp_rc_t replay_back_known(replay_t *replay, const char *function,
    const char *kind, const sp_id_t *key, unsigned visit,
    replay_back_t *back);
static sp_rc_t replay_back_add(replay_t *replay, const sp_id_t *id,
    unsigned visit, replay_back_t *back, unsigned *shopper);
static sp_rc_t replay_preview(replay_t *replay, unsigned shopper,
    replay_cart_t *cart);
static void replay_stands(replay_cart_t *cart, const sp_str_t *stands);
static sp_rc_t replay_shopper_more(replay_t *replay, unsigned shopper,
    replay_cart_t *cart);
static sp_rc_t replay_cart_shopper(replay_each_t *e, unsigned shopper);
static sp_rc_t replay_cart_visit(replay_each_t *e, unsigned visit);
static void replay_others(replay_t *replay);
static sp_rc_t replay_visit(replay_t *replay, unsigned visit,
    sp_str_t **items, size_t *n);
static sp_rc_t replay_lines(replay_t *replay, const sp_str_t *items,
    size_t n, replay_cart_t *cart);
static int64_t replay_amount(const sp_str_t *text);
static int64_t replay_whole(const sp_str_t *text);


/*
 * Asked at the time of this event, before it is folded: nothing else has
 * happened to them.  Who has a new visit is known by what it brings: our own
 * cookie, a login's, the customer, the address.
 */

sp_rc_t
replay_back_ask(replay_t *replay, unsigned visit, const sp_event_t *event,
    replay_back_t *back)
{
    sp_rc_t   rc;
    unsigned  i, shopper;

    back->n = 0;
    back->own = 0;

    if (replay->hooks.abandoned == NULL) {
        return SP_OK;
    }

    rc = SP_OK;

    if (visit != 0) {
        rc = replay_back_visit(replay, visit, back);
    }

    for (i = 0; i < event->naliases && rc == SP_OK; i++) {
        rc = replay_back_known(replay, "replay_alias", "a:",
                               &event->aliases[i].id, visit, back);
    }

    if (rc == SP_OK && event->customer.text[0] != '\0') {
        rc = replay_back_known(replay, "replay_customer", "c:",
                               &event->customer, visit, back);
    }

    if (rc == SP_OK && event->shopper.text[0] != '\0') {
        rc = replay_back_add(replay, &event->shopper, visit, back, &shopper);
    }

    return rc;
}


void
replay_back_tell(replay_t *replay, const replay_back_t *back,
    unsigned shopper)
{
    unsigned  i, who;

    for (i = 0; i < back->n; i++) {
        who = back->carts[i].shopper;

        if (who == shopper || who == back->own) {
            replay->hooks.abandoned(replay->hooks.data, &back->carts[i]);
        }
    }
}


static sp_rc_t
replay_back_visit(replay_t *replay, unsigned visit, replay_back_t *back)
{
    size_t     n;
    sp_rc_t    rc;
    sp_id_t    id;
    sp_str_t  *items;

    rc = replay_visit(replay, visit, &items, &n);

    if (rc != SP_OK || n <= REPLAY_VISIT_LINES
        || items[REPLAY_VISIT_SHOPPER].len != SP_ID_LEN)
    {
        return rc;
    }

    memcpy(id.text, items[REPLAY_VISIT_SHOPPER].data, SP_ID_LEN);
    id.text[SP_ID_LEN] = '\0';

    return replay_back_add(replay, &id, visit, back, &back->own);
}


/* Whom an alias or a customer's id leads to. */

static sp_rc_t
replay_back_known(replay_t *replay, const char *function, const char *kind,
    const sp_id_t *key, unsigned visit, replay_back_t *back)
{
    size_t     n;
    sp_rc_t    rc;
    sp_id_t    id;
    sp_str_t  *items;
    unsigned   shopper;

    rc = replay_state_show(replay->state, &replay->server->shop, function, kind,
                           key, replay->pool, &items, &n, &replay->refusal);

    if (rc != SP_OK || n != 1 || items[0].len != SP_ID_LEN) {
        return rc == SP_INVALID ? SP_OK : rc;
    }

    memcpy(id.text, items[0].data, SP_ID_LEN);
    id.text[SP_ID_LEN] = '\0';

    return replay_back_add(replay, &id, visit, back, &shopper);
}


static sp_rc_t
replay_back_add(replay_t *replay, const sp_id_t *id, unsigned visit,
    replay_back_t *back, unsigned *shopper)
{
    sp_rc_t         rc;
    unsigned        i;
    replay_who_t   *who;
    replay_cart_t  *cart;

    *shopper = replay_who_known(&replay->shoppers, replay->server, id);

    if (*shopper == 0 || back->n == REPLAY_BACK_MAX) {
        return SP_OK;
    }

    for (i = 0; i < back->n; i++) {
        if (back->carts[i].shopper == *shopper) {
            return SP_OK;
        }
    }

    who = &replay->shoppers.list[*shopper - 1];

    if (who->last + replay->server->terms.idle >= replay->now) {
        return SP_OK;
    }

    cart = &back->carts[back->n];
    memset(cart, 0, sizeof(replay_cart_t));
    rc = replay_preview(replay, *shopper, cart);

    if (rc == SP_OK && cart->mailed) {
        cart->at = who->last + replay->server->terms.idle;
        back->n++;

        if (visit == 0) {
            return replay_shopper_more(replay, *shopper, cart);
        }

        cart->visits[cart->nvisits++] = visit;
    }

    return rc;
}


sp_rc_t
replay_carts(replay_t *replay, replay_cart_pt each, void *data)
{
    sp_rc_t        rc;
    int64_t        idle;
    unsigned       i;
    replay_each_t  e;

    if (replay->state == NULL) {
        return SP_OK;
    }

    e.replay = replay;
    e.each = each;
    e.data = data;
    idle = 0;

    for (i = 0; i < replay->conf->nservers; i++) {
        if (replay->conf->servers[i].terms.idle > idle) {
            idle = replay->conf->servers[i].terms.idle;
        }
    }

    replay->now += idle + 60000;
    replay_state_now(replay->state, replay->now);
    rc = SP_OK;

    for (i = 1; i <= replay->shoppers.table.n && rc == SP_OK; i++) {
        rc = replay_cart_shopper(&e, i);
    }

    replay_others(replay);

    for (i = 1; i <= replay->visits.table.n && rc == SP_OK; i++) {
        rc = replay_cart_visit(&e, i);
    }

    return rc;
}


/* What a claim would give of a shopper. */

static sp_rc_t
replay_preview(replay_t *replay, unsigned shopper, replay_cart_t *cart)
{
    size_t         n;
    sp_rc_t        rc;
    sp_str_t      *items;
    sp_call_t      call;
    sp_preview_t   preview;
    replay_who_t  *who;

    who = &replay->shoppers.list[shopper - 1];
    cart->server = who->server;
    cart->shopper = shopper;
    cart->address = who->address;
    cart->total = SP_NO_AMOUNT;
    cart->why = "empty";

    rc = sp_call_preview(&call, replay->pool, &who->server->shop, &who->id);

    if (rc == SP_OK) {
        rc = replay_state_call(replay->state, &call, replay->pool, &items, &n,
                               &replay->refusal);
    }

    if (rc == SP_OK) {
        rc = sp_preview_read(&preview, replay->pool, items, n);
    }

    if (rc == SP_INVALID) {
        replay->counts.refused++;
        return SP_OK;
    }

    if (rc != SP_OK) {
        return rc;
    }

    replay_stands(cart, &preview.stands);

    if (preview.claimed.nlines != 0) {
        cart->lines = preview.claimed.lines;
        cart->nlines = preview.claimed.nlines;
        cart->currency = preview.claimed.currency;
        cart->total = preview.claimed.total;
        cart->stage = preview.claimed.stage;
    }

    return SP_OK;
}


static void
replay_stands(replay_cart_t *cart, const sp_str_t *stands)
{
    unsigned  i;
    sp_str_t  word;

    static const struct {
        const char  *stands;
        const char  *why;
        unsigned     mailed;
    } words[] = {
        { "open", "abandoned", 1 },
        { "empty", "empty", 0 },
        { "no_address", "no_address", 0 },
        { "held", "held", 0 },
        { "active", "active", 0 },
        { "shop_failing", "failing", 0 },
        { "unknown", "empty", 0 },
        { "closed", "told", 0 },
    };

    cart->why = "empty";

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        word = sp_str(words[i].stands);

        if (sp_str_eq(&word, stands)) {
            cart->why = words[i].why;
            cart->mailed = words[i].mailed;
        }
    }
}


static sp_rc_t
replay_cart_shopper(replay_each_t *e, unsigned shopper)
{
    sp_rc_t        rc;
    replay_cart_t  cart;

    sp_arena_reset(e->replay->arena);
    memset(&cart, 0, sizeof(cart));

    rc = replay_preview(e->replay, shopper, &cart);

    if (rc == SP_OK) {
        rc = replay_shopper_more(e->replay, shopper, &cart);
    }

    /* who was taken for somebody else first has nothing by now */

    if (rc == SP_OK
        && (cart.nvisits != 0 || cart.nlines != 0 || cart.ordered))
    {
        e->each(e->data, &cart);
    }

    return rc;
}


/* Did they order, and which visits are theirs? */

static sp_rc_t
replay_shopper_more(replay_t *replay, unsigned shopper, replay_cart_t *cart)
{
    size_t         n, at;
    sp_rc_t        rc;
    sp_id_t        id;
    sp_str_t      *items;
    unsigned       visit;
    replay_who_t  *who;

    who = &replay->shoppers.list[shopper - 1];
    rc = replay_state_show(replay->state, &who->server->shop,
                           "replay_shopper", "p:", &who->id, replay->pool,
                           &items, &n, &replay->refusal);

    if (rc != SP_OK || n != 2) {
        return rc == SP_INVALID ? SP_OK : rc;
    }

    cart->ordered = replay_whole(&items[0]) > 0;

    if (cart->ordered && cart->nlines == 0) {
        cart->why = "ordered";
    }

    for (at = 0; at + SP_ID_LEN <= items[1].len; at += SP_ID_LEN + 1) {
        memcpy(id.text, items[1].data + at, SP_ID_LEN);
        id.text[SP_ID_LEN] = '\0';
        visit = replay_who_known(&replay->visits, who->server, &id);

        if (visit != 0 && cart->nvisits < REPLAY_VISITS_MAX) {
            cart->visits[cart->nvisits++] = visit;
        }
    }

    return SP_OK;
}


/* Of visits that nobody is known of, those that have or had something. */

static sp_rc_t
replay_cart_visit(replay_each_t *e, unsigned visit)
{
    size_t         n;
    sp_rc_t        rc;
    sp_str_t      *items;
    unsigned       other;
    replay_cart_t  cart;
    replay_who_t  *who;

    sp_arena_reset(e->replay->arena);
    rc = replay_visit(e->replay, visit, &items, &n);

    if (rc != SP_OK || n <= REPLAY_VISIT_LINES - 1
        || items[REPLAY_VISIT_SHOPPER].len != 0)
    {
        return rc;
    }

    /* one that has moved is told of where it is */

    who = &e->replay->visits.list[visit - 1];

    if (items[REPLAY_VISIT_ID].len != SP_ID_LEN
        || memcmp(items[REPLAY_VISIT_ID].data, who->id.text, SP_ID_LEN) != 0)
    {
        return SP_OK;
    }

    memset(&cart, 0, sizeof(cart));
    cart.server = who->server;
    cart.visits[cart.nvisits++] = visit;

    for (other = who->others; other != 0 && cart.nvisits < REPLAY_VISITS_MAX;
         other = e->replay->visits.list[other - 1].next)
    {
        cart.visits[cart.nvisits++] = other;
    }

    cart.stage = (unsigned) replay_whole(&items[REPLAY_VISIT_STAGE]);
    cart.ordered = replay_whole(&items[REPLAY_VISIT_ORDER]) > 0;
    cart.currency = items[REPLAY_VISIT_CURRENCY];
    cart.total = replay_amount(&items[REPLAY_VISIT_TOTAL]);

    rc = replay_lines(e->replay, items + REPLAY_VISIT_LINES,
                      n - REPLAY_VISIT_LINES, &cart);

    if (rc != SP_OK) {
        return rc;
    }

    cart.why = cart.nlines != 0 ? "anonymous"
               : cart.ordered ? "ordered" : "empty";
    e->each(e->data, &cart);

    return SP_OK;
}


/* Which visits moved to each, maybe by another. */

static void
replay_others(replay_t *replay)
{
    unsigned       i, to, hops;
    replay_who_t  *list;

    list = replay->visits.list;

    for (i = replay->visits.table.n; i != 0; i--) {
        to = i;

        for (hops = 0; list[to - 1].to != 0 && hops < 8; hops++) {
            to = list[to - 1].to;
        }

        if (to != i) {
            list[i - 1].next = list[to - 1].others;
            list[to - 1].others = i;
        }
    }
}


static sp_rc_t
replay_visit(replay_t *replay, unsigned visit, sp_str_t **items, size_t *n)
{
    sp_rc_t        rc;
    replay_who_t  *who;

    who = &replay->visits.list[visit - 1];
    *n = 0;

    rc = replay_state_show(replay->state, &who->server->shop, "replay_visit",
                           "v:", &who->id, replay->pool, items, n,
                           &replay->refusal);

    if (rc != SP_INVALID) {
        return rc;
    }

    replay->counts.refused++;

    return SP_OK;
}


static sp_rc_t
replay_lines(replay_t *replay, const sp_str_t *items, size_t n,
    replay_cart_t *cart)
{
    size_t     i;
    sp_line_t *line;

    cart->nlines = (unsigned) (n / REPLAY_LINE);
    cart->lines = sp_calloc(replay->pool,
                            (cart->nlines + 1) * sizeof(sp_line_t));

    if (cart->lines == NULL) {
        return SP_NOMEM;
    }

    for (i = 0; i < cart->nlines; i++, items += REPLAY_LINE) {
        line = &cart->lines[i];
        line->id = items[0];
        line->key = items[1];
        line->quantity = replay_amount(&items[2]);
        line->price = replay_amount(&items[3]);
        line->total = replay_amount(&items[4]);
        line->sku = items[5];
        line->name = items[6];
        line->url = items[7];
        line->image = items[8];
        line->options = items[9];
        line->category = items[10];

        if (line->total == SP_NO_AMOUNT && line->price >= 0
            && line->quantity >= 0)
        {
            line->total = line->price * line->quantity;
        }
    }

    return SP_OK;
}


/* As records have it: "" not said, "-" not to be told. */

static int64_t
replay_amount(const sp_str_t *text)
{
    if (text->len == 0) {
        return SP_NO_AMOUNT;
    }

    if (text->len == 1 && text->data[0] == '-') {
        return SP_UNSURE;
    }

    return replay_whole(text);
}


static int64_t
replay_whole(const sp_str_t *text)
{
    return text->len != 0 ? strtoll(text->data, NULL, 10) : 0;
}
