/*
 * Copyright (C) SitePreserver developers
 *
 * Of an order's JSON what is needed.  What else a shop says in it is not
 * looked at, and is no reason to refuse an order: half a surrogate pair, a NUL
 * or a number that no integer holds.
 */

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include <jansson.h>

#include "sp_arena.h"
#include "sp_json.h"
#include "web.h"


#define WEB_ORDER_ID    0           /* of these */

static const char  *web_order_names[] = { "order_id", "customer_id", "email",
                                          "total", "currency" };

#define WEB_ORDER_NAMES                                                       \
    (sizeof(web_order_names) / sizeof(web_order_names[0]))


typedef struct {
    json_t    *json;
    unsigned   slots[WEB_ORDER_NAMES];
} web_order_wanted_t;


static sp_rc_t web_order_scan(web_order_wanted_t *wanted, const sp_pool_t *pool,
    const sp_str_t *body);
static sp_rc_t web_order_value(void *data, unsigned slot,
    const sp_json_value_t *value);
static json_t *web_order_number(const sp_str_t *text);


json_t *
web_order_json(const sp_str_t *body)
{
    sp_rc_t              rc;
    sp_arena_t          *arena;
    json_error_t         err;
    web_order_wanted_t   wanted;

    wanted.json = json_object();
    arena = sp_arena_create(0);

    rc = wanted.json == NULL || arena == NULL ? SP_NOMEM
         : web_order_scan(&wanted, sp_arena_pool(arena), body);

    sp_arena_destroy(arena);

    if (rc == SP_OK) {
        return wanted.json;
    }

    json_decref(wanted.json);

    /* deeper than our scanner goes */

    return rc == SP_LIMIT ? json_loadb(body->data, body->len, JSON_ALLOW_NUL,
                                       &err)
                          : NULL;
}


static sp_rc_t
web_order_scan(web_order_wanted_t *wanted, const sp_pool_t *pool,
    const sp_str_t *body)
{
    size_t              i;
    sp_rc_t             rc;
    sp_str_t            name;
    sp_error_t          err;
    sp_json_paths_t    *paths;
    sp_json_scanner_t  *scanner;

    paths = sp_json_paths_create(pool);

    if (paths == NULL) {
        return SP_NOMEM;
    }

    for (i = 0; i < WEB_ORDER_NAMES; i++) {
        name.data = web_order_names[i];
        name.len = strlen(name.data);
        rc = sp_json_paths_add(paths, &name, &wanted->slots[i], &err);

        if (rc != SP_OK) {
            return rc;
        }
    }

    scanner = sp_json_scanner_create(pool, paths, NULL, body->len + 1,
                                     web_order_value, wanted);

    if (scanner == NULL) {
        return SP_NOMEM;
    }

    rc = sp_json_scan(scanner, body->data, body->len);

    return rc == SP_AGAIN || rc == SP_DONE ? sp_json_end(scanner) : rc;
}


/* What is no text or number is true, which is no id. */

static sp_rc_t
web_order_value(void *data, unsigned slot, const sp_json_value_t *value)
{
    size_t               i;
    json_t              *json, *before;
    web_order_wanted_t  *wanted;

    wanted = data;

    switch (value->type) {

    case SP_JSON_STRING:
        json = json_stringn(value->text.data, value->text.len);
        break;

    case SP_JSON_NUMBER:
        json = web_order_number(&value->text);
        break;

    case SP_JSON_NULL:
        json = json_null();
        break;

    case SP_JSON_END:
        return SP_OK;

    default:
        json = json_true();
    }

    for (i = 0; i < WEB_ORDER_NAMES - 1 && wanted->slots[i] != slot; i++) {
        /* void */
    }

    /* of two orders nobody knows which one it is */

    before = json_object_get(wanted->json, web_order_names[i]);

    if (i == WEB_ORDER_ID && before != NULL && !json_equal(before, json)) {
        json_decref(json);
        json = json_true();
    }

    return json_object_set_new(wanted->json, web_order_names[i], json) == 0
           ? SP_OK : SP_NOMEM;
}


/* An integer that is too large for one stays what it says. */

static json_t *
web_order_number(const sp_str_t *text)
{
    char        copy[64];
    char       *end;
    double      real;
    long long   integer;

    if (text->len >= sizeof(copy)) {
        return json_stringn(text->data, text->len);
    }

    memcpy(copy, text->data, text->len);
    copy[text->len] = '\0';
    errno = 0;
    integer = strtoll(copy, &end, 10);

    if (*end == '\0') {
        return errno == 0 ? json_integer(integer) : json_string(copy);
    }

    real = strtod(copy, &end);

    return isfinite(real) ? json_real(real) : json_string(copy);
}
