/*
 * Copyright (C) SitePreserver developers
 */

#include <stdio.h>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "import_int.h"


#define IMPORT_HIDDEN  40           /* elements looked at for a preheader */


static int import_subject(import_t *im, buffer_t *out);
static int import_preheader(import_t *im, buffer_t *out);
static void import_preheader_tag(import_t *im, const html_node_t *hidden);
static const html_node_t *import_hidden(const import_t *im,
    const html_node_t *body);
static int import_is_hidden(const import_t *im, const html_node_t *node);
static void import_plain(const buffer_t *text, buffer_t *out);
static int import_source_has(const import_t *im, const char *text);


void
import_head(import_t *im)
{
    buffer_t  subject, preheader;

    buffer_init(&subject, IMPORT_TEXT_MAX);
    buffer_init(&preheader, IMPORT_TEXT_MAX);

    if (import_subject(im, &subject) + import_preheader(im, &preheader) == 2) {
        buffer_fmt(&im->result->head, "subject: %s\npreheader: %s\n",
                   buffer_text(&subject), buffer_text(&preheader));

        if (im->options->old_utm != NULL) {
            buffer_str(&im->result->head, im->options->old_utm);
        }

        if (im->result->head.failed) {
            import_note(im, IMPORT_ERROR, IMPORT_NOWHERE, "subject and "
                        "preheader are longer than %d KiB",
                        CREATIVE_FILE_MAX / 1024);
        }
    }

    buffer_free(&subject);
    buffer_free(&preheader);
}


/* What was asked for, else <title>, else what the creative had. */

static int
import_subject(import_t *im, buffer_t *out)
{
    buffer_t            b;
    const html_node_t  *title;

    buffer_init(&b, IMPORT_TEXT_MAX);

    if (im->options->subject != NULL) {
        buffer_str(&b, im->options->subject);

    } else {
        title = html_find(html_root(im->parts[0].html), NULL, "title");

        if (title != NULL && title->first != NULL) {
            buffer_sp(&b, &title->first->text);
        }

        /* a section is not in the text, and a tag may be the subject itself */

        if (strstr(buffer_text(&b), "{{subject") != NULL
            || (title != NULL && import_has_section(im, title->start_end,
                                                    title->end_tag)))
        {
            buffer_reset(&b);
        }
    }

    import_plain(&b, out);

    if (out->len == 0 && im->options->old_subject != NULL) {
        buffer_str(out, im->options->old_subject);
    }

    buffer_free(&b);

    if (out->len == 0) {
        import_note(im, IMPORT_ERROR, IMPORT_NOWHERE, "has no <title> that "
                    "could be the subject: give --subject TEXT");
        return 0;
    }

    return 1;
}


/*
 * Mail programs show it beside the subject: it is hidden text at the begin of
 * the body.
 */

static int
import_preheader(import_t *im, buffer_t *out)
{
    int                 tag;
    buffer_t            b;
    const html_node_t  *body, *hidden;

    body = html_find(html_root(im->parts[0].html), NULL, "body");
    hidden = body != NULL ? import_hidden(im, body) : NULL;
    tag = import_source_has(im, "{{preheader}}");
    buffer_init(&b, IMPORT_TEXT_MAX);

    if (im->options->preheader != NULL) {
        buffer_str(&b, im->options->preheader);

    } else if (hidden != NULL && !tag
               && !import_has_section(im, hidden->start_end,
                                      hidden->end_tag))
    {
        html_text(hidden, &b);
    }

    import_plain(&b, out);
    buffer_free(&b);

    if (out->len == 0 && im->options->old_preheader != NULL) {
        buffer_str(out, im->options->old_preheader);
    }

    if (out->len == 0) {
        import_note(im, IMPORT_ERROR, IMPORT_NOWHERE, "has no hidden text at "
                    "its begin that could be the preheader: give --preheader "
                    "TEXT");
        return 0;
    }

    if (tag || body == NULL || body->implied) {
        return 1;
    }

    if (hidden == NULL) {
        import_note(im, IMPORT_INFO, body->start, "hidden text with the "
                    "preheader was put after this");
        buffer_init(&b, 512);
        buffer_str(&b, "\n<div style=\"display:none;max-height:0;"
                   "overflow:hidden;mso-hide:all;font-size:1px;"
                   "line-height:1px\">{{preheader}}</div>");
        import_edit(im, body->start_end, 0, &b);
        buffer_free(&b);

    } else {
        import_preheader_tag(im, hidden);
    }

    return 1;
}


/* The words that are hidden become the tag; what fills the space stays. */

static void
import_preheader_tag(import_t *im, const html_node_t *hidden)
{
    size_t       i, at, len;
    buffer_t     text, words;
    const char  *raw;

    if (hidden->end_tag <= hidden->start_end
        || import_has_section(im, hidden->start_end, hidden->end_tag))
    {
        return;
    }

    raw = im->source.data + hidden->start_end;
    len = hidden->end_tag - hidden->start_end;
    at = 0;
    buffer_init(&text, IMPORT_TEXT_MAX);
    buffer_init(&words, IMPORT_TEXT_MAX);
    html_text(hidden, &text);
    import_plain(&text, &words);

    for (i = 0; i + words.len <= len; i++) {
        if (memcmp(raw + i, buffer_text(&words), words.len) == 0) {
            at = i;
            len = words.len;
            break;
        }
    }

    html_edit(im->edits, hidden->start_end + at, len, "{{preheader}}", 13);
    import_note(im, IMPORT_INFO, hidden->start, "the hidden text in this is "
                "now {{preheader}}");
    buffer_free(&text);
    buffer_free(&words);
}


/* The first element with text, if that is hidden. */

static const html_node_t *
import_hidden(const import_t *im, const html_node_t *body)
{
    size_t              n;
    buffer_t            b;
    const html_node_t  *node, *found;

    buffer_init(&b, IMPORT_TEXT_MAX);
    found = NULL;
    node = body;

    for (n = 0; n < IMPORT_HIDDEN && found == NULL; n++) {
        node = html_next(node, body);

        if (node == NULL) {
            break;
        }

        if (node->type == HTML_ELEMENT && import_is_hidden(im, node)) {
            buffer_reset(&b);
            html_text(node, &b);
            found = b.len != 0 ? node : NULL;

        } else if (node->type == HTML_TEXT
                   && strspn(node->text.data, " \t\r\n") < node->text.len)
        {
            break;
        }
    }

    buffer_free(&b);

    return found;
}


static int
import_is_hidden(const import_t *im, const html_node_t *node)
{
    import_style_t        style;
    const import_decl_t  *decl;

    import_style(im, node, &style);
    decl = import_css_find(&style, "display");

    if (decl != NULL && decl->value.len == 4
        && memcmp(decl->value.data, "none", 4) == 0)
    {
        return 1;
    }

    decl = import_css_find(&style, "max-height");

    return decl != NULL && decl->value.data[0] == '0'
           && import_css_find(&style, "overflow") != NULL;
}


int
import_has_section(const import_t *im, size_t from, size_t to)
{
    size_t  i;

    for (i = from; i + 2 < to; i++) {
        if (im->source.data[i] == '{' && im->source.data[i + 1] == '{'
            && strchr("#^/", im->source.data[i + 2]) != NULL)
        {
            return 1;
        }
    }

    return 0;
}


/* One line, without what only fills the space behind a preheader. */

static void
import_plain(const buffer_t *text, buffer_t *out)
{
    char     utf8[U8_MAX_LENGTH];
    int32_t  i, len, n;
    UChar32  c;

    len = (int32_t) text->len;

    for (i = 0; i < len; /* void */ ) {
        U8_NEXT(text->data, i, len, c);

        if (c < 0 || c == 0x34f || c == 0x200c || c == 0x200b || c == 0xfeff
            || c == 0xad || c == 0x2060)
        {
            continue;
        }

        if (u_isUWhiteSpace(c) || u_iscntrl(c)) {
            if (out->len != 0 && out->data[out->len - 1] != ' ') {
                buffer_char(out, ' ');
            }

            continue;
        }

        n = 0;
        U8_APPEND_UNSAFE(utf8, n, c);
        buffer_add(out, utf8, (size_t) n);
    }

    while (out->len != 0 && out->data[out->len - 1] == ' ') {
        buffer_truncate(out, out->len - 1);
    }
}


/* What the law wants: only said, unless it was asked for. */

void
import_footer(import_t *im)
{
    int                 link, address;
    size_t              at;
    buffer_t            b;
    const html_node_t  *body;

    link = im->unsubscribe || import_source_has(im, "unsubscribe_link}}");
    address = import_source_has(im, "shop.address}}");

    if (link && address) {
        return;
    }

    if (!im->options->add_footer) {
        if (!link) {
            import_note(im, IMPORT_WARNING, IMPORT_NOWHERE, "has no "
                        "{{unsubscribe_link}}: write one, or import with "
                        "--add-footer");
        }

        if (!address) {
            import_note(im, IMPORT_WARNING, IMPORT_NOWHERE, "does not show "
                        "{{shop.address}}, the postal address: write it, or "
                        "import with --add-footer");
        }

        return;
    }

    body = html_find(html_root(im->parts[0].html), NULL, "body");
    at = body != NULL && !body->implied && body->end > body->end_tag
         ? body->end_tag : im->source.len;

    buffer_init(&b, 2048);
    buffer_str(&b, "<div style=\"padding:24px 16px;text-align:center;"
               "font-family:Arial,sans-serif;font-size:13px;line-height:20px;"
               "color:#4b5563;background-color:#ffffff\">");

    if (!address) {
        buffer_str(&b, "<strong>{{shop.name}}</strong>{{#shop.address}}<br>"
                   "{{.}}{{/shop.address}}");
    }

    if (!link) {
        buffer_fmt(&b, "%s<a href=\"{{unsubscribe_link}}\" style=\""
                   "display:inline-block;padding:12px 16px;color:#4b5563;"
                   "text-decoration:underline\">%s</a>",
                   address ? "" : "<br>", im->options->unsubscribe != NULL
                   ? im->options->unsubscribe : "Unsubscribe");
    }

    buffer_str(&b, "</div>\n");
    import_edit(im, at, 0, &b);
    import_note(im, IMPORT_INFO, at, "a footer was added here: %s%s%s",
                address ? "" : "the shop's name and address",
                address || link ? "" : " and ",
                link ? "" : "the unsubscribe link");
    buffer_free(&b);
}


static int
import_source_has(const import_t *im, const char *text)
{
    size_t  i, n;

    n = strlen(text);

    for (i = 0; i + n <= im->source.len; i++) {
        if (memcmp(im->source.data + i, text, n) == 0) {
            return 1;
        }
    }

    return 0;
}
