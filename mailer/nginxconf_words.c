/*
 * Copyright (C) SitePreserver developers
 *
 * Words of nginx's configuration, split as nginx's own parser does.
 */

#include <stdarg.h>
#include <stdio.h>

#include "nginxconf_int.h"


static int nginxconf_space(char c);
static void nginxconf_skip(nginxconf_file_t *file);
static sp_rc_t nginxconf_word(nginxconf_reader_t *reader,
    nginxconf_file_t *file, sp_str_t *word, nginxconf_error_t *err);
static const char *nginxconf_word_end(nginxconf_file_t *file, char quote);
static sp_rc_t nginxconf_unescape(nginxconf_reader_t *reader,
    const char *from, const char *end, sp_str_t *word);
static int nginxconf_lua_long(nginxconf_file_t *file);
static void nginxconf_lua_quoted(nginxconf_file_t *file);
static void nginxconf_step(nginxconf_file_t *file);


sp_rc_t
nginxconf_words(nginxconf_reader_t *reader, nginxconf_file_t *file,
    unsigned *n, char *end, nginxconf_error_t *err)
{
    sp_rc_t  rc;

    *n = 0;

    for ( ;; ) {

        nginxconf_skip(file);

        if (file->p == file->last) {
            *end = '\0';

            return *n == 0 ? SP_OK
                   : nginxconf_wrong(file, err, "unexpected end of file, "
                                                "expecting \";\" or \"}\"");
        }

        switch (*file->p) {

        case ';':
        case '{':
            if (*n == 0) {
                return nginxconf_wrong(file, err, "unexpected \"%c\"",
                                       *file->p);
            }

            *end = *file->p++;
            return SP_OK;

        case '}':
            if (*n != 0) {
                return nginxconf_wrong(file, err, "unexpected \"}\"");
            }

            *end = *file->p++;
            return SP_OK;

        default:
            break;
        }

        if (*n == NGINXCONF_WORDS_MAX) {
            return nginxconf_wrong(file, err, "too many parameters");
        }

        rc = nginxconf_word(reader, file, &reader->words[*n], err);

        if (rc != SP_OK) {
            return rc;
        }

        (*n)++;
    }
}


static int
nginxconf_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}


static void
nginxconf_step(nginxconf_file_t *file)
{
    file->line += *file->p == '\n';
    file->p++;
}


/* Spaces and comments. */

static void
nginxconf_skip(nginxconf_file_t *file)
{
    for ( ;; ) {

        while (file->p < file->last && nginxconf_space(*file->p)) {
            nginxconf_step(file);
        }

        if (file->p == file->last || *file->p != '#') {
            return;
        }

        while (file->p < file->last && *file->p != '\n') {
            file->p++;
        }
    }
}


static sp_rc_t
nginxconf_word(nginxconf_reader_t *reader, nginxconf_file_t *file,
    sp_str_t *word, nginxconf_error_t *err)
{
    char         quote;
    unsigned     line;
    const char  *from, *end;

    line = file->line;
    quote = '\0';

    if (*file->p == '"' || *file->p == '\'') {
        quote = *file->p++;
    }

    from = file->p;
    end = nginxconf_word_end(file, quote);

    if (end == NULL) {
        file->line = line;
        return nginxconf_wrong(file, err, quote != '\0'
                               ? "a quoted parameter does not end"
                               : "unexpected end of file, expecting \";\" or "
                                 "\"}\"");
    }

    if (end - from > NGINXCONF_WORD_MAX) {
        return nginxconf_wrong(file, err, "too long parameter \"%.10s...\"",
                               from);
    }

    if (quote != '\0' && file->p < file->last && !nginxconf_space(*file->p)
        && *file->p != ';' && *file->p != '{' && *file->p != ')')
    {
        return nginxconf_wrong(file, err, "unexpected \"%c\"", *file->p);
    }

    return nginxconf_unescape(reader, from, end, word);
}


/* Where the word ends; the file stands behind it.  NULL: nowhere. */

static const char *
nginxconf_word_end(nginxconf_file_t *file, char quote)
{
    char  before;

    before = '\0';

    while (file->p < file->last) {

        if (*file->p == '\\') {
            file->p++;
            before = '\\';

            if (file->p < file->last) {
                nginxconf_step(file);
            }

            continue;
        }

        if (quote != '\0') {

            if (*file->p == quote) {
                return file->p++;
            }

        } else if (nginxconf_space(*file->p) || *file->p == ';'
                   || (*file->p == '{' && before != '$'))
        {
            return file->p;
        }

        before = *file->p;
        nginxconf_step(file);
    }

    return NULL;
}


static sp_rc_t
nginxconf_unescape(nginxconf_reader_t *reader, const char *from,
    const char *end, sp_str_t *word)
{
    char  *out;

    out = sp_alloc(reader->pool, (size_t) (end - from) + 1);
    if (out == NULL) {
        return SP_NOMEM;
    }

    word->data = out;

    for ( /* void */ ; from < end; from++) {

        if (*from == '\\' && from + 1 < end) {

            switch (from[1]) {

            case '"': case '\'': case '\\':
                *out++ = *++from;
                continue;

            case 't':
                *out++ = '\t';
                from++;
                continue;

            case 'r':
                *out++ = '\r';
                from++;
                continue;

            case 'n':
                *out++ = '\n';
                from++;
                continue;

            default:
                *out++ = *from++;
                break;
            }
        }

        *out++ = *from;
    }

    word->len = (size_t) (out - word->data);
    *out = '\0';

    return SP_OK;
}


/* Braces in its texts and comments are none. */

sp_rc_t
nginxconf_lua(nginxconf_file_t *file, nginxconf_error_t *err)
{
    unsigned  depth, line;

    line = file->line;
    depth = 1;

    while (file->p < file->last) {

        switch (*file->p) {

        case '{':
            depth++;
            break;

        case '}':
            if (--depth == 0) {
                file->p++;
                return SP_OK;
            }

            break;

        case '"': case '\'':
            nginxconf_lua_quoted(file);
            continue;

        case '[':
            if (nginxconf_lua_long(file)) {
                continue;
            }

            break;

        case '-':
            if (file->last - file->p < 2 || file->p[1] != '-') {
                break;
            }

            file->p += 2;

            if (file->p < file->last && *file->p == '['
                && nginxconf_lua_long(file))
            {
                continue;
            }

            while (file->p < file->last && *file->p != '\n') {
                file->p++;
            }

            continue;

        default:
            break;
        }

        nginxconf_step(file);
    }

    file->line = line;

    return nginxconf_wrong(file, err, "a block in Lua does not end");
}


/* Goes behind "[[...]]", "[==[...]==]"; 0: there is none. */

static int
nginxconf_lua_long(nginxconf_file_t *file)
{
    size_t       level;
    const char  *p;

    for (p = file->p + 1; p < file->last && *p == '='; p++) { /* void */ }

    if (p == file->last || *p != '[') {
        return 0;
    }

    level = (size_t) (p - file->p) - 1;
    file->p = p + 1;

    while (file->p < file->last) {

        if (*file->p == ']') {
            for (p = file->p + 1; p < file->last && *p == '='; p++) {
                /* void */
            }

            if (p < file->last && *p == ']'
                && (size_t) (p - file->p) - 1 == level)
            {
                file->p = p + 1;
                return 1;
            }
        }

        nginxconf_step(file);
    }

    return 1;
}


static void
nginxconf_lua_quoted(nginxconf_file_t *file)
{
    char  quote;

    quote = *file->p++;

    while (file->p < file->last && *file->p != quote) {

        if (*file->p == '\\' && file->last - file->p > 1) {
            file->p++;
        }

        nginxconf_step(file);
    }

    if (file->p < file->last) {
        file->p++;
    }
}


sp_rc_t
nginxconf_wrong(const nginxconf_file_t *file, nginxconf_error_t *err,
    const char *fmt, ...)
{
    int      n;
    size_t   len;
    va_list  ap;

    va_start(ap, fmt);
    n = vsnprintf(err->text, sizeof(err->text) / 2, fmt, ap);
    va_end(ap);

    len = n < 0 ? 0 : (size_t) n;

    if (len >= sizeof(err->text) / 2) {
        len = sizeof(err->text) / 2 - 1;
    }

    snprintf(err->text + len, sizeof(err->text) - len, " in %s:%u",
             file->name, file->line);

    return SP_INVALID;
}
