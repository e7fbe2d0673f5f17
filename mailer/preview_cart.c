/*
 * Copyright (C) SitePreserver developers
 */

#include <stdio.h>

#include "preview_cart.h"
#include "sp_money.h"


static sp_rc_t preview_known(const json_t *json, const char *const *known,
    sp_error_t *err);
static sp_rc_t preview_item(const json_t *json, int exponent, sp_line_t *line,
    sp_error_t *err);
static sp_rc_t preview_text(const json_t *json, const char *name,
    sp_str_t *text, sp_error_t *err);
static sp_rc_t preview_amount(const json_t *json, const char *name,
    int exponent, int64_t *amount, sp_error_t *err);
static sp_rc_t preview_whole(const json_t *json, const char *name,
    int64_t max, int64_t *n, sp_error_t *err);
static sp_rc_t preview_wrong(sp_error_t *err, const char *name,
    const char *what);


sp_rc_t
preview_cart(const json_t *json, sample_t *sample, sp_error_t *err)
{
    int               exponent;
    size_t            i;
    int64_t           hours, step;
    json_t           *items, *item, *failed;
    message_facts_t  *facts;

    static const char *const  known[] = {
        "first_name", "locale", "currency", "total", "hours_since",
        "step_number", "checkout_error", "items", NULL
    };

    facts = &sample->facts;
    hours = (facts->date - facts->left) / 3600;
    step = facts->step_number;

    if (preview_known(json, known, err) != SP_OK
        || preview_text(json, "first_name", &facts->first_name, err) != SP_OK
        || preview_text(json, "locale", &facts->locale, err) != SP_OK
        || preview_text(json, "currency", &facts->currency, err) != SP_OK
        || preview_whole(json, "hours_since", 100000, &hours, err) != SP_OK
        || preview_whole(json, "step_number", 100, &step, err) != SP_OK)
    {
        return SP_INVALID;
    }

    facts->left = facts->date - hours * 3600;
    facts->step_number = (unsigned) step;
    exponent = sp_money_exponent(&facts->currency);

    failed = json_object_get(json, "checkout_error");

    if (failed != NULL && !json_is_boolean(failed)) {
        return preview_wrong(err, "checkout_error", "is not true or false");
    }

    if (failed != NULL) {
        facts->checkout_error = json_is_true(failed);
    }

    items = json_object_get(json, "items");

    if (items != NULL && !json_is_array(items)) {
        return preview_wrong(err, "items", "is not a list");
    }

    if (json_array_size(items) > SAMPLES_LINES) {
        return preview_wrong(err, "items", "has more than 200 members");
    }

    if (items != NULL) {
        facts->nlines = 0;
        facts->count = SP_NO_AMOUNT;
        facts->total = SP_NO_AMOUNT;
    }

    if (preview_amount(json, "total", exponent, &facts->total, err) != SP_OK) {
        return SP_INVALID;
    }

    json_array_foreach(items, i, item) {
        if (preview_item(item, exponent, &sample->lines[i], err) != SP_OK) {
            return SP_INVALID;
        }

        facts->nlines++;
    }

    return SP_OK;
}


/* A name that is not known is a typing mistake. */

static sp_rc_t
preview_known(const json_t *json, const char *const *known, sp_error_t *err)
{
    size_t       i;
    json_t      *value;
    const char  *name;

    if (!json_is_object(json)) {
        (void) snprintf(err->text, sizeof(err->text), "is not an object");
        return SP_INVALID;
    }

    json_object_foreach((json_t *) json, name, value) {
        for (i = 0; known[i] != NULL && strcmp(known[i], name) != 0; i++) {
            /* void */
        }

        if (known[i] == NULL) {
            return preview_wrong(err, name, "is not known");
        }
    }

    return SP_OK;
}


static sp_rc_t
preview_item(const json_t *json, int exponent, sp_line_t *line,
    sp_error_t *err)
{
    json_t  *stock;

    static const char *const  known[] = {
        "name", "options", "quantity", "price", "total", "picture", "link",
        "out_of_stock", NULL
    };

    memset(line, 0, sizeof(sp_line_t));
    line->from_shop = 1;
    line->quantity = 1;
    line->price = SP_NO_AMOUNT;
    line->total = SP_NO_AMOUNT;

    if (preview_known(json, known, err) != SP_OK
        || preview_text(json, "name", &line->name, err) != SP_OK
        || preview_text(json, "options", &line->options, err) != SP_OK
        || preview_text(json, "picture", &line->image, err) != SP_OK
        || preview_text(json, "link", &line->url, err) != SP_OK
        || preview_whole(json, "quantity", 1000000, &line->quantity, err)
           != SP_OK
        || preview_amount(json, "price", exponent, &line->price, err) != SP_OK
        || preview_amount(json, "total", exponent, &line->total, err) != SP_OK)
    {
        return SP_INVALID;
    }

    stock = json_object_get(json, "out_of_stock");

    if (stock != NULL && !json_is_boolean(stock)) {
        return preview_wrong(err, "out_of_stock", "is not true or false");
    }

    line->out_of_stock = json_is_true(stock);

    return SP_OK;
}


static sp_rc_t
preview_text(const json_t *json, const char *name, sp_str_t *text,
    sp_error_t *err)
{
    json_t  *value;

    value = json_object_get(json, name);

    if (value == NULL) {
        return SP_OK;
    }

    if (!json_is_string(value)) {
        return preview_wrong(err, name, "is not a text");
    }

    text->data = json_string_value(value);
    text->len = json_string_length(value);

    return SP_OK;
}


static sp_rc_t
preview_amount(const json_t *json, const char *name, int exponent,
    int64_t *amount, sp_error_t *err)
{
    char         number[64];
    json_t      *value;
    sp_str_t     text;

    value = json_object_get(json, name);

    if (value == NULL) {
        return SP_OK;
    }

    if (json_is_integer(value)) {
        (void) snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
                        json_integer_value(value));
        text.data = number;

    } else if (json_is_real(value)) {
        (void) snprintf(number, sizeof(number), "%.6f",
                        json_real_value(value));
        text.data = number;

    } else if (json_is_string(value)) {
        text.data = json_string_value(value);

    } else {
        return preview_wrong(err, name, "is not an amount");
    }

    text.len = strlen(text.data);

    return sp_money_parse(&text, 0, exponent, amount) == SP_OK
           ? SP_OK : preview_wrong(err, name, "is not an amount");
}


static sp_rc_t
preview_whole(const json_t *json, const char *name, int64_t max, int64_t *n,
    sp_error_t *err)
{
    json_t  *value;

    value = json_object_get(json, name);

    if (value == NULL) {
        return SP_OK;
    }

    if (!json_is_integer(value) || json_integer_value(value) < 0
        || json_integer_value(value) > max)
    {
        return preview_wrong(err, name, "is not a whole number, or too large");
    }

    *n = json_integer_value(value);

    return SP_OK;
}


static sp_rc_t
preview_wrong(sp_error_t *err, const char *name, const char *what)
{
    (void) snprintf(err->text, sizeof(err->text), "\"%.60s\" %s", name, what);

    return SP_INVALID;
}
