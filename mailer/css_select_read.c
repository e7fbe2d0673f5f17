/*
 * Copyright (C) SitePreserver developers
 *
 * Reads a selector.
 */

#include "css_select.h"


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


static void
css_read_parts(css_reader_t *r)
{
    char          combinator;
    css_part_t   *part;
    css_simple_t *simples;

    combinator = '\0';

    for ( ;; ) {
        while (r->p < r->end && css_space(*r->p)) {
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

    while (r->p < r->end && !css_space(*r->p)
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

    while (r->p < end && css_space(*r->p)) {
        r->p++;
    }

    name = css_read_name(r);
    simple->name = css_lower(r->arena, &name);

    while (r->p < end && css_space(*r->p)) {
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

    if (name.len == 0 && r->p < r->end && !css_space(*r->p)) {
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
