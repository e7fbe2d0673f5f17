/*
 * Copyright (C) SitePreserver developers
 *
 * Rendering.  No recursion: a stack of templates (a partial in a partial) and
 * one of contexts (a section in a section) are walked in a loop.
 */

#include <stdio.h>

#include "mustache_ops.h"


#define MUSTACHE_INDENT_MAX  256


typedef struct {
    const mustache_t        *t;
    size_t                   next;      /* op */
    size_t                   indent;    /* of its lines: where in r->indent */
    size_t                   indent_len;
} mustache_frame_t;


typedef struct {
    const mustache_value_t  *value;
    unsigned                 element:1; /* of a list: the next one follows */
} mustache_context_t;


typedef struct {
    mustache_frame_t         frames[MUSTACHE_PARTIALS_MAX];
    size_t                   nframes;
    mustache_context_t       contexts[MUSTACHE_CONTEXTS_MAX];
    size_t                   ncontexts;
    char                     indent[MUSTACHE_INDENT_MAX];
    mustache_partial_pt      partial;
    void                    *data;
    mustache_trace_pt        trace;
    void                    *trace_data;
    buffer_t                *out;
    sp_error_t              *err;
} mustache_renderer_t;


static sp_rc_t mustache_run(mustache_renderer_t *r, const mustache_t *t,
    const mustache_value_t *root);
static void mustache_traced(mustache_renderer_t *r, const mustache_frame_t *f,
    const mustache_op_t *op, size_t before);
static int mustache_step(mustache_renderer_t *r, mustache_frame_t *f,
    const mustache_op_t *op);
static void mustache_render_text(mustache_renderer_t *r,
    const mustache_frame_t *f, const sp_str_t *text);
static int mustache_enter(mustache_renderer_t *r, mustache_frame_t *f,
    const mustache_op_t *op);
static void mustache_leave(mustache_renderer_t *r, mustache_frame_t *f,
    const mustache_op_t *op);
static int mustache_include(mustache_renderer_t *r, const mustache_frame_t *f,
    const mustache_op_t *op);
static const mustache_value_t *mustache_lookup(const mustache_renderer_t *r,
    const mustache_t *t, const mustache_op_t *op);
static int mustache_limit(mustache_renderer_t *r, const mustache_t *t,
    const char *what);


sp_rc_t
mustache_render(const mustache_t *t, const mustache_value_t *root,
    mustache_partial_pt partial, void *data, buffer_t *out, sp_error_t *err)
{
    mustache_renderer_t  r;

    r.partial = partial;
    r.data = data;
    r.trace = NULL;
    r.out = out;
    r.err = err;

    return mustache_run(&r, t, root);
}


sp_rc_t
mustache_render_traced(const mustache_t *t, const mustache_value_t *root,
    mustache_trace_pt trace, void *data, buffer_t *out, sp_error_t *err)
{
    mustache_renderer_t  r;

    r.partial = NULL;
    r.data = NULL;
    r.trace = trace;
    r.trace_data = data;
    r.out = out;
    r.err = err;

    return mustache_run(&r, t, root);
}


static sp_rc_t
mustache_run(mustache_renderer_t *r, const mustache_t *t,
    const mustache_value_t *root)
{
    size_t                steps, before;
    mustache_frame_t     *f;
    const mustache_op_t  *op;

    r->nframes = 1;
    r->frames[0].t = t;
    r->frames[0].next = 0;
    r->frames[0].indent = 0;
    r->frames[0].indent_len = 0;
    r->ncontexts = 1;
    r->contexts[0].value = root;
    r->contexts[0].element = 0;

    for (steps = 0; r->nframes > 0; steps++) {
        f = &r->frames[r->nframes - 1];

        if (f->next == f->t->nops) {
            r->nframes--;
            continue;
        }

        if (steps == MUSTACHE_STEPS_MAX) {
            (void) mustache_limit(r, f->t, "takes too many steps");
            return SP_LIMIT;
        }

        op = &f->t->ops[f->next];
        before = r->out->len;

        if (!mustache_step(r, f, op)) {
            return SP_LIMIT;
        }

        if (r->trace != NULL) {
            mustache_traced(r, f, op, before);
        }
    }

    if (r->out->failed) {
        (void) mustache_limit(r, t, "makes too large a text");
        return SP_LIMIT;
    }

    return SP_OK;
}


static void
mustache_traced(mustache_renderer_t *r, const mustache_frame_t *f,
    const mustache_op_t *op, size_t before)
{
    int     shown;
    size_t  i;

    i = (size_t) (op - f->t->ops);

    if (op->type == MUSTACHE_OP_SECTION || op->type == MUSTACHE_OP_INVERTED) {
        shown = f->next == i + 1;

    } else {
        shown = r->out->len > before;
    }

    r->trace(r->trace_data, i, before, shown);
}


void
mustache_escape(buffer_t *out, const sp_str_t *text, mustache_escape_t escape)
{
    size_t       i, from;
    const char  *entity;

    if (escape == MUSTACHE_PLAIN) {
        buffer_sp(out, text);
        return;
    }

    from = 0;

    for (i = 0; i < text->len; i++) {
        switch (text->data[i]) {
        case '&':
            entity = "&amp;";
            break;
        case '<':
            entity = "&lt;";
            break;
        case '>':
            entity = "&gt;";
            break;
        case '"':
            entity = "&quot;";
            break;
        case '\'':
            entity = "&#39;";
            break;
        default:
            continue;
        }

        buffer_add(out, text->data + from, i - from);
        buffer_str(out, entity);
        from = i + 1;
    }

    if (from < text->len) {
        buffer_add(out, text->data + from, text->len - from);
    }
}


/* One op; 0: a limit was met, and err is set. */

static int
mustache_step(mustache_renderer_t *r, mustache_frame_t *f,
    const mustache_op_t *op)
{
    sp_str_t  text;

    f->next++;

    if (op->line_start) {
        buffer_add(r->out, r->indent + f->indent, f->indent_len);
    }

    switch (op->type) {
    case MUSTACHE_OP_TEXT:
        mustache_render_text(r, f, &op->text);
        break;

    case MUSTACHE_OP_VALUE:
        mustache_text(mustache_lookup(r, f->t, op), &text);
        mustache_escape(r->out, &text, f->t->escape);
        break;

    case MUSTACHE_OP_RAW:
        mustache_text(mustache_lookup(r, f->t, op), &text);
        buffer_sp(r->out, &text);
        break;

    case MUSTACHE_OP_SECTION:
        return mustache_enter(r, f, op);

    case MUSTACHE_OP_SECTION_END:
        mustache_leave(r, f, op);
        break;

    case MUSTACHE_OP_INVERTED:
        if (mustache_truth(mustache_lookup(r, f->t, op))) {
            f->next = op->other + 1;
        }
        break;

    case MUSTACHE_OP_INVERTED_END:
        break;

    case MUSTACHE_OP_PARTIAL:
        return mustache_include(r, f, op);
    }

    return 1;
}


/* The indent of a standalone partial goes before each line of its template. */

static void
mustache_render_text(mustache_renderer_t *r, const mustache_frame_t *f,
    const sp_str_t *text)
{
    size_t  i, from;

    from = 0;

    if (f->indent_len != 0) {
        for (i = 0; i + 1 < text->len; i++) {
            if (text->data[i] == '\n') {
                buffer_add(r->out, text->data + from, i + 1 - from);
                buffer_add(r->out, r->indent + f->indent, f->indent_len);
                from = i + 1;
            }
        }
    }

    buffer_add(r->out, text->data + from, text->len - from);
}


static int
mustache_enter(mustache_renderer_t *r, mustache_frame_t *f,
    const mustache_op_t *op)
{
    mustache_context_t      *context;
    const mustache_value_t  *value;

    value = mustache_lookup(r, f->t, op);

    if (!mustache_truth(value)) {
        f->next = op->other + 1;
        return 1;
    }

    if (r->ncontexts == MUSTACHE_CONTEXTS_MAX) {
        return mustache_limit(r, f->t, "has too many sections in sections");
    }

    context = &r->contexts[r->ncontexts++];
    context->element = mustache_type(value) == MUSTACHE_LIST;
    context->value = context->element ? mustache_first(value) : value;

    return 1;
}


static void
mustache_leave(mustache_renderer_t *r, mustache_frame_t *f,
    const mustache_op_t *op)
{
    mustache_context_t  *context;

    context = &r->contexts[r->ncontexts - 1];

    if (context->element) {
        context->value = mustache_next(context->value);

        if (context->value != NULL) {
            f->next = op->other + 1;
            return;
        }
    }

    r->ncontexts--;
}


static int
mustache_include(mustache_renderer_t *r, const mustache_frame_t *f,
    const mustache_op_t *op)
{
    mustache_frame_t  *inner;
    const mustache_t  *t;

    t = r->partial != NULL ? r->partial(r->data, &op->text) : NULL;

    if (t == NULL) {
        return 1;
    }

    if (r->nframes == MUSTACHE_PARTIALS_MAX) {
        return mustache_limit(r, t, "has too many partials in partials");
    }

    inner = &r->frames[r->nframes];
    inner->t = t;
    inner->next = 0;

    if (op->indent.data == NULL) {

        /* in a line with other text: its own lines are not indented */

        inner->indent = f->indent + f->indent_len;
        inner->indent_len = 0;

    } else {

        /* what the template around it has, and what is before the tag */

        inner->indent = f->indent;
        inner->indent_len = f->indent_len + op->indent.len;

        if (inner->indent + inner->indent_len > MUSTACHE_INDENT_MAX) {
            return mustache_limit(r, t, "is indented too far");
        }

        memcpy(r->indent + f->indent + f->indent_len, op->indent.data,
               op->indent.len);
    }

    r->nframes++;

    return 1;
}


static const mustache_value_t *
mustache_lookup(const mustache_renderer_t *r, const mustache_t *t,
    const mustache_op_t *op)
{
    size_t                   i;
    const mustache_value_t  *value;

    if (op->nparts == 0) {
        return r->contexts[r->ncontexts - 1].value;
    }

    value = NULL;

    for (i = r->ncontexts; i > 0 && value == NULL; i--) {
        value = mustache_member(r->contexts[i - 1].value, &t->parts[op->path]);
    }

    for (i = 1; i < op->nparts && value != NULL; i++) {
        value = mustache_member(value, &t->parts[op->path + i]);
    }

    return value;
}


/* Returns 0. */

static int
mustache_limit(mustache_renderer_t *r, const mustache_t *t, const char *what)
{
    (void) snprintf(r->err->text, sizeof(r->err->text), "%.150s: %s",
                    t->name, what);

    return 0;
}
