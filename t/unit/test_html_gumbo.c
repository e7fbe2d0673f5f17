/*
 * Copyright (C) SitePreserver developers
 *
 * The HTML finder against gumbo, which builds the tree of the HTML Standard:
 * the same hits with the same texts, on generated pages and on pages of real
 * shops.  Pages are made so that what the finder does not follow (sp_html.h)
 * does not occur in them.
 */

#include "html_lab.h"
#include "page.h"

#include <gumbo.h>


#define TREE_STEPS  4
#define PAGE        (256 * 1024)
#define ROUNDS      3000
#define FEW         60          /* under valgrind */


/* A selector as the tree is searched for it. */

typedef struct {
    char        tag[32];
    char        word[32];
    char        attr[32];
    unsigned    nth;
} step_t;

typedef struct {
    step_t      steps[TREE_STEPS];
    unsigned    n;
    char        attr[32];               /* "": the text */
} selector_t;


static lab_t  lab, tree;


static void
tree_parse(selector_t *s, const char *text)
{
    char    *out;
    step_t  *step;

    memset(s, 0, sizeof(selector_t));
    step = &s->steps[0];
    s->n = 1;
    out = step->tag;

    for ( /* void */ ; *text != '\0'; text++) {

        switch (*text) {

        case ' ':
            step = &s->steps[s->n++];
            out = step->tag;
            break;

        case '.':
            out = step->word;
            break;

        case '[':
            out = step->attr;
            break;

        case ']':
            break;

        case '@':
            out = s->attr;
            break;

        case ':':
            step->nth = (unsigned) strtoul(text + 5, NULL, 10);
            text = strchr(text, ')');
            break;

        default:
            *out++ = *text;
            break;
        }
    }
}


static int
tree_is_tag(const GumboNode *node, const char *tag)
{
    GumboStringPiece  piece;

    if (node->v.element.tag != GUMBO_TAG_UNKNOWN) {
        return strcasecmp(gumbo_normalized_tagname(node->v.element.tag), tag)
               == 0;
    }

    piece = node->v.element.original_tag;
    gumbo_tag_from_original_text(&piece);

    return piece.length == strlen(tag)
           && strncasecmp(piece.data, tag, piece.length) == 0;
}


static int
tree_has_word(const char *value, const char *word)
{
    size_t       len;
    const char  *p;

    len = strlen(word);

    for (p = value; (p = strstr(p, word)) != NULL; p++) {
        if ((p == value || (unsigned char) p[-1] <= ' ')
            && (unsigned char) p[len] <= ' ')
        {
            return 1;
        }
    }

    return 0;
}


static int
tree_is(const GumboNode *node, const step_t *step)
{
    const GumboAttribute  *a;

    if (step->tag[0] != '\0' && !tree_is_tag(node, step->tag)) {
        return 0;
    }

    if (step->word[0] != '\0') {
        a = gumbo_get_attribute(&node->v.element.attributes, "class");

        if (a == NULL || !tree_has_word(a->value, step->word)) {
            return 0;
        }
    }

    return step->attr[0] == '\0'
           || gumbo_get_attribute(&node->v.element.attributes, step->attr)
              != NULL;
}


/* The nodes of the tree in order, down to which a selector led. */

static const GumboNode *
tree_next(const GumboNode *node, const GumboNode *root)
{
    const GumboNode    *parent;
    const GumboVector  *children;

    if (node->type == GUMBO_NODE_ELEMENT && node->v.element.children.length)
    {
        return node->v.element.children.data[0];
    }

    while (node != root) {
        parent = node->parent;
        children = parent->type == GUMBO_NODE_DOCUMENT
                   ? &parent->v.document.children
                   : &parent->v.element.children;

        if (node->index_within_parent + 1 < children->length) {
            return children->data[node->index_within_parent + 1];
        }

        node = parent;
    }

    return NULL;
}


/* Is it a hit of the first n steps, within root (not root itself)? */

static int
tree_leads(const selector_t *s, unsigned n, const GumboNode *node,
    const GumboNode *root);

static unsigned
tree_count(const selector_t *s, unsigned n, const GumboNode *node,
    const GumboNode *root)
{
    unsigned          count;
    selector_t        bare;
    const GumboNode  *other;

    bare = *s;
    bare.steps[n - 1].nth = 0;
    count = 0;

    for (other = root; other != NULL; other = tree_next(other, root)) {

        if (other != root && tree_leads(&bare, n, other, root)) {
            count++;
        }

        if (other == node) {
            break;
        }
    }

    return count;
}


static int
tree_leads(const selector_t *s, unsigned n, const GumboNode *node,
    const GumboNode *root)
{
    const GumboNode  *up;

    if (node->type != GUMBO_NODE_ELEMENT || !tree_is(node, &s->steps[n - 1])) {
        return 0;
    }

    if (n > 1) {
        for (up = node->parent; up != root && up != NULL; up = up->parent) {
            if (tree_leads(s, n - 1, up, root)) {
                break;
            }
        }

        if (up == root || up == NULL) {
            return 0;
        }
    }

    return s->steps[n - 1].nth == 0
           || tree_count(s, n, node, root) == s->steps[n - 1].nth;
}


static int
tree_block(const GumboNode *node)
{
    static const char  blocks[] =
        " address article aside blockquote body br caption center dd details"
        " dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3"
        " h4 h5 h6 header hgroup hr li main menu nav ol optgroup option p pre"
        " search section summary table tbody td tfoot th thead tr ul ";

    char  name[40];

    (void) snprintf(name, sizeof(name), " %s ",
                    gumbo_normalized_tagname(node->v.element.tag));

    return strstr(blocks, name) != NULL
           && node->v.element.tag_namespace == GUMBO_NAMESPACE_HTML;
}


/*
 * Text without scripts and styles; spaces are made one.  Where a tag is, there
 * is a TAG.
 */

#define TAG  '\x01'


static void
tree_gather(const GumboNode *node, int top, char *text, size_t *len)
{
    size_t        i;
    const char   *p;
    GumboTag      tag;

    switch (node->type) {

    case GUMBO_NODE_TEXT:
    case GUMBO_NODE_WHITESPACE:
    case GUMBO_NODE_CDATA:

        for (p = node->v.text.text; *p != '\0'; p++) {
            if (p[0] == '\xc2' && p[1] == '\xa0') {
                text[(*len)++] = ' ';
                p++;

            } else {
                text[(*len)++] = (unsigned char) *p <= ' ' ? ' ' : *p;
            }
        }

        return;

    case GUMBO_NODE_ELEMENT:
        break;

    default:
        return;
    }

    tag = node->v.element.tag;

    text[(*len)++] = TAG;

    if (!top && node->v.element.tag_namespace == GUMBO_NAMESPACE_HTML
        && (tag == GUMBO_TAG_SCRIPT || tag == GUMBO_TAG_STYLE
            || tag == GUMBO_TAG_IFRAME || tag == GUMBO_TAG_NOFRAMES))
    {
        return;
    }

    if (!top && tree_block(node)) {
        text[(*len)++] = ' ';
    }

    for (i = 0; i < node->v.element.children.length; i++) {
        tree_gather(node->v.element.children.data[i], 0, text, len);
    }

    text[(*len)++] = TAG;

    if (!top && tree_block(node)) {
        text[(*len)++] = ' ';
    }
}


static void
tree_text(const GumboNode *node, const selector_t *s, char *out)
{
    int                    space, apart;
    size_t                 i, n, len;
    static char            text[PAGE * 2];
    const GumboAttribute  *a;

    out[0] = '\0';

    if (s->attr[0] != '\0') {
        a = gumbo_get_attribute(&node->v.element.attributes, s->attr);
        strcpy(out, a != NULL ? a->value : "");
        return;
    }

    len = 0;
    tree_gather(node, 1, text, &len);

    space = 0;
    apart = 0;

    for (i = 0, n = 0; i < len; i++) {
        if (text[i] == ' ' || text[i] == TAG) {
            space |= text[i] == ' ';
            apart |= text[i] == TAG;
            continue;
        }

        if (space && n != 0) {
            out[n++] = ' ';

        } else if (apart && n != 0 && out[n - 1] >= '0' && out[n - 1] <= '9'
                   && text[i] >= '0' && text[i] <= '9')
        {
            memcpy(out + n, "\xe2\x80\x8b", 3);
            n += 3;
        }

        space = 0;
        apart = 0;
        out[n++] = text[i];
    }

    out[n] = '\0';
}


/* The first with a text. */

static void
tree_value(const selector_t *s, const GumboNode *root, unsigned query)
{
    char              number[16];
    static char       text[PAGE * 2];
    const GumboNode  *node;

    for (node = root; node != NULL; node = tree_next(node, root)) {

        if (s->n == 1 && strcmp(s->steps[0].tag, "*") == 0) {
            /* the item itself */

        } else if (node == root || !tree_leads(s, s->n, node, root)) {
            continue;
        }

        tree_text(node, s, text);

        if (text[0] != '\0') {
            (void) snprintf(number, sizeof(number), "%u=", query);
            lab_add(&tree, number, strlen(number));
            lab_add(&tree, text, strlen(text));
            lab_add(&tree, &lab_marks[2], 1);
            return;
        }

        if (s->n == 1 && strcmp(s->steps[0].tag, "*") == 0) {
            return;
        }
    }
}


/* All items, of those within each other the outermost. */

static void
tree_items(const char *const *selectors, const GumboNode *root)
{
    unsigned          i;
    selector_t        item, field;
    const GumboNode  *node, *up;

    tree.len = 0;
    tree.text[0] = '\0';

    tree_parse(&item, selectors[0] + 1);

    for (node = root; node != NULL; node = tree_next(node, root)) {

        if (node == root || !tree_leads(&item, item.n, node, root)) {
            continue;
        }

        for (up = node->parent; up != root; up = up->parent) {
            if (tree_leads(&item, item.n, up, root)) {
                break;
            }
        }

        if (up != root) {
            continue;
        }

        lab_add(&tree, &lab_marks[0], 1);

        for (i = 1; selectors[i] != NULL; i++) {

            if (selectors[i][0] == '.'
                && (selectors[i][1] == '\0' || selectors[i][1] == '@'))
            {
                tree_parse(&field, "*");
                strcpy(field.attr,
                       selectors[i][1] != '\0' ? selectors[i] + 2 : "");

            } else {
                tree_parse(&field, selectors[i]);
            }

            tree_value(&field, node, i);
        }

        lab_add(&tree, &lab_marks[1], 1);
    }
}


/*
 * Fields in the order of their numbers: the finder tells them as it finds them;
 * what is apart and what is closed is not compared.
 */

static void
in_order(char *text)
{
    char        *p, *end, *close, out[LAB_TEXT], mark[16];
    size_t       n;
    unsigned     i;

    for (p = text, n = 0; (p = strchr(p, lab_marks[0])) != NULL;
         p = close + 1)
    {
        close = strchr(p, lab_marks[1]);
        assert_non_null(close);
        *close = '\0';
        out[n++] = lab_marks[0];

        for (i = 0; i < LAB_QUERIES; i++) {
            (void) snprintf(mark, sizeof(mark), "%u=", i);

            for (end = p; end != NULL && end[1] != '\0';
                 end = strchr(end + 1, lab_marks[2]))
            {
                if (strncmp(end + 1 + (end[1] == '~'), mark, strlen(mark))
                    == 0)
                {
                    end += 1 + (end[1] == '~');
                    n += (size_t) snprintf(out + n, LAB_TEXT - n, "%.*s",
                                           (int) strcspn(end, lab_marks + 2)
                                           + 1, end);
                    break;
                }
            }
        }

        out[n++] = lab_marks[1];
    }

    out[n] = '\0';
    strcpy(text, out);
}


static const char *const  sets[][LAB_QUERIES] = {
    { "{li", ".", ".@a", "a", "a@a", "b", ".w1", "li .w2", "a:nth(2)" },
    { "{tr", ".", "td:nth(2)", "td .w1", "td:nth(2) a", "img@a", "td", "th" },
    { "{.w1", ".", ".@class", ".w2", "[a]@a", ".w2 .w3", "span", "div" },
    { "{div .w2", ".", "a", "span.w1", ".w3:nth(2)", "[b].w1" },
    { "{ul li", ".", "b", "a", ".@b" },
    { "{td", ".", "table td", "ul", "a.w1" },
    { "{p", ".", "span", "b", ".w2" },
    { "{dd", ".", "a" },
    { "{option", ".", ".@a" },
    { "{tbody tr", "td:nth(3)", "." },
    { "{table .w1", ".", ".@a", ".w1 b" },
    { "{a", ".", ".@a" },
    { "{section", ".", "h2", "div p" },
    { "{form", ".", "input@a", "select option", "button" },
    { "{svg", ".", "path@a", "g path@b" },
    { "{textarea", "." },
    { "{script", ".@a" },
    { "{x-y", ".", ".@a" }
};


static void
compare(const char *page, size_t len)
{
    unsigned       i, k;
    sp_error_t     err;
    GumboOutput   *output;
    static size_t  pieces[] = { 0, 1, 17 };

    output = gumbo_parse_with_options(&kGumboDefaultOptions, page, len);

    lab.nothing = 1;
    lab_marks = "\x1c\x1d\x1e";

    for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {

        sp_arena_reset(arena);
        lab_set = lab_selectors(sets[i], LAB_TEXT, &err);
        assert_non_null(lab_set);

        tree_items(sets[i], output->root);

        for (k = 0; k < 3; k++) {
            (void) lab_read_page(&lab, page, len, 0, pieces[k], 1);
            in_order(lab.text);

            if (strcmp(lab.text, tree.text) != 0) {
                fail_msg("%s\n  found: %s\n  gumbo: %s\n  page:  %.*s",
                         sets[i][0], lab.text, tree.text,
                         len < 3000 ? (int) len : 3000, page);
            }
        }
    }

    gumbo_destroy_output(&kGumboDefaultOptions, output);
}


static void
generated_pages(void **unused)
{
    char        *page;
    size_t       len;
    uint64_t     seed;
    unsigned     i, rounds;
    const char  *valgrind;

    valgrind = getenv("SP_VALGRIND");
    rounds = valgrind && strcmp(valgrind, "1") == 0 ? FEW : ROUNDS;

    page = malloc(PAGE);
    assert_non_null(page);

    for (i = 0; i < rounds; i++) {
        seed = i * UINT64_C(0x9e3779b97f4a7c15) + 1;
        len = page_generate(page, PAGE, &seed, i % 30 != 29 ? 30 : 400);
        compare(page, len);
    }

    free(page);
}


static const char *const  pages[] = {
    "t/recordings/pages/woocommerce-cart.html",
    "t/recordings/pages/woocommerce-mini-cart.html",
    "t/recordings/pages/woocommerce-shop.html",
    "t/recordings/pages/opencart3-cart.html",
    "t/recordings/pages/opencart4-cart.html",
    "t/recordings/pages/zencart-cart.html"
};


static void
pages_of_shops(void **unused)
{
    char      *page;
    FILE      *file;
    size_t     len;
    unsigned   i;

    page = malloc(PAGE);
    assert_non_null(page);

    for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        file = fopen(pages[i], "r");

        if (file == NULL) {
            fail_msg("%s is not there", pages[i]);
        }

        len = fread(page, 1, PAGE - 1, file);
        fclose(file);
        assert_true(len > 500);

        compare(page, len);
    }

    free(page);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        reader_test(generated_pages),
        reader_test(pages_of_shops),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
