/*
 * Copyright (C) SitePreserver developers
 */

#define _GNU_SOURCE                 /* memfd_create() */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config_include.h"
#include "config_text.h"


/*
 * libconfuse's scanner.  No header has these, and nothing resets the depth:
 * after ten refused reloads no include() would be taken any more.
 */

extern int    cfg_include_stack_ptr __attribute__((weak));
extern FILE  *cfg_yyin __attribute__((weak));
extern void   cfg_yypop_buffer_state(void) __attribute__((weak));


/* The files that are open, and the name of the one that included each. */

static FILE  *config_include_open[CONFIG_INCLUDE_DEPTH];
static char  *config_include_from[CONFIG_INCLUDE_DEPTH];
static int    config_include_depth;


static char *config_include_text(cfg_t *cfg, const char *path, size_t *len);
static int config_include_scan(cfg_t *cfg, char *path, const char *text,
    size_t len);
static int config_include_memory(const char *text, size_t len);


int
config_include(cfg_t *cfg, cfg_opt_t *opt, int argc, const char **argv)
{
    int      rc;
    char    *path, *text;
    size_t   len;

    if (argc != 1) {
        cfg_error(cfg, "include() takes one file");
        return -1;
    }

    if (&cfg_include_stack_ptr != NULL) {
        config_include_depth = cfg_include_stack_ptr;
    }

    if (config_include_depth >= CONFIG_INCLUDE_DEPTH) {
        cfg_error(cfg, "include(\"%s\"): files are included more than %d deep",
                  argv[0], CONFIG_INCLUDE_DEPTH);
        return -1;
    }

    path = config_text_path(cfg->filename, argv[0]);
    text = path != NULL ? config_include_text(cfg, path, &len) : NULL;

    if (text == NULL) {
        free(path);
        return -1;
    }

    rc = config_include_scan(cfg, path, text, len);
    free(text);

    return rc;
}


static char *
config_include_text(cfg_t *cfg, const char *path, size_t *len)
{
    int          line, from;
    char        *text, *file;
    const char  *bad;

    text = config_text_read(path, "\n", len);

    if (text == NULL) {
        cfg_error(cfg, "include(\"%s\"): %s", path,
                  errno == EINVAL ? "is not a file" : strerror(errno));
        return NULL;
    }

    bad = config_text_check(text, *len, &line);

    if (bad == NULL) {
        return text;
    }

    /* said of the other file, at its line */

    file = cfg->filename;
    from = cfg->line;
    cfg->filename = strdup(path);
    cfg->line = line;
    cfg_error(cfg, "%s", bad);
    free(cfg->filename);
    cfg->filename = file;
    cfg->line = from;
    free(text);

    return NULL;
}


/* Takes over path.  libconfuse reads it by name, from memory all the same. */

static int
config_include_scan(cfg_t *cfg, char *path, const char *text, size_t len)
{
    int          fd, rc;
    char         name[32];
    char        *from;
    const char  *argv[1];

    fd = config_include_memory(text, len);

    if (fd == -1) {
        cfg_error(cfg, "include(\"%s\"): %s", path, strerror(errno));
        free(path);
        return -1;
    }

    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    argv[0] = name;
    from = cfg->filename;
    rc = cfg_include(cfg, NULL, 1, argv);
    close(fd);

    if (rc != 0) {
        free(path);
        return rc;
    }

    if (&cfg_yyin != NULL) {
        config_include_open[config_include_depth] = cfg_yyin;
        config_include_from[config_include_depth] = from;
    }

    free(cfg->filename);
    cfg->filename = path;

    return 0;
}


static int
config_include_memory(const char *text, size_t len)
{
    int      fd;
    ssize_t  n;

    fd = memfd_create("sitepreserver.conf", MFD_CLOEXEC);

    if (fd == -1) {
        return -1;
    }

    while (len > 0) {
        n = write(fd, text, len);

        if (n <= 0) {
            close(fd);
            return -1;
        }

        text += n;
        len -= (size_t) n;
    }

    return fd;
}


void
config_include_end(void)
{
    if (&cfg_include_stack_ptr == NULL) {
        return;
    }

    while (cfg_include_stack_ptr > 0) {
        cfg_include_stack_ptr--;

        if (&cfg_yypop_buffer_state != NULL) {
            cfg_yypop_buffer_state();
        }

        if (cfg_include_stack_ptr < CONFIG_INCLUDE_DEPTH
            && config_include_open[cfg_include_stack_ptr] != NULL)
        {
            fclose(config_include_open[cfg_include_stack_ptr]);
            free(config_include_from[cfg_include_stack_ptr]);
            config_include_open[cfg_include_stack_ptr] = NULL;
        }
    }
}
