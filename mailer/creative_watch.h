/*
 * Copyright (C) SitePreserver developers
 *
 * A creative as its files are now: what is edited or retired stops being sent
 * at once, and what is approved is sent, without a restart.  For the loop's
 * thread.
 */

#ifndef CREATIVE_WATCH_H
#define CREATIVE_WATCH_H

#include "creative.h"


#define CREATIVE_WATCH_MS  1000     /* between two looks at the files */


typedef struct creative_watch_s  creative_watch_t;


/*
 * Takes over what was loaded.  state_dir: see creative_own.h.  NULL: no memory,
 * and it is still the caller's.
 */

creative_watch_t *creative_watch_create(const char *dir, const char *state_dir,
    creative_t *loaded);
void creative_watch_free(creative_watch_t *watch);


/* Remembers an own one, so that the bundled one does not take its place. */

void creative_watch_note(creative_watch_t *watch);


/*
 * now: milliseconds that only rise.  *news: it is another one, or in another
 * state, than at the last call.  NULL: its files cannot be read now, see
 * creative_watch_error().  The creative is the watch's: see creative_ref().
 */

creative_t *creative_watch_get(creative_watch_t *watch, int64_t now,
    int *news);
const char *creative_watch_error(const creative_watch_t *watch);


#endif /* CREATIVE_WATCH_H */
