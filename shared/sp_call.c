/*
 * Copyright (C) SitePreserver developers
 *
 * The calls that are short: those of shop, operator and mailer.
 */

#include "sp_call_int.h"


#define sp_literal(s)  (s), sizeof(s) - 1


void
sp_call_load(sp_call_t *call)
{
    call->argc = 0;
    sp_call_arg(call, sp_literal("FUNCTION"));
    sp_call_arg(call, sp_literal("LOAD"));
    sp_call_arg(call, sp_functions_lua, sp_functions_lua_len);
}


sp_rc_t
sp_call_start(sp_call_t *call, const sp_pool_t *pool, const char *function,
    const sp_str_t *shop, const char *kind, const char *id, size_t len)
{
    char    *p, *key;
    size_t   prefix, kind_len;

    call->argc = 0;

    prefix = shop->len + sizeof("sp:{}:") - 1;
    kind_len = strlen(kind);

    key = sp_alloc(pool, prefix + kind_len + len + prefix + 5);

    if (key == NULL) {
        return SP_NOMEM;
    }

    p = key;
    memcpy(p, "sp:{", 4);
    memcpy(p + 4, shop->data, shop->len);
    memcpy(p + 4 + shop->len, "}:", 2);
    memcpy(p + prefix, kind, kind_len);

    if (len != 0) {
        memcpy(p + prefix + kind_len, id, len);
    }

    p += prefix + kind_len + len;
    memcpy(p, key, prefix);
    memcpy(p + prefix, "moved", 5);

    sp_call_arg(call, sp_literal("FCALL"));
    sp_call_string(call, function);
    sp_call_arg(call, sp_literal("2"));
    sp_call_arg(call, key, p - key);
    sp_call_arg(call, p, prefix + 5);

    return SP_OK;
}


sp_rc_t
sp_call_stream(sp_call_t *call, const sp_pool_t *pool, const char *function,
    const sp_str_t *shop, const char *kind, const sp_id_t *id,
    const sp_str_t *source, uint64_t seq)
{
    sp_rc_t  rc;

    rc = sp_call_start(call, pool, function, shop, kind, id->text,
                       strlen(id->text));

    if (rc != SP_OK) {
        return rc;
    }

    sp_call_arg(call, source->data, source->len);

    return sp_call_number(call, pool, seq);
}


void
sp_call_age(sp_call_t *call)
{
    static const char  age[] = "0000000000000";

    sp_call_arg(call, age, SP_AGE_LEN);
}


void
sp_call_arg(sp_call_t *call, const char *data, size_t len)
{
    call->argv[call->argc] = len != 0 ? data : "";
    call->argvlen[call->argc] = len;
    call->argc++;
}


void
sp_call_string(sp_call_t *call, const char *string)
{
    sp_call_arg(call, string, strlen(string));
}


sp_rc_t
sp_call_number(sp_call_t *call, const sp_pool_t *pool, uint64_t value)
{
    char  *buf, *p;

    buf = sp_alloc(pool, 24);

    if (buf == NULL) {
        return SP_NOMEM;
    }

    p = buf + 24;

    do {
        *--p = (char) ('0' + value % 10);
        value /= 10;
    } while (value != 0);

    sp_call_arg(call, p, buf + 24 - p);

    return SP_OK;
}


sp_rc_t
sp_call_shop(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    const char *fingerprint, const sp_terms_t *terms, int known_only)
{
    sp_rc_t  rc;

    rc = sp_call_start(call, pool, "sp1_shop", shop, "shop", NULL, 0);

    if (rc != SP_OK) {
        return rc;
    }

    sp_call_string(call, fingerprint);

    if (terms == NULL) {
        sp_call_arg(call, sp_literal(""));

    } else if (sp_call_number(call, pool, terms->idle) != SP_OK) {
        return SP_NOMEM;
    }

    sp_call_string(call, known_only ? "1" : "0");

    return SP_OK;
}


sp_rc_t
sp_call_customer(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    const sp_id_t *customer, const sp_id_t *shopper, const sp_str_t *sealed,
    int64_t remember)
{
    sp_rc_t  rc;

    rc = sp_call_start(call, pool, "sp1_customer", shop, "c:", customer->text,
                       strlen(customer->text));

    if (rc != SP_OK) {
        return rc;
    }

    sp_call_string(call, shopper->text);
    sp_call_arg(call, sealed->data, sealed->len);

    return sp_call_number(call, pool, remember);
}


sp_rc_t
sp_call_order(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    const sp_id_t *order, const sp_id_t *shopper, const sp_id_t *customer,
    int64_t ago, int64_t remember, int64_t total, const char *currency,
    int odd)
{
    sp_rc_t      rc;
    const char  *id;

    id = shopper != NULL ? shopper->text : "";

    rc = sp_call_start(call, pool, "sp1_order", shop, "p:", id, strlen(id));

    if (rc != SP_OK) {
        return rc;
    }

    sp_call_string(call, order != NULL ? order->text : "");
    sp_call_string(call, customer != NULL ? customer->text : "");

    rc = sp_call_number(call, pool, ago > 0 ? ago : 0);

    if (rc == SP_OK) {
        rc = sp_call_number(call, pool, remember);
    }

    if (rc == SP_OK && total != SP_NO_AMOUNT) {
        rc = sp_call_number(call, pool, total);

    } else if (odd) {
        sp_call_string(call, "");
    }

    if (rc == SP_OK && (total != SP_NO_AMOUNT || odd)) {
        sp_call_string(call, total != SP_NO_AMOUNT ? currency : "");
    }

    if (rc == SP_OK && odd) {
        sp_call_string(call, "1");
    }

    return rc;
}


sp_rc_t
sp_call_suppress(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    const sp_id_t *shopper, const char *reason, int remove)
{
    sp_rc_t  rc;

    rc = sp_call_start(call, pool, "sp1_suppress", shop, "p:", shopper->text,
                       strlen(shopper->text));

    if (rc == SP_OK) {
        sp_call_string(call, reason);
        sp_call_string(call, remove ? "1" : "0");
    }

    return rc;
}


sp_rc_t
sp_call_unsuppress(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *shopper, int64_t at)
{
    sp_rc_t  rc;

    rc = sp_call_suppress(call, pool, shop, shopper, "operator", 1);

    return rc == SP_OK ? sp_call_number(call, pool, at > 0 ? at : 1) : rc;
}


sp_rc_t
sp_call_pause(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    const sp_id_t *shopper, int64_t until)
{
    sp_rc_t  rc;

    rc = sp_call_suppress(call, pool, shop, shopper, "paused", 0);

    return rc == SP_OK ? sp_call_number(call, pool, until > 0 ? until : 1)
                       : rc;
}


sp_rc_t
sp_call_not_me(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    const sp_id_t *shopper, int64_t ago, int64_t remember)
{
    sp_rc_t  rc;

    rc = sp_call_start(call, pool, "sp1_not_me", shop, "p:", shopper->text,
                       strlen(shopper->text));

    if (rc == SP_OK) {
        rc = sp_call_number(call, pool, ago > 0 ? ago : 0);
    }

    return rc == SP_OK ? sp_call_number(call, pool, remember) : rc;
}


sp_rc_t
sp_call_mode(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    sp_mode_t mode)
{
    sp_rc_t  rc;

    rc = sp_call_start(call, pool, "sp1_mode", shop, "shop", NULL, 0);

    return rc == SP_OK ? sp_call_number(call, pool, mode) : rc;
}


sp_rc_t
sp_call_claim(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    const sp_str_t *mailer, unsigned max, int64_t lease)
{
    sp_rc_t  rc;

    rc = sp_call_start(call, pool, "sp1_claim", shop, "due", NULL, 0);

    if (rc != SP_OK) {
        return rc;
    }

    sp_call_arg(call, mailer->data, mailer->len);

    rc = sp_call_number(call, pool, max < SP_CLAIM_MAX ? max : SP_CLAIM_MAX);

    return rc == SP_OK ? sp_call_number(call, pool, lease) : rc;
}


sp_rc_t
sp_call_preview(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    const sp_id_t *shopper)
{
    return sp_call_start(call, pool, "sp1_preview", shop, "p:", shopper->text,
                         strlen(shopper->text));
}


sp_rc_t
sp_call_renew(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    const sp_str_t *mailer, const sp_id_t *shopper, uint64_t fence,
    int64_t lease)
{
    sp_rc_t  rc;

    rc = sp_call_start(call, pool, "sp1_renew", shop, "p:", shopper->text,
                       strlen(shopper->text));

    if (rc != SP_OK) {
        return rc;
    }

    sp_call_arg(call, mailer->data, mailer->len);

    rc = sp_call_number(call, pool, fence);

    return rc == SP_OK ? sp_call_number(call, pool, lease) : rc;
}


/* What confirm and settle begin with: rescue, fence, series, step, attempt. */

static sp_rc_t
sp_call_step(sp_call_t *call, const sp_pool_t *pool, const char *function,
    const sp_str_t *shop, const sp_id_t *shopper, uint64_t rescue,
    uint64_t fence, uint32_t series, uint32_t step, const char *attempt)
{
    if (sp_call_start(call, pool, function, shop, "p:", shopper->text,
                      strlen(shopper->text)) != SP_OK
        || sp_call_number(call, pool, rescue) != SP_OK
        || sp_call_number(call, pool, fence) != SP_OK
        || sp_call_number(call, pool, series) != SP_OK
        || sp_call_number(call, pool, step) != SP_OK)
    {
        return SP_NOMEM;
    }

    sp_call_string(call, attempt != NULL ? attempt : "");

    return SP_OK;
}


sp_rc_t
sp_call_confirm(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    const sp_id_t *shopper, uint64_t rescue, uint64_t fence, uint32_t series,
    uint32_t step, const char *attempt, sp_mode_t mode,
    const sp_confirm_t *terms)
{
    sp_rc_t  rc;

    rc = sp_call_step(call, pool, "sp1_confirm", shop, shopper, rescue, fence,
                      series, step, attempt);

    if (rc != SP_OK
        || sp_call_number(call, pool, mode) != SP_OK
        || sp_call_number(call, pool, terms->max_per_day) != SP_OK
        || sp_call_number(call, pool, terms->max_per_week) != SP_OK
        || sp_call_number(call, pool, terms->cool_down > 0
                                      ? terms->cool_down : 0) != SP_OK
        || sp_call_number(call, pool, terms->variant & 0xff) != SP_OK)
    {
        return SP_NOMEM;
    }

    sp_call_string(call, terms->holdout ? "1" : "0");
    sp_call_string(call, terms->offer ? "1" : "0");

    return sp_call_number(call, pool, terms->consent);
}


sp_rc_t
sp_call_settle(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    const sp_id_t *shopper, uint64_t rescue, uint64_t fence, uint32_t series,
    uint32_t step, const char *attempt, sp_settle_t outcome,
    const char *reason, int64_t next)
{
    char     *p;
    sp_rc_t   rc;

    rc = sp_call_step(call, pool, "sp1_settle", shop, shopper, rescue, fence,
                      series, step, attempt);

    if (rc != SP_OK) {
        return rc;
    }

    p = sp_alloc(pool, 1);

    if (p == NULL) {
        return SP_NOMEM;
    }

    *p = (char) outcome;

    sp_call_arg(call, p, 1);
    sp_call_string(call, reason != NULL ? reason : "");

    return sp_call_number(call, pool, next > 0 ? next : 0);
}


sp_rc_t
sp_call_status(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop)
{
    return sp_call_start(call, pool, "sp1_status", shop, "shop", NULL, 0);
}


sp_rc_t
sp_call_why(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    const sp_id_t *shopper)
{
    return sp_call_start(call, pool, "sp1_why", shop, "p:", shopper->text,
                         strlen(shopper->text));
}


sp_rc_t
sp_call_doubt(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    int64_t from, unsigned skip)
{
    sp_rc_t  rc;

    rc = sp_call_start(call, pool, "sp1_doubt", shop, "doubt", NULL, 0);

    if (rc == SP_OK) {
        rc = sp_call_number(call, pool, from);
    }

    return rc == SP_OK ? sp_call_number(call, pool, skip) : rc;
}
