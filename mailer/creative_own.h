/*
 * Copyright (C) SitePreserver developers
 *
 * Creatives that were the operator's own: when one is gone (its folder moved,
 * its disk not mounted), the bundled one of that name does not take its place
 * until somebody says so (`creative approve`).  STATE_DIR/creatives/NAME, with
 * the folder in it, remembers that, also when the mailer starts again.
 */

#ifndef CREATIVE_OWN_H
#define CREATIVE_OWN_H

#include "creative.h"


#define CREATIVE_OWN_PATH  600


/* The file that remembers one. */

void creative_own_file(const char *state_dir, const char *name,
    char path[CREATIVE_OWN_PATH]);


/* Remembers it if it is the operator's own and was ever approved; -1: cannot. */

int creative_own_note(const char *state_dir, const creative_t *creative);


/* The bundled one may be sent; -1: err says why it cannot be noted. */

int creative_own_forget(const char *state_dir, const char *name,
    sp_error_t *err);


/* 0: it is bundled, and the operator had an own one; err says so. */

int creative_own_right(const char *state_dir, const creative_t *creative,
    sp_error_t *err);


/*
 * creative_load(), and an error if the one that was found is bundled and the
 * operator had an own one.  state_dir may be NULL: nothing is remembered.
 */

creative_t *creative_own_load(const char *dir, const char *state_dir,
    const char *name, sp_error_t *err);


#endif /* CREATIVE_OWN_H */
