/*
 * Copyright (C) SitePreserver developers
 *
 * Who is suppressed, and whose cart was not theirs: first in our own files,
 * which last, and in Redis, which is told all of it again when it comes back
 * (engine_reapply.c).
 */

#include <stdlib.h>
#include <time.h>

#include "engine_reapply.h"
#include "log.h"
#include "sp_arena.h"


/* Nobody waits for the answer of a suppression; its text lives with it. */

typedef struct {
    journal_entry_t   entry;
    void            (*done)(void *data, int error);
    void             *data;
    engine_t         *engine;       /* Redis is told last; NULL: it was told */
    const char       *shop;
    const char       *reason;
    sp_id_t           shopper;
} engine_suppression_t;


static int engine_tell(engine_t *engine, const char *shop,
    const sp_id_t *shopper, const char *reason, int64_t until);
static int engine_tell_not_me(engine_t *engine, const char *shop,
    const sp_id_t *shopper);
static engine_suppression_t *engine_suppression(
    void (*done)(void *data, int error), void *data);
static void engine_note(engine_t *engine, engine_suppression_t *suppression,
    const char *shop, const sp_id_t *shopper, const char *reason,
    int64_t until);
static void engine_tell_now(engine_t *engine, const char *shop,
    const sp_id_t *shopper, const char *reason, int64_t until);
static void engine_told(void *data, const redis_answer_t *answer);
static void engine_written(void *data);


static int
engine_tell(engine_t *engine, const char *shop, const sp_id_t *shopper,
    const char *reason, int64_t until)
{
    int          rc;
    sp_str_t     name;
    sp_call_t    call;
    sp_arena_t  *arena;

    name.data = shop;
    name.len = strlen(shop);
    arena = sp_arena_create(0);

    rc = arena == NULL
         || journal_suppression_call(&call, sp_arena_pool(arena), &name,
                                     shopper, 0, reason, until) != SP_OK
         || engine_call(engine, &call) != 0;

    sp_arena_destroy(arena);

    return rc;
}


static int
engine_tell_not_me(engine_t *engine, const char *shop, const sp_id_t *shopper)
{
    int             rc;
    sp_call_t       call;
    sp_arena_t     *arena;
    config_shop_t  *conf;

    conf = config_shop(engine->conf, shop);
    arena = sp_arena_create(0);

    rc = arena == NULL || conf == NULL
         || sp_call_not_me(&call, sp_arena_pool(arena), &conf->id, shopper,
                           0, conf->remember) != SP_OK
         || engine_call(engine, &call) != 0;

    sp_arena_destroy(arena);

    return rc;
}


int
engine_call(engine_t *engine, const sp_call_t *call)
{
    if (redis_call(engine->redis, call, -1, engine_told, engine) != 0) {
        return -1;
    }

    engine->untold++;

    return 0;
}


static void
engine_told(void *data, const redis_answer_t *answer)
{
    char       text[LOG_QUOTE_MAX], quoted[LOG_QUOTE_MAX];
    engine_t  *engine;

    engine = data;

    if (answer->status == REDIS_ERROR) {
        snprintf(text, sizeof(text), "%.*s", (int) answer->items[0].len,
                 answer->items[0].data);
        log_event(LOG_ERROR, "suppress", "error=%s", log_quote(quoted, text));
    }

    engine->untold--;

    if (engine->reapplied || !redis_is_up(engine->redis)) {
        return;
    }

    if (engine->reapply != NULL) {
        engine_reapply_more(engine);

    } else if (engine->untold == 0) {
        engine_reapply(engine);
    }

    if (engine->reapplied) {
        engine_kick(engine);
    }
}


int
engine_suppress(engine_t *engine, const char *shop, const sp_id_t *shopper,
    const char *reason, void (*done)(void *data, int error), void *data)
{
    engine_suppression_t  *suppression;

    suppression = engine_suppression(done, data);

    if (suppression == NULL) {
        return -1;
    }

    journal_suppression_line(suppression->entry.line, (int64_t) time(NULL),
                             shop, shopper, reason);
    engine_note(engine, suppression, shop, shopper, reason, 0);

    return 0;
}


int
engine_suppress_last(engine_t *engine, const char *shop,
    const sp_id_t *shopper, const char *reason,
    void (*done)(void *data, int error), void *data)
{
    engine_suppression_t  *suppression;

    suppression = engine_suppression(done, data);

    if (suppression == NULL) {
        return -1;
    }

    suppression->engine = engine;
    suppression->shop = shop;
    suppression->reason = reason;
    suppression->shopper = *shopper;

    journal_suppression_line(suppression->entry.line, (int64_t) time(NULL),
                             shop, shopper, reason);
    engine_note(engine, suppression, shop, shopper, reason, 0);

    return 0;
}


int
engine_pause(engine_t *engine, const char *shop, const sp_id_t *shopper,
    int64_t until, void (*done)(void *data, int error), void *data)
{
    engine_suppression_t  *suppression;

    suppression = engine_suppression(done, data);

    if (suppression == NULL) {
        return -1;
    }

    journal_pause_line(suppression->entry.line, (int64_t) time(NULL), shop,
                       shopper, until);
    engine_note(engine, suppression, shop, shopper, "paused", until);

    return 0;
}


/* Redis is told first: a message that is about to leave may still be stopped. */

int
engine_not_me(engine_t *engine, const char *shop, const sp_id_t *shopper,
    void (*done)(void *data, int error), void *data)
{
    engine_suppression_t  *wish;

    wish = engine_suppression(done, data);

    if (wish == NULL) {
        return -1;
    }

    if (config_shop(engine->conf, shop) != NULL
        && engine_tell_not_me(engine, shop, shopper) != 0)
    {
        log_event(LOG_ERROR, "not_me", "shop=%s error=\"out of memory\"",
                  shop);
    }

    wish->entry.file = "not-me";
    journal_not_me_line(wish->entry.line, (int64_t) time(NULL), shop, shopper);
    journal_append(engine->journal, &wish->entry);
    log_event(LOG_INFO, "not_me", "shop=%s shopper=%s", shop, shopper->text);

    return 0;
}


static engine_suppression_t *
engine_suppression(void (*done)(void *data, int error), void *data)
{
    engine_suppression_t  *suppression;

    suppression = calloc(1, sizeof(engine_suppression_t));

    if (suppression != NULL) {
        suppression->done = done;
        suppression->data = data;
        suppression->entry.file = "suppressions";
        suppression->entry.done.handler = engine_written;
        suppression->entry.done.data = suppression;
    }

    return suppression;
}


static void
engine_note(engine_t *engine, engine_suppression_t *suppression,
    const char *shop, const sp_id_t *shopper, const char *reason,
    int64_t until)
{
    if (suppression->engine == NULL) {
        engine_tell_now(engine, shop, shopper, reason, until);
    }

    journal_append(engine->journal, &suppression->entry);
    log_event(LOG_INFO, "suppress", "shop=%s shopper=%s reason=%s", shop,
              shopper->text, reason);
}


static void
engine_tell_now(engine_t *engine, const char *shop, const sp_id_t *shopper,
    const char *reason, int64_t until)
{
    if (engine_tell(engine, shop, shopper, reason, until) != 0) {
        log_event(LOG_ERROR, "suppress", "shop=%s error=\"out of memory\"",
                  shop);
    }
}


static void
engine_written(void *data)
{
    engine_suppression_t  *suppression;

    suppression = data;

    if (suppression->entry.error != 0) {
        log_event(LOG_ERROR, "journal", "file=%s error=\"%s\"",
                  suppression->entry.file, strerror(suppression->entry.error));
    }

    if (suppression->done != NULL) {
        suppression->done(suppression->data, suppression->entry.error);
    }

    if (suppression->engine != NULL) {
        engine_tell_now(suppression->engine, suppression->shop,
                        &suppression->shopper, suppression->reason, 0);
    }

    free(suppression);
}
