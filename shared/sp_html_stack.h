/*
 * Copyright (C) SitePreserver developers
 *
 * What tags do to the elements that are open.
 */

#ifndef SP_HTML_STACK_H
#define SP_HTML_STACK_H

#include "sp_html_int.h"


#define SP_HTML_KIND(kind)  (UINT32_C(1) << (kind))

#define SP_HTML_IN_TABLE    (SP_HTML_KIND(SP_TAG_TABLE)                       \
                             | SP_HTML_KIND(SP_TAG_TEMPLATE))


/*
 * The innermost element of one of the kinds wanted, as its place on the stack;
 * 0: there is none, or one with one of the flags or of the kinds stands before
 * it.
 */

unsigned sp_html_find_kind(sp_html_t *html, uint32_t wanted, unsigned flags,
    uint32_t kinds);


/* Ends the innermost of a kind, unless something stands before it. */

void sp_html_end_kind(sp_html_t *html, unsigned kind, unsigned flags,
    uint32_t kinds);


/* The same for a paragraph. */

void sp_html_end_p(sp_html_t *html);


/*
 * An end of <b> within a block that began in it: the block goes on.  The same
 * for a link that begins within one.
 */

void sp_html_stop_format(sp_html_t *html);


#endif /* SP_HTML_STACK_H */
