/*
 * Copyright (C) SitePreserver developers
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "creative_file.h"


#define CREATIVE_WRITE_MAX  700     /* bytes of a path */


static int creative_write_all(int fd, const buffer_t *b);
static void creative_sync(const char *dir);


sp_rc_t
creative_file_write(const char *dir, const char *file, const buffer_t *b,
    sp_error_t *err)
{
    int   fd, n, failed;
    char  path[CREATIVE_WRITE_MAX], temp[CREATIVE_WRITE_MAX];

    n = snprintf(temp, sizeof(temp), "%s/.%s.XXXXXX", dir, file);

    if (n < 0 || (size_t) n >= sizeof(temp)) {
        (void) snprintf(err->text, sizeof(err->text), "%.200s: is too long a "
                        "path", dir);
        return SP_INVALID;
    }

    (void) snprintf(path, sizeof(path), "%s/%s", dir, file);
    fd = mkstemp(temp);

    if (fd == -1) {
        (void) snprintf(err->text, sizeof(err->text), "%.200s: %s", path,
                        strerror(errno));
        return SP_INVALID;
    }

    failed = !creative_write_all(fd, b) || fchmod(fd, 0644) != 0
             || fsync(fd) != 0;
    failed |= close(fd) != 0;

    if (failed || rename(temp, path) != 0) {
        (void) snprintf(err->text, sizeof(err->text), "%.200s: %s", path,
                        strerror(errno));
        (void) unlink(temp);
        return SP_INVALID;
    }

    creative_sync(dir);

    return SP_OK;
}


static int
creative_write_all(int fd, const buffer_t *b)
{
    size_t   done;
    ssize_t  n;

    for (done = 0; done < b->len; done += (size_t) n) {
        n = write(fd, b->data + done, b->len - done);

        if (n == -1 && errno == EINTR) {
            n = 0;

        } else if (n <= 0) {
            return 0;
        }
    }

    return 1;
}


/* The name too is to outlast a crash; where that cannot be, it need not. */

static void
creative_sync(const char *dir)
{
    int  fd;

    fd = open(dir, O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    if (fd != -1) {
        (void) fsync(fd);
        (void) close(fd);
    }
}
