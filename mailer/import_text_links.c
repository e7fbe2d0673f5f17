/*
 * Copyright (C) SitePreserver developers
 */

#include <strings.h>

#include "import_text.h"


static int import_text_says(const buffer_t *text, const char *what,
    size_t len);
static int import_text_number(const html_node_t *node);


void
import_text_picture(import_text_t *t, const html_node_t *node)
{
    buffer_t            b;
    const html_attr_t  *alt;
    const html_node_t  *row;

    alt = html_attr(node, "alt");

    if (alt == NULL || alt->value.len == 0) {
        return;
    }

    for (row = node->parent; row != NULL && !html_is(row, "tr")
                             && !html_is(row, "li"); row = row->parent)
    {
        /* void */
    }

    buffer_init(&b, IMPORT_TEXT_MAX);

    if (row != NULL) {
        html_text(row, &b);
    }

    if (!import_text_says(&b, alt->value.data, alt->value.len)) {
        import_lines_text(&t->lines, alt->value.data, alt->value.len);
    }

    buffer_free(&b);
}


void
import_text_link(import_text_t *t, const html_node_t *node)
{
    size_t              i;
    sp_str_t            url;
    const html_attr_t  *href;

    href = html_attr(node, "href");

    if (href == NULL || href->value.len == 0 || href->value.data[0] == '#'
        || t->nurls == IMPORT_URLS)
    {
        return;
    }

    url = href->value;

    if (import_has(url.data, url.len, "cart_link")
        || (url.len > 11 && strncasecmp(url.data, "javascript:", 11) == 0))
    {
        return;
    }

    if (url.len > 7 && strncasecmp(url.data, "mailto:", 7) == 0) {
        url.data += 7;
        url.len -= 7;

        for (i = 0; i < url.len && url.data[i] != '?'; i++) {
            /* void */
        }

        url.len = i;

    } else if (url.len > 4 && (strncasecmp(url.data, "tel:", 4) == 0
                               || strncasecmp(url.data, "sms:", 4) == 0))
    {
        if (import_text_number(node)) {
            return;
        }

        url.data += 4;
        url.len -= 4;
    }

    for (i = 0; i < t->nurls; i++) {
        if (t->urls[i].url.len == url.len
            && memcmp(t->urls[i].url.data, url.data, url.len) == 0)
        {
            return;
        }
    }

    t->urls[t->nurls].node = node;
    t->urls[t->nurls++].url = url;
}


int
import_text_only_link(const import_text_t *t)
{
    int       only;
    size_t    len;
    buffer_t  b;

    if (t->nurls - t->told != 1) {
        return 0;
    }

    buffer_init(&b, IMPORT_TEXT_MAX);
    html_text(t->urls[t->told].node, &b);
    len = t->lines.line.len;

    while (len > 0 && t->lines.line.data[len - 1] == ' ') {
        len--;
    }

    only = len != 0 && b.len == len
           && memcmp(b.data, t->lines.line.data, len) == 0
           && !import_text_says(&b, t->urls[t->told].url.data,
                                t->urls[t->told].url.len);
    buffer_free(&b);

    return only;
}


void
import_text_urls(import_text_t *t)
{
    buffer_t       b;
    import_url_t  *url;

    buffer_init(&b, IMPORT_TEXT_MAX);

    for ( /* void */ ; t->told < t->nurls; t->told++) {
        url = &t->urls[t->told];
        buffer_reset(&b);
        html_text(url->node, &b);

        if (import_text_says(&b, url->url.data, url->url.len)) {
            continue;
        }

        buffer_str(&b, b.len != 0 ? ": " : "");
        buffer_sp(&b, &url->url);
        import_lines_whole(&t->lines, buffer_text(&b), b.len);
    }

    buffer_free(&b);
}


static int
import_text_says(const buffer_t *text, const char *what, size_t len)
{
    size_t  i;

    for (i = 0; i + len <= text->len; i++) {
        if (memcmp(text->data + i, what, len) == 0) {
            return 1;
        }
    }

    return 0;
}


/* Does a link to a telephone say its number itself? */

static int
import_text_number(const html_node_t *node)
{
    int       said;
    buffer_t  b;

    buffer_init(&b, IMPORT_TEXT_MAX);
    html_text(node, &b);
    said = strcspn(buffer_text(&b), "0123456789") != b.len;
    buffer_free(&b);

    return said;
}
