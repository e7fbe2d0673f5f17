/*
 * Copyright (C) SitePreserver developers
 *
 * What does not change while the process runs: of the config of its start.
 * What is known by key, in Redis or in our own files, is read and written where
 * this says, whatever a config that was read later has.
 */

#ifndef ENGINE_FIXED_H
#define ENGINE_FIXED_H

#include "config.h"


/* All of it lives with conf, which is kept. */

typedef struct {
    config_t              *conf;
    const config_redis_t  *redis;
    const char            *state_dir;
    const char            *http_host;       /* NULL: no HTTP server */
    unsigned               http_port;
    const char            *fingerprint;     /* of the identity key */
} engine_fixed_t;


void engine_fixed_init(engine_fixed_t *fixed, config_t *conf);
void engine_fixed_free(engine_fixed_t *fixed);


/*
 * Another config: logs which of its options take effect only at the next
 * start.  0: it has another identity key, with which nobody is who they were:
 * it cannot be taken at all, which is logged.
 */

int engine_fixed_check(const engine_fixed_t *fixed, const config_t *conf);


#endif /* ENGINE_FIXED_H */
