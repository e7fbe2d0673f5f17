/*
 * Copyright (C) SitePreserver developers
 */

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

#include "bounce.h"
#include "bounce_file.h"


static int bounce_move(const char *dir, const char *name, const char *folder,
    const char *flags);


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
    return bounce_move(dir, name, "cur", ":2,S");
}


int
bounce_aside(const char *dir, const char *name)
{
    char  folder[PATH_MAX];

    if (snprintf(folder, sizeof(folder), "%s/%s", dir, BOUNCE_ASIDE)
        >= (int) sizeof(folder))
    {
        return ENAMETOOLONG;
    }

    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        return errno;
    }

    return bounce_move(dir, name, BOUNCE_ASIDE, "");
}


unsigned
bounce_aside_count(const char *dir)
{
    char            folder[PATH_MAX];
    DIR            *d;
    unsigned        n;
    struct dirent  *entry;

    snprintf(folder, sizeof(folder), "%.4000s/%s", dir, BOUNCE_ASIDE);
    d = opendir(folder);
    n = 0;

    while (d != NULL && (entry = readdir(d)) != NULL) {
        n += entry->d_name[0] != '.';
    }

    if (d != NULL) {
        closedir(d);
    }

    return n;
}


static int
bounce_move(const char *dir, const char *name, const char *folder,
    const char *flags)
{
    int   n, m;
    char  from[PATH_MAX], to[PATH_MAX];

    n = snprintf(from, sizeof(from), "%s/new/%s", dir, name);
    m = snprintf(to, sizeof(to), "%s/%s/%s%s", dir, folder, name, flags);

    if (n >= (int) sizeof(from) || m >= (int) sizeof(to)) {
        return ENAMETOOLONG;
    }

    return rename(from, to) == 0 ? 0 : errno;
}
