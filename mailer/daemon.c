/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver run: the daemon.
 */

#include <curl/curl.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "bounce_box.h"
#include "cmd.h"
#include "engine.h"
#include "log.h"
#include "rescue_creative.h"
#include "web.h"


#define DAEMON_KEEP    (4 * 1024 * 1024)    /* bytes, of free memory */
#define DAEMON_POLL    50000        /* us, while it stops */
#define DAEMON_REDIS   30000        /* ms to settle, once nothing is sent */
#define DAEMON_THREADS 3000         /* ms for senders to say goodbye */


typedef struct {
    struct event_base  *base;
    engine_t           *engine;
    web_t              *web;
    bounce_box_t       *bounces;
    const char         *file;
    int64_t             quiet;      /* since when nothing is being sent */
    int64_t             ended;      /* since when the senders are to end */
    struct event       *poll;
} daemon_t;


static int daemon_loop(daemon_t *d);
static void daemon_reload(evutil_socket_t sig, short what, void *data);
static void daemon_stop(evutil_socket_t sig, short what, void *data);
static void daemon_poll(evutil_socket_t fd, short what, void *data);
static void daemon_watchdog(evutil_socket_t fd, short what, void *data);


static const char  daemon_usage[] =
    "usage: sitepreserver run [-c FILE]\n"
    "\n"
    "Claims what is due, sends it, and serves the unsubscribe page, until "
    "SIGTERM.\n"
    "SIGHUP reads the configuration again; a bad one is refused and the old "
    "one stays.\n";


int
daemon_run(int argc, char **argv)
{
    int        rc;
    cmd_t      cmd;
    daemon_t   d;

    rc = cmd_begin(&cmd, argc, argv, daemon_usage, NULL, 0);

    if (rc != CMD_GO) {
        return rc;
    }

    memset(&d, 0, sizeof(daemon_t));
    d.file = cmd.file;
    log_set_level((log_level_t) cmd.conf->log_level);
    signal(SIGPIPE, SIG_IGN);

    /*
     * libcurl takes and gives back 128 KiB for each message: without this it
     * would be mapped and unmapped each time.
     */

    (void) mallopt(M_MMAP_THRESHOLD, DAEMON_KEEP);
    (void) mallopt(M_TRIM_THRESHOLD, 4 * DAEMON_KEEP);

    curl_global_init(CURL_GLOBAL_DEFAULT);

    rc = CMD_FAILED;
    d.base = event_base_new();

    if (d.base != NULL && cmd_state_dir(&cmd)
        && (d.engine = engine_create(d.base, cmd.conf)) != NULL
        && (cmd.conf->http_host == NULL
            || (d.web = web_create(d.engine)) != NULL)
        && (d.bounces = bounce_box_create(d.engine)) != NULL)
    {
        rc = daemon_loop(&d);
    }

    bounce_box_free(d.bounces);
    web_free(d.web);

    if (d.engine != NULL && d.engine->running != 0) {

        /* A sender hangs in a goodbye: its memory must stay. */

        fflush(NULL);
        _exit(rc);
    }

    if (d.engine != NULL) {
        engine_free(d.engine);
    }

    if (d.base != NULL) {
        event_base_free(d.base);
    }

    curl_global_cleanup();
    cmd_end(&cmd);

    return rc;
}


static int
daemon_loop(daemon_t *d)
{
    size_t           i;
    uint64_t         watchdog;
    struct event    *events[5];
    struct timeval   tv;

    memset(events, 0, sizeof(events));
    events[0] = evsignal_new(d->base, SIGHUP, daemon_reload, d);
    events[1] = evsignal_new(d->base, SIGTERM, daemon_stop, d);
    events[2] = evsignal_new(d->base, SIGINT, daemon_stop, d);
    events[3] = event_new(d->base, -1, EV_PERSIST, daemon_poll, d);
    d->poll = events[3];

    for (i = 0; i < 4; i++) {
        if (events[i] == NULL || (i < 3 && event_add(events[i], NULL) != 0)) {
            return CMD_FAILED;
        }
    }

    if (sd_watchdog_enabled(0, &watchdog) > 0) {
        events[4] = event_new(d->base, -1, EV_PERSIST, daemon_watchdog, d);
        tv.tv_sec = (time_t) (watchdog / 2 / 1000000);
        tv.tv_usec = (suseconds_t) (watchdog / 2 % 1000000);

        if (events[4] != NULL) {
            event_add(events[4], &tv);
        }
    }

    log_event(LOG_INFO, "start", "pid=%d mailer=%s shops=%u", (int) getpid(),
              d->engine->mailer, d->engine->conf->nshops);
    rescue_creatives_start(d->engine->conf);
    sd_notify(0, "READY=1");

    event_base_dispatch(d->base);

    log_event(LOG_INFO, "end", NULL);

    for (i = 0; i < 5; i++) {
        if (events[i] != NULL) {
            event_free(events[i]);
        }
    }

    return CMD_OK;
}


static void
daemon_reload(evutil_socket_t sig, short what, void *data)
{
    char            quoted[LOG_QUOTE_MAX];
    config_t       *conf;
    daemon_t       *d;
    config_error_t  err;

    d = data;

    if (d->engine->stopping) {
        return;
    }

    sd_notify(0, "RELOADING=1");
    conf = config_read(d->file, &err);

    if (conf == NULL) {
        log_event(LOG_ERROR, "reload", "result=refused error=%s",
                  log_quote(quoted, err.text));

    } else {
        if (engine_reload(d->engine, conf) == 0) {
            log_set_level((log_level_t) conf->log_level);
            log_event(LOG_INFO, "reload", "result=ok shops=%u", conf->nshops);
            rescue_creatives_start(conf);

        } else {
            log_event(LOG_ERROR, "reload", "result=failed");
        }

        config_unref(conf);
    }

    sd_notify(0, "READY=1");
}


/* The second signal ends at once: what is in flight may be in doubt then. */

static void
daemon_stop(evutil_socket_t sig, short what, void *data)
{
    daemon_t        *d;
    struct timeval   tv;

    d = data;

    if (d->engine->stopping) {
        log_event(LOG_WARN, "stop", "now=1 in_hand=%u", d->engine->nrescues);
        _exit(CMD_FAILED);
    }

    sd_notify(0, "STOPPING=1");
    log_event(LOG_INFO, "stop", "in_hand=%u", d->engine->nrescues);
    engine_stop(d->engine);

    tv.tv_sec = 0;
    tv.tv_usec = DAEMON_POLL;
    event_add(d->poll, &tv);
}


/* Waits for what is being sent, then for Redis, then for the senders. */

static void
daemon_poll(evutil_socket_t fd, short what, void *data)
{
    int64_t    now;
    daemon_t  *d;

    d = data;
    now = now_ms();

    if (d->ended != 0) {
        if (d->engine->running == 0 || now - d->ended > DAEMON_THREADS) {
            event_base_loopbreak(d->base);
        }

        return;
    }

    if (!engine_is_idle(d->engine)) {
        if (engine_is_sending(d->engine)) {
            d->quiet = 0;
            return;
        }

        if (d->quiet == 0) {
            d->quiet = now;
        }

        if (now - d->quiet < DAEMON_REDIS) {
            return;
        }

        log_event(LOG_WARN, "stop", "not_settled=%u", d->engine->nrescues);
    }

    d->ended = now;
    engine_end(d->engine);
}


static void
daemon_watchdog(evutil_socket_t fd, short what, void *data)
{
    sd_notify(0, "WATCHDOG=1");
}
