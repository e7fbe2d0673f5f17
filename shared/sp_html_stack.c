/*
 * Copyright (C) SitePreserver developers
 *
 * The elements that are open, and which an end tag ends (HTML Standard,
 * 13.2.6.4.7 to 13.2.6.4.15 and 13.2.6.5).  Each search stops at what it may
 * not pass, and is not begun for what is not open; what it passes it mostly
 * pops.
 */

#include "sp_html_stack.h"


static unsigned stack_find(sp_html_t *html, uint64_t key, unsigned flags,
    uint32_t kinds);
static void stack_remove(sp_html_t *html, unsigned depth);
static void stack_leave(sp_html_t *html, unsigned depth);


void
sp_html_end_p(sp_html_t *html)
{
    sp_html_end_kind(html, SP_TAG_P, SP_TAG_SCOPE, SP_HTML_KIND(SP_TAG_BUTTON));
}


void
sp_html_end_kind(sp_html_t *html, unsigned kind, unsigned flags, uint32_t kinds)
{
    unsigned  i;

    if (html->kinds[kind] == 0) {
        return;
    }

    i = sp_html_find_kind(html, SP_HTML_KIND(kind), flags, kinds);

    if (i != 0) {
        sp_html_pop(html, i - 1);
    }
}


void
sp_html_pop(sp_html_t *html, unsigned depth)
{
    while (html->depth > depth) {
        html->steps++;
        stack_leave(html, html->depth);
        html->depth--;
    }
}


static void
stack_leave(sp_html_t *html, unsigned depth)
{
    sp_html_open_t  *open;

    open = &html->stack[depth];

    if (open->flags & SP_OPEN_GONE) {
        return;
    }

    html->kinds[open->kind]--;
    html->tags[open->tag != 0 ? open->tag : sp_html_hash(open->key)]--;

    if (open->flags & SP_OPEN_WATCHED) {
        sp_html_hit_close(html, depth);
    }

    if (html->ntexts != 0) {
        sp_html_text_apart(html, open->flags & SP_TAG_BLOCK);
    }
}


/* It ends, but what is in it does not. */

static void
stack_remove(sp_html_t *html, unsigned depth)
{
    sp_html_open_t  *open;

    stack_leave(html, depth);

    open = &html->stack[depth];
    open->flags = (open->flags & SP_OPEN_INERT) | SP_OPEN_GONE;
    open->kind = SP_TAG_OTHER;
    open->key = 0;
}


/* The innermost of that name; 0: there is none. */

static unsigned
stack_find(sp_html_t *html, uint64_t key, unsigned flags, uint32_t kinds)
{
    unsigned               i;
    const sp_html_open_t  *open;

    for (i = html->depth; i != 0; i--) {
        html->steps++;
        open = &html->stack[i];

        if (open->key == key) {
            return i;
        }

        if ((open->flags & flags) || (kinds & SP_HTML_KIND(open->kind))) {
            return 0;
        }
    }

    return 0;
}


unsigned
sp_html_find_kind(sp_html_t *html, uint32_t wanted, unsigned flags,
    uint32_t kinds)
{
    unsigned               i;
    const sp_html_open_t  *open;

    for (i = html->depth; i != 0; i--) {
        html->steps++;
        open = &html->stack[i];

        if (wanted & SP_HTML_KIND(open->kind)) {
            return i;
        }

        if ((open->flags & flags) || (kinds & SP_HTML_KIND(open->kind))) {
            return 0;
        }
    }

    return 0;
}


void
sp_html_stop(sp_html_t *html)
{
    unsigned              i, n;
    const sp_html_tag_t  *tag;

    if (html->over != 0) {
        html->over--;
        return;
    }

    n = sp_html_tag(html->key);

    if (html->tags[n != 0 ? n : sp_html_hash(html->key)] == 0
        && sp_html_tags[n].kind != SP_TAG_HEADING)
    {
        return;
    }

    tag = &sp_html_tags[n];

    switch (tag->kind) {

    case SP_TAG_HTML:
    case SP_TAG_BODY:
        return;

    case SP_TAG_P:
        sp_html_end_p(html);
        return;

    case SP_TAG_HEADING:
        sp_html_end_kind(html, SP_TAG_HEADING, SP_TAG_SCOPE, 0);
        return;

    case SP_TAG_FORM:
        i = stack_find(html, html->key, SP_TAG_SCOPE, 0);

        if (i == html->depth) {
            sp_html_pop(html, i - 1);

        } else if (i != 0) {
            stack_remove(html, i);
        }

        return;

    case SP_TAG_TABLE:
    case SP_TAG_SECTION:
    case SP_TAG_ROW:
    case SP_TAG_CELL:
    case SP_TAG_CAPTION:
        i = stack_find(html, html->key, 0, SP_HTML_IN_TABLE);
        break;

    case SP_TAG_TEMPLATE:
        i = stack_find(html, html->key, 0, 0);
        break;

    case SP_TAG_LI:
        i = stack_find(html, html->key, SP_TAG_SCOPE,
                       SP_HTML_KIND(SP_TAG_UL));
        break;

    default:

        if ((tag->flags & SP_TAG_FORMAT) && !sp_html_foreign(html)) {
            sp_html_stop_format(html);
            return;
        }

        i = stack_find(html, html->key,
                       (tag->flags & SP_TAG_SPECIAL) ? SP_TAG_SCOPE
                                                     : SP_TAG_SPECIAL, 0);
        break;
    }

    if (i != 0) {
        sp_html_pop(html, i - 1);
    }
}


void
sp_html_stop_format(sp_html_t *html)
{
    unsigned  i, k;

    i = stack_find(html, html->key, SP_TAG_SCOPE, 0);

    if (i == 0) {
        return;
    }

    for (k = html->depth; k > i; k--) {
        html->steps++;

        if (html->stack[k].flags & SP_TAG_SPECIAL) {
            stack_remove(html, i);
            return;
        }
    }

    sp_html_pop(html, i - 1);
}
