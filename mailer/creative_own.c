/*
 * Copyright (C) SitePreserver developers
 */

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "creative_file.h"
#include "creative_own.h"


static int creative_own_known(const char *state_dir, const char *name,
    buffer_t *folder);


void
creative_own_file(const char *state_dir, const char *name,
    char path[CREATIVE_OWN_PATH])
{
    (void) snprintf(path, CREATIVE_OWN_PATH, "%.500s/creatives/%.64s",
                    state_dir, name);
}


int
creative_own_note(const char *state_dir, const creative_t *creative)
{
    int         known;
    char        dir[CREATIVE_OWN_PATH];
    sp_rc_t     rc;
    buffer_t    b;
    sp_error_t  err;

    if (!creative_own(creative) || creative_state(creative) == CREATIVE_NEW) {
        return 0;
    }

    buffer_init(&b, CREATIVE_OWN_PATH);
    known = creative_own_known(state_dir, creative_name(creative), &b)
            && strcmp(buffer_text(&b), creative_path(creative)) == 0;

    if (known) {
        buffer_free(&b);
        return 0;
    }

    (void) snprintf(dir, sizeof(dir), "%.500s/creatives", state_dir);

    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        buffer_free(&b);
        return -1;
    }

    buffer_reset(&b);
    buffer_str(&b, creative_path(creative));
    rc = creative_file_write(dir, creative_name(creative), &b, &err);
    buffer_free(&b);

    return rc == SP_OK ? 0 : -1;
}


int
creative_own_forget(const char *state_dir, const char *name, sp_error_t *err)
{
    char  path[CREATIVE_OWN_PATH];

    creative_own_file(state_dir, name, path);

    if (unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR) {
        return 0;
    }

    (void) snprintf(err->text, sizeof(err->text), "%.200s: %s", path,
                    strerror(errno));

    return -1;
}


creative_t *
creative_own_load(const char *dir, const char *state_dir, const char *name,
    sp_error_t *err)
{
    creative_t  *creative;

    creative = creative_load(dir, name, err);

    if (creative != NULL && state_dir != NULL
        && !creative_own_right(state_dir, creative, err))
    {
        creative_free(creative);
        return NULL;
    }

    return creative;
}


int
creative_own_right(const char *state_dir, const creative_t *creative,
    sp_error_t *err)
{
    int       known;
    buffer_t  b;

    if (creative_own(creative)) {
        return 1;
    }

    buffer_init(&b, CREATIVE_OWN_PATH);
    known = creative_own_known(state_dir, creative_name(creative), &b);

    if (known) {
        (void) snprintf(err->text, sizeof(err->text), "%.80s is gone, and the "
                        "bundled one is not sent in its place unless you say "
                        "so: creative approve %.64s", buffer_text(&b),
                        creative_name(creative));
    }

    buffer_free(&b);

    return !known;
}


/* Appends the folder that it was in.  What cannot be looked for is not known. */

static int
creative_own_known(const char *state_dir, const char *name, buffer_t *folder)
{
    char        path[CREATIVE_OWN_PATH];
    sp_error_t  err;

    creative_own_file(state_dir, name, path);

    if (!creative_file_exists(path)) {
        return 0;
    }

    if (creative_file_read(path, folder, &err) != SP_OK) {
        buffer_reset(folder);
        buffer_str(folder, "your own creative");
    }

    return 1;
}
