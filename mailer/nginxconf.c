/*
 * Copyright (C) SitePreserver developers
 *
 * Walks through nginx's configuration.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "nginxconf_build.h"


#define NGINXCONF_NOTES_MAX  50


/* The arena stands behind what is public. */

typedef struct {
    nginxconf_t   conf;
    sp_arena_t   *arena;
} nginxconf_own_t;


static nginxconf_t *nginxconf_make(const char *path, const char *prefix,
    const char *text, size_t len, const char *const *defines, unsigned n,
    nginxconf_error_t *err);
static sp_rc_t nginxconf_defaults(nginxconf_build_t *b,
    const char *const *defines, unsigned n);
static void nginxconf_level_init(nginxconf_level_t *level);
static sp_rc_t nginxconf_walk(nginxconf_build_t *b,
    nginxconf_reader_t *reader);
static sp_rc_t nginxconf_begin(nginxconf_build_t *b);
static sp_rc_t nginxconf_begin_server(nginxconf_build_t *b);
static sp_rc_t nginxconf_end(nginxconf_build_t *b);


nginxconf_t *
nginxconf_read(const char *path, const char *prefix, nginxconf_error_t *err)
{
    return nginxconf_make(path, prefix, NULL, 0, NULL, 0, err);
}


nginxconf_t *
nginxconf_read_with(const char *path, const char *prefix,
    const char *const *defines, unsigned n, nginxconf_error_t *err)
{
    return nginxconf_make(path, prefix, NULL, 0, defines, n, err);
}


nginxconf_t *
nginxconf_parse(const char *name, const char *text, size_t len,
    nginxconf_error_t *err)
{
    return nginxconf_make(name, NULL, text, len, NULL, 0, err);
}


static nginxconf_t *
nginxconf_make(const char *path, const char *prefix, const char *text,
    size_t len, const char *const *defines, unsigned n,
    nginxconf_error_t *err)
{
    sp_rc_t              rc;
    nginxconf_own_t     *own;
    nginxconf_build_t   *b;
    nginxconf_reader_t  *reader;

    strcpy(err->text, "out of memory");

    b = calloc(1, sizeof(nginxconf_build_t));
    own = calloc(1, sizeof(nginxconf_own_t));

    if (own != NULL) {
        own->arena = sp_arena_create(0);
    }

    if (b == NULL || own == NULL || own->arena == NULL) {
        free(b);
        free(own);
        return NULL;
    }

    b->arena = own->arena;
    b->pool = sp_arena_pool(own->arena);
    b->conf = &own->conf;
    b->err = err;
    b->last_server = &b->servers;
    b->last_note = &own->conf.notes;
    nginxconf_level_init(&b->http);

    reader = text != NULL
             ? nginxconf_reader_text(b->pool, path, text, len, err)
             : nginxconf_reader_open(b->pool, path, prefix, err);

    rc = reader != NULL ? nginxconf_defaults(b, defines, n) : SP_INVALID;

    if (rc == SP_OK) {
        rc = nginxconf_walk(b, reader);
    }

    if (rc == SP_OK) {
        b->at.file = path;
        b->at.line = 1;
        rc = nginxconf_finish(b);
    }

    if (rc != SP_OK) {
        nginxconf_levels_free(b);
        nginxconf_free(&own->conf);
    }

    nginxconf_reader_free(reader);
    free(b);

    return rc == SP_OK ? &own->conf : NULL;
}


void
nginxconf_free(nginxconf_t *conf)
{
    unsigned          i;
    nginxconf_own_t  *own;

    if (conf == NULL) {
        return;
    }

    own = (nginxconf_own_t *) conf;

    for (i = 0; i < conf->nservers; i++) {
        if (conf->servers[i].rules != NULL) {
            sp_rules_free(conf->servers[i].rules);
        }

        nginxconf_names_free(conf->servers[i].names);
    }

    sp_arena_destroy(own->arena);
    free(own);
}


static sp_rc_t
nginxconf_defaults(nginxconf_build_t *b, const char *const *defines,
    unsigned n)
{
    sp_rc_t     rc;
    sp_str_t    args[2];
    unsigned    i;
    sp_error_t  err;

    b->at.file = "the settings";

    for (i = 0; i < n; i++) {
        args[0] = sp_str(defines[2 * i]);
        args[1] = sp_str(defines[2 * i + 1]);

        rc = sp_names_define(&b->http.defined, NULL, b->pool, args, 2, &err);

        if (rc != SP_OK) {
            return nginxconf_checked(b, rc, &err);
        }
    }

    return SP_OK;
}


static void
nginxconf_level_init(nginxconf_level_t *level)
{
    level->title = "";
    level->last_name = &level->names;
    level->last_where = &level->where;
    level->cookie_off = NGINXCONF_UNSET;
    level->identify = NGINXCONF_UNSET;
    level->on = NGINXCONF_UNSET;
    level->idle = NGINXCONF_UNSET;
    level->retain = NGINXCONF_UNSET;
    level->anonymous = NGINXCONF_UNSET;
    level->remember = NGINXCONF_UNSET;
    level->body_limit = NGINXCONF_UNSET;
    level->response_limit = NGINXCONF_UNSET;
}


static sp_rc_t
nginxconf_walk(nginxconf_build_t *b, nginxconf_reader_t *reader)
{
    sp_rc_t  rc;

    for ( ;; ) {
        rc = nginxconf_next(reader, &b->at, b->err);

        if (rc != SP_OK) {
            return rc == SP_DONE ? SP_OK : rc;
        }

        switch (b->at.end) {

        case '{':
            rc = nginxconf_begin(b);
            break;

        case '}':
            rc = nginxconf_end(b);
            break;

        default:
            rc = b->stack[b->depth] == NGINXCONF_EVENT
                 || b->stack[b->depth] == NGINXCONF_ITEMS
                 || b->stack[b->depth] == NGINXCONF_EACH
                 ? nginxconf_line(b) : nginxconf_directive(b);
        }

        if (rc != SP_OK) {
            return rc;
        }
    }
}


static sp_rc_t
nginxconf_begin(nginxconf_build_t *b)
{
    sp_rc_t            rc;
    nginxconf_block_t  around, block;

    around = b->stack[b->depth];
    block = NGINXCONF_OTHER;
    rc = SP_OK;

    switch (around) {

    case NGINXCONF_EVENT:
    case NGINXCONF_ITEMS:
    case NGINXCONF_EACH:
        block = nginxconf_named(b, "items") ? NGINXCONF_ITEMS
                                            : NGINXCONF_EACH;
        rc = nginxconf_line(b);
        break;

    case NGINXCONF_OTHER:
        break;

    default:
        if (nginxconf_named(b, "sitepreserver_event")) {
            block = NGINXCONF_EVENT;
            rc = nginxconf_event(b);

        } else if (around == NGINXCONF_HTTP && nginxconf_named(b, "http")) {
            block = NGINXCONF_HTTP;

        } else if (around == NGINXCONF_HTTP && nginxconf_named(b, "server")) {
            block = NGINXCONF_SERVER;
            rc = nginxconf_begin_server(b);

        } else if (nginxconf_named(b, "location")
                   || nginxconf_named(b, "if")
                   || nginxconf_named(b, "limit_except"))
        {
            block = NGINXCONF_WITHIN;
        }
    }

    b->stack[++b->depth] = block;

    return rc;
}


static sp_rc_t
nginxconf_begin_server(nginxconf_build_t *b)
{
    nginxconf_level_t  *level;

    if (b->nservers == NGINXCONF_SERVERS_MAX) {
        return nginxconf_bad(b, "too many servers");
    }

    level = sp_calloc(b->pool, sizeof(nginxconf_level_t));
    if (level == NULL) {
        return SP_NOMEM;
    }

    nginxconf_level_init(level);
    level->file = b->at.file;
    level->line = b->at.line;

    *b->last_server = level;
    b->last_server = &level->next;
    b->nservers++;
    b->server = level;

    return SP_OK;
}


static sp_rc_t
nginxconf_end(nginxconf_build_t *b)
{
    nginxconf_block_t  block;

    block = b->stack[b->depth--];

    if (block == NGINXCONF_SERVER) {
        b->server = NULL;
    }

    return block == NGINXCONF_EVENT ? nginxconf_event_end(b) : SP_OK;
}


nginxconf_level_t *
nginxconf_level(nginxconf_build_t *b)
{
    return b->server != NULL ? b->server : &b->http;
}


int
nginxconf_named(const nginxconf_build_t *b, const char *name)
{
    return b->at.n > 0 && b->at.words[0].len == strlen(name)
           && memcmp(b->at.words[0].data, name, strlen(name)) == 0;
}


sp_rc_t
nginxconf_bad(nginxconf_build_t *b, const char *fmt, ...)
{
    va_list           ap;
    char              text[512];
    nginxconf_file_t  file;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);

    file.name = b->at.file;
    file.line = b->at.line;

    return nginxconf_wrong(&file, b->err, "%s", text);
}


sp_rc_t
nginxconf_checked(nginxconf_build_t *b, sp_rc_t rc, const sp_error_t *err)
{
    if (rc == SP_OK || rc == SP_NOMEM) {
        return rc;
    }

    return nginxconf_bad(b, "%s", err->text);
}


sp_rc_t
nginxconf_note(nginxconf_build_t *b, const char *fmt, ...)
{
    char              *copy, text[600];
    size_t             len;
    va_list            ap;
    nginxconf_note_t  *note;

    if (b->nnotes++ >= NGINXCONF_NOTES_MAX) {
        return SP_OK;
    }

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);

    len = strlen(text) + strlen(b->at.file) + 32;
    copy = sp_alloc(b->pool, len);
    note = sp_calloc(b->pool, sizeof(nginxconf_note_t));

    if (copy == NULL || note == NULL) {
        return SP_NOMEM;
    }

    snprintf(copy, len, "%s in %s:%u", text, b->at.file, b->at.line);
    note->text = copy;
    *b->last_note = note;
    b->last_note = &note->next;

    return SP_OK;
}
