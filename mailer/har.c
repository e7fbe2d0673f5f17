/*
 * Copyright (C) SitePreserver developers
 *
 * Files of recorded exchanges.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "har.h"
#include "sp_arena.h"


typedef struct {
    FILE            *file;
    sp_arena_t      *arena;
    har_each_pt      each;
    har_damaged_pt   damaged;
    void            *data;
    har_counts_t    *counts;
    char            *line;          /* the one at hand */
    size_t           size;
    size_t           len;
} har_reader_t;


typedef struct {
    json_t          *entry;
    unsigned long    n;
    int64_t          began;
} har_place_t;


static sp_rc_t har_file(har_reader_t *reader, har_error_t *err);
static int har_closed(const har_reader_t *reader);
static int har_last(const har_reader_t *reader);
static int har_next_line(har_reader_t *reader, size_t max);
static json_t *har_parse(const char *text, size_t len);
static sp_rc_t har_whole(har_reader_t *reader, har_error_t *err);
static sp_rc_t har_slurp(har_reader_t *reader, char **text, size_t *len,
    har_error_t *err);
static sp_rc_t har_log(har_reader_t *reader, json_t *root, har_error_t *err);
static int har_place_order(const void *one, const void *two);
static sp_rc_t har_lines(har_reader_t *reader, har_error_t *err);
static sp_rc_t har_one(har_reader_t *reader, json_t *json, unsigned long n,
    int har);


sp_rc_t
har_read(const char *path, har_each_pt each, har_damaged_pt damaged,
    void *data, har_counts_t *counts, har_error_t *err)
{
    sp_rc_t       rc;
    har_reader_t  reader;

    memset(counts, 0, sizeof(har_counts_t));
    memset(&reader, 0, sizeof(reader));
    strcpy(err->text, "out of memory");

    reader.each = each;
    reader.damaged = damaged;
    reader.data = data;
    reader.counts = counts;
    reader.file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");

    if (reader.file == NULL) {
        snprintf(err->text, sizeof(err->text), "%.300s: %s", path,
                 strerror(errno));
        return SP_INVALID;
    }

    reader.arena = sp_arena_create(0);
    rc = reader.arena != NULL ? har_file(&reader, err) : SP_NOMEM;

    /* a directory, or a disk that fails, is no end */

    if (ferror(reader.file) && rc != SP_NOMEM) {
        strcpy(err->text, "the log cannot be read");
        rc = SP_INVALID;
    }

    if (reader.file != stdin) {
        fclose(reader.file);
    }

    sp_arena_destroy(reader.arena);
    free(reader.line);

    return rc;
}


/*
 * A first line that is an object and no HAR, even a damaged one, begins JSON
 * lines; else it is a HAR, or nothing.  A HAR may be one line, and too long for
 * any other.
 */

static sp_rc_t
har_file(har_reader_t *reader, har_error_t *err)
{
    sp_rc_t   rc;
    json_t   *first;

    if (!har_next_line(reader, HAR_SIZE_MAX)) {
        strcpy(err->text, "the log is empty");
        return SP_INVALID;
    }

    first = har_parse(reader->line, reader->len);

    if (first != NULL && json_object_get(first, "log") != NULL) {
        rc = har_log(reader, first, err);
        json_decref(first);
        return rc;
    }

    rc = (first != NULL && json_object_get(first, "method") != NULL)
         || (first == NULL && har_closed(reader)
             && (reader->len <= HAR_LINE_MAX || !har_last(reader)))
         ? har_lines(reader, err) : har_whole(reader, err);
    json_decref(first);

    return rc;
}


/* Does a line that cannot be read look like an object all the same? */

static int
har_closed(const har_reader_t *reader)
{
    size_t  n;

    n = reader->len;

    while (n > 0 && strchr(" \t\r\n", reader->line[n - 1]) != NULL) {
        n--;
    }

    return n > 2 && reader->line[0] == '{' && reader->line[n - 1] == '}';
}


static int
har_last(const har_reader_t *reader)
{
    int  c;

    c = getc(reader->file);

    return c == EOF || ungetc(c, reader->file) == EOF;
}


/* 0: there is none.  What is beyond the bound is read and left out. */

static int
har_next_line(har_reader_t *reader, size_t max)
{
    int      c;
    char    *line;
    size_t   size;

    reader->len = 0;
    c = EOF;

    while ((c = getc_unlocked(reader->file)) != EOF) {

        if (reader->len + 1 >= reader->size
            && reader->size < max + 2)
        {
            size = reader->size * 2 + 4096;
            line = realloc(reader->line, size);

            if (line == NULL) {
                break;
            }

            reader->line = line;
            reader->size = size;
        }

        if (reader->len + 1 < reader->size) {
            reader->line[reader->len++] = (char) c;
        }

        if (c == '\n') {
            break;
        }
    }

    return reader->len != 0 || c != EOF;
}


static json_t *
har_parse(const char *text, size_t len)
{
    static const char  mark[] = "\xef\xbb\xbf";

    if (len >= 3 && memcmp(text, mark, 3) == 0) {
        text += 3;
        len -= 3;
    }

    return len <= HAR_LINE_MAX ? json_loadb(text, len, JSON_ALLOW_NUL, NULL)
                               : NULL;
}


/* The first line is read already. */

static sp_rc_t
har_whole(har_reader_t *reader, har_error_t *err)
{
    char          *text, *from;
    size_t         len;
    sp_rc_t        rc;
    json_t        *root;
    json_error_t   why;

    rc = har_slurp(reader, &text, &len, err);

    if (rc != SP_OK) {
        return rc;
    }

    from = text;

    if (len >= 3 && memcmp(from, "\xef\xbb\xbf", 3) == 0) {
        from += 3;
        len -= 3;
    }

    root = json_loadb(from, len, JSON_ALLOW_NUL, &why);
    free(text);

    if (root == NULL) {
        snprintf(err->text, sizeof(err->text), "it is neither HAR nor JSON "
                 "lines: line %d: %.200s", why.line, why.text);
        return SP_INVALID;
    }

    if (json_object_get(root, "log") == NULL) {
        strcpy(err->text, "it is neither HAR nor JSON lines: there is no "
                          "\"log\" in it");
        rc = SP_INVALID;

    } else {
        rc = har_log(reader, root, err);
    }

    json_decref(root);

    return rc;
}


static sp_rc_t
har_slurp(har_reader_t *reader, char **text, size_t *len, har_error_t *err)
{
    char    *more;
    size_t   size, n;

    size = reader->len + 65536;
    *text = malloc(size);
    *len = reader->len;

    if (*text == NULL) {
        return SP_NOMEM;
    }

    memcpy(*text, reader->line, reader->len);

    while ((n = fread(*text + *len, 1, size - *len, reader->file)) > 0) {
        *len += n;

        if (*len > HAR_SIZE_MAX) {
            snprintf(err->text, sizeof(err->text), "the HAR is larger than "
                     "%d MB: record less at once, or write JSON lines",
                     HAR_SIZE_MAX / 1048576);
            free(*text);
            return SP_INVALID;
        }

        if (*len == size) {
            size *= 2;
            more = realloc(*text, size);

            if (more == NULL) {
                free(*text);
                return SP_NOMEM;
            }

            *text = more;
        }
    }

    return SP_OK;
}


/* Entries in the order in which they began. */

static sp_rc_t
har_log(har_reader_t *reader, json_t *root, har_error_t *err)
{
    size_t        i, n;
    sp_rc_t       rc;
    json_t       *entries;
    sp_str_t      text;
    har_place_t  *places;

    reader->counts->har = 1;
    entries = json_object_get(json_object_get(root, "log"), "entries");

    if (!json_is_array(entries)) {
        strcpy(err->text, "the HAR has no entries");
        return SP_INVALID;
    }

    n = json_array_size(entries);
    places = calloc(n + 1, sizeof(har_place_t));

    if (places == NULL) {
        return SP_NOMEM;
    }

    for (i = 0; i < n; i++) {
        places[i].entry = json_array_get(entries, i);
        places[i].n = i + 1;
        text = har_seen(json_object_get(places[i].entry, "startedDateTime"));
        places[i].began = har_time(&text);

        if (places[i].began == 0 && i > 0) {
            places[i].began = places[i - 1].began;
        }
    }

    qsort(places, n, sizeof(har_place_t), har_place_order);
    rc = SP_OK;

    for (i = 0; i < n && rc == SP_OK; i++) {
        rc = har_one(reader, places[i].entry, places[i].n, 1);
    }

    free(places);

    return rc;
}


static int
har_place_order(const void *one, const void *two)
{
    const har_place_t  *a = one, *b = two;

    if (a->began != b->began) {
        return a->began < b->began ? -1 : 1;
    }

    return a->n < b->n ? -1 : a->n > b->n;
}


static sp_rc_t
har_lines(har_reader_t *reader, har_error_t *err)
{
    size_t          i;
    sp_rc_t         rc;
    json_t         *json;
    unsigned long   n;

    n = 0;
    rc = SP_OK;

    do {
        n++;

        for (i = 0; i < reader->len && memchr(" \t\r\n", reader->line[i], 4)
                                       != NULL; i++)
        {
            /* void */
        }

        if (i == reader->len) {
            continue;
        }

        json = har_parse(reader->line, reader->len);

        if (json == NULL) {
            reader->counts->damaged++;
            reader->damaged(reader->data, n, reader->len > HAR_LINE_MAX
                                             ? "it is too long"
                                             : "it is no JSON");
            continue;
        }

        rc = har_one(reader, json, n, 0);
        json_decref(json);

    } while (rc == SP_OK && har_next_line(reader, HAR_LINE_MAX));

    return rc;
}


static sp_rc_t
har_one(har_reader_t *reader, json_t *json, unsigned long n, int har)
{
    sp_rc_t           rc;
    const char       *why;
    har_exchange_t    x;
    const sp_pool_t  *pool;

    sp_arena_reset(reader->arena);
    pool = sp_arena_pool(reader->arena);
    why = "it cannot be read";

    rc = har ? har_entry(json, pool, &x, &why) : har_line(json, pool, &x,
                                                          &why);

    if (rc == SP_DONE) {
        reader->counts->cached++;
        return SP_OK;
    }

    if (rc == SP_INVALID) {
        reader->counts->damaged++;
        reader->damaged(reader->data, n, why);
        return SP_OK;
    }

    if (rc != SP_OK) {
        return rc;
    }

    x.n = n;
    reader->counts->read++;
    reader->counts->unread += x.unread;

    return reader->each(reader->data, &x);
}
