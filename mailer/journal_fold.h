/*
 * Copyright (C) SitePreserver developers
 *
 * What a file of the journal says in the end: each shopper of a shop once, in
 * the order in which the file names them first.
 */

#ifndef JOURNAL_FOLD_H
#define JOURNAL_FOLD_H

#include <glib.h>

#include "journal.h"


typedef struct {
    const char  *shop;              /* these two live with the fold */
    const char  *reason;            /* NULL: none was ever given */
    int64_t      at;                /* Unix time, s */
    int64_t      until;             /* the same; 0: for ever */
    sp_id_t      shopper;
    unsigned     gone:1;            /* taken back, at */
} journal_last_t;

typedef struct {
    GHashTable    *table;           /* journal_last_t, by shop and shopper */
    GPtrArray     *order;           /* owns them */
    GStringChunk  *words;
} journal_fold_t;


void journal_fold_init(journal_fold_t *fold);
void journal_fold_free(journal_fold_t *fold);


/*
 * Notes one line more; a journal_each_pt.  A suppression counts as in Redis: an
 * end is never put to what has none, or a later one.  Of what is only said, and
 * said again ("not me"), the last time counts.
 */

void journal_fold_suppression(void *fold, int64_t at, const char *shop,
    const sp_id_t *shopper, const char *reason, int64_t until);
void journal_fold_said(void *fold, int64_t at, const char *shop,
    const sp_id_t *shopper, const char *reason, int64_t until);


/* Of suppressions: is this shopper suppressed for ever? */

int journal_fold_has(const journal_fold_t *fold, const char *shop,
    const sp_id_t *shopper);


/* When that was said of this shopper last, Unix time in s; -1: it was not. */

int64_t journal_fold_at(const journal_fold_t *fold, const char *shop,
    const sp_id_t *shopper);


#endif /* JOURNAL_FOLD_H */
