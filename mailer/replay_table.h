/*
 * Copyright (C) SitePreserver developers
 *
 * Numbers names: the first one that is seen is 0.
 */

#ifndef REPLAY_TABLE_H
#define REPLAY_TABLE_H

#include "sp_str.h"


#define REPLAY_TABLE_MAX  (1 << 24)

typedef struct {
    sp_str_t        *names;         /* in the order in which they were seen */
    unsigned         n;
    unsigned         size;
    unsigned        *slots;         /* number + 1; 0: free */
    unsigned         nslots;
} replay_table_t;


/*
 * The number of a name, which is copied where it is new.  -1: out of memory,
 * or too many.
 */

long replay_table_number(replay_table_t *table, const sp_str_t *name);

/* The same of one that is known; -1: it is not. */

long replay_table_find(const replay_table_t *table, const sp_str_t *name);

void replay_table_free(replay_table_t *table);


#endif /* REPLAY_TABLE_H */
