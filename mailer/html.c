/*
 * Copyright (C) SitePreserver developers
 *
 * From gumbo's tree to ours.  gumbo frees its tree recursively, does not look
 * whether memory is there, and takes quadratic time for what is nested deep:
 * so it gets its memory from an arena that is thrown away as one, and never
 * sees what is too deep.
 */

#include <gumbo.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "html.h"
#include "sp_arena.h"


#define HTML_MEMORY_MAX  (256 * 1024 * 1024)
#define HTML_TOO_DEEP    "has elements nested deeper than 512, or a tag with "\
                         "very many attributes"
#define HTML_STACK       (HTML_DEPTH_MAX + 64)

/* What the parser made of its own. */

#define HTML_NOT_WRITTEN                                                      \
    (GUMBO_INSERTION_IMPLIED | GUMBO_INSERTION_ADOPTION_AGENCY_CLONED         \
     | GUMBO_INSERTION_RECONSTRUCTED_FORMATTING_ELEMENT)


struct html_s {
    sp_str_t      source;
    char         *parsed;           /* the source, or the mask of it */
    sp_arena_t   *arena;
    html_node_t  *root;
    size_t        count;
    jmp_buf       no_memory;
};


typedef struct {
    const GumboNode  *from;
    html_node_t      *to;
    unsigned          next;         /* child */
} html_level_t;


static char *html_copy(const char *text, size_t len);
static void *html_alloc(void *data, size_t size);
static void html_dealloc(void *data, void *p);
static int html_read(html_t *html);
static int html_tree(html_t *html, const GumboNode *from);
static html_node_t *html_node(html_t *html, html_node_t *parent,
    const GumboNode *from);
static void html_element(html_t *html, html_node_t *node,
    const GumboNode *from);
static void html_attributes(html_t *html, html_node_t *node,
    const GumboVector *from);
static void html_value(const html_t *html, html_attr_t *attr,
    const GumboAttribute *a);
static size_t html_skip(const html_t *html, size_t at);
static sp_str_t html_lower(html_t *html, const char *text, size_t len);
static size_t html_offset(const html_t *html, const char *p);
static html_t *html_failed(html_t *html, sp_error_t *err, const char *why);


html_t *
html_parse(const char *text, size_t len, unsigned flags, sp_error_t *err)
{
    html_t  *html;

    err->text[0] = '\0';

    html = calloc(1, sizeof(html_t));

    if (html == NULL) {
        return html_failed(html, err, "no memory");
    }

    html->source.data = text;
    html->source.len = len;

    if (len > HTML_SIZE_MAX) {
        return html_failed(html, err, "is longer than 1 MiB");
    }

    html->parsed = flags & HTML_TEMPLATE ? html_mask(text, len)
                                         : html_copy(text, len);
    html->arena = sp_arena_create(HTML_MEMORY_MAX);

    if (html->parsed == NULL || html->arena == NULL) {
        return html_failed(html, err, "no memory");
    }

    if (html_too_deep(html->parsed, len)) {
        return html_failed(html, err, HTML_TOO_DEEP);
    }

    switch (html_read(html)) {
    case SP_OK:
        return html;
    case SP_LIMIT:
        return html_failed(html, err, HTML_TOO_DEEP);
    default:
        return html_failed(html, err, "takes too much memory");
    }
}


/* gumbo looks at the byte behind a text that ends in "&amp". */

static char *
html_copy(const char *text, size_t len)
{
    char  *copy;

    copy = malloc(len + 1);

    if (copy == NULL) {
        return NULL;
    }

    if (len != 0) {
        memcpy(copy, text, len);
    }

    copy[len] = '\0';

    return copy;
}


static html_t *
html_failed(html_t *html, sp_error_t *err, const char *why)
{
    (void) snprintf(err->text, sizeof(err->text), "%s", why);
    html_free(html);

    return NULL;
}


void
html_free(html_t *html)
{
    if (html == NULL) {
        return;
    }

    sp_arena_destroy(html->arena);
    free(html->parsed);
    free(html);
}


const html_node_t *
html_root(const html_t *html)
{
    return html->root;
}


size_t
html_count(const html_t *html)
{
    return html->count;
}


void
html_position(const html_t *html, size_t offset, unsigned *line,
    unsigned *column)
{
    html_place(html->source.data, html->source.len, offset, line, column);
}


const html_node_t *
html_next(const html_node_t *node, const html_node_t *top)
{
    return node->first != NULL ? node->first : html_after(node, top);
}


const html_node_t *
html_after(const html_node_t *node, const html_node_t *top)
{
    while (node != NULL && node != top) {
        if (node->next != NULL) {
            return node->next;
        }

        node = node->parent;
    }

    return NULL;
}


const html_node_t *
html_find(const html_node_t *node, const html_node_t *top, const char *name)
{
    while ((node = html_next(node, top)) != NULL) {
        if (html_is(node, name)) {
            return node;
        }
    }

    return NULL;
}


int
html_is(const html_node_t *node, const char *name)
{
    size_t  i;

    if (node->type != HTML_ELEMENT) {
        return 0;
    }

    /* most differ in the first letter: no library is called for that */

    for (i = 0; i < node->name.len; i++) {
        if (name[i] != node->name.data[i] || name[i] == '\0') {
            return 0;
        }
    }

    return name[i] == '\0';
}


const html_attr_t *
html_attr(const html_node_t *node, const char *name)
{
    size_t  i, len;

    len = strlen(name);

    for (i = 0; i < node->nattrs; i++) {
        if (node->attrs[i].name.len == len
            && memcmp(node->attrs[i].name.data, name, len) == 0)
        {
            return &node->attrs[i];
        }
    }

    return NULL;
}


int
html_has_class(const html_node_t *node, const sp_str_t *name)
{
    size_t              i, from;
    const html_attr_t  *attr;

    attr = html_attr(node, "class");

    if (attr == NULL) {
        return 0;
    }

    for (i = 0; i < attr->value.len; i++) {
        from = i;

        while (i < attr->value.len
               && memchr(" \t\n\f\r", attr->value.data[i], 5) == NULL)
        {
            i++;
        }

        if (i - from == name->len && i != from
            && memcmp(attr->value.data + from, name->data, name->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* gumbo does not expect that there is no memory: it does not return then. */

static void *
html_alloc(void *data, size_t size)
{
    void    *p;
    html_t  *html;

    html = data;
    p = sp_alloc(sp_arena_pool(html->arena), size);

    if (p == NULL) {
        longjmp(html->no_memory, 1);
    }

    return p;
}


static void
html_dealloc(void *data, void *p)
{
    /* with the arena */
}


static int
html_read(html_t *html)
{
    GumboOptions        options;
    const GumboOutput  *output;

    if (setjmp(html->no_memory) != 0) {
        return SP_NOMEM;
    }

    options = kGumboDefaultOptions;
    options.allocator = html_alloc;
    options.deallocator = html_dealloc;
    options.userdata = html;
    options.max_errors = 0;

    output = gumbo_parse_with_options(&options, html->parsed,
                                      html->source.len);

    return html_tree(html, output->document);
}


static int
html_tree(html_t *html, const GumboNode *from)
{
    html_node_t        *node;
    html_level_t        stack[HTML_STACK], *level;
    const GumboNode    *child;
    const GumboVector  *children;
    size_t              depth;

    html->root = html_node(html, NULL, from);
    stack[0].from = from;
    stack[0].to = html->root;
    stack[0].next = 0;
    depth = 1;

    while (depth > 0) {
        level = &stack[depth - 1];
        children = level->from->type == GUMBO_NODE_DOCUMENT
                   ? &level->from->v.document.children
                   : &level->from->v.element.children;

        if (level->next == children->length) {
            depth--;
            continue;
        }

        child = children->data[level->next++];
        node = html_node(html, level->to, child);

        if (node->type == HTML_ELEMENT) {
            if (depth == HTML_STACK) {
                return SP_LIMIT;
            }

            stack[depth].from = child;
            stack[depth].to = node;
            stack[depth].next = 0;
            depth++;
        }
    }

    return SP_OK;
}


/* Appended to the children of parent. */

static html_node_t *
html_node(html_t *html, html_node_t *parent, const GumboNode *from)
{
    html_node_t  *node;

    node = html_alloc(html, sizeof(html_node_t));
    memset(node, 0, sizeof(html_node_t));

    node->parent = parent;
    node->index = html->count++;

    if (parent != NULL) {
        node->prev = parent->last;
        parent->last = node;

        if (node->prev != NULL) {
            node->prev->next = node;
        } else {
            parent->first = node;
        }
    }

    switch (from->type) {
    case GUMBO_NODE_DOCUMENT:
        node->end_tag = html->source.len;
        node->end = html->source.len;
        break;

    case GUMBO_NODE_ELEMENT:
    case GUMBO_NODE_TEMPLATE:
        html_element(html, node, from);
        break;

    default:
        node->type = from->type == GUMBO_NODE_COMMENT ? HTML_COMMENT
                                                      : HTML_TEXT;
        node->text.data = from->v.text.text;
        node->text.len = strlen(from->v.text.text);
        node->start = html_offset(html, from->v.text.original_text.data);
        node->start_end = node->start + from->v.text.original_text.length;
        node->end_tag = node->start_end;
        node->end = node->start_end;
    }

    return node;
}


static void
html_element(html_t *html, html_node_t *node, const GumboNode *from)
{
    GumboStringPiece     name;
    const GumboElement  *e;

    e = &from->v.element;
    node->type = HTML_ELEMENT;

    if (e->tag == GUMBO_TAG_UNKNOWN) {
        name = e->original_tag;
        gumbo_tag_from_original_text(&name);
        node->name = html_lower(html, name.data, name.length);

    } else {
        node->name.data = gumbo_normalized_tagname(e->tag);
        node->name.len = strlen(node->name.data);
    }

    if (e->original_tag.data == NULL || e->original_tag.length == 0
        || (from->parse_flags & HTML_NOT_WRITTEN))
    {
        node->implied = 1;
    }

    if (e->original_tag.data != NULL) {
        node->start = html_offset(html, e->original_tag.data);
        node->start_end = node->start + e->original_tag.length;

    } else {
        node->start = e->start_pos.offset;
        node->start_end = node->start;
    }

    if (e->original_end_tag.data != NULL && e->original_end_tag.length != 0) {
        node->end_tag = html_offset(html, e->original_end_tag.data);
        node->end = node->end_tag + e->original_end_tag.length;

    } else {
        node->end_tag = e->end_pos.offset;

        if (node->end_tag < node->start_end
            || node->end_tag > html->source.len)
        {
            node->end_tag = node->start_end;
        }

        node->end = node->end_tag;
    }

    html_attributes(html, node, &e->attributes);
}


static void
html_attributes(html_t *html, html_node_t *node, const GumboVector *from)
{
    unsigned               i;
    html_attr_t           *attr;
    const GumboAttribute  *a;

    if (from->length == 0) {
        return;
    }

    node->attrs = html_alloc(html, from->length * sizeof(html_attr_t));
    memset(node->attrs, 0, from->length * sizeof(html_attr_t));
    node->nattrs = from->length;

    for (i = 0; i < from->length; i++) {
        a = from->data[i];
        attr = &node->attrs[i];

        attr->name = html_lower(html, a->name, strlen(a->name));
        attr->value.data = a->value;
        attr->value.len = strlen(a->value);
        attr->name_start = html_offset(html, a->original_name.data);
        attr->name_end = attr->name_start + a->original_name.length;
        html_value(html, attr, a);
    }
}


/*
 * Of a value that is not quoted and begins with a character reference, gumbo
 * says that it begins after that; where one ends it says right.  Without a
 * value it says that it is the name.
 */

static void
html_value(const html_t *html, html_attr_t *attr, const GumboAttribute *a)
{
    char    quote;
    size_t  at, end;

    attr->value_start = attr->name_end;
    attr->value_end = attr->name_end;
    at = html_skip(html, attr->name_end);

    if (a->original_name.data == NULL || html->parsed[at] != '=') {
        return;
    }

    at = html_skip(html, at + 1);
    end = html_offset(html, a->original_value.data)
          + a->original_value.length;

    if (a->original_value.data == a->original_name.data) {
        end = at;
    }

    if (at > end || end > html->source.len) {
        return;
    }

    quote = html->parsed[at];

    if (at == end || (quote != '"' && quote != '\'')) {
        attr->value_start = at;
        attr->value_end = end;

    } else if (end - at >= 2) {
        attr->value_start = at + 1;
        attr->value_end = end - 1;
        attr->quote = quote;
    }
}


/* Where what follows the white space at an offset is. */

static size_t
html_skip(const html_t *html, size_t at)
{
    while (at < html->source.len
           && memchr(" \t\n\f\r", html->parsed[at], 5) != NULL)
    {
        at++;
    }

    return at;
}


static sp_str_t
html_lower(html_t *html, const char *text, size_t len)
{
    char      *p;
    size_t     i;
    sp_str_t   s;

    p = html_alloc(html, len + 1);

    for (i = 0; i < len; i++) {
        p[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char) (text[i] | 0x20)
                                                : text[i];
    }

    p[len] = '\0';
    s.data = p;
    s.len = len;

    return s;
}


/* Of a place in what was parsed. */

static size_t
html_offset(const html_t *html, const char *p)
{
    return p >= html->parsed && p <= html->parsed + html->source.len
           ? (size_t) (p - html->parsed) : 0;
}
