/*
 * Copyright (C) SitePreserver developers
 *
 * Mailer: buffer html* mustache_tag
 *
 * Runs: 2000
 *
 * HTML, with and without tags of ours: the tree and its places.
 */

#include "fuzz.h"
#include "html.h"


#define NODES  200                  /* whose text is made */


static void
broken(void *data, html_broken_t what, size_t offset, const sp_str_t *name)
{
    const size_t  *size;

    size = data;
    must(what <= HTML_TAG_NOT_ENDED);
    must(offset < *size);
}


static void
must_be_attr(const html_attr_t *attr, size_t size)
{
    must(attr->name_start <= attr->name_end && attr->name_end <= size);
    must(attr->value_start <= attr->value_end && attr->value_end <= size);
    must(attr->quote == '\0' || attr->quote == '"' || attr->quote == '\'');
}


static void
walk(const html_t *html, size_t size)
{
    size_t              i, n;
    buffer_t            text;
    unsigned            line, column;
    const html_node_t  *node;

    n = 0;

    for (node = html_root(html); node != NULL; node = html_next(node, NULL)) {
        must(node->index == n);
        n++;

        must(node->start <= node->start_end && node->start_end <= size);
        must(node->end_tag <= node->end && node->end <= size);

        for (i = 0; i < node->nattrs; i++) {
            must_be_attr(&node->attrs[i], size);
        }

        html_position(html, node->start, &line, &column);
        must(line >= 1 && column >= 1);

        if (n <= NODES) {
            buffer_init(&text, 4 * size + 16);
            html_text(node, &text);
            must(memchr(buffer_text(&text), '\n', text.len) == NULL);
            buffer_free(&text);
        }
    }

    must(n == html_count(html));
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char         *masked;
    html_t       *html;
    unsigned      flags;
    sp_error_t    err;
    const char   *text;

    text = (const char *) data;
    html_check(text, size, broken, &size);

    masked = html_mask(text, size);
    must(masked != NULL);
    free(masked);

    for (flags = 0; flags <= HTML_TEMPLATE; flags++) {
        html = html_parse(text, size, flags, &err);

        if (html != NULL) {
            walk(html, size);
            html_free(html);

        } else {
            must(html_too_deep(text, size) || flags == HTML_TEMPLATE);
        }
    }

    return 0;
}
