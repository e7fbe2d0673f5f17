/*
 * Copyright (C) SitePreserver developers
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "creative_file.h"
#include "import.h"


#define IMPORT_PATH_MAX  700


static sp_rc_t import_stage(const char *folder, const char *locale,
    const import_result_t *result, sp_error_t *err);
static sp_rc_t import_move(const char *from, const char *to,
    const char *locale, sp_error_t *err);
static void import_clean(const char *stage, const char *folder,
    const char *locale);
static sp_rc_t import_path(char path[IMPORT_PATH_MAX], const char *dir,
    const char *name, const char *suffix, sp_error_t *err);
static sp_rc_t import_errno(const char *path, sp_error_t *err);


/* In the order in which they take their places: .html makes it a locale. */

static const char *const  import_suffixes[] = { "head", "txt", "html" };


/*
 * All is made in a folder beside, and loaded from there as the mailer would,
 * before anything takes its place.
 */

sp_rc_t
import_store(const char *dir, const char *name, const char *locale,
    const import_result_t *result, sp_error_t *err)
{
    char         stage[IMPORT_PATH_MAX], from[IMPORT_PATH_MAX],
                 to[IMPORT_PATH_MAX];
    sp_rc_t      rc;
    creative_t  *creative;

    if (import_path(stage, dir, ".import", ".XXXXXX", err) != SP_OK
        || import_path(to, dir, name, "", err) != SP_OK)
    {
        return SP_INVALID;
    }

    if (mkdtemp(stage) == NULL) {
        return import_errno(dir, err);
    }

    rc = import_path(from, stage, name, "", err);

    if (rc == SP_OK && mkdir(from, 0755) != 0) {
        rc = import_errno(from, err);
    }

    if (rc == SP_OK) {
        rc = import_stage(from, locale, result, err);
    }

    if (rc == SP_OK) {
        creative = creative_load(stage, name, err);
        rc = creative != NULL ? SP_OK : SP_INVALID;
        creative_free(creative);
    }

    if (rc == SP_OK && rename(from, to) != 0) {
        rc = errno == ENOTEMPTY || errno == EEXIST
             ? import_move(from, to, locale, err) : import_errno(to, err);
    }

    import_clean(stage, from, locale);

    return rc;
}


static sp_rc_t
import_stage(const char *folder, const char *locale,
    const import_result_t *result, sp_error_t *err)
{
    char             file[64];
    size_t           i;
    sp_rc_t          rc;
    const buffer_t  *texts[] = { &result->head, &result->text,
                                 &result->html };

    rc = SP_OK;

    for (i = 0; i < 3 && rc == SP_OK; i++) {
        (void) snprintf(file, sizeof(file), "%.40s.%s", locale,
                        import_suffixes[i]);
        rc = creative_file_write(folder, file, texts[i], err);
    }

    return rc;
}


/* Into a creative that is there: nothing of it is approved in between. */

static sp_rc_t
import_move(const char *from, const char *to, const char *locale,
    sp_error_t *err)
{
    char    file[64], a[IMPORT_PATH_MAX], b[IMPORT_PATH_MAX];
    size_t  i;

    for (i = 0; i < 3; i++) {
        (void) snprintf(file, sizeof(file), "%.40s.%s", locale,
                        import_suffixes[i]);

        if (import_path(a, from, file, "", err) != SP_OK
            || import_path(b, to, file, "", err) != SP_OK)
        {
            return SP_INVALID;
        }

        if (rename(a, b) != 0) {
            return import_errno(b, err);
        }
    }

    return SP_OK;
}


static void
import_clean(const char *stage, const char *folder, const char *locale)
{
    char        file[64], path[IMPORT_PATH_MAX];
    size_t      i;
    sp_error_t  err;

    for (i = 0; i < 3; i++) {
        (void) snprintf(file, sizeof(file), "%.40s.%s", locale,
                        import_suffixes[i]);

        if (import_path(path, folder, file, "", &err) == SP_OK) {
            (void) unlink(path);
        }
    }

    (void) rmdir(folder);
    (void) rmdir(stage);
}


static sp_rc_t
import_path(char path[IMPORT_PATH_MAX], const char *dir, const char *name,
    const char *suffix, sp_error_t *err)
{
    int  n;

    n = snprintf(path, IMPORT_PATH_MAX, "%s/%s%s", dir, name, suffix);

    if (n < 0 || n >= IMPORT_PATH_MAX) {
        (void) snprintf(err->text, sizeof(err->text),
                        "%.200s: is too long a path", dir);
        return SP_INVALID;
    }

    return SP_OK;
}


static sp_rc_t
import_errno(const char *path, sp_error_t *err)
{
    (void) snprintf(err->text, sizeof(err->text), "%.200s: %s", path,
                    strerror(errno));

    return SP_INVALID;
}
