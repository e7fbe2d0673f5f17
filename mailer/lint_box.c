/*
 * Copyright (C) SitePreserver developers
 *
 * What a mail program makes of an element: sizes in pixels, what is shown.
 */

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "lint_int.h"


#define LINT_FONT_SIZE  16          /* what every browser begins with */


static int lint_font_own(lint_view_t *v, const html_node_t *node,
    css_env_t env, int known, double *size);
static double lint_font_default(const html_node_t *node, double parent);
static int lint_font_word(const sp_str_t *word, double *size);
static int lint_attr_length(const html_node_t *node, css_prop_t prop,
    double *px);
static int lint_cell_padding(const html_node_t *node, double *px);
static css_match_t lint_hides(lint_view_t *v, const html_node_t *node,
    css_env_t env);
static css_match_t lint_hides_own(lint_view_t *v, const html_node_t *node,
    css_env_t env);
static int lint_is_zero(const css_value_t *value);
static int lint_in(const html_node_t *node, const char *const *names);


/* From the root down: what is not set is the parent's. */

double
lint_font_size(lint_view_t *v, const html_node_t *node, css_env_t env,
    int *known)
{
    size_t              n;
    double              size;
    const html_node_t  *path[HTML_DEPTH_MAX + 64], *parent;

    n = 0;
    *known = 1;
    size = LINT_FONT_SIZE;

    for (parent = node; parent != NULL && n < HTML_DEPTH_MAX + 64;
         parent = parent->parent)
    {
        if (parent->type == HTML_ELEMENT) {
            path[n++] = parent;
        }
    }

    while (n > 0) {
        *known = lint_font_own(v, path[--n], env, *known, &size);
    }

    return size;
}


/*
 * *size is the parent's, and whether that is known; what is relative is as
 * known as that, what is absolute is known.
 */

static int
lint_font_own(lint_view_t *v, const html_node_t *node, css_env_t env,
    int known, double *size)
{
    double       number;
    css_unit_t   unit;
    css_value_t  value;

    value = css_value(v->css, node, env, CSS_FONT_SIZE);

    if (value.state == CSS_NO || css_is(&value.text, "inherit")) {
        *size = lint_font_default(node, *size);
        return known;
    }

    if (value.state == CSS_MAYBE) {
        return 0;
    }

    if (lint_font_word(&value.text, size)) {
        return 1;
    }

    if (css_number(&value.text, &number, &unit) != SP_OK || number < 0) {
        return 0;
    }

    switch (unit) {
    case CSS_UNIT_EM:
        *size *= number;
        return known;
    case CSS_UNIT_PERCENT:
        *size *= number / 100;
        return known;
    case CSS_UNIT_REM:
        *size = number * LINT_FONT_SIZE;
        return 1;
    default:
        *size = number;
        return 1;
    }
}


static double
lint_font_default(const html_node_t *node, double parent)
{
    size_t  i;

    static const struct {
        const char  *name;
        double       factor;
    } factors[] = {
        { "h1", 2 }, { "h2", 1.5 }, { "h3", 1.17 }, { "h5", 0.83 },
        { "h6", 0.67 }, { "small", 0.83 }, { "big", 1.2 }, { "sub", 0.83 },
        { "sup", 0.83 }
    };

    for (i = 0; i < sizeof(factors) / sizeof(factors[0]); i++) {
        if (html_is(node, factors[i].name)) {
            return parent * factors[i].factor;
        }
    }

    return parent;
}


static int
lint_font_word(const sp_str_t *word, double *size)
{
    size_t  i;

    static const struct {
        const char  *name;
        double       size;
    } sizes[] = {
        { "xx-small", 9 }, { "x-small", 10 }, { "small", 13 },
        { "medium", 16 }, { "large", 18 }, { "x-large", 24 },
        { "xx-large", 32 }, { "initial", 16 }
    };

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        if (css_is(word, sizes[i].name)) {
            *size = sizes[i].size;
            return 1;
        }
    }

    return 0;
}


/*
 * "normal" is a font's own: 1 to 1.5 times its size for all that mails use.
 */

lint_length_t
lint_line_height(lint_view_t *v, const html_node_t *node, css_env_t env)
{
    int                 known;
    double              size, number;
    css_unit_t          unit;
    css_value_t         value;
    lint_length_t       height;
    const html_node_t  *from;

    memset(&height, 0, sizeof(lint_length_t));
    size = lint_font_size(v, node, env, &known);
    value.state = CSS_NO;

    for (from = node; from != NULL && from->type == HTML_ELEMENT;
         from = from->parent)
    {
        value = css_value(v->css, from, env, CSS_LINE_HEIGHT);

        if (value.state != CSS_NO && !css_is(&value.text, "inherit")) {
            break;
        }

        value.state = CSS_NO;
    }

    if (value.state == CSS_MAYBE || !known) {
        return height;
    }

    height.known = 1;

    if (value.state == CSS_NO || css_is(&value.text, "normal")
        || css_number(&value.text, &number, &unit) != SP_OK)
    {
        height.low = size;
        height.high = size * 1.5;
        return height;
    }

    if (unit == CSS_UNIT_EM || unit == CSS_UNIT_PERCENT) {

        /* of the font where it is declared */

        size = lint_font_size(v, from, env, &known);
        number = unit == CSS_UNIT_EM ? number * size : number * size / 100;

    } else if (unit == CSS_UNIT_NONE) {
        number *= size;

    } else if (unit == CSS_UNIT_REM) {
        number *= LINT_FONT_SIZE;
    }

    height.low = number;
    height.high = number;

    return height;
}


/*
 * In px.  *state: CSS_NO when nothing is declared, or "auto", or a part of
 * something else; CSS_MAYBE when it cannot be said.
 */

double
lint_length(lint_view_t *v, const html_node_t *node, css_env_t env,
    css_prop_t prop, css_match_t *state)
{
    int          known;
    double       number;
    css_unit_t   unit;
    css_value_t  value;

    value = css_value(v->css, node, env, prop);
    *state = value.state;

    if (value.state == CSS_NO) {
        if (lint_attr_length(node, prop, &number)) {
            *state = CSS_YES;
            return number;
        }

        return 0;
    }

    if (value.state == CSS_MAYBE) {
        return 0;
    }

    if (css_number(&value.text, &number, &unit) != SP_OK
        || unit == CSS_UNIT_PERCENT
        || (unit == CSS_UNIT_NONE && number != 0))
    {
        *state = CSS_NO;
        return 0;
    }

    if (unit == CSS_UNIT_EM) {
        number *= lint_font_size(v, node, env, &known);

        if (!known) {
            *state = CSS_MAYBE;
        }

    } else if (unit == CSS_UNIT_REM) {
        number *= LINT_FONT_SIZE;
    }

    return number;
}


/* width="600", height, and the padding that a table gives its cells. */

static int
lint_attr_length(const html_node_t *node, css_prop_t prop, double *px)
{
    css_unit_t          unit;
    const html_attr_t  *attr;

    static const char *const  names[] = {
        "table", "td", "th", "img", "col", "hr", NULL
    };

    if (prop >= CSS_PADDING_TOP && prop <= CSS_PADDING_LEFT) {
        return lint_cell_padding(node, px);
    }

    if ((prop != CSS_WIDTH && prop != CSS_HEIGHT) || !lint_in(node, names)) {
        return 0;
    }

    attr = html_attr(node, prop == CSS_WIDTH ? "width" : "height");

    return attr != NULL && css_number(&attr->value, px, &unit) == SP_OK
           && (unit == CSS_UNIT_NONE || unit == CSS_UNIT_PX) && *px > 0;
}


static int
lint_cell_padding(const html_node_t *node, double *px)
{
    css_unit_t          unit;
    const html_attr_t  *attr;

    if (!html_is(node, "td") && !html_is(node, "th")) {
        return 0;
    }

    while (node != NULL && !html_is(node, "table")) {
        node = node->parent;
    }

    attr = node != NULL ? html_attr(node, "cellpadding") : NULL;

    if (attr != NULL && css_number(&attr->value, px, &unit) == SP_OK) {
        return 1;
    }

    *px = 1;                        /* of a table that says nothing */

    return attr == NULL && node != NULL;
}


sp_str_t
lint_display(lint_view_t *v, const html_node_t *node, css_env_t env)
{
    css_value_t  value;

    static const sp_str_t  block = sp_string("block");
    static const sp_str_t  inlined = sp_string("inline");
    static const sp_str_t  none = sp_string("none");
    static const sp_str_t  unknown = sp_string("");

    static const char *const  hidden[] = {
        "head", "script", "style", "title", "meta", "link", "template",
        "noscript", NULL
    };

    static const char *const  blocks[] = {
        "html", "body", "div", "p", "table", "tbody", "thead", "tfoot", "tr",
        "td", "th", "caption", "center", "h1", "h2", "h3", "h4", "h5", "h6",
        "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "hr", "pre",
        "address", "section", "article", "header", "footer", "main", "nav",
        "aside", "figure", "figcaption", "form", "fieldset", NULL
    };

    value = css_value(v->css, node, env, CSS_DISPLAY);

    if (value.state == CSS_MAYBE) {
        return unknown;
    }

    if (lint_in(node, hidden)) {
        return none;
    }

    if (value.state == CSS_YES) {
        return value.text;
    }

    if (html_attr(node, "hidden") != NULL) {
        return none;
    }

    return lint_in(node, blocks) ? block : inlined;
}


int
lint_is_block(lint_view_t *v, const html_node_t *node, css_env_t env)
{
    sp_str_t  display;

    if (node->type != HTML_ELEMENT) {
        return 0;
    }

    display = lint_display(v, node, env);

    return strncmp(display.data, "inline", display.len < 6 ? display.len : 6)
           != 0 && display.len != 0 && !css_is(&display, "none")
           && !css_is(&display, "contents");
}


/*
 * It is asked for nearly every node by nearly every rule: what came out is kept,
 * and where that of something around it is known, nothing more is looked at.
 */

css_match_t
lint_hidden(lint_view_t *v, const html_node_t *node, css_env_t env)
{
    css_match_t         match, all;
    lint_hidden_t      *known;
    const html_node_t  *around;

    all = CSS_NO;

    for (around = node; around != NULL && all != CSS_YES;
         around = around->parent)
    {
        known = &v->hidden[env][around->index];

        if (known->all != 0) {
            match = (css_match_t) (known->all - 1);
            all = match > all ? match : all;
            break;
        }

        if (around->type == HTML_ELEMENT) {
            match = lint_hides(v, around, env);
            all = match > all ? match : all;
        }
    }

    v->hidden[env][node->index].all = (unsigned char) (all + 1);

    return all;
}


static css_match_t
lint_hides(lint_view_t *v, const html_node_t *node, css_env_t env)
{
    lint_hidden_t  *known;

    known = &v->hidden[env][node->index];

    if (known->own == 0) {
        known->own = (unsigned char) (lint_hides_own(v, node, env) + 1);
    }

    return (css_match_t) (known->own - 1);
}


static css_match_t
lint_hides_own(lint_view_t *v, const html_node_t *node, css_env_t env)
{
    size_t       i;
    sp_str_t     display;
    css_value_t  value, overflow, size;

    static const css_prop_t  sizes[] = {
        CSS_MAX_HEIGHT, CSS_MAX_WIDTH, CSS_HEIGHT, CSS_WIDTH
    };

    display = lint_display(v, node, env);

    if (css_is(&display, "none")) {
        return CSS_YES;
    }

    value = css_value(v->css, node, env, CSS_VISIBILITY);

    if (value.state == CSS_YES && (css_is(&value.text, "hidden")
                                   || css_is(&value.text, "collapse")))
    {
        return CSS_YES;
    }

    value = css_value(v->css, node, env, CSS_OPACITY);

    if (lint_is_zero(&value)) {
        return CSS_YES;
    }

    overflow = css_value(v->css, node, env, CSS_OVERFLOW);

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        size = css_value(v->css, node, env, sizes[i]);

        if (lint_is_zero(&size) && overflow.state == CSS_YES
            && css_is(&overflow.text, "hidden"))
        {
            return CSS_YES;
        }
    }

    return display.len == 0 ? CSS_MAYBE : CSS_NO;
}


static int
lint_is_zero(const css_value_t *value)
{
    double      number;
    css_unit_t  unit;

    return value->state == CSS_YES
           && css_number(&value->text, &number, &unit) == SP_OK
           && number <= 0;
}


int
lint_has_words(const sp_str_t *text)
{
    int32_t  i, len;
    UChar32  c;

    len = text->len < INT32_MAX ? (int32_t) text->len : INT32_MAX;

    for (i = 0; i < len; /* void */ ) {
        U8_NEXT(text->data, i, len, c);

        if (c > 0 && u_isalnum(c)) {
            return 1;
        }
    }

    return 0;
}


size_t
lint_chars(const sp_str_t *text)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < text->len; i++) {
        n += ((unsigned char) text->data[i] & 0xc0) != 0x80;
    }

    return n;
}


int
lint_has_content(lint_view_t *v, const html_node_t *node)
{
    const html_node_t  *n;

    for (n = node; n != NULL; n = html_next(n, node)) {
        if ((n->type == HTML_TEXT && lint_has_words(&n->text))
            || html_is(n, "img"))
        {
            if (lint_hidden(v, n, CSS_WIDE) != CSS_YES) {
                return 1;
            }
        }
    }

    return 0;
}


void
lint_visible_text(lint_view_t *v, const html_node_t *node, css_env_t env,
    buffer_t *out)
{
    int                 blank;
    size_t              i, start;
    const html_node_t  *n;

    start = out->len;
    blank = 1;
    n = node;

    while (n != NULL) {
        if (n->type == HTML_ELEMENT && lint_hides(v, n, env) == CSS_YES) {
            n = n == node ? NULL : html_after(n, node);
            continue;
        }

        if (n->type == HTML_ELEMENT && !blank
            && (lint_is_block(v, n, env) || html_is(n, "br")))
        {
            buffer_char(out, ' ');
            blank = 1;
        }

        for (i = 0; n->type == HTML_TEXT && i < n->text.len; i++) {
            if (memchr(" \t\n\f\r", n->text.data[i], 5) == NULL) {
                buffer_char(out, n->text.data[i]);
                blank = 0;

            } else if (!blank) {
                buffer_char(out, ' ');
                blank = 1;
            }
        }

        n = html_next(n, node);
    }

    if (out->len > start && out->data[out->len - 1] == ' ') {
        buffer_truncate(out, out->len - 1);
    }
}


static int
lint_in(const html_node_t *node, const char *const *names)
{
    for ( /* void */ ; *names != NULL; names++) {
        if (html_is(node, *names)) {
            return 1;
        }
    }

    return 0;
}
