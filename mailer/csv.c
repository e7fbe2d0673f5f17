/*
 * Copyright (C) SitePreserver developers
 */

#include <errno.h>
#include <string.h>

#include "csv.h"


#define CSV_BOM  "\xef\xbb\xbf"     /* what spreadsheets begin UTF-8 with */


static int csv_read(csv_t *csv, int *whole);
static char *csv_unquote(char *text);


void
csv_init(csv_t *csv, FILE *fp)
{
    memset(csv, 0, sizeof(csv_t));
    csv->fp = fp;
}


int
csv_line(csv_t *csv, char **text)
{
    int  whole;

    while (csv_read(csv, &whole)) {
        if (!whole) {
            *text = NULL;
            return 1;
        }

        if (csv->text[0] != '\0' && csv->text[0] != '#') {
            *text = csv->text;
            return 1;
        }
    }

    return 0;
}


/* Nothing is said of a line amid which reading fails: half an id is another. */

static int
csv_read(csv_t *csv, int *whole)
{
    int     c, begun;
    size_t  len;

    len = 0;
    begun = 0;
    *whole = 1;

    for ( ;; ) {
        c = getc(csv->fp);

        if (c == '\n' && csv->cr) {
            csv->cr = 0;
            continue;
        }

        csv->cr = c == '\r';

        if (c == EOF || c == '\n' || c == '\r') {
            break;
        }

        begun = 1;

        if (c == '\0' || len == CSV_LINE_MAX) {
            *whole = 0;
            continue;
        }

        csv->text[len++] = (char) c;

        if (csv->line == 0 && len == 3 && memcmp(csv->text, CSV_BOM, 3) == 0) {
            len = 0;
        }
    }

    if (ferror(csv->fp)) {
        csv->error = errno;
        return 0;
    }

    if (c == EOF && !begun) {
        return 0;
    }

    csv->text[len] = '\0';
    csv->line++;

    return 1;
}


char *
csv_field(char **text, const char *separators)
{
    char  *start, *end;

    start = *text;

    if (start == NULL) {
        return NULL;
    }

    if (*start == '"') {
        end = csv_unquote(++start);

        /* the terminator counts as one */

        if (end == NULL || strchr(separators, *end) == NULL) {
            return NULL;
        }

    } else {
        end = start + strcspn(start, separators);
    }

    *text = *end != '\0' ? end + 1 : NULL;
    *end = '\0';

    return start;
}


/*
 * Two quotes within are one.  The field is ended in place; what comes behind
 * its last quote, NULL without one.
 */

static char *
csv_unquote(char *text)
{
    char  *to;

    for (to = text; *text != '\0'; text++) {
        if (*text == '"' && *++text != '"') {
            *to = '\0';
            return text;
        }

        *to++ = *text;
    }

    return NULL;
}
