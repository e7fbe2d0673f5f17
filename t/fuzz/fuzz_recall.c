/*
 * Copyright (C) SitePreserver developers
 *
 * A host on the first line, then what Redis tells of items, one a line: no text
 * of it may become anything else in JSON or HTML, and no link may lead
 * elsewhere.  The host of a redirect, too, to whom shops send people to pay.
 *
 * Runs: 8000
 */

#include <jansson.h>

#include "fuzz.h"
#include "sp_payhost.h"
#include "sp_recall.h"


#define ITEMS_MAX  8


/* A path of the own host, or a URL on one that may be. */

static void
link_is_ours(const char *url, const sp_recall_hosts_t *hosts)
{
    size_t       len;
    const char  *p;

    if (url[0] == '/') {
        must(url[1] != '/' && url[1] != '\\');
        return;
    }

    must(strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0);

    p = strstr(url, "://") + 3;
    len = strcspn(p, "/?#:@");

    must(p[len] != '@' && len == hosts->own.len);
    must(strncasecmp(p, hosts->own.data, len) == 0);
}


static void
read_json(const sp_str_t *out, unsigned n, const sp_recall_hosts_t *hosts)
{
    size_t        i;
    json_t       *root, *item, *text;

    root = json_loadb(out->data, out->len, JSON_ALLOW_NUL, NULL);

    if (root == NULL) {
        must(sp_utf8_valid(out->data, out->len) != out->len);
        return;
    }

    must(json_is_array(root) && json_array_size(root) <= n);

    for (i = 0; i < json_array_size(root); i++) {
        item = json_array_get(root, i);
        must(json_is_string(json_object_get(item, "name")));

        text = json_object_get(item, "url");

        if (text != NULL && strlen(json_string_value(text)) != 0) {
            link_is_ours(json_string_value(text), hosts);
        }
    }

    json_decref(root);
}


/* Every "<" begins a tag of ours. */

static void
read_html(const sp_str_t *out)
{
    size_t       i, k;

    static const char  *const tags[] = {
        "<ul class=\"sp-recall\">", "</ul>", "<li class=\"sp-", "</li>",
        "<a href=\"", "</a>", "<img src=\"", "<span class=\"sp-", "</span>"
    };

    for (i = 0; i < out->len; i++) {

        if (out->data[i] != '<') {
            continue;
        }

        for (k = 0; k < sizeof(tags) / sizeof(tags[0]); k++) {
            if (out->len - i >= strlen(tags[k])
                && memcmp(out->data + i, tags[k], strlen(tags[k])) == 0)
            {
                break;
            }
        }

        must(k < sizeof(tags) / sizeof(tags[0]));
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char               *text;
    size_t              i;
    unsigned            n;
    sp_str_t            s, line, out, items[ITEMS_MAX];
    sp_recall_hosts_t   hosts;

    s = fuzz_begin(data, size);

    memset(&hosts, 0, sizeof(hosts));
    hosts.own = fuzz_line(&s);

    (void) sp_payhost(&s);

    /* why is a word of the functions; fields are apart by 0x1f, here by "|" */

    for (n = 0; n < ITEMS_MAX && s.len != 0; n++) {
        line = fuzz_line(&s);

        text = sp_alloc(pool, line.len + 5);
        if (text == NULL) {
            return 0;
        }

        memcpy(text, "left\x1f", 5);

        for (i = 0; i < line.len; i++) {
            text[i + 5] = line.data[i];

            if (line.data[i] == '|') {
                text[i + 5] = '\x1f';
            }
        }

        items[n].data = text;
        items[n].len = line.len + 5;
    }

    if (sp_recall_json(items, n, &hosts, pool, &out) == SP_OK) {
        read_json(&out, n, &hosts);
    }

    if (sp_recall_html(items, n, &hosts, pool, &out) == SP_OK) {
        read_html(&out);
    }

    return 0;
}
