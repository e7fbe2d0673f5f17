/*
 * Copyright (C) SitePreserver developers
 *
 * Finds elements in HTML as it passes by: a tokenizer after the HTML Standard
 * (13.2.5), the stack of the elements that are open, with the end tags that
 * pages leave out (13.2.6), and selectors that are compiled at start.  There
 * is no tree, and no byte is looked at twice: work and memory are bounded by
 * what is sent and by what is asked for, whatever the page.
 *
 * A selector: steps with spaces between, each an element within the one
 * before (at any depth).  A step is tag .class #id [a] [a=v] [a^=v] [a*=v]
 * [a$=v] in any number and order, the tag first, and perhaps :nth(N): of the
 * elements that the selector leads to up to there the N-th, from 1, counted in
 * the document or the item.  "@NAME" behind the last step: the value of an
 * attribute; else the text is meant.  Text is that of all elements within,
 * without scripts and styles (unless the element is one), spaces of any kind
 * made one, character references decoded; the ends of blocks and <br> count as
 * spaces.
 *
 * Not followed are: foster parenting, formatting elements that are opened
 * anew, the contents of <template> (never a hit), elements deeper than
 * SP_HTML_DEPTH, and what browsers do within <select> and <frameset>.  Rows
 * and cells without a table, as in fragments, are elements.
 */

#ifndef SP_HTML_H
#define SP_HTML_H

#include "sp_str.h"


#define SP_HTML_DEPTH    256        /* elements open at a time */
#define SP_HTML_STEPS    64         /* steps of all selectors in a set; so are
                                       tests and attributes */
#define SP_HTML_ONE      16         /* steps that are enough for one selector,
                                       the longest that there may be */
#define SP_HTML_NTH      9999       /* the greatest N */
#define SP_HTML_VALUE    (16 * 1024)    /* bytes of an attribute that are
                                           looked at */


typedef struct sp_html_set_s  sp_html_set_t;
typedef struct sp_html_s      sp_html_t;


typedef enum {
    SP_HTML_ANY = 1,                /* the first that has a text */
    SP_HTML_PRESENT,                /* is there one? */
    SP_HTML_ITEM,                   /* each is an item: one in a set */
    SP_HTML_FIELD                   /* the first with a text in each item;
                                       "." and "@NAME" or ".@NAME": the item's
                                       own */
} sp_html_kind_t;


/*
 * Selectors that are looked for together, of at most so many steps and tests,
 * up to SP_HTML_STEPS.  NULL: out of memory.
 */

sp_html_set_t *sp_html_set_create(const sp_pool_t *pool, unsigned steps);


/*
 * Adds one; *query is its number in the set, from 0.  limit: bytes of its
 * text that are kept.  The selector's text must live as long as the set.
 * SP_INVALID with err: it is none; SP_LIMIT with err: too many; SP_NOMEM.
 */

sp_rc_t sp_html_set_add(sp_html_set_t *set, const sp_pool_t *pool,
    sp_html_kind_t kind, const sp_str_t *selector, size_t limit,
    unsigned *query, sp_error_t *err);


/* Is it one of that kind?  SP_OK; SP_INVALID with err; SP_NOMEM. */

sp_rc_t sp_html_check(const sp_pool_t *pool, sp_html_kind_t kind,
    const sp_str_t *selector, sp_error_t *err);


typedef enum {
    SP_HTML_FOUND = 1,              /* a query's text */
    SP_HTML_BEGIN,                  /* an item begins ... */
    SP_HTML_END,                    /* ... and ends */
    SP_HTML_CLOSED                  /* there are no more items */
} sp_html_event_t;

typedef struct {
    sp_html_event_t  event;
    unsigned         query;
    sp_str_t         text;          /* UTF-8, not empty but for _PRESENT */
    unsigned         cut:1;         /* it was longer than the limit */
    unsigned         apart:1;       /* the item is not beside the first one */
} sp_html_hit_t;


/*
 * Called for each hit; the text is valid only during the call.  FOUND: SP_OK,
 * or SP_DONE to look for no more of the set.  BEGIN, END: SP_DONE for no more
 * items.  CLOSED: SP_DONE takes them; SP_OK looks for others, as if none had
 * been there.  SP_NOMEM ends all.
 */

typedef sp_rc_t (*sp_html_hit_pt)(void *data, const sp_html_hit_t *hit);


/* A finder for one document with up to n sets.  NULL: out of memory. */

sp_html_t *sp_html_create(const sp_pool_t *pool, unsigned n);


/* Has a set looked for; returns its number through *watch.  SP_OK, SP_NOMEM. */

sp_rc_t sp_html_watch(sp_html_t *html, const sp_html_set_t *set,
    sp_html_hit_pt hit, void *data, unsigned *watch);


/* One is not wanted any more; may be called from a hit. */

void sp_html_unwatch(sp_html_t *html, unsigned watch, unsigned query);


/*
 * Reads the next piece.  SP_AGAIN: more is wanted; SP_DONE: all that was
 * wanted was found; SP_NOMEM.
 *
 * Items are all there (CLOSED) when the element that holds them ends: the
 * one that the selector's steps before the last lead to, the outermost of
 * those; else the innermost one with two items in it; a list or table with
 * one will do.
 */

sp_rc_t sp_html_read(sp_html_t *html, const char *data, size_t len);


/* Of that piece, how many bytes were looked at. */

size_t sp_html_taken(const sp_html_t *html);


/*
 * The document is over, whole: what is open ends.  SP_OK, SP_NOMEM.  A document
 * that breaks off is not ended: what was open is not reported.
 */

sp_rc_t sp_html_end(sp_html_t *html);


/*
 * Another document, for what was not found in the one before: items whose end
 * was not reported never were.
 */

void sp_html_again(sp_html_t *html);


/*
 * The text of the first hit of a set with one selector in a document that is
 * there whole; it lives as long as the pool; out may be in.  SP_OK; SP_INVALID:
 * there is none; SP_NOMEM.
 */

sp_rc_t sp_html_first(const sp_pool_t *pool, const sp_html_set_t *set,
    const sp_str_t *in, sp_str_t *out);


/* Non-zero if some element was too deep to be looked at. */

int sp_html_deep(const sp_html_t *html);


/* For tests: how many steps were taken so far, the bytes of runs excepted. */

uint64_t sp_html_steps(const sp_html_t *html);


#endif /* SP_HTML_H */
