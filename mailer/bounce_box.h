/*
 * Copyright (C) SitePreserver developers
 *
 * The daemon's watch over a Maildir with what comes back (bounce_maildir).
 */

#ifndef BOUNCE_BOX_H
#define BOUNCE_BOX_H

#include "engine.h"


typedef struct bounce_box_s  bounce_box_t;


/* Looks every few seconds, if the config names a Maildir.  NULL: memory. */

bounce_box_t *bounce_box_create(engine_t *engine);


/* Before the engine's end, when the loop has ended. */

void bounce_box_free(bounce_box_t *box);


#endif /* BOUNCE_BOX_H */
