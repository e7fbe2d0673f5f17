/*
 * Copyright (C) SitePreserver developers
 */

#include <errno.h>
#include <limits.h>

#include "bounce.h"
#include "bounce_file.h"


int
bounce_file(const char *path, buffer_t *text)
{
    int    rc;
    FILE  *fp;

    fp = fopen(path, "re");

    if (fp == NULL) {
        rc = errno;
        buffer_init(text, BOUNCE_SIZE_MAX);
        return rc;
    }

    rc = bounce_stream(fp, text);
    fclose(fp);

    return rc;
}


/* The rest of what is too long is read, too: a pipe must not break. */

int
bounce_stream(FILE *fp, buffer_t *text)
{
    char    block[16384];
    size_t  n;

    buffer_init(text, BOUNCE_SIZE_MAX + sizeof(block));
    errno = 0;

    while ((n = fread(block, 1, sizeof(block), fp)) > 0) {
        if (text->len < BOUNCE_SIZE_MAX) {
            buffer_add(text, block, n);
        }
    }

    if (ferror(fp)) {
        return errno != 0 ? errno : EIO;
    }

    return text->failed ? ENOMEM : 0;
}


int
bounce_done(const char *dir, const char *name)
{
    int   n, m;
    char  from[PATH_MAX], to[PATH_MAX];

    n = snprintf(from, sizeof(from), "%s/new/%s", dir, name);
    m = snprintf(to, sizeof(to), "%s/cur/%s:2,S", dir, name);

    if (n >= (int) sizeof(from) || m >= (int) sizeof(to)) {
        return ENAMETOOLONG;
    }

    return rename(from, to) == 0 ? 0 : errno;
}
