/*
 * Copyright (C) SitePreserver developers
 *
 * Servers of what was read, with what http says, as the module merges them.
 */

#include "nginxconf_build.h"


#define NGINXCONF_HOLD  (12 * 3600 * 1000)      /* as the module's */


static sp_rc_t nginxconf_finish_defined(nginxconf_build_t *b);
static void nginxconf_level_free(nginxconf_level_t *level);
static sp_rc_t nginxconf_finish_server(nginxconf_build_t *b,
    nginxconf_level_t *level, nginxconf_server_t *server);
static sp_rc_t nginxconf_finish_rules(nginxconf_build_t *b,
    nginxconf_level_t *level, nginxconf_server_t *server);
static void nginxconf_finish_terms(const nginxconf_level_t *level,
    const nginxconf_level_t *http, nginxconf_server_t *server);
static int64_t nginxconf_merged(int64_t own, int64_t outer, int64_t value);


sp_rc_t
nginxconf_finish(nginxconf_build_t *b)
{
    sp_rc_t             rc;
    nginxconf_t        *conf;
    nginxconf_level_t  *level, alone;

    conf = b->conf;
    rc = nginxconf_finish_defined(b);

    if (rc != SP_OK) {
        return rc;
    }

    if (b->nservers == 0) {

        /* a preset, or a part of a server: it is one */

        memset(&alone, 0, sizeof(alone));
        alone = b->http;
        alone.next = NULL;
        alone.rules = NULL;
        alone.where = NULL;
        alone.nrules = 0;
        alone.file = b->at.file;
        alone.line = b->at.line;
        alone.on = 1;
        b->http.names = NULL;
        b->servers = &alone;
        b->nservers = 1;
    }

    conf->servers = sp_calloc(b->pool,
                              b->nservers * sizeof(nginxconf_server_t));
    if (conf->servers == NULL) {
        b->servers = NULL;
        return SP_NOMEM;
    }

    for (level = b->servers; level != NULL && rc == SP_OK;
         level = level->next)
    {
        rc = nginxconf_finish_server(b, level,
                                     &conf->servers[conf->nservers]);
        conf->nservers++;
        level->rules = NULL;
        level->names = NULL;
    }

    nginxconf_levels_free(b);

    return rc;
}


/* A name that nothing has used is mistyped, or its preset is not there. */

static sp_rc_t
nginxconf_finish_defined(nginxconf_build_t *b)
{
    const nginxconf_defined_t  *defined;

    for (defined = b->defined; defined != NULL; defined = defined->next) {

        if (!defined->name->used) {
            b->at.file = defined->file;
            b->at.line = defined->line;
            return nginxconf_bad(b, "\"%.*s\" is defined, but nothing uses "
                                    "it", (int) defined->name->name.len,
                                 defined->name->name.data);
        }
    }

    return SP_OK;
}


void
nginxconf_levels_free(nginxconf_build_t *b)
{
    nginxconf_level_t  *level;

    for (level = b->servers; level != NULL; level = level->next) {
        nginxconf_level_free(level);
    }

    nginxconf_level_free(&b->http);
    b->servers = NULL;
}


static void
nginxconf_level_free(nginxconf_level_t *level)
{
    if (level->rules != NULL) {
        sp_rules_free(level->rules);
    }

    nginxconf_names_free(level->names);
    level->rules = NULL;
    level->names = NULL;
}


static sp_rc_t
nginxconf_finish_server(nginxconf_build_t *b, nginxconf_level_t *level,
    nginxconf_server_t *server)
{
    static const sp_str_t  shop = sp_string("shop");
    static const sp_str_t  cookie = sp_string("sp_visitor");

    server->file = level->file;
    server->line = level->line;
    server->names = level->names;
    server->title = level->title;
    server->rules = nginxconf_level_rules(b, level);

    if (server->rules == NULL) {
        return SP_NOMEM;
    }

    server->observed = nginxconf_merged(level->on, b->http.on, 0)
                       || level->on_within
                       || (level->on == NGINXCONF_UNSET && b->http.on_within);
    server->shop = level->shop.len != 0 ? level->shop : b->http.shop;
    server->named = server->shop.len != 0;

    if (!server->named) {
        server->shop = shop;
    }

    server->cookie = level->cookie_off != NGINXCONF_UNSET ? level->cookie
                                                          : b->http.cookie;
    server->cookie_off = nginxconf_merged(level->cookie_off,
                                          b->http.cookie_off, 0) != 0;
    server->identify = nginxconf_merged(level->identify, b->http.identify, 1)
                       != 0;

    if (server->cookie.len == 0) {
        server->cookie = cookie;
    }

    nginxconf_finish_terms(level, &b->http, server);

    return nginxconf_finish_rules(b, level, server);
}


static sp_rc_t
nginxconf_finish_rules(nginxconf_build_t *b, nginxconf_level_t *level,
    nginxconf_server_t *server)
{
    sp_rc_t                   rc;
    unsigned                  n;
    sp_error_t                err;
    const nginxconf_where_t  *where;

    rc = SP_OK;

    if (b->http.rules != NULL) {
        rc = sp_rules_merge(server->rules, b->http.rules, &err);
    }

    if (rc == SP_OK) {
        rc = sp_rules_compile(server->rules, &err);
    }

    if (rc != SP_OK) {
        b->at.file = level->file;
        b->at.line = level->line;
        return nginxconf_checked(b, rc, &err);
    }

    server->nrules = b->http.nrules + level->nrules;
    server->where = sp_calloc(b->pool,
                              (server->nrules + 1)
                              * sizeof(nginxconf_rule_t));
    if (server->where == NULL) {
        return SP_NOMEM;
    }

    n = 0;

    for (where = b->http.where; where != NULL; where = where->next) {
        server->where[n++] = where->rule;
    }

    for (where = level->where; where != NULL; where = where->next) {
        server->where[n++] = where->rule;
    }

    return SP_OK;
}


static void
nginxconf_finish_terms(const nginxconf_level_t *level,
    const nginxconf_level_t *http, nginxconf_server_t *server)
{
    int64_t  retain;

    retain = nginxconf_merged(level->retain, http->retain,
                              (int64_t) 30 * 86400000);

    server->terms.idle = nginxconf_merged(level->idle, http->idle, 3600000);
    server->terms.retain = retain / 1000;
    server->terms.anonymous = nginxconf_merged(level->anonymous,
                                               http->anonymous, retain)
                              / 1000;
    server->terms.remember = nginxconf_merged(level->remember, http->remember,
                                              (int64_t) 90 * 86400000)
                             / 1000;
    server->terms.hold = NGINXCONF_HOLD;

    server->body_limit = (size_t) nginxconf_merged(level->body_limit,
                                                   http->body_limit, 65536);
    server->response_limit = (size_t) nginxconf_merged(level->response_limit,
                                                       http->response_limit,
                                                       262144);
}


static int64_t
nginxconf_merged(int64_t own, int64_t outer, int64_t value)
{
    if (own != NGINXCONF_UNSET) {
        return own;
    }

    return outer != NGINXCONF_UNSET ? outer : value;
}
