/*
 * Copyright (C) SitePreserver developers
 *
 * Which elements are hits.  For each open element a set has a mask of the
 * steps that it and those around it are hits of, so that a step is looked at
 * only where the one before it led to; and only if the rarest of its tests
 * holds, which mostly none does.
 */

#define _GNU_SOURCE                 /* memmem() */

#include "sp_html_int.h"
#include "sp_json_text.h"
#include "sp_utf8.h"


static void match_may(sp_html_t *html, sp_html_watch_t *watch, int tagged);
static inline uint64_t match_near(const sp_html_watch_t *watch,
    unsigned depth);
static void match_words(sp_html_watch_t *watch, const sp_html_attr_t *attr,
    const sp_str_t *value);
static void match_word(sp_html_watch_t *watch, uint64_t tests, uint64_t key,
    const char *p, size_t len);
static int match_test(const sp_html_test_t *test, const sp_str_t *value,
    int cut);
static int match_has(const sp_str_t *value, const sp_str_t *text);
static sp_rc_t match_keep(sp_html_t *html, sp_html_watch_t *watch,
    const sp_str_t *value);
static uint64_t match_steps(sp_html_t *html, sp_html_watch_t *watch);
static void match_hit(sp_html_t *html, sp_html_watch_t *watch,
    unsigned query);
static void match_attr(sp_html_t *html, sp_html_watch_t *watch,
    unsigned query);
static void match_item(sp_html_t *html, sp_html_watch_t *watch,
    unsigned query);
static void match_own(sp_html_t *html, sp_html_watch_t *watch);
static void match_container(sp_html_t *html, sp_html_watch_t *watch);
static void match_text_over(sp_html_t *html, sp_html_watch_t *watch,
    unsigned query);
static void match_item_over(sp_html_t *html, sp_html_watch_t *watch);
static void match_container_over(sp_html_t *html, sp_html_watch_t *watch,
    unsigned depth);
static void match_closed(sp_html_t *html, sp_html_watch_t *watch);
static void match_found(sp_html_t *html, sp_html_watch_t *watch,
    unsigned query, const sp_str_t *text, int cut);
static sp_rc_t match_tell(sp_html_t *html, sp_html_watch_t *watch,
    sp_html_hit_t *hit);
static void match_unwant(sp_html_t *html, sp_html_watch_t *watch,
    unsigned query);
static void match_done(sp_html_t *html, sp_html_watch_t *watch);


#define BIT(n)  (UINT64_C(1) << (n))


/*
 * Before it is known which elements end with the tag: those around it can only
 * become fewer, unless one is put in between.
 */

int
sp_html_match_tag(sp_html_t *html)
{
    unsigned              i;
    uint64_t              bloom, all;
    sp_html_watch_t      *watch;
    const sp_html_set_t  *set;

    bloom = sp_html_bloom(html->key);

    for (i = 0, all = 0; i < html->nwatches; i++) {
        watch = &html->watches[i];
        set = watch->set;

        if (((set->tag_bloom & bloom) == 0
             && (set->untagged & watch->steps) == 0)
            || html->over != 0)
        {
            watch->tag.may = 0;
            continue;
        }

        match_may(html, watch, (set->tag_bloom & bloom) != 0);
        all |= watch->tag.may;
    }

    return all != 0;
}


static void
match_may(sp_html_t *html, sp_html_watch_t *watch, int tagged)
{
    unsigned              n;
    uint64_t              may, bits;
    const sp_html_set_t  *set;

    set = watch->set;
    may = set->untagged;

    memset(&watch->tag, 0, sizeof(sp_html_seen_t));
    watch->values_len = 0;

    if (tagged) {

        for (bits = set->tags; bits != 0; bits &= bits - 1) {
            n = (unsigned) __builtin_ctzll(bits);

            if (set->tests[n].key == html->key) {
                watch->tag.facts = BIT(n);
                watch->tag.rare = set->leads[n];
                may |= set->tests[n].steps;
                break;
            }
        }
    }

    may &= watch->steps;

    if (may != 0 && !sp_html_puts_between(html->key)) {
        may &= match_near(watch, html->depth);
    }

    watch->tag.may = may;
}


/* The steps that may lead on from an element. */

static inline uint64_t
match_near(const sp_html_watch_t *watch, unsigned depth)
{
    uint64_t              near;
    const sp_html_set_t  *set;

    set = watch->set;

    near = (watch->masks[depth] << 1 & ~set->first)
           | (set->first & ~set->inner);

    return watch->item != 0 ? near | set->inner : near;
}


/* Of an attribute that is there twice, the first counts. */

int
sp_html_match_attr(sp_html_t *html)
{
    int                   wanted;
    unsigned              i, n;
    uint64_t              bloom;
    sp_html_watch_t      *watch;
    const sp_html_set_t  *set;

    bloom = sp_html_bloom(html->name);
    wanted = 0;

    for (i = 0; i < html->nwatches; i++) {
        watch = &html->watches[i];
        set = watch->set;
        watch->attr = 0;

        if (!(set->attr_bloom & bloom) || watch->tag.may == 0) {
            continue;
        }

        for (n = 0; n < set->nattrs; n++) {

            if (set->attrs[n].key == html->name) {

                if (!(watch->tag.seen & BIT(n))) {
                    watch->tag.seen |= BIT(n);
                    watch->attr = n + 1;
                    wanted = 1;
                }

                break;
            }
        }
    }

    return wanted;
}


void
sp_html_match_value(sp_html_t *html, const sp_str_t *value)
{
    unsigned               i, n;
    uint64_t               bits;
    sp_html_watch_t       *watch;
    const sp_html_set_t   *set;
    const sp_html_attr_t  *attr;

    for (i = 0; i < html->nwatches; i++) {
        watch = &html->watches[i];

        if (watch->attr == 0) {
            continue;
        }

        set = watch->set;
        attr = &set->attrs[watch->attr - 1];

        if (attr->words) {
            match_words(watch, attr, value);
        }

        for (bits = attr->tests; bits != 0; bits &= bits - 1) {
            n = (unsigned) __builtin_ctzll(bits);

            if (match_test(&set->tests[n], value, html->value_cut)) {
                watch->tag.facts |= BIT(n);
                watch->tag.rare |= set->leads[n];
            }
        }

        if (attr->kept && match_keep(html, watch, value) != SP_OK) {
            html->rc = SP_NOMEM;
            return;
        }
    }
}


static void
match_words(sp_html_watch_t *watch, const sp_html_attr_t *attr,
    const sp_str_t *value)
{
    unsigned     len;
    uint64_t     key, begins;
    const char  *p, *end, *word;

    p = value->data;
    end = p + value->len;
    begins = watch->set->word_begins;

    while (p < end) {

        if (!(begins >> (*p & 63) & 1)) {
            while (p < end && (unsigned char) *p++ > ' ') { /* void */ }
            continue;
        }

        word = p;
        key = 0;

        for (len = 0; p < end && (unsigned char) *p > ' '; p++, len++) {
            key = sp_html_key_add(key, len, (unsigned char) *p);
        }

        if (len != 0 && (watch->set->word_bloom & sp_html_bloom(key))) {
            match_word(watch, attr->tests, key, word, len);
        }

        p++;
    }
}


static void
match_word(sp_html_watch_t *watch, uint64_t tests, uint64_t key,
    const char *p, size_t len)
{
    unsigned               n;
    const sp_html_test_t  *test;

    for ( /* void */ ; tests != 0; tests &= tests - 1) {
        n = (unsigned) __builtin_ctzll(tests);
        test = &watch->set->tests[n];

        if (test->op == SP_TEST_WORD && test->key == key
            && test->text.len == len && memcmp(test->text.data, p, len) == 0)
        {
            watch->tag.facts |= BIT(n);
            watch->tag.rare |= watch->set->leads[n];
            return;
        }
    }
}


/* Of a value that is longer only its beginning is known. */

static int
match_test(const sp_html_test_t *test, const sp_str_t *value, int cut)
{
    const sp_str_t  *text;

    text = &test->text;

    switch (test->op) {

    case SP_TEST_PRESENT:
        return 1;

    case SP_TEST_EQUAL:
        return !cut && sp_str_eq(value, text);

    case SP_TEST_BEGINS:
        return value->len >= text->len
               && memcmp(value->data, text->data, text->len) == 0;

    case SP_TEST_HAS:
        return match_has(value, text);

    case SP_TEST_ENDS:
        return !cut && value->len >= text->len
               && memcmp(value->data + value->len - text->len, text->data,
                         text->len) == 0;

    default:
        return 0;
    }
}


static int
match_has(const sp_str_t *value, const sp_str_t *text)
{
    return value->len >= text->len
           && memmem(value->data, value->len, text->data, text->len) != NULL;
}


/* Until the tag is whole: only then is it known who wants it. */

static sp_rc_t
match_keep(sp_html_t *html, sp_html_watch_t *watch, const sp_str_t *value)
{
    sp_html_kept_t  *kept;

    if (sp_html_room(html->pool, &watch->values, &watch->values_size,
                     watch->values_len, value->len)
        != SP_OK)
    {
        return SP_NOMEM;
    }

    if (value->len != 0) {
        memcpy(watch->values + watch->values_len, value->data, value->len);
    }

    kept = &watch->kept[watch->attr - 1];
    kept->start = watch->values_len;
    kept->len = value->len;
    kept->cut = html->value_cut;

    watch->values_len += value->len;

    return SP_OK;
}


void
sp_html_match_open(sp_html_t *html)
{
    unsigned              i;
    uint64_t              hits;
    sp_html_watch_t      *watch;

    for (i = 0; i < html->nwatches; i++) {
        watch = &html->watches[i];

        if (watch->done) {
            continue;
        }

        watch->masks[html->depth] = watch->masks[html->depth - 1];

        if (!(watch->tag.rare & watch->tag.may)
            || (html->stack[html->depth].flags & SP_OPEN_INERT))
        {
            continue;
        }

        hits = match_steps(html, watch);
        watch->masks[html->depth] |= hits;

        for (hits &= watch->set->last; hits != 0; hits &= hits - 1) {
            match_hit(html, watch,
                      watch->set->query[__builtin_ctzll(hits)]);
        }
    }
}


static uint64_t
match_steps(sp_html_t *html, sp_html_watch_t *watch)
{
    unsigned              n;
    uint64_t              may, hits;
    const sp_html_set_t  *set;

    set = watch->set;
    may = match_near(watch, html->depth - 1) & watch->tag.rare & watch->steps;
    hits = 0;

    for ( /* void */ ; may != 0; may &= may - 1) {
        html->steps++;
        n = (unsigned) __builtin_ctzll(may);

        if ((set->needs[n] & ~watch->tag.facts) != 0) {
            continue;
        }

        if (set->nth & BIT(n)) {

            if (watch->counts[n] > SP_HTML_NTH
                || ++watch->counts[n] != set->number[n])
            {
                continue;
            }
        }

        hits |= BIT(n);
    }

    return hits;
}


static void
match_hit(sp_html_t *html, sp_html_watch_t *watch, unsigned query)
{
    const sp_html_query_t  *q;

    static const sp_str_t  nothing = sp_null_string;

    q = &watch->set->queries[query];

    if (!(watch->wanted & BIT(query)) || html->rc != SP_AGAIN) {
        return;
    }

    switch (q->kind) {

    case SP_HTML_PRESENT:
        match_found(html, watch, query, &nothing, 0);
        return;

    case SP_HTML_ITEM:
        if (watch->item == 0) {
            match_item(html, watch, query);
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
        match_attr(html, watch, query);

    } else if (!(watch->open & BIT(query))) {
        sp_html_text_open(html, watch, query);
    }
}


static void
match_attr(sp_html_t *html, sp_html_watch_t *watch, unsigned query)
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

    match_found(html, watch, query, &text,
                kept->cut || text.len != kept->len);
}


static void
match_item(sp_html_t *html, sp_html_watch_t *watch, unsigned query)
{
    sp_rc_t        rc;
    uint64_t       bits;
    sp_html_hit_t  hit;

    memset(&hit, 0, sizeof(sp_html_hit_t));
    hit.event = SP_HTML_BEGIN;
    hit.query = query;

    if (watch->items == 0) {
        match_container(html, watch);

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

    rc = match_tell(html, watch, &hit);

    if (rc == SP_DONE) {
        watch->skips = 1;

    } else if (rc == SP_OK) {
        match_own(html, watch);
    }
}


/* "." and ".@NAME" */

static void
match_own(sp_html_t *html, sp_html_watch_t *watch)
{
    unsigned                i;
    const sp_html_query_t  *q;

    for (i = 0; i < watch->set->nqueries; i++) {
        q = &watch->set->queries[i];

        if (!q->own || html->rc != SP_AGAIN) {
            continue;
        }

        if (q->attr != 0) {
            match_attr(html, watch, i);

        } else {
            sp_html_text_open(html, watch, i);
        }
    }
}


/* What holds the items, as far as that is known at the first. */

static void
match_container(sp_html_t *html, sp_html_watch_t *watch)
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
sp_html_match_close(sp_html_t *html, unsigned depth)
{
    unsigned          i, query;
    uint64_t          bits;
    sp_html_watch_t  *watch;

    for (i = 0; i < html->nwatches; i++) {
        watch = &html->watches[i];

        for (bits = watch->open; bits != 0; bits &= bits - 1) {
            query = (unsigned) __builtin_ctzll(bits);

            if (watch->texts[query].depth == depth) {
                match_text_over(html, watch, query);
            }
        }

        if (watch->done) {
            continue;
        }

        if (watch->item == depth && depth != 0) {
            match_item_over(html, watch);
        }

        if (watch->items != 0 && watch->item == 0) {
            match_container_over(html, watch, depth);
        }
    }
}


static void
match_text_over(sp_html_t *html, sp_html_watch_t *watch, unsigned query)
{
    sp_str_t  text;

    sp_html_text_close(html, watch, query, &text);

    if (text.len != 0) {
        match_found(html, watch, query, &text, watch->texts[query].cut);
    }
}


/* What was gathered within it ends with it. */

static void
match_item_over(sp_html_t *html, sp_html_watch_t *watch)
{
    unsigned       query;
    uint64_t       bits;
    sp_html_hit_t  hit;

    for (bits = watch->open; bits != 0; bits &= bits - 1) {
        query = (unsigned) __builtin_ctzll(bits);

        if (watch->set->queries[query].kind == SP_HTML_FIELD) {
            match_text_over(html, watch, query);
        }
    }

    watch->item = 0;

    memset(&hit, 0, sizeof(sp_html_hit_t));
    hit.event = SP_HTML_END;
    hit.query = watch->set->item - 1;

    if (!watch->done && match_tell(html, watch, &hit) == SP_DONE) {
        match_closed(html, watch);
    }
}


/*
 * A single item may be one of several that each have a box of their own; but
 * not in a list.
 */

static void
match_container_over(sp_html_t *html, sp_html_watch_t *watch, unsigned depth)
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
        match_closed(html, watch);
        return;
    }

    watch->container = depth - 1;
    html->stack[depth - 1].flags |= SP_OPEN_WATCHED;
}


static void
match_closed(sp_html_t *html, sp_html_watch_t *watch)
{
    sp_html_hit_t  hit;

    memset(&hit, 0, sizeof(sp_html_hit_t));
    hit.event = SP_HTML_CLOSED;
    hit.query = watch->set->item - 1;

    if (match_tell(html, watch, &hit) == SP_DONE) {
        match_done(html, watch);

    } else {
        watch->items = 0;
    }
}


void
sp_html_match_end(sp_html_t *html)
{
    unsigned          i;
    sp_html_watch_t  *watch;

    for (i = 0; i < html->nwatches && html->rc == SP_AGAIN; i++) {
        watch = &html->watches[i];

        if (!watch->done && watch->items != 0) {
            match_closed(html, watch);
        }
    }
}


static void
match_found(sp_html_t *html, sp_html_watch_t *watch, unsigned query,
    const sp_str_t *text, int cut)
{
    sp_rc_t        rc;
    sp_html_hit_t  hit;

    memset(&hit, 0, sizeof(sp_html_hit_t));
    hit.event = SP_HTML_FOUND;
    hit.query = query;
    hit.text = *text;
    hit.cut = cut != 0;

    rc = match_tell(html, watch, &hit);

    if (watch->set->queries[query].kind == SP_HTML_FIELD) {
        watch->got |= BIT(query);

    } else if (rc == SP_OK) {
        match_unwant(html, watch, query);

    } else if (rc == SP_DONE) {
        match_done(html, watch);
    }
}


static sp_rc_t
match_tell(sp_html_t *html, sp_html_watch_t *watch, sp_html_hit_t *hit)
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
match_unwant(sp_html_t *html, sp_html_watch_t *watch, unsigned query)
{
    if (watch->done) {
        return;
    }

    watch->wanted &= ~BIT(query);
    watch->steps &= ~watch->set->queries[query].steps;

    if (watch->wanted == 0) {
        match_done(html, watch);
    }
}


static void
match_done(sp_html_t *html, sp_html_watch_t *watch)
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
        match_done(html, watch);

    } else {
        match_unwant(html, watch, query);
    }
}
