/*
 * Copyright (C) SitePreserver developers
 *
 * Style sheets, and the cascade (CSS 2.2, 6.4).
 */

#include <stdlib.h>

#include "css.h"


#define CSS_MEMORY_MAX  (64 * 1024 * 1024)
#define CSS_INLINE      (1u << 24)      /* beats every selector */
#define CSS_IMPORTANT   (1u << 25)


typedef struct {
    css_selector_t    *selector;
    const css_decls_t *decls;
    uint8_t            media[CSS_ENVS];     /* css_match_t */
} css_rule_t;


/* What the cascade leaves of an element, by property. */

typedef struct {
    css_value_t        values[CSS_PROPS];
    unsigned           weights[CSS_PROPS];
} css_style_t;


struct css_s {
    const html_t      *html;
    sp_arena_t        *arena;
    css_rule_t        *rules;
    size_t             nrules;
    size_t             size;
    css_style_t      **styles[CSS_ENVS];    /* by the node's index */
    css_style_t        nothing;             /* of most nodes */
    size_t             import;
    unsigned           dark:1;
    unsigned           too_large:1;
    unsigned           failed:1;
};


typedef struct {
    const char        *p;
    const char        *end;
    sp_str_t           media[CSS_MEDIA_MAX];
    size_t             nmedia;
    size_t             unknown;         /* blocks whose rules may not apply */
    unsigned           open;            /* blocks of nmedia and unknown */
    size_t             offset;          /* of the text in the source */
    const char        *text;
} css_sheet_t;


static void css_read_style(css_t *css, const html_node_t *style);
static void css_read_sheet(css_t *css, css_sheet_t *s);
static void css_read_at(css_t *css, css_sheet_t *s);
static void css_read_rule(css_t *css, css_sheet_t *s);
static void css_add_rule(css_t *css, const css_sheet_t *s,
    const sp_str_t *selector, const css_decls_t *decls);
static const char *css_find(const css_sheet_t *s, const char *stop);
static const char *css_skip_block(const char *p, const char *end);
static char *css_uncomment(css_t *css, const sp_str_t *text);
static css_style_t *css_style(css_t *css, const html_node_t *node,
    css_env_t env);
static css_style_t *css_own(css_t *css, css_style_t *style);
static void css_apply(css_style_t *style, const css_decls_t *decls,
    unsigned weight, css_match_t match);


css_t *
css_create(const html_t *html)
{
    size_t              i;
    css_t              *css;
    const html_node_t  *style;

    css = calloc(1, sizeof(css_t));

    if (css == NULL) {
        return NULL;
    }

    css->html = html;
    css->arena = sp_arena_create(CSS_MEMORY_MAX);

    for (i = 0; i < CSS_ENVS && css->arena != NULL; i++) {
        css->styles[i] = calloc(html_count(html), sizeof(css_style_t *));

        if (css->styles[i] == NULL) {
            css->failed = 1;
        }
    }

    if (css->arena == NULL || css->failed) {
        css_free(css);
        return NULL;
    }

    for (style = html_find(html_root(html), NULL, "style"); style != NULL;
         style = html_find(style, NULL, "style"))
    {
        css_read_style(css, style);
    }

    if (css->nrules * html_count(html) > CSS_WORK_MAX) {
        css->too_large = 1;
    }

    if (css->failed) {
        css_free(css);
        return NULL;
    }

    return css;
}


void
css_free(css_t *css)
{
    size_t  i;

    if (css == NULL) {
        return;
    }

    for (i = 0; i < CSS_ENVS; i++) {
        free(css->styles[i]);
    }

    free(css->rules);
    sp_arena_destroy(css->arena);
    free(css);
}


int
css_is_too_large(const css_t *css)
{
    return css->too_large;
}


size_t
css_import(const css_t *css)
{
    return css->import;
}


int
css_has_dark(const css_t *css)
{
    return css->dark;
}


css_value_t
css_value(css_t *css, const html_node_t *node, css_env_t env, css_prop_t prop)
{
    css_value_t   value;
    css_style_t  *style;

    style = css->too_large ? NULL : css_style(css, node, env);

    if (style == NULL) {
        value.state = CSS_MAYBE;
        value.text.data = "";
        value.text.len = 0;
        return value;
    }

    return style->values[prop];
}


static css_style_t *
css_style(css_t *css, const html_node_t *node, css_env_t env)
{
    size_t              i;
    css_decls_t         decls;
    css_match_t         match;
    css_style_t        *style;
    const css_rule_t   *rule;
    const html_attr_t  *attr;

    style = css->styles[env][node->index];

    if (style != NULL) {
        return style;
    }

    style = &css->nothing;

    for (i = 0; i < css->nrules; i++) {
        rule = &css->rules[i];

        if (rule->media[env] == CSS_NO) {
            continue;
        }

        match = css_matches(rule->selector, node);

        if (rule->media[env] < match) {
            match = (css_match_t) rule->media[env];
        }

        if (match != CSS_NO) {
            style = css_own(css, style);

            if (style == NULL) {
                return NULL;
            }

            css_apply(style, rule->decls, css_specificity(rule->selector),
                      match);
        }
    }

    attr = html_attr(node, "style");

    if (attr != NULL) {
        memset(&decls, 0, sizeof(css_decls_t));
        decls.arena = css->arena;
        css_declarations(&decls, &attr->value);
        style = css_own(css, style);

        if (decls.failed || style == NULL) {
            return NULL;
        }

        css_apply(style, &decls, CSS_INLINE, CSS_YES);
    }

    css->styles[env][node->index] = style;

    return style;
}


/* A style that may be written; NULL: no memory. */

static css_style_t *
css_own(css_t *css, css_style_t *style)
{
    return style != &css->nothing ? style
           : sp_calloc(sp_arena_pool(css->arena), sizeof(css_style_t));
}


/* In the order of the source: what is equal in weight replaces. */

static void
css_apply(css_style_t *style, const css_decls_t *decls, unsigned weight,
    css_match_t match)
{
    size_t             i;
    unsigned           w;
    css_value_t       *value;
    const css_decl_t  *decl;

    for (i = 0; i < decls->n; i++) {
        decl = &decls->decls[i];
        value = &style->values[decl->prop];
        w = weight + (decl->important ? CSS_IMPORTANT : 0);

        if (value->state != CSS_NO && w < style->weights[decl->prop]) {
            continue;
        }

        /* the same either way */

        if (match == CSS_MAYBE && value->state == CSS_YES && !decl->unknown
            && sp_str_eq(&value->text, &decl->value))
        {
            continue;
        }

        value->state = decl->unknown ? CSS_MAYBE : match;
        value->text = decl->value;
        style->weights[decl->prop] = w;
    }
}


static void
css_read_style(css_t *css, const html_node_t *style)
{
    css_sheet_t         s;
    const html_attr_t  *attr;

    attr = html_attr(style, "type");

    if (style->first == NULL || style->first->type != HTML_TEXT
        || (attr != NULL && attr->value.len != 0
            && !css_is(&attr->value, "text/css")))
    {
        return;
    }

    memset(&s, 0, sizeof(css_sheet_t));
    attr = html_attr(style, "media");

    if (attr != NULL && attr->value.len != 0) {
        s.media[0] = attr->value;
        s.nmedia = 1;
    }

    s.text = css_uncomment(css, &style->first->text);
    s.offset = style->first->start;

    if (s.text == NULL) {
        css->failed = 1;
        return;
    }

    s.p = s.text;
    s.end = s.text + style->first->text.len;
    css_read_sheet(css, &s);
}


/* Comments become blanks, so that places stay; so do "<!--" and "-->". */

static char *
css_uncomment(css_t *css, const sp_str_t *text)
{
    char    *p;
    size_t   i, end;

    p = sp_alloc(sp_arena_pool(css->arena), text->len + 1);

    if (p == NULL) {
        return NULL;
    }

    memcpy(p, text->data, text->len);
    p[text->len] = '\0';

    for (i = 0; i + 1 < text->len; i++) {
        if (p[i] == '/' && p[i + 1] == '*') {
            for (end = i + 2; end + 1 < text->len; end++) {
                if (p[end] == '*' && p[end + 1] == '/') {
                    break;
                }
            }

            end = end + 2 < text->len ? end + 2 : text->len;
            memset(p + i, ' ', end - i);
            i = end - 1;

        } else if (i + 3 < text->len && memcmp(p + i, "<!--", 4) == 0) {
            memset(p + i, ' ', 4);

        } else if (i + 2 < text->len && memcmp(p + i, "-->", 3) == 0) {
            memset(p + i, ' ', 3);
        }
    }

    return p;
}


static void
css_read_sheet(css_t *css, css_sheet_t *s)
{
    while (s->p < s->end) {
        if (*s->p == ' ' || (*s->p >= '\t' && *s->p <= '\r')
            || *s->p == ';')
        {
            s->p++;

        } else if (*s->p == '}') {
            s->p++;

            if (s->open > 0) {
                s->open--;

                if (s->unknown > 0) {
                    s->unknown--;

                } else {
                    s->nmedia--;
                }
            }

        } else if (*s->p == '@') {
            css_read_at(css, s);

        } else {
            css_read_rule(css, s);
        }
    }
}


static void
css_read_at(css_t *css, css_sheet_t *s)
{
    sp_str_t     name, text;
    const char  *start, *p;

    start = s->p;
    p = css_find(s, "{;");

    for (s->p++; s->p < p && (((*s->p | 0x20) >= 'a' && (*s->p | 0x20) <= 'z')
                              || *s->p == '-'); s->p++)
    {
        /* void */
    }

    name.data = start + 1;
    name.len = (size_t) (s->p - name.data);
    text = css_trim(s->p, p);

    if (css_is(&name, "import") && css->import == 0) {
        css->import = s->offset + (size_t) (start - s->text);
    }

    if (p == s->end || *p == ';') {
        s->p = p < s->end ? p + 1 : p;
        return;
    }

    s->p = p + 1;

    if (css_is(&name, "media") && s->nmedia < CSS_MEDIA_MAX
        && s->unknown == 0)
    {
        s->media[s->nmedia++] = text;
        s->open++;
        css->dark |= css_media_is_dark(&text);

    } else if (css_is(&name, "media") || css_is(&name, "supports")
               || css_is(&name, "-moz-document") || css_is(&name, "layer"))
    {
        s->unknown++;
        s->open++;

    } else {
        s->p = css_skip_block(s->p, s->end);
    }
}


static void
css_read_rule(css_t *css, css_sheet_t *s)
{
    sp_str_t      text, selector;
    const char   *p, *from, *end;
    css_decls_t  *decls;

    from = s->p;
    p = css_find(s, "{}");

    if (p == s->end || *p == '}') {
        s->p = p;
        return;
    }

    decls = sp_calloc(sp_arena_pool(css->arena), sizeof(css_decls_t));

    if (decls == NULL) {
        css->failed = 1;
        s->p = s->end;
        return;
    }

    end = css_skip_block(p + 1, s->end);
    text.data = p + 1;
    text.len = (size_t) (end - text.data);

    if (text.len != 0 && end[-1] == '}') {
        text.len--;
    }

    decls->arena = css->arena;
    css_declarations(decls, &text);
    s->p = end;

    while (from < p && decls->n != 0) {
        selector.data = from;

        while (from < p && *from != ',') {
            from++;
        }

        selector = css_trim(selector.data, from);
        from++;

        if (selector.len != 0) {
            css_add_rule(css, s, &selector, decls);
        }
    }

    css->failed |= decls->failed;
}


static void
css_add_rule(css_t *css, const css_sheet_t *s, const sp_str_t *selector,
    const css_decls_t *decls)
{
    size_t        i, k, size;
    css_rule_t   *rule;
    css_match_t   match;

    if (css->nrules == CSS_RULES_MAX) {
        css->too_large = 1;
        return;
    }

    if (css->nrules == css->size) {
        size = css->size != 0 ? 2 * css->size : 64;
        rule = realloc(css->rules, size * sizeof(css_rule_t));

        if (rule == NULL) {
            css->failed = 1;
            return;
        }

        css->rules = rule;
        css->size = size;
    }

    rule = &css->rules[css->nrules];
    rule->decls = decls;
    rule->selector = css_selector(css->arena, selector);

    if (rule->selector == NULL) {
        css->failed = 1;
        return;
    }

    css->nrules++;

    for (i = 0; i < CSS_ENVS; i++) {
        rule->media[i] = s->unknown > 0 ? CSS_MAYBE : CSS_YES;

        for (k = 0; k < s->nmedia; k++) {
            match = css_media(&s->media[k], (css_env_t) i);

            if (match < rule->media[i]) {
                rule->media[i] = (uint8_t) match;
            }
        }
    }
}


/* The first of the bytes in stop, outside of quotes; or the end. */

static const char *
css_find(const css_sheet_t *s, const char *stop)
{
    char         quote;
    const char  *p;

    quote = '\0';

    for (p = s->p; p < s->end; p++) {
        if (quote != '\0') {
            if (*p == quote || *p == '\n') {
                quote = '\0';
            }

        } else if (*p == '"' || *p == '\'') {
            quote = *p;

        } else if (*p == stop[0] || *p == stop[1]) {
            break;
        }
    }

    return p;
}


/* From after a "{" to after its "}". */

static const char *
css_skip_block(const char *p, const char *end)
{
    char    quote;
    size_t  depth;

    quote = '\0';

    for (depth = 1; p < end && depth > 0; p++) {
        if (quote != '\0') {
            if (*p == quote || *p == '\n') {
                quote = '\0';
            }

        } else if (*p == '"' || *p == '\'') {
            quote = *p;

        } else if (*p == '{') {
            depth++;

        } else if (*p == '}') {
            depth--;
        }
    }

    return p;
}
