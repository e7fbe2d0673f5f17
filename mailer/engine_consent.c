/*
 * Copyright (C) SitePreserver developers
 *
 * Withdrawals of consent that nginx has observed: Redis may lose them, so they
 * are written into our own file, too, and Redis is told of them again.
 *
 *     timer -> sp1_withdrawn -> journal, until it is on disk -+-> none: the end
 *                  ^            (those are not told again)    |
 *                  +------------------------------------------+
 */

#include <stdlib.h>

#include "engine.h"
#include "log.h"
#include "sp_arena.h"


#define ENGINE_WATCH  60            /* s */


/* Those of one shop; the journal's thread has the entries in between. */

struct engine_batch_s {
    engine_batch_t    *next;
    engine_batch_t   **prev;
    engine_t          *engine;
    char              *shop;
    sp_withdrawal_t    list[SP_WITHDRAWN_MAX];
    journal_entry_t    entries[SP_WITHDRAWN_MAX];
    unsigned           n;
    unsigned           left;        /* that are not on disk yet */
};


static void engine_watch(evutil_socket_t fd, short what, void *data);
static void engine_batch_start(engine_t *engine, const char *shop);
static void engine_batch_end(engine_batch_t *batch);
static void engine_batch_ask(engine_batch_t *batch);
static void engine_batch_answer(void *data, const redis_answer_t *answer);
static void engine_batch_note(engine_batch_t *batch);
static void engine_batch_noted(void *data);


int
engine_consent_start(engine_t *engine)
{
    struct timeval  tv;

    tv.tv_sec = ENGINE_WATCH;
    tv.tv_usec = 0;
    engine->watch = event_new(engine->base, -1, EV_PERSIST, engine_watch,
                              engine);

    return engine->watch == NULL ? -1 : event_add(engine->watch, &tv);
}


/* After the journal and Redis: nobody has a batch any more. */

void
engine_consent_free(engine_t *engine)
{
    while (engine->batches != NULL) {
        engine_batch_end(engine->batches);
    }

    if (engine->watch != NULL) {
        event_free(engine->watch);
    }
}


static void
engine_watch(evutil_socket_t fd, short what, void *data)
{
    engine_withdrawals(data);
}


/* One round at a time: what is not noted yet would be told of twice. */

void
engine_withdrawals(engine_t *engine)
{
    shop_t  *shop;

    if (engine->batches != NULL || engine->stopping
        || !redis_is_up(engine->redis))
    {
        return;
    }

    for (shop = engine->shops; shop != NULL; shop = shop->next) {
        if (shop->conf != NULL) {
            engine_batch_start(engine, shop->name);
        }
    }
}


static void
engine_batch_start(engine_t *engine, const char *shop)
{
    engine_batch_t  *batch;

    batch = calloc(1, sizeof(engine_batch_t));

    if (batch == NULL) {
        return;
    }

    batch->engine = engine;
    batch->next = engine->batches;
    batch->prev = &engine->batches;

    if (batch->next != NULL) {
        batch->next->prev = &batch->next;
    }

    engine->batches = batch;
    batch->shop = strdup(shop);

    if (batch->shop == NULL) {
        engine_batch_end(batch);
        return;
    }

    engine_batch_ask(batch);
}


static void
engine_batch_end(engine_batch_t *batch)
{
    *batch->prev = batch->next;

    if (batch->next != NULL) {
        batch->next->prev = batch->prev;
    }

    free(batch->shop);
    free(batch);
}


/* What is on disk now need not be told again; what more is there? */

static void
engine_batch_ask(engine_batch_t *batch)
{
    int          rc;
    sp_str_t     shop;
    sp_call_t    call;
    sp_arena_t  *arena;

    shop.data = batch->shop;
    shop.len = strlen(batch->shop);
    arena = sp_arena_create(0);

    rc = arena == NULL
         || sp_call_withdrawn(&call, sp_arena_pool(arena), &shop, batch->list,
                              batch->n) != SP_OK
         || redis_call(batch->engine->redis, &call, 0, engine_batch_answer,
                       batch) != 0;

    sp_arena_destroy(arena);

    if (rc) {
        engine_batch_end(batch);
    }
}


static void
engine_batch_answer(void *data, const redis_answer_t *answer)
{
    engine_batch_t  *batch;

    batch = data;

    if (answer->status == REDIS_REPLY
        && sp_withdrawn_read(batch->list, &batch->n, answer->items, answer->n)
           == SP_OK)
    {
        if (batch->n != 0 && !batch->engine->stopping) {
            engine_batch_note(batch);
            return;
        }

    } else if (answer->status != REDIS_DOWN) {
        log_event(LOG_ERROR, "withdrawals", "shop=%s error=\"Redis refuses, or "
                  "gave another answer\"", batch->shop);
    }

    engine_batch_end(batch);
}


static void
engine_batch_note(engine_batch_t *batch)
{
    unsigned          i;
    journal_entry_t  *entry;

    batch->left = batch->n;

    for (i = 0; i < batch->n; i++) {
        entry = &batch->entries[i];
        entry->file = "withdrawals";
        entry->error = 0;
        entry->done.handler = engine_batch_noted;
        entry->done.data = batch;
        journal_withdrawal_line(entry->line, batch->shop, &batch->list[i]);
    }

    for (i = 0; i < batch->n; i++) {
        journal_append(batch->engine->journal, &batch->entries[i]);
    }
}


/* One that is not on disk stays in Redis with the others, for the next time. */

static void
engine_batch_noted(void *data)
{
    unsigned         i;
    engine_batch_t  *batch;

    batch = data;

    if (--batch->left != 0) {
        return;
    }

    for (i = 0; i < batch->n; i++) {
        if (batch->entries[i].error != 0) {
            log_event(LOG_ERROR, "journal", "file=withdrawals error=\"%s\"",
                      strerror(batch->entries[i].error));
            engine_batch_end(batch);
            return;
        }
    }

    log_event(LOG_INFO, "withdrawals", "shop=%s noted=%u", batch->shop,
              batch->n);
    engine_batch_ask(batch);
}
