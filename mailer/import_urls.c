/*
 * Copyright (C) SitePreserver developers
 *
 * Addresses in styles: "url(picture.png)".
 */

#define _GNU_SOURCE                 /* memmem() */

#include <strings.h>

#include "import_int.h"
#include "links_url.h"


#define IMPORT_SPACE   " \t\r\n\f"
#define IMPORT_QUOTES  6


/* Where the text is: in <style>, or in an attribute, with its references. */

typedef struct {
    sp_str_t   text;
    size_t     at;                  /* from where the next one is searched */
    unsigned   attr:1;
} import_urls_t;


static int import_url_next(import_urls_t *urls, sp_str_t *url);
static size_t import_url_skip(const import_urls_t *urls, size_t at);
static int import_url_content(import_urls_t *urls, size_t at, sp_str_t *url);
static const char *import_url_quote(const import_urls_t *urls, size_t at);
static int import_url_absolute(import_t *im, const sp_str_t *raw,
    unsigned attr, buffer_t *out);
static int import_url_decode(const sp_str_t *raw, buffer_t *out);
static void import_urls_text(import_t *im, size_t from, size_t to,
    unsigned attr);
static int import_url_name(char c);


void
import_urls(import_t *im)
{
    size_t              i;
    import_part_t      *part;
    const html_attr_t  *attr;
    const html_node_t  *node;

    for (i = 0; i < im->nparts; i++) {
        part = &im->parts[i];

        for (node = html_root(part->html); node != NULL;
             node = html_next(node, NULL))
        {
            if (node->type != HTML_ELEMENT || node->implied) {
                continue;
            }

            if (html_is(node, "style") && node->end_tag > node->start_end) {
                import_urls_text(im, part->shift + node->start_end,
                                 part->shift + node->end_tag, 0);
            }

            attr = html_attr(node, "style");

            if (attr != NULL && attr->value_end > attr->value_start) {
                import_urls_text(im, part->shift + attr->value_start,
                                 part->shift + attr->value_end, 1);
            }
        }
    }
}


/* Of the file, from here to there. */

static void
import_urls_text(import_t *im, size_t from, size_t to, unsigned attr)
{
    int            rc;
    size_t         at;
    buffer_t       b;
    sp_str_t       url;
    import_urls_t  urls;

    urls.text.data = im->source.data + from;
    urls.text.len = to - from;
    urls.at = 0;
    urls.attr = attr;

    while (import_url_next(&urls, &url)) {
        at = (size_t) (url.data - im->source.data);
        buffer_init(&b, 8 * LINKS_URL_MAX);
        rc = import_url_absolute(im, &url, attr, &b);

        if (rc > 0) {
            import_edit(im, at, url.len, &b);

        } else if (rc < 0) {
            import_note(im, IMPORT_WARNING, at, "is a relative address in a "
                        "style that cannot be made absolute: mail programs do "
                        "not find it");
        }

        buffer_free(&b);
    }
}


void
import_urls_value(import_t *im, const sp_str_t *value, buffer_t *out)
{
    size_t         at, from;
    buffer_t       b;
    sp_str_t       url;
    import_urls_t  urls;

    urls.text = *value;
    urls.at = 0;
    urls.attr = 0;
    at = 0;

    while (import_url_next(&urls, &url)) {
        from = (size_t) (url.data - value->data);
        buffer_init(&b, 8 * LINKS_URL_MAX);

        if (import_url_absolute(im, &url, 0, &b) > 0) {
            buffer_add(out, value->data + at, from - at);
            buffer_add(out, buffer_text(&b), b.len);
            at = from + url.len;
        }

        buffer_free(&b);
    }

    buffer_add(out, value->data + at, value->len - at);
}


/* What is between the quotes or parentheses, as it stands. */

static int
import_url_next(import_urls_t *urls, sp_str_t *url)
{
    size_t       at, next;
    const char  *text;

    text = urls->text.data;

    for (at = urls->at; at + 4 < urls->text.len; at = next) {
        next = import_url_skip(urls, at);

        if (next != at + 1 || (text[at] | 0x20) != 'u'
            || strncasecmp(text + at, "url(", 4) != 0
            || (at != 0 && import_url_name(text[at - 1])))
        {
            continue;
        }

        if (import_url_content(urls, at + 4, url)) {
            return 1;
        }
    }

    urls->at = urls->text.len;

    return 0;
}


/* Behind a comment or a string that begins here, or the next character. */

static size_t
import_url_skip(const import_urls_t *urls, size_t at)
{
    char         c;
    size_t       i, len;
    const char  *text, *end;

    text = urls->text.data;
    len = urls->text.len;
    c = text[at];

    if (c == '/' && text[at + 1] == '*') {
        end = at + 2 < len ? memmem(text + at + 2, len - at - 2, "*/", 2)
                           : NULL;
        return end != NULL ? (size_t) (end + 2 - text) : len;
    }

    if (c != '"' && c != '\'') {
        return at + 1;
    }

    for (i = at + 1; i < len && text[i] != '\n'; i++) {
        if (text[i] == c) {
            return i + 1;
        }

        i += text[i] == '\\';
    }

    return i < len ? i : len;
}


/* 0: there is no end of it; it is looked for only as far as one can be. */

static int
import_url_content(import_urls_t *urls, size_t at, sp_str_t *url)
{
    size_t       len;
    const char  *p, *end, *close, *quote;

    p = urls->text.data + at;
    end = urls->text.data + urls->text.len;

    while (p < end && memchr(IMPORT_SPACE, *p, 5) != NULL) {
        p++;
    }

    quote = import_url_quote(urls, (size_t) (p - urls->text.data));
    len = strlen(quote);
    p += len;
    end = (size_t) (end - p) > 4 * LINKS_URL_MAX ? p + 4 * LINKS_URL_MAX : end;
    close = memmem(p, (size_t) (end - p), len != 0 ? quote : ")",
                   len != 0 ? len : 1);

    if (close == NULL) {
        return 0;
    }

    urls->at = (size_t) (close - urls->text.data) + (len != 0 ? len : 1);

    while (len == 0 && close > p && memchr(IMPORT_SPACE, close[-1], 5) != NULL)
    {
        close--;
    }

    url->data = p;
    url->len = (size_t) (close - p);

    return 1;
}


/* "": none */

static const char *
import_url_quote(const import_urls_t *urls, size_t at)
{
    size_t              i, n;
    static const char  *quotes[IMPORT_QUOTES] = { "\"", "'", "&quot;",
                                                  "&#34;", "&#39;",
                                                  "&apos;" };

    for (i = 0; i < (urls->attr ? IMPORT_QUOTES : 2); i++) {
        n = strlen(quotes[i]);

        if (urls->text.len - at >= n
            && memcmp(urls->text.data + at, quotes[i], n) == 0)
        {
            return quotes[i];
        }
    }

    return "";
}


/*
 * 1: it is relative, and its absolute form, as it has to stand there, was
 * appended; 0: it may stay; -1: it is relative, and stays.
 */

static int
import_url_absolute(import_t *im, const sp_str_t *raw, unsigned attr,
    buffer_t *out)
{
    int          rc;
    size_t       i;
    buffer_t     b, plain;
    sp_str_t     url;
    links_url_t  parts;

    if (raw->len == 0 || raw->data[0] == '#'
        || (raw->len >= 2 && memcmp(raw->data, "{{", 2) == 0)
        || (links_url_split(raw, &parts) == SP_OK && parts.scheme.len != 0))
    {
        return 0;
    }

    if (memchr(raw->data, '\\', raw->len) != NULL
        || import_has(raw->data, raw->len, "{{"))
    {
        return -1;
    }

    buffer_init(&b, LINKS_URL_MAX);
    buffer_init(&plain, 4 * LINKS_URL_MAX);
    rc = -1;

    if (!attr) {
        buffer_sp(&plain, raw);
    }

    if (!attr || import_url_decode(raw, &plain)) {
        url.data = buffer_text(&plain);
        url.len = plain.len;
        rc = import_absolute(im, &url, &b) == SP_OK ? 1 : -1;
    }

    for (i = 0; rc > 0 && i < b.len; i++) {
        if (strchr("()'", b.data[i]) != NULL) {
            buffer_fmt(out, "%%%02X", (unsigned) b.data[i]);

        } else if (b.data[i] == '&' && attr) {
            buffer_str(out, "&amp;");

        } else {
            buffer_char(out, b.data[i]);
        }
    }

    buffer_free(&b);
    buffer_free(&plain);

    return rc;
}


/* Character references of an attribute; 0: one that is not known here. */

static int
import_url_decode(const sp_str_t *raw, buffer_t *out)
{
    size_t       i, n;
    const char  *p;

    for (i = 0; i < raw->len; i++) {
        p = raw->data + i;

        if (*p != '&') {
            buffer_char(out, *p);
            continue;
        }

        if (raw->len - i >= 5 && memcmp(p, "&amp;", 5) == 0) {
            buffer_char(out, '&');
            i += 4;
            continue;
        }

        for (n = 1; i + n < raw->len
                    && (p[n] == '#' || import_url_name(p[n])); n++)
        {
            /* void */
        }

        if (i + n < raw->len && p[n] == ';') {
            return 0;
        }

        buffer_char(out, '&');
    }

    return !out->failed;
}


/* Can it be of a name, so that what follows is no word of its own? */

static int
import_url_name(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
           || c == '-' || c == '_' || (unsigned char) c >= 0x80;
}
