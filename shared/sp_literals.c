/*
 * Copyright (C) SitePreserver developers
 *
 * The searcher.
 */

#include "sp_literals.h"


#define SP_LITERALS_STATES  32000
#define SP_LITERALS_SKIPS   1024


/* A literal that ends in a state: the rule it stands for. */

typedef struct sp_literals_end_s  sp_literals_end_t;

struct sp_literals_end_s {
    sp_literals_end_t   *next;
    unsigned             rule;
};


/* While it is built: a node of the tree of literals. */

typedef struct sp_literals_node_s  sp_literals_node_t;

struct sp_literals_node_s {
    sp_literals_node_t  *child;
    sp_literals_node_t  *sibling;
    sp_literals_node_t  *parent;
    sp_literals_node_t  *fail;
    sp_literals_node_t  *queue;
    sp_literals_end_t   *ends;
    size_t               depth;
    uint16_t             state;
    unsigned char        byte;
};


/*
 * table[state + class of the byte] is twice the next state, and 1 more if a
 * literal ends in it; states are multiples of the number of classes, 0 is the
 * root, and class 0 all bytes that are in no literal.  ends[state / classes] is
 * what ends there, the literals of shorter suffixes included.
 *
 * From the root, most of the text is passed over without a look (Wu and
 * Manber): shortest is how long each literal is at least, and skip[pair] by how
 * much the window of that length may move on which ends in these two bytes.
 */

struct sp_literals_s {
    const sp_pool_t     *pool;
    sp_literals_node_t  *root;
    unsigned             states;
    unsigned             classes;
    size_t               shortest;
    unsigned char        class[256];
    unsigned char        skip[SP_LITERALS_SKIPS];
    uint32_t            *table;
    sp_literals_end_t  **ends;
};


static sp_literals_node_t *sp_literals_child(const sp_literals_node_t *node,
    unsigned char byte);
static sp_rc_t sp_literals_fill(sp_literals_t *set, sp_literals_node_t *node);
static void sp_literals_number(sp_literals_t *set);
static sp_rc_t sp_literals_inherit(sp_literals_t *set,
    sp_literals_node_t *node);
static inline unsigned sp_literals_pair(const unsigned char *p);
static void sp_literals_skips(sp_literals_t *set);
static const unsigned char *sp_literals_window(const sp_literals_t *set,
    const unsigned char *p, const unsigned char *last);


sp_literals_t *
sp_literals_create(const sp_pool_t *pool)
{
    sp_literals_t  *set;

    set = sp_calloc(pool, sizeof(sp_literals_t));
    if (set == NULL) {
        return NULL;
    }

    set->pool = pool;
    set->classes = 1;
    set->states = 1;

    set->root = sp_calloc(pool, sizeof(sp_literals_node_t));

    return set->root != NULL ? set : NULL;
}


sp_rc_t
sp_literals_add(sp_literals_t *set, const sp_str_t *literal, unsigned rule)
{
    size_t               i;
    unsigned char        c;
    sp_literals_end_t   *end;
    sp_literals_node_t  *node, *child;

    node = set->root;

    if (set->shortest == 0 || literal->len < set->shortest) {
        set->shortest = literal->len;
    }

    for (i = 0; i < literal->len; i++) {
        c = (unsigned char) literal->data[i];

        if (c >= 'A' && c <= 'Z') {
            c |= 0x20;
        }

        child = sp_literals_child(node, c);

        if (child == NULL) {

            if (set->states == SP_LITERALS_STATES) {
                return SP_LIMIT;
            }

            child = sp_calloc(set->pool, sizeof(sp_literals_node_t));
            if (child == NULL) {
                return SP_NOMEM;
            }

            child->byte = c;
            child->parent = node;
            child->depth = i + 1;
            child->state = (uint16_t) set->states++;
            child->sibling = node->child;
            node->child = child;

            if (set->class[c] == 0) {
                set->class[c] = (unsigned char) set->classes++;
            }
        }

        node = child;
    }

    end = sp_alloc(set->pool, sizeof(sp_literals_end_t));
    if (end == NULL) {
        return SP_NOMEM;
    }

    end->rule = rule;
    end->next = node->ends;
    node->ends = end;

    return SP_OK;
}


static sp_literals_node_t *
sp_literals_child(const sp_literals_node_t *node, unsigned char byte)
{
    sp_literals_node_t  *child;

    for (child = node->child; child != NULL; child = child->sibling) {
        if (child->byte == byte) {
            break;
        }
    }

    return child;
}


sp_rc_t
sp_literals_build(sp_literals_t *set)
{
    unsigned             c;
    sp_literals_node_t  *node, *child, *fail, *last;

    /* literals are kept in lower case, texts need not be */

    for (c = 'A'; c <= 'Z'; c++) {
        set->class[c] = set->class[c | 0x20];
    }

    set->table = sp_calloc(set->pool, (size_t) set->states * set->classes
                                      * sizeof(uint32_t));
    set->ends = sp_calloc(set->pool,
                          set->states * sizeof(sp_literals_end_t *));

    if (set->table == NULL || set->ends == NULL) {
        return SP_NOMEM;
    }

    /* level by level, so that what a state falls back to is done before */

    last = set->root;

    for (node = set->root; node != NULL; node = node->queue) {

        for (child = node->child; child != NULL; child = child->sibling) {
            fail = node->fail;

            while (fail != NULL && sp_literals_child(fail, child->byte)
                                   == NULL)
            {
                fail = fail->fail;
            }

            child->fail = (fail == NULL) ? set->root
                                         : sp_literals_child(fail,
                                                             child->byte);
            last->queue = child;
            last = child;
        }

        if (sp_literals_fill(set, node) != SP_OK) {
            return SP_NOMEM;
        }
    }

    sp_literals_number(set);
    sp_literals_skips(set);

    return SP_OK;
}


/* What the table says of states, once it is known where literals end. */

static void
sp_literals_number(sp_literals_t *set)
{
    size_t     i, n;
    uint32_t   next;

    n = (size_t) set->states * set->classes;

    for (i = 0; i < n; i++) {
        next = set->table[i];
        set->table[i] = next * set->classes * 2 + (set->ends[next] != NULL);
    }
}


/* The place of two bytes in skip[]: letters are the same in either case. */

static inline unsigned
sp_literals_pair(const unsigned char *p)
{
    uint16_t  pair;

    memcpy(&pair, p, sizeof(pair));

    return (pair | UINT32_C(0x2020)) * UINT32_C(2654435761) >> 22;
}


/* Of the first bytes of each literal, as many as the shortest one has. */

static void
sp_literals_skips(sp_literals_t *set)
{
    size_t               n;
    unsigned char        pair[2], *skip;
    sp_literals_node_t  *node;

    if (set->shortest < 2) {
        return;
    }

    n = set->shortest - 1 < 255 ? set->shortest - 1 : 255;
    memset(set->skip, (int) n, SP_LITERALS_SKIPS);

    for (node = set->root; node != NULL; node = node->queue) {

        if (node->depth < 2 || node->depth > set->shortest) {
            continue;
        }

        pair[0] = node->parent->byte;
        pair[1] = node->byte;
        skip = &set->skip[sp_literals_pair(pair)];
        n = set->shortest - node->depth;

        if (n < *skip) {
            *skip = (unsigned char) n;
        }
    }
}


static sp_rc_t
sp_literals_fill(sp_literals_t *set, sp_literals_node_t *node)
{
    uint32_t            *row;
    sp_literals_node_t  *child;

    row = &set->table[(size_t) node->state * set->classes];

    if (node->fail != NULL) {
        memcpy(row, &set->table[(size_t) node->fail->state * set->classes],
               set->classes * sizeof(uint32_t));

        if (sp_literals_inherit(set, node) != SP_OK) {
            return SP_NOMEM;
        }
    }

    for (child = node->child; child != NULL; child = child->sibling) {
        row[set->class[child->byte]] = child->state;
    }

    set->ends[node->state] = node->ends;

    return SP_OK;
}


/* What ends in the suffix that a state falls back to ends in it too. */

static sp_rc_t
sp_literals_inherit(sp_literals_t *set, sp_literals_node_t *node)
{
    sp_literals_end_t  *end, *copy;

    for (end = set->ends[node->fail->state]; end != NULL; end = end->next) {

        copy = sp_alloc(set->pool, sizeof(sp_literals_end_t));
        if (copy == NULL) {
            return SP_NOMEM;
        }

        copy->rule = end->rule;
        copy->next = node->ends;
        node->ends = copy;
    }

    return SP_OK;
}


int
sp_literals_find(const sp_literals_t *set, const sp_str_t *text,
    uint64_t *rules)
{
    int                       found;
    uint32_t                  next;
    const unsigned char      *p, *last;
    const sp_literals_end_t  *end;

    found = 0;
    next = 0;

    p = (const unsigned char *) text->data;
    last = p + text->len;

    for ( ;; ) {

        if (next == 0) {
            p = sp_literals_window(set, p, last);
        }

        if (p == last) {
            return found;
        }

        next = set->table[next / 2 + set->class[*p++]];

        if (!(next & 1)) {
            continue;
        }

        for (end = set->ends[next / 2 / set->classes]; end != NULL;
             end = end->next)
        {
            rules[end->rule / 64] |= (uint64_t) 1 << (end->rule % 64);
        }

        next &= ~UINT32_C(1);
        found = 1;
    }
}


/* Where a literal may begin, at or after p; last: nowhere. */

static const unsigned char *
sp_literals_window(const sp_literals_t *set, const unsigned char *p,
    const unsigned char *last)
{
    size_t         size;
    unsigned char  skip;

    size = set->shortest;

    if (size < 2) {
        return p;
    }

    while ((size_t) (last - p) >= size) {

        skip = set->skip[sp_literals_pair(p + size - 2)];

        if (skip == 0) {
            return p;
        }

        p += skip;
    }

    return last;
}
