/*
 * Copyright (C) SitePreserver developers
 *
 * What was found: each place once, however many carts show it.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lint_int.h"
#include "sp_utf8.h"


#define LINT_TEXT_MAX  400


struct lint_report_s {
    sp_arena_t       *arena;
    lint_finding_t   *findings;
    const char      **carts;        /* that showed a finding last */
    size_t            n;
    size_t            more;         /* found beyond LINT_FINDINGS_MAX */
    lint_measures_t   measures;
    unsigned          sorted:1;
    unsigned          failed:1;
};


static const char *lint_copy(lint_report_t *report, const char *text);
static lint_finding_t *lint_same(lint_report_t *report,
    const lint_rule_t *rule, lint_severity_t severity, const lint_at_t *at);
static void lint_found_at(lint_view_t *v, lint_render_t *r,
    const char *id, size_t source, const char *measured, int not_computed,
    const char *text);
static int lint_compare(const void *a, const void *b);
static json_t *lint_json_finding(const lint_finding_t *f);
static json_t *lint_json_measures(const lint_measures_t *m);
static json_t *lint_json_number(double number);


lint_report_t *
lint_report_create(void)
{
    lint_report_t  *report;

    report = calloc(1, sizeof(lint_report_t));

    if (report == NULL) {
        return NULL;
    }

    report->arena = sp_arena_create(0);
    report->findings = calloc(LINT_FINDINGS_MAX, sizeof(lint_finding_t));
    report->carts = calloc(LINT_FINDINGS_MAX, sizeof(char *));

    if (report->arena == NULL || report->findings == NULL
        || report->carts == NULL)
    {
        lint_report_free(report);
        return NULL;
    }

    report->measures.html_bytes = -1;
    report->measures.template_bytes = -1;
    report->measures.text_bytes = -1;
    report->measures.contrast = -1;
    report->measures.contrast_dark = -1;
    report->measures.cta_contrast = -1;
    report->measures.cta_contrast_dark = -1;
    report->measures.cta_width = -1;
    report->measures.cta_height = -1;
    report->measures.links = -1;
    report->measures.images = -1;
    report->measures.image_bytes = -1;
    report->measures.text_chars = -1;

    return report;
}


void
lint_report_free(lint_report_t *report)
{
    if (report == NULL) {
        return;
    }

    sp_arena_destroy(report->arena);
    free(report->findings);
    free(report->carts);
    free(report);
}


int
lint_report_failed(const lint_report_t *report)
{
    return report->failed;
}


/* A copy that lives as long as the report; "": no memory. */

static const char *
lint_copy(lint_report_t *report, const char *text)
{
    char      *copy;
    sp_str_t   in, out;

    /* of what a creative says it may be a part, and more than a line */

    in.data = text;
    in.len = strlen(text);
    in.len = sp_utf8_whole(&in);

    if (sp_utf8_clean(sp_arena_pool(report->arena), &in, 3 * in.len, &out)
        != SP_OK)
    {
        report->failed = 1;
        return "";
    }

    copy = sp_alloc(sp_arena_pool(report->arena), out.len + 1);

    if (copy == NULL) {
        report->failed = 1;
        return "";
    }

    if (out.len != 0) {
        memcpy(copy, out.data, out.len);
    }

    copy[out.len] = '\0';

    return copy;
}


void
lint_add(lint_report_t *report, const lint_at_t *at, const char *fmt, ...)
{
    char                text[LINT_TEXT_MAX];
    va_list             ap;
    lint_finding_t     *f;
    lint_severity_t     severity;
    const lint_rule_t  *rule;

    rule = lint_rule(at->id);

    if (rule == NULL) {
        report->failed = 1;
        return;
    }

    severity = at->not_computed ? LINT_INFO : rule->severity;
    f = lint_same(report, rule, severity, at);

    if (f != NULL) {
        if (at->sample != NULL
            && report->carts[f - report->findings] != at->sample->name)
        {
            report->carts[f - report->findings] = at->sample->name;
            f->carts++;
        }

        return;
    }

    if (report->n == LINT_FINDINGS_MAX) {
        report->more++;
        return;
    }

    va_start(ap, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);

    report->sorted = 0;
    report->carts[report->n] = at->sample != NULL ? at->sample->name : NULL;

    f = &report->findings[report->n++];
    f->rule = rule;
    f->severity = severity;
    f->file = lint_copy(report, at->file);
    f->line = at->line;
    f->column = at->column;
    f->measured = lint_copy(report, at->not_computed ? "not computed"
                                    : at->measured);
    f->message = lint_copy(report, text);
    f->cart = at->sample != NULL ? at->sample->name : NULL;
    f->carts = at->sample != NULL ? 1 : 0;
}


static lint_finding_t *
lint_same(lint_report_t *report, const lint_rule_t *rule,
    lint_severity_t severity, const lint_at_t *at)
{
    size_t           i;
    lint_finding_t  *f;

    for (i = 0; i < report->n; i++) {
        f = &report->findings[i];

        if (f->rule == rule && f->severity == severity && f->line == at->line
            && f->column == at->column && strcmp(f->file, at->file) == 0)
        {
            return f;
        }
    }

    return NULL;
}


void
lint_found(lint_view_t *v, lint_render_t *r, const char *id,
    size_t offset, const char *measured, const char *fmt, ...)
{
    char     text[LINT_TEXT_MAX];
    va_list  ap;

    va_start(ap, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);

    lint_found_at(v, r, id, lint_source(r, offset), measured, 0, text);
}


void
lint_found_source(lint_view_t *v, lint_render_t *r, const char *id,
    size_t source, const char *measured, const char *fmt, ...)
{
    char     text[LINT_TEXT_MAX];
    va_list  ap;

    va_start(ap, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);

    lint_found_at(v, r, id, source, measured, 0, text);
}


void
lint_unknown(lint_view_t *v, lint_render_t *r, const char *id,
    size_t offset, const char *fmt, ...)
{
    char     text[LINT_TEXT_MAX];
    va_list  ap;

    va_start(ap, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);

    lint_found_at(v, r, id, offset == LINT_WHOLE ? offset
                                                 : lint_source(r, offset),
                  "", 1, text);
}


static void
lint_found_at(lint_view_t *v, lint_render_t *r, const char *id,
    size_t source, const char *measured, int not_computed, const char *text)
{
    lint_at_t  at;

    if (v->report->n == LINT_FINDINGS_MAX) {
        v->report->more++;
        return;
    }

    memset(&at, 0, sizeof(lint_at_t));
    at.id = id;
    at.file = r->file;
    at.measured = measured;
    at.not_computed = not_computed;
    at.sample = v->sample;

    if (source == LINT_WHOLE) {
        lint_add(v->report, &at, "%s", text);
        return;
    }

    lint_place(r, source, &at);
    lint_add(v->report, &at, "%s", text);
}


void
lint_load_error(lint_report_t *report, const char *error)
{
    char         file[256];
    char        *end;
    lint_at_t    at;
    const char  *p;

    memset(&at, 0, sizeof(lint_at_t));
    at.id = "template";
    at.measured = "";
    at.file = "";

    /* "FILE:LINE:COLUMN: what", "FILE:LINE: what", "FILE: what", "what" */

    p = strchr(error, ':');

    if (p != NULL && (size_t) (p - error) < sizeof(file)) {
        memcpy(file, error, (size_t) (p - error));
        file[p - error] = '\0';
        at.file = file;

        if (p[1] >= '0' && p[1] <= '9') {
            at.line = (unsigned) strtoul(p + 1, &end, 10);
            p = end;
        }

        if (*p == ':' && p[1] >= '0' && p[1] <= '9') {
            at.column = (unsigned) strtoul(p + 1, &end, 10);
            p = end;
        }

        if (*p == ':' && p[1] == ' ') {
            error = p + 2;

        } else {
            at.file = "";
            at.line = 0;
            at.column = 0;
        }
    }

    lint_add(report, &at, "%s", error);
}


lint_measures_t *
lint_measure(lint_report_t *report)
{
    return &report->measures;
}


const lint_measures_t *
lint_measures(const lint_report_t *report)
{
    return &report->measures;
}


size_t
lint_count(const lint_report_t *report)
{
    return report->n;
}


size_t
lint_count_of(const lint_report_t *report, lint_severity_t severity)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < report->n; i++) {
        n += report->findings[i].severity == severity;
    }

    return n;
}


const lint_finding_t *
lint_finding(lint_report_t *report, size_t i)
{
    if (!report->sorted) {

        /* nothing is added after that: carts need not be sorted too */

        qsort(report->findings, report->n, sizeof(lint_finding_t),
              lint_compare);
        report->sorted = 1;
    }

    return &report->findings[i];
}


static int
lint_compare(const void *a, const void *b)
{
    int                    order;
    const lint_finding_t  *x, *y;

    x = a;
    y = b;
    order = strcmp(x->file, y->file);

    if (order == 0 && x->line != y->line) {
        order = x->line < y->line ? -1 : 1;
    }

    if (order == 0 && x->column != y->column) {
        order = x->column < y->column ? -1 : 1;
    }

    return order != 0 ? order : strcmp(x->rule->id, y->rule->id);
}


const char *
lint_severity_name(lint_severity_t severity)
{
    static const char *const  names[] = { "info", "warning", "error" };

    return names[severity];
}


void
lint_print(lint_report_t *report, buffer_t *out)
{
    size_t                 i;
    const lint_finding_t  *f;

    for (i = 0; i < report->n; i++) {
        f = lint_finding(report, i);

        if (f->file[0] != '\0') {
            buffer_fmt(out, "%s:", f->file);

            if (f->line != 0) {
                buffer_fmt(out, "%u:", f->line);
            }

            if (f->column != 0) {
                buffer_fmt(out, "%u:", f->column);
            }

            buffer_char(out, ' ');
        }

        buffer_fmt(out, "%s: %s", lint_severity_name(f->severity),
                   f->message);

        if (f->measured[0] != '\0') {
            buffer_fmt(out, ": %s", f->measured);
        }

        buffer_fmt(out, " (%s)\n", f->rule->id);
    }

    if (report->more != 0) {
        buffer_fmt(out, "... and %zu more\n", report->more);
    }
}


json_t *
lint_json(lint_report_t *report)
{
    size_t   i;
    json_t  *list;

    list = json_array();

    for (i = 0; i < report->n; i++) {
        json_array_append_new(list,
                              lint_json_finding(lint_finding(report, i)));
    }

    return json_pack("{s:I, s:I, s:I, s:I, s:o, s:o}",
                     "errors", (json_int_t) lint_count_of(report, LINT_ERROR),
                     "warnings",
                     (json_int_t) lint_count_of(report, LINT_WARNING),
                     "infos", (json_int_t) lint_count_of(report, LINT_INFO),
                     "more", (json_int_t) report->more,
                     "findings", list,
                     "measures", lint_json_measures(&report->measures));
}


static json_t *
lint_json_finding(const lint_finding_t *f)
{
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:s, s:s, s:s?, s:i, s:s}",
                     "id", f->rule->id,
                     "severity", lint_severity_name(f->severity),
                     "file", f->file, "line", (int) f->line,
                     "column", (int) f->column, "measured", f->measured,
                     "message", f->message, "cart", f->cart,
                     "carts", (int) f->carts, "why", f->rule->why);
}


/* null: not computed */

static json_t *
lint_json_measures(const lint_measures_t *m)
{
    json_t  *json;

    json = json_object();

    json_object_set_new(json, "html_bytes", lint_json_number(
                        (double) m->html_bytes));
    json_object_set_new(json, "template_bytes", lint_json_number(
                        (double) m->template_bytes));
    json_object_set_new(json, "text_bytes", lint_json_number(
                        (double) m->text_bytes));
    json_object_set_new(json, "contrast", lint_json_number(m->contrast));
    json_object_set_new(json, "contrast_dark",
                        lint_json_number(m->contrast_dark));
    json_object_set_new(json, "cta_contrast",
                        lint_json_number(m->cta_contrast));
    json_object_set_new(json, "cta_contrast_dark",
                        lint_json_number(m->cta_contrast_dark));
    json_object_set_new(json, "cta_width", lint_json_number(m->cta_width));
    json_object_set_new(json, "cta_height", lint_json_number(m->cta_height));
    json_object_set_new(json, "links", lint_json_number((double) m->links));
    json_object_set_new(json, "images", lint_json_number((double) m->images));
    json_object_set_new(json, "image_bytes", lint_json_number(
                        (double) m->image_bytes));
    json_object_set_new(json, "text_chars", lint_json_number(
                        (double) m->text_chars));
    json_object_set_new(json, "texts", json_integer(m->texts));
    json_object_set_new(json, "texts_not_computed",
                        json_integer(m->texts_unknown));

    return json;
}


/* Two decimals are enough. */

static json_t *
lint_json_number(double number)
{
    if (number < 0) {
        return json_null();
    }

    if (number == (double) (json_int_t) number) {
        return json_integer((json_int_t) number);
    }

    return json_real((double) (json_int_t) (number * 100) / 100);
}
