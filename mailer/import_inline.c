/*
 * Copyright (C) SitePreserver developers
 */

#include <strings.h>

#include "import_int.h"


#define IMPORT_FAMILIES  128        /* of properties that were written */


typedef struct {
    sp_str_t  names[IMPORT_FAMILIES];
    size_t    n;
} import_families_t;


static int import_inline_node(import_t *im, const html_node_t *node,
    import_families_t *families);
static void import_inline_pick(import_t *im, const html_attr_t *attr,
    const import_style_t *rules, import_families_t *families,
    buffer_t *before, buffer_t *after);
static void import_inline_write(import_t *im, const html_node_t *node,
    const html_attr_t *attr, buffer_t *before, buffer_t *after);
static void import_add(import_t *im, buffer_t *b, const import_decl_t *decl,
    char quote);
static int import_stays(const sp_str_t *name);
static sp_str_t import_family(const sp_str_t *name);
static int import_is_family(const import_families_t *families,
    const sp_str_t *name);
static void import_media(import_t *im, const import_families_t *families);


/*
 * Some mail programs drop <style>: what its rules say is written into the
 * elements.  The rules stay for the others, with their @media; and since an
 * element's own style counts before them, what is in @media becomes
 * !important.
 */

void
import_inline(import_t *im)
{
    unsigned            sections;
    import_families_t   families;
    const html_node_t  *node, *body;

    if (im->options->no_inline || im->css.nrules == 0) {
        return;
    }

    memset(&families, 0, sizeof(import_families_t));
    sections = 0;
    body = html_find(html_root(im->parts[0].html), NULL, "body");

    for (node = body; node != NULL; node = html_next(node, body)) {
        if (node->type == HTML_ELEMENT && !node->implied) {
            sections += import_inline_node(im, node, &families) == 0;
        }
    }

    if (sections != 0) {
        import_note(im, IMPORT_INFO, IMPORT_NOWHERE, "elements with a section "
                    "within their tag, into which no rule was written: %u",
                    sections);
    }

    if (im->css.skipped != 0) {
        import_note(im, IMPORT_INFO, IMPORT_NOWHERE, "selectors that are not of "
                    "a type, class or id alone, and work only where <style> "
                    "does: %u", im->css.skipped);
    }

    import_media(im, &families);
}


/* 0: its tag has a section in it, and is not touched. */

static int
import_inline_node(import_t *im, const html_node_t *node,
    import_families_t *families)
{
    buffer_t            before, after;
    import_style_t      rules;
    const html_attr_t  *attr;

    import_css_style(&im->css, node, &rules);

    if (rules.n == 0) {
        return 1;
    }

    /* a tag that is one thing or another cannot be written into safely */

    if (import_has_section(im, node->start, node->start_end)) {
        return 0;
    }

    attr = html_attr(node, "style");

    if (attr != NULL && attr->quote == '\0') {
        return 1;                   /* one word: nothing of a designer's */
    }

    buffer_init(&before, CREATIVE_FILE_MAX);
    buffer_init(&after, CREATIVE_FILE_MAX);
    import_inline_pick(im, attr, &rules, families, &before, &after);
    import_inline_write(im, node, attr, &before, &after);
    buffer_free(&before);
    buffer_free(&after);

    return 1;
}


/*
 * What the rules have that the element's own style does not say: it goes before
 * that; what is !important goes after it.
 */

static void
import_inline_pick(import_t *im, const html_attr_t *attr,
    const import_style_t *rules, import_families_t *families,
    buffer_t *before, buffer_t *after)
{
    char                  name[64], quote;
    size_t                i;
    import_style_t        own;
    const import_decl_t  *decl, *mine;

    own.n = 0;
    quote = attr != NULL ? attr->quote : '"';

    if (attr != NULL) {
        import_css_inline(&attr->value, &own);
    }

    for (i = 0; i < rules->n; i++) {
        decl = &rules->decls[i];

        if (import_stays(&decl->name) || decl->name.len >= sizeof(name)) {
            continue;
        }

        memcpy(name, decl->name.data, decl->name.len);
        name[decl->name.len] = '\0';
        mine = import_css_find(&own, name);

        if (mine != NULL && (mine->important || !decl->important)) {
            continue;
        }

        import_add(im, decl->important ? after : before, decl, quote);

        if (!import_is_family(families, &decl->name)
            && families->n < IMPORT_FAMILIES)
        {
            families->names[families->n++] = import_family(&decl->name);
        }
    }
}


static void
import_inline_write(import_t *im, const html_node_t *node,
    const html_attr_t *attr, buffer_t *before, buffer_t *after)
{
    buffer_t  b;

    if (before->failed || after->failed) {
        import_larger(im, node->start);
        return;
    }

    if (before->len + after->len == 0) {
        return;
    }

    buffer_init(&b, CREATIVE_FILE_MAX);

    if (attr == NULL) {
        buffer_str(&b, " style=\"");
        buffer_add(&b, buffer_text(before), before->len);
        buffer_add(&b, buffer_text(after), after->len);
        buffer_truncate(&b, b.len - 1);         /* its ";" */
        buffer_char(&b, '"');
        import_edit(im, node->start + 1 + node->name.len, 0, &b);

    } else {
        import_edit(im, attr->value_start, 0, before);

        if (after->len != 0) {
            buffer_char(&b, ';');
            buffer_add(&b, buffer_text(after), after->len - 1);
            import_edit(im, attr->value_end, 0, &b);
        }
    }

    buffer_free(&b);
}


static void
import_add(import_t *im, buffer_t *b, const import_decl_t *decl, char quote)
{
    char      c;
    size_t    i;
    buffer_t  value;

    buffer_init(&value, CREATIVE_FILE_MAX);
    import_urls_value(im, &decl->value, &value);
    buffer_sp(b, &decl->name);
    buffer_char(b, ':');

    for (i = 0; i < value.len; i++) {
        c = value.data[i];

        if (c == '&') {
            buffer_str(b, "&amp;");

        } else if (c == quote) {
            buffer_char(b, quote == '"' ? '\'' : '"');

        } else if (c == '<') {
            buffer_str(b, "&lt;");

        } else {
            buffer_char(b, (unsigned char) c < ' ' ? ' ' : c);
        }
    }

    buffer_str(b, decl->important ? " !important;" : ";");
    b->failed |= value.failed;
    buffer_free(&value);
}


/* Whoever understands these reads <style>. */

static int
import_stays(const sp_str_t *name)
{
    return name->data[0] == '-'
           || (name->len > 4 && strncasecmp(name->data, "mso-", 4) == 0);
}


/* "padding" of "padding-left": a shorthand sets the others of its kind. */

static sp_str_t
import_family(const sp_str_t *name)
{
    sp_str_t  family;

    family.data = name->data;

    for (family.len = 0; family.len < name->len
                         && name->data[family.len] != '-'; family.len++)
    {
        /* void */
    }

    return family;
}


static int
import_is_family(const import_families_t *families, const sp_str_t *name)
{
    size_t    i;
    sp_str_t  family;

    family = import_family(name);

    for (i = 0; i < families->n; i++) {
        if (families->names[i].len == family.len
            && strncasecmp(families->names[i].data, family.data, family.len)
               == 0)
        {
            return 1;
        }
    }

    return families->n == IMPORT_FAMILIES;
}


static void
import_media(import_t *im, const import_families_t *families)
{
    size_t                i, at;
    const import_decl_t  *decl;

    for (i = 0; i < im->css.nmedia; i++) {
        decl = &im->css.media[i];

        if (!decl->important && import_is_family(families, &decl->name)) {
            at = (size_t) (decl->value.data + decl->value.len
                           - im->source.data);
            html_edit(im->edits, at, 0, " !important", 11);
        }
    }
}


void
import_style(const import_t *im, const html_node_t *node,
    import_style_t *style)
{
    const html_attr_t  *attr;

    import_css_style(&im->css, node, style);
    attr = html_attr(node, "style");

    if (attr != NULL) {
        import_css_inline(&attr->value, style);
    }
}
