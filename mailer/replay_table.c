/*
 * Copyright (C) SitePreserver developers
 */

#include <stdlib.h>

#include "replay_table.h"


static unsigned replay_table_slot(const replay_table_t *table,
    const sp_str_t *name);
static int replay_table_grow(replay_table_t *table);


long
replay_table_number(replay_table_t *table, const sp_str_t *name)
{
    char      *copy;
    unsigned   slot;

    if (table->n * 2 >= table->nslots && !replay_table_grow(table)) {
        return -1;
    }

    slot = replay_table_slot(table, name);

    if (table->slots[slot] != 0) {
        return table->slots[slot] - 1;
    }

    copy = malloc(name->len + 1);

    if (copy == NULL) {
        return -1;
    }

    memcpy(copy, name->data, name->len);
    copy[name->len] = '\0';

    table->names[table->n].data = copy;
    table->names[table->n].len = name->len;
    table->slots[slot] = ++table->n;

    return table->n - 1;
}


long
replay_table_find(const replay_table_t *table, const sp_str_t *name)
{
    return table->nslots == 0
           ? -1 : (long) table->slots[replay_table_slot(table, name)] - 1;
}


/* FNV-1a; where it is, or where it would be. */

static unsigned
replay_table_slot(const replay_table_t *table, const sp_str_t *name)
{
    size_t    i;
    uint32_t  hash;
    unsigned  slot;

    hash = 2166136261u;

    for (i = 0; i < name->len; i++) {
        hash = (hash ^ (unsigned char) name->data[i]) * 16777619u;
    }

    slot = hash & (table->nslots - 1);

    while (table->slots[slot] != 0
           && !sp_str_eq(&table->names[table->slots[slot] - 1], name))
    {
        slot = (slot + 1) & (table->nslots - 1);
    }

    return slot;
}


static int
replay_table_grow(replay_table_t *table)
{
    unsigned   i, nslots, *slots;
    sp_str_t  *names;

    if (table->n >= REPLAY_TABLE_MAX) {
        return 0;
    }

    nslots = table->nslots != 0 ? table->nslots * 2 : 64;
    names = realloc(table->names, nslots / 2 * sizeof(sp_str_t));

    if (names == NULL) {
        return 0;
    }

    table->names = names;
    slots = calloc(nslots, sizeof(unsigned));

    if (slots == NULL) {
        return 0;
    }

    free(table->slots);
    table->slots = slots;
    table->nslots = nslots;

    for (i = 0; i < table->n; i++) {
        table->slots[replay_table_slot(table, &table->names[i])] = i + 1;
    }

    return 1;
}


void
replay_table_free(replay_table_t *table)
{
    while (table->n > 0) {
        free((char *) table->names[--table->n].data);
    }

    free(table->names);
    free(table->slots);
    memset(table, 0, sizeof(replay_table_t));
}
