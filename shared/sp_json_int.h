/*
 * Copyright (C) SitePreserver developers
 *
 * What the parts of the JSON scanner share; for sp_json*.c only.
 */

#ifndef SP_JSON_INT_H
#define SP_JSON_INT_H

#include "sp_json.h"
#include "sp_json_text.h"


#define SP_JSON_NO_SLOT   0xffff
#define SP_JSON_WORDS     (SP_JSON_PATHS / 64)
#define SP_JSON_HASH      64


/* How a node is reached from its parent. */

typedef enum {
    SP_JSON_ROOT = 0,
    SP_JSON_MEMBER,                 /* .name */
    SP_JSON_ELEMENT,                /* [n] */
    SP_JSON_ANY_MEMBER,             /* .* */
    SP_JSON_ANY_ELEMENT             /* [*] */
} sp_json_step_t;


/*
 * The paths as a tree.  Nodes are numbered; 0 is the root, and "none" where a
 * child is meant.  depth: steps from the root; the value at a node of depth d
 * is within d containers.
 */

typedef struct {
    sp_str_t                name;   /* SP_JSON_MEMBER */
    uint32_t                index;  /* SP_JSON_ELEMENT */
    uint16_t                slot;
    uint16_t                parent;
    uint16_t                next;   /* of the same parent, kind and hash */
    uint16_t               *members;        /* children by sp_json_hash(), or
                                               NULL: none */
    uint16_t                elements;       /* the first child of this kind */
    uint16_t                any_member;
    uint16_t                any_element;
    uint8_t                 step;
    uint8_t                 depth;
    uint8_t                 nwildcards;
    uint8_t                 wildcards[SP_JSON_WILDCARDS];   /* their depths */
} sp_json_node_t;


struct sp_json_paths_s {
    const sp_pool_t        *pool;
    sp_json_node_t         *nodes;
    unsigned                nnodes;
    unsigned                allocated;
    unsigned                npaths;
    uint16_t                ends[SP_JSON_PATHS];    /* slot: its node */
    uint8_t                 keys[SP_JSON_DEPTH + 1];    /* depth: 1 + number
                                       of the room for the name that a ".*" at
                                       this depth stands for, 0: none there */
    unsigned                nkeys;
    unsigned                in_pieces:1;    /* any of these */
    uint64_t                pieces[SP_JSON_WORDS];
    uint64_t                whole[SP_JSON_WORDS];
};


/* What is wanted of a string. */

#define SP_JSON_KEEP    1
#define SP_JSON_PIECES  2


typedef enum {
    SP_JSON_AT_BEGIN = 0,           /* of the document, or within its BOM */
    SP_JSON_AT_VALUE,               /* a value must come */
    SP_JSON_AT_FIRST_ELEMENT,       /* a value or "]" */
    SP_JSON_AT_FIRST_KEY,           /* a name or "}" */
    SP_JSON_AT_KEY,                 /* a name must come */
    SP_JSON_AT_COLON,
    SP_JSON_AT_AFTER,               /* a value is over: "," or the end */
    SP_JSON_IN_KEY,                 /* within a name */
    SP_JSON_IN_TEXT,                /* within a string */
    SP_JSON_IN_ESCAPE,              /* after a backslash in either ... */
    SP_JSON_IN_HEX,                 /* ... and after its u */
    SP_JSON_IN_NUMBER,
    SP_JSON_IN_WORD,                /* within true, false or null */
    SP_JSON_AT_END                  /* only white space may follow */
} sp_json_state_t;


/*
 * A container that is open.  first, n: the nodes of the paths that lead to it,
 * on the stack of nodes; none: nothing in it is wanted, and it is skipped.
 */

typedef struct {
    uint32_t                index;  /* of its present element */
    uint32_t                serial; /* which container of the document it is */
    uint16_t                first;
    uint16_t                n;
    uint16_t                key;    /* length of its name, if that is kept */
    uint8_t                 object;
} sp_json_frame_t;


struct sp_json_scanner_s {
    sp_json_state_t         state;
    sp_json_state_t         back;   /* where an escape leads back to */
    sp_rc_t                 rc;
    unsigned                depth;  /* containers open */

    uint16_t                first;  /* nodes of the value at hand */
    uint16_t                n;
    uint8_t                 keep;   /* what of its text is wanted */
    uint8_t                 at;     /* position in an escape, word or BOM */
    uint8_t                 number;
    uint8_t                 twice;  /* an object had a name twice */
    uint32_t                unit;   /* of \uXXXX */
    sp_json_type_t          type;
    const char             *word;
    const char             *stop;   /* where the last piece was left */

    sp_json_text_t         *sink;   /* the one of these that is filled */
    sp_json_text_t          text;
    sp_json_text_t          pieces; /* its buffer empties into text */
    sp_json_text_t          key;

    const sp_json_paths_t  *paths;
    const sp_json_node_t   *nodes;
    uint16_t               *stack;  /* nodes of all open containers */
    uint16_t               *live;   /* node: slots wanted at and below it */
    uint32_t               *seen;   /* node: the serial of the object that had
                                       its name last; NULL: it may twice */
    uint32_t                serial; /* of the newest container */
    char                   *keys;   /* names that wildcards stand for */
    uint64_t                wanted[SP_JSON_WORDS];

    sp_json_value_pt        value;
    void                   *data;

    sp_json_frame_t         frames[SP_JSON_DEPTH];
    char                    key_data[SP_JSON_KEY];
};


/* Tells most names apart, and is as quick as can be. */

static inline unsigned
sp_json_hash(const sp_str_t *name)
{
    unsigned  n;

    n = (unsigned) name->len;

    if (n != 0) {
        n += (unsigned char) name->data[0] * 7U
             + (unsigned char) name->data[n - 1] * 29U;
    }

    return n % SP_JSON_HASH;
}


/*
 * Goes on in a number, whose *state is 0 at first: returns the first byte that
 * does not belong to it, or end; NULL: it is no number.
 */

const char *sp_json_number(uint8_t *state, const char *p, const char *end);


/* Non-zero if a number may end here. */

int sp_json_number_whole(unsigned state);


/* Marks the slots that are wanted (NULL: all). */

void sp_json_want(sp_json_scanner_t *s, const uint64_t *wanted);


/*
 * The value that begins is the member of that name, or the element, of the
 * innermost container: finds the nodes that lead to it.  A name that is not
 * whole matches only wildcards.  One that must not be there again sets
 * s->twice.
 */

void sp_json_enter_member(sp_json_scanner_t *s, const sp_str_t *key,
    int whole);
void sp_json_enter_element(sp_json_scanner_t *s);


/* Is the value at hand to be reported, and how?  0: it is not. */

unsigned sp_json_wants(const sp_json_scanner_t *s);


/*
 * Reports the value at hand to all slots that lead to it and are wanted.
 * Sets s->rc when the scan is to end.
 */

void sp_json_report(sp_json_scanner_t *s, const sp_str_t *text);


/* Reports a piece of it to those who want it so.  Sets s->rc, too. */

void sp_json_report_piece(sp_json_scanner_t *s, const sp_str_t *text);


#endif /* SP_JSON_INT_H */
