/*
 * Copyright (C) SitePreserver developers
 *
 * Presets tried on a recording, all at once.
 */

#ifndef DETECT_RUN_H
#define DETECT_RUN_H

#include "detect.h"
#include "hint.h"
#include "replay.h"


/* What became of one preset. */

typedef struct {
    const detect_platform_t  *platform;
    nginxconf_t              *conf;
    replay_t                 *replay;   /* NULL: there is no such file */
    unsigned long             covered;  /* of those that look like commerce */
    unsigned long             events;
    unsigned long             carts;    /* with a line, or ordered */
    unsigned long             mailed;
    unsigned long             nameless; /* events, if none had a session */
    int                       hit;      /* the exchange at hand */
} detect_preset_t;


typedef struct {
    detect_preset_t   presets[DETECT_PLATFORMS_MAX];
    unsigned          n;
    detect_seen_t     seen;
    unsigned long     looking;      /* exchanges that look like commerce */
    int               own;          /* the exchange at hand is the shop's */
    sp_error_t        err;
} detect_run_t;


/*
 * Reads presets of a directory: of all platforms, or of one, with names that
 * are defined (pairs, as nginxconf_read_with()).  SP_INVALID: run->err.
 */

sp_rc_t detect_run_begin(detect_run_t *run, const char *dir,
    const char *hosts, const detect_platform_t *only,
    const char *const *defines, unsigned ndefines);

sp_rc_t detect_run_exchange(detect_run_t *run, const har_exchange_t *x,
    hint_t *hint, int *looks);
sp_rc_t detect_run_carts(detect_run_t *run);
void detect_run_end(detect_run_t *run);


/* The best one; NULL: nothing fits.  Gives its number, too. */

detect_preset_t *detect_run_best(detect_run_t *run, unsigned *score);


#endif /* DETECT_RUN_H */
