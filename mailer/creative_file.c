/*
 * Copyright (C) SitePreserver developers
 */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <unicode/utf8.h>

#include "creative_file.h"


#define CREATIVE_UTM_MAX   100      /* GA4 cuts what is longer */
#define CREATIVE_UTM_SIZE  512


static sp_rc_t creative_file_own(const char *dir, const char *name,
    char *path, size_t size, sp_error_t *err);
static sp_rc_t creative_file_path(const char *dir, const char *name,
    char *path, size_t size, sp_error_t *err);
static sp_rc_t creative_file_field(const char *path, unsigned line,
    const sp_str_t *text, creative_locale_t *locale, sp_error_t *err);
static sp_rc_t creative_file_template(const char *path, unsigned line,
    const sp_str_t *value, size_t column, mustache_t **t, sp_error_t *err);
static sp_rc_t creative_file_utm(const char *path, unsigned line,
    const sp_str_t *value, sp_str_t *tag, buffer_t *b, sp_error_t *err);
static void creative_file_line(sp_error_t *err, unsigned line, size_t column);
static sp_rc_t creative_file_utf8(const char *path, const buffer_t *b,
    sp_error_t *err);


sp_rc_t
creative_file_folder(const char *dir, const char *bundled, const char *name,
    char *path, size_t size, sp_error_t *err)
{
    sp_rc_t  rc;

    if (dir != NULL) {
        rc = creative_file_own(dir, name, path, size, err);

        if (rc != SP_DONE) {
            return rc;
        }
    }

    rc = creative_file_path(bundled, name, path, size, err);

    if (rc != SP_OK || creative_file_exists(path)) {
        return rc;
    }

    if (dir != NULL) {
        (void) snprintf(err->text, sizeof(err->text),
                        "creative \"%.64s\" is neither in %.60s nor in %.60s",
                        name, dir, bundled);
    } else {
        (void) snprintf(err->text, sizeof(err->text),
                        "creative \"%.64s\" is not in %.60s", name, bundled);
    }

    return SP_INVALID;
}


/*
 * SP_DONE: it is certain that there is none.  A link that leads nowhere, or a
 * folder that cannot be looked into, is not: the operator's may be there.
 */

static sp_rc_t
creative_file_own(const char *dir, const char *name, char *path, size_t size,
    sp_error_t *err)
{
    sp_rc_t       rc;
    struct stat   st;
    const char   *bad;

    bad = creative_file_dir(dir);

    if (bad != NULL) {
        (void) snprintf(err->text, sizeof(err->text), "%.200s: %s", dir, bad);
        return SP_INVALID;
    }

    rc = creative_file_path(dir, name, path, size, err);

    if (rc != SP_OK || lstat(path, &st) == 0) {
        return rc;
    }

    if (errno == ENOENT) {
        return SP_DONE;
    }

    (void) snprintf(err->text, sizeof(err->text), "%.200s: %s", path,
                    strerror(errno));

    return SP_INVALID;
}


static sp_rc_t
creative_file_path(const char *dir, const char *name, char *path, size_t size,
    sp_error_t *err)
{
    int  n;

    n = snprintf(path, size, "%s/%s", dir, name);

    if (n >= 0 && (size_t) n < size) {
        return SP_OK;
    }

    (void) snprintf(err->text, sizeof(err->text), "%.200s: is too long a path",
                    dir);

    return SP_INVALID;
}


const char *
creative_file_dir(const char *path)
{
    DIR  *d;

    d = opendir(path);

    if (d == NULL) {
        return errno == ENOTDIR ? "is not a folder" : strerror(errno);
    }

    (void) closedir(d);

    return NULL;
}


int
creative_file_exists(const char *path)
{
    struct stat  st;

    return stat(path, &st) == 0;
}


sp_rc_t
creative_file_read(const char *path, buffer_t *b, sp_error_t *err)
{
    FILE    *f;
    char     text[4096];
    size_t   n;

    f = fopen(path, "r");

    if (f == NULL) {
        (void) snprintf(err->text, sizeof(err->text), "%.200s: %s", path,
                        strerror(errno));
        return SP_INVALID;
    }

    do {
        n = fread(text, 1, sizeof(text), f);
        buffer_add(b, text, n);

    } while (n == sizeof(text) && !b->failed);

    if (ferror(f)) {
        (void) snprintf(err->text, sizeof(err->text), "%.200s: %s", path,
                        strerror(errno));
        (void) fclose(f);
        return SP_INVALID;
    }

    (void) fclose(f);

    if (b->failed) {
        (void) snprintf(err->text, sizeof(err->text),
                        "%.200s: longer than %zu bytes", path, b->limit);
        return SP_INVALID;
    }

    return creative_file_utf8(path, b, err);
}


sp_rc_t
creative_file_head(const char *path, const buffer_t *b,
    creative_locale_t *locale, sp_error_t *err)
{
    sp_rc_t      rc;
    sp_str_t     text;
    unsigned     line;
    const char  *p, *end, *eol;

    p = buffer_text(b);
    end = p + b->len;

    /* utm points into it: it must not grow */

    buffer_init(&locale->utm_text, CREATIVE_UTM_SIZE);

    for (line = 1; p < end; line++, p = eol + 1) {
        eol = memchr(p, '\n', (size_t) (end - p));

        if (eol == NULL) {
            eol = end;
        }

        text.data = p;
        text.len = (size_t) (eol - p);

        while (text.len > 0 && (text.data[text.len - 1] == '\r'
                                || text.data[text.len - 1] == ' '))
        {
            text.len--;
        }

        if (text.len == 0 || text.data[0] == '#') {
            continue;
        }

        rc = creative_file_field(path, line, &text, locale, err);

        if (rc != SP_OK) {
            return rc;
        }
    }

    if (locale->subject == NULL || locale->preheader == NULL) {
        (void) snprintf(err->text, sizeof(err->text), "%.200s:%u: has no %s",
                        path, line - 1,
                        locale->subject == NULL ? "subject" : "preheader");
        return SP_INVALID;
    }

    return SP_OK;
}


static sp_rc_t
creative_file_field(const char *path, unsigned line, const sp_str_t *text,
    creative_locale_t *locale, sp_error_t *err)
{
    size_t    i, k, len;
    sp_str_t  value;
    struct {
        const char   *name;
        mustache_t  **t;
        sp_str_t     *tag;
    } fields[] = {
        { "subject:", &locale->subject, NULL },
        { "preheader:", &locale->preheader, NULL },
        { "utm_source:", NULL, &locale->utm.source },
        { "utm_medium:", NULL, &locale->utm.medium },
        { "utm_campaign:", NULL, &locale->utm.campaign },
        { "utm_content:", NULL, &locale->utm.content },
        { "utm_id:", NULL, &locale->utm.id },
    };

    for (k = 0; k < sizeof(fields) / sizeof(fields[0]); k++) {
        len = strlen(fields[k].name);

        if (text->len <= len || memcmp(text->data, fields[k].name, len) != 0) {
            continue;
        }

        if (fields[k].t != NULL ? *fields[k].t != NULL
                                : fields[k].tag->len != 0)
        {
            (void) snprintf(err->text, sizeof(err->text),
                            "%.150s:%u: is given twice", path, line);
            return SP_INVALID;
        }

        for (i = len; i < text->len && text->data[i] == ' '; i++) {
            /* void */
        }

        value.data = text->data + i;
        value.len = text->len - i;

        return fields[k].t != NULL
               ? creative_file_template(path, line, &value, i, fields[k].t,
                                        err)
               : creative_file_utm(path, line, &value, fields[k].tag,
                                   &locale->utm_text, err);
    }

    (void) snprintf(err->text, sizeof(err->text),
                    "%.150s:%u: is neither \"subject: …\" nor"
                    " \"preheader: …\" nor \"utm_…: …\"", path, line);

    return SP_INVALID;
}


static sp_rc_t
creative_file_template(const char *path, unsigned line, const sp_str_t *value,
    size_t column, mustache_t **t, sp_error_t *err)
{
    *t = mustache_compile(path, value->data, value->len, MUSTACHE_PLAIN, 0,
                          err);

    if (*t == NULL) {
        creative_file_line(err, line, column);
        return SP_INVALID;
    }

    return SP_OK;
}


static sp_rc_t
creative_file_utm(const char *path, unsigned line, const sp_str_t *value,
    sp_str_t *tag, buffer_t *b, sp_error_t *err)
{
    size_t  i, from;

    for (i = 0; i < value->len && (unsigned char) value->data[i] >= ' '; i++) {
        if (value->data[i] == '{' && i > 0 && value->data[i - 1] == '{') {
            break;
        }
    }

    if (value->len == 0 || value->len > CREATIVE_UTM_MAX || i < value->len) {
        (void) snprintf(err->text, sizeof(err->text), "%.150s:%u: is not plain "
                        "text of at most %d bytes", path, line,
                        CREATIVE_UTM_MAX);
        return SP_INVALID;
    }

    if (b->data == NULL) {

        /* once as large as it can get: what points into it stays right */

        for (i = 0; i < CREATIVE_UTM_SIZE; i++) {
            buffer_char(b, ' ');
        }

        buffer_truncate(b, 0);
    }

    from = b->len;
    buffer_sp(b, value);

    if (b->failed) {
        return SP_NOMEM;
    }

    tag->data = b->data + from;
    tag->len = value->len;

    return SP_OK;
}


/* A field is a template of one line: says which line of the file that is. */

static void
creative_file_line(sp_error_t *err, unsigned line, size_t column)
{
    char           text[sizeof(err->text)];
    char          *at, *end;
    unsigned long  n;

    at = strstr(err->text, ":1:");

    if (at == NULL) {
        return;
    }

    n = strtoul(at + 3, &end, 10);
    (void) strcpy(text, end);
    (void) snprintf(at, sizeof(err->text) - (size_t) (at - err->text),
                    ":%u:%lu%s", line, n + column, text);
}


static sp_rc_t
creative_file_utf8(const char *path, const buffer_t *b, sp_error_t *err)
{
    int32_t   i, len;
    UChar32   c;
    unsigned  line;

    len = (int32_t) b->len;
    line = 1;

    for (i = 0; i < len; /* void */ ) {
        U8_NEXT(b->data, i, len, c);

        if (c < 0 || c == 0) {
            (void) snprintf(err->text, sizeof(err->text),
                            "%.200s:%u: is not UTF-8 text", path, line);
            return SP_INVALID;
        }

        if (c == '\n') {
            line++;
        }
    }

    return SP_OK;
}
