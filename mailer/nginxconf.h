/*
 * Copyright (C) SitePreserver developers
 *
 * What of nginx's configuration says how a shop is watched: the rules of each
 * server, merged and compiled as the module does it.  Variables, "if" and
 * locations are not evaluated.
 */

#ifndef NGINXCONF_H
#define NGINXCONF_H

#include "nginxconf_read.h"
#include "sp_call.h"


typedef struct nginxconf_s  nginxconf_t;


/* Where a rule stands. */

typedef struct {
    const char  *file;
    unsigned     line;
    sp_str_t     what;              /* "set_cart GET = /cart" */
} nginxconf_rule_t;


typedef struct nginxconf_name_s  nginxconf_name_t;


/* A server; or, if there is none in the file, what stands in it. */

typedef struct {
    const char         *file;
    unsigned            line;
    nginxconf_name_t   *names;      /* server_name */
    const char         *title;      /* the first of them, "" */
    sp_str_t            shop;       /* sitepreserver_shop; else "shop" */
    unsigned            observed:1; /* it is on somewhere in it */
    unsigned            named:1;    /* it has a sitepreserver_shop */

    sp_rules_t         *rules;      /* compiled; never NULL */
    nginxconf_rule_t   *where;      /* of each, by its number */
    unsigned            nrules;

    sp_terms_t          terms;
    sp_str_t            cookie;     /* its name */
    unsigned            cookie_off:1;
    unsigned            identify:1;
    size_t              body_limit;
    size_t              response_limit;
} nginxconf_server_t;


/* What an operator may want to know: "... in FILE:LINE". */

typedef struct nginxconf_note_s  nginxconf_note_t;

struct nginxconf_note_s {
    const char        *text;
    nginxconf_note_t  *next;
};


struct nginxconf_s {
    nginxconf_server_t  *servers;
    unsigned             nservers;      /* at least one */
    nginxconf_note_t    *notes;
};


/*
 * Reads a configuration, one of its files, or a preset.  prefix as in
 * nginxconf_reader_open().  NULL: err has "... in FILE:LINE".
 */

nginxconf_t *nginxconf_read(const char *path, const char *prefix,
    nginxconf_error_t *err);


/*
 * The same with settings before it: pairs of a name and a value, as of
 * sitepreserver_define.
 */

nginxconf_t *nginxconf_read_with(const char *path, const char *prefix,
    const char *const *defines, unsigned n, nginxconf_error_t *err);

nginxconf_t *nginxconf_parse(const char *name, const char *text, size_t len,
    nginxconf_error_t *err);

void nginxconf_free(nginxconf_t *conf);


/*
 * The server that nginx takes for a Host (without a port, lower case): by its
 * names, *named; where none fits, the first that is observed.  NULL: that host
 * is another server's, which is not observed.
 */

nginxconf_server_t *nginxconf_server(const nginxconf_t *conf,
    const sp_str_t *host, int *named);


/* The server with that name, or of that shop; NULL: none. */

nginxconf_server_t *nginxconf_server_named(const nginxconf_t *conf,
    const char *name);


#endif /* NGINXCONF_H */
