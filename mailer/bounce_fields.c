/*
 * Copyright (C) SitePreserver developers
 */

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "bounce_fields.h"


static int bounce_is_empty(const char *line);


int
bounce_field(const char *block, const char *name, char *value, size_t size)
{
    int          found;
    size_t       n, len;
    const char  *line, *p;

    len = strlen(name);
    found = 0;
    n = 0;

    for (line = block; *line != '\0' && !bounce_is_empty(line); line = p) {
        p = line + strcspn(line, "\n");
        p += *p == '\n';

        if (*line == ' ' || *line == '\t') {
            if (!found) {
                continue;
            }

        } else if (found) {
            break;

        } else if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
            found = 1;
            line += len + 1;

        } else {
            continue;
        }

        while (line < p && isspace((unsigned char) *line)) {
            line++;
        }

        if (n > 0 && n < size - 1) {
            value[n++] = ' ';
        }

        while (line < p && *line != '\r' && *line != '\n' && n < size - 1) {
            value[n++] = *line++;
        }
    }

    while (n > 0 && isspace((unsigned char) value[n - 1])) {
        n--;
    }

    value[n] = '\0';

    return found;
}


const char *
bounce_next_block(const char *block)
{
    const char  *line;

    line = block;

    while (*line != '\0' && !bounce_is_empty(line)) {
        line += strcspn(line, "\n");
        line += *line == '\n';
    }

    while (*line != '\0' && bounce_is_empty(line)) {
        line += strcspn(line, "\n");
        line += *line == '\n';
    }

    return *line != '\0' ? line : NULL;
}


static int
bounce_is_empty(const char *line)
{
    size_t  n;

    n = strspn(line, " \t\r");

    return line[n] == '\n' || line[n] == '\0';
}


const char *
bounce_typed(const char *value)
{
    const char  *p;

    p = strchr(value, ';');

    if (p == NULL) {
        return value;
    }

    return p + 1 + strspn(p + 1, " \t");
}


void
bounce_code(const char *text, char *code, size_t size)
{
    size_t  n;

    n = strspn(text, "0123456789.");

    if (n < 5 || n >= size || text[1] != '.'
        || (text[0] != '2' && text[0] != '4' && text[0] != '5'))
    {
        n = 0;
    }

    memcpy(code, text, n);
    code[n] = '\0';
}
