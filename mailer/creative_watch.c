/*
 * Copyright (C) SitePreserver developers
 */

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "creative_file.h"
#include "creative_own.h"
#include "creative_watch.h"


#define CREATIVE_WATCH_PATH  512
#define CREATIVE_FNV         UINT64_C(1099511628211)


struct creative_watch_s {
    char         *dir;              /* NULL: only bundled ones */
    char         *state_dir;        /* NULL: nothing is remembered */
    char         *name;
    creative_t   *creative;
    int64_t       looked;
    uint64_t      mark;             /* of the files when they were read */
    unsigned      wrong:1;
    unsigned      forgetful:1;      /* it was an own one, and cannot be noted */
    sp_error_t    err;
};


static creative_t *creative_watch_load(creative_watch_t *watch);
static uint64_t creative_watch_mark(const creative_watch_t *watch);
static uint64_t creative_watch_file(int fd, const char *name);
static uint64_t creative_watch_mix(uint64_t hash, uint64_t value);


creative_watch_t *
creative_watch_create(const char *dir, const char *state_dir,
    creative_t *loaded)
{
    creative_watch_t  *watch;

    watch = calloc(1, sizeof(creative_watch_t));

    if (watch == NULL) {
        return NULL;
    }

    watch->name = strdup(creative_name(loaded));
    watch->dir = dir != NULL ? strdup(dir) : NULL;
    watch->state_dir = state_dir != NULL ? strdup(state_dir) : NULL;

    if (watch->name == NULL || (dir != NULL && watch->dir == NULL)
        || (state_dir != NULL && watch->state_dir == NULL))
    {
        creative_watch_free(watch);
        return NULL;
    }

    watch->creative = loaded;

    /* the first look reads them again: they may have changed since */

    return watch;
}


void
creative_watch_free(creative_watch_t *watch)
{
    if (watch != NULL) {
        creative_free(watch->creative);
        free(watch->name);
        free(watch->dir);
        free(watch->state_dir);
        free(watch);
    }
}


creative_t *
creative_watch_get(creative_watch_t *watch, int64_t now, int *news)
{
    int          was_wrong;
    uint64_t     mark;
    creative_t  *fresh;

    *news = 0;

    if (watch->mark != 0 && now - watch->looked < CREATIVE_WATCH_MS) {
        return watch->wrong ? NULL : watch->creative;
    }

    watch->looked = now;
    mark = creative_watch_mark(watch);

    if (mark == watch->mark) {
        return watch->wrong ? NULL : watch->creative;
    }

    /* what changes while it is read has another mark the next time */

    watch->mark = mark;
    was_wrong = watch->wrong;
    fresh = creative_watch_load(watch);
    watch->wrong = fresh == NULL;

    if (fresh == NULL) {
        *news = !was_wrong;
        return NULL;
    }

    *news = was_wrong
            || creative_state(fresh) != creative_state(watch->creative)
            || strcmp(creative_hash(fresh), creative_hash(watch->creative))
               != 0;

    creative_free(watch->creative);
    watch->creative = fresh;
    creative_watch_note(watch);

    return fresh;
}


static creative_t *
creative_watch_load(creative_watch_t *watch)
{
    creative_t  *fresh;

    fresh = creative_own_load(watch->dir, watch->state_dir, watch->name,
                              &watch->err);

    if (fresh != NULL && watch->forgetful && !creative_own(fresh)) {
        creative_free(fresh);
        (void) snprintf(watch->err.text, sizeof(watch->err.text),
                        "your own \"%.64s\" is gone", watch->name);
        return NULL;
    }

    return fresh;
}


void
creative_watch_note(creative_watch_t *watch)
{
    if (watch->state_dir != NULL && creative_own(watch->creative)) {
        watch->forgetful = creative_own_note(watch->state_dir,
                                             watch->creative) != 0;
    }
}


const char *
creative_watch_error(const creative_watch_t *watch)
{
    return watch->err.text;
}


/* Another one whenever a file came, went, or was written; never 0. */

static uint64_t
creative_watch_mark(const creative_watch_t *watch)
{
    char            path[CREATIVE_WATCH_PATH], own[CREATIVE_OWN_PATH];
    DIR            *d;
    uint64_t        sum;
    sp_error_t      err;
    struct dirent  *entry;

    if (creative_file_folder(watch->dir, creative_bundled(), watch->name, path,
                             sizeof(path), &err) != SP_OK)
    {
        return 1;
    }

    d = opendir(path);

    if (d == NULL) {
        return 1;
    }

    sum = creative_watch_file(AT_FDCWD, path);

    while ((entry = readdir(d)) != NULL) {
        sum += creative_watch_file(dirfd(d), entry->d_name);
    }

    (void) closedir(d);

    if (watch->state_dir != NULL) {

        /* the bundled one may be sent once this is gone */

        creative_own_file(watch->state_dir, watch->name, own);
        sum += creative_watch_file(AT_FDCWD, own);
    }

    return sum != 0 ? sum : 1;
}


static uint64_t
creative_watch_file(int fd, const char *name)
{
    uint64_t     hash;
    struct stat  st;

    hash = UINT64_C(14695981039346656037);

    if (fstatat(fd, name, &st, 0) != 0) {
        return 0;
    }

    hash = creative_watch_mix(hash, (uint64_t) st.st_ino);
    hash = creative_watch_mix(hash, (uint64_t) st.st_size);
    hash = creative_watch_mix(hash, (uint64_t) st.st_mtim.tv_sec);
    hash = creative_watch_mix(hash, (uint64_t) st.st_mtim.tv_nsec);
    hash = creative_watch_mix(hash, (uint64_t) st.st_ctim.tv_sec);
    hash = creative_watch_mix(hash, (uint64_t) st.st_ctim.tv_nsec);

    while (*name != '\0') {
        hash = creative_watch_mix(hash, (unsigned char) *name++);
    }

    return hash;
}


static uint64_t
creative_watch_mix(uint64_t hash, uint64_t value)
{
    unsigned  i;

    for (i = 0; i < 8; i++) {
        hash = (hash ^ (value & 0xff)) * CREATIVE_FNV;
        value >>= 8;
    }

    return hash;
}
