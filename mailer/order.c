/*
 * Copyright (C) SitePreserver developers
 */

#include "order.h"
#include "sp_arena.h"
#include "sp_money.h"


static const char *order_person(const sp_secret_t *secret,
    const config_shop_t *shop, order_t *order, sp_id_t *shopper,
    sp_id_t *customer);
static const char *order_shopper(const sp_secret_t *secret,
    const config_shop_t *shop, const sp_str_t *text, sp_id_t *shopper);
static const char *order_customer(const sp_secret_t *secret,
    const config_shop_t *shop, const sp_str_t *text, sp_id_t *customer);
static const char *order_amount(const order_t *order, int64_t *total,
    char currency[4]);
static void order_warn(order_t *order, const char *warning);


const char *
order_call(redis_t *redis, const sp_secret_t *secret,
    const config_shop_t *shop, order_t *order, int keep,
    redis_answer_pt answer, void *data)
{
    int          rc;
    char         currency[4];
    int64_t      total;
    sp_id_t      id, shopper, customer;
    sp_call_t    call;
    sp_arena_t  *arena;
    const char  *bad;

    if (order->id.len == 0 || order->id.len > ORDER_ID_MAX) {
        return "an id is missing or too long";
    }

    if (sp_secret_id(secret, SP_ID_ORDER, &shop->id, &order->id, &id)
        != SP_OK)
    {
        return "the order's id is not valid";
    }

    bad = order_person(secret, shop, order, &shopper, &customer);

    if (bad != NULL) {
        return bad;
    }

    order_warn(order, order_amount(order, &total, currency));
    arena = sp_arena_create(0);

    rc = arena == NULL
         || sp_call_order(&call, sp_arena_pool(arena), &shop->id, &id,
                          &shopper, &customer, order->ago, shop->remember,
                          total, currency, order->warning != NULL) != SP_OK
         || redis_call(redis, &call, keep, answer, data) != 0;

    sp_arena_destroy(arena);

    return rc ? "out of memory" : NULL;
}


/* One of the two is enough: a cart must not be mailed for the other's sake. */

static const char *
order_person(const sp_secret_t *secret, const config_shop_t *shop,
    order_t *order, sp_id_t *shopper, sp_id_t *customer)
{
    const char  *no_shopper, *no_customer;

    no_shopper = order_shopper(secret, shop, &order->address, shopper);
    no_customer = order_customer(secret, shop, &order->customer, customer);

    if (shopper->text[0] == '\0' && customer->text[0] == '\0') {
        return no_shopper != NULL ? no_shopper
               : no_customer != NULL ? no_customer : "nobody is named";
    }

    order_warn(order, no_shopper);
    order_warn(order, no_customer);

    return NULL;
}


/* NULL: it is right, or not said. */

static const char *
order_shopper(const sp_secret_t *secret, const config_shop_t *shop,
    const sp_str_t *text, sp_id_t *shopper)
{
    char      normal[SP_ADDRESS_MAX + 1];
    sp_str_t  address;

    memset(shopper, 0, sizeof(sp_id_t));

    if (text->len == 0) {
        return NULL;
    }

    address.data = normal;

    if (sp_address_normalise(text, normal, &address.len) == SP_OK
        && sp_secret_id(secret, SP_ID_SHOPPER, &shop->id, &address, shopper)
           == SP_OK)
    {
        return NULL;
    }

    memset(shopper, 0, sizeof(sp_id_t));

    return "the address is not valid";
}


static const char *
order_customer(const sp_secret_t *secret, const config_shop_t *shop,
    const sp_str_t *text, sp_id_t *customer)
{
    memset(customer, 0, sizeof(sp_id_t));

    if (text->len == 0) {
        return NULL;
    }

    if (text->len > ORDER_ID_MAX) {
        return "the customer's id is too long";
    }

    if (sp_secret_id(secret, SP_ID_CUSTOMER, &shop->id, text, customer)
        == SP_OK)
    {
        return NULL;
    }

    memset(customer, 0, sizeof(sp_id_t));

    return "the customer's id is not valid";
}


static void
order_warn(order_t *order, const char *warning)
{
    if (order->warning == NULL) {
        order->warning = warning;
    }
}


/*
 * Without a currency nobody knows how many decimals its minor unit has.  NULL:
 * it is right, or not said.
 */

static const char *
order_amount(const order_t *order, int64_t *total, char currency[4])
{
    sp_str_t  code;

    *total = SP_NO_AMOUNT;
    currency[0] = '\0';

    if (order->total.len == 0) {
        return NULL;
    }

    if (sp_money_code(&order->currency, currency) != SP_OK) {
        currency[0] = '\0';
        return "a total needs a currency of three letters";
    }

    code.data = currency;
    code.len = 3;

    if (sp_money_parse(&order->total, 0, sp_money_exponent(&code), total)
        != SP_OK)
    {
        *total = SP_NO_AMOUNT;
        return "the total is not an amount";
    }

    return NULL;
}


const char *
order_result(const redis_answer_t *answer)
{
    size_t              i;
    const sp_str_t     *text;
    static const char  *results[][2] = {
        { "OK", "ok" }, { "DUP", "duplicate" }, { "NONE", "unknown" }
    };

    if (answer->status != REDIS_REPLY || answer->n == 0) {
        return NULL;
    }

    text = &answer->items[0];

    for (i = 0; i < 3; i++) {
        if (text->len == strlen(results[i][0])
            && memcmp(text->data, results[i][0], text->len) == 0)
        {
            return results[i][1];
        }
    }

    return NULL;
}
