/*
 * Copyright (C) SitePreserver developers
 *
 * Reads rules from text as nginx's configuration has them, and exchanges for
 * them to be tried on.  For tests, fuzzers and benchmarks.
 */

#ifndef RULES_CONF_H
#define RULES_CONF_H

#include <stdio.h>
#include <stdlib.h>

#include "sp_arena.h"
#include "sp_names.h"
#include "sp_observe.h"


#define CONF_WORDS  200
#define CONF_TEXT   (64 * 1024)


typedef struct {
    const char  *p;
    unsigned     line;
    sp_str_t     words[CONF_WORDS];
    unsigned     n;
    char         text[CONF_TEXT];       /* of the words */
    size_t       used;
    sp_names_t   names;
} conf_t;


static inline int
conf_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}


static inline void
conf_skip(conf_t *conf)
{
    for ( ;; ) {

        while (conf_space(*conf->p)) {
            conf->line += *conf->p == '\n';
            conf->p++;
        }

        if (*conf->p != '#') {
            return;
        }

        while (*conf->p != '\0' && *conf->p != '\n') {
            conf->p++;
        }
    }
}


/* One word, quotes and escapes as nginx has them; 0: it does not end. */

static inline int
conf_word(conf_t *conf)
{
    char  quote, *out;

    if (conf->n == CONF_WORDS) {
        return 0;
    }

    out = conf->text + conf->used;
    conf->words[conf->n].data = out;
    quote = '\0';

    if (*conf->p == '"' || *conf->p == '\'') {
        quote = *conf->p++;
    }

    for ( ;; ) {

        if (*conf->p == '\0' || out == conf->text + CONF_TEXT) {
            return 0;
        }

        if (*conf->p == '\\' && conf->p[1] != '\0') {

            switch (conf->p[1]) {

            case '"': case '\'': case '\\':
                conf->p++;
                break;

            case 't':
                conf->p += 2;
                *out++ = '\t';
                continue;

            case 'n':
                conf->p += 2;
                *out++ = '\n';
                continue;

            default:
                *out++ = *conf->p++;
                break;
            }

            *out++ = *conf->p++;
            continue;
        }

        if (quote != '\0' ? *conf->p == quote
                          : (conf_space(*conf->p) || *conf->p == ';'
                             || (*conf->p == '{' && conf->p[-1] != '$')))
        {
            break;
        }

        conf->line += *conf->p == '\n';
        *out++ = *conf->p++;
    }

    conf->p += quote != '\0';
    conf->words[conf->n].len = (size_t) (out - conf->words[conf->n].data);
    conf->used = (size_t) (out - conf->text);
    conf->n++;

    return 1;
}


/* Up to ";", "{" or "}", which is returned; '\0' at the end, '?': wrong. */

static inline char
conf_words(conf_t *conf)
{
    conf->n = 0;
    conf->used = 0;

    for ( ;; ) {

        conf_skip(conf);

        switch (*conf->p) {

        case '\0':
            return conf->n == 0 ? '\0' : '?';

        case ';': case '{': case '}':
            return *conf->p++;

        default:
            if (!conf_word(conf)) {
                return '?';
            }
        }
    }
}


/* The same, with names put in; '!': err says why that cannot be. */

static inline char
conf_directive(conf_t *conf, const sp_pool_t *pool, sp_error_t *err)
{
    char      end;
    unsigned  i;

    end = conf_words(conf);

    for (i = 0; i < conf->n; i++) {
        if (sp_names_expand(&conf->names, NULL, pool, &conf->words[i], err)
            != SP_OK)
        {
            return '!';
        }
    }

    return end;
}


static inline int
conf_is(const conf_t *conf, const char *name)
{
    return conf->n > 0 && conf->words[0].len == strlen(name)
           && memcmp(conf->words[0].data, name, strlen(name)) == 0;
}


static inline sp_rc_t
conf_items(conf_t *conf, sp_rule_t *rule, const sp_pool_t *pool,
    sp_error_t *err)
{
    char     end;
    sp_rc_t  rc;

    rc = sp_rule_items_begin(rule, conf->words + 1, conf->n - 1, err);

    while (rc == SP_OK) {

        end = conf_directive(conf, pool, err);

        if (end == '}') {
            return SP_OK;
        }

        if (end == '!') {
            return SP_INVALID;
        }

        if (end != ';') {
            strcpy(err->text, "items do not end");
            return SP_INVALID;
        }

        rc = sp_rule_items_field(rule, conf->words, conf->n, err);
    }

    return rc;
}


static inline sp_rc_t
conf_each(conf_t *conf, sp_rule_t *rule, const sp_pool_t *pool,
    sp_error_t *err)
{
    char     end;
    sp_rc_t  rc;

    rc = sp_rule_each_begin(rule, conf->words + 1, conf->n - 1, err);

    while (rc == SP_OK) {

        end = conf_directive(conf, pool, err);

        if (end == '}') {
            return SP_OK;
        }

        if (end != ';') {
            strcpy(err->text, "each does not end");
            return SP_INVALID;
        }

        rc = sp_rule_each_field(rule, conf->words, conf->n, err);
    }

    return rc;
}


static inline sp_rc_t
conf_event(conf_t *conf, sp_rules_t *rules, const sp_pool_t *pool,
    sp_error_t *err)
{
    char        end;
    sp_rc_t     rc;
    sp_rule_t  *rule;

    rule = sp_rules_event(rules, conf->words + 1, conf->n - 1, err);
    if (rule == NULL) {
        return strcmp(err->text, "out of memory") == 0 ? SP_NOMEM
                                                       : SP_INVALID;
    }

    rc = SP_OK;

    while (rc == SP_OK) {

        end = conf_directive(conf, pool, err);

        if (end == '}') {
            return sp_rule_end(rule, err);
        }

        if (end == '{' && conf_is(conf, "items")) {
            rc = conf_items(conf, rule, pool, err);

        } else if (end == '{' && conf_is(conf, "each")) {
            rc = conf_each(conf, rule, pool, err);

        } else if (end == ';') {
            rc = sp_rule_directive(rule, conf->words, conf->n, err);

        } else if (end == '!') {
            return SP_INVALID;

        } else {
            strcpy(err->text, "an event does not end");
            return SP_INVALID;
        }
    }

    return rc;
}


/*
 * The directives of text go into rules; not compiled yet.  SP_INVALID: err is
 * set, and *line.
 */

static inline sp_rc_t
conf_read(sp_rules_t *rules, const sp_pool_t *pool, const char *text,
    sp_error_t *err, unsigned *line)
{
    char     end;
    conf_t  *conf;
    sp_rc_t  rc;

    conf = malloc(sizeof(conf_t));
    if (conf == NULL) {
        return SP_NOMEM;
    }

    conf->p = text;
    conf->line = 1;
    conf->names.first = NULL;
    rc = SP_OK;

    while (rc == SP_OK) {

        end = conf_directive(conf, pool, err);

        if (end == '\0') {
            break;
        }

        if (end == '{' && conf_is(conf, "sitepreserver_event")) {
            rc = conf_event(conf, rules, pool, err);

        } else if (end == '!') {
            rc = SP_INVALID;

        } else if (end != ';') {
            strcpy(err->text, "unexpected block or end");
            rc = SP_INVALID;

        } else if (conf_is(conf, "sitepreserver_define")) {
            rc = sp_names_define(&conf->names, NULL, pool, conf->words + 1,
                                 conf->n - 1, err);

        } else if (conf_is(conf, "sitepreserver_visitor")) {
            rc = sp_rules_visitor(rules, conf->words + 1, conf->n - 1, err);

        } else if (conf_is(conf, "sitepreserver_alias")) {
            rc = sp_rules_alias(rules, conf->words + 1, conf->n - 1, err);

        } else if (conf_is(conf, "sitepreserver_route")) {
            rc = sp_rules_route(rules, conf->words + 1, conf->n - 1, err);

        } else if (conf_is(conf, "sitepreserver_currency")) {
            rc = sp_rules_currency(rules, conf->words + 1, conf->n - 1, err);
        }
    }

    *line = conf->line;
    free(conf);

    return rc;
}


/* An exchange, as a test writes it. */

#define EXCHANGE_HEADERS  24

typedef struct {
    const char  *method;
    const char  *uri;
    const char  *args;
    const char  *body;
    const char  *request[EXCHANGE_HEADERS][2];      /* lower case names */
    unsigned     status;
    const char  *answer;
    const char  *response[EXCHANGE_HEADERS][2];
    const char  *packed;                            /* as the answer is */

    size_t       body_len;                          /* 0: strlen */
    size_t       answer_len;
    size_t       piece;                             /* 0: whole bodies */
    size_t       split;                             /* of the first piece */
    size_t       body_limit;                        /* 0: 64k */
    size_t       answer_limit;                      /* 0: 256k */
    unsigned     final;                             /* status at the end */
    unsigned     unanswered:1;
    unsigned     unfinished:1;                      /* the answer breaks off */

    unsigned     wants;                             /* what was wanted */
    unsigned     answer_wants;
} exchange_t;


static inline int
exchange_header(const char *const headers[][2], const sp_str_t *name,
    unsigned i, sp_str_t *value)
{
    unsigned  n;

    for (n = 0; n < EXCHANGE_HEADERS && headers[n][0] != NULL; n++) {

        if (strlen(headers[n][0]) == name->len
            && memcmp(headers[n][0], name->data, name->len) == 0
            && i-- == 0)
        {
            value->data = headers[n][1];
            value->len = strlen(headers[n][1]);
            return 1;
        }
    }

    return 0;
}


static inline int
exchange_request_header(void *data, const sp_str_t *name, unsigned i,
    sp_str_t *value)
{
    return exchange_header(((exchange_t *) data)->request, name, i, value);
}


static inline int
exchange_response_header(void *data, const sp_str_t *name, unsigned i,
    sp_str_t *value)
{
    return exchange_header(((exchange_t *) data)->response, name, i, value);
}


static inline sp_str_t
exchange_str(const char *text)
{
    sp_str_t  str;

    str.data = text != NULL ? text : "";
    str.len = strlen(str.data);

    return str;
}


static inline void
exchange_show(exchange_t *x, sp_exchange_t *ex)
{
    memset(ex, 0, sizeof(sp_exchange_t));

    ex->method = exchange_str(x->method);
    ex->uri = exchange_str(x->uri);
    ex->args = exchange_str(x->args);
    ex->request_header = exchange_request_header;
    ex->response_header = exchange_response_header;
    ex->data = x;
    ex->body_limit = x->body_limit != 0 ? x->body_limit : 64 * 1024;
    ex->response_limit = x->answer_limit != 0 ? x->answer_limit : 256 * 1024;
    ex->now = 1800000000;
}


/*
 * A copy of the piece of its own, so that a byte read behind it is seen, and
 * gone when the call is over.
 */

static inline sp_rc_t
exchange_push(sp_observation_t *ob, int answer, const char *data, size_t len,
    int last)
{
    char     *p;
    sp_rc_t   rc;

    p = malloc(len != 0 ? len : 1);
    if (p == NULL) {
        return SP_NOMEM;
    }

    memcpy(p, data, len);

    rc = answer ? sp_observe_response_body(ob, p, len, last)
                : sp_observe_request_body(ob, p, len, last);

    memset(p, 'x', len);
    free(p);

    return rc;
}


static inline sp_rc_t
exchange_body(exchange_t *x, sp_observation_t *ob, int answer,
    const char *data, size_t len)
{
    int      last;
    size_t   n, split;
    sp_rc_t  rc;

    split = x->split;

    do {
        n = x->piece != 0 && x->piece < len ? x->piece : len;

        if (split != 0 && split < len) {
            n = split;
        }

        split = 0;
        last = n == len && !(answer && x->unfinished);

        rc = exchange_push(ob, answer, data, n, last);

        data += n;
        len -= n;

    } while (rc == SP_AGAIN && len != 0);

    return rc;
}


/* Plays it.  SP_OK, SP_DONE: as sp_observe_end(), or nothing is matched. */

static inline sp_rc_t
exchange_play(const sp_rules_t *rules, exchange_t *x, const sp_pool_t *pool,
    sp_outcome_t **outcome)
{
    size_t             len;
    sp_rc_t            rc;
    sp_str_t           encoding;
    sp_exchange_t      ex;
    sp_observation_t  *ob;

    exchange_show(x, &ex);
    *outcome = NULL;

    ob = sp_observe(rules, &ex, pool, &x->wants);

    if (ob == NULL) {

        if (x->wants & SP_WANT_MEMORY) {
            return SP_NOMEM;
        }

        return x->unanswered ? SP_DONE
                             : sp_observe_unmatched(rules, &ex, pool, outcome);
    }

    if (x->body != NULL) {
        len = x->body_len != 0 ? x->body_len : strlen(x->body);

        rc = exchange_body(x, ob, 0, x->body, len);
        if (rc == SP_NOMEM) {
            return rc;
        }
    }

    if (!x->unanswered) {

        x->answer_wants = sp_observe_answer(ob, x->status);

        if (x->packed != NULL && x->answer_wants != 0) {
            encoding = exchange_str(x->packed);
            rc = sp_observe_packed(ob, &encoding);

            if (rc == SP_NOMEM) {
                return rc;
            }

            if (rc != SP_OK) {
                x->answer_wants = 0;
            }
        }

        if (x->answer != NULL && x->answer_wants != 0) {
            len = x->answer_len != 0 ? x->answer_len : strlen(x->answer);

            rc = exchange_body(x, ob, 1, x->answer, len);
            if (rc == SP_NOMEM) {
                return rc;
            }
        }
    }

    return sp_observe_end(ob, x->final != 0 ? x->final : x->status, outcome);
}


/* A compiled set out of text, or NULL and err with its line before it. */

static inline sp_rules_t *
conf_rules(const sp_pool_t *pool, const char *text, sp_error_t *err)
{
    sp_rc_t      rc;
    unsigned     line;
    char         message[sizeof(err->text)];
    sp_rules_t  *rules;

    line = 0;
    strcpy(err->text, "out of memory");

    rules = sp_rules_create(pool);
    if (rules == NULL) {
        return NULL;
    }

    rc = conf_read(rules, pool, text, err, &line);

    if (rc == SP_OK) {
        rc = sp_rules_compile(rules, err);
    }

    if (rc == SP_OK) {
        return rules;
    }

    if (rc == SP_NOMEM) {
        strcpy(err->text, "out of memory");

    } else {
        strcpy(message, err->text);
        snprintf(err->text, sizeof(err->text), "line %u: %.200s", line,
                 message);
    }

    sp_rules_free(rules);

    return NULL;
}


#endif /* RULES_CONF_H */
