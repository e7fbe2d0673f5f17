/*
 * Copyright (C) SitePreserver developers
 *
 * HTML of creatives and messages: a tree with the place of everything in its
 * source, so that what is found can be named and what must change is changed
 * where it stands, and nothing else.  HTML5 by gumbo.
 */

#ifndef HTML_H
#define HTML_H

#include "buffer.h"


#define HTML_SIZE_MAX   (1024 * 1024)
#define HTML_DEPTH_MAX  512         /* elements in elements */
#define HTML_ATTRS_MAX  256         /* attributes of an element, about */


typedef struct html_s       html_t;
typedef struct html_node_s  html_node_t;


typedef enum {
    HTML_DOCUMENT = 0,
    HTML_ELEMENT,
    HTML_TEXT,                      /* what is in <style> and <script> too */
    HTML_COMMENT                    /* conditional ones too: not looked into */
} html_type_t;


/*
 * Offsets are bytes of the source.  A value is decoded (character references)
 * and, in a template, masked; value_start to value_end is what the source has
 * between the quotes, and equal when there is none.
 */

typedef struct {
    sp_str_t      name;             /* lower case */
    sp_str_t      value;
    size_t        name_start;
    size_t        name_end;
    size_t        value_start;
    size_t        value_end;
    char          quote;            /* '"', '\'', or '\0': not quoted */
} html_attr_t;


struct html_node_s {
    html_type_t   type;
    html_node_t  *parent;           /* NULL: the document */
    html_node_t  *first;            /* child */
    html_node_t  *last;
    html_node_t  *prev;             /* sibling */
    html_node_t  *next;
    sp_str_t      name;             /* of an element, lower case */
    sp_str_t      text;             /* of a text or comment, decoded */
    html_attr_t  *attrs;
    size_t        nattrs;

    size_t        start;            /* of its start tag, text or comment */
    size_t        start_end;        /* after its start tag, text or comment */
    size_t        end_tag;          /* of its end tag */
    size_t        end;              /* after it; both equal: there is none */
    size_t        index;            /* in the tree's order, from 0 */
    unsigned      implied:1;        /* is not in the source: <tbody>, ... */
};


/*
 * Parses.  With HTML_TEMPLATE, text is a mustache template of HTML: sections,
 * comments and partials are blanks of the same length for the parser, so that
 * tables stay whole and offsets stay true; variables stay in texts and values
 * as they are ("{{name}}"; blanks in one are "_").  A template's own errors
 * are mustache_compile()'s to find.
 *
 * NULL: no memory, too large, or html_too_deep(); err says which.  All of it
 * belongs to the html_t; the text must live as long.  Work and memory are
 * bounded, whatever the text is.
 */

#define HTML_TEMPLATE  0x1

html_t *html_parse(const char *text, size_t len, unsigned flags,
    sp_error_t *err);
void html_free(html_t *html);


/* The document, with <html> among its children. */

const html_node_t *html_root(const html_t *html);


/* How many nodes there are. */

size_t html_count(const html_t *html);


/* Line and column of an offset, from 1; columns are characters. */

void html_position(const html_t *html, size_t offset, unsigned *line,
    unsigned *column);


/* The same in any text. */

void html_place(const char *text, size_t len, size_t offset, unsigned *line,
    unsigned *column);


/*
 * The same for one offset after the other: what is before the place of the last
 * one is not read again.  The place is zeroed before the first.
 */

typedef struct {
    size_t    offset;
    unsigned  line;
    unsigned  column;
} html_place_t;

void html_place_next(const char *text, size_t len, size_t offset,
    html_place_t *place);


/*
 * What follows node in the order of the source, within top (which may be
 * NULL); html_after() does not go into node.  NULL: nothing.
 */

const html_node_t *html_next(const html_node_t *node, const html_node_t *top);
const html_node_t *html_after(const html_node_t *node, const html_node_t *top);


/* The next element of that name after node, within top; NULL: none. */

const html_node_t *html_find(const html_node_t *node, const html_node_t *top,
    const char *name);


/* Is it an element of that name? */

int html_is(const html_node_t *node, const char *name);


/* NULL: the node has no such attribute. */

const html_attr_t *html_attr(const html_node_t *node, const char *name);


/* Is a word in the attribute class?  Case matters. */

int html_has_class(const html_node_t *node, const sp_str_t *name);


/*
 * Appends the text in node as one line: white space is one blank, elements
 * that are no inline ones separate words; without style, script, title and
 * comments.
 */

void html_text(const html_node_t *node, buffer_t *out);


/*
 * What is not well-formed: an element that is not closed though it must be, an
 * end tag that closes nothing or something else, a tag that does not end.
 * Calls found for each, in order; offset is where, name is of the element.
 */

typedef enum {
    HTML_NOT_CLOSED = 0,
    HTML_CLOSES_NOTHING,
    HTML_CLOSES_OTHER,              /* elements in between are still open */
    HTML_TAG_NOT_ENDED
} html_broken_t;

typedef void (*html_broken_pt)(void *data, html_broken_t what, size_t offset,
    const sp_str_t *name);

void html_check(const char *text, size_t len, html_broken_pt found,
    void *data);


/*
 * Does text nest deeper than HTML_DEPTH_MAX, or has a tag far more attributes
 * than HTML_ATTRS_MAX?  Counts at least as many as any HTML5 parser that works
 * as the specification says.
 */

int html_too_deep(const char *text, size_t len);


/* A copy of a template as the parser sees it; len bytes.  NULL: no memory. */

char *html_mask(const char *text, size_t len);


/*
 * Changes of a text: what is not changed stays as it is, byte for byte.
 */

typedef struct html_edits_s  html_edits_t;

html_edits_t *html_edits_create(void);
void html_edits_free(html_edits_t *edits);


/*
 * Replaces len bytes at offset; len 0: inserts before it, after what was
 * inserted there before.  The text is copied.  A failure is kept.
 */

void html_edit(html_edits_t *edits, size_t offset, size_t len,
    const char *text, size_t text_len);


/*
 * Appends text with the edits made.  SP_INVALID: two of them overlap, or one
 * is outside; SP_NOMEM: one could not be kept.  Nothing is appended then.
 */

sp_rc_t html_edits_apply(html_edits_t *edits, const char *text, size_t len,
    buffer_t *out);


#endif /* HTML_H */
