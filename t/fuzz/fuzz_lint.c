/*
 * Copyright (C) SitePreserver developers
 *
 * Mailer: buffer creative creative_colour creative_file creative_locale
 * creative_state css* date html* links* lint* message message_data
 * message_items message_offer message_utm mime* money mustache* samples
 *
 * Runs: 300
 *
 * The lint, of any text that may be HTML.
 */

#include "fuzz.h"
#include "lint.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t                  i;
    json_t                 *json;
    lint_report_t          *report;
    const lint_finding_t   *finding;

    /* a file with other bytes is refused before */

    if (sp_utf8_valid((const char *) data, size) != size) {
        return 0;
    }

    report = lint_report_create();
    must(report != NULL);
    must(lint_html("x.html", (const char *) data, size, NULL, report)
         == SP_OK);
    must(lint_count(report) <= LINT_FINDINGS_MAX);

    for (i = 0; i < lint_count(report); i++) {
        finding = lint_finding(report, i);
        must(finding->line <= size + 1 && finding->column <= size + 1);
        must_be_line(finding->message);
        must_be_line(finding->measured);
    }

    json = lint_json(report);
    must(json_array_size(json_object_get(json, "findings"))
         == lint_count(report));
    json_decref(json);
    lint_report_free(report);

    return 0;
}
