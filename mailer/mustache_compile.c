/*
 * Copyright (C) SitePreserver developers
 */

#include <stdio.h>
#include <stdlib.h>

#include "mustache_ops.h"
#include "mustache_tag.h"


typedef struct {
    mustache_t       *t;
    sp_error_t       *err;
    mustache_tags_t   tags;
    size_t            start;        /* of the literal text before the tag */
    size_t            sections[MUSTACHE_NESTING_MAX];
    size_t            nsections;
    unsigned          line_start:1; /* the next op begins a line */
} mustache_compiler_t;


static int mustache_compile_all(mustache_compiler_t *c);
static int mustache_add_tag(mustache_compiler_t *c, const mustache_tag_t *tag);
static int mustache_add_end(mustache_compiler_t *c, const mustache_tag_t *tag);
static int mustache_add_text(mustache_compiler_t *c, size_t from, size_t to);
static mustache_op_t *mustache_add_op(mustache_compiler_t *c,
    mustache_op_type_t type);
static int mustache_add_path(mustache_compiler_t *c, mustache_op_t *op,
    const mustache_tag_t *tag);
static int mustache_name(mustache_compiler_t *c, const mustache_tag_t *tag);
static int mustache_error(mustache_compiler_t *c, size_t at, const char *what,
    const sp_str_t *name);
static int mustache_no_memory(mustache_compiler_t *c);


mustache_t *
mustache_compile(const char *name, const char *text, size_t len,
    mustache_escape_t escape, unsigned flags, sp_error_t *err)
{
    mustache_t           *t;
    mustache_compiler_t   c;

    memset(&c, 0, sizeof(mustache_compiler_t));
    err->text[0] = '\0';

    if (len > MUSTACHE_TEMPLATE_MAX) {
        (void) snprintf(err->text, sizeof(err->text),
                        "%.200s: longer than %d bytes", name,
                        MUSTACHE_TEMPLATE_MAX);
        return NULL;
    }

    t = calloc(1, sizeof(mustache_t));
    c.t = t;
    c.err = err;

    if (t == NULL
        || (t->name = strdup(name)) == NULL
        || (t->text = malloc(len + 1)) == NULL)
    {
        (void) mustache_no_memory(&c);
        mustache_free(t);
        return NULL;
    }

    memcpy(t->text, text, len);
    t->text[len] = '\0';
    t->len = len;
    t->escape = escape;
    t->flags = flags;

    if (!mustache_compile_all(&c)) {
        mustache_free(t);
        return NULL;
    }

    return t;
}


void
mustache_free(mustache_t *t)
{
    if (t == NULL) {
        return;
    }

    free(t->name);
    free(t->text);
    free(t->ops);
    free(t->parts);
    free(t);
}


static int
mustache_compile_all(mustache_compiler_t *c)
{
    int                   rc, standalone;
    size_t                after;
    const mustache_op_t  *op;
    mustache_tag_t        tag;

    c->tags.text = c->t->text;
    c->tags.len = c->t->len;
    c->tags.open.data = "{{";
    c->tags.open.len = 2;
    c->tags.close.data = "}}";
    c->tags.close.len = 2;
    c->line_start = 1;

    for ( ;; ) {
        rc = mustache_tag_next(&c->tags, c->start, &tag);

        if (rc <= 0) {
            break;
        }

        after = tag.end;
        standalone = mustache_tag_standalone(&c->tags, &tag, &after);

        if (!mustache_add_text(c, c->start, tag.start - tag.indent.len)) {
            return 0;
        }

        if (standalone) {

            /* its line vanishes, and so does an indent that was due there */

            c->line_start = 0;
        }

        if (!mustache_add_tag(c, &tag)) {
            return 0;
        }

        if (standalone) {
            c->line_start = 1;
        }

        c->start = after;
    }

    if (rc < 0) {
        return mustache_error(c, tag.start, "tag is not closed", NULL);
    }

    if (!mustache_add_text(c, c->start, c->t->len)) {
        return 0;
    }

    if (c->nsections != 0) {
        op = &c->t->ops[c->sections[c->nsections - 1]];
        return mustache_error(c, (size_t) (op->text.data - c->t->text),
                              "section is not closed:", &op->text);
    }

    return 1;
}


static int
mustache_add_tag(mustache_compiler_t *c, const mustache_tag_t *tag)
{
    mustache_op_t       *op;
    mustache_op_type_t   type;

    switch (tag->type) {
    case '!':
        return 1;

    case '=':
        return mustache_tag_delimiters(&c->tags, tag)
               || mustache_error(c, tag->start, "are not two delimiters:",
                                 &tag->name);

    case '/':
        return mustache_add_end(c, tag);

    case '#':
        type = MUSTACHE_OP_SECTION;
        break;

    case '^':
        type = MUSTACHE_OP_INVERTED;
        break;

    case '>':
        type = MUSTACHE_OP_PARTIAL;
        break;

    case 'v':
        type = MUSTACHE_OP_VALUE;
        break;

    default:                        /* "{" and "&" */
        if (c->t->flags & MUSTACHE_NO_RAW) {
            return mustache_error(c, tag->start,
                                  "an unescaped tag is not allowed:",
                                  &tag->name);
        }

        type = MUSTACHE_OP_RAW;
    }

    if (!mustache_name(c, tag)) {
        return 0;
    }

    if (tag->type == '#' || tag->type == '^') {
        if (c->nsections == MUSTACHE_NESTING_MAX) {
            return mustache_error(c, tag->start, "sections are too deep:",
                                  &tag->name);
        }

        c->sections[c->nsections++] = c->t->nops;
    }

    op = mustache_add_op(c, type);

    if (op == NULL) {
        return 0;
    }

    op->text = tag->name;
    op->indent = tag->indent;

    return type == MUSTACHE_OP_PARTIAL ? 1 : mustache_add_path(c, op, tag);
}


static int
mustache_add_end(mustache_compiler_t *c, const mustache_tag_t *tag)
{
    size_t          at;
    mustache_op_t  *op, *section;

    if (c->nsections == 0) {
        return mustache_error(c, tag->start, "no section is open to close:",
                              &tag->name);
    }

    at = c->sections[--c->nsections];

    if (!sp_str_eq(&c->t->ops[at].text, &tag->name)) {
        return mustache_error(c, tag->start, "closes another section than"
                              " the open one:", &tag->name);
    }

    op = mustache_add_op(c, c->t->ops[at].type == MUSTACHE_OP_SECTION
                            ? MUSTACHE_OP_SECTION_END
                            : MUSTACHE_OP_INVERTED_END);
    if (op == NULL) {
        return 0;
    }

    section = &c->t->ops[at];       /* add_op() may have moved them */
    section->other = c->t->nops - 1;
    op->other = at;

    return 1;
}


static int
mustache_add_text(mustache_compiler_t *c, size_t from, size_t to)
{
    mustache_op_t  *op;

    if (from == to) {
        return 1;
    }

    op = mustache_add_op(c, MUSTACHE_OP_TEXT);

    if (op == NULL) {
        return 0;
    }

    op->text.data = c->t->text + from;
    op->text.len = to - from;

    c->line_start = c->t->text[to - 1] == '\n';

    return 1;
}


static mustache_op_t *
mustache_add_op(mustache_compiler_t *c, mustache_op_type_t type)
{
    size_t          size;
    mustache_t     *t;
    mustache_op_t  *ops;

    t = c->t;

    if (t->nops == t->ops_size) {
        size = t->ops_size ? t->ops_size * 2 : 64;
        ops = realloc(t->ops, size * sizeof(mustache_op_t));

        if (ops == NULL) {
            (void) mustache_no_memory(c);
            return NULL;
        }

        t->ops = ops;
        t->ops_size = size;
    }

    ops = &t->ops[t->nops++];
    memset(ops, 0, sizeof(mustache_op_t));

    ops->type = type;
    ops->line_start = c->line_start;
    c->line_start = 0;

    return ops;
}


/* Splits a dotted name; "." has no parts. */

static int
mustache_add_path(mustache_compiler_t *c, mustache_op_t *op,
    const mustache_tag_t *tag)
{
    size_t       size;
    const char  *p, *end, *dot;
    sp_str_t    *parts;
    mustache_t  *t;

    t = c->t;
    op->path = t->nparts;

    if (tag->name.len == 1 && tag->name.data[0] == '.') {
        return 1;
    }

    if (t->parts_size - t->nparts < MUSTACHE_PATH_MAX) {
        size = t->parts_size * 2 + 2 * MUSTACHE_PATH_MAX;
        parts = realloc(t->parts, size * sizeof(sp_str_t));

        if (parts == NULL) {
            return mustache_no_memory(c);
        }

        t->parts = parts;
        t->parts_size = size;
    }

    p = tag->name.data;
    end = p + tag->name.len;

    for ( ;; ) {
        dot = memchr(p, '.', (size_t) (end - p));

        if (dot == NULL) {
            dot = end;
        }

        if (dot == p || op->nparts == MUSTACHE_PATH_MAX) {
            return mustache_error(c, tag->start, "is not a name:",
                                  &tag->name);
        }

        t->parts[t->nparts].data = p;
        t->parts[t->nparts].len = (size_t) (dot - p);
        t->nparts++;
        op->nparts++;

        if (dot == end) {
            return 1;
        }

        p = dot + 1;
    }
}


static int
mustache_name(mustache_compiler_t *c, const mustache_tag_t *tag)
{
    size_t  i;

    for (i = 0; i < tag->name.len; i++) {
        if (mustache_tag_space(tag->name.data[i])
            || tag->name.data[i] == '\0')
        {
            break;
        }
    }

    if (i != tag->name.len || i == 0 || i > MUSTACHE_NAME_MAX) {
        return mustache_error(c, tag->start, "is not a name:", &tag->name);
    }

    return 1;
}


/* Both return 0, for the caller to return. */

static int
mustache_error(mustache_compiler_t *c, size_t at, const char *what,
    const sp_str_t *name)
{
    size_t    i, line, start;
    sp_str_t  shown;

    line = 1;
    start = 0;

    for (i = 0; i < at; i++) {
        if (c->t->text[i] == '\n') {
            line++;
            start = i + 1;
        }
    }

    shown.data = name != NULL ? name->data : "";
    shown.len = name != NULL ? name->len : 0;

    (void) snprintf(c->err->text, sizeof(c->err->text),
                    "%.120s:%zu:%zu: %s%s%.*s%s", c->t->name, line,
                    at - start + 1, what, name != NULL ? " \"" : "",
                    (int) (shown.len < 40 ? shown.len : 40), shown.data,
                    name != NULL ? "\"" : "");

    return 0;
}


static int
mustache_no_memory(mustache_compiler_t *c)
{
    (void) snprintf(c->err->text, sizeof(c->err->text), "no memory");

    return 0;
}
