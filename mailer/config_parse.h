/*
 * Copyright (C) SitePreserver developers
 *
 * The configuration file's grammar, on libconfuse: every option is known,
 * given once and of the right form, or it is an error with its line.  Every
 * value is a string here; config.c makes a config_t of it.
 */

#ifndef CONFIG_PARSE_H
#define CONFIG_PARSE_H

#include <confuse.h>

#include "config.h"


/* NULL: err says why.  One file at a time: libconfuse has one state. */

cfg_t *config_parse(const char *path, config_error_t *err);


/*
 * Notes an error of an option (at the line where it was given, or at the end
 * of its section), unless there was one before: the first error counts.
 */

void config_fail(cfg_t *section, const char *option, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));


/* Was this option given in the file? */

int config_given(cfg_t *section, const char *option);


/* Frees what config_parse() gave. */

void config_parse_end(cfg_t *cfg);


#endif /* CONFIG_PARSE_H */
