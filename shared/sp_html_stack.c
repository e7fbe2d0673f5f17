/*
 * Copyright (C) SitePreserver developers
 *
 * The elements that are open: which a tag ends before it begins, and which an
 * end tag ends (HTML Standard, 13.2.6.4.7 to 13.2.6.4.15 and 13.2.6.5).  Each
 * search stops at what it may not pass, and is not begun for what is not open;
 * what it passes it mostly pops.
 */

#include "sp_html_int.h"


static void stack_start_html(sp_html_t *html, const sp_html_tag_t *tag);
static void stack_start_foreign(sp_html_t *html, const sp_html_tag_t *tag,
    unsigned n);
static void stack_drop(sp_html_t *html);
static int stack_make_room(sp_html_t *html, const sp_html_tag_t *tag);
static void stack_end_item(sp_html_t *html, unsigned kind);
static void stack_end_p(sp_html_t *html);
static void stack_end_kind(sp_html_t *html, unsigned kind, unsigned flags,
    uint32_t kinds);
static void stack_table(sp_html_t *html);
static void stack_in_table(sp_html_t *html, uint32_t within, unsigned alike);
static void stack_implied(sp_html_t *html, uint64_t key);
static void stack_content(sp_html_t *html, const sp_html_tag_t *tag);
static void stack_push(sp_html_t *html, uint64_t key, unsigned n,
    unsigned flags);
static inline void stack_no_match(sp_html_t *html);
static unsigned stack_find(sp_html_t *html, uint64_t key, unsigned flags,
    uint32_t kinds);
static unsigned stack_find_kind(sp_html_t *html, uint32_t wanted,
    unsigned flags, uint32_t kinds);
static void stack_remove(sp_html_t *html, unsigned depth);
static void stack_stop_format(sp_html_t *html);
static void stack_leave(sp_html_t *html, unsigned depth);


#define KIND(kind)  (UINT32_C(1) << (kind))

#define IN_TABLE    (KIND(SP_TAG_TABLE) | KIND(SP_TAG_TEMPLATE))


void
sp_html_start(sp_html_t *html)
{
    unsigned              n;
    const sp_html_tag_t  *tag;

    n = sp_html_tag(html->key);
    tag = &sp_html_tags[n];

    if (sp_html_foreign(html)) {

        if (!(tag->flags & SP_TAG_BREAKOUT)) {
            stack_start_foreign(html, tag, n);
            return;
        }

        while (sp_html_foreign(html)) {
            sp_html_pop(html, html->depth - 1);
        }
    }

    /* most of them end no other */

    if ((tag->kind != SP_TAG_OTHER || (tag->flags & SP_TAG_CLOSES_P)
         || html->kinds[SP_TAG_HEAD_ITSELF] != 0)
        && !stack_make_room(html, tag))
    {
        return;
    }

    if (tag->kind == SP_TAG_FOREIGN) {
        stack_start_foreign(html, tag, n);
        return;
    }

    stack_push(html, html->key, n, 0);

    if ((tag->flags & SP_TAG_VOID) || tag->kind >= SP_TAG_RAW) {
        stack_start_html(html, tag);
    }
}


/* It was just opened. */

static void
stack_start_html(sp_html_t *html, const sp_html_tag_t *tag)
{
    if (tag->flags & SP_TAG_VOID) {
        stack_drop(html);

    } else {
        stack_content(html, tag);
    }
}


static void
stack_content(sp_html_t *html, const sp_html_tag_t *tag)
{
    switch (tag->kind) {

    case SP_TAG_RAW:
        html->raw = html->key;
        html->escaped = 0;
        html->state = SP_HTML_IN_RAW;
        break;

    case SP_TAG_TEXT:
        html->raw = html->key;
        html->text_raw = 1;
        break;

    case SP_TAG_PLAIN:
        html->state = SP_HTML_IN_PLAIN;
        break;

    default:
        break;
    }
}


static void
stack_start_foreign(sp_html_t *html, const sp_html_tag_t *tag, unsigned n)
{
    stack_push(html, html->key, n,
               SP_OPEN_FOREIGN | (tag->flags & SP_TAG_INTEGRATION));

    if (html->is_closed) {
        stack_drop(html);
    }
}


/* What was pushed just now has no end tag. */

static void
stack_drop(sp_html_t *html)
{
    if (html->over != 0) {
        html->over--;

    } else {
        sp_html_pop(html, html->depth - 1);
    }
}


/* Ends what must be over before it begins; 0: the tag is to be ignored. */

static int
stack_make_room(sp_html_t *html, const sp_html_tag_t *tag)
{
    unsigned               kind;
    const sp_html_open_t  *top;

    if (html->over != 0) {
        return 1;
    }

    top = &html->stack[html->depth];
    kind = html->depth != 0 ? top->kind : SP_TAG_OTHER;

    if (kind == SP_TAG_HEAD_ITSELF && !(tag->flags & SP_TAG_HEAD)) {
        sp_html_pop(html, html->depth - 1);
    }

    switch (tag->kind) {

    case SP_TAG_OTHER:
        break;

    case SP_TAG_LI:
    case SP_TAG_DD:
        stack_end_item(html, tag->kind);
        stack_end_p(html);
        break;

    case SP_TAG_OPTGROUP:
    case SP_TAG_OPTION:

        if (kind == SP_TAG_OPTION) {
            sp_html_pop(html, html->depth - 1);
        }

        if (tag->kind == SP_TAG_OPTGROUP && html->depth != 0
            && html->stack[html->depth].kind == SP_TAG_OPTGROUP)
        {
            sp_html_pop(html, html->depth - 1);
        }

        break;

    case SP_TAG_A:
        if (html->kinds[SP_TAG_A] != 0) {
            stack_stop_format(html);
        }

        break;

    case SP_TAG_BUTTON:
        stack_end_kind(html, SP_TAG_BUTTON, SP_TAG_SCOPE, 0);
        break;

    case SP_TAG_FORM:
        if (html->kinds[SP_TAG_FORM] != 0) {
            return 0;
        }

        break;

    case SP_TAG_HTML:
    case SP_TAG_HEAD_ITSELF:
    case SP_TAG_BODY:
        if (html->kinds[tag->kind] != 0) {
            return 0;
        }

        break;

    case SP_TAG_TABLE:
    case SP_TAG_SECTION:
    case SP_TAG_CAPTION:
    case SP_TAG_ROW:
    case SP_TAG_CELL:
        if (tag->kind == SP_TAG_TABLE) {
            stack_table(html);

        } else if (tag->kind == SP_TAG_CELL) {
            stack_in_table(html, KIND(SP_TAG_ROW) | KIND(SP_TAG_SECTION)
                                 | IN_TABLE, SP_TAG_CELL);

        } else if (tag->kind == SP_TAG_ROW) {
            stack_in_table(html, KIND(SP_TAG_SECTION) | IN_TABLE, SP_TAG_ROW);

        } else {
            stack_in_table(html, IN_TABLE, tag->kind);
        }

        break;

    default:
        break;
    }

    if (tag->flags & SP_TAG_CLOSES_P) {
        stack_end_p(html);
    }

    if (tag->kind == SP_TAG_HEADING && html->depth != 0
        && html->stack[html->depth].kind == SP_TAG_HEADING)
    {
        sp_html_pop(html, html->depth - 1);
    }

    return 1;
}


static void
stack_end_item(sp_html_t *html, unsigned kind)
{
    unsigned               i;
    const sp_html_open_t  *open;

    if (html->kinds[kind] == 0) {
        return;
    }

    for (i = html->depth; i != 0; i--) {
        html->steps++;
        open = &html->stack[i];

        if (open->kind == kind) {
            sp_html_pop(html, i - 1);
            return;
        }

        if ((open->flags & (SP_TAG_SPECIAL | SP_TAG_PASS)) == SP_TAG_SPECIAL) {
            return;
        }
    }
}


static void
stack_end_p(sp_html_t *html)
{
    stack_end_kind(html, SP_TAG_P, SP_TAG_SCOPE, KIND(SP_TAG_BUTTON));
}


/* Pops the innermost of a kind, unless something stands before it. */

static void
stack_end_kind(sp_html_t *html, unsigned kind, unsigned flags, uint32_t kinds)
{
    unsigned  i;

    if (html->kinds[kind] == 0) {
        return;
    }

    i = stack_find_kind(html, KIND(kind), flags, kinds);

    if (i != 0) {
        sp_html_pop(html, i - 1);
    }
}


/* One table directly within another ends that. */

static void
stack_table(sp_html_t *html)
{
    unsigned  kind;

    if (html->depth == 0) {
        return;
    }

    kind = html->stack[html->depth].kind;

    if (kind == SP_TAG_TABLE || kind == SP_TAG_SECTION || kind == SP_TAG_ROW) {
        stack_end_kind(html, SP_TAG_TABLE, 0, KIND(SP_TAG_TEMPLATE));
    }
}


/*
 * A part of a table begins: what is open in the innermost part that it can
 * stand in ends.  Without a table, only one of its own kind ends.
 */

static void
stack_in_table(sp_html_t *html, uint32_t within, unsigned alike)
{
    unsigned  i, kind;

    i = 0;

    if (html->kinds[SP_TAG_TABLE] != 0 || html->kinds[SP_TAG_SECTION] != 0
        || html->kinds[SP_TAG_ROW] != 0)
    {
        i = stack_find_kind(html, within, 0, 0);
    }

    if (i == 0) {
        stack_end_kind(html, alike, 0, IN_TABLE);
        return;
    }

    sp_html_pop(html, i);

    kind = html->stack[i].kind;

    if (alike == SP_TAG_CELL || alike == SP_TAG_ROW) {

        if (kind == SP_TAG_TABLE) {
            stack_implied(html, SP_HTML_KEY_TBODY);
        }

        if (alike == SP_TAG_CELL
            && (kind == SP_TAG_TABLE || kind == SP_TAG_SECTION))
        {
            stack_implied(html, SP_HTML_KEY_TR);
        }
    }
}


/* An element whose tag was left out; it has no attributes. */

static void
stack_implied(sp_html_t *html, uint64_t key)
{
    unsigned          i;
    uint64_t          tag;
    unsigned char     wants;
    sp_html_watch_t  *watch;

    tag = html->key;
    wants = html->wants;

    for (i = 0; i < html->nwatches; i++) {
        watch = &html->watches[i];
        watch->aside = watch->tag;
    }

    html->key = key;

    html->wants = sp_html_match_tag(html) != 0;

    stack_push(html, key, sp_html_tag(key), 0);

    html->key = tag;
    html->wants = wants;

    for (i = 0; i < html->nwatches; i++) {
        watch = &html->watches[i];
        watch->tag = watch->aside;
    }
}


static void
stack_push(sp_html_t *html, uint64_t key, unsigned n, unsigned flags)
{
    sp_html_open_t  *open;

    if (html->over != 0 || html->depth == SP_HTML_DEPTH) {
        html->over++;
        html->deep = 1;
        return;
    }

    flags |= html->stack[html->depth].flags & SP_OPEN_INERT;

    /* within SVG other tags mean nothing */

    if (!(flags & SP_OPEN_FOREIGN)) {
        flags |= sp_html_tags[n].flags;
    }

    open = &html->stack[++html->depth];

    open->key = key;
    open->flags = (uint16_t) flags;
    open->tag = (uint8_t) n;
    open->kind = (flags & SP_OPEN_FOREIGN) ? SP_TAG_OTHER
                                           : sp_html_tags[n].kind;

    html->kinds[open->kind]++;
    html->tags[n != 0 ? n : sp_html_hash(key)]++;

    if (html->ntexts != 0) {
        sp_html_text_apart(html, flags & SP_TAG_BLOCK);
    }

    if (html->wants) {
        sp_html_match_open(html);

    } else {
        stack_no_match(html);
    }

    if (open->kind == SP_TAG_TEMPLATE) {
        open->flags |= SP_OPEN_INERT;
    }
}


/* Nothing that anybody looks for. */

static inline void
stack_no_match(sp_html_t *html)
{
    unsigned          i;
    sp_html_watch_t  *watch;

    for (i = 0; i < html->nwatches; i++) {
        watch = &html->watches[i];
        watch->masks[html->depth] = watch->masks[html->depth - 1];
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


/* The innermost of that name, or of those kinds; 0: there is none. */

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

        if ((open->flags & flags) || (kinds & KIND(open->kind))) {
            return 0;
        }
    }

    return 0;
}


static unsigned
stack_find_kind(sp_html_t *html, uint32_t wanted, unsigned flags,
    uint32_t kinds)
{
    unsigned               i;
    const sp_html_open_t  *open;

    for (i = html->depth; i != 0; i--) {
        html->steps++;
        open = &html->stack[i];

        if (wanted & KIND(open->kind)) {
            return i;
        }

        if ((open->flags & flags) || (kinds & KIND(open->kind))) {
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
        stack_end_p(html);
        return;

    case SP_TAG_HEADING:
        stack_end_kind(html, SP_TAG_HEADING, SP_TAG_SCOPE, 0);
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
        i = stack_find(html, html->key, 0, IN_TABLE);
        break;

    case SP_TAG_TEMPLATE:
        i = stack_find(html, html->key, 0, 0);
        break;

    case SP_TAG_LI:
        i = stack_find(html, html->key, SP_TAG_SCOPE,
                       KIND(SP_TAG_UL));
        break;

    default:

        if ((tag->flags & SP_TAG_FORMAT) && !sp_html_foreign(html)) {
            stack_stop_format(html);
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


/*
 * An end of <b> within a block that began in it: the block goes on.  The same
 * for a link that begins within one.
 */

static void
stack_stop_format(sp_html_t *html)
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
