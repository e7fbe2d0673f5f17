/*
 * Copyright (C) SitePreserver developers
 *
 * Names of servers, and which server a Host is.
 */

#define PCRE2_CODE_UNIT_WIDTH  8

#include <pcre2.h>
#include <stdlib.h>

#include "nginxconf_build.h"


/* How well a name fits, as nginx prefers them. */

#define NGINXCONF_FITS_NOT    0
#define NGINXCONF_FITS_REGEX  1
#define NGINXCONF_FITS_TAIL   2     /* and those that are longer first */
#define NGINXCONF_FITS_HEAD   1000
#define NGINXCONF_FITS        2000


static sp_rc_t nginxconf_regex(nginxconf_build_t *b, nginxconf_name_t *name,
    const sp_str_t *word);
static unsigned nginxconf_fits(const nginxconf_name_t *name,
    const sp_str_t *host);
static unsigned nginxconf_fits_regex(const nginxconf_name_t *name,
    const sp_str_t *host);


sp_rc_t
nginxconf_name_add(nginxconf_build_t *b, nginxconf_level_t *level,
    const sp_str_t *word)
{
    char              *text;
    size_t             i;
    sp_rc_t            rc;
    sp_str_t           rest;
    nginxconf_name_t  *name;

    name = sp_calloc(b->pool, sizeof(nginxconf_name_t));
    text = sp_alloc(b->pool, word->len + 1);

    if (name == NULL || text == NULL) {
        return SP_NOMEM;
    }

    rest = *word;
    rc = SP_OK;

    if (rest.len > 0 && rest.data[0] == '~') {
        rc = nginxconf_regex(b, name, &rest);

    } else if (rest.len > 2 && rest.data[0] == '*' && rest.data[1] == '.') {
        name->head = 1;
        rest.data++;
        rest.len--;

    } else if (rest.len > 1 && rest.data[0] == '.') {
        name->head = 1;
        name->apex = 1;

    } else if (rest.len > 2
               && memcmp(rest.data + rest.len - 2, ".*", 2) == 0)
    {
        name->tail = 1;
        rest.len--;
    }

    if (rc != SP_OK) {
        return rc;
    }

    for (i = 0; i < rest.len; i++) {
        text[i] = rest.data[i] >= 'A' && rest.data[i] <= 'Z'
                  ? (char) (rest.data[i] | 0x20) : rest.data[i];
    }

    text[rest.len] = '\0';
    name->text.data = text;
    name->text.len = rest.len;

    if (level->names == NULL) {
        level->title = word->data;
    }

    *level->last_name = name;
    level->last_name = &name->next;

    return SP_OK;
}


static sp_rc_t
nginxconf_regex(nginxconf_build_t *b, nginxconf_name_t *name,
    const sp_str_t *word)
{
    int         number;
    size_t      at;
    pcre2_code *code;

    code = pcre2_compile((PCRE2_SPTR) word->data + 1, word->len - 1,
                         PCRE2_CASELESS, &number, &at, NULL);

    if (code == NULL) {
        return nginxconf_bad(b, "invalid regular expression \"%.200s\"",
                             word->data);
    }

    name->regex = code;

    return SP_OK;
}


void
nginxconf_names_free(nginxconf_name_t *names)
{
    for ( /* void */ ; names != NULL; names = names->next) {
        pcre2_code_free(names->regex);
        names->regex = NULL;
    }
}


nginxconf_server_t *
nginxconf_server(const nginxconf_t *conf, const sp_str_t *host, int *named)
{
    unsigned                 i, fits, best;
    nginxconf_server_t      *server, *found, *first;
    const nginxconf_name_t  *name;

    found = NULL;
    first = NULL;
    best = NGINXCONF_FITS_NOT;

    for (i = 0; i < conf->nservers; i++) {
        server = &conf->servers[i];

        if (first == NULL && server->observed) {
            first = server;
        }

        for (name = server->names; name != NULL; name = name->next) {
            fits = nginxconf_fits(name, host);

            /* servers for http and https of one name are one shop */

            if (fits > best
                || (fits != 0 && fits == best && !found->observed
                    && server->observed))
            {
                best = fits;
                found = server;
            }
        }
    }

    *named = found != NULL;

    if (found == NULL) {
        return first;
    }

    return found->observed ? found : NULL;
}


static unsigned
nginxconf_fits(const nginxconf_name_t *name, const sp_str_t *host)
{
    unsigned         len;
    const sp_str_t  *text;

    text = &name->text;
    len = text->len < 900 ? (unsigned) text->len : 900;

    if (name->regex != NULL) {
        return nginxconf_fits_regex(name, host);
    }

    if (name->head) {

        if (host->len > text->len
            && memcmp(host->data + host->len - text->len, text->data,
                      text->len) == 0)
        {
            return NGINXCONF_FITS_HEAD + len;
        }

        if (name->apex && host->len == text->len - 1
            && memcmp(host->data, text->data + 1, host->len) == 0)
        {
            return NGINXCONF_FITS;
        }

        return NGINXCONF_FITS_NOT;
    }

    if (name->tail) {
        return host->len > text->len
               && memcmp(host->data, text->data, text->len) == 0
               ? NGINXCONF_FITS_TAIL + len : NGINXCONF_FITS_NOT;
    }

    return text->len != 0 && sp_str_eq(text, host) ? NGINXCONF_FITS
                                                   : NGINXCONF_FITS_NOT;
}


static unsigned
nginxconf_fits_regex(const nginxconf_name_t *name, const sp_str_t *host)
{
    int                   rc;
    pcre2_match_data     *data;
    pcre2_match_context  *context;

    data = pcre2_match_data_create(1, NULL);
    context = pcre2_match_context_create(NULL);
    rc = PCRE2_ERROR_NOMEMORY;

    if (data != NULL && context != NULL) {
        pcre2_set_match_limit(context, 100000);
        rc = pcre2_match(name->regex, (PCRE2_SPTR) host->data, host->len, 0,
                         0, data, context);
    }

    pcre2_match_context_free(context);
    pcre2_match_data_free(data);

    return rc >= 0 ? NGINXCONF_FITS_REGEX : NGINXCONF_FITS_NOT;
}


nginxconf_server_t *
nginxconf_server_named(const nginxconf_t *conf, const char *name)
{
    unsigned                 i;
    sp_str_t                 text;
    const nginxconf_name_t  *known;

    text = sp_str(name);

    for (i = 0; i < conf->nservers; i++) {

        if (sp_str_eq(&conf->servers[i].shop, &text)) {
            return &conf->servers[i];
        }

        for (known = conf->servers[i].names; known != NULL;
             known = known->next)
        {
            if (nginxconf_fits(known, &text) != NGINXCONF_FITS_NOT) {
                return &conf->servers[i];
            }
        }
    }

    return NULL;
}
