/*
 * Copyright (C) SitePreserver developers
 *
 * Which sections and options a configuration may have, and their defaults.
 */

#ifndef CONFIG_GRAMMAR_H
#define CONFIG_GRAMMAR_H

#include <confuse.h>


/* Put behind the file: libconfuse does not miss a "}" at its end. */

#define CONFIG_END  "end_of_file"


/*
 * A parser that calls one of the two for each option and each section that is
 * given.  NULL: no memory.
 */

cfg_t *config_grammar(cfg_validate_callback_t option,
    cfg_validate_callback_t section);


#endif /* CONFIG_GRAMMAR_H */
