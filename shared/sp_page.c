/*
 * Copyright (C) SitePreserver developers
 *
 * A document of HTML as it passes.
 */

#include "sp_pages_int.h"


/* A find under way; its number is that of the finder's watch. */

typedef struct {
    sp_page_t             *page;
    const sp_page_find_t  *find;
} sp_page_watch_t;

struct sp_page_s {
    sp_observation_t      *ob;
    sp_html_t             *html;    /* NULL: nobody wants it */
    unsigned               n;
    sp_page_watch_t       *watches;
};


static int page_alive(const sp_observation_t *ob, const sp_page_find_t *find);
static sp_rc_t page_value(void *data, const sp_html_hit_t *hit);
static sp_rc_t page_item(void *data, const sp_html_hit_t *hit);
static sp_rc_t page_closed(sp_page_watch_t *watch, sp_collected_t *collected);
static void page_settled(sp_page_t *page, const sp_page_find_t *find);
static sp_collected_t *page_collected(sp_page_watch_t *watch);


sp_page_t *
sp_page_create(sp_observation_t *ob, const sp_pages_t *pages)
{
    unsigned               n, number;
    sp_page_t             *page;
    sp_page_watch_t       *watch;
    const sp_page_find_t  *find;

    for (find = pages->first, n = 0; find != NULL; find = find->next) {
        n += page_alive(ob, find) != 0;
    }

    page = sp_calloc(ob->pool, sizeof(sp_page_t)
                               + n * sizeof(sp_page_watch_t));

    if (page == NULL || sp_observation_room(ob) != SP_OK) {
        return NULL;
    }

    page->ob = ob;
    page->watches = (sp_page_watch_t *) (void *) (page + 1);

    if (n == 0) {
        return page;
    }

    page->html = sp_html_create(ob->pool, n);
    if (page->html == NULL) {
        return NULL;
    }

    for (find = pages->first; find != NULL; find = find->next) {

        if (!page_alive(ob, find)) {
            continue;
        }

        watch = &page->watches[page->n++];
        watch->page = page;
        watch->find = find;

        if (sp_html_watch(page->html, find->set,
                          find->collection == SP_NO_VALUE ? page_value
                                                          : page_item,
                          watch, &number)
            != SP_OK)
        {
            return NULL;
        }
    }

    return page;
}


static int
page_alive(const sp_observation_t *ob, const sp_page_find_t *find)
{
    unsigned  rule;

    rule = find->rule->index;

    return ob->alive[rule / 64] >> (rule % 64) & 1;
}


sp_rc_t
sp_page_read(sp_page_t *page, const char *data, size_t len)
{
    return page->html != NULL ? sp_html_read(page->html, data, len) : SP_DONE;
}


size_t
sp_page_taken(const sp_page_t *page)
{
    return page->html != NULL ? sp_html_taken(page->html) : 0;
}


/* What may have been too deep is not whole. */

sp_rc_t
sp_page_end(sp_page_t *page)
{
    if (page->html == NULL) {
        return SP_OK;
    }

    if (sp_html_deep(page->html)) {
        page->ob->response_cut = 1;
        return SP_OK;
    }

    return sp_html_end(page->html);
}


sp_rc_t
sp_page_next(sp_page_t *page)
{
    if (sp_page_end(page) != SP_OK) {
        return SP_NOMEM;
    }

    if (page->html == NULL) {
        return SP_DONE;
    }

    sp_html_again(page->html);

    return sp_page_read(page, "", 0);
}


static sp_rc_t
page_value(void *data, const sp_html_hit_t *hit)
{
    sp_scanned_t     *found;
    sp_page_watch_t  *watch;

    watch = data;
    found = &watch->page->ob->values[watch->find->values[hit->query]];

    if (hit->text.len == 0) {
        found->state = SP_SCANNED_NESTED;
        return SP_OK;
    }

    if (sp_str_copy(watch->page->ob->pool, &hit->text, &found->text)
        != SP_OK)
    {
        return SP_NOMEM;
    }

    found->cut = hit->cut;
    found->state = SP_SCANNED_TEXT;

    return SP_OK;
}


static sp_rc_t
page_item(void *data, const sp_html_hit_t *hit)
{
    sp_collected_t   *collected;
    sp_page_watch_t  *watch;

    watch = data;

    collected = page_collected(watch);
    if (collected == NULL) {
        return SP_NOMEM;
    }

    switch (hit->event) {

    case SP_HTML_BEGIN:
        return sp_collected_html_begin(collected, hit->apart);

    case SP_HTML_FOUND:
        return sp_collected_html_field(collected,
                                       watch->find->fields[hit->query],
                                       watch->find->alternatives[hit->query],
                                       &hit->text, hit->cut);

    case SP_HTML_END:
        sp_collected_html_end(collected);
        return SP_OK;

    default:
        return page_closed(watch, collected);
    }
}


static sp_collected_t *
page_collected(sp_page_watch_t *watch)
{
    unsigned           n;
    sp_observation_t  *ob;

    ob = watch->page->ob;
    n = watch->find->collection;

    if (ob->collected[n] == NULL) {
        ob->collected[n] = sp_collected_create(ob->pool, ob->rules->items[n],
                                               ob->rules->collections[n]);
    }

    return ob->collected[n];
}


/* There may have been others that were too deep to be seen. */

static sp_rc_t
page_closed(sp_page_watch_t *watch, sp_collected_t *collected)
{
    if (sp_html_deep(watch->page->html)) {
        watch->page->ob->response_cut = 1;
        return SP_DONE;
    }

    if (sp_collected_html_closed(collected) == SP_OK) {
        return SP_OK;
    }

    page_settled(watch->page, watch->find);

    return SP_DONE;
}


/*
 * The cart is known: whether it is empty is not asked any more, and no other
 * alternative.
 */

static void
page_settled(sp_page_t *page, const sp_page_find_t *settled)
{
    unsigned               i, query;
    uint64_t               bits;
    const sp_page_find_t  *find;

    for (i = 0; i < page->n; i++) {
        find = page->watches[i].find;

        if (find->rule != settled->rule || find == settled) {
            continue;
        }

        if (find->collection != SP_NO_VALUE) {

            if (find->collection > settled->collection) {
                sp_html_unwatch(page->html, i, 0);
            }

            continue;
        }

        for (bits = find->empties; bits != 0; bits &= bits - 1) {
            query = (unsigned) __builtin_ctzll(bits);
            sp_html_unwatch(page->html, i, query);
        }
    }
}
