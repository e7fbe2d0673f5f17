/*
 * Copyright (C) SitePreserver developers
 *
 * A shop's scheduler: says hello to Redis, then claims what is due and sleeps
 * until the next deadline.
 */

#include <stdlib.h>

#include "engine.h"
#include "log.h"
#include "sp_arena.h"


#define SHOP_ASK_AGAIN   5000       /* ms, while it is not ready */
#define SHOP_SLEEP_MIN   10
#define SHOP_SLEEP_MAX   3600000
#define SHOP_REPLY_MAX   (64 * 1024 * 1024)


static const char *shop_state_name(shop_state_t state);
static void shop_hello(shop_t *shop);
static void shop_hello_answer(void *data, const redis_answer_t *answer);
static void shop_status_answer(void *data, const redis_answer_t *answer);
static sp_str_t shop_status_value(const redis_answer_t *answer,
    const char *name);
static void shop_note_mode(shop_t *shop);
static void shop_mode_answer(void *data, const redis_answer_t *answer);
static void shop_remember(shop_t *shop);
static void shop_remembered(void *data);
static void shop_ask(shop_t *shop, sp_rc_t rc, const sp_call_t *call,
    sp_arena_t *arena, redis_answer_pt answer);
static int shop_answered(shop_t *shop, const redis_answer_t *answer);
static void shop_set_state(shop_t *shop, shop_state_t state,
    const char *why);
static void shop_claim(shop_t *shop);
static void shop_claim_answer(void *data, const redis_answer_t *answer);
static int shop_take(shop_t *shop, const redis_answer_t *answer,
    sp_claim_t *claim);
static void shop_sleep(shop_t *shop, int64_t ms);
static void shop_timer(evutil_socket_t fd, short what, void *data);


shop_t *
shop_create(engine_t *engine, config_shop_t *conf)
{
    shop_t  *shop;

    shop = calloc(1, sizeof(shop_t));

    if (shop == NULL) {
        return NULL;
    }

    shop->engine = engine;
    shop->conf = conf;
    shop->name = strdup(conf->name);
    shop->timer = event_new(engine->base, -1, 0, shop_timer, shop);

    if (shop->name == NULL || shop->timer == NULL) {
        shop_free(shop);
        return NULL;
    }

    shop->known = journal_knows_shop(engine->fixed.state_dir, shop->name,
                                     engine->fixed.fingerprint) != 0;

    return shop;
}


void
shop_set_config(shop_t *shop, config_shop_t *conf)
{
    shop->conf = conf;

    /* An answer that is under way is followed by a hello of its own. */

    shop->state = SHOP_UNKNOWN;

    if (conf == NULL) {
        event_del(shop->timer);

    } else if (redis_is_up(shop->engine->redis)) {
        shop_hello(shop);
    }
}


void
shop_redis(shop_t *shop, int up)
{
    shop->state = SHOP_UNKNOWN;

    if (up) {
        shop_hello(shop);

    } else {
        event_del(shop->timer);
    }
}


/*
 * Hello: is the shop there, with our key?  Then: did Redis forget what we had
 * told it?  Then: our mode.  Only then is anything claimed.
 */

static void
shop_hello(shop_t *shop)
{
    sp_rc_t      rc;
    sp_call_t    call;
    sp_arena_t  *arena;

    if (shop->asking || shop->conf == NULL) {
        return;
    }

    event_del(shop->timer);
    arena = sp_arena_create(0);
    rc = arena == NULL ? SP_NOMEM
         : sp_call_shop(&call, sp_arena_pool(arena), &shop->conf->id,
                        shop->engine->fixed.fingerprint, NULL, 1);
    shop_ask(shop, rc, &call, arena, shop_hello_answer);
}


static void
shop_ask(shop_t *shop, sp_rc_t rc, const sp_call_t *call, sp_arena_t *arena,
    redis_answer_pt answer)
{
    if (rc == SP_OK
        && redis_call(shop->engine->redis, call, 0, answer, shop) == 0)
    {
        shop->asking = 1;

    } else {
        shop_sleep(shop, SHOP_ASK_AGAIN);
    }

    sp_arena_destroy(arena);
}


/* Zero: there is nothing to go on with; what follows is planned. */

static int
shop_answered(shop_t *shop, const redis_answer_t *answer)
{
    char  text[LOG_QUOTE_MAX], quoted[LOG_QUOTE_MAX];

    shop->asking = 0;

    if (shop->conf == NULL) {
        return 0;
    }

    if (answer->status == REDIS_DOWN) {
        shop_sleep(shop, SHOP_ASK_AGAIN);
        return 0;
    }

    if (answer->status == REDIS_REPLY) {
        return 1;
    }

    snprintf(text, sizeof(text), "%.*s", (int) answer->items[0].len,
             answer->items[0].data);

    if (strncmp(text, "SPMODE", 6) == 0) {
        shop_set_state(shop, shop->known ? SHOP_EMPTIED : SHOP_UNKNOWN, "");

    } else if (strncmp(text, "SP", 2) == 0) {
        shop_set_state(shop, SHOP_REFUSED, text);

    } else {
        log_event(LOG_ERROR, "redis_error", "shop=%s error=%s", shop->name,
                  log_quote(quoted, text));
        shop->state = SHOP_UNKNOWN;
        shop->failing = 1;
    }

    shop_sleep(shop, SHOP_ASK_AGAIN);

    return 0;
}


static void
shop_set_state(shop_t *shop, shop_state_t state, const char *why)
{
    char         quoted[LOG_QUOTE_MAX];
    log_level_t  level;

    shop->state = state;

    if (shop->said == (unsigned) state + 1) {
        return;
    }

    shop->said = (unsigned) state + 1;
    level = state == SHOP_EMPTIED || state == SHOP_REFUSED ? LOG_ERROR
                                                           : LOG_INFO;

    if (state == SHOP_EMPTIED) {
        why = "Redis has lost this shop: nothing is sent until "
              "\"sitepreserver restore\"";
    }

    log_event(level, "shop", "shop=%s state=%s mode=%s reason=%s", shop->name,
              shop_state_name(state), config_mode_name(shop->conf->mode),
              log_quote(quoted, why));
}


static void
shop_hello_answer(void *data, const redis_answer_t *answer)
{
    shop_t      *shop;
    sp_rc_t      rc;
    sp_call_t    call;
    sp_arena_t  *arena;

    shop = data;

    if (!shop_answered(shop, answer)) {
        return;
    }

    if (answer->n == 1 && answer->items[0].len == 4
        && memcmp(answer->items[0].data, "NONE", 4) == 0)
    {
        shop_set_state(shop, shop->known ? SHOP_EMPTIED : SHOP_ABSENT, "");
        shop_sleep(shop, SHOP_ASK_AGAIN);
        return;
    }

    arena = sp_arena_create(0);
    rc = arena == NULL ? SP_NOMEM
         : sp_call_status(&call, sp_arena_pool(arena), &shop->conf->id);
    shop_ask(shop, rc, &call, arena, shop_status_answer);
}


/*
 * nginx may have filled an emptied Redis again before we looked: then the
 * shop is there, but no mailer has ever told its mode.
 */

static void
shop_status_answer(void *data, const redis_answer_t *answer)
{
    size_t     i;
    shop_t    *shop;
    sp_str_t   idle;

    shop = data;

    if (!shop_answered(shop, answer)) {
        return;
    }

    if (shop->known && shop_status_value(answer, "mode").len == 0) {
        shop_set_state(shop, SHOP_EMPTIED, "");
        shop_sleep(shop, SHOP_ASK_AGAIN);
        return;
    }

    idle = shop_status_value(answer, "idle");
    shop->idle = 0;

    for (i = 0; i < idle.len && i < 13 && idle.data[i] >= '0'
                && idle.data[i] <= '9'; i++)
    {
        shop->idle = shop->idle * 10 + (idle.data[i] - '0');
    }

    shop_note_mode(shop);
}


static sp_str_t
shop_status_value(const redis_answer_t *answer, const char *name)
{
    size_t    i, len;
    sp_str_t  none = sp_null_string;

    len = strlen(name);

    for (i = 0; i + 1 < answer->n; i += 2) {
        if (answer->items[i].len == len
            && memcmp(answer->items[i].data, name, len) == 0)
        {
            return answer->items[i + 1];
        }
    }

    return none;
}


static void
shop_note_mode(shop_t *shop)
{
    sp_rc_t      rc;
    sp_call_t    call;
    sp_arena_t  *arena;

    arena = sp_arena_create(0);
    shop->mode = shop->conf->mode;
    rc = arena == NULL ? SP_NOMEM
         : sp_call_mode(&call, sp_arena_pool(arena), &shop->conf->id,
                        shop->mode);
    shop_ask(shop, rc, &call, arena, shop_mode_answer);
}


static void
shop_mode_answer(void *data, const redis_answer_t *answer)
{
    shop_t  *shop;

    shop = data;

    if (!shop_answered(shop, answer)) {
        return;
    }

    if (shop->mode != shop->conf->mode) {
        shop_note_mode(shop);
        return;
    }

    if (!shop->known) {
        shop_remember(shop);
    }

    /* what only reads goes on where nothing can be written */

    if (shop->mode == SP_MODE_OFF) {
        shop->failing = 0;
    }

    shop_set_state(shop, SHOP_READY, "");
    shop_claim(shop);
}


static void
shop_remember(shop_t *shop)
{
    journal_entry_t  *entry;

    entry = calloc(1, sizeof(journal_entry_t));

    if (entry == NULL) {
        return;
    }

    shop->known = 1;
    entry->file = "shops";
    entry->done.handler = shop_remembered;
    entry->done.data = entry;
    journal_shop_line(entry->line, shop->name,
                      shop->engine->fixed.fingerprint);
    journal_append(shop->engine->journal, entry);
}


static void
shop_remembered(void *data)
{
    journal_entry_t  *entry;

    entry = data;

    if (entry->error != 0) {
        log_event(LOG_ERROR, "journal", "file=%s error=\"%s\"", entry->file,
                  strerror(entry->error));
    }

    free(entry);
}


void
shop_kick(shop_t *shop)
{
    if (shop->state == SHOP_READY && !shop->asking
        && !event_pending(shop->timer, EV_TIMEOUT, NULL))
    {
        shop_claim(shop);
    }
}


static void
shop_claim(shop_t *shop)
{
    int64_t      pause;
    sp_rc_t      rc;
    relay_t     *relay;
    unsigned     max;
    sp_str_t     mailer;
    sp_call_t    call;
    sp_arena_t  *arena;

    if (shop->asking || shop->engine->stopping || shop->conf == NULL
        || shop->mode == SP_MODE_OFF || !shop->engine->reapplied)
    {
        return;
    }

    event_del(shop->timer);
    relay = engine_relay(shop->engine, shop->conf);
    max = relay_room(relay);
    pause = relay_pause(relay);

    if (max == 0) {
        return;
    }

    if (pause != 0) {
        shop_sleep(shop, pause);
        return;
    }

    if (max > SP_CLAIM_MAX) {
        max = SP_CLAIM_MAX;
    }

    mailer.data = shop->engine->mailer;
    mailer.len = SP_ID_LEN;
    arena = sp_arena_create(0);
    rc = arena == NULL ? SP_NOMEM
         : sp_call_claim(&call, sp_arena_pool(arena), &shop->conf->id,
                         &mailer, max, shop->engine->conf->lease);
    shop_ask(shop, rc, &call, arena, shop_claim_answer);
}


static void
shop_claim_answer(void *data, const redis_answer_t *answer)
{
    shop_t      *shop;
    sp_claim_t   claim;

    shop = data;

    if (!shop_answered(shop, answer)) {
        return;
    }

    shop->failing = 0;

    if (!shop_take(shop, answer, &claim)) {
        shop_sleep(shop, SHOP_ASK_AGAIN);
        return;
    }

    log_event(LOG_DEBUG, "claim", "shop=%s claimed=%u wait=%lld", shop->name,
              claim.n, (long long) claim.wait);

    if (shop->state != SHOP_READY || shop->mode != shop->conf->mode) {
        shop_hello(shop);
        return;
    }

    if (claim.n != 0) {
        shop_claim(shop);
        return;
    }

    shop_sleep(shop, claim.wait < SHOP_SLEEP_MIN ? SHOP_SLEEP_MIN
                                                 : claim.wait);
}


/* Reads a claim and takes in hand what is in it. */

static int
shop_take(shop_t *shop, const redis_answer_t *answer, sp_claim_t *claim)
{
    char            *copy;
    size_t           i, size;
    sp_str_t        *items;
    unsigned         k;
    rescue_batch_t  *batch;

    batch = calloc(1, sizeof(rescue_batch_t));

    if (batch == NULL) {
        return 0;
    }

    batch->refs = 1;
    batch->arena = sp_arena_create(SHOP_REPLY_MAX);
    size = 0;

    for (i = 0; i < answer->n; i++) {
        size += answer->items[i].len;
    }

    if (batch->arena == NULL
        || (items = sp_alloc(sp_arena_pool(batch->arena),
                             (answer->n + 1) * sizeof(sp_str_t))) == NULL
        || (copy = sp_alloc(sp_arena_pool(batch->arena), size + 1)) == NULL)
    {
        rescue_batch_unref(batch);
        return 0;
    }

    for (i = 0; i < answer->n; i++) {
        items[i].len = answer->items[i].len;
        items[i].data = answer->items[i].data != NULL ? copy : NULL;

        if (items[i].len != 0) {
            memcpy(copy, answer->items[i].data, items[i].len);
            copy += items[i].len;
        }
    }

    if (sp_claim_read(claim, sp_arena_pool(batch->arena), items, answer->n)
        != SP_OK)
    {
        log_event(LOG_ERROR, "claim", "shop=%s error=\"the reply cannot be "
                  "read\"", shop->name);
        rescue_batch_unref(batch);
        return 0;
    }

    for (k = 0; k < claim->n; k++) {
        if (rescue_start(shop, batch, &claim->claimed[k]) != 0) {
            log_event(LOG_ERROR, "claim", "shop=%s error=\"out of memory\"",
                      shop->name);
        }
    }

    rescue_batch_unref(batch);

    return 1;
}


static void
shop_sleep(shop_t *shop, int64_t ms)
{
    struct timeval  tv;

    if (ms > SHOP_SLEEP_MAX) {
        ms = SHOP_SLEEP_MAX;
    }

    tv.tv_sec = ms / 1000;
    tv.tv_usec = ms % 1000 * 1000;
    event_add(shop->timer, &tv);
}


static void
shop_timer(evutil_socket_t fd, short what, void *data)
{
    shop_t  *shop;

    shop = data;

    if (shop->state == SHOP_READY) {
        shop_claim(shop);

    } else if (redis_is_up(shop->engine->redis)) {
        shop_hello(shop);
    }
}


static const char *
shop_state_name(shop_state_t state)
{
    static const char  *names[] = { "unknown", "absent", "emptied",
                                    "refused", "ready" };

    return names[state];
}


void
shop_free(shop_t *shop)
{
    if (shop == NULL) {
        return;
    }

    if (shop->timer != NULL) {
        event_free(shop->timer);
    }

    free(shop->name);
    free(shop);
}
