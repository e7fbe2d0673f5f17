/*
 * Copyright (C) SitePreserver developers
 *
 * Which elements are hits.  For each open element a set has a mask of the
 * steps that it and those around it are hits of, so that a step is looked at
 * only where the one before it led to; and only if the rarest of its tests
 * holds, which mostly none does.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                 /* memmem() */
#endif

#include "sp_html_int.h"


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
            sp_html_hit(html, watch,
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
