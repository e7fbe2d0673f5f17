/*
 * Copyright (C) SitePreserver developers
 *
 * Codes of offers, and what experiments come to.
 */

#include <stdlib.h>

#include "sp_call_int.h"


#define SP_NUMBER_MAX  40           /* bytes of a sum */


static sp_rc_t sp_call_pool(sp_call_t *call, const sp_pool_t *pool,
    const char *function, const sp_str_t *shop, const sp_str_t *name);
static int sp_pool_name(const sp_str_t *name);
static int sp_code(const sp_str_t *code);
static sp_rc_t sp_cell_read(sp_cell_t *cell, sp_str_t name, sp_str_t text);
static sp_rc_t sp_revenue_read(sp_revenue_t *revenue, sp_str_t *text);
static int sp_sum(sp_str_t *rest, double *value);


sp_rc_t
sp_call_offer_import(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_str_t *name, const sp_str_t *codes,
    size_t n)
{
    size_t     i;
    sp_rc_t    rc;
    sp_text_t  text;

    if (n > SP_CODES_MAX) {
        return SP_INVALID;
    }

    rc = sp_call_pool(call, pool, "sp1_offer", shop, name);

    if (rc != SP_OK) {
        return rc;
    }

    sp_text_start(&text, pool, n * 16 + 1);

    for (i = 0; i < n; i++) {

        if (!sp_code(&codes[i])) {
            return SP_INVALID;
        }

        if (i != 0) {
            sp_text_char(&text, ' ');
        }

        sp_text_add(&text, codes[i].data, codes[i].len);
    }

    if (text.failed) {
        return SP_NOMEM;
    }

    sp_call_string(call, "import");
    sp_call_arg(call, text.data, text.len);

    return SP_OK;
}


sp_rc_t
sp_call_offer_reserve(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *shopper, uint64_t rescue,
    uint64_t fence, uint32_t step, const sp_str_t *name)
{
    if (!sp_pool_name(name)) {
        return SP_INVALID;
    }

    if (sp_call_start(call, pool, "sp1_offer", shop, "p:", shopper->text,
                      strlen(shopper->text)) != SP_OK)
    {
        return SP_NOMEM;
    }

    sp_call_string(call, "reserve");

    if (sp_call_number(call, pool, rescue) != SP_OK
        || sp_call_number(call, pool, fence) != SP_OK
        || sp_call_number(call, pool, step) != SP_OK)
    {
        return SP_NOMEM;
    }

    sp_call_arg(call, name->data, name->len);

    return SP_OK;
}


sp_rc_t
sp_call_offers(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    const sp_str_t *name)
{
    return sp_call_pool(call, pool, "sp1_offers", shop, name);
}


static sp_rc_t
sp_call_pool(sp_call_t *call, const sp_pool_t *pool, const char *function,
    const sp_str_t *shop, const sp_str_t *name)
{
    if (!sp_pool_name(name)) {
        return SP_INVALID;
    }

    return sp_call_start(call, pool, function, shop, "o:", name->data,
                         name->len);
}


static int
sp_pool_name(const sp_str_t *name)
{
    char    c;
    size_t  i;

    for (i = 0; i < name->len; i++) {
        c = name->data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'
              || c == '_'))
        {
            return 0;
        }
    }

    return name->len != 0 && name->len <= SP_POOL_MAX;
}


static int
sp_code(const sp_str_t *code)
{
    size_t  i;

    for (i = 0; i < code->len; i++) {

        if (code->data[i] <= ' ' || code->data[i] >= 0x7f) {
            return 0;
        }
    }

    return code->len != 0 && code->len <= SP_CODE_MAX;
}


sp_rc_t
sp_offer_reply_read(const sp_str_t *text, uint64_t *numbers, unsigned n)
{
    int64_t   value;
    sp_str_t  rest;
    unsigned  i;

    rest = *text;

    for (i = 0; i < n; i++) {

        if (!sp_number(&rest, ' ', &value)) {
            return SP_INVALID;
        }

        numbers[i] = (uint64_t) value;
    }

    return rest.len == 0 ? SP_OK : SP_INVALID;
}


sp_rc_t
sp_offer_code_read(const sp_str_t *text, sp_str_t *code)
{
    if (text->len == 5 && memcmp(text->data, "EMPTY", 5) == 0) {
        return SP_DONE;
    }

    if (text->len == 2 && memcmp(text->data, "NO", 2) == 0) {
        return SP_AGAIN;
    }

    if (text->len <= 3 || memcmp(text->data, "OK ", 3) != 0) {
        return SP_INVALID;
    }

    code->data = text->data + 3;
    code->len = text->len - 3;

    return sp_code(code) ? SP_OK : SP_INVALID;
}


sp_rc_t
sp_call_experiment(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, uint32_t series)
{
    char      id[8];
    unsigned  i;

    static const char  digits[] = "0123456789abcdef";

    for (i = 0; i < sizeof(id); i++) {
        id[i] = digits[series >> (28 - 4 * i) & 15];
    }

    return sp_call_start(call, pool, "sp1_experiment", shop, "exp:", id,
                         sizeof(id));
}


sp_rc_t
sp_experiment_read(sp_cell_t **cells, size_t *ncells, const sp_pool_t *pool,
    const sp_str_t *items, size_t n)
{
    size_t   i;
    sp_rc_t  rc;

    if (n % 2 != 0) {
        return SP_INVALID;
    }

    *ncells = n / 2;
    *cells = sp_calloc(pool, (n / 2 + 1) * sizeof(sp_cell_t));

    if (*cells == NULL) {
        return SP_NOMEM;
    }

    for (i = 0; i < n; i += 2) {
        rc = sp_cell_read(&(*cells)[i / 2], items[i], items[i + 1]);

        if (rc != SP_OK) {
            return rc;
        }
    }

    return SP_OK;
}


/* "STEP VARIANT HOLDOUT": "SUBJECTS ORDERS", then for each currency four. */

static sp_rc_t
sp_cell_read(sp_cell_t *cell, sp_str_t name, sp_str_t text)
{
    int64_t  step, variant, holdout, subjects, orders;

    if (!sp_number(&name, ' ', &step) || step > UINT32_MAX
        || !sp_number(&name, ' ', &variant) || variant > 255
        || !sp_number(&name, ' ', &holdout) || holdout > 1 || name.len != 0
        || !sp_number(&text, ' ', &subjects)
        || !sp_number(&text, ' ', &orders))
    {
        return SP_INVALID;
    }

    cell->step = (uint32_t) step;
    cell->variant = (unsigned) variant;
    cell->holdout = holdout != 0;
    cell->subjects = (uint64_t) subjects;
    cell->orders = (uint64_t) orders;

    while (text.len != 0) {

        if (cell->nrevenue == SP_CURRENCIES_MAX
            || sp_revenue_read(&cell->revenue[cell->nrevenue], &text)
               != SP_OK)
        {
            return SP_INVALID;
        }

        cell->nrevenue++;
    }

    return SP_OK;
}


static sp_rc_t
sp_revenue_read(sp_revenue_t *revenue, sp_str_t *text)
{
    int64_t   orders;
    sp_str_t  part;

    sp_cut(text, ' ', &part);

    if (part.len > 3) {
        return SP_INVALID;
    }

    if (part.len == 3) {
        memcpy(revenue->currency, part.data, 3);

    } else if (part.len != 1 || part.data[0] != '-') {
        return SP_INVALID;
    }

    if (!sp_number(text, ' ', &orders) || !sp_sum(text, &revenue->sum)
        || !sp_sum(text, &revenue->squares))
    {
        return SP_INVALID;
    }

    revenue->orders = (uint64_t) orders;

    return SP_OK;
}


/* A whole number as large as it wants to be: Lua prints it with "%.0f". */

static int
sp_sum(sp_str_t *rest, double *value)
{
    char      buf[SP_NUMBER_MAX + 1], *end;
    size_t    i;
    sp_str_t  part;

    sp_cut(rest, ' ', &part);

    if (part.len == 0 || part.len > SP_NUMBER_MAX) {
        return 0;
    }

    for (i = 0; i < part.len; i++) {

        if (memchr("0123456789-", part.data[i], 11) == NULL) {
            return 0;
        }
    }

    memcpy(buf, part.data, part.len);
    buf[part.len] = '\0';
    *value = strtod(buf, &end);

    return *end == '\0';
}
