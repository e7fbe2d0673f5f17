/*
 * Copyright (C) SitePreserver developers
 */

#include <strings.h>

#include "import_int.h"
#include "links_url.h"


static void import_picture(import_t *im, const import_part_t *part,
    const html_attr_t *attr);
static void import_urls(import_t *im);


void
import_pictures(import_t *im)
{
    size_t              i, k;
    const html_node_t  *node;
    const html_attr_t  *attr;

    static const char  *names[] = { "src", "background" };

    for (i = 0; i < im->nparts; i++) {
        for (node = html_root(im->parts[i].html); node != NULL;
             node = html_next(node, NULL))
        {
            if (node->type != HTML_ELEMENT) {
                continue;
            }

            for (k = 0; k < 2; k++) {
                attr = html_attr(node, names[k]);

                if (attr != NULL && attr->quote != '\0') {
                    import_picture(im, &im->parts[i], attr);
                }
            }
        }
    }

    import_urls(im);
}


/* Only what is relative is written anew. */

static void
import_picture(import_t *im, const import_part_t *part,
    const html_attr_t *attr)
{
    buffer_t     b, escaped;
    sp_str_t     s;
    links_url_t  parts;

    if (attr->value.len == 0
        || memchr(attr->value.data, '{', attr->value.len) != NULL
        || links_url_split(&attr->value, &parts) != SP_OK
        || parts.scheme.len != 0)
    {
        return;
    }

    buffer_init(&b, LINKS_URL_MAX);
    buffer_init(&escaped, 8 * LINKS_URL_MAX);

    if (links_absolute(&im->site, &attr->value, &b) == SP_OK) {
        s.data = buffer_text(&b);
        s.len = b.len;
        mustache_escape(&escaped, &s, MUSTACHE_HTML);
        html_edit(im->edits, part->shift + attr->value_start,
                  attr->value_end - attr->value_start, buffer_text(&escaped),
                  escaped.len);
    }

    buffer_free(&b);
    buffer_free(&escaped);
}


/* url(picture.png) in a style: no mail program knows where that is. */

static void
import_urls(import_t *im)
{
    size_t       i;
    sp_str_t     rest;
    links_url_t  parts;

    for (i = 0; i + 4 < im->source.len; i++) {
        if (strncasecmp(im->source.data + i, "url(", 4) != 0) {
            continue;
        }

        rest.data = im->source.data + i + 4;
        rest.len = im->source.len - i - 4;

        while (rest.len > 0 && strchr(" \"'", rest.data[0]) != NULL) {
            rest.data++;
            rest.len--;
        }

        if (rest.len > 5 && memcmp(rest.data, "&quot", 5) == 0) {
            continue;
        }

        rest.len = rest.len < LINKS_URL_MAX ? rest.len : LINKS_URL_MAX;

        if (memchr(rest.data, ')', rest.len) != NULL) {
            rest.len = (size_t) ((const char *) memchr(rest.data, ')',
                                                       rest.len)
                                 - rest.data);
        }

        if (rest.len != 0 && rest.data[0] != '{' && rest.data[0] != '#'
            && links_url_split(&rest, &parts) == SP_OK
            && parts.scheme.len == 0)
        {
            import_note(im, IMPORT_WARNING, i, "is a relative address in a "
                        "style: mail programs do not find it");
        }
    }
}
