/*
 * Copyright (C) SitePreserver developers
 *
 * Lines and fields of what people export from a shop or a spreadsheet: with or
 * without a BOM, lines ended by LF, CRLF or CR, fields quoted as in RFC 4180
 * (2) or not.  A quoted field ends in its line.
 */

#ifndef CSV_H
#define CSV_H

#include <stdio.h>


#define CSV_LINE_MAX    1024        /* bytes of a line, without its end */
#define CSV_SEPARATORS  ",;\t"


typedef struct {
    FILE      *fp;
    long       line;                /* number of the last one read, from 1 */
    int        error;               /* errno of reading; ends the file */
    unsigned   cr:1;                /* the last line ended with CR */
    char       text[CSV_LINE_MAX + 1];
} csv_t;


/* fp stays the caller's. */

void csv_init(csv_t *csv, FILE *fp);


/*
 * The next line; what is empty or begins with '#' is passed over.  1: *text is
 * the line without its end, until the next one is read, and may be written to;
 * NULL: it is none, as it is too long or has a NUL.  0: there is no other, or
 * csv->error.
 */

int csv_line(csv_t *csv, char **text);


/*
 * Cuts the first field off *text, in place; *text is what is behind it, NULL
 * behind the last one.  NULL: there was none, its quote has no end, or
 * something stands between that and a separator.
 */

char *csv_field(char **text, const char *separators);


#endif /* CSV_H */
