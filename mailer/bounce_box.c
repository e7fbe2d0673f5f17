/*
 * Copyright (C) SitePreserver developers
 */

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "bounce.h"
#include "bounce_box.h"
#include "bounce_file.h"
#include "log.h"
#include "sp_arena.h"


#define BOUNCE_EVERY  5             /* s */
#define BOUNCE_CALL   5000          /* ms that a call is tried again */


/*
 * One report is in hand at a time; what could not be done stays in new/, and
 * with it what comes after it, until the next look.
 */

struct bounce_box_s {
    engine_t         *engine;
    struct event     *timer;
    DIR              *dir;          /* of the look that is under way */
    char              path[PATH_MAX];       /* the Maildir */
    char              name[NAME_MAX + 1];   /* of the report in hand */
    char              shop[CONFIG_SHOP_MAX + 1];
    bounce_t          bounce;
    bounce_match_t    match;
    const char       *reason;
    unsigned          soft_most;
    unsigned          complained:1; /* that the Maildir cannot be read */
};


static void bounce_box_look(evutil_socket_t fd, short what, void *data);
static void bounce_box_next(bounce_box_t *box);
static int bounce_box_take(bounce_box_t *box);
static int bounce_box_call(bounce_box_t *box);
static void bounce_box_forged(bounce_box_t *box);
static void bounce_box_counted(void *data, const redis_answer_t *answer);
static void bounce_box_answer(void *data, const redis_answer_t *answer);
static void bounce_box_noted(void *data, int error);
static void bounce_box_done(bounce_box_t *box, const char *result);
static void bounce_box_later(bounce_box_t *box);


bounce_box_t *
bounce_box_create(engine_t *engine)
{
    bounce_box_t    *box;
    struct timeval   tv = { BOUNCE_EVERY, 0 };

    box = calloc(1, sizeof(bounce_box_t));

    if (box == NULL) {
        return NULL;
    }

    box->engine = engine;
    box->timer = event_new(engine->base, -1, EV_PERSIST, bounce_box_look, box);

    if (box->timer == NULL || event_add(box->timer, &tv) != 0) {
        bounce_box_free(box);
        return NULL;
    }

    return box;
}


static void
bounce_box_look(evutil_socket_t fd, short what, void *data)
{
    char           dir[PATH_MAX];
    const char    *path;
    bounce_box_t  *box;

    box = data;
    path = box->engine->conf->bounce_maildir;

    if (path == NULL || box->dir != NULL || box->engine->stopping
        || !redis_is_up(box->engine->redis))
    {
        return;
    }

    snprintf(box->path, sizeof(box->path), "%s", path);
    snprintf(dir, sizeof(dir), "%.4000s/new", path);
    box->dir = opendir(dir);

    if (box->dir == NULL) {
        if (!box->complained) {
            log_event(LOG_ERROR, "bounce_maildir", "error=\"%s\"",
                      strerror(errno));
            box->complained = 1;
        }

        return;
    }

    box->complained = 0;
    bounce_box_next(box);
}


/* Goes on until a report waits for Redis, or the look ends. */

static void
bounce_box_next(bounce_box_t *box)
{
    struct dirent  *entry;

    for ( ;; ) {
        entry = box->engine->stopping ? NULL : readdir(box->dir);

        if (entry == NULL) {
            bounce_box_later(box);
            return;
        }

        if (entry->d_name[0] == '.') {
            continue;
        }

        snprintf(box->name, sizeof(box->name), "%s", entry->d_name);

        if (bounce_box_take(box)) {
            return;
        }
    }
}


/* 1: it waits for an answer. */

static int
bounce_box_take(bounce_box_t *box)
{
    char      path[PATH_MAX];
    buffer_t  text;

    snprintf(path, sizeof(path), "%.3800s/new/%s", box->path, box->name);

    if (bounce_file(path, &text) != 0) {
        buffer_free(&text);
        log_event(LOG_ERROR, "bounce", "result=unreadable");
        return 0;
    }

    bounce_read(buffer_text(&text), text.len, &box->bounce);
    buffer_free(&text);
    memset(&box->match, 0, sizeof(bounce_match_t));

    if (box->bounce.kind < BOUNCE_SOFT) {
        bounce_box_done(box, "ignored");
        return 0;
    }

    if (!bounce_match(box->engine->conf, &box->bounce, &box->match)) {
        bounce_box_forged(box);
        bounce_box_done(box, "forged");
        return 0;
    }

    snprintf(box->shop, sizeof(box->shop), "%s", box->match.shop->name);
    box->soft_most = box->match.shop->soft_bounces;
    box->reason = bounce_reason(box->bounce.kind);

    if (box->match.inert) {
        bounce_box_done(box, "test");
        return 0;
    }

    if (!bounce_box_call(box)) {
        bounce_box_later(box);
    }

    return 1;
}


static int
bounce_box_call(bounce_box_t *box)
{
    int          rc;
    sp_call_t    call;
    sp_arena_t  *arena;

    arena = sp_arena_create(0);

    rc = arena != NULL
         && sp_call_bounce(&call, sp_arena_pool(arena), &box->match.shop->id,
                           &box->match.shopper,
                           bounce_kind_name(box->bounce.kind),
                           box->bounce.report, box->match.message) == SP_OK
         && redis_call(box->engine->redis, &call, BOUNCE_CALL,
                       bounce_box_answer, box) == 0;

    sp_arena_destroy(arena);

    return rc;
}


/* Counted where it came to. */

static void
bounce_box_forged(bounce_box_t *box)
{
    sp_id_t               nobody;
    sp_call_t             call;
    sp_arena_t           *arena;
    const config_shop_t  *shop;

    shop = bounce_shop(box->engine->conf, &box->bounce);
    arena = sp_arena_create(0);
    nobody.text[0] = '\0';

    if (shop != NULL && arena != NULL
        && sp_call_bounce(&call, sp_arena_pool(arena), &shop->id, &nobody,
                          "forged", "", "") == SP_OK)
    {
        (void) redis_call(box->engine->redis, &call, BOUNCE_CALL,
                          bounce_box_counted, NULL);
    }

    sp_arena_destroy(arena);
}


static void
bounce_box_counted(void *data, const redis_answer_t *answer)
{
}


static void
bounce_box_answer(void *data, const redis_answer_t *answer)
{
    int            fresh;
    unsigned       soft;
    bounce_box_t  *box;

    box = data;

    if (answer->status != REDIS_REPLY || answer->n != 1
        || sp_bounce_reply_read(&answer->items[0], &fresh, &soft) != SP_OK)
    {
        log_event(LOG_WARN, "bounce", "result=later");
        bounce_box_later(box);
        return;
    }

    if (box->reason == NULL && box->soft_most > 0 && soft >= box->soft_most) {
        box->reason = "bounced";
    }

    if (box->reason == NULL) {
        bounce_box_done(box, fresh ? "counted" : "duplicate");
        bounce_box_next(box);
        return;
    }

    if (engine_suppress(box->engine, box->shop, &box->match.shopper,
                        box->reason, bounce_box_noted, box) != 0)
    {
        bounce_box_later(box);
    }
}


/* It is on disk, or not. */

static void
bounce_box_noted(void *data, int error)
{
    bounce_box_t  *box;

    box = data;

    if (error != 0) {
        bounce_box_later(box);
        return;
    }

    bounce_box_done(box, "suppressed");
    bounce_box_next(box);
}


static void
bounce_box_done(bounce_box_t *box, const char *result)
{
    int  rc;

    rc = bounce_done(box->path, box->name);

    log_event(rc == 0 ? LOG_INFO : LOG_ERROR, "bounce",
              "result=%s kind=%s status=%s shop=%s shopper=%s by=%s%s",
              result, bounce_kind_name(box->bounce.kind),
              box->bounce.status[0] != '\0' ? box->bounce.status : "-",
              box->match.by != NULL ? box->shop : "-",
              box->match.by != NULL ? box->match.shopper.text : "-",
              box->match.by != NULL ? box->match.by : "-",
              rc == 0 ? "" : " error=\"cannot be moved\"");
}


/* The look ends. */

static void
bounce_box_later(bounce_box_t *box)
{
    closedir(box->dir);
    box->dir = NULL;
}


void
bounce_box_free(bounce_box_t *box)
{
    if (box == NULL) {
        return;
    }

    if (box->dir != NULL) {
        closedir(box->dir);
    }

    if (box->timer != NULL) {
        event_free(box->timer);
    }

    free(box);
}
