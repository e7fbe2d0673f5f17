/*
 * Copyright (C) SitePreserver developers
 *
 * Selectors: types, classes, ids, attributes, and elements in elements.
 */

#include "css.h"


#define CSS_DEPTH  (HTML_DEPTH_MAX + 64)


typedef enum {
    CSS_TYPE = 0,
    CSS_ID,
    CSS_CLASS,
    CSS_HAS,                        /* [name] */
    CSS_EQUALS,                     /* [name=value] */
    CSS_BEGINS,                     /* [name^=value] */
    CSS_ENDS,                       /* [name$=value] */
    CSS_CONTAINS,                   /* [name*=value] */
    CSS_WORD,                       /* [name~=value] */
    CSS_LINK,                       /* :link */
    CSS_ROOT,                       /* :root */
    CSS_NEVER,                      /* :hover, ::before: not at rest */
    CSS_UNKNOWN
} css_simple_type_t;


typedef struct css_simple_s  css_simple_t;

struct css_simple_s {
    css_simple_t       *next;
    css_simple_type_t   type;
    sp_str_t            name;
    sp_str_t            value;
};


/* What one element has to be, and how it lies to that of the part before. */

typedef struct {
    css_simple_t  *simples;
    css_simple_t  *sibling;         /* of the element just before it */
    unsigned       child:1;         /* ">" */
    unsigned       has_sibling:1;
} css_part_t;


struct css_selector_s {
    css_part_t   parts[CSS_PARTS_MAX];
    size_t       n;
    unsigned     specificity;
    unsigned     unknown:1;         /* not understood as a whole */
};


typedef struct {
    sp_arena_t      *arena;
    css_selector_t  *selector;
    const char      *p;
    const char      *end;
    unsigned         failed:1;
} css_reader_t;


static void css_read_parts(css_reader_t *r);
static css_simple_t *css_read_compound(css_reader_t *r);
static int css_read_simple(css_reader_t *r, css_simple_t *simple);
static void css_read_attribute(css_reader_t *r, css_simple_t *simple);
static void css_read_pseudo(css_reader_t *r, css_simple_t *simple);
static sp_str_t css_read_name(css_reader_t *r);
static css_match_t css_path(const css_selector_t *selector,
    const html_node_t *const *path, size_t n, css_match_t enough);
static css_match_t css_part(const css_part_t *part, const html_node_t *node);
static css_match_t css_compound(const css_simple_t *simple,
    const html_node_t *node);
static css_match_t css_simple(const css_simple_t *simple,
    const html_node_t *node);
static int css_attribute(const css_simple_t *simple, const html_node_t *node);
static const html_node_t *css_before(const html_node_t *node);
static int css_blank(char c);


css_selector_t *
css_selector(sp_arena_t *arena, const sp_str_t *text)
{
    css_reader_t  r;

    r.arena = arena;
    r.selector = sp_calloc(sp_arena_pool(arena), sizeof(css_selector_t));
    r.p = text->data;
    r.end = text->data + text->len;
    r.failed = 0;

    if (r.selector == NULL) {
        return NULL;
    }

    css_read_parts(&r);

    return r.failed ? NULL : r.selector;
}


unsigned
css_specificity(const css_selector_t *selector)
{
    return selector->specificity;
}


static void
css_read_parts(css_reader_t *r)
{
    char          combinator;
    css_part_t   *part;
    css_simple_t *simples;

    combinator = '\0';

    for ( ;; ) {
        while (r->p < r->end && css_blank(*r->p)) {
            r->p++;
        }

        if (r->p == r->end) {
            break;
        }

        if (memchr(">+~", *r->p, 3) != NULL) {
            combinator = *r->p++;
            continue;
        }

        simples = css_read_compound(r);

        if (simples == NULL || r->selector->n == CSS_PARTS_MAX) {
            r->selector->unknown = 1;
            break;
        }

        part = &r->selector->parts[r->selector->n];

        if (combinator == '+' && r->selector->n > 0
            && !part[-1].has_sibling)
        {
            part--;
            part->sibling = part->simples;
            part->has_sibling = 1;
            part->simples = simples;

        } else {
            if (combinator == '+' || combinator == '~') {
                r->selector->unknown = 1;
            }

            part->simples = simples;
            part->child = combinator == '>';
            r->selector->n++;
        }

        combinator = '\0';
    }

    if (r->selector->n == 0) {
        r->selector->unknown = 1;
    }
}


/* "td.a#b[c]:link"; NULL: not understood. */

static css_simple_t *
css_read_compound(css_reader_t *r)
{
    css_simple_t   *first, **next, *simple;

    static const unsigned  weights[] = {
        1, 1 << 16, 1 << 8, 1 << 8, 1 << 8, 1 << 8, 1 << 8, 1 << 8, 1 << 8,
        1 << 8, 1 << 8, 1 << 8, 1 << 8
    };

    first = NULL;
    next = &first;

    while (r->p < r->end && !css_blank(*r->p)
           && memchr(">+~", *r->p, 3) == NULL)
    {
        simple = sp_calloc(sp_arena_pool(r->arena), sizeof(css_simple_t));

        if (simple == NULL) {
            r->failed = 1;
            return NULL;
        }

        if (!css_read_simple(r, simple)) {
            return NULL;
        }

        if (simple->type != CSS_TYPE || simple->name.len != 0) {
            r->selector->specificity += weights[simple->type];
        }

        *next = simple;
        next = &simple->next;
    }

    return first;
}


static int
css_read_simple(css_reader_t *r, css_simple_t *simple)
{
    sp_str_t  name;

    switch (*r->p) {
    case '*':
        r->p++;
        simple->type = CSS_TYPE;
        return 1;

    case '#':
        r->p++;
        simple->type = CSS_ID;
        simple->name = css_read_name(r);
        return simple->name.len != 0;

    case '.':
        r->p++;
        simple->type = CSS_CLASS;
        simple->name = css_read_name(r);
        return simple->name.len != 0;

    case '[':
        css_read_attribute(r, simple);
        return 1;

    case ':':
        css_read_pseudo(r, simple);
        return 1;

    default:
        simple->type = CSS_TYPE;
        name = css_read_name(r);
        simple->name = css_lower(r->arena, &name);
        return simple->name.len != 0;
    }
}


static void
css_read_attribute(css_reader_t *r, css_simple_t *simple)
{
    char         sign;
    sp_str_t     name, value;
    const char  *end;

    simple->type = CSS_UNKNOWN;
    end = memchr(r->p, ']', (size_t) (r->end - r->p));

    if (end == NULL) {
        r->p = r->end;
        return;
    }

    r->p++;

    while (r->p < end && css_blank(*r->p)) {
        r->p++;
    }

    name = css_read_name(r);
    simple->name = css_lower(r->arena, &name);

    while (r->p < end && css_blank(*r->p)) {
        r->p++;
    }

    if (r->p >= end) {
        simple->type = CSS_HAS;
        r->p = end + 1;
        return;
    }

    sign = *r->p;
    r->p += sign == '=' || r->p + 1 == end ? 1 : 2;
    value = css_trim(r->p, end);
    r->p = end + 1;

    if (value.len >= 2 && (value.data[0] == '"' || value.data[0] == '\'')
        && value.data[value.len - 1] == value.data[0])
    {
        value.data++;
        value.len -= 2;
    }

    simple->value = value;
    simple->type = sign == '=' ? CSS_EQUALS : sign == '^' ? CSS_BEGINS
                   : sign == '$' ? CSS_ENDS : sign == '*' ? CSS_CONTAINS
                   : sign == '~' ? CSS_WORD : CSS_UNKNOWN;
}


static void
css_read_pseudo(css_reader_t *r, css_simple_t *simple)
{
    size_t    i;
    sp_str_t  name;

    static const char *const  never[] = {
        "hover", "active", "focus", "visited", "focus-within",
        "focus-visible", "checked", "target", "before", "after",
        "first-letter", "first-line", "-moz-focus-inner", "selection",
        "placeholder", "-ms-input-placeholder"
    };

    while (r->p < r->end && *r->p == ':') {
        r->p++;
    }

    name = css_read_name(r);
    simple->type = css_is(&name, "link") ? CSS_LINK
                   : css_is(&name, "root") ? CSS_ROOT : CSS_UNKNOWN;

    for (i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
        if (css_is(&name, never[i])) {
            simple->type = CSS_NEVER;
        }
    }

    if (r->p < r->end && *r->p == '(') {
        while (r->p < r->end && *r->p != ')') {
            r->p++;
        }

        if (r->p < r->end) {
            r->p++;
        }
    }

    /* a name that is none would not let the reader go on */

    if (name.len == 0 && r->p < r->end && !css_blank(*r->p)) {
        r->p++;
    }
}


static sp_str_t
css_read_name(css_reader_t *r)
{
    char      c;
    sp_str_t  name;

    name.data = r->p;

    for ( /* void */ ; r->p < r->end; r->p++) {
        c = *r->p;

        if (c == '\\' && r->p + 1 < r->end) {

            /* with its backslash it is no name that an element has */

            r->selector->unknown = 1;
            r->p++;
            continue;
        }

        if (((c | 0x20) < 'a' || (c | 0x20) > 'z') && (c < '0' || c > '9')
            && c != '-' && c != '_' && ((unsigned char) c & 0x80) == 0)
        {
            break;
        }
    }

    name.len = (size_t) (r->p - name.data);

    return name;
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


static int
css_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}
