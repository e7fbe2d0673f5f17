/*
 * Copyright (C) SitePreserver developers
 *
 * The carts in all fragments that a recorded WooCommerce sent
 * (t/storefronts/woocommerce), read from the strings in its JSON: what each
 * line must say is known from the catalogue, what all together must come to
 * from the fragment's own subtotal, and what a flow ends with from its record.
 */

#include "observe_lab.h"

#include <jansson.h>


static const char  set_cart[] =
    "sitepreserver_currency EUR;"
    "sitepreserver_event set_cart POST = / {"
    " if arg:wc-ajax = add_to_cart remove_from_cart get_refreshed_fragments;"
    " items \"response.json:fragments[\\\"div.widget_shopping_cart_content\\\"]"
    "\" | html:li.mini_cart_item {"
    "  id a.remove@data-product_id; item_key a.remove@data-cart_item_key;"
    "  sku a.remove@data-product_sku; name a:nth(2) or img@alt; image img@src;"
    "  url a:nth(2)@href; quantity .quantity | \"regex:^\\s*(\\d+)\";"
    "  price \".quantity .amount\" | money;"
    " }"
    " total \"response.json:fragments[\\\"div.widget_shopping_cart_content\\\"]"
    "\" | \"html:.woocommerce-mini-cart__total .amount\" | money;"
    " empty \"response.json:fragments[\\\"div.widget_shopping_cart_content\\\"]"
    "\" | html:.woocommerce-mini-cart__empty-message;"
    "}";


static const struct {
    const char  *sku;
    const char  *name;
    int64_t      price;
} catalogue[] = {
    { "MUG-01", "Enamel Mug", 1400 },
    { "CAFE-02", "Caf\xc3\xa9 & Cr\xc3\xa8me \xe2\x80\x93 Tasse", 2140 },
    { "TRAY-03", "Oak Tray", 113225 },
    { "POT-05", "Last Teapot", 3990 },
    { "SHIRT-04-BLUE-M", "Linen Shirt - Blue, M", 5950 },
    { "SHIRT-04-GREEN-M", "Linen Shirt - Gr\xc3\xbcn, M", 5950 }
};


static json_t *
member(json_t *object, const char *a, const char *b)
{
    return json_object_get(json_object_get(object, a), b);
}


static FILE *
recording(const char *name)
{
    char   path[200];
    FILE  *file;

    (void) snprintf(path, sizeof(path), "t/storefronts/woocommerce/%s", name);

    file = fopen(path, "r");
    if (file == NULL) {
        fail_msg("%s is not there", path);
    }

    return file;
}


static void
check_line(const sp_line_t *line)
{
    unsigned  i;

    for (i = 0; i < sizeof(catalogue) / sizeof(catalogue[0]); i++) {

        if (line->sku.len == strlen(catalogue[i].sku)
            && memcmp(line->sku.data, catalogue[i].sku, line->sku.len) == 0)
        {
            is(line->name, catalogue[i].name);
            assert_int_equal(line->price, catalogue[i].price);
            assert_int_equal(line->key.len, 32);
            assert_true(line->id.len == 2 && line->quantity > 0);
            assert_true(line->image.len != 0 && line->url.len != 0);
            assert_true(line->from_shop);
            return;
        }
    }

    fail_msg("no such sku: %.*s", (int) line->sku.len, line->sku.data);
}


/* A fragment; returns how many lines it must have. */

static unsigned
check_fragment(json_t *exchange, size_t piece)
{
    int64_t      sum;
    unsigned     i, lines;
    const char  *answer, *p;

    answer = json_string_value(member(exchange, "res_body", "text"));

    PLAY(.uri = "/", .args = strchr(json_string_value(
                             json_object_get(exchange, "uri")), '?') + 1,
         .answer = answer, .piece = piece);

    assert_int_equal(lab.out->cart, SP_CART_SNAPSHOT);
    assert_false(lab.out->response_bad || lab.out->response_cut);

    for (lines = 0, p = answer; (p = strstr(p, " mini_cart_item")) != NULL;
         p++)
    {
        lines++;
    }

    assert_int_equal(lab.out->nlines, lines);

    for (i = 0, sum = 0; i < lines; i++) {
        check_line(&lab.out->lines[i]);
        sum += lab.out->lines[i].price * lab.out->lines[i].quantity;
    }

    assert_int_equal(lab.out->total, lines != 0 ? sum : SP_NO_AMOUNT);

    return lines;
}


/*
 * The last fragment of a flow has what the flow's cart had in the end; after
 * an order, nothing.
 */

static void
check_flow(json_t *flow)
{
    size_t            i;
    json_t           *items, *item;
    const sp_line_t  *line;

    if (strcmp(json_string_value(member(flow, "expected", "outcome")),
               "completed")
        == 0)
    {
        assert_int_equal(lab.out->nlines, 0);
        return;
    }

    items = member(flow, "expected", "items");

    assert_int_equal(lab.out->nlines, json_array_size(items));

    for (i = 0; i < json_array_size(items); i++) {
        item = json_array_get(items, i);
        line = &lab.out->lines[i];

        is(line->sku, json_string_value(json_object_get(item, "sku")));
        assert_int_equal(line->quantity,
                         json_integer_value(json_object_get(item, "qty")));
    }
}


static json_t *
last_fragment(const char *flow)
{
    char          *text;
    json_t        *exchange, *last;
    const char    *uri;
    json_error_t   err;
    FILE          *file;

    text = malloc(1 << 20);
    assert_non_null(text);

    file = recording("transcript-classic.jsonl");
    last = NULL;

    while (fgets(text, 1 << 20, file) != NULL) {

        exchange = json_loads(text, 0, &err);
        assert_non_null(exchange);

        uri = json_string_value(json_object_get(exchange, "uri"));

        if (strcmp(json_string_value(json_object_get(exchange, "flow")), flow)
            == 0
            && strncmp(uri, "/?wc-ajax=", 10) == 0
            && strstr(json_string_value(member(exchange, "res_body", "text")),
                      "\"fragments\":{\"div.widget") != NULL
            && strstr(uri, "update_order_review") == NULL)
        {
            json_decref(last);
            last = json_incref(exchange);
        }

        json_decref(exchange);
    }

    fclose(file);
    free(text);

    return last;
}


static void
all_fragments(void **unused)
{
    char          *text;
    size_t         i;
    json_t        *exchange;
    FILE          *file;
    unsigned       n, lines;
    const char    *uri;
    json_error_t   err;
    static size_t  pieces[] = { 0, 1, 100 };

    rules(set_cart);

    text = malloc(1 << 20);
    assert_non_null(text);

    file = recording("transcript-classic.jsonl");
    n = 0;
    lines = 0;

    while (fgets(text, 1 << 20, file) != NULL) {

        exchange = json_loads(text, 0, &err);
        assert_non_null(exchange);

        uri = json_string_value(json_object_get(exchange, "uri"));

        if (strncmp(uri, "/?wc-ajax=", 10) == 0
            && strstr(json_string_value(member(exchange, "res_body", "text")),
                      "\"fragments\":{\"div.widget") != NULL)
        {
            for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
                lines += check_fragment(exchange, pieces[i]);
            }

            n++;
        }

        json_decref(exchange);
    }

    fclose(file);
    free(text);

    assert_int_equal(n, 51);
    assert_int_equal(lines, 3 * 37);
}


static void
what_flows_end_with(void **unused)
{
    char           text[8192];
    json_t        *flow, *fragment;
    FILE          *file;
    unsigned       n;
    json_error_t   err;

    rules(set_cart);

    file = recording("flows-classic.jsonl");
    n = 0;

    while (fgets(text, sizeof(text), file) != NULL) {

        flow = json_loads(text, 0, &err);
        assert_non_null(flow);

        fragment = last_fragment(json_string_value(json_object_get(flow,
                                                                   "flow")));

        if (fragment != NULL) {
            (void) check_fragment(fragment, 0);
            check_flow(flow);
            json_decref(fragment);
            n++;
        }

        json_decref(flow);
    }

    fclose(file);

    assert_int_equal(n, 17);
}


#define lab_test(f)  cmocka_unit_test_setup_teardown(f, setup, teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        lab_test(all_fragments),
        lab_test(what_flows_end_with),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
