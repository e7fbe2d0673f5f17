/*
 * Copyright (C) SitePreserver developers
 *
 * What the file's relative addresses are relative to.
 */

#include "import_int.h"


/* The first one with an address counts (HTML 4.2.3), wherever it stands. */

void
import_base(import_t *im)
{
    sp_str_t            url;
    const html_attr_t  *href;
    const html_node_t  *node;

    node = html_root(im->parts[0].html);

    do {
        node = html_find(node, NULL, "base");
        href = node != NULL ? html_attr(node, "href") : NULL;

    } while (node != NULL && href == NULL);

    if (node == NULL) {
        return;
    }

    if (import_has(im->source.data + href->value_start,
                   href->value_end - href->value_start, "{{")
        || links_absolute(&im->site, &href->value, &im->base) != SP_OK)
    {
        import_note(im, IMPORT_WARNING, node->start, "is no address that a "
                    "browser can open: relative ones are taken for the "
                    "shop's");
        return;
    }

    url.data = buffer_text(&im->base);
    url.len = im->base.len;

    if (!links_own(&im->site, &url)) {
        import_note(im, IMPORT_WARNING, node->start, "relative addresses lead "
                    "to this host, which is not the shop's");
    }
}


sp_rc_t
import_absolute(const import_t *im, const sp_str_t *url, buffer_t *out)
{
    links_site_t  site;

    site = im->site;

    if (im->base.len != 0) {
        site.base.data = im->base.data;
        site.base.len = im->base.len;
    }

    return links_absolute(&site, url, out);
}


void
import_attr_set(import_t *im, const import_part_t *part,
    const html_attr_t *attr, const char *text, size_t len)
{
    size_t    from, to;
    buffer_t  b;
    sp_str_t  s;

    buffer_init(&b, CREATIVE_FILE_MAX);
    s.data = text;
    s.len = len;

    if (attr->quote != '\0') {
        from = attr->value_start;
        to = attr->value_end;
        mustache_escape(&b, &s, MUSTACHE_HTML);

    } else {
        from = attr->name_end;
        to = attr->value_end > from ? attr->value_end : from;
        buffer_str(&b, "=\"");
        mustache_escape(&b, &s, MUSTACHE_HTML);
        buffer_char(&b, '"');
    }

    import_edit(im, part->shift + from, to - from, &b);
    buffer_free(&b);
}
