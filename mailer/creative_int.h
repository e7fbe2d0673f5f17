/*
 * Copyright (C) SitePreserver developers
 *
 * What the parts of a creative share.
 */

#ifndef CREATIVE_INT_H
#define CREATIVE_INT_H

#include "creative.h"


#define CREATIVE_PATH_MAX  512
#define CREATIVE_FILES     3        /* of a locale: head, html, txt */


/* One of the files, in the order of the hash. */

typedef struct {
    char  name[32];
    char  hash[CREATIVE_HASH_LEN + 1];
} creative_part_t;


struct creative_s {
    unsigned             refs;
    char                 name[CREATIVE_NAME_MAX + 1];
    char                 path[CREATIVE_PATH_MAX];
    char                 hash[CREATIVE_HASH_LEN + 1];
    unsigned             own:1;
    creative_state_t     state;
    char                 reason[CREATIVE_REASON_MAX + 1];   /* if retired */
    buffer_t             changed;   /* names of files */
    creative_locale_t    locales[CREATIVE_LOCALES_MAX];
    size_t               nlocales;
    creative_part_t      parts[CREATIVE_LOCALES_MAX * CREATIVE_FILES];
    size_t               nparts;
};


/* Reads `approved` and `retired`: the creative's state. */

sp_rc_t creative_read_state(creative_t *creative, sp_error_t *err);


#endif /* CREATIVE_INT_H */
