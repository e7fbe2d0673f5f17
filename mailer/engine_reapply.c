/*
 * Copyright (C) SitePreserver developers
 *
 * Redis is told what our own files have: as it is in the end, since what was
 * taken back would be done again, and some at a time, since there may be many.
 */

#include <stdlib.h>
#include <time.h>

#include "engine_reapply.h"
#include "journal_fold.h"
#include "log.h"
#include "sp_arena.h"


#define ENGINE_WINDOW  256          /* calls that wait for an answer */


/*
 * A file: how its lines are folded, and the call that tells Redis of one; in
 * the order in which Redis is told.  A call may have nothing to say: SP_DONE.
 */

typedef struct {
    long    (*read)(const char *dir, journal_each_pt each, void *data);
    journal_each_pt  fold;
    sp_rc_t (*call)(sp_call_t *call, const sp_pool_t *pool,
                    const config_shop_t *shop, const journal_last_t *last);
} engine_file_t;


static sp_rc_t engine_reapply_suppression(sp_call_t *call,
    const sp_pool_t *pool, const config_shop_t *shop,
    const journal_last_t *last);
static sp_rc_t engine_reapply_withdrawal(sp_call_t *call,
    const sp_pool_t *pool, const config_shop_t *shop,
    const journal_last_t *last);
static sp_rc_t engine_reapply_not_me(sp_call_t *call, const sp_pool_t *pool,
    const config_shop_t *shop, const journal_last_t *last);
static int engine_reapply_read(engine_t *engine);
static int engine_reapply_one(engine_t *engine, const engine_file_t *file,
    const journal_last_t *last);


static const engine_file_t  engine_files[] = {
    { journal_suppressions, journal_fold_suppression,
      engine_reapply_suppression },
    { journal_withdrawals, journal_fold_said, engine_reapply_withdrawal },
    { journal_not_me, journal_fold_said, engine_reapply_not_me },
};

#define ENGINE_FILES  (sizeof(engine_files) / sizeof(engine_files[0]))

struct engine_reapply_s {
    journal_fold_t  folds[ENGINE_FILES];
    unsigned        file;           /* of the next to be told */
    guint           next;
    long            told;
};


void
engine_reapply(engine_t *engine)
{
    engine_reapply_free(engine);
    engine->reapplied = 0;
    engine->unread = 0;

    if (engine_reapply_read(engine) != 0) {
        engine->unread = 1;
        log_event(LOG_ERROR, "suppressions", "error=\"the file cannot be "
                  "read: nothing is sent\"");
        return;
    }

    engine_reapply_more(engine);
}


static int
engine_reapply_read(engine_t *engine)
{
    size_t             i;
    long               n;
    engine_reapply_t  *reapply;

    reapply = calloc(1, sizeof(engine_reapply_t));

    if (reapply == NULL) {
        return -1;
    }

    n = 0;

    for (i = 0; i < ENGINE_FILES; i++) {
        journal_fold_init(&reapply->folds[i]);

        if (n >= 0) {
            n = engine_files[i].read(engine->fixed.state_dir,
                                     engine_files[i].fold, &reapply->folds[i]);
        }
    }

    engine->reapply = reapply;

    if (n < 0) {
        engine_reapply_free(engine);
        return -1;
    }

    return 0;
}


void
engine_reapply_more(engine_t *engine)
{
    GPtrArray         *order;
    engine_reapply_t  *reapply;

    reapply = engine->reapply;

    while (reapply->file < ENGINE_FILES) {
        order = reapply->folds[reapply->file].order;

        if (reapply->next == order->len) {
            reapply->file++;
            reapply->next = 0;
            continue;
        }

        if (engine->untold >= ENGINE_WINDOW || engine->stopping) {
            return;
        }

        if (engine_reapply_one(engine, &engine_files[reapply->file],
                               g_ptr_array_index(order, reapply->next)) != 0)
        {
            log_event(LOG_ERROR, "suppressions", "error=\"out of memory: "
                      "nothing is sent\"");
            engine->unread = 1;
            engine_reapply_free(engine);
            return;
        }

        reapply->next++;
    }

    log_event(LOG_INFO, "suppressions", "reapplied=%ld", reapply->told);
    engine_reapply_free(engine);
    engine->reapplied = 1;
}


static int
engine_reapply_one(engine_t *engine, const engine_file_t *file,
    const journal_last_t *last)
{
    int             failed;
    sp_rc_t         rc;
    sp_call_t       call;
    sp_arena_t     *arena;
    config_shop_t  *shop;

    shop = config_shop(engine->conf, last->shop);

    if (shop == NULL) {
        return 0;
    }

    arena = sp_arena_create(0);
    rc = arena == NULL ? SP_NOMEM
         : file->call(&call, sp_arena_pool(arena), shop, last);

    /* what is no call is nothing that Redis could be told */

    failed = rc == SP_NOMEM || (rc == SP_OK && engine_call(engine, &call) != 0);
    engine->reapply->told += rc == SP_OK && !failed;
    sp_arena_destroy(arena);

    return failed ? -1 : 0;
}


/* What was taken back is told as well: who did it may have had no Redis. */

static sp_rc_t
engine_reapply_suppression(sp_call_t *call, const sp_pool_t *pool,
    const config_shop_t *shop, const journal_last_t *last)
{
    if (!last->gone && last->until != 0
        && last->until <= (int64_t) time(NULL))
    {
        return SP_DONE;
    }

    return journal_suppression_call(call, pool, &shop->id, &last->shopper,
                                    last->at, last->gone ? NULL : last->reason,
                                    last->until);
}


/* Consent that was given later is another matter: Redis knows the time. */

static sp_rc_t
engine_reapply_withdrawal(sp_call_t *call, const sp_pool_t *pool,
    const config_shop_t *shop, const journal_last_t *last)
{
    return journal_withdrawal_call(call, pool, &shop->id, &last->shopper,
                                   last->at, last->reason, shop->remember);
}


/* What Redis has heard does nothing again; what is older leads nowhere. */

static sp_rc_t
engine_reapply_not_me(sp_call_t *call, const sp_pool_t *pool,
    const config_shop_t *shop, const journal_last_t *last)
{
    int64_t  ago;

    ago = (int64_t) time(NULL) - last->at;

    if (ago >= shop->remember) {
        return SP_DONE;
    }

    return sp_call_not_me(call, pool, &shop->id, &last->shopper,
                          ago > 0 ? ago * 1000 : 1, shop->remember);
}


void
engine_reapply_free(engine_t *engine)
{
    size_t  i;

    if (engine->reapply == NULL) {
        return;
    }

    for (i = 0; i < ENGINE_FILES; i++) {
        journal_fold_free(&engine->reapply->folds[i]);
    }

    free(engine->reapply);
    engine->reapply = NULL;
}
