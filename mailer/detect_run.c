/*
 * Copyright (C) SitePreserver developers
 */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "detect_run.h"


static sp_rc_t detect_begin(detect_run_t *run, detect_preset_t *preset,
    const char *dir, const char *hosts, const char *const *defines,
    unsigned ndefines);
static void detect_event(void *data, const replay_event_t *event);
static void detect_rejected(void *data, const har_exchange_t *x,
    const nginxconf_server_t *server);
static void detect_unmatched(void *data, const har_exchange_t *x,
    const nginxconf_server_t *server);
static void detect_cart(void *data, const replay_cart_t *cart);
static unsigned detect_worth(const detect_run_t *run,
    const detect_preset_t *preset);


sp_rc_t
detect_run_begin(detect_run_t *run, const char *dir, const char *hosts,
    const detect_platform_t *only, const char *const *defines,
    unsigned ndefines)
{
    sp_rc_t           rc;
    unsigned          i;
    detect_preset_t  *preset;

    memset(run, 0, sizeof(detect_run_t));
    strcpy(run->err.text, "out of memory");
    rc = detect_seen_init(&run->seen);

    for (i = 0; i < detect_nplatforms && rc == SP_OK; i++) {
        preset = &run->presets[run->n++];
        preset->platform = &detect_platforms[i];

        if (detect_platforms[i].preset != NULL
            && (only == NULL || only == &detect_platforms[i]))
        {
            rc = detect_begin(run, preset, dir, hosts, defines, ndefines);
        }
    }

    return rc;
}


static sp_rc_t
detect_begin(detect_run_t *run, detect_preset_t *preset, const char *dir,
    const char *hosts, const char *const *defines, unsigned ndefines)
{
    char               path[1024];
    replay_hooks_t     hooks;
    nginxconf_error_t  err;

    snprintf(path, sizeof(path), "%.900s/%s.conf", dir,
             preset->platform->preset);

    if (access(path, R_OK) != 0) {
        return SP_OK;
    }

    preset->conf = nginxconf_read_with(path, NULL, defines, ndefines, &err);

    if (preset->conf == NULL) {
        snprintf(run->err.text, sizeof(run->err.text), "%.250s", err.text);
        return SP_INVALID;
    }

    memset(&hooks, 0, sizeof(hooks));
    hooks.event = detect_event;
    hooks.rejected = detect_rejected;
    hooks.unmatched = detect_unmatched;
    hooks.data = preset;

    preset->replay = replay_create(preset->conf, NULL, hosts, &hooks,
                                   &run->err);

    return preset->replay != NULL ? SP_OK : SP_INVALID;
}


/* hit: 1 it is the shop's, 2 rules were for it, 3 there was an event. */

static void
detect_event(void *data, const replay_event_t *event)
{
    detect_preset_t  *preset = data;

    if (event->visit != 0 && event->outcome->kinds != 0) {
        preset->events++;
        preset->hit = 3;

    } else if (preset->hit < 2) {
        preset->hit = 2;
    }
}


static void
detect_rejected(void *data, const har_exchange_t *x,
    const nginxconf_server_t *server)
{
    detect_preset_t  *preset = data;

    preset->hit = 2;
}


static void
detect_unmatched(void *data, const har_exchange_t *x,
    const nginxconf_server_t *server)
{
    detect_preset_t  *preset = data;

    if (preset->hit == 0) {
        preset->hit = 1;
    }
}


sp_rc_t
detect_run_exchange(detect_run_t *run, const har_exchange_t *x, hint_t *hint,
    int *looks)
{
    sp_rc_t           rc;
    unsigned          i;
    detect_preset_t  *preset;

    run->own = 0;
    *looks = 0;

    for (i = 0; i < run->n; i++) {
        preset = &run->presets[i];

        if (preset->replay == NULL) {
            continue;
        }

        preset->hit = 0;
        rc = replay_exchange(preset->replay, x);

        if (rc != SP_OK) {
            return rc;
        }

        run->own |= preset->hit != 0;
    }

    if (!run->own) {
        return SP_OK;
    }

    detect_look(&run->seen, x);
    *looks = hint_looks(x, hint);

    if (!*looks) {
        return SP_OK;
    }

    run->looking++;

    for (i = 0; i < run->n; i++) {
        run->presets[i].covered += run->presets[i].hit >= 2;
    }

    return SP_OK;
}


sp_rc_t
detect_run_carts(detect_run_t *run)
{
    sp_rc_t           rc;
    unsigned          i;
    detect_preset_t  *preset;

    rc = SP_OK;

    for (i = 0; i < run->n && rc == SP_OK; i++) {
        preset = &run->presets[i];

        if (preset->replay != NULL) {
            rc = replay_carts(preset->replay, detect_cart, preset);

            if (replay_nameless(preset->replay)) {
                preset->nameless = replay_counts(preset->replay)->no_session;
            }
        }
    }

    return rc;
}


static void
detect_cart(void *data, const replay_cart_t *cart)
{
    detect_preset_t  *preset = data;

    preset->carts += cart->nlines != 0 || cart->ordered;
    preset->mailed += cart->mailed;
}


void
detect_run_end(detect_run_t *run)
{
    unsigned  i;

    for (i = 0; i < run->n; i++) {
        replay_free(run->presets[i].replay);
        nginxconf_free(run->presets[i].conf);
    }

    detect_seen_free(&run->seen);
}


/*
 * Signs say which platform it is.  Two presets of one platform (its pages, its
 * API) have some of them in common: what they make of it decides then.
 */

static unsigned
detect_worth(const detect_run_t *run, const detect_preset_t *preset)
{
    unsigned  score, worth;

    score = run->seen.score[preset->platform - detect_platforms];

    if (score == 0) {

        /* one that fits without a sign is the one for any shop */

        return preset->events >= 2 && preset->carts != 0
               && strcmp(preset->platform->platform, "a home-made shop") == 0;
    }

    worth = score * 10;

    if (preset->replay != NULL) {
        worth += preset->carts != 0 ? 40 : preset->events != 0 ? 10 : 0;
    }

    return worth;
}


detect_preset_t *
detect_run_best(detect_run_t *run, unsigned *score)
{
    unsigned          i, worth, best;
    detect_preset_t  *found;

    found = NULL;
    best = 0;

    for (i = 0; i < run->n; i++) {
        worth = detect_worth(run, &run->presets[i]);

        if (worth > best) {
            best = worth;
            found = &run->presets[i];
        }
    }

    *score = found != NULL
             ? run->seen.score[found->platform - detect_platforms] : 0;

    return found;
}
