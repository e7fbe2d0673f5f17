/*
 * Copyright (C) SitePreserver developers
 *
 * Reading the secret file.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "sp_secret_int.h"


#define SP_SECRET_FILE_MAX  65536   /* 255 keys are 20 K */


static ssize_t sp_secret_slurp(int fd, char *data, size_t size);


sp_secret_t *
sp_secret_read(const char *path, sp_error_t *err)
{
    int           fd;
    char         *data;
    ssize_t       n;
    sp_str_t      text;
    sp_error_t    why;
    struct stat   st;
    sp_secret_t  *secret;

    fd = open(path, O_RDONLY|O_CLOEXEC|O_NOCTTY|O_NONBLOCK);

    if (fd == -1 || fstat(fd, &st) == -1) {
        snprintf(err->text, sizeof(err->text), "cannot read \"%s\": %s%s", path,
                 strerror(errno), errno != ENOENT ? ""
                 : " (\"sitepreserver keygen FILE\" makes one)");

        if (fd != -1) {
            close(fd);
        }

        return NULL;
    }

    if (!S_ISREG(st.st_mode) || (st.st_mode & 007) != 0) {
        snprintf(err->text, sizeof(err->text), "\"%s\" %s", path,
                 S_ISREG(st.st_mode) ? "must not be accessible to others"
                                       " (chmod o= it)"
                                     : "is not a file");
        close(fd);
        return NULL;
    }

    data = OPENSSL_malloc(SP_SECRET_FILE_MAX);
    n = data != NULL ? sp_secret_slurp(fd, data, SP_SECRET_FILE_MAX) : -1;

    close(fd);

    if (n < 0 || n == SP_SECRET_FILE_MAX) {
        snprintf(err->text, sizeof(err->text), "cannot read \"%s\": %s", path,
                 data == NULL ? "out of memory"
                 : n < 0 ? strerror(errno) : "too large");
        OPENSSL_clear_free(data, SP_SECRET_FILE_MAX);
        return NULL;
    }

    text.data = data;
    text.len = n;

    secret = sp_secret_parse(&text, &why);

    OPENSSL_clear_free(data, SP_SECRET_FILE_MAX);

    if (secret == NULL) {
        snprintf(err->text, sizeof(err->text), "\"%.100s\", %.140s", path,
                 why.text);
    }

    return secret;
}


static ssize_t
sp_secret_slurp(int fd, char *data, size_t size)
{
    size_t   len;
    ssize_t  n;

    for (len = 0; len < size; len += n) {

        n = read(fd, data + len, size - len);

        if (n == 0) {
            break;
        }

        if (n < 0) {

            if (errno == EINTR) {
                n = 0;
                continue;
            }

            return -1;
        }
    }

    return len;
}
