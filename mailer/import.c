/*
 * Copyright (C) SitePreserver developers
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "import_int.h"
#include "sp_utf8.h"


static int import_parse(import_t *im);
static int import_template(import_t *im);
static int import_parts(import_t *im);
static int import_part(import_t *im, size_t from, size_t to);
static void import_styles(import_t *im);
static void import_one_line(char *text);
static void import_finish(import_t *im);
static void import_end(import_t *im);


sp_rc_t
import_html(const import_options_t *options, const sp_str_t *source,
    import_result_t *result)
{
    import_t  im;

    memset(&im, 0, sizeof(import_t));
    memset(result, 0, sizeof(import_result_t));

    buffer_init(&result->head, CREATIVE_FILE_MAX);
    buffer_init(&result->html, CREATIVE_FILE_MAX);
    buffer_init(&result->text, CREATIVE_FILE_MAX);
    result->notes = calloc(IMPORT_NOTES_MAX, sizeof(import_note_t));

    im.options = options;
    im.site = options->site;
    im.source = *source;
    im.result = result;
    im.edits = html_edits_create();
    im.links = calloc(IMPORT_LINKS_MAX, sizeof(import_link_t));
    buffer_init(&im.base, LINKS_URL_MAX);
    import_css_init(&im.css);

    if (result->notes == NULL || im.edits == NULL || im.links == NULL
        || im.css.failed)
    {
        import_end(&im);
        return SP_NOMEM;
    }

    if (import_parse(&im)) {
        import_styles(&im);
        import_base(&im);
        import_links_find(&im);
        import_cta(&im);
        import_links_write(&im);
        import_pictures(&im);
        import_urls(&im);
        import_inline(&im);
        import_head(&im);
        import_footer(&im);
        import_finish(&im);
    }

    import_end(&im);

    return im.failed ? SP_INVALID : SP_OK;
}


static void
import_end(import_t *im)
{
    size_t  i;

    for (i = 0; i < im->nlinks; i++) {
        buffer_free(&im->links[i].label);
    }

    for (i = 0; i < im->nparts; i++) {
        html_free(im->parts[i].html);
    }

    buffer_free(&im->base);
    import_css_free(&im->css);
    html_edits_free(im->edits);
    free(im->links);
}


void
import_free(import_result_t *result)
{
    buffer_free(&result->head);
    buffer_free(&result->html);
    buffer_free(&result->text);
    free(result->notes);
    memset(result, 0, sizeof(import_result_t));
}


const char *
import_level_name(import_level_t level)
{
    static const char  *names[] = { "info", "warning", "error" };

    return names[level];
}


void
import_note(import_t *im, import_level_t level, size_t offset,
    const char *fmt, ...)
{
    va_list         ap;
    import_note_t  *note;

    if (level == IMPORT_ERROR) {
        im->failed = 1;
    }

    if (im->result->nnotes == IMPORT_NOTES_MAX) {
        im->result->dropped++;

        if (level != IMPORT_ERROR) {
            return;
        }

        im->result->nnotes--;       /* an error is not lost */
    }

    note = &im->result->notes[im->result->nnotes++];
    memset(note, 0, sizeof(import_note_t));
    note->level = level;

    if (offset != IMPORT_NOWHERE) {
        html_place(im->source.data, im->source.len, offset, &note->line,
                   &note->column);
    }

    va_start(ap, fmt);
    (void) vsnprintf(note->text, sizeof(note->text), fmt, ap);
    va_end(ap);

    import_one_line(note->text);
}


void
import_edit(import_t *im, size_t offset, size_t len, const buffer_t *text)
{
    if (text->failed) {
        import_larger(im, offset);

    } else {
        html_edit(im->edits, offset, len, buffer_text(text), text->len);
    }
}


void
import_larger(import_t *im, size_t offset)
{
    import_note(im, IMPORT_ERROR, offset, "becomes larger than %d KiB",
                CREATIVE_FILE_MAX / 1024);
}


/* What is quoted of a file may be more than a line, or end amid a character. */

static void
import_one_line(char *text)
{
    size_t  i, len;

    len = strlen(text);

    for (i = 0; i < len; i++) {
        if ((unsigned char) text[i] < 0x20 || text[i] == 0x7f) {
            text[i] = ' ';
        }
    }

    for (i = sp_utf8_valid(text, len); i < len; i += sp_utf8_valid(text + i,
                                                                  len - i))
    {
        text[i++] = '?';
    }
}


static int
import_parse(import_t *im)
{
    sp_error_t      err;
    import_part_t  *part;

    if (!import_template(im)) {
        return 0;
    }

    part = &im->parts[im->nparts++];
    part->html = html_parse(im->source.data, im->source.len, HTML_TEMPLATE,
                            &err);

    if (part->html == NULL) {
        import_note(im, IMPORT_ERROR, IMPORT_NOWHERE, "%s", err.text);
        return 0;
    }

    return import_parts(im);
}


/* Is it a template as it is?  The message has the place in it. */

static int
import_template(import_t *im)
{
    char         *end;
    sp_error_t    err;
    mustache_t   *t;
    const char   *text;
    unsigned      line, column;

    if (import_has(im->source.data, im->source.len, "{{=")) {
        import_note(im, IMPORT_ERROR, IMPORT_NOWHERE, "changes the delimiters "
                    "of tags ({{=): none could be written into it");
        return 0;
    }

    t = mustache_compile("", im->source.data, im->source.len, MUSTACHE_HTML,
                         MUSTACHE_NO_RAW, &err);
    if (t != NULL) {
        mustache_free(t);
        return 1;
    }

    line = 0;
    column = 0;
    text = err.text;

    if (*text == ':') {
        line = (unsigned) strtoul(text + 1, &end, 10);

        if (*end == ':') {
            column = (unsigned) strtoul(end + 1, &end, 10);
            text = end + strspn(end, ": ");
        }
    }

    import_note(im, IMPORT_ERROR, IMPORT_NOWHERE, "%s", text);

    if (im->result->nnotes != 0) {
        im->result->notes[im->result->nnotes - 1].line = line;
        im->result->notes[im->result->nnotes - 1].column = column;
    }

    return 0;
}


/* Outlook's conditional comments have links of their own. */

static int
import_parts(import_t *im)
{
    size_t              from, to;
    const char         *p, *end;
    const html_node_t  *node;

    for (node = html_root(im->parts[0].html); node != NULL;
         node = html_next(node, NULL))
    {
        if (node->type != HTML_COMMENT
            || node->start_end > im->source.len
            || node->start_end - node->start < 12)
        {
            continue;
        }

        p = im->source.data + node->start;
        end = im->source.data + node->start_end;

        if (memcmp(p, "<!--[if", 7) != 0) {
            continue;
        }

        p = memchr(p, '>', (size_t) (end - p));

        if (p == NULL) {
            continue;
        }

        from = (size_t) (p + 1 - im->source.data);
        to = node->start_end;

        while (to > from && memcmp(im->source.data + to - 1, "<", 1) != 0) {
            to--;
        }

        if (to > from + 1 && !import_part(im, from, to - 1)) {
            return 0;
        }
    }

    return 1;
}


static int
import_part(import_t *im, size_t from, size_t to)
{
    sp_error_t      err;
    import_part_t  *part;

    if (im->nparts == IMPORT_PARTS_MAX) {
        import_note(im, IMPORT_ERROR, from, "has more than %d conditional "
                    "comments", IMPORT_PARTS_MAX - 1);
        return 0;
    }

    part = &im->parts[im->nparts++];
    part->shift = from;
    part->comment = 1;
    part->html = html_parse(im->source.data + from, to - from, HTML_TEMPLATE,
                            &err);

    if (part->html == NULL) {
        import_note(im, IMPORT_ERROR, from, "%s", err.text);
        im->nparts--;
        return 0;
    }

    return 1;
}


/* A style that is not for screens, and one that is to stay, are left out. */

static void
import_styles(import_t *im)
{
    sp_str_t            text;
    const html_attr_t  *media;
    const html_node_t  *node;

    node = html_root(im->parts[0].html);

    while ((node = html_find(node, NULL, "style")) != NULL) {
        media = html_attr(node, "media");

        if (node->first == NULL || node->first->type != HTML_TEXT
            || (media != NULL && media->value.len != 0
                && (media->value.len != 3
                    || memcmp(media->value.data, "all", 3) != 0)
                && (media->value.len != 6
                    || memcmp(media->value.data, "screen", 6) != 0)))
        {
            continue;
        }

        text.data = im->source.data + node->start_end;
        text.len = node->end_tag - node->start_end;
        import_css_parse(&im->css, &text);
    }

    if (im->css.failed) {
        import_note(im, IMPORT_ERROR, IMPORT_NOWHERE, "has more style rules "
                    "than can be handled");
    }
}


static void
import_finish(import_t *im)
{
    sp_rc_t     rc;
    sp_str_t    html;
    sp_error_t  err;

    if (im->failed) {
        return;
    }

    rc = html_edits_apply(im->edits, im->source.data, im->source.len,
                          &im->result->html);

    if (im->result->html.failed) {
        import_larger(im, IMPORT_NOWHERE);
        return;
    }

    if (rc != SP_OK) {
        import_note(im, IMPORT_ERROR, IMPORT_NOWHERE, "cannot be changed: two "
                    "changes overlap");
        return;
    }

    html.data = buffer_text(&im->result->html);
    html.len = im->result->html.len;

    rc = import_text(&html, &im->result->text, &err);

    if (rc == SP_INVALID) {
        import_note(im, IMPORT_WARNING, IMPORT_NOWHERE, "the text part was "
                    "made without sections, look at it: %.200s", err.text);

    } else if (rc != SP_OK) {
        import_note(im, IMPORT_ERROR, IMPORT_NOWHERE, "no text part: %.200s",
                    err.text);
    }
}
