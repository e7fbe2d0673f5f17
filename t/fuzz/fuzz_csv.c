/*
 * Copyright (C) SitePreserver developers
 *
 * Mailer: csv
 *
 * Runs: 40000
 *
 * Tables that people export.
 */

#include "fuzz.h"
#include "csv.h"


static void
fields(char *text)
{
    char    *field, *end;
    size_t   n;

    n = 0;
    end = text + strlen(text);

    while (text != NULL) {
        field = csv_field(&text, CSV_SEPARATORS);
        must(++n <= CSV_LINE_MAX + 1);
        must(text == NULL || text <= end);

        if (field == NULL) {
            return;
        }

        must(field + strlen(field) <= end);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FILE    *fp;
    char    *text;
    long     line;
    csv_t    csv;

    fp = size != 0 ? fmemopen((void *) data, size, "r") : NULL;

    if (fp == NULL) {
        return 0;
    }

    csv_init(&csv, fp);

    for (line = 0; csv_line(&csv, &text); line = csv.line) {
        must(csv.line > line);

        if (text == NULL) {
            continue;
        }

        must(text[0] != '\0' && strlen(text) <= CSV_LINE_MAX);
        must(strpbrk(text, "\r\n") == NULL);
        fields(text);
    }

    must(csv.error == 0);
    (void) fclose(fp);

    return 0;
}
