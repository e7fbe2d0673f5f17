/*
 * Copyright (C) SitePreserver developers
 *
 * Withdrawals of consent that the mailer's own file has: they outlive what Redis
 * remembers of a shopper.
 */

#include "cmd_consent.h"
#include "journal.h"


typedef struct {
    GHashTable  *table;             /* shopper -> int64_t, Unix time in s */
    const char  *shop;
} cmd_withdrawals_t;


static void cmd_withdrawals_add(void *data, int64_t at, const char *shop,
    const sp_id_t *shopper, const char *how, int64_t until);


GHashTable *
cmd_withdrawals_read(cmd_t *cmd, const config_shop_t *shop)
{
    cmd_withdrawals_t  all;

    all.table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    all.shop = shop->name;

    if (journal_withdrawals(cmd->conf->state_dir, cmd_withdrawals_add, &all)
        < 0)
    {
        cmd_error("%s/withdrawals cannot be read", cmd->conf->state_dir);
        g_hash_table_destroy(all.table);
        return NULL;
    }

    return all.table;
}


static void
cmd_withdrawals_add(void *data, int64_t at, const char *shop,
    const sp_id_t *shopper, const char *how, int64_t until)
{
    int64_t            *last;
    cmd_withdrawals_t  *all;

    all = data;

    if (strcmp(shop, all->shop) != 0) {
        return;
    }

    last = g_hash_table_lookup(all->table, shopper->text);

    if (last == NULL) {
        last = g_new0(int64_t, 1);
        g_hash_table_insert(all->table, g_strdup(shopper->text), last);
    }

    *last = at > *last ? at : *last;
}


/* The file has whole seconds: in the same one it was taken back. */

int
cmd_withdrawals_last(GHashTable *withdrawals, const sp_id_t *shopper,
    int64_t at)
{
    const int64_t  *last;

    last = g_hash_table_lookup(withdrawals, shopper->text);

    return last != NULL && (at < 0 || at / 1000 <= *last);
}
