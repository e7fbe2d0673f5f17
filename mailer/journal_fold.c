/*
 * Copyright (C) SitePreserver developers
 */

#include "journal_fold.h"


#define JOURNAL_FOLD_CHUNK  1024


static guint journal_fold_hash(gconstpointer key);
static gboolean journal_fold_equal(gconstpointer a, gconstpointer b);
static journal_last_t *journal_fold_find(const journal_fold_t *fold,
    const char *shop, const sp_id_t *shopper);
static journal_last_t *journal_fold_one(journal_fold_t *fold,
    const char *shop, const sp_id_t *shopper);


void
journal_fold_init(journal_fold_t *fold)
{
    fold->table = g_hash_table_new(journal_fold_hash, journal_fold_equal);
    fold->order = g_ptr_array_new_with_free_func(g_free);
    fold->words = g_string_chunk_new(JOURNAL_FOLD_CHUNK);
}


void
journal_fold_free(journal_fold_t *fold)
{
    g_hash_table_destroy(fold->table);
    g_ptr_array_free(fold->order, TRUE);
    g_string_chunk_free(fold->words);
}


static guint
journal_fold_hash(gconstpointer key)
{
    const journal_last_t  *last;

    last = key;

    return g_str_hash(last->shopper.text) ^ g_str_hash(last->shop);
}


static gboolean
journal_fold_equal(gconstpointer a, gconstpointer b)
{
    const journal_last_t  *one, *other;

    one = a;
    other = b;

    return strcmp(one->shopper.text, other->shopper.text) == 0
           && strcmp(one->shop, other->shop) == 0;
}


static journal_last_t *
journal_fold_find(const journal_fold_t *fold, const char *shop,
    const sp_id_t *shopper)
{
    journal_last_t  key;

    key.shop = shop;
    key.shopper = *shopper;

    return g_hash_table_lookup(fold->table, &key);
}


/* One that was not there is as one that was taken back. */

static journal_last_t *
journal_fold_one(journal_fold_t *fold, const char *shop,
    const sp_id_t *shopper)
{
    journal_last_t  *last;

    last = journal_fold_find(fold, shop, shopper);

    if (last == NULL) {
        last = g_new0(journal_last_t, 1);
        last->shop = g_string_chunk_insert_const(fold->words, shop);
        last->shopper = *shopper;
        last->gone = 1;
        g_hash_table_add(fold->table, last);
        g_ptr_array_add(fold->order, last);
    }

    return last;
}


void
journal_fold_suppression(void *fold, int64_t at, const char *shop,
    const sp_id_t *shopper, const char *reason, int64_t until)
{
    journal_fold_t  *all;
    journal_last_t  *last;

    all = fold;
    last = journal_fold_one(all, shop, shopper);

    if (reason == NULL) {
        last->gone = 1;
        last->at = at;
        return;
    }

    if (!last->gone
        && (last->until == 0 || (until != 0 && until <= last->until)))
    {
        return;
    }

    last->reason = g_string_chunk_insert_const(all->words, reason);
    last->at = at;
    last->until = until;
    last->gone = 0;
}


void
journal_fold_said(void *fold, int64_t at, const char *shop,
    const sp_id_t *shopper, const char *reason, int64_t until)
{
    journal_fold_t  *all;
    journal_last_t  *last;

    all = fold;
    last = journal_fold_one(all, shop, shopper);

    if (last->gone || at >= last->at) {
        last->at = at;
        last->reason = g_string_chunk_insert_const(all->words,
                                                   reason != NULL ? reason
                                                                  : "-");
    }

    last->gone = 0;
}


int
journal_fold_has(const journal_fold_t *fold, const char *shop,
    const sp_id_t *shopper)
{
    const journal_last_t  *last;

    last = journal_fold_find(fold, shop, shopper);

    return last != NULL && !last->gone && last->until == 0;
}


int64_t
journal_fold_at(const journal_fold_t *fold, const char *shop,
    const sp_id_t *shopper)
{
    const journal_last_t  *last;

    last = journal_fold_find(fold, shop, shopper);

    return last != NULL ? last->at : -1;
}
