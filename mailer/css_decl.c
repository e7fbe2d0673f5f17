/*
 * Copyright (C) SitePreserver developers
 *
 * Declarations of CSS: "name: value; ...", with shorthands taken apart.
 */

#define _GNU_SOURCE                 /* memmem() */

#include "css.h"


static void css_declaration(css_decls_t *d, const sp_str_t *name,
    const sp_str_t *value);
static int css_important(sp_str_t *value);
static css_decl_t *css_declare(css_decls_t *d, css_prop_t prop,
    const sp_str_t *value, int important);
static void css_sides(css_decls_t *d, css_prop_t first,
    const sp_str_t *value, int important);
static void css_background(css_decls_t *d, const sp_str_t *value,
    int important);
static void css_font(css_decls_t *d, const sp_str_t *value, int important);
static void css_border(css_decls_t *d, css_prop_t first, size_t n,
    const sp_str_t *value, int important);
static int css_is_border_width(const sp_str_t *word);
static size_t css_end(const sp_str_t *text, size_t at, char end);


/* Those that are one property's. */

static const struct {
    const char  *name;
    css_prop_t   prop;
} css_props[] = {
    { "color", CSS_COLOR },
    { "background-color", CSS_BACKGROUND_COLOR },
    { "background-image", CSS_BACKGROUND_IMAGE },
    { "font-size", CSS_FONT_SIZE },
    { "font-weight", CSS_FONT_WEIGHT },
    { "line-height", CSS_LINE_HEIGHT },
    { "padding-top", CSS_PADDING_TOP },
    { "padding-right", CSS_PADDING_RIGHT },
    { "padding-bottom", CSS_PADDING_BOTTOM },
    { "padding-left", CSS_PADDING_LEFT },
    { "border-top-width", CSS_BORDER_TOP },
    { "border-right-width", CSS_BORDER_RIGHT },
    { "border-bottom-width", CSS_BORDER_BOTTOM },
    { "border-left-width", CSS_BORDER_LEFT },
    { "width", CSS_WIDTH },
    { "min-width", CSS_MIN_WIDTH },
    { "max-width", CSS_MAX_WIDTH },
    { "height", CSS_HEIGHT },
    { "min-height", CSS_MIN_HEIGHT },
    { "max-height", CSS_MAX_HEIGHT },
    { "display", CSS_DISPLAY },
    { "visibility", CSS_VISIBILITY },
    { "opacity", CSS_OPACITY },
    { "overflow", CSS_OVERFLOW },
    { "position", CSS_POSITION },
    { "box-sizing", CSS_BOX_SIZING },
    { "text-indent", CSS_TEXT_INDENT }
};


void
css_declarations(css_decls_t *decls, const sp_str_t *text)
{
    size_t    at, colon, end;
    sp_str_t  name, value;

    for (at = 0; at < text->len; at = end + 1) {
        end = css_end(text, at, ';');

        for (colon = at; colon < end && text->data[colon] != ':'; colon++) {
            /* void */
        }

        if (colon == end) {
            continue;
        }

        name = css_trim(text->data + at, text->data + colon);
        value = css_trim(text->data + colon + 1, text->data + end);

        if (name.len != 0 && value.len != 0) {
            css_declaration(decls, &name, &value);
        }
    }
}


static void
css_declaration(css_decls_t *d, const sp_str_t *name, const sp_str_t *text)
{
    int       important;
    size_t    i;
    sp_str_t  value;

    static const struct {
        const char  *name;
        css_prop_t   first;
        size_t       n;
    } borders[] = {
        { "border", CSS_BORDER_TOP, 4 }, { "border-top", CSS_BORDER_TOP, 1 },
        { "border-right", CSS_BORDER_RIGHT, 1 },
        { "border-bottom", CSS_BORDER_BOTTOM, 1 },
        { "border-left", CSS_BORDER_LEFT, 1 }
    };

    value = css_lower(d->arena, text);
    important = css_important(&value);

    for (i = 0; i < sizeof(css_props) / sizeof(css_props[0]); i++) {
        if (css_is(name, css_props[i].name)) {
            (void) css_declare(d, css_props[i].prop, &value, important);
            return;
        }
    }

    if (css_is(name, "padding")) {
        css_sides(d, CSS_PADDING_TOP, &value, important);

    } else if (css_is(name, "border-width")) {
        css_sides(d, CSS_BORDER_TOP, &value, important);

    } else if (css_is(name, "background")) {
        css_background(d, &value, important);

    } else if (css_is(name, "font")) {
        css_font(d, &value, important);
    }

    for (i = 0; i < sizeof(borders) / sizeof(borders[0]); i++) {
        if (css_is(name, borders[i].name)) {
            css_border(d, borders[i].first, borders[i].n, &value, important);
        }
    }
}


/* Takes "!important" off. */

static int
css_important(sp_str_t *value)
{
    size_t    i;
    sp_str_t  word;

    for (i = value->len; i > 0; i--) {
        if (value->data[i - 1] == '!') {
            break;
        }
    }

    if (i == 0) {
        return 0;
    }

    word = css_trim(value->data + i, value->data + value->len);

    if (!css_is(&word, "important")) {
        return 0;
    }

    *value = css_trim(value->data, value->data + i - 1);

    return 1;
}


static css_decl_t *
css_declare(css_decls_t *d, css_prop_t prop, const sp_str_t *value,
    int important)
{
    size_t       size;
    css_decl_t  *decl;

    if (d->n == d->size) {
        size = d->size != 0 ? 2 * d->size : 8;
        decl = sp_alloc(sp_arena_pool(d->arena), size * sizeof(css_decl_t));

        if (decl == NULL) {
            d->failed = 1;
            return NULL;
        }

        if (d->n != 0) {
            memcpy(decl, d->decls, d->n * sizeof(css_decl_t));
        }

        d->decls = decl;
        d->size = size;
    }

    decl = &d->decls[d->n++];
    memset(decl, 0, sizeof(css_decl_t));

    decl->prop = prop;
    decl->value = *value;
    decl->important = important != 0;
    decl->unknown = value->len == 0
                    || (value->len > 4
                        && memmem(value->data, value->len, "var(", 4)
                           != NULL)
                    || (value->len > 5
                        && memmem(value->data, value->len, "calc(", 5)
                           != NULL);

    return decl;
}


/* One to four words: top, right, bottom, left. */

static void
css_sides(css_decls_t *d, css_prop_t first, const sp_str_t *value,
    int important)
{
    size_t       i, n, at;
    sp_str_t     words[4], word;
    css_decl_t  *decl;

    static const size_t  which[4][4] = {
        { 0, 0, 0, 0 }, { 0, 1, 0, 1 }, { 0, 1, 2, 1 }, { 0, 1, 2, 3 }
    };

    at = 0;

    for (n = 0; n < 5 && css_word(value, &at, &word); n++) {
        if (n < 4) {
            words[n] = word;
        }
    }

    for (i = 0; i < 4; i++) {
        if (n == 0 || n == 5) {
            decl = css_declare(d, (css_prop_t) (first + i), value, important);

            if (decl != NULL) {
                decl->unknown = 1;
            }

        } else {
            (void) css_declare(d, (css_prop_t) (first + i),
                               &words[which[n - 1][i]], important);
        }
    }
}


/* The colour is one of its words; a picture is one, too. */

static void
css_background(css_decls_t *d, const sp_str_t *value, int important)
{
    size_t        at;
    sp_str_t      word, colour, image;
    css_decl_t   *decl;
    css_colour_t  parsed;

    static const sp_str_t  none = sp_string("none");
    static const sp_str_t  transparent = sp_string("transparent");

    at = 0;
    colour = transparent;
    image = none;

    while (css_word(value, &at, &word)) {
        if (css_colour(&word, &parsed) == SP_OK) {
            colour = word;

        } else if (memchr(word.data, '(', word.len) != NULL) {
            image = word;
        }
    }

    decl = css_declare(d, CSS_BACKGROUND_COLOR, &colour, important);

    if (decl != NULL && (css_is(value, "inherit")
                         || strncmp(image.data, "var(", 4) == 0))
    {
        decl->unknown = 1;
    }

    (void) css_declare(d, CSS_BACKGROUND_IMAGE, &image, important);
}


/* "bold 16px/24px Arial, sans-serif": the size, and what is before it. */

static void
css_font(css_decls_t *d, const sp_str_t *value, int important)
{
    size_t       at, i;
    double       number;
    sp_str_t     word, size, height, weight;
    css_unit_t   unit;
    css_decl_t  *decl;

    static const sp_str_t  normal = sp_string("normal");

    at = 0;
    size.len = 0;
    height = normal;
    weight = normal;

    while (size.len == 0 && css_word(value, &at, &word)) {
        for (i = 0; i < word.len && word.data[i] != '/'; i++) {
            /* void */
        }

        if (i != word.len) {
            height.data = word.data + i + 1;
            height.len = word.len - i - 1;
            word.len = i;
        }

        if (css_is(&word, "bold") || css_is(&word, "bolder")) {
            weight = word;

        } else if (css_number(&word, &number, &unit) == SP_OK) {
            if (unit == CSS_UNIT_NONE && number != 0) {
                weight = word;

            } else {
                size = word;
            }
        }
    }

    decl = css_declare(d, CSS_FONT_SIZE, size.len != 0 ? &size : value,
                       important);

    if (decl != NULL && size.len == 0) {
        decl->unknown = 1;
    }

    (void) css_declare(d, CSS_LINE_HEIGHT, &height, important);
    (void) css_declare(d, CSS_FONT_WEIGHT, &weight, important);
}


/* "1px solid #ccc"; without a width it is medium, without a style nothing. */

static void
css_border(css_decls_t *d, css_prop_t first, size_t n, const sp_str_t *value,
    int important)
{
    int       style;
    size_t    i, at;
    sp_str_t  word, width;

    static const sp_str_t  medium = sp_string("3px");
    static const sp_str_t  none = sp_string("0");

    at = 0;
    style = 0;
    width = medium;

    while (css_word(value, &at, &word)) {
        if (css_is_border_width(&word)) {
            width = word;

        } else if (css_is(&word, "solid") || css_is(&word, "dashed")
                   || css_is(&word, "dotted") || css_is(&word, "double")
                   || css_is(&word, "groove") || css_is(&word, "ridge")
                   || css_is(&word, "inset") || css_is(&word, "outset"))
        {
            style = 1;
        }
    }

    for (i = 0; i < n; i++) {
        (void) css_declare(d, (css_prop_t) (first + i),
                           style ? &width : &none, important);
    }
}


static int
css_is_border_width(const sp_str_t *word)
{
    double      number;
    css_unit_t  unit;

    return css_number(word, &number, &unit) == SP_OK;
}


/* Where end is, outside of quotes and parentheses; or the text's length. */

static size_t
css_end(const sp_str_t *text, size_t at, char end)
{
    int   depth;
    char  c, quote;

    depth = 0;
    quote = '\0';

    for ( /* void */ ; at < text->len; at++) {
        c = text->data[at];

        if (quote != '\0') {
            if (c == quote) {
                quote = '\0';
            }

        } else if (c == '"' || c == '\'') {
            quote = c;

        } else if (c == '(') {
            depth++;

        } else if (c == ')') {
            depth--;

        } else if (c == end && depth <= 0) {
            break;
        }
    }

    return at;
}
