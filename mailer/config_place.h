/*
 * Copyright (C) SitePreserver developers
 *
 * Where each option of the file that is being parsed was given.
 */

#ifndef CONFIG_PLACE_H
#define CONFIG_PLACE_H

#include <confuse.h>


typedef struct {
    cfg_opt_t  *opt;
    char       *file;               /* NULL: no memory for it */
    int         line;
    unsigned    values;             /* of a list, so far */
    unsigned    ended;
} config_place_t;


/* NULL: it was not given.  Until the next one is noted. */

const config_place_t *config_place(const cfg_opt_t *opt);


/*
 * Notes that an option is given here; -1: it was given before, which is told.
 * That of a list comes with each of its n values so far, and at its end.
 */

int config_place_note(cfg_t *cfg, cfg_opt_t *opt);
int config_place_list(cfg_t *cfg, cfg_opt_t *opt, unsigned n);


/* Forgets all. */

void config_places_free(void);


#endif /* CONFIG_PLACE_H */
