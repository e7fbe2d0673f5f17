/*
 * Copyright (C) SitePreserver developers
 *
 * The journal's suppressions, as they are in the end; and their export.
 */

#include <time.h>

#include "cmd_suppress.h"


#define CMD_KEY_MAX  (65 + SP_ID_LEN + 1)


static void cmd_suppressions_key(char key[CMD_KEY_MAX], const char *shop,
    const sp_id_t *shopper);
static void cmd_suppress_print(cmd_t *cmd, json_t *rows,
    const cmd_suppressed_t *one);


int
cmd_suppressions_read(cmd_t *cmd, cmd_suppressions_t *all)
{
    all->table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    all->order = g_ptr_array_new_with_free_func(g_free);

    if (journal_suppressions(cmd->conf->state_dir, cmd_suppressions_add, all)
        < 0)
    {
        cmd_error("%s/suppressions cannot be read", cmd->conf->state_dir);
        cmd_suppressions_free(all);
        return 0;
    }

    return 1;
}


void
cmd_suppressions_free(cmd_suppressions_t *all)
{
    g_hash_table_destroy(all->table);
    g_ptr_array_free(all->order, TRUE);
}


/* As Redis does it: an end is never put to what has none, or a later one. */

void
cmd_suppressions_add(void *data, int64_t at, const char *shop,
    const sp_id_t *shopper, const char *reason, int64_t until)
{
    char                 key[CMD_KEY_MAX];
    cmd_suppressed_t    *one;
    cmd_suppressions_t  *all;

    all = data;
    cmd_suppressions_key(key, shop, shopper);
    one = g_hash_table_lookup(all->table, key);

    if (one == NULL) {
        one = g_new0(cmd_suppressed_t, 1);
        one->gone = 1;
        g_strlcpy(one->shop, shop, sizeof(one->shop));
        one->shopper = *shopper;
        g_hash_table_insert(all->table, g_strdup(key), one);
        g_ptr_array_add(all->order, one);
    }

    if (reason == NULL) {
        one->gone = 1;
        return;
    }

    if (!one->gone && (one->until == 0 || (until != 0 && until <= one->until)))
    {
        return;
    }

    g_strlcpy(one->reason, reason, sizeof(one->reason));
    one->at = at;
    one->until = until;
    one->gone = 0;
}


int
cmd_suppressions_has(const cmd_suppressions_t *all, const char *shop,
    const sp_id_t *shopper)
{
    char                     key[CMD_KEY_MAX];
    const cmd_suppressed_t  *one;

    cmd_suppressions_key(key, shop, shopper);
    one = g_hash_table_lookup(all->table, key);

    return one != NULL && !one->gone && one->until == 0;
}


static void
cmd_suppressions_key(char key[CMD_KEY_MAX], const char *shop,
    const sp_id_t *shopper)
{
    g_snprintf(key, CMD_KEY_MAX, "%s %s", shop, shopper->text);
}


int
cmd_suppress_export(cmd_t *cmd)
{
    guint                    i;
    json_t                  *rows;
    int64_t                  now;
    cmd_suppressions_t       all;
    const cmd_suppressed_t  *one;

    if (cmd->shop_name != NULL && cmd_shop(cmd) == NULL) {
        return CMD_USAGE;
    }

    if (!cmd_suppressions_read(cmd, &all)) {
        return CMD_FAILED;
    }

    now = (int64_t) time(NULL);
    rows = json_array();

    if (!cmd->json) {
        puts("shop,shopper,reason,at,until");
    }

    for (i = 0; i < all.order->len; i++) {
        one = g_ptr_array_index(all.order, i);

        if (!one->gone && (one->until == 0 || one->until > now)
            && (cmd->shop_name == NULL
                || strcmp(cmd->shop_name, one->shop) == 0))
        {
            cmd_suppress_print(cmd, rows, one);
        }
    }

    if (cmd->json) {
        cmd_print(cmd, rows);

    } else {
        json_decref(rows);
    }

    cmd_suppressions_free(&all);

    return ferror(stdout) || fflush(stdout) != 0 ? CMD_FAILED : CMD_OK;
}


static void
cmd_suppress_print(cmd_t *cmd, json_t *rows, const cmd_suppressed_t *one)
{
    char     at[32], until[32];
    json_t  *row;

    if (!cmd->json) {
        printf("%s,%s,%s,%s,%s\n", one->shop, one->shopper.text, one->reason,
               cmd_time(one->at * 1000, at),
               one->until != 0 ? cmd_time(one->until * 1000, until) : "");
        return;
    }

    row = json_pack("{s:s, s:s, s:s, s:I}", "shop", one->shop, "shopper",
                    one->shopper.text, "reason", one->reason, "at",
                    (json_int_t) one->at * 1000);

    if (one->until != 0) {
        json_object_set_new(row, "until", json_integer(one->until * 1000));
    }

    json_array_append_new(rows, row);
}
