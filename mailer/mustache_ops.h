/*
 * Copyright (C) SitePreserver developers
 *
 * A compiled template, as mustache_compile.c makes and mustache.c reads it.
 */

#ifndef MUSTACHE_OPS_H
#define MUSTACHE_OPS_H

#include "mustache.h"


typedef enum {
    MUSTACHE_OP_TEXT = 0,
    MUSTACHE_OP_VALUE,              /* escaped as the template says */
    MUSTACHE_OP_RAW,
    MUSTACHE_OP_SECTION,
    MUSTACHE_OP_SECTION_END,
    MUSTACHE_OP_INVERTED,
    MUSTACHE_OP_INVERTED_END,
    MUSTACHE_OP_PARTIAL
} mustache_op_type_t;


typedef struct {
    mustache_op_type_t  type;
    unsigned            line_start:1;   /* a partial's indent goes before */
    sp_str_t            text;           /* literal; name of a partial */
    sp_str_t            indent;         /* of a partial's standalone tag */
    size_t              path;           /* first part of the name, in parts */
    size_t              nparts;         /* 0: the implicit iterator "." */
    size_t              other;          /* a section's end; an end's section */
} mustache_op_t;


struct mustache_s {
    char               *name;
    char               *text;           /* ops and parts point into it */
    size_t              len;
    mustache_escape_t   escape;
    unsigned            flags;

    mustache_op_t      *ops;
    size_t              nops;
    size_t              ops_size;

    sp_str_t           *parts;
    size_t              nparts;
    size_t              parts_size;
};


/*
 * mustache_render(), that tells of each op once it is done: out was before
 * bytes long; shown is 0 for a tag without a value, or a section that is
 * skipped.
 */

typedef void (*mustache_trace_pt)(void *data, size_t op, size_t before,
    int shown);

sp_rc_t mustache_render_traced(const mustache_t *t,
    const mustache_value_t *root, mustache_trace_pt trace, void *data,
    buffer_t *out, sp_error_t *err);


#endif /* MUSTACHE_OPS_H */
