/*
 * Copyright (C) SitePreserver developers
 *
 * As much CSS as a mail uses: which value a property has for an element, by
 * style attributes and <style> elements, and whether that can be said at all.
 * What is not understood is never taken for something else: it makes a value
 * unknown where it could matter.
 */

#ifndef CSS_H
#define CSS_H

#include "html.h"
#include "sp_arena.h"


#define CSS_RULES_MAX  4096         /* selectors of all style elements */
#define CSS_WORK_MAX   8000000      /* elements times selectors */
#define CSS_PARTS_MAX  16           /* elements in one selector */
#define CSS_MEDIA_MAX  4            /* @media in @media */


/* In what a message is looked at. */

typedef enum {
    CSS_WIDE = 0,                   /* 700 px, light */
    CSS_NARROW,                     /* 320 px, light */
    CSS_DARK,                       /* 700 px, prefers-color-scheme: dark */
    CSS_ENVS
} css_env_t;


typedef enum {
    CSS_NO = 0,
    CSS_MAYBE,
    CSS_YES
} css_match_t;


typedef enum {
    CSS_COLOR = 0,
    CSS_BACKGROUND_COLOR,
    CSS_BACKGROUND_IMAGE,
    CSS_FONT_SIZE,
    CSS_FONT_WEIGHT,
    CSS_LINE_HEIGHT,
    CSS_PADDING_TOP,                /* four sides, in this order */
    CSS_PADDING_RIGHT,
    CSS_PADDING_BOTTOM,
    CSS_PADDING_LEFT,
    CSS_BORDER_TOP,                 /* widths */
    CSS_BORDER_RIGHT,
    CSS_BORDER_BOTTOM,
    CSS_BORDER_LEFT,
    CSS_WIDTH,
    CSS_MIN_WIDTH,
    CSS_MAX_WIDTH,
    CSS_HEIGHT,
    CSS_MIN_HEIGHT,
    CSS_MAX_HEIGHT,
    CSS_DISPLAY,
    CSS_VISIBILITY,
    CSS_OPACITY,
    CSS_OVERFLOW,
    CSS_POSITION,
    CSS_BOX_SIZING,
    CSS_TEXT_INDENT,
    CSS_PROPS
} css_prop_t;


/*
 * CSS_NO: nothing is declared; CSS_YES: text is the value; CSS_MAYBE: what it
 * is depends on something that is not understood.
 */

typedef struct {
    css_match_t  state;
    sp_str_t     text;              /* lower case, trimmed */
} css_value_t;


typedef struct css_s  css_t;


/* Reads the <style> elements.  html must live as long.  NULL: no memory. */

css_t *css_create(const html_t *html);
void css_free(css_t *css);


/* Were there too many rules, so that every value is unknown? */

int css_is_too_large(const css_t *css);


/* Where in the source the first @import is; 0: nowhere. */

size_t css_import(const css_t *css);


/* Is anything said for prefers-color-scheme: dark? */

int css_has_dark(const css_t *css);


/* The declared value of an element itself: nothing is inherited here. */

css_value_t css_value(css_t *css, const html_node_t *node, css_env_t env,
    css_prop_t prop);


/* ---- values ---- */

typedef struct {
    uint32_t  rgb;                  /* 0xrrggbb */
    double    alpha;                /* 0 to 1 */
} css_colour_t;


/* SP_INVALID: not a colour that is understood. */

sp_rc_t css_colour(const sp_str_t *text, css_colour_t *colour);


/* 0xrrggbb of a colour's name, in lower case; SP_INVALID: not one. */

sp_rc_t css_colour_name(const sp_str_t *name, uint32_t *rgb);


typedef enum {
    CSS_UNIT_NONE = 0,              /* a number */
    CSS_UNIT_PX,                    /* all absolute lengths are made this */
    CSS_UNIT_EM,
    CSS_UNIT_REM,
    CSS_UNIT_PERCENT
} css_unit_t;

/* A number with a unit, and nothing else.  SP_INVALID: it is not that. */

sp_rc_t css_number(const sp_str_t *text, double *number, css_unit_t *unit);


/* The next of the words of a value, from *at; 0: there is none. */

int css_word(const sp_str_t *text, size_t *at, sp_str_t *word);


/* Is it this word?  word is in lower case. */

int css_is(const sp_str_t *text, const char *word);


/* ---- parts of css.c ---- */

typedef struct {
    css_prop_t   prop;
    sp_str_t     value;             /* lower case, trimmed */
    unsigned     important:1;
    unsigned     unknown:1;         /* a shorthand that was not understood */
} css_decl_t;

typedef struct {
    css_decl_t  *decls;
    size_t       n;
    size_t       size;
    sp_arena_t  *arena;
    unsigned     failed:1;
} css_decls_t;


/* Appends what "name: value; ..." declares, shorthands taken apart. */

void css_declarations(css_decls_t *decls, const sp_str_t *text);


typedef struct css_selector_s  css_selector_t;

/*
 * One selector of a list.  NULL: no memory.  One that is not understood may
 * match everything that its last part names.
 */

css_selector_t *css_selector(sp_arena_t *arena, const sp_str_t *text);
css_match_t css_matches(const css_selector_t *selector,
    const html_node_t *node);
unsigned css_specificity(const css_selector_t *selector);


/* Does "@media TEXT" apply? */

css_match_t css_media(const sp_str_t *text, css_env_t env);


/* Does it ask for prefers-color-scheme: dark? */

int css_media_is_dark(const sp_str_t *text);


/* Is it white space? */

int css_space(char c);


/* The same on both sides is dropped. */

sp_str_t css_trim(const char *from, const char *to);


/* A copy in lower case; len 0 when there is no memory. */

sp_str_t css_lower(sp_arena_t *arena, const sp_str_t *text);


#endif /* CSS_H */
