/*
 * Copyright (C) SitePreserver developers
 *
 * What the parts of the lint share.
 */

#ifndef LINT_INT_H
#define LINT_INT_H

#include "css.h"
#include "lint.h"
#include "samples.h"


#define LINT_WHOLE  ((size_t) -1)   /* not a place: the file as a whole */


/* From what was rendered to where it is written. */

typedef struct {
    size_t    out;                  /* where it begins in what was rendered */
    size_t    source;               /* ... in the template */
    sp_str_t  tag;                  /* its name; len 0: literal text */
} lint_segment_t;


/* A template rendered with one cart. */

typedef struct {
    const char       *file;
    unsigned          line;         /* that the template stands in, from 0 */
    unsigned          column;       /* ... and what is before it there */
    sp_str_t          source;       /* of the template */
    buffer_t          out;
    lint_segment_t   *segments;
    size_t            n;
    size_t            size;
    struct lint_usage_s  *usage;
    const mustache_t *t;
    html_place_t      place;        /* the last one in source */
    unsigned          failed:1;     /* no memory for segments */
} lint_render_t;


/* What all carts together say of a template, by its ops. */

typedef struct lint_usage_s {
    unsigned          cart;         /* of this rendering, from 1 */
    unsigned         *last;         /* cart for which it had no value */
    unsigned         *empty;        /* for how many it had none */
    unsigned char    *shown;        /* a section, by any */
    size_t            n;
} lint_usage_t;


/* Is a node hidden?  A css_match_t and 1; 0: nobody has asked. */

typedef struct {
    unsigned char     own;          /* by itself */
    unsigned char     all;          /* or by what is around it */
} lint_hidden_t;


/* One creative in one locale with one cart. */

typedef struct {
    lint_report_t    *report;
    const sample_t   *sample;
    const message_shop_t  *shop;    /* the sample's, or the one given */
    unsigned          shop_given:1;
    unsigned          bundled:1;
    unsigned          whole:1;      /* a creative: with head and text part */
    const char       *locale;
    links_site_t      site;
    lint_render_t     html;
    lint_render_t     text;
    lint_render_t     subject;
    lint_render_t     preheader;
    html_t           *tree;         /* of html */
    css_t            *css;
    lint_hidden_t    *hidden[CSS_ENVS];     /* by the node's index */
    const html_node_t  *body;       /* NULL: there is none */
    const html_node_t  *cta;        /* NULL: none, or several */
} lint_view_t;


/* ---- lint_report.c ---- */

typedef struct {
    const char       *id;
    const char       *file;
    unsigned          line;
    unsigned          column;
    const char       *measured;
    int               not_computed;
    const sample_t   *sample;       /* NULL: of no cart */
} lint_at_t;

void lint_add(lint_report_t *report, const lint_at_t *at, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

lint_measures_t *lint_measure(lint_report_t *report);

int lint_report_failed(const lint_report_t *report);


/* At an offset of what was rendered; or of the template. */

void lint_found(lint_view_t *v, lint_render_t *r, const char *id,
    size_t offset, const char *measured, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));
void lint_found_source(lint_view_t *v, lint_render_t *r,
    const char *id, size_t source, const char *measured, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

/* The same, but that something could not be computed. */

void lint_unknown(lint_view_t *v, lint_render_t *r, const char *id,
    size_t offset, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));


/* ---- lint_render.c ---- */

void lint_render_init(lint_render_t *r);
void lint_render_free(lint_render_t *r);

/*
 * Renders all parts of a locale that there are.  SP_INVALID: a part or the
 * message as a whole cannot be made, which is a finding; SP_NOMEM.
 */

sp_rc_t lint_render_all(lint_view_t *v, const creative_locale_t *locale,
    const creative_t *creative);

/* Where an offset of what was rendered comes from. */

const lint_segment_t *lint_segment(const lint_render_t *r, size_t offset);
size_t lint_source(const lint_render_t *r, size_t offset);

/*
 * Line and column of an offset of the template in its file; what is asked for
 * in order costs one reading of it.
 */

void lint_place(lint_render_t *r, size_t source, lint_at_t *at);

/* Is the text from offset to end made of this one tag, and nothing else? */

int lint_is_tag(const lint_render_t *r, size_t offset, size_t end,
    const char *tag);

/* Does a tag stand anywhere in it?  Its name may be the last of a path. */

int lint_has_tag(const lint_render_t *r, const char *tag);


/* ---- lint_tags.c ---- */

/* Tags that are not known, or not where they stand. */

void lint_tags(lint_report_t *report, lint_render_t *r);

/*
 * Tags without a value, and sections that were not shown, with N carts; of a
 * shop that was given it is known which ones it lacks.
 */

void lint_usage(lint_report_t *report, lint_render_t *r,
    unsigned carts, int shop_given);

sp_rc_t lint_usage_init(lint_usage_t *usage, const mustache_t *t);
void lint_usage_free(lint_usage_t *usage);


/* ---- lint_box.c ---- */

typedef struct {
    double  low;                    /* at least, at most; equal: known */
    double  high;
    int     known;
} lint_length_t;

/* In px; known 0: not computed. */

double lint_font_size(lint_view_t *v, const html_node_t *node, css_env_t env,
    int *known);
lint_length_t lint_line_height(lint_view_t *v, const html_node_t *node,
    css_env_t env);
double lint_length(lint_view_t *v, const html_node_t *node, css_env_t env,
    css_prop_t prop, css_match_t *state);

/* "block", "inline", "inline-block", "none", ...; "": not computed. */

sp_str_t lint_display(lint_view_t *v, const html_node_t *node,
    css_env_t env);

int lint_is_block(lint_view_t *v, const html_node_t *node, css_env_t env);

/* Is it, or anything around it, hidden?  CSS_MAYBE: not computed. */

css_match_t lint_hidden(lint_view_t *v, const html_node_t *node,
    css_env_t env);

/* Letters or digits in a text? */

int lint_has_words(const sp_str_t *text);
size_t lint_chars(const sp_str_t *text);

/* Has it visible text, or a picture? */

int lint_has_content(lint_view_t *v, const html_node_t *node);

/* Visible text, as one line. */

void lint_visible_text(lint_view_t *v, const html_node_t *node,
    css_env_t env, buffer_t *out);


/* ---- lint_contrast.c ---- */

/* Text and background of an element.  0: not computed. */

int lint_colours(lint_view_t *v, const html_node_t *node, css_env_t env,
    uint32_t *text, uint32_t *background);

/* Was one of them set by the creative itself? */

void lint_contrast(lint_view_t *v);


/* ---- the rules' parts ---- */

void lint_cta(lint_view_t *v);          /* lint_cta.c */
void lint_cta_size(lint_view_t *v);     /* lint_cta_size.c */
void lint_links(lint_view_t *v);        /* lint_links.c */
void lint_images(lint_view_t *v);       /* lint_images.c */
void lint_markup(lint_view_t *v);       /* lint_markup.c */
void lint_hidden_text(lint_view_t *v);  /* lint_hidden.c */
void lint_words(lint_view_t *v);        /* lint_words.c */
void lint_purpose(lint_view_t *v);      /* lint_purpose.c */
void lint_weight(lint_view_t *v);       /* lint_weight.c */
void lint_width(lint_view_t *v);        /* lint_width.c */
void lint_required(lint_view_t *v);     /* lint_required.c */


/* The rule of that id; NULL: there is none. */

const lint_rule_t *lint_rule(const char *id);


#endif /* LINT_INT_H */
