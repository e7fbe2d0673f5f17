/*
 * Copyright (C) SitePreserver developers
 *
 * include("FILE") of the configuration.
 */

#ifndef CONFIG_INCLUDE_H
#define CONFIG_INCLUDE_H

#include <confuse.h>


#define CONFIG_INCLUDE_DEPTH  8     /* libconfuse has room for ten */


/* The function that the grammar calls. */

int config_include(cfg_t *cfg, cfg_opt_t *opt, int argc, const char **argv);


/* Puts away what a parse has left open that ended amid its includes. */

void config_include_end(void);


#endif /* CONFIG_INCLUDE_H */
