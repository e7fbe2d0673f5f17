/*
 * Copyright (C) SitePreserver developers
 */

#include "import_int.h"
#include "links_url.h"


#define IMPORT_SPACE  " \t\r\n\f"   /* HTML's */


/* One of a srcset: "picture.png 2x". */

typedef struct {
    sp_str_t  url;
    sp_str_t  descriptor;           /* with the blank before it */
} import_candidate_t;


static void import_picture(import_t *im, const import_part_t *part,
    const html_node_t *node, const html_attr_t *attr);
static void import_srcset(import_t *im, const import_part_t *part,
    const html_node_t *node, const html_attr_t *attr);
static int import_candidate(sp_str_t *s, import_candidate_t *candidate);
static int import_picture_tags(import_t *im, const import_part_t *part,
    const html_node_t *node, const html_attr_t *attr);
static int import_picture_url(import_t *im, size_t offset,
    const sp_str_t *url, buffer_t *out);


void
import_pictures(import_t *im)
{
    size_t              i, k;
    const html_node_t  *node;
    const html_attr_t  *attr;

    static const char  *names[] = { "src", "background", "poster", "srcset" };

    for (i = 0; i < im->nparts; i++) {
        for (node = html_root(im->parts[i].html); node != NULL;
             node = html_next(node, NULL))
        {
            if (node->type != HTML_ELEMENT) {
                continue;
            }

            for (k = 0; k < 4; k++) {
                attr = html_attr(node, names[k]);

                if (attr == NULL
                    || import_picture_tags(im, &im->parts[i], node, attr))
                {
                    continue;
                }

                if (k == 3) {
                    import_srcset(im, &im->parts[i], node, attr);

                } else {
                    import_picture(im, &im->parts[i], node, attr);
                }
            }
        }
    }
}


/* Only what is relative is written anew. */

static void
import_picture(import_t *im, const import_part_t *part,
    const html_node_t *node, const html_attr_t *attr)
{
    buffer_t  b;

    buffer_init(&b, LINKS_URL_MAX);

    if (import_picture_url(im, part->shift + node->start, &attr->value, &b)) {
        import_attr_set(im, part, attr, buffer_text(&b), b.len);
    }

    buffer_free(&b);
}


static void
import_srcset(import_t *im, const import_part_t *part,
    const html_node_t *node, const html_attr_t *attr)
{
    int                  changed;
    buffer_t             b;
    sp_str_t             rest;
    import_candidate_t   candidate;

    buffer_init(&b, CREATIVE_FILE_MAX);
    changed = 0;
    rest = attr->value;

    while (import_candidate(&rest, &candidate)) {
        if (b.len != 0) {
            buffer_str(&b, ", ");
        }

        if (import_picture_url(im, part->shift + node->start, &candidate.url,
                               &b))
        {
            changed = 1;

        } else {
            buffer_sp(&b, &candidate.url);
        }

        buffer_sp(&b, &candidate.descriptor);
    }

    if (b.failed) {
        import_larger(im, part->shift + node->start);

    } else if (changed) {
        import_attr_set(im, part, attr, buffer_text(&b), b.len);
    }

    buffer_free(&b);
}


/* The next one (HTML 4.8.4.3.10); 0: there is none. */

static int
import_candidate(sp_str_t *s, import_candidate_t *candidate)
{
    size_t      n;
    unsigned    parens;
    const char *p, *end;

    p = s->data;
    end = p + s->len;

    while (p < end && (*p == ',' || memchr(IMPORT_SPACE, *p, 5) != NULL)) {
        p++;
    }

    candidate->url.data = p;

    while (p < end && memchr(IMPORT_SPACE, *p, 5) == NULL) {
        p++;
    }

    n = (size_t) (p - candidate->url.data);
    candidate->url.len = n;
    candidate->descriptor.data = p;
    candidate->descriptor.len = 0;

    while (candidate->url.len != 0 && p[-1] == ','
           && candidate->url.data[candidate->url.len - 1] == ',')
    {
        candidate->url.len--;
    }

    if (n != 0 && candidate->url.len == n) {
        for (parens = 0; p < end && (parens || *p != ','); p++) {
            parens += *p == '(';
            parens -= parens && *p == ')';
        }

        candidate->descriptor.len = (size_t) (p - candidate->descriptor.data);
    }

    s->len = (size_t) (end - p);
    s->data = p;

    return n != 0;
}


/* What has a tag of ours in it is left alone. */

static int
import_picture_tags(import_t *im, const import_part_t *part,
    const html_node_t *node, const html_attr_t *attr)
{
    size_t       n;
    const char  *raw;

    raw = im->source.data + part->shift + attr->value_start;
    n = attr->value_end - attr->value_start;

    if (!import_has(raw, n, "{{")) {
        return 0;
    }

    while (n != 0 && memchr(IMPORT_SPACE, *raw, 5) != NULL) {
        raw++;
        n--;
    }

    if (memcmp(raw, "{{", 2) != 0 && !import_has(raw, n, ":")
        && memcmp(raw, "//", 2) != 0)
    {
        import_note(im, IMPORT_WARNING, part->shift + node->start, "has a "
                    "relative address with a tag in it (%.*s): mail programs "
                    "do not find it", (int) attr->name.len, attr->name.data);
    }

    return 1;
}


/* 1: url is relative, and its absolute form was appended. */

static int
import_picture_url(import_t *im, size_t offset, const sp_str_t *url,
    buffer_t *out)
{
    links_url_t  parts;

    if (url->len == 0 || url->data[0] == '#'
        || (links_url_split(url, &parts) == SP_OK && parts.scheme.len != 0))
    {
        return 0;
    }

    if (import_absolute(im, url, out) != SP_OK) {
        import_note(im, IMPORT_WARNING, offset, "has a picture at no address "
                    "that a browser can open: \"%.*s\"",
                    (int) (url->len < 100 ? url->len : 100), url->data);
        return 0;
    }

    return 1;
}
