/*
 * Copyright (C) SitePreserver developers
 *
 * What becomes of hits: texts and attributes that are reported, items with
 * their fields, and where a collection ends.
 */

#include "sp_html_int.h"
#include "sp_json_text.h"
#include "sp_utf8.h"


static void hit_attr(sp_html_t *html, sp_html_watch_t *watch,
    unsigned query);
static void hit_item(sp_html_t *html, sp_html_watch_t *watch,
    unsigned query);
static void hit_own(sp_html_t *html, sp_html_watch_t *watch);
static void hit_container(sp_html_t *html, sp_html_watch_t *watch);
static void hit_text_over(sp_html_t *html, sp_html_watch_t *watch,
    unsigned query);
static void hit_item_over(sp_html_t *html, sp_html_watch_t *watch);
static void hit_container_over(sp_html_t *html, sp_html_watch_t *watch,
    unsigned depth);
static void hit_closed(sp_html_t *html, sp_html_watch_t *watch);
static void hit_found(sp_html_t *html, sp_html_watch_t *watch,
    unsigned query, const sp_str_t *text, int cut);
static sp_rc_t hit_tell(sp_html_t *html, sp_html_watch_t *watch,
    sp_html_hit_t *hit);
static void hit_unwant(sp_html_t *html, sp_html_watch_t *watch,
    unsigned query);
static void hit_done(sp_html_t *html, sp_html_watch_t *watch);


#define BIT(n)  (UINT64_C(1) << (n))


void
sp_html_hit(sp_html_t *html, sp_html_watch_t *watch, unsigned query)
{
    const sp_html_query_t  *q;

    static const sp_str_t  nothing = sp_null_string;

    q = &watch->set->queries[query];

    if (!(watch->wanted & BIT(query)) || html->rc != SP_AGAIN) {
        return;
    }

    switch (q->kind) {

    case SP_HTML_PRESENT:
        hit_found(html, watch, query, &nothing, 0);
        return;

    case SP_HTML_ITEM:
        if (watch->item == 0) {
            hit_item(html, watch, query);
        }

        return;

    case SP_HTML_FIELD:
        if (watch->skips || (watch->got & BIT(query))) {
            return;
        }

        break;

    default:
        break;
    }

    if (q->attr != 0) {
        hit_attr(html, watch, query);

    } else if (!(watch->open & BIT(query))) {
        sp_html_text_open(html, watch, query);
    }
}


static void
hit_attr(sp_html_t *html, sp_html_watch_t *watch, unsigned query)
{
    size_t                 len;
    sp_str_t               text;
    unsigned               attr;
    const sp_html_kept_t  *kept;

    attr = watch->set->queries[query].attr - 1;
    kept = &watch->kept[attr];

    if (!(watch->tag.seen & BIT(attr)) || kept->len == 0) {
        return;
    }

    text.data = watch->values + kept->start;
    text.len = kept->len;

    len = watch->set->queries[query].limit;

    if (text.len > len) {
        text.len = len;
        text.len = sp_utf8_whole(&text);
    }

    sp_json_text_mend(watch->values + kept->start, text.len);

    hit_found(html, watch, query, &text,
                kept->cut || text.len != kept->len);
}


static void
hit_item(sp_html_t *html, sp_html_watch_t *watch, unsigned query)
{
    sp_rc_t        rc;
    uint64_t       bits;
    sp_html_hit_t  hit;

    memset(&hit, 0, sizeof(sp_html_hit_t));
    hit.event = SP_HTML_BEGIN;
    hit.query = query;

    if (watch->items == 0) {
        hit_container(html, watch);

    } else {
        hit.apart = watch->parent_gone || watch->parent != html->depth - 1;
    }

    watch->items++;
    watch->item = html->depth;
    watch->got = 0;
    watch->skips = 0;

    html->stack[html->depth].flags |= SP_OPEN_WATCHED;

    for (bits = watch->set->fields & watch->set->nth; bits != 0;
         bits &= bits - 1)
    {
        watch->counts[__builtin_ctzll(bits)] = 0;
    }

    rc = hit_tell(html, watch, &hit);

    if (rc == SP_DONE) {
        watch->skips = 1;

    } else if (rc == SP_OK) {
        hit_own(html, watch);
    }
}


/* "." and ".@NAME" */

static void
hit_own(sp_html_t *html, sp_html_watch_t *watch)
{
    unsigned                i;
    const sp_html_query_t  *q;

    for (i = 0; i < watch->set->nqueries; i++) {
        q = &watch->set->queries[i];

        if (!q->own || html->rc != SP_AGAIN) {
            continue;
        }

        if (q->attr != 0) {
            hit_attr(html, watch, i);

        } else {
            sp_html_text_open(html, watch, i);
        }
    }
}


/* What holds the items, as far as that is known at the first. */

static void
hit_container(sp_html_t *html, sp_html_watch_t *watch)
{
    unsigned  depth;

    watch->parent = html->depth - 1;
    watch->parent_gone = 0;
    watch->named = 0;

    depth = html->depth - 1;

    if (watch->set->container != 0) {

        while (depth > 1
               && (watch->masks[depth - 1] & watch->set->container))
        {
            html->steps++;
            depth--;
        }

        watch->named = 1;
    }

    watch->container = depth;
    html->stack[watch->parent].flags |= SP_OPEN_WATCHED;
    html->stack[depth].flags |= SP_OPEN_WATCHED;
}


void
sp_html_hit_close(sp_html_t *html, unsigned depth)
{
    unsigned          i, query;
    uint64_t          bits;
    sp_html_watch_t  *watch;

    for (i = 0; i < html->nwatches; i++) {
        watch = &html->watches[i];

        for (bits = watch->open; bits != 0; bits &= bits - 1) {
            query = (unsigned) __builtin_ctzll(bits);

            if (watch->texts[query].depth == depth) {
                hit_text_over(html, watch, query);
            }
        }

        if (watch->done) {
            continue;
        }

        if (watch->item == depth && depth != 0) {
            hit_item_over(html, watch);
        }

        if (watch->items != 0 && watch->item == 0) {
            hit_container_over(html, watch, depth);
        }
    }
}


static void
hit_text_over(sp_html_t *html, sp_html_watch_t *watch, unsigned query)
{
    sp_str_t  text;

    sp_html_text_close(html, watch, query, &text);

    if (text.len != 0) {
        hit_found(html, watch, query, &text, watch->texts[query].cut);
    }
}


/* What was gathered within it ends with it. */

static void
hit_item_over(sp_html_t *html, sp_html_watch_t *watch)
{
    unsigned       query;
    uint64_t       bits;
    sp_html_hit_t  hit;

    for (bits = watch->open; bits != 0; bits &= bits - 1) {
        query = (unsigned) __builtin_ctzll(bits);

        if (watch->set->queries[query].kind == SP_HTML_FIELD) {
            hit_text_over(html, watch, query);
        }
    }

    watch->item = 0;

    memset(&hit, 0, sizeof(sp_html_hit_t));
    hit.event = SP_HTML_END;
    hit.query = watch->set->item - 1;

    if (!watch->done && hit_tell(html, watch, &hit) == SP_DONE) {
        hit_closed(html, watch);
    }
}


/*
 * A single item may be one of several that each have a box of their own; but
 * not in a list.
 */

static void
hit_container_over(sp_html_t *html, sp_html_watch_t *watch, unsigned depth)
{
    if (watch->parent == depth && !watch->parent_gone) {
        watch->parent_gone = 1;
    }

    if (watch->container != depth || depth == 0) {
        return;
    }

    if (watch->named || watch->items > 1
        || (html->stack[depth].flags & SP_TAG_LIST))
    {
        hit_closed(html, watch);
        return;
    }

    watch->container = depth - 1;
    html->stack[depth - 1].flags |= SP_OPEN_WATCHED;
}


static void
hit_closed(sp_html_t *html, sp_html_watch_t *watch)
{
    sp_html_hit_t  hit;

    memset(&hit, 0, sizeof(sp_html_hit_t));
    hit.event = SP_HTML_CLOSED;
    hit.query = watch->set->item - 1;

    if (hit_tell(html, watch, &hit) == SP_DONE) {
        hit_done(html, watch);

    } else {
        watch->items = 0;
    }
}


void
sp_html_hit_end(sp_html_t *html)
{
    unsigned          i;
    sp_html_watch_t  *watch;

    for (i = 0; i < html->nwatches && html->rc == SP_AGAIN; i++) {
        watch = &html->watches[i];

        if (!watch->done && watch->items != 0) {
            hit_closed(html, watch);
        }
    }
}


static void
hit_found(sp_html_t *html, sp_html_watch_t *watch, unsigned query,
    const sp_str_t *text, int cut)
{
    sp_rc_t        rc;
    sp_html_hit_t  hit;

    memset(&hit, 0, sizeof(sp_html_hit_t));
    hit.event = SP_HTML_FOUND;
    hit.query = query;
    hit.text = *text;
    hit.cut = cut != 0;

    rc = hit_tell(html, watch, &hit);

    if (watch->set->queries[query].kind == SP_HTML_FIELD) {
        watch->got |= BIT(query);

    } else if (rc == SP_OK) {
        hit_unwant(html, watch, query);

    } else if (rc == SP_DONE) {
        hit_done(html, watch);
    }
}


static sp_rc_t
hit_tell(sp_html_t *html, sp_html_watch_t *watch, sp_html_hit_t *hit)
{
    sp_rc_t  rc;

    if (html->rc == SP_NOMEM) {
        return SP_NOMEM;
    }

    rc = watch->hit(watch->data, hit);

    if (rc == SP_NOMEM) {
        html->rc = SP_NOMEM;
    }

    return rc;
}


static void
hit_unwant(sp_html_t *html, sp_html_watch_t *watch, unsigned query)
{
    if (watch->done) {
        return;
    }

    watch->wanted &= ~BIT(query);
    watch->steps &= ~watch->set->queries[query].steps;

    if (watch->wanted == 0) {
        hit_done(html, watch);
    }
}


static void
hit_done(sp_html_t *html, sp_html_watch_t *watch)
{
    unsigned  query;
    uint64_t  bits;
    sp_str_t  text;

    if (watch->done) {
        return;
    }

    for (bits = watch->open; bits != 0; bits &= bits - 1) {
        query = (unsigned) __builtin_ctzll(bits);
        sp_html_text_close(html, watch, query, &text);
    }

    watch->done = 1;
    watch->steps = 0;

    if (--html->nlive == 0 && html->rc == SP_AGAIN) {
        html->rc = SP_DONE;
    }
}


void
sp_html_unwatch(sp_html_t *html, unsigned number, unsigned query)
{
    sp_str_t          text;
    sp_html_watch_t  *watch;

    watch = &html->watches[number];

    if (watch->open & BIT(query)) {
        sp_html_text_close(html, watch, query, &text);
    }

    if (query + 1 == watch->set->item) {
        hit_done(html, watch);

    } else {
        hit_unwant(html, watch, query);
    }
}
