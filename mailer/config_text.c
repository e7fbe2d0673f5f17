/*
 * Copyright (C) SitePreserver developers
 */

#define _GNU_SOURCE                 /* memmem() */

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_text.h"


#define CONFIG_BOM  "\357\273\277"  /* what some editors begin with */


static int config_text_open(const char *path);
static ssize_t config_text_all(int fd, char *text, size_t size);
static const char *config_text_skip(const char *p, const char *begin,
    const char *end);
static const char *config_text_find(const char *p, const char *end,
    const char *what);
static const char *config_text_quoted(const char *p, const char *end,
    const char **bad);
static int config_text_nul(const char *p);


char *
config_text_read(const char *path, const char *end, size_t *len)
{
    int       fd, rc;
    char     *text;
    ssize_t   n;

    fd = config_text_open(path);

    if (fd == -1) {
        return NULL;
    }

    text = malloc(CONFIG_FILE_MAX + strlen(end) + 1);
    n = text != NULL ? config_text_all(fd, text, CONFIG_FILE_MAX) : -1;
    rc = errno;
    close(fd);

    if (n == -1 || n == CONFIG_FILE_MAX) {
        free(text);
        errno = n == -1 ? rc : EFBIG;
        return NULL;
    }

    if (n >= 3 && memcmp(text, CONFIG_BOM, 3) == 0) {
        memcpy(text, "   ", 3);
    }

    strcpy(text + n, end);
    *len = (size_t) n + strlen(end);

    return text;
}


/* Only files: a pipe might never say anything. */

static int
config_text_open(const char *path)
{
    int          fd, rc;
    struct stat  st;

    fd = open(path, O_RDONLY|O_CLOEXEC|O_NONBLOCK|O_NOCTTY);

    if (fd == -1) {
        return -1;
    }

    rc = fstat(fd, &st) != 0 ? errno
         : S_ISDIR(st.st_mode) ? EISDIR
         : !S_ISREG(st.st_mode) ? EINVAL : 0;

    if (rc != 0) {
        close(fd);
        errno = rc;
        return -1;
    }

    return fd;
}


static ssize_t
config_text_all(int fd, char *text, size_t size)
{
    size_t   len;
    ssize_t  n;

    for (len = 0; len < size; len += (size_t) n) {
        n = read(fd, text + len, size - len);

        if (n == -1 && errno == EINTR) {
            n = 0;
            continue;
        }

        if (n == -1) {
            return -1;
        }

        if (n == 0) {
            break;
        }
    }

    return (ssize_t) len;
}


/*
 * The text ends with a newline, and a NUL after it.  libconfuse would put the
 * environment's variable in the place of "${NAME}", nothing if there is none,
 * and that would be mailed.
 */

const char *
config_text_check(const char *text, size_t len, int *line)
{
    const char  *p, *q, *end, *bad;

    end = text + len;
    bad = memchr(text, '\0', len);

    for (p = text; bad == NULL && p < end; p++) {
        q = config_text_skip(p, text, end);

        if (q != p) {
            p = q - 1;

        } else if (*p == '"' || *p == '\'') {
            p = config_text_quoted(p, end, &bad);

        } else if (*p == '$' && end - p > 1 && p[1] == '{') {
            bad = p;
        }
    }

    if (bad == NULL) {
        return NULL;
    }

    for (*line = 1, p = text; p < bad; p++) {
        *line += *p == '\n';
    }

    return *bad != '$' ? "there is a NUL byte"
           : "\"${\" would name a variable of the environment, which is not "
             "put in here: if it is meant as it stands, write it in single "
             "quotes";
}


/* The end of a comment that begins here; p: there is none. */

static const char *
config_text_skip(const char *p, const char *begin, const char *end)
{
    if (*p == '#') {
        return config_text_find(p, end, "\n");
    }

    /* "redis://" is a word */

    if (*p != '/' || end - p < 2
        || (p > begin && (isalnum((unsigned char) p[-1])
                          || strchr(":/._-", p[-1]) != NULL)))
    {
        return p;
    }

    return p[1] == '/' ? config_text_find(p, end, "\n")
           : p[1] == '*' ? config_text_find(p + 2, end, "*/") : p;
}


/* After what is looked for, or the end. */

static const char *
config_text_find(const char *p, const char *end, const char *what)
{
    const char  *at;

    at = memmem(p, (size_t) (end - p), what, strlen(what));

    return at != NULL ? at + strlen(what) : end;
}


/* The closing quote, or the last byte. */

static const char *
config_text_quoted(const char *p, const char *end, const char **bad)
{
    char  quote;

    quote = *p;

    for (p++; p < end && *p != quote; p++) {
        if (*p == '\\') {
            if (quote == '"' && config_text_nul(p + 1)) {
                *bad = p;
                break;
            }

            p++;

        } else if (*p == '$' && quote == '"' && end - p > 1 && p[1] == '{') {
            *bad = p;
            break;
        }
    }

    return p < end ? p : end - 1;
}


/* "\0", "\000", "\x0": what follows it would be lost.  It ends before "\n". */

static int
config_text_nul(const char *p)
{
    if (*p == 'x') {
        return p[1] == '0' && (p[2] == '0' || !isxdigit((unsigned char) p[2]));
    }

    return *p == '0' && (p[1] < '0' || p[1] > '7' || (p[1] == '0'
           && (p[2] < '0' || p[2] > '7' || p[2] == '0')));
}


char *
config_text_path(const char *file, const char *path)
{
    char        *full;
    size_t       len;
    const char  *slash;

    slash = file != NULL ? strrchr(file, '/') : NULL;

    if (path[0] == '/' || slash == NULL) {
        return strdup(path);
    }

    len = (size_t) (slash - file) + 1;
    full = malloc(len + strlen(path) + 1);

    if (full != NULL) {
        memcpy(full, file, len);
        strcpy(full + len, path);
    }

    return full;
}


const char *
config_text_readable(const char *path)
{
    int  fd;

    fd = config_text_open(path);

    if (fd == -1) {
        return errno == EINVAL ? "not a file" : strerror(errno);
    }

    close(fd);

    return NULL;
}
