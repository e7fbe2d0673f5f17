/*
 * Copyright (C) SitePreserver developers
 *
 * The order webhook: the shop tells of an order, signed, as often as it likes.
 */

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "log.h"
#include "order.h"
#include "web.h"


#define WEB_ORDER_KEEP    10000     /* ms that Redis may be away */
#define WEB_ORDER_SKEW    300       /* s that a timestamp may be off */
#define WEB_ORDER_NUMBER  32        /* bytes of a number as text */
#define WEB_ORDER_NUMBERS 3
#define WEB_ORDER_WHOLE   9007199254740992.0    /* doubles count to there */


typedef struct {
    web_later_t  later;
    char        *shop;
    const char  *warning;
} web_told_t;


static void web_order_say(struct evhttp_request *req, int status,
    const char *result, const char *warning);
static int web_order_signed(const config_shop_t *shop,
    struct evhttp_request *req, const sp_str_t *body);
static int web_order_read(const sp_str_t *body, order_t *order, json_t **json,
    char numbers[WEB_ORDER_NUMBERS][WEB_ORDER_NUMBER]);
static void web_order_person(json_t *json, char *buf, order_t *order);
static void web_order_total(json_t *json, char *buf, order_t *order);
static int web_order_field(json_t *json, const char *name, char *buf,
    sp_str_t *value);
static void web_order_answer(void *data, const redis_answer_t *answer);


void
web_order(engine_t *engine, struct evhttp_request *req, const char *name)
{
    char            numbers[WEB_ORDER_NUMBERS][WEB_ORDER_NUMBER];
    json_t         *json;
    order_t         order;
    sp_str_t        body;
    const char     *bad;
    web_told_t     *told;
    config_shop_t  *shop;

    if (evhttp_request_get_command(req) != EVHTTP_REQ_POST) {
        web_order_say(req, 405, "only POST", NULL);
        return;
    }

    shop = config_shop(engine->conf, name);
    body = web_body(req);

    /* A shop without a webhook looks like no shop: nothing is given away. */

    if (shop == NULL || shop->webhook_secret == NULL
        || !web_order_signed(shop, req, &body))
    {
        web_order_say(req, 401, "not signed", NULL);
        return;
    }

    json = NULL;

    if (!web_order_read(&body, &order, &json, numbers)) {
        json_decref(json);
        web_order_say(req, 400, "not an order", NULL);
        return;
    }

    told = calloc(1, sizeof(web_told_t));

    if (told == NULL || (told->shop = strdup(shop->name)) == NULL) {
        free(told);
        json_decref(json);
        web_order_say(req, 503, "out of memory", NULL);
        return;
    }

    web_later(&told->later, req);
    bad = order_call(engine->redis, engine->conf->secret, shop, &order,
                     WEB_ORDER_KEEP, web_order_answer, told);
    told->warning = order.warning;
    json_decref(json);

    if (bad != NULL) {
        web_later_end(&told->later);
        web_order_say(req, 400, bad, NULL);
        free(told->shop);
        free(told);
    }
}


static int
web_order_signed(const config_shop_t *shop, struct evhttp_request *req,
    const sp_str_t *body)
{
    char              *end;
    long long          at, now;
    const char        *signature, *timestamp;
    struct evkeyvalq  *headers;

    headers = evhttp_request_get_input_headers(req);
    signature = evhttp_find_header(headers, "X-Sitepreserver-Signature");
    timestamp = evhttp_find_header(headers, "X-Sitepreserver-Timestamp");

    if (signature == NULL
        || !web_signature_ok(shop->webhook_secret, timestamp, body, signature))
    {
        return 0;
    }

    if (timestamp == NULL) {
        return 1;
    }

    at = strtoll(timestamp, &end, 10);
    now = (long long) time(NULL);

    return *end == '\0' && at > now - WEB_ORDER_SKEW
           && at < now + WEB_ORDER_SKEW;
}


/*
 * The strings of *order are in the JSON or in numbers.  What is said of an order
 * beside whose it is may be anything: the order is told all the same.
 */

static int
web_order_read(const sp_str_t *body, order_t *order, json_t **json,
    char numbers[WEB_ORDER_NUMBERS][WEB_ORDER_NUMBER])
{
    memset(order, 0, sizeof(order_t));

    *json = web_order_json(body);

    if (!json_is_object(*json)
        || !web_order_field(*json, "order_id", numbers[0], &order->id)
        || order->id.len == 0)
    {
        return 0;
    }

    web_order_person(*json, numbers[1], order);

    if (order->customer.len == 0 && order->address.len == 0) {
        return 0;
    }

    web_order_total(*json, numbers[2], order);

    return 1;
}


/* One of the two is enough. */

static void
web_order_person(json_t *json, char *buf, order_t *order)
{
    if (!web_order_field(json, "customer_id", buf, &order->customer)) {
        order->warning = "the customer's id is not valid";
    }

    if (!web_order_field(json, "email", NULL, &order->address)) {
        order->warning = "the address is not valid";
    }
}


/*
 * A number with a fraction has been a double in the parser: 15 digits give back
 * what was written, if it was not longer, and more are no amount that anybody
 * pays.  A currency without a total says nothing.
 */

static void
web_order_total(json_t *json, char *buf, order_t *order)
{
    json_t  *total;

    total = json_object_get(json, "total");

    if (total == NULL || json_is_null(total)) {
        return;
    }

    if (json_is_real(total)) {
        order->total.len = (size_t) snprintf(buf, WEB_ORDER_NUMBER, "%.15g",
                                             json_real_value(total));
        order->total.data = buf;

    } else {
        (void) web_order_field(json, "total", buf, &order->total);
    }

    if (order->total.len == 0) {
        order->warning = "the total is not an amount";
    }

    (void) web_order_field(json, "currency", NULL, &order->currency);
}


/*
 * Platforms send ids as strings or as whole numbers; null is absent.  Where a
 * number was too large for an integer all of them are doubles.
 */

static int
web_order_field(json_t *json, const char *name, char *buf, sp_str_t *value)
{
    double   number;
    json_t  *field;

    field = json_object_get(json, name);

    if (field == NULL || json_is_null(field)) {
        return 1;
    }

    if (json_is_string(field)) {
        value->data = json_string_value(field);
        value->len = json_string_length(field);
        return 1;
    }

    if (json_is_integer(field) && buf != NULL) {
        value->len = (size_t) snprintf(buf, WEB_ORDER_NUMBER, "%lld",
                                       (long long) json_integer_value(field));
        value->data = buf;
        return 1;
    }

    number = json_real_value(field);

    if (json_is_real(field) && buf != NULL && fabs(number) < WEB_ORDER_WHOLE
        && number == trunc(number))
    {
        value->len = (size_t) snprintf(buf, WEB_ORDER_NUMBER, "%.0f", number);
        value->data = buf;
        return 1;
    }

    return 0;
}


static void
web_order_answer(void *data, const redis_answer_t *answer)
{
    int           status;
    const char   *result;
    web_told_t   *told;

    told = data;
    result = order_result(answer);
    status = result == NULL ? 503 : 200;

    log_event(result == NULL || told->warning != NULL ? LOG_WARN : LOG_INFO,
              "order", "shop=%s from=webhook result=%s%s%s%s", told->shop,
              result != NULL ? result : "redis_away",
              told->warning != NULL ? " warning=\"" : "",
              told->warning != NULL ? told->warning : "",
              told->warning != NULL ? "\"" : "");

    web_later_end(&told->later);

    if (told->later.req != NULL) {
        web_order_say(told->later.req, status,
                      result != NULL ? result : "try again",
                      result != NULL ? told->warning : NULL);
    }

    free(told->shop);
    free(told);
}


static void
web_order_say(struct evhttp_request *req, int status, const char *result,
    const char *warning)
{
    int   n;
    char  body[256];

    n = snprintf(body, sizeof(body), "{\"result\":\"%s\"%s%s%s}\n", result,
                 warning != NULL ? ",\"warning\":\"" : "",
                 warning != NULL ? warning : "", warning != NULL ? "\"" : "");
    web_reply(req, status, "application/json", body, (size_t) n);
}
