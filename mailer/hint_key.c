/*
 * Copyright (C) SitePreserver developers
 *
 * How exchanges are named: without what differs from one to the next, and
 * without anything of a person's.
 */

#include <stdio.h>
#include <stdlib.h>

#include "hint.h"


typedef struct {
    char    *text;
    size_t   len;
} hint_out_t;


static void hint_put(hint_out_t *out, const char *data, size_t len);
static int hint_varies(const char *data, size_t len);
static void hint_path(hint_out_t *out, const sp_str_t *uri);
static void hint_args(hint_out_t *out, const sp_str_t *args, int all);
static int hint_says(const sp_str_t *name);


/* Arguments that say what a request is. */

static const char *const  hint_routes[] = {
    "route", "wc-ajax", "rest_route", "action", "controller", "fc", "module",
    "main_page", "dispatch", "do", "task", "option", "view", "cmd",
    "add-to-cart", "remove_item", "ajax", "op", NULL
};


void
hint_key(const har_exchange_t *x, char key[HINT_KEY_MAX + 1])
{
    int         kind;
    char        field[65];
    hint_out_t  out;

    out.text = key;
    out.len = 0;

    hint_put(&out, x->method.data, x->method.len);
    hint_put(&out, " ", 1);
    hint_path(&out, &x->uri);
    hint_args(&out, &x->args, 0);

    kind = hint_graphql(&x->body, field);

    if (kind != 0) {
        hint_put(&out, kind == 'm' ? " mutation " : " query ",
                 kind == 'm' ? 10 : 7);
        hint_put(&out, field, strlen(field));
    }
}


void
hint_shown(const har_exchange_t *x, char shown[HINT_KEY_MAX + 1])
{
    hint_out_t  out;

    out.text = shown;
    out.len = 0;
    shown[0] = '\0';

    hint_path(&out, &x->uri);
    hint_args(&out, &x->args, 1);
}


static void
hint_put(hint_out_t *out, const char *data, size_t len)
{
    size_t  i;

    for (i = 0; i < len && out->len < HINT_KEY_MAX; i++) {
        out->text[out->len++] = (unsigned char) data[i] < 0x20
                                || data[i] == 0x7f ? '?' : data[i];
    }

    out->text[out->len] = '\0';
}


/* A number, an id, a token, an address. */

static int
hint_varies(const char *data, size_t len)
{
    size_t  i, digits;

    digits = 0;

    for (i = 0; i < len; i++) {
        if (data[i] == '@' || data[i] == '%' || data[i] == '='
            || (unsigned char) data[i] >= 0x80)
        {
            return 1;
        }

        digits += data[i] >= '0' && data[i] <= '9';
    }

    return len != 0 && (digits == len || (len >= 12 && digits >= 3)
                        || len > 48);
}


static void
hint_path(hint_out_t *out, const sp_str_t *uri)
{
    size_t  from, to;

    for (from = 0; from < uri->len; from = to) {

        if (uri->data[from] == '/') {
            hint_put(out, "/", 1);
            to = from + 1;
            continue;
        }

        for (to = from; to < uri->len && uri->data[to] != '/'; to++) {
            /* void */
        }

        if (hint_varies(uri->data + from, to - from)) {
            hint_put(out, "*", 1);

        } else {
            hint_put(out, uri->data + from, to - from);
        }
    }
}


/* Those that say what it is; all: the names of others, too. */

static void
hint_args(hint_out_t *out, const sp_str_t *args, int all)
{
    char         mark;
    int          says;
    size_t       from, to;
    sp_str_t     name, value;
    const char  *equals;

    mark = '?';

    for (from = 0; from < args->len; from = to + 1) {

        for (to = from; to < args->len && args->data[to] != '&'; to++) {
            /* void */
        }

        name.data = args->data + from;
        name.len = to - from;
        value.len = 0;
        value.data = "";
        equals = name.len != 0 ? memchr(name.data, '=', name.len) : NULL;

        if (equals != NULL) {
            value.data = equals + 1;
            value.len = (size_t) (args->data + to - value.data);
            name.len = (size_t) (equals - name.data);
        }

        says = hint_says(&name);

        if (name.len == 0 || hint_varies(name.data, name.len)
            || (!all && !says))
        {
            continue;
        }

        hint_put(out, &mark, 1);
        hint_put(out, name.data, name.len);
        mark = '&';

        if (value.len == 0) {
            continue;
        }

        hint_put(out, "=", 1);

        if (!says || value.len > 40 || hint_varies(value.data, value.len)) {
            hint_put(out, "*", 1);

        } else {
            hint_put(out, value.data, value.len);
        }
    }
}


static int
hint_says(const sp_str_t *name)
{
    unsigned  i;

    for (i = 0; hint_routes[i] != NULL; i++) {
        if (name->len == strlen(hint_routes[i])
            && memcmp(name->data, hint_routes[i], name->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


sp_rc_t
hint_group(hint_groups_t *groups, const har_exchange_t *x,
    const hint_t *hint, int *fresh)
{
    char           key[HINT_KEY_MAX + 1];
    unsigned       i, size;
    hint_group_t  *list;

    *fresh = 0;
    hint_key(x, key);

    for (i = 0; i < groups->n; i++) {
        if (strcmp(groups->list[i].key, key) == 0) {
            groups->list[i].count++;
            return SP_OK;
        }
    }

    if (groups->n == HINT_GROUPS_MAX) {
        groups->more++;
        return SP_OK;
    }

    if (groups->n == groups->size) {
        size = groups->size * 2 + 16;
        list = realloc(groups->list, size * sizeof(hint_group_t));

        if (list == NULL) {
            return SP_NOMEM;
        }

        groups->list = list;
        groups->size = size;
    }

    list = &groups->list[groups->n++];
    strcpy(list->key, key);
    list->count = 1;
    list->example = x->n;
    list->about = hint->about;
    list->status = x->status;
    *fresh = 1;

    return SP_OK;
}


void
hint_groups_free(hint_groups_t *groups)
{
    free(groups->list);
    memset(groups, 0, sizeof(hint_groups_t));
}
