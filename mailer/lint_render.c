/*
 * Copyright (C) SitePreserver developers
 *
 * Rendering a creative with a cart, so that it is known of every byte where it
 * is written.
 */

#include <stdio.h>
#include <stdlib.h>

#include "lint_int.h"
#include "message_data.h"
#include "mustache_ops.h"


#define LINT_SUBJECT_MAX    150
#define LINT_PREHEADER_MAX  200


static sp_rc_t lint_render_parts(lint_view_t *v, message_data_t *md,
    const creative_locale_t *locale, sp_error_t *err);
static sp_rc_t lint_render_line(message_data_t *md, lint_render_t *r,
    const char *key, size_t max, sp_error_t *err);
static sp_rc_t lint_render(message_data_t *md, lint_render_t *r,
    sp_error_t *err);
static sp_rc_t lint_render_message(lint_view_t *v, const creative_t *creative,
    const creative_locale_t *locale, sp_error_t *err);
static void lint_trace(void *data, size_t op, size_t before, int shown);
static void lint_trace_segment(lint_render_t *r, const mustache_op_t *op,
    size_t before);


void
lint_render_init(lint_render_t *r)
{
    memset(r, 0, sizeof(lint_render_t));
    buffer_init(&r->out, MESSAGE_SIZE_MAX);
}


void
lint_render_free(lint_render_t *r)
{
    buffer_free(&r->out);
    free(r->segments);
    r->segments = NULL;
}


sp_rc_t
lint_render_all(lint_view_t *v, const creative_locale_t *locale,
    const creative_t *creative)
{
    sp_rc_t         rc;
    sp_error_t      err;
    message_data_t  md;

    err.text[0] = '\0';
    rc = message_data_create(&md, &v->sample->facts, locale, &err);

    if (rc == SP_OK) {
        rc = lint_render_parts(v, &md, locale, &err);
    }

    message_data_free(&md);

    if (rc == SP_OK && creative != NULL) {
        rc = lint_render_message(v, creative, locale, &err);
    }

    if (rc == SP_OK || rc == SP_NOMEM) {
        return rc;
    }

    lint_found_source(v, &v->html, "render", 0, "", "with the cart \"%s\" "
                      "(%s): %s", v->sample->name, v->sample->what,
                      err.text);
    return SP_INVALID;
}


static sp_rc_t
lint_render_parts(lint_view_t *v, message_data_t *md,
    const creative_locale_t *locale, sp_error_t *err)
{
    sp_rc_t  rc;

    v->site = md->site;
    v->site.unsubscribe = v->sample->facts.unsubscribe;
    rc = SP_OK;

    if (locale->subject == NULL) {

        /* a file that has no head yet */

        mustache_set(md->data, md->root, "subject",
                     mustache_string(md->data, "Subject", 7));
        mustache_set(md->data, md->root, "preheader",
                     mustache_string(md->data, "Preheader", 9));

    } else {
        rc = lint_render_line(md, &v->subject, "subject", LINT_SUBJECT_MAX,
                              err);
    }

    if (rc == SP_OK && locale->preheader != NULL) {
        rc = lint_render_line(md, &v->preheader, "preheader",
                              LINT_PREHEADER_MAX, err);
    }

    if (rc == SP_OK && locale->text != NULL) {
        rc = lint_render(md, &v->text, err);
    }

    if (rc == SP_OK) {
        rc = lint_render(md, &v->html, err);
    }

    return rc;
}


/* As the message has it: one line, and not too long. */

static sp_rc_t
lint_render_line(message_data_t *md, lint_render_t *r, const char *key,
    size_t max, sp_error_t *err)
{
    sp_rc_t   rc;
    buffer_t  line;
    sp_str_t  s;

    rc = lint_render(md, r, err);

    if (rc != SP_OK) {
        return rc;
    }

    buffer_init(&line, MESSAGE_SIZE_MAX);
    s.data = buffer_text(&r->out);
    s.len = r->out.len;
    mime_line(&line, &s, max);

    mustache_set(md->data, md->root, key,
                 mustache_string(md->data, buffer_text(&line), line.len));

    buffer_reset(&r->out);
    buffer_add(&r->out, buffer_text(&line), line.len);
    buffer_free(&line);

    return r->out.failed ? SP_NOMEM : SP_OK;
}


static sp_rc_t
lint_render(message_data_t *md, lint_render_t *r, sp_error_t *err)
{
    sp_rc_t  rc;

    buffer_reset(&r->out);
    r->n = 0;

    rc = mustache_render_traced(r->t, md->root, lint_trace, r, &r->out, err);

    return r->failed ? SP_NOMEM : rc;
}


/* The whole, as it would be sent: its headers may fail, too. */

static sp_rc_t
lint_render_message(lint_view_t *v, const creative_t *creative,
    const creative_locale_t *locale, sp_error_t *err)
{
    sp_rc_t             rc;
    buffer_t            out;
    message_facts_t     facts;
    message_envelope_t  envelope;

    facts = v->sample->facts;
    facts.locale = samples_str(locale->locale);

    buffer_init(&out, 2 * MESSAGE_SIZE_MAX);
    rc = message_build(&facts, creative, &out, &envelope, err);
    buffer_free(&out);

    return rc;
}


static void
lint_trace(void *data, size_t op, size_t before, int shown)
{
    lint_render_t        *r;
    lint_usage_t         *usage;
    const mustache_op_t  *o;

    r = data;
    usage = r->usage;
    o = &r->t->ops[op];

    switch (o->type) {
    case MUSTACHE_OP_TEXT:
    case MUSTACHE_OP_VALUE:
    case MUSTACHE_OP_RAW:
        lint_trace_segment(r, o, before);
        break;
    default:
        break;
    }

    if (usage == NULL || op >= usage->n) {
        return;
    }

    if (shown) {
        usage->shown[op] = 1;

    } else if (usage->last[op] != usage->cart) {
        usage->last[op] = usage->cart;
        usage->empty[op]++;
    }
}


static void
lint_trace_segment(lint_render_t *r, const mustache_op_t *op, size_t before)
{
    size_t           size;
    lint_segment_t  *s;

    if (before == r->out.len) {
        return;
    }

    if (r->n == r->size) {
        size = r->size != 0 ? 2 * r->size : 256;
        s = realloc(r->segments, size * sizeof(lint_segment_t));

        if (s == NULL) {
            r->failed = 1;
            return;
        }

        r->segments = s;
        r->size = size;
    }

    s = &r->segments[r->n++];
    s->out = before;
    s->source = (size_t) (op->text.data - r->t->text);
    s->tag = op->text;

    if (op->type == MUSTACHE_OP_TEXT) {
        s->tag.len = 0;
        return;
    }

    /* a tag begins with its delimiter */

    while (s->source > 0 && r->t->text[s->source] != '{') {
        s->source--;
    }

    while (s->source > 0 && r->t->text[s->source - 1] == '{') {
        s->source--;
    }
}


const lint_segment_t *
lint_segment(const lint_render_t *r, size_t offset)
{
    size_t  low, high, middle;

    if (r->n == 0 || r->segments[0].out > offset) {
        return NULL;
    }

    low = 0;
    high = r->n;

    while (high - low > 1) {
        middle = low + (high - low) / 2;

        if (r->segments[middle].out <= offset) {
            low = middle;

        } else {
            high = middle;
        }
    }

    return &r->segments[low];
}


size_t
lint_source(const lint_render_t *r, size_t offset)
{
    const lint_segment_t  *s;

    s = lint_segment(r, offset);

    if (s == NULL) {
        return 0;
    }

    return s->tag.len != 0 ? s->source : s->source + (offset - s->out);
}


void
lint_place(lint_render_t *r, size_t source, lint_at_t *at)
{
    html_place_next(r->source.data, r->source.len, source, &r->place);
    at->line = r->place.line + r->line;
    at->column = r->place.column + (r->place.line == 1 ? r->column : 0);
}


int
lint_is_tag(const lint_render_t *r, size_t offset, size_t end,
    const char *tag)
{
    size_t                 next;
    const lint_segment_t  *s;

    s = lint_segment(r, offset);

    if (s == NULL || offset == end || s->out != offset || s->tag.len == 0
        || s->tag.len != strlen(tag)
        || memcmp(s->tag.data, tag, s->tag.len) != 0)
    {
        return 0;
    }

    next = s + 1 < r->segments + r->n ? s[1].out : r->out.len;

    return next == end;
}


int
lint_has_tag(const lint_render_t *r, const char *tag)
{
    size_t                i, len;
    const mustache_op_t  *op;

    len = strlen(tag);

    for (i = 0; r->t != NULL && i < r->t->nops; i++) {
        op = &r->t->ops[i];

        if (op->type != MUSTACHE_OP_TEXT && op->text.len == len
            && memcmp(op->text.data, tag, len) == 0)
        {
            return 1;
        }
    }

    return 0;
}
