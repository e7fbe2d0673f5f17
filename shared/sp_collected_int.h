/*
 * Copyright (C) SitePreserver developers
 *
 * `items` as they are found, for those who find them (sp_collected*.c) only.  A
 * finder begins a line for each element and sets what it finds in it.
 */

#ifndef SP_COLLECTED_INT_H
#define SP_COLLECTED_INT_H

#include "sp_items.h"


#define SP_COLLECTED_CHUNK  4
#define SP_ITEMS_BEGUN      2000    /* elements in HTML that are looked at, also
                                       those that are given up or twice there */


/* A line as it is found: texts, and by which alternative (+ 1, 0: none). */

typedef struct {
    sp_str_t                text[SP_ITEM_FIELDS];
    unsigned char           by[SP_ITEM_FIELDS];
    uint16_t                tried[SP_ITEM_FIELDS];  /* alternatives, a bit
                                       each, that had a text */
} sp_collected_item_t;


typedef struct sp_collected_chunk_s  sp_collected_chunk_t;

struct sp_collected_chunk_s {
    sp_collected_chunk_t   *next;
    unsigned                n;
    sp_collected_item_t     items[SP_COLLECTED_CHUNK];
};


typedef enum {
    SP_COLLECTED_NOTHING = 0,
    SP_COLLECTED_OPEN,
    SP_COLLECTED_CLOSED
} sp_collected_state_t;


struct sp_collected_s {
    const sp_pool_t        *pool;
    const sp_items_t       *items;
    const sp_source_t      *source;
    unsigned                depth;      /* wildcards before the element's */
    unsigned                elements;   /* of those: bit n is "[*]" */
    uint32_t                at[SP_JSON_WILDCARDS];  /* of the one taken */
    sp_collected_state_t    state;
    unsigned                skip:1;     /* within one that is not taken */
    unsigned                apart:1;    /* the element is not beside the
                                           first */
    sp_collected_item_t    *item;       /* the element at hand */
    sp_collected_chunk_t   *first;
    sp_collected_chunk_t   *last;
    unsigned                n;
    unsigned                dropped;
    unsigned                begun;
};


/*
 * Begins a line, with what does not come from the document: item is it, or
 * NULL if there are too many.  key: data NULL: index stands for it.  SP_NOMEM.
 */

sp_rc_t sp_collected_begin(sp_collected_t *collected, const sp_str_t *key,
    uint32_t index);


/*
 * A text that an alternative of a field leads to, before its decoders; cut:
 * only its beginning.  SP_OK, used or not; SP_NOMEM.
 */

sp_rc_t sp_collected_set(sp_collected_t *collected, unsigned field,
    unsigned alternative, const sp_str_t *text, int cut);


#endif /* SP_COLLECTED_INT_H */
