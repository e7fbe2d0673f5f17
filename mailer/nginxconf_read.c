/*
 * Copyright (C) SitePreserver developers
 *
 * Files of nginx's configuration, and those that they include.
 */

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "nginxconf_int.h"


static nginxconf_reader_t *nginxconf_reader_create(const sp_pool_t *pool,
    nginxconf_error_t *err);
static const char *nginxconf_directory(const sp_pool_t *pool,
    const char *path);
static sp_rc_t nginxconf_open(nginxconf_reader_t *reader, const char *path,
    nginxconf_error_t *err);
static char *nginxconf_load(const char *path, size_t *len, const char **why);
static void nginxconf_close(nginxconf_reader_t *reader);
static sp_rc_t nginxconf_advance(nginxconf_reader_t *reader,
    nginxconf_error_t *err);
static sp_rc_t nginxconf_take(nginxconf_reader_t *reader,
    nginxconf_directive_t *directive, nginxconf_error_t *err);
static sp_rc_t nginxconf_include(nginxconf_reader_t *reader,
    nginxconf_file_t *file, const sp_str_t *word, nginxconf_error_t *err);
static sp_rc_t nginxconf_wait(nginxconf_reader_t *reader, const char *path);
static int nginxconf_is(const sp_str_t *word, const char *text);
static int nginxconf_ends(const sp_str_t *word, const char *text);


nginxconf_reader_t *
nginxconf_reader_open(const sp_pool_t *pool, const char *path,
    const char *prefix, nginxconf_error_t *err)
{
    nginxconf_reader_t  *reader;

    reader = nginxconf_reader_create(pool, err);
    if (reader == NULL) {
        return NULL;
    }

    reader->prefix = prefix != NULL ? prefix
                                    : nginxconf_directory(pool, path);

    if (reader->prefix == NULL
        || nginxconf_open(reader, path, err) != SP_OK)
    {
        nginxconf_reader_free(reader);
        return NULL;
    }

    return reader;
}


nginxconf_reader_t *
nginxconf_reader_text(const sp_pool_t *pool, const char *name,
    const char *text, size_t len, nginxconf_error_t *err)
{
    nginxconf_file_t    *file;
    nginxconf_reader_t  *reader;

    reader = nginxconf_reader_create(pool, err);
    if (reader == NULL) {
        return NULL;
    }

    file = &reader->files[reader->nest++];
    file->name = name;
    file->p = text;
    file->last = text + len;
    file->line = 1;

    return reader;
}


static nginxconf_reader_t *
nginxconf_reader_create(const sp_pool_t *pool, nginxconf_error_t *err)
{
    nginxconf_reader_t  *reader;

    strcpy(err->text, "out of memory");

    reader = calloc(1, sizeof(nginxconf_reader_t));

    if (reader != NULL) {
        reader->pool = pool;
    }

    return reader;
}


void
nginxconf_reader_free(nginxconf_reader_t *reader)
{
    if (reader == NULL) {
        return;
    }

    while (reader->nest > 0) {
        nginxconf_close(reader);
    }

    free(reader->waiting);
    free(reader);
}


/* Of a path, with the "/"; "" if it has none. */

static const char *
nginxconf_directory(const sp_pool_t *pool, const char *path)
{
    char        *copy;
    size_t       len;
    const char  *slash;

    slash = strrchr(path, '/');
    len = slash != NULL ? (size_t) (slash - path) + 1 : 0;
    copy = sp_alloc(pool, len + 1);

    if (copy != NULL) {
        memcpy(copy, path, len);
        copy[len] = '\0';
    }

    return copy;
}


static sp_rc_t
nginxconf_open(nginxconf_reader_t *reader, const char *path,
    nginxconf_error_t *err)
{
    char              *name;
    size_t             len;
    const char        *why;
    nginxconf_file_t  *file, *from;

    from = reader->nest > 0 ? &reader->files[reader->nest - 1] : NULL;

    if (reader->nest == NGINXCONF_NEST_MAX
        || reader->nfiles++ == NGINXCONF_FILES_MAX)
    {
        return nginxconf_wrong(from, err, "too many files are included");
    }

    len = strlen(path) + 1;
    name = sp_alloc(reader->pool, len);
    if (name == NULL) {
        return SP_NOMEM;
    }

    memcpy(name, path, len);

    file = &reader->files[reader->nest];
    memset(file, 0, sizeof(nginxconf_file_t));
    file->text = nginxconf_load(path, &len, &why);

    if (file->text == NULL) {

        if (from != NULL) {
            return nginxconf_wrong(from, err, "\"%.400s\" cannot be read: %s",
                                   path, why);
        }

        snprintf(err->text, sizeof(err->text), "%.400s: %s", path, why);
        return SP_INVALID;
    }

    file->name = name;
    file->p = file->text;
    file->last = file->text + len;
    file->line = 1;
    file->depth = reader->depth;
    reader->waiting_at[reader->nest] = reader->nwaiting;
    reader->nest++;

    return SP_OK;
}


static char *
nginxconf_load(const char *path, size_t *len, const char **why)
{
    char         *text;
    FILE         *file;
    struct stat   info;

    *why = NULL;
    text = NULL;
    file = fopen(path, "r");

    if (file == NULL || fstat(fileno(file), &info) == -1) {
        *why = strerror(errno);

    } else if (!S_ISREG(info.st_mode)) {
        *why = "it is no file";

    } else if (info.st_size > NGINXCONF_SIZE_MAX) {
        *why = "it is too large for a configuration";

    } else {
        text = malloc((size_t) info.st_size + 1);
        *why = text != NULL ? NULL : "out of memory";
    }

    if (text != NULL) {
        *len = fread(text, 1, (size_t) info.st_size, file);
    }

    if (file != NULL) {
        fclose(file);
    }

    return text;
}


static void
nginxconf_close(nginxconf_reader_t *reader)
{
    unsigned  from;

    reader->nest--;
    from = reader->waiting_at[reader->nest];

    while (reader->nwaiting > from) {
        free(reader->waiting[--reader->nwaiting]);
    }

    free(reader->files[reader->nest].text);
    reader->files[reader->nest].text = NULL;
}


sp_rc_t
nginxconf_next(nginxconf_reader_t *reader, nginxconf_directive_t *directive,
    nginxconf_error_t *err)
{
    sp_rc_t  rc;

    strcpy(err->text, "out of memory");

    do {
        rc = nginxconf_advance(reader, err);

        if (rc == SP_OK) {
            rc = nginxconf_take(reader, directive, err);
        }

    } while (rc == SP_AGAIN);

    return rc;
}


/* What an include has named comes next. */

static sp_rc_t
nginxconf_advance(nginxconf_reader_t *reader, nginxconf_error_t *err)
{
    char     *path;
    sp_rc_t   rc;

    if (reader->nest == 0) {
        return SP_DONE;
    }

    if (reader->nwaiting == reader->waiting_at[reader->nest - 1]) {
        return SP_OK;
    }

    path = reader->waiting[--reader->nwaiting];
    rc = nginxconf_open(reader, path, err);
    free(path);

    return rc;
}


/* SP_AGAIN: it was an include, a block in Lua, or the end of a file. */

static sp_rc_t
nginxconf_take(nginxconf_reader_t *reader, nginxconf_directive_t *directive,
    nginxconf_error_t *err)
{
    sp_rc_t            rc;
    nginxconf_file_t  *file;

    file = &reader->files[reader->nest - 1];
    rc = nginxconf_words(reader, file, &directive->n, &directive->end, err);

    if (rc != SP_OK) {
        return rc;
    }

    directive->words = reader->words;
    directive->file = file->name;
    directive->line = file->line;

    switch (directive->end) {

    case '\0':
        if (reader->depth != file->depth) {
            return nginxconf_wrong(file, err, "unexpected end of file, "
                                              "expecting \"}\"");
        }

        nginxconf_close(reader);
        return SP_AGAIN;

    case '}':
        if (reader->depth == file->depth) {
            return nginxconf_wrong(file, err, "unexpected \"}\"");
        }

        reader->depth--;
        return SP_OK;

    case '{':
        if (nginxconf_ends(&directive->words[0], "_by_lua_block")) {
            rc = nginxconf_lua(file, err);
            return rc == SP_OK ? SP_AGAIN : rc;
        }

        if (reader->depth == NGINXCONF_DEPTH_MAX) {
            return nginxconf_wrong(file, err, "too many blocks in blocks");
        }

        reader->depth++;
        return SP_OK;

    default:
        break;
    }

    if (!nginxconf_is(&directive->words[0], "include")) {
        return SP_OK;
    }

    if (directive->n != 2) {
        return nginxconf_wrong(file, err, "invalid number of arguments in "
                                          "\"include\" directive");
    }

    rc = nginxconf_include(reader, file, &directive->words[1], err);

    return rc == SP_OK ? SP_AGAIN : rc;
}


/* The last one is put there first: it is taken from the end. */

static sp_rc_t
nginxconf_include(nginxconf_reader_t *reader, nginxconf_file_t *file,
    const sp_str_t *word, nginxconf_error_t *err)
{
    int      found;
    char     path[2 * NGINXCONF_WORD_MAX + 2];
    size_t   i;
    glob_t   list;
    sp_rc_t  rc;

    if (reader->prefix == NULL) {
        return nginxconf_wrong(file, err, "nothing can be included here");
    }

    if (strlen(reader->prefix) > NGINXCONF_WORD_MAX
        || memchr(word->data, '\0', word->len) != NULL)
    {
        return nginxconf_wrong(file, err, "invalid name of a file");
    }

    snprintf(path, sizeof(path), "%s%s%s",
             word->data[0] == '/' ? "" : reader->prefix,
             word->data[0] == '/' || reader->prefix[0] == '\0'
             || reader->prefix[strlen(reader->prefix) - 1] == '/' ? "" : "/",
             word->data);

    if (strpbrk(word->data, "*?[") == NULL) {
        return nginxconf_wait(reader, path);
    }

    found = glob(path, 0, NULL, &list);

    if (found == GLOB_NOMATCH) {
        return SP_OK;
    }

    if (found != 0) {
        return nginxconf_wrong(file, err, "\"%.400s\" cannot be read", path);
    }

    rc = list.gl_pathc <= NGINXCONF_FILES_MAX ? SP_OK
         : nginxconf_wrong(file, err, "too many files are included");

    for (i = list.gl_pathc; i > 0 && rc == SP_OK; i--) {
        rc = nginxconf_wait(reader, list.gl_pathv[i - 1]);
    }

    globfree(&list);

    return rc;
}


static sp_rc_t
nginxconf_wait(nginxconf_reader_t *reader, const char *path)
{
    char      *copy, **list;
    unsigned   size;

    if (reader->nwaiting == reader->waiting_size) {
        size = reader->waiting_size * 2 + 16;
        list = realloc(reader->waiting, size * sizeof(char *));

        if (list == NULL) {
            return SP_NOMEM;
        }

        reader->waiting = list;
        reader->waiting_size = size;
    }

    copy = strdup(path);

    if (copy == NULL) {
        return SP_NOMEM;
    }

    reader->waiting[reader->nwaiting++] = copy;

    return SP_OK;
}


static int
nginxconf_is(const sp_str_t *word, const char *text)
{
    return word->len == strlen(text)
           && memcmp(word->data, text, word->len) == 0;
}


static int
nginxconf_ends(const sp_str_t *word, const char *text)
{
    size_t  len;

    len = strlen(text);

    return word->len > len
           && memcmp(word->data + word->len - len, text, len) == 0;
}
