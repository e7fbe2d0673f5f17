/*
 * Copyright (C) SitePreserver developers
 *
 * Telling Redis again what our own files have; the inside of the engine.
 */

#ifndef ENGINE_REAPPLY_H
#define ENGINE_REAPPLY_H

#include "engine.h"


/*
 * engine_suppress.c: a call that Redis is told until it knows.  Nonzero: no
 * memory.
 */

int engine_call(engine_t *engine, const sp_call_t *call);


/* engine_reapply.c: one of these was answered: tells more, if there is more. */

void engine_reapply_more(engine_t *engine);


/* ... and gives up what has not been told. */

void engine_reapply_free(engine_t *engine);


#endif /* ENGINE_REAPPLY_H */
