/*
 * Copyright (C) SitePreserver developers
 *
 * Does an element match a selector?
 */

#include "css_select.h"


#define CSS_DEPTH  (HTML_DEPTH_MAX + 64)


static css_match_t css_path(const css_selector_t *selector,
    const html_node_t *const *path, size_t n, css_match_t enough);
static css_match_t css_part(const css_part_t *part, const html_node_t *node);
static css_match_t css_compound(const css_simple_t *simple,
    const html_node_t *node);
static css_match_t css_simple(const css_simple_t *simple,
    const html_node_t *node);
static int css_attribute(const css_simple_t *simple, const html_node_t *node);
static const html_node_t *css_before(const html_node_t *node);


unsigned
css_specificity(const css_selector_t *selector)
{
    return selector->specificity;
}


css_match_t
css_matches(const css_selector_t *selector, const html_node_t *node)
{
    size_t              i, n;
    css_match_t         match;
    const html_node_t  *path[CSS_DEPTH], *parent;

    if (selector->n == 0) {
        return CSS_MAYBE;
    }

    match = css_part(&selector->parts[selector->n - 1], node);

    if (match == CSS_NO) {
        return CSS_NO;
    }

    if (selector->unknown) {
        return CSS_MAYBE;
    }

    if (selector->n == 1) {
        return match;
    }

    n = 0;

    for (parent = node; parent != NULL && n < CSS_DEPTH;
         parent = parent->parent)
    {
        if (parent->type == HTML_ELEMENT) {
            path[n++] = parent;
        }
    }

    for (i = 0; i < n / 2; i++) {
        parent = path[i];
        path[i] = path[n - 1 - i];
        path[n - 1 - i] = parent;
    }

    if (css_path(selector, path, n, CSS_YES) == CSS_YES) {
        return CSS_YES;
    }

    return css_path(selector, path, n, CSS_MAYBE);
}


/*
 * From the root to the element: which parts, one bit each, have matched this
 * element, and which any so far.
 */

static css_match_t
css_path(const css_selector_t *selector, const html_node_t *const *path,
    size_t n, css_match_t enough)
{
    size_t             i, k;
    unsigned           here, parent, any, before;
    const css_part_t  *part;

    here = 0;
    any = 0;

    for (i = 0; i < n; i++) {
        parent = here;
        here = 0;

        for (k = 0; k < selector->n; k++) {
            part = &selector->parts[k];
            before = k == 0 ? 1 : 1u << (k - 1);

            if (k != 0 && ((part->child ? parent : any) & before) == 0) {
                continue;
            }

            if (css_part(part, path[i]) >= enough) {
                here |= 1u << k;
            }
        }

        any |= here;
    }

    return (here & 1u << (selector->n - 1)) != 0 ? enough : CSS_NO;
}


static css_match_t
css_part(const css_part_t *part, const html_node_t *node)
{
    css_match_t         match, sibling;
    const html_node_t  *before;

    match = css_compound(part->simples, node);

    if (match == CSS_NO || !part->has_sibling) {
        return match;
    }

    before = css_before(node);
    sibling = before != NULL ? css_compound(part->sibling, before) : CSS_NO;

    return sibling < match ? sibling : match;
}


static css_match_t
css_compound(const css_simple_t *simple, const html_node_t *node)
{
    css_match_t  match, all;

    all = CSS_YES;

    for ( /* void */ ; simple != NULL; simple = simple->next) {
        match = css_simple(simple, node);

        if (match == CSS_NO) {
            return CSS_NO;
        }

        if (match < all) {
            all = match;
        }
    }

    return all;
}


static css_match_t
css_simple(const css_simple_t *simple, const html_node_t *node)
{
    int                 yes;
    const html_attr_t  *attr;

    switch (simple->type) {
    case CSS_TYPE:
        yes = simple->name.len == 0 || sp_str_eq(&simple->name, &node->name);
        break;

    case CSS_ID:
        attr = html_attr(node, "id");
        yes = attr != NULL && sp_str_eq(&simple->name, &attr->value);
        break;

    case CSS_CLASS:
        yes = html_has_class(node, &simple->name);
        break;

    case CSS_LINK:
        yes = html_is(node, "a") && html_attr(node, "href") != NULL;
        break;

    case CSS_ROOT:
        yes = html_is(node, "html");
        break;

    case CSS_NEVER:
        yes = 0;
        break;

    case CSS_UNKNOWN:
        return CSS_MAYBE;

    default:
        yes = css_attribute(simple, node);
    }

    return yes ? CSS_YES : CSS_NO;
}


static int
css_attribute(const css_simple_t *simple, const html_node_t *node)
{
    size_t              i, from, len;
    sp_str_t            value, word;
    const html_attr_t  *attr;

    attr = NULL;

    for (i = 0; i < node->nattrs; i++) {
        if (sp_str_eq(&node->attrs[i].name, &simple->name)) {
            attr = &node->attrs[i];
            break;
        }
    }

    if (attr == NULL || simple->type == CSS_HAS) {
        return attr != NULL;
    }

    value = attr->value;
    len = simple->value.len;

    if (simple->type == CSS_EQUALS) {
        return sp_str_eq(&value, &simple->value);
    }

    if (len == 0 || len > value.len) {
        return 0;
    }

    if (simple->type == CSS_WORD) {
        from = 0;

        while (css_word(&value, &from, &word)) {
            if (sp_str_eq(&word, &simple->value)) {
                return 1;
            }
        }

        return 0;
    }

    from = simple->type == CSS_ENDS ? value.len - len : 0;

    for (i = from; i <= value.len - len; i++) {
        if (memcmp(value.data + i, simple->value.data, len) == 0) {
            return 1;
        }

        if (simple->type == CSS_BEGINS) {
            return 0;
        }
    }

    return 0;
}


static const html_node_t *
css_before(const html_node_t *node)
{
    do {
        node = node->prev;
    } while (node != NULL && node->type != HTML_ELEMENT);

    return node;
}
