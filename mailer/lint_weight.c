/*
 * Copyright (C) SitePreserver developers
 *
 * How heavy the HTML is, and what is beyond the place where Gmail cuts it.
 */

#include <stdio.h>

#include "lint_int.h"


void
lint_weight(lint_view_t *v)
{
    char              measured[64];
    size_t            bytes;
    lint_measures_t  *m;

    m = lint_measure(v->report);
    bytes = v->html.out.len;

    if ((long) bytes > m->html_bytes) {
        m->html_bytes = (long) bytes;
    }

    if ((long) v->html.source.len > m->template_bytes) {
        m->template_bytes = (long) v->html.source.len;
    }

    if (v->whole && (long) v->text.out.len > m->text_bytes) {
        m->text_bytes = (long) v->text.out.len;
    }

    (void) snprintf(measured, sizeof(measured), "%.1f KB",
                    (double) bytes / 1024);

    if (bytes > LINT_CLIP) {
        lint_found_source(v, &v->html, "weight-clip", LINT_WHOLE, measured,
                          "Gmail cuts the message at 102 KB");

    } else if (bytes > LINT_WEIGHT) {
        lint_found_source(v, &v->html, "weight", LINT_WHOLE, measured,
                          "the HTML is heavy: at most 90 KB");
    }

    if (v->bundled && bytes > LINT_WEIGHT_BUNDLED) {
        lint_found_source(v, &v->html, "weight-bundled", LINT_WHOLE, measured,
                          "a bundled creative has at most 30 KB");
    }
}
