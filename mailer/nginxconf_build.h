/*
 * Copyright (C) SitePreserver developers
 *
 * A configuration while it is read; for the files of nginxconf only.
 */

#ifndef NGINXCONF_BUILD_H
#define NGINXCONF_BUILD_H

#include "nginxconf.h"
#include "nginxconf_int.h"
#include "sp_arena.h"
#include "sp_names.h"


#define NGINXCONF_UNSET        (-1)
#define NGINXCONF_SERVERS_MAX  4096


struct nginxconf_name_s {
    sp_str_t           text;        /* without "*", lower case */
    unsigned           head:1;      /* "*.example.com" */
    unsigned           apex:1;      /* ".example.com" is that itself, too */
    unsigned           tail:1;      /* "www.example.*" */
    void              *regex;       /* pcre2_code; NULL: it is none */
    nginxconf_name_t  *next;
};


typedef struct nginxconf_where_s  nginxconf_where_t;

struct nginxconf_where_s {
    nginxconf_rule_t    rule;
    nginxconf_where_t  *next;
};


/* What a level (http or a server) says. */

typedef struct nginxconf_level_s  nginxconf_level_t;

struct nginxconf_level_s {
    nginxconf_level_t   *next;
    const char          *file;
    unsigned             line;
    nginxconf_name_t    *names;
    nginxconf_name_t   **last_name;
    const char          *title;

    sp_names_t           defined;
    sp_rules_t          *rules;
    nginxconf_where_t   *where;
    nginxconf_where_t  **last_where;
    unsigned             nrules;

    sp_str_t             shop;
    sp_str_t             cookie;
    int                  cookie_off;
    int                  identify;
    int                  on;        /* on this level itself */
    int                  on_within; /* in some location */
    int64_t              idle;      /* ms */
    int64_t              retain;
    int64_t              anonymous;
    int64_t              remember;
    int64_t              body_limit;
    int64_t              response_limit;

    unsigned             given;     /* bits of nginxconf_rules[] */
};


/* A sitepreserver_define, and where it stands. */

typedef struct nginxconf_defined_s  nginxconf_defined_t;

struct nginxconf_defined_s {
    const sp_name_t      *name;
    const char           *file;
    unsigned              line;
    nginxconf_defined_t  *next;
};


/* What stands around the directive at hand. */

typedef enum {
    NGINXCONF_HTTP = 0,             /* or outside of everything */
    NGINXCONF_SERVER,
    NGINXCONF_WITHIN,               /* a location, an "if" */
    NGINXCONF_EVENT,
    NGINXCONF_ITEMS,
    NGINXCONF_EACH,
    NGINXCONF_OTHER                 /* "map", "events" ... */
} nginxconf_block_t;


typedef struct {
    sp_arena_t             *arena;
    const sp_pool_t        *pool;
    nginxconf_t            *conf;
    nginxconf_error_t      *err;
    nginxconf_directive_t   at;
    nginxconf_block_t       stack[NGINXCONF_DEPTH_MAX + 1];
    unsigned                depth;
    nginxconf_level_t       http;
    nginxconf_level_t      *servers;
    nginxconf_level_t     **last_server;
    unsigned                nservers;
    nginxconf_level_t      *server;     /* at hand, or NULL */
    sp_rule_t              *rule;
    nginxconf_defined_t    *defined;
    nginxconf_note_t      **last_note;
    unsigned                nnotes;
} nginxconf_build_t;


/* nginxconf_directives.c: a sitepreserver_* or server_name at hand. */

sp_rc_t nginxconf_directive(nginxconf_build_t *b);
int nginxconf_named(const nginxconf_build_t *b, const char *name);


/* nginxconf_rules.c: a block of rules, and a line in one. */

sp_rc_t nginxconf_event(nginxconf_build_t *b);
sp_rc_t nginxconf_line(nginxconf_build_t *b);
sp_rc_t nginxconf_event_end(nginxconf_build_t *b);


/* The words at hand with names put in, a copy; NULL: err is set. */

sp_str_t *nginxconf_expanded(nginxconf_build_t *b);


/* The level at hand, and its rules.  NULL: out of memory. */

nginxconf_level_t *nginxconf_level(nginxconf_build_t *b);
sp_rules_t *nginxconf_level_rules(nginxconf_build_t *b,
    nginxconf_level_t *level);


/* "... in FILE:LINE" of what is at hand; gives SP_INVALID. */

sp_rc_t nginxconf_bad(nginxconf_build_t *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
sp_rc_t nginxconf_checked(nginxconf_build_t *b, sp_rc_t rc,
    const sp_error_t *err);
sp_rc_t nginxconf_note(nginxconf_build_t *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));


/* nginxconf_names.c: a word of server_name. */

sp_rc_t nginxconf_name_add(nginxconf_build_t *b, nginxconf_level_t *level,
    const sp_str_t *word);
void nginxconf_names_free(nginxconf_name_t *names);


/*
 * nginxconf_finish.c: makes the servers of what was read; gives back what
 * levels hold that no server has taken.
 */

sp_rc_t nginxconf_finish(nginxconf_build_t *b);
void nginxconf_levels_free(nginxconf_build_t *b);


#endif /* NGINXCONF_BUILD_H */
