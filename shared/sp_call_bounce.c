/*
 * Copyright (C) SitePreserver developers
 *
 * What comes back: bounces and complaints.
 */

#include "sp_call_int.h"


sp_rc_t
sp_call_bounce(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    const sp_id_t *shopper, const char *kind, const char *report,
    const char *message)
{
    sp_rc_t  rc;

    rc = sp_call_start(call, pool, "sp1_bounce", shop, "p:", shopper->text,
                       strlen(shopper->text));

    if (rc == SP_OK) {
        sp_call_string(call, kind);
        sp_call_string(call, report);
        sp_call_string(call, message);
    }

    return rc;
}


sp_rc_t
sp_bounce_reply_read(const sp_str_t *text, int *fresh, unsigned *soft)
{
    size_t       i, n;
    const char  *p;

    *fresh = text->len > 4 && memcmp(text->data, "new ", 4) == 0;
    n = *fresh ? 4 : 6;

    if (!*fresh && (text->len <= 6 || memcmp(text->data, "again ", 6) != 0)) {
        return SP_INVALID;
    }

    *soft = 0;
    p = text->data;

    for (i = n; i < text->len; i++) {
        if (p[i] < '0' || p[i] > '9' || *soft > 1000) {
            return SP_INVALID;
        }

        *soft = *soft * 10 + (unsigned) (p[i] - '0');
    }

    return SP_OK;
}
