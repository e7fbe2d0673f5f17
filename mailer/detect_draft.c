/*
 * Copyright (C) SitePreserver developers
 *
 * Drafts of rules: what an exchange has that a rule could read.  They are for
 * people to finish, so they are comments.
 */

#define _GNU_SOURCE                 /* strcasestr() */

#include <stdio.h>
#include <stdlib.h>

#include "buffer.h"
#include "detect.h"
#include "hint.h"


#define DETECT_DRAFT_MAX   16384
#define DETECT_PATH_MAX    200
#define DETECT_WALK        2000     /* nodes of JSON that are looked at */
#define DETECT_DEEP        12
#define DETECT_FIELDS_MAX  24


typedef struct {
    char     path[DETECT_PATH_MAX];
    json_t  *json;
    unsigned depth;
} detect_node_t;


/* What a field of a rule is called by shops: parts of names, lower case. */

typedef struct {
    const char         *field;
    const char *const  *parts;
    int                 line;       /* only of one line of a cart */
} detect_field_t;


typedef struct {
    buffer_t         out;
    int              line;          /* it is about one line of a cart */
    unsigned         seen;          /* bits of detect_fields */
    unsigned         nothers;
    char             others[400];   /* names that none of them is */
} detect_out_t;


static const char *detect_kind(const har_exchange_t *x, const char *about);
static void detect_head(detect_out_t *d, const har_exchange_t *x,
    const char *kind);
static void detect_uri(detect_out_t *d, const sp_str_t *uri);
static void detect_form(detect_out_t *d, const har_exchange_t *x);
static void detect_multipart(detect_out_t *d, const har_exchange_t *x);
static void detect_form_field(detect_out_t *d, const char *source,
    const sp_str_t *name, const sp_str_t *value);
static void detect_take(detect_out_t *d, const char *source, const char *path,
    const char *name, const char *value);
static void detect_body_json(detect_out_t *d, json_t *root);
static void detect_answer_json(detect_out_t *d, json_t *root);
static int detect_items(detect_out_t *d, const char *path, json_t *list);
static const char *detect_key(json_t *object, const char *const *parts,
    int wants);
static unsigned detect_walk(json_t *root, detect_node_t *nodes);
static int detect_word(const char *name, const char *const *parts);
static int detect_plain(const char *path);


static const char *const  detect_mail[] = { "mail", NULL };
static const char *const  detect_first[] = { "first_name", "firstname",
                                             "given", NULL };
static const char *const  detect_count[] = { "quantity", "qty", "count",
                                             "anzahl", "cantidad", NULL };
static const char *const  detect_item[] = { "product", "variant", "item",
                                            "article", "sku", NULL };
static const char *const  detect_id[] = { "id", "sku", "product", "variant",
                                          "code", NULL };
static const char *const  detect_name[] = { "name", "title", NULL };
static const char *const  detect_price[] = { "unit", "price", NULL };
static const char *const  detect_line[] = { "linetotal", "line_total",
                                            "subtotal", "total", NULL };
static const char *const  detect_image[] = { "image", "img", "picture",
                                             "thumb", "photo", NULL };
static const char *const  detect_link[] = { "url", "href", "link", NULL };

static const detect_field_t  detect_fields[] = {
    { "email", detect_mail, 0 },
    { "first_name", detect_first, 0 },
    { "quantity", detect_count, 1 },
    { "item_id", detect_item, 1 },
};

#define DETECT_FIELDS  (sizeof(detect_fields) / sizeof(detect_fields[0]))


char *
detect_draft(const har_exchange_t *x, const char *about)
{
    char          *text;
    json_t        *body, *answer;
    const char    *kind;
    detect_out_t   d;

    memset(&d, 0, sizeof(d));
    buffer_init(&d.out, DETECT_DRAFT_MAX);
    kind = detect_kind(x, about);
    d.line = strcmp(kind, "add_to_cart") == 0
             || strcmp(kind, "update_cart") == 0
             || strcmp(kind, "remove_from_cart") == 0;
    detect_head(&d, x, kind);

    body = x->body.len != 0 ? json_loadb(x->body.data, x->body.len,
                                         JSON_ALLOW_NUL, NULL) : NULL;
    answer = x->answer.len != 0 ? json_loadb(x->answer.data, x->answer.len,
                                             JSON_ALLOW_NUL, NULL) : NULL;

    if (body != NULL) {
        detect_body_json(&d, body);
    } else {
        detect_form(&d, x);
    }

    if (answer != NULL) {
        detect_answer_json(&d, answer);
    }

    json_decref(body);
    json_decref(answer);

    if (d.nothers != 0) {
        buffer_fmt(&d.out, "#    # also sent: %s\n", d.others);
    }

    buffer_str(&d.out, "#}\n");

    text = strdup(buffer_text(&d.out));
    buffer_free(&d.out);

    return text;
}


static const char *
detect_kind(const har_exchange_t *x, const char *about)
{
    char  shown[HINT_KEY_MAX + 1];

    hint_key(x, shown);

    if (strcmp(about, "login") == 0) {
        return "login";
    }

    if (strcmp(about, "register") == 0) {
        return "sign_up";
    }

    if (strcmp(about, "newsletter") == 0) {
        return "generate_lead";
    }

    if (strcmp(about, "checkout") == 0) {
        return "begin_checkout";
    }

    if (strcmp(about, "order") == 0) {
        return "purchase";
    }

    if (hint_prices(&x->answer)) {
        return "set_cart";
    }

    if (strncmp(shown, "DELETE", 6) == 0 || strcasestr(shown, "remove")
        || strcasestr(shown, "delete"))
    {
        return "remove_from_cart";
    }

    if (strncmp(shown, "PUT", 3) == 0 || strncmp(shown, "PATCH", 5) == 0
        || strcasestr(shown, "update") || strcasestr(shown, "change"))
    {
        return "update_cart";
    }

    return "add_to_cart";
}


static void
detect_head(detect_out_t *d, const har_exchange_t *x, const char *kind)
{
    char  field[65];

    buffer_fmt(&d->out, "#sitepreserver_event %s %.*s ", kind,
                  (int) (x->method.len < 10 ? x->method.len : 10),
                  x->method.data);
    detect_uri(d, &x->uri);
    buffer_str(&d->out, " {\n");

    if (hint_graphql(&x->body, field) != 0) {
        buffer_fmt(&d->out, "#    if graphql:%s present;\n", field);
    }
}


/* "= /cart/add", or a regex where a part of it differs. */

static void
detect_uri(detect_out_t *d, const sp_str_t *uri)
{
    char             key[HINT_KEY_MAX + 1], c;
    size_t           i;
    har_exchange_t   path;

    memset(&path, 0, sizeof(path));
    path.uri = *uri;
    hint_shown(&path, key);

    if (strchr(key, '*') == NULL && detect_plain(key)) {
        buffer_fmt(&d->out, "= %s", key);
        return;
    }

    buffer_str(&d->out, "~ \"^");

    for (i = 0; key[i] != '\0'; i++) {
        c = key[i];

        if (c == '*') {
            buffer_str(&d->out, "[^/]+");

        } else if (strchr(".+?()[]{}|^$\\", c) != NULL) {
            buffer_fmt(&d->out, "\\%c", c);

        } else if (c != '"') {
            buffer_add(&d->out, &c, 1);
        }
    }

    buffer_str(&d->out, "$\"");
}


/* Does it need no quotes? */

static int
detect_plain(const char *path)
{
    return strpbrk(path, " \t\";{}\\'$#") == NULL;
}


static void
detect_form(detect_out_t *d, const har_exchange_t *x)
{
    size_t       from, to;
    sp_str_t     name, value, type;
    const char  *equals;

    type = har_header_text(&x->request, "content-type");

    if (memmem(type.data, type.len, "multipart/", 10) != NULL) {
        detect_multipart(d, x);
        return;
    }

    if (x->body.len == 0 || memmem(type.data, type.len, "urlencoded", 10)
                            == NULL)
    {
        return;
    }

    for (from = 0; from < x->body.len; from = to + 1) {

        for (to = from; to < x->body.len && x->body.data[to] != '&'; to++) {
            /* void */
        }

        name.data = x->body.data + from;
        name.len = to - from;
        equals = name.len != 0 ? memchr(name.data, '=', name.len) : NULL;

        if (equals == NULL) {
            continue;
        }

        value.data = equals + 1;
        value.len = (size_t) (x->body.data + to - value.data);
        name.len = (size_t) (equals - name.data);
        detect_form_field(d, "form", &name, &value);
    }
}


/* Names of parts, and where their values begin. */

static void
detect_multipart(detect_out_t *d, const har_exchange_t *x)
{
    size_t       left;
    sp_str_t     name, value;
    const char  *p, *end, *last;

    static const char  mark[] = "; name=\"";

    p = x->body.data;
    last = p + x->body.len;

    while (p < last) {
        left = (size_t) (last - p);
        p = memmem(p, left, mark, sizeof(mark) - 1);

        if (p == NULL) {
            return;
        }

        name.data = p + sizeof(mark) - 1;
        end = memchr(name.data, '"', (size_t) (last - name.data));

        if (end == NULL) {
            return;
        }

        name.len = (size_t) (end - name.data);
        left = (size_t) (last - end);
        p = memmem(end, left, "\r\n\r\n", 4);

        if (p == NULL) {
            return;
        }

        value.data = p + 4;
        value.len = (size_t) (last - value.data);
        end = memmem(value.data, value.len, "\r\n", 2);

        if (end != NULL) {
            value.len = (size_t) (end - value.data);
        }

        detect_form_field(d, "form", &name, &value);
        p = value.data;
    }
}


static void
detect_form_field(detect_out_t *d, const char *source, const sp_str_t *name,
    const sp_str_t *value)
{
    int     high, low;
    char    text[DETECT_PATH_MAX], shown[64];
    size_t  i, n;

    for (i = 0, n = 0; i < name->len && n < sizeof(text) - 1; i++) {

        if (name->data[i] == '%' && name->len - i > 2) {
            high = sp_hex(name->data[i + 1]);
            low = sp_hex(name->data[i + 2]);

            if (high >= 0 && low >= 0) {
                text[n++] = (char) (high * 16 + low);
                i += 2;
                continue;
            }
        }

        text[n++] = name->data[i];
    }

    text[n] = '\0';
    n = value->len < sizeof(shown) - 1 ? value->len : sizeof(shown) - 1;
    memcpy(shown, value->data, n);
    shown[n] = '\0';

    if (detect_plain(text)) {
        detect_take(d, source, text, text, shown);
    }
}


/* What a name may be good for; a password is for nothing. */

static void
detect_take(detect_out_t *d, const char *source, const char *path,
    const char *name, const char *value)
{
    size_t    len;
    unsigned  i;

    if (strcasestr(name, "pass") != NULL) {
        return;
    }

    for (i = 0; i < DETECT_FIELDS; i++) {

        if ((d->seen & (1u << i)) || (detect_fields[i].line && !d->line)
            || !detect_word(name, detect_fields[i].parts)
            || (i == 0 && strchr(value, '@') == NULL
                && strstr(value, "%40") == NULL))
        {
            continue;
        }

        d->seen |= 1u << i;
        buffer_fmt(&d->out, "#    %-10s %s:%s;\n", detect_fields[i].field,
                      source, path);
        return;
    }

    len = strlen(d->others);

    if (d->nothers < DETECT_FIELDS_MAX
        && len + strlen(path) + 3 < sizeof(d->others))
    {
        snprintf(d->others + len, sizeof(d->others) - len, "%s%s",
                 d->nothers++ > 0 ? ", " : "", path);
    }
}


static int
detect_word(const char *name, const char *const *parts)
{
    for ( /* void */ ; *parts != NULL; parts++) {
        if (strcasestr(name, *parts) != NULL) {
            return 1;
        }
    }

    return 0;
}


static void
detect_body_json(detect_out_t *d, json_t *root)
{
    unsigned        i, n;
    sp_str_t        value;
    const char     *name;
    detect_node_t  *nodes;

    nodes = calloc(DETECT_WALK, sizeof(detect_node_t));
    if (nodes == NULL) {
        return;
    }

    n = detect_walk(root, nodes);

    for (i = 0; i < n; i++) {

        if (json_is_object(nodes[i].json) || json_is_array(nodes[i].json)
            || nodes[i].path[0] == '\0' || !detect_plain(nodes[i].path)
            || strcmp(nodes[i].path, "query") == 0)
        {
            continue;
        }

        name = strrchr(nodes[i].path, '.');
        value = har_seen(nodes[i].json);
        detect_take(d, "json", nodes[i].path,
                    name != NULL ? name + 1 : nodes[i].path, value.data);
    }

    free(nodes);
}


static void
detect_answer_json(detect_out_t *d, json_t *root)
{
    int             items;
    unsigned        i, n;
    detect_node_t  *nodes;

    nodes = calloc(DETECT_WALK, sizeof(detect_node_t));
    if (nodes == NULL) {
        return;
    }

    n = detect_walk(root, nodes);
    items = 0;

    for (i = 0; i < n && !items; i++) {
        if (json_is_array(nodes[i].json) && detect_plain(nodes[i].path)) {
            items = detect_items(d, nodes[i].path, nodes[i].json);
        }
    }

    free(nodes);
}


/* An array whose elements have a quantity, and an id or a price. */

static int
detect_items(detect_out_t *d, const char *path, json_t *list)
{
    unsigned     i;
    json_t      *first;
    const char  *keys[7];

    static const struct {
        const char         *field;
        const char *const  *parts;
        int                 wants;  /* 'n': a number, maybe as a text */
    } fields[] = {
        { "id", detect_id, 0 }, { "name", detect_name, 's' },
        { "quantity", detect_count, 'n' }, { "price", detect_price, 'n' },
        { "line_total", detect_line, 'n' }, { "image", detect_image, 's' },
        { "url", detect_link, 's' },
    };

    first = json_array_get(list, 0);

    if (!json_is_object(first)) {
        return 0;
    }

    for (i = 0; i < 7; i++) {
        keys[i] = detect_key(first, fields[i].parts, fields[i].wants);
    }

    if (keys[2] == NULL || (keys[0] == NULL && keys[3] == NULL)) {
        return 0;
    }

    buffer_fmt(&d->out, "#    items response.json:%s {\n", path);

    for (i = 0; i < 7; i++) {
        if (keys[i] != NULL && detect_plain(keys[i])) {
            buffer_fmt(&d->out, "#        %-10s %s;\n", fields[i].field,
                          keys[i]);
        }
    }

    buffer_str(&d->out, "#    }\n");

    return 1;
}


static const char *
detect_key(json_t *object, const char *const *parts, int wants)
{
    void        *at;
    json_t      *value;
    const char  *key;

    for ( /* void */ ; *parts != NULL; parts++) {

        for (at = json_object_iter(object); at != NULL;
             at = json_object_iter_next(object, at))
        {
            key = json_object_iter_key(at);
            value = json_object_iter_value(at);

            if (strcasestr(key, *parts) == NULL || json_is_object(value)
                || json_is_array(value) || json_is_null(value)
                || json_is_boolean(value)
                || (wants == 's' && !json_is_string(value)))
            {
                continue;
            }

            return key;
        }
    }

    return NULL;
}


/* Breadth first, without recursion; arrays are gone into at their first. */

static unsigned
detect_walk(json_t *root, detect_node_t *nodes)
{
    char            path[DETECT_PATH_MAX];
    void           *at;
    unsigned        i, n;
    detect_node_t  *node;

    nodes[0].json = root;
    n = 1;

    for (i = 0; i < n; i++) {
        node = &nodes[i];

        if (node->depth == DETECT_DEEP) {
            continue;
        }

        memcpy(path, node->path, DETECT_PATH_MAX);

        if (json_is_array(node->json) && json_array_size(node->json) != 0
            && n < DETECT_WALK && strlen(path) + 4 < DETECT_PATH_MAX)
        {
            snprintf(nodes[n].path, DETECT_PATH_MAX, "%.190s[0]", path);
            nodes[n].json = json_array_get(node->json, 0);
            nodes[n++].depth = node->depth + 1;
        }

        for (at = json_object_iter(node->json); at != NULL
             && n < DETECT_WALK;
             at = json_object_iter_next(node->json, at))
        {
            if (strlen(path) + strlen(json_object_iter_key(at)) + 2
                > DETECT_PATH_MAX)
            {
                continue;
            }

            snprintf(nodes[n].path, DETECT_PATH_MAX, "%.*s%s%s",
                     (int) strlen(path), path, path[0] != '\0' ? "." : "",
                     json_object_iter_key(at));
            nodes[n].json = json_object_iter_value(at);
            nodes[n++].depth = node->depth + 1;
        }
    }

    return n;
}
