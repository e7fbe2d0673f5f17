/*
 * Copyright (C) SitePreserver developers
 */

#include <stdlib.h>
#include <string.h>

#include "config_place.h"


/* libconfuse has no pointer of ours: those of the one parse that runs. */

static config_place_t  *config_places;
static size_t           config_nplaces;


static config_place_t *config_place_find(const cfg_opt_t *opt);


const config_place_t *
config_place(const cfg_opt_t *opt)
{
    return config_place_find(opt);
}


static config_place_t *
config_place_find(const cfg_opt_t *opt)
{
    size_t  i;

    for (i = 0; i < config_nplaces; i++) {
        if (config_places[i].opt == opt) {
            return &config_places[i];
        }
    }

    return NULL;
}


/* libconfuse lets an option be given twice; the last one would win. */

int
config_place_note(cfg_t *cfg, cfg_opt_t *opt)
{
    config_place_t  *place;

    place = config_place_find(opt);

    if (place != NULL) {
        cfg_error(cfg, "\"%s\" is given twice, first in line %d", opt->name,
                  place->line);
        return -1;
    }

    place = realloc(config_places, (config_nplaces + 1)
                                   * sizeof(config_place_t));

    if (place == NULL) {
        cfg_error(cfg, "out of memory");
        return -1;
    }

    config_places = place;
    place += config_nplaces++;
    place->opt = opt;
    place->line = cfg->line;
    place->file = strdup(cfg->filename != NULL ? cfg->filename : "");
    place->values = 0;
    place->ended = 0;

    return 0;
}


/*
 * A list comes by with each of its values and once more at its end; another
 * one begins with one value again.
 */

int
config_place_list(cfg_t *cfg, cfg_opt_t *opt, unsigned n)
{
    config_place_t  *place;

    place = config_place_find(opt);

    if (place != NULL && n >= place->values
        && !(n == place->values && place->ended))
    {
        place->ended = n == place->values;
        place->values = n;
        return 0;
    }

    if (config_place_note(cfg, opt) != 0) {
        return -1;
    }

    place = config_place_find(opt);
    place->values = n;
    place->ended = 0;

    return 0;
}


void
config_places_free(void)
{
    size_t  i;

    for (i = 0; i < config_nplaces; i++) {
        free(config_places[i].file);
    }

    free(config_places);
    config_places = NULL;
    config_nplaces = 0;
}
