/*
 * Copyright (C) SitePreserver developers
 *
 * Our own cookie.  A recording of a shop without the module has none: then
 * each browser gets one where the module would have set it.
 */

#include <stdio.h>
#include <stdlib.h>

#include "replay_int.h"
#include "sp_cookie.h"
#include "sp_private.h"


static int replay_own_sent(replay_t *replay, sp_str_t *value);
static int replay_own_set(replay_t *replay, sp_str_t *value);
static int replay_own_named(const sp_str_t *text, const sp_str_t *name,
    sp_str_t *value);
static sp_str_t *replay_own_browser(replay_t *replay);
static sp_rc_t replay_own_keep(sp_str_t *kept, const sp_str_t *value);


sp_rc_t
replay_own(replay_t *replay, int set)
{
    int        seen;
    char       made[32];
    sp_str_t   value, *kept;

    replay->own.text[0] = '\0';

    if (replay->server->cookie_off) {
        return SP_OK;
    }

    kept = NULL;

    if (replay->x->client.len != 0) {
        kept = replay_own_browser(replay);

        if (kept == NULL) {
            return SP_NOMEM;
        }
    }

    seen = replay_own_sent(replay, &value)
           || (set && replay_own_set(replay, &value));

    if (seen && kept != NULL && replay_own_keep(kept, &value) != SP_OK) {
        return SP_NOMEM;
    }

    if (!seen) {

        if (kept == NULL) {
            return SP_OK;
        }

        if (kept->len == 0) {

            if (!set || !sp_private(&replay->exchange, replay->x->status)) {
                return SP_OK;
            }

            snprintf(made, sizeof(made), "browser %ld",
                     (long) (kept - replay->owns));
            value = sp_str(made);

            if (replay_own_keep(kept, &value) != SP_OK) {
                return SP_NOMEM;
            }
        }

        value = *kept;
    }

    return sp_secret_id(replay->secret, SP_ID_OWN, &replay->server->shop,
                        &value, &replay->own);
}


/* Whose MAC cannot be looked at here: it is believed. */

static int
replay_own_sent(replay_t *replay, sp_str_t *value)
{
    size_t           at, end;
    unsigned         i;
    sp_str_t         header, one;
    const sp_str_t  *name;

    static const sp_str_t  cookie = sp_string("cookie");

    name = &replay->server->cookie;

    for (i = 0; har_header(&replay->x->request, &cookie, i, &header); i++) {

        for (at = 0; at < header.len; at = end + 1) {

            while (at < header.len && header.data[at] == ' ') {
                at++;
            }

            for (end = at; end < header.len && header.data[end] != ';';
                 end++)
            {
                /* void */
            }

            one.data = header.data + at;
            one.len = end - at;

            if (replay_own_named(&one, name, value)) {
                return 1;
            }
        }
    }

    return 0;
}


static int
replay_own_set(replay_t *replay, sp_str_t *value)
{
    unsigned     i;
    sp_str_t     header;
    const char  *end;

    static const sp_str_t  set = sp_string("set-cookie");

    for (i = 0; har_header(&replay->x->response, &set, i, &header); i++) {
        end = header.len != 0 ? memchr(header.data, ';', header.len) : NULL;

        if (end != NULL) {
            header.len = (size_t) (end - header.data);
        }

        if (replay_own_named(&header, &replay->server->cookie, value)) {
            return 1;
        }
    }

    return 0;
}


/* "NAME=VALUE" of that name, with a value as long as ours are. */

static int
replay_own_named(const sp_str_t *text, const sp_str_t *name, sp_str_t *value)
{
    if (text->len != name->len + 1 + SP_COOKIE_LEN
        || text->data[name->len] != '='
        || memcmp(text->data, name->data, name->len) != 0)
    {
        return 0;
    }

    value->data = text->data + name->len + 1;
    value->len = SP_COOKIE_LEN;

    return 1;
}


/* The cookie of the browser at hand, maybe empty. */

static sp_str_t *
replay_own_browser(replay_t *replay)
{
    long       n;
    size_t     size;
    sp_str_t  *list;

    n = replay_table_number(&replay->browsers, &replay->x->client);

    if (n < 0) {
        return NULL;
    }

    if ((unsigned long) n >= replay->nowns) {
        size = (size_t) n + 1;
        list = realloc(replay->owns, size * sizeof(sp_str_t));

        if (list == NULL) {
            return NULL;
        }

        memset(list + replay->nowns, 0,
               (size - replay->nowns) * sizeof(sp_str_t));
        replay->owns = list;
        replay->nowns = (unsigned) size;
    }

    return &replay->owns[n];
}


static sp_rc_t
replay_own_keep(sp_str_t *kept, const sp_str_t *value)
{
    char  *copy;

    copy = malloc(value->len + 1);

    if (copy == NULL) {
        return SP_NOMEM;
    }

    memcpy(copy, value->data, value->len);
    free((char *) kept->data);
    kept->data = copy;
    kept->len = value->len;

    return SP_OK;
}
