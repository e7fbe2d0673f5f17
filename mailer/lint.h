/*
 * Copyright (C) SitePreserver developers
 *
 * The lint of creatives: rendered with the hard carts of samples.h and judged
 * by the rules of docs/lint.md.  Everything is measured or "not computed",
 * nothing is guessed.
 */

#ifndef LINT_H
#define LINT_H

#include <jansson.h>

#include "message.h"


#define LINT_FINDINGS_MAX    500    /* of one report; more are counted */

#define LINT_CLIP            (102 * 1024)   /* where Gmail cuts HTML */
#define LINT_WEIGHT          (90 * 1024)
#define LINT_WEIGHT_BUNDLED  (30 * 1024)


typedef enum {
    LINT_INFO = 0,                  /* could not be computed, or good to know */
    LINT_WARNING,                   /* costs carts */
    LINT_ERROR                      /* must not be sent so */
} lint_severity_t;


typedef struct {
    const char       *id;           /* "cta-size" */
    lint_severity_t   severity;
    const char       *what;         /* it asks for */
    const char       *why;
} lint_rule_t;


typedef struct {
    const lint_rule_t  *rule;
    lint_severity_t     severity;   /* the rule's, or LINT_INFO: not computed */
    const char         *file;
    unsigned            line;       /* from 1; 0: of the file as a whole */
    unsigned            column;     /* characters */
    const char         *measured;   /* "2.48:1", "not computed" */
    const char         *message;    /* one line */
    const char         *cart;       /* the first one that showed it; or NULL */
    unsigned            carts;      /* how many did */
} lint_finding_t;


/* What was measured, found wrong or not; < 0: not computed. */

typedef struct {
    long      html_bytes;           /* the largest */
    long      template_bytes;
    long      text_bytes;
    double    contrast;             /* the lowest of a text */
    double    contrast_dark;
    double    cta_contrast;
    double    cta_contrast_dark;
    double    cta_width;            /* px; at least so much */
    double    cta_height;
    long      links;
    long      images;
    long      image_bytes;          /* of pictures that are files here */
    long      text_chars;           /* visible, in the HTML */
    unsigned  texts;                /* whose contrast was computed */
    unsigned  texts_unknown;        /* ... was not */
} lint_measures_t;


typedef struct lint_report_s  lint_report_t;


/* NULL: no memory. */

lint_report_t *lint_report_create(void);
void lint_report_free(lint_report_t *report);


/*
 * Lints all locales of a creative.  shop NULL: links and colours are those of
 * a sample shop, and what only a shop can tell is left out.  SP_NOMEM.
 */

sp_rc_t lint_creative(const creative_t *creative, const message_shop_t *shop,
    lint_report_t *report);


/*
 * Lints an HTML file that is no creative yet: without the rules for subject,
 * preheader and text part.
 */

sp_rc_t lint_html(const char *path, const char *text, size_t len,
    const message_shop_t *shop, lint_report_t *report);


/* An error of its own, for a creative that cannot be loaded: "FILE:L:C: …" */

void lint_load_error(lint_report_t *report, const char *error);


/* In order of file, line and column.  They live as long as the report. */

size_t lint_count(const lint_report_t *report);
const lint_finding_t *lint_finding(lint_report_t *report, size_t i);
size_t lint_count_of(const lint_report_t *report, lint_severity_t severity);
const lint_measures_t *lint_measures(const lint_report_t *report);


/* { "errors": N, "warnings": N, "findings": [ … ], "measures": { … } } */

json_t *lint_json(lint_report_t *report);


/* "FILE:LINE:COLUMN: SEVERITY: MESSAGE [MEASURED] (ID)\n" for each. */

void lint_print(lint_report_t *report, buffer_t *out);


/* "info", "warning", "error" */

const char *lint_severity_name(lint_severity_t severity);


/* All rules, as docs/lint.md has them. */

size_t lint_rules_count(void);
const lint_rule_t *lint_rule_at(size_t i);


#endif /* LINT_H */
