/*
 * Copyright (C) SitePreserver developers
 */

#include <stdlib.h>
#include <strings.h>

#include "import_css.h"


typedef void (*import_decl_pt)(void *data, const import_decl_t *decl);

typedef struct {
    import_css_t  *css;
    int            media;
} import_css_to_t;


static size_t import_css_atom(const sp_str_t *s, size_t i);
static size_t import_css_until(const sp_str_t *s, size_t i,
    const char *stops);
static size_t import_css_block(const sp_str_t *s, size_t i);
static sp_str_t import_css_trim(const char *from, const char *to);
static void import_css_rules(import_css_t *css, const sp_str_t *s, int media);
static void import_css_at(import_css_t *css, const sp_str_t *prelude,
    const sp_str_t *body, int media);
static void import_css_selectors(import_css_t *css, const sp_str_t *prelude,
    const sp_str_t *body);
static int import_css_selector(import_rule_t *rule, const sp_str_t *text);
static void import_css_decls(const sp_str_t *body, import_decl_pt add,
    void *data);
static void import_css_decl(const char *from, const char *to,
    import_decl_pt add, void *data);
static void import_css_keep(void *data, const import_decl_t *decl);
static void import_css_set(void *data, const import_decl_t *decl);
static int import_css_matches(const import_rule_t *rule,
    const html_node_t *node);
static int import_css_name_char(char c);


void
import_css_init(import_css_t *css)
{
    memset(css, 0, sizeof(import_css_t));

    css->rules = calloc(IMPORT_CSS_RULES, sizeof(import_rule_t));
    css->decls = calloc(IMPORT_CSS_DECLS, sizeof(import_decl_t));
    css->media = calloc(IMPORT_CSS_DECLS, sizeof(import_decl_t));

    if (css->rules == NULL || css->decls == NULL || css->media == NULL) {
        css->failed = 1;
    }
}


void
import_css_free(import_css_t *css)
{
    free(css->rules);
    free(css->decls);
    free(css->media);
}


void
import_css_parse(import_css_t *css, const sp_str_t *text)
{
    if (!css->failed) {
        import_css_rules(css, text, 0);
    }
}


/* The end of a comment, string or mustache tag that begins at i; else i. */

static size_t
import_css_atom(const sp_str_t *s, size_t i)
{
    char         c;
    size_t       n;
    const char  *p;

    p = s->data;
    c = p[i];

    if (i + 1 < s->len && ((c == '/' && p[i + 1] == '*')
                           || (c == '{' && p[i + 1] == '{')))
    {
        for (n = i + 2; n + 1 < s->len; n++) {
            if (c == '/' ? p[n] == '*' && p[n + 1] == '/'
                         : p[n] == '}' && p[n + 1] == '}')
            {
                return n + 2;
            }
        }

        return s->len;
    }

    if (c != '"' && c != '\'') {
        return i;
    }

    for (n = i + 1; n < s->len && p[n] != c; n++) {
        if (p[n] == '\\') {
            n++;
        }
    }

    return n < s->len ? n + 1 : s->len;
}


/* Where one of the stops is, outside of atoms and parentheses; or the end. */

static size_t
import_css_until(const sp_str_t *s, size_t i, const char *stops)
{
    size_t    next;
    unsigned  depth;

    depth = 0;

    while (i < s->len) {
        next = import_css_atom(s, i);

        if (next != i) {
            i = next;
            continue;
        }

        if (s->data[i] == '(') {
            depth++;

        } else if (s->data[i] == ')') {
            depth -= depth != 0;

        } else if (depth == 0 && s->data[i] != '\0'
                   && strchr(stops, s->data[i]) != NULL)
        {
            return i;
        }

        i++;
    }

    return s->len;
}


/* The "}" of a block whose inside begins at i, or the end. */

static size_t
import_css_block(const sp_str_t *s, size_t i)
{
    unsigned  depth;

    depth = 1;

    while ((i = import_css_until(s, i, "{}")) < s->len) {
        if (s->data[i] == '{') {
            depth++;

        } else if (--depth == 0) {
            return i;
        }

        i++;
    }

    return s->len;
}


/* Without white space, comments at the begin, and what hides a style. */

static sp_str_t
import_css_trim(const char *from, const char *to)
{
    size_t    n;
    sp_str_t  s;

    for ( ;; ) {
        s.data = from;
        s.len = (size_t) (to - from);

        if (s.len > 0 && (unsigned char) *from <= ' ') {
            from++;

        } else if (s.len > 1 && from[0] == '/' && from[1] == '*') {
            n = import_css_atom(&s, 0);
            from += n;

        } else if (s.len > 3 && memcmp(from, "<!--", 4) == 0) {
            from += 4;

        } else if (s.len > 2 && memcmp(from, "-->", 3) == 0) {
            from += 3;

        } else {
            break;
        }
    }

    while (s.len > 0 && (unsigned char) s.data[s.len - 1] <= ' ') {
        s.len--;
    }

    return s;
}


static void
import_css_rules(import_css_t *css, const sp_str_t *s, int media)
{
    size_t           i, from, end;
    sp_str_t         prelude, body;
    import_css_to_t  to;

    for (i = 0; i < s->len; /* void */ ) {
        from = i;
        i = import_css_until(s, i, "{;}");
        prelude = import_css_trim(s->data + from, s->data + i);

        if (i == s->len || s->data[i] != '{') {
            i++;
            continue;
        }

        end = import_css_block(s, i + 1);
        body.data = s->data + i + 1;
        body.len = end - i - 1;
        i = end + 1;

        if (prelude.len == 0) {
            continue;
        }

        if (prelude.data[0] == '@') {
            import_css_at(css, &prelude, &body, media);

        } else if (media) {
            to.css = css;
            to.media = 1;
            import_css_decls(&body, import_css_keep, &to);

        } else {
            import_css_selectors(css, &prelude, &body);
        }
    }
}


/* Only one level of @media: in another it is left as it is. */

static void
import_css_at(import_css_t *css, const sp_str_t *prelude,
    const sp_str_t *body, int media)
{
    if (!media && prelude->len > 6
        && strncasecmp(prelude->data, "@media", 6) == 0)
    {
        import_css_rules(css, body, 1);
    }
}


static void
import_css_selectors(import_css_t *css, const sp_str_t *prelude,
    const sp_str_t *body)
{
    size_t           i, from, first;
    sp_str_t         text;
    import_rule_t    rule;
    import_css_to_t  to;

    first = css->ndecls;
    to.css = css;
    to.media = 0;
    import_css_decls(body, import_css_keep, &to);

    for (i = 0; i < prelude->len; i++) {
        from = i;
        i = import_css_until(prelude, i, ",");
        text = import_css_trim(prelude->data + from, prelude->data + i);

        if (!import_css_selector(&rule, &text)) {
            css->skipped++;
            continue;
        }

        if (css->nrules == IMPORT_CSS_RULES) {
            css->failed = 1;
            return;
        }

        rule.first = first;
        rule.ndecls = css->ndecls - first;
        css->rules[css->nrules++] = rule;
    }
}


static int
import_css_selector(import_rule_t *rule, const sp_str_t *text)
{
    char      c;
    size_t    i, from;
    sp_str_t  name;

    memset(rule, 0, sizeof(import_rule_t));

    for (i = 0; i < text->len; /* void */ ) {
        c = text->data[i];

        if (c == '.' || c == '#') {
            i++;

        } else if (i != 0) {
            return 0;
        }

        from = i;

        while (i < text->len && import_css_name_char(text->data[i])) {
            i++;
        }

        name.data = text->data + from;
        name.len = i - from;

        if (name.len == 0) {
            return 0;
        }

        if (c == '#') {
            rule->id = name;
            rule->weight += 10000;

        } else if (c != '.') {
            rule->type = name;
            rule->weight += 1;

        } else if (rule->nclasses < IMPORT_CSS_CLASSES) {
            rule->classes[rule->nclasses++] = name;
            rule->weight += 100;

        } else {
            return 0;
        }
    }

    return text->len != 0;
}


static void
import_css_decls(const sp_str_t *body, import_decl_pt add, void *data)
{
    size_t  i, from;

    for (i = 0; i < body->len; i++) {
        from = i;
        i = import_css_until(body, i, ";");
        import_css_decl(body->data + from, body->data + i, add, data);
    }
}


static void
import_css_decl(const char *from, const char *to, import_decl_pt add,
    void *data)
{
    size_t         n;
    sp_str_t       text;
    const char    *colon;
    import_decl_t  decl;

    text = import_css_trim(from, to);
    colon = text.len != 0 ? memchr(text.data, ':', text.len) : NULL;

    if (colon == NULL) {
        return;
    }

    memset(&decl, 0, sizeof(import_decl_t));
    decl.name = import_css_trim(text.data, colon);
    decl.value = import_css_trim(colon + 1, text.data + text.len);

    for (n = 0; n < decl.name.len; n++) {
        if (!import_css_name_char(decl.name.data[n])) {
            return;
        }
    }

    n = decl.value.len;

    if (n > 9 && strncasecmp(decl.value.data + n - 9, "important", 9) == 0) {
        text = import_css_trim(decl.value.data, decl.value.data + n - 9);

        if (text.len != 0 && text.data[text.len - 1] == '!') {
            decl.value = import_css_trim(text.data,
                                         text.data + text.len - 1);
            decl.important = 1;
        }
    }

    if (decl.name.len != 0 && decl.value.len != 0) {
        add(data, &decl);
    }
}


static void
import_css_keep(void *data, const import_decl_t *decl)
{
    import_css_t     *css;
    import_css_to_t  *to;

    to = data;
    css = to->css;

    if ((to->media ? css->nmedia : css->ndecls) == IMPORT_CSS_DECLS) {
        css->failed = 1;

    } else if (to->media) {
        css->media[css->nmedia++] = *decl;

    } else {
        css->decls[css->ndecls++] = *decl;
    }
}


void
import_css_inline(const sp_str_t *text, import_style_t *style)
{
    import_css_decls(text, import_css_set, style);
}


/* A later declaration replaces an earlier one, unless that is important. */

static void
import_css_set(void *data, const import_decl_t *decl)
{
    size_t           i;
    import_style_t  *style;

    style = data;

    for (i = 0; i < style->n; i++) {
        if (style->decls[i].name.len != decl->name.len
            || strncasecmp(style->decls[i].name.data, decl->name.data,
                           decl->name.len) != 0)
        {
            continue;
        }

        if (style->decls[i].important && !decl->important) {
            return;
        }

        memmove(&style->decls[i], &style->decls[i + 1],
                (style->n - i - 1) * sizeof(import_decl_t));
        style->n--;
        break;
    }

    if (style->n < IMPORT_CSS_STYLE) {
        style->decls[style->n++] = *decl;
    }
}


void
import_css_style(const import_css_t *css, const html_node_t *node,
    import_style_t *style)
{
    size_t                i, k;
    unsigned              weight, next;
    const import_rule_t  *rule;

    style->n = 0;

    /* from the lightest to the heaviest; within one weight by order */

    for (weight = 0; weight != UINT32_MAX; weight = next) {
        next = UINT32_MAX;

        for (i = 0; i < css->nrules; i++) {
            rule = &css->rules[i];

            if (rule->weight < weight || !import_css_matches(rule, node)) {
                continue;
            }

            if (rule->weight > weight) {
                next = rule->weight < next ? rule->weight : next;
                continue;
            }

            for (k = 0; k < rule->ndecls; k++) {
                import_css_set(style, &css->decls[rule->first + k]);
            }
        }
    }
}


static int
import_css_matches(const import_rule_t *rule, const html_node_t *node)
{
    unsigned            i;
    const html_attr_t  *id;

    if (rule->type.len != 0
        && (rule->type.len != node->name.len
            || strncasecmp(rule->type.data, node->name.data,
                           node->name.len) != 0))
    {
        return 0;
    }

    if (rule->id.len != 0) {
        id = html_attr(node, "id");

        if (id == NULL || id->value.len != rule->id.len
            || memcmp(id->value.data, rule->id.data, id->value.len) != 0)
        {
            return 0;
        }
    }

    for (i = 0; i < rule->nclasses; i++) {
        if (!html_has_class(node, &rule->classes[i])) {
            return 0;
        }
    }

    return 1;
}


const import_decl_t *
import_css_find(const import_style_t *style, const char *name)
{
    size_t  i, len;

    len = strlen(name);

    for (i = 0; i < style->n; i++) {
        if (style->decls[i].name.len == len
            && strncasecmp(style->decls[i].name.data, name, len) == 0)
        {
            return &style->decls[i];
        }
    }

    return NULL;
}


static int
import_css_name_char(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
           || c == '-' || c == '_' || (unsigned char) c >= 0x80;
}
