/*
 * Copyright (C) SitePreserver developers
 */

#include <dirent.h>
#include <errno.h>
#include <glib.h>
#include <stdlib.h>

#include "bounce_box.h"
#include "bounce_file.h"
#include "bounce_reader.h"
#include "log.h"
#include "sp_arena.h"


#define BOUNCE_EVERY  5             /* s */
#define BOUNCE_CALL   5000          /* ms that a call is tried again */
#define BOUNCE_STUCK  10000         /* files that stay in new/ for good */


/*
 * One report is in hand at a time; what could not be done stays in new/, and
 * with it what comes after it, until the next look.
 */

struct bounce_box_s {
    engine_t         *engine;
    struct event     *timer;
    bounce_reader_t  *reader;
    config_t         *conf;         /* of the report in hand */
    bounce_report_t   report;
    DIR              *dir;          /* of the look that is under way */
    GHashTable       *stuck;        /* names that are not looked at again */
    char              path[PATH_MAX];       /* the Maildir */
    char              name[NAME_MAX + 1];   /* of the report in hand */
    char              shop[CONFIG_SHOP_MAX + 1];
    const char       *reason;
    unsigned          soft_most;
    unsigned          complained:1; /* that the Maildir cannot be read */
};


static void bounce_box_look(evutil_socket_t fd, short what, void *data);
static void bounce_box_next(bounce_box_t *box);
static void bounce_box_take(bounce_box_t *box);
static void bounce_box_read(void *data);
static void bounce_box_unreadable(bounce_box_t *box);
static void bounce_box_stuck(bounce_box_t *box);
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
    box->stuck = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    box->reader = bounce_reader_create(engine->inbox);
    box->report.done.handler = bounce_box_read;
    box->report.done.data = box;
    box->timer = event_new(engine->base, -1, EV_PERSIST, bounce_box_look, box);

    if (box->reader == NULL || box->timer == NULL
        || event_add(box->timer, &tv) != 0)
    {
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

    if (strcmp(box->path, path) != 0) {
        g_hash_table_remove_all(box->stuck);
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


/* The next report goes to the reader, or the look ends. */

static void
bounce_box_next(bounce_box_t *box)
{
    struct dirent  *entry;

    for ( ;; ) {
        entry = box->engine->stopping
                || g_hash_table_size(box->stuck) >= BOUNCE_STUCK
                ? NULL : readdir(box->dir);

        if (entry == NULL) {
            bounce_box_later(box);
            return;
        }

        if (entry->d_name[0] != '.'
            && !g_hash_table_contains(box->stuck, entry->d_name))
        {
            snprintf(box->name, sizeof(box->name), "%s", entry->d_name);
            bounce_box_take(box);
            return;
        }
    }
}


/* What the report is compared with must not change while it is in hand. */

static void
bounce_box_take(bounce_box_t *box)
{
    config_unref(box->conf);
    box->conf = config_ref(box->engine->conf);
    box->report.conf = box->conf;
    snprintf(box->report.path, sizeof(box->report.path), "%.3800s/new/%s",
             box->path, box->name);
    bounce_reader_start(box->reader, &box->report);
}


static void
bounce_box_read(void *data)
{
    bounce_box_t    *box;
    bounce_match_t  *match;

    box = data;
    match = &box->report.match;

    if (box->report.error != 0) {
        bounce_box_unreadable(box);

    } else if (box->report.bounce.kind < BOUNCE_SOFT) {
        bounce_box_done(box, "ignored");

    } else if (!box->report.matched) {
        bounce_box_forged(box);
        bounce_box_done(box, "forged");

    } else {
        snprintf(box->shop, sizeof(box->shop), "%s", match->shop->name);
        box->soft_most = match->shop->soft_bounces;
        box->reason = bounce_reason(box->report.bounce.kind);

        if (!match->inert) {
            if (!bounce_box_call(box)) {
                bounce_box_later(box);
            }

            return;
        }

        bounce_box_done(box, "test");
    }

    bounce_box_next(box);
}


/* It would fail again with each look: it is put elsewhere. */

static void
bounce_box_unreadable(bounce_box_t *box)
{
    if (box->report.error == ENOENT) {
        return;
    }

    log_event(LOG_ERROR, "bounce", "result=unreadable error=\"%s\"",
              strerror(box->report.error));

    if (bounce_aside(box->path, box->name) != 0) {
        bounce_box_stuck(box);
    }
}


/* What cannot be moved stays: once is enough to look at it, and to say so. */

static void
bounce_box_stuck(bounce_box_t *box)
{
    log_event(LOG_ERROR, "bounce", "result=stuck error=\"a file in new/ cannot "
              "be moved: it is not looked at again\"");
    g_hash_table_add(box->stuck, g_strdup(box->name));
}


static int
bounce_box_call(bounce_box_t *box)
{
    int          rc;
    sp_call_t    call;
    sp_arena_t  *arena;

    arena = sp_arena_create(0);

    rc = arena != NULL
         && sp_call_bounce(&call, sp_arena_pool(arena), &box->report.match.shop->id,
                           &box->report.match.shopper,
                           bounce_kind_name(box->report.bounce.kind),
                           box->report.bounce.report, box->report.match.message) == SP_OK
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

    shop = bounce_shop(box->conf, &box->report.bounce);
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

    if (engine_suppress(box->engine, box->shop, &box->report.match.shopper,
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
    const bounce_t        *bounce;
    const bounce_match_t  *match;

    bounce = &box->report.bounce;
    match = &box->report.match;

    log_event(LOG_INFO, "bounce", "result=%s kind=%s status=%s shop=%s "
              "shopper=%s by=%s", result, bounce_kind_name(bounce->kind),
              bounce->status[0] != '\0' ? bounce->status : "-",
              match->by != NULL ? match->shop->name : "-",
              match->by != NULL ? match->shopper.text : "-",
              match->by != NULL ? match->by : "-");

    if (bounce_done(box->path, box->name) != 0) {
        bounce_box_stuck(box);
    }
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

    bounce_reader_free(box->reader);
    g_hash_table_destroy(box->stuck);
    config_unref(box->conf);
    free(box);
}
