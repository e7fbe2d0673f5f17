/*
 * Copyright (C) SitePreserver developers
 *
 * What a start tag ends before its element begins (HTML Standard, 13.2.6.4.7 to
 * 13.2.6.4.15 and 13.2.6.5).
 */

#include "sp_html_stack.h"


static void start_html(sp_html_t *html, const sp_html_tag_t *tag);
static void start_content(sp_html_t *html, const sp_html_tag_t *tag);
static void start_foreign(sp_html_t *html, const sp_html_tag_t *tag,
    unsigned n);
static void start_drop(sp_html_t *html);
static int start_make_room(sp_html_t *html, const sp_html_tag_t *tag);
static int start_once(const sp_html_t *html, const sp_html_tag_t *tag);
static void start_special(sp_html_t *html, const sp_html_tag_t *tag);
static void start_option(sp_html_t *html, unsigned kind);
static void start_end_item(sp_html_t *html, unsigned kind);
static void start_part(sp_html_t *html, unsigned kind);
static void start_table(sp_html_t *html);
static void start_in_table(sp_html_t *html, uint32_t within, unsigned alike);
static void start_implied(sp_html_t *html, uint64_t key);
static void start_push(sp_html_t *html, uint64_t key, unsigned n,
    unsigned flags);
static inline void start_no_match(sp_html_t *html);


void
sp_html_start(sp_html_t *html)
{
    unsigned              n;
    const sp_html_tag_t  *tag;

    n = sp_html_tag(html->key);
    tag = &sp_html_tags[n];

    if (sp_html_foreign(html)) {

        if (!(tag->flags & SP_TAG_BREAKOUT)) {
            start_foreign(html, tag, n);
            return;
        }

        while (sp_html_foreign(html)) {
            sp_html_pop(html, html->depth - 1);
        }
    }

    /* most of them end no other */

    if ((tag->kind != SP_TAG_OTHER || (tag->flags & SP_TAG_CLOSES_P)
         || html->kinds[SP_TAG_HEAD_ITSELF] != 0)
        && !start_make_room(html, tag))
    {
        return;
    }

    if (tag->kind == SP_TAG_FOREIGN) {
        start_foreign(html, tag, n);
        return;
    }

    start_push(html, html->key, n, 0);

    if ((tag->flags & SP_TAG_VOID) || tag->kind >= SP_TAG_RAW) {
        start_html(html, tag);
    }
}


/* It was just opened. */

static void
start_html(sp_html_t *html, const sp_html_tag_t *tag)
{
    if (tag->flags & SP_TAG_VOID) {
        start_drop(html);

    } else {
        start_content(html, tag);
    }
}


static void
start_content(sp_html_t *html, const sp_html_tag_t *tag)
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
start_foreign(sp_html_t *html, const sp_html_tag_t *tag, unsigned n)
{
    start_push(html, html->key, n,
               SP_OPEN_FOREIGN | (tag->flags & SP_TAG_INTEGRATION));

    if (html->is_closed) {
        start_drop(html);
    }
}


/* What was pushed just now has no end tag. */

static void
start_drop(sp_html_t *html)
{
    if (html->over != 0) {
        html->over--;

    } else {
        sp_html_pop(html, html->depth - 1);
    }
}


/* Ends what must be over before it begins; 0: the tag is to be ignored. */

static int
start_make_room(sp_html_t *html, const sp_html_tag_t *tag)
{
    if (html->over != 0) {
        return 1;
    }

    if (html->depth != 0
        && html->stack[html->depth].kind == SP_TAG_HEAD_ITSELF
        && !(tag->flags & SP_TAG_HEAD))
    {
        sp_html_pop(html, html->depth - 1);
    }

    if (!start_once(html, tag)) {
        return 0;
    }

    if (tag->kind != SP_TAG_OTHER) {
        start_special(html, tag);
    }

    if (tag->flags & SP_TAG_CLOSES_P) {
        sp_html_end_p(html);
    }

    if (tag->kind == SP_TAG_HEADING && html->depth != 0
        && html->stack[html->depth].kind == SP_TAG_HEADING)
    {
        sp_html_pop(html, html->depth - 1);
    }

    return 1;
}


/* Of some there is only one at a time. */

static int
start_once(const sp_html_t *html, const sp_html_tag_t *tag)
{
    switch (tag->kind) {

    case SP_TAG_FORM:
    case SP_TAG_HTML:
    case SP_TAG_HEAD_ITSELF:
    case SP_TAG_BODY:
        return html->kinds[tag->kind] == 0;

    default:
        return 1;
    }
}


static void
start_special(sp_html_t *html, const sp_html_tag_t *tag)
{
    switch (tag->kind) {

    case SP_TAG_LI:
    case SP_TAG_DD:
        start_end_item(html, tag->kind);
        sp_html_end_p(html);
        break;

    case SP_TAG_OPTGROUP:
    case SP_TAG_OPTION:
        start_option(html, tag->kind);
        break;

    case SP_TAG_A:
        if (html->kinds[SP_TAG_A] != 0) {
            sp_html_stop_format(html);
        }

        break;

    case SP_TAG_BUTTON:
        sp_html_end_kind(html, SP_TAG_BUTTON, SP_TAG_SCOPE, 0);
        break;

    case SP_TAG_TABLE:
        start_table(html);
        break;

    case SP_TAG_SECTION:
    case SP_TAG_CAPTION:
    case SP_TAG_ROW:
    case SP_TAG_CELL:
        start_part(html, tag->kind);
        break;

    default:
        break;
    }
}


static void
start_option(sp_html_t *html, unsigned kind)
{
    if (html->depth != 0 && html->stack[html->depth].kind == SP_TAG_OPTION) {
        sp_html_pop(html, html->depth - 1);
    }

    if (kind == SP_TAG_OPTGROUP && html->depth != 0
        && html->stack[html->depth].kind == SP_TAG_OPTGROUP)
    {
        sp_html_pop(html, html->depth - 1);
    }
}


static void
start_end_item(sp_html_t *html, unsigned kind)
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


/* One table directly within another ends that. */

static void
start_table(sp_html_t *html)
{
    unsigned  kind;

    if (html->depth == 0) {
        return;
    }

    kind = html->stack[html->depth].kind;

    if (kind == SP_TAG_TABLE || kind == SP_TAG_SECTION || kind == SP_TAG_ROW) {
        sp_html_end_kind(html, SP_TAG_TABLE, 0, SP_HTML_KIND(SP_TAG_TEMPLATE));
    }
}


/* Which parts of a table it can stand in. */

static void
start_part(sp_html_t *html, unsigned kind)
{
    switch (kind) {

    case SP_TAG_CELL:
        start_in_table(html, SP_HTML_KIND(SP_TAG_ROW)
                             | SP_HTML_KIND(SP_TAG_SECTION)
                             | SP_HTML_IN_TABLE, SP_TAG_CELL);
        break;

    case SP_TAG_ROW:
        start_in_table(html, SP_HTML_KIND(SP_TAG_SECTION) | SP_HTML_IN_TABLE,
                       SP_TAG_ROW);
        break;

    default:
        start_in_table(html, SP_HTML_IN_TABLE, kind);
        break;
    }
}


/*
 * A part of a table begins: what is open in the innermost part that it can
 * stand in ends.  Without a table, only one of its own kind ends.
 */

static void
start_in_table(sp_html_t *html, uint32_t within, unsigned alike)
{
    unsigned  i, kind;

    i = 0;

    if (html->kinds[SP_TAG_TABLE] != 0 || html->kinds[SP_TAG_SECTION] != 0
        || html->kinds[SP_TAG_ROW] != 0)
    {
        i = sp_html_find_kind(html, within, 0, 0);
    }

    if (i == 0) {
        sp_html_end_kind(html, alike, 0, SP_HTML_IN_TABLE);
        return;
    }

    sp_html_pop(html, i);

    kind = html->stack[i].kind;

    if (alike == SP_TAG_CELL || alike == SP_TAG_ROW) {

        if (kind == SP_TAG_TABLE) {
            start_implied(html, SP_HTML_KEY_TBODY);
        }

        if (alike == SP_TAG_CELL
            && (kind == SP_TAG_TABLE || kind == SP_TAG_SECTION))
        {
            start_implied(html, SP_HTML_KEY_TR);
        }
    }
}


/* An element whose tag was left out; it has no attributes. */

static void
start_implied(sp_html_t *html, uint64_t key)
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

    start_push(html, key, sp_html_tag(key), 0);

    html->key = tag;
    html->wants = wants;

    for (i = 0; i < html->nwatches; i++) {
        watch = &html->watches[i];
        watch->tag = watch->aside;
    }
}


static void
start_push(sp_html_t *html, uint64_t key, unsigned n, unsigned flags)
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
        start_no_match(html);
    }

    if (open->kind == SP_TAG_TEMPLATE) {
        open->flags |= SP_OPEN_INERT;
    }
}


/* Nothing that anybody looks for. */

static inline void
start_no_match(sp_html_t *html)
{
    unsigned          i;
    sp_html_watch_t  *watch;

    for (i = 0; i < html->nwatches; i++) {
        watch = &html->watches[i];
        watch->masks[html->depth] = watch->masks[html->depth - 1];
    }
}
