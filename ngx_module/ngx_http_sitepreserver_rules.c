
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_rules.h"

#include "sp_learn.h"


typedef sp_rc_t (*ngx_http_sitepreserver_line_pt)(sp_rule_t *rule,
    const sp_str_t *args, unsigned n, sp_error_t *err);


static sp_str_t *ngx_http_sitepreserver_words(ngx_conf_t *cf);
static const sp_names_t *ngx_http_sitepreserver_outer_names(ngx_conf_t *cf);
static char *ngx_http_sitepreserver_line(ngx_conf_t *cf,
    ngx_http_sitepreserver_main_conf_t *mcf,
    ngx_http_sitepreserver_line_pt line);
static char *ngx_http_sitepreserver_checked(ngx_conf_t *cf, sp_rc_t rc,
    sp_error_t *err);
static char *ngx_http_sitepreserver_block(ngx_conf_t *cf, ngx_uint_t type);
static void ngx_http_sitepreserver_rules_cleanup(void *data);


ngx_http_sitepreserver_rules_set_t  ngx_http_sitepreserver_visitor = {
    sp_rules_visitor, 0
};

ngx_http_sitepreserver_rules_set_t  ngx_http_sitepreserver_alias = {
    sp_rules_alias, 1
};

ngx_http_sitepreserver_rules_set_t  ngx_http_sitepreserver_route = {
    sp_rules_route, 0
};

ngx_http_sitepreserver_rules_set_t  ngx_http_sitepreserver_learn = {
    sp_rules_learn, 1
};

ngx_http_sitepreserver_rules_set_t  ngx_http_sitepreserver_currency = {
    sp_rules_currency, 0
};


sp_rules_t *
ngx_http_sitepreserver_rules_create(ngx_conf_t *cf,
    ngx_http_sitepreserver_srv_conf_t *scf)
{
    ngx_pool_cleanup_t  *cln;

    if (scf->rules != NULL) {
        return scf->rules;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    scf->pool.alloc = ngx_http_sitepreserver_palloc;
    scf->pool.data = cf->pool;

    scf->rules = sp_rules_create(&scf->pool);

    if (scf->rules != NULL) {
        cln->handler = ngx_http_sitepreserver_rules_cleanup;
        cln->data = scf->rules;
    }

    return scf->rules;
}


static void
ngx_http_sitepreserver_rules_cleanup(void *data)
{
    sp_rules_free(data);
}


/*
 * A directive of one line: cmd->offset is of the flag that it was there on this
 * level, cmd->post the compiler's function.
 */

char *
ngx_http_sitepreserver_set_rules(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_sitepreserver_srv_conf_t  *scf = conf;

    sp_rc_t                             rc;
    sp_str_t                           *words;
    ngx_uint_t                         *given;
    sp_error_t                          err;
    ngx_http_sitepreserver_rules_set_t *set;

    given = (ngx_uint_t *) ((char *) conf + cmd->offset);
    set = cmd->post;

    if (*given && !set->many) {
        return "is duplicate";
    }

    words = ngx_http_sitepreserver_words(cf);

    if (words == NULL || ngx_http_sitepreserver_rules_create(cf, scf) == NULL) {
        return NGX_CONF_ERROR;
    }

    *given = 1;

    rc = set->set(scf->rules, words + 1, cf->args->nelts - 1, &err);

    return ngx_http_sitepreserver_checked(cf, rc, &err);
}


/* Those of http are kept apart: a server does not see its configuration. */

char *
ngx_http_sitepreserver_define(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_sitepreserver_srv_conf_t  *scf = conf;

    sp_rc_t                              rc;
    sp_str_t                            *words;
    sp_pool_t                            pool;
    sp_names_t                          *names;
    sp_error_t                           err;
    const sp_name_t                     *first;
    ngx_http_sitepreserver_defined_t    *defined;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    words = ngx_http_sitepreserver_words(cf);
    if (words == NULL) {
        return NGX_CONF_ERROR;
    }

    mcf = ngx_http_conf_get_module_main_conf(cf,
                                             ngx_http_sitepreserver_module);

    pool.alloc = ngx_http_sitepreserver_palloc;
    pool.data = cf->pool;

    names = cf->cmd_type == NGX_HTTP_MAIN_CONF ? &mcf->names : &scf->names;

    first = names->first;

    rc = sp_names_define(names, ngx_http_sitepreserver_outer_names(cf), &pool,
                         words + 1, cf->args->nelts - 1, &err);

    if (rc == SP_OK && names->first != first) {

        defined = ngx_array_push(&mcf->defined);
        if (defined == NULL) {
            return NGX_CONF_ERROR;
        }

        defined->name = names->first;
        defined->file = cf->conf_file->file.name;
        defined->line = cf->conf_file->line;
    }

    return ngx_http_sitepreserver_checked(cf, rc, &err);
}


/* A name that nothing has used is mistyped, or its preset is not there. */

ngx_int_t
ngx_http_sitepreserver_defined(ngx_conf_t *cf,
    ngx_http_sitepreserver_main_conf_t *mcf)
{
    ngx_uint_t                         i;
    ngx_http_sitepreserver_defined_t  *defined;

    defined = mcf->defined.elts;

    for (i = 0; i < mcf->defined.nelts; i++) {

        if (!defined[i].name->used) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "\"%*s\" is defined, but nothing uses it in %V:%ui",
                          defined[i].name->name.len,
                          defined[i].name->name.data, &defined[i].file,
                          defined[i].line);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static const sp_names_t *
ngx_http_sitepreserver_outer_names(ngx_conf_t *cf)
{
    ngx_http_sitepreserver_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf,
                                             ngx_http_sitepreserver_module);

    return &mcf->names;
}


char *
ngx_http_sitepreserver_event_block(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_sitepreserver_srv_conf_t  *scf = conf;

    char                                *rv;
    sp_str_t                            *words;
    sp_error_t                           err;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    words = ngx_http_sitepreserver_words(cf);

    if (words == NULL || ngx_http_sitepreserver_rules_create(cf, scf) == NULL) {
        return NGX_CONF_ERROR;
    }

    mcf = ngx_http_conf_get_module_main_conf(cf,
                                             ngx_http_sitepreserver_module);

    mcf->rule = sp_rules_event(scf->rules, words + 1, cf->args->nelts - 1,
                               &err);
    if (mcf->rule == NULL) {
        return ngx_http_sitepreserver_checked(cf, SP_INVALID, &err);
    }

    rv = ngx_http_sitepreserver_block(cf, NGX_HTTP_SITEPRESERVER_EVENT_CONF);

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    return ngx_http_sitepreserver_checked(cf, sp_rule_end(mcf->rule, &err),
                                          &err);
}


char *
ngx_http_sitepreserver_event_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    return ngx_http_sitepreserver_line(cf, conf, sp_rule_directive);
}


char *
ngx_http_sitepreserver_items_block(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_sitepreserver_main_conf_t  *mcf = conf;

    sp_rc_t      rc;
    sp_str_t    *words;
    sp_error_t   err;

    words = ngx_http_sitepreserver_words(cf);
    if (words == NULL) {
        return NGX_CONF_ERROR;
    }

    rc = sp_rule_items_begin(mcf->rule, words + 1, cf->args->nelts - 1, &err);

    if (rc != SP_OK) {
        return ngx_http_sitepreserver_checked(cf, rc, &err);
    }

    return ngx_http_sitepreserver_block(cf, NGX_HTTP_SITEPRESERVER_ITEMS_CONF);
}


char *
ngx_http_sitepreserver_items_field(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    return ngx_http_sitepreserver_line(cf, conf, sp_rule_items_field);
}


/* A line within a block. */

static char *
ngx_http_sitepreserver_line(ngx_conf_t *cf,
    ngx_http_sitepreserver_main_conf_t *mcf,
    ngx_http_sitepreserver_line_pt line)
{
    sp_rc_t      rc;
    sp_str_t    *words;
    sp_error_t   err;

    words = ngx_http_sitepreserver_words(cf);
    if (words == NULL) {
        return NGX_CONF_ERROR;
    }

    rc = line(mcf->rule, words, cf->args->nelts, &err);

    return ngx_http_sitepreserver_checked(cf, rc, &err);
}


char *
ngx_http_sitepreserver_each_block(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_sitepreserver_main_conf_t  *mcf = conf;

    sp_rc_t      rc;
    sp_str_t    *words;
    sp_error_t   err;

    words = ngx_http_sitepreserver_words(cf);
    if (words == NULL) {
        return NGX_CONF_ERROR;
    }

    rc = sp_rule_each_begin(mcf->rule, words + 1, cf->args->nelts - 1, &err);

    if (rc != SP_OK) {
        return ngx_http_sitepreserver_checked(cf, rc, &err);
    }

    return ngx_http_sitepreserver_block(cf, NGX_HTTP_SITEPRESERVER_EACH_CONF);
}


char *
ngx_http_sitepreserver_each_field(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    return ngx_http_sitepreserver_line(cf, conf, sp_rule_each_field);
}


/*
 * Reads a block whose directives are of a type that is ours.  A block handler
 * of the kind that "map" has, which gets every line, could not nest.
 */

static char *
ngx_http_sitepreserver_block(ngx_conf_t *cf, ngx_uint_t type)
{
    char        *rv;
    ngx_conf_t   saved;

    saved = *cf;

    cf->cmd_type = type;

    rv = ngx_conf_parse(cf, NULL);

    *cf = saved;

    return rv;
}


/* The directive's words, with what they have as ${NAME} put in. */

static sp_str_t *
ngx_http_sitepreserver_words(ngx_conf_t *cf)
{
    sp_rc_t                             rc;
    sp_str_t                           *words;
    ngx_str_t                          *value;
    sp_pool_t                           pool;
    ngx_uint_t                          i;
    sp_error_t                          err;
    const sp_names_t                   *outer;
    ngx_http_sitepreserver_srv_conf_t  *scf;

    words = ngx_palloc(cf->pool, cf->args->nelts * sizeof(sp_str_t));
    if (words == NULL) {
        return NULL;
    }

    scf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_sitepreserver_module);
    outer = ngx_http_sitepreserver_outer_names(cf);

    pool.alloc = ngx_http_sitepreserver_palloc;
    pool.data = cf->pool;

    value = cf->args->elts;

    for (i = 0; i < cf->args->nelts; i++) {
        words[i].len = value[i].len;
        words[i].data = (char *) value[i].data;

        rc = sp_names_expand(&scf->names, outer, &pool, &words[i], &err);

        if (rc != SP_OK) {
            (void) ngx_http_sitepreserver_checked(cf, rc, &err);
            return NULL;
        }
    }

    return words;
}


static char *
ngx_http_sitepreserver_checked(ngx_conf_t *cf, sp_rc_t rc, sp_error_t *err)
{
    if (rc == SP_OK) {
        return NGX_CONF_OK;
    }

    if (rc != SP_NOMEM) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s", err->text);
    }

    return NGX_CONF_ERROR;
}
