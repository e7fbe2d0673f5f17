/*
 * Copyright (C) SitePreserver developers
 *
 * Withdrawals of consent that the mailer's own file has: they outlive what Redis
 * remembers of a shopper.
 */

#include "cmd_consent.h"


int
cmd_withdrawals_read(cmd_t *cmd, journal_fold_t *all)
{
    journal_fold_init(all);

    if (journal_withdrawals(cmd->conf->state_dir, journal_fold_said, all) < 0)
    {
        cmd_error("%s/withdrawals cannot be read", cmd->conf->state_dir);
        journal_fold_free(all);
        return 0;
    }

    return 1;
}


/* The file has whole seconds: in the same one it was taken back. */

int
cmd_withdrawals_last(const journal_fold_t *all, const config_shop_t *shop,
    const sp_id_t *shopper, int64_t at)
{
    int64_t  last;

    last = journal_fold_at(all, shop->name, shopper);

    return last >= 0 && (at < 0 || at / 1000 <= last);
}
