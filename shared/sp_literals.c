/*
 * Copyright (C) SitePreserver developers
 *
 * The searcher.
 */

#include "sp_literals.h"


#define SP_LITERALS_STATES  32000


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
    sp_literals_node_t  *fail;
    sp_literals_node_t  *queue;
    sp_literals_end_t   *ends;
    uint16_t             state;
    unsigned char        byte;
};


/*
 * table[state + class of the byte] is twice the next state, and 1 more if a
 * literal ends in it; states are multiples of the number of classes, 0 is the
 * root, and class 0 all bytes that are in no literal.  begins: bytes that lead
 * away from the root.  ends[state / classes] is what ends there, the literals
 * of shorter suffixes included.
 */

struct sp_literals_s {
    const sp_pool_t     *pool;
    sp_literals_node_t  *root;
    unsigned             states;
    unsigned             classes;
    unsigned char        class[256];
    unsigned char        begins[256];
    unsigned             nbegins;
    int                  begin;     /* the last of them */
    uint32_t            *table;
    sp_literals_end_t  **ends;
};


static sp_literals_node_t *sp_literals_child(const sp_literals_node_t *node,
    unsigned char byte);
static sp_rc_t sp_literals_fill(sp_literals_t *set, sp_literals_node_t *node);
static void sp_literals_number(sp_literals_t *set);
static sp_rc_t sp_literals_inherit(sp_literals_t *set,
    sp_literals_node_t *node);


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

    for (i = 0; i < literal->len; i++) {
        c = (unsigned char) literal->data[i];
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

    /* literals are in lower case, texts need not be */

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

    return SP_OK;
}


/* What the table says of states, once it is known where literals end. */

static void
sp_literals_number(sp_literals_t *set)
{
    size_t     i, n;
    uint32_t   next;
    unsigned   c;

    n = (size_t) set->states * set->classes;

    for (i = 0; i < n; i++) {
        next = set->table[i];
        set->table[i] = next * set->classes * 2 + (set->ends[next] != NULL);
    }

    for (c = 0; c < 256; c++) {
        set->begins[c] = set->table[set->class[c]] != 0;

        if (set->begins[c]) {
            set->nbegins++;
            set->begin = (int) c;
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


/* Most bytes of most URIs begin no literal. */

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

    while (p < last) {

        if (next == 0 && !set->begins[*p]) {

            if (set->nbegins != 1) {
                p++;
                continue;
            }

            p = memchr(p, set->begin, (size_t) (last - p));
            if (p == NULL) {
                break;
            }
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

    return found;
}
